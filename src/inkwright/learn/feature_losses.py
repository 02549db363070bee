"""B_j: the style's statistics in the features of a pretrained network, for S_j.

    B_j := Σ_l W²(N(μ_l(X_j), Σ_l(X_j)), N(μ_l(Y), Σ_l(Y))) / (|μ_l(Y)|² + tr Σ_l(Y)),  a mean over layers l

Y is the style picture, W² the squared 2-Wasserstein distance of two normal distributions,

    W² = |μ - ν|² + tr Σ + tr T - 2 tr (T^½ Σ T^½)^½

with mean and covariance of a layer's features over a picture's places (moment matching). Differs from Gatys et al.
(2016), who compare Gram matrices: W² grows with the distance that features have to move, not with its fourth power, so
that no loud channel drowns the others; and it is told in shares of the style's own energy, so that layers weigh alike.
Both pictures are seen at half their size: marks at full size are T_j's business, and a network that is asked for them
as well draws rims of single pixels around everything, which please these features and no eye.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.backbones import Features

SEEN = 2
"""How many times smaller pictures are seen."""
SMALLEST = 32
"""Side in pixels below which they are not made smaller."""
EASE = 1e-5
"""Share of a layer's mean variance that is added to all its variances: a root has no slope at 0."""


@dataclass(frozen=True)
class Normal:
    """The normal distribution of a style's features.

    Attributes:
        mean: (C,).
        cov: (C, C).
        root: (C, C) the root of it.
    """

    mean: Tensor
    cov: Tensor
    root: Tensor

    @classmethod
    def of(cls, phi: Tensor) -> "Normal":
        """That of features (C, ...) over their places."""
        mean, cov = moments(phi)
        values, vectors = torch.linalg.eigh(cov.double())
        return cls(mean, cov, ((vectors * values.clamp_min(0).sqrt()) @ vectors.T).float())

    @property
    def energy(self) -> float:
        """|μ|² + tr Σ."""
        return float(self.mean.square().sum() + self.cov.trace())

    def far(self, phi: Tensor) -> Tensor:
        """W² of features (C, ...) to it; a scalar."""
        mean, cov = moments(phi)
        return (mean - self.mean).square().sum() + bures(cov, self.cov, self.root)


class FeatureMoments:
    """The feature statistics of a style.

    Args:
        network: the backbone.
        layers: of it.
        style: (1, 3, H, W) RGB in [0, 1].
        weights: of the layers; none: 1 each.
    """

    def __init__(self, network: Features, layers: Sequence[str], style: Tensor, weights: Sequence[float] = ()) -> None:
        self.network, self.layers = network, tuple(layers)
        self.weights = dict(zip(self.layers, weights or [1.0] * len(self.layers), strict=True))
        with torch.no_grad():
            features = network(seen(style), self.layers)
            self.targets = {layer: Normal.of(phi[0]) for layer, phi in features.items()}

    def __call__(self, X: Tensor) -> Tensor:
        """(B,) for stylized panels (B, 3, H, W) RGB in [0, 1]."""
        features, total, weight = self.network(seen(X), self.layers), X.new_zeros(len(X)), 0.0
        for layer, phi in features.items():
            if layer in self.targets and phi.shape[-2] * phi.shape[-1] > 1:
                weight += self.weights[layer]
                target = self.targets[layer]
                far = torch.stack([target.far(one) for one in phi])
                total = total + self.weights[layer] * far / max(target.energy, 1e-12)
        shares: Tensor = total / max(weight, 1e-12)
        return shares


def seen(X: Tensor) -> Tensor:
    """A picture as it is compared, (B, 3, h, w)."""
    return F.avg_pool2d(X, SEEN) if min(X.shape[-2:]) >= SEEN * SMALLEST else X


def moments(phi: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (C,) and covariance (C, C) of features (C, ...) over their places."""
    flat = phi.float().flatten(1)
    mean = flat.mean(1)
    around = flat - mean[:, None]
    return mean, around @ around.T / flat.shape[1]


def bures(cov: Tensor, target: Tensor, root: Tensor) -> Tensor:
    """tr Σ + tr T - 2 tr (T^½ Σ T^½)^½: how far two centred normal distributions lie apart, squared.

    Args:
        cov: (C, C) Σ, with gradients.
        target: (C, C) T.
        root: (C, C) T^½.
    """
    ease = EASE * float(target.trace() / len(target)) ** 2 + 1e-20
    inner = root.double() @ cov.double() @ root.double()  # LAPACK gives up on dead channels in single precision
    # Eigenvalues alone: their slopes hold no differences of eigenvalues, which may be nothing.
    values = torch.linalg.eigvalsh(0.5 * (inner + inner.T)).clamp_min(0)
    cross = ((values + ease).sqrt() - ease**0.5).sum()
    distance: Tensor = cov.trace() + target.trace() - 2 * cross.float()
    return distance
