"""Panels in rows: which rows a page can have, and how tall and wide their panels become.

A page is a list of tiers from top to bottom, a tier a list of columns from left to right, a column one panel or two,
one above the other. Two stand only behind a taller one, so that the order of reading is never in doubt.

Every panel wants an area in proportion to its importance and a shape that suits its drawing. With the logarithms of
width and height, x and y, both wishes are quadratic:

    J_i = CROP * d(x_i - y_i, [lo_i, hi_i])² + AREA * (x_i + y_i - log A_i - mean)²

where [lo_i, hi_i] are the shapes (log of width over height) that a drawing takes without loss, d is the distance to
that interval, and A_i is the area that is due to it; what all panels of a page lack alike is taken out by the mean.
Sizes are found by turns: widths of all panels for given heights,
then heights for given widths, each stretched to fill the page.

In the spirit of X. Yang, Z. Ma, L. Yu, Y. Cao, B. Yin, X. Wei, Q. Zhang, R. W. H. Lau, "Automatic Comic Generation with
Stylistic Multi-page Layouts and Emotion-driven Text Balloon Generation", 2021, where semantic importance decides the
areas. Differs from it: importance is said by the author and not read off video frames, a drawing's shape has a part in
the objective, and all arrangements of a page are tried instead of one being refined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

CROP = 3.0
"""Weight of a shape that does not suit."""
AREA = 1.0
"""Weight of an area that is not due."""
RIGID = 8.0
"""How much more the shape of a painted picture weighs: it cannot be continued, so its panel has to be its shape."""
TOUCHING = 3.0
"""How much more a shape weighs that would leave ink ending in the middle of its panel."""
ROUNDS = 5
"""Turns of the search for sizes: later ones move no gutter by a pixel."""
NARROWEST = 0.16
"""Share of the page's width or height below which a panel is too small to be read easily."""
SMALL = 6.0
"""Weight of panels that are."""

Tier = tuple[int, ...]
"""Panels in each column of a tier: (1, 1) is two panels side by side, (1, 2) a tall one before two small ones."""
Composition = tuple[Tier, ...]
TIERS: dict[int, tuple[Tier, ...]] = {1: ((1,),), 2: ((1, 1),), 3: ((1, 1, 1), (1, 2))}
"""Panels in a tier → the tiers there are."""


@dataclass(frozen=True)
class Piece:
    """A drawing as the objective knows it.

    Attributes:
        low, high: log of width over height, between which nothing is lost.
        stiff_low, stiff_high: whether a narrower, or wider, shape would leave ink ending in the open.
        importance: its area, against that of an ordinary one.
        rigid: whether it is painted to its edges.
    """

    low: float
    high: float
    stiff_low: bool = False
    stiff_high: bool = False
    importance: float = 1.0
    rigid: bool = False


@dataclass(frozen=True)
class Sized:
    """A composition with sizes.

    Attributes:
        composition: the tiers.
        heights: of the tiers, shares of the page's height.
        widths: of the columns of each tier, shares of its width.
        stacks: height of the upper panel in each column, share of the tier's; 1 where it stands alone.
        cost: J, the mean over panels, and what small panels and uneven tiers cost.
    """

    composition: Composition
    heights: tuple[float, ...]
    widths: tuple[tuple[float, ...], ...]
    stacks: tuple[tuple[float, ...], ...]
    cost: float


@lru_cache(maxsize=64)
def compositions(count: int, most_tiers: int) -> tuple[Composition, ...]:
    """All arrangements of `count` panels in at most `most_tiers` tiers."""
    if count == 0:
        return ((),)
    if most_tiers == 0:
        return ()
    return tuple(
        (tier, *rest)
        for first in sorted(TIERS)
        if first <= count
        for tier in TIERS[first]
        for rest in compositions(count - first, most_tiers - 1)
    )


def sized(
    pieces: Sequence[Piece], composition: Composition, page: float, gutters: tuple[float, float] = (0.0, 0.0)
) -> Sized:
    """The sizes of a composition's panels.

    Args:
        pieces: the drawings, in reading order.
        composition: how they are arranged.
        page: width over height of the page inside its margins, with half a gutter more on every side.
        gutters: their width, in shares of that width and of that height.
    """
    weights = np.array([piece.importance for piece in pieces])
    due = np.log(weights / weights.sum())
    crop = np.array([CROP * (RIGID if piece.rigid else 1.0) for piece in pieces])
    low, high = np.array([piece.low for piece in pieces]), np.array([piece.high for piece in pieces])
    tiers = _split(len(pieces), composition)
    across, down = gutters
    logs = np.log(page)  # x is measured in page widths and y in page heights: a shape is x - y + logs
    x, y = np.zeros(len(pieces)), np.zeros(len(pieces))
    for tier in tiers:
        for column in tier:
            x[column], y[column] = -np.log(len(tier)), -np.log(len(tiers) * len(column))
    heights = np.full(len(tiers), 1 / len(tiers))
    for _ in range(ROUNDS):
        wish = np.clip(x - y + logs, low, high) - logs
        best = (crop * (y + wish) + AREA * (due - y)) / (crop + AREA)
        for tier in tiers:
            wide = np.exp([best[column] @ crop[column] / crop[column].sum() for column in tier])
            for column, width in zip(tier, _filling(wide, across), strict=True):
                x[column] = np.log(width)
        wish = np.clip(x - y + logs, low, high) - logs
        best = (crop * (x - wish) + AREA * (due - x)) / (crop + AREA)
        tall = np.exp([_height(tier, best, crop, down) for tier in tiers])
        heights = _filling(tall, down)
        for tier, height in zip(tiers, heights, strict=True):
            for column in tier:
                y[column] = np.log(_stacked(np.exp(best[column]), float(height), down))
    widths = tuple(tuple(float(np.exp(x[column[0]])) + across for column in tier) for tier in tiers)
    stacks = tuple(
        tuple((float(np.exp(y[column[0]])) + down) / (float(h) + down) if len(column) > 1 else 1.0 for column in tier)
        for tier, h in zip(tiers, heights, strict=True)
    )
    cost = _cost(pieces, x, y, logs, due, heights)
    return Sized(composition, tuple(float(h) + down for h in heights), widths, stacks, cost)


def _split(count: int, composition: Composition) -> list[list[list[int]]]:
    """The panels' numbers by tier and column."""
    numbers = iter(range(count))
    return [[[next(numbers) for _ in range(size)] for size in tier] for tier in composition]


def _filling(sizes: NDArray[np.float64], gutter: float) -> NDArray[np.float64]:
    """Sizes stretched so that, each with a gutter, they fill 1."""
    return np.asarray(sizes * (max(0.05, 1 - gutter * len(sizes)) / sizes.sum()))


def _height(tier: list[list[int]], best: NDArray[np.float64], crop: NDArray[np.float64], gutter: float) -> float:
    """The log of the height that suits a tier's columns in the mean."""
    logs = [float(np.log(np.exp(best[column]).sum() + gutter * (len(column) - 1))) for column in tier]
    weights = [float(crop[column].sum()) for column in tier]
    return sum(log * weight for log, weight in zip(logs, weights, strict=True)) / sum(weights)


def _stacked(parts: NDArray[np.float64], height: float, gutter: float) -> NDArray[np.float64]:
    """The heights of the panels of a column, which fill it together."""
    if len(parts) == 1:
        return np.array([height])
    room = max(height - gutter, 1e-3)
    upper = float(np.clip(parts[0] / parts.sum(), 0.3, 0.7)) * room
    return np.array([upper, room - upper])


def _cost(
    pieces: Sequence[Piece],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    logs: float,
    due: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> float:
    shape, area = x - y + logs, x + y - due
    off = shape - np.clip(shape, [piece.low for piece in pieces], [piece.high for piece in pieces])
    stiff = [TOUCHING if (o < 0 and p.stiff_low) or (o > 0 and p.stiff_high) else 1.0
             for o, p in zip(off, pieces, strict=True)]  # fmt: skip
    panels = (
        np.array([CROP * (RIGID if p.rigid else s) for p, s in zip(pieces, stiff, strict=True)]) * off**2
        + AREA * (area - area.mean()) ** 2
    )
    small = np.clip(NARROWEST - np.exp(np.minimum(x, y)), 0, None) / NARROWEST
    uneven = float(np.log(heights * len(heights)).var())
    return float(panels.mean() + SMALL * small.sum() / len(pieces) + 0.1 * uneven)
