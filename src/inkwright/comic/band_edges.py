"""Where a gutter that runs across a part of a page begins and ends, and what is none: white art, dots, rays."""

import numpy as np
from numpy.typing import NDArray

from inkwright.comic.numbers import quantile, straight_through
from inkwright.comic.shapes import Mask

NARROWEST = 0.002
"""Width in shares of the page's longer side that a gutter has at the least."""
EDGE = 0.004
"""How far a gutter's edge may stray, in shares of the page's longer side."""
ALONG = 0.55
"""Share of a gutter that must have each of its two edges where it is expected."""
ONE_SIDE = 0.75
"""Share of its free part that must have one of the two."""
EACH_THIRD = 0.4
"""Share of each third of it that is free that must have one of the two."""
CLEAN = 0.9
"""Share of what is no white art that must have its edges, and be free, where white art without a frame hides much."""
RUN = 0.3
"""Share of the gutter that must then be seen in one piece."""
WEDGE = 0.55
"""How far the ends of a gutter may be wider and narrower than its middle, in shares of that; rays run to a point."""
FRAME, WOBBLE = 0.01, 0.025
"""Width of a frame in shares of the page's longer side at the most, where it closes what is no gutter; and how far
from the end of such a band: the frames of a tier begin at different heights."""

Edge = tuple[float, float]
"""Slope, and row in the middle column."""


def edges_of(
    plane: Mask, extent: Mask, inside: Mask, slope: float, row: float, widest: float, side: float
) -> tuple[Edge, Edge] | None:
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
    beside = np.zeros(len(columns), np.bool_)
    for ends in (above, below):
        edge, lies = _straight(columns[on] + 0.5 - width / 2, ends, slope, near)
        found.append(edge)
        shares.append(int(lies.sum()))
        beside[on] |= lies
    if not _all_along(beside, free, within):
        return None
    crossed = min(shares) >= ALONG * within.sum() and max(shares) >= ONE_SIDE * free.sum()
    white = min(shares) >= CLEAN * on.sum() and free.sum() >= CLEAN * within.sum() and _run(on) >= RUN * within.sum()
    if not crossed and not white:
        return None
    wide = found[1][1] - found[0][1]
    spread = abs(found[1][0] - found[0][0]) * float(np.ptp(columns[within])) / 2
    return (found[0], found[1]) if wide >= least and spread <= WEDGE * wide else None


def _all_along(beside: NDArray[np.bool_], free: NDArray[np.bool_], within: NDArray[np.bool_]) -> bool:
    """Whether something lies beside each third of a band that is free; a band into white art has nothing there."""
    inside = np.flatnonzero(within)
    for third in np.array_split(inside, 3):
        if free[third].sum() >= 0.5 * len(third) and beside[third].sum() < EACH_THIRD * free[third].sum():
            return False
    return True


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


def _straight(
    xs: NDArray[np.float64], ys: NDArray[np.float64], slope: float, near: float
) -> tuple[Edge, NDArray[np.bool_]]:
    """The line near most of some points, from a first guess of its slope, and which of them lie near it."""
    middle = quantile(ys - slope * xs, 0.5)
    for reach in (3 * near, 1.5 * near, near):
        kept = np.abs(ys - slope * xs - middle) <= reach
        if kept.sum() < 8:
            break
        slope, middle = straight_through(xs[kept], ys[kept])
    return (slope, middle), np.asarray(np.abs(ys - slope * xs - middle) <= near, np.bool_)


def is_closed(ink: Mask, inside: Mask, corner: NDArray[np.int_], slope: float, row: float, line: int) -> bool:
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
    far = round(WOBBLE / FRAME * line)
    for end, step in ((int(within.argmax()), 1), (width - 1 - int(within[::-1].argmax()), -1)):
        along = end + step * np.arange(-line - 1, far + 1) + corner[0]
        at = np.floor(row + slope * (along - corner[0] - width / 2)).astype(int) + corner[1]
        seen = ink[np.clip(at, 0, ink.shape[0] - 1), np.clip(along, 0, ink.shape[1] - 1)]
        seen[: line + 1] |= (along[: line + 1] < 0) | (along[: line + 1] >= ink.shape[1])
        before, after = seen[: line + 1], seen[line + 1 :]
        first = int(after.argmax())
        if before.mean() > 0.5 or not after.any() or after[first : first + line + 1].all():
            return False
    return True
