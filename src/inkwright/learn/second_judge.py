"""A second grader, for those who have SqueezeNet's weights: it reads features that were learned from photographs.

It shares nothing with the first judge but the protocol: no layer, no colour space, no weights. Where the two agree on
what a fit did, it was not one judge's whim. The loss never sees it, and `fit` must not import this module.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.learn.classifiers import pool
from inkwright.learn.train import Recipe

LAYERS = ("fire7", "fire10")
"""Of SqueezeNet: an eighth and a sixteenth of what it is shown."""
SHOWN = 1.5
"""Times the canvas that it is shown: its features are coarse."""
HIDDEN = 48

Read = Callable[[Tensor, tuple[str, ...]], dict[str, Tensor]]
"""(B, 3, H, W) RGB in [0, 1] and layers → the features of each."""


class SecondJudgeNet(nn.Module):
    """A small head on frozen features.

    Args:
        everywhere: for each element, whether it is a setting.
        px: side of the canvas.
        read: the pretrained network. Its weights are neither trained nor saved with the head.
    """

    everywhere: Tensor

    def __init__(self, everywhere: list[bool], px: int, read: Read) -> None:
        super().__init__()
        self.px, self.read = px, (read,)  # in a tuple, or it would count as a part to be trained
        self.register_buffer("everywhere", torch.tensor(everywhere, dtype=torch.bool))
        channels = self._features(torch.zeros(1, 3, px, px)).shape[1]
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.hidden = nn.Sequential(nn.Conv2d(channels, HIDDEN, 1), nn.GELU(), nn.Dropout2d(0.1))
        self.heads = nn.Conv2d(HIDDEN, len(everywhere), 1)
        nn.init.constant_(self.heads.bias, -3.0)  # type: ignore[arg-type]
        self.gain, self.bias = nn.Parameter(torch.ones(len(everywhere))), nn.Parameter(torch.zeros(len(everywhere)))

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 4, px, px) canvases → (B, I) logits and (B, I, px/8, px/8) heat-maps."""
        heat = self.heads(self.hidden(self.norm(self._features(V[:, :3])))).float()
        return pool(heat, V[:, 3:], self.everywhere) * self.gain + self.bias, heat

    @torch.no_grad()
    def _features(self, X: Tensor) -> Tensor:
        shown = F.interpolate(X.float(), scale_factor=SHOWN, mode="bilinear", align_corners=False)
        side = (self.px // 8, self.px // 8)
        found = self.read[0](shown.clamp(0, 1), LAYERS)
        return torch.cat([F.interpolate(found[n], side, mode="bilinear", align_corners=False) for n in LAYERS], 1)


def second_recipe(steps: int) -> Recipe:
    """Its training: frozen features know of colour and light already; restylings teach what does not matter."""
    return Recipe(steps, 16, lr=4e-3, geometry=0.8, colour=0.5, paste=0.25, erase=0.1, mixup=0.0, style=0.5)
