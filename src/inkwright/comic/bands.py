"""Panels told apart by gutters alone, wherever these run: on pages whose panels bleed off, nothing encloses them.

A gutter is seen as a straight band of paper with something on both its sides, across the page and then across each
part again. Neither a margin nor closed frames are needed.

Source: G. Nagy, S. Seth, "Hierarchical representation of optically scanned documents", 1984. Differs from it: bands
may lean, and what lies over a gutter may interrupt it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.cuts import NEARLY_STRAIGHT, SLOPES, lines_across, placed
from inkwright.comic.regions import without_specks
from inkwright.comic.shapes import Mask, Polygon, Shape, fill_polygon, fit_shape, page_side

WIDTHS = (0.02, 0.055)
"""Widths in shares of the page's longer side that gutters have at the most: first the narrow ones are looked for."""
NARROWEST = 0.002
"""The same at the least."""
EDGE = 0.004
"""How far a gutter's edge may stray, in shares of the page's longer side."""
ALONG = 0.55
"""Share of a gutter that must have its edges, each, where they are expected."""
ONE_SIDE = 0.75
"""Share of its free part that must have one of the two."""
CLEAN = 0.9
"""Share of what is no white art that must have its edges, and be free, where white art without a frame hides much."""
RUN = 0.3
"""Share of the gutter that must then be seen in one piece."""
SHARE = 0.8
"""Share of a band that must be thin paper."""
CLEAR = 0.95
"""Share from which a band that is nearly straight is taken without trying slants."""
FRAME = 0.01
"""Width of a frame in shares of the page's longer side at the most, where it closes what is no gutter."""
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
    """

    ink: Mask
    thin: list[tuple[Mask, Mask]]
    smallest: int

    @property
    def side(self) -> float:
        return page_side(self.ink.shape)


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


def banded(paper: Mask, smallest: int, wobble: float) -> list[tuple[Mask, Shape, float]]:
    """The panels between the gutters of a page: mask, figure and the least share of a gutter around it.

    Args:
        paper: (h, w) bool, what has the paper's colour.
        smallest: pixels that a panel must have.
        wobble: how far a frame may stray from a straight line, in pixels.

    Returns:
        the panels; none where no gutter crosses the page.
    """
    height, width = paper.shape
    page = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    ink = without_specks(~paper)
    widths = [round(share * page_side(paper.shape)) for share in WIDTHS]
    sheet = _Sheet(ink, [(thin_paper(~ink, most, False), thin_paper(~ink, most, True)) for most in widths], smallest)
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
    best: tuple[float, _Band, list[Polygon]] | None = None
    for width in range(len(WIDTHS)):
        for upright in (False, True):
            for band in _bands(polygon, sheet, width, upright):
                parts = [_beside(polygon, *line) for line in (band.first, band.second)]
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
            polygon = _beside(polygon, np.array(point, np.float64), np.array(normal, np.float64))
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
    for slopes in (NEARLY_STRAIGHT, SLOPES)[: 2 - width]:  # wide gutters hardly lean
        found = []
        for start, middle in lines_across(np.asarray(seen & extent, np.bool_), extent, slopes, TRIES):
            slope, row, share = placed(plane, extent, start, middle)
            if share < SHARE or _is_closed(sheet.ink.T if upright else sheet.ink, inside, corner, slope, row, line):
                continue
            edges = _edges(plane, extent, inside, slope, row, WIDTHS[width] * sheet.side, sheet.side)
            if edges is not None:
                found.append(_band(edges, share, low.astype(np.float64), plane.shape[1], upright))
        if any(band.share >= CLEAR for band in found):
            return found
    return found


def _is_closed(ink: Mask, inside: Mask, corner: NDArray[np.int_], slope: float, row: float, line: int) -> bool:
    """Whether a frame closes a band at both its ends: then it is white art inside that frame.

    Args:
        ink: (h, w) bool of the page, or of the page on its side.
        inside: the part that the band runs across.
        corner: x, y of that part.
        slope, row: of the band's middle, in the part.
        line: the widest line of a frame in pixels.
    """
    height, width = inside.shape
    columns = np.arange(width)
    rows = np.floor(row + slope * (columns - width / 2)).astype(int)
    within = (rows >= 0) & (rows < height)
    within &= inside[np.clip(rows, 0, height - 1), columns]
    if not within.any():
        return False
    for end, step in ((int(within.argmax()), 1), (width - 1 - int(within[::-1].argmax()), -1)):
        along = end + step * np.arange(-line - 1, line + 2) + corner[0]
        at = np.floor(row + slope * (along - corner[0] - width / 2)).astype(int) + corner[1]
        seen = ink[np.clip(at, 0, ink.shape[0] - 1), np.clip(along, 0, ink.shape[1] - 1)]
        seen[: line + 1] |= (along[: line + 1] < 0) | (along[: line + 1] >= ink.shape[1])
        before, after = seen[: line + 1], seen[line + 1 :]
        if before.mean() > 0.5 or not after.any() or after.all():
            return False
    return True


_Edge = tuple[float, float]
"""Slope, and row in the middle column."""


def _edges(
    plane: Mask, extent: Mask, inside: Mask, slope: float, row: float, widest: float, side: float
) -> tuple[_Edge, _Edge] | None:
    """Where the band around a line begins and ends; None where it has no straight edges.

    Gaps between dots, hatches and letters run straight across as well, but nothing lies along them.
    """
    height, width = plane.shape
    columns = np.unique(np.linspace(0, width - 1, 300).astype(int))
    most, near, least = round(widest), max(2.0, EDGE * side), max(1.0, NARROWEST * side)
    reach = np.arange(-most, most + 1)
    rows = np.floor(row + slope * (columns - width / 2)).astype(int)
    at = np.clip(rows[None] + reach[:, None], 0, height - 1)
    body = plane[at, columns[None]]
    within = inside[at[most], columns]
    on = body[most] & within
    if on.sum() < 8:
        return None
    if is_pattern((body & within).mean(1), most):
        return None
    above = rows[on] + 1.0 - np.cumprod(body[most::-1, on], 0).sum(0)
    below = rows[on] + 0.0 + np.cumprod(body[most:, on], 0).sum(0)
    free = within & (body[most] | ~extent[at[most], columns])
    found, shares = [], []
    for ends in (above, below):
        edge, share = _straight(columns[on] + 0.5 - width / 2, ends, slope, near)
        found.append(edge)
        shares.append(share * on.sum())
    crossed = min(shares) >= ALONG * within.sum() and max(shares) >= ONE_SIDE * free.sum()
    white = min(shares) >= CLEAN * on.sum() and free.sum() >= CLEAN * within.sum() and _run(on) >= RUN * within.sum()
    if not crossed and not white:
        return None
    return (found[0], found[1]) if found[1][1] - found[0][1] >= least else None


def _run(on: NDArray[np.bool_]) -> int:
    """The longest run."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    return int(np.diff(ends)[::2].max(initial=0))


def is_pattern(shares: NDArray[np.float64], middle: int) -> bool:
    """Whether lines as free as the one in the middle run close by on both its sides: dots or hatches."""
    dark = shares < 0.6 * shares[middle]
    before, after = np.flatnonzero(dark[:middle]), np.flatnonzero(dark[middle:])
    if len(before) == 0 or len(after) == 0:
        return False
    least = 0.75 * shares[middle]
    return bool(shares[: before[-1]].max(initial=0) >= least and shares[middle + after[0] :].max(initial=0) >= least)


def _straight(xs: NDArray[np.float64], ys: NDArray[np.float64], slope: float, near: float) -> tuple[_Edge, float]:
    """The line near most of some points, from a first guess of its slope, and the share that lies near it."""
    middle = float(np.median(ys - slope * xs))
    for reach in (3 * near, 1.5 * near, near):
        kept = np.abs(ys - slope * xs - middle) <= reach
        if kept.sum() < 8:
            break
        slope, middle = np.polyfit(xs[kept], ys[kept], 1).tolist()
    return (slope, middle), float((np.abs(ys - slope * xs - middle) <= near).mean())


def _band(edges: tuple[_Edge, _Edge], share: float, low: Polygon, width: int, upright: bool) -> _Band:
    lines = []
    for (slope, row), sign in zip(edges, (-1.0, 1.0), strict=True):
        normal, point = sign * np.array([-slope, 1.0]) / np.hypot(1, slope), np.array([width / 2, row])
        if upright:
            normal, point = normal[::-1], point[::-1]
        lines.append((point + low, normal))
    return _Band(lines[0], lines[1], share)


def _beside(polygon: Polygon, point: Polygon, normal: Polygon) -> NDArray[np.float64]:
    """The part of a convex polygon on the side of a line to which the normal points."""
    kept = []
    for a, b in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        da, db = float((a - point) @ normal), float((b - point) @ normal)
        if da >= 0:
            kept.append(a)
        if da * db < 0:
            kept.append(a + (b - a) * (da / (da - db)))
    return np.array(kept) if kept else np.zeros((0, 2))
