import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from inkwright.book import Panel
from inkwright.comic.layout import Interior
from inkwright.config import StyleSettings
from inkwright.operations.material import PanelPicture
from inkwright.operations.protect import finish, kept_in, kept_parts

EVERY = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
"""A picture with every value."""


def painted(drawing: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, drawing.shape, dtype=np.uint8)


def balloon(size: int = 1) -> np.ndarray:
    """A sky with a balloon in the middle, its box about (60, 40, 180, 80)."""
    image = Image.new("RGB", (300 * size, 200 * size), (120, 180, 230))
    draw = ImageDraw.Draw(image)
    draw.ellipse([v * size for v in (60, 40, 240, 120)], fill="white", outline="black", width=3 * size)
    font = ImageFont.load_default(16 * size)
    draw.text((150 * size, 80 * size), "Who goes there?", font=font, fill="black", anchor="mm")
    return np.asarray(image).copy()


def test_strength_none_gives_the_drawing_back():
    result = finish(painted(EVERY), EVERY, StyleSettings(strength=0, keep_ink=1), None)
    assert np.array_equal(result, EVERY)
    assert result is not EVERY


def test_strength_mixes_and_full_strength_changes_nothing():
    other = painted(EVERY)
    assert np.array_equal(finish(other, EVERY, StyleSettings(), None), other)
    half = finish(other, EVERY, StyleSettings(strength=0.5), None)
    assert np.abs(half - (other.astype(float) + EVERY) / 2).max() <= 0.51


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_what_is_kept_is_the_drawing_bit_for_bit(strength: float):
    drawing = painted(np.zeros((80, 90, 3), np.uint8), 1)
    kept = kept_parts(drawing, False, 90, [(10, 12, 30, 40)])
    assert kept is not None
    other = painted(drawing, 2)
    style = StyleSettings(strength=strength)
    result, without = finish(other, drawing, style, kept), finish(other, drawing, style, None)
    assert np.array_equal(result[14:50, 12:38], drawing[14:50, 12:38])
    outside = np.ones((80, 90), np.bool_)
    outside[12:52, 10:40] = False
    assert np.array_equal(result[outside], without[outside])
    edge = kept[30, 10:14]  # soft, and inside
    assert 0 < edge[0] < 1
    assert edge[3] == 1
    assert (np.diff(edge) >= 0).all()


def test_boxes_polygons_and_places_beyond_the_border():
    drawing = np.zeros((60, 70, 3), np.uint8)
    kept = kept_parts(drawing, False, 70, [[(0, 0), (40, 0), (0, 40)]])
    assert kept is not None
    assert kept[0, 0] == 1  # the border is no edge
    assert kept[5, 5] == 1
    assert kept[30, 30] == 0
    assert kept_parts(drawing, False, 70, [(200, 0, 10, 10), [(-90, -90), (-80, -90), (-80, -80)]]) is None
    far = 1_000_000
    whole = kept_parts(drawing, False, 70, [(-far, -far, far, far), [(-far, -far), (far, -far), (0, far)]])
    assert whole is not None
    assert whole[0, 35] == 1
    every = kept_parts(drawing, False, 70, [(0, 0, 70, 60)])
    assert every is not None
    assert every.min() == 1
    assert kept_parts(drawing, False, 70, []) is None
    assert kept_parts(drawing, True, 70) is None


def test_regions_are_in_pixels_of_the_panels_own_box():
    # The panel begins 20 pixels left of its page and has a frame of 6.
    panel = Panel(id="p1", box=(-20, 0, 120, 100), keep=[(40, 30, 20, 10)])
    inside = Interior(np.ones((100, 100), np.float32), (6, 6, 88, 88))
    kept = kept_in(PanelPicture(panel, 1, 100, (0, 0, 100, 100), inside, np.zeros((88, 88, 3), np.uint8)), True)
    assert kept is not None
    ys, xs = np.nonzero(kept)
    assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == (40 - 20 - 6, 30 - 6, 40 - 20 - 6 + 20, 30 - 6 + 10)


@pytest.mark.parametrize("size", [1, 3])
def test_drawn_balloons_stay_and_can_be_given_up(size: int):
    drawing = balloon(size)
    kept = kept_parts(drawing, True, 300 * size)
    assert kept is not None
    assert kept[80 * size, 75 * size] == 1
    result = finish(painted(drawing), drawing, StyleSettings(), kept)
    inner = np.s_[60 * size : 100 * size, 90 * size : 210 * size]
    assert np.array_equal(result[inner], drawing[inner])
    assert kept[: 30 * size].max() == 0
    assert kept_parts(drawing, False, 300 * size) is None


def test_the_night_between_two_balloons_is_no_ink():
    drawing = np.full((120, 200, 3), (20, 40, 60), np.uint8)
    drawing[20:100, 20:96] = drawing[20:100, 104:180] = 255
    kept = kept_parts(drawing, False, 200, [(20, 20, 76, 80), (104, 20, 76, 80)])
    assert kept is not None
    other = np.full_like(drawing, 200)
    result = finish(other, drawing, StyleSettings(keep_ink=1), kept)
    assert np.array_equal(result[kept == 0], other[kept == 0])


def test_ink_is_laid_under_what_is_kept():
    drawing = balloon()
    drawing[150:154, 20:280] = 10
    other = np.full_like(drawing, 200)
    result = finish(other, drawing, StyleSettings(keep_ink=1), kept_parts(drawing, True, 300))
    assert np.abs(result[151, 40:260].astype(int) - 10).max() <= 2
    assert np.array_equal(result[170:], other[170:])
    assert np.array_equal(result[78:82, 100:200], drawing[78:82, 100:200])
