"""The guided filter: a field of corrections takes over the edges of the picture that it corrects, and no others.

Source: K. He, J. Sun and X. Tang, "Guided image filtering", 2010; read at small size and laid at full size as in
K. He and J. Sun, "Fast guided filter", 2015.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.style_losses import box_mean

RADIUS = 7
"""Half a window, in pixels of the small picture: two sides of an edge nearer than that are told apart by colour."""
EPSILON = 4e-4
"""Variance of a window's colours, in OKLab, below which it has no edge: what varies less is marks."""
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


class Guided:
    """A guide, with what the filter needs of it.

    Args:
        guide: (1, 3, H, W), in units in which an edge is some tenths, such as OKLab.
    """

    def __init__(self, guide: Tensor) -> None:
        self.guide, self.mean = guide, box(guide)
        parts = torch.cat([guide[:, a : a + 1] * guide[:, b : b + 1] for a, b in _PAIRS], 1)
        cov = box(parts) - torch.cat([self.mean[:, a : a + 1] * self.mean[:, b : b + 1] for a, b in _PAIRS], 1)
        full = guide.new_zeros(*guide.shape[-2:], 3, 3)
        for n, (a, b) in enumerate(_PAIRS):
            full[..., a, b] = full[..., b, a] = cov[0, n]
        self.inverse = torch.linalg.inv(full + EPSILON * torch.eye(3)).permute(2, 3, 0, 1)  # (3, 3, H, W)

    def slopes(self, field: Tensor) -> tuple[Tensor, Tensor]:
        """The local affine maps from the guide to a field (1, 3, H, W): slopes (3, 3, H, W), offsets (1, 3, H, W)."""
        its = box(field)
        shape = (3, 3, *field.shape[-2:])  # guide channel, field channel
        both = (self.guide[0, :, None] * field[0, None]).flatten(0, 1)[None]
        cov = box(both).view(shape) - self.mean[0, :, None] * its[0, None]
        slope = torch.einsum("abhw,bchw->achw", self.inverse, cov)
        offset = its - torch.einsum("achw,ahw->chw", slope, self.mean[0])[None]
        return box(slope.flatten(0, 1)[None]).view(shape), box(offset)

    def __call__(self, field: Tensor) -> Tensor:
        """The field with the guide's edges, (1, 3, H, W)."""
        slope, offset = self.slopes(field)
        return torch.einsum("achw,ahw->chw", slope, self.guide[0])[None] + offset

    def maps(self, field: Tensor) -> Tensor:
        """What `laid` needs of a field: (1, 12, H, W), its slopes and offsets."""
        slope, offset = self.slopes(field)
        return torch.cat([slope.flatten(0, 1)[None], offset], 1)


def laid(maps: Tensor, guide: Tensor, top: int, height: int) -> Tensor:
    """A field at the size of a larger guide, with that one's edges; a band of rows at a time, to spare memory.

    Args:
        maps: (1, 12, h, w), see `Guided.maps`.
        guide: (1, 3, n, W), the rows from `top` of the large guide.
        top: number of the first row.
        height: of the whole large guide.

    Returns:
        (1, 3, n, W).
    """
    n, width = guide.shape[-2:]
    at = ((torch.arange(top, top + n) + 0.5) * maps.shape[2] / height - 0.5).clamp(0, maps.shape[2] - 1)
    above = at.long()
    below = (above + 1).clamp_max(maps.shape[2] - 1)
    rows = torch.lerp(maps[:, :, above], maps[:, :, below], (at - above)[:, None])
    rows = F.interpolate(rows, size=(n, width), mode="bilinear", align_corners=False)
    return torch.einsum("achw,ahw->chw", rows[0, :9].view(3, 3, n, width), guide[0])[None] + rows[:, 9:]


def box(X: Tensor) -> Tensor:
    """Mean over windows of 2 RADIUS + 1 a side, those at the border smaller; shape kept."""
    X = F.pad(X, (RADIUS,) * 4, mode="replicate")
    return box_mean(X, 2 * RADIUS + 1)
