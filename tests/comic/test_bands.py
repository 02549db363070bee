from dataclasses import replace

import numpy as np
import pytest

from inkwright.comic.bands import banded, thin_paper
from inkwright.comic.shapes import Mask, Shape

SMALLEST = 3000


def page(*cuts: tuple[int, int, int, int]) -> Mask:
    """Paper, (h, w) bool: gutters (x, y, width, height) on a page of ink without a margin."""
    paper = np.zeros((600, 420), np.bool_)
    for x, y, w, h in cuts:
        paper[y : y + h, x : x + w] = True
    return paper


def boxes(paper: Mask) -> list[tuple[int, int, int, int]]:
    return sorted(shape.box for _, shape, _ in banded(paper, SMALLEST, 5.0))


def test_panels_that_bleed_are_told_apart_by_gutters_alone() -> None:
    found = boxes(page((0, 200, 420, 8), (200, 208, 8, 392)))
    expected = [(0, 0, 420, 200), (0, 208, 200, 392), (208, 208, 212, 392)]
    assert len(found) == 3
    assert all(abs(a - b) <= 2 for one, box in zip(found, expected, strict=True) for a, b in zip(one, box, strict=True))


def test_in_a_known_panel_no_gutter_is_looked_for() -> None:
    paper = page((0, 200, 420, 8), (200, 208, 8, 392))
    below = Shape((0, 208, 420, 392), None, 0.95, 420 * 392)
    assert len(banded(paper, SMALLEST, 5.0, [below])) == 2
    assert len(banded(paper, SMALLEST, 5.0, [replace(below, box=(0, 208, 300, 392))])) == 3
    assert len(banded(paper, SMALLEST, 5.0, [replace(below, area=300 * 392)])) == 3


def test_a_balloon_may_lie_over_a_gutter() -> None:
    paper = page((0, 200, 420, 8))
    paper[190:218, 150:210] = False
    assert len(boxes(paper)) == 2


def test_a_slanted_gutter_gives_polygons() -> None:
    paper = np.zeros((600, 420), np.bool_)
    yy, xx = np.mgrid[0:600, 0:420]
    paper |= np.abs(yy - 300 - 0.2 * (xx - 210)) <= 5
    found = banded(paper, SMALLEST, 5.0)
    assert len(found) == 2
    assert all(shape.polygon is not None for _, shape, _ in found)


@pytest.mark.parametrize("pattern", ["dots", "hatching", "wide", "nothing", "short"])
def test_other_white_is_no_gutter(pattern: str) -> None:
    paper = np.zeros((600, 420), np.bool_)
    if pattern == "dots":
        paper[:] = True
        paper[::6, :] = paper[1::6, :] = paper[2::6, :] = False
        paper[:, ::6] |= paper[:, 1::6]
        paper[:, ::6] = True
    elif pattern == "hatching":
        paper[::7] = paper[1::7] = paper[2::7] = True
    elif pattern == "wide":
        paper[200:300] = True
    elif pattern == "short":
        paper[200:208, :200] = True
    assert boxes(paper) == []


def test_thin_paper_ends_within_a_gutter_s_width() -> None:
    paper = page((0, 200, 420, 8), (0, 300, 420, 60))
    thin = thin_paper(paper, 20, upright=False)
    assert thin[200:208].all()
    assert not thin[300:360].any()
    assert not thin_paper(paper, 20, upright=True).any()


def test_white_art_inside_a_frame_is_no_gutter() -> None:
    """A strip of paper from side to side is closed by the frame at both its ends; outside is paper."""
    paper = np.ones((600, 420), np.bool_)
    paper[40:560, 40:380] = False
    paper[290:298, 44:376] = True
    assert boxes(paper) == []
    paper[290:298, 30:390] = True  # the same strip through the frame
    assert len(boxes(paper)) == 2


def test_a_gap_between_two_rays_is_no_gutter() -> None:
    paper = np.zeros((600, 420), np.bool_)
    yy, xx = np.mgrid[0:600, 0:420]
    paper |= np.abs(yy - 300) <= xx / 30
    assert banded(paper, SMALLEST, 5.0) == []


def test_a_gutter_does_not_go_on_through_white_art() -> None:
    paper = page((0, 290, 420, 10), (200, 300, 10, 300))
    paper[20:280, 60:360] = True  # white art above, as broad as a picture, in a drawn frame
    assert len(boxes(paper)) == 3
