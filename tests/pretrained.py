"""Weights as pretrained networks have them, but random; and where real ones lie beside the repository. For tests."""

from pathlib import Path

import numpy as np
import torch

from inkwright.learn.backbones import squeezenet, vgg

SHARED = Path(__file__).resolve().parents[2] / "shared"


def vgg_weights(variant: str, blocks: int = 2) -> dict[str, torch.Tensor]:
    """Random weights that reach as far as the first convolution behind `blocks` blocks."""
    g = torch.Generator().manual_seed(3)
    count, before = sum(vgg.BLOCKS[:blocks]) + 1, 3
    out: dict[str, torch.Tensor] = {}
    for n, name in enumerate(vgg.NAMES[:count]):
        width = 4 if variant == "narrow" else vgg.WIDTHS[int(name[0]) - 1]
        key = f"conv{name.replace('_', '')}" if variant == "narrow" else f"features.{vgg.NUMBERS[n]}"
        out[f"{key}.weight"] = torch.randn(width, before, 3, 3, generator=g) / (3 * before**0.5)
        out[f"{key}.bias"] = torch.randn(width, generator=g) / 10
        before = width
    if variant != "torchvision":
        key = {"narrow": "conv0", "normalised": "preprocess"}[variant]
        out[f"{key}.weight"], out[f"{key}.bias"] = torch.randn(3, 3, 1, 1, generator=g), torch.randn(3, generator=g)
    return out


def squeezenet_weights() -> dict[str, torch.Tensor]:
    """Random weights of SqueezeNet 1.1."""
    g, before = torch.Generator().manual_seed(4), 64
    out = {"0.weight": torch.randn(64, 3, 3, 3, generator=g) / 5, "0.bias": torch.randn(64, generator=g) / 10}
    for n in squeezenet.FIRES:
        small = squeezenet.SQUEEZED[n]
        for part, width, inputs, side in (
            ("squeeze", small, before, 1),
            ("expand1x1", 4 * small, small, 1),
            ("expand3x3", 4 * small, small, 3),
        ):
            scale = (2 / (inputs * side * side)) ** 0.5
            out[f"{n}.{part}.weight"] = torch.randn(width, inputs, side, side, generator=g) * scale
            out[f"{n}.{part}.bias"] = torch.randn(width, generator=g) / 10
        before = 8 * small
    return out


def picture(height: int = 40, width: int = 56) -> torch.Tensor:
    """(1, 3, H, W), the same on every machine."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [0.5 + 0.5 * np.sin(x / 3 + k) * np.cos(y / (4 + k)) for k in range(3)]
    return torch.from_numpy(np.stack(planes)[None]).float()
