import cv2
import numpy as np
import pytest

from inkwright.learn.drawing import (
    REACH,
    clean,
    distance_to,
    even_paper,
    ink_map,
    lit_paper,
    painted,
    painted_share,
)
from inkwright.learn.flats import flats

RED, PAPER = np.array([0.85, 0.15, 0.1], np.float32), 0.97


def drawing(height: int = 160, width: int = 200) -> np.ndarray:
    """A pen circle filled with red marker hatching, and a pen line, on white paper; (H, W, 3) in [0, 1]."""
    image = np.full((height, width, 3), PAPER, np.float32)
    disc = np.zeros((height, width), np.uint8)
    middle = (width // 3, height // 2)
    cv2.circle(disc, middle, 40, 1, -1)
    hatching = (np.arange(width)[None] + np.arange(height)[:, None]) % 9 < 6
    image[(disc > 0) & hatching] = RED
    cv2.circle(image, middle, 40, (0.05, 0.05, 0.05), 3)
    cv2.line(image, (width * 2 // 3, 20), (width - 20, height - 20), (0.05, 0.05, 0.05), 3)
    return np.clip(image, 0, 1)


def painting(height: int = 160, width: int = 200) -> np.ndarray:
    """Soft colours everywhere and no bare paper, (H, W, 3) in [0, 1]."""
    coarse = np.random.default_rng(3).uniform(0.05, 0.75, (6, 8, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def photographed(picture: np.ndarray) -> np.ndarray:
    """As a camera sees it: with grain."""
    grain = 0.03 * np.random.default_rng(1).standard_normal(picture.shape)
    return np.clip(picture + grain, 0, 1).astype(np.float32)


def odd(name: str) -> np.ndarray:
    """Pictures that break careless statistics."""
    sizes = {"small": (16, 16), "wide": (16, 400), "tall": (400, 16)}
    if name in sizes:
        return np.random.default_rng(0).random((*sizes[name], 3), np.float32)
    return np.full((64, 80, 3), {"white": 1.0, "black": 0.0, "grey": 0.5}[name], np.float32)


ODD = ["white", "black", "grey", "small", "wide", "tall"]


def test_a_pale_sky_with_streaks_of_paper_is_no_paper():
    sky, paper = np.array([0.6, 0.8, 0.95], np.float32), np.array([0.9, 0.88, 0.84], np.float32)
    drawn = np.full((128, 128, 3), sky * paper, np.float32)
    drawn[20:26, 10:60] = drawn[70:76, 50:120] = paper
    lit = even_paper(photographed(drawn))
    assert lit[100:, :, 2].mean() - lit[100:, :, 0].mean() > 0.25


# -- ink and flats -----------------------------------------------------------------------------------------------------


def test_ink_is_found_on_pen_lines_only():
    ink = ink_map(drawing())
    assert ink[80, 66 - 40] > 0.7  # on the circle
    assert ink[80, 66 + 40] > 0.7
    assert ink[:, :20].max() < 0.1  # bare paper
    inside = ink[60:100, 46:86]
    assert inside.mean() < 0.1  # red marker is no ink


def test_a_large_black_area_is_not_a_pen_line():
    night = np.full((160, 200, 3), PAPER, np.float32)
    night[:, :100] = 0.05
    assert ink_map(night)[20:-20, 20:80].max() < 0.1


def test_hatching_becomes_a_filled_region_that_ink_holds():
    picture = drawing()
    flat = flats(picture, ink_map(picture))
    inside, outside = flat[60:100, 46:86], flat[:30, :20]

    assert picture[60:100, 46:86, 1].std() > 3 * inside[..., 1].std()
    assert np.abs(inside.mean((0, 1)) - RED).max() < 0.3
    assert np.abs(outside - PAPER).max() < 0.02


@pytest.mark.parametrize("axis", [0, 1])
def test_flat_colours_that_meet_without_a_line_keep_a_sharp_border(axis):
    picture = np.full((96, 96, 3), (0.2, 0.5, 0.3), np.float32)  # a hill
    picture[:, :48] = (0.7, 0.85, 0.95)  # and the sky
    picture = picture if axis else picture.transpose(1, 0, 2).copy()
    flat = flats(picture, ink_map(picture))
    away = np.ones(96, bool)
    away[46:50] = False
    assert np.abs(np.compress(away, flat - picture, axis)).max() < 0.03  # no halo farther than 2 pixels away


def test_a_streak_is_a_gap_between_marker_strokes_on_paper_and_meant_on_a_screen():
    picture = np.full((384, 384, 3), PAPER, np.float32)
    picture[72:312, 72:312] = RED
    picture[72:312, 184:199] = PAPER
    drawn = photographed(picture)
    on_screen, on_paper = (flats(seen, ink_map(seen))[120:264, 190:193, 1].mean() for seen in (picture, drawn))
    assert on_screen > 0.9
    assert on_paper < on_screen - 0.1


def test_small_shapes_in_colours_of_their_own_stay():
    wall = np.full((160, 200, 3), PAPER, np.float32)
    wall[(np.arange(200)[None] + np.arange(160)[:, None]) % 11 < 8] = (0.95, 0.8, 0.4)  # marker strokes, with gaps
    wall[40:120, 90:100] = (0.9, 0.5, 0.1)  # a stripe
    cv2.circle(wall, (40, 80), 6, (0.85, 0.3, 0.35), -1)  # a dot
    picture = photographed(wall)
    flat = flats(picture, np.zeros(wall.shape[:2], np.float32))
    np.testing.assert_allclose(flat[50:110, 93:97].mean((0, 1)), (0.9, 0.5, 0.1), atol=0.1)
    np.testing.assert_allclose(flat[78:83, 38:43].mean((0, 1)), (0.85, 0.3, 0.35), atol=0.12)
    assert flat[20:60, 130:180, 2].std() < 0.3 * picture[20:60, 130:180, 2].std()  # gaps are filled all the same


def test_colour_that_leaks_does_not_tint_wide_paper():
    picture = np.full((200, 200, 3), PAPER, np.float32)
    picture[80:120, 60:140] = RED  # no line holds it
    flat = flats(photographed(picture), np.zeros((200, 200), np.float32))
    assert np.abs(flat[130:, :] - PAPER).max() < 0.04
    assert flat[90:110, 80:120, 1].max() < 0.35


def test_flat_colours_stay_as_they_are_beside_an_ink_line():
    picture = np.full((96, 96, 3), (0.2, 0.5, 0.3), np.float32)
    picture[:, :46] = (0.7, 0.85, 0.95)
    picture[:, 46:50] = 0.05
    flat = flats(picture, ink_map(picture))
    np.testing.assert_allclose(flat[:, :42], picture[:, :42], atol=0.03)
    np.testing.assert_allclose(flat[:, 54:], picture[:, 54:], atol=0.03)


@pytest.mark.parametrize("name", ODD)
def test_flats_of_odd_pictures_are_finite(name):
    flat = flats(odd(name), ink_map(odd(name)))
    assert flat.shape == odd(name).shape
    assert flat.dtype == np.float32
    assert np.isfinite(flat).all()
    assert 0 <= flat.min() <= flat.max() <= 1


def test_distance_to_ink_is_in_pixels_and_ends_somewhere():
    ink = np.zeros((40, 260), np.float32)
    ink[:, 20] = 1
    distance = distance_to(ink)
    assert distance[20, 20] < 2
    assert distance[20, 60] == pytest.approx(40, abs=1)
    assert distance[20, -1] == REACH
    assert (distance_to(np.zeros((8, 8), np.float32)) == REACH).all()


def test_pale_pencil_on_bare_paper_counts_as_ink():
    sheet = np.full((200, 260, 3), PAPER, np.float32)
    cv2.circle(sheet, (130, 100), 60, (0.8, 0.8, 0.82), 2)
    ink = ink_map(sheet)
    assert ink[100, 70] > 0.5
    assert ink[:20].max() < 0.05


# -- paper ------------------------------------------------------------------------------------------------------------


def test_tinted_paper_becomes_white_and_marks_stay_apart_from_it():
    tint = np.array([0.93, 0.87, 0.77], np.float32)
    light = np.broadcast_to(tint, (24, 24, 3)).copy()
    seen = photographed(drawing() * tint)
    for evened in (even_paper(seen), lit_paper(seen, light)):
        assert evened[:30, :20].mean((0, 1)) == pytest.approx([PAPER] * 3, abs=0.05)
        assert evened[80, 26].max() < 0.25


def test_uneven_light_is_evened():
    shade = np.linspace(1.0, 0.6, 200, dtype=np.float32)[None, :, None]
    shaded = photographed(drawing() * shade)
    columns = even_paper(shaded)[:12].mean((0, 2))[20:-20]
    assert np.ptp(shaded[:12].mean((0, 2))) > 0.35
    assert columns.min() > 0.85
    given = lit_paper(drawing() * shade, np.broadcast_to(shade * PAPER, (24, 200, 3)).astype(np.float32))
    assert given[:12].min() > 0.95


def test_a_clean_digital_picture_keeps_its_colours():
    sky = np.array([0.7, 0.85, 0.97], np.float32)
    picture = np.full((160, 200, 3), sky, np.float32)  # a pale sky, which is no paper
    cv2.circle(picture, (66, 80), 40, (0.95, 0.8, 0.2), -1)
    cv2.circle(picture, (66, 80), 40, (0.05, 0.05, 0.05), 3)
    np.testing.assert_array_equal(even_paper(picture), picture)
    assert np.abs(even_paper(photographed(picture))[:20] - sky).mean() > 0.05  # the same sky, drawn on bluish paper


def test_how_clean_a_picture_is():
    assert clean(drawing()) > 0.5 > 0.1 > clean(photographed(drawing())) >= 0
    assert clean(np.full((20, 20, 3), 0.4, np.float32)) == 1


def test_a_painted_picture_keeps_its_colours():
    np.testing.assert_allclose(even_paper(painting()), painting(), atol=0.02)
    white = np.full((24, 24, 3), PAPER, np.float32)
    np.testing.assert_allclose(lit_paper(painting(), white), painting(), atol=1e-5)


def test_white_paper_stays_as_it_is():
    np.testing.assert_allclose(even_paper(drawing())[:30, :20], drawing()[:30, :20], atol=0.03)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("light", [0.0, 1.0])
def test_paper_of_odd_pictures_is_finite(name, light):
    for evened in (even_paper(odd(name)), lit_paper(odd(name), np.full((24, 24, 3), light, np.float32))):
        assert evened.shape == odd(name).shape
        assert np.isfinite(evened).all()
        assert 0 <= evened.min() <= evened.max() <= 1


# -- paint -------------------------------------------------------------------------------------------------------------


def test_a_painting_has_more_paint_than_a_pen_drawing():
    pen, paint = (painted_share([(picture, None)]) for picture in (drawing(), painting()))
    both = painted_share([(drawing(), None), (painting(), None)])
    assert 0 <= pen < 0.3
    assert 0.9 < paint <= 1
    assert pen < both < paint  # one number for the book


@pytest.mark.parametrize("name", ODD)
def test_the_share_of_odd_pictures_is_a_share(name):
    assert 0 <= painted_share([(odd(name), None), (odd(name), np.ones((24, 24, 3), np.float32))]) <= 1


def test_a_painting_keeps_its_shapes_and_says_where_it_is_busy():
    half = painting()
    half[:, 100:] = np.clip(half[:, 100:] + 0.3 * np.random.default_rng(0).standard_normal((160, 100, 1)), 0, 1)
    kept, busy = painted(half)
    assert kept.shape == half.shape
    assert 0 <= kept.min() <= kept.max() <= 1
    assert np.corrcoef(kept[..., 1].ravel(), half[..., 1].ravel())[0, 1] > 0.8
    assert busy[:, 130:].mean() > busy[:, :70].mean() + 0.3


def test_a_black_line_between_deep_colours_is_ink_and_the_colours_are_not():
    picture = np.full((120, 120, 3), 0.97, np.float32)
    picture[30:90, 20:60], picture[30:90, 60:100] = (0.78, 0.15, 0.15), (0.25, 0.33, 0.8)
    picture[30:90, 58:62] = 0.05
    ink = ink_map(picture)
    assert ink[40:80, 59:61].min() > 0.9
    assert ink[40:80, 28:52].max() == 0
    assert ink[40:80, 68:92].max() == 0
    assert ink_map(picture, deep=False)[40:80, 59:61].max() < 0.5


def hair(line: tuple[float, float, float], brown: tuple[float, float, float] = (0.45, 0.3, 0.15)) -> np.ndarray:
    """A small brown shape, 7 x 20 pixels, among long lines of another colour."""
    page = np.ones((160, 200, 3), np.float32)
    cv2.rectangle(page, (20, 20), (180, 140), line, 2)
    cv2.line(page, (20, 60), (180, 80), line, 2)
    page[100:107, 60:80] = brown
    return page


def test_a_small_coloured_shape_is_no_ink_where_lines_are_black():
    ink = ink_map(hair((0.05, 0.05, 0.05)))
    assert ink[101:106, 62:78].max() < 0.1
    assert ink[60:82, 60:120].max() > 0.9


def test_it_is_ink_where_all_lines_are_brown():
    brown = (0.45, 0.3, 0.15)
    ink = ink_map(hair(brown))
    assert ink[101:106, 62:78].min() > 0.2
    assert ink[60:82, 60:120].max() > 0.2
