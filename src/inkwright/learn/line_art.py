"""The author's own ink lines, cut out of a drawing without the paper around them and laid over a painting."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels, to_float, to_uint8
from inkwright.learn.drawing import ink_map

Floats = NDArray[np.float32]

BAND = 512
"""Rows that are worked on at a time, for the sake of memory."""
REACH = 48
"""How far beyond a band's rows is looked, in pixels: more than a line is wide."""
LINE = 0.5
"""From this share of ink on a pixel counts as line, not as the soft edge of one."""
FAINT = 0.12
"""From here on the ink map counts where it hangs together with a line."""


def lay_ink(painted: Pixels, drawing: Pixels, amount: float) -> Pixels:
    """Lays a drawing's ink lines over a painting.

    Args:
        painted: (H, W, 3) uint8.
        drawing: the same size.
        amount: in [0, 1]; at 1 the inside of a line has the drawing's own pixels.
    """
    ink = ink_map(to_float(drawing))
    if float(ink.max()) < LINE:
        return painted.copy()
    height, width = ink.shape
    usual = to_float(drawing[ink >= LINE]).mean(0)
    own = np.empty((height, width), np.uint8)
    for rows, inner, out in _bands(height):
        own[out] = (255 * _lines(drawing[rows], ink[rows], usual, (height, width))[1])[inner]
    own = np.where(_joined(own, ink), own, 0)
    result = painted.copy()
    for rows, inner, out in _bands(height):
        line, _ = _lines(drawing[rows], ink[rows], usual, (height, width))
        alpha = amount * to_float(own[out])[..., None]
        result[out] = to_uint8(to_float(painted[out]) * (1 - alpha) + line[inner] * alpha)
    return result


def _bands(height: int) -> list[tuple[slice, slice, slice]]:
    """For each band: the rows to look at, the band's rows among these, and the band's rows."""
    bands = []
    for top in range(0, height, BAND):
        first = max(0, top - REACH)
        bands.append((slice(first, top + BAND + REACH), slice(top - first, top - first + BAND), slice(top, top + BAND)))
    return bands


def _lines(drawing: Pixels, ink: Floats, usual: Floats, full: tuple[int, int]) -> tuple[Floats, Floats]:
    """The colour of lines at each pixel, (h, w, 3), and how much of it a line covers, (h, w), each in [0, 1].

    A pixel is taken for a mixture of the paper or fill beside it and of the ink next to it.

    Args:
        drawing: (h, w, 3).
        ink: (h, w), its ink map.
        usual: (3,) the ink's usual colour, for where there is none near.
        full: height and width of the whole drawing.
    """
    rgb = to_float(drawing)
    scale = max(full) / 512
    weight = ((ink * (1 - rgb.mean(2))) ** 4)[..., None]  # of a soft or grainy line, its darkest places
    sigma = max(1.5, 1.5 * scale)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None] + 1e-4
    near = (cv2.GaussianBlur(rgb * weight, (0, 0), sigma) + 1e-4 * usual) / total
    side = int(min(17 * max(scale, 0.5), 41)) | 1
    paper = to_float(np.asarray(cv2.morphologyEx(drawing, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), np.uint8))
    apart = paper - near
    length = (apart * apart).sum(2)
    share = ((paper - rgb) * apart).sum(2) / np.maximum(length, 0.03)
    # Inside a line its own pixels stay, grain and all; in its soft edge, part paper, the ink's colour stands.
    inside = np.clip((share - 0.65) / 0.2, 0, 1)
    line = near + (rgb - near) * inside[..., None]
    return np.asarray(line, np.float32), np.asarray(np.clip(np.maximum(share, inside), 0, 1), np.float32)


def _joined(own: Pixels, ink: Floats) -> NDArray[np.bool_]:
    """Where lines are kept: on ink, beside it, and along lines that the ink map knows only in part.

    A broad or coloured line is ink in places; what hangs together with it and is as dark belongs to it, so that no line
    breaks off.
    """
    dark = ((own >= 255 * 0.6) | (ink >= FAINT)).astype(np.uint8)
    count, labels = cv2.connectedComponents(dark, connectivity=8)
    inked = np.bincount(labels.ravel(), ink.ravel() >= LINE, count)
    size = np.bincount(labels.ravel(), minlength=count)
    belongs = inked >= 0.03 * size
    belongs[0] = False
    return np.asarray(cv2.dilate(belongs[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
