from dataclasses import fields

import numpy as np
import pytest

from inkwright.learn.colour import luma
from inkwright.learn.drawing import distance_to
from inkwright.learn.guides import Guides
from inkwright.learn.inking import BRUSHED, CONTRAST, OPAQUE, calm, inked, loosened

DARK = np.array([0.1, 0.12, 0.2], np.float32)
LINE = slice(38, 42)


def flat(value: float, height: int = 48, width: int = 80) -> np.ndarray:
    return np.full((height, width, 3), value, np.float32)


def line(drawn: float = 0.6, busy: float = 0.0, strength: float = 1.0) -> Guides:
    """Guides of a line down the middle, on a colour that the drawing has there."""
    ink = np.zeros((48, 80), np.float32)
    ink[:, LINE] = strength
    heading = np.zeros((48, 80, 2), np.float32)
    return Guides(ink, flat(drawn), distance_to(ink), heading, np.full_like(ink, busy), 0)


@pytest.mark.parametrize("value", [0.0, 0.05, 0.15, 0.3, 0.5, 0.75, 1.0])
def test_a_line_is_darker_than_what_is_beside_it_on_any_tone(value):
    light = luma(inked(flat(value), None, line(), DARK))[24]
    beside = light[[37, 42]].mean()
    assert light[LINE].max() < beside - 0.75 * CONTRAST
    if value >= 0.3:  # no blacker than the style's ink, but for what is under it
        assert light[LINE].min() > 0.85 * luma(DARK[None])[0]
    assert light[LINE].max() < max(value, 0.1)  # and never lighter than what it bounds


@pytest.mark.parametrize("value", [0.1, 0.5, 0.9])
def test_nothing_changes_far_from_ink_or_without_any(value):
    guides, tone = line(), flat(value)
    made = inked(tone, None, guides, DARK)
    np.testing.assert_allclose(made[guides.distance > 9], tone[guides.distance > 9], atol=1e-5)
    np.testing.assert_allclose(inked(tone, None, line(strength=0.0), DARK), tone, atol=1e-6)


def test_light_tones_need_no_rim_and_dark_ones_get_one():
    beside = (24, slice(42, 44))
    np.testing.assert_allclose(inked(flat(0.9), None, line(), DARK)[beside], 0.9, atol=0.01)
    lit = inked(flat(0.1), None, line(), DARK)
    assert (lit[beside] > 0.1 + 0.5 * CONTRAST).all()
    assert lit[24, 60:].max() < 0.1 + 1e-4  # a rim, no glow


def test_a_line_in_what_was_drawn_black_needs_not_show():
    made = inked(flat(0.1), None, line(drawn=0.05), DARK)
    np.testing.assert_allclose(made[24, 42:46], 0.1, atol=0.03)


def test_marks_lie_on_the_tone_and_are_weaker_in_lines():
    marks = flat(0.0)
    marks[::2], marks[1::2] = 0.1, -0.1
    moved = inked(flat(0.6), marks, line(), DARK) - inked(flat(0.6), None, line(), DARK)
    np.testing.assert_allclose(moved[:, 60:], marks[:, 60:], atol=1e-5)
    share = np.abs(moved[:, LINE]).mean() / 0.1
    assert share == pytest.approx(1 - OPAQUE * (1 - BRUSHED), abs=0.02)


def test_no_marks_are_marks_of_zero():
    np.testing.assert_array_equal(inked(flat(0.4), None, line(), DARK), inked(flat(0.4), flat(0.0), line(), DARK))


@pytest.mark.parametrize("dark", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_any_ink_on_any_tone_stays_within_range_and_changes_nothing_given(dark, value):
    marks = np.random.default_rng(0).uniform(-1, 1, (48, 80, 3)).astype(np.float32)
    tone, given, guides = flat(value), marks.copy(), line()
    made = inked(tone, given, guides, np.full(3, dark, np.float32))
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert 0 <= made.min() <= made.max() <= 1
    np.testing.assert_array_equal(tone, flat(value))
    np.testing.assert_array_equal(given, marks)
    for field in fields(Guides):
        np.testing.assert_array_equal(getattr(guides, field.name), getattr(line(), field.name))


def test_marks_calm_down_near_lines_and_where_it_is_busy():
    free = calm(line(), 8)
    assert free.shape == (48, 80)
    assert free[24, 40] < 0.5 < 0.99 < free[24, 60]
    assert (np.diff(free[24, 42:]) >= 0).all()
    assert (calm(line(busy=1.0), 8) < 0.5 * free).all()


def test_large_marks_keep_farther_away():
    small, large = calm(line(), 8), calm(line(), 16)
    assert (large <= small).all()
    assert large[24, 46] < 0.8 * small[24, 46]


def bounded(height: int = 96, width: int = 160) -> tuple[np.ndarray, Guides]:
    """Two colours, in the upper half with a line between them, and with its ink in the flats."""
    tone = np.full((height, width, 3), 0.8, np.float32)
    tone[:, width // 2 :] = (0.2, 0.5, 0.3)
    ink = np.zeros((height, width), np.float32)
    ink[: height // 2, width // 2 - 2 : width // 2 + 2] = 1
    tone[ink > 0] = 0.02
    heading = np.zeros((height, width, 2), np.float32)
    return tone, Guides(ink, tone, distance_to(ink), heading, np.zeros_like(ink), 5)


def test_a_style_with_firm_borders_keeps_them():
    tone, guides = bounded()
    assert loosened(tone, guides, 1.5) is tone


def test_colours_stray_along_a_line_and_nowhere_else():
    tone, guides = bounded()
    made = loosened(tone, guides, 3.0)
    change = np.abs(made - tone).max(2)
    assert change[10:30, 76:84].mean() > 0.1
    assert change[80:].max() < 0.02  # where no line holds the shape, its colour does
    assert change[:, :50].max() < 0.02
    assert change[:, 110:].max() < 0.02


def test_no_darkness_of_ink_leaks_and_colours_end_unevenly():
    tone, guides = bounded()
    made = loosened(tone, guides, 3.0)
    assert luma(made)[4:40].min() > 0.9 * luma(np.array([0.2, 0.5, 0.3], np.float32))
    ends = (luma(made)[4:40] > 0.6).sum(1)
    assert ends.std() > 0.5
    assert (loosened(tone, guides, 3.0) == made).all()
