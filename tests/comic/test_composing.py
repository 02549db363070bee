import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from inkwright.comic.composing import bounds, compose, place
from inkwright.comic.layout import interior
from inkwright.comic.loose_drawing import LooseDrawing, look_at, sheet, whitened

RED = (200, 20, 20)


def figure(
    size: tuple[int, int], box: tuple[int, int, int, int], paper: tuple[int, ...] = (236, 228, 210)
) -> np.ndarray:
    """A red ball on paper that is lit from the left."""
    image = Image.new("RGB", size, paper)
    ImageDraw.Draw(image).ellipse(box, fill=RED, outline=(0, 0, 0), width=3)
    light = np.linspace(1.0, 0.85, size[0])[None, :, None]
    return (np.asarray(image) * light).astype(np.uint8)


def painted(size: tuple[int, int] = (300, 200)) -> np.ndarray:
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 160, (10, 15, 3), np.uint8))
    return np.asarray(small.resize(size, Image.Resampling.BICUBIC))


# -- looking ----------------------------------------------------------------------------------------------------------


def test_a_figure_on_paper_may_lose_its_empty_border_and_no_more():
    look = look_at(figure((400, 300), (120, 40, 240, 260)), 0.2)
    assert look.on_paper
    assert look.touches == (False, False, False, False)
    assert look.spare[0] == pytest.approx(0.2)  # 0.3 is free, 0.2 the most
    assert look.spare[1] == pytest.approx(40 / 300 - 0.03, abs=0.02)
    assert look.narrowest < 400 / 300 < look.widest
    xs = [x for x, _ in look.hull]
    assert min(xs) == pytest.approx(120, abs=3)
    assert max(xs) == pytest.approx(240, abs=3)


def test_ink_that_meets_an_edge_is_seen_and_a_stray_mark_is_not():
    pixels = figure((400, 300), (-60, 40, 160, 260))
    assert look_at(pixels, 0.2).touches == (True, False, False, False)
    pixels[150:153, 380:398] = 40
    look = look_at(pixels, 0.2)
    assert look.touches == (True, False, False, False)
    assert look.spare[2] > 0.15


def test_a_painted_picture_has_no_paper():
    look = look_at(painted(), 0.2)
    assert not look.on_paper
    assert look.touches == (True,) * 4
    assert max(look.spare) <= 0.1


def test_an_empty_sheet_is_looked_at():
    look = look_at(np.full((200, 300, 3), 240, np.uint8), 0.2)
    assert look.on_paper
    assert look.hull == ()


def test_paper_becomes_white_whatever_light_fell_on_it():
    pixels = figure((400, 300), (120, 40, 240, 260))
    white = whitened(pixels)
    assert white[:20].min() >= 250
    assert np.abs(white[150, 180].astype(int) - np.array(RED)).max() < 45  # a little lighter, as its paper
    np.testing.assert_array_equal(whitened(painted()), painted())


def test_a_sheet_on_an_empty_canvas_is_cut_out():
    canvas = np.full((600, 800, 3), 255, np.uint8)
    inner = figure((400, 300), (120, 40, 240, 260))
    canvas[150:450, 200:600] = inner
    np.testing.assert_array_equal(sheet(canvas), inner)
    whole = figure((400, 300), (120, 40, 240, 260), (255, 255, 255))
    assert sheet(whole) is whole  # a figure on white is no sheet on a canvas
    blank = np.full((200, 200, 3), 255, np.uint8)
    assert sheet(blank) is blank


# -- placing ----------------------------------------------------------------------------------------------------------


@given(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)),
    st.integers(120, 400),
    st.integers(120, 400),
    st.tuples(st.floats(0.02, 0.45), st.floats(0.02, 0.45), st.floats(0.55, 0.98), st.floats(0.55, 0.98)),
)
@settings(max_examples=80, deadline=None)
def test_all_that_is_drawn_lies_inside_its_panel(slant, width, height, ink):
    a, b, c, d = slant
    corners = [(100 + a, 100), (100 + a + width, 100 + b), (100 + width + c, 100 + height + b), (100, 100 + height + d)]
    x0, y0, x1, y1 = ink[0] * 500, ink[1] * 400, ink[2] * 500, ink[3] * 400
    hull = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    spare = (min(0.2, ink[0]), min(0.2, ink[1]), min(0.2, 1 - ink[2]), min(0.2, 1 - ink[3]))
    at = place(LooseDrawing(500, 400, True, spare, (False,) * 4, hull), corners, 4)
    points = np.array(hull) * at.scale + (at.x, at.y)
    around = np.array(corners, float)
    for one, two in zip(around, np.roll(around, -1, 0), strict=True):
        side = (two[0] - one[0]) * (points[:, 1] - one[1]) - (two[1] - one[1]) * (points[:, 0] - one[0])
        assert (side / np.linalg.norm(two - one) > 3.5).all()  # clockwise, and clear of the frame


def test_a_drawing_in_its_own_shape_fills_its_panel():
    look = LooseDrawing(300, 200, False, (0.0,) * 4, (True,) * 4)
    at = place(look, [(50, 60), (650, 60), (650, 460), (50, 460)], 4)
    assert at.scale == pytest.approx(596 / 300, rel=0.01)
    assert (at.x, at.y) == pytest.approx((52, 62), abs=1.5)


def test_ink_that_meets_an_edge_stands_at_the_frame():
    look = look_at(figure((400, 300), (-60, 40, 160, 260)), 0.2)
    at = place(look, [(50, 60), (1050, 60), (1050, 360), (50, 360)], 4)
    assert at.x == pytest.approx(52, abs=0.5)


# -- composing --------------------------------------------------------------------------------------------------------


def test_a_page_has_its_drawings_frames_and_paper():
    pixels = figure((400, 300), (120, 40, 240, 260))
    look = look_at(pixels, 0.2)
    straight = [(20, 20), (280, 20), (280, 200), (20, 200)]
    slanted = [(20, 230), (280, 210), (250, 380), (20, 380)]
    panels = [(pixels, look, c, place(look, c, 3)) for c in (straight, slanted)]
    page = compose((300, 400), panels, 3)
    assert page.shape == (400, 300, 3)
    assert (page[:18] == 255).all()
    assert (page[390:] == 255).all()
    for _, _, corners, at in panels:
        x, y = round(180 * at.scale + at.x), round(150 * at.scale + at.y)
        assert np.abs(page[y, x].astype(int) - np.array(RED)).max() < 60
        reds = np.argwhere((page[..., 0] > 120) & (page[..., 1] < 90))
        assert len(reds) > 500
        found = interior(page, bounds(corners), None if corners is straight else corners)
        assert found.mask.mean() > 0.75  # the frame is found as a frame, and the rest is painted
        assert found.mask[0].max() == 0
    assert page[100, 21].max() < 60
    np.testing.assert_array_equal(page, compose((300, 400), panels, 3))


def test_frames_may_be_left_out_and_paper_kept():
    pixels = figure((400, 300), (120, 40, 240, 260))
    look = look_at(pixels, 0.2)
    corners = [(20, 20), (280, 20), (280, 200), (20, 200)]
    at = place(look, corners, 0)
    plain = compose((300, 220), [(pixels, look, corners, at)], 0)
    assert plain[100, 21].min() > 245
    kept = compose((300, 220), [(pixels, look, corners, at)], 0, whiten=False)
    assert 190 < kept[30, 30].mean() < 240
    assert np.abs(np.diff(kept[100, 22:60].astype(int), axis=0)).max() < 12  # paper goes on without a seam
