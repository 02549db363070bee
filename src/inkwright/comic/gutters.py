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

from inkwright.comic.planes import apart, middle_level
from inkwright.images import Pixels

Mask = NDArray[np.bool_]
Surface = NDArray[np.float32]
Colours = list[NDArray[np.float32]]
"""(3,) each, 0 to 255."""

MAX_CANDIDATES = 3
LEAST_SHARE = 0.007
"""Share of the rim that a colour must have: gutters that end at the page's edge show little of themselves there."""
ALL_AROUND = 0.3
"""Share of the rim from which a colour may lie there in one piece; gutters meet the rim at both their ends."""
PLAIN_SHARE = 0.003
"""The same for white and black, the usual colours of gutters."""
RIM = 0.012
"""Width of the page's rim as a share of its shorter side."""
CLEAN = 1.5
"""How many times as much of the rim as strays by up to NOISE levels from a colour has it to two levels exactly."""
NOISE = 10
LARGE_SHARE = 0.3
"""Share of the rim from which exact white or black is tried first."""
CLEAN_TOLERANCE, BLACK_TOLERANCE, BLACK = 10.0, 6.0, 40
DARK = 60
"""Level up to which a colour is nearly black: light hardly changes it, and dark paintings beside it soon look alike."""
SHADED, SHADED_BLACK = 80, 28
"""Levels by which paper in the shade differs from its colour at the most, and by which black does."""
ROUGH, ROUGH_BLACK = 42, 24
"""Tolerance of the noisiest paper, and of the noisiest black."""
ALIKE = 20
"""Levels by which two shades of one paper differ."""


MOSTLY = 0.8
"""Share of a page's edge that must have one hue, for other hues to be none of its paper's."""
HUE, DIM = 0.12, 100
"""How far a shade of the paper may lie off its colour made lighter or darker, in shares of that; and the level below
which a colour has no hue to speak of."""


@dataclass(frozen=True)
class Background:
    """A candidate for the page's background.

    Attributes:
        surface: (h, w, 3) uint8 RGB, the colour that paper has or would have at each place.
        tolerance: the largest difference of a channel (0 to 255) that still is background.
        mask: (h, w) bool, the pixels that are background.
    """

    surface: Pixels
    tolerance: float
    mask: Mask

    @property
    def colour(self) -> NDArray[np.float64]:
        """Its middle colour, (3,), 0 to 255; of every eighth row and column."""
        return np.asarray(self.surface[::8, ::8].mean((0, 1)), np.float64)


def rim_colours(pixels: Pixels) -> Colours:
    """The frequent colours of the page's rim, most frequent first; then white and black."""
    ring = _rim(pixels).astype(np.int32)
    found: Colours = []
    left = ring
    while len(left) >= LEAST_SHARE * len(ring) and len(found) < MAX_CANDIDATES:
        keys = (left // 16) @ np.array([256, 16, 1])
        top = int(np.bincount(keys, minlength=4096).argmax())
        centre = np.median(left[keys == top], axis=0)
        near = apart(left, centre) <= 32
        if near.sum() >= LEAST_SHARE * len(ring):
            found.append(np.median(left[near], axis=0).astype(np.float32))
        left = left[~near & (keys != top)]
    found = [colour for colour in found if _meets_rim_twice(pixels, colour)]
    for plain in (255.0, 0.0):  # exactly so, as no scan has it; art that is nearly white lies beside it
        colour = np.full(3, plain, np.float32)
        exact = float((apart(ring, colour) <= 2).mean())
        if exact >= PLAIN_SHARE and _is_clean(ring, colour):
            found = [*[one for one in found if np.abs(one - colour).max() > 2], colour]
            if len(found) > 1 and exact > LARGE_SHARE:
                found = [colour, *found[:-1]]
    for plain in (255.0, 0.0):  # white and black gutters are likelier than their small share of a full-bleed page's rim
        near = apart(ring, np.full(3, plain)) <= 28
        if near.sum() >= PLAIN_SHARE * len(ring) and all(np.abs(one - plain).max() > ALIKE for one in found):
            found.append(np.median(ring[near], axis=0).astype(np.float32))
    return found


def _meets_rim_twice(pixels: Pixels, colour: NDArray[np.float32]) -> bool:
    """Whether a colour lies along the rim in two places at least, or along much of it."""
    inner = max(1, round(min(pixels.shape[:2]) * RIM) // 2)
    around = [pixels[inner], pixels[:, -1 - inner], pixels[-1 - inner, ::-1], pixels[::-1, inner]]
    near = apart(np.concatenate(around), colour) <= 32
    if near.mean() >= ALL_AROUND:
        return True
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(np.int8))))[::2]
    return int((runs >= 3).sum()) >= 2


def explains(paper: Background, pixels: Pixels, colour: NDArray[np.float32]) -> bool:
    """Whether a background already holds most of the rim that has a colour: another shade of the same paper."""
    near = apart(_rim(pixels), colour) <= 32
    if not near.any():
        return True
    shade = float(np.abs(np.median(_rim(paper.surface)[near], 0) - colour).max())
    return bool(_rim(paper.mask)[near].mean() > 0.7) and shade <= ALIKE


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
    if _is_clean(_rim(pixels), colour):
        flat = np.broadcast_to(np.asarray(np.round(colour), np.uint8), pixels.shape)
        tolerance = CLEAN_TOLERANCE if colour.max() > BLACK else BLACK_TOLERANCE
        return Background(flat, tolerance, _differs(pixels, flat) <= tolerance)
    scale = min(1.0, 320 / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    paper = _hanging_together(small, colour)
    surface = _surface(small, paper, colour)
    if float(np.ptp(surface.reshape(-1, 3), axis=0).max()) < 4:  # a clean page: no shading to follow
        surface = np.broadcast_to(np.median(surface.reshape(-1, 3), axis=0), small.shape).astype(np.float32)
    levels = np.asarray(np.round(surface), np.uint8)
    full = np.asarray(cv2.resize(levels, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    difference = _differs(pixels, full)
    sure = cv2.resize(paper.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    noise = middle_level(difference[sure]) if sure.any() else 0.0
    tolerance = float(np.clip(5 * noise + 7, 10, ROUGH if colour.max() > DARK else ROUGH_BLACK))
    return Background(full, tolerance, np.asarray(difference <= tolerance, np.bool_))


def _is_clean(ring: NDArray[Any], colour: NDArray[np.float32]) -> bool:
    """Whether the rim has a colour exactly, with nothing that strays a little: there is no shading to follow."""
    off = apart(ring, np.round(colour))
    return bool((off <= 2).sum() >= max(1.0, CLEAN * ((off > 2) & (off <= NOISE)).sum()))


def _differs(pixels: Pixels, paper: Pixels) -> NDArray[np.uint8]:
    """The largest difference of a channel, (h, w)."""
    red, green, blue = cv2.split(cv2.absdiff(pixels, paper))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _hanging_together(small: Pixels, colour: NDArray[np.float32]) -> Mask:
    """Pixels that can be walked to from the rim in steps of nearly equal colour, (h, w) bool."""
    height, width = small.shape[:2]
    mask = np.zeros((height + 2, width + 2), np.uint8)
    smooth = cv2.medianBlur(small, 3)
    off = apart(smooth, colour)
    near = off <= 40
    near[1:-1, 1:-1] = False
    for y, x in np.argwhere(near).tolist():
        if mask[y + 1, x + 1] == 0:
            cv2.floodFill(smooth, mask, (x, y), 0, (3, 3, 3), (3, 3, 3), 4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8))
    far = SHADED if colour.max() > DARK else SHADED_BLACK
    return np.asarray((mask[1:-1, 1:-1] > 0) & (off <= far), np.bool_)


def _border(mask: Mask) -> Mask:
    """The part of a mask that lies along the page's edge."""
    kept = mask.copy()
    kept[2:-2, 2:-2] = False
    return kept if kept.any() else mask


def _is_lit(small: Pixels, colour: NDArray[np.float32]) -> Mask:
    """Which pixels could be one colour in more or less light: a bleeding panel of another hue is none, (h, w) bool."""
    if colour.max() < DIM:
        return np.ones(small.shape[:2], np.bool_)
    light = (small @ colour) / max(1.0, float(colour @ colour))
    off = np.max([np.abs(small[..., k] - light * colour[k]) for k in range(3)], 0)
    return np.asarray(off <= HUE * float(colour.max()), np.bool_)


def _surface(small: Pixels, paper: Mask, colour: NDArray[np.float32]) -> Surface:
    """A smooth surface through the paper pixels: a robust quadratic, plus what is left of it, blurred."""
    height, width = small.shape[:2]
    lit = _is_lit(small, colour)
    if paper.any() and lit[_border(paper)].mean() >= MOSTLY:  # a painted page has many hues of its own
        paper = paper & lit
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
    quadratic = (terms @ fit).astype(np.float32)
    rest = small - quadratic
    trusted = np.zeros((height, width), np.float32)
    trusted[paper] = 1 / (1 + (np.abs(rest[paper]).max(1) / 8) ** 2)
    held = np.concatenate([rest * trusted[..., None], trusted[..., None]], 2)
    held = np.asarray(cv2.GaussianBlur(held, (0, 0), max(2.0, 0.04 * max(height, width))), np.float32)
    result: Surface = np.clip(quadratic + held[..., :3] / (held[..., 3:] + np.float32(0.05)), 0, 255)
    return result
