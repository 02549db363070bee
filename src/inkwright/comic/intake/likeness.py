"""Whether two pages are one drawing scanned twice, and whether a page is blank.

A perceptual hash names the pages that might be the same; a look at both decides: they are laid over each other, and
nowhere may one have ink that the other has not. So a page with the same frames, or the next page of a
storyboard with one figure moved, is not taken for a copy.

Source of the hash: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010 (DCT hash).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats, Pixels

SIDE = 256
"""Longer side of the copy by which pages are compared, in pixels."""
NEAR = 18
"""Bits of 64 in which the hashes of two scans of one page differ at most."""
WHOLE = 0.9
"""Least correlation of the whole page."""
OTHER = 0.5
"""Difference between two scans, in shares of their strong ink, from which something else is drawn there."""
SPOT = 30
"""Connected pixels that are other in two scans of one page, at most: registration is not perfect along hard edges.
Measured on 22 drawn pages, real and generated, each scanned three ways: none in all but one, a faint pencil drawing;
a figure a tenth of the page high that was added leaves 87 and more."""
INK = 0.06
"""How far ink stands out from the paper around it, in [0, 1]."""
BLANK = 0.0008
"""Share of a page that has ink at most where nothing is drawn on it: dust and a staple's hole."""
SHADE = 0.003
"""How fast bare paper grows darker at most, in [0, 1] a pixel of 800: light falls softly, and flat colours do not."""
EDGE = 0.04
"""Share of a page's sides that is not looked at: shadows and the scanner's lid."""


@dataclass(frozen=True)
class Likeness:
    """What a page is compared by.

    Attributes:
        hash: 64 bits.
        small: (h, w) float32, at most `SIDE` a side: ink is negative, paper 0, lighting taken out.
        blank: whether nothing is drawn on it.
    """

    hash: int
    small: Floats
    blank: bool


def likeness(pixels: Pixels) -> Likeness:
    """What a page, (H, W, 3) uint8 RGB, is compared by."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    height, width = grey.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    return Likeness(_hash(small), _without_light(small), _is_blank(grey))


def _without_light(small: Floats) -> Floats:
    """A page without the light that falls on it: what is darker or lighter than its surroundings."""
    return np.asarray(small - cv2.GaussianBlur(small, (0, 0), SIDE / 16), np.float32)


def _hash(small: Floats) -> int:
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2), (32, 32), interpolation=cv2.INTER_AREA)
    low = cv2.dct(soft)[:8, :8].ravel()
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes())


def _is_blank(grey: NDArray[np.uint8]) -> bool:
    """Whether a page is bare, lit unevenly or not."""
    height, width = grey.shape
    scale = min(1.0, 800 / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    y, x = round(EDGE * size[1]), round(EDGE * size[0])
    small = small[y : size[1] - y, x : size[0] - x]
    middle = cv2.medianBlur((small * 255).astype(np.uint8), 31).astype(np.float32) / np.float32(255)
    paper = np.asarray(cv2.GaussianBlur(middle, (0, 0), 8), np.float32)
    ink = np.abs(small - paper) > 2 * INK
    down, across = (np.abs(np.diff(paper, axis=axis)).max() for axis in (0, 1))
    return bool(ink.mean() < BLANK and max(down, across) < SHADE)


def is_copy(a: Likeness, b: Likeness) -> bool:
    """Whether two pages are the same drawing: scanned twice, saved twice, brighter, smaller or a little askew."""
    if a.blank or b.blank:
        return False
    ratio = (a.small.shape[1] / a.small.shape[0]) / (b.small.shape[1] / b.small.shape[0])
    if not 0.94 < ratio < 1.06 or (a.hash ^ b.hash).bit_count() > NEAR:
        return False
    size = (a.small.shape[1], a.small.shape[0])
    other = np.asarray(cv2.resize(b.small, size, interpolation=cv2.INTER_AREA), np.float32)
    laid = _laid_over(a.small, other)
    return _same(a.small, laid)


def _laid_over(fixed: Floats, moving: Floats) -> Floats:
    """`moving` shifted, turned and stretched until it lies on `fixed`, as far as that can be found.

    Source: G. Evangelidis, E. Psarakis, "Parametric Image Alignment Using Enhanced Correlation Coefficient
    Maximization", 2008.
    """
    start = np.eye(2, 3, dtype=np.float32)
    (dx, dy), _ = cv2.phaseCorrelate(fixed.astype(np.float64), moving.astype(np.float64))
    if abs(dx) < 0.08 * fixed.shape[1] and abs(dy) < 0.08 * fixed.shape[0]:
        start[:, 2] = (dx, dy)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
    try:
        _, warp = cv2.findTransformECC(fixed, moving, start, cv2.MOTION_AFFINE, stop, np.ones(fixed.shape, np.uint8), 5)
    except cv2.error:  # nothing in common to hold on to
        return moving
    return np.asarray(
        cv2.warpAffine(moving, warp, fixed.shape[::-1], flags=cv2.INTER_LINEAR + cv2.WARP_INVERSE_MAP), np.float32
    )


def _same(a: Floats, b: Floats) -> bool:
    """Whether both have the same ink everywhere, contrast apart; the outermost rim is left out."""
    rim = max(2, round(EDGE * min(a.shape)))
    a, b = (np.asarray(cv2.GaussianBlur(v, (0, 0), 2), np.float32)[rim:-rim, rim:-rim] for v in (a, b))
    if _correlation(a, b) < WHOLE:
        return False
    contrast = float((a * b).sum()) / float((b * b).sum())
    other = np.abs(a - contrast * b) > OTHER * np.percentile(np.abs(a), 97)
    _, _, stats, _ = cv2.connectedComponentsWithStats(other.astype(np.uint8), connectivity=8)
    return not bool((stats[1:, cv2.CC_STAT_AREA] > SPOT).any())


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    both = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / both if both > 1e-9 else 0.0
