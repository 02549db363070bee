from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.backbones import vgg
from inkwright.learn.tone_features import GREY, SMALLEST, ToneFeatures, seen
from patterns import grey, stripes
from pretrained import vgg_weights

LAYERS = ("relu1_1", "relu2_1")


@pytest.fixture(scope="module")
def network() -> vgg.Vgg:
    return vgg.build(vgg_weights("narrow"), Path("w"))


@pytest.fixture(scope="module")
def term(network: vgg.Vgg) -> ToneFeatures:
    return ToneFeatures(network, LAYERS, stripes(256, 11.0, strength=0.1))


def cost(term: ToneFeatures, X: Tensor) -> float:
    return float(term(X, grey(0.5, X.shape[-1]))[0])


def test_of_one_tone_it_is_the_distance_of_all_features(network: vgg.Vgg, term: ToneFeatures):
    X = stripes(192, 22.0)
    expected = []
    for n, layer in enumerate(LAYERS):
        phi = network(seen(X), LAYERS)[layer][0].flatten(1)
        target = term.targets[n][0]
        expected.append(max(float(target.whole.far(phi)) - target.apart, 0) / term.energies[n])
    assert len(term.tones) == 1
    assert cost(term, X) == pytest.approx(np.mean(expected), rel=1e-3)


def test_the_styles_own_marks_cost_nothing_and_others_do(term: ToneFeatures):
    own, others = (
        cost(term, stripes(192, 11.0, strength=0.1, seed=1)),
        [cost(term, X) for X in (stripes(192, 22.0, strength=0.1), grey(0.5, 192))],
    )
    assert own < 0.5 * min(others)


def test_tones_are_not_asked_for(term: ToneFeatures):
    X = stripes(192, 22.0)
    assert cost(term, X + 0.2) == pytest.approx(cost(term, X), rel=1e-3)


def test_a_style_that_is_calm_in_large_parts_asks_for_nothing(network: vgg.Vgg):
    style = grey(0.5, 256)
    style[..., :64] = stripes(256, 16.0)[..., :64]
    assert ToneFeatures(network, LAYERS, style).share == 0


def test_gradients_are_finite_and_lead_to_the_style(term: ToneFeatures):
    X = grey(0.5, 128).requires_grad_(True)  # every channel is dead: no variance at all
    optimizer, losses = torch.optim.Adam([X], lr=0.05), []
    for _ in range(8):
        optimizer.zero_grad()
        loss = term(X, grey(0.5, 128))[0]
        loss.backward()
        assert X.grad is not None
        assert bool(torch.isfinite(X.grad).all())
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0]


def test_pictures_of_a_few_pixels_cost_something_finite(term: ToneFeatures):
    assert bool(torch.isfinite(term(torch.rand(2, 3, 6, 6), torch.rand(2, 3, 6, 6))).all())


def test_pictures_are_seen_at_half_their_size_and_without_their_tone():
    assert seen(torch.zeros(1, 3, 65, 100)).shape == (1, 3, 32, 50)
    assert seen(torch.zeros(1, 3, 2 * SMALLEST - 1, 100)).shape == (1, 3, 2 * SMALLEST - 1, 100)
    assert float((seen(grey(0.9)) - GREY).abs().max()) < 1e-5
    marks = stripes(128, 16.0)
    assert float((seen(marks) - GREY).std()) > 0.5 * float(F.avg_pool2d(marks, 2).std())
