"""B_j: the style's marks in the features of a pretrained network, tone by tone, for S_j.

B_j is T_j (see `texture`) with a pretrained network's layers in place of random filters: mean and covariance of
features over the places of one tone, compared as normal distributions by their Wasserstein distance, and no nearer than
the style's own quarters are to each other. Differs from Gatys et al. (2016), who compare Gram matrices of whole
pictures: W² grows with the distance that features have to move, not with its fourth power, so that no loud channel
drowns the others; and a panel that is mostly sky is not asked for the statistics of all of a shipwreck.

Pictures are seen at half their size: marks at full size are T_j's business, and a network that is asked for them as
well draws rims of single pixels around everything, which please these features and no eye. They are seen without their
tone, as differences from their surroundings laid on a mid grey: tones are the palette's business.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.backbones import Features
from inkwright.learn.style_losses import box_mean
from inkwright.learn.tensors import generator
from inkwright.learn.texture import ToneTexture

SEEN = 2
"""How many times smaller pictures are seen."""
SMALLEST = 32
"""Side in pixels below which they are not made smaller."""
AROUND = 15
"""Side of the surroundings that a pixel's tone is, in pixels of the picture as it is seen."""
GREY = 0.45
"""What stands in place of the tone: about the mean of the pictures that such networks were trained on."""


class ToneFeatures(ToneTexture):
    """The statistics of a style's marks in a network's features.

    Args:
        network: the backbone.
        layers: of it.
        style: (1, 3, H, W) RGB in [0, 1].
        seed: of the groups of tones.
    """

    def __init__(self, network: Features, layers: Sequence[str], style: Tensor, seed: int = 0) -> None:
        self.network, self.layers = network, tuple(layers)
        super().__init__(style, generator(seed, 3))
        # Features of plain grey are strong, too: how calm a style is, random filters without a bias tell.
        self.share = ToneTexture(style, generator(seed, 3)).share

    def _responses(self, X: Tensor) -> list[Tensor]:
        """Of each layer, (B, C, h, w)."""
        features = self.network(seen(X), self.layers)
        return [features[layer] for layer in self.layers if layer in features]


def seen(X: Tensor) -> Tensor:
    """A picture (B, 3, H, W) in [0, 1] as it is compared, (B, 3, h, w): half as large, without its tone."""
    x = F.avg_pool2d(X, SEEN) if min(X.shape[-2:]) >= SEEN * SMALLEST else X
    pad = AROUND // 2
    out: Tensor = GREY + x - box_mean(F.pad(x, (pad, pad, pad, pad), mode="replicate"), AROUND)
    return out


__all__ = ["ToneFeatures", "seen"]
