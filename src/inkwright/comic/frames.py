"""Small panels set into a large one, told by nothing but the line that is ruled around them.

Four straight lines of one pen that meet in four corners. So do walls and windows; but what such a line cuts off is a
picture, with more than one colour along its edge.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.ridges import Ridges
from inkwright.comic.shapes import BoxTuple, Mask
from inkwright.images import Pixels

SHORTEST = 0.08
"""Least side in shares of the page's longer side."""
MEET = 0.012
"""How far apart the ends of lines may be that meet, in shares of the page's longer side."""
THICK = 0.012
"""Height in shares of the page's longer side that a ruled line has at the most."""
INK = 120
"""Grey level up to which a ruled line is ink."""
LARGEST = 0.5
"""Share of its panel above which it is no inset."""
STEP, NEAR_BY = 24, 6
"""By how many grey levels one side of a line is brighter than the line, within so many pixels."""
ALIKE = 16
"""By how many levels it may be brighter than the darkest so close to it."""
COVER = 0.85
"""Share of each side that must be line."""
ONE_COLOUR = 0.75
"""Share of the inner edge that may have one colour at the most."""
NEAR = 14
"""Levels by which one colour may vary."""
MOST = 40
"""Lines in each direction that are tried, the longest first."""

_Line = tuple[int, int, int, int]
"""Along rows: first column, row, length, height."""


def framed_boxes(pixels: Pixels, lines: Ridges, side: float) -> list[BoxTuple]:
    """Boxes in a panel that lines are ruled around, largest first.

    Args:
        pixels: (h, w, 3) uint8 RGB, the panel.
        lines: its thin dark lines.
        side: the page's longer side in pixels.
    """
    near, found = round(MEET * side), []
    lying, standing = _dark_edges(lines.grey), _dark_edges(np.ascontiguousarray(lines.grey.T))
    for rows, columns, turned in ((lying, standing.T, False), (standing, lying.T, True)):
        grey = lines.grey.T if turned else lines.grey
        for box, *heights in _closed(rows, columns, side):
            x, y, w, h = (box[1], box[0], box[3], box[2]) if turned else box
            if not _is_within((x, y, w, h), pixels.shape, near) or not _is_inked(grey, box, *heights):
                continue
            if _is_picture(pixels, (x, y, w, h), 3 + max(heights)):
                found.append((x, y, w, h))
    found.sort(key=lambda box: (-box[2] * box[3], box))
    return _apart(found)


def _dark_edges(grey: NDArray[np.uint8]) -> Mask:
    """The darkest around, with something brighter close above or below it: a line may be ruled around dark art."""
    kernel = np.ones((NEAR_BY + 1, 1), np.uint8)
    brighter = np.maximum(cv2.dilate(grey, kernel, anchor=(0, NEAR_BY)), cv2.dilate(grey, kernel, anchor=(0, 0)))
    darkest = cv2.erode(grey, np.ones((2 * NEAR_BY + 1, 1), np.uint8))
    edges = (cv2.subtract(brighter.astype(np.uint8), grey) >= STEP) & (cv2.subtract(grey, darkest) <= ALIKE)
    return np.asarray(edges & (grey <= INK), np.bool_)


def _closed(rows: Mask, columns: Mask, side: float) -> list[tuple[BoxTuple, int, int]]:
    """Boxes between two lines along rows and two along columns, with the heights of the first two."""
    least, near = round(SHORTEST * side), round(MEET * side)
    segments = _segments(rows, least, round(THICK * side))
    found: list[tuple[BoxTuple, int, int]] = []
    for k, (x, top, length, thick) in enumerate(segments):
        for x2, bottom, length2, thick2 in segments[k + 1 :]:
            first, last = (x + x2) / 2, (x + length + x2 + length2) / 2
            if abs(x - x2) > near or abs(x + length - x2 - length2) > near or abs(bottom - top) < least:
                continue
            upper, lower = min(top, bottom), max(top + thick, bottom + thick2)
            left, right = (_between(columns, at, upper, lower, near) for at in (first, last))
            if left is not None and right is not None:
                found.append(((left[0], upper, right[1] - left[0], lower - upper), thick, thick2))
    return found


def _segments(mask: Mask, least: int, thick: int) -> list[_Line]:
    """Straight runs of a mask along its rows, at most so thick, longest first."""
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 13), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    found = [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:] if h <= thick]
    found = [(x, y, w, h) for x, y, w, h in found if mask[y : y + h, x : x + w].mean(1).max() >= COVER]  # no dots
    return sorted(found, key=lambda line: (-line[2], line))[:MOST]


def _between(standing: Mask, at: float, top: int, bottom: int, near: int) -> tuple[int, int] | None:
    """From where to where a line stands near a column between two rows; None where none does."""
    low, high = max(0, round(at) - near), min(standing.shape[1], round(at) + near + 1)
    shares = standing[top:bottom, low:high].mean(0) if bottom > top and high > low else np.zeros(1)
    if shares.max() < COVER:
        return None
    best = int(shares.argmax())
    line = shares >= 0.8 * shares.max()
    first = best - int(np.cumprod(line[best::-1]).sum()) + 1
    return low + first, low + best + int(np.cumprod(line[best:]).sum())


def _is_within(box: BoxTuple, size: tuple[int, ...], near: int) -> bool:
    """Whether a box is much smaller than its panel, and lies away from its edges."""
    x, y, w, h = box
    apart = min(x, y, size[1] - x - w, size[0] - y - h) > near
    return apart and w * h <= LARGEST * size[0] * size[1]


def _is_inked(grey: NDArray[np.uint8], box: BoxTuple, upper: int, lower: int) -> bool:
    """Whether dark ink lies along all four sides of a box: `upper`, `lower` are the heights of its lying lines."""
    x, y, w, h = box
    pad = max(upper, lower)
    sides = (
        grey[y : y + upper, x : x + w].min(0),
        grey[y + h - lower : y + h, x : x + w].min(0),
        grey[y : y + h, max(0, x - pad) : x + pad].min(1),
        grey[y : y + h, x + w - pad : x + w + pad].min(1),
    )
    return all(side.size > 0 and float((side <= INK).mean()) >= COVER for side in sides)


def _is_picture(pixels: Pixels, box: BoxTuple, inset: int) -> bool:
    """Whether more than one colour lies along the inner edge of a box."""
    x, y, w, h = box
    inner = pixels[y + inset : y + h - inset, x + inset : x + w - inset]
    if min(inner.shape[:2]) < 8:
        return False
    rim = np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]]).astype(np.int32)
    return bool((np.abs(rim - _usual(rim)).max(1) <= NEAR).mean() <= ONE_COLOUR)


def _usual(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    """The most frequent colour."""
    keys = (colours // 16) @ np.array([256, 16, 1])
    top = int(np.bincount(keys, minlength=4096).argmax())
    return np.asarray(np.median(colours[keys == top], 0), np.int32)


def _apart(boxes: list[BoxTuple]) -> list[BoxTuple]:
    """Boxes that overlap no larger one."""
    kept: list[BoxTuple] = []
    for x, y, w, h in boxes:
        if all(x >= a + c or a >= x + w or y >= b + d or b >= y + h for a, b, c, d in kept):
            kept.append((x, y, w, h))
    return kept
