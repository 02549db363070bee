"""Panels that share one ruled line, with no gutter between them, told apart along it.

A line is looked for as a thin dark ridge that runs straight from one side of a region to the other. A horizon or a
wall in the drawing may do so as well; a ruled line is as wide and as dark as the frame around the region, evenly wide,
and nothing but a balloon lies over it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.shapes import Mask, fit_shape, largest, outer_hull, page_side

Grey = NDArray[np.uint8]
SLOPES = np.concatenate([np.arange(0, 0.5, 0.02), np.arange(0.5, 1.04, 0.04)])
"""Slants that are tried, both ways, in pixels of rise per pixel; steeper lines are found in the page on its side."""
NEARLY = 0.06
"""Slant of lines on a page that was drawn straight."""
WIDEST = 0.008
"""Half the width in shares of the page's longer side that a ruled line has at the most."""
CONTRAST = 22
"""By how many grey levels a line is darker than both its sides."""
BLACK = 70
"""Grey level below which art beside a ruled line hides it."""
COVER = 0.8
"""Share of a line that must be ridge, or ridge and darkness where dark art meets it."""
THIN = 0.35
"""Share of a line that must be seen with something brighter on both sides."""
SOLID = 0.5
"""Share of a line that must be dark in stretches, and not in dots."""
STEADY = 0.5
"""Share of what is bright on both sides of a line that must be so in stretches."""
DEPTH = 6
UPRIGHT = 0.03
"""Slope up to which a line may cut a panel of a page that has gutters: a robe is likelier to lean."""
SHORTEST = 6
"""The least side of a part in reaches of a line."""
TRIES = 8
"""Lines in each direction that are measured."""


@dataclass(frozen=True)
class Ridges:
    """Thin dark lines of a page.

    Attributes:
        grey: (h, w) uint8, the page.
        lying: (h, w) bool, on lines nearer to a row than to a column, or on dots.
        standing: (h, w) bool, on the others, or on dots.
        reach: half the width of the widest line, in pixels.
        gutters: these are thin white gutters, and `grey` is the page's negative.
    """

    grey: Grey
    lying: Mask
    standing: Mask
    reach: int
    gutters: bool = False

    def part(self, place: tuple[slice, slice]) -> "Ridges":
        """The same of a part of the page: rows and columns."""
        return Ridges(self.grey[place], self.lying[place], self.standing[place], self.reach, self.gutters)


@dataclass(frozen=True)
class _Line:
    """y = middle + slope (x - width / 2) in a region, or the same on its side.

    `width` is the line's in pixels, `cover` and `touching`, the cover of its ends, are in [0, 1].
    """

    slope: float
    middle: float
    cover: float
    width: float
    level: float
    touching: float


def ridges(grey: Grey) -> Ridges:
    """The thin dark lines of a page, (h, w) uint8."""
    reach = max(6, round(WIDEST * page_side(grey.shape)))
    return Ridges(*_both(grey, reach), reach)


def thin_gutters(grey: Grey) -> Ridges:
    """The thin bright lines of a page, (h, w) uint8: gutters too narrow to be walked through."""
    reach = max(6, round(WIDEST * page_side(grey.shape)))
    paper = np.uint8(np.percentile(grey, 95))
    return Ridges(*_both(paper - np.minimum(grey, paper), reach), reach, True)


def _both(grey: Grey, reach: int) -> tuple[Grey, Mask, Mask]:
    return grey, _ridge(grey, reach), np.asarray(_ridge(np.ascontiguousarray(grey.T), reach).T, np.bool_)


def _ridge(grey: Grey, reach: int) -> Mask:
    """Pixels darker than what lies above and below them; or black, with something bright on one side."""
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    above = cv2.dilate(grey, kernel, anchor=(0, 2 * reach))
    below = cv2.dilate(grey, kernel, anchor=(0, 0))
    thin = cv2.subtract(np.minimum(above, below), grey) >= CONTRAST
    edge = (cv2.subtract(np.maximum(above, below), grey) >= 4 * CONTRAST) & (grey < BLACK)
    return np.asarray(thin | edge, np.bool_)


def split_ruled(
    region: Mask, lines: Ridges, smallest: int, tolerance: float, *, lying: bool = True, slanted: bool = True
) -> list[Mask]:
    """Cuts a region along ruled lines, again and again.

    Args:
        region: (h, w) bool, one connected region.
        lines: the same part of the page.
        smallest: pixels that a part must have.
        tolerance: how far a frame may stray from a straight line, in pixels.
        lying: whether the first cut may be along a line that lies.
        slanted: whether cuts may lean by more than `NEARLY`.

    Returns:
        the parts, or the region alone.
    """
    frame = None if lines.gutters else _frame(region, lines)
    slopes = SLOPES if slanted else SLOPES[SLOPES <= NEARLY]
    return _split(region, lines, frame, smallest, tolerance, DEPTH if lying else DEPTH + 1, slopes)


def _split(
    region: Mask,
    lines: Ridges,
    frame: tuple[float, float] | None,
    smallest: int,
    tolerance: float,
    depth: int,
    slopes: NDArray[np.float64],
) -> list[Mask]:
    if depth == 0 or int(region.sum()) < 2 * smallest:
        return [region]
    hull = outer_hull(region)
    found: list[tuple[float, list[Mask]]] = []
    for turned in (True,) if depth > DEPTH else (False, True):
        plane = lines.standing.T if turned else lines.lying
        grey = lines.grey.T if turned else lines.grey
        extent = hull.T if turned else hull
        for line in _lines(np.ascontiguousarray(plane), np.ascontiguousarray(grey), extent, lines.reach, slopes):
            if (
                line.width > 1.5 * lines.reach
                or (depth > DEPTH and abs(line.slope) > UPRIGHT)
                or not _like_frame(line, frame, lines.gutters)
            ):
                continue
            side = _above(line, extent.shape)
            side = side.T if turned else side
            parts = [largest(region & side), largest(region & ~side)]
            if min(int(part.sum()) for part in parts) < smallest:
                continue
            fits = [fit_shape(part, tolerance) for part in parts]
            if min(fit.quality for fit in fits) < 0.6 or min(min(fit.box[2:]) for fit in fits) < SHORTEST * lines.reach:
                continue
            found.append((line.cover - 0.05 * min(1.0, abs(line.slope)), parts))
    if not found:
        return [region]
    parts = max(found, key=lambda one: one[0])[1]
    return [
        piece
        for part in parts
        for piece in _split(part, lines, frame, smallest, tolerance, min(depth, DEPTH) - 1, slopes)
    ]


def _above(line: _Line, shape: tuple[int, ...]) -> Mask:
    yy, xx = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.asarray(yy + 0.5 < line.middle + line.slope * (xx + 0.5 - shape[1] / 2), np.bool_)


def _like_frame(line: _Line, frame: tuple[float, float] | None, gutters: bool) -> bool:
    """Whether a line is ruled as the region's frame is: (width, grey level) of that, or None where there is none."""
    if gutters:  # it ends in gutter or margin, and not at a panel's own frame
        return line.cover >= 0.93 and line.touching >= 0.9 and line.level < BLACK
    if frame is None:
        return line.width >= 1.8 and line.cover >= 0.95
    width, level = frame
    if not 0.7 * width - 0.6 <= line.width <= 1.4 * width + 0.8 or line.level > level + 35:
        return False
    return line.cover >= (COVER if abs(line.slope) < 0.015 else 0.93)


def _frame(region: Mask, lines: Ridges) -> tuple[float, float] | None:
    """Width in pixels and grey level of the ruled line just inside a region's outline, or None where there is none."""
    depth = cv2.distanceTransform(
        cv2.copyMakeBorder(region.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3
    )[1:-1, 1:-1]
    near = depth[depth > 0]
    if near.size == 0:
        return None
    levels = []
    for k in range(1, 3 * lines.reach + 2):
        ring = region & (depth > k - 0.5) & (depth <= k + 0.5)
        if int(ring.sum()) < 20:
            break
        levels.append(float(np.median(lines.grey[ring])))
    if len(levels) < 4:
        return None
    profile = np.array(levels)
    darkest = int(profile[: lines.reach].argmin())
    inside = float(np.median(profile[darkest + 2 :])) if len(profile) > darkest + 3 else 0.0
    if inside - profile[darkest] < CONTRAST:
        return None
    dark = profile < (inside + profile[darkest]) / 2
    first = int(dark.argmax())
    run = int((~dark[first:]).argmax()) if (~dark[first:]).any() else len(dark)
    return float(run), float(profile[darkest])


def _lines(plane: Mask, grey: Grey, hull: Mask, reach: int, slopes: NDArray[np.float64], count: int = 4) -> list[_Line]:
    """The best lines across a region in the direction of its rows."""
    height, width = plane.shape
    if min(height, width) < 24:
        return []
    inner = plane & hull
    # Away from the region's own frame, which is the longest line of all.
    padded = cv2.copyMakeBorder(hull.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    deep = cv2.erode(padded, np.ones((4 * reach + 1, 4 * reach + 1), np.uint8))[1:-1, 1:-1] > 0
    half = cv2.dilate((inner & deep).astype(np.uint8), np.ones((3, 3), np.uint8))[1::2, 1::2]
    ys, xs = np.nonzero(half)
    chords = deep[1::2, 1::2]
    least = max(0.6, 0.3 + len(ys) / max(1, int(chords.sum())))  # in dense strokes and noise any line is full of them
    tries: list[tuple[float, float, int]] = []
    for slope in (*slopes.tolist(), *(-slopes[1:]).tolist()):
        shift = np.round(slope * (np.arange(chords.shape[1]) - chords.shape[1] / 2)).astype(np.int64)
        rows = ys - shift[xs]
        offset = int(shift.max())
        counts = np.bincount(rows + offset, minlength=chords.shape[0] + 2 * offset + 1)
        for _ in range(3):
            row = int(counts.argmax())
            tries.append((float(counts[row]), slope, row - offset))
            counts[max(0, row - 4) : row + 5] = 0
    tries = [(filled / max(12, _chord(chords, slope, row)), slope, row) for filled, slope, row in _most(tries)]
    found: list[_Line] = []
    seen: list[tuple[float, float]] = []
    for share, slope, row in sorted(tries, key=lambda one: (-one[0], abs(one[1]), one[1], one[2])):
        middle = 2.0 * row + 1.5
        if share < least or len(found) >= count or len(seen) >= TRIES:
            break
        if any(abs(middle - m) < 2 * reach and abs(slope - t) < 0.1 for t, m in seen):
            continue
        seen.append((slope, middle))
        line = _measured(inner, grey, hull, slope, middle, reach)
        if line is not None:
            found.append(line)
    return found


def _in_runs(mask: NDArray[np.bool_], least: int) -> float:
    """Share of a row that lies in runs of at least some pixels."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    lengths = ends[1::2] - ends[::2]
    return float(lengths[lengths >= least].sum() / max(1, len(mask)))


def _most(tries: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    return sorted(tries, key=lambda one: (-one[0], abs(one[1]), one[1], one[2]))[:60]


def _chord(hull: Mask, slope: float, row: int) -> int:
    """Columns in which a line runs through a region."""
    columns = np.arange(hull.shape[1])
    rows = row + np.round(slope * (columns - hull.shape[1] / 2)).astype(np.int64)
    valid = (rows >= 0) & (rows < hull.shape[0])
    return int(hull[np.clip(rows, 0, hull.shape[0] - 1), columns][valid].sum())


def _measured(inner: Mask, grey: Grey, hull: Mask, slope: float, middle: float, reach: int) -> _Line | None:
    """The line near a given one that most of a ridge lies on, measured; None where it is no ruled line."""
    height, width = inner.shape
    columns = np.arange(width)
    some = np.unique(np.linspace(0, width - 1, 240).astype(np.int64))
    turns, shifts = np.linspace(slope - 0.02, slope + 0.02, 17), np.arange(-3.0, 3.1, 1.0)
    tilted = turns[:, None, None] * (some + 0.5 - width / 2) + middle + shifts[None, :, None]
    places = np.floor(tilted).astype(np.int64)
    on_ridge = inner[np.clip(places, 0, height - 1), some] & (places >= 0) & (places < height)
    filled = on_ridge.sum(2)
    ties = np.argwhere(filled >= filled.max() - 0.01 * len(some)).mean(0)  # the middle of all that fit as well
    turn = float(np.interp(ties[0], np.arange(len(turns)), turns))
    at = float(middle + np.interp(ties[1], np.arange(len(shifts)), shifts))
    rows = np.floor(at + turn * (columns + 0.5 - width / 2)).astype(np.int64)
    valid = (rows >= reach) & (rows < height - reach)
    valid &= hull[np.clip(rows, 0, height - 1), columns]
    if int(valid.sum()) < 24:
        return None
    first, last = int(valid.argmax()), width - int(valid[::-1].argmax())
    along = columns[first:last][valid[first:last]]
    around = np.arange(-2 * reach, 2 * reach + 1)
    places = np.clip(rows[along][None] + around[:, None], 0, height - 1)
    profile = grey[places, along[None]].astype(np.float32)
    near = slice(2 * reach - 1, 2 * reach + 2)
    ridge = inner[places, along[None]][near].any(0)
    if ridge.mean() < 0.5:
        return None
    level = float(np.median(profile[near].min(0)[ridge]))
    # What it is darker than on both its sides, column by column: the art differs along it.
    paper = np.minimum(profile[: 2 * reach].max(0), profile[2 * reach + 1 :].max(0))
    thin = ridge & (paper - level >= CONTRAST)
    if thin.mean() < THIN:
        return None
    dark = profile < np.maximum((level + paper) / 2, level + 12)
    inked = dark[near].any(0)
    solid = max(_in_runs(row, 3 * reach) for row in dark[near])
    if solid < SOLID or _in_runs(thin, reach) < STEADY * thin.mean():
        return None  # rows of dots, black or white
    cover = float(inked.mean())
    ends = max(3, len(along) // 25)
    touching = float(min(inked[:ends].mean(), inked[-ends:].mean()))
    body = dark[:, thin]
    body[2 * reach] |= body[2 * reach - 1] | body[2 * reach + 1]
    widths = np.cumprod(body[2 * reach :: -1], 0).sum(0) + np.cumprod(body[2 * reach + 1 :], 0).sum(0)
    thick = float(np.median(widths))
    even = float((np.abs(widths - thick) <= 1 + 0.35 * thick).mean())
    if cover < COVER or touching < 0.5 or even < 0.55:
        return None
    # The middle of the line, not of the ridge's tolerance.
    core = np.flatnonzero(dark[:, thin].mean(1) > 0.5)
    core = core[np.abs(core - 2 * reach) <= reach]
    shift = float(core.mean() - 2 * reach) if len(core) else 0.0
    return _Line(turn, float(at + shift), cover, thick, level, touching)
