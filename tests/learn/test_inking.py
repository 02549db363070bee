from dataclasses import fields

import numpy as np
import pytest

from inkwright.learn.colour import luma
from inkwright.learn.drawing import distance_to
from inkwright.learn.guides import Guides
from inkwright.learn.inking import BRUSH, BRUSHED, Pen, calm, in_relief, inked, loosened, pen_of

DARK = np.array([0.1, 0.12, 0.2], np.float32)
LINE = slice(38, 42)
PEN = Pen()


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
    assert light[LINE].max() < beside - 0.75 * PEN.contrast
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
    assert (lit[beside] > 0.1 + 0.5 * PEN.contrast).all()
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
    assert share == pytest.approx(1 - PEN.opaque * (1 - BRUSHED), abs=0.02)


@pytest.mark.parametrize("value", [0.3, 0.45, 0.6, 0.75, 1.0])
def test_a_painter_s_line_is_lighter_and_can_still_be_seen(value):
    firm, soft = (luma(inked(flat(value), None, line(), DARK, pen))[24] for pen in (PEN, BRUSH))
    assert soft[LINE].max() < value - 0.75 * BRUSH.contrast * BRUSH.opaque
    if value > 0.5:  # in the dark both are as dark as they have to be
        assert soft[LINE].min() > firm[LINE].max() + 0.02
    np.testing.assert_allclose(soft[60:], value, atol=1e-5)


def test_a_lighter_line_is_greyer_not_more_colourful():
    made = inked(flat(0.9), None, line(), DARK, BRUSH)[24, 40]
    assert made.max() - made.min() <= DARK.max() - DARK.min() + 1e-5


def striped(contrast: float) -> np.ndarray:
    """Broad tones from .1 to .9, with fine dark strokes on them."""
    tone = np.repeat(np.repeat(np.linspace(0.1, 0.9, 6, dtype=np.float32), 40)[None], 120, 0)
    tone[:, ::9] -= contrast
    return np.clip(tone, 0, 1)[..., None].repeat(3, 2)


def test_the_pen_is_the_printmaker_s_where_a_style_has_fine_dark_lines_and_else_the_painter_s():
    assert pen_of(striped(0.7)) == PEN
    assert pen_of(striped(0.1)) == BRUSH
    lights = [pen_of(striped(contrast)).light for contrast in (0.43, 0.46, 0.49)]
    assert BRUSH.light > lights[0] > lights[1] > lights[2] > 0  # no jump between them
    for plain in (0.0, 0.5, 1.0):  # a style of one colour
        assert pen_of(flat(plain)) == BRUSH


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


def night(contrast: float = 0.06) -> Guides:
    """A dark picture, 120 x 160 pixels, with a shape hardly lighter than the dark."""
    rng = np.random.default_rng(4)
    picture = np.full((120, 160, 3), 0.25, np.float32) + 0.005 * rng.standard_normal((120, 160, 1)).astype(np.float32)
    picture[40:80, 60:100] += contrast
    ink = np.zeros((120, 160), np.float32)
    busy = np.zeros_like(ink)
    busy[36:84, 56:104] = 1
    return Guides(ink, picture, distance_to(ink), np.zeros((120, 160, 2), np.float32), busy, 0)


def test_a_painting_keeps_its_shapes_where_their_colours_were_cast_alike():
    guides, flattened = night(), flat(0.3, 120, 160)
    kept = luma(in_relief(flattened, guides, 1.0))
    assert kept[50:70, 61:67].mean() > kept[50:70, 53:59].mean() + 0.02
    assert np.array_equal(in_relief(flattened, guides, 0.0), flattened)


def test_a_painting_whose_cast_keeps_its_shapes_stays_as_it_is():
    guides = night()
    assert np.abs(in_relief(guides.flat, guides, 1.0) - guides.flat).max() < 0.01


def test_marks_keep_quiet_around_what_is_hardly_to_be_seen():
    faint, clear = (calm(night(contrast), 16) for contrast in (0.03, 0.5))
    beside = (slice(50, 70), slice(30, 50))
    assert faint[beside].mean() < 0.75 * clear[beside].mean()
    assert clear[beside].min() > 0.9
