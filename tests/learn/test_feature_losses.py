import numpy as np
import pytest
import torch
from torch import Tensor

from inkwright.learn.feature_losses import Normal, bures, moments


def numpy_distance(phi: np.ndarray, psi: np.ndarray) -> float:
    """W² of the normal distributions of two clouds of features, (C, N) each."""
    (m, S), (n, T) = ((x.mean(1), np.cov(x, bias=True)) for x in (phi, psi))
    values, vectors = np.linalg.eigh(T)
    root = vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ S @ root).clip(0)).sum()
    return float(((m - n) ** 2).sum() + np.trace(S + T) - 2 * cross)


def test_the_distance_is_what_numpy_says():
    g = torch.Generator().manual_seed(0)
    phi, psi = torch.randn(8, 300, generator=g) ** 2, 2 * torch.randn(8, 400, generator=g) + 1
    got = float(Normal.of(psi).far(phi))
    exact = numpy_distance(phi.double().numpy(), psi.double().numpy())
    assert got == pytest.approx(exact, abs=0.01 * Normal.of(psi).energy)  # for its slope's sake it is eased a little


def test_the_distance_of_two_normal_distributions_in_closed_form():
    def diagonal(*values: float) -> Tensor:
        return torch.diag(torch.tensor(values))

    S, T = diagonal(4.0, 1.0), diagonal(1.0, 9.0)
    assert float(bures(S, T, T.sqrt())) == pytest.approx((2 - 1) ** 2 + (1 - 3) ** 2, abs=0.1)
    mean, cov = moments(torch.tensor([[[1.0, 3.0]], [[0.0, 0.0]]]))
    assert mean.tolist() == [2, 0]
    assert cov.tolist() == [[1, 0], [0, 0]]
