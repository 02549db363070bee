"""Straight ruled lines across a region, found among its thin dark ridges and measured: place, width, darkness, cover.

Lines that much ridge lies on (`line_votes`) are measured pixel by pixel, the best of them first.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.band_edges import is_pattern
from inkwright.comic.line_votes import Field, voted
from inkwright.comic.numbers import counts, level_quantile, quantile, straight_through
from inkwright.comic.ridges import CONTRAST, Ridges
from inkwright.comic.shapes import Mask

SLOPES = np.concatenate([np.arange(0, 0.5, 0.02), np.arange(0.5, 1.04, 0.04)])
"""Slants that are tried, both ways, in pixels of rise per pixel; steeper lines are found in the page on its side."""
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
TURNS = np.linspace(-0.02, 0.02, 17)
"""By how much a line that was voted for is turned to fit."""
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
    rings, greys = np.round(depth.ravel()[near]).astype(np.intp), lines.grey.ravel()[near]
    # How many pixels of each level every ring has, and darker ones.
    below = np.bincount(rings * 256 + greys, minlength=256 * (most + 2)).reshape(-1, 256).cumsum(1)
    levels = []
    for ring in below[1 : most + 1]:
        if ring[-1] < 20:
            break
        levels.append(level_quantile(ring, 0.7))  # some of the art beside it is as black
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
    for slope, middle in voted(field, slopes, level):
        if len(found) >= MOST or len(seen) >= TRIES:
            break
        if any(abs(middle - m) < 2 * field.reach and abs(slope - t) < 0.1 for t, m in seen):
            continue
        seen.append((slope, middle))
        line = _measured(field, slope, middle)
        if line is not None:
            found.append(line)
    return found


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
    some = _sampled(width)
    turns, shifts = slope + TURNS, np.arange(-3, 4)
    tilted = np.floor(turns[:, None] * (some + 0.5 - width / 2) + middle).astype(np.intp)
    places = tilted[:, None] + shifts[:, None]  # (turns, shifts, columns)
    held = np.minimum(np.maximum(places, 0), height - 1)
    filled = counts(field.ridge.ravel().take(held * width + some) & (places == held))
    ties = np.argwhere(filled >= filled.max() - 0.01 * len(some)).mean(0)  # the middle of all that fit as well
    turn = float(np.interp(ties[0], np.arange(len(turns)), turns))
    return turn, float(middle + np.interp(ties[1], np.arange(len(shifts)), shifts))


@lru_cache(maxsize=256)
def _sampled(width: int) -> NDArray[np.intp]:
    """At most 240 columns, evenly spread."""
    return np.unique(np.linspace(0, width - 1, 240).astype(np.intp))


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
