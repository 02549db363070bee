"""The style network's own loss S_j, term by term: small pure functions.

S_j := w_r R + w_t T_j + w_s E_j + w_i O_j + w_p P_j

R    reconstruction: the style picture from its own guides (the same for every panel)
T_j  texture: the style's marks, tone by tone, see `texture`
E_j  structure: the drawing's light and dark are still there
O_j  outline: pen lines as much darker than what is beside them as they were laid
P_j  palette: regions keep the colour that the book's palette casts for them

With a pretrained backbone come B_j (`tone_features`) and, for the book as a whole, W (`text_losses`).

All pictures are (B, 3, H, W), RGB in [0, 1]. Every term returns (B,), a mean over pixels, so that a panel's size does
not weigh; R returns a scalar.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)


def luma(X: Tensor) -> Tensor:
    """(B, 3, H, W) → (B, 1, H, W)."""
    return (X * X.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def reconstruction(Y_hat: Tensor, Y: Tensor) -> Tensor:
    """R = |Ŷ - Y| + ½ |∂x(Ŷ - Y)| + ½ |∂y(Ŷ - Y)|, means over pixels; a scalar.

    The gradients weigh crisp stroke edges, which an L1 on colours alone would blur.
    """
    d = Y_hat - Y
    return d.abs().mean() + 0.5 * d.diff(dim=-1).abs().mean() + 0.5 * d.diff(dim=-2).abs().mean()


def structure(X: Tensor, flat: Tensor, window: int = 7) -> Tensor:
    """E_j = 1 - the structure term of SSIM on luma, at half and quarter size. (B,)

    Where the flat drawing has no structure, none is asked for, so strokes are free there.
    Source: Z. Wang et al., "Image quality assessment", 2004, the s(x, y) factor only. Differs: the stylized panel's
    contrast counts as at least half of the drawing's, or a panel wiped flat would cost nothing.
    """
    total = X.new_zeros(len(X))
    for factor in (2, 4):
        x, y = F.avg_pool2d(luma(X), factor), F.avg_pool2d(luma(flat), factor)
        size = min(window, *x.shape[-2:])
        means = box_mean(torch.cat([x, y, x * x, y * y, x * y], 1), size)
        mx, my, xx, yy, xy = means.unbind(1)
        vx, vy, cov = (xx - mx * mx).clamp_min(0), (yy - my * my).clamp_min(0), xy - mx * my
        same = (cov + 4e-3) / ((torch.maximum(vx, vy / 4) + 1e-7).sqrt() * (vy + 1e-7).sqrt() + 4e-3)
        total = total + (1 - same).mean((1, 2))
    return total


def box_mean(X: Tensor, size: int, pad: int = 0) -> Tensor:
    """Mean over size x size windows, (B, C, H, W); rows, then columns, which costs 2 size instead of size²."""
    return F.avg_pool2d(F.avg_pool2d(X, (size, 1), 1, (pad, 0)), (1, size), 1, (0, pad))


def ink_contrast(X: Tensor, ink: Tensor, flat: Tensor, delta: float = 0.22) -> Tensor:
    """O_j: squared lack of contrast of ink against the un-inked pixels around it, over ink pixels. (B,)

    Args:
        X: stylized panels.
        ink: (B, 1, H, W) in [0, 1].
        flat: the cast flats with their lines: no line is asked for more contrast than it has there.
        delta: how much darker than its surroundings ink should be, in luma, at most.
    """
    wanted = _darker(luma(flat), ink).clamp(0, delta)
    lack = F.relu(wanted - _darker(luma(X), ink)).pow(2)
    return (ink * lack).sum((1, 2, 3)) / (ink.sum((1, 2, 3)) + 50)


def _darker(y: Tensor, ink: Tensor) -> Tensor:
    """How much darker places are than the un-inked pixels around them, all (B, 1, H, W)."""
    paper = 1 - ink
    return box_mean(y * paper, 15, 7) / (box_mean(paper, 15, 7) + 0.05) - y


def palette(X: Tensor, flat: Tensor, cell: int = 32) -> Tensor:
    """P_j: squared difference of cell means between the stylized panel and the cast flats. (B,)"""
    cell = min(cell, *X.shape[-2:])
    return (F.avg_pool2d(X, cell) - F.avg_pool2d(flat, cell)).pow(2).mean((1, 2, 3))


def colour_spread(style: Tensor) -> Tensor:
    """A = Cov^(1/2) of the style's colours, (3, 3).

    Symmetric (ZCA), not in eigenvector coordinates: the signs of those are arbitrary.
    """
    values, vectors = torch.linalg.eigh(torch.cov(style[0].flatten(1).double()))
    root: Tensor = (vectors * values.clamp_min(1e-4).sqrt()) @ vectors.T
    return root.float()


def cosine(step: int, steps: int, warm: int = 15) -> float:
    """Learning-rate factor: linear warm-up, then a cosine down to 2 %."""
    return min(1.0, (step + 1) / warm) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / max(steps, 1)))) + 0.02
