import cv2
import numpy as np
import pytest

from inkwright.learn.guides import CHANNELS, NOISE, Guides, drawing_guides, style_guides

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
    for name, shape in (("ink", ()), ("flat", (3,)), ("planes", (CHANNELS,)), ("busy", ()), ("distance", ())):
        array = getattr(guides, name)
        assert array.shape == (height, width, *shape), name
        assert array.dtype == np.float32, name
        assert np.isfinite(array).all(), name
    for array in (guides.ink, guides.flat, guides.busy):
        assert 0 <= array.min() <= array.max() <= 1
    assert np.abs(guides.planes).max() < 10


@pytest.mark.parametrize("detail", [0.0, 0.5, 1.0])
def test_guides_of_a_drawing(detail):
    check_shapes(drawing_guides(drawing(), 1, detail=detail), 160, 200)


def test_guides_of_a_style():
    check_shapes(style_guides(painting(), 1), 160, 200)


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_have_finite_guides(name):
    picture = odd(name)
    for detail in (0.0, 1.0):
        check_shapes(drawing_guides(picture, 1, detail=detail), *picture.shape[:2])
    check_shapes(style_guides(picture, 1), *picture.shape[:2])


def test_the_same_drawing_and_seed_give_the_same_guides():
    first, again, other = (drawing_guides(drawing(), seed) for seed in (1, 1, 2))
    for name in ("ink", "flat", "planes", "busy"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    np.testing.assert_array_equal(first.planes[..., :6], other.planes[..., :6])
    assert np.abs(first.planes[..., NOISE] - other.planes[..., NOISE]).max() > 0.5


def test_the_drawing_itself_is_not_changed():
    picture = drawing()
    drawing_guides(picture, 1, detail=0.5)
    style_guides(picture, 1)
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
