import pytest
import torch

from inkwright.learn.banks import Bank, Elements
from inkwright.learn.colour import oklab
from inkwright.learn.element_look import spots
from inkwright.learn.fit import begin
from inkwright.learn.harmonize import PLANES, Piece, Task, harmonize
from inkwright.learn.regions import CODES
from inkwright.learn.stylizers import STYLIZERS


def task(steps: int, look: float = 1.0, close: float = 1.0) -> Task:
    """Two panels of one grey; the first should be a little redder, says the bank."""
    import numpy as np

    flat = np.full((32, 40, 3), 0.5, np.float32)
    wanted = oklab(np.array([[0.62, 0.5, 0.5]], np.float32))
    bank = Bank(oklab(flat[:1, 0]), np.ones(1, np.float32), wanted, wanted)
    regions = {0: np.ones((32, 40), np.float32)}
    its = spots(flat, flat, regions, Elements({0: bank}, [True]))
    grey = torch.full((1, 3, 32, 40), 0.5)
    g = torch.Generator().manual_seed(0)
    x = torch.rand(1, PLANES, 32, 40, generator=g)
    guide = torch.tensor([0.6, 0.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 32, 40)
    pieces = [Piece(x, grey, guide, torch.zeros(1, CODES, 8, 10), torch.ones(1, 1, 32, 40), s) for s in (its, [])]
    return Task(pieces, torch.zeros(2, 1), torch.zeros(2, 1, 4, 4), None, close, 0.0, 0.0, look, steps, 2, 5e-3, 0)


def net() -> torch.nn.Module:
    torch.manual_seed(0)
    made: torch.nn.Module = STYLIZERS["unet"](PLANES, places=CODES)
    return made


@pytest.fixture(autouse=True)
def _alone(one_thread: None) -> None:
    """Torch on one thread."""


def test_an_untrained_network_changes_nothing():
    piece = task(1).pieces[0]
    assert torch.allclose(piece.corrected(net()), piece.base, atol=1e-6)


def test_k_falls_and_a_resumed_round_equals_an_uninterrupted_one():
    whole = begin(net(), 5e-3)
    terms = [t for _, t in harmonize(whole, task(16))]
    assert terms[-1]["K"] < 0.7 * terms[0]["K"]
    again = begin(net(), 5e-3)
    work = harmonize(again, task(16))
    for _ in range(7):
        next(work)
    work.close()
    list(harmonize(again, task(16)))
    assert all(torch.equal(whole.mean[name], again.mean[name]) for name in whole.mean)


def test_closeness_holds_it_back():
    moved = []
    for close in (0.0, 100.0):
        its = task(12, close=close)
        state = begin(net(), 5e-3)
        list(harmonize(state, its))
        with torch.no_grad():
            moved.append(float((its.pieces[0].corrected(state.net) - its.pieces[0].base).abs().mean()))
    assert moved[1] < 0.3 * moved[0]
