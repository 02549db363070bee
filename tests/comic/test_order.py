import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkwright.comic.order import reading_order
from inkwright.errors import InternalError

Box = tuple[int, int, int, int]


@settings(max_examples=60, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(1, 300), st.integers(1, 300)), max_size=9
    ),
    seed=st.integers(0, 99),
    direction=st.sampled_from(["ltr", "rtl", "strip"]),
)
def test_the_order_is_total_and_the_same_for_every_permutation(boxes: list[Box], seed: int, direction: str) -> None:
    outlines = [np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], float) for x, y, w, h in boxes]
    for given_outlines in (None, outlines):
        order = reading_order(boxes, direction, given_outlines)
        assert sorted(order) == list(range(len(boxes)))
        mixed = np.random.default_rng(seed).permutation(len(boxes)).tolist()
        other = reading_order(
            [boxes[i] for i in mixed], direction, None if given_outlines is None else [outlines[i] for i in mixed]
        )
        assert [boxes[mixed[i]] for i in other] == [boxes[i] for i in order]


def test_facing_pages_are_read_one_after_the_other() -> None:
    left = [(20, 20, 200, 180), (20, 210, 200, 180)]
    right = [(260, 20, 200, 180), (260, 210, 200, 180)]
    assert reading_order([*left, *right]) == [0, 1, 2, 3]
    assert reading_order([*left, *right], "rtl") == [2, 3, 0, 1]
    near = [(x - 30, y, w, h) for x, y, w, h in right]  # a gutter as narrow as the others: one wide page
    assert reading_order([*left, *near]) == [0, 2, 1, 3]


def test_an_inset_is_read_after_the_panel_that_it_is_set_into() -> None:
    assert reading_order([(40, 30, 80, 60), (0, 0, 400, 300), (0, 310, 400, 100), (200, 200, 80, 60)]) == [1, 0, 3, 2]


def test_triangles_are_told_apart_along_their_diagonal() -> None:
    upper = np.array([[0, 0], [300, 0], [300, 180]], float)
    lower = np.array([[0, 10], [290, 190], [0, 190]], float)
    boxes = [(0, 10, 290, 180), (0, 0, 300, 180)]
    assert reading_order(boxes, "ltr", [lower, upper]) == [1, 0]
    assert reading_order(boxes, "rtl", [lower, upper]) == [1, 0]
    tall = [np.array([[0, 0], [0, 400], [180, 400]], float), np.array([[10, 0], [190, 0], [190, 390]], float)]
    assert reading_order([(0, 0, 180, 400), (10, 0, 180, 390)], "ltr", tall) == [0, 1]
    assert reading_order([(0, 0, 180, 400), (10, 0, 180, 390)], "rtl", tall) == [1, 0]


@pytest.mark.parametrize(("direction", "expected"), [("ltr", [0, 1, 2, 3]), ("rtl", [1, 0, 3, 2])])
def test_tiers_that_lean_are_read_one_after_the_other(direction: str, expected: list[int]) -> None:
    """Without gutters nothing but a line as slanted as the panels tells the tiers apart."""
    outlines = [
        np.array([[0, 0], [200, 0], [180, 260], [0, 290]], float),
        np.array([[200, 0], [400, 0], [400, 230], [180, 260]], float),
        np.array([[0, 290], [260, 251], [230, 500], [0, 500]], float),
        np.array([[260, 251], [400, 230], [400, 500], [230, 500]], float),
    ]
    boxes = [(0, 0, 200, 290), (180, 0, 220, 260), (0, 251, 260, 249), (230, 230, 170, 270)]
    assert reading_order(boxes, direction, outlines) == expected


def test_tiers_that_lean_are_read_before_columns_that_happen_to_lie_in_line() -> None:
    """The right columns of both tiers lie in line, but the tiers lean: across them one reads on."""
    outlines = [
        np.array([[0, 0], [290, 0], [290, 215], [0, 244]], float),
        np.array([[300, 0], [500, 0], [500, 194], [300, 214]], float),
        np.array([[0, 256], [140, 242], [140, 500], [0, 500]], float),
        np.array([[150, 241], [290, 227], [290, 500], [150, 500]], float),
        np.array([[300, 226], [500, 206], [500, 500], [300, 500]], float),
    ]
    boxes = [(0, 0, 290, 244), (300, 0, 200, 214), (0, 242, 140, 258), (150, 227, 140, 273), (300, 206, 200, 294)]
    assert reading_order(boxes, "ltr", outlines) == [0, 1, 2, 3, 4]
    assert reading_order(boxes, "rtl", outlines) == [1, 0, 4, 3, 2]


def test_a_strip_is_read_from_the_top() -> None:
    assert reading_order([(0, 300, 200, 90), (100, 0, 100, 100), (0, 50, 90, 200)], "strip") == [1, 2, 0]


def test_an_unknown_direction_is_our_own_fault() -> None:
    with pytest.raises(InternalError, match="sideways"):
        reading_order([], "sideways")
