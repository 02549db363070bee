"""Pictures through a homography in one resampling, and paper under even light."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.straighten.perspective import Field, box_corners, inverse, moved
from inkwright.images import Floats, Pixels

ROWS = 512
"""Rows that are worked on at a time, so that a large page needs little memory."""
GAINS = (0.6, 4.0)
"""Least and greatest factor by which light is made even."""
FILL_SIDE = 160
"""Longer side in pixels of the copy from which places outside the picture are filled."""


def view(pixels: Pixels, matrix: Field, size: tuple[int, int], side: int) -> Pixels:
    """A small copy of a page seen through a homography.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        matrix: (3, 3) from corners of pixels of the picture to those of the page.
        size: width and height of the page.
        side: longer side of the copy in pixels; it is never larger than the page.
    """
    scale = min(1.0, side / max(size))
    to = (max(16, round(size[0] * scale)), max(16, round(size[1] * scale)))
    shrink = max(1.0, float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))) / scale if scale < 1 else 1.0)
    small = pixels
    if shrink > 1.2:
        less = (max(16, round(pixels.shape[1] / shrink)), max(16, round(pixels.shape[0] / shrink)))
        small = np.asarray(cv2.resize(pixels, less, interpolation=cv2.INTER_AREA), np.uint8)
    grow = np.diag([pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0], 1])
    through = np.diag([to[0] / size[0], to[1] / size[1], 1]) @ matrix @ grow
    if np.allclose(through, np.eye(3)):
        return small
    seen = cv2.warpPerspective(small, centres(through), to, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def centres(matrix: Field) -> Field:
    """A homography between corners of pixels as one between their centres, which OpenCV takes."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return np.asarray(inverse(half) @ matrix @ half, np.float64)


def page_mask(page: Field, matrix: Field, size: tuple[int, int], at: tuple[int, int]) -> NDArray[np.uint8]:
    """Where a straight page shows the picture's page: 255; where it has to be filled: 0.

    Args:
        page: (n, 2) a convex polygon in the picture.
        matrix: (3, 3) from the picture to the straight page.
        size: width and height of the straight page.
        at: width and height of the mask.

    Returns:
        (h, w) uint8.
    """
    mask = np.zeros((at[1], at[0]), np.uint8)
    corners = moved(page, matrix) * np.array([at[0] / size[0], at[1] / size[1]])
    cv2.fillConvexPoly(mask, np.round((corners - 0.5) * 256).astype(np.int32), 255, cv2.LINE_AA, 8)
    return mask


def inside_picture(corners: Field, picture: tuple[int, int]) -> Field:
    """The part of a convex polygon that lies in the picture, (n, 2)."""
    area, part = cv2.intersectConvexConvex(
        corners.astype(np.float32), box_corners(*picture).astype(np.float32), handleNested=True
    )
    return np.asarray(part.reshape(-1, 2), np.float64) if area > 0 and part is not None else corners


def warped(pixels: Pixels, matrix: Field, size: tuple[int, int]) -> Pixels:
    """A picture through a homography, (height, width, 3) uint8: Lanczos, without its halos.

    No value leaves the range of the pixels around its source, so that white stays white beside ink.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        matrix: (3, 3) from corners of pixels of the picture to those of the result.
        size: width and height of the result.
    """
    through = centres(matrix)
    border = cv2.BORDER_REPLICATE
    sharp = cv2.warpPerspective(pixels, through, size, flags=cv2.INTER_LANCZOS4, borderMode=border)
    around = np.ones((3, 3), np.uint8)
    least = cv2.warpPerspective(cv2.erode(pixels, around), through, size, flags=cv2.INTER_NEAREST, borderMode=border)
    sharp = np.maximum(sharp, least, out=np.asarray(sharp))
    most = cv2.warpPerspective(cv2.dilate(pixels, around), through, size, flags=cv2.INTER_NEAREST, borderMode=border)
    return np.asarray(np.minimum(sharp, most, out=sharp), np.uint8)


def filled(pixels: Pixels, mask: NDArray[np.uint8], paper: Floats | None) -> Pixels:
    """A page whose missing places get the colour of its paper, or else of what is nearest.

    Args:
        pixels: (H, W, 3) uint8 RGB; changed in place.
        mask: (H, W) uint8, 255 where the page is known.
        paper: (h, w, 3) float32 RGB in [0, 1], its paper's colour; None: not known.
    """
    if mask.min() == 255:
        return pixels
    height, width = mask.shape
    scale = min(1.0, FILL_SIDE / max(height, width))
    to = (max(4, round(width * scale)), max(4, round(height * scale)))
    if paper is None:
        small = cv2.resize(pixels, to, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        known = np.asarray(cv2.resize(mask, to, interpolation=cv2.INTER_AREA) > 250, np.float32)
        paper = _nearest(np.asarray(small, np.float32), known)
    ground = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    for y in range(0, height, ROWS):
        part, kept = pixels[y : y + ROWS], mask[y : y + ROWS, :, None].astype(np.float32) / 255
        if kept.min() < 1:
            mixed = part * kept + 255 * ground[y : y + ROWS] * (1 - kept)
            pixels[y : y + ROWS] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return pixels


def _nearest(small: Floats, known: Floats) -> Floats:
    """Each unknown place gets the median colour of what is known near it."""
    inner = cv2.erode(known, np.ones((3, 3), np.uint8), borderValue=1)
    inner = inner if inner.any() else known
    smooth = np.stack([cv2.medianBlur(np.ascontiguousarray(small[..., c]), 5) for c in range(3)], 2)
    _, nearest = cv2.distanceTransformWithLabels(
        (inner == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    colours[nearest[inner > 0]] = smooth[inner > 0]
    return np.asarray(cv2.GaussianBlur(colours[nearest], (0, 0), 2.0), np.float32)


def relit(pixels: Pixels, paper: Floats, target: tuple[float, float, float]) -> Pixels:
    """A page as if its paper were of one colour.

    Light multiplies, also after the display's curve, which is nearly a power: so the quotient of the two paper colours
    is applied to everything drawn on it.

    Args:
        pixels: (H, W, 3) uint8 RGB; changed in place.
        paper: (h, w, 3) float32 RGB in [0, 1], the paper's colour.
        target: RGB in [0, 1], what it becomes.
    """
    height, width = pixels.shape[:2]
    gain = np.clip(np.array(target, np.float32) / np.maximum(paper, 0.02), *GAINS).astype(np.float32)
    shift = np.array([gain.shape[1] / width, gain.shape[0] / height])
    for y in range(0, height, ROWS):
        rows = min(ROWS, height - y)
        # The rows' own part of the map, as resizing the whole map would give it.
        to_map = np.array([[shift[0], 0, 0.5 * shift[0] - 0.5], [0, shift[1], (y + 0.5) * shift[1] - 0.5]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        gains = cv2.warpAffine(gain, to_map, (width, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        part = np.asarray(gains, np.float32)
        part *= pixels[y : y + rows]
        part += np.float32(0.5)
        pixels[y : y + rows] = np.clip(part, 0, 255, out=part).astype(np.uint8)
    return pixels
