"""Pictures as tensors, for tests of losses."""

import torch
from torch import Tensor

from inkwright.learn.tensors import generator


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=generator(seed))


def stripes(
    side: int = 128, period: float = 8.0, across: bool = False, strength: float = 0.25, seed: int = 0
) -> Tensor:
    """Wavy stripes around mid-grey, (1, 3, side, side)."""
    y, x = torch.meshgrid(torch.arange(side).float(), torch.arange(side).float(), indexing="ij")
    along, over = (x, y) if across else (y, x)
    wave = torch.sin(6.283 / period * over + torch.sin(along / 17 + seed))
    return (0.5 + strength * wave)[None, None].repeat(1, 3, 1, 1)


def grey(value: float, side: int = 128) -> Tensor:
    return torch.full((1, 3, side, side), value)
