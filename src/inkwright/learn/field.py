"""The direction of a picture's contours, and noise drawn out along it."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.filters import blur, unit

Floats = NDArray[np.float32]


def tangent_field(rgb: Floats, ink: Floats) -> tuple[Floats, Floats]:
    """Direction of the contours, from a structure tensor blurred at five scales.

    Returns:
        (H, W, 2) unit vectors along the contours, and (H, W) coherence in [0, 1]: how much there is a direction.
    """
    light = cv2.GaussianBlur(luma(rgb) - 0.6 * ink, (0, 0), 1.5)
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    products = np.stack([gx * gx, gx * gy, gy * gy], 2)
    blurred = [w * blur(products, s) for s, w in ((2, 1.0), (5, 0.5), (12, 0.2), (28, 0.08), (64, 0.03))]
    xx, xy, yy = np.moveaxis(np.sum(blurred, 0), 2, 0)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (xx + yy + 1e-7)
    tangents = np.stack([np.cos(angle), np.sin(angle)], 2)
    return np.asarray(tangents, np.float32), np.asarray(blur(np.clip(9 * coherence - 0.1, 0, 1), 2.0), np.float32)


def line_integral(noise: Floats, tangents: Floats, steps: int, length: float, every: int) -> Floats:
    """Line integral convolution: noise averaged along the tangents, to unit deviation.

    Source: B. Cabral and L. Leedom, "Imaging vector fields using line integral convolution", 1993.

    Args:
        noise: (H, W).
        tangents: (H, W, 2) unit vectors; their sign does not matter.
        steps: steps to either side.
        length: pixels a step.
        every: work at 1/every of the size.
    """
    height, width = noise.shape
    if every > 1 and min(height, width) >= 8 * every:
        size = (width // every, height // every)
        double = np.stack([tangents[..., 0] ** 2 - tangents[..., 1] ** 2, 2 * tangents[..., 0] * tangents[..., 1]], 2)
        small = cv2.resize(
            double, size, interpolation=cv2.INTER_AREA
        )  # doubled angles average; vectors of two signs do not
        angle = 0.5 * np.arctan2(small[..., 1], small[..., 0])
        coarse = np.asarray(cv2.resize(noise, size, interpolation=cv2.INTER_AREA), np.float32)
        along = np.stack([np.cos(angle), np.sin(angle)], 2).astype(np.float32)
        found = line_integral(coarse, along, max(3, int(steps * length / 1.6 / every)), 1.6, 1)
        return unit(np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_CUBIC), np.float32))
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    total = np.array(noise, np.float32)
    remap: dict[str, Any] = {"borderMode": cv2.BORDER_REFLECT}
    for sign in (np.float32(1), np.float32(-1)):
        x, y, heading = xs.copy(), ys.copy(), sign * tangents
        for _ in range(steps):
            x += heading[..., 0] * np.float32(length)
            y += heading[..., 1] * np.float32(length)
            here = np.asarray(cv2.remap(tangents, x, y, cv2.INTER_NEAREST, **remap), np.float32)
            turn = np.where((here * heading).sum(2) < 0, np.float32(-1), np.float32(1))
            heading = here * turn[..., None]
            total += np.asarray(cv2.remap(noise, x, y, cv2.INTER_LINEAR, **remap))
    return unit(total)
