import numpy as np
import pytest

from inkwright.learn.finish.areas import areas
from inkwright.learn.finish.cutouts import (
    PLANES,
    SIDE,
    WHOLE,
    Panel,
    boxes_of,
    cut,
    cut_labels,
    cutout,
    drawn_planes,
    grid,
    halved,
    pyramid,
    seats,
    thinned,
    window,
)
from inkwright.learn.regions import soft_boxes


def panel(scale=1, width=2):
    ink = np.zeros((100 * scale, 140 * scale), np.float32)
    ink[20 * scale : 80 * scale, 60 * scale : 60 * scale + width] = 1
    flat = np.full((*ink.shape, 3), 0.7, np.float32)
    region = soft_boxes([(40 * scale, 20 * scale, 50 * scale, 60 * scale)], *ink.shape)
    return Panel(drawn_planes(ink, flat, areas(ink, flat)), {1: region}, 3)


def levels(one):
    return pyramid(np.concatenate([one.planes, one.places()], 2))


def test_a_box_lies_in_the_middle_of_its_cutout():
    at = window((30.0, 10.0, 40.0, 80.0))
    middle = at @ np.array([50 - 0.5, 50 - 0.5, 1])
    assert middle == pytest.approx([(SIDE - 1) / 2] * 2, abs=1e-3)
    across = grid((100, 140), at, (30.0, 10.0, 40.0, 80.0))
    assert across.shape == (SIDE, SIDE, 5)
    assert abs(across[SIDE // 2, SIDE // 2, 1:3]).max() < 0.05
    assert across[..., 0].mean() == pytest.approx(0.5 / 1.24**2, abs=0.03)


@pytest.mark.parametrize("scale", [1, 3])
def test_a_close_up_has_lines_of_the_same_breadth(scale):
    one = panel(scale, 2 * scale)
    region = boxes_of(one.regions[1])[0]
    seen = cutout(one, levels(one), 1, region, window(region))
    assert seen.shape == (SIDE, SIDE, PLANES)
    assert np.isfinite(seen).all()
    breadth = (seen[SIDE // 2, :, 0] > 0.5).sum()
    assert 1 <= breadth <= 3


def test_a_mirrored_cutout_is_that_of_a_mirrored_panel():
    one = panel()
    box = boxes_of(one.regions[1])[0]
    plain = cutout(one, levels(one), 1, box, window(box))
    other = cutout(one, levels(one), 1, box, window(box, mirrored=True))
    assert np.abs(other[:, ::-1, 0] - plain[..., 0]).max() < 0.02  # the line
    assert np.abs(other[:, :, 10] - plain[..., 10]).max() < 0.05  # across the box: left is left again


def test_labels_and_small_cutouts_lie_where_the_cutout_lies():
    labels = np.full((100, 140), -1, np.int64)
    labels[20:80, 40:90] = 4
    at = window((40.0, 20.0, 50.0, 60.0))
    seen = cut_labels(labels, at)
    assert seen[SIDE // 2, SIDE // 2] == 4
    assert seen[0, 0] == -1
    point = np.array([10.0, 20.0, 1.0])
    assert 2 * (halved(at) @ point) + 0.5 == pytest.approx(at @ point, abs=1e-3)


def test_a_reduced_cutout_lies_where_a_full_one_does():
    ys, xs = np.mgrid[0:400, 0:600].astype(np.float32)
    at = window((0.0, 0.0, 600.0, 400.0))
    far = np.stack([xs, ys], 2)
    seen = cut(pyramid(far), at)[SIDE // 2, SIDE // 2]
    sharp = cut([far], at)[SIDE // 2, SIDE // 2]
    assert seen == pytest.approx(sharp, abs=1.5)


def test_every_piece_of_a_region_has_a_seat_and_so_has_the_panel():
    one = panel()
    two = Panel(one.planes, {0: soft_boxes([(5, 5, 20, 20), (90, 60, 30, 30)], 100, 140)}, 3)
    found = seats(two)
    assert [element for element, _ in found] == [WHOLE, 0, 0]
    assert found[0][1] == (0.0, 0.0, 140.0, 100.0)
    assert not boxes_of(np.full((10, 10), 0.5, np.float32))


def test_thinning_leaves_a_line_of_one_pixel():
    mask = np.zeros((40, 40), np.bool_)
    mask[5:35, 18:23] = True
    thin = thinned(mask)
    assert not (thin & ~mask).any()
    assert thin[10:30].sum(1).max() == 1
    assert thin[10:30].sum() == 20
    assert not thinned(np.zeros((9, 9), np.bool_)).any()
