"""Before and after in one picture, for a person to judge."""

import cv2
import numpy as np

from inkwright.comic.straighten.plan import Plan
from inkwright.images import Pixels

SIDE = 1400
"""Height of the picture in pixels, at most."""
GROUND = (120, 120, 124)
LINE = (230, 40, 120)


def side_by_side(before: Pixels, after: Pixels, made: Plan) -> Pixels:
    """The picture with the page's outline on its left, the straight page on its right, (h, w, 3) uint8 RGB."""
    height = min(SIDE, max(before.shape[0], after.shape[0]))
    left, scale = _sized(before, height)
    if made.moves:
        ring = np.round((made.corners * scale - 0.5) * 16).astype(np.int32)
        left = np.ascontiguousarray(left)
        cv2.polylines(left, [ring], True, LINE, max(1, round(height / 500)), cv2.LINE_AA, 4)
    right, _ = _sized(after, height)
    gap = max(4, height // 60)
    sheet = np.empty((height, left.shape[1] + gap + right.shape[1], 3), np.uint8)
    sheet[:] = GROUND
    sheet[: left.shape[0], : left.shape[1]] = left
    sheet[: right.shape[0], left.shape[1] + gap :] = right
    return sheet


def _sized(pixels: Pixels, height: int) -> tuple[Pixels, float]:
    scale = height / pixels.shape[0]
    size = (max(1, round(pixels.shape[1] * scale)), height)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8), scale
