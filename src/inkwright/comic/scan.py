"""Imported pages: read as a person sees them, and described for a table. Straightening comes later."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from inkwright.images import Floats, Picture, Pixels, read_picture

MIN_PAGE_SIDE = 64
"""Smallest side of a page in pixels; below it no drawing can be told from a smudge."""
MIN_GUTTER = 0.03
"""Share of a page outside its panels from which the paper's colour can be told."""
HEADINGS = ("size", "dpi", "notes")
"""Headings of the row that `describe` gives."""


def read_page(path: Path) -> Picture:
    """Reads a page: upright, on white, RGB, 8 bits.

    Raises:
        PictureError: missing, damaged, not a picture, smaller than 64 pixels a side, or too large.
    """
    return read_picture(path, min_side=MIN_PAGE_SIDE)


def describe(picture: Picture) -> tuple[str, ...]:
    """A page as a row of a table, under `HEADINGS`: size in pixels, dots per inch, what was changed while reading."""
    height, width = picture.pixels.shape[:2]
    dpi = "" if picture.dpi is None else f"{picture.dpi:.0f}"
    return f"{width} x {height}", dpi, ", ".join(picture.notes)


def paper_light(pixels: Pixels, boxes: Sequence[tuple[int, int, int, int]]) -> Floats | None:
    """The paper's own colour across a page, read off what lies outside the panels.

    Paper is one sheet: estimated panel by panel, a pale sky would pass for paper here and for sky there.

    Args:
        pixels: (H, W, 3) uint8 RGB, the page.
        boxes: the panels' boxes in page pixels.

    Returns:
        (h, w, 3) float32 RGB in [0, 1], at most 96 pixels a side; ones where the gutters are not paper (black or
        coloured on purpose); None where there is too little outside the panels to tell.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, 400 / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    outside = np.ones(small.shape[:2], np.float32)
    for x, y, w, h in boxes:
        x0, y0, x1, y1 = (round(v * scale) for v in (x, y, x + w, y + h))
        outside[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1] = 0
    if outside.mean() < MIN_GUTTER:
        return None
    light = small @ np.array([0.299, 0.587, 0.114], np.float32)
    bright = float(np.percentile(light[outside > 0], 60))
    paper = outside * (light > bright - 0.15)  # stray marks in the margin are not paper
    middle = np.median(small[paper > 0], 0)
    if bright < 0.5 or float(middle.max() - middle.min()) > 0.3:
        return np.ones((4, 4, 3), np.float32)
    sigma = max(size) / 12
    weight = cv2.GaussianBlur(paper, (0, 0), sigma)[..., None]
    spread = cv2.GaussianBlur(small * paper[..., None], (0, 0), sigma)
    # Far from any gutter the sheet's middle colour stands in.
    filled = (spread + 0.02 * middle) / (weight + 0.02)
    reduced = 96 / max(size)
    target = (max(4, round(size[0] * reduced)), max(4, round(size[1] * reduced)))
    return np.asarray(cv2.resize(filled, target, interpolation=cv2.INTER_AREA), np.float32)
