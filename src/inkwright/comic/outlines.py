"""A page with its panels drawn over it, numbered and coloured by how sure they are, to be checked by eye."""

from collections.abc import Sequence

import cv2
import numpy as np

from inkwright.book import Panel
from inkwright.comic.confidence import UNSURE
from inkwright.images import Pixels

LONGEST = 1400
"""Pixels of the picture's longer side at the most."""
TALLEST = 8000
"""The same for a strip."""
SURE = (0, 130, 70)
DOUBTED = (225, 120, 0)
DOUBTFUL = (210, 0, 30)
OWN = (20, 80, 220)
"""Colours: sure, unsure, hardly more than a guess, and drawn in by hand."""
GUESS = 0.4
"""Confidence below which a panel is hardly more than a guess."""


def colour_of(confidence: float | None) -> tuple[int, int, int]:
    """The colour of a panel's outline, RGB; None is the author's own."""
    if confidence is None:
        return OWN
    return SURE if confidence >= UNSURE else DOUBTED if confidence >= GUESS else DOUBTFUL


def outlines(pixels: Pixels, panels: Sequence[Panel]) -> Pixels:
    """A page, made smaller, with the outlines of its panels, numbered in reading order.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        panels: in reading order, in page pixels.

    Returns:
        (h, w, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    long, short = max(height, width), min(height, width)
    scale = min(1.0, LONGEST / long if long <= 2 * short else min(LONGEST / 2 / short, TALLEST / long))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    page = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    pen = max(2, min(size) // 250)
    for panel in panels:
        x, y, w, h = panel.box
        corners = panel.polygon or [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        ring = np.round(np.array(corners, np.float64) * scale).astype(np.int32)
        cv2.polylines(page, [ring], True, (255, 255, 255), 2 * pen, cv2.LINE_AA)
        cv2.polylines(page, [ring], True, colour_of(panel.confidence), pen, cv2.LINE_AA)
    for number, panel in enumerate(panels, 1):
        _label(page, panel, number, scale, pen)
    return page


def _label(page: Pixels, panel: Panel, number: int, scale: float, pen: int) -> None:
    """The panel's number and confidence in its upper corner, or inside a slanted one."""
    said = str(number) if panel.confidence is None else f"{number}  {panel.confidence:.2f}"
    size = max(0.5, pen / 4)
    (wide, tall), _ = cv2.getTextSize(said, cv2.FONT_HERSHEY_SIMPLEX, size, pen)
    x, y, w, h = (v * scale for v in panel.box)
    left, top = x + 3 * pen, y + 3 * pen
    if panel.polygon is not None:  # the corner of its box may lie in another panel
        ring = np.array(panel.polygon, np.float64) * scale
        left, top = ring[:, 0].mean() - wide / 2, ring[:, 1].mean() - tall / 2
    left, top = round(min(left, max(0.0, x + w - wide))), round(min(top, max(0.0, y + h - tall)))
    cv2.rectangle(page, (left - pen, top - pen), (left + wide + pen, top + tall + 2 * pen), (255, 255, 255), -1)
    at = (left, top + tall + pen // 2)
    cv2.putText(page, said, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour_of(panel.confidence), pen, cv2.LINE_AA)
