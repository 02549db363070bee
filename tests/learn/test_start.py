import importlib.util
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

from inkwright.errors import InternalError
from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Canvas, drawing_guides, make_look
from inkwright.learn.fit import Job, Weights, begin, evaluate, fit
from inkwright.learn.style_losses import colour_spread
from inkwright.learn.stylizers.start import START, load_start
from inkwright.learn.stylizers.unet import StrokeUNet
from inkwright.sample.styles import STYLES

ROOT = Path(__file__).resolve().parents[2]
ABOUT = json.loads(START.with_suffix(".json").read_text(encoding="utf-8"))
LIMIT = 3_000_000
"""Bytes that the checkpoint may have."""


def network(spread: Tensor | None = None, seed: int = 0) -> StrokeUNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return StrokeUNet(PLANES, spread)


@pytest.fixture(scope="module")
def procedural():
    spec = importlib.util.spec_from_file_location("tools_procedural", ROOT / "tools" / "procedural.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# -- the file ----------------------------------------------------------------------------------------------------------


def test_it_is_small_and_safetensors_only():
    assert START.stat().st_size < LIMIT
    assert len(load(START.read_bytes())) > 20


def test_it_holds_the_network_without_a_style():
    state = network().state_dict()
    weights = load(START.read_bytes())

    assert set(weights) == set(state) - {"spread"}
    assert all(weights[name].shape == state[name].shape for name in weights)
    assert all(torch.isfinite(value).all() for value in weights.values())


def test_its_description_agrees():
    assert ABOUT["version"] == checkpoint.VERSION
    assert ABOUT["planes"] == PLANES
    assert ABOUT["parameters"] == sum(value.numel() for value in load(START.read_bytes()).values())
    held_out = ABOUT["trained_on"]["held_out"]
    assert held_out in STYLES
    assert held_out not in ABOUT["trained_on"]["styles"]
    assert ABOUT["figures"].keys() >= {held_out}


def test_its_figures_hold_what_is_claimed():
    for name, found in ABOUT["figures"].items():
        assert found["ours"]["13+27"]["S"] <= found["scratch"]["40+80"]["S"], name


def test_it_is_part_of_the_package():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    folder = ROOT / "src" / "inkwright"
    packed = {path for pattern in data["inkwright"] for path in folder.glob(pattern)}

    assert {folder / "learn" / "stylizers" / name for name in ("start.safetensors", "start.json")} <= packed


# -- loading -----------------------------------------------------------------------------------------------------------


def test_the_start_is_the_same_whatever_the_seed_and_keeps_the_spread():
    spread = torch.tensor([[0.3, 0.1, 0.0], [0.1, 0.2, 0.0], [0.0, 0.0, 0.1]])
    one, other = network(spread, 0), network(spread, 1)
    load_start(one)
    load_start(other)

    assert torch.equal(one.spread, spread)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert one.out.weight.detach().abs().max() > 0


@pytest.mark.parametrize("data", [b"", b"not safetensors", None])
def test_a_missing_or_damaged_file_is_named(tmp_path, data):
    path = tmp_path / "start.safetensors"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(InternalError, match=r"start\.safetensors") as error:
        load_start(network(), path)
    assert "make checkpoint" in error.value.hint


def test_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "start.safetensors"
    path.write_bytes(save({name: value for name, value in network().state_dict().items() if name != "out.bias"}))

    with pytest.raises(InternalError, match="do not fit"):
        load_start(network(), path)


# -- what it is worth --------------------------------------------------------------------------------------------------


def reconstructed(style: Canvas, Y: Tensor, start: bool, steps: int) -> float:
    """R after a few steps on a style picture."""
    net = network(colour_spread(Y))
    if start:
        load_start(net)
    state = begin(net, 5e-3)
    job = Job(style, Y, Weights(), steps, 5e-3, 0)
    for _ in fit(state, job):
        pass
    return evaluate(net, state.best, job, False)["reconstruction"]


@pytest.fixture(scope="module", params=["strokes", "leaves"])
def unseen(procedural, request) -> tuple[Canvas, Tensor]:
    """Canvas and picture of a style by one of the script's painters, from a seed that the checkpoint never saw."""
    drawn = getattr(procedural, request.param)(np.random.default_rng(999))
    style = np.ascontiguousarray(np.clip(drawn, 0, 1), np.float32)
    return make_look([drawing_guides(style, 0)], style, 0).style_canvas(1)


def test_a_few_steps_bring_it_further_than_random_weights(unseen):
    style, Y = unseen

    assert reconstructed(style, Y, True, 8) < 0.98 * reconstructed(style, Y, False, 8)


# -- the pictures it is trained on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 4, 8, 9])
def test_style_pictures_are_the_same_every_time_and_vary(procedural, n):
    painter = (255 * np.random.default_rng(0).random((200, 300, 3))).astype(np.uint8)
    one, same, other = (procedural.style(n, [painter], np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert one.shape == (procedural.HEIGHT, procedural.WIDTH, 3)
    assert one.dtype == np.float32
    assert 0 <= one.min() < one.max() <= 1
    assert np.array_equal(one, same)
    assert np.abs(one - other).mean() > 0.01


def test_drawings_are_panels_or_scribbles(procedural):
    panel = np.full((300, 400, 3), 200, np.uint8)
    made = [procedural.drawing([panel], np.random.default_rng(n)) for n in range(12)]

    assert {picture.shape for picture in made} == {(procedural.PANEL, procedural.PANEL, 3)}
    even = [np.ptp(picture) < 0.01 for picture in made]
    assert any(even)
    assert not all(even)
