"""The largest size at which words fit an outline of any shape.

An outline is looked at as rows: the widest free stretch at each height. For a size, lines are filled from the top, for
every height at which the first may stand at once; a size fits where one of them takes all words. Vertical text is the
same in an outline turned by a quarter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from shapely import MultiPolygon, Polygon

from inkwright.comic.lettering.breaks import TORN
from inkwright.comic.lettering.forms import Form
from inkwright.comic.lettering.measure import Words

ROWS = 480
STEP = 0.005
"""Steps between sizes that are tried, as a share."""
COARSE = 0.015
"""Steps of the first search, from above: a size may fit where a smaller one does not, so nothing is cut in halves."""
UNHYPHENATED = 0.95
"""Whole words are preferred where they reach this share of the size that hyphens would allow."""
CLASSES = 6
"""Heights of ink above, and as many below the baseline, that lines are told apart by at most."""
GRAIN = 0.025
"""To which those heights are rounded up, in ems."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """Words in an outline.

    Attributes:
        form: lines with their spots from `middle`.
        middle: of the outline's box, in pixels.
    """

    form: Form
    middle: tuple[float, float]


class Rows:
    """An outline with room kept to its edge, as rows.

    Args:
        polygon: (N, 2), in pixels; crossing itself or open ends are mended.
        pad: room kept, in pixels.
        vertical: rows become columns from the right.
    """

    def __init__(self, polygon: Points, pad: float, vertical: bool = False) -> None:
        shape = Polygon(polygon)
        shape = shape if shape.is_valid else shape.buffer(0)
        inner = shape.buffer(-pad) if pad else shape
        if isinstance(inner, MultiPolygon):
            inner = max(inner.geoms, key=lambda part: part.area)
        self.empty = inner.is_empty or not isinstance(inner, Polygon)
        self.area = 0.0 if self.empty else float(inner.area)
        self.vertical = vertical
        if self.empty:
            return
        ring = np.asarray(inner.exterior.coords, np.float64)
        if vertical:
            ring = np.stack([ring[:, 1], -ring[:, 0]], 1)
        self.top, self.bottom = float(ring[:, 1].min()), float(ring[:, 1].max())
        self.step = (self.bottom - self.top) / ROWS
        heights = np.asarray(self.top + np.arange(ROWS + 1) * self.step, np.float64)
        heights[-1] -= 1e-6 * self.step
        left, right = _stretches(ring, heights)
        # A row is as wide as the narrower of its two edges.
        self.left, self.right = np.maximum(left[:-1], left[1:]), np.minimum(right[:-1], right[1:])
        heights = heights[:-1] + self.step / 2
        widths = np.maximum(self.right - self.left, 0)
        self.axis = float((widths * (self.left + self.right) / 2).sum() / max(1e-9, widths.sum()))
        self.centre = float((widths * heights).sum() / max(1e-9, widths.sum()))

    def band(self, above: float, below: float) -> tuple[Points, Points]:
        """Left and right ends of the free stretch around each baseline, at a row's upper edge; (ROWS,).

        Args:
            above: how far ink reaches above the baseline, in pixels.
            below: how far below, in pixels.

        Bands that leave the outline have no width.
        """
        up, down = int(np.ceil(above / self.step)), int(np.ceil(below / self.step))
        count = max(1, up + down)
        if count > ROWS:
            return np.zeros(ROWS), np.full(ROWS, -1.0)
        origin = min(up, count - 1) - count // 2
        left = maximum_filter1d(self.left, count, mode="constant", cval=np.inf, origin=origin)
        right = minimum_filter1d(self.right, count, mode="constant", cval=-np.inf, origin=origin)
        return left, right


def _stretches(ring: Points, heights: Points) -> tuple[Points, Points]:
    """The widest stretch inside a ring at each height: its left and right ends."""
    x0, y0 = ring[:-1].T
    x1, y1 = ring[1:].T
    left, right = np.zeros(len(heights)), np.full(len(heights), -1.0)
    for k, y in enumerate(heights):
        hit = (y0 <= y) != (y1 <= y)
        x = np.sort(x0[hit] + (y - y0[hit]) / (y1[hit] - y0[hit]) * (x1[hit] - x0[hit]))
        if len(x) >= 2:
            starts, ends = x[0::2][: len(x) // 2], x[1::2]
            best = int(np.argmax(ends - starts))
            left[k], right[k] = starts[best], ends[best]
    return left, right


class _Trial:
    """Words measured for rows: classes of ink heights, so that a line without tails may stand lower."""

    def __init__(self, words: Words, rows: Rows) -> None:
        self.words, self.rows = words, rows
        above, below = words.extents
        self.above, up = _classes(above)
        self.below, down = _classes(below)
        n = len(words.units)
        kind = np.zeros((n + 1, n + 1), np.int64)
        for i in range(n):
            highest = np.maximum.accumulate(up[i:])
            lowest = np.maximum.accumulate(down[i:])
            kind[i, i + 1 :] = highest * len(self.below) + lowest
        self.kind = kind

    def stretches(self, size: float) -> tuple[Points, Points]:
        """[class, row]: ends of the free stretch of a line with its baseline at that row."""
        lefts, rights = [], []
        for above in self.above:
            for below in self.below:
                left, right = self.rows.band(above * size, below * size)
                lefts.append(left)
                rights.append(right)
        return np.array(lefts), np.array(rights)

    def starts(
        self, size: float, stretches: tuple[Points, Points] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows at which a first baseline may stand so that all words fit, and how many lines they then are."""
        left, right = stretches or self.stretches(size)
        room = (right - left) / size  # (classes, ROWS)
        lead = self.words.leading * size / self.rows.step
        widths, n = self.words.widths, len(self.words.units)
        row, done = np.arange(ROWS), np.zeros(ROWS, np.int64)
        lines = np.zeros(ROWS, np.int64)
        alive = np.ones(ROWS, bool)
        for k in range(int(ROWS / lead) + 1):
            at = np.round(row + k * lead).astype(np.int64)
            alive &= (at < ROWS) & (done < n)
            chosen = np.flatnonzero(alive)
            if len(chosen) == 0:
                break
            i = done[chosen]
            free = room[self.kind[i], at[chosen][:, None]]  # (chosen, U + 1)
            fits = widths[i] <= free
            ahead = n - np.argmax(fits[:, ::-1], axis=1)
            taken = fits.any(axis=1)
            alive[chosen[~taken]] = False
            done[chosen[taken]] = ahead[taken]
            lines[chosen[taken]] = k + 1
        good = done == n
        return np.flatnonzero(good).astype(np.int64), lines[good]


def _classes(extents: Points) -> tuple[Points, NDArray[np.int64]]:
    """Few heights that stand for all, each at least as high as those it stands for; and the class of each."""
    near = np.ceil(extents / GRAIN - 1e-6) * GRAIN
    levels = np.unique(near)
    while len(levels) > CLASSES:  # the two nearest become one
        gap = int(np.argmin(np.diff(levels)))
        levels = np.delete(levels, gap)
    return levels, np.searchsorted(levels, near - 1e-9).astype(np.int64)


def fit_outline(variants: list[Words], polygon: Points, pad: float, largest: float, smallest: float) -> Fit | None:
    """Words in an outline at the largest size that fits.

    Args:
        variants: the same words cut more and more: whole words, then hyphens, then anywhere. Hyphens are taken where
            they allow clearly larger letters, torn words only where nothing else fits.
        polygon: (N, 2), the outline in pixels.
        pad: room kept to it, in pixels.
        largest: size that is enough, pixels per em.
        smallest: size below which nothing fits, pixels per em.

    Returns:
        None where the words do not fit at the smallest size.
    """
    if not variants or not variants[0].units:
        return None
    rows = Rows(polygon, pad, variants[0].typesetter.vertical)
    if rows.empty:
        return None
    best: tuple[float, _Trial] | None = None
    for words in variants:
        if best is not None and float(words.cuts.max()) >= TORN:
            break
        trial = _Trial(words, rows)
        size = _largest(trial, largest, smallest)
        if size is not None and (best is None or best[0] < UNHYPHENATED * size):
            best = size, trial
        if best is not None and best[0] >= 0.999 * largest:
            break
    if best is None:
        return None
    size, trial = best
    while size >= 0.9 * min(smallest, best[0]):
        found = _set(trial, size)
        if found:
            return found
        size *= 1 - STEP
    return None


def _largest(trial: _Trial, largest: float, smallest: float) -> float | None:
    words, rows = trial.words, trial.rows
    bound = (1.25 * rows.area / max(1e-9, words.whole * words.cap)) ** 0.5 * 1.3
    high = max(smallest, min(largest, bound, (rows.bottom - rows.top) / max(0.2, words.cap)))
    count = max(1, int(np.ceil(np.log(high / smallest) / np.log(1 + STEP))))
    sizes = high * (smallest / high) ** (np.arange(count + 1) / count)
    stride = max(1, round(COARSE / STEP))
    for k in [*range(0, count, stride), count]:
        if len(trial.starts(float(sizes[k]))[0]):
            finer = range(max(0, k - stride + 1), k)
            return next((float(sizes[n]) for n in finer if len(trial.starts(float(sizes[n]))[0])), float(sizes[k]))
    return None


def _set(trial: _Trial, size: float) -> Fit | None:
    """The best looking arrangement at a size that fits: in the middle, evenly filled, nothing over the edge."""
    words, rows = trial.words, trial.rows
    stretches = trial.stretches(size)
    rows_found, lines = trial.starts(size, stretches)
    if len(rows_found) == 0:
        return None
    lead = words.leading * size
    first = rows.top + rows_found * rows.step
    lift = 0.0 if words.typesetter.vertical else words.cap * size  # a column's line runs through its middle
    middle = first + ((lines - 1) * lead - lift) / 2
    least = lines.min()
    for k in np.argsort(np.abs(middle - rows.centre) + 0.5 * lead * (lines - least), kind="stable")[:12]:
        count = int(lines[k])
        at = np.round(rows_found[k] + np.arange(count) * lead / rows.step).astype(np.int64)
        left, right = stretches[0][:, at].max(0), stretches[1][:, at].min(0)
        breaks = words.balanced([float(w) / size for w in right - left])
        breaks = breaks or _greedy(trial, size, stretches, at)
        if breaks is None:
            continue
        found = _placed(trial, size, stretches, at, float(first[k]), breaks)
        if found:
            return found
    return None


def _greedy(
    trial: _Trial, size: float, stretches: tuple[Points, Points], at: NDArray[np.int64]
) -> list[tuple[int, int]] | None:
    room = (stretches[1] - stretches[0]) / size
    lines, i, n = [], 0, len(trial.words.units)
    for row in at:
        if i == n:
            return None
        fits = np.flatnonzero(trial.words.widths[i] <= room[trial.kind[i], row])
        if len(fits) == 0:
            return None
        lines.append((i, int(fits[-1])))
        i = int(fits[-1])
    return lines if i == n else None


def _placed(
    trial: _Trial,
    size: float,
    stretches: tuple[Points, Points],
    at: NDArray[np.int64],
    first: float,
    breaks: list[tuple[int, int]],
) -> Fit | None:
    """Lines on a common axis, moved aside where the outline asks for it; None where real ink would cross the edge."""
    words, rows = trial.words, trial.rows
    spots = []
    for n, ((i, j), row) in enumerate(zip(breaks, at, strict=True)):
        line = words.line(i, j)
        a, b = (1, 3) if words.typesetter.vertical else (0, 2)
        start, end = min(0.0, line.ink[a]) * size, max(line.advance, line.ink[b]) * size
        kind = trial.kind[i, j]
        left, right = float(stretches[0][kind, row]), float(stretches[1][kind, row])
        if end - start > right - left + 1e-6:
            return None
        begin = min(max(rows.axis - line.advance * size / 2, left - start), right - end)
        spots.append((begin + line.advance * size / 2, first + n * words.leading * size))
    x0, x1 = float(rows.left.min()), float(rows.right.max())
    return _as_fit(words, tuple(breaks), spots, size, (x0, rows.top, x1, rows.bottom))


def _as_fit(
    words: Words,
    breaks: tuple[tuple[int, int], ...],
    spots: list[tuple[float, float]],
    size: float,
    box: tuple[float, float, float, float],
) -> Fit:
    """Spots are (middle of the line, baseline) in the rows' own frame; a form counts from the outline's middle."""
    x0, y0, x1, y1 = box
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2
    lift = 0.0 if words.typesetter.vertical else words.cap * size / 2
    local = [(x - mx, y - lift - my) for x, y in spots]
    a, b = (x1 - x0) / 2, (y1 - y0) / 2
    if words.typesetter.vertical:
        turned = tuple((-y, x) for x, y in local)
        return Fit(Form(words, breaks, turned, size, b, a), (-my, mx))
    return Fit(Form(words, breaks, tuple(local), size, a, b), (mx, my))
