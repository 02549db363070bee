"""Marks on even ground, and whether they are words: rows, letters, strokes, and how much they differ."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Ints = NDArray[np.int32]
Numbers = NDArray[np.float64]

LEAST = 5
"""Least height of a letter, in pixels."""
SAMPLE = 40
"""So many marks stand for all, where they are compared with each other."""


@dataclass(frozen=True)
class Marks:
    """Separate dark marks.

    Attributes:
        labels: (h, w) int32, the number of the mark at each pixel; 0: none.
        numbers: (n,) the marks meant, as numbers in `labels`.
        boxes: (n, 4) x, y, width, height.
        areas: (n,) in pixels.
    """

    labels: Ints
    numbers: Ints
    boxes: Ints
    areas: Ints

    def only(self, chosen: NDArray[np.bool_]) -> "Marks":
        """Some of the marks, (n,) bool."""
        return Marks(self.labels, self.numbers[chosen], self.boxes[chosen], self.areas[chosen])

    def mask(self, k: int) -> Mask:
        """The k-th mark in its box, uint8 of 0 and 1."""
        x, y, w, h = self.boxes[k]
        return np.asarray(self.labels[y : y + h, x : x + w] == self.numbers[k], np.uint8)

    def __len__(self) -> int:
        return len(self.numbers)


def marks_of(dark: Mask) -> Marks:
    """The marks of a picture, (h, w) uint8, 1 where it is dark."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    numbers = np.arange(1, count, dtype=np.int32)
    table: Ints = np.asarray(stats[1:], np.int32)
    return Marks(np.asarray(labels, np.int32), numbers, table[:, :4], table[:, 4])


def rows(boxes: Ints) -> Ints:
    """Which row each mark is in, (n,): neighbours of about one height beside each other; a lone mark is its own row."""
    x, y, w, h = boxes.astype(np.float32).T
    taller, lower = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    gap = np.maximum(x[:, None], x) - np.minimum((x + w)[:, None], x + w)
    beside = np.minimum((y + h)[:, None], y + h) - np.maximum(y[:, None], y)
    near = (taller < 2.3 * lower) & (gap < 1.2 * taller) & (gap > -0.5 * taller) & (beside > 0.45 * lower)
    row = np.arange(len(boxes), dtype=np.int32)
    while len(row):
        least = np.minimum(np.where(near, row[None], len(row)).min(1), row).astype(np.int32)
        least = least[least]
        if np.array_equal(least, row):
            break
        row = least
    return row


def letters(marks: Marks) -> Numbers:
    """How many letters each mark holds, (n,): words may be joined up, a long line or a curve is still one mark."""
    found = np.ones(len(marks))
    for k, (_, _, w, h) in enumerate(marks.boxes):
        wide = round(float(w) / (0.9 * float(h)))
        if wide >= 2:
            mask = marks.mask(k)[h // 4 : max(h // 4 + 1, h - h // 4)]
            crossed = (np.diff(np.pad(mask, ((0, 0), (1, 0))).astype(np.int8), axis=1) == 1).sum(1).max()
            found[k] = max(1, min(wide, round(float(crossed) / 1.6)))
    return found


@dataclass(frozen=True)
class Words:
    """What marks have in common if they are words.

    Attributes:
        marks: those in rows.
        letters: how many letters these hold.
        longest: letters in the longest row.
        share: of all dark pixels, in [0, 1].
        area: of the rows' boxes, in pixels.
        variety: how much the marks' shapes differ; windows of a grid 0, print and handwriting .3 to .5.
        stroke: their strokes' width as a share of their height.
        uneven: how much the strokes' widths vary, as a share.
    """

    marks: Marks
    letters: int
    longest: int
    share: float
    area: int
    variety: float
    stroke: float
    uneven: float


def words(marks: Marks) -> Words | None:
    """The words among marks; None where none stand in rows.

    Marks much larger or smaller than the typical one do not belong to the words: dots, a portrait.
    """
    dark = int(marks.areas.sum())
    high = marks.boxes[:, 3]
    tall = marks.only(high >= LEAST)
    if len(tall) == 0:
        return None
    order = np.argsort(tall.boxes[:, 3], kind="stable")
    half = np.searchsorted(np.cumsum(tall.areas[order]), tall.areas.sum() / 2)
    height = float(tall.boxes[order[half], 3])
    alike = tall.only((tall.boxes[:, 3] > 0.4 * height) & (tall.boxes[:, 3] < 2.2 * height))
    row, count = rows(alike.boxes), letters(alike)
    long = np.bincount(row, count, len(alike))
    kept = long[row] >= 2
    if not kept.any():
        return None
    chosen, row = alike.only(kept), row[kept]
    area = 0
    for k in np.unique(row):
        box = chosen.boxes[row == k]
        x1, y1 = (box[:, :2] + box[:, 2:]).max(0)
        area += int((x1 - box[:, 0].min()) * (y1 - box[:, 1].min()))
    widths = np.array([_stroke(chosen.mask(k)) for k in _some(len(chosen))])
    return Words(
        chosen,
        int(count[kept].sum()),
        int(long.max()),
        float(chosen.areas.sum()) / dark,
        area,
        variety(chosen),
        float(np.median(widths)) / height,
        float(widths.std() / widths.mean()),
    )


def _some(count: int) -> Ints:
    """Numbers below `count`, evenly spread, at most `SAMPLE`."""
    return np.linspace(0, count - 1, min(count, SAMPLE)).round().astype(np.int32)


def _stroke(mask: Mask) -> float:
    """The mean width of a mark's strokes, in pixels."""
    distance = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3)
    return max(0.5, 4 * float(distance[distance > 0].mean()) - 1)


def variety(marks: Marks) -> float:
    """How much marks differ in shape when they are brought to one size, in [0, 1]."""
    shapes = np.array(
        [
            cv2.resize(marks.mask(k).astype(np.float32), (10, 10), interpolation=cv2.INTER_AREA).ravel()
            for k in _some(len(marks))
        ]
    )
    if len(shapes) < 2:
        return 0.0
    apart = np.abs(shapes[:, None] - shapes).mean(2)
    return float(apart.sum() / (len(shapes) * (len(shapes) - 1)))


def is_scribble(marks: Marks, width: int) -> bool:
    """Whether marks are lines that stand for words: three or more beside nothing else, level, one below the other.

    Args:
        marks: all marks in a balloon.
        width: of the balloon, in pixels.
    """
    x, y, w, h = marks.boxes.astype(np.float64).T
    line = (w >= 5 * h) & (w >= 0.25 * width)
    if line.sum() < 3 or marks.areas[line].sum() < 0.8 * marks.areas.sum():
        return False
    order = np.argsort(y[line])
    x, middle, w = x[line][order], (y + h / 2)[line][order], w[line][order]
    steps = np.diff(middle)
    shared = np.minimum((x + w)[1:], (x + w)[:-1]) - np.maximum(x[1:], x[:-1])
    even = steps.min() >= 3 and steps.max() <= 2.2 * steps.min()
    return bool(even and (shared >= 0.5 * np.minimum(w[1:], w[:-1])).all())
