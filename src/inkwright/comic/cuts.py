"""Regions that hang together across a gutter, because a balloon or a figure bridges it, cut apart."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.crossings import MIN_SHARE, NEARLY_STRAIGHT, SEARCH_SIDE, SLOPES, Small, placed
from inkwright.comic.planes import components
from inkwright.comic.shapes import Mask, Shape, fit_shape, outer_hull, outline

JUDGE_SIDE = 360
"""What a cut would leave is judged on a copy of at most this many pixels a side."""
CLEAR = 0.97
"""Share from which a cut that is nearly straight is taken without trying slants."""
POOR = 0.5
"""Quality below which what a cut leaves is no panel."""
CLEAN = 0.93
"""From this quality on a region without gutter in it is a panel as it is."""
SLIT, SLIT_WIDTH = 0.2, 0.05
"""Length of a gutter that runs into a region in shares of the region's shorter side and of the cut along it at the
least, and its width in shares of the longer side at the most."""
OPEN, BESIDE = 0.85, 2.5
"""Share of a cut that must be gutter for other gaps to be the panels' own; and how far beside it gutter is taken off,
in tolerances of a frame."""
EVEN = 0.65
"""Share of the box around it that such a gutter fills: pale art at a panel's edge frays out."""
SLIT_FIT, FAIR = 0.6, 0.86
"""Quality of what such a gutter leaves beside a clean panel, which may be several, and of both where none is clean:
what lies over it bites a piece off."""


@dataclass(frozen=True)
class _Cut:
    """A straight cut: the share of it that is gutter, what lies on one side, and whether other gaps are no gutter."""

    share: float
    side: Mask
    alone: bool = False


def split(
    region: Mask, gutter: Mask, smallest: int, tolerance: float, depth: int = 5, whole: Shape | None = None
) -> list[Mask]:
    """Cuts a region along straight gutters, of any slant.

    Args:
        region: (h, w) bool, one connected region.
        gutter: (h, w) bool, background that may be gutter, also where it does not hang together with the rim.
        smallest: pixels that a part must have.
        tolerance: how far a frame may stray from a straight line, in pixels.
        depth: how often a part may be cut again.
        whole: the figure of the region, where it is known.

    Returns:
        the parts, or the region alone.
    """
    whole = whole or fit_shape(region, tolerance)
    if depth == 0 or whole.area < 2 * smallest:
        return [region]
    bent = whole.polygon is not None and len(whole.polygon) > 4 and not whole.is_round
    if whole.quality >= CLEAN and not bent and not _has_long_gutter(region, gutter, min(whole.box[2:])):
        return [region]
    cuts = _cuts(region, gutter)
    best = _best(cuts, region, gutter, whole, smallest, tolerance)
    if best is None:
        clear = [replace(cut, alone=True) for cut in cuts if cut.share >= OPEN]
        best = _best(clear, region, gutter, whole, smallest, tolerance)
    if best is None:
        best = _slit_cut(region, gutter, smallest, tolerance)
    if best is None:
        return [region]
    parts = [part for half in _halves(region, gutter, best, smallest, tolerance) for part in half]
    found = []
    for part in parts:
        x, y, w, h = cv2.boundingRect(part.astype(np.uint8))
        place = slice(y, y + h), slice(x, x + w)
        for piece in split(np.ascontiguousarray(part[place]), gutter[place], smallest, tolerance, depth - 1):
            found.append(np.zeros_like(part))
            found[-1][place] = piece
    return found


def _best(cuts: list[_Cut], region: Mask, gutter: Mask, whole: Shape, smallest: int, tolerance: float) -> _Cut | None:
    """The cut that leaves the best panels, if they are better than the region; judged on a smaller copy."""
    best, gain = None, 0.03
    scale = min(1.0, JUDGE_SIDE / max(whole.box[2:]))
    reduced, room = _reduced(region, scale), _reduced(gutter, scale)
    least = max(1.0, max(smallest, 0.05 * whole.area) * scale * scale)
    for cut in cuts:
        halves = _halves(reduced, room, replace(cut, side=_reduced(cut.side, scale)), least, tolerance * scale)
        if not all(halves):
            continue
        fits: list[Shape] = []
        for part in (part for half in halves for part in half):
            fits.append(fit_shape(part, max(1.0, tolerance * scale)))
            if fits[-1].quality < POOR:
                break
        if fits[-1].quality < POOR:
            continue
        mean = sum(fit.quality * fit.area for fit in fits) / sum(fit.area for fit in fits)
        # A clean gutter right across needs no better fit; one that much bridges must pay off.
        worth = mean - whole.quality + 0.7 * (cut.share - MIN_SHARE)
        if worth > gain:
            best, gain = cut, worth
    return best


def _slit_cut(region: Mask, gutter: Mask, smallest: int, tolerance: float) -> _Cut | None:
    """The cut along a gutter that runs into a region and ends below a caption, if it leaves a clean panel."""
    best = None
    for middle, along in _slits(region, gutter):
        share = _free_share(region, gutter, middle, along)
        if share <= (SLIT if best is None else best.share):
            continue
        down, across = np.arange(region.shape[0])[:, None], np.arange(region.shape[1])
        side = np.asarray((across - middle[0]) * along[1] < (down - middle[1]) * along[0], np.bool_)
        halves = _halves(region, gutter, _Cut(share, side), smallest, tolerance)
        fits = [[fit_shape(part, tolerance) for part in half] for half in halves]
        alone = [half[0].quality for half in fits if len(half) == 1 and len(outline(half[0])) <= 5]
        fair = len(alone) == 2 and min(alone) >= FAIR
        if all(half and min(fit.quality for fit in half) >= SLIT_FIT for half in fits) and (
            fair or max(alone, default=0.0) >= CLEAN
        ):
            best = _Cut(share, side)
    return best


def _free_share(region: Mask, gutter: Mask, middle: NDArray[np.float64], along: NDArray[np.float64]) -> float:
    """Share of gutter along a line through a region."""
    reach = np.arange(-float(np.hypot(*region.shape)), float(np.hypot(*region.shape)))
    xs, ys = (np.round(middle[k] + reach * along[k]).astype(int) for k in (0, 1))
    valid = (xs >= 0) & (ys >= 0) & (xs < region.shape[1]) & (ys < region.shape[0])
    inside = outer_hull(region)[ys[valid], xs[valid]]
    free = gutter[ys[valid], xs[valid]][inside]
    return float(free.mean()) if len(free) else 0.0


def _slits(region: Mask, gutter: Mask) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Long thin notches of gutter in a region: a point on each, and its direction."""
    height, width = region.shape
    reach = 2 * max(2, round(SLIT_WIDTH * max(height, width) / 2)) + 1
    padded = cv2.copyMakeBorder(region.astype(np.uint8), reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    notches = (closed[reach:-reach, reach:-reach] > 0) & ~region & gutter
    labels, areas = components(np.asarray(notches, np.bool_), 8)
    least = SLIT * min(height, width)
    found = []
    for i in np.flatnonzero(areas >= least / 1.5).tolist():  # as thin as a line from corner to corner
        points, area = cv2.findNonZero((labels == i).astype(np.uint8)), int(areas[i])
        _, _, w, h = cv2.boundingRect(points)
        if np.hypot(w, h) < least:
            continue
        middle, size, turn = cv2.minAreaRect(points)
        long, short = max(size) + 1, min(size) + 1
        if long < max(least, 4 * short) or area < EVEN * long * short:
            continue
        angle = np.radians(turn if size[0] >= size[1] else turn + 90)
        found.append((np.array(middle), np.array([np.cos(angle), np.sin(angle)])))
    return found


def _halves(region: Mask, gutter: Mask, cut: _Cut, least: float, tolerance: float) -> list[list[Mask]]:
    """The parts of a region on both sides of a cut, each of at least so many pixels, without gutter.

    Gaps between the strokes of a drawing are as thin and long as gutters. Where no cut leaves good panels without them,
    they are taken for the panels' own beside one that is nearly all gutter.
    """
    if cut.alone:
        around = np.ones((2 * int(np.ceil(BESIDE * tolerance)) + 1,) * 2, np.uint8)
        side = cut.side.astype(np.uint8)
        gutter = gutter & (cv2.dilate(side, around) > 0) & (cv2.erode(side, around) == 0)
    return [_parts(np.asarray(region & ~gutter & half, np.bool_), least) for half in (cut.side, ~cut.side)]


def _parts(region: Mask, least: float) -> list[Mask]:
    """The connected parts of at least so many pixels, largest first: thin gutters may tell more than two apart."""
    labels, areas = components(region, 4)
    order = sorted(np.flatnonzero(areas >= max(1.0, least)).tolist(), key=lambda i: (-int(areas[i]), i))
    return [np.asarray(labels == i, np.bool_) for i in order]


def _reduced(mask: Mask, scale: float) -> Mask:
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, np.bool_)


def _has_long_gutter(region: Mask, gutter: Mask, side: int) -> bool:
    """Whether gutter runs through a good part of a region, and not just along it."""
    inset = max(2, round(0.03 * side))
    inner = gutter & (cv2.erode(outer_hull(region).astype(np.uint8), np.ones((2 * inset + 1,) * 2, np.uint8)) > 0)
    labels, areas = components(inner, 8)
    for i in np.flatnonzero(areas >= 0.25 * side).tolist():
        if max(cv2.boundingRect((labels == i).astype(np.uint8))[2:]) >= 0.25 * side:
            return True
    return False


def _cuts(region: Mask, gutter: Mask) -> list[_Cut]:
    """The most promising straight cuts: upright or lying ones alone where they are clear, else of any slant as well."""
    looks = _looks(region, gutter)
    straight = [cut for look in looks for cut in look.cuts(region, NEARLY_STRAIGHT)]
    if any(cut.share >= CLEAR for cut in straight):
        return straight
    return straight + [cut for look in looks for cut in look.cuts(region, SLOPES)]


@dataclass(frozen=True)
class _Look:
    """A region as lines are looked for in it: in its box, and on its side where `turned`.

    Attributes:
        plane, extent: (h, w) bool, what may be gutter, and the hull.
        small: both, reduced.
        x, y: the corner of the box.
        turned: rows are columns.
    """

    plane: Mask
    extent: Mask
    small: Small
    x: int
    y: int
    turned: bool

    def cuts(self, region: Mask, slopes: tuple[float, ...]) -> list[_Cut]:
        """Cuts of some slopes: nearly all gutter along the line."""
        found: list[_Cut] = []
        height, width = self.plane.shape
        for start, middle in self.small.lines(slopes):
            slope, row, share = placed(self.plane, self.extent, start, middle, MIN_SHARE)
            if share < MIN_SHARE:
                continue
            above = np.arange(height)[:, None] < row + slope * (np.arange(width) - width / 2)
            above = above.T if self.turned else above
            side = np.zeros_like(region)
            side[self.y : self.y + above.shape[0], self.x : self.x + above.shape[1]] = above
            found.append(_Cut(share, side))
        return found


def _looks(region: Mask, gutter: Mask) -> list[_Look]:
    """A region as it lies, and on its side."""
    ys, xs = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    x0, x1, y0, y1 = int(xs[0]), int(xs[-1]) + 1, int(ys[0]), int(ys[-1]) + 1
    inner = region[y0:y1, x0:x1]
    hull = outer_hull(inner)
    passable = (gutter[y0:y1, x0:x1] | ~inner) & hull
    if min(hull.shape) < 12:
        return []
    found = []
    for turned in (False, True):
        plane = np.ascontiguousarray(passable.T if turned else passable)
        extent = np.ascontiguousarray(hull.T if turned else hull)
        # Thin gutters must not get lost on the reduced copy on which lines are looked for.
        thick = 1 + 2 * (max(plane.shape) // (3 * SEARCH_SIDE))
        seen = cv2.dilate(plane.astype(np.uint8), np.ones((thick, 1), np.uint8)) > 0
        small = Small.of(np.asarray(seen & extent, np.bool_), extent)
        found.append(_Look(plane, extent, small, x0, y0, turned))
    return found
