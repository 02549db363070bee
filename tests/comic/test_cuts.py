"""Regions that a balloon joins across a gutter, cut apart."""

import numpy as np

from inkwright.comic.cuts import split


def test_gaps_between_strokes_stay_in_their_panel() -> None:
    """They are as thin and long as gutters; a cut takes only the gutter that it follows off."""
    region = np.ones((300, 420), np.bool_)
    gutter = np.zeros_like(region)
    gutter[:60, 200:208] = gutter[90:, 200:208] = True  # a balloon lies over it
    for y in range(10, 290, 12):  # what is between them is too small for panels
        gutter[y : y + 6, 212:] = True
    parts = split(region, gutter, 4000, 6.0, depth=1)
    assert len(parts) == 2
    left, right = sorted(parts, key=lambda part: int(part.argmax(1).max()))
    assert left[:, :198].mean() > 0.98
    assert right[:, 212:].mean() > 0.98
