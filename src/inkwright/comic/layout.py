"""Panels out of their page and back into it: crops, the frame's inside, and pasting under a mask.

Gutters, drawn frames and everything outside the panels are the author's and are never painted over. So each panel
gets a mask: 1 inside its frame line, 0 on the line and beyond.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.errors import BookError, InternalError
from inkwright.images import Floats, Pixels

BoxTuple = tuple[int, int, int, int]
Points = Sequence[tuple[int, int]]

FRAME_DEPTH = 0.035
"""Thickest frame line, and how far from the panel's edge it may begin, as a share of the panel's shorter side."""
SKEW = 0.03
"""How far a frame may run off its edge, as a share of the edge's length: pages are scanned askew."""
SOFT_EDGE = 2.0
"""Width of the mask's soft edge inside a frame line, in pixels."""


@dataclass(frozen=True)
class Interior:
    """The part of a panel inside its frame.

    Attributes:
        mask: (h, w) float32 in [0, 1], in panel pixels: 1 inside, 0 on the frame line and outside the polygon.
        box: (x, y, width, height) of the interior in panel pixels.
    """

    mask: Floats
    box: BoxTuple


def fit_box(box: BoxTuple, width: int, height: int, panel: str = "") -> BoxTuple:
    """Clips a panel's box to its page.

    Args:
        box: (x, y, width, height) in page pixels.
        width: of the page in pixels.
        height: of the page in pixels.
        panel: the panel's id, for the message.

    Raises:
        BookError: nothing of the box lies on the page.
    """
    x, y, w, h = box
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + w), min(height, y + h)
    if x1 <= x0 or y1 <= y0:
        name = f"Panel {panel}" if panel else "A panel"
        raise BookError(
            f"{name} has the box {list(box)}, which lies outside its page of {width} x {height} pixels.",
            "Mend the box in book.json, or let `inkwright panels` find the panels again.",
        )
    return x0, y0, x1 - x0, y1 - y0


def crop(pixels: Pixels, box: BoxTuple, panel: str = "") -> Pixels:
    """A panel's pixels, (h, w, 3) uint8, a copy; the box is clipped to the page.

    Raises:
        BookError: nothing of the box lies on the page.
    """
    x, y, w, h = fit_box(box, pixels.shape[1], pixels.shape[0], panel)
    return pixels[y : y + h, x : x + w].copy()


def paste(page: Pixels, stylized: Pixels, box: BoxTuple, mask: Floats) -> Pixels:
    """A new page on which a stylized panel replaces the drawing inside the mask.

    Args:
        page: (H, W, 3) uint8.
        stylized: (h, w, 3) uint8, the panel in its own pixels.
        box: the panel's box in page pixels; it is clipped to the page, and its size must then be (w, h).
        mask: (h, w) float32 in [0, 1]; where it is 0 the page's bytes stay as they are.

    Raises:
        BookError: nothing of the box lies on the page.
        InternalError: the sizes do not agree.
    """
    x, y, w, h = fit_box(box, page.shape[1], page.shape[0])
    if stylized.shape != (h, w, 3) or mask.shape != (h, w):
        raise InternalError(f"A panel of {w} x {h} pixels got a picture {stylized.shape} and a mask {mask.shape}.")
    result = page.copy()
    target = result[y : y + h, x : x + w]
    weight = np.clip(mask, 0, 1)[..., None].astype(np.float32)
    mixed = target.astype(np.float32) * (1 - weight) + stylized.astype(np.float32) * weight
    inside = mask > 0
    target[inside] = (mixed + 0.5).astype(np.uint8)[inside]
    return result


def interior(pixels: Pixels, panel_box: BoxTuple, polygon: Points | None = None) -> Interior:
    """The inside of a panel's drawn frame.

    Along each edge of the panel the dark line that follows the edge is looked for; an edge without one ends at the
    box or polygon. A drawing without a frame is all inside.

    Args:
        pixels: (H, W, 3) uint8 RGB, the page.
        panel_box: (x, y, width, height) in page pixels; clipped to the page.
        polygon: corners (x, y) in page pixels, or None when the panel is its box.

    Raises:
        BookError: nothing of the box lies on the page.
    """
    x, y, w, h = fit_box(panel_box, pixels.shape[1], pixels.shape[0])
    light = np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels[y : y + h, x : x + w]), cv2.COLOR_RGB2GRAY), np.uint8)
    if polygon is None:
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64)
    else:
        corners = np.array(polygon, np.float64) - (x, y)
    if _signed_area(corners) < 0:
        corners = corners[::-1]
    keep = np.ones((h, w), np.uint8)
    if polygon is not None:
        keep[:] = 0
        cv2.fillPoly(keep, [np.round((corners - 0.5) * 16).astype(np.int32)], 1, shift=4)
    depth = max(3, round(FRAME_DEPTH * min(w, h)))
    for a, b in zip(corners, np.roll(corners, -1, 0), strict=True):
        band = _frame_band(light, a, b, depth)
        if band is not None:
            cv2.fillPoly(keep, [np.round((band - 0.5) * 16).astype(np.int32)], 0, shift=4)
    if not keep.any():  # a panel that is all line: better painted over than lost
        keep[:] = 1
    mask = _soft(keep)
    bx, by, bw, bh = cv2.boundingRect(keep)
    return Interior(mask, (bx, by, bw, bh))


def _signed_area(corners: NDArray[np.float64]) -> float:
    """Positive when the corners run clockwise on screen, so that the inward normal is (-dy, dx)."""
    nx = np.roll(corners, -1, 0)
    return float((corners[:, 0] * nx[:, 1] - nx[:, 0] * corners[:, 1]).sum() / 2)


def _soft(keep: NDArray[np.uint8]) -> Floats:
    """0 / 1 turned into a mask whose inner edge rises over two pixels; the panel's own border stays hard."""
    if keep.all():
        return np.ones(keep.shape, np.float32)
    distance = cv2.distanceTransform(keep, cv2.DIST_L2, 5)
    return np.asarray(np.clip(distance / SOFT_EDGE, 0, 1) * keep, np.float32)


def _frame_band(
    light: NDArray[np.uint8], a: NDArray[np.float64], b: NDArray[np.float64], thickest: int
) -> NDArray[np.float64] | None:
    """The band from the edge a-b to the inner side of its frame line, (n, 2) corners; None without a line."""
    length = float(np.hypot(*(b - a)))
    if length < 8:
        return None
    along = (b - a) / length
    inward = np.array([-along[1], along[0]])
    at = np.linspace(0, length, int(np.clip(length, 16, 600)))
    reach = max(thickest, round(SKEW * length))
    # Looked at to twice the reach, so that a line is told from a dark picture; samples lie on pixel centres.
    points = a + along * at[:, None, None] + inward * (np.arange(2 * reach)[None, :, None] + 0.5)
    sampled = cv2.remap(
        light, points[..., 0].astype(np.float32) - 0.5, points[..., 1].astype(np.float32) - 0.5,
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)  # fmt: skip
    dark, start, end = _dark_runs(sampled, reach, thickest)
    ends = _line(at, dark, start, end, reach)
    if ends is None:
        return None
    inner = a + along * at[:, None] + inward * (ends[:, None] - 0.3)  # fillPoly fills its outline too
    outer = np.stack([b - inward * 2 + along * 2, a - inward * 2 - along * 2])
    return np.concatenate([inner, outer])


def _dark_runs(
    sampled: NDArray[np.float32], reach: int, thickest: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """What is dark, (n, depth), and at each place the first dark run from the edge inward: start and end, or -1.

    Args:
        sampled: (n, depth) luminance, a row for each place along the edge.
        reach: a run must begin within this many pixels.
        thickest: a longer run is the drawing and not a line.
    """
    # A line is darker than the drawing just inside it; the paper outside says nothing about a night scene's line.
    behind = np.percentile(sampled[:, sampled.shape[1] // 2 :], 60, axis=1)
    level = np.lib.stride_tricks.sliding_window_view(np.pad(behind, 15, mode="edge"), 31)
    bright = np.median(level, axis=1)
    dark = sampled < np.maximum(20.0, 0.62 * bright)[:, None]
    first = dark.argmax(1)
    after = ~dark & (np.arange(dark.shape[1])[None] > first[:, None])
    stop = np.where(after.any(1), after.argmax(1), dark.shape[1])
    good = dark.any(1) & (first <= reach) & (stop - first <= thickest) & (bright >= 28)
    return dark, np.where(good, first, -1).astype(np.float64), np.where(good, stop, -1).astype(np.float64)


def _line(
    at: NDArray[np.float64],
    dark: NDArray[np.bool_],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    reach: int,
) -> NDArray[np.float64] | None:
    """The inner side of the line that the dark runs belong to, (n,) pixels from the edge; None when they are none."""
    found = end >= 0
    middle = (at > 2 * reach) & (at < at[-1] - 2 * reach)
    middle = middle if middle.sum() >= 8 else np.ones_like(found)
    if found[middle].mean() < 0.6:
        return None
    width = (end - start)[found & middle]
    typical = float(np.median(width))
    if float(np.median(np.abs(width - typical))) > max(1.0, 0.3 * typical):
        return None  # the dark runs have no common width: that is the drawing, not a ruled line
    # Frames drawn by hand bend, but slowly: places far from their neighbours' median are the drawing.
    usable = found & (end - start <= 1.6 * typical + 1.5)
    if usable[middle].mean() < 0.5:
        return None
    ends = np.interp(at, at[usable], end[usable])
    near = np.lib.stride_tricks.sliding_window_view(np.pad(ends, 10, mode="edge"), 21)
    steady = usable & (np.abs(ends - np.median(near, 1)) <= max(2.0, 0.7 * typical))
    if steady[middle].mean() < 0.5:
        return None
    ends = np.interp(at, at[steady], end[steady])
    rows = np.flatnonzero(middle)
    core = dark[rows, np.clip(ends[rows] - 0.5 - typical / 2, 0, dark.shape[1] - 1).astype(int)]
    if core.mean() < 0.75:
        return None  # specks in a row, not a line
    widest: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(np.pad(ends, 1, mode="edge"), 3).max(1)
    return widest
