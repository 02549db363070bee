"""The family of binary classifiers: does element i appear in panel j?

One shared trunk and one 1x1 head per element, so that a pass costs the same for 5 elements and for 50. Each head gives
a heat-map; a character or prop is as present as its three strongest cells, a setting as the mean of all cells.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.learn.views import CELL, see

STRONGEST = 3
"""Cells that are averaged for an element that is somewhere in the panel."""


class ElementNet(nn.Module):
    """Shared trunk, one head per element.

    The first convolution keeps full size: thin pen lines tell characters apart, and an early stride loses them.

    Args:
        everywhere: for each element, whether it fills the panel (a setting) rather than stands in it.
        px: side of the canvas.
        widths: channels at half, quarter and eighth size.
    """

    everywhere: Tensor

    def __init__(self, everywhere: list[bool], px: int, widths: tuple[int, ...] = (32, 64, 96)) -> None:
        super().__init__()
        self.px = px
        self.register_buffer("everywhere", torch.tensor(everywhere, dtype=torch.bool))
        layers: list[nn.Module] = []
        before = 3
        for width in widths:
            layers += [nn.Conv2d(before, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.SiLU()]
            layers += [nn.Conv2d(width, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.SiLU()]
            before = width
        self.trunk = nn.Sequential(*layers)
        self.context = nn.Sequential(
            nn.Conv2d(before, before, 3, padding=2, dilation=2, bias=False), nn.BatchNorm2d(before), nn.SiLU(),
            nn.Conv2d(before, before, 3, padding=1, bias=False), nn.BatchNorm2d(before), nn.SiLU(),
        )  # fmt: skip
        self.heads = nn.Conv2d(before, len(everywhere), 1)
        nn.init.constant_(self.heads.bias, -3.0)  # type: ignore[arg-type]  # most cells hold no element
        self.gain, self.bias = nn.Parameter(torch.ones(len(everywhere))), nn.Parameter(torch.zeros(len(everywhere)))

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and heat-maps.

        Args:
            V: (B, 4, px, px) canvases, see `views.see`.

        Returns:
            (B, I) logits of p_ij, and (B, I, px/8, px/8) logits of the heat-maps.
        """
        f = self.trunk((V[:, :3] - 0.5).contiguous(memory_format=torch.channels_last) * 2.5)
        heat = self.heads(f + self.context(f)).float()  # (B, I, h, w)
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

    def calibrate(self, z: Tensor) -> Tensor:
        """(B, I) raw logits → calibrated ones."""
        out: Tensor = z * self.calibration[:, 0] + self.calibration[:, 1]
        return out
