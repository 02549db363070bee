"""Areas of a drawing: what its lines, and the borders of its tones, bound. Colours end there and are even inside.

After the trapped-ball segmentation of S.-H. Zhang et al., "Vectorizing cartoon animations", 2009: a large ball that is
shut in between lines marks an area, then smaller ones mark what it could not reach; so a small gap in a line does not
join two areas. Differs: the balls' places are grown by a watershed, which meets on the line itself.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]

LINE = 0.3
"""From this share of ink on a pixel bounds."""
TONE = 0.1
"""A change of tone of this much within three pixels bounds as well."""
BALLS = (0.016, 0.008, 0.004, 0.0)
"""Radii of the balls, in long sides of the picture."""
LEAST = 12
"""Pixels of the smallest area that is told apart."""


def areas(ink: Floats, flat: Floats) -> Labels:
    """(H, W) numbers of areas, from 0 on, without gaps.

    Args:
        ink: (H, W) in [0, 1].
        flat: (H, W, 3) RGB in [0, 1], the drawing's flat colours.
    """
    soft = np.asarray(cv2.GaussianBlur(flat, (0, 0), 1.0), np.float32)
    step = np.abs(
        np.stack([cv2.Sobel(soft[..., c], cv2.CV_32F, *way) / 4 for c in range(3) for way in ((1, 0), (0, 1))])
    )
    wall = (ink > LINE) | (step.max(0) > TONE)
    room = cv2.distanceTransform((~wall).astype(np.uint8), cv2.DIST_L2, 5)
    markers, count = np.zeros(ink.shape, np.int32), 0
    for ball in BALLS:
        radius = max(0.6, ball * max(ink.shape))
        number, free = cv2.connectedComponents((room > radius).astype(np.uint8), connectivity=4)
        # What a larger ball has reached keeps its area: a place is new where no marker is in it yet.
        known = np.bincount(free.ravel(), markers.ravel() > 0, number) > 0
        size = np.bincount(free.ravel(), minlength=number)
        fresh = ~known & (size >= (LEAST if ball == BALLS[-1] else 1))
        fresh[0] = False
        rank = np.cumsum(fresh) + count
        markers = np.where(fresh[free], rank[free], markers).astype(np.int32)
        count += int(fresh.sum())
    if count == 0:
        return np.zeros(ink.shape, np.int32)
    shown = np.clip(255 * (0.75 * ink + 0.25 * luma(soft)), 0, 255).astype(np.uint8)
    grown = cv2.watershed(np.repeat(shown[..., None], 3, 2), markers)
    _, nearest = cv2.distanceTransformWithLabels(
        (grown < 1).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_pixel = np.zeros(int(nearest.max()) + 1, np.int32)
    inside = grown > 0
    of_pixel[nearest[inside]] = grown[inside]
    out = of_pixel[nearest]
    return np.asarray(np.unique(out, return_inverse=True)[1].reshape(out.shape), np.int32)


def shares(region: Floats, where: Labels) -> Floats:
    """(H, W) the square of how much of the area that a pixel is in lies in a region: the sky is not the house's."""
    share = np.bincount(where.ravel(), region.ravel()) / np.bincount(where.ravel())
    return (share[where] ** 2).astype(np.float32)
