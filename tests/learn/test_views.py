import pytest
import torch
import torch.nn.functional as F

from inkwright.learn.tensors import generator
from inkwright.learn.views import CELL, box_mask, frame, see


@pytest.mark.parametrize(
    ("height", "width", "found"),
    [(50, 50, (0, 0, 96, 96)), (25, 100, (24, 0, 48, 96)), (100, 25, (0, 24, 96, 48)), (200, 800, (24, 0, 48, 96))],
)
def test_a_panel_is_squeezed_to_the_root_of_its_aspect_and_centred(height, width, found):
    f = frame(height, width, 96)
    assert (f.top, f.left, f.height, f.width) == found


@pytest.mark.parametrize("size", [(16, 300), (300, 16), (3, 5), (97, 89), (1, 1), (1000, 1001)])
@pytest.mark.parametrize("px", [48, 96, 128])
def test_any_panel_fits_its_canvas_and_covers_a_cell(size, px):
    f = frame(*size, px)
    assert 0 <= f.top <= f.top + f.height <= px
    assert 0 <= f.left <= f.left + f.width <= px
    assert px in (f.height, f.width)
    cells = F.avg_pool2d(see(torch.rand(1, 3, *size), px)[:, 3:], CELL)
    assert bool((cells > 0.5).any())  # else no classifier could say anything about it


def test_a_canvas_is_the_panel_on_grey_with_its_mask():
    X = torch.rand(2, 3, 40, 160, generator=generator(0))
    V = see(X, 64)
    f = frame(40, 160, 64)
    inside = torch.zeros(64, 64, dtype=torch.bool)
    inside[f.top : f.top + f.height, f.left : f.left + f.width] = True

    assert V.shape == (2, 4, 64, 64)
    assert V[:, 3].eq(inside.float()).all()
    assert V[:, :3, ~inside].eq(0.5).all()
    torch.testing.assert_close(V[:, :3, inside].mean(2), X.mean((2, 3)), atol=0.01, rtol=0)
    assert 0 <= float(V.min()) <= float(V.max()) <= 1


def test_seeing_is_differentiable():
    X = torch.rand(1, 3, 20, 30, generator=generator(0)).requires_grad_()
    see(X, 48)[:, :3].sum().backward()
    assert X.grad is not None
    assert float(X.grad.min()) > 0


def test_a_box_covers_on_the_canvas_what_it_covers_in_the_panel():
    X = torch.zeros(1, 3, 60, 120)
    X[..., 15:45, 30:90] = 1
    mask = box_mask([(30, 15, 60, 30)], 60, 120, 96, 24)
    seen = F.avg_pool2d(see(X, 96)[:, :1], 4)[0, 0] > 0.5
    inside = F.avg_pool2d(see(X, 96)[:, 3:], 4)[0, 0] > 0.5
    assert mask.shape == (24, 24)
    assert set(mask.unique().tolist()) == {0, 1}
    assert int(((mask > 0) != (seen & inside)).sum()) <= 24  # but for a border of cells


def test_boxes_are_joined_clipped_and_never_lost():
    both = box_mask([(0, 0, 10, 10), (90, 90, 10, 10)], 100, 100, 96, 24)
    assert both[0, 0] == both[-1, -1] == 1
    assert both[0, -1] == both[12, 12] == 0
    assert box_mask([(-50, -50, 200, 200)], 100, 100, 96, 24).eq(1).all()
    assert box_mask([(50, 50, 1, 1)], 100, 100, 96, 24).sum() == 1  # tiny, and still a cell
    assert not box_mask([], 100, 100, 96, 24).any()
