"""Panel shapes: a connected region as a rectangle or a polygon, and regions that hang together cut apart."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
BoxTuple = tuple[int, int, int, int]
Polygon = NDArray[np.float64]

MAX_CORNERS = 6
RECTANGLE_IOU = 0.97
"""A polygon that fills this much of its box is told as the box alone."""


@dataclass(frozen=True)
class Shape:
    """A region of the page as a figure with straight edges.

    Attributes:
        box: (x, y, width, height) in pixels of the mask.
        polygon: (n, 2) float64 corners x, y, or None when it is the box.
        quality: in [0, 1], how well the figure fits the region: overlap and straightness of the outline.
        area: pixels of the region.
    """

    box: BoxTuple
    polygon: Polygon | None
    quality: float
    area: int

    def moved(self, dx: int, dy: int) -> "Shape":
        """The same figure elsewhere."""
        x, y, w, h = self.box
        polygon = None if self.polygon is None else self.polygon + np.array([dx, dy])
        return Shape((x + dx, y + dy, w, h), polygon, self.quality, self.area)


def fit_shape(region: Mask, tolerance: float) -> Shape:
    """The rectangle, or if that fits badly the polygon of up to six corners, that describes a region.

    Args:
        region: (h, w) bool with at least one pixel, one connected region.
        tolerance: how far a straight edge and the outline may be apart and still agree, in pixels: drawn frames wobble.
    """
    area = int(region.sum())
    box = robust_box(region, tolerance)
    rectangle = _rectangle(box)
    near = max(1.5, min(tolerance, 0.03 * min(box[2:])))
    outline = _outline(region)
    quality = _quality(region, rectangle, outline, near)
    best = Shape(box, None, quality, area)
    if quality > 0.95:
        return best
    polygon = _polygon(outline)
    if polygon is None:
        return best
    x, y, w, h = _bounds(polygon)
    bounds = _rectangle((x, y, w, h))
    if _polygon_area(polygon) / max(1.0, _polygon_area(bounds)) > RECTANGLE_IOU:
        return best
    other = _quality(region, polygon, outline, near)
    if len(polygon) > 4 and min(_supports(polygon, outline, near)[0]) < 0.7:
        return best  # a corner rounded off by a balloon or a figure, not a cut one
    return Shape((x, y, w, h), polygon, other, area) if other > quality + 0.03 else best


def robust_box(region: Mask, wobble: float = 0.0) -> BoxTuple:
    """The box of a region without what sticks out of it.

    Each side lies where half the usual width is filled; or where anything is, if that is hardly further out: then it
    is a frame line that bends, and the box holds all of it.

    Args:
        region: (h, w) bool with at least one pixel.
        wobble: how far "hardly" is, in pixels.
    """
    ys, xs = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    x0, x1, y0, y1 = int(xs[0]), int(xs[-1]) + 1, int(ys[0]), int(ys[-1]) + 1
    inner = region[y0:y1, x0:x1]
    left, right = _ends(inner.sum(0), wobble)
    top, bottom = _ends(inner.sum(1), wobble)
    return x0 + left, y0 + top, right - left, bottom - top


def _ends(filled: NDArray[np.int_], wobble: float) -> tuple[int, int]:
    usual = np.flatnonzero(filled >= 0.5 * np.percentile(filled, 75))
    first, last = int(usual[0]), int(usual[-1]) + 1
    if first <= wobble:
        first = 0
    if len(filled) - last <= wobble:
        last = len(filled)
    return first, last


def _rectangle(box: BoxTuple) -> Polygon:
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64)


def _bounds(polygon: Polygon) -> BoxTuple:
    x0, y0 = np.floor(polygon.min(0) + 0.5).astype(int).tolist()
    x1, y1 = np.floor(polygon.max(0) + 0.5).astype(int).tolist()
    return x0, y0, max(1, x1 - x0), max(1, y1 - y0)


def _outline(region: Mask) -> NDArray[np.int32]:
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=len)
    return np.asarray(longest[:, 0], np.int32)


def _polygon(outline: NDArray[np.int32]) -> Polygon | None:
    """Hull of the outline with as few corners as describe it; None when more than six are needed."""
    hull = cv2.convexHull(outline)
    around = cv2.arcLength(hull, True)
    for share in (0.008, 0.012, 0.018, 0.025, 0.035):
        corners = cv2.approxPolyDP(hull, share * around, True)[:, 0]
        if len(corners) <= MAX_CORNERS:
            return corners.astype(np.float64) + 0.5 if len(corners) >= 3 else None
    return None


def _polygon_area(polygon: Polygon) -> float:
    return float(cv2.contourArea(polygon.astype(np.float32)))


def fill_polygon(polygon: Polygon, shape: tuple[int, int]) -> Mask:
    """The pixels of a polygon, (h, w) bool; corners in pixels, edges between pixels."""
    canvas = np.zeros(shape, np.uint8)
    points = np.round((polygon - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [points], 1, shift=4)
    return canvas > 0


def _quality(region: Mask, figure: Polygon, outline: NDArray[np.int32], near: float) -> float:
    filled = fill_polygon(figure, (region.shape[0], region.shape[1]))
    overlap = float((filled & region).sum()) / max(1, int((filled | region).sum()))
    return overlap * (0.4 + 0.6 * _support(figure, outline, near))


def _support(figure: Polygon, outline: NDArray[np.int32], near: float) -> float:
    """Share of the figure's edges that have the region's outline within `near` pixels."""
    shares, lengths = _supports(figure, outline, near)
    return float(np.dot(shares, lengths) / max(1e-9, sum(lengths)))


def _supports(figure: Polygon, outline: NDArray[np.int32], near: float) -> tuple[list[float], list[float]]:
    """For each edge of a figure the share that has the outline within `near` pixels, and the edge's length."""
    low = np.floor(np.minimum(outline.min(0), figure.min(0))).astype(int) - 2
    high = np.ceil(np.maximum(outline.max(0), figure.max(0))).astype(int) + 3
    free = np.full((high[1] - low[1], high[0] - low[0]), 255, np.uint8)
    free[outline[:, 1] - low[1], outline[:, 0] - low[0]] = 0
    distance = cv2.distanceTransform(free, cv2.DIST_L2, 3)
    shares, lengths = [], []
    for a, b in zip(figure, np.roll(figure, -1, 0), strict=True):
        samples = a + (b - a) * np.linspace(0, 1, 64)[:, None]
        at = np.clip(np.round(samples - low).astype(int), 0, np.array(distance.shape[::-1]) - 1)
        shares.append(float((distance[at[:, 1], at[:, 0]] <= near).mean()))
        lengths.append(float(np.hypot(*(b - a))))
    return shares, lengths
