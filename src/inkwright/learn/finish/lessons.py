"""Lessons: what the colourist learns from: finished panels over their drawings, redrawings, and model sheets.

A picture that does not lie over a drawing is its own drawing: its lines are read off it, and between them it is taken
to be as grey as the book's drawings are there; but what is white in it, as eyes are, is taken to be left white.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma, oklab
from inkwright.learn.drawing import ink_map
from inkwright.learn.finish.areas import areas
from inkwright.learn.finish.colourist import Lesson
from inkwright.learn.finish.cutouts import Panel, drawn_planes
from inkwright.learn.finish.paints import Paints, evened
from inkwright.learn.regions import Regions, soft_boxes

Floats = NDArray[np.float32]

INKED = 0.25
"""From this share of ink on a pixel teaches nothing about colour."""
WHITE = 0.9
"""From this on in every channel a picture is white."""
GROUND = 0.05
"""Pixels nearer than this to a model sheet's border colour, in OKLab, and joined to it, are its ground."""


@dataclass(frozen=True)
class Source:
    """A finished picture with the drawing that belongs to it.

    Attributes:
        ink: (H, W) in [0, 1], of the drawing, or of the finish itself.
        flat: (H, W, 3) RGB in [0, 1], the drawing's flat colours.
        finish: (H, W, 3) RGB in [0, 1].
        regions: where elements are.
        taught: (H, W) where there is something to be learned; ink is left out besides.
        over: whether the finish lies over a drawing of the book.
    """

    ink: Floats
    flat: Floats
    finish: Floats
    regions: Regions
    taught: NDArray[np.bool_]
    over: bool

    def mask(self) -> NDArray[np.bool_]:
        """(H, W) what is taught, without lines."""
        return self.taught & (self.ink < INKED)


def of_drawing(ink: Floats, flat: Floats, finish: Floats, regions: Regions) -> Source:
    """A finish that lies over its drawing."""
    return Source(ink, flat, finish, regions, np.ones(ink.shape, np.bool_), True)


def of_itself(finish: Floats, flat: Floats, regions: Regions) -> Source:
    """A redrawing: its lines are its own, its drawn colour is `flat`, (3,), but for what is white."""
    even = _as_drawn(finish, flat)
    return Source(ink_map(finish), even, finish, regions, np.ones(finish.shape[:2], np.bool_), False)


def of_sheet(sheet: Floats, flat: Floats, element: int) -> Source:
    """A model sheet: one element alone on an even ground, which is left out."""
    lab = oklab(sheet)
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    ground = np.median(border, 0)
    like = (np.linalg.norm(lab - ground, axis=2) < GROUND).astype(np.uint8)
    if np.linalg.norm(border - ground, axis=1).__lt__(GROUND).mean() > 0.5:
        _, number = cv2.connectedComponents(like, connectivity=4)
        rim = np.unique(np.concatenate([number[0], number[-1], number[:, 0], number[:, -1]]))
        shown = ~(np.isin(number, rim) & (like > 0))
    else:
        shown = np.ones(like.shape, np.bool_)
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    box = (0, 0, sheet.shape[1], sheet.shape[0])
    if len(rows) and len(columns):
        box = (int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    even = _as_drawn(sheet, flat)
    regions = {element: soft_boxes([box], *sheet.shape[:2])}
    return Source(ink_map(sheet), even, sheet, regions, shown, False)


def _as_drawn(picture: Floats, flat: Floats) -> Floats:
    """(H, W, 3) what a drawing of a picture shows: `flat`, (3,), all over, and white where the picture is white."""
    white = picture.min(2, keepdims=True) >= WHITE
    return np.where(white, np.maximum(picture, flat), flat).astype(np.float32)


def lesson(source: Source, even: Floats, paints: Paints, elements: int) -> Lesson:
    """What is learned from a source.

    Args:
        source: the picture.
        even: (H, W, 3) its finish without strokes, see `paints.evened`.
        paints: of the book.
        elements: how many the book has.
    """
    where = areas(source.ink, source.flat)
    planes = drawn_planes(source.ink, source.flat, where)
    labels = np.where(source.mask(), paints.labels(even), -1)
    return Lesson(Panel(planes, source.regions, elements), labels.astype(np.int64), where)


def evened_of(source: Source) -> Floats:
    """The finish of a source without its strokes."""
    return evened(source.finish, source.ink)


def line_of(sources: Sequence[Source]) -> tuple[Floats, float]:
    """The colour of the finish's lines, (3,) RGB, and how much of the drawings' lines it shows, in [0, 1]."""
    colours, contrast = [], []
    for one in sources:
        line = one.taught & (one.ink > 0.7)
        beside = cv2.dilate(line.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        beside &= one.taught & (one.ink < 0.1)
        if line.sum() > 50 and beside.sum() > 50:
            pixels = one.finish[line]
            dark = pixels[luma(pixels) <= np.percentile(luma(pixels), 60)]
            colours.append(np.median(dark, 0))
            contrast.append(float(np.median(luma(one.finish[beside])) - np.median(luma(pixels))))
    if not colours:
        return np.full(3, 0.12, np.float32), 1.0
    return np.median(colours, 0).astype(np.float32), float(np.clip(np.median(contrast) / 0.12, 0, 1))
