"""Bleed: the art goes on beyond the trimmed page, so that no white edge shows where a page is cut a little off."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels
from inkwright.publish.edition import EditionPanel

NEAR = 0.006
"""Distance from the page's edge, as a share of its long side, up to which a panel counts as reaching it."""


def extended(pixels: Pixels, panels: Sequence[EditionPanel], bleed: int) -> Pixels:
    """A page with `bleed` pixels more on each side.

    Where a panel reaches the page's edge its art is mirrored there; elsewhere the margin's paper goes on.

    Args:
        pixels: (H, W, 3) uint8.
        panels: of the page, in its pixels.
        bleed: in pixels, at least 0.

    Returns:
        (H + 2 bleed, W + 2 bleed, 3) uint8; the page itself is unchanged in its middle.
    """
    if bleed <= 0:
        return pixels
    height, width = pixels.shape[:2]
    art = np.zeros((height, width), np.uint8)
    for panel in panels:
        cv2.fillPoly(art, [np.round(np.array(panel.corners)).astype(np.int32)], (1,))
    near = max(2, round(NEAR * max(height, width)))
    for side in (art, art[::-1], art.T, art.T[::-1]):
        side[0, side[:near].any(axis=0)] = 1
    made, mirrored = _beyond(pixels, bleed), _beyond(art, bleed) > 0
    # Along an edge, what stands on it goes on: art, or paper, however narrow the margin is.
    is_art = cv2.copyMakeBorder(art, bleed, bleed, bleed, bleed, cv2.BORDER_REPLICATE) > 0
    wrong = mirrored & ~is_art
    wrong[bleed : bleed + height, bleed : bleed + width] = False  # the page itself stays
    if wrong.any():
        made[wrong] = _paper(pixels, art)
    return made


def _beyond(picture: Pixels, bleed: int) -> Pixels:
    """Mirrored at its edges; a picture smaller than its bleed is drawn out."""
    height, width = picture.shape[:2]
    how = cv2.BORDER_REFLECT if bleed < min(height, width) else cv2.BORDER_REPLICATE
    return np.asarray(cv2.copyMakeBorder(picture, bleed, bleed, bleed, bleed, how), np.uint8)


def _paper(pixels: Pixels, art: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The colour of the margin: (3,) uint8; white where there is none."""
    outside = pixels[art == 0]
    return np.median(outside, axis=0).astype(np.uint8) if len(outside) else np.full(3, 255, np.uint8)
