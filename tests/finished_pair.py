"""A finished panel that lies over its drawing, a red shape in an outline on blue, and its lesson. For tests."""

import numpy as np

from inkwright.learn.finish import lessons
from inkwright.learn.finish.paints import mix_paints
from inkwright.learn.regions import soft_boxes

RED, BLUE, GREY = (0.8, 0.1, 0.1), (0.1, 0.2, 0.8), np.full(3, 0.7, np.float32)


def pair():
    ink = np.zeros((80, 120), np.float32)
    finish = np.empty((80, 120, 3), np.float32)
    finish[:] = BLUE
    finish[20:60, 30:70] = RED
    ink[20:60, 28:31] = ink[20:60, 69:72] = ink[18:21, 28:72] = ink[59:62, 28:72] = 1
    finish[ink > 0] = 0.1
    flat = np.broadcast_to(GREY, finish.shape).astype(np.float32)
    return lessons.of_drawing(ink, flat, finish, {0: soft_boxes([(28, 18, 44, 44)], 80, 120)})


def lesson_of(source, elements=2):
    even = lessons.evened_of(source)
    paints = mix_paints([even], [source.flat], [source.mask()], 0)
    return lessons.lesson(source, even, paints, elements), paints
