"""What the style network is told about a drawing: ink, flats, distance to ink, and stroke noise along the contours.

All of it is classical image processing on the drawing alone; nothing here is learned or downloaded. The same guides
are computed for the style picture, where its own luminance bands stand in for the noise: that is how the network
learns "stroke noise → this paint" (see `fit`).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from inkwright.learn.colour import luma

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
    """

    ink: Floats
    flat: Floats
    planes: Floats

    @property
    def distance(self) -> Floats:
        """(H, W) distance to the nearest ink in pixels, at most 90."""
        return np.asarray(self.planes[..., 1] * REACH, np.float32)


def drawing_guides(rgb: Floats, seed: int, light: Floats | None = None) -> Guides:
    """Guides of a drawing.

    Args:
        rgb: (H, W, 3) in [0, 1].
        seed: of the noise; the same seed and size give the same noise.
        light: (h, w, 3) the paper's colour across the drawing, as read off its page; None: estimated from the drawing.
    """
    paper = even_paper(rgb) if light is None else lit_paper(rgb, light)
    ink = ink_map(paper)
    flat = flats(paper, ink)
    tangents, coherence = tangent_field(flat, ink)
    rng = np.random.default_rng(seed)
    strokes = []
    for sigma, steps, length, every, fallback in (
        (0.8, 8, 1.3, 1, 1.6),
        (1.8, 14, 1.6, 2, 3.0),
        (4.0, 16, 3.0, 4, 7.0),
    ):
        along = line_integral(_noise(rng, ink.shape, sigma), tangents, steps, length, every)
        # Where nothing tells a direction, isotropic blobs look calmer than strokes along a random one.
        mixed = coherence * along + (1 - coherence) * _noise(rng, ink.shape, fallback)
        strokes.append(0.6 * _unit(mixed))
    isotropic = [0.6 * _noise(rng, ink.shape, 0.6), 0.6 * _noise(rng, ink.shape, 7.0)]
    return Guides(ink, flat, _stack(ink, strokes + isotropic))


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
        # Half by rank, half by value: ranks are Gaussian like the noise they stand for, values keep the rare strong strokes.
        strokes.append(0.6 * np.asarray(0.5 * _gaussian_rank(band) + 0.5 * np.clip(_unit(band), -4, 4), np.float32))
    rng = np.random.default_rng(seed)
    isotropic = [0.6 * _noise(rng, ink.shape, 0.6), 0.6 * _noise(rng, ink.shape, 7.0)]
    return Guides(ink, flat, _stack(ink, strokes + isotropic))


def lit_paper(rgb: Floats, light: Floats) -> Floats:
    """Divides out the paper's colour, so that bare paper is near-white.

    Args:
        rgb: (H, W, 3) in [0, 1].
        light: (h, w, 3) of any size; the paper's colour across the drawing.
    """
    full = cv2.resize(light, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(rgb * (0.97 / np.maximum(full, 0.3)), 0, 1), np.float32)


def even_paper(rgb: Floats) -> Floats:
    """Divides out paper tint and uneven light of a loose drawing: its large-scale bright envelope becomes near-white.

    Only as far as the picture is bare paper: a fully painted panel keeps its colours.
    """
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (64, max(8, round(64 * height / width))), interpolation=cv2.INTER_AREA)
    envelope = cv2.dilate(cv2.medianBlur((small * 255).astype(np.uint8), 5), np.ones((9, 9), np.uint8))
    light = np.asarray(cv2.GaussianBlur(envelope.astype(np.float32) / 255, (0, 0), 8), np.float32)
    middle = np.median(light.reshape(-1, 3), 0)
    tinted = 0.5 * light + 0.5 * middle * (luma(light)[..., None] / max(float(luma(middle)), 1e-3))
    # Bare paper lies close under the envelope and is hardly coloured; a painting has little of that.
    near = (luma(light) - luma(np.asarray(small, np.float32)) < 0.1) & (small.max(2) - small.min(2) < 0.2)
    bare = np.clip((float(near.mean()) - 0.3) / 0.15, 0, 1) * np.clip((float(np.median(luma(light))) - 0.4) / 0.15, 0, 1)
    gain = 0.97 / np.maximum(cv2.resize(tinted, (width, height), interpolation=cv2.INTER_CUBIC), 0.2)
    return np.asarray(np.clip(rgb * (1 + bare * (gain - 1)), 0, 1), np.float32)


def ink_map(rgb: Floats) -> Floats:
    """Thin dark lines by black-hat times darkness, at two line widths that scale with the picture.

    Returns:
        (H, W) in [0, 1].
    """
    light = luma(rgb)
    light = light / max(float(np.percentile(light, 95)), 1e-3)
    scale = max(rgb.shape[:2]) / 512
    found = np.zeros_like(light)
    for radius, low in ((9, 0.22), (17, 0.34)):
        side = int(min(radius * max(scale, 0.5), 41)) | 1
        closed = cv2.morphologyEx(light, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
        found = np.maximum(found, np.clip((closed - light - low) / 0.28, 0, 1))
    dark = np.clip((0.62 - light) / 0.3, 0, 1)
    grey = np.clip((0.55 - (rgb.max(2) - rgb.min(2))) / 0.2, 0, 1)
    return np.asarray(found * dark * grey, np.float32)


def flats(rgb: Floats, ink: Floats, rounds: int = 36) -> Floats:
    """Colour diffusion that ink stops, at half size: marker hatching becomes a filled region.

    Coloured marks weigh more than bare paper, so that the gaps between strokes fill up rather than the strokes fade.
    """
    height, width = ink.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    small = cv2.resize(rgb, half, interpolation=cv2.INTER_AREA)
    wall = cv2.dilate(
        cv2.resize(cv2.dilate(ink, np.ones((2, 2), np.uint8)), half, interpolation=cv2.INTER_AREA),
        np.ones((3, 3), np.uint8),
    )
    passes = np.exp(-6 * wall)[..., None]
    chroma = (small.max(2) - small.min(2))[..., None]
    weight = (1 - wall)[..., None] * (0.25 + 1.5 * chroma) + 1e-3
    tone = cv2.bilateralFilter(cv2.medianBlur((small * 255).astype(np.uint8), 5), 9, 40, 9).astype(np.float32) / 255
    tone = cv2.GaussianBlur(tone, (0, 0), 2.0)
    # One array of colour sums and weights, so that each diffusion pass is one sweep.
    mass = np.concatenate([small * weight, weight], 2).astype(np.float32)
    rates: dict[tuple[int, int], Floats] = {}
    for distance in (1, 2, 3):
        for axis in (0, 1):
            rates[distance, axis] = _rate(passes, tone, distance, axis)
    for i in range(rounds):
        for axis in (0, 1):
            _diffuse(mass, rates[1 + i % 3, axis], 1 + i % 3, axis)
    filled = np.asarray(mass[..., :3] / mass[..., 3:], np.float32)
    return np.asarray(np.clip(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1), np.float32)


def _pair(array: Floats, distance: int, axis: int) -> tuple[Floats, Floats]:
    """Views of an array and of its neighbour `distance` further along `axis`."""
    return (array[:-distance], array[distance:]) if axis == 0 else (array[:, :-distance], array[:, distance:])


def _rate(passes: Floats, tone: Floats, distance: int, axis: int) -> Floats:
    """How much colour flows between neighbours in one pass: none through ink, little across a change of tone."""
    here, there = _pair(passes, distance, axis)
    tone_here, tone_there = _pair(tone, distance, axis)
    rate = 0.2 * here * there * np.exp(-np.abs(tone_here - tone_there).max(2, keepdims=True) / (0.05 * distance))
    if distance > 1:  # a long step must not jump over a thin line
        between, _ = _pair(passes, 1, axis)
        middle = between[distance - 1 :] if axis == 0 else between[:, distance - 1 :]
        rate = rate * middle[: rate.shape[0], : rate.shape[1]]
    return np.asarray(rate, np.float32)


def _diffuse(mass: Floats, rate: Floats, distance: int, axis: int) -> None:
    here, there = _pair(mass, distance, axis)
    flow = rate * (there - here)
    here += flow
    there -= flow


def tangent_field(rgb: Floats, ink: Floats) -> tuple[Floats, Floats]:
    """Direction of the contours, from a structure tensor blurred at five scales.

    Returns:
        (H, W, 2) unit vectors along the contours, and (H, W) coherence in [0, 1]: how much there is a direction.
    """
    light = cv2.GaussianBlur(luma(rgb) - 0.6 * ink, (0, 0), 1.5)
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    products = np.stack([gx * gx, gx * gy, gy * gy], 2)
    blurred = [w * _blur(products, s) for s, w in ((2, 1.0), (5, 0.5), (12, 0.2), (28, 0.08), (64, 0.03))]
    xx, xy, yy = np.moveaxis(np.sum(blurred, 0), 2, 0)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (xx + yy + 1e-7)
    tangents = np.stack([np.cos(angle), np.sin(angle)], 2)
    return np.asarray(tangents, np.float32), np.asarray(_blur(np.clip(9 * coherence - 0.1, 0, 1), 2.0), np.float32)


def line_integral(noise: Floats, tangents: Floats, steps: int, length: float, every: int) -> Floats:
    """Line integral convolution: noise averaged along the tangents, to unit deviation.

    Source: B. Cabral and L. Leedom, "Imaging vector fields using line integral convolution", 1993.

    Args:
        noise: (H, W).
        tangents: (H, W, 2) unit vectors; their sign does not matter.
        steps: steps to either side.
        length: pixels a step.
        every: work at 1/every of the size.
    """
    height, width = noise.shape
    if every > 1 and min(height, width) >= 8 * every:
        size = (width // every, height // every)
        double = np.stack([tangents[..., 0] ** 2 - tangents[..., 1] ** 2, 2 * tangents[..., 0] * tangents[..., 1]], 2)
        small = cv2.resize(
            double, size, interpolation=cv2.INTER_AREA
        )  # doubled angles average; vectors of two signs do not
        angle = 0.5 * np.arctan2(small[..., 1], small[..., 0])
        coarse = cv2.resize(noise, size, interpolation=cv2.INTER_AREA)
        along = np.stack([np.cos(angle), np.sin(angle)], 2).astype(np.float32)
        found = line_integral(coarse, along, max(3, int(steps * length / 1.6 / every)), 1.6, 1)
        return _unit(np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_CUBIC), np.float32))
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    total = noise.copy()
    remap: dict[str, Any] = {"borderMode": cv2.BORDER_REFLECT}
    for sign in (np.float32(1), np.float32(-1)):
        x, y, heading = xs.copy(), ys.copy(), sign * tangents
        for _ in range(steps):
            x += heading[..., 0] * np.float32(length)
            y += heading[..., 1] * np.float32(length)
            here = cv2.remap(tangents, x, y, cv2.INTER_NEAREST, **remap)
            turn = np.where((here * heading).sum(2) < 0, np.float32(-1), np.float32(1))
            heading = here * turn[..., None]
            total += cv2.remap(noise, x, y, cv2.INTER_LINEAR, **remap)
    return _unit(total)


def _stack(ink: Floats, noises: list[Floats]) -> Floats:
    inverse = (ink < 0.4).astype(np.uint8)
    if inverse.all():  # no ink at all: everything is as far from it as can be
        distance = np.full(ink.shape, 1.5 * REACH, np.float32)
    else:
        distance = _blur(cv2.distanceTransform(inverse, cv2.DIST_L2, 5), 2.0)
    waves = [np.sin(0.45 * distance), np.cos(0.45 * distance), np.sin(0.16 * distance), np.cos(0.16 * distance)]
    return np.stack([ink, np.clip(distance / REACH, 0, 1.5), *waves, *noises], 2).astype(np.float32)


def _unit(plane: Floats) -> Floats:
    return np.asarray(plane / max(float(plane.std()), 1e-6), np.float32)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Floats:
    return _unit(_blur(rng.standard_normal(shape, dtype=np.float32), sigma))


def _gaussian_rank(plane: Floats) -> Floats:
    rank = plane.ravel().argsort(kind="stable").argsort(kind="stable")
    return np.asarray(ndtri((rank + 0.5) / rank.size).reshape(plane.shape), np.float32)


def _blur(plane: Floats, sigma: float) -> Floats:
    """Gaussian blur; wide ones at reduced size, which looks the same and costs a tenth."""
    height, width = plane.shape[:2]
    factor = int(sigma // 3)
    if sigma < 4 or min(height, width) < 8 * factor:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    small = cv2.resize(plane, (max(4, width // factor), max(4, height // factor)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
