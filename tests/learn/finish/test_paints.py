import numpy as np

from inkwright.learn.colour import oklab
from inkwright.learn.finish.paints import evened, mix_paints

RED, BLUE = (0.85, 0.15, 0.1), (0.15, 0.25, 0.75)


def halves():
    finish = np.empty((60, 80, 3), np.float32)
    finish[:, :40], finish[:, 40:] = RED, BLUE
    return finish


def mix(finish, drawing):
    return mix_paints([finish], [drawing], [np.ones(finish.shape[:2], np.bool_)], 0)


def test_two_colours_are_two_paints_and_pixels_know_theirs():
    finish = halves()
    paints = mix(finish, np.full_like(finish, 0.7))
    assert len(paints) == 2
    label = paints.labels(finish)
    assert (label[:, :40] == label[0, 0]).all()
    assert (label[:, 40:] == label[0, 60]).all()
    assert label[0, 0] != label[0, 60]
    assert (paints.labels(np.full((2, 2, 3), 0.5, np.float32) + np.float32([0, 0.4, 0])) == -1).all()


def test_a_paint_follows_the_light_of_the_drawing():
    light = np.linspace(0.3, 0.9, 80, dtype=np.float32)
    drawing = np.repeat(np.broadcast_to(light, (60, 80))[..., None], 3, 2)
    finish = (0.25 + 0.1 * drawing) * np.float32(RED) / 0.3
    paints = mix(np.clip(finish, 0, 1), drawing)
    chance = np.ones((2, len(paints)), np.float32) / len(paints)
    dark, bright = paints.painted(chance, np.float32([0.3, 0.9]))
    assert oklab(bright)[0] > oklab(dark)[0] + 0.01


def test_what_is_drawn_speaks_against_paints_that_are_never_drawn_so():
    finish, drawing = halves(), np.full((60, 80, 3), 0.7, np.float32)
    finish[20:40, 10:20], drawing[20:40, 10:20] = 0.97, 0.98  # paper left white stays white
    paints = mix(finish, drawing)
    white = paints.labels(finish)[30, 15]
    told = paints.told(drawing)
    assert told.max() <= 0
    assert told[30, 15].argmax() == white
    assert (np.delete(told[30, 15], white) < told[30, 15, white] - 4).all()
    grey = np.delete(told[5, 5], white)
    assert np.ptp(grey) < 0.2  # grey says nothing of which colour it is
    assert (grey > told[5, 5, white] + 4).all()


def test_of_paints_that_were_never_over_a_drawing_nothing_is_told():
    red, blue = (np.broadcast_to(np.float32(c), (60, 80, 3)).copy() for c in (RED, BLUE))
    grey, mask = np.full((60, 80, 3), 0.7, np.float32), np.ones((60, 80), np.bool_)
    paints = mix_paints([red, blue], [grey, grey], [mask, mask], 0, [True, False])
    bright, dark, one = paints.told(grey)[0, 0], paints.told(0 * grey)[0, 0], paints.labels(red)[0, 0]
    assert bright[1 - one] == dark[1 - one]
    assert bright[one] > bright[1 - one]
    assert dark[one] < dark[1 - one]


def test_the_same_panels_give_the_same_paints():
    finish = halves()
    one, other = (mix(finish, np.full_like(finish, 0.7)) for _ in range(2))
    assert np.array_equal(one.colour, other.colour)


def test_strokes_are_evened_and_borders_stay():
    rng = np.random.default_rng(0)
    finish = np.clip(halves() + 0.04 * rng.standard_normal((60, 80, 1)).astype(np.float32), 0, 1)
    ink = np.zeros((60, 80), np.float32)
    ink[:, 39:41] = 1
    even = evened(finish, ink)
    assert even[:, 5:30].std((0, 1)).max() < 0.02
    assert np.abs(even[30, 10] - RED).max() < 0.05
    assert np.abs(even[30, 70] - BLUE).max() < 0.05
