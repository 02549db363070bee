import numpy as np
import pytest

from inkwright.learn.colour import oklab
from inkwright.learn.own_colour import Sight, own_colour

PAPER, SKY, RED, SKIN, GREY = (0.97, 0.97, 0.95), (0.6, 0.75, 0.95), (0.8, 0.15, 0.12), (0.93, 0.75, 0.6), (0.5,) * 3
BOX = (20, 20, 20, 40)


def panel(inside: list[tuple], around=SKY, boxed: bool = True, seed: int = 0) -> Sight:
    """A panel of 80 x 80 pixels; the box is filled with equal bands of colours, outlined in ink."""
    flat = np.tile(np.float32(PAPER), (80, 80, 1))
    flat[:50] = around
    x, y, w, h = BOX
    if boxed:
        for k, colour in enumerate(inside):
            flat[y + k * h // len(inside) : y + (k + 1) * h // len(inside), x : x + w] = colour
    ink = np.zeros((80, 80), np.float32)
    ink[y, x : x + w] = ink[y + h - 1, x : x + w] = float(boxed)
    flat[ink > 0] = 0.05
    flat = flat + np.random.default_rng(seed).normal(0, 0.01, flat.shape)
    return Sight(np.clip(flat, 0, 1).astype(np.float32), ink, [BOX] if boxed else [])


def near(found, colour) -> bool:
    return found is not None and float(np.linalg.norm(oklab(np.array(found)) - oklab(np.array(colour)))) < 0.02


def test_the_vivid_colour_of_the_boxes_is_found():
    assert near(own_colour([panel([RED, SKIN, RED]), panel([RED, PAPER], seed=1), panel([], boxed=False)]), RED)


def test_what_is_common_elsewhere_does_not_count():
    assert near(own_colour([panel([SKY, SKY, SKY, RED]), panel([SKY, RED])]), RED)


def test_ink_and_paper_are_nobody_s_own():
    assert own_colour([panel([PAPER, PAPER, (0.06, 0.05, 0.05)], around=(0.95, 0.93, 0.9))]) is None


def test_grey_is_taken_where_there_is_nothing_more_vivid():
    assert near(own_colour([panel([GREY, PAPER])]), GREY)
    assert near(own_colour([panel([GREY, RED])]), RED)


def test_a_setting_that_fills_its_panels_is_compared_with_the_others():
    whole = Sight(panel([SKIN], around=RED).flat, np.zeros((80, 80), np.float32), [(0, 0, 80, 80)])
    assert near(own_colour([whole, panel([SKIN])]), RED)


@pytest.mark.parametrize("sights", [[], [panel([], boxed=False)]])
def test_without_boxes_there_is_none(sights):
    assert own_colour(sights) is None


def test_the_same_panels_give_the_same_colour():
    assert own_colour([panel([RED, SKIN])]) == own_colour([panel([RED, SKIN])])
