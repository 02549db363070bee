import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inkwright.learn.tensors import generator
from inkwright.learn.text_losses import (
    PARTS,
    TEMPLATES,
    THRESHOLD,
    direction,
    directional,
    homography,
    in_perspective,
    in_templates,
    random_corners,
    squeezed,
    words_loss,
)

Numbers = NDArray[np.float64]


def unit(v: Numbers) -> Numbers:
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def numpy_loss(texts: Numbers, drawn: Numbers, whole: Numbers, parts: Numbers, sources: Numbers) -> float:
    """W as its formula says it, in plain NumPy."""
    delta_T = unit(texts.mean(0)) - unit(drawn.mean(0))
    losses = []
    for painted, source in zip(np.concatenate([whole, parts]), sources, strict=True):
        delta_I = painted - source
        losses.append(1 - delta_I @ delta_T / np.sqrt(delta_I @ delta_I) / np.sqrt(delta_T @ delta_T))
    D = np.mean(losses[: len(whole)])
    P = np.mean([loss if loss >= 0.7 else 0.0 for loss in losses[len(whole) :]])
    return float((D + 18 * P) / 19)


def test_the_loss_is_what_plain_numpy_says():
    rng = np.random.default_rng(3)
    texts, drawn, whole, parts = (unit(rng.normal(size=(n, 8))) for n in (5, 5, 2, 12))
    sources = unit(rng.normal(size=(14, 8)))
    as_tensors = [torch.from_numpy(v) for v in (texts, drawn, whole, parts, sources)]
    delta_T = direction(*as_tensors[:2])
    losses = directional(torch.cat(as_tensors[2:4]), as_tensors[4], delta_T)
    assert 0 < int((losses[2:] < THRESHOLD).sum()) < 12, "both kinds of parts are tried"
    assert float(words_loss(losses[:2], losses[2:])) == pytest.approx(numpy_loss(texts, drawn, whole, parts, sources))


def test_a_part_that_is_painted_well_enough_costs_nothing():
    none = torch.zeros(0)
    assert float(words_loss(none, torch.tensor([0.69, 0.2]))) == 0
    assert float(words_loss(none, torch.tensor([0.71]))) == pytest.approx(0.71 * PARTS / (1 + PARTS))
    assert float(words_loss(torch.tensor([0.5]), none)) == pytest.approx(0.5 / (1 + PARTS))


def test_no_change_at_all_is_no_direction_and_no_error():
    same = torch.ones(1, 4, requires_grad=True)
    loss = directional(same, torch.ones(1, 4), torch.tensor([1.0, 0, 0, 0]))
    loss.sum().backward()
    assert float(loss.detach()) == 1
    assert same.grad is not None
    assert bool(torch.isfinite(same.grad).all())


def test_every_template_holds_the_look_once():
    assert len(set(TEMPLATES)) == len(TEMPLATES)
    for text in in_templates("neon light"):
        assert text.count("neon light") == 1
    assert in_templates("{} and {0}")[0] == "{} and {0}"


def test_corners_of_the_square_leave_a_picture_as_it_is():
    X = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(1))
    square = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    assert torch.allclose(in_perspective(X, square, 20), X, atol=1e-5)
    assert torch.allclose(in_perspective(X, square[[1, 0, 3, 2]], 20), X.flip(3), atol=1e-5)


def test_a_homography_takes_the_square_to_its_corners():
    corners = random_corners(generator(4))
    assert bool((corners.abs() <= 1).all())
    assert bool((corners.abs() >= 0.5).all())
    H = homography(corners).numpy()
    for (x, y), expected in zip([(-1, -1), (1, -1), (1, 1), (-1, 1)], corners.numpy(), strict=True):
        u, v, w = H @ [x, y, 1]
        assert np.allclose([u / w, v / w], expected)


def test_what_is_looked_at_in_perspective_has_gradients_in_the_picture():
    X = torch.rand(1, 3, 40, 40, requires_grad=True)
    in_perspective(X, random_corners(generator(1)), 16).sum().backward()
    assert X.grad is not None
    assert float(X.grad.abs().sum()) > 0
    assert squeezed(X, 16).shape == (1, 3, 16, 16)
