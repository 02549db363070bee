"""Model sheets: a finished picture of an element says which colours it should come out in."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkwright.learn.banks import Bank, clusters
from inkwright.learn.colour import oklab

Floats = NDArray[np.float32]

GROUND = 0.05
"""Pixels nearer than this to the sheet's border colour, in OKLab, are its ground and not the element."""
ALIKE = 0.3
"""A drawn colour that has nothing nearer than this on the sheet, in OKLab, keeps its target."""
LIGHT = 0.5
"""Weight of lightness against hue and chroma in that: a sketch and a finish agree in hue sooner than in light."""


def refer(bank: Bank, sheet: Floats, seed: int) -> Bank:
    """A bank whose targets are the colours of a model sheet.

    The sheet need not overlay any drawing: each drawn colour goes to the sheet's nearest.

    Args:
        bank: of the element.
        sheet: (H, W, 3) RGB in [0, 1], the element alone, on a plain ground.
        seed: of the clustering.
    """
    colours = sheet_colours(sheet, seed)
    if not len(colours):
        return bank
    weight = np.array([LIGHT, 1, 1])
    far = np.linalg.norm((bank.drawn[:, None] - colours[None]) * weight, axis=2)
    nearest, target = far.argmin(1), bank.target.copy()
    good = far.min(1) < ALIKE
    target[good] = colours[nearest[good]]
    return replace(bank, target=target)


def sheet_colours(sheet: Floats, seed: int) -> Floats:
    """(k, 3) OKLab, the colours on a model sheet without its ground and its black lines."""
    lab = oklab(sheet)
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    ground = np.median(border, 0)
    plain = np.linalg.norm(border - ground, axis=1) < GROUND
    pixels = lab.reshape(-1, 3)
    if plain.mean() > 0.5:
        pixels = pixels[np.linalg.norm(pixels - ground, axis=1) > GROUND]
    pixels = pixels[pixels[:, 0] > 0.25]
    rng = np.random.default_rng((seed, 17))
    if not len(pixels):
        return pixels.astype(np.float32)
    return clusters(pixels[rng.integers(0, len(pixels), 4000)], rng)
