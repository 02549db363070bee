from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.backbones import vgg
from inkwright.learn.feature_losses import FeatureMoments, bures, moments, seen
from pretrained import picture, vgg_weights

LAYERS = ("relu1_1", "relu2_1", "relu3_1")


@pytest.fixture(scope="module")
def network() -> vgg.Vgg:
    return vgg.build(vgg_weights("narrow"), Path("w"))


def numpy_distance(phi: np.ndarray, psi: np.ndarray) -> float:
    """W² of the normal distributions of two layers' features, (C, N) each, over the second's energy."""
    (m, S), (n, T) = ((x.mean(1), np.cov(x, bias=True)) for x in (phi, psi))
    values, vectors = np.linalg.eigh(T)
    root = vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ S @ root).clip(0)).sum()
    return float((((m - n) ** 2).sum() + np.trace(S + T) - 2 * cross) / ((n**2).sum() + np.trace(T)))


def test_the_term_is_what_numpy_says(network: vgg.Vgg):
    Y, X = picture(96, 120), 1 - picture(80, 104).flip(2) ** 2
    got = float(FeatureMoments(network, LAYERS, Y)(X)[0])
    expected = []
    for layer in LAYERS:
        phi, psi = (network(F.avg_pool2d(p, 2), LAYERS)[layer][0].flatten(1).double().numpy() for p in (X, Y))
        expected.append(numpy_distance(phi, psi))
    assert got == pytest.approx(np.mean(expected), rel=0.04)


def test_the_style_itself_costs_next_to_nothing_and_another_picture_more(network: vgg.Vgg):
    Y = picture(96, 120)
    term = FeatureMoments(network, LAYERS, Y)
    own, mirrored, other = (float(term(X)[0]) for X in (Y, Y.flip(3), torch.rand(1, 3, 96, 120)))
    assert abs(own) < 1e-3
    assert own <= mirrored < other


def test_each_picture_of_a_batch_has_its_own(network: vgg.Vgg):
    term = FeatureMoments(network, LAYERS, picture(96, 120))
    X = torch.cat([picture(96, 96), 1 - picture(96, 96)])
    assert torch.allclose(term(X), torch.stack([term(one[None])[0] for one in X]), atol=1e-5)


def test_gradients_are_finite_and_lead_to_the_style(network: vgg.Vgg):
    term = FeatureMoments(network, LAYERS, picture(96, 120))
    X = torch.full((1, 3, 64, 64), 0.5)  # every channel is dead: no variance at all
    X.requires_grad_(True)
    optimizer = torch.optim.Adam([X], lr=0.05)
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = term(X)[0]
        loss.backward()
        assert X.grad is not None
        assert bool(torch.isfinite(X.grad).all())
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0]


def test_layers_weigh_as_asked_and_small_pictures_do_without_the_deep_ones(network: vgg.Vgg):
    Y, X = picture(96, 120), torch.rand(1, 3, 80, 80, generator=torch.Generator().manual_seed(1))
    one = float(FeatureMoments(network, ("relu2_1",), Y)(X)[0])
    assert float(FeatureMoments(network, LAYERS, Y, (0.0, 1.0, 0.0))(X)[0]) == pytest.approx(one, rel=1e-4)
    tiny = FeatureMoments(network, LAYERS, Y)(torch.rand(1, 3, 6, 6))
    assert bool(torch.isfinite(tiny).all())


def test_the_distance_of_two_normal_distributions_in_closed_form():
    def diagonal(*values: float) -> Tensor:
        return torch.diag(torch.tensor(values))

    S, T = diagonal(4.0, 1.0), diagonal(1.0, 9.0)
    assert float(bures(S, T, T.sqrt())) == pytest.approx((2 - 1) ** 2 + (1 - 3) ** 2, abs=0.1)
    mean, cov = moments(torch.tensor([[[1.0, 3.0]], [[0.0, 0.0]]]))
    assert mean.tolist() == [2, 0]
    assert cov.tolist() == [[1, 0], [0, 0]]


def test_pictures_are_seen_at_half_their_size():
    assert seen(torch.zeros(1, 3, 65, 100)).shape == (1, 3, 32, 50)
    assert seen(torch.zeros(1, 3, 63, 100)).shape == (1, 3, 63, 100)
