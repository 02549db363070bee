"""K_ij, the look term: an element has the same colours in every panel.

    K_ij := Σ_k √n_ijk |μ_ijk(X_j) - B_ik|² / Σ_k √n_ijk,   in OKLab x 10

k is a colour of element i, n_ijk the number of its pixels in panel j, μ_ijk(X_j) their mean colour in the stylized
panel, B_ik the colour's target (see `banks`). It is fixed, so that colours cannot meet by all becoming one.

No part of Gallaspy's Comic Book Loss; it stands for "must look alike wherever they appear". `fit.weight_look` = 0
switches it off, and with it the shift of the tones onto the banks that painting starts from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inkwright.learn.banks import LEAST, Elements, labels, own_part
from inkwright.learn.colour import oklab
from inkwright.learn.regions import Regions

Floats = NDArray[np.float32]

UNIT = 10.0
MEANT = 0.12
"""A colour of a panel that plain painting leaves farther than this from the bank, in OKLab, is meant to differ."""
CLEAR = 2.5
"""Pixels from ink at which its colour, its rim and its softness are over."""
OWN = 0.5
"""A colour is asked for where it is at least this far the element's own."""
PIXELS = 6000
"""About so many pixels of an element are looked at in a panel: a mean needs no more."""
_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def oklab_planes(X: Tensor) -> Tensor:
    """(B, 3, H, W) sRGB in [0, 1] → OKLab, same shape; `colour.oklab` with gradients."""
    linear = torch.where(X <= 0.04045, X / 12.92, ((X.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4)
    cones = torch.einsum("ij,bjhw->bihw", X.new_tensor(_CONES), linear).clamp_min(1e-5) ** (1 / 3)
    return torch.einsum("ij,bjhw->bihw", X.new_tensor(_LAB), cones)


@dataclass(frozen=True)
class Spots:
    """Where the colours of one element are in one panel.

    Attributes:
        element: its index.
        at: (n,) numbers of pixels, row by row.
        colour: (n,) the colour of each, an index into the bank.
        counts: (k,) pixels of each colour.
        bank: (k, 3) OKLab.
        cast: (k, 3) OKLab, the mean of each in the book's palette before anything is done for elements.
    """

    element: int
    at: Tensor
    colour: Tensor
    counts: Tensor
    bank: Tensor
    cast: Tensor


def spots(
    flat: Floats, tone: Floats, regions: Regions, elements: Elements, distance: Floats | None = None
) -> list[Spots]:
    """The spots of a panel.

    Args:
        flat: (H, W, 3) RGB in [0, 1], as drawn.
        tone: (H, W, 3) in the book's palette; colours farther from their bank than `MEANT` are meant to be.
        regions: where elements are.
        elements: of the book.
        distance: (H, W) to the nearest ink, in pixels: what is closer than `CLEAR` is line rather than colour, and more
            of it the smaller a figure is drawn; None: all counts.
    """
    out = []
    clear = None if distance is None else distance.reshape(-1) >= CLEAR
    drawn, painted = oklab(flat).reshape(-1, 3), oklab(tone).reshape(-1, 3)
    for i, bank in elements.banks.items():
        if i not in regions:
            continue
        at = np.flatnonzero(own_part(regions, i, elements.everywhere))
        at = at[:: max(1, len(at) // PIXELS)]
        label = labels(drawn[at], bank.drawn) if len(at) else np.zeros(0, np.intp)
        if clear is not None:
            label = np.where(clear[at], label, -1)
        counts = np.bincount(label[label >= 0], minlength=len(bank.drawn))
        far = np.zeros(len(counts))
        for k in np.flatnonzero(counts):
            far[k] = np.linalg.norm(painted[at[label == k]].mean(0) - bank.painted[k])
        good = (counts >= max(LEAST * len(at), 6)) & (far <= MEANT) & (bank.own > OWN)
        keep = (label >= 0) & good[label]
        if keep.any():
            colour = torch.from_numpy(label[keep])
            n = torch.bincount(colour, minlength=len(counts)).float()
            mine = painted[at[keep]]
            sums = np.stack([np.bincount(label[keep], mine[:, c], len(counts)) for c in range(3)], 1)
            cast = torch.from_numpy(np.asarray(sums / np.maximum(n.numpy(), 1)[:, None], np.float32))
            out.append(Spots(i, torch.from_numpy(at[keep]), colour, n, torch.from_numpy(bank.target), cast))
    return out


def look(X: Tensor, its: Sequence[Spots], elements: int) -> Tensor:
    """K_ij of one stylized panel X (1, 3, H, W): (1, elements), 0 where nothing is asked for."""
    K = X.new_zeros(elements)
    if not its:
        return K[None]
    lab = oklab_planes(X)[0].flatten(1).T * UNIT  # (H·W, 3)
    parts = []
    for one in its:
        n = one.counts
        means = lab.new_zeros(len(n), 3).index_add(0, one.colour, lab[one.at]) / n[:, None].clamp_min(1)
        far = (means - one.bank * UNIT).pow(2).sum(1)
        parts.append((n.sqrt() * far).sum() / n.sqrt().sum())
    return K.index_add(0, torch.tensor([one.element for one in its]), torch.stack(parts))[None]
