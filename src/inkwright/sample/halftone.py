"""Halftone: flat bold print colours, Ben-Day dots that grow with the shade, thick black contours."""

import math

import cv2
import numpy as np

from inkwright.images import Floats, Pixels, to_uint8
from inkwright.sample.landscape import HEIGHT, WIDTH, contours, grid, labels, landscape

Flat = tuple[int, int, int]
WHITE: Flat = (255, 251, 240)
BLACK: Flat = (18, 16, 24)
CYAN: Flat = (96, 200, 236)
BLUE: Flat = (28, 92, 184)
YELLOW: Flat = (255, 222, 54)
RED: Flat = (226, 40, 48)
PINK: Flat = (255, 178, 170)
GREEN: Flat = (42, 158, 92)
ORANGE: Flat = (250, 138, 40)
VIOLET: Flat = (122, 70, 168)
TAN: Flat = (250, 214, 168)
# Region → flat colour, colour of the dots, smallest and largest dot (share of its cell),
# shade from which it is solid black (0: never).
PLATES: dict[str, tuple[Flat, Flat, float, float, float]] = {
    "sky": (WHITE, CYAN, 0.1, 1.05, 0.0),
    "glow": (TAN, YELLOW, 0.5, 0.8, 0.0),
    "sun": (YELLOW, ORANGE, 0.0, 0.35, 0.0),
    "cloud": (WHITE, CYAN, 0.0, 0.42, 0.0),
    "mountain": (PINK, VIOLET, 0.3, 0.9, 0.9),
    "hill": (CYAN, BLUE, 0.35, 0.95, 0.0),
    "meadow": (YELLOW, GREEN, 0.35, 0.95, 0.0),
    "wheat": (YELLOW, ORANGE, 0.1, 0.75, 0.0),
    "lavender": (PINK, VIOLET, 0.35, 1.1, 0.93),
    "soil": ((206, 140, 84), (120, 66, 44), 0.2, 0.95, 0.0),
    "river": (WHITE, BLUE, 0.1, 0.9, 0.0),
    "wall": (TAN, PINK, 0.0, 0.5, 0.0),
    "wallshade": (TAN, RED, 0.3, 0.6, 0.0),
    "roof": (RED, BLACK, 0.0, 0.55, 0.0),
    "spire": (BLUE, BLACK, 0.0, 0.7, 0.0),
    "pane": (BLACK, BLACK, 0, 0, 0.0),
    "bank": (GREEN, (12, 84, 66), 0.1, 0.95, 0.97),
    "bush": (GREEN, BLACK, 0.0, 0.7, 0.8),
    "poppy": (RED, ORANGE, 0.2, 0.5, 0.0),
    "trunk": ((150, 88, 48), BLACK, 0.1, 0.7, 0.0),
    "tree": (ORANGE, RED, 0.0, 0.95, 0.92),
    "cypress": ((16, 110, 84), BLACK, 0.2, 0.9, 0.62),
}
CELL = 6.5
"""Distance of the dots, in pixels."""


def dots(size: Floats, angle: float, cell: float = CELL) -> Floats:
    """Round dots on a turned grid.

    Args:
        size: (H, W), diameter as a share of the cell; above 1 they touch and leave diamonds of paper.
        angle: of the grid, in degrees.
        cell: distance of the dots in pixels.

    Returns:
        (H, W) float32 ink in [0, 1].
    """
    x, y = grid()
    a = math.radians(angle)
    u, v = (x * math.cos(a) + y * math.sin(a)) / cell, (-x * math.sin(a) + y * math.cos(a)) / cell
    far = np.hypot(u - np.round(u), v - np.round(v))
    return np.asarray(np.clip((size / 2 - far) * cell * 1.1 + 0.5, 0, 1) * (size > 0.06), np.float32)


def paint() -> Pixels:
    """The valley as a print of dots, (512, 768, 3) uint8 RGB."""
    regions = landscape()
    made = np.ones((HEIGHT, WIDTH, 3), np.float32)
    for k, region in enumerate(regions):
        flat, spot, small, large, solid = PLATES[region.name]
        shade = np.round(region.shade * 7) / 7  # a screen has steps
        ink = dots((small + (large - small) * shade).astype(np.float32), (15, 45, 75, 0)[k % 4])
        plate = np.asarray(flat, np.float32) / 255 * np.ones_like(made)
        plate += (np.asarray(spot, np.float32) / 255 - plate) * ink[..., None]
        if solid:
            deep = np.clip((cv2.GaussianBlur(region.shade, (0, 0), 2) - solid) * 40 + 0.5, 0, 1)
            plate += (np.asarray(BLACK, np.float32) / 255 - plate) * deep[..., None]
        made += (plate - made) * region.mask[..., None]
    outline = contours(labels(regions), 3.0, 51, skip=(0,))[..., None]
    made += (np.asarray(BLACK, np.float32) / 255 - made) * outline
    return to_uint8(made)
