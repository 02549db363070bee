"""What the finders of panels hand to each other: panels of a page, and how well they account for it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inkwright.comic.figures import Polygon
from inkwright.comic.shapes import BoxTuple, Mask, Shape

WAYS = ("enclosed", "gutters", "lines", "inset", "loose", "page")
"""How a panel may have been found: by the background around it, by gutters beside it, by ruled lines that it shares,
set into another, as a drawing without a frame, or as a page on which nothing else was found."""
FEW = 0.4
"""What a single panel takes off the score; several that fit by chance are less likely."""


@dataclass(frozen=True)
class Part:
    """A region that is a panel.

    Attributes:
        region: (h, w) bool, cut out of the page.
        x, y: where it was cut out.
        shape: the region as a figure, in page pixels.
        how: how it was found: one of `WAYS`.
    """

    region: Mask
    x: int
    y: int
    shape: Shape
    how: str = "enclosed"

    def moved(self, dx: int, dy: int) -> "Part":
        """The same elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy, shape=self.shape.moved(dx, dy))


@dataclass(frozen=True)
class Layout:
    """Panels of a page.

    Attributes:
        parts: panels with a frame or an edge.
        ink: (h, w) bool, what is not background.
        score: in [0, 1], how well the panels fit and fill the page.
        sure: nothing better is to be expected of another background.
        loose: boxes of drawings without a frame or an edge.
        free: pixels of the background.
    """

    parts: list[Part]
    ink: Mask
    score: float
    sure: bool
    loose: list[BoxTuple]
    free: float = 0.0

    @property
    def shapes(self) -> list[Shape]:
        """The panels' figures."""
        return [part.shape for part in self.parts]


def score_of(shapes: list[Shape], outside: float, page: int) -> float:
    """How much of a page panels and the background around them account for, and how well; many panels well most."""
    filled = sum(s.box[2] * s.box[3] if s.polygon is None else s.area for s in shapes)
    quality = sum(s.quality * s.area for s in shapes) / sum(s.area for s in shapes)
    return min(1.0, (filled + 0.8 * outside) / page) * quality * (1 - FEW / len(shapes))


def part_of(mask: Mask, shape: Shape, how: str) -> Part:
    """A panel of the page, cut out."""
    x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
    return Part(mask[y : y + h, x : x + w], x, y, shape, how)


def without_nested(parts: list[Part]) -> list[Part]:
    """Drops parts that lie in a larger one; the box of a slanted panel may lie in its neighbour's box."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda p: (-p.shape.area, p.shape.box)):
        shape = part.shape
        for other in (one.shape for one in kept):
            if shape.area < 0.5 * other.area and inside(shape, other) >= 0.7:
                break
        else:
            kept.append(part)
    return kept


def inside(shape: Shape, other: Shape) -> float:
    """Share of a shape that lies in another, by 12 x 12 points."""
    x, y, w, h = shape.box
    left, top, wide, tall = other.box
    if x > left + wide or left > x + w or y > top + tall or top > y + h:
        return 0.0
    at = (np.arange(12) + 0.5) / 12
    points = np.stack(np.meshgrid(x + w * at, y + h * at), -1).reshape(-1, 2)
    if shape.polygon is not None:
        points = points[_within(points, shape)]
    return float(_within(points, other).sum()) / max(1, len(points))


def _within(points: Polygon, shape: Shape) -> Mask:
    """Which of some points, (n, 2) x, y, lie in a shape, (n,) bool."""
    x, y, w, h = shape.box
    boxed = np.asarray(((points >= (x, y)) & (points <= (x + w, y + h))).all(1), np.bool_)
    if shape.polygon is not None:
        corners = shape.polygon.astype(np.float32)[:, None]
        for k in np.flatnonzero(boxed).tolist():
            px, py = points[k].tolist()
            boxed[k] = cv2.pointPolygonTest(corners, (px, py), False) >= 0
    return boxed
