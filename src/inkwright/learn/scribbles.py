"""Pen lines drawn by chance: the style network practises on them to leave an author's lines alone."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

Floats = NDArray[np.float32]

SHARE = 9000
"""Pixels of the picture for each line."""
FINE = 4
"""Bits of cv2's sub-pixel coordinates."""


def scribbles(height: int, width: int, seed: int) -> Floats:
    """Curves, loops and dots of a pen on an empty sheet.

    Returns:
        (height, width) in [0, 1], 1 on a line.
    """
    rng = np.random.default_rng(seed)
    sheet = np.zeros((height, width), np.uint8)
    for _ in range(max(2, height * width // SHARE)):
        start = rng.uniform(0, 1, 2) * (width, height)
        if rng.random() < 0.25:  # an eye, a button
            centre = np.round(start * 2**FINE).astype(int)
            radius = int(rng.uniform(1.5, 6) * 2**FINE)
            thickness = -1 if rng.random() < 0.5 else 2
            cv2.circle(sheet, centre.tolist(), radius, 255, thickness, cv2.LINE_AA, FINE)
            continue
        steps = rng.normal(0, rng.uniform(8, 45), (5, 2))
        knots = start + np.cumsum(steps, 0)
        if rng.random() < 0.3:
            knots[-1] = knots[0]
        curve = make_interp_spline(np.arange(5), knots, k=3)(np.linspace(0, 4, 60))
        points = np.round(curve * 2**FINE).astype(np.int32)
        cv2.polylines(sheet, [points], False, 255, int(rng.integers(1, 5)), cv2.LINE_AA, FINE)
    return np.asarray(sheet, np.float32) / np.float32(255)
