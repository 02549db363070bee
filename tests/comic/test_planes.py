"""Channels and connected parts, as NumPy and OpenCV tell them more slowly."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkwright.comic.planes import apart, components, extremes, middle_level

pictures = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


@given(pictures)
def test_extremes_are_those_of_the_channels(pixels: np.ndarray) -> None:
    low, high = extremes(pixels)
    assert (low == pixels.min(2)).all()
    assert (high == pixels.max(2)).all()


@given(pictures, arrays(np.uint8, 3))
def test_pixels_are_as_far_from_a_colour_as_their_farthest_channel(pixels: np.ndarray, colour: np.ndarray) -> None:
    assert (apart(pixels, colour) == np.abs(pixels.astype(int) - colour).max(2)).all()


@given(arrays(np.uint8, st.integers(1, 50)))
def test_the_middle_level_is_the_median(levels: np.ndarray) -> None:
    assert middle_level(levels) == pytest.approx(np.median(levels))


@pytest.mark.parametrize("connectivity", [4, 8])
@given(mask=arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_components_have_their_own_areas(mask: np.ndarray, connectivity: int) -> None:
    labels, areas = components(mask, connectivity)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=connectivity)
    assert ((labels > 0) == mask).all()
    assert sorted(areas[1:]) == sorted(stats[1:, cv2.CC_STAT_AREA])
    assert (len(areas), areas[0]) == (count, 0)
