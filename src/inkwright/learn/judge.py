"""The independent grader: another architecture, another seed, other augmentations. The loss never sees it.

It reads blurred YCbCr through large first filters and max pooling, and was hardened against restylings of pure noise
rather than of any style picture. Two judges each leave out half of the panels, and each panel is graded by the judge
that never saw its drawing. `fit` must not import this module; a test holds that.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.learn.classifiers import pool
from inkwright.learn.examples import Examples
from inkwright.learn.train import Recipe, logits, platt


class JudgeNet(nn.Module):
    """A grader's network.

    Args:
        everywhere: for each element, whether it is a setting.
        px: side of the canvas.
        widths: channels at half, quarter and eighth size.
    """

    everywhere: Tensor
    ycc: Tensor
    kernel: Tensor

    def __init__(self, everywhere: list[bool], px: int, widths: tuple[int, ...] = (20, 48, 96)) -> None:
        super().__init__()
        self.px = px
        self.register_buffer("everywhere", torch.tensor(everywhere, dtype=torch.bool))
        self.register_buffer("ycc", torch.tensor([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]]))
        line = torch.tensor([1.0, 2, 1]) / 4
        self.register_buffer("kernel", (line[:, None] * line[None])[None, None].repeat(3, 1, 1, 1))
        layers: list[nn.Module] = []
        before = 3
        for n, width in enumerate(widths):
            size = 5 if n == 0 else 3
            layers += [
                nn.Conv2d(before, width, size, 1, size // 2, bias=False),
                nn.BatchNorm2d(width),
                nn.LeakyReLU(0.1),
            ]
            layers += [nn.MaxPool2d(2)]
            before = width
        for dilation in (1, 2):
            layers += [nn.Conv2d(before, before, 3, 1, dilation, dilation=dilation, bias=False)]
            layers += [nn.BatchNorm2d(before), nn.LeakyReLU(0.1)]
        self.trunk = nn.Sequential(*layers)
        self.heads = nn.Conv2d(before, len(everywhere), 1)
        nn.init.constant_(self.heads.bias, -3.0)  # type: ignore[arg-type]
        self.gain, self.bias = nn.Parameter(torch.ones(len(everywhere))), nn.Parameter(torch.zeros(len(everywhere)))

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 4, px, px) canvases → (B, I) logits and (B, I, px/8, px/8) heat-maps."""
        soft = F.conv2d(F.pad(V[:, :3], (1, 1, 1, 1), mode="replicate"), self.kernel.to(V.dtype), groups=3)
        x = torch.einsum("ij,bjhw->bihw", self.ycc.to(V.dtype), soft - 0.5) * 4
        heat = self.heads(self.trunk(x.contiguous(memory_format=torch.channels_last))).float()
        return pool(heat, V[:, 3:], self.everywhere) * self.gain + self.bias, heat


def recipe(steps: int) -> Recipe:
    """The judge's own training: more colour change and restyling, fewer pasted elements than the classifiers get."""
    return Recipe(steps, 16, lr=3e-3, geometry=0.6, colour=0.8, paste=0.35, erase=0.15, mixup=0.0, style=0.6)


@torch.no_grad()
def grade(
    nets: list[nn.Module], held_out: list[list[int]], data: Examples, pictures: dict[str, Tensor]
) -> dict[str, Tensor]:
    """p_ij by the judge that did not see the panel's drawing in training.

    Args:
        nets: one judge per fold.
        held_out: the panels that each judge did not see.
        data: the drawings with their marks; the calibration is fitted on them.
        pictures: name → (J, 4, px, px) canvases, "drawing" among them.

    Returns:
        name → (J, I) in [0, 1].
    """
    J, count = data.y.shape
    raw = {}
    for name, V in pictures.items():
        z = torch.zeros(J, count)
        for net, left_out in zip(nets, held_out, strict=True):
            if left_out:
                z[left_out] = logits(net, V[left_out])
        raw[name] = z
    out = {name: torch.zeros(J, count) for name in pictures}
    for i in range(count):
        said = data.weight[:, i] > 0
        a, b = platt(data.y[said, i].numpy(), raw["drawing"][said, i].numpy()) if bool(said.any()) else (1.0, 0.0)
        for name, z in raw.items():
            out[name][:, i] = torch.sigmoid(a * z[:, i] + b)
    return out
