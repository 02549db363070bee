"""Panel shapes: a connected region as a rectangle or a polygon, and regions that hang together cut apart."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.figures import (
    MAX_CORNERS,
    ROUND_CORNERS,
    Outline,
    Polygon,
    bent_of,
    ellipse_of,
    hull_of,
    outline_of,
    sharpened,
)
from inkwright.comic.numbers import counts, quantile
from inkwright.comic.planes import components

Mask = NDArray[np.bool_]
BoxTuple = tuple[int, int, int, int]

JUDGE_SIDE = 420
"""Longer side in pixels of the copy on which fits are judged."""
SAME_AREA = 0.05
"""Share of its pixels by which a panel found another way may differ and is the same panel."""
ALONG = np.linspace(0, 1, 64)[:, None]
"""Where on an edge it is looked for the outline."""
SPREAD = (1.2, 1.7)
"""Widths in shares of the height between which a picture may be two facing pages."""
RECTANGLE_IOU = 0.97
"""A polygon that fills this much of its box is told as the box alone."""


def page_side(size: tuple[int, ...]) -> float:
    """The longer side of the single page that a picture (height, width, ...) of a page, spread or strip is made of."""
    height, width = size[:2]
    if height * SPREAD[0] <= width <= height * SPREAD[1]:
        return float(height)
    return float(min(max(height, width), 1.5 * min(height, width)))


def page_area(size: tuple[int, ...]) -> float:
    """Pixels of that page."""
    return min(float(size[0] * size[1]), 0.7 * page_side(size) ** 2)


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

    @property
    def is_round(self) -> bool:
        """Whether the figure is an ellipse."""
        return self.polygon is not None and len(self.polygon) == ROUND_CORNERS

    def moved(self, dx: int, dy: int) -> "Shape":
        """The same figure elsewhere."""
        x, y, w, h = self.box
        polygon = None if self.polygon is None else self.polygon + np.array([dx, dy])
        return Shape((x + dx, y + dy, w, h), polygon, self.quality, self.area)

    def is_like(self, other: "Shape", wobble: float) -> bool:
        """Whether two figures differ by no more than some pixels on each side, and hardly in what they fill."""
        sides = [(x, y, x + w, y + h) for x, y, w, h in (self.box, other.box)]
        near = max(abs(a - b) for a, b in zip(*sides, strict=True)) <= wobble
        return near and abs(self.area - other.area) <= SAME_AREA * other.area

    def within(self, size: tuple[int, ...]) -> "Shape":
        """The same on a page (height, width, ...): where two sides meet may lie beyond its edge."""
        if self.polygon is None:
            return self
        held = np.clip(self.polygon, 0, [size[1], size[0]])
        return self if (held == self.polygon).all() else Shape(_bounds(held), held, self.quality, self.area)


def fit_shape(region: Mask, tolerance: float) -> Shape:
    """The rectangle, or if that fits badly the polygon or the ellipse, that describes a region.

    Args:
        region: (h, w) bool with at least one pixel, one connected region.
        tolerance: how far a straight edge and the outline may be apart and still agree, in pixels: drawn frames wobble.
    """
    area = int(np.count_nonzero(region))
    box = robust_box(region, tolerance)
    # How well a figure fits is seen on a smaller copy as well, and ten times as fast.
    scale = min(1.0, JUDGE_SIDE / max(region.shape))
    size = (max(1, round(region.shape[1] * scale)), max(1, round(region.shape[0] * scale)))
    small = np.asarray(cv2.resize(region.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, np.bool_)
    if not small.any():
        return Shape(box, None, 0.0, area)
    factor = np.array([size[0] / region.shape[1], size[1] / region.shape[0]])
    contour = outline_of(small)
    near = _near(contour, max(2.0, scale * min(tolerance, 0.03 * min(box[2:]))))
    best = Shape(box, None, _quality(small, _rectangle(box) * factor, near), area)
    if best.quality > 0.95:
        return best
    straight = hull_of(contour)
    sharp = None if straight is None else sharpened(straight, contour)
    kept: Polygon | None = None
    for polygon in (straight, ellipse_of(contour), bent_of(contour), sharp):
        if polygon is None:
            continue
        if _polygon_area(polygon) / max(1.0, _polygon_area(_rectangle(_bounds(polygon)))) > RECTANGLE_IOU:
            continue
        other = _quality(small, polygon, near)
        if 4 < len(polygon) <= MAX_CORNERS and min(_supports(polygon, near)[0]) < 0.7:
            continue  # a corner rounded off by a balloon or a figure, not a cut one
        better = 0.03 if best.polygon is None else 0.0 if kept is straight and polygon is sharp else 0.05
        if other > best.quality + better:
            kept, best = polygon, Shape(_bounds(polygon / factor), polygon / factor, other, area)
    return best


def robust_box(region: Mask, wobble: float = 0.0) -> BoxTuple:
    """The box of a region without what sticks out of it.

    Each side lies where half the usual width is filled; or where anything is, if that is hardly further out: then it
    is a frame line that bends, and the box holds all of it.

    Args:
        region: (h, w) bool with at least one pixel.
        wobble: how far "hardly" is, in pixels.
    """
    down, across = counts(region), np.asarray(cv2.reduce(region.view(np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0])
    ys, xs = np.flatnonzero(down), np.flatnonzero(across)
    x0, x1, y0, y1 = int(xs[0]), int(xs[-1]) + 1, int(ys[0]), int(ys[-1]) + 1
    left, right = _ends(across[x0:x1], wobble)
    top, bottom = _ends(down[y0:y1], wobble)
    return x0 + left, y0 + top, right - left, bottom - top


def _ends(filled: NDArray[np.int32], wobble: float) -> tuple[int, int]:
    usual = np.flatnonzero(filled >= 0.5 * quantile(filled, 0.75))
    first, last = int(usual[0]), int(usual[-1]) + 1
    if first <= wobble:
        first = 0
    if len(filled) - last <= wobble:
        last = len(filled)
    return first, last


def outline(shape: Shape) -> Polygon:
    """The corners of a shape, (n, 2) float64."""
    return _rectangle(shape.box) if shape.polygon is None else shape.polygon


def largest(region: Mask) -> Mask:
    """The largest connected part of a region."""
    labels, areas = components(region, 4)
    return region if len(areas) < 2 else np.asarray(labels == int(areas.argmax()), np.bool_)


def outer_hull(region: Mask) -> Mask:
    """The convex hull of a region with at least one pixel."""
    canvas = np.zeros(region.shape, np.uint8)
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.fillConvexPoly(canvas, cv2.convexHull(np.concatenate(contours)), 1)
    return np.asarray(canvas > 0, np.bool_)


def _rectangle(box: BoxTuple) -> Polygon:
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64)


def _bounds(polygon: Polygon) -> BoxTuple:
    x0, y0 = np.floor(polygon.min(0) + 0.5).astype(int).tolist()
    x1, y1 = np.floor(polygon.max(0) + 0.5).astype(int).tolist()
    return x0, y0, max(1, x1 - x0), max(1, y1 - y0)


def _polygon_area(polygon: Polygon) -> float:
    return float(cv2.contourArea(polygon.astype(np.float32)))


def fill_polygon(polygon: Polygon, shape: tuple[int, int]) -> Mask:
    """The pixels of a polygon, (h, w) bool; corners in pixels, edges between pixels."""
    canvas = np.zeros(shape, np.uint8)
    points = np.round((polygon - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [points], 1, shift=4)
    return canvas > 0


@dataclass(frozen=True)
class _Near:
    """What is near an outline: (h, w) uint8, 0 elsewhere, from the corner `low` (x, y) on."""

    places: NDArray[np.uint8]
    low: NDArray[np.int_]


def _near(contour: Outline, reach: float) -> _Near:
    """The pixels that are at most `reach` away from an outline."""
    pad = int(np.ceil(reach)) + 2
    low, high = contour.min(0) - pad, contour.max(0) + pad + 1
    line = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    line[contour[:, 1] - low[1], contour[:, 0] - low[0]] = 1
    free = np.ones((2 * pad + 1, 2 * pad + 1), np.uint8)
    free[pad, pad] = 0
    disc = (cv2.distanceTransform(free, cv2.DIST_L2, 3) <= reach).astype(np.uint8)
    return _Near(np.asarray(cv2.dilate(line, disc), np.uint8), low.astype(int))


def _quality(region: Mask, figure: Polygon, near: _Near) -> float:
    filled = fill_polygon(figure, (region.shape[0], region.shape[1]))
    both = int(np.count_nonzero(filled & region))
    overlap = both / max(1, int(np.count_nonzero(filled)) + int(np.count_nonzero(region)) - both)
    return overlap * (0.4 + 0.6 * _support(figure, near))


def _support(figure: Polygon, near: _Near) -> float:
    """Share of the figure's edges that have the region's outline near."""
    shares, lengths = _supports(figure, near)
    return float(np.dot(shares, lengths) / max(1e-9, float(lengths.sum())))


def _supports(figure: Polygon, near: _Near) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each edge of a figure the share that has the outline near, and the edge's length."""
    sides = np.concatenate([figure[1:], figure[:1]]) - figure
    samples = figure[:, None] + sides[:, None] * ALONG  # (n, 64, 2)
    height, width = near.places.shape
    at = np.round(samples - near.low).astype(np.intp)
    xs, ys = (np.minimum(np.maximum(at[..., k], 0), most - 1) for k, most in ((0, width), (1, height)))
    held = near.places.ravel().take(ys * width + xs)
    return np.count_nonzero(held, 1) / len(ALONG), np.hypot(*sides.T)


def beside(polygon: Polygon, point: Polygon, normal: Polygon) -> NDArray[np.float64]:
    """The part of a convex polygon on the side of a line to which the normal points."""
    kept = []
    for a, b in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        da, db = float((a - point) @ normal), float((b - point) @ normal)
        if da >= 0:
            kept.append(a)
        if da * db < 0:
            kept.append(a + (b - a) * (da / (da - db)))
    return np.array(kept) if kept else np.zeros((0, 2))
