"""Lines voted for in a region: those on which much of its thin dark ridges lies, to be measured then.

As in Hough's transform (R. Duda, P. Hart, "Use of the Hough transformation to detect lines and curves in pictures",
1972). Differs from it: what black art hides is left out of the count.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.ridges import BLACK, Grey
from inkwright.comic.shapes import Mask

DARKER = 60
"""By how many grey levels a line may be lighter than the frame around its region, here and there."""
RUN = 9
"""Pixels in a row that a line has somewhere around each of its own, up to the slope FLAT; printed dots have not."""
FLAT = 0.4
DENSE = 0.35
"""Share of ridge around a pixel from which it is on dots or hatching, for steeper lines."""
THIN = 0.35
"""Share of a line that must be ridge, hidden or not."""
MOST = 60
"""Lines that are told."""


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


def voted(field: Field, slopes: NDArray[np.float64], level: float) -> list[tuple[float, float]]:
    """Slope and middle of lines on which much ridge lies, the fullest first.

    Args:
        field: the region.
        slopes: (n,) from 0 on, that are tried both ways.
        level: grey level of the frame around it.
    """
    # Away from the region's own frame, which is the longest line of all.
    padded = cv2.copyMakeBorder(field.hull.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    deep = cv2.erode(padded, np.ones((4 * field.reach + 1, 4 * field.reach + 1), np.uint8))[1:-1, 1:-1] > 0
    dark = (field.ridge & deep & (field.grey <= level + DARKER)).astype(np.uint8)
    half = cv2.dilate(dark, np.ones((3, 3), np.uint8))[1::2, 1::2]
    chords = deep[1::2, 1::2]
    least = max(0.6, 0.3 + int(half.sum()) / max(1, int(chords.sum())))  # in dense strokes any line is full of them
    window = 4 * field.reach + 1
    near = cv2.boxFilter(dark, cv2.CV_16U, (window, window), normalize=False)[1::2, 1::2]
    steep = np.nonzero((half > 0) & (near <= DENSE * window * window))
    runs = cv2.morphologyEx(cv2.dilate(dark, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, RUN), np.uint8))
    kept = np.asarray((runs > 0) & (dark > 0), np.uint8)
    flat = np.nonzero(cv2.dilate(kept, np.ones((3, 3), np.uint8))[1::2, 1::2])
    both = np.concatenate([slopes, -slopes[1:]])
    groups = ((flat, both[np.abs(both) <= FLAT]), (steep, both[np.abs(both) > FLAT]))
    tries = np.concatenate([_fullest(points, some, chords.shape) for points, some in groups if len(some)])
    hidden = chords & (field.grey[1::2, 1::2] <= min(BLACK, level + 35)) & (half == 0)  # black art on both sides
    best = _first(tries)[:MOST]
    best = _first(np.column_stack([_shares(best, chords, hidden), best[:, 1:]]))
    return [(slope, 2.0 * row + 1.5) for share, slope, row in best.tolist() if share >= least]


def _first(tries: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tries, (n, 3) count or share, slope and row: the fullest first; of equals the straightest."""
    return tries[np.lexsort((tries[:, 2], tries[:, 1], np.abs(tries[:, 1]), -tries[:, 0]))]


@lru_cache(maxsize=64)
def _shifts(slopes: tuple[float, ...], width: int) -> NDArray[np.intp]:
    """How many pixels lines of some slopes rise in each column, (slopes, width)."""
    return np.asarray(np.round(np.array(slopes)[:, None] * (np.arange(width) - width / 2)), np.intp)


def _fullest(
    points: tuple[NDArray[np.intp], ...], slopes: NDArray[np.float64], size: tuple[int, ...]
) -> NDArray[np.float64]:
    """The three lines of each slope on which most points lie, (3 x slopes, 3): their count, slope and row.

    Args:
        points: rows and columns.
        slopes: (n,).
        size: height and width of the region that they lie in.
    """
    shifts = _shifts(tuple(slopes.tolist()), size[1])
    offset = int(np.abs(shifts).max(initial=0)) + 1
    rows = size[0] + 2 * offset
    keys = points[0] + offset - shifts.take(points[1], 1) + np.arange(len(slopes))[:, None] * rows
    counts = np.bincount(keys.ravel(), minlength=len(slopes) * rows).reshape(len(slopes), rows)
    every, around, found = np.arange(len(slopes)), np.arange(-4, 5), []
    for _ in range(3):
        top = counts.argmax(1)
        found.append(np.stack([counts[every, top].astype(np.float64), slopes, (top - offset).astype(np.float64)], 1))
        counts[every[:, None], np.clip(top[:, None] + around, 0, rows - 1)] = 0
    return np.concatenate(found)


def _shares(tries: NDArray[np.float64], hull: Mask, hidden: Mask) -> NDArray[np.float64]:
    """Shares of lines through a region that are ridge, (n,); where black art hides a line, it counts for nothing.

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
    return np.asarray(np.where(filled >= THIN * chord, filled / np.maximum(12, bare), 0.0), np.float64)
