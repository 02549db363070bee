import numpy as np
import pytest

from inkwright.learn.colour import oklab, srgb
from inkwright.learn.mood import MOODS, Mood, mood, shown
from inkwright.vocabulary import WORDS

GREY = np.linspace(0, 1, 21, dtype=np.float32)[:, None].repeat(3, 1)
COLOURS = np.random.default_rng(1).random((400, 3)).astype(np.float32)


def test_every_light_of_the_vocabulary_has_a_rule_and_no_other():
    assert set(MOODS) == {word.name for word in WORDS if word.kind == "light"}


@pytest.mark.parametrize("name", list(MOODS))
def test_a_rule_keeps_lighter_lighter_and_stays_on_the_screen(name: str):
    out = mood([name])(GREY)
    light = oklab(out)[:, 0]
    assert (np.diff(light) > -1e-3).all()
    assert light[-1] - light[0] > 0.3
    assert out.min() >= 0
    assert out.max() <= 1
    assert np.abs(out - GREY).max() > 0.02 or np.abs(mood([name])(COLOURS) - COLOURS).max() > 0.05


@pytest.mark.parametrize("name", [n for n in MOODS if MOODS[n].chroma > 0])
def test_colours_that_differ_go_on_to_differ(name: str):
    # A hero in red and one in green, both of one lightness, are still two in any light that has colours.
    pair = srgb(np.array([[0.55, 0.12, 0.05], [0.55, -0.09, 0.06]], np.float32))
    red, green = oklab(mood([name])(pair))
    assert np.linalg.norm(red - green) > 0.055
    assert red[1] > green[1]


def test_night_is_dark_and_blue_and_sepia_brown():
    night, sepia = (oklab(mood([name])(COLOURS)) for name in ("night", "sepia"))
    before = oklab(COLOURS)
    assert night[:, 0].mean() < before[:, 0].mean() - 0.2
    assert night[:, 2].mean() < before[:, 2].mean() - 0.03
    assert (sepia[:, 1:] > -1e-3).all()
    assert np.ptp(sepia[:, 1]) < 0.05


def test_the_table_says_what_the_rule_says():
    for name in ("dusk", "neon", "noir"):
        exact = srgb(Mood((name,)).lab(oklab(COLOURS)))
        assert np.abs(mood([name])(COLOURS) - exact).mean() < 0.006


def test_no_light_changes_nothing():
    assert mood([])(COLOURS) is COLOURS
    assert not mood([])


def test_several_lights_work_one_after_the_other():
    both = Mood(("dusk", "cold")).lab(oklab(COLOURS))
    assert np.allclose(both, MOODS["cold"](MOODS["dusk"](oklab(COLOURS))))


def test_shown_keeps_lightness_and_hue():
    loud = np.array([[0.5, 0.3, 0.2], [0.9, -0.3, 0.1], [0.5, 0.02, 0.01]])
    got = shown(loud)
    assert np.allclose(got[:, 0], loud[:, 0])
    assert np.allclose(got[:, 1] * loud[:, 2], got[:, 2] * loud[:, 1], atol=1e-6)
    assert np.allclose(got[2], loud[2])
    assert np.abs(oklab(srgb(got)) - got).max() < 5e-3
