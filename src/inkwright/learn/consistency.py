"""How constant an element's colours are across panels, measured on pictures alone; the loss never sees this.

For each element, the drawings' colours inside its boxes are clustered over the whole book ("tunic red", "hair yellow").
A cluster's mean colour in the stylized picture is taken panel by panel. Within: how far these means lie from their own
average. Between: how far the clusters' averages lie apart. The ratio within / between, relative to the drawings' own,
is 1.00 when the result is as consistent as it was drawn.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats
from inkwright.learn.colour import oklab

CLUSTERS = 4
MIN_SHARE = 0.04
"""A cluster counts in a panel where it covers at least this share of the element's boxes there."""


@dataclass(frozen=True)
class Place:
    """Where an element is in a panel: (H, W) True inside its boxes."""

    element: int
    panel: int
    mask: NDArray[np.bool_]


def spread(drawings: list[Floats], results: list[Floats], places: list[Place]) -> tuple[float, float] | None:
    """Spread of element colours within and between, in units of 0.01 OKLab.

    Args:
        drawings: panels (H, W, 3), RGB in [0, 1].
        results: the same panels, stylized (or the drawings themselves).
        places: where the elements are.

    Returns:
        (within, between), or None where no element has a place in two panels.
    """
    labs = [oklab(d) * 100 for d in drawings]
    outs = [oklab(r) * 100 for r in results]
    within, centres = [], []
    for element in sorted({place.element for place in places}):
        mine = [place for place in places if place.element == element and place.mask.any()]
        if len(mine) < 2:
            continue
        for means in _cluster_means(mine, labs, outs):
            if len(means) >= 2:
                middle = np.mean(means, 0)
                within.append(float(np.mean(np.sum((np.array(means) - middle) ** 2, 1))))
                centres.append(middle)
    if len(centres) < 2:
        return None
    between = float(np.mean(np.sum((np.array(centres) - np.mean(centres, 0)) ** 2, 1)))
    return float(np.sqrt(np.mean(within))), float(np.sqrt(between))


def _cluster_means(mine: list[Place], labs: list[Floats], outs: list[Floats]) -> list[list[NDArray[np.float64]]]:
    """For each colour cluster of an element: its mean stylized colour in each panel that shows it."""
    rng = np.random.default_rng(0)
    sample = np.concatenate([_some(labs[p.panel][p.mask], 400, rng) for p in mine])
    centres = _kmeans(sample, CLUSTERS, rng)
    out: list[list[NDArray[np.float64]]] = [[] for _ in range(len(centres))]
    for place in mine:
        source, result = labs[place.panel][place.mask], outs[place.panel][place.mask]
        nearest = ((source[:, None] - centres[None]) ** 2).sum(-1)
        group = np.where(nearest.min(1) < 15**2, nearest.argmin(1), -1)
        for k in range(len(centres)):
            chosen = group == k
            if chosen.mean() >= MIN_SHARE:
                out[k].append(result[chosen].mean(0).astype(np.float64))
    return out


def _some(values: Floats, count: int, rng: np.random.Generator) -> Floats:
    return values[rng.integers(0, len(values), count)]


def _kmeans(points: Floats, k: int, rng: np.random.Generator) -> NDArray[np.float64]:
    centres = points[rng.choice(len(points), 1)].astype(np.float64)
    for _ in range(k - 1):  # farthest first
        far = ((points[:, None] - centres[None]) ** 2).sum(-1).min(1)
        centres = np.concatenate([centres, points[far.argmax()][None]])
    for _ in range(20):
        group = ((points[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        centres = np.stack([points[group == i].mean(0) if (group == i).any() else centres[i] for i in range(k)])
    return centres


def ratio(drawings: list[Floats], results: list[Floats], places: list[Place]) -> float | None:
    """Within / between of the results, relative to the drawings' own; None where it cannot be measured."""
    own, got = spread(drawings, drawings, places), spread(drawings, results, places)
    # Elements that have all become one colour are not consistent: there is nothing left to tell apart.
    if own is None or got is None or own[0] <= 0 or got[1] < 0.05:
        return None
    return (got[0] / got[1]) / (own[0] / own[1])
