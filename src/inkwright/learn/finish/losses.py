"""The terms of S_j that finished panels add: F where they lie over their drawings, U where they were drawn anew.

    F := Σ_m |X_j - Ŷ_j| / Σ_m 1 + ½ the same of their gradients,    over patches m of the finished panels
    U_j := mean over elements of the sliced Wasserstein distance of their patches in X_j and in the redrawing

Ŷ_j is the finished panel. F is learned in patches, an L1, after O. Texler et al., "Interactive video stylization using
few-shot patch-based training", 2020. Differs: no adversary; patches of the network's own size, mirrored and turned;
every fifth cell of a finished panel is never learned from and says when to stop. The weights are `finished.weight` and
`finished.weight_redrawn`; 0 switches a term off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from inkwright.learn.regions import COARSE, Regions
from inkwright.learn.tensors import generator, to_tensor

Floats = NDArray[np.float32]

PATCH = 160
"""Side of what is learned from at a time, in pixels."""
CELL = 40
"""Side of the cells of which every fifth is held out, in pixels."""
HELD = 5
FILTERS, SCALES, QUANTILES = 24, 2, 128
LEAST = 400
"""Pixels of the smallest element whose patches are compared."""


@dataclass(frozen=True)
class Pair:
    """A finished panel over its drawing, at the size of the fit.

    Attributes:
        at: number of the panel in the book.
        finish: (1, 3, H, W) RGB in [0, 1].
        taught: (1, 1, H, W) 1 where it is learned from, 0 in the cells that are held out.
    """

    at: int
    finish: Tensor
    taught: Tensor


@dataclass(frozen=True)
class Redrawn:
    """A redrawing of a panel.

    Attributes:
        at: number of the panel in the book.
        masks: per element that is in it, (H, W) bool on the drawing.
        tables: per element, for each scale the quantiles (FILTERS, QUANTILES) of its patches in the redrawing.
    """

    at: int
    masks: Sequence[Tensor]
    tables: Sequence[Sequence[Tensor]]


def pair(at: int, finish: Floats) -> Pair:
    """A pair from a finish (H, W, 3) RGB in [0, 1]."""
    height, width = finish.shape[:2]
    rows, columns = np.arange(height) // CELL, np.arange(width) // CELL
    held = (2 * rows[:, None] + columns[None]) % HELD == HELD - 1
    return Pair(at, to_tensor(finish).half(), to_tensor((~held).astype(np.float32)).half())


def l1(X: Tensor, finish: Tensor, mask: Tensor) -> Tensor:
    """F of a picture: X and finish (1, 3, H, W), mask (1, 1, H, W); a scalar."""
    d = X - finish
    total = (d.abs() * mask).sum() / (3 * mask.sum() + 1)
    for axis in (-1, -2):
        both = mask.narrow(axis, 1, mask.shape[axis] - 1) * mask.narrow(axis, 0, mask.shape[axis] - 1)
        total = total + 0.5 * (d.diff(dim=axis).abs() * both).sum() / (3 * both.sum() + 1)
    return total


def patch(net: nn.Module, inputs: Sequence[Tensor | None], one: Pair, g: torch.Generator) -> Tensor:
    """F of one patch of a finished panel, as the network paints it.

    Args:
        net: the style network.
        inputs: guides (1, planes, H, W), base (1, 3, H, W) and, where it is told, places and words, each
            (1, 8, H / 4, W / 4).
        one: the pair.
        g: chooses the patch, and how it is mirrored.
    """
    H, W = one.finish.shape[-2:]
    h, w = min(PATCH, H), min(PATCH, W)
    y, x = (int(torch.randint(0, (room // COARSE) + 1, (), generator=g)) * COARSE for room in (H - h, W - w))
    at = (..., slice(y, y + h), slice(x, x + w))
    coarse = (..., slice(y // COARSE, -(-(y + h) // COARSE)), slice(x // COARSE, -(-(x + w) // COARSE)))
    parts = [None if part is None else part[coarse if n >= 2 else at].float() for n, part in enumerate(inputs)]
    finish, mask = one.finish[at].float(), one.taught[at].float()
    if h % COARSE == 0 and w % COARSE == 0:  # else a mirrored patch would lie beside its places
        for axis in (-1, -2):
            if bool(torch.rand((), generator=g) < 0.5):
                parts = [None if part is None else part.flip(axis) for part in parts]
                finish, mask = finish.flip(axis), mask.flip(axis)
    return l1(net(*parts), finish, mask)


def redrawn(at: int, regions: Regions, finish: Floats) -> Redrawn:
    """A redrawing (H, W, 3) RGB in [0, 1]; its elements are looked for where they are in the drawing, `regions`."""
    masks, tables = [], []
    Y = to_tensor(finish)
    for _, region in sorted(regions.items()):
        mask = torch.from_numpy(region > 0.5)
        if int(mask.sum()) >= LEAST:
            masks.append(mask)
            tables.append([_quantiles(z, m) for z, m in _responses(Y, mask)])
    return Redrawn(at, masks, tables)


def likeness(X: Tensor, one: Redrawn) -> Tensor:
    """U_j of a stylized panel X (1, 3, H, W): a scalar."""
    total = X.new_zeros(())
    for mask, tables in zip(one.masks, one.tables, strict=True):
        for (z, m), table in zip(_responses(X, mask), tables, strict=True):
            total = total + (_quantiles(z, m) - table).abs().mean()
    return total / max(1, SCALES * len(one.masks))


def _responses(X: Tensor, mask: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Random projections of 5 x 5 patches, half of them without mean colour; per scale (FILTERS, h, w) and (h, w)."""
    out = []
    for level in range(SCALES):
        x = F.avg_pool2d(X, 2 ** (level + 1))
        m = F.avg_pool2d(mask[None, None].float(), 2 ** (level + 1))[0, 0] > 0.5
        bank = torch.randn(FILTERS, 3, 5, 5, generator=generator(61, level))
        bank[: FILTERS // 2] -= bank[: FILTERS // 2].mean((2, 3), keepdim=True)  # half of them see strokes alone
        bank = bank / bank.flatten(1).norm(dim=1)[:, None, None, None]
        out.append((F.conv2d(x, bank.to(x.dtype), padding=2)[0], m))
    return out


def _quantiles(z: Tensor, mask: Tensor) -> Tensor:
    """(FILTERS, h, w) where (h, w) → (FILTERS, QUANTILES) sorted values, evenly drawn."""
    values = z[:, mask]
    if values.shape[1] < 2:
        values = z.flatten(1)
    ordered = values.sort(dim=1)[0]
    at = torch.linspace(0, ordered.shape[1] - 1, QUANTILES).round().long()
    return ordered[:, at]
