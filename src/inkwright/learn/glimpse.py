"""C_ij and L_ij of a stylized panel, as the loss sees them: through random views and networks drawn anew.

A fixed network and a fixed view are cheated within a few steps; the expectation over both is what should fall.
"""

import torch
from torch import Tensor

from inkwright.learn import augment
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.comic_book_loss import cross_entropy, location
from inkwright.learn.train import fast_bfloat16
from inkwright.learn.views import see

VIEW = 0.35
"""Strength of the random views' geometry and colour."""


def glimpse(
    X: Tensor, p_hat: Tensor, masks: Tensor, ensemble: Ensemble, networks: int, g: torch.Generator
) -> tuple[Tensor, Tensor]:
    """C_ij and L_ij, means over some networks, each with a view of its own.

    Args:
        X: (1, 3, H, W) the stylized panel, RGB in [0, 1].
        p_hat: (1, I) its marks, nan = not said or not reliable.
        masks: (1, I, s, s) boxes on the classifiers' canvas, zeros where there are none.
        ensemble: the classifiers.
        networks: how many of them are asked, at most all.
        g: generator of what is drawn.

    Returns:
        (1, I) each; 0 for what is not said, and for what a view has cut off.
    """
    C = L = torch.zeros_like(p_hat)
    picked = torch.randperm(len(ensemble.nets), generator=g)[:networks].tolist()
    for n in picked:
        V, M, visible = augment.affine(see(X, ensemble.px), masks, g, VIEW)
        V = augment.dirt(augment.colour(V, g, VIEW), g)
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            z, heat = ensemble.nets[n](V)
        seen = torch.where((visible < 0.5) & (p_hat > 0.5), torch.nan, p_hat)
        C = C + cross_entropy(seen, ensemble.calibrate(z.float())) / len(picked)
        L = L + location(heat.float(), M, placed(seen, masks, ensemble)) / len(picked)
    return C, L


def placed(p_hat: Tensor, masks: Tensor, ensemble: Ensemble) -> Tensor:
    """(1, I) whether it is known where an element is, or that it is nowhere; settings are not asked."""
    everywhere: Tensor = ensemble.nets[0].everywhere  # type: ignore[assignment]
    return ((masks.sum((2, 3)) > 0) | (p_hat == 0)) & ~torch.isnan(p_hat) & ~everywhere[None]
