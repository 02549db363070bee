"""Drawings that stand on the page without a frame, beside panels that have one."""

from collections.abc import Sequence

import cv2
import numpy as np

from inkwright.comic.shapes import BoxTuple, Mask, page_area, page_side

SMALLEST = 0.03
"""Share of the page that a loose drawing's box must cover; smaller ones are titles, page numbers and stray ink."""
SHORTEST = 0.06
"""Its shorter side as a share of the page's longer one."""
NEAR, TOGETHER = 0.012, 0.03
"""In shares of the page's longer side, how far around a panel ink is the panel's, and from where what is drawn belongs
together."""


def drawn_beside(ink: Mask, panels: Sequence[BoxTuple]) -> list[BoxTuple]:
    """The boxes of what is drawn beside panels, what is near each other together.

    Args:
        ink: (h, w) bool, what is not background.
        panels: (x, y, width, height).
    """
    side = page_side(ink.shape)
    taken = np.zeros(ink.shape, np.uint8)
    for x, y, w, h in panels:
        taken[y : y + h, x : x + w] = 1
    near = cv2.dilate(taken, np.ones((2 * round(NEAR * side) + 1,) * 2, np.uint8)) > 0
    free = ink & ~near
    joined = (cv2.dilate(free.astype(np.uint8), np.ones((2 * round(TOGETHER * side) + 1,) * 2, np.uint8)) > 0) & ~near
    count, labels = cv2.connectedComponents(joined.astype(np.uint8), connectivity=8)
    found = [cv2.boundingRect(((labels == i) & free).astype(np.uint8)) for i in range(1, count)]
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


def loose_boxes(ink: Mask, panels: list[BoxTuple], known: Sequence[BoxTuple] = ()) -> list[BoxTuple]:
    """Drawings without a frame beside framed panels; each gets the free place between its neighbours.

    Args:
        ink: (h, w) bool, what is not background.
        panels: (x, y, width, height) of the framed panels, at least one.
        known: boxes of drawings that are told already, such as panels with something over their edges.
    """
    height, width = ink.shape
    side = page_side(ink.shape)
    drawings = list(known)
    for box in drawn_beside(ink, panels):
        drawings = _joined(drawings, box)
    least = SMALLEST * page_area(ink.shape)
    large = [b for b in drawings if b[2] * b[3] >= least and min(b[2:]) >= SHORTEST * side]
    drawings = sorted({*large, *(b for b in drawings if b in known)})
    margin = _margins(panels, (height, width))
    for i in range(len(drawings)):
        others = [*panels, *drawings[:i], *drawings[i + 1 :]]
        drawings[i] = _free_place(drawings[i], others, margin, (height, width))
    return drawings


def _joined(boxes: list[BoxTuple], new: BoxTuple) -> list[BoxTuple]:
    """Boxes with one more; those that overlap it are joined with it."""
    apart = []
    x0, y0, x1, y1 = new[0], new[1], new[0] + new[2], new[1] + new[3]
    for x, y, w, h in boxes:
        if x < x1 and x0 < x + w and y < y1 and y0 < y + h:
            x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x + w), max(y1, y + h)
        else:
            apart.append((x, y, w, h))
    whole = (x0, y0, x1 - x0, y1 - y0)
    return [*apart, whole] if len(apart) == len(boxes) else _joined(apart, whole)


def _margins(panels: list[BoxTuple], size: tuple[int, int]) -> tuple[int, int]:
    """The page's margins, beside and above, that the panels keep on the side where they come closest."""
    height, width = size
    beside = max(0, min(min(p[0] for p in panels), width - max(p[0] + p[2] for p in panels)))
    above = max(0, min(min(p[1] for p in panels), height - max(p[1] + p[3] for p in panels)))
    return beside, above or beside


def _free_place(box: BoxTuple, others: list[BoxTuple], margin: tuple[int, int], size: tuple[int, int]) -> BoxTuple:
    """Grows a box to its neighbours, one gutter away, and to the margins that the panels keep."""
    height, width = size
    gap = max(2, round(0.015 * page_side(size)))
    x, y, w, h = box
    x0, x1 = min(x, margin[0]), max(x + w, width - margin[0])
    for o in others:
        if o[1] < y + h and o[1] + o[3] > y:
            if o[0] + o[2] <= x + gap:
                x0 = max(x0, o[0] + o[2] + gap)
            elif o[0] >= x + w - gap:
                x1 = min(x1, o[0] - gap)
    y0, y1 = min(y, margin[1]), max(y + h, height - margin[1])
    for o in others:
        if o[0] < x1 and o[0] + o[2] > x0:
            if o[1] + o[3] <= y + gap:
                y0 = max(y0, o[1] + o[3] + gap)
            elif o[1] >= y + h - gap:
                y1 = min(y1, o[1] - gap)
    x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x + w), max(y1, y + h)
    return x0, y0, x1 - x0, y1 - y0
