"""The flats of a drawing: what it is coloured in, without the streaks that it is coloured with."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.drawing import clean

Floats = NDArray[np.float32]

PAPER = 0.97
"""Every channel of bare paper, once its light is divided out."""
OWN, SURE = 0.06, 0.13
"""How far in RGB a small shape is from all that streaks of its surroundings could give: from OWN on it begins to count
as coloured on purpose, from SURE on it does."""
THICK = 0.3
"""Grey, the grain of pencil, may lie this much thicker by chance than around it, as a share of its distance to paper;
twice that is meant. Of colours, thicker is another colour."""
BARE, GREY = 0.85, 0.1
"""Paper is at least so light in every channel, and its channels differ by less than this."""
GAP = 0.045
"""Width of the widest gap between strokes that is filled, in the picture's longer side."""
STROKE = 1.6
"""Blur in which a small shape is looked for, in pixels: pencil grain and single strokes are finer than that."""


def flats(rgb: Floats, ink: Floats, rounds: int = 36) -> Floats:
    """Colour diffusion that ink stops, at half size: marker hatching becomes a filled region.

    Coloured marks weigh more than bare paper, so that the gaps between strokes fill up rather than the strokes fade.
    Small shapes in a colour of their own stay, see `_meant`.

    Args:
        rgb: (H, W, 3) in [0, 1], its paper near-white.
        ink: (H, W) in [0, 1].
        rounds: of diffusion.

    Returns:
        (H, W, 3) RGB in [0, 1].
    """
    height, width = ink.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    small = cv2.resize(rgb, half, interpolation=cv2.INTER_AREA)
    wall = cv2.dilate(
        cv2.resize(cv2.dilate(ink, np.ones((2, 2), np.uint8)), half, interpolation=cv2.INTER_AREA),
        np.ones((3, 3), np.uint8),
    )
    passes = np.asarray(np.exp(-6 * wall)[..., None], np.float32)
    chroma = (small.max(2) - small.min(2))[..., None]
    weight = (1 - wall)[..., None] * (0.25 + 1.5 * chroma) + 1e-3
    tone = cv2.bilateralFilter(cv2.medianBlur((small * 255).astype(np.uint8), 5), 9, 40, 9).astype(np.float32) / 255
    soft = np.asarray(cv2.GaussianBlur(tone, (0, 0), 2.0), np.float32)
    # One array of colour sums and weights, so that each diffusion pass is one sweep.
    mass = np.concatenate([small * weight, weight], 2).astype(np.float32)
    rates: dict[tuple[int, int], Floats] = {}
    for distance in (1, 2, 3):
        for axis in (0, 1):
            rates[distance, axis] = _rate(passes, soft, distance, axis)
    for i in range(rounds):
        for axis in (0, 1):
            _diffuse(mass, rates[1 + i % 3, axis], 1 + i % 3, axis)
    filled = np.asarray(cv2.resize(mass[..., :3] / mass[..., 3:], (width, height)), np.float32)
    # On paper, an even streak is a gap between marker strokes; on a screen, it was meant.
    meant = np.float32(np.clip((clean(rgb) - 0.3) / 0.3, 0, 1))
    if meant > 0:
        even, sure = _even(rgb, ink)
        sure = np.asarray(cv2.GaussianBlur(sure * (1 - np.clip(3 * ink, 0, 1)), (0, 0), 1.0), np.float32)
        filled = filled + (meant * sure)[..., None] * (even - filled)
    filled = _emptied(rgb, filled)
    return np.asarray(np.clip(filled + _meant(rgb, ink, filled), 0, 1), np.float32)


def _emptied(rgb: Floats, flat: Floats) -> Floats:
    """The flats with wide bare paper left bare: colour leaks through gaps in the lines, but no gap between strokes is
    as wide as that.

    Args:
        rgb: (H, W, 3) the drawing on white paper, in [0, 1].
        flat: (H, W, 3) the diffused colours.
    """
    soft = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 1.0), np.float32)
    bare = ((soft.min(2) > BARE) & (soft.max(2) - soft.min(2) < GREY)).astype(np.uint8)
    side = max(5, round(GAP * max(bare.shape))) | 1
    wide = cv2.morphologyEx(bare, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    sums = cv2.GaussianBlur(np.dstack([rgb, np.ones_like(rgb[..., 0])]) * wide[..., None], (0, 0), 4.0)
    paper = sums[..., :3] / np.maximum(sums[..., 3:], 1e-3)  # without its grain
    part = cv2.GaussianBlur(wide.astype(np.float32), (0, 0), 1.5)[..., None]
    return np.asarray(flat + part * (paper - flat), np.float32)


def _meant(rgb: Floats, ink: Floats, flat: Floats) -> Floats:
    """What diffusion took away that was coloured on purpose: stripes and hearts on a wall, a cheek, a pupil.

    Between a flat colour and paper lies all that gaps between strokes can give, and a little beyond a grey one what
    grain can. What is left beside that is a colour of its own.

    Args:
        rgb: (H, W, 3) the drawing on white paper, in [0, 1].
        ink: (H, W) in [0, 1].
        flat: (H, W, 3) the diffused colours.

    Returns:
        (H, W, 3) to be added to `flat`.
    """
    wall = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    weight = (1 - wall)[..., None] * (0.15 + 1.5 * (rgb.max(2) - rgb.min(2))[..., None]) + 1e-3
    # Blurred alike, so that where the flat has a sharp border nothing is left of it.
    sums = cv2.GaussianBlur(np.concatenate([(rgb - flat) * weight, weight], 2), (0, 0), STROKE)
    left = sums[..., :3] / sums[..., 3:]
    to_paper = PAPER - flat
    along = (left * to_paper).sum(2) / np.maximum((to_paper * to_paper).sum(2), 1e-3)
    thick = THICK * np.clip(1 - 4 * (flat.max(2) - flat.min(2)), 0, 1)
    chance = np.where(along > -thick, np.minimum(along, 1), -np.maximum(2 * thick + along, 0))
    own = left - chance[..., None] * to_paper
    sure = np.clip((np.linalg.norm(own, axis=2) - OWN) / (SURE - OWN), 0, 1)
    sure = cv2.GaussianBlur(sure, (0, 0), 1.0) * (1 - np.clip(2 * wall, 0, 1))
    return np.asarray(sure[..., None] * own, np.float32)


def _even(rgb: Floats, ink: Floats, side: int = 7, spread: float = 0.02) -> tuple[Floats, Floats]:
    """Evenly filled regions, with sharp borders where no ink parts them: there, diffusion would let colours run.

    Of the four windows that have a pixel in a corner, the most even one tells its colour.
    Source: M. Kuwahara et al., "Processing of RI-angiocardiographic images", 1976. Differs: ink does not count.

    Returns:
        (H, W, 3) RGB, and (H, W) in [0, 1] how evenly filled it is there; marker hatching is not.
    """
    free = np.clip(1 - 2 * cv2.dilate(ink, np.ones((3, 3), np.uint8)), 0, 1)[..., None]
    sums = np.concatenate([rgb * free, rgb * rgb * free, free], 2)
    sums = np.asarray(cv2.boxFilter(sums, -1, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)
    weight = np.maximum(sums[..., 6:], 1e-4)
    mean = sums[..., :3] / weight
    variance = np.clip((sums[..., 3:6] / weight - mean**2).max(2), 0, None) + (sums[..., 6] < 0.25)
    half, (height, width) = side // 2, ink.shape
    mean = np.pad(mean, ((half, half), (half, half), (0, 0)), mode="edge")
    variance = np.pad(variance, half, mode="edge")
    colour, best = np.zeros_like(rgb), np.full(ink.shape, np.inf, np.float32)
    for dy in (0, 2 * half):
        for dx in (0, 2 * half):
            here = variance[dy : dy + height, dx : dx + width]
            better = here < best
            best = np.where(better, here, best)
            colour = np.where(better[..., None], mean[dy : dy + height, dx : dx + width], colour)
    return colour, np.asarray(np.exp(-best / spread**2), np.float32)


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
