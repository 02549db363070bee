"""Panels that share one ruled line, with no gutter between them, told apart along it.

A line is looked for as a thin dark ridge that runs straight from one side of a region to the other. A horizon or a
wall in the drawing may do so as well; a ruled line is as wide and as dark as the frame around the region, evenly wide,
and nothing but a balloon lies over it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.line_votes import Field
from inkwright.comic.ridges import BLACK, Ridges
from inkwright.comic.ruled_lines import COVER, SLOPES, Line, frame_of, ruled_lines
from inkwright.comic.shapes import Mask, fit_shape, largest, outer_hull

NEARLY = 0.06
"""Slant of lines on a page that was drawn straight."""
FLANKED = 0.35
"""Share of a thin gutter that the panels on either side of it must lie along without a break; rows of dots do not."""
COVER_LEANING = 0.94
"""Share of a line that leans that must be dark: nothing lies over it, as over shoulders and roofs."""
UNBROKEN = 0.95
"""Share of a line, and of its ends, that must be dark on a page that has gutters."""
DEPTH = 6
UPRIGHT = 0.03
"""Slope up to which a line may cut a panel of a page that has gutters: a robe is likelier to lean."""
SHORTEST = 6
"""The least side of a part in reaches of a line."""


@dataclass(frozen=True)
class _Search:
    """What holds for all parts of a region: its lines and frame, the least part, slants, wobble, and strictness."""

    lines: Ridges
    frame: tuple[float, float] | None
    smallest: int
    tolerance: float
    slopes: NDArray[np.float64]
    strict: bool


def split_ruled(
    region: Mask,
    lines: Ridges,
    smallest: int,
    tolerance: float,
    *,
    lying: bool = True,
    slanted: bool = True,
    strict: bool = False,
) -> list[Mask]:
    """Cuts a region along ruled lines, again and again.

    Args:
        region: (h, w) bool, one connected region.
        lines: the same part of the page.
        smallest: pixels that a part must have.
        tolerance: how far a frame may stray from a straight line, in pixels.
        lying: whether the first cut may be along a line that lies.
        slanted: whether cuts may lean by more than `NEARLY`.
        strict: whether a line must be seen from frame to frame, with nothing over it.

    Returns:
        the parts, or the region alone.
    """
    frame = None if lines.gutters else frame_of(region, lines)
    slopes = SLOPES if slanted else SLOPES[SLOPES <= NEARLY]
    search = _Search(lines, frame, smallest, tolerance, slopes, strict)
    return _split(region, search, DEPTH if lying else DEPTH + 1)


def _split(region: Mask, search: _Search, depth: int) -> list[Mask]:
    """The parts of a region; in the first of `DEPTH` + 1 rounds only lines that stand count."""
    if depth == 0 or int(region.sum()) < 2 * search.smallest:
        return [region]
    x, y, w, h = cv2.boundingRect(region.astype(np.uint8))
    place = slice(y, y + h), slice(x, x + w)
    parts = _best_cut(np.ascontiguousarray(region[place]), search.lines.part(place), search, depth > DEPTH)
    if not parts:
        return [region]
    found = []
    for part in parts:
        whole = np.zeros_like(region)
        whole[place] = part
        found += _split(whole, search, min(depth, DEPTH) - 1)
    return found


def _best_cut(region: Mask, lines: Ridges, search: _Search, upright: bool) -> list[Mask]:
    """The two parts beside the best line across a region; none where it has none."""
    hull = outer_hull(region)
    level = 255.0 if search.frame is None else search.frame[1]
    level = 0.0 if lines.gutters else level
    best, parts = 0.0, []
    for turned in (True,) if upright else (False, True):
        ridge = lines.standing.T if turned else lines.lying
        extent = np.ascontiguousarray(hull.T if turned else hull)
        grey = np.ascontiguousarray(lines.grey.T if turned else lines.grey)
        field = Field(np.asarray(ridge & extent, np.bool_), grey, extent, lines.reach, lines.gutters)
        for line in ruled_lines(field, search.slopes, level):
            worth = line.cover - 0.05 * min(1.0, abs(line.slope))
            usual = line.width <= 1.5 * lines.reach and (not upright or abs(line.slope) <= UPRIGHT)
            usual = usual and (not search.strict or min(line.cover, line.touching) >= UNBROKEN)
            if worth <= best or not usual or not _is_like_frame(line, search.frame, lines.gutters):
                continue
            above = _above(line, extent.shape)
            halves = _halves(region, above.T if turned else above, search, lines.reach)
            if halves:
                best, parts = worth, halves
    return parts


def _halves(region: Mask, side: Mask, search: _Search, reach: int) -> list[Mask]:
    """A region's parts on the two sides of a line, if both look like panels."""
    parts = [largest(region & side), largest(region & ~side)]
    if min(int(part.sum()) for part in parts) < search.smallest:
        return []
    fits = [fit_shape(part, search.tolerance) for part in parts]
    if min(fit.quality for fit in fits) < 0.6 or min(min(fit.box[2:]) for fit in fits) < SHORTEST * reach:
        return []
    return parts


def _above(line: Line, shape: tuple[int, ...]) -> Mask:
    yy, xx = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.asarray(yy + 0.5 < line.middle + line.slope * (xx + 0.5 - shape[1] / 2), np.bool_)


def _is_like_frame(line: Line, frame: tuple[float, float] | None, gutters: bool) -> bool:
    """Whether a line is ruled as the region's frame is: (width, grey level) of that, or None where there is none."""
    if gutters:  # it ends in gutter or margin, and not at a panel's own frame
        return min(line.cover, line.touching + 0.03) >= 0.93 and line.level < BLACK and line.flanked >= FLANKED
    if frame is None:
        return line.width >= 1.8 and line.cover >= 0.95
    width, level = frame
    # Dots of a tone that touch a line make it look wider.
    wider = 1.7 if min(line.cover, line.touching) >= UNBROKEN else 1.4
    if not 0.75 * width - 0.5 <= line.width <= wider * width + 0.8 or line.level > level + 35:
        return False
    return line.cover >= (COVER if abs(line.slope) < 0.015 else COVER_LEANING)
