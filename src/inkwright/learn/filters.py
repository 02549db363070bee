"""Small filters that the guides share; planes are (H, W) or (H, W, C) float32."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def blur(plane: NDArray[Any], sigma: float) -> Floats:
    """Gaussian blur; wide ones at reduced size, which looks the same and costs a tenth."""
    height, width = plane.shape[:2]
    factor = int(sigma // 3)
    if sigma < 4 or min(height, width) < 8 * factor:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    small = cv2.resize(plane, (max(4, width // factor), max(4, height // factor)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
