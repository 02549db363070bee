"""Panels told apart by gutters alone, wherever these run: on pages whose panels bleed off, nothing encloses them.

A gutter is seen as a straight band of paper with something on both its sides, across the page and then across each
part again. Neither a margin nor closed frames are needed.

Source: G. Nagy, S. Seth, "Hierarchical representation of optically scanned documents", 1984. Differs from it: bands
may lean, and what lies over a gutter may interrupt it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inkwright.comic.band_edges import FRAME, Edge, edges_of, is_closed
from inkwright.comic.crossings import NEARLY_STRAIGHT, SLOPES, Small, placed
from inkwright.comic.figures import Polygon
from inkwright.comic.regions import without_specks
from inkwright.comic.shapes import Mask, Shape, beside, fill_polygon, fit_shape, page_side

WIDTHS = (0.02, 0.055)
"""Widths in shares of the page's longer side that gutters have at the most: first the narrow ones are looked for."""
SHARE = 0.8
"""Share of a band that must be thin paper."""
CLEAR = 0.95
"""Share from which a band that is nearly straight is taken without trying slants."""
TRIES = 8
"""Lines in each direction that are measured."""
TIERS_FIRST = 0.06
"""By how much more of an upright gutter must be free, to be cut along before one that lies."""
DEPTH = 6
SIDE = 0.08
"""Least side of a panel in shares of the page's longer side."""


@dataclass(frozen=True)
class _Band:
    """A gutter: the two lines, as points and normals, at which it ends, and the share that is free."""

    first: tuple[Polygon, Polygon]
    second: tuple[Polygon, Polygon]
    share: float


@dataclass(frozen=True)
class _Sheet:
    """A page: its ink, its thin paper and the least panel.

    Attributes:
        ink: (h, w) bool.
        thin: for each of `WIDTHS` between something above and below, and between something left and right.
        smallest: pixels.
        wobble: pixels by which frames stray.
        known: panels in which no gutter is looked for.
    """

    ink: Mask
    thin: list[tuple[Mask, Mask]]
    smallest: int
    wobble: float
    known: Sequence[Shape]

    @property
    def side(self) -> float:
        return page_side(self.ink.shape)

    def is_known(self, polygon: Polygon) -> bool:
        """Whether a part of the page is a known panel."""
        low, high = np.round(polygon.min(0)).astype(int).tolist(), np.round(polygon.max(0)).astype(int).tolist()
        area = int(cv2.contourArea(polygon.astype(np.float32)))
        part = Shape((low[0], low[1], high[0] - low[0], high[1] - low[1]), None, 1.0, area)
        return any(part.is_like(one, self.wobble) for one in self.known)


def thin_paper(paper: Mask, widest: int, upright: bool) -> Mask:
    """Paper that ends within a gutter's width above and below, or to the left and right where `upright`.

    Args:
        paper: (h, w) bool, what has the paper's colour.
        widest: that width, in pixels.
        upright: look for gutters that stand.
    """
    kernel = np.ones((1, widest + 1) if upright else (widest + 1, 1), np.uint8)
    wide = cv2.morphologyEx(paper.astype(np.uint8), cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT) > 0
    return np.asarray(paper & ~wide, np.bool_)


def banded(paper: Mask, smallest: int, wobble: float, known: Sequence[Shape] = ()) -> list[tuple[Mask, Shape, float]]:
    """The panels between the gutters of a page: mask, figure and the least share of a gutter around it.

    Args:
        paper: (h, w) bool, what has the paper's colour.
        smallest: pixels that a panel must have.
        wobble: how far a frame may stray from a straight line, in pixels.
        known: panels in which no gutter is looked for.

    Returns:
        the panels; none where no gutter crosses the page.
    """
    height, width = paper.shape
    page = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    ink = without_specks(~paper)
    widths = [round(share * page_side(paper.shape)) for share in WIDTHS]
    thin = [(thin_paper(~ink, most, False), thin_paper(~ink, most, True)) for most in widths]
    sheet = _Sheet(ink, thin, smallest, wobble, known)
    leaves = _divided(page, sheet, DEPTH)
    if len(leaves) < 2:
        return []
    found = []
    for polygon, share in leaves:
        inside = fill_polygon(polygon, (height, width))
        if int(inside.sum()) >= smallest and (sheet.ink & inside).any():
            found.append((inside, fit_shape(inside, wobble), share))
    return found


def _content(ink: Mask, side: float) -> Mask | None:
    """Ink without what stands by itself in the margin, such as a page's number; None where nothing is left."""
    reach = 2 * max(1, round(0.006 * side)) + 1
    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    extent = stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT]
    extent[0] = 0
    keep = extent >= 0.02 * max(1, int(extent.max(initial=0)))
    keep[0] = False
    kept = keep[labels] & ink
    return np.asarray(kept, np.bool_) if kept.any() else None


def _divided(polygon: Polygon, sheet: _Sheet, depth: int) -> list[tuple[Polygon, float]]:
    """A convex part of the page cut along its best band, again and again; each with the least share of its bands."""
    polygon = _trimmed(polygon, sheet)
    if depth == 0 or len(polygon) < 3 or cv2.contourArea(polygon.astype(np.float32)) < 2 * sheet.smallest:
        return [(polygon, 1.0)] if len(polygon) >= 3 else []
    if sheet.is_known(polygon):
        return [(polygon, 1.0)]
    best: tuple[float, _Band, list[Polygon]] | None = None
    for width in range(len(WIDTHS)):
        for upright in (False, True):
            if best is not None and best[0] >= 1.0 - TIERS_FIRST:
                break  # none that stands is worth more
            for band in _bands(polygon, sheet, width, upright):
                parts = [beside(polygon, *line) for line in (band.first, band.second)]
                if any(len(part) < 3 or not _is_large(part, sheet.smallest, sheet.side) for part in parts):
                    continue
                worth = band.share - (TIERS_FIRST if upright else 0.0)
                if best is None or worth > best[0]:
                    best = worth, band, parts
        if best is not None:
            break
    if best is None:
        return [(polygon, 1.0)]
    leaves = [leaf for part in best[2] for leaf in _divided(part, sheet, depth - 1)]
    return [(leaf, min(share, best[1].share)) for leaf, share in leaves]


def _trimmed(polygon: Polygon, sheet: _Sheet) -> Polygon:
    """A part without the margin above, below and beside what is drawn in it."""
    low = np.floor(polygon.min(0)).astype(int).clip(0)
    high = np.ceil(polygon.max(0)).astype(int)
    inside = fill_polygon(polygon - low, (int(high[1] - low[1]), int(high[0] - low[0])))
    content = _content(sheet.ink[low[1] : high[1], low[0] : high[0]] & inside, sheet.side)
    if content is None:
        return np.zeros((0, 2))
    x, y, w, h = cv2.boundingRect(content.astype(np.uint8))
    x, y = x + int(low[0]), y + int(low[1])
    sides = [((x, y), (0, 1)), ((x, y), (1, 0)), ((x + w, y + h), (0, -1)), ((x + w, y + h), (-1, 0))]
    for point, normal in sides:
        if len(polygon) >= 3:
            polygon = beside(polygon, np.array(point, np.float64), np.array(normal, np.float64))
    return polygon


def _is_large(part: Polygon, smallest: int, side: float) -> bool:
    area = cv2.contourArea(part.astype(np.float32))
    return bool(area >= smallest and area / max(1.0, float(np.ptp(part, 0).max())) >= SIDE * side / 2)


def _bands(polygon: Polygon, sheet: _Sheet, width: int, upright: bool) -> list[_Band]:
    """The clearest bands across a part, nearly along rows, or along columns where `upright`.

    Paper too wide for a gutter, a margin or white art, says nothing for a band and nothing against it.
    """
    low = np.floor(polygon.min(0)).astype(int).clip(0)
    high = np.ceil(polygon.max(0)).astype(int)
    place = slice(low[1], high[1]), slice(low[0], high[0])
    extent = fill_polygon(polygon - low, (int(high[1] - low[1]), int(high[0] - low[0])))
    plane = sheet.thin[width][upright][place] & extent
    inside = extent
    extent = extent & (plane | sheet.ink[place])
    if upright:
        plane, extent, inside = (np.ascontiguousarray(one.T) for one in (plane, extent, inside))
    if min(plane.shape) < 24:
        return []
    corner, line = (low[::-1] if upright else low), round(FRAME * sheet.side)
    # Thin gutters must not get lost on the reduced copy on which lines are looked for.
    thick = 1 + 2 * (max(plane.shape) // 400)
    seen = cv2.dilate(plane.astype(np.uint8), np.ones((thick, 1), np.uint8)) > 0
    small = Small.of(np.asarray(seen & extent, np.bool_), extent)
    for slopes in (NEARLY_STRAIGHT, SLOPES)[: 2 - width]:  # wide gutters hardly lean
        found = []
        for start, middle in small.lines(slopes, TRIES, SHARE):
            slope, row, share = placed(plane, extent, start, middle, SHARE)
            if share < SHARE or is_closed(sheet.ink.T if upright else sheet.ink, inside, corner, slope, row, line):
                continue
            edges = edges_of(plane, extent, inside, slope, row, WIDTHS[width] * sheet.side, sheet.side)
            if edges is not None:
                found.append(_band(edges, share, low.astype(np.float64), plane.shape[1], upright))
        if any(band.share >= CLEAR for band in found):
            return found
    return found


def _band(edges: tuple[Edge, Edge], share: float, low: Polygon, width: int, upright: bool) -> _Band:
    lines = []
    for (slope, row), sign in zip(edges, (-1.0, 1.0), strict=True):
        normal, point = sign * np.array([-slope, 1.0]) / np.hypot(1, slope), np.array([width / 2, row])
        if upright:
            normal, point = normal[::-1], point[::-1]
        lines.append((point + low, normal))
    return _Band(lines[0], lines[1], share)
