from dataclasses import replace

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


def test_lines_teach_nothing_and_colours_belong_to_elements():
    source = pair()
    one, paints = lesson_of(source)
    assert (one.labels[source.ink > 0.5] == -1).all()
    inner, outer = one.labels[40, 50], one.labels[5, 5]
    assert inner >= 0 <= outer
    assert inner != outer
    own = lessons.ownership([one], paints, 2)
    assert own[0, inner] > 0.9
    assert own[0, outer] < 0.1
    assert (own[1] == 0.5).all()  # of an element that is nowhere nothing is known


def test_people_in_a_house_are_not_the_house():
    source = pair()
    everywhere = np.ones((80, 120), np.float32)
    source.regions[1] = everywhere  # a setting that fills its panel
    one, paints = lesson_of(source)
    red, blue = one.labels[40, 50], one.labels[5, 5]
    own = lessons.ownership([one], paints, 2)
    assert own[1, red] < 0.1
    assert own[1, blue] > 0.9
    assert own[0, red] > 0.9


def test_what_is_white_in_a_redrawing_was_left_white():
    finish = np.empty((40, 60, 3), np.float32)
    finish[:] = RED
    finish[10:20, 10:30] = 0.97
    source = lessons.of_itself(finish, GREY, {})
    assert np.allclose(source.flat[10:20, 10:30], 0.97)
    assert np.allclose(source.flat[25:], GREY)
    assert np.allclose(lessons.of_itself(finish, np.float32([0.99] * 3), {}).flat, 0.99)  # a sketch without fills


def test_the_ground_of_a_model_sheet_is_left_out():
    sheet = np.full((90, 70, 3), 0.97, np.float32)
    sheet[20:80, 15:55] = RED
    sheet[40:50, 30:40] = 0.97  # white inside it is its own
    source = lessons.of_sheet(sheet, GREY, 1)
    assert not source.taught[:15].any()
    assert source.taught[45, 35]
    assert source.taught[30, 30]
    assert set(source.regions) == {1}
    assert source.regions[1][50, 20] > 0.5 > source.regions[1][2, 2]
    assert not source.over


def test_a_sheet_that_is_painted_all_over_is_all_taught():
    rng = np.random.default_rng(0)
    source = lessons.of_sheet(rng.random((40, 50, 3)).astype(np.float32), GREY, 0)
    assert source.taught.all()


def test_the_finish_says_how_strong_and_dark_lines_are():
    dark, line = lessons.line_of([pair()])
    assert np.abs(dark - 0.1).max() < 0.02
    assert line == 1.0
    source = pair()
    source.finish[source.ink > 0] = BLUE  # painted over
    assert lessons.line_of([source])[1] < 0.3
    blank = lessons.of_drawing(np.zeros((20, 20), np.float32), *(np.ones((20, 20, 3), np.float32),) * 2, {})
    assert lessons.line_of([blank])[1] == 1.0


def test_a_paint_belongs_to_the_element_that_alone_has_it():
    source = pair()
    one, paints = lesson_of(source)
    red, blue = one.labels[40, 50], one.labels[5, 5]
    belongs = lessons.belonging([one], paints, lessons.ownership([one], paints, 2))
    assert belongs[0, red] > 10
    assert belongs[0, blue] < 1  # it is everywhere
    assert (belongs[1] == 1).all()  # no finished picture has it
    # Where it is absent, its paint is; where it may be, or where somebody else may have it, everything is.
    assert lessons.allowed(belongs, {1})[red] < 0.1
    assert lessons.allowed(belongs, {1})[blue] == 1
    assert (lessons.allowed(belongs, {0, 1}) == 1).all()
    shared = belongs.copy()
    shared[1] = belongs[0]
    assert (lessons.allowed(shared, {1}) == 1).all()
    assert lessons.allowed(np.zeros((0, 3), np.float32), ()).tolist() == [1, 1, 1]


def test_without_boxes_the_panels_say_whose_a_paint_is():
    source = pair()
    source.regions[0] = np.full((80, 120), 0.5, np.float32)  # it is there, nobody knows where
    unlike = source.finish.copy()
    unlike[20:60, 30:70] = BLUE
    other = lessons.of_drawing(source.ink, source.flat, unlike, {})
    every = [source, other]
    even = [lessons.evened_of(one) for one in every]
    paints = mix_paints(even, [one.flat for one in every], [one.mask() for one in every], 0)
    its = [lessons.lesson(one, finish, paints, 2) for one, finish in zip(every, even, strict=True)]
    red, blue = its[0].labels[40, 50], its[0].labels[5, 5]
    belongs = lessons.belonging(its, paints, lessons.ownership(its, paints, 2))
    assert belongs[0, red] > 10
    assert belongs[0, blue] < 1
    assert lessons.allowed(belongs, ())[red] < 0.1


def test_an_area_that_reaches_out_of_a_box_is_not_the_elements():
    source = pair()
    source.regions[0] = soft_boxes([(0, 0, 75, 80)], 80, 120)  # red, and half of the blue around it
    one, paints = lesson_of(source)
    own = lessons.ownership([one], paints, 2)
    assert own[0, one.labels[40, 50]] > 0.9
    assert own[0, one.labels[5, 5]] < 0.4


def test_paints_that_look_alike_count_together():
    source = pair()
    one, paints = lesson_of(source)
    red, blue = one.labels[40, 50], one.labels[5, 5]
    colour = paints.colour.copy()
    colour[blue] = colour[red] + 0.02
    like = replace(paints, colour=colour)
    assert lessons.ownership([one], like, 2)[0, red] < 0.7 < lessons.ownership([one], paints, 2)[0, red]
