import json
import tomllib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from inkwright.errors import InternalError
from inkwright.learn import checkpoint
from inkwright.learn.tensors import generator
from inkwright.learn.trunk import STARTS, TRUNK, WIDTHS, Trunk, load_start

ROOT = Path(__file__).resolve().parents[2]
ABOUT = json.loads(TRUNK.with_suffix(".json").read_text(encoding="utf-8"))
LIMIT = 3_000_000
"""Bytes that the trunk may have."""


def trunk(widths: tuple[int, ...] = WIDTHS, seed: int = 0) -> Trunk:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Trunk(widths).eval()


def canvas(seed: int = 0, px: int = 48) -> torch.Tensor:
    V = torch.rand(2, 4, px, px, generator=generator(seed))
    V[:, 3] = 1
    return V


# -- the file ----------------------------------------------------------------------------------------------------------


def test_it_is_small_and_fits():
    assert TRUNK.stat().st_size < LIMIT
    weights = load(TRUNK.read_bytes())
    state = trunk().state_dict()
    assert {name: w.shape for name, w in weights.items()} == {name: w.shape for name, w in state.items()}
    assert all(torch.isfinite(w.float()).all() for w in weights.values())


def test_its_description_agrees():
    assert ABOUT["version"] == checkpoint.VERSION
    assert tuple(ABOUT["widths"]) == WIDTHS
    assert ABOUT["parameters"] == sum(w.numel() for w in load(TRUNK.read_bytes()).values())
    assert ABOUT["seed"] >= 0
    assert ABOUT["steps"] > 0


def test_it_is_part_of_the_package():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    folder = ROOT / "src" / "inkwright"
    packed = {path for pattern in data["inkwright"] for path in folder.glob(pattern)}
    assert {folder / "learn" / name for name in ("trunk.safetensors", "trunk.json")} <= packed


# -- loading -----------------------------------------------------------------------------------------------------------


def test_the_start_is_the_same_whatever_the_seed():
    one, other = trunk(seed=0), trunk(seed=1)
    STARTS["ours"](one)
    STARTS["ours"](other)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert all(p.dtype == torch.float32 for p in one.parameters())


def test_from_scratch_nothing_is_changed():
    one, other = trunk(seed=0), trunk(seed=0)
    STARTS["scratch"](one)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("data", [b"", b"not safetensors", None])
def test_a_missing_or_damaged_file_is_named(tmp_path, data):
    path = tmp_path / "trunk.safetensors"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InternalError, match=r"trunk\.safetensors") as error:
        load_start(trunk(), path)
    assert "make trunk" in error.value.hint


def test_weights_of_another_trunk_are_refused(tmp_path):
    path = tmp_path / "trunk.safetensors"
    path.write_bytes(save(trunk((6, 8, 10)).state_dict()))
    with pytest.raises(InternalError, match="do not fit"):
        load_start(trunk(), path)


# -- what it computes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("px", [48, 112, 128])
def test_features_are_of_cells_of_eight_pixels(px):
    made = trunk((6, 8, 10))
    assert made(canvas(px=px)).shape == (2, made.features, px // 8, px // 8)


def test_the_margin_does_not_tell_a_panel_s_mean():
    made = trunk((6, 8, 10))
    torch.nn.init.normal_(made.panel.weight)
    V = canvas(px=64)
    V[:, 3, :, 32:] = 0
    other = V.clone()
    other[:, :3, :, 56:] = 0.9  # far in the margin
    torch.testing.assert_close(made(V)[..., :1], made(other)[..., :1], atol=1e-5, rtol=0)


def test_a_panel_knows_nothing_of_its_neighbours_in_the_batch():
    made, V = trunk(), canvas()
    torch.testing.assert_close(made(V)[1:], made(V[1:]), atol=1e-4, rtol=0)
