import numpy as np
import pytest
import torch

from inkwright.learn.finish.chances import chances
from inkwright.learn.finish.cutouts import SIDE, Panel
from inkwright.learn.finish.whose import Whose


class Answering(torch.nn.Module):
    """A colourist that says the same everywhere: (K,) chances."""

    def __init__(self, chance=(1 / 3, 1 / 3, 1 / 3)) -> None:
        super().__init__()
        self.z = torch.log(torch.tensor(chance))[None, :, None, None]

    def forward(self, x):
        return self.z.expand(len(x), -1, SIDE // 2, SIDE // 2)


def known_of(own, most=None, only=None, setting=False):
    rows = np.float32([own])
    only, most = np.float32([own if only is None else only]), np.float32([most or [1] * rows.shape[1]])
    return Whose(rows, np.ones_like(rows), only, np.zeros_like(rows), most, np.array([setting]))


def test_an_area_that_reaches_far_out_of_a_box_is_not_the_elements(one_thread):
    region = np.zeros((40, 40), np.float32)
    region[10:30, 10:30] = 1
    known, planes = known_of([0.9, 0.2, 0.2]), np.zeros((40, 40, 8), np.float32)
    where = np.ones((40, 40), np.int32)
    where[12:28, 12:20] = 0  # shut in its box; the other area is what is around
    made = chances(Answering(), Panel(planes, {0: region}, 1), 3, known, where)
    assert made[20, 15, 0] > 0.8
    assert made[20, 25, 0] < 0.5


def test_no_paint_takes_more_of_an_element_than_finished_panels_show(one_thread):
    region, where = np.zeros((40, 40), np.float32), np.zeros((40, 40), np.int32)
    region[10:30, 10:30] = where[10:30, 10:30] = 1
    panel, net = Panel(np.zeros((40, 40, 8), np.float32), {0: region}, 1), Answering((0.15, 0.8, 0.05))
    free = chances(net, panel, 3, known_of([0.9, 0.9, 0.1]), where)
    held = chances(net, panel, 3, known_of([0.9, 0.9, 0.1], most=[1, 0.1, 1]), where)
    assert free[20, 20].argmax() == 1
    assert held[20, 20].argmax() == 0
    assert held[2, 2] == pytest.approx(free[2, 2], abs=1e-5)  # elsewhere nothing changes
    assert held.sum(2) == pytest.approx(np.ones((40, 40)), abs=1e-4)


@pytest.mark.parametrize(("setting", "sure", "wall"), [(True, 1, True), (True, 0.9, False), (False, 1, False)])
def test_there_is_no_sky_in_a_room(one_thread, setting, sure, wall):
    room, where = np.full((40, 40), sure, np.float32), np.zeros((40, 40), np.int32)  # .9: it has no box
    panel, net = Panel(np.zeros((40, 40, 8), np.float32), {0: room}, 1), Answering((0.05, 0.9, 0.05))
    known = known_of([0.95, 0.6, 0.1], only=[0.99, 0.4, 0.05], setting=setting)
    assert bool(chances(net, panel, 3, known, where)[20, 20].argmax() == 0) == wall
