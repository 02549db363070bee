"""Straight lines of gutter across a part of a page, of any slant: seen on a small copy, then placed at full size."""

import cv2
import numpy as np
from numpy.typing import NDArray

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
TURN = 0.04
"""By how much a line found on the reduced copy is turned to fit: it stands for all about as steep."""
FINE = 9
"""Slants from which every second is tried first, and the others where these look promising."""
SPARED = 0.1
"""By how much less of every fourth pixel of a line may be gutter than of all."""


def lines_across(plane: Mask, hull: Mask, slopes: tuple[float, ...], count: int = 4) -> list[tuple[float, float]]:
    """Slope and middle row of the best lines across a plane, found on a reduced copy; no two of them alike."""
    height, width = plane.shape
    scale = min(1.0, SEARCH_SIDE / max(height, width))
    size = (max(12, round(width * scale)), max(12, round(height * scale)))
    reduced = cv2.resize(plane.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    small = np.asarray((reduced > 110) * 255, np.uint8)
    extent = np.asarray(cv2.resize(hull.astype(np.uint8) * 255, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    kinds = np.where(extent > 0, 2 + (small > 0), 0).astype(np.uint8)
    margin = max(1, round(0.05 * size[1]))
    rows = np.arange(size[1])
    tilt = (size[1] / height) / (size[0] / width)
    scored: list[tuple[float, float, float, int]] = []
    coarse = list(slopes[::2] if len(slopes) > FINE else slopes)
    promising: set[float] = set()
    for tried in (coarse, [slope for slope in slopes if slope not in coarse]):
        if tried is not coarse:
            tried = [slope for slope in tried if any(abs(slope - near) < 0.05 for near in promising)]
        if not tried:
            break
        shares = _sheared_shares(kinds, np.array(tried) * tilt)  # (slopes, rows)
        shares[:, (rows < margin) | (rows >= size[1] - margin)] = 0
        shares -= 0.02 * np.abs(tried)[:, None]  # among equals the straight one
        first = shares.argmax(1)
        scored += zip(shares.max(1).tolist(), [-abs(slope) for slope in tried], tried, first.tolist(), strict=True)
        promising |= {slope for slope, share in zip(tried, shares.max(1), strict=True) if share >= MIN_SHARE - 0.3}
        # A second line of the same slope, well away from the first: a panel above and one below.
        shares[np.abs(rows - first[:, None]) < 0.1 * size[1]] = 0
        second = shares.argmax(1)
        scored += zip(shares.max(1).tolist(), [-abs(slope) for slope in tried], tried, second.tolist(), strict=True)
    lines: list[tuple[float, float]] = []
    for score, _, slope, row in sorted(scored, reverse=True):
        middle = (row + 0.5) * height / size[1]
        if score < MIN_SHARE - 0.15 or len(lines) == count:
            break
        if all(abs(middle - other) > 0.04 * height or abs(slope - turn) > 0.05 for turn, other in lines):
            lines.append((slope, middle))
    return lines


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
    valid, free = _counts(seen > 0), _counts(seen == 3)
    share = free / np.maximum(1, valid)
    share[valid < 0.5 * width] = 0
    return np.asarray(share, np.float64)


def _counts(lines: Mask) -> NDArray[np.int32]:
    """How many pixels of each line are set, (...) of (..., columns); ten times as fast as NumPy's own."""
    flat = lines.view(np.uint8).reshape(-1, lines.shape[-1])
    return np.asarray(cv2.reduce(flat, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32).reshape(lines.shape[:-1])


def placed(plane: Mask, hull: Mask, slope: float, row: float, least: float = 0.0) -> tuple[float, float, float]:
    """The best line near a given one at full size: slope, middle row, share of gutter.

    A line that is closed at both ends, as a pale streak inside a frame is, must be gutter nearly all along.
    Where every fourth pixel shows that it will be less than `least`, no more is looked at.
    """
    height, width = plane.shape
    columns = np.arange(160) * (width - 1) // 159 if width >= 160 else np.arange(width)
    reach = max(2.0, 1.5 * max(height, width) / SEARCH_SIDE)
    turns = np.array([slope, *np.linspace(slope - TURN, slope + TURN, 17).tolist()])
    middles = np.arange(row - reach, row + reach + 0.5, 1.0)
    best = (slope, row, 0.0)
    for some in (columns[::4], columns):
        # All turns at once, (turns, middles, columns).
        rows = np.floor(middles[:, None] + turns[:, None, None] * (some - width / 2)).astype(np.intp)
        held = np.minimum(np.maximum(rows, 0), height - 1)
        at = held * width + some
        valid = hull.ravel().take(at) & (rows == held)
        passable = plane.ravel().take(at) & valid
        share = _counts(passable) / np.maximum(0.4 * len(some), _counts(valid))
        if float(share.max()) < least - (SPARED if len(some) < len(columns) else 0.0):
            return best
    if float(share.max()) < CLOSED_SHARE:
        share[~_open_ended(passable, valid)] = 0
    else:
        share[share < CLOSED_SHARE] = 0
    for turn, along in zip(turns.tolist(), share, strict=True):
        good = np.flatnonzero(along >= along.max() - 1e-9)
        top = int(good[len(good) // 2])  # the middle of the gutter
        if along[top] > best[2]:
            best = (turn, float(middles[top]), float(along[top]))
    return best


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
