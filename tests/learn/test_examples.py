import math

import numpy as np
import pytest
import torch
from torch import Tensor

from inkwright.learn.examples import Batch, Examples, folds, page_folds
from inkwright.learn.tensors import generator

NAN = math.nan
PX = 64
RED, BLUE, GREY = 0, 1, 2  # two things and a setting
WHERE = {RED: (0, 0, 24, 24), BLUE: (36, 36, 24, 24)}  # in panels of 64 x 64
COLOUR = {RED: (1.0, 0.0, 0.0), BLUE: (0.0, 0.0, 1.0)}


def panel(*shown: int) -> Tensor:
    """White, with a red square top left and a blue one bottom right, if shown; (1, 3, 64, 64)."""
    X = torch.ones(1, 3, 64, 64)
    for i in shown:
        x, y, w, h = WHERE[i]
        X[0, :, y : y + h, x : x + w] = torch.tensor(COLOUR[i])[:, None, None]
    return X


def examples() -> Examples:
    """Four panels: red; blue; both, the setting not said; nothing, blue not said."""
    panels = [panel(RED), panel(BLUE), panel(RED, BLUE), panel()]
    p_hat = np.array([[1, 0, 1], [0, 1, 0], [1, 1, NAN], [0, NAN, 0]], np.float64)
    boxes = [{RED: [WHERE[RED]]}, {BLUE: [WHERE[BLUE]]}, {i: [WHERE[i]] for i in WHERE}, {}]
    return Examples(panels, p_hat, boxes, [False, False, True], PX)


def of(data: Examples, *panels: int) -> Batch:
    at = list(panels)
    return Batch(*(getattr(data, name)[at].clone() for name in ("V", "y", "M", "weight", "boxed")))


def test_panels_become_canvases_marks_and_masks():
    data = examples()
    assert len(data) == 4
    assert data.V.shape == (4, 4, PX, PX)
    assert data.M.shape == (4, 3, PX // 4, PX // 4)
    assert data.y.tolist() == [[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert data.M[0, RED, :6, :6].eq(1).all()
    assert data.M[0, RED].sum() == 36
    assert sorted(data.places) == [(0, RED), (1, BLUE), (2, RED), (2, BLUE)]


def test_what_was_not_said_weighs_nothing():
    data = examples()
    assert data.weight.tolist() == [[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 1]]
    assert data.boxed.tolist() == [
        [True, True, False],  # the setting is there, and nobody boxed it
        [True, True, True],
        [True, True, False],
        [True, False, True],
    ]


def test_a_box_of_something_that_is_marked_absent_is_not_believed():
    data = Examples([panel(RED)], np.array([[0.0]]), [{0: [WHERE[RED]]}], [False], PX)
    assert not data.M.any()
    assert data.places == []


def test_the_share_of_panels_counts_only_what_was_said():
    assert examples().positives().tolist() == pytest.approx([2 / 4, 2 / 3, 1 / 3])


def test_a_subset_is_those_panels_and_nothing_of_the_others():
    data = examples()
    part = data.subset([2, 1])
    assert len(part) == 2
    assert torch.equal(part.V, data.V[[2, 1]])
    assert sorted(part.places) == [(0, RED), (0, BLUE), (1, BLUE)]
    assert len(data) == 4
    assert part.subset([1]).places == [(0, BLUE)]


def test_a_sample_is_decided_by_its_generator_and_is_a_copy():
    data = examples()
    first, again = data.sample(8, generator(1)), data.sample(8, generator(1))
    assert torch.equal(first.V, again.V)
    assert first.V.shape == (8, 4, PX, PX)
    first.V.zero_()
    first.y.fill_(7)
    assert float(data.V.max()) == 1
    assert float(data.y.max()) == 1


def test_panels_with_something_rare_come_more_often():
    p_hat = np.zeros((10, 1))
    p_hat[0] = 1
    data = Examples([panel()] * 10, p_hat, [{}] * 10, [False], PX)
    assert 0.35 < float(data.sample(400, generator(0)).y.mean()) < 0.65  # instead of a tenth


def test_every_panel_can_be_drawn():
    data = Examples([panel()] * 3, np.full((3, 1), NAN), [{}] * 3, [False], PX)  # nothing was said of any
    data.V[:, 0, 0, 0] = torch.tensor([0.1, 0.2, 0.3])
    assert len(data.sample(60, generator(0)).V[:, 0, 0, 0].unique()) == 3


# -- pasting ----------------------------------------------------------------------------------------------------------


def test_pasting_makes_an_element_appear_and_leaves_the_other_marks():
    data = examples()
    seen = set()
    for seed in range(12):
        batch = of(data, 3, 3)
        data.paste(batch, generator(seed), 1.0)
        for b in range(2):
            made = [i for i in range(3) if batch.y[b, i] == 1]
            assert len(made) == 1
            i = made[0]
            seen.add(i)
            assert batch.weight[b, i] == 1
            assert batch.boxed[b, i]
            assert batch.M[b, i].any()
            others = [k for k in range(3) if k != i]
            assert batch.y[b, others].tolist() == [0, 0]
            colour = torch.tensor(COLOUR[i])[:, None, None]
            assert bool(((batch.V[b, :3] - colour).abs().sum(0) < 0.05).any())  # it is really there
    assert seen == {RED, BLUE}  # never the setting


def test_pasting_over_another_element_makes_that_one_uncertain_not_wrong():
    data = examples()
    hidden = 0
    for seed in range(300):
        batch = of(data, 0)
        data.paste(batch, generator(seed), 1.0)
        assert batch.y[0, RED] == 1  # it was there and is there, or hidden: never claimed absent
        left = float(batch.M[0, RED].sum()) / 36
        if left < 0.15 and batch.y[0, BLUE] == 1:
            assert batch.weight[0, RED] == 0
            hidden += 1
    assert hidden > 0


def test_a_mask_follows_what_was_pasted():
    data = examples()
    for seed in range(10):
        batch = of(data, 3)
        data.paste(batch, generator(seed), 1.0)
        i = int(batch.y[0].argmax())
        there = (batch.V[0, :3] - torch.tensor(COLOUR[i])[:, None, None]).abs().sum(0) < 0.3
        cells = torch.nn.functional.max_pool2d(there[None].float(), 4)[0] > 0
        assert not bool((cells & (batch.M[0, i] == 0)).any())


def test_a_neighbour_that_was_caught_in_the_cut_out_becomes_uncertain():
    boxes = [{RED: [(0, 0, 24, 24)], BLUE: [(12, 12, 12, 12)]}, {}]
    data = Examples([panel(RED, BLUE), panel()], np.array([[1.0, 1, 0], [0, 0, 0]]), boxes, [False, False, True], PX)
    seen = set()
    for seed in range(12):
        batch = of(data, 1)
        data.paste(batch, generator(seed), 1.0)
        made = int(batch.y[0].argmax())
        assert batch.weight[0].tolist() == [made == RED, made == BLUE, True]
        seen.add(made)
    assert seen == {RED, BLUE}


@pytest.mark.parametrize("change", ["paste", "erase"])
def test_nothing_happens_with_probability_zero(change):
    data = examples()
    batch = of(data, 0, 1, 2, 3)
    getattr(data, change)(batch, generator(0), 0.0)
    for name in ("V", "y", "M", "weight"):
        assert torch.equal(getattr(batch, name), getattr(data, name))


def test_a_book_without_boxes_pastes_and_erases_nothing():
    data = Examples([panel(RED)], np.array([[1.0]]), [{}], [False], PX)
    batch = of(data, 0)
    data.paste(batch, generator(0), 1.0)
    data.erase(batch, generator(0), 1.0)
    assert torch.equal(batch.V, data.V)
    assert batch.y.tolist() == [[1]]


# -- erasing ----------------------------------------------------------------------------------------------------------


def test_erasing_makes_an_element_disappear_and_leaves_the_other_marks():
    data = examples()
    for seed in range(10):
        batch = of(data, 2)
        data.erase(batch, generator(seed), 1.0)
        gone = [i for i in (RED, BLUE) if batch.y[0, i] == 0]
        assert len(gone) == 1
        i, other = gone[0], 1 - gone[0]
        assert not batch.M[0, i].any()
        assert batch.y[0, other] == 1
        assert torch.equal(batch.M[0, other], data.M[2, other])
        assert batch.weight[0, other] == 1
        x, y, w, h = WHERE[i]
        middle = batch.V[0, :3, y + h // 2, x + w // 2]
        assert float((middle - data.V[2, :3, y + h // 2, x + w // 2]).abs().max()) > 0.02


def test_an_erased_element_counts_as_absent():
    data = examples()
    batch = of(data, 0)
    data.erase(batch, generator(0), 1.0)
    assert batch.y[0, RED] == 0
    assert batch.weight[0, RED] == 1
    assert batch.boxed[0, RED]


def test_an_element_that_fills_the_panel_is_not_erased():
    data = Examples([panel(RED)], np.array([[1.0]]), [{0: [(0, 0, 64, 64)]}], [False], PX)
    batch = of(data, 0)
    data.erase(batch, generator(0), 1.0)
    assert batch.y.tolist() == [[1]]
    assert torch.equal(batch.V, data.V)


# -- folds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize(
    "pages", [[1], [1, 1], [1, 1, 1, 1, 1, 2], list(range(20)), [p for p in range(1, 8) for _ in range(3)], []]
)
def test_folds_cover_every_panel_exactly_once(pages, count):
    found = folds(pages, count)
    assert len(found) == count
    assert sorted(j for fold in found for j in fold) == list(range(len(pages)))
    assert sum(not fold for fold in found) == max(0, count - len(pages))


def test_a_page_stays_together_where_there_are_enough_pages():
    pages = [p for p in range(1, 9) for _ in range(3)]
    for fold in folds(pages, 3):
        mine = {pages[j] for j in fold}
        assert [j for j, page in enumerate(pages) if page in mine] == fold


def by_page(*sizes: int) -> list[int]:
    return [page for page, size in enumerate(sizes, 1) for _ in range(size)]


@pytest.mark.parametrize(
    ("pages", "count", "parts", "together"),
    [
        (by_page(3, 3, 3, 4), 3, 4, "page"),  # each page left out once
        (by_page(2, 3, 3, 3, 2), 3, 5, "page"),
        (by_page(*[4] * 9), 3, 3, "page"),
        (by_page(12, 12), 3, 2, "page"),
        (by_page(4, 4), 3, 3, "panel"),  # four panels are too few to learn from
        (by_page(1, 9), 3, 3, "panel"),  # so is one
        (by_page(8), 2, 2, "panel"),
        ([], 2, 2, "panel"),
    ],
)
def test_folds_are_pages_where_enough_is_left_to_learn_from(pages, count, parts, together):
    found, kept = page_folds(pages, count)
    assert kept == together
    assert len(found) == parts
    assert sorted(j for fold in found for j in fold) == list(range(len(pages)))
    if kept == "page":
        assert all(
            {pages[j] for j in fold}.isdisjoint(pages[j] for j in set(range(len(pages))) - set(fold)) for fold in found
        )


def test_a_setting_with_small_boxes_stands_somewhere():
    panels = [panel(), panel()]
    marks = np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    boxes = [{0: [(0, 0, 20, 30)], 1: [(0, 0, 64, 60)]}, {}]
    assert Examples(panels, marks, boxes, [True, True, True], PX).fills() == [False, True, True]
    assert Examples(panels, marks, boxes, [False, True, False], PX).fills() == [False, True, False]
