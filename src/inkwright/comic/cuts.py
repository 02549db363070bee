"""Regions that hang together across a gutter, because a balloon or a figure bridges it, cut apart."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.shapes import Mask, fit_shape, outer_hull, outline

SEARCH_SIDE = 120
"""Cuts are looked for on a copy of the region of at most this many pixels a side, then placed on the region."""
JUDGE_SIDE = 360
"""What a cut would leave is judged on a copy of at most this many pixels a side."""
STEEP = np.arange(0.48, 1.04, 0.04)
SLOPES = tuple(np.round(np.concatenate([-STEEP[::-1], np.arange(-0.44, 0.4401, 0.02), STEEP]), 3).tolist())
"""Slants that are tried, in pixels of rise per pixel: up to 45 degrees; steeper ones lie in the region on its side."""
MIN_SHARE = 0.6
"""Share of a line through a region's hull that must be gutter."""
CLOSED_SHARE = 0.93
"""The same for a line that begins and ends in ink."""
NEARLY_STRAIGHT = (-0.02, 0.0, 0.02)
TURN = 0.04
"""By how much a line found on the reduced copy is turned to fit: it stands for all about as steep."""
FINE = 9
"""Slants from which every second is tried first, and the others where these look promising."""
CLEAR = 0.97
"""Share from which a cut that is nearly straight is taken without trying slants."""
CLEAN = 0.93
"""From this quality on a region without gutter in it is a panel as it is."""
SLIT, SLIT_WIDTH = 0.2, 0.05
"""Length of a gutter that runs into a region in shares of the region's shorter side and of the cut along it at the
least, and its width in shares of the longer side at the most."""
EVEN = 0.65
"""Share of the box around it that such a gutter fills: pale art at a panel's edge frays out."""
SLIT_FIT, FAIR = 0.6, 0.86
"""Quality of what such a gutter leaves beside a clean panel, which may be several, and of both where none is clean:
what lies over it bites a piece off."""


@dataclass(frozen=True)
class _Cut:
    share: float
    side: Mask


def split(region: Mask, gutter: Mask, smallest: int, tolerance: float, depth: int = 5) -> list[Mask]:
    """Cuts a region along straight gutters, of any slant.

    Args:
        region: (h, w) bool, one connected region.
        gutter: (h, w) bool, background that may be gutter, also where it does not hang together with the rim.
        smallest: pixels that a part must have.
        tolerance: how far a frame may stray from a straight line, in pixels.
        depth: how often a part may be cut again.

    Returns:
        the parts, or the region alone.
    """
    whole = fit_shape(region, tolerance)
    if depth == 0 or whole.area < 2 * smallest:
        return [region]
    bent = whole.polygon is not None and len(whole.polygon) > 4 and not whole.is_round
    if whole.quality >= CLEAN and not bent and not _has_long_gutter(region, gutter, min(whole.box[2:])):
        return [region]
    best, gain = None, 0.03
    scale = min(1.0, JUDGE_SIDE / max(whole.box[2:]))
    reduced, room = _reduced(region, scale), _reduced(gutter, scale)
    for cut in _cuts(region, gutter):
        side = _reduced(cut.side, scale)
        least = max(1.0, max(smallest, 0.05 * whole.area) * scale * scale)
        halves = [_parts(reduced & ~room & half, least) for half in (side, ~side)]
        if not all(halves):
            continue
        fits = [fit_shape(part, max(1.0, tolerance * scale)) for half in halves for part in half]
        if min(fit.quality for fit in fits) < 0.5:
            continue
        mean = sum(fit.quality * fit.area for fit in fits) / sum(fit.area for fit in fits)
        # A clean gutter right across needs no better fit; one that much bridges must pay off.
        worth = mean - whole.quality + 0.7 * (cut.share - MIN_SHARE)
        if worth > gain:
            best, gain = cut, worth
    if best is None:
        best = _slit_cut(region, gutter, smallest, tolerance)
    if best is None:
        return [region]
    parts = [part for half in (best.side, ~best.side) for part in _parts(region & ~gutter & half, smallest)]
    found = []
    for part in parts:
        x, y, w, h = cv2.boundingRect(part.astype(np.uint8))
        place = slice(y, y + h), slice(x, x + w)
        for piece in split(np.ascontiguousarray(part[place]), gutter[place], smallest, tolerance, depth - 1):
            found.append(np.zeros_like(part))
            found[-1][place] = piece
    return found


def _slit_cut(region: Mask, gutter: Mask, smallest: int, tolerance: float) -> _Cut | None:
    """The cut along a gutter that runs into a region and ends below a caption, if it leaves a clean panel."""
    best = None
    for middle, along in _slits(region, gutter):
        share = _free_share(region, gutter, middle, along)
        if share <= (SLIT if best is None else best.share):
            continue
        down, across = np.arange(region.shape[0])[:, None], np.arange(region.shape[1])
        side = (across - middle[0]) * along[1] < (down - middle[1]) * along[0]
        halves = [_parts(region & ~gutter & half, smallest) for half in (side, ~side)]
        fits = [[fit_shape(part, tolerance) for part in half] for half in halves]
        alone = [half[0].quality for half in fits if len(half) == 1 and len(outline(half[0])) <= 5]
        fair = len(alone) == 2 and min(alone) >= FAIR
        if all(half and min(fit.quality for fit in half) >= SLIT_FIT for half in fits) and (
            fair or max(alone, default=0.0) >= CLEAN
        ):
            best = _Cut(share, np.asarray(side, np.bool_))
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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(notches.astype(np.uint8), connectivity=8)
    least = SLIT * min(height, width)
    found = []
    for i in range(1, count):
        x, y, w, h, area = stats[i].tolist()
        if np.hypot(w, h) < least:
            continue
        points = cv2.findNonZero((labels[y : y + h, x : x + w] == i).astype(np.uint8))
        middle, size, turn = cv2.minAreaRect(points)
        long, short = max(size) + 1, min(size) + 1
        if long < max(least, 4 * short) or area < EVEN * long * short:
            continue
        angle = np.radians(turn if size[0] >= size[1] else turn + 90)
        found.append((np.array([middle[0] + x, middle[1] + y]), np.array([np.cos(angle), np.sin(angle)])))
    return found


def _parts(region: Mask, least: float) -> list[Mask]:
    """The connected parts of at least so many pixels, largest first: thin gutters may tell more than two apart."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA]
    order = sorted(range(1, count), key=lambda i: (-int(areas[i]), i))
    return [np.asarray(labels == i, np.bool_) for i in order if areas[i] >= least]


def _reduced(mask: Mask, scale: float) -> Mask:
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, np.bool_)


def _has_long_gutter(region: Mask, gutter: Mask, side: int) -> bool:
    """Whether gutter runs through a good part of a region, and not just along it."""
    inset = max(2, round(0.03 * side))
    inner = gutter & (cv2.erode(outer_hull(region).astype(np.uint8), np.ones((2 * inset + 1,) * 2, np.uint8)) > 0)
    if not inner.any():
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(inner.astype(np.uint8), connectivity=8)
    return bool((stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) >= 0.25 * side).any())


def _cuts(region: Mask, gutter: Mask) -> list[_Cut]:
    """The most promising straight cuts: upright or lying ones alone where they are clear, else of any slant as well."""
    straight = _cuts_along(region, gutter, NEARLY_STRAIGHT)
    if any(cut.share >= CLEAR for cut in straight):
        return straight
    return straight + _cuts_along(region, gutter, SLOPES)


def _cuts_along(region: Mask, gutter: Mask, slopes: tuple[float, ...]) -> list[_Cut]:
    """Cuts of some slopes: nearly all gutter along the line."""
    ys, xs = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    x0, x1, y0, y1 = int(xs[0]), int(xs[-1]) + 1, int(ys[0]), int(ys[-1]) + 1
    inner = region[y0:y1, x0:x1]
    hull = outer_hull(inner)
    passable = (gutter[y0:y1, x0:x1] | ~inner) & hull
    found: list[_Cut] = []
    for turned in (False, True):
        plane = np.ascontiguousarray(passable.T if turned else passable)
        extent = np.ascontiguousarray(hull.T if turned else hull)
        height, width = plane.shape
        if height < 12 or width < 12:
            continue
        # Thin gutters must not get lost on the reduced copy on which lines are looked for.
        thick = 1 + 2 * (max(plane.shape) // (3 * SEARCH_SIDE))
        seen = cv2.dilate(plane.astype(np.uint8), np.ones((thick, 1), np.uint8)) > 0
        for start, middle in lines_across(np.asarray(seen & extent, np.bool_), extent, slopes):
            slope, row, share = placed(plane, extent, start, middle)
            if share < MIN_SHARE:
                continue
            side_plane = np.arange(height)[:, None] < row + slope * (np.arange(width) - width / 2)
            side = np.zeros_like(region)
            side[y0:y1, x0:x1] = side_plane.T if turned else side_plane
            found.append(_Cut(share, side))
    return found


def lines_across(plane: Mask, hull: Mask, slopes: tuple[float, ...], count: int = 4) -> list[tuple[float, float]]:
    """Slope and middle row of the best lines across a plane, found on a reduced copy; no two of them alike."""
    height, width = plane.shape
    scale = min(1.0, SEARCH_SIDE / max(height, width))
    size = (max(12, round(width * scale)), max(12, round(height * scale)))
    reduced = cv2.resize(plane.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    small = np.asarray((reduced > 110) * 255, np.uint8)
    extent = np.asarray(cv2.resize(hull.astype(np.uint8) * 255, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    both = np.asarray(cv2.merge([small, extent]), np.uint8)
    margin = max(1, round(0.05 * size[1]))
    rows = np.arange(size[1])
    tilt = (size[1] / height) / (size[0] / width)
    scored: list[tuple[float, float, float, int]] = []
    coarse = slopes[::2] if len(slopes) > FINE else slopes
    promising: set[float] = set()
    for slope in (*coarse, *(slope for slope in slopes if slope not in coarse)):
        if slope not in coarse and not any(abs(slope - near) < 0.05 for near in promising):
            continue
        share = _sheared_shares(both, slope * tilt)
        share[(rows < margin) | (rows >= size[1] - margin)] = 0
        share -= 0.02 * abs(slope)  # among equals the straight one
        row = int(share.argmax())
        scored.append((float(share[row]), -abs(slope), slope, row))
        if share[row] >= MIN_SHARE - 0.3:
            promising.add(slope)
        # A second line of the same slope, well away from the first: a panel above and one below.
        share[np.abs(rows - row) < 0.1 * size[1]] = 0
        row = int(share.argmax())
        scored.append((float(share[row]), -abs(slope), slope, row))
    lines: list[tuple[float, float]] = []
    for score, _, slope, row in sorted(scored, reverse=True):
        middle = (row + 0.5) * height / size[1]
        if score < MIN_SHARE - 0.15 or len(lines) == count:
            break
        if all(abs(middle - other) > 0.04 * height or abs(slope - turn) > 0.05 for turn, other in lines):
            lines.append((slope, middle))
    return lines


def _sheared_shares(plane: NDArray[np.uint8], slope: float) -> NDArray[np.float64]:
    """For each row y: the share of gutter along the line y + slope (x - width / 2), (h,) in [0, 1].

    Args:
        plane: (h, w, 2) uint8, 255 for gutter, and 255 inside the region's hull; only there a line counts, and shortly
            in it, it does not.
        slope: pixels of rise per pixel.
    """
    height, width = plane.shape[:2]
    matrix = np.array([[1, 0, 0], [slope, 1, -slope * width / 2]], np.float64)
    sheared = cv2.warpAffine(plane, matrix, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    sums = cv2.reduce(sheared, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0] / 255
    share = np.where(sums[:, 1] >= 0.5 * width, sums[:, 0] / np.maximum(1, sums[:, 1]), 0.0)
    return np.asarray(share, np.float64)


def placed(plane: Mask, hull: Mask, slope: float, row: float) -> tuple[float, float, float]:
    """The best line near a given one at full size: slope, middle row, share of gutter.

    A line that is closed at both ends, as a pale streak inside a frame is, must be gutter nearly all along.
    """
    height, width = plane.shape
    columns = np.unique(np.linspace(0, width - 1, 160).astype(int))
    reach = max(2.0, 1.5 * max(height, width) / SEARCH_SIDE)
    best = (slope, row, 0.0)
    for turn in (slope, *np.linspace(slope - TURN, slope + TURN, 17).tolist()):
        middles = np.arange(row - reach, row + reach + 0.5, 1.0)
        rows = np.floor(middles[:, None] + turn * (columns - width / 2)[None]).astype(int)
        clipped = np.clip(rows, 0, height - 1)
        valid = (rows == clipped) & hull[clipped, columns[None]]
        passable = plane[clipped, columns[None]] & valid
        share = passable.sum(1) / np.maximum(0.4 * len(columns), valid.sum(1))
        share[~_open_ended(passable, valid) & (share < CLOSED_SHARE)] = 0
        good = np.flatnonzero(share >= share.max() - 1e-9)
        top = int(good[len(good) // 2])  # the middle of the gutter
        if share[top] > best[2]:
            best = (turn, float(middles[top]), float(share[top]))
    return best


def _open_ended(passable: Mask, valid: Mask) -> NDArray[np.bool_]:
    """Which lines, (n, columns) each, begin or end in gutter for a fiftieth of their length."""
    columns = valid.shape[1]
    inset = max(2, columns // 50)
    first = valid.argmax(1)[:, None] + np.arange(inset)[None]
    last = columns - 1 - valid[:, ::-1].argmax(1)[:, None] - np.arange(inset)[None]
    rows = np.arange(len(valid))[:, None]
    begins = passable[rows, np.clip(first, 0, columns - 1)].all(1)
    ends = passable[rows, np.clip(last, 0, columns - 1)].all(1)
    return np.asarray(begins | ends, np.bool_)
