"""An element's own colour: the one that is in its boxes and not elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import oklab, srgb

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

INSIDE, OUTSIDE, CANDIDATES = 4000, 8000, 600
"""Colours that are looked at, in the element's boxes and elsewhere, and of the former those that may be chosen."""
WIDTH = 0.035
"""Spread in OKLab of what counts as one colour."""
LEAST = 0.01
"""Share of its boxes that an element's own colour has to fill."""


@dataclass(frozen=True)
class Sight:
    """A panel, as an element's own colour is looked for in it.

    Attributes:
        flat: (H, W, 3) RGB in [0, 1].
        ink: (H, W) in [0, 1].
        boxes: (x, y, width, height) of the element, in pixels of the panel; none where it does not appear.
    """

    flat: Floats
    ink: Floats
    boxes: Sequence[tuple[int, int, int, int]]


def own_colour(sights: Sequence[Sight]) -> tuple[float, float, float] | None:
    """The main colour of an element, RGB in [0, 1], or None where it has none of its own.

    Each colour in the boxes counts by how much of them it fills, times the square of how much more common it is there
    than outside (1: only there, 1/2: as common), times its chroma (from .08 on fully, grey a tenth). Pixels under ink,
    near-black ones and bare paper are no candidates. The best one is then centred among its like.
    """
    inside, outside = _split(sights)
    inside, outside = _thinned(inside, INSIDE), _thinned(outside, OUTSIDE)
    if not len(inside):
        return None
    chroma = np.hypot(inside[:, 1], inside[:, 2])
    blank = (chroma < 0.05) & ((inside[:, 0] < 0.3) | (inside[:, 0] > 0.88))
    candidates = _thinned(inside[~blank], CANDIDATES)
    if not len(candidates):
        return None
    here, there = _density(candidates, inside), _density(candidates, outside)
    own = here / (here + there)
    vivid = 0.1 + 0.9 * np.minimum(np.hypot(candidates[:, 1], candidates[:, 2]) / 0.08, 1)
    score = np.where((here > LEAST) & (own > 0.5), here * own**2 * vivid, 0)
    if score.max() <= 0:
        return None
    centre = candidates[int(score.argmax())]
    for _ in range(6):
        weight = np.exp(-((inside - centre) ** 2).sum(1) / (2 * WIDTH**2)) * ~blank
        centre = (weight[:, None] * inside).sum(0) / weight.sum()
    red, green, blue = (float(v) for v in srgb(centre[None])[0])
    return red, green, blue


def _split(sights: Sequence[Sight]) -> tuple[Doubles, Doubles]:
    """The colours inside the boxes and outside, (N, 3) and (M, 3) OKLab, without those under ink."""
    parts: tuple[list[Doubles], list[Doubles]] = ([np.zeros((0, 3))], [np.zeros((0, 3))])
    for sight in sights:
        mask = np.zeros(sight.ink.shape, np.bool_)
        for x, y, w, h in sight.boxes:
            mask[y : y + h, x : x + w] = True
        for part, chosen, most in ((parts[0], mask, INSIDE), (parts[1], ~mask, OUTSIDE)):
            part.append(oklab(_thinned(sight.flat[chosen & (sight.ink < 0.3)], most)).astype(np.float64))
    return np.concatenate(parts[0]), np.concatenate(parts[1])


def _thinned(colours: NDArray[np.floating], most: int) -> Doubles:
    """At most so many rows, evenly spread."""
    if len(colours) <= most:
        return np.asarray(colours, np.float64)
    return np.asarray(colours[np.linspace(0, len(colours) - 1, most).astype(np.intp)], np.float64)


def _density(at: Doubles, colours: Doubles) -> Doubles:
    """How common each colour is among others, in [0, 1]."""
    if not len(colours):
        return np.zeros(len(at))
    far = (at**2).sum(1)[:, None] + (colours**2).sum(1)[None] - 2 * at @ colours.T
    return np.asarray(np.exp(-np.maximum(far, 0) / (2 * WIDTH**2)).mean(1))


__all__ = ["Sight", "own_colour"]
