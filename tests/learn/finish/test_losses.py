import numpy as np
import torch
from torch import nn

from inkwright.learn.finish.losses import CELL, HELD, l1, likeness, pair, patch, redrawn
from inkwright.learn.regions import soft_boxes
from inkwright.learn.tensors import generator, to_tensor

RNG = np.random.default_rng(0)
FINISH = RNG.random((170, 200, 3)).astype(np.float32)


class Paint(nn.Module):
    """Gives back the base in one colour."""

    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, x, base, places=None):
        assert x.shape[-2:] == base.shape[-2:]
        if places is not None:
            assert places.shape[-1] == -(-base.shape[-1] // 4)
        return base + self.shift


def test_every_fifth_cell_is_held_out():
    one = pair(3, FINISH)
    assert one.at == 3
    assert one.taught.shape == (1, 1, 170, 200)
    cells = one.taught[0, 0, ::CELL, ::CELL]
    assert 0 < float((1 - cells).mean()) <= 1.5 / HELD
    assert (one.taught[0, 0, :CELL, :CELL] == one.taught[0, 0, 0, 0]).all()


def test_what_is_held_out_teaches_nothing():
    one = pair(0, FINISH)
    X = to_tensor(FINISH)
    held = one.taught.float() == 0
    assert float(l1(X, X, one.taught.float())) == 0
    other = torch.where(held, X + 0.3, X)
    assert float(l1(other, X, one.taught.float())) < 1e-6
    assert float(l1(other, X, 1 - one.taught.float())) > 0.25


def test_a_patch_reaches_the_network_also_mirrored():
    one, net = pair(0, FINISH), Paint()
    x, base, places = torch.zeros(1, 8, 170, 200), to_tensor(FINISH), torch.zeros(1, 8, 43, 50)
    for step in range(6):
        assert patch(net, [x, base, places], one, generator(step)).item() < 2e-3  # half precision
    loss = patch(net, [x, base], one, generator(1)).item()
    with torch.no_grad():
        net.shift += 0.2
    worse = patch(net, [x, base, places], one, generator(1))
    assert worse.item() > loss + 0.1
    worse.backward()
    assert net.shift.grad is not None
    assert float(net.shift.grad) > 0


def test_a_redrawing_is_like_itself_wherever_its_strokes_are():
    region = {0: soft_boxes([(20, 20, 120, 110)], 170, 200)}
    one = redrawn(2, region, FINISH)
    assert float(likeness(to_tensor(FINISH), one)) < 1e-6
    moved = to_tensor(np.roll(FINISH, 9, 1))
    darker = to_tensor(FINISH * 0.5)
    assert float(likeness(moved, one)) < 0.3 * float(likeness(darker, one))
    X = darker.clone().requires_grad_()
    likeness(X, one).backward()
    assert float(X.grad.abs().sum()) > 0


def test_an_element_too_small_to_compare_asks_for_nothing():
    one = redrawn(0, {0: soft_boxes([(2, 2, 6, 6)], 60, 60)}, FINISH[:60, :60])
    assert not one.masks
    assert float(likeness(to_tensor(FINISH[:60, :60]), one)) == 0
