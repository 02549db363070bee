import hashlib
from pathlib import Path

import pytest
from safetensors.torch import save_file

from inkwright.learn.backbones.clip import CHECKPOINT
from inkwright.operations import backbones as operation
from pretrained import vgg_weights


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INKWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "weights"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a hub holds, by repository and file; fetching reads it from here."""
    held: dict[str, bytes] = {}

    def fetch(repo: str, file: str, path: Path, sha256: str = ""):
        if f"{repo}/{file}" not in held:
            raise operation.NotOnHubError(f"{repo}/{file} answered 404.", "Put it there.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held[f"{repo}/{file}"])
        yield len(held[f"{repo}/{file}"]), len(held[f"{repo}/{file}"])

    monkeypatch.setattr(operation, "fetch", fetch)
    return held


def state(run, name: str) -> list[str]:
    return next(row for row in run.all("table")[0]["rows"] if row[0] == name)


def test_all_backbones_are_listed_with_their_state(inkwright, weights: Path):
    run = inkwright("backbones")
    assert [row[0] for row in run.all("table")[0]["rows"]] == ["embedded", "vgg19", "squeezenet", "clip"]
    assert state(run, "embedded")[2] == "ready"
    assert state(run, "vgg19")[2:] == ["not here", str(weights / "vgg19.safetensors")]
    weights.mkdir()
    save_file(vgg_weights("narrow"), weights / "vgg19.safetensors")
    (weights / "squeezenet.safetensors").touch()
    run = inkwright("backbones")
    assert state(run, "vgg19")[2].startswith("here, ")
    assert "is empty" in state(run, "squeezenet")[2]


def test_vgg_is_fetched_once_and_checked(inkwright, weights: Path, hub: dict[str, bytes], tmp_path: Path):
    save_file(vgg_weights("narrow"), tmp_path / "a")
    data = hub["timm/vgg19.tv_in1k/model.safetensors"] = (tmp_path / "a").read_bytes()
    run = inkwright("backbones", "--get", "vgg19")
    assert run.code == 0
    assert len(run.all("step")) == 1
    assert run.all("saved")[0]["path"] == str(weights / "vgg19.safetensors")
    again = inkwright("backbones", "--get", "vgg19", "--sha256", hashlib.sha256(data).hexdigest())
    assert again.code == 0
    assert again.all("step") == []
    wrong = inkwright("backbones", "--get", "vgg19", "--sha256", "a" * 64).error
    assert "aaaa" in wrong["message"]
    assert "Move it away" in wrong["hint"]


def test_another_networks_weights_are_told_at_once(inkwright, weights: Path, hub: dict[str, bytes], tmp_path: Path):
    save_file({"x": vgg_weights("narrow")["conv11.bias"]}, tmp_path / "a")
    hub["timm/vgg19.tv_in1k/model.safetensors"] = (tmp_path / "a").read_bytes()
    assert "no VGG-19" in inkwright("backbones", "--get", "vgg19").error["message"]


def test_a_checkpoint_of_clip_is_fetched_file_by_file(inkwright, weights: Path, hub: dict[str, bytes], tmp_path: Path):
    from tiny_clip import save_clip

    for path in save_clip(tmp_path / "clip").iterdir():
        hub[f"{CHECKPOINT}/{path.name}"] = hub[f"me/other/{path.name}"] = path.read_bytes()
    run = inkwright("backbones", "--get", "clip")
    assert run.code == 0
    assert state(run, "clip")[2].startswith("here, ")
    assert inkwright("backbones", "--get", "clip", "--checkpoint", "me/other").code == 0
    assert sorted(p.name for p in (weights / "me--other").iterdir()) == sorted(
        p.name for p in (tmp_path / "clip").iterdir()
    )
    hub["me/large/model.safetensors.index.json"] = b'{"weight_map": {"a": "m-1.safetensors"}}'
    hub["me/large/m-1.safetensors"] = hub["me/other/model.safetensors"]
    for name in ("config.json", "tokenizer.json"):
        hub[f"me/large/{name}"] = hub[f"me/other/{name}"]
    assert inkwright("backbones", "--get", "clip", "--checkpoint", "me/large").code == 0
    error = inkwright("backbones", "--get", "clip", "--checkpoint", "me/pickled").error
    assert "safetensors" in error["hint"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--get", "vgg91"), "Unknown backbone 'vgg91'"),
        (("--get", "embedded"), "needs no weights"),
        (("--get", "squeezenet"), "on no hub"),
        (("--get", "vgg19"), "cannot be reached"),
        (("--get", "clip"), "cannot be reached"),
        (("--get", "clip", "--checkpoint", "../../etc"), "no name on the hub"),
        (("--get", "vgg19", "--sha256", "12"), "no SHA-256"),
        (("--checkpoint", "a/b"), "goes with"),
        (("--sha256", "a" * 64), "goes with"),
    ],
)
def test_what_cannot_be_done_is_told(inkwright, weights: Path, options: tuple[str, ...], said: str):
    error = inkwright("backbones", *options).error
    assert said in error["message"]
    assert not weights.exists() or not [p for p in weights.rglob("*") if p.is_file()]
