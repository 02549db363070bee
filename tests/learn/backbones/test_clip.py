import json
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from inkwright.errors import BackboneError
from inkwright.learn.backbones.clip import CHECKPOINT, MEAN, find_checkpoint, load_clip, place_of
from tiny_clip import save_clip


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip") / "tiny")


@pytest.fixture
def copied(saved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(saved, tmp_path / "clip")


def test_what_was_saved_is_loaded_and_gives_the_models_own_numbers(saved: Path):
    import transformers

    clip = load_clip(str(saved))
    assert (clip.side, clip.longest) == (32, 77)
    model = transformers.CLIPModel.from_pretrained(str(saved), local_files_only=True)
    X = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    ids = torch.tensor([transformers.AutoTokenizer.from_pretrained(str(saved))("neon light")["input_ids"]])
    with torch.no_grad():
        out = model(input_ids=ids, pixel_values=(X - clip.mean) / clip.deviation)
    assert torch.allclose(clip.pictures(X), out.image_embeds, atol=1e-5)
    assert torch.allclose(clip.texts(["neon light"]), out.text_embeds, atol=1e-5)
    assert clip.length("neon") == 6
    assert clip.length("x " * 10_000) == 10_002


def test_gradients_reach_the_picture_and_not_the_model(saved: Path):
    clip, X = load_clip(str(saved)), torch.rand(1, 3, 32, 32, requires_grad=True)
    clip.pictures(X)[0, 0].backward()
    assert X.grad is not None
    assert float(X.grad.abs().sum()) > 0
    assert not any(p.requires_grad for p in clip.model.parameters())


def test_a_checkpoint_says_how_its_pictures_are_prepared(copied: Path):
    assert np.allclose(load_clip(str(copied)).mean.flatten(), MEAN)
    (copied / "preprocessor_config.json").write_text('{"image_mean": [0.5, 0.4, 0.3], "image_std": [1, 1, 1]}')
    assert np.allclose(load_clip(str(copied)).mean.flatten(), [0.5, 0.4, 0.3])


def test_a_name_is_found_where_it_was_fetched_to(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INKWRIGHT_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    with pytest.raises(BackboneError) as caught:
        find_checkpoint("someone/tiny")
    assert str(tmp_path / "someone--tiny") in caught.value.message
    assert "--get clip --checkpoint someone/tiny" in caught.value.hint
    with pytest.raises(BackboneError, match="--get clip, or put"):
        find_checkpoint()
    shutil.copytree(saved, place_of("someone/tiny"))
    assert find_checkpoint("someone/tiny") == tmp_path / "someone--tiny"
    shutil.copytree(saved, place_of(CHECKPOINT))
    assert find_checkpoint() == place_of(CHECKPOINT)


def test_pickles_are_refused_unopened(copied: Path):
    weights = copied / "model.safetensors"
    (copied / "pytorch_model.bin").write_bytes(pickle.dumps([1]))
    weights.rename(copied / "moved")
    with pytest.raises(BackboneError, match=r"pytorch_model.bin is a pickle"):
        load_clip(str(copied))
    with pytest.raises(BackboneError, match=r"pytorch_model.bin is a pickle"):
        load_clip(str(copied / "pytorch_model.bin"))
    weights.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(BackboneError, match=r"model.safetensors is a pickle"):
        load_clip(str(copied))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("empty", "model.safetensors is empty"),
        ("cut", "no whole safetensors"),
        ("nan", "no numbers"),
        ("lacks", "'text_projection.weight' is missing"),
        ("shape", "cannot be loaded as CLIP|of another shape"),
        ("no config", "no config.json"),
        ("no tokenizer", "no tokenizer"),
        ("bad tokenizer", "cannot be loaded as CLIP"),
        ("bad config", "config.json cannot be read"),
        ("bert", "the model 'bert'"),
        ("no weights", "no model.safetensors"),
        ("lost shard", "does not exist"),
        ("bad index", "index.json cannot be read"),
    ],
)
def test_wrong_folders_are_told_in_a_sentence(copied: Path, harm: str, said: str):
    weights = copied / "model.safetensors"
    tensors = load_file(weights)
    if harm == "empty":
        weights.write_bytes(b"")
    elif harm == "cut":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif harm in ("nan", "lacks", "shape"):
        name = "text_projection.weight"
        changed = {"nan": torch.full_like(tensors[name], torch.nan), "shape": torch.zeros(3, 3)}
        left = {k: v for k, v in tensors.items() if k != name} | ({name: changed[harm]} if harm in changed else {})
        save_file(left, weights, {"format": "pt"})
    elif harm in ("bad config", "bert"):
        data = json.loads((copied / "config.json").read_text()) | {"model_type": "bert"}
        (copied / "config.json").write_text("{" if harm == "bad config" else json.dumps(data))
    elif harm == "bad tokenizer":
        (copied / "tokenizer.json").write_text("[]")
    elif harm in ("no weights", "lost shard", "bad index"):
        weights.unlink()
        index = copied / "model.safetensors.index.json"
        if harm != "no weights":
            index.write_text("[" if harm == "bad index" else '{"weight_map": {"a": "one.safetensors"}}')
    else:
        (copied / {"no config": "config.json", "no tokenizer": "tokenizer.json"}[harm]).unlink()
    with pytest.raises(BackboneError, match=said) as caught:
        load_clip(str(copied))
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_path_that_is_none_and_a_file_are_told(saved: Path, tmp_path: Path):
    with pytest.raises(BackboneError, match="does not exist"):
        find_checkpoint(str(tmp_path / "a b" / "c"))
    with pytest.raises(BackboneError, match="is a file"):
        find_checkpoint(str(saved / "config.json"))


def test_without_transformers_the_command_that_installs_it_is_told(saved: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(BackboneError, match=r"pip install transformers"):
        load_clip(str(saved))
