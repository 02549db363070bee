import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkwright.comic.tiers import Piece, compositions, sized

PAGE = 0.65


def test_all_arrangements_hold_all_panels_once():
    for count in range(1, 8):
        found = compositions(count, 5)
        assert len(set(found)) == len(found)
        assert all(sum(sum(tier) for tier in one) == count and len(one) <= 5 for one in found)
    assert compositions(3, 3) == (((1,), (1,), (1,)), ((1,), (1, 1)), ((1, 1), (1,)), ((1, 1, 1),), ((1, 2),))
    assert compositions(4, 1) == ()


def flexible(importance: float = 1.0) -> Piece:
    return Piece(-1.0, 1.0, importance=importance)


@given(
    st.lists(st.floats(0.3, 6), min_size=2, max_size=7),
    st.integers(0, 200),
    st.floats(0.4, 2.5),
    st.tuples(st.floats(0, 0.05), st.floats(0, 0.05)),
)
@settings(max_examples=100, deadline=None)
def test_panels_fill_the_page(weights, pick, shape, gutters):
    found = compositions(len(weights), 5)
    one = sized([flexible(w) for w in weights], found[pick % len(found)], shape, gutters)
    assert sum(one.heights) == pytest.approx(1)
    for widths in one.widths:
        assert sum(widths) == pytest.approx(1)
    assert all(0 < part <= 1 for stack in one.stacks for part in stack)
    assert np.isfinite(one.cost)


@given(st.floats(1.3, 4), st.integers(2, 4), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_an_important_drawing_gets_more_area_than_it_had(weight, count, which):
    which %= count
    for composition in compositions(count, 4):
        areas = []
        for importance in (1.0, weight):
            pieces = [flexible(importance if n == which else 1.0) for n in range(count)]
            one = sized(pieces, composition, PAGE)
            flat = [h * w * (part if column == 1 else part if k == 0 else 1 - part)
                    for tier, h, widths, stack in zip(composition, one.heights, one.widths, one.stacks, strict=True)
                    for column, w, part in zip(tier, widths, stack, strict=True) for k in range(column)]  # fmt: skip
            assert sum(flat) == pytest.approx(1)
            areas.append(flat[which])
        if len(composition) > 1 or len(composition[0]) > 1:
            assert areas[1] > areas[0]


def test_a_painted_picture_gets_its_own_shape_where_that_can_be():
    shapes = [np.log(2.0), np.log(1.1), np.log(0.9)]
    pieces = [Piece(s, s, rigid=True) for s in shapes]
    one = sized(pieces, ((1,), (1, 1)), 1.0)
    upper, lower = one.heights
    assert one.widths[1][0] / one.widths[1][1] == pytest.approx(1.1 / 0.9, rel=0.1)
    assert upper < lower


def test_shapes_that_do_not_suit_cost_and_cut_ink_costs_more():
    wide, tall = Piece(np.log(2), np.log(2)), Piece(np.log(0.5), np.log(0.5))
    beside, below = ((1, 1),), ((1,), (1,))
    assert sized([tall, tall], beside, 1.0).cost < sized([tall, tall], below, 1.0).cost
    assert sized([wide, wide], below, 1.0).cost < sized([wide, wide], beside, 1.0).cost
    cut = Piece(np.log(0.5), np.log(0.5), stiff_high=True)
    assert sized([cut, cut], below, 1.0).cost > sized([tall, tall], below, 1.0).cost
