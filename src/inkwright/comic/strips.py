"""The panels of very tall pages, as webtoons are: what lies between rows of one colour.

A gap is a stretch of rows that have one of the strip's ground colours from side to side; balloons and sounds may lie in
it. Rows of art may have one colour too, a sky or a wall, but hardly the ground's, and not in several places. Time and
memory grow with the height alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.shapes import BoxTuple
from inkwright.images import Pixels

TALL = 2.5
"""Height in widths from which a page is a strip."""
COLUMNS = 320
"""Width in pixels of the copy that is looked at."""
NEAR = 14
"""Levels by which one colour may vary."""
PLAIN = 0.97
"""Share of a row that must have one colour to be ground."""
FREE = 0.45
"""The same where something lies in the gap."""
GAP = 0.012
"""Least height of a gap in widths."""
STRAY = 0.05
"""Height in widths below which what lies in a gap is no panel."""
TEXT = 0.24
"""The same for what is narrower than NARROW."""
NARROW = 0.62
SPARSE = 0.5
"""Share of its box that a panel with an edge fills at the least; what fills less is a drawing on the ground."""


@dataclass(frozen=True)
class StripPanel:
    """A panel of a strip: (x, y, width, height) in page pixels, and whether it is a drawing without an edge."""

    box: BoxTuple
    loose: bool


def is_strip(size: tuple[int, ...]) -> bool:
    """Whether a picture (height, width, ...) is so tall that it is read from top to bottom."""
    return size[0] > TALL * size[1]


def strip_panels(pixels: Pixels) -> list[StripPanel]:
    """The panels of a strip from top to bottom; none where no gap was found.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    scale = min(1.0, COLUMNS / pixels.shape[1])
    size = (max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.int16)
    colour, share = _rows(small)
    grounds = _grounds(colour, share, size[0])
    if not len(grounds):
        return []
    apart = np.abs(colour[:, None] - grounds[None]).max(2)
    nearest = apart.argmin(1)
    gap = _joined((apart.min(1) <= NEAR) & (share >= FREE), round(STRAY * size[0]))
    found: list[StripPanel] = []
    for first, last in _runs(~gap):
        ground = grounds[nearest[max(0, first - 1)]]
        for left, right in _columns(small[first:last], ground):
            panel = _panel(small[first:last, left:right], ground, size[0])
            if panel is not None:
                (x, y, w, h), loose = panel
                found.append(StripPanel(_scaled((x + left, y + first, w, h), scale, pixels.shape), loose))
    return found


def _rows(small: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """The colour of each row at its ends, (h, 3), and the share of the row that has it without a break from there.

    The share is 0 where the ends differ.
    """
    edge = max(1, small.shape[1] // 40)
    left, right = np.median(small[:, :edge], 1), np.median(small[:, -edge:], 1)
    colour = np.asarray((left + right) / 2, np.int16)
    near = np.abs(small - colour[:, None]).max(2) <= NEAR
    ends = np.logical_and.accumulate(near, 1).sum(1) + np.logical_and.accumulate(near[:, ::-1], 1).sum(1)
    share = np.minimum(1.0, ends / small.shape[1])
    share[np.abs(left - right).max(1) > NEAR] = 0
    return colour, share


def _grounds(colour: NDArray[np.int16], share: NDArray[np.float64], width: int) -> NDArray[np.int16]:
    """The colours that gaps have, (n, 3): white, black, and what fills whole rows in more than one place."""
    stretches = [np.median(colour[a:b], 0) for a, b in _runs(share >= PLAIN) if b - a >= GAP * width]
    kept: list[NDArray[np.float64]] = []
    for one in stretches:
        alike = sum(np.abs(one - other).max() <= NEAR for other in stretches)
        plain = bool((one >= 255 - NEAR).all() or (one <= NEAR).all())
        if (alike > 1 or plain) and all(np.abs(one - other).max() > NEAR for other in kept):
            kept.append(one)
    return np.array(kept, np.int16).reshape(-1, 3)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    ends = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in ends.reshape(-1, 2)]


def _joined(gap: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Gaps without what is too low for a panel; then panels without gaps too thin."""
    gap = gap.copy()
    for a, b in _runs(~gap):
        if b - a < least and a > 0 and b < len(gap):
            gap[a:b] = True
    for a, b in _runs(gap):
        if b - a < max(2, least // 4) and a > 0 and b < len(gap):
            gap[a:b] = False
    return gap


def _columns(block: NDArray[np.int16], ground: NDArray[np.int16]) -> list[tuple[int, int]]:
    """The panels that stand side by side between two gaps: columns from, to."""
    free = (np.abs(block - ground).max(2) <= NEAR).mean(0) >= PLAIN
    least = max(2, round(GAP * block.shape[1]))
    for a, b in _runs(free):
        if b - a < least:
            free[a:b] = False
    return _runs(~free)


def _panel(part: NDArray[np.int16], ground: NDArray[np.int16], width: int) -> tuple[BoxTuple, bool] | None:
    """The box of what is drawn in a part, and whether it is drawn on the ground; None for words and balloons."""
    drawn = np.abs(part - ground).max(2) > NEAR
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    if not len(rows):
        return None
    solid = np.flatnonzero(drawn.mean(1) > 0.5 * np.percentile(drawn.mean(1), 75))
    top, bottom = (int(solid[0]), int(solid[-1]) + 1) if len(solid) else (int(rows[0]), int(rows[-1]) + 1)
    left, right = int(columns[0]), int(columns[-1]) + 1
    inner = drawn[top:bottom, left:right]
    filled = cv2.morphologyEx(inner.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)).mean()
    tall, wide = bottom - top, right - left
    if tall < STRAY * width or wide < 0.1 * width or (tall < TEXT * width and wide < NARROW * width):
        return None
    return (left, top, wide, tall), bool(filled < SPARSE)


def _scaled(box: BoxTuple, scale: float, size: tuple[int, ...]) -> BoxTuple:
    x0, y0 = round(box[0] / scale), round(box[1] / scale)
    x1, y1 = round((box[0] + box[2]) / scale), round((box[1] + box[3]) / scale)
    x0, y0 = min(x0, size[1] - 1), min(y0, size[0] - 1)
    return x0, y0, max(1, min(x1, size[1]) - x0), max(1, min(y1, size[0]) - y0)
