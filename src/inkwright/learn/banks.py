"""The colours of each element, book-wide: what it is drawn in, and what that should come out in, in every panel.

The drawings' colours inside an element's regions are clustered over the whole book ("tunic red", "hair yellow"). What
plain painting makes of each, typically over the panels, is its bank; its target is a little nearer to the drawing.
`steady` shifts each panel's colours towards the targets before anything is painted: nearly the minimum of the look term
K (see `element_look`) in closed form. Whole colours are shifted, so shading stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from inkwright.learn.colour import oklab, srgb
from inkwright.learn.regions import Regions

Floats = NDArray[np.float32]

COLOURS = 8
"""Colours that are told apart in an element."""
WIDTH = 0.04
"""Spread in OKLab of what counts as one colour."""
NARROW = 0.03
"""The same where a panel's own version of a colour is read: a sky that is not quite skin must not tint the faces."""
REACH = 0.09
"""A pixel farther than this from all of its element's colours belongs to none of them."""
OWN, SURE = 0.4, 0.65
"""Share of a colour's density that lies in the element's regions: from OWN it counts a little, from SURE on fully.
Lower, and it is the background's as well: shifting it would show the region's edge."""
LEAST = 0.02
"""A colour is told of a panel where it fills this share of the element's region there."""
FARTHEST = 0.05
"""How far a panel's version of a colour is shifted onto the bank, in OKLab: what differs more was meant to, such as a
scene at night, or is something else."""
SAMPLES = 4000
PIXELS, BAND = 40_000, 128
"""Pixels from which a panel's means are read, and rows that are worked on together."""
BLUR = 0.012
"""Width of the blur of an element's shape, in the panel's shorter side."""


@dataclass(frozen=True)
class Bank:
    """An element's colours.

    Attributes:
        drawn: (k, 3) OKLab, as drawn.
        own: (k,) in [0, 1], how far a colour is the element's own.
        painted: (k, 3) OKLab, what plain painting makes of it.
        target: (k, 3) OKLab, what it should come out in.
    """

    drawn: Floats
    own: Floats
    painted: Floats
    target: Floats


@dataclass(frozen=True)
class Elements:
    """What is known of the book's elements.

    Attributes:
        banks: element index → its colours.
        everywhere: per element, whether it is a setting, which fills its panel.
    """

    banks: dict[int, Bank]
    everywhere: Sequence[bool]


def read_banks(
    flats: Sequence[Floats],
    tones: Sequence[Floats],
    regions: Sequence[Regions],
    everywhere: Sequence[bool],
    seed: int,
    accent: float = 0.0,
) -> Elements:
    """Reads all elements' colours off the book.

    Args:
        flats: the panels' flat colours as drawn, (H, W, 3) RGB in [0, 1].
        tones: the same in the book's palette.
        regions: where elements are, at the same size.
        everywhere: per element, whether it is a setting.
        seed: of the clustering.
        accent: how far an element's own colours go back from the book's palette to the drawing's, 0 to 1.

    Returns:
        The elements, with banks of those that are in at least two panels.
    """
    out: dict[int, Bank] = {}
    for i in sorted({i for panel in regions for i in panel}):
        where = [j for j, panel in enumerate(regions) if i in panel and (panel[i] > 0.5).any()]
        if len(where) < 2:
            continue
        rng = np.random.default_rng((seed, i))
        count = SAMPLES // len(where) + 1
        inside = np.concatenate(
            [_some(oklab(flats[j][own_part(regions[j], i, everywhere)]), count, rng) for j in where]
        )
        outside = np.concatenate(
            [_some(oklab(_without(flats[j], regions[j], i)), count, rng) for j in range(len(flats))]
        )
        if len(inside) < 2 * COLOURS:
            continue
        drawn = clusters(inside, rng)
        own = _owned(drawn, inside, outside) if len(outside) else np.ones(len(drawn), np.float32)
        drawn, own = drawn[own > 0], own[own > 0]
        if not len(drawn):  # all of it is the background's as well
            continue
        means = np.full((len(where), len(drawn), 3), np.nan)
        for n, j in enumerate(where):
            part = own_part(regions[j], i, everywhere)
            mean, there = colour_means(oklab(flats[j][part]), oklab(tones[j][part]), drawn)
            means[n, there] = mean[there]
        kept = ~np.isnan(means).all((0, 2))
        if kept.any():
            # The median: neither a close-up nor a panel in odd light decides for the whole book.
            painted = np.nanmedian(means[:, kept], 0)
            target = painted + accent * own[kept, None] * (drawn[kept] - painted)
            out[i] = Bank(drawn[kept], own[kept], painted.astype(np.float32), target.astype(np.float32))
    return Elements(out, everywhere)


def own_part(regions: Regions, i: int, everywhere: Sequence[bool]) -> NDArray[np.bool_]:
    """(H, W) True where element i is read: of a setting, what no other element stands in front of."""
    mask: NDArray[np.bool_] = regions[i] > 0.5
    if everywhere[i]:
        for other, its in regions.items():
            if not everywhere[other]:
                mask = mask & ~(its > 0.5)
    return mask


def labels(lab: Floats, drawn: Floats) -> NDArray[np.intp]:
    """(n,) the nearest of the colours for each pixel, -1 where all are too far."""
    far = ((lab[:, None] - drawn[None]) ** 2).sum(-1)
    return np.where(far.min(1) < REACH**2, far.argmin(1), -1)


def colour_means(lab: Floats, painted: Floats, drawn: Floats) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Mean painted colour of each drawn colour (k, 3), 0 where it is hardly there, and where it is there (k,).

    Args:
        lab: (n, 3) OKLab of pixels, as drawn.
        painted: (n, 3) OKLab of the same pixels, painted.
        drawn: (k, 3) OKLab.
    """
    label = labels(lab, drawn) if len(lab) else np.zeros(0, np.intp)
    weight = np.exp(-((lab - drawn[label]) ** 2).sum(-1) / (2 * NARROW**2)) * (label >= 0)
    known = np.maximum(label, 0)
    counts = np.bincount(known, weight, len(drawn))
    there = counts >= max(LEAST * len(lab), 6)
    sums = np.stack([np.bincount(known, weight * painted[:, c], len(drawn)) for c in range(3)], 1)
    return np.where(there[:, None], sums / np.maximum(counts, 1e-9)[:, None], 0), there


def steady(tone: Floats, flat: Floats, regions: Regions, elements: Elements, farthest: float = FARTHEST) -> Floats:
    """Shifts a panel's elements to the colours that they should have in the whole book.

    Args:
        tone: (H, W, 3) RGB in [0, 1], the panel in the book's palette.
        flat: (H, W, 3) the same as drawn.
        regions: where elements are in it.
        elements: of the book.
        farthest: how far a panel's version of a colour is shifted onto the book's, in OKLab.

    Returns:
        (H, W, 3) RGB in [0, 1].
    """
    lab, drawn = oklab(tone), oklab(flat)
    shift, weight = np.zeros_like(lab), np.zeros(lab.shape[:2], np.float32)
    for i, bank in elements.banks.items():
        if i not in regions:
            continue
        part = np.flatnonzero(own_part(regions, i, elements.everywhere))
        part = part[:: max(1, len(part) // PIXELS)]
        means, there = colour_means(drawn.reshape(-1, 3)[part], lab.reshape(-1, 3)[part], bank.drawn)
        move = np.where(there[:, None], bank.painted - means, 0)
        move *= np.minimum(1, farthest / np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-6))
        move += bank.target - bank.painted
        for rows in _bands(len(lab)):
            like = likeness(drawn[rows], bank, regions[i][rows])
            shift[rows] += like @ move.astype(np.float32)
            weight[rows] += like.sum(-1)
    moved = weight > 0  # elsewhere the tone stays bit for bit
    out = tone.copy()
    out[moved] = srgb(lab[moved] + shift[moved] / np.maximum(weight[moved], 1)[:, None])
    return out


def shaped(regions: Regions, flat: Floats, elements: Elements) -> Regions:
    """Regions without what has not the element's own colours: a box is a rectangle, an element is not.

    Args:
        regions: where elements are in a panel.
        flat: (H, W, 3) RGB in [0, 1], the panel's flat colours as drawn.
        elements: of the book; those without a bank keep their region.
    """
    drawn, out = oklab(flat), dict(regions)
    side = max(1.0, BLUR * min(flat.shape[:2]))
    for i, bank in elements.banks.items():
        if i in regions:
            mine = [(bank.own * _likeness(drawn[rows], bank.drawn, 1.5 * WIDTH)).max(-1) for rows in _bands(len(drawn))]
            # Lines and small marks inside it are the element's, too.
            soft = np.clip(1.5 * cv2.GaussianBlur(np.concatenate(mine), (0, 0), side), 0, 1)
            out[i] = np.asarray(regions[i] * soft, np.float32)
    return out


def likeness(lab: Floats, bank: Bank, region: Floats) -> Floats:
    """(h, w, k) in [0, 1], how far pixels are of each of an element's own colours; all together at most 1.

    Args:
        lab: (h, w, 3) OKLab, as drawn.
        bank: the element's colours.
        region: (h, w) in [0, 1], where it is.
    """
    like = _likeness(lab, bank.drawn, WIDTH)
    like *= bank.own / np.maximum(like.sum(-1, keepdims=True), 1) * region[..., None]
    return like


def _likeness(lab: Floats, drawn: Floats, width: float) -> Floats:
    """(h, w, k) in [0, 1], how much pixels (h, w, 3) look like each colour (k, 3)."""
    far = ((lab[:, :, None] - drawn) ** 2).sum(-1)
    return np.asarray(np.exp(-far / np.float32(2 * width**2)), np.float32)


def _bands(height: int) -> Iterator[slice]:
    """Rows that are worked on together: all at once, a print page would need a gigabyte."""
    for top in range(0, height, BAND):
        yield slice(top, min(height, top + BAND))


def _without(flat: Floats, regions: Regions, i: int) -> Floats:
    return flat[regions[i] < 0.05] if i in regions else flat.reshape(-1, 3)


def _some(values: Floats, count: int, rng: np.random.Generator) -> Floats:
    return values[rng.integers(0, len(values), min(count, len(values)))] if len(values) else values.reshape(0, 3)


def clusters(points: Floats, rng: np.random.Generator) -> Floats:
    """The main colours of (n, 3) pixels, at most `COLOURS`: k-means in OKLab."""
    different = np.unique(points, axis=0)
    if len(different) <= COLOURS:
        return different.astype(np.float32)
    centres, label = kmeans2(points.astype(np.float64), COLOURS, minit="++", rng=rng, iter=20)
    return np.asarray(centres[np.unique(label)], np.float32)  # an empty cluster has no colour


def _owned(drawn: Floats, inside: Floats, outside: Floats) -> Floats:
    """(k,) in [0, 1], how far each colour is found inside the element's regions rather than outside."""

    def density(points: Floats) -> NDArray[np.float64]:
        near: NDArray[np.float64] = np.exp(-((points[None] - drawn[:, None]) ** 2).sum(-1) / (2 * WIDTH**2)).mean(1)
        return near

    here, there = density(inside), density(outside)
    return np.clip((here / (here + there + 1e-9) - OWN) / (SURE - OWN), 0, 1).astype(np.float32)
