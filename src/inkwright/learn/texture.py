"""T_j: the statistics of the style's marks, tone by tone, for S_j; no weights that anybody trained.

    T_j := a Σ_l Σ_t n_jlt [D_lt(X_j) - d_lt]₊ / (E_l Σ_t n_jlt),  a mean over layers l
    D_lt(X) := W²(N(μ_lt(X), Σ_lt(X)), N(μ_lt(Y), Σ_lt(Y)))

μ and Σ are mean and covariance of the responses of a small network with **random filters** over the places of tone t,
n how many these are in the panel, E_l the style's energy in that layer, W² the squared 2-Wasserstein distance of two
normal distributions (`feature_losses`), and d_lt the mean of D_lt over the quarters of the style picture Y: a panel
need not be nearer to the style than the style's own parts are to each other. Where marks are the same all over, as
brushwork is, d is small; where they are figures, as in a woodcut of a wave, nothing is asked that only a wave can give.

That random filters tell textures nearly as well as learned ones is known from Ustyuzhaninov et al. ("What does it take
to generate natural textures?", 2017). Differs from it: several layers, moments instead of Gram matrices, d, and

- a, from 0 to 1: a style that is calm in large parts, as a woodcut with a sky is, has flats and figures and no texture;
  the calmer its calmest fifth is against its middle, the less is asked;
- the picture is seen without its tone: what is told is how it differs from its surroundings. Tones are the palette's
  business; asked for them as well, the network paints clouds of the style's other colours, in each panel elsewhere;
- each tone of the style has its own marks: dense hatching belongs in the dark;
- marks are what most of a tone has: the style's contours and figures are left out (its loudest third),
  and so is what lies near ink in a panel. Else a flat sky is asked for as much contrast as a ship has against it, or
  gets it from its lines, and faces get specks.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.feature_losses import Normal
from inkwright.learn.style_losses import box_mean

NEAR_TONES = 0.12
"""Tones of a style that lie nearer than this, in RGB, are one."""
TONES = 6
"""Tones that are told apart, at most."""
WIDTHS = (64, 96, 128)
"""Random filters of each layer."""
SIZES = (7, 3, 3)
"""Sides of the filters in pixels of their layer."""
AROUND = 9
"""Side of the surroundings that a pixel's tone is, in pixels of the picture as it is seen."""
CONTRAST = (4.0, 1.7, 1.0)
"""Before each layer: brings responses to marks to about 1."""
SMALLEST = 64
"""Side in pixels below which a picture is not seen at half its size."""
CALM = (0.15, 0.3)
"""Strength of a style's calmest fifth against its median, below which nothing is asked, and above which all is."""
CALMER = 0.65
"""Of each tone of a style, the calmest places, as a share, whose marks are its texture: the rest are contours."""
BARE = 8.0
"""Distance to ink in pixels below which nothing is asked of a panel: lines are no texture, and faces stay calm."""
FEW = 200
"""Places of one tone without which it tells nothing; of the style twice as many, or the tone borrows everybody's."""


@dataclass(frozen=True)
class Target:
    """What is asked of one tone in one layer.

    Attributes:
        whole: the style's responses.
        apart: how far its quarters are from that.
    """

    whole: Normal
    apart: float = 0.0


class ToneTexture:
    """The statistics of a style's marks.

    Args:
        style: (1, 3, H, W) RGB in [0, 1].
        generator: for the filters.
        tones: groups of tones, at most.
    """

    def __init__(self, style: Tensor, generator: torch.Generator, tones: int = TONES) -> None:
        both = torch.cat([style, style.flip(3)])  # a style has no left and right
        self.tones = _tones(_blurred(both), tones, generator)
        inputs = (3, *WIDTHS)
        self.filters = [_filters(inputs[n], WIDTHS[n], size, CONTRAST[n], generator) for n, size in enumerate(SIZES)]
        self.targets: list[list[Target]] = []
        self.energies: list[float] = []
        with torch.no_grad():
            grouped = self._groups(both)
            layers = self._responses(both)
            self.share = _texture_at_all(layers[0]) if layers else 0.0
            for phi in layers:
                group = _calmer(_at(grouped, phi), phi)
                whole = Normal.of(phi.transpose(0, 1)[:, group >= 0])
                everybody = Target(whole)
                self.energies.append(max(whole.energy, 1e-6))
                self.targets.append([_target(phi, group == t, everybody) for t in range(len(self.tones))])

    def __call__(self, X: Tensor, flat: Tensor, distance: Tensor | None = None) -> Tensor:
        """T of each panel.

        Args:
            X: (B, 3, H, W) stylized panels, RGB in [0, 1].
            flat: (B, 3, H, W) their cast flats, RGB in [0, 1].
            distance: (B, 1, H, W) to the drawing's ink, in pixels; None: there is none.

        Returns:
            (B,) at least 0.
        """
        if not self.share:
            return X.new_zeros(len(X))
        grouped = self._groups(flat)
        if distance is not None:
            near = F.interpolate(distance, size=grouped.shape[-2:], mode="bilinear") < BARE
            grouped = torch.where(near, -1, grouped)
        return self.share * torch.stack([self._one(X[b : b + 1], grouped[b : b + 1]) for b in range(len(X))])

    def _one(self, X: Tensor, grouped: Tensor) -> Tensor:
        layers = self._responses(X)
        total = X.new_zeros(())
        for phi, rows, energy in zip(layers, self.targets, self.energies, strict=False):
            group, far, count = _at(grouped, phi), X.new_zeros(()), 0
            for t, target in enumerate(rows):
                mine = phi[0].flatten(1)[:, group.flatten() == t]
                if mine.shape[1] >= FEW:
                    far = far + mine.shape[1] * F.relu(target.whole.far(mine) - target.apart)
                    count += mine.shape[1]
            total = total + far / (max(count, 1) * energy)
        return total / max(len(layers), 1)

    def _responses(self, X: Tensor) -> list[Tensor]:
        """Of each layer for which the picture is large enough, (B, C, h, w)."""
        x = F.avg_pool2d(X, 2) if _halved(X) else X
        pad = AROUND // 2
        x = x - box_mean(F.pad(x, (pad, pad, pad, pad), mode="replicate"), AROUND)
        out: list[Tensor] = []
        for n, bank in enumerate(self.filters):
            if n:
                x = F.max_pool2d(x, 3, 2) if min(x.shape[-2:]) >= 3 else x[..., :0]
            if min(x.shape[-2:]) < bank.shape[-1]:
                break
            x = F.relu(F.conv2d(x, bank, stride=1 if n else 2))
            out.append(x)
        return out

    def _groups(self, flat: Tensor) -> Tensor:
        """The tone group of every fourth place of the cast flats, (B, 1, H / 4, W / 4)."""
        coarse = F.avg_pool2d(flat, min(4, *flat.shape[-2:]))
        coarse = F.avg_pool2d(F.pad(coarse, (1, 1, 1, 1), mode="replicate"), 3, 1)  # about 12 pixels wide
        group = _nearest(coarse.permute(0, 2, 3, 1).reshape(-1, 3), self.tones)
        return group.view(len(flat), 1, *coarse.shape[-2:])


def _target(phi: Tensor, mine: Tensor, everybody: Target) -> Target:
    """Of the places `mine` (B, h, w) among a layer's responses to the style, (B, C, h, w)."""
    if int(mine.sum()) < 2 * FEW:
        return everybody
    whole = Normal.of(phi.transpose(0, 1)[:, mine])
    height, width = phi.shape[-2:]
    parts = []
    for rows in (slice(0, height // 2), slice(height // 2, height)):
        for columns in (slice(0, width // 2), slice(width // 2, width)):
            at = mine[:, rows, columns]
            if int(at.sum()) >= FEW:
                parts.append(float(whole.far(phi[:, :, rows, columns].transpose(0, 1)[:, at])))
    return Target(whole, sum(parts) / len(parts) if parts else 0.0)


def _calmer(group: Tensor, phi: Tensor) -> Tensor:
    """The groups (B, h, w) of a style's places, -1 where responses (B, C, h, w) are not among its tone's calmest."""
    around = F.pad(phi.square().sum(1, keepdim=True), (3, 3, 3, 3), mode="replicate")
    energy, out = box_mean(around, 7)[:, 0], group.clone()
    for t in range(int(group.max()) + 1):
        its = energy[group == t]
        if len(its):
            some = its[:: max(1, len(its) // 100_000)]  # a quantile takes no more
            out[(group == t) & (energy > torch.quantile(some, CALMER))] = -1
    return out


def _texture_at_all(phi: Tensor) -> float:
    """How far marks are all over a style, 0 to 1, by the first layer's responses (B, C, h, w)."""
    energy = F.pad(phi.square().sum(1, keepdim=True), (4, 4, 4, 4), mode="replicate")
    strength = box_mean(energy, 9).sqrt().flatten()
    calm, middle = torch.quantile(
        strength[:: max(1, len(strength) // 100_000)], strength.new_tensor([0.2, 0.5])
    ).tolist()
    share: float = (calm / max(middle, 1e-6) - CALM[0]) / (CALM[1] - CALM[0])
    return min(1.0, max(0.0, share))


def _halved(X: Tensor) -> bool:
    return min(X.shape[-2:]) >= SMALLEST


def _filters(inputs: int, outputs: int, size: int, contrast: float, generator: torch.Generator) -> Tensor:
    """Random filters (outputs, inputs, size, size) that see no tone, scaled after He et al. (2015)."""
    bank = torch.randn(outputs, inputs, size, size, generator=generator)
    bank = bank - bank.mean((1, 2, 3), keepdim=True)
    return contrast * math.sqrt(2 / (inputs * size * size)) * bank


def _at(grouped: Tensor, phi: Tensor) -> Tensor:
    """The tone group at each place of a layer's responses: (B, h, w)."""
    nearest = F.interpolate(grouped.float(), size=phi.shape[-2:], mode="nearest")
    return nearest.long()[:, 0]


def _blurred(X: Tensor) -> Tensor:
    return box_mean(F.pad(X, (5, 5, 5, 5), mode="replicate"), 11)


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
