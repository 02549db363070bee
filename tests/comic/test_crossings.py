"""Straight lines of gutter across a part of a page."""

import numpy as np
import pytest

from inkwright.comic.crossings import NEARLY_STRAIGHT, SLOPES, Small, placed
from inkwright.comic.shapes import Mask


def plane(slope: float, middle: float, thick: float = 6, size: tuple[int, int] = (300, 400)) -> Mask:
    """Nothing but a gutter along y = middle + slope (x - width / 2)."""
    yy, xx = np.mgrid[0 : size[0], 0 : size[1]] + 0.5
    return np.asarray(np.abs(yy - middle - slope * (xx - size[1] / 2)) <= thick / 2, np.bool_)


@pytest.mark.parametrize("slope", [0.0, 0.13, -0.36, 0.8])
def test_a_gutter_of_any_slant_is_seen_and_placed(slope: float) -> None:
    gutter = plane(slope, 140.0)
    every = np.ones_like(gutter)
    found = [placed(gutter, every, *line) for line in Small.of(gutter, every).lines(SLOPES)]
    best = max(found, key=lambda line: line[2])
    assert best[0] == pytest.approx(slope, abs=0.02)
    assert best[1] == pytest.approx(140, abs=2)
    assert best[2] == pytest.approx(1)


def test_two_gutters_are_two_lines() -> None:
    gutters = plane(0, 90.0) | plane(0, 210.0)
    found = Small.of(gutters, np.ones_like(gutters)).lines(NEARLY_STRAIGHT)
    assert sorted(round(middle, -1) for _, middle in found) == [90, 210]


def test_what_is_mostly_hidden_is_no_line_where_more_is_asked_for() -> None:
    gutter = plane(0, 140.0)
    gutter[:, 100:280] = False
    small = Small.of(gutter, np.ones_like(gutter))
    assert small.lines(NEARLY_STRAIGHT)
    assert not small.lines(NEARLY_STRAIGHT, least=0.8)


def test_what_is_hidden_of_a_line_counts_against_it() -> None:
    gutter = plane(0, 140.0)
    gutter[:, 100:200] = False
    assert placed(gutter, np.ones_like(gutter), 0.0, 140.0)[2] == pytest.approx(0.75, abs=0.02)


def test_a_line_that_is_closed_at_both_ends_is_a_streak() -> None:
    gutter = plane(0, 140.0)
    gutter[:, :25] = gutter[:, -25:] = False
    assert placed(gutter, np.ones_like(gutter), 0.0, 140.0)[2] == 0


def test_a_line_that_cannot_do_is_not_looked_at() -> None:
    """The look at every fourth pixel spares time and changes nothing of what passes."""
    gutter = plane(0.1, 140.0)
    gutter[:, 100:140] = False
    every = np.ones_like(gutter)
    assert placed(gutter, every, 0.1, 140.0, 0.85) == placed(gutter, every, 0.1, 140.0)
    assert placed(plane(0.1, 140.0, thick=0.4), every, 0.1, 140.0, 0.99)[2] == 0


def test_outside_the_hull_a_line_does_not_count() -> None:
    gutter = plane(0, 140.0)
    hull = np.ones_like(gutter)
    hull[:, 200:] = False
    gutter[:, 200:] = False
    assert placed(gutter, hull, 0.0, 140.0)[2] == pytest.approx(1)
