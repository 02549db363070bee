from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Canvas
from inkwright.learn.regions import CODES
from inkwright.learn.stylizers.unet import StrokeUNet
from inkwright.learn.tensors import generator
from inkwright.operations import sweep as module
from inkwright.operations.rounds import Material, load_stylizer
from inkwright.operations.sweep import BLENDS, BOOK, LOOKED, blended, sweep


class Brightness:
    """A style distance that grows with the blend: fitted networks of these tests paint brighter than plain ones."""

    asked = 0

    def __init__(self, style: Tensor) -> None:
        assert style.shape == (1, 3, 20, 30)

    def __call__(self, X: Tensor) -> float:
        type(self).asked += 1
        return float(X.mean())


LOOK = SimpleNamespace(style=np.zeros((20, 30, 3), np.float32))


def canvas(seed: int) -> Canvas:
    g = generator(seed)
    base = 0.2 + 0.1 * torch.rand(1, 3, 24, 32, generator=g)
    return Canvas(torch.randn(1, PLANES, 24, 32, generator=g).half(), base.half(), base.half(), base[:, :1].half())


def network(bias: float, places: int = 0) -> StrokeUNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = StrokeUNet(PLANES, 0.25 * torch.eye(3), places=places)
    with torch.no_grad():
        net.out.bias.fill_(bias)
    return net


def run_with(folder: Path, plain: float, fitted: float, places: int = CODES) -> Path:
    """A run's folder with two networks, told how bright they paint."""
    checkpoint.save_tensors(folder / "plain.safetensors", network(plain).state_dict())
    checkpoint.save_tensors(folder / "fitted.safetensors", network(fitted, places).state_dict())
    return folder


def material(panels: int = 3, places: bool = True) -> Material:
    made = Material(torch.ones(panels, 1), torch.zeros(panels, 1, 4, 4), None)
    made.plain = [canvas(n) for n in range(panels)]
    made.panels = made.plain
    made.places = [torch.zeros(1, CODES, 6, 8).half() for _ in range(panels)] if places else []
    return made


def brightness(bias: float, given: Material) -> float:
    """Mean brightness of the panels as a network with that bias paints them."""
    with torch.no_grad():
        net = network(bias).eval()
        return sum(float(net(p.x.float(), p.base.float()).mean()) for p in given.panels) / len(given.panels)


@pytest.fixture
def bright(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "StyleDistance", Brightness)
    monkeypatch.setattr(Brightness, "asked", 0)


@pytest.mark.parametrize("blend", BLENDS)
@pytest.mark.parametrize("places", [True, False])
def test_the_largest_blend_within_the_cost_is_kept(tmp_path, bright, blend, places):
    given = material(places=places)
    run = run_with(tmp_path, 0.0, 1.0, CODES if places else 0)
    own, there = brightness(0.0, given), brightness(blend, given)
    found = sweep(run, LOOK, given, (there / own - 1) * 1.001)  # type: ignore[arg-type]

    assert found["blend"] == blend
    assert found["plain"] == pytest.approx(own, abs=2e-6)
    assert found["fitted"] == pytest.approx(there, abs=2e-6)
    book = checkpoint.load_tensors(run / BOOK)
    assert book["out.bias"].tolist() == pytest.approx([blend] * 3)
    net = load_stylizer(run / BOOK)
    assert (net.place_full is not None) == places


def test_where_none_is_within_the_cost_the_smallest_is_kept(tmp_path, bright):
    found = sweep(run_with(tmp_path, 0.0, 2.0), LOOK, material(), 0.0)  # type: ignore[arg-type]
    assert found["blend"] == BLENDS[-1]
    assert found["fitted"] > found["plain"]


def test_a_fit_that_costs_nothing_is_kept_whole(tmp_path, bright):
    run = run_with(tmp_path, 0.0, -1.0)
    assert sweep(run, LOOK, material(), 0.0)["blend"] == 1.0  # type: ignore[arg-type]
    whole, book = (checkpoint.load_tensors(run / name) for name in ("fitted.safetensors", BOOK))
    assert whole.keys() == book.keys()
    assert all(torch.equal(whole[name], book[name]) for name in whole)


def test_a_cost_of_one_sets_no_limit(tmp_path, bright):
    found = sweep(run_with(tmp_path, 0.0, 3.0), LOOK, material(), 1.0)  # type: ignore[arg-type]
    assert found["fitted"] > 2 * found["plain"]
    assert found["blend"] == 1.0


def test_plain_is_told_nothing_of_elements(tmp_path, bright):
    """Its own pictures are those that it was fitted on, without shifted colours or places."""
    given = material()
    other = [canvas(n + 50) for n in range(3)]
    given.panels = [Canvas(p.x, p.base * 1.5, p.flat, p.ink) for p in other]
    given.places = [p + 1 for p in given.places]
    found = sweep(run_with(tmp_path, 0.3, 0.3), LOOK, given, 1.0)  # type: ignore[arg-type]
    given.panels = given.plain
    assert found["plain"] == pytest.approx(brightness(0.3, given), abs=2e-6)
    assert found["fitted"] > 1.1 * found["plain"]


def test_of_a_long_book_some_panels_are_enough(tmp_path, bright):
    sweep(run_with(tmp_path, 0.0, 0.0), LOOK, material(40), 1.0)  # type: ignore[arg-type]
    assert Brightness.asked == 2 * LOOKED


@pytest.mark.parametrize("panels", [1, 2])
def test_a_book_of_few_panels(tmp_path, bright, panels):
    assert sweep(run_with(tmp_path, 0.0, 0.0), LOOK, material(panels), 0.0)["blend"] == 1.0  # type: ignore[arg-type]


def test_the_same_run_gives_the_same_bytes(tmp_path):
    run = run_with(tmp_path, 0.0, 1.0)
    found = [sweep(run, LOOK, material(), 0.2) for _ in range(2)]  # type: ignore[arg-type]
    once = (run / BOOK).read_bytes()
    assert found[0] == found[1]
    sweep(run, LOOK, material(), 0.2)  # type: ignore[arg-type]
    assert (run / BOOK).read_bytes() == once


def test_a_blend_is_a_straight_line_between_weights():
    a, b = {"w": torch.tensor([0.0, 2.0])}, {"w": torch.tensor([1.0, -2.0])}
    assert blended(a, b, 0.25)["w"].tolist() == [0.25, 1.0]
    assert torch.equal(blended(a, b, 1.0)["w"], b["w"])
    assert torch.equal(blended(a, b, 0.0)["w"], a["w"])
