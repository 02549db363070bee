import numpy as np
import pytest
import torch

from inkwright.learn.regions import CODES, codes, enlarged, place_planes, soft_boxes

# -- boxes -------------------------------------------------------------------------------------------------------------


def test_a_box_is_one_inside_nothing_far_away_and_soft_between():
    mask = soft_boxes([(30, 20, 50, 40)], 100, 160)

    assert mask.shape == (100, 160)
    assert mask.dtype == np.float32
    assert mask[40, 55] == pytest.approx(1, abs=1e-4)
    assert mask[40, 120] == mask[90, 55] == 0
    edge = mask[40, 20:40]
    assert (np.diff(edge) >= 0).all()
    assert edge[9] + edge[10] == pytest.approx(1, abs=1e-3)  # half-way exactly at the box's edge, x = 30
    assert 0.5 < edge[10] < 0.65


def test_the_softness_goes_with_the_boxs_shorter_side():
    # A Gaussian of 0.06 * 100 = 6 pixels leaves Phi(-0.5 - half a pixel) ~ 0.28 three and a half pixels outside.
    large = soft_boxes([(50, 50, 100, 100)], 200, 200)
    assert large[100, 46] == pytest.approx(0.280, abs=0.01)
    small = soft_boxes([(50, 50, 100, 10)], 200, 200)  # one pixel at the least: hardly anything there
    assert small[55, 46] < 0.001


def test_an_element_that_the_frame_cuts_off_does_not_fade_there():
    mask = soft_boxes([(-20, 0, 60, 80)], 80, 120)
    assert mask[:, 0].min() == pytest.approx(1, abs=1e-4)
    assert mask[40, 100] == 0


def test_two_boxes_that_touch_do_not_add_up():
    one, other = (10, 10, 40, 40), (40, 10, 40, 40)
    both = soft_boxes([one, other], 60, 100)
    assert both.max() <= 1 + 1e-6
    assert np.array_equal(both, np.maximum(soft_boxes([one], 60, 100), soft_boxes([other], 60, 100)))


def test_no_box_is_nowhere():
    assert not soft_boxes([], 20, 30).any()


# -- heat-maps ---------------------------------------------------------------------------------------------------------


def test_a_coarse_map_grows_to_the_panels_size_and_stays_within_range():
    heat = np.zeros((6, 9), np.float64)
    heat[2, 6] = 1
    grown = enlarged(heat, 61, 91)

    assert grown.shape == (61, 91)
    assert grown.dtype == np.float32
    assert grown.min() == 0  # a cubic overshoots; clipped
    assert grown.max() <= 1
    y, x = np.unravel_index(grown.argmax(), grown.shape)
    assert (y, x) == (pytest.approx(25, abs=2), pytest.approx(65, abs=2))  # the middle of cell (2, 6)


# -- codes and planes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elements", [0, 1, 8, 9, 40, 100])
def test_codes_are_unit_vectors_and_no_two_are_alike(elements):
    code = codes(elements)
    assert code.shape == (elements, CODES)
    torch.testing.assert_close(code.norm(dim=1), torch.ones(elements))
    if elements > 1:
        apart = torch.cdist(code, code) + 9 * torch.eye(elements)
        assert float(apart.min()) > 0.4


def test_codes_stay_when_elements_are_added():
    assert torch.equal(codes(5), codes(100)[:5])
    assert torch.equal(codes(100), codes(100))


@pytest.mark.parametrize(("size", "cells"), [((40, 60), (10, 15)), ((41, 63), (11, 16)), ((3, 5), (1, 2))])
def test_planes_have_a_quarter_of_the_panels_size_rounded_up(size, cells):
    mask = np.ones(size, np.float32)
    planes = place_planes({1: mask}, 3, *size)

    assert planes.shape == (1, CODES, *cells)
    expected = codes(3)[1][:, None, None].expand(-1, *cells)
    torch.testing.assert_close(planes[0], expected)


def test_planes_are_the_masks_times_the_codes_summed():
    left, top = np.zeros((8, 12), np.float32), np.zeros((8, 12), np.float32)
    left[:, :4] = 1
    top[:2] = 1  # half of the upper cells
    planes = place_planes({0: left, 9: top}, 10, 8, 12)

    a, b = codes(10)[0], codes(10)[9]
    torch.testing.assert_close(planes[0, :, 0, 0], a + b / 2)
    torch.testing.assert_close(planes[0, :, 0, 2], b / 2)
    torch.testing.assert_close(planes[0, :, 1, 0], a)
    assert not planes[0, :, 1, 1:].any()


def test_where_nothing_is_known_all_planes_are_zero():
    assert not place_planes({}, 4, 16, 16).any()
