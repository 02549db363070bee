"""Stylizes a panel at full size, in tiles.

Tiled equals untiled, because nothing in the network looks further than a halo.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from inkwright.learn.regions import COARSE
from inkwright.learn.stylizers.unet import HALO, MULTIPLE
from inkwright.learn.tensors import given


def tiles(height: int, width: int, side: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of tiles that cover a picture; they start on the network's grid."""
    side = max(MULTIPLE, side // MULTIPLE * MULTIPLE)
    for top in range(0, height, side):
        for left in range(0, width, side):
            yield slice(top, min(height, top + side)), slice(left, min(width, left + side))


@torch.no_grad()
def render(
    net: nn.Module, x: Tensor, base: Tensor, tile: int, places: Tensor | None = None, words: Tensor | None = None
) -> Tensor:
    """Runs the style network over a canvas.

    Args:
        net: the style network.
        x: (1, planes, H, W) guides.
        base: (1, 3, H, W) RGB in [0, 1].
        tile: side of a tile in pixels; memory grows with its square.
        places: (1, 8, ceil(H / 4), ceil(W / 4)) where elements are, see `regions.place_planes`, or None.
        words: likewise where words of their own hold, see `said.word_planes`, or None.

    Returns:
        (1, 3, H, W) RGB in [0, 1].
    """
    net.eval()
    height, width = base.shape[-2:]
    out = torch.empty_like(base)
    for rows, columns in tiles(height, width, tile):
        # The halo, too, must start on the grid, or the strides fall on other pixels than without tiles.
        top, left = max(0, rows.start - HALO), max(0, columns.start - HALO)
        bottom, right = min(height, rows.stop + HALO), min(width, columns.stop + HALO)
        cells = (..., slice(top // COARSE, -(-bottom // COARSE)), slice(left // COARSE, -(-right // COARSE)))
        told = given(*(None if planes is None else planes[cells] for planes in (places, words)))
        piece = net(x[..., top:bottom, left:right], base[..., top:bottom, left:right], *told)
        inner = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
        out[..., rows, columns] = piece[..., inner[0], inner[1]]
    return out.clamp(0, 1)
