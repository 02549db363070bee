import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inkwright.errors import BackboneError
from inkwright.learn.backbones import load_backbone
from inkwright.learn.backbones.weight_files import WeightFile, folder, mark_of, read_weights
from pretrained import vgg_weights


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("name", ["a.pth", "a.bin", "a.safetensors"])
@pytest.mark.parametrize("protocol", [2, 4, "zip"])
def test_pickles_are_refused_unopened(tmp_path: Path, name: str, protocol: int | str):
    path = tmp_path / name
    if protocol == "zip":
        torch.save({"features.0.weight": torch.zeros(1)}, path)
    else:
        path.write_bytes(pickle.dumps(Bomb(), protocol=int(protocol)))
    with pytest.raises(BackboneError, match="is a pickle") as caught:
        load_backbone("vgg19", str(path))
    assert str(path) in caught.value.message
    assert ".safetensors" in caught.value.hint


@pytest.mark.parametrize("data", [b"\x08", b"{}", b"\x10\0\0\0\0\0\0\0{nonsense", bytes(64)])
def test_damaged_files_are_told(tmp_path: Path, data: bytes):
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(BackboneError, match="no whole safetensors"):
        read_weights(path)


def test_empty_files_folders_and_nothing_are_told(tmp_path: Path):
    (tmp_path / "a.safetensors").touch()
    with pytest.raises(BackboneError, match="is empty"):
        read_weights(tmp_path / "a.safetensors")
    with pytest.raises(BackboneError, match="is a folder"):
        read_weights(tmp_path)
    with pytest.raises(BackboneError, match="does not exist"):
        read_weights(tmp_path / "b.safetensors")
    with pytest.raises(BackboneError, match="cannot be read"):
        read_weights(tmp_path / "a.safetensors" / "b")


def test_only_what_is_wanted_is_read_as_float32_with_the_files_notes(tmp_path: Path):
    path = tmp_path / "a.safetensors"
    save_file({"a": torch.ones(2, dtype=torch.float16), "b": torch.full((2,), torch.nan)}, path, {"input": "RGB"})
    weights, notes = read_weights(path, lambda name: name == "a")
    assert list(weights) == ["a"]
    assert weights["a"].dtype == torch.float32
    assert notes == {"input": "RGB"}
    with pytest.raises(BackboneError, match=r"'b' holds values that are no numbers"):
        read_weights(path)


def test_weights_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INKWRIGHT_WEIGHTS", str(tmp_path / "w"))
    assert WeightFile("a", "", "", 0, "").path == tmp_path / "w" / "a.safetensors"
    monkeypatch.delenv("INKWRIGHT_WEIGHTS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder() == tmp_path / "inkwright" / "weights"


def test_a_files_mark_changes_with_its_content(tmp_path: Path):
    marks = []
    for n, weights in enumerate((vgg_weights("narrow"), vgg_weights("narrow"), vgg_weights("normalised"))):
        path = tmp_path / f"{n}.safetensors"
        save_file(weights, path)
        marks.append(mark_of(path))
    assert marks[0] == marks[1] != marks[2]
