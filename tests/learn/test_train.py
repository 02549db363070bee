import math

import numpy as np
import pytest
import torch
from torch import Tensor

from inkwright.learn.augment import noise_textures
from inkwright.learn.classifiers import ElementNet
from inkwright.learn.examples import Batch, Examples
from inkwright.learn.tensors import generator
from inkwright.learn.train import (
    HEAT_WEIGHT,
    MIN_AUC,
    MIN_POSITIVES,
    Progress,
    Recipe,
    auc,
    augmented,
    calibrated,
    heat_loss,
    interval,
    logits,
    platt,
    presence_loss,
    score,
    start,
    train,
)

PX = 48
RECIPE = Recipe(60, 12, lr=8e-3)


def book(count: int, seed: int) -> Examples:
    """Half of the panels have a small red square, half (independently) a blue circle, all have scribbles."""
    rng = np.random.default_rng(seed)
    panels, marks, boxes = [], [], []
    y, x = np.mgrid[0:48, 0:48]
    for n in range(count):
        image = np.full((48, 48, 3), 0.95) + rng.normal(0, 0.02, (48, 48, 3))
        image[rng.integers(0, 48, 60), rng.integers(0, 48, 60)] = 0.1
        found = {}
        if n % 2:
            left, top = rng.integers(0, 32, 2)
            image[top : top + 16, left : left + 16] = (0.85, 0.1, 0.1)
            found[0] = [(int(left), int(top), 16, 16)]
        if n // 2 % 2:
            cx, cy = rng.integers(9, 39, 2)
            image[(x - cx) ** 2 + (y - cy) ** 2 < 64] = (0.1, 0.2, 0.85)
            found[1] = [(int(cx) - 8, int(cy) - 8, 16, 16)]
        panels.append(torch.from_numpy(image.clip(0, 1).transpose(2, 0, 1)[None]).float())
        marks.append([n % 2, n // 2 % 2])
        boxes.append(found)
    return Examples(panels, np.array(marks, np.float64), boxes, [False, False], PX)


def make() -> ElementNet:
    return ElementNet([False, False], PX, (12, 16, 24))


def textures() -> Tensor:
    return noise_textures(8, PX, generator(9))


def trained(steps: int, state: Progress | None = None, recipe: Recipe = RECIPE) -> tuple[Progress, list[float]]:
    """A net after so many of the recipe's steps, and the losses of those."""
    state = state or start(make, recipe, 0)
    losses = []
    for done, loss in train(state, book(16, 0), recipe, textures(), 0):
        losses.append(loss)
        if done == steps:
            break
    return state, losses


def test_an_element_is_learned_from_sixteen_panels_and_told_from_a_distractor():
    state, losses = trained(RECIPE.steps)
    net = make()
    net.load_state_dict(state.mean)
    unseen = book(24, 1)
    z = logits(net, unseen.V)

    assert sum(losses[-10:]) < 0.65 * sum(losses[:10])
    for i in range(2):
        assert auc(unseen.y[:, i].numpy(), z[:, i].numpy()) > 0.9  # type: ignore[operator]


def test_the_same_seed_gives_the_same_net_and_another_seed_another():
    first, again = trained(3)[0], trained(3)[0]
    for name, value in first.mean.items():
        assert torch.equal(value, again.mean[name])
    assert not torch.equal(start(make, RECIPE, 0).net.heads.weight, start(make, RECIPE, 1).net.heads.weight)  # type: ignore[union-attr, arg-type]


def test_training_in_two_sittings_is_training_in_one():
    whole = trained(6)[0]
    halves = trained(6, trained(3)[0])[0]
    assert halves.step == 6
    for name, value in whole.net.state_dict().items():
        assert torch.equal(value, halves.net.state_dict()[name]), name
    for name, value in whole.mean.items():
        assert torch.equal(value, halves.mean[name]), name


def test_a_finished_net_is_not_trained_on():
    state = start(make, Recipe(2, 4), 0)
    assert [step for step, _ in train(state, book(8, 0), Recipe(2, 4), textures(), 0)] == [1, 2]
    assert list(train(state, book(8, 0), Recipe(2, 4), textures(), 0)) == []


def test_starting_leaves_the_global_generator_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    start(make, RECIPE, 0)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("mixup", [0.0, 1.0])
def test_a_batch_is_whole(mixup):
    recipe = Recipe(10, 6, mixup=mixup)
    for seed in range(5):
        b = augmented(book(8, 0), recipe, textures(), generator(seed), 1.0)
        assert b.V.shape == (6, 4, PX, PX)
        assert b.y.shape == b.weight.shape == b.boxed.shape == (6, 2)
        for name in ("V", "y", "M", "weight"):
            tensor = getattr(b, name)
            assert torch.isfinite(tensor).all()
            assert float(tensor.min()) >= -1e-5
            assert float(tensor.max()) <= 1 + 1e-5


def test_a_book_of_blanks_and_empty_panels_trains_without_a_nan():
    blank = Examples([torch.ones(1, 3, 48, 48)] * 3, np.full((3, 2), np.nan), [{}] * 3, [False, True], PX)
    state = start(make, Recipe(2, 4), 0)
    for _, loss in train(state, blank, Recipe(2, 4), textures(), 0):
        assert math.isfinite(loss)
    assert all(torch.isfinite(v).all() for v in state.mean.values())


# -- the losses -------------------------------------------------------------------------------------------------------


def batch(y: list[list[float]], weight: list[list[float]], boxed: bool = True) -> Batch:
    Y = torch.tensor(y)
    M = torch.zeros(*Y.shape, 4, 4)
    return Batch(torch.zeros(len(Y), 4, 8, 8), Y, M, torch.tensor(weight), torch.full(Y.shape, boxed))


def test_presence_is_a_balanced_cross_entropy_over_what_is_known():
    b = batch([[1.0, 0.0]], [[1.0, 1.0]])
    even = torch.tensor([0.5, 0.5])
    found = presence_loss(torch.zeros(1, 2), b, even)
    assert float(found) == pytest.approx(math.log(2), abs=1e-5)
    rare = presence_loss(torch.zeros(1, 2), b, torch.tensor([0.25, 0.5]))
    assert float(rare) == pytest.approx((2 + 1) / 2 * math.log(2), abs=1e-5)  # a rare element's presence weighs double


def test_what_is_not_known_has_no_say_in_presence_or_place():
    b = batch([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]])
    z, heat = torch.zeros(2, 2, requires_grad=True), torch.zeros(2, 2, 2, 2, requires_grad=True)
    (presence_loss(z, b, torch.tensor([0.5, 0.5])) + HEAT_WEIGHT * heat_loss(heat, b)).backward()
    assert z.grad is not None
    assert heat.grad is not None
    assert (z.grad != 0).tolist() == [[True, False], [False, False]]
    assert heat.grad[0, 0].ne(0).all()
    assert not heat.grad[1].any()
    assert not heat.grad[0, 1].any()


def test_heat_wants_the_box_and_nothing_else():
    b = batch([[1.0]], [[1.0]])
    b.M[0, 0, :2, :2] = 1  # upper left quarter
    right = torch.full((1, 1, 2, 2), -8.0)
    right[0, 0, 0, 0] = 8
    wrong = right.flip(3)
    assert float(heat_loss(right, b)) < 1e-3
    assert float(heat_loss(wrong, b)) > 5
    assert float(heat_loss(wrong, batch([[1.0]], [[1.0]], boxed=False))) == 0  # nobody said where


# -- scores -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "z", "area"),
    [
        ([1, 1, 0, 0], [4, 3, 2, 1], 1.0),
        ([1, 1, 0, 0], [1, 2, 3, 4], 0.0),
        ([1, 0, 1, 0], [4, 3, 2, 1], 0.75),
        ([1, 0], [1, 1], 0.5),
        ([1, 1, 0], [5, 2, 2], 0.75),  # a tie counts half
    ],
)
def test_the_area_under_the_curve(y, z, area):
    assert auc(np.array(y, float), np.array(z, float)) == area


@pytest.mark.parametrize("y", [[1, 1], [0, 0], []])
def test_one_class_has_no_area(y):
    assert auc(np.array(y, float), np.zeros(len(y))) is None


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    y, z = rng.integers(0, 2, 40).astype(float), rng.integers(0, 9, 40).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in z[y > 0.5] for b in z[y < 0.5]]
    assert auc(y, z) == pytest.approx(np.mean(pairs))


def test_platt_finds_the_map_that_made_the_data():
    rng = np.random.default_rng(0)
    z = rng.normal(0, 3, 4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-(0.5 * z - 1)))).astype(float)
    a, b = platt(y, z)
    assert a == pytest.approx(0.5, abs=0.05)
    assert b == pytest.approx(-1, abs=0.1)


def test_platt_minimises_its_own_cost():
    y, z = np.array([1, 1, 0, 0, 0.0]), np.array([2, 0.5, 0, -1, -3.0])
    target = np.where(y > 0.5, 3 / 4, 1 / 5)  # smoothed: (2 + 1) / (2 + 2) and 1 / (3 + 2)

    def cost(a: float, b: float) -> float:
        s = a * z + b
        return float((np.logaddexp(0, s) - target * s).sum() + 0.5 * np.log(a) ** 2 + 0.05 * b**2)

    a, b = platt(y, z)
    for da, db in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
        assert cost(a, b) < cost(a + da, b + db)


@pytest.mark.parametrize("y", [[1.0, 1, 1, 1], [0.0, 0, 0, 0], [1.0, 0, 1, 0], [1.0]])
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e3])
def test_platt_never_turns_an_estimate_around_or_runs_away(y, scale):
    z = scale * np.array([1.0, -1.0, 2.0, -2.0])[: len(y)]
    a, b = platt(np.array(y), z)
    assert 0.1 <= a <= 3
    assert -4 <= b <= 4


def held_out(positives: int, negatives: int, right: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Marks and logits of which that share is in order, and that all was said."""
    y = np.array([1.0] * positives + [0.0] * negatives)
    z = np.where(y > 0.5, 2.0, -2.0) + np.linspace(0, 0.1, len(y))
    wrong = round((1 - right) * positives)
    z[:wrong] = -5
    return y, z, np.ones(len(y), bool)


def test_an_element_that_was_learned_is_reliable():
    found = score(*held_out(MIN_POSITIVES, 5))
    assert found.reliable
    assert (found.positives, found.negatives, found.auc, found.note) == (MIN_POSITIVES, 5, 1.0, "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (held_out(MIN_POSITIVES - 1, 9), f"only {MIN_POSITIVES - 1} panels"),
        (held_out(0, 9), "only 0 panels"),
        (held_out(9, 1), "every panel"),
        (held_out(9, 0), "every panel"),
        (held_out(8, 8, 0.5), "not recognised"),
    ],
)
def test_an_element_that_cannot_be_relied_on_says_why(data, said):
    found = score(*data)
    assert not found.reliable
    assert said in found.note


def test_an_element_that_is_told_backwards_says_why():
    y, z, said = held_out(6, 6)
    found = score(y, -z, said)
    assert found.auc == 0
    assert not found.reliable
    assert "not recognised" in found.note


def test_reliability_begins_at_the_stated_area():
    y = np.array([1.0] * 4 + [0.0] * 4)
    z = np.array([8, 7, 6, 1, 5, 4, 3, 2.0])  # 12 of 16 pairs
    assert auc(y, z) == MIN_AUC == 0.75
    assert score(y, z, np.ones(8, bool)).reliable
    z[2] = 4.5
    assert not score(y, z, np.ones(8, bool)).reliable


def test_panels_of_which_nothing_was_said_are_left_out():
    y, z, said = held_out(6, 6)
    said[:3] = False
    assert score(y, z, said).positives == 3
    assert not score(y, z, said).reliable


def test_logits_are_those_of_both_mirror_images_in_evaluation_mode():
    net = start(make, RECIPE, 0).net.train()
    V = book(6, 0).V
    z = logits(net, V)
    assert not net.training
    assert not z.requires_grad
    torch.testing.assert_close(z, logits(net, V.flip(3)))


def test_the_interval_holds_the_area_and_narrows_with_panels():
    rng = np.random.default_rng(0)
    widths = []
    for count in (12, 200):
        y = (np.arange(count) % 3 == 0).astype(float)
        z = y + rng.normal(0, 1, count)
        low, high = interval(y, z)  # type: ignore[misc]
        area = auc(y, z)
        assert low <= area <= high  # type: ignore[operator]
        assert interval(y, z) == (low, high)
        widths.append(high - low)
    assert widths[1] < 0.6 * widths[0]


def test_one_class_has_no_interval():
    assert interval(np.ones(5), np.arange(5.0)) is None
    assert score(*held_out(6, 0)).interval is None


def test_an_element_with_few_panels_is_calibrated_like_the_others():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (200, 3)).astype(float)
    z = 4 * (y - 0.5) + rng.normal(0, 2, y.shape)
    said = np.ones(y.shape, bool)
    said[12:, 2] = False
    rows = calibrated(y, z, said)
    assert rows[2][0] == pytest.approx(rows[0][0], rel=0.5)
    said[:, 2] = False
    pooled = platt(y[said], z[said])
    assert calibrated(y, z, said)[2] == pytest.approx(pooled)
    assert calibrated(y, z, np.zeros(y.shape, bool)) == [(1.0, 0.0)] * 3
