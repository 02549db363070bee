"""numpy pictures <-> torch tensors: the only converter."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inkwright.images import Pixels, to_uint8


def to_tensor(picture: NDArray[np.float32]) -> Tensor:
    """(H, W, C) or (H, W) float32 → (1, C, H, W) float32."""
    planes = picture[..., None] if picture.ndim == 2 else picture
    return torch.from_numpy(np.ascontiguousarray(planes.transpose(2, 0, 1))[None]).float()


def to_picture(X: Tensor) -> Pixels:
    """(1, 3, H, W) or (3, H, W) in [0, 1] → (H, W, 3) uint8."""
    planes = X.detach()[0] if X.dim() == 4 else X.detach()
    return to_uint8(planes.permute(1, 2, 0).float().cpu().numpy())


def generator(*seeds: int) -> torch.Generator:
    """A random generator for one place in the work, such as (seed, net, step).

    A generator per step, and none that lives on from step to step, makes a resumed run equal an uninterrupted one.
    """
    sequence = np.random.SeedSequence((len(seeds), *seeds))  # with its length, or (3, 1) and (3, 1, 0) were the same
    return torch.Generator().manual_seed(int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1)))


def given(*planes: Tensor | None) -> list[Tensor | None]:
    """What a network is told beside a canvas, in its order, up to the last that there is."""
    there = [n for n, its in enumerate(planes) if its is not None]
    return list(planes[: there[-1] + 1]) if there else []
