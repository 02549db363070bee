"""Straight lines of gutter across a part of a page, of any slant: seen on a small copy, then placed at full size."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.numbers import counts
from inkwright.comic.shapes import Mask

SEARCH_SIDE = 120
"""Lines are looked for on a copy of the region of at most this many pixels a side, then placed on the region."""
STEEP = np.arange(0.48, 1.04, 0.04)
SLOPES = tuple(np.round(np.concatenate([-STEEP[::-1], np.arange(-0.44, 0.4401, 0.02), STEEP]), 3).tolist())
"""Slants that are tried, in pixels of rise per pixel: up to 45 degrees; steeper ones lie in the region on its side."""
MIN_SHARE = 0.6
"""Share of a line through a region's hull that must be gutter."""
CLOSED_SHARE = 0.93
"""The same for a line that begins and ends in ink."""
NEARLY_STRAIGHT = (-0.02, 0.0, 0.02)
TURNS = np.concatenate([[0.0], np.linspace(-0.04, 0.04, 17)])
"""By how much a line found on the reduced copy is turned to fit: it stands for all about as steep."""
FINE = 9
"""Slants from which every second is tried first, and the others where these look promising."""
COARSER, BLURRED = 0.3, 0.15
"""By how much less of a line of the next slope, and on the reduced copy, may be seen as gutter."""
SPARED = 0.1
"""By how much less of every fourth pixel of a line may be gutter than of all."""


@dataclass(frozen=True)
class Small:
    """The reduced copy of a part of a page on which lines are looked for.

    Attributes:
        kinds: (h, w) uint8, 3 for gutter, 2 for the rest of the part's hull and 0 outside.
        size: height and width of the part itself.
    """

    kinds: NDArray[np.uint8]
    size: tuple[int, int]

    @classmethod
    def of(cls, plane: Mask, hull: Mask) -> "Small":
        """The copy of a part: its gutter and its hull, (h, w) bool each."""
        height, width = plane.shape
        scale = min(1.0, SEARCH_SIDE / max(height, width))
        size = (max(12, round(width * scale)), max(12, round(height * scale)))
        reduced = cv2.resize(plane.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
        extent = cv2.resize(hull.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        return cls(np.where(extent > 0, 2 + (reduced > 110), 0).astype(np.uint8), (height, width))

    def lines(self, slopes: tuple[float, ...], count: int = 4, least: float = MIN_SHARE) -> list[tuple[float, float]]:
        """Slope and middle row, at full size, of the best lines across the part; no two of them alike.

        Args:
            slopes: that are tried.
            count: of lines, at the most.
            least: share of a line that must be gutter, as `placed` will see it.
        """
        every = np.array(slopes)
        coarse = every[::2] if len(every) > FINE else every
        scored, shares = self._tried(coarse)
        if len(coarse) < len(every):
            promising, rest = coarse[shares >= least - COARSER], every[1::2]
            scored += self._tried(rest[(np.abs(rest[:, None] - promising) < 0.05).any(1)])[0]
        height, tall = self.size[0], self.kinds.shape[0]
        lines: list[tuple[float, float]] = []
        for _, _, slope, row in sorted((one for one in scored if one[0] >= least - BLURRED), reverse=True):
            middle = (row + 0.5) * height / tall
            if len(lines) == count:
                break
            if all(abs(middle - other) > 0.04 * height or abs(slope - turn) > 0.05 for turn, other in lines):
                lines.append((slope, middle))
        return lines

    def _tried(self, slopes: NDArray[np.float64]) -> tuple[list[tuple[float, float, float, int]], NDArray[np.float64]]:
        """The two best rows of each slope, as (share, -|slope|, slope, row); and the best share of each, (n,)."""
        (height, width), (tall, wide) = self.size, self.kinds.shape
        if not len(slopes):
            return [], np.zeros(0)
        margin, rows = max(1, round(0.05 * tall)), np.arange(tall)
        shares = _sheared_shares(self.kinds, slopes * (tall / height) / (wide / width))  # (slopes, rows)
        shares[:, (rows < margin) | (rows >= tall - margin)] = 0
        shares -= 0.02 * np.abs(slopes)[:, None]  # among equals the straight one
        first, best = shares.argmax(1), shares.max(1)
        # A second line of the same slope, well away from the first: a panel above and one below.
        shares[np.abs(rows - first[:, None]) < 0.1 * tall] = 0
        scored: list[tuple[float, float, float, int]] = []
        for share, row in ((best, first), (shares.max(1), shares.argmax(1))):
            scored += zip(share.tolist(), (-np.abs(slopes)).tolist(), slopes.tolist(), row.tolist(), strict=True)
        return scored, np.asarray(best, np.float64)


def _sheared_shares(kinds: NDArray[np.uint8], slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each slope and row y: the share of gutter along the line y + slope (x - width / 2), (slopes, h) in [0, 1].

    Args:
        kinds: (h, w), 3 for gutter, 2 for the rest of the region's hull and 0 outside; only in the hull a line counts,
            and shortly in it, it does not.
        slopes: (n,) pixels of rise per pixel.
    """
    height, width = kinds.shape
    shifts = np.floor(slopes[:, None] * (np.arange(width) - width / 2) + 0.5).astype(np.intp)  # (n, w)
    most = int(np.abs(shifts).max(initial=0))
    padded = cv2.copyMakeBorder(kinds, most, most, 0, 0, cv2.BORDER_CONSTANT)
    places = np.arange(most * width, (most + height) * width).reshape(height, width)
    seen = padded.ravel().take(places + (shifts * width)[:, None])  # (n, h, w)
    valid, free = counts(seen > 0), counts(seen == 3)
    share = free / np.maximum(1, valid)
    share[valid < 0.5 * width] = 0
    return np.asarray(share, np.float64)


def placed(plane: Mask, hull: Mask, slope: float, row: float, least: float = 0.0) -> tuple[float, float, float]:
    """The best line near a given one at full size: slope, middle row, share of gutter.

    A line that is closed at both ends, as a pale streak inside a frame is, must be gutter nearly all along.
    Where every fourth pixel shows that it will be less than `least`, no more is looked at.
    """
    height, width = plane.shape
    columns = np.arange(160) * (width - 1) // 159 if width >= 160 else np.arange(width)
    reach = max(2.0, 1.5 * max(height, width) / SEARCH_SIDE)
    turns = slope + TURNS
    middles = np.arange(row - reach, row + reach + 0.5, 1.0)
    best = (slope, row, 0.0)
    for some in (columns[::4], columns):
        # All turns at once, (turns, middles, columns).
        rows = np.floor(middles[:, None] + turns[:, None, None] * (some - width / 2)).astype(np.intp)
        held = np.minimum(np.maximum(rows, 0), height - 1)
        at = held * width + some
        valid = hull.ravel().take(at) & (rows == held)
        passable = plane.ravel().take(at) & valid
        share = counts(passable) / np.maximum(0.4 * len(some), counts(valid))
        if float(share.max()) < least - (SPARED if len(some) < len(columns) else 0.0):
            return best
    if float(share.max()) < CLOSED_SHARE:
        share[~_open_ended(passable, valid)] = 0
    else:
        share[share < CLOSED_SHARE] = 0
    turn = int(share.max(1).argmax())
    good = np.flatnonzero(share[turn] >= share[turn].max() - 1e-9)
    top = int(good[len(good) // 2])  # the middle of the gutter
    return (float(turns[turn]), float(middles[top]), float(share[turn, top])) if share[turn, top] > 0 else best


def _open_ended(passable: Mask, valid: Mask) -> NDArray[np.bool_]:
    """Which lines, (..., columns) each, begin or end in gutter for a fiftieth of their length."""
    columns = valid.shape[-1]
    inset = max(2, columns // 50)
    steps = np.arange(inset)
    first = valid.argmax(-1)[..., None] + steps
    last = columns - 1 - valid[..., ::-1].argmax(-1)[..., None] - steps
    begins = np.take_along_axis(passable, np.minimum(first, columns - 1), -1).all(-1)
    ends = np.take_along_axis(passable, np.maximum(last, 0), -1).all(-1)
    return np.asarray(begins | ends, np.bool_)
