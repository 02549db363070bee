"""The page's background: which colour the gutters have, and which pixels are background.

A page's margin and gutters share one colour, white, black or tinted, perhaps unevenly lit. Each frequent colour of
the page's rim is a candidate; the paper's shading around it is a smooth surface fitted to the pixels that hang
together with the rim.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels

Mask = NDArray[np.bool_]
Surface = NDArray[np.float32]

MAX_CANDIDATES = 3
LEAST_SHARE = 0.007
"""Share of the rim that a colour must have: gutters that end at the page's edge show little of themselves there."""
RIM = 0.012
"""Width of the page's rim as a share of its shorter side."""


@dataclass(frozen=True)
class Background:
    """A candidate for the page's background.

    Attributes:
        surface: (h, w, 3) float32 in [0, 255], the colour that paper has or would have at each place.
        tolerance: the largest difference of a channel (0 to 255) that still is background.
        mask: (h, w) bool, the pixels that are background.
    """

    surface: Surface
    tolerance: float
    mask: Mask


def rim_colours(pixels: Pixels) -> list[NDArray[np.float32]]:
    """The frequent colours of the page's rim, (3,) float32 each, most frequent first."""
    ring = _rim(pixels).astype(np.int32)
    found: list[NDArray[np.float32]] = []
    left = ring
    while len(left) >= LEAST_SHARE * len(ring) and len(found) < MAX_CANDIDATES:
        keys = (left // 16) @ np.array([256, 16, 1])
        top = int(np.bincount(keys, minlength=4096).argmax())
        centre = np.median(left[keys == top], axis=0)
        near = np.abs(left - centre).max(1) <= 32
        if near.sum() >= LEAST_SHARE * len(ring):
            found.append(np.median(left[near], axis=0).astype(np.float32))
        left = left[~near & (keys != top)]
    for plain in (255.0, 0.0):  # white and black gutters are likelier than their small share of a full-bleed page's rim
        near = np.abs(ring - plain).max(1) <= 28
        if near.sum() >= LEAST_SHARE * len(ring) and all(np.abs(one - plain).max() > 48 for one in found):
            found.append(np.median(ring[near], axis=0).astype(np.float32))
    return found


def explains(paper: Background, pixels: Pixels, colour: NDArray[np.float32]) -> bool:
    """Whether a background already holds most of the rim that has a colour: another shade of the same paper."""
    near = np.abs(_rim(pixels) - colour).max(1) <= 32
    return bool(_rim(paper.mask)[near].mean() > 0.7) if near.any() else True


def _rim(plane: NDArray[Any]) -> NDArray[Any]:
    """The pixels of a page's rim, (n,) or (n, channels)."""
    height, width = plane.shape[:2]
    rim = max(1, round(min(height, width) * RIM))
    sides = (plane[:rim], plane[-rim:], plane[rim:-rim, :rim], plane[rim:-rim, -rim:])
    return np.concatenate([side.reshape(-1, *plane.shape[2:]) for side in sides])


def background(pixels: Pixels, colour: NDArray[np.float32]) -> Background:
    """The background of one rim colour, its shading followed.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        colour: (3,) the colour of a part of the rim, 0 to 255.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, 320 / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    paper = _hanging_together(small, colour)
    surface = _surface(small, paper, colour)
    if float(np.ptp(surface.reshape(-1, 3), axis=0).max()) < 4:  # a clean page: no shading to follow
        surface = np.broadcast_to(np.median(surface.reshape(-1, 3), axis=0), small.shape).astype(np.float32)
    full = np.asarray(cv2.resize(surface, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    difference = np.abs(pixels.astype(np.float32) - full).max(2)
    sure = cv2.resize(paper.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    noise = float(np.median(difference[sure])) if sure.any() else 0.0
    tolerance = float(np.clip(5 * noise + 7, 10, 42))
    return Background(full, tolerance, difference <= tolerance)


def _hanging_together(small: Pixels, colour: NDArray[np.float32]) -> Mask:
    """Pixels that can be walked to from the rim in steps of nearly equal colour, (h, w) bool."""
    height, width = small.shape[:2]
    mask = np.zeros((height + 2, width + 2), np.uint8)
    smooth = cv2.medianBlur(small, 3)
    near = np.abs(smooth.astype(np.float32) - colour).max(2) <= 40
    near[1:-1, 1:-1] = False
    for y, x in np.argwhere(near).tolist():
        if mask[y + 1, x + 1] == 0:
            cv2.floodFill(smooth, mask, (x, y), 0, (3, 3, 3), (3, 3, 3), 4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8))
    close = np.abs(smooth.astype(np.float32) - colour).max(2) <= 80
    return np.asarray((mask[1:-1, 1:-1] > 0) & close, np.bool_)


def _surface(small: Pixels, paper: Mask, colour: NDArray[np.float32]) -> Surface:
    """A smooth surface through the paper pixels: a robust quadratic, plus what is left of it, blurred."""
    height, width = small.shape[:2]
    if paper.sum() < 40:
        return np.broadcast_to(colour, small.shape).astype(np.float32)
    ys, xs = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(xs), xs, ys, xs * ys, xs * xs, ys * ys], -1)
    step = 1 + int(paper.sum()) // 8000
    A, b = terms[paper][::step], small[paper][::step].astype(np.float64)
    weight = np.ones(len(A))
    for _ in range(4):  # weights fall off for pixels that fit badly: pale art that hangs together with the paper
        root = np.sqrt(weight)[:, None]
        ridge = np.diag([0, 1, 1, 1, 1, 1]) * 0.02 * len(A)
        fit = np.linalg.solve((A * root).T @ (A * root) + ridge, (A * root).T @ (b * root))
        weight = 1 / (1 + (np.abs(b - A @ fit).max(1) / 8) ** 2)
    quadratic = terms @ fit
    trusted = np.zeros((height, width), np.float64)
    apart = np.abs(small - quadratic).max(2)
    trusted[paper] = 1 / (1 + (apart[paper] / 8) ** 2)
    sigma = max(2.0, 0.04 * max(height, width))
    share = cv2.GaussianBlur(trusted, (0, 0), sigma)
    rest = cv2.GaussianBlur((small - quadratic) * trusted[..., None], (0, 0), sigma)
    result: Surface = np.clip(quadratic + rest / (share[..., None] + 0.05), 0, 255).astype(np.float32)
    return result
