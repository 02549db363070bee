"""How far a picture is from the style picture, without pretrained features; for grading, never in the loss.

The sliced Wasserstein distance between all patches of the picture and all patches of the style, colour included, at
three scales: random filters of a seed and a shape that the loss does not use. Small where the picture has the style's
colours, in its amounts, and the style's marks.

Source: J. Rabin et al., "Wasserstein barycenter and its application to texture mixing", 2011; on patches at several
scales after A. Elnekave and Y. Weiss, "Generating natural images with direct patch distribution matching", 2022.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.tensors import generator

SIDE = 256
"""Long side of the pictures that are compared, in pixels."""
PATCH, FILTERS, SCALES, QUANTILES = 5, 64, 3, 256
SEED = 40_961


class StyleDistance:
    """Distance of pictures to one style picture.

    Args:
        style: (1, 3, H, W) RGB in [0, 1].
    """

    def __init__(self, style: Tensor) -> None:
        g = generator(SEED)
        bank = torch.randn(FILTERS, 3, PATCH, PATCH, generator=g)
        self.bank = bank / bank.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        self.own = self._quantiles(style)

    @torch.no_grad()
    def __call__(self, X: Tensor) -> float:
        """The distance of X (1, 3, H, W), RGB in [0, 1]: 0 for the style picture itself, some hundredths for a good
        likeness, some tenths for a picture in other colours."""
        pairs = zip(self._quantiles(X), self.own, strict=False)  # a narrow picture has fewer scales
        return float(torch.stack([(mine - its).abs().mean() for mine, its in pairs]).mean())

    def _quantiles(self, X: Tensor) -> list[Tensor]:
        long, short = max(X.shape[-2:]), min(X.shape[-2:])
        factor = min(1.0, max(SIDE / long, (2 * PATCH + 0.5) / short))  # the narrowest one still has one scale
        x = F.interpolate(X, scale_factor=factor, mode="bilinear", antialias=True)
        out = []
        for _ in range(SCALES):
            if min(x.shape[-2:]) < 2 * PATCH:
                break
            both = torch.cat([x, x.flip(3)])  # left and right are no part of a style
            ordered = F.conv2d(both, self.bank).transpose(0, 1).flatten(1).sort(1)[0]
            at = ((torch.arange(QUANTILES) + 0.5) / QUANTILES * ordered.shape[1]).long()
            out.append(ordered[:, at])
            x = F.avg_pool2d(x, 2)
        return out
