"""Thin dark lines of a page, and thin bright ones, as masks: frames, gutters, horizons and pen strokes alike."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.numbers import level_quantile
from inkwright.comic.shapes import Mask, page_side

Grey = NDArray[np.uint8]
WIDEST = 0.008
"""Half the width in shares of the page's longer side that a ruled line has at the most."""
CONTRAST = 22
"""By how many grey levels a line is darker than both its sides."""
BLACK = 70
"""Grey level below which art beside a ruled line hides it."""


@dataclass(frozen=True)
class Ridges:
    """Thin dark lines of a page.

    Attributes:
        grey: (h, w) uint8, the page.
        lying: (h, w) bool, on lines nearer to a row than to a column, or on dots.
        standing: (h, w) bool, on the others, or on dots.
        reach: half the width of the widest line, in pixels.
        gutters: these are thin white gutters, and `grey` is the page's negative.
    """

    grey: Grey
    lying: Mask
    standing: Mask
    reach: int
    gutters: bool = False

    def part(self, place: tuple[slice, slice]) -> "Ridges":
        """The same of a part of the page: rows and columns."""
        return Ridges(self.grey[place], self.lying[place], self.standing[place], self.reach, self.gutters)


def ridges(grey: Grey) -> Ridges:
    """The thin dark lines of a page, (h, w) uint8."""
    reach = max(6, round(WIDEST * page_side(grey.shape)))
    return Ridges(*_both(grey, reach), reach)


def thin_gutters(grey: Grey) -> Ridges:
    """The thin bright lines of a page, (h, w) uint8: gutters too narrow to be walked through."""
    reach = max(6, round(WIDEST * page_side(grey.shape)))
    below = np.bincount(grey.ravel(), minlength=256).cumsum()
    paper = np.uint8(level_quantile(below, 0.95))
    return Ridges(*_both(paper - np.minimum(grey, paper), reach), reach, True)


def _both(grey: Grey, reach: int) -> tuple[Grey, Mask, Mask]:
    return grey, _ridge(grey, reach), np.asarray(_ridge(np.ascontiguousarray(grey.T), reach).T, np.bool_)


def _ridge(grey: Grey, reach: int) -> Mask:
    """Pixels darker than what lies above and below them; or black, with something bright on one side."""
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    above = cv2.dilate(grey, kernel, anchor=(0, 2 * reach))
    below = cv2.dilate(grey, kernel, anchor=(0, 0))
    thin = cv2.subtract(np.minimum(above, below), grey) >= CONTRAST
    edge = (cv2.subtract(np.maximum(above, below), grey) >= 4 * CONTRAST) & (grey < BLACK)
    return np.asarray(thin | edge, np.bool_)
