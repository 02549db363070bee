"""The part of the classifiers that all elements and all books share: a panel's canvas → features of its cells.

`trunk.safetensors` holds weights of our own, trained by tools/trunk.py on little books drawn by chance alone: in its
features an element that it has never seen is told apart by a plane that a few panels fix. `trunk.json` says how they
were made and what they save.
"""

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.learn.checkpoint import load_shipped
from inkwright.learn.views import CELL
from inkwright.registry import Registry

WIDTHS = (32, 64, 128)
"""Channels at half, quarter and eighth size."""
TRUNK = Path(__file__).with_name("trunk.safetensors")


class Residual(nn.Module):
    """Two 3x3 convolutions beside a straight way."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.one = nn.Conv2d(width, width, 3, 1, dilation, dilation=dilation, bias=False)
        self.two = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm_one, self.norm_two = nn.BatchNorm2d(width), nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        return F.silu(x + self.norm_two(self.two(F.silu(self.norm_one(self.one(x))))))


class Trunk(nn.Module):
    """Features of cells of 8 x 8 pixels.

    Pixels are folded two by two into channels before the first convolution: no pen line is lost, and nothing is
    computed at full size. A cell also knows the mean of its panel, so that "red, in this panel's light" can be said;
    and it keeps the quarter-size features beside the deep ones, for things told by their colour or pattern alone.

    Args:
        widths: channels at half, quarter and eighth size.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        a, b, c = widths
        self.stem = nn.Sequential(nn.Conv2d(12, a, 3, 1, 1, bias=False), nn.BatchNorm2d(a), nn.SiLU())
        self.fine = nn.Sequential(nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.SiLU(), Residual(b))
        self.coarse = nn.Sequential(nn.Conv2d(b, c, 3, 2, 1, bias=False), nn.BatchNorm2d(c), nn.SiLU(), Residual(c))
        self.panel = nn.Linear(c, c)
        nn.init.zeros_(self.panel.weight)
        nn.init.zeros_(self.panel.bias)
        self.context = Residual(c, 2)
        self.last = nn.BatchNorm2d(b + c)
        self.features = b + c

    def forward(self, V: Tensor) -> Tensor:
        """(B, 4, px, px) canvases, see `views.see` → (B, features, px/8, px/8)."""
        x = F.pixel_unshuffle((V[:, :3] - 0.5) * 2.5, 2).contiguous(memory_format=torch.channels_last)
        near = self.fine(self.stem(x))
        deep = self.coarse(near)
        inside = F.avg_pool2d(V[:, 3:], CELL)  # (B, 1, h, w)
        mean = (deep * inside).sum((2, 3)) / inside.sum((2, 3)).clamp_min(1)
        deep = self.context(deep + self.panel(mean)[:, :, None, None])
        out: Tensor = self.last(torch.cat([deep, F.avg_pool2d(near, 2)], 1))
        return out


def load_start(trunk: nn.Module, path: Path = TRUNK) -> None:
    """Puts the starting weights into a trunk.

    Raises:
        InternalError: the file, a part of inkwright itself, is missing or damaged, or made for another trunk.
    """
    hint = "Install inkwright again, make the file anew with make trunk, or do without it: train.start = scratch."
    load_shipped(trunk, path, hint)


def leave(trunk: nn.Module) -> None:
    """Leaves a trunk's random weights as they are."""


STARTS: Registry[Callable[[nn.Module], None]] = Registry("start", {"ours": load_start, "scratch": leave})
"""Name → what is done to a new trunk."""
