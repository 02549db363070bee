"""Augmentations of canvases, batched: geometry, colour, restyling, dirt, pasted and erased elements.

All take canvases (B, 4, px, px) (RGB in [0, 1] and the panel's mask) and a generator; none changes its input.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def uniform(low: float, high: float, g: torch.Generator, *shape: int) -> Tensor:
    """Uniform random numbers."""
    return torch.rand(*shape, generator=g) * (high - low) + low


def chance(p: float, g: torch.Generator) -> bool:
    """True with probability p."""
    return float(torch.rand((), generator=g)) < p


def affine(V: Tensor, M: Tensor, g: torch.Generator, strength: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """Turns, scales, shears, shifts and mirrors canvases and their element masks (B, I, s, s) alike.

    Returns:
        The canvases, the masks, and (B, I) the share of each mask's area that is still in view (1 for empty masks).
    """
    B = len(V)
    turn = uniform(-0.26, 0.26, g, B) * strength
    size = torch.exp(uniform(-0.4, 0.3, g, B) * strength)
    aspect = torch.exp(uniform(-0.2, 0.2, g, B) * strength)
    shear = uniform(-0.15, 0.15, g, B) * strength
    mirror = torch.where(torch.rand(B, generator=g) < 0.5, -1.0, 1.0)
    dx, dy = uniform(-0.25, 0.25, g, B) * strength, uniform(-0.2, 0.2, g, B) * strength
    c, s = turn.cos(), turn.sin()
    rows = [torch.stack([c * size * aspect * mirror, (shear - s) * size, dx], 1)]
    rows.append(torch.stack([s * size * mirror, c * size / aspect, dy], 1))
    T = torch.stack(rows, 1)
    grid = F.affine_grid(T, [B, 1, V.shape[2], V.shape[3]], align_corners=False)
    rgb = F.grid_sample(V[:, :3], grid, padding_mode="border", align_corners=False)
    mask = F.grid_sample(V[:, 3:], grid, padding_mode="zeros", align_corners=False)
    small = F.affine_grid(T, [B, 1, M.shape[2], M.shape[3]], align_corners=False)
    moved = F.grid_sample(M, small, padding_mode="zeros", align_corners=False)
    area = (T[:, 0, 0] * T[:, 1, 1] - T[:, 0, 1] * T[:, 1, 0]).abs()[:, None]
    before = M.sum((2, 3))
    visible = torch.where(before > 0, moved.sum((2, 3)) * area / before.clamp_min(1e-6), 1.0)
    return torch.cat([rgb * mask + 0.5 * (1 - mask), mask], 1), moved, visible


def colour(V: Tensor, g: torch.Generator, strength: float = 1.0) -> Tensor:
    """Brightness, contrast, saturation, hue and gamma."""
    B = len(V)
    light = uniform(-0.15, 0.15, g, B, 1, 1, 1) * strength
    contrast = torch.exp(uniform(-0.35, 0.25, g, B, 1, 1, 1) * strength)
    saturation = torch.exp(uniform(-0.7, 0.4, g, B, 1, 1, 1) * strength)
    gamma = torch.exp(uniform(-0.3, 0.3, g, B, 1, 1, 1) * strength)
    hue = torch.randn(B, generator=g) * 0.18 * strength
    x = V[:, :3]
    grey = x.mean(1, keepdim=True)
    x = torch.einsum("bij,bjhw->bihw", _turn_hue(hue), grey + (x - grey) * saturation)
    x = ((x - 0.5) * contrast + 0.5 + light).clamp(1e-3, 1) ** gamma
    return torch.cat([x, V[:, 3:]], 1)


def _turn_hue(angle: Tensor) -> Tensor:
    """Rotations about the grey axis (Rodrigues), (B, 3, 3)."""
    c, s, third = angle.cos(), angle.sin(), 1 / 3
    a, b, d = c + (1 - c) * third, (1 - c) * third - math.sqrt(third) * s, (1 - c) * third + math.sqrt(third) * s
    return torch.stack([torch.stack([a, b, d], 1), torch.stack([d, a, b], 1), torch.stack([b, d, a], 1)], 1)


def dirt(V: Tensor, g: torch.Generator) -> Tensor:
    """Blur by a reduced size, and noise."""
    x, side = V[:, :3], V.shape[-1]
    if chance(0.35, g):
        factor = (0.35, 0.5, 0.7)[int(torch.randint(0, 3, (), generator=g))]
        small = F.interpolate(x, scale_factor=factor, mode="bilinear", antialias=True)
        x = F.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)
    if chance(0.5, g):
        x = x + torch.randn(x.shape, generator=g) * uniform(0, 0.08, g, len(x), 1, 1, 1)
    return torch.cat([x.clamp(0, 1), V[:, 3:]], 1)


def noise_textures(count: int, px: int, g: torch.Generator) -> Tensor:
    """Textures of random stroke noise in random palettes, (count, 3, px, px): restylings that belong to no style."""
    out = []
    for _ in range(count):
        planes = torch.zeros(3, px, px)
        for _ in range(3):
            rows = int(torch.randint(3, px // 2, (), generator=g))
            columns = int(torch.randint(3, px // 2, (), generator=g))
            noise = F.interpolate(
                torch.randn(1, 1, rows, columns, generator=g), size=(px, px), mode="bicubic", align_corners=False
            )
            planes = planes + noise[0] * torch.randn(3, 1, 1, generator=g) * 0.2
        out.append((planes + torch.rand(3, 1, 1, generator=g)).clamp(0, 1))
    return torch.stack(out)


def crops(picture: Tensor, count: int, px: int, g: torch.Generator) -> Tensor:
    """Random crops of a style picture (3, H, W) as textures (count, 3, px, px)."""
    H, W = picture.shape[-2:]
    out = []
    for _ in range(count):
        side = int(torch.randint(min(48, H, W), min(H, W, 4 * px) + 1, (), generator=g))
        y, x = (
            int(torch.randint(0, H - side + 1, (), generator=g)),
            int(torch.randint(0, W - side + 1, (), generator=g)),
        )
        piece = picture[None, :, y : y + side, x : x + side]
        out.append(F.interpolate(piece, size=(px, px), mode="bilinear", antialias=True)[0])
    return torch.stack(out)


def restyle(V: Tensor, textures: Tensor, g: torch.Generator, p: float) -> Tensor:
    """Random stylings: palette transfer to a texture, random convolution, its strokes laid over, wobble, posterising.

    Args:
        V: canvases.
        textures: (T, 3, px, px), a bank to draw from.
        g: generator.
        p: share of the batch that is restyled.
    """
    # Only what is restyled is computed: it is the dearest of the augmentations.
    chosen = (torch.rand(len(V), generator=g) < p).nonzero()[:, 0]
    if not len(chosen):
        return V
    picked = V[chosen]
    x = _restyled(picked[:, :3], textures, g).clamp(0, 1)
    x = x * picked[:, 3:] + 0.5 * (1 - picked[:, 3:])
    return V.index_copy(0, chosen, torch.cat([x, picked[:, 3:]], 1))


def _restyled(x: Tensor, textures: Tensor, g: torch.Generator) -> Tensor:
    B, side = len(x), x.shape[-1]
    if chance(0.75, g):
        x = _palette_of(x, _pick(textures, B, g), uniform(0.1, 1, g, B, 1, 1, 1))
    if chance(0.6, g):
        x = _random_conv(x, g)
    if chance(0.7, g):
        t = _pick(textures, B, g)
        x = x + (t - F.avg_pool2d(t, 9, 1, 4, count_include_pad=False)) * uniform(0, 1.1, g, B, 1, 1, 1)
        if chance(0.4, g):
            a = uniform(0, 0.3, g, B, 1, 1, 1)
            x = x * (1 - a) + t * a
    if chance(0.4, g):
        shift = torch.randn(B, 2, 12, 12, generator=g) * 0.018
        shift = F.interpolate(shift, size=(side, side), mode="bicubic", align_corners=False)
        grid = F.affine_grid(torch.eye(2, 3)[None].repeat(B, 1, 1), [B, 3, side, side], align_corners=False)
        x = F.grid_sample(x, grid + shift.permute(0, 2, 3, 1), padding_mode="reflection", align_corners=False)
    if chance(0.25, g):
        levels = int(torch.randint(3, 7, (), generator=g))
        x = (x * levels).round() / levels
    return x


def _pick(textures: Tensor, count: int, g: torch.Generator) -> Tensor:
    t = textures[torch.randint(0, len(textures), (count,), generator=g)]
    t = t.flip(3) if chance(0.5, g) else t
    return t.transpose(2, 3) if chance(0.5, g) else t


def _palette_of(x: Tensor, t: Tensor, amount: Tensor) -> Tensor:
    """Mean and covariance of t's colours, by whitening and colouring."""
    a, b = x.flatten(2), t.flatten(2)
    ma, mb = a.mean(2, keepdim=True), b.mean(2, keepdim=True)
    eye = 1e-4 * torch.eye(3)
    ca, cb = (
        (a - ma) @ (a - ma).transpose(1, 2) / a.shape[2] + eye,
        (b - mb) @ (b - mb).transpose(1, 2) / b.shape[2] + eye,
    )
    y = (_root(cb, 0.5) @ _root(ca, -0.5) @ (a - ma) + mb).view_as(x)
    return x * (1 - amount) + y * amount


def _root(C: Tensor, power: float) -> Tensor:
    values, vectors = torch.linalg.eigh(C)
    root: Tensor = vectors @ torch.diag_embed(values.clamp_min(1e-4) ** power) @ vectors.transpose(1, 2)
    return root


def _random_conv(x: Tensor, g: torch.Generator) -> Tensor:
    """Source: Z. Xu et al., "Robust and generalizable visual representation learning via random convolutions", 2021."""
    B, _, H, W = x.shape
    k = (1, 3, 5)[int(torch.randint(0, 3, (), generator=g))]
    weight = torch.randn(B * 3, 3, k, k, generator=g) / (k * math.sqrt(3))
    y = F.conv2d(x.reshape(1, B * 3, H, W), weight, padding=k // 2, groups=B).view_as(x)
    mean, std = x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True)
    y = (y - y.mean((2, 3), keepdim=True)) / (y.std((2, 3), keepdim=True) + 1e-4) * std + mean
    amount = uniform(0, 0.7, g, B, 1, 1, 1)
    return x * (1 - amount) + y * amount
