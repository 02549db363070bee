import cv2
import numpy as np
import pytest

from inkwright.learn.atlas import COPY
from inkwright.learn.field import direction
from inkwright.learn.guides import Guides, drawing_guides, style_tone

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


def odd(name: str) -> np.ndarray:
    """Pictures that break careless statistics."""
    sizes = {"small": (16, 16), "wide": (16, 400), "tall": (400, 16)}
    if name in sizes:
        return np.random.default_rng(0).random((*sizes[name], 3), np.float32)
    return np.full((64, 80, 3), {"white": 1.0, "black": 0.0, "grey": 0.5}[name], np.float32)


ODD = ["white", "black", "grey", "small", "wide", "tall"]


def check_shapes(guides: Guides, height: int, width: int) -> None:
    for name, shape in (("ink", ()), ("flat", (3,)), ("distance", ()), ("heading", (2,)), ("busy", ())):
        array = getattr(guides, name)
        assert array.shape == (height, width, *shape), name
        assert array.dtype == np.float32, name
        assert np.isfinite(array).all(), name
    for array in (guides.ink, guides.flat, guides.busy):
        assert 0 <= array.min() <= array.max() <= 1
    assert 0 <= guides.distance.min() <= guides.distance.max() <= 90
    assert np.hypot(*np.moveaxis(guides.heading, 2, 0)).max() <= 1 + 1e-5


@pytest.mark.parametrize("detail", [0.0, 0.5, 1.0])
def test_guides_of_a_drawing(detail):
    check_shapes(drawing_guides(drawing(), 1, detail=detail), 160, 200)


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_have_finite_guides(name):
    picture = odd(name)
    for detail in (0.0, 1.0):
        check_shapes(drawing_guides(picture, 1, detail=detail), *picture.shape[:2])


def test_the_same_drawing_gives_the_same_guides_and_the_seed_is_handed_on():
    first, again, other = (drawing_guides(drawing(), seed) for seed in (1, 1, 2))
    for name in ("ink", "flat", "distance", "heading", "busy"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        np.testing.assert_array_equal(getattr(first, name), getattr(other, name))
    assert (first.seed, again.seed, other.seed) == (1, 1, 2)


def test_the_drawing_itself_is_not_changed():
    picture = drawing()
    drawing_guides(picture, 1, detail=0.5)
    style_tone(picture)
    np.testing.assert_array_equal(picture, drawing())


def test_distance_grows_away_from_ink_and_ends_at_ninety_pixels():
    line = np.full((64, 260, 3), PAPER, np.float32)
    line[:, 20:23] = 0.02
    distance = drawing_guides(line, 0).distance[32]
    assert distance[21] < 5
    assert distance[50] == pytest.approx(28, abs=4)
    assert (np.diff(distance[30:80]) > 0).all()
    assert distance[-1] == pytest.approx(90, abs=1e-3)
    assert drawing_guides(odd("white"), 0).distance.min() == pytest.approx(90, abs=1e-3)  # no ink anywhere


def test_detail_keeps_the_shapes_of_a_painting():
    picture = drawing()
    loose, kept = (drawing_guides(picture, 1, detail=detail).flat for detail in (0.0, 1.0))
    part = (slice(60, 100), slice(46, 86))
    assert kept[part].std() > 1.25 * loose[part].std()
    assert not drawing_guides(picture, 1, detail=0.0).busy.any()
    assert drawing_guides(picture, 1, detail=1.0).busy[part].mean() > 0.3


def test_the_light_of_the_page_is_divided_out():
    tint = np.array([0.93, 0.87, 0.77], np.float32)
    light = np.broadcast_to(tint, (24, 24, 3)).copy()
    told, not_told = (drawing_guides(drawing() * tint, 1, light=given) for given in (light, None))
    assert np.abs(told.flat[:30, :20] - PAPER).max() < 0.03
    assert np.abs(not_told.flat[:30, :20] - PAPER).max() > 0.1  # flat colours without grain are no paper, see `clean`


def test_the_heading_is_that_of_the_flats_and_the_ink():
    guides = drawing_guides(drawing(), 1)
    np.testing.assert_array_equal(guides.heading, direction(guides.flat, guides.ink, framed=True))
    beside = guides.heading[80, 66 - 44]  # left of the circle, contours run up and down
    assert beside @ (-1, 0) > 0.8


def test_a_styles_tone_is_what_its_marks_leave():
    noisy = np.clip(painting() + 0.2 * np.random.default_rng(0).standard_normal((160, 200, 1)), 0, 1).astype(np.float32)
    tone = style_tone(noisy)
    assert tone.shape == noisy.shape
    np.testing.assert_allclose(tone, cv2.GaussianBlur(noisy, (0, 0), COPY), atol=0.05)
    assert np.abs((noisy - tone).mean((0, 1))).max() < 0.01
