"""Pages of every kind whose panels are known: found, one to one, where they are."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkwright.comic.panels import Found, find_panels

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from panel_pages import KINDS, DrawnPage, Manner, as_scan, draw, draw_page, inset, layout, rectangle

SEEN = (
    "white",
    "black",
    "coloured",
    "slanted",
    "crossing",
    "manga",
    "ruled strip",
    "captions",
    "round",
    "bleed",
    "storyboard",
    "painted page",
    "spread",
)


def corners(one: Found) -> NDArray[np.float64]:
    return rectangle(*one.box) if one.polygon is None else np.array(one.polygon, float)


def filled(polygon: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    canvas = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(canvas, [np.round((polygon - 0.5) * 16).astype(np.int32)], 1, shift=4)
    return canvas > 0


def right(page: DrawnPage, least: float) -> int:
    """How many panels are found, each by one of its own."""
    found = [filled(corners(one), page.pixels.shape) for one in find_panels(page.pixels, page.direction)]
    count = 0
    for panel in page.panels:
        true = filled(panel, page.pixels.shape)
        count += any((one & true).sum() >= least * (one | true).sum() for one in found)
    return min(count, 2 * len(page.panels) - len(found))


@pytest.mark.parametrize("kind", SEEN)
def test_most_panels_of_every_kind_are_found(kind: str) -> None:
    pages = [draw_page(kind, seed, 640, 920) for seed in (900, 901)]
    pages += [as_scan(page, np.random.default_rng(1), 2.0) for page in pages[:1]]
    total = sum(len(page.panels) for page in pages)
    assert sum(right(page, 0.8) for page in pages) >= 0.8 * total


def test_an_area_as_dark_as_all_that_is_looked_at_is_no_ruled_line() -> None:
    """Its sides lie outside of what is looked at: that was an error once, on this very page."""
    page = draw_page("pale", 6002)
    assert len(find_panels(page.pixels, page.direction)) == len(page.panels)


def test_a_corner_beyond_the_pages_edge_is_no_error() -> None:
    """Two sides of a turned panel at the rim meet left of the page; its box was cut out of the page from -3 on."""
    page = draw_page("overlapping", 9100)
    found = find_panels(page.pixels)
    assert len(found) == len(page.panels)
    assert all(min(one.box[:2]) >= 0 for one in found)


def test_small_frames_on_yellowed_paper_are_no_picture() -> None:
    page = as_scan(draw_page("storyboard", 40002), np.random.default_rng(40002), 1.5)
    assert right(page, 0.85) == len(page.panels) == 12


def test_an_inset_whose_border_is_half_as_wide_on_one_side_is_found() -> None:
    """Drawn over a bright dress, the border's outer edge was blurred away where the page was made smaller."""
    page = draw_page("inset", 9600)
    assert right(page, 0.85) == len(page.panels) == 4


def test_a_tier_that_gaps_a_pixel_wide_tell_apart_is_told_apart_beside_one_that_they_do_not() -> None:
    """On a scan the last tier's gutters are as thin as that; a balloon bridges one in the tier above."""
    page = as_scan(draw_page("manga page", 5003), np.random.default_rng(5003), -1.5)
    assert right(page, 0.85) >= len(page.panels) - 4


def test_the_pages_are_the_same_every_time() -> None:
    for kind in KINDS:
        assert np.array_equal(draw_page(kind, 3, 200, 290).pixels, draw_page(kind, 3, 200, 290).pixels)


def test_a_polygon_is_moved_inwards_and_outwards() -> None:
    slanted = np.array([[10.0, 10.0], [50.0, 20.0], [60.0, 70.0], [5.0, 60.0]])
    assert np.allclose(inset(rectangle(10, 10, 40, 30), -3), rectangle(7, 7, 46, 36))
    assert np.allclose(inset(rectangle(10, 10, 40, 30), 3), rectangle(13, 13, 34, 24))
    assert np.allclose(inset(inset(slanted, -4), 4), slanted)


def test_two_stacks_never_stand_side_by_side() -> None:
    """They could be read either way."""
    how = Manner(stacked=1.0, rows=(1, 1), columns=(3, 3))
    for seed in (0, 1, 2):
        panels = layout(np.random.default_rng(seed), rectangle(0, 0, 300, 430), how, 300, "ltr")
        starts = [round(float(panel[:, 0].min())) for panel in panels]
        assert [starts.count(x) for x in sorted(set(starts))] == [2, 1, 2]


SMALL = 0.02
"""Share of the page below which a panel may be missed: no smaller one is looked for."""


@st.composite
def slanted(draws: st.DrawFn) -> DrawnPage:
    """A random layout with slanted gutters, its panels filled with colour."""
    slant, gap = draws(st.floats(4, 18)), draws(st.floats(0.02, 0.04))
    frame = draws(st.sampled_from([0.0, 0.006]))
    rng = np.random.default_rng(draws(st.integers(0, 10**9)))
    how = Manner(slant=slant, gap=gap, frame=frame, balloons=0, arts=("painted",))
    page = np.full((430, 300, 3), 255, np.uint8)
    panels = layout(rng, rectangle(15, 15, 270, 400), how, 300, "ltr")
    for panel in panels:
        draw(page, panel, rng, how)
    return DrawnPage(page, panels)


@settings(max_examples=200, deadline=None)
@given(page=slanted())
def test_200_layouts_with_slanted_gutters(page: DrawnPage) -> None:
    """All their panels are found, in order, and nothing else."""
    found = [filled(corners(one), page.pixels.shape) for one in find_panels(page.pixels)]
    known = [filled(panel, page.pixels.shape) for panel in page.panels]
    overlap = np.array([[(one & true).sum() / (one | true).sum() for true in known] for one in found])
    large = [true.mean() >= SMALL for true in known]
    assert all(overlap[:, k].max() >= 0.85 for k in range(len(known)) if large[k])
    assert (overlap.max(1) >= 0.8).all()
    assert (np.diff(overlap.argmax(1)) > 0).all()


def test_on_a_scan_askew_panels_are_polygons_of_the_page() -> None:
    page = as_scan(draw_page("white", 4, 600, 860), np.random.default_rng(0), 3.0)
    found = find_panels(page.pixels)
    assert len(found) == len(page.panels)
    for one, true in zip(found, page.panels, strict=True):
        assert one.polygon is not None
        mask, wanted = filled(corners(one), page.pixels.shape), filled(true, page.pixels.shape)
        assert (mask & wanted).sum() > 0.93 * (mask | wanted).sum()
        x, y, w, h = one.box
        xs, ys = zip(*one.polygon, strict=True)
        assert (min(xs), min(ys), max(xs), max(ys)) == (x, y, x + w, y + h)
