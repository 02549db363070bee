import numpy as np

from inkwright.learn.finish.lessons import of_drawing
from inkwright.learn.finish.mosaic import MOST, mosaic


def source(colour, width=80):
    ink = np.zeros((60, width), np.float32)
    ink[:, 30:33] = 1
    finish = np.empty((60, width, 3), np.float32)
    finish[:] = colour
    finish[:, 30:33] = 0
    return of_drawing(ink, finish, finish, {})


def test_panels_stand_side_by_side_without_their_lines():
    made = mosaic([source((0.9, 0.2, 0.2)), source((0.2, 0.2, 0.9), 50)])
    assert made.shape == (60, 130, 3)
    assert np.abs(made[:, :75] - (0.9, 0.2, 0.2)).max() < 0.02
    assert np.abs(made[:, 85:] - (0.2, 0.2, 0.9)).max() < 0.02


def test_of_many_a_few_are_taken():
    assert mosaic([source((0.5, 0.5, 0.5))] * 12).shape == (60, 80 * MOST, 3)
