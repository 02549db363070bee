import numpy as np
import pytest

from inkwright.learn.colour import oklab
from inkwright.learn.palette import Palette
from inkwright.learn.pins import RADIUS, SAME, Pin, missed, node_colours, pin

HALF_STEP = 0.5 / 255
RED, BLUE, INK = (0.83, 0.13, 0.1), (0.12, 0.25, 0.75), (0.06, 0.07, 0.1)


def cast() -> Palette:
    """A palette that dulls every colour a little; red and paper are its clusters."""
    nodes = node_colours(25)
    table = np.asarray(0.1 + 0.7 * nodes + 0.1 * nodes.mean(1, keepdims=True), np.float32).reshape(25, 25, 25, 3)
    source = np.array([[0.97, 0.96, 0.93], RED], np.float32)
    bare = Palette(source, source, np.array([0.9, 0.1], np.float32), np.array(INK, np.float32), table)
    return Palette(source, bare(source[None])[0], bare.share, bare.dark, table)


def apart(a, b) -> np.ndarray:
    return np.linalg.norm(oklab(np.asarray(a)) - oklab(np.asarray(b)), axis=-1)


def colours(count: int = 30_000) -> np.ndarray:
    return np.random.default_rng(0).random((count, 3), np.float32)


@pytest.mark.parametrize(
    "result", [(0.2, 0.6, 0.3), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)]
)
@pytest.mark.parametrize("source", [RED, INK, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.5, 0.5, 0.5), (0.125, 0.5, 0.25)])
def test_a_pinned_colour_becomes_what_was_said(source, result):
    made = pin(cast(), [Pin(source, result)])
    assert missed(made, [Pin(source, result)])[0] < HALF_STEP
    assert missed(cast(), [Pin(source, result)])[0] > 0.05
    assert made.table.min() >= 0
    assert made.table.max() <= 1
    assert all(getattr(made, name).dtype == np.float32 for name in ("source", "result", "share", "dark", "table"))


def test_many_pins_are_met_at_once():
    rng = np.random.default_rng(1)
    pairs = rng.random((20, 2, 3)).tolist()
    pins = [Pin(tuple(source), tuple(result)) for source, result in pairs]
    made = pin(cast(), pins)
    assert max(missed(made, pins)) < HALF_STEP
    assert len(made.source) == 22


def test_near_pins_are_both_met():
    other = (0.77, 0.2, 0.1)
    assert 0.02 < apart(RED, other) < 0.06
    pins = [Pin(RED, (0.7, 0.2, 0.2)), Pin(other, (0.3, 0.6, 0.2))]
    assert max(missed(pin(cast(), pins), pins)) < HALF_STEP


def test_pins_that_contradict_each_other_are_told_and_stay_in_range():
    pins = [Pin(RED, (0.0, 1.0, 0.0)), Pin((0.832, 0.13, 0.1), (0.0, 0.0, 1.0))]
    made = pin(cast(), pins)
    assert max(missed(made, pins)) > 0.1
    assert np.isfinite(made.table).all()


def test_shades_follow_and_far_colours_stay():
    given, made = cast(), pin(cast(), [Pin(RED, (0.1, 0.6, 0.2))])
    x = colours()
    far, moved = apart(x, RED), apart(given(x[None])[0], made(x[None])[0])
    assert moved[far < 0.04].min() > 0.4 * apart(given(np.array([[RED]]))[0, 0], (0.1, 0.6, 0.2))
    assert moved[far > 0.12].max() < 0.02
    assert moved[far > RADIUS + 0.04].max() == 0


def test_the_correction_is_smooth():
    """Along a line through the pin no step of 1/255 changes the result by more than a few steps."""
    made = pin(cast(), [Pin(RED, (0.1, 0.6, 0.2))])
    line = np.linspace(0, 1, 256, dtype=np.float32)[:, None] * np.array([1.0, 0.157, 0.12], np.float32)
    assert np.abs(np.diff(made(line[None])[0], axis=0)).max() < 8 / 255


def test_the_nearest_cluster_becomes_the_pin_and_a_new_colour_gets_a_row():
    given = cast()
    close = (0.81, 0.14, 0.11)
    assert apart(close, RED) < SAME
    made = pin(given, [Pin(close, (0.2, 0.5, 0.3)), Pin(BLUE, (0.9, 0.8, 0.1))])
    np.testing.assert_allclose(made.source, [given.source[0], close, BLUE], atol=1e-6)
    np.testing.assert_allclose(made.result[1:], [(0.2, 0.5, 0.3), (0.9, 0.8, 0.1)], atol=1e-6)
    np.testing.assert_array_equal(made.result[0], given.result[0])
    assert made.share.tolist() == [*given.share.tolist(), 0]


def test_two_pins_near_one_cluster_make_two_rows():
    made = pin(cast(), [Pin(RED, (0.2, 0.5, 0.3)), Pin((0.8, 0.16, 0.1), (0.25, 0.5, 0.3))])
    assert len(made.source) == 3


def test_without_pins_nothing_changes():
    given = cast()
    assert pin(given, []) is given


def test_the_same_pins_give_the_same_bytes():
    pins = [Pin(RED, (0.2, 0.5, 0.3)), Pin(BLUE, (0.9, 0.8, 0.1))]
    first, again = pin(cast(), pins), pin(cast(), pins)
    for name in ("source", "result", "share", "dark", "table"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
