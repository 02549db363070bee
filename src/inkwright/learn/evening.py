"""Evening: after the book is painted, an element's colours are made the same in every panel.

K_ij asks for that while the network learns, but a network sees neighbourhoods and not panels: beside another background
the same tunic comes out a little lighter. What it leaves is measured once, when the fit is done: how far the mean of
each of an element's colours lies in each panel from what it is in the book. By so much it is moved when the panel is
painted. Whole colours are moved, so shading and marks stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from inkwright.learn.banks import Elements, likeness
from inkwright.learn.colour import oklab, srgb
from inkwright.learn.element_look import OWN, Spots
from inkwright.learn.regions import Regions
from inkwright.learn.tensors import to_tensor

Floats = NDArray[np.float32]

FARTHEST = 0.08
"""How far a colour is moved at most, in OKLab; what differs more was meant to, or is something else."""
BAND = 128
"""Rows that are worked on together: all at once, a print page would need a gigabyte."""


def added(painted: Floats, its: Spots) -> Floats:
    """What painting added to each of an element's colours in a panel.

    Against the palette's colours, which are the same in all panels: what else is near a colour in one panel and not in
    another cancels out.

    Args:
        painted: (H, W, 3) RGB in [0, 1], the panel as the fitted network paints it.
        its: where the element's colours are in it.

    Returns:
        (k, 3) in OKLab, nan where a colour is not in the panel.
    """
    k, colour = len(its.counts), its.colour.numpy()
    lab = oklab(painted.reshape(-1, 3)[its.at.numpy()])
    counts = np.bincount(colour, minlength=k)
    sums = np.stack([np.bincount(colour, lab[:, c], k) for c in range(3)], 1)
    sums[counts == 0] = np.nan
    return np.asarray(sums / np.maximum(counts, 1)[:, None] - its.cast.numpy(), np.float32)


def moves(found: Sequence[Sequence[tuple[int, Floats]]], lights: Sequence[str]) -> list[dict[int, Floats]]:
    """How far each element's colours are to be moved in each panel.

    Args:
        found: for each panel the elements whose colours are in it, and what painting `added` to those.
        lights: what light each panel is in; colours agree among panels of one light.

    Returns:
        For each panel element index → (k, 3) in OKLab; 0 for colours that are not in the panel, or in no other.
    """
    means: dict[tuple[str, int], dict[int, Floats]] = {}
    for j, its in enumerate(found):
        for element, more in its:
            means.setdefault((lights[j], element), {})[j] = more
    out: list[dict[int, Floats]] = [{} for _ in found]
    for (_, element), its_panels in means.items():
        table = np.stack(list(its_panels.values()))  # (panels, k, 3), nan where a colour is not
        shared = (~np.isnan(table[..., 0])).sum(0) >= 2
        middle = np.zeros(table.shape[1:], np.float32)
        middle[shared] = np.nanmedian(table[:, shared], 0)
        for j, row in its_panels.items():
            there = shared & ~np.isnan(row[:, 0])
            move = np.where(there[:, None], middle - np.nan_to_num(row), 0)
            length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
            out[j][element] = np.asarray(move * np.minimum(1, FARTHEST / length), np.float32)
    return out


def shifts(flat: Floats, ink: Floats, regions: Regions, elements: Elements, its: Mapping[int, Floats]) -> Floats:
    """Where and how far a panel's colours are moved.

    Args:
        flat: (H, W, 3) RGB in [0, 1], the panel's flat colours as drawn.
        ink: (H, W) in [0, 1]; lines stay as they are.
        regions: where elements are.
        elements: of the book.
        its: element index → (k, 3) in OKLab, see `moves`.

    Returns:
        (H, W, 3) in OKLab.
    """
    out = np.zeros_like(flat)
    weight = np.zeros(flat.shape[:2], np.float32)
    lab = oklab(flat)
    for i, move in its.items():
        if i not in regions or i not in elements.banks or not move.any():
            continue
        bank = elements.banks[i]
        # What was measured is moved wholly: half a step would leave half of the difference.
        bank = replace(bank, own=np.asarray(bank.own > OWN, np.float32))
        for top in range(0, len(flat), BAND):
            rows = slice(top, top + BAND)
            like = likeness(lab[rows], bank, regions[i][rows])
            out[rows] += like @ move
            weight[rows] += like.sum(-1)
    return np.asarray(out / np.maximum(weight, 1)[..., None] * (1 - ink[..., None]), np.float32)


def evened(X: Tensor, shift: Tensor) -> Tensor:
    """A painted panel, its colours moved.

    Args:
        X: (1, 3, H, W) RGB in [0, 1].
        shift: (1, 3, H, W) in OKLab.

    Returns:
        (1, 3, H, W) RGB in [0, 1]; what is not moved stays bit for bit.
    """
    out = X.clone()
    for top in range(0, X.shape[-2], BAND):
        picture = np.ascontiguousarray(X[0, :, top : top + BAND].permute(1, 2, 0).float().numpy())
        move = shift[0, :, top : top + BAND].permute(1, 2, 0).float().numpy()
        moved = np.abs(move).max(2) > 0
        picture[moved] = srgb(oklab(picture[moved]) + move[moved])
        out[..., top : top + BAND, :] = to_tensor(picture)
    return out
