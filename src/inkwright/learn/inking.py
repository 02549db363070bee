"""The base image that the network starts from: cast flats, the style's marks, the drawing's lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.guides import Guides

Floats = NDArray[np.float32]

CONTRAST = 0.27
"""How much darker than its surroundings a line is at least, in luma: what the eye takes for a line."""
LIFT = 0.3
"""Part of the difference to light surroundings that a line takes over: a black line on paper prints as the style's."""
OPAQUE = 0.9
"""How much of what is under a line the line covers."""
BRUSHED = 0.4
"""Strength of the style's marks in a line, against that beside it: it is drawn with the same tool."""
RIM = 2.0
"""Width, in pixels, of the light rim that a line gets where its surroundings are too dark for it."""


def inked(tone: Floats, marks: Floats | None, guides: Guides, dark: Floats) -> Floats:
    """Puts marks on tones and draws lines over them, so that they show on dark tones as on light ones.

    A line is as dark as the style's dark marks are. Blacker lines would show better, and would look pasted on; where
    the tone itself is that dark, its surroundings are lit up instead, as an engraver leaves a rim of paper.

    Args:
        tone: (H, W, 3) RGB in [0, 1].
        marks: (H, W, 3) differences to the tone; None: flat colours.
        guides: the picture's; where its own flats are black, no line needs to show.
        dark: (3,) the style's ink.
    """
    around = luma(np.asarray(cv2.GaussianBlur(tone, (0, 0), 2.0), np.float32))
    darkness = max(float(luma(dark[None])[0]), 0.02)
    contrast = CONTRAST * np.clip((luma(guides.flat) - 0.1) / 0.15, 0, 1)
    wanted = darkness + LIFT * np.maximum(around - contrast - darkness, 0)
    # A line never comes out lighter than what it bounds; on tones that dark, the rim has to show it.
    wanted = np.clip(around - 0.06, 0.3 * darkness, wanted)
    near = np.exp(-((np.maximum(guides.distance - 1, 0) / RIM) ** 2))
    rim = np.clip(wanted + contrast - around, 0, 1) * near
    line = np.clip(dark * (wanted / darkness)[..., None], 0, 1)
    part = OPAQUE * guides.ink[..., None]
    out = (1 - part) * (tone + rim[..., None]) + part * line
    if marks is not None:
        out += marks * (1 - part * (1 - BRUSHED))
    return np.asarray(np.clip(out, 0, 1), np.float32)


def calm(guides: Guides, cell: int) -> Floats:
    """(H, W) how much of the marks is wanted: less near lines, so that eyes stay eyes, and in busy paintings.

    Args:
        guides: the panel's.
        cell: side of the marks' cells in pixels: larger marks keep farther away.
    """
    near = np.clip(guides.distance / (0.75 * cell), 0.3, 1)
    return np.asarray(near * (1 - 0.75 * guides.busy), np.float32)
