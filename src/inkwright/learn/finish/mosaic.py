"""The finished panels as a style picture: side by side, without their lines, so that their paint can be learned."""

from collections.abc import Sequence

import cv2
import numpy as np

from inkwright.images import Floats
from inkwright.learn.finish.lessons import Source

HEIGHT = 512
"""Of the picture, in pixels."""
MOST = 5
"""Panels in it at most."""
LINE = 0.2
"""From this share of ink on a pixel is filled in from what is beside it."""


def mosaic(sources: Sequence[Source]) -> Floats:
    """(H, W, 3) RGB in [0, 1]: up to five finished panels beside each other, evenly chosen."""
    at = sorted({round(n) for n in np.linspace(0, len(sources) - 1, min(MOST, len(sources)))})
    parts = []
    for n in at:
        one = sources[n]
        line = cv2.dilate((one.ink > LINE).astype(np.uint8), np.ones((3, 3), np.uint8))
        filled = cv2.inpaint((one.finish * 255).round().astype(np.uint8), line, 3, cv2.INPAINT_TELEA)
        rows, columns = np.flatnonzero(one.taught.any(1)), np.flatnonzero(one.taught.any(0))
        filled = filled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else filled
        height = min(HEIGHT, min(sources[k].finish.shape[0] for k in at))
        width = max(16, round(filled.shape[1] * height / filled.shape[0]))
        how = cv2.INTER_AREA if height < filled.shape[0] else cv2.INTER_LINEAR
        parts.append(cv2.resize(filled, (width, height), interpolation=how))
    return np.concatenate(parts, 1).astype(np.float32) / np.float32(255)
