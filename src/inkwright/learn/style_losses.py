"""The style network's own loss S_j, term by term: small pure functions.

S_j := w_r R + w_t T_j + w_s E_j + w_i O_j + w_p P_j

R    reconstruction: the style picture from its own guides (the same for every panel)
T_j  texture: patch statistics of the stylized panel against the style's, tone by tone
E_j  structure: the drawing's light and dark are still there
O_j  outline: pen lines darker than what is beside them
P_j  palette: regions keep the colour that the book's palette casts for them

With a pretrained backbone come B_j (`feature_losses`) and, for the book as a whole, W (`text_losses`).

All pictures are (B, 3, H, W), RGB in [0, 1]. Every term returns (B,), a mean over pixels, so that a panel's size does
not weigh; R returns a scalar.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
NEAR_TONES = 0.12
"""Tones of a style that lie nearer than this, in RGB, are one."""


def luma(X: Tensor) -> Tensor:
    """(B, 3, H, W) → (B, 1, H, W)."""
    return (X * X.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def reconstruction(Y_hat: Tensor, Y: Tensor) -> Tensor:
    """R = |Ŷ - Y| + ½ |∂x(Ŷ - Y)| + ½ |∂y(Ŷ - Y)|, means over pixels; a scalar.

    The gradients weigh crisp stroke edges, which an L1 on colours alone would blur.
    """
    d = Y_hat - Y
    return d.abs().mean() + 0.5 * d.diff(dim=-1).abs().mean() + 0.5 * d.diff(dim=-2).abs().mean()


def structure(X: Tensor, flat: Tensor, window: int = 7) -> Tensor:
    """E_j = 1 - the structure term of SSIM on luma, at half and quarter size. (B,)

    Where the flat drawing has no structure, none is asked for, so strokes are free there.
    Source: Z. Wang et al., "Image quality assessment", 2004, the s(x, y) factor only. Differs: the stylized panel's
    contrast counts as at least half of the drawing's, or a panel wiped flat would cost nothing.
    """
    total = X.new_zeros(len(X))
    for factor in (2, 4):
        x, y = F.avg_pool2d(luma(X), factor), F.avg_pool2d(luma(flat), factor)
        size = min(window, *x.shape[-2:])
        means = box_mean(torch.cat([x, y, x * x, y * y, x * y], 1), size)
        mx, my, xx, yy, xy = means.unbind(1)
        vx, vy, cov = (xx - mx * mx).clamp_min(0), (yy - my * my).clamp_min(0), xy - mx * my
        same = (cov + 4e-3) / ((torch.maximum(vx, vy / 4) + 1e-7).sqrt() * (vy + 1e-7).sqrt() + 4e-3)
        total = total + (1 - same).mean((1, 2))
    return total


def box_mean(X: Tensor, size: int, pad: int = 0) -> Tensor:
    """Mean over size x size windows, (B, C, H, W); rows, then columns, which costs 2 size instead of size²."""
    return F.avg_pool2d(F.avg_pool2d(X, (size, 1), 1, (pad, 0)), (1, size), 1, (0, pad))


def ink_contrast(X: Tensor, ink: Tensor, delta: float = 0.22) -> Tensor:
    """O_j: squared lack of contrast of ink against the un-inked pixels around it, over ink pixels. (B,)

    Args:
        X: stylized panels.
        ink: (B, 1, H, W) in [0, 1].
        delta: how much darker than its surroundings ink should be, in luma.
    """
    y, paper = luma(X), 1 - ink
    around = box_mean(y * paper, 15, 7) / (box_mean(paper, 15, 7) + 0.05)
    lack = F.relu(y - (around - delta).clamp_min(0.04)).pow(2)
    return (ink * lack).sum((1, 2, 3)) / (ink.sum((1, 2, 3)) + 50)


def palette(X: Tensor, flat: Tensor, cell: int = 32) -> Tensor:
    """P_j: squared difference of cell means between the stylized panel and the cast flats. (B,)"""
    cell = min(cell, *X.shape[-2:])
    return (F.avg_pool2d(X, cell) - F.avg_pool2d(flat, cell)).pow(2).mean((1, 2, 3))


class ToneTexture:
    """T_j: sliced Wasserstein distance of patch responses, tone by tone, at several scales.

    Each tone of the blurred style has its own distribution of filter responses; a stylized panel's patches are held
    against those of the style that have the nearest tone. Without tones, the style's global palette would be forced on
    every panel. The filters have zero mean: the palette is another term's business.
    Differs from GPDM (Elnekave and Weiss, 2022): conditioned on tone, zero-mean filters, responses in units of the
    style's own deviation, quantiles of a fixed bank of filters instead of fresh ones.

    Args:
        style: (1, 3, H, W) RGB in [0, 1].
        generator: for the filters.
        tones: groups of tones.
        scales: pyramid levels, each half the size of the one before.
        filters: size of the bank per scale.
        used: filters drawn from the bank at each call.
    """

    def __init__(
        self,
        style: Tensor,
        generator: torch.Generator,
        tones: int = 6,
        scales: int = 3,
        filters: int = 96,
        used: int = 16,
        size: int = 7,
        quantiles: int = 128,
    ) -> None:
        self.size, self.used, self.quantiles = size, used, quantiles
        self.banks: list[Tensor] = []
        self.tables: list[Tensor] = []
        both = torch.cat([style, style.flip(3)])  # a style has no left and right
        self.tones = _tones(_blurred(both), tones, generator)
        for level in range(scales):
            x = _half(both, level)
            bank = torch.randn(filters, 3, size, size, generator=generator)
            window = torch.exp(-((torch.arange(size) - size // 2).float() ** 2) / (2 * (size / 3.5) ** 2))
            bank = (bank - bank.mean((2, 3), keepdim=True)) * window[:, None] * window[None]
            bank = bank - bank.mean((2, 3), keepdim=True)
            stride = 2 if level == 0 else 1  # at full size, every other patch tells the distribution as well
            response = _responses(x, bank, stride)
            spread = response.std(1) + 1e-4
            bank, response = bank / spread[:, None, None, None], response / spread[:, None]  # (filters, N)
            group = self._groups(both, level, x, (0, 0), stride)
            rows = []
            for k in range(len(self.tones)):
                mine = response[:, group == k]
                if mine.shape[1] < 4 * quantiles:  # a tone too rare to have statistics borrows everybody's
                    mine = response
                rows.append(_quantiles(mine, quantiles))
            self.banks.append(bank)
            self.tables.append(torch.stack(rows))  # (tones, filters, quantiles)

    def __call__(self, X: Tensor, flat: Tensor, generator: torch.Generator) -> Tensor:
        """(B,) for stylized panels X and their cast flats, both (B, 3, H, W)."""
        total = X.new_zeros(len(X))
        for level, (bank, table) in enumerate(zip(self.banks, self.tables, strict=True)):
            if min(X.shape[-2:]) >> level < 2 * self.size:
                continue
            picked = torch.randperm(len(bank), generator=generator)[: self.used]
            # Every fourth patch at full size, from a random corner: neighbours say nearly the same.
            stride = max(1, 4 >> level)
            dy, dx = torch.randint(0, stride, (2,), generator=generator).tolist()
            x = _half(X, level)
            for b in range(len(X)):
                response = _responses(x[b : b + 1, :, dy:, dx:], bank[picked], stride)
                group = self._groups(flat[b : b + 1], level, x, (dy, dx), stride)
                total[b] = total[b] + self._distance(response, group, table[:, picked])
        return total / len(self.banks)

    def _groups(self, flat: Tensor, level: int, x: Tensor, start: tuple[int, int], stride: int) -> Tensor:
        """The tone group at the centre of each patch of a level: (N,), in the order of the responses."""
        coarse = F.avg_pool2d(flat, 4)
        coarse = F.avg_pool2d(F.pad(coarse, (1, 1, 1, 1), mode="replicate"), 3, 1)  # about 12 pixels wide
        nearest = _nearest(coarse.permute(0, 2, 3, 1).reshape(-1, 3), self.tones).view(len(flat), *coarse.shape[-2:])
        at = []
        for side, first, limit in zip(x.shape[-2:], start, coarse.shape[-2:], strict=True):
            centres = torch.arange(first, side - self.size + 1, stride) + self.size // 2
            at.append(((centres << level) // 4).clamp_max(limit - 1))
        return nearest[:, at[0]][:, :, at[1]].flatten()

    def _distance(self, response: Tensor, group: Tensor, table: Tensor) -> Tensor:
        total, count = response.new_zeros(()), 0
        for k in range(len(table)):
            mine = response[:, group == k]
            n = mine.shape[1]
            if n < 64:
                continue
            got = _quantiles(mine, self.quantiles)
            # Huber: a rare wild response should not steer the whole panel.
            total = total + n * F.smooth_l1_loss(got, table[k], beta=0.3)
            count += n
        return total / max(count, 1)


def _blurred(X: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(X, (5, 5, 5, 5), mode="replicate"), 11, 1)


def _half(X: Tensor, times: int) -> Tensor:
    for _ in range(times):
        X = F.avg_pool2d(X, 2)
    return X


def _responses(X: Tensor, bank: Tensor, stride: int = 1) -> Tensor:
    """(B, 3, H, W) → (filters, B·h·w)."""
    return F.conv2d(X, bank, stride=stride).transpose(0, 1).flatten(1)


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    return torch.cdist(points, centres).argmin(1)


def _tones(blurred: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """k-means of the blurred style's colours. (tones, 3)"""
    points = blurred.permute(0, 2, 3, 1).reshape(-1, 3)
    points = points[torch.randperm(len(points), generator=generator)[:8000]]
    centres = points[:1]
    for _ in range(count - 1):  # farthest point first: spread, and no luck in it
        distance = torch.cdist(points, centres).min(1)[0]
        if float(distance.max()) < NEAR_TONES:
            break  # an even style has one tone: splitting it would only tell the phases of its strokes apart
        centres = torch.cat([centres, points[distance.argmax()][None]])
    for _ in range(12):
        mine = _nearest(points, centres)
        centres = torch.stack(
            [points[mine == k].mean(0) if (mine == k).any() else centres[k] for k in range(len(centres))]
        )
    return centres


def _quantiles(values: Tensor, count: int) -> Tensor:
    """(filters, N) → (filters, count): the mid-quantiles, by sorting."""
    ordered = values.sort(1)[0]
    at = ((torch.arange(count) + 0.5) / count * values.shape[1]).long().clamp_max(values.shape[1] - 1)
    return ordered[:, at]


def colour_spread(style: Tensor) -> Tensor:
    """A = Cov^(1/2) of the style's colours, (3, 3).

    Symmetric (ZCA), not in eigenvector coordinates: the signs of those are arbitrary.
    """
    values, vectors = torch.linalg.eigh(torch.cov(style[0].flatten(1).double()))
    root: Tensor = (vectors * values.clamp_min(1e-4).sqrt()) @ vectors.T
    return root.float()


def cosine(step: int, steps: int, warm: int = 15) -> float:
    """Learning-rate factor: linear warm-up, then a cosine down to 2 %."""
    return min(1.0, (step + 1) / warm) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / max(steps, 1)))) + 0.02
