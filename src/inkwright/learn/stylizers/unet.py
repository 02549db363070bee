"""The style network: a small U-Net that paints strokes onto a base image.

Nothing in it looks at the whole picture: normalisation is per pixel, over channels. Per-image normalisation is the
largest single cause of inconsistency between panels, and it makes tiles show.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.learn.regions import COARSE

MULTIPLE = 8
"""Sides are padded to a multiple of this inside `forward`; tiles must start on this grid."""
HALO = 80
"""Pixels around a tile beyond which nothing reaches it: tiles are exact."""


class PixelNorm(nn.Module):
    """Root-mean-square norm over the channels of each pixel, so that a pixel depends on its neighbourhood alone."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → the same shape."""
        return x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + 1e-4) * self.gain + self.bias


def _conv(inputs: int, outputs: int, size: int = 3) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, padding=size // 2)


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = PixelNorm(channels), _conv(channels, channels)
        self.norm2, self.conv2 = PixelNorm(channels), _conv(channels, channels)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]
        self.conv2.weight.data *= 0.3

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        out: Tensor = x + self.conv2(F.silu(self.norm2(h)))
        return out


class StrokeUNet(nn.Module):
    """g(x, b) = sigmoid(logit(b) + 4 A r(x, b)).

    Args:
        planes: channels of x, without the base.
        spread: (3, 3) A = Cov^(1/2) of the style's colours, so that r moves as the style's paints vary.
        widths: channels at half, quarter and eighth size.
        blocks: residual blocks at the bottom.
        head: channels at full size.
        places: planes of `places`, see `forward`; 0: the network is not told where elements are.
        words: planes of `words`, see `forward`; 0: the network is not told which words hold where.
    """

    spread: Tensor

    def __init__(
        self,
        planes: int,
        spread: Tensor | None = None,
        widths: tuple[int, ...] = (32, 48, 64),
        blocks: int = 3,
        head: int = 12,
        places: int = 0,
        words: int = 0,
    ) -> None:
        super().__init__()
        self.register_buffer("spread", torch.eye(3) if spread is None else spread)
        inputs = planes + 3
        self.stem = nn.ModuleList([_conv(inputs * 4, widths[0], 1), _conv(widths[0], widths[0])])
        self.stem_norm = PixelNorm(widths[0])
        steps = list(pairwise(widths))
        self.down = nn.ModuleList([nn.Conv2d(a, b, 4, 2, 1) for a, b in steps])
        self.down_norm = nn.ModuleList([PixelNorm(b) for _, b in steps])
        self.middle = nn.Sequential(*[_Residual(widths[-1]) for _ in range(blocks)])
        self.up = nn.ModuleList([_conv(b, a) for a, b in reversed(steps)])
        self.skip = nn.ModuleList([_conv(a, a, 1) for a, _ in reversed(steps)])
        self.up_norm = nn.ModuleList([PixelNorm(a) for a, _ in reversed(steps)])
        self.head_low, self.head_full = _conv(widths[0], head, 1), _conv(inputs, head)
        self.head_norm, self.out = PixelNorm(head), _conv(head, 3)
        self.place_stem = _conv(places * 4, widths[0], 1) if places else None
        self.place_full = _conv(places, head, 1) if places else None
        for layer in (self.place_stem, self.place_full):
            if layer is not None:  # places mean nothing until they are learned
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        # Nothing is changed at first: the base is a painting already, and only what is learned may change it.
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]
        self.word_stem = _film(words, widths[0]) if words else None
        self.word_middle = _film(words, widths[-1]) if words else None
        self.word_full = _film(words, head) if words else None

    def forward(self, x: Tensor, base: Tensor, places: Tensor | None = None, words: Tensor | None = None) -> Tensor:
        """Stylizes.

        Args:
            x: (B, planes, H, W) guides and flats.
            base: (B, 3, H, W) RGB in [0, 1].
            places: (B, places, ceil(H / 4), ceil(W / 4)) where elements are, see `regions.place_planes`, or None.
            words: likewise where words of their own hold, see `said.word_planes`, or None; zeros: the book's hold, and
                nothing differs from a network that is not told.

        Returns:
            (B, 3, H, W) RGB in (0, 1).
        """
        height, width = base.shape[-2:]
        pad = (0, -width % MULTIPLE, 0, -height % MULTIPLE)
        z = F.pad(torch.cat([x, base], 1), pad, mode="replicate")
        size = (z.shape[-2], z.shape[-1])
        where = _grown(places, size) if places is not None and self.place_full is not None else None
        said = _grown(words, size) if words is not None and self.word_full is not None else None
        r = self._residual(z.contiguous(memory_format=torch.channels_last), where, said)[..., :height, :width].float()
        return torch.sigmoid(torch.logit(base.clamp(0.02, 0.98)) + 4 * torch.einsum("ij,bjhw->bihw", self.spread, r))

    def _residual(self, z: Tensor, places: Tensor | None, words: Tensor | None) -> Tensor:
        h = self.stem[0](F.pixel_unshuffle(z, 2))
        if places is not None:
            h = h + self.place_stem(F.pixel_unshuffle(places, 2))  # type: ignore[misc]
        h = F.silu(_turned(self.stem_norm(h), words, self.word_stem))
        h = F.silu(self.stem[1](h))
        kept = [h]
        for down, norm in zip(self.down, self.down_norm, strict=True):
            h = F.silu(norm(down(h)))
            kept.append(h)
        h = _turned(self.middle(h), words, self.word_middle)
        for up, skip, norm, before in zip(self.up, self.skip, self.up_norm, reversed(kept[:-1]), strict=True):
            h = F.silu(norm(_double(up(h)) + skip(before)))
        h = _double(self.head_low(h)) + self.head_full(z)
        if places is not None:
            h = h + self.place_full(places)  # type: ignore[misc]
        h = F.silu(_turned(self.head_norm(h), words, self.word_full))
        out: Tensor = self.out(h)
        return out


def _film(words: int, channels: int) -> nn.Conv2d:
    """What words do to each channel: (scale, shift), both nothing until they are learned, and where there are none."""
    layer = nn.Conv2d(words, 2 * channels, 1, bias=False)
    nn.init.zeros_(layer.weight)
    return layer


def _turned(h: Tensor, words: Tensor | None, layer: nn.Conv2d | None) -> Tensor:
    """(B, C, h, w) scaled and shifted by what the words say at each place; after FiLM (Perez et al., 2018)."""
    if words is None or layer is None:
        return h
    scale, shift = layer(F.avg_pool2d(words, words.shape[-1] // h.shape[-1])).chunk(2, 1)
    out: Tensor = h * (1 + scale) + shift
    return out


def _grown(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Coarse planes at the size of the network's grid.

    Padded to the grid first: a tile so reads the same cells at the same places as the whole panel.
    """
    cells = [side // COARSE - its for side, its in zip(size, planes.shape[-2:], strict=True)]
    whole = F.pad(planes, (0, cells[1], 0, cells[0]), mode="replicate")
    return F.interpolate(whole, size=size, mode="bilinear", align_corners=False)


def _double(h: Tensor) -> Tensor:
    # Resize, then convolve: transposed convolutions leave checkerboards.
    return F.interpolate(h, scale_factor=2, mode="bilinear", align_corners=False)
