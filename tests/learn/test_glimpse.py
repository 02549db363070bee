"""What the loss sees of a panel: terms by hand where the view is plain, and which of them count."""

from unittest import mock

import pytest
import torch
from torch import Tensor, nn

from inkwright.learn import augment
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.glimpse import glimpse, placed
from inkwright.learn.tensors import generator

PX = 48


class Fixed(nn.Module):
    """Says the same of every picture, up to its brightness, so that gradients flow."""

    px = PX

    def __init__(self, logit: float, everywhere: tuple[bool, ...] = (False, False)) -> None:
        super().__init__()
        self.logit, self.everywhere = logit, torch.tensor(everywhere)

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        light = V[:, :3].mean((1, 2, 3))[:, None]
        return self.logit + 0 * light + light * torch.ones(1, 2), torch.zeros(len(V), 2, 6, 6)


def ensemble(*logits: float, everywhere: tuple[bool, ...] = (False, False)) -> Ensemble:
    nets = [Fixed(logit, everywhere) for logit in logits]
    return Ensemble(nets, torch.ones(2), torch.tensor([[1.0, 0.0]] * 2))  # type: ignore[arg-type]


def seen(marks: list[float], found: Ensemble, networks: int = 2, visible: float = 1.0, masks: Tensor | None = None):
    """C and L of a black panel, looked at straight, with so much of each element in view."""
    boxes = torch.zeros(1, 2, 12, 12) if masks is None else masks
    straight = lambda V, M, g, strength: (V, M, torch.full((1, 2), visible))  # noqa: E731
    with (
        mock.patch.object(augment, "affine", straight),
        mock.patch.object(augment, "colour", lambda V, *_: V),
        mock.patch.object(augment, "dirt", lambda V, *_: V),
    ):
        black = torch.zeros(1, 3, PX, PX)
        return glimpse(black, torch.tensor([marks]), boxes, found, networks, generator(3))


def softplus(z: float) -> float:
    return float(nn.functional.softplus(torch.tensor(float(z))))


def test_c_is_the_mean_cross_entropy_of_the_networks():
    C, _ = seen([1.0, 0.0], ensemble(1.0, -2.0))
    assert C[0].tolist() == pytest.approx([(softplus(-1) + softplus(2)) / 2, (softplus(1) + softplus(-2)) / 2])


def test_no_more_networks_are_asked_than_there_are():
    assert seen([1.0, 0.0], ensemble(1.0), networks=5)[0][0, 0] == pytest.approx(softplus(-1))


def test_what_is_not_said_or_cut_off_adds_nothing():
    C, _ = seen([float("nan"), 1.0], ensemble(1.0), visible=0.4)
    assert C[0].tolist() == [0, 0]
    assert seen([0.0, 0.0], ensemble(1.0), visible=0.4)[0].min() > 0  # absence is not cut off


def test_a_place_is_known_by_a_box_or_by_absence_and_never_asked_of_settings():
    boxes = torch.zeros(1, 2, 12, 12)
    boxes[0, 0, :4, :4] = 1
    found = ensemble(0.0)
    assert placed(torch.tensor([[1.0, 1.0]]), boxes, found).tolist() == [[True, False]]
    assert placed(torch.tensor([[1.0, 0.0]]), boxes, found).tolist() == [[True, True]]
    assert placed(torch.tensor([[float("nan"), float("nan")]]), boxes, found).tolist() == [[False, False]]
    assert placed(torch.tensor([[1.0, 0.0]]), boxes, ensemble(0.0, everywhere=(True, True))).tolist() == [[False] * 2]
    assert (seen([1.0, 1.0], found, masks=boxes)[1] > 0).tolist() == [[True, False]]


def test_views_differ_by_generator_and_carry_gradients():
    X = torch.rand(1, 3, 40, 56, generator=generator(1)).requires_grad_()
    given = (torch.tensor([[1.0, 0.0]]), torch.zeros(1, 2, 12, 12), ensemble(0.5, 0.7), 2)
    one, same, other = (glimpse(X, *given, generator(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.autograd.grad(one.sum(), X)[0].abs().sum() > 0
