"""The Comic Book Loss, and nothing else.

    C_ij := H(p̂_ij, p_ij) = -p̂_ij log p_ij - (1 - p̂_ij) log(1 - p_ij)
    Comic Book Loss := Σ_j S_j + Σ_ij C_ij

i is an element, j a panel, X_j the panel in the target style, S_j the style network's own loss on X_j, p̂_ij the
author's prior belief that i appears in j (1 or 0; nan = not said, adds nothing), p_ij the classifier's estimate on X_j.

Source: M. Gallaspy, "Thought experiment: Human-centric machine learning for comic book creation", 2022.

Extensions, each with a weight of its own, 0 by default here, and no part of the source:

    L_ij  location: the classifier's heat-map of i on X_j lies in i's boxes
    K_ij  look: i has the same colours in every panel (see `element_look`)

Departures, each of which can be undone: `weight_c` before the second sum (1 gives the source's form, 0 plain style
transfer; `fit` passes its setting divided by the number of learned elements, so that one more element does not
outweigh the style); a mini-batch B stands for all J panels, scaled by J/|B|, an unbiased estimate of the sum over all.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def cross_entropy(p_hat: Tensor, logit: Tensor) -> Tensor:
    """C_ij = H(p̂_ij, p_ij), from the logits of p_ij: log(1 - p) overflows at p = 1.

    Args:
        p_hat: (B, I) in [0, 1], nan where nothing was said.
        logit: (B, I) of p_ij.

    Returns:
        (B, I), 0 where nothing was said.
    """
    said = ~torch.isnan(p_hat)
    C = F.binary_cross_entropy_with_logits(logit, torch.where(said, p_hat, 0.0), reduction="none")
    return torch.where(said, C, 0.0)


def location(heat: Tensor, boxes: Tensor, said: Tensor) -> Tensor:
    """L_ij, the cross entropy of a heat-map against the boxes, a mean over cells; cells in a box count three times.

    Args:
        heat: (B, I, h, w) logits of the heat-maps on the stylized panels.
        boxes: (B, I, s, s) in [0, 1], 1 in a box.
        said: (B, I) whether it is known where the element is, or that it is nowhere.

    Returns:
        (B, I), 0 where it is not known.
    """
    target = F.interpolate(boxes, size=heat.shape[2:], mode="area").clamp(0, 1)
    each = F.binary_cross_entropy_with_logits(heat, target, reduction="none") * torch.where(target > 0.5, 3.0, 1.0)
    return torch.where(said, each.mean((2, 3)), 0.0)


def comic_book_loss(
    S: Tensor,
    C: Tensor,
    panels: int,
    weight_c: float = 1.0,
    L: Tensor | None = None,
    weight_l: float = 0.0,
    K: Tensor | None = None,
    weight_k: float = 0.0,
) -> Tensor:
    """Σ_j S_j + weight_c Σ_ij C_ij + weight_l Σ_ij L_ij + weight_k Σ_ij K_ij, estimated from a mini-batch.

    Args:
        S: (B,) style losses of the mini-batch's panels.
        C: (B, I) cross entropies of the same panels.
        panels: J, the number of panels in the book.
        weight_c: weight of the second sum.
        L: (B, I) location terms, or None.
        weight_l: their weight.
        K: (B, I) look terms, or None.
        weight_k: their weight.
    """
    total = S.sum() + weight_c * C.sum()
    if L is not None:
        total = total + weight_l * L.sum()
    if K is not None:
        total = total + weight_k * K.sum()
    return panels / len(S) * total
