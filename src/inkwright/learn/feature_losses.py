"""How far two clouds of features lie apart: the Wasserstein distance of two normal distributions, for T_j and B_j.

    W² = |μ - ν|² + tr Σ + tr T - 2 tr (T^½ Σ T^½)^½

with mean and covariance of features over a picture's places (moment matching).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

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
