import pytest
import torch

from inkwright.learn.canvas import PLANES, Canvas
from inkwright.learn.job import Job, Weights, minibatch


def job(panels: int = 6, **changes) -> Job:
    """A job of which only the order of its panels matters."""
    blank = Canvas(torch.zeros(1, PLANES, 8, 8), *(torch.zeros(1, n, 8, 8) for n in (3, 3, 1)))
    given = {"style": blank, "Y": blank.base, "weights": Weights(), "steps": 4, "lr": 1e-3, "seed": 3}
    return Job(**{**given, "panels": [blank] * panels, **changes})


def test_without_emphasis_panels_come_as_they_always_did():
    assert [job().chosen(n) for n in range(9)] == [minibatch(6, 2, n, 3) for n in range(9)]
    assert sorted(j for n in range(3) for j in job().chosen(n)) == list(range(6))


def test_panels_drawn_again_fill_every_second_step_and_the_others_come_equally_often():
    redone = job(again=[1, 4])
    steps = [redone.chosen(n) for n in range(12)]
    assert all(sorted(chosen) == [1, 4] for chosen in steps[1::2])
    assert sorted(j for chosen in steps[0::2] for j in chosen) == sorted([*range(6)] * 2)


def test_one_panel_drawn_again_is_a_batch_of_its_own():
    assert [job(again=[5]).chosen(n) for n in (1, 3)] == [[5], [5]]


def test_panels_drawn_again_count_half_of_what_is_evaluated():
    assert job().looked(48) == pytest.approx(dict.fromkeys(range(6), 1 / 6))
    shares = job(60, again=[8, 9]).looked(10)
    assert len(shares) == 12
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[8] == shares[9] == pytest.approx(0.25)
    assert job(2, again=[0]).looked(48) == pytest.approx({0: 0.75, 1: 0.25})


def test_an_elements_terms_weigh_as_much_as_asked():
    C = torch.tensor([[1.0, 2.0], [0.5, 0.0]])
    assert torch.equal(job().emphasised(C), C)
    assert torch.equal(job(emphasis=[2.0, 1.0]).emphasised(C), torch.tensor([[2.0, 2.0], [1.0, 0.0]]))
