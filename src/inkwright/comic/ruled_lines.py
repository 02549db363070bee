"""Straight ruled lines across a region, found among its thin dark ridges and measured: place, width, darkness, cover.

Lines are voted for as in Hough's transform (R. Duda, P. Hart, "Use of the Hough transformation to detect lines and
curves in pictures", 1972), with what black art hides left out of the count; the best are measured pixel by pixel.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.band_edges import is_pattern
from inkwright.comic.numbers import quantile, straight_through
from inkwright.comic.ridges import BLACK, CONTRAST, Grey, Ridges
from inkwright.comic.shapes import Mask

SLOPES = np.concatenate([np.arange(0, 0.5, 0.02), np.arange(0.5, 1.04, 0.04)])
"""Slants that are tried, both ways, in pixels of rise per pixel; steeper lines are found in the page on its side."""
DARKER = 60
"""By how many grey levels a line may be lighter than the frame around its region, here and there."""
RUN = 9
"""Pixels in a row that a line has somewhere around each of its own, up to the slope FLAT; printed dots have not."""
FLAT = 0.4
DENSE = 0.35
"""Share of ridge around a pixel from which it is on dots or hatching, for steeper lines."""
COVER = 0.8
"""Share of a line that must be ridge, or ridge and darkness where dark art meets it."""
THIN = 0.35
"""Share of a line that must be seen with something brighter on both sides."""
SOLID = 0.5
"""Share of a line that must be dark in stretches, and not in dots."""
STEADY = 0.5
"""Share of what is bright on both sides of a line that must be so in stretches."""
EVEN = 0.55
"""Share of that which must be about as wide as the line is."""
HIDDEN, LETTERS, WHITE, MOSTLY_WHITE, CLEAN, UNSEEN = 0.5, 0.1, 190, 0.65, 0.95, 0.12
"""Share of a line that a balloon may hide, and of it that a letter in the balloon may be long; the level from which
the balloon is white, and the share of it that must be; the share of the rest that must be dark; and by how much less
sure the line then is."""
PALE = 40
"""Grey levels by which art beside a thin gutter is darker at the least."""
TRIES = 8
"""Lines in each direction that are measured."""
MOST = 4
"""Lines in each direction that are told."""


@dataclass(frozen=True)
class Line:
    """y = middle + slope (x - width / 2) in a region, or the same on its side.

    `width` is the line's in pixels, `level` its grey level; `cover`, `touching` (the cover of its ends) and `flanked`
    (how much of it something lies along without a break, on the side where less does) are shares.
    """

    slope: float
    middle: float
    cover: float
    width: float
    level: float
    touching: float
    flanked: float


@dataclass(frozen=True)
class Field:
    """A region, or the region on its side, in which lines are looked for in the direction of its rows.

    Attributes:
        ridge: (h, w) bool, thin dark lines.
        grey: (h, w) uint8.
        hull: (h, w) bool, the region without dents.
        reach: half the width of the widest line, in pixels.
        gutters: the lines are thin gutters, and `grey` is a negative: pale art is no gutter.
    """

    ridge: Mask
    grey: Grey
    hull: Mask
    reach: int
    gutters: bool = False


@dataclass(frozen=True)
class _Profile:
    """The pixels around a line: `places` (rows) are `2 reach` above to `2 reach` below it, column by column.

    Attributes:
        columns, rows: (n,) where the line runs through the region.
        grey: (4 reach + 1, n) float32.
        ridge: (n,) bool, where the line is a ridge.
    """

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    grey: NDArray[np.float32]
    ridge: NDArray[np.bool_]


def frame_of(region: Mask, lines: Ridges) -> tuple[float, float] | None:
    """Width in pixels and grey level of the ruled line just inside a region's outline, or None where there is none."""
    padded = cv2.copyMakeBorder(region.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    most = 3 * lines.reach + 1
    near = np.flatnonzero((depth >= 0.5) & (depth < most + 1))
    rings, greys = np.round(depth.ravel()[near]).astype(np.int64), lines.grey.ravel()[near]
    levels = []
    for k in range(1, most + 1):
        ring = greys[rings == k]
        if len(ring) < 20:
            break
        levels.append(quantile(ring, 0.7))  # some of the art beside it is as black
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


def ruled_lines(field: Field, slopes: NDArray[np.float64], level: float) -> list[Line]:
    """The best lines across a region in the direction of its rows, about as dark as `level`, at most `MOST`."""
    if min(field.ridge.shape) < 24:
        return []
    found: list[Line] = []
    seen: list[tuple[float, float]] = []
    for slope, middle in _voted(field, slopes, level):
        if len(found) >= MOST or len(seen) >= TRIES:
            break
        if any(abs(middle - m) < 2 * field.reach and abs(slope - t) < 0.1 for t, m in seen):
            continue
        seen.append((slope, middle))
        line = _measured(field, slope, middle)
        if line is not None:
            found.append(line)
    return found


def _voted(field: Field, slopes: NDArray[np.float64], level: float) -> list[tuple[float, float]]:
    """Slope and middle of lines on which much ridge lies, the fullest first."""
    # Away from the region's own frame, which is the longest line of all.
    padded = cv2.copyMakeBorder(field.hull.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    deep = cv2.erode(padded, np.ones((4 * field.reach + 1, 4 * field.reach + 1), np.uint8))[1:-1, 1:-1] > 0
    dark = (field.ridge & deep & (field.grey <= level + DARKER)).astype(np.uint8)
    half = cv2.dilate(dark, np.ones((3, 3), np.uint8))[1::2, 1::2]
    chords = deep[1::2, 1::2]
    least = max(0.6, 0.3 + int(half.sum()) / max(1, int(chords.sum())))  # in dense strokes any line is full of them
    dense = cv2.blur(dark.astype(np.float32), (4 * field.reach + 1,) * 2)[1::2, 1::2] > DENSE
    steep = np.nonzero((half > 0) & ~dense)
    runs = cv2.morphologyEx(cv2.dilate(dark, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, RUN), np.uint8))
    kept = np.asarray((runs > 0) & (dark > 0), np.uint8)
    flat = np.nonzero(cv2.dilate(kept, np.ones((3, 3), np.uint8))[1::2, 1::2])
    tries: list[tuple[float, float, int]] = []
    for slope in (*slopes.tolist(), *(-slopes[1:]).tolist()):
        ys, xs = flat if abs(slope) <= FLAT else steep
        shift = np.round(slope * (np.arange(chords.shape[1]) - chords.shape[1] / 2)).astype(np.int64)
        offset = int(shift.max())
        counts = np.bincount(ys - shift[xs] + offset, minlength=chords.shape[0] + 2 * offset + 1)
        for _ in range(3):
            row = int(counts.argmax())
            tries.append((float(counts[row]), slope, row - offset))
            counts[max(0, row - 4) : row + 5] = 0
    hidden = chords & (field.grey[1::2, 1::2] <= min(BLACK, level + 35)) & (half == 0)  # black art on both sides
    best = _first(tries)[:60]
    shares = _shares(np.array(best), chords, hidden)
    tries = [(share, slope, row) for share, (_, slope, row) in zip(shares, best, strict=True)]
    return [(slope, 2.0 * row + 1.5) for share, slope, row in _first(tries) if share >= least]


def _first(tries: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """The fullest first; of equals the straightest."""
    return sorted(tries, key=lambda one: (-one[0], abs(one[1]), one[1], one[2]))


def _shares(tries: NDArray[np.float64], hull: Mask, hidden: Mask) -> list[float]:
    """Shares of lines through a region that are ridge; where black art hides a line, it counts for nothing.

    Args:
        tries: (n, 3) pixels of ridge, slope and row of each line.
        hull, hidden: (h, w) bool, the region, and such art in it.
    """
    filled, slopes, rows = tries.T
    columns = np.arange(hull.shape[1])
    places = np.round(slopes[:, None] * (columns - hull.shape[1] / 2) + rows[:, None]).astype(np.intp)  # (n, w)
    held = np.minimum(np.maximum(places, 0), hull.shape[0] - 1)
    at = held * hull.shape[1] + columns
    within = hull.ravel().take(at) & (places == held)
    chord = np.count_nonzero(within, 1)
    bare = chord - np.count_nonzero(within & hidden.ravel().take(at), 1)
    return [float(share) for share in np.where(filled >= THIN * chord, filled / np.maximum(12, bare), 0.0)]


def _measured(field: Field, slope: float, middle: float) -> Line | None:
    """The line near a given one that most of a ridge lies on, measured; None where it is no ruled line."""
    reach = field.reach
    slope, middle = _nearest(field, slope, middle)
    seen = _profile(field, slope, middle)
    if seen is None or seen.ridge.mean() < 0.5:
        return None
    near = slice(2 * reach - 1, 2 * reach + 2)
    level = float(np.median(seen.grey[near].min(0)[seen.ridge]))
    # What it is darker than on both its sides, column by column: the art differs along it.
    paper = np.minimum(seen.grey[: 2 * reach].max(0), seen.grey[2 * reach + 1 :].max(0))
    thin = seen.ridge & (paper - level >= CONTRAST)
    if thin.mean() < THIN:
        return None
    dark = seen.grey < np.clip((level + paper) / 2, level + 12, level + (PALE if field.gutters else 255))
    solid = max(_in_runs(row, 3 * reach) for row in dark[near])
    if solid < SOLID or _in_runs(thin, reach) < STEADY * thin.mean() or is_pattern(dark[:, thin].mean(1), 2 * reach):
        return None  # rows of dots, black or white, or hatching
    body = dark[:, thin]
    body[2 * reach] |= body[2 * reach - 1] | body[2 * reach + 1]
    up, down = np.cumprod(body[2 * reach :: -1], 0).sum(0), np.cumprod(body[2 * reach + 1 :], 0).sum(0)
    thick = quantile(up + down, 0.35)  # printed dots beside a line make it wider here and there
    fits = np.abs(up + down - thick) <= 1 + 0.35 * thick
    inked = dark[near].any(0)
    ends = max(3, len(inked) // 25)
    touching = float(min(inked[:ends].mean(), inked[-ends:].mean()))
    cover = float(inked.mean())
    if cover < COVER and not field.gutters:
        cover = _beside_balloon(inked, seen.grey[near], touching)
    if cover < COVER or touching < 0.5 or float(fits.mean()) < EVEN:
        return None
    xs = seen.columns[thin][fits] + 0.5 - field.hull.shape[1] / 2
    ys = seen.rows[thin][fits] + 1.0 + (down - up)[fits] / 2
    slope, middle = _through(xs, ys, slope, middle, 0.5 * len(inked))
    beside = 1 + round(thick / 2)
    if beside > 2 * reach:
        return None  # as thick as all that is looked at: a dark area
    flanked = min(_in_runs(~dark[2 * reach + side * beside], reach) for side in (-1, 1))
    return Line(slope, middle, cover, thick, level, touching, flanked)


def _beside_balloon(inked: NDArray[np.bool_], grey: NDArray[np.float32], touching: float) -> float:
    """The cover of a line that a balloon lies over, a little less than that of what is seen of it; 0 where none does.

    Args:
        inked: (n,) where the line is dark.
        grey: (k, n) the pixels on it.
        touching: the cover of its ends.
    """
    ends = np.flatnonzero(np.diff(np.concatenate([[False], ~inked, [False]]).astype(np.int8))).reshape(-1, 2)
    # Letters in the balloon are dark again, here and there.
    first, last = 0, 0
    for a, b in ends.tolist():
        if a - last <= LETTERS * len(inked) and last:
            last = b
        elif b - a > last - first:
            first, last = a, b
    gap = slice(first, last)
    rest = float(np.delete(inked, gap).mean()) if last - first < len(inked) else 0.0
    white = float((grey[:, gap].max(0) >= WHITE).mean()) if last > first else 0.0
    covered = (last - first) / len(inked)
    if covered > HIDDEN or white < MOSTLY_WHITE or min(rest, touching) < CLEAN:
        return 0.0
    return rest - UNSEEN


def _nearest(field: Field, slope: float, middle: float) -> tuple[float, float]:
    """Slope and middle of the line near a given one that most ridge lies on."""
    height, width = field.ridge.shape
    some = np.unique(np.linspace(0, width - 1, 240).astype(np.int64))
    turns, shifts = np.linspace(slope - 0.02, slope + 0.02, 17), np.arange(-3.0, 3.1, 1.0)
    tilted = turns[:, None, None] * (some + 0.5 - width / 2) + middle + shifts[None, :, None]
    places = np.floor(tilted).astype(np.int64)
    filled = (field.ridge[np.clip(places, 0, height - 1), some] & (places >= 0) & (places < height)).sum(2)
    ties = np.argwhere(filled >= filled.max() - 0.01 * len(some)).mean(0)  # the middle of all that fit as well
    turn = float(np.interp(ties[0], np.arange(len(turns)), turns))
    return turn, float(middle + np.interp(ties[1], np.arange(len(shifts)), shifts))


def _profile(field: Field, slope: float, middle: float) -> _Profile | None:
    """The pixels around a line; None where it hardly runs through the region."""
    height, width = field.ridge.shape
    reach, columns = field.reach, np.arange(width)
    rows = np.floor(middle + slope * (columns + 0.5 - width / 2)).astype(np.int64)
    valid = (rows >= reach) & (rows < height - reach)
    valid &= field.hull[np.clip(rows, 0, height - 1), columns]
    if int(valid.sum()) < 24:
        return None
    along = columns[valid]
    places = np.clip(rows[along][None] + np.arange(-2 * reach, 2 * reach + 1)[:, None], 0, height - 1)
    ridge = field.ridge[places, along[None]][2 * reach - 1 : 2 * reach + 2].any(0)
    return _Profile(along, rows[along], field.grey[places, along[None]].astype(np.float32), ridge)


def _through(
    xs: NDArray[np.float64], ys: NDArray[np.float64], slope: float, middle: float, least: float
) -> tuple[float, float]:
    """The straight line through most of some points, if they spread over `least` pixels at least."""
    for stray in (4.0, 2.0, 1.5):
        kept = np.abs(ys - slope * xs - middle) <= stray
        if kept.sum() < 12 or float(np.ptp(xs[kept])) < least:
            break
        slope, middle = straight_through(xs[kept], ys[kept])
    return slope, middle


def _in_runs(mask: NDArray[np.bool_], least: int) -> float:
    """Share of a row that lies in runs of at least some pixels."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    lengths = ends[1::2] - ends[::2]
    return float(lengths[lengths >= least].sum() / max(1, len(mask)))
