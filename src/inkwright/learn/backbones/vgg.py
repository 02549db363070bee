"""VGG-19 up to relu5_1 in plain torch, in three variants of weights, told apart by the names in their file.

Source: K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014.

    torchvision   features.N.weight, as in timm/vgg19.tv_in1k: RGB less ImageNet's mean, over its deviation; zeros
    normalised    the same names, behind a 1x1 convolution named preprocess: RGB in [0, 1]; reflection padding
    narrow        convBI.weight at any width, behind conv0, as in "Collaborative distillation for ultra-resolution
                  universal style transfer" (Wang et al., 2020): RGB in [0, 1]; reflection padding

Padding and input belong to the weights: with other ones the features are wrong at borders, or everywhere.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.errors import BackboneError

BLOCKS = (2, 2, 4, 4, 1)
"""Convolutions in each block, as far as relu5_1."""
WIDTHS = (64, 128, 256, 512, 512)
NAMES = tuple(f"{b}_{i}" for b, count in enumerate(BLOCKS, 1) for i in range(1, count + 1))
"""1_1, 1_2, 2_1 ... 5_1."""
NUMBERS = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)
"""Of the same convolutions in torchvision's `features`."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preparation:
    """What a picture goes through before the first convolution.

    Attributes:
        padding: "zeros" or "reflect", before every 3x3 convolution.
        ceil: whether pooling keeps an odd last row and column.
        mean, deviation: taken off RGB in [0, 1], and divided by.
        mixing: name of a 1x1 convolution in the file that comes first, or empty.
    """

    padding: str
    ceil: bool
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mixing: str = ""


VARIANTS = {
    "torchvision": Preparation("zeros", False, MEAN, DEVIATION),
    "normalised": Preparation("reflect", True, mixing="preprocess"),
    "narrow": Preparation("reflect", False, mixing="conv0"),
}


class Vgg(nn.Module):
    """VGG-19's convolutions.

    Args:
        weights: of the convolutions 1_1, 1_2, ... as (weight, bias), from the first one without a gap.
        how: what a picture goes through first.
        mixing: (weight, bias) of the 1x1 convolution that comes first, or None.

    Attributes:
        layers: names of the layers that can be asked for, "relu1_1" and so on.
    """

    def __init__(
        self, weights: list[tuple[Tensor, Tensor]], how: Preparation, mixing: tuple[Tensor, Tensor] | None = None
    ) -> None:
        super().__init__()
        self.how = how
        self.convolutions = nn.ModuleList([_convolution(w, b) for w, b in weights])
        self.mixing = None if mixing is None else _convolution(*mixing)
        self.layers = tuple(f"relu{name}" for name in NAMES[: len(weights)])
        self.register_buffer("mean", torch.tensor(how.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(how.deviation).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False)

    def forward(self, X: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        """(B, 3, H, W) RGB in [0, 1] → the features of each layer, (B, C, h, w), after their ReLU."""
        x = (X - self.get_buffer("mean")) / self.get_buffer("deviation")
        if self.mixing is not None:
            x = self.mixing(x)
        out: dict[str, Tensor] = {}
        for name, convolution in zip(self.layers, self.convolutions, strict=True):
            if name.endswith("_1") and name != "relu1_1":
                if min(x.shape[-2:]) < 4:  # too small for another block, and for reflection
                    break
                x = F.max_pool2d(x, 2, ceil_mode=self.how.ceil)
            pad = "constant" if self.how.padding == "zeros" else "reflect"
            x = F.relu(convolution(F.pad(x, (1, 1, 1, 1), mode=pad)))
            if name in layers:
                out[name] = x
            if len(out) == len(layers):
                break
        return out


def _convolution(weight: Tensor, bias: Tensor) -> nn.Conv2d:
    with torch.device("meta"):  # no random numbers are drawn for weights that are replaced at once
        made = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2])
    made.weight, made.bias = nn.Parameter(weight.contiguous()), nn.Parameter(bias.contiguous())
    return made


def variant_of(weights: dict[str, Tensor]) -> str:
    """Which variant a file holds, by its names; empty: none of them."""
    if "conv11.weight" in weights and "conv0.weight" in weights:
        return "narrow"
    if "features.0.weight" in weights:
        return "normalised" if "preprocess.weight" in weights else "torchvision"
    return ""


def wanted(name: str) -> bool:
    """Whether a tensor of a file belongs to the convolutions; the rest is most of its size."""
    return name.startswith(("features.", "preprocess.", "conv")) and "_aux" not in name


def build(weights: dict[str, Tensor], path: Path, notes: dict[str, str] | None = None) -> Vgg:
    """VGG-19 from a file's tensors, as far as they reach; `notes` of the file are not needed.

    Raises:
        BackboneError: the names are none of VGG-19's, or a shape is wrong; naming both.
    """
    variant = variant_of(weights)
    if not variant:
        raise BackboneError(
            f"{path} holds no VGG-19: nothing in it is named as its first convolution is.",
            "It should have features.0.weight and so on, as timm/vgg19.tv_in1k has.",
        )
    how, pairs, before = VARIANTS[variant], [], 3
    keys = [f"conv{n.replace('_', '')}" for n in NAMES] if variant == "narrow" else [f"features.{n}" for n in NUMBERS]
    for name, key in zip(NAMES, keys, strict=True):
        if f"{key}.weight" not in weights:
            break
        weight, bias = weights[f"{key}.weight"], weights.get(f"{key}.bias")
        width = weight.shape[0] if variant == "narrow" else WIDTHS[int(name[0]) - 1]
        if bias is None or tuple(weight.shape) != (width, before, 3, 3) or tuple(bias.shape) != (width,):
            shape = " x ".join(map(str, weight.shape))
            raise BackboneError(
                f"{path}: '{key}.weight' is {shape}, where {width} x {before} x 3 x 3 and a bias are expected.",
                "These are the weights of another network.",
            )
        pairs.append((weight, bias))
        before = width
    mixing = None
    if how.mixing:
        mixing = (weights[f"{how.mixing}.weight"], weights.get(f"{how.mixing}.bias", torch.zeros(3)))
        if tuple(mixing[0].shape) != (3, 3, 1, 1):
            raise BackboneError(
                f"{path}: '{how.mixing}.weight' is {' x '.join(map(str, mixing[0].shape))}, not 3 x 3 x 1 x 1.",
                "These are the weights of another network.",
            )
    return Vgg(pairs, how, mixing)
