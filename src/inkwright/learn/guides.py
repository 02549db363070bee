"""What the style network is told about a drawing: ink, flats, distance to ink, and stroke noise along the contours.

All of it is classical image processing on the drawing alone; nothing here is learned or downloaded. The same guides
are computed for the style picture, where its own luminance bands stand in for the noise: that is how the network
learns "stroke noise → this paint" (see `fit`).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.drawing import even_paper, flats, ink_map, lit_paper, painted
from inkwright.learn.field import line_integral, tangent_field
from inkwright.learn.filters import blur, gaussian_rank, noise, unit

Floats = NDArray[np.float32]

CHANNELS = 11
"""Planes of `Guides.planes`: ink, distance, 4 contour waves, 3 stroke noises, 2 isotropic noises."""
NOISE = slice(6, 9)
"""The stroke-noise planes."""
REACH = 60.0
"""Distance to ink, in pixels, that counts as 1."""


@dataclass(frozen=True)
class Guides:
    """Guides of one picture.

    Attributes:
        ink: (H, W) in [0, 1], 1 on a pen line.
        flat: (H, W, 3) RGB in [0, 1], marker hatching spread to filled regions.
        planes: (H, W, 11), see `CHANNELS`.
        busy: (H, W) in [0, 1], where fine detail asks for small, calm strokes.
    """

    ink: Floats
    flat: Floats
    planes: Floats
    busy: Floats

    @property
    def distance(self) -> Floats:
        """(H, W) distance to the nearest ink in pixels, at most 90."""
        return np.asarray(self.planes[..., 1] * REACH, np.float32)


def drawing_guides(rgb: Floats, seed: int, light: Floats | None = None, detail: float = 0.0) -> Guides:
    """Guides of a drawing.

    Args:
        rgb: (H, W, 3) in [0, 1].
        seed: of the noise; the same seed and size give the same noise.
        light: (h, w, 3) the paper's colour across the drawing, as read off its page; None: estimated from the drawing.
        detail: in [0, 1], how much of the picture is told by paint rather than by ink, see `painted_share`: 0 spreads
            colours up to the ink, 1 keeps the painting's own shapes.
    """
    paper = even_paper(rgb) if light is None else lit_paper(rgb, light)
    ink = ink_map(paper)
    flat = flats(paper, ink)
    busy = np.zeros_like(ink)
    if detail > 0:
        kept, busy = painted(paper)
        flat, busy = flat + np.float32(detail) * (kept - flat), busy * np.float32(detail)
    tangents, coherence = tangent_field(flat, ink)
    rng = np.random.default_rng(seed)
    strokes = []
    for sigma, steps, length, every, fallback in (
        (0.8, 8, 1.3, 1, 1.6),
        (1.8, 14, 1.6, 2, 3.0),
        (4.0, 16, 3.0, 4, 7.0),
    ):
        along = line_integral(noise(rng, ink.shape, sigma), tangents, steps, length, every)
        # Where nothing tells a direction, isotropic blobs look calmer than strokes along a random one.
        mixed = coherence * along + (1 - coherence) * noise(rng, ink.shape, fallback)
        strokes.append(0.6 * unit(mixed))
    isotropic = [0.6 * noise(rng, ink.shape, 0.6), 0.6 * noise(rng, ink.shape, 7.0)]
    return Guides(ink, flat, _stack(ink, strokes + isotropic), busy)


def style_guides(rgb: Floats, seed: int) -> Guides:
    """Guides of a style picture: its luminance bands, smoothed along its tangents, in place of the stroke noise.

    Args:
        rgb: (H, W, 3) in [0, 1].
        seed: of the isotropic noise.
    """
    ink = ink_map(rgb)
    smooth = cv2.bilateralFilter(cv2.bilateralFilter(rgb, 9, 0.15, 5), 9, 0.15, 5)
    flat = np.asarray(cv2.GaussianBlur(smooth, (0, 0), 3.0), np.float32)
    tangents, _ = tangent_field(rgb, np.zeros_like(ink))
    light = luma(rgb)
    blurred = [light] + [np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32) for sigma in (2.0, 5.0, 14.0)]
    strokes = []
    for fine, coarse, (steps, length) in zip(blurred[:-1], blurred[1:], ((4, 1.0), (5, 1.3), (5, 2.0)), strict=True):
        band = line_integral(fine - coarse, tangents, steps, length, 1)
        # Half by rank (Gaussian, like the noise it stands for), half by value (keeps the rare strong strokes).
        strokes.append(0.6 * np.asarray(0.5 * gaussian_rank(band) + 0.5 * np.clip(unit(band), -4, 4), np.float32))
    rng = np.random.default_rng(seed)
    isotropic = [0.6 * noise(rng, ink.shape, 0.6), 0.6 * noise(rng, ink.shape, 7.0)]
    return Guides(ink, flat, _stack(ink, strokes + isotropic), np.zeros_like(ink))


def _stack(ink: Floats, noises: list[Floats]) -> Floats:
    inverse = (ink < 0.4).astype(np.uint8)
    if inverse.all():  # no ink at all: everything is as far from it as can be
        distance = np.full(ink.shape, 1.5 * REACH, np.float32)
    else:
        distance = blur(cv2.distanceTransform(inverse, cv2.DIST_L2, 5), 2.0)
    waves = [np.sin(0.45 * distance), np.cos(0.45 * distance), np.sin(0.16 * distance), np.cos(0.16 * distance)]
    return np.stack([ink, np.clip(distance / REACH, 0, 1.5), *waves, *noises], 2).astype(np.float32)
