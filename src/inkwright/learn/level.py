"""Brings nets that were trained on different panels onto one scale, so that their logits can be pooled.

Each net of the ensemble leaves out other panels; one that saw an element rarely says less of it than the others do.
Without this, a score over the panels that each net had not seen compares figures of different nets.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn import augment
from inkwright.learn.classifiers import ElementNet, pool
from inkwright.learn.examples import Examples
from inkwright.learn.tensors import generator

LEVELS = 3
"""Views of each panel by which nets are brought onto one scale."""


@torch.no_grad()
def level(net: ElementNet, data: Examples, textures: Tensor, seed: int) -> list[bool]:
    """Brings a trained net's logits onto the scale of every other net: its own panels with an element at about +2,
    those without at -2. In place. Logits of nets that were trained on different panels can then be pooled.

    Args:
        net: a net after its last step.
        data: the panels that it was trained on.
        textures: (T, 3, px, px) for restyling.
        seed: of the views.

    Returns:
        For each element, whether it appeared in any of the panels; the logits of the others are set to 0.
    """
    net.eval()
    high, low = [], []
    for n in range(LEVELS):
        g = generator(seed, 6, n)
        V, M, visible = augment.affine(data.V, data.M, g, 0.4)
        V = augment.dirt(augment.restyle(augment.colour(V, g, 0.3), textures, g, 0.3), g)
        heat = torch.cat([net(part)[1] for part in torch.split(V, 16)])
        box = F.interpolate(M, size=heat.shape[2:], mode="area")
        known = (data.weight > 0) & ((visible > 0.5) | net.everywhere)
        here = pool(heat, V[:, 3:], net.everywhere)
        high.append(torch.where(known & (data.y > 0.5), here, torch.nan))
        # What an element's panel says without the element: the only absence of what is in every panel.
        beside = pool(torch.where(box > 0, -20.0, heat), V[:, 3:], net.everywhere)
        low.append(torch.where(known & (data.y < 0.5), here, torch.nan))
        low.append(torch.where(data.boxed & (data.y > 0.5) & ~net.everywhere, beside, torch.nan))
    top, bottom = torch.cat(high).nanmean(0), torch.cat(low).nanmean(0)
    seen = ~top.isnan()
    usual = (top - bottom).nanmedian().nan_to_num(4.0)
    gap = torch.where(bottom.isnan(), usual, top - bottom).clamp_min(0.5).nan_to_num(1.0)
    middle = torch.where(bottom.isnan(), top - usual / 2, (top + bottom) / 2)
    net.gain.copy_(torch.where(seen, 4 / gap, 0.0))
    net.bias.copy_(torch.where(seen, -middle * 4 / gap, 0.0))
    return [bool(s) for s in seen]
