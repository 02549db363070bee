"""What the finders of panels hand to each other: panels of a page, and how well they account for it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inkwright.comic.shapes import BoxTuple, Mask, Shape, outline

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
    at = (np.arange(12) + 0.5) / 12
    own, around = (outline(one).astype(np.float32)[:, None] for one in (shape, other))
    points = [(float(px), float(py)) for px in x + w * at for py in y + h * at]
    points = [point for point in points if cv2.pointPolygonTest(own, point, False) >= 0]
    return sum(cv2.pointPolygonTest(around, point, False) >= 0 for point in points) / max(1, len(points))
