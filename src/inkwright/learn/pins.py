"""Pins: the author says what a colour of the drawings becomes, and the cast palette gives way around it.

The look-up table is corrected by a radial field in OKLab, one bump for each pin, so that shades of the pinned colour
follow it and colours further away stay. The bumps' heights solve a small linear system, so that pins near each other
are all met.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import oklab, srgb
from inkwright.learn.palette import Palette

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

RADIUS = 0.16
"""Reach of a pin in OKLab: a colour .04 away follows by 63 %, .08 by 19 %, .12 by 1 %, .16 and more not at all."""
SAME = 0.05
"""A cluster this near to a pin, in OKLab, is the pinned colour itself."""
ROUNDS, POLISH = 4, 2000
"""Rounds of the field (sRGB is no linear space), and of the table's nodes right around the pins."""


@dataclass(frozen=True)
class Pin:
    """What a colour becomes. Both RGB in [0, 1]; `source` as it is in the drawings' flats."""

    source: tuple[float, float, float]
    result: tuple[float, float, float]


def pin(palette: Palette, pins: Sequence[Pin]) -> Palette:
    """The palette in which every pinned colour becomes what its pin says, to within half a step of 255.

    Pins closer than a node of the table (about .04 in OKLab, .15 near black) with quite different results cannot all
    be met; see `missed`. The clusters around a pin are carried along; the nearest one becomes the pinned colour itself,
    and where none is near a row with share 0 is added.
    """
    if not pins:
        return palette
    source = np.array([p.source for p in pins], np.float64)
    result = np.array([p.result for p in pins], np.float64)
    table = _corrected(palette.table, source, result)
    return _with_rows(palette, table, source, result)


def missed(palette: Palette, pins: Sequence[Pin]) -> list[float]:
    """How far each pin's colour still is from its result: the largest channel difference in [0, 1]."""
    return [
        float(np.abs(palette(np.array([[p.source]], np.float32))[0, 0] - np.array(p.result, np.float32)).max())
        for p in pins
    ]


def node_colours(side: int) -> Floats:
    """The RGB colours of a look-up table's nodes, (side³, 3)."""
    axis = np.linspace(0, 1, side, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)


def _corrected(table: Floats, source: Doubles, result: Doubles) -> Floats:
    side = table.shape[0]
    lab = oklab(node_colours(side)).astype(np.float64)
    near = np.stack([_falloff(np.linalg.norm(lab - centre, axis=1)) for centre in oklab(source)], 1)  # (N, K)
    at, weight = _corners(source, side)
    mix = (weight[..., None] * near[at]).sum(1)  # (K, K): each pin's bump, as the table gives it at each pinned colour
    # A little damped, so that two pins on one spot do not tear the table apart; the rounds make up for it.
    heights = np.linalg.solve(mix.T @ mix + 1e-4 * np.eye(len(mix)), mix.T)
    base, wanted = oklab(table.reshape(-1, 3)).astype(np.float64), oklab(result)
    field, nodes = np.zeros_like(base), table.reshape(-1, 3).astype(np.float64)
    touched = near.max(1) > 0
    for _ in range(ROUNDS):
        missing = wanted - oklab((weight[..., None] * nodes[at]).sum(1))
        field += near @ (heights @ missing)
        nodes[touched] = srgb(base + field)[touched]
    return _polished(nodes, at, weight, result).reshape(table.shape).astype(np.float32)


def _polished(nodes: Doubles, at: NDArray[np.intp], weight: Doubles, result: Doubles) -> Doubles:
    """Moves the nodes right around the pins, as little as it takes, until their mean is the result.

    Near black a cell of the table is wider than a pin's reach: there this is all that happens.
    """
    used, local = np.unique(at, return_inverse=True)
    rows = np.zeros((len(at), len(used)))
    np.add.at(rows, (np.arange(len(at))[:, None], local.reshape(at.shape)), weight)
    back = rows.T @ np.linalg.inv(rows @ rows.T + 1e-6 * np.eye(len(rows)))
    for _ in range(POLISH):
        left = result - rows @ nodes[used]
        if np.abs(left).max() < 2e-4:
            break
        nodes[used] = np.clip(nodes[used] + back @ left, 0, 1)
    return nodes


def _falloff(far: Doubles) -> Doubles:
    """Wendland's C2 bump: 1 at 0, smooth, 0 from `RADIUS` on; its systems always have a solution."""
    x = np.minimum(far / RADIUS, 1)
    return np.asarray((1 - x) ** 4 * (4 * x + 1))


def _corners(rgb: Doubles, side: int) -> tuple[NDArray[np.intp], Doubles]:
    """(K, 3) colours → (K, 8) indices of the table's nodes around each, and (K, 8) their trilinear weights."""
    place = np.clip(rgb, 0, 1) * (side - 1)
    low = np.minimum(np.floor(place).astype(np.intp), side - 2)
    part = place - low
    at, weight = [], []
    for corner in np.ndindex(2, 2, 2):
        step = np.array(corner)
        at.append(((low + step) * [side * side, side, 1]).sum(1))
        weight.append(np.where(step, part, 1 - part).prod(1))
    return np.stack(at, 1), np.stack(weight, 1)


def _with_rows(palette: Palette, table: Floats, source: Doubles, result: Doubles) -> Palette:
    made = Palette(palette.source, palette.result, palette.share, palette.dark, table)
    moved = made(palette.source[None])[0] - palette(palette.source[None])[0]
    sources, results = palette.source.copy(), np.clip(palette.result + moved, 0, 1)
    share = palette.share
    free = np.ones(len(sources), np.bool_)
    for pinned, becomes in zip(source, result, strict=True):
        far = np.where(free, np.linalg.norm(oklab(sources) - oklab(pinned), axis=1), np.inf)
        row = int(far.argmin()) if len(far) else -1
        if row < 0 or far[row] > SAME:
            row = len(sources)
            sources, results = np.append(sources, pinned[None], 0), np.append(results, becomes[None], 0)
            share, free = np.append(share, 0), np.append(free, False)
        sources[row], results[row], free[row] = pinned, becomes, False
    rows = [np.asarray(part, np.float32) for part in (sources, results, share)]
    return Palette(rows[0], rows[1], rows[2], palette.dark, table)


__all__ = ["RADIUS", "SAME", "Pin", "missed", "node_colours", "pin"]
