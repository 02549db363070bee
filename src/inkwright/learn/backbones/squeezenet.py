"""SqueezeNet 1.1 up to its last fire module in plain torch: small and quick, for weak machines.

Source: F. Iandola et al., "SqueezeNet", 2016. Weights named as torchvision's `features`, with or without that prefix.
Files that say "BGR 0-255" in their metadata come from Caffe: BGR, 0 to 255, less (104, 116.67, 122.68); others are
torchvision's: RGB less ImageNet's mean, over its deviation. No padding but in the 3x3 expansions.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.errors import BackboneError
from inkwright.learn.backbones.vgg import DEVIATION, MEAN

FIRES, POOLS = (3, 4, 6, 7, 9, 10, 11, 12), (2, 5, 8)
SQUEEZED = {3: 16, 4: 16, 6: 32, 7: 32, 9: 48, 10: 48, 11: 64, 12: 64}
"""Channels that each fire module squeezes to; it expands to eight times as many."""
CAFFE = (104.0, 116.67, 122.68)


class SqueezeNet(nn.Module):
    """SqueezeNet 1.1.

    Args:
        weights: named "0.weight", "3.squeeze.weight" and so on.
        caffe: whether pictures are BGR of 0 to 255, as in Caffe.

    Attributes:
        layers: relu1, and fire3 to fire12 after the numbers of torchvision's `features`.
    """

    layers = ("relu1", *(f"fire{n}" for n in FIRES))

    def __init__(self, weights: dict[str, Tensor], caffe: bool) -> None:
        super().__init__()
        self.caffe = caffe
        for name, tensor in weights.items():
            self.register_buffer(name.replace(".", "_"), tensor)
        self.register_buffer("shift", torch.tensor(CAFFE if caffe else MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)

    def _run(self, x: Tensor, name: str, stride: int = 1, padding: int = 0) -> Tensor:
        at = name.replace(".", "_")
        weight, bias = self.get_buffer(f"{at}_weight"), self.get_buffer(f"{at}_bias")
        return F.relu(F.conv2d(x, weight, bias, stride=stride, padding=padding))

    def forward(self, X: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        """(B, 3, H, W) RGB in [0, 1] → the features of each layer, (B, C, h, w)."""
        x = X.flip(1) * 255 - self.get_buffer("shift") if self.caffe else self._normalised(X)
        x = self._run(x, "0", 2)
        out = {"relu1": x} if "relu1" in layers else {}
        for n in range(2, 13):
            if len(out) == len(layers) or min(x.shape[-2:]) < 3:
                break
            if n in POOLS:
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            elif n in FIRES:
                s = self._run(x, f"{n}.squeeze")
                x = torch.cat([self._run(s, f"{n}.expand1x1"), self._run(s, f"{n}.expand3x3", padding=1)], 1)
                if f"fire{n}" in layers:
                    out[f"fire{n}"] = x
        return out

    def _normalised(self, X: Tensor) -> Tensor:
        return (X - self.get_buffer("shift")) / self.get_buffer("scale")


def wanted(name: str) -> bool:
    """Whether a tensor of a file belongs to the features."""
    return not name.startswith("classifier.")


def build(weights: dict[str, Tensor], path: Path, notes: dict[str, str] | None = None) -> SqueezeNet:
    """SqueezeNet 1.1 from a file's tensors; the file's `notes` say whether it comes from Caffe.

    Raises:
        BackboneError: a tensor is missing or has a wrong shape; naming it.
    """
    bare = {name.removeprefix("features."): w for name, w in weights.items()}
    shapes: dict[str, tuple[int, ...]] = {"0": (64, 3, 3, 3)}
    before = 64
    for n in FIRES:
        small = SQUEEZED[n]
        shapes |= {
            f"{n}.squeeze": (small, before, 1, 1),
            f"{n}.expand1x1": (4 * small, small, 1, 1),
            f"{n}.expand3x3": (4 * small, small, 3, 3),
        }
        before = 8 * small
    kept: dict[str, Tensor] = {}
    for name, shape in shapes.items():
        for part, wanted in (("weight", shape), ("bias", shape[:1])):
            key = f"{name}.{part}"
            if key not in bare or tuple(bare[key].shape) != wanted:
                found = "missing" if key not in bare else " x ".join(map(str, bare[key].shape))
                raise BackboneError(
                    f"{path}: '{key}' is {found}, where {' x '.join(map(str, wanted))} is expected.",
                    "It should hold SqueezeNet 1.1, as torchvision names it.",
                )
            kept[key] = bare[key]
    return SqueezeNet(kept, "BGR" in (notes or {}).get("input", ""))
