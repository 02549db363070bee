"""Regions that a balloon joins across a gutter, cut apart."""

import numpy as np
import pytest

from inkwright.comic.cuts import _Cut, _halves, split
from inkwright.comic.shapes import Mask


def joined(stripes: bool) -> tuple[Mask, Mask]:
    """Two panels and the gutter between them, over which a balloon lies; in one, stripes are as pale as the gutter."""
    region = np.ones((300, 420), np.bool_)
    gutter = np.zeros_like(region)
    gutter[:60, 200:208] = gutter[90:, 200:208] = True
    if stripes:
        for y in range(10, 290, 20):
            gutter[y : y + 6, 240:400] = True
    return region, gutter


def test_two_panels_are_cut_apart_along_their_gutter() -> None:
    parts = split(*joined(stripes=False), 4000, 6.0)
    assert sorted(int(part.any(0).argmax()) for part in parts) == pytest.approx([0, 207], abs=4)


@pytest.mark.parametrize("alone", [True, False])
def test_gaps_between_strokes_stay_where_a_cut_stands_alone(alone: bool) -> None:
    region, gutter = joined(stripes=True)
    side = np.zeros_like(region)
    side[:, :204] = True
    (left,), (right,) = _halves(region, gutter, _Cut(0.9, side, alone), 4000, 6.0)
    assert not (left | right)[:60, 201:207].any()
    assert bool(right[:, 240:400].all()) == alone
