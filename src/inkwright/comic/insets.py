"""Small panels set into a large one, told by the band of one colour around them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.figures import Polygon
from inkwright.comic.gutters import Background
from inkwright.comic.shapes import BoxTuple, Mask, fit_shape, outline, page_area, page_side
from inkwright.images import Pixels

SMALLEST = 0.012
"""Share of the page below which a framed thing in a picture is a window or a sign."""
LARGEST = 0.5
"""Share of its panel above which it is no inset."""
FIT = 0.93
"""Quality that its outline must have."""
BAND = 0.004
"""Least width of the band in shares of the page's longer side."""
ALONE = 0.6
"""Share of the band's outer rim beyond which its colour must have ended: else it is a hole in white paper."""
SEEN = 0.6
"""Share of such a rim that must lie inside the panel."""
CAPTION, FRAME = 0.16, 0.005
"""Height of a caption and width of its frame at the most, in shares of the page's longer side."""
LIGHT, NEAR, CLEAR, MOSTLY = 130, 30, 0.97, 0.5
"""Its darkest channel at the least, the levels by which its colour may vary, and the shares of its rim and of all of it
that have that colour."""
PALE = 190
"""Level from which a background is paper that shows how white a band is."""
WHITE, BLACK = 0.86, 40
"""Grey level from which a band is white, in shares of the page's paper; and up to which it is black."""


def is_caption(pixels: Pixels, box: BoxTuple) -> bool:
    """Whether a framed box is low, pale, of one colour, and what stands in it touches its frame nowhere: words do so.

    Args:
        pixels: (h, w, 3) uint8 RGB, the page.
        box: (x, y, width, height).
    """
    x, y, w, h = box
    edge = 2 + round(FRAME * page_side(pixels.shape))
    inner = pixels[y + edge : y + h - edge, x + edge : x + w - edge].astype(np.int16)
    if h > CAPTION * page_side(pixels.shape) or min(inner.shape[:2]) < 8:
        return False
    rim = np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]])
    colour = np.median(rim, 0)
    bare = (np.abs(inner - colour).max(2) <= NEAR).mean()
    return bool(colour.min() >= LIGHT and (np.abs(rim - colour).max(1) <= NEAR).mean() >= CLEAR and bare >= MOSTLY)


def inset_boxes(pixels: Pixels, box: BoxTuple, paper: Background | None = None) -> list[BoxTuple]:
    """The panels inside a panel, largest first; none where it is drawn on bare paper.

    Args:
        pixels: (h, w, 3) uint8 RGB, the page.
        box: (x, y, width, height) of the panel.
        paper: the page's background, whose shading is followed.
    """
    x, y, w, h = box
    side, page = page_side(pixels.shape), page_area(pixels.shape)
    grey = np.asarray(cv2.cvtColor(pixels[y : y + h, x : x + w], cv2.COLOR_RGB2GRAY), np.uint8)
    found: list[tuple[float, BoxTuple]] = []
    white: float | NDArray[np.uint8] = float(np.percentile(pixels[::4, ::4].mean(2), 99))
    if paper is not None and float(paper.colour.min()) >= PALE:
        white = np.asarray(cv2.cvtColor(paper.surface[y : y + h, x : x + w], cv2.COLOR_RGB2GRAY), np.uint8)
    for band in (np.asarray(grey >= WHITE * white, np.bool_), np.asarray(grey <= BLACK, np.bool_)):
        if band.mean() > 0.4:
            continue
        for hole in _holes(band, SMALLEST * page, LARGEST * w * h):
            left, top, wide, tall = cv2.boundingRect(hole.astype(np.uint8))
            shape = fit_shape(hole[top : top + tall, left : left + wide], 0.004 * side).moved(left, top)
            if shape.polygon is not None or shape.quality < FIT or min(shape.box[2:]) < 0.08 * side:
                continue
            if _stands_alone(band, outline(shape), max(2, round(BAND * side)), side):
                found.append((shape.area, (shape.box[0] + x, shape.box[1] + y, shape.box[2], shape.box[3])))
    found = [one for one in found if not is_caption(pixels, one[1])]
    kept: list[BoxTuple] = []
    for _, (left, top, wide, tall) in sorted(found, key=lambda pair: (-pair[0], pair[1])):  # a frame in a border is one
        if all(left >= a + c or a >= left + wide or top >= b + d or b >= top + tall for a, b, c, d in kept):
            kept.append((left, top, wide, tall))
    return kept


def _holes(band: Mask, least: float, most: float) -> list[Mask]:
    """What the band closes in, filled, between a least and a most number of pixels."""
    contours, tree = cv2.findContours(band.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    holes = []
    for k, contour in enumerate(contours):
        if tree[0][k][3] >= 0 and least <= cv2.contourArea(contour) <= most:
            canvas = np.zeros(band.shape, np.uint8)
            cv2.drawContours(canvas, [contour], 0, 1, -1)
            holes.append(np.asarray(canvas > 0, np.bool_))
    return holes


def _stands_alone(band: Mask, corners: Polygon, width: int, side: float) -> bool:
    """Whether a band of at least `width` pixels runs around a box, and ends within a few widths."""
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    shares = []
    for out, least in (
        (max(1, width // 2), SEEN),
        (round(0.035 * side), SEEN / 2),
    ):  # near a corner the panel ends first
        left, right, top, bottom = x0 - out, x1 + out - 1, y0 - out, y1 + out - 1
        along = np.linspace(0, 1, 200)
        xs = np.concatenate([left + along * (right - left)] * 2 + [np.full(200, left), np.full(200, right)])
        ys = np.concatenate([np.full(200, top), np.full(200, bottom)] + [top + along * (bottom - top)] * 2)
        xi, yi = np.round(xs).astype(int), np.round(ys).astype(int)
        valid = (xi >= 0) & (yi >= 0) & (xi < band.shape[1]) & (yi < band.shape[0])
        if valid.mean() < least:
            return False
        shares.append(float(band[yi[valid], xi[valid]].mean()))
    return shares[0] > 0.93 and shares[1] < 1 - ALONE
