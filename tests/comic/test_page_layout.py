import math
from itertools import combinations, pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkwright.comic.order import reading_order
from inkwright.comic.page_layout import Laid, Rules, Wanted, lay_out
from inkwright.comic.slants import Area
from inkwright.comic.tiers import Piece

AREA = Area(40, 40, 660, 960, 16)


def drawing(shape: float = 1.0, importance: float = 1.0, rigid: bool = False, **options: object) -> Wanted:
    log = math.log(shape)
    slack = 0.02 if rigid else 0.15
    return Wanted(Piece(log - slack, log + slack, importance=importance, rigid=rigid),
                  **({"free": (False,) * 4} if rigid else {}), **options)  # type: ignore[arg-type]  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Wanted], Rules]:
    count = draw(st.integers(1, 12))
    wanted = [
        drawing(
            draw(st.floats(0.4, 2.6)),
            draw(st.sampled_from([1.0, 1.0, 1.0, 2.0, 3.0])),
            draw(st.booleans()),
            splash=draw(st.integers(0, 7)) == 0,
            begins=draw(st.integers(0, 7)) == 0,
        )
        for _ in range(count)
    ]
    slants, direction = draw(st.sampled_from(["none", "some", "many"])), draw(st.sampled_from(["ltr", "rtl"]))
    return wanted, Rules(AREA, draw(st.floats(2, 7)), draw(st.integers(1, 7)), slants, 0.2, direction)


def masks(page: Laid) -> list[np.ndarray]:
    found = []
    for quad in page.quads:
        mask = np.zeros((1000, 700), np.uint8)
        cv2.fillPoly(mask, [np.round(np.array(quad)).astype(np.int32)], 1)
        found.append(mask)
    return found


@given(books())
@settings(max_examples=60, deadline=None)
def test_every_drawing_is_on_one_page_in_order_and_panels_keep_apart(book):
    wanted, rules = book
    pages = lay_out(wanted, rules)
    counts = [len(page.quads) for page in pages]
    assert [page.first for page in pages] == [sum(counts[:n]) for n in range(len(pages))]
    assert sum(counts) == len(wanted)
    assert max(counts) <= rules.most
    for page in pages:
        for quad in page.quads:
            xs, ys = [x for x, _ in quad], [y for _, y in quad]
            assert min(xs) >= AREA.left - 0.01
            assert max(xs) <= AREA.right + 0.01
            assert min(ys) >= AREA.top - 0.01
            assert max(ys) <= AREA.bottom + 0.01
            assert cv2.isContourConvex(np.array(quad, np.float32))
            assert cv2.contourArea(np.array(quad, np.float32)) > 400
        for one, two in combinations(masks(page), 2):
            assert not (cv2.dilate(one, np.ones((7, 7), np.uint8)) & two).any()


@given(books())
@settings(max_examples=60, deadline=None)
def test_pages_are_read_in_the_order_of_the_drawings(book):
    wanted, rules = book
    for page in lay_out(wanted, rules):
        outlines = [np.array(quad) for quad in page.quads]
        boxes = []
        for quad in outlines:
            (x0, y0), (x1, y1) = np.floor(quad.min(0)).astype(int), np.ceil(quad.max(0)).astype(int)
            boxes.append((int(x0), int(y0), int(x1 - x0), int(y1 - y0)))
        assert reading_order(boxes, rules.direction, outlines) == list(range(len(boxes)))


def test_a_small_picture_in_its_own_shape_does_not_begin_below_what_is_read_after_it():
    def painted(low: float, high: float, begins: bool = False) -> Wanted:
        return Wanted(Piece(low, high, rigid=True), begins=begins)

    wanted = [painted(-0.71, -0.67, True), painted(0.67, 0.71), painted(-0.71, -0.67)]
    (page,) = lay_out(wanted, Rules(AREA, panels=2.0, most=3, slants="none", steepness=0.2))
    outlines = [np.array(quad) for quad in page.quads]
    boxes = [tuple(int(v) for v in (*quad.min(0), *np.ptp(quad, 0))) for quad in outlines]
    assert reading_order(boxes, "ltr", outlines) == [0, 1, 2]  # type: ignore[arg-type]


@given(books())
@settings(max_examples=40, deadline=None)
def test_splashes_are_alone_and_pages_begin_where_they_should(book):
    wanted, rules = book
    pages = lay_out(wanted, rules)
    firsts = {page.first for page in pages}
    for n, one in enumerate(wanted):
        if one.splash:
            assert any(page.first == n and len(page.quads) == 1 for page in pages)
        if one.begins:
            assert n in firsts
    assert lay_out(wanted, rules) == pages  # no chance in it


def areas(page: Laid) -> list[float]:
    return [float(cv2.contourArea(np.array(quad, np.float32))) for quad in page.quads]


@pytest.mark.parametrize("count", [3, 4, 5, 6])
@pytest.mark.parametrize("importance", [2.0, 3.0])
def test_areas_follow_importance(count: int, importance: float):
    """With drawings that suit any shape, the important one is the largest of its page, by its share or nearly."""
    for which in range(count):
        wanted = [
            Wanted(Piece(-1.2, 1.2, importance=importance if n == which else 1.0)) for n in range(count)
        ]  # fmt: skip
        pages = lay_out(wanted, Rules(AREA, count + importance - 1, 7, "some", 0.1))
        assert len(pages) == 1
        found = areas(pages[0])
        others = [a for n, a in enumerate(found) if n != which]
        assert found[which] > max(others)
        assert found[which] / np.mean(others) == pytest.approx(importance, rel=0.35)


def test_pages_have_as_many_panels_as_wished_and_differ():
    pages = lay_out([drawing(1.2) for _ in range(20)], Rules(AREA, 5))
    assert [len(page.quads) for page in pages] == [5, 5, 5, 5]
    assert all(a.composition != b.composition for a, b in pairwise(pages))
    assert len(lay_out([drawing(1.2, 2.0) for _ in range(20)], Rules(AREA, 5))) > 6


def test_gutters_lean_only_where_nothing_drawn_is_cut():
    upright = lambda quad: quad[0][0] == quad[3][0] and quad[1][0] == quad[2][0]  # noqa: E731
    rules = Rules(AREA, 4, 4, "many", 0.15)
    free = lay_out([drawing(1.0) for _ in range(4)], rules)[0]
    assert not all(upright(quad) for quad in free.quads)
    painted = lay_out([drawing(1.0, rigid=True) for _ in range(4)], rules)[0]
    assert all(upright(quad) for quad in painted.quads)
    straight = lay_out([drawing(1.0) for _ in range(4)], Rules(AREA, 4, 4, "none", 0.15))[0]
    assert all(upright(quad) for quad in straight.quads)


def test_neighbours_share_a_slant():
    page = lay_out([drawing(1.0) for _ in range(4)], Rules(AREA, 4, 4, "many", 0.15))[0]
    left, right = page.quads[0], page.quads[1]
    assert page.composition == ((1, 1), (1, 1))
    one, two = np.subtract(left[2], left[1]), np.subtract(right[3], right[0])
    assert one[0] / one[1] == pytest.approx(two[0] / two[1])
    across = np.subtract(right[0], left[1])
    normal = np.array([one[1], -one[0]]) / np.hypot(*one)
    assert abs(across @ normal) == pytest.approx(AREA.gutter, rel=0.02)


def test_right_to_left_is_the_mirror_image():
    wanted = [drawing(s) for s in (1.0, 0.7, 1.5, 1.1, 2.0)]
    ltr, rtl = (lay_out(wanted, Rules(AREA, 5, direction=d)) for d in ("ltr", "rtl"))
    for a, b in zip(ltr[0].quads, rtl[0].quads, strict=True):
        flipped = sorted((AREA.left + AREA.right - x, y) for x, y in a)
        np.testing.assert_allclose(flipped, sorted(b), atol=1e-6)
