"""The contours of a picture: their direction, and how firm they are."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.filters import blur

Floats = NDArray[np.float32]

SCALES = ((2.0, 1.0), (5.0, 0.5), (12.0, 0.2), (28.0, 0.08), (64.0, 0.03))
"""Blurs of the structure tensor in pixels, with their weights: far from every contour, the far ones still lead."""

FRAME = 0.02
"""How far inside a panel its frame may be drawn, as a share of its longer side."""

FINE, COARSE = 2.5, 8.0
"""Blurs, in pixels, between which the slope of a firm border grows most, and that of a soft one hardly."""


def direction(rgb: Floats, ink: Floats, framed: bool = False) -> Floats:
    """Direction of the contours, from a structure tensor blurred at five scales.

    Args:
        rgb: (H, W, 3) in [0, 1].
        ink: (H, W) in [0, 1].
        framed: whether the picture is a panel: its frame is no contour of what it shows, and strokes must not trace it.

    Returns:
        (H, W, 2) cosine and sine of twice the contour's angle (so that opposite directions are one), times the
        coherence in [0, 1]: how much there is a direction at all.
    """
    light = cv2.GaussianBlur(luma(rgb) - 0.6 * ink, (0, 0), 1.5)
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    products = np.stack([gx * gx, gx * gy, gy * gy], 2)
    if framed:
        products *= _within(light.shape)[..., None]
    total = np.zeros_like(products)
    for sigma, weight in SCALES:
        total += np.float32(weight) * blur(products, sigma)
    xx, xy, yy = np.moveaxis(total, 2, 0)
    along = np.stack([yy - xx, -2 * xy], 2)  # along the contour, a quarter turn from the gradient
    length = np.sqrt((along**2).sum(2))
    sure = blur(np.asarray(np.clip(9 * length / (xx + yy + 1e-7) - 0.1, 0, 1), np.float32), 2.0)
    return np.asarray(along / (length + 1e-7)[..., None] * sure[..., None], np.float32)


def border_width(picture: Floats) -> float:
    """How far a picture's borders spread, in pixels: the standard deviation of what blurs or frays them.

    At the strongest contours of the coarsely blurred picture, it is read how much steeper they are in the finer one. A
    blur of a Gaussian border adds squares, so that the ratio tells its width; marks beside it cancel out.

    Args:
        picture: (H, W, 3) RGB in [0, 1].

    Returns:
        0 for hard borders, and for a picture that has none; about 1.5 in a woodcut, 3 in a misty painting.
    """
    light = luma(picture)
    slopes = []
    for sigma in (FINE, COARSE):
        soft = blur(light, sigma)
        slopes.append(np.stack([cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)], 2))
    fine, coarse = slopes
    steep = np.asarray(np.hypot(coarse[..., 0], coarse[..., 1]), np.float32)
    across = coarse / (steep + 1e-7)[..., None]
    height, width = light.shape
    at = np.stack(np.meshgrid(np.arange(width), np.arange(height)), 2).astype(np.float32)
    ends = (at - across, at + across)
    beside = [cv2.remap(steep, end[..., 0], end[..., 1], cv2.INTER_LINEAR) for end in ends]
    crest = (steep >= beside[0]) & (steep >= beside[1]) & (steep > max(float(np.percentile(steep, 95)), 1e-3))
    if not crest.any():
        return 0.0
    ratio = float((fine * across).sum(2)[crest].sum() / steep[crest].sum())
    ratio = float(np.clip(ratio, 1.5, COARSE / FINE))
    return float(np.sqrt((COARSE**2 - (ratio * FINE) ** 2) / (ratio**2 - 1)))


def _within(shape: tuple[int, ...]) -> Floats:
    """(H, W) 0 at a picture's border, where its frame is drawn, 1 inside."""
    reach = FRAME * max(shape)
    rows, columns = (np.minimum(np.arange(side), side - 1 - np.arange(side)) for side in shape)
    far = np.minimum(rows[:, None], columns[None])
    return np.asarray(np.clip(far / reach - 1, 0, 1), np.float32)
