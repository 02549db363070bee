"""The family of binary classifiers: does element i appear in panel j?

One shared trunk and one 1x1 head per element, so that a pass costs the same for 5 elements and for 50. Each head gives
a heat-map; a character or prop is as present as its three strongest cells, a setting as the mean of all cells.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.learn.trunk import WIDTHS, Trunk
from inkwright.learn.views import CELL, see

STRONGEST = 3
"""Cells that are averaged for an element that is somewhere in the panel."""


class ElementNet(nn.Module):
    """Shared trunk, one head per element.

    Args:
        everywhere: for each element, whether it fills the panel (a setting) rather than stands in it.
        px: side of the canvas.
        widths: channels at half, quarter and eighth size.
    """

    everywhere: Tensor

    def __init__(self, everywhere: list[bool], px: int, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.px = px
        self.register_buffer("everywhere", torch.tensor(everywhere, dtype=torch.bool))
        self.trunk = Trunk(widths)
        self.heads = nn.Conv2d(self.trunk.features, len(everywhere), 1)
        nn.init.constant_(self.heads.bias, -3.0)  # type: ignore[arg-type]  # most cells hold no element
        self.gain, self.bias = nn.Parameter(torch.ones(len(everywhere))), nn.Parameter(torch.zeros(len(everywhere)))

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and heat-maps.

        Args:
            V: (B, 4, px, px) canvases, see `views.see`.

        Returns:
            (B, I) logits of p_ij, and (B, I, px/8, px/8) logits of the heat-maps.
        """
        heat = self.heads(self.trunk(V)).float()  # (B, I, h, w)
        return pool(heat, V[:, 3:], self.everywhere) * self.gain + self.bias, heat


def pool(heat: Tensor, mask: Tensor, everywhere: Tensor) -> Tensor:
    """Heat-maps (B, I, h, w) → (B, I): the strongest cells, or the mean where an element fills the panel."""
    cells = F.avg_pool2d(mask.float(), CELL).flatten(2)  # (B, 1, h·w)
    flat = heat.flatten(2)
    inside = (cells > 0.5).float()
    mean = (flat * inside).sum(2) / inside.sum(2).clamp_min(1)
    top = (flat - 20 * (1 - inside)).topk(min(STRONGEST, flat.shape[2]), 2)[0].mean(2)
    return torch.where(everywhere[None], mean, top)


class Ensemble(nn.Module):
    """Several nets, each trained without one fold of the panels, and a calibration fitted on the folds left out.

    p_ij = sigmoid(a_i z_ij + b_i), with z_ij the mean logit. Calibration: Platt scaling per element.

    Args:
        nets: the nets.
        reliable: which elements could be learned; the others have no place in the loss.
        calibration: (I, 2), a_i and b_i.
    """

    reliable: Tensor
    calibration: Tensor

    def __init__(self, nets: list[ElementNet], reliable: Tensor, calibration: Tensor) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.px = nets[0].px
        self.register_buffer("reliable", reliable.bool())
        self.register_buffer("calibration", calibration.float())

    def forward(self, X: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in [0, 1] → (B, I) calibrated logits of p_ij: the mean over nets and mirror images."""
        V = see(X, self.px)
        views = [V, V.flip(3)]
        z = torch.stack([net(view)[0] for net in self.nets for view in views]).mean(0)
        return self.calibrate(z)

    def heat(self, X: Tensor) -> Tensor:
        """Where each element is.

        Args:
            X: (B, 3, H, W) RGB in [0, 1].

        Returns:
            (B, I, px/8, px/8) in [0, 1] on the classifiers' canvas (see `views.see`): the heat-maps' probabilities,
            mean over nets and mirror images, the latter mirrored back.
        """
        V = see(X, self.px)
        maps = [torch.sigmoid(net(view)[1]) for net in self.nets for view in (V, V.flip(3))]
        return torch.stack([m.flip(3) if n % 2 else m for n, m in enumerate(maps)]).mean(0)

    def calibrate(self, z: Tensor) -> Tensor:
        """(B, I) raw logits → calibrated ones."""
        out: Tensor = z * self.calibration[:, 0] + self.calibration[:, 1]
        return out
