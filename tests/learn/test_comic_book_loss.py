import math
from itertools import combinations

import numpy as np
import pytest
import torch

from inkwright.learn.comic_book_loss import comic_book_loss, cross_entropy, location

NAN = math.nan
LN3, LN9 = 1.0986123, 2.1972246  # the logits of p = 3/4 and p = 9/10

# Two panels (rows), three elements (columns). Worked by hand:
#   panel 1:  p̂ = 1, p = 3/4: -ln 3/4 = 0.2876821   p̂ = 0, p = 9/10: -ln 1/10 = 2.3025851   not said:         0
#   panel 2:  p̂ = 0, p = 1/4: -ln 3/4 = 0.2876821   p̂ = 1, p = 1/2:  -ln 1/2  = 0.6931472   p̂ = 1, p = 9/10: 0.1053605
P_HAT = torch.tensor([[1, 0, NAN], [0, 1, 1]])
LOGIT = torch.tensor([[LN3, LN9, 5.0], [-LN3, 0.0, LN9]])
C = torch.tensor([[0.2876821, 2.3025851, 0.0], [0.2876821, 0.6931472, 0.1053605]])
S = torch.tensor([2.0, 3.5])
SUM_C = 3.6764570  # 0.2876821 + 2.3025851 + 0.2876821 + 0.6931472 + 0.1053605
SUM_S = 5.5


def test_the_hand_worked_table():
    torch.testing.assert_close(cross_entropy(P_HAT, LOGIT), C, atol=1e-6, rtol=0)
    assert float(comic_book_loss(S, C, 2)) == pytest.approx(SUM_S + SUM_C, abs=1e-5)


def test_the_source_formula_is_what_is_computed():
    p = torch.sigmoid(LOGIT.double())
    p_hat = torch.tensor([[1.0, 0.0, 0.3], [0.0, 1.0, 0.8]]).double()  # beliefs between 0 and 1 have a meaning, too
    H = -p_hat * p.log() - (1 - p_hat) * (1 - p).log()
    torch.testing.assert_close(cross_entropy(p_hat, LOGIT.double()), H)


@pytest.mark.parametrize(("weight", "total"), [(1.0, 9.1764570), (0.5, 7.3382285), (2.0, 12.8529140), (0.0, 5.5)])
def test_the_weight_of_c(weight, total):
    assert float(comic_book_loss(S, C, 2, weight)) == pytest.approx(total, abs=1e-5)


def test_a_blank_mark_adds_nothing_and_pulls_at_nothing():
    logit = torch.tensor([[3.0, -800.0, 1.0]], requires_grad=True)
    blank = cross_entropy(torch.tensor([[NAN, NAN, 1.0]]), logit)
    blank.sum().backward()

    assert blank[0, :2].tolist() == [0, 0]
    assert logit.grad is not None
    assert logit.grad[0, :2].tolist() == [0, 0]
    assert logit.grad[0, 2] < 0


def test_a_book_of_blanks_is_plain_style_transfer():
    nothing = cross_entropy(torch.full((2, 3), NAN), LOGIT)
    assert float(comic_book_loss(S, nothing, 2)) == SUM_S


@pytest.mark.parametrize(
    ("p_hat", "logit", "value", "slope"),
    [
        (0.0, 1e4, 1e4, 1.0),  # p is 1 to the last bit: log(1 - p) would be -inf
        (1.0, -1e4, 1e4, -1.0),
        (1.0, 1e4, 0.0, 0.0),
        (0.0, -1e4, 0.0, 0.0),
    ],
)
def test_certainty_costs_much_but_stays_finite(p_hat, logit, value, slope):
    z = torch.tensor([[logit]], requires_grad=True)
    found = cross_entropy(torch.tensor([[p_hat]]), z)
    found.sum().backward()

    assert float(found.detach()) == value
    assert z.grad is not None
    assert float(z.grad) == slope


def test_the_slope_is_estimate_minus_belief():
    z = LOGIT.clone().requires_grad_()
    cross_entropy(P_HAT, z).sum().backward()
    assert z.grad is not None
    torch.testing.assert_close(z.grad, torch.tensor([[-0.25, 0.9, 0.0], [0.25, -0.5, -0.1]]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_mini_batch_is_an_unbiased_estimate_of_the_sum_over_the_book(size):
    g = torch.Generator().manual_seed(0)
    J = 5
    s, c = torch.rand(J, generator=g).double(), torch.rand(J, 4, generator=g).double()
    estimates = [float(comic_book_loss(s[list(b)], c[list(b)], J, 0.7)) for b in combinations(range(J), size)]

    assert sum(estimates) / len(estimates) == pytest.approx(float(s.sum() + 0.7 * c.sum()))


def test_without_c_no_gradient_reaches_the_classifiers_estimate():
    z = LOGIT.clone().requires_grad_()
    s = S.clone().requires_grad_()
    comic_book_loss(s, cross_entropy(P_HAT, z), 6, 0.0).backward()

    assert z.grad is not None
    assert s.grad is not None
    assert not z.grad.any()
    assert s.grad.tolist() == [3, 3]  # J / |B| = 6 / 2


# -- extensions --------------------------------------------------------------------------------------------------------


def by_numpy(heat: np.ndarray, target: np.ndarray) -> float:
    """L of one heat-map, cell by cell."""
    total = 0.0
    for z, t in zip(heat.ravel(), target.ravel(), strict=True):
        p = 1 / (1 + np.exp(-z))
        total += (-t * np.log(p) - (1 - t) * np.log(1 - p)) * (3 if t > 0.5 else 1)
    return total / heat.size


def test_location_worked_by_hand():
    # 2 x 2 cells; the box is the upper left one. There p = 3/4: 3 x 0.2876821; elsewhere p = 1/2: 0.6931472 each.
    heat = torch.tensor([[[[LN3, 0.0], [0.0, 0.0]]]])
    boxes = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
    L = location(heat, boxes, torch.tensor([[True]]))
    assert L.shape == (1, 1)
    assert float(L) == pytest.approx((3 * 0.2876821 + 3 * 0.6931472) / 4, abs=1e-6)


def test_location_equals_the_formula_in_plain_numpy():
    g = torch.Generator().manual_seed(4)
    heat = 3 * torch.randn(2, 3, 4, 4, generator=g)
    boxes = (torch.rand(2, 3, 8, 8, generator=g) > 0.5).float()
    said = torch.tensor([[True, False, True], [True, True, False]])
    L = location(heat, boxes, said)
    for b in range(2):
        for i in range(3):
            target = boxes[b, i].reshape(4, 2, 4, 2).mean((1, 3)).numpy()  # a cell's part in a box
            expected = by_numpy(heat[b, i].double().numpy(), target) if said[b, i] else 0.0
            assert float(L[b, i]) == pytest.approx(expected, rel=1e-5)


def test_location_is_least_where_the_boxes_are_and_asks_nothing_where_nothing_is_known():
    boxes = torch.zeros(1, 2, 8, 8)
    boxes[:, :, :4, :4] = 1
    right = torch.where(boxes > 0, 6.0, -6.0)
    heat = torch.cat([right[:, :1], right[:, :1].flip(3)], 1).requires_grad_()
    L = location(heat, boxes, torch.tensor([[True, True]]))
    assert float(L[0, 0].detach()) < 0.01
    assert float(L[0, 1].detach()) > 3

    location(heat, boxes, torch.tensor([[False, True]]))[0].sum().backward()
    assert heat.grad is not None
    assert not heat.grad[0, 0].any()
    assert (heat.grad[0, 1, :4, :4] < 0).all()  # should see more of it in its box
    assert (heat.grad[0, 1, :, 4:] > 0).all()


def test_the_heat_of_an_element_that_is_absent_is_asked_to_be_nowhere():
    L = location(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 8, 8), torch.tensor([[True]]))
    assert float(L) == pytest.approx(0.6931472, abs=1e-6)


def test_each_sum_has_its_own_weight():
    L, K = torch.tensor([[1.0, 2.0], [0.0, 0.5]]), torch.tensor([[0.25, 0.0], [4.0, 1.0]])
    source = SUM_S + SUM_C
    for weights, total in (
        ({}, source),
        ({"L": L, "K": K}, source),  # both are 0 by default
        ({"L": L, "weight_l": 2.0}, source + 2 * 3.5),
        ({"K": K, "weight_k": 0.1}, source + 0.1 * 5.25),
        ({"L": L, "weight_l": 0.5, "K": K, "weight_k": 3.0}, source + 0.5 * 3.5 + 3 * 5.25),
    ):
        assert float(comic_book_loss(S, C, 2, **weights)) == pytest.approx(total, abs=1e-5)
        assert float(comic_book_loss(S, C, 8, **weights)) == pytest.approx(4 * total, abs=1e-4)
