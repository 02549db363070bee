from dataclasses import replace

import numpy as np

from finished_pair import BLUE, lesson_of, pair
from inkwright.learn.finish import lessons, whose
from inkwright.learn.finish.paints import mix_paints
from inkwright.learn.regions import soft_boxes


def test_lines_teach_nothing_and_colours_belong_to_elements():
    source = pair()
    one, paints = lesson_of(source)
    assert (one.labels[source.ink > 0.5] == -1).all()
    inner, outer = one.labels[40, 50], one.labels[5, 5]
    assert inner >= 0 <= outer
    assert inner != outer
    own = whose.ownership([one], paints, 2)
    assert own[0, inner] > 0.9
    assert own[0, outer] < 0.1
    assert (own[1] == 0.5).all()  # of an element that is nowhere nothing is known


def test_people_in_a_house_are_not_the_house():
    source = pair()
    everywhere = np.ones((80, 120), np.float32)
    source.regions[1] = everywhere  # a setting that fills its panel
    one, paints = lesson_of(source)
    red, blue = one.labels[40, 50], one.labels[5, 5]
    own = whose.ownership([one], paints, 2)
    assert own[1, red] < 0.1
    assert own[1, blue] > 0.9
    assert own[0, red] > 0.9


def test_a_paint_belongs_to_the_element_that_alone_has_it():
    source = pair()
    one, paints = lesson_of(source)
    red, blue = one.labels[40, 50], one.labels[5, 5]
    belongs = whose.belonging([one], paints, whose.ownership([one], paints, 2))
    assert belongs[0, red] > 10
    assert belongs[0, blue] < 1  # it is everywhere
    assert (belongs[1] == 1).all()  # no finished picture has it
    # Where it is absent, its paint is; where it may be, or where somebody else may have it, everything is.
    assert whose.allowed(belongs, {1})[red] < 0.1
    assert whose.allowed(belongs, {1})[blue] == 1
    assert (whose.allowed(belongs, {0, 1}) == 1).all()
    shared = belongs.copy()
    shared[1] = belongs[0]
    assert (whose.allowed(shared, {1}) == 1).all()
    assert whose.allowed(np.zeros((0, 3), np.float32), ()).tolist() == [1, 1, 1]


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
    belongs = whose.belonging(its, paints, whose.ownership(its, paints, 2))
    assert belongs[0, red] > 10
    assert belongs[0, blue] < 1
    assert whose.allowed(belongs, ())[red] < 0.1


def test_an_area_that_reaches_out_of_a_box_is_not_the_elements():
    source = pair()
    source.regions[0] = soft_boxes([(0, 0, 75, 80)], 80, 120)  # red, and half of the blue around it
    one, paints = lesson_of(source)
    own = whose.ownership([one], paints, 2)
    assert own[0, one.labels[40, 50]] > 0.9
    assert own[0, one.labels[5, 5]] < 0.4


def test_paints_that_look_alike_count_together():
    source = pair()
    one, paints = lesson_of(source)
    red, blue = one.labels[40, 50], one.labels[5, 5]
    colour = paints.colour.copy()
    colour[blue] = colour[red] + 0.02
    like = replace(paints, colour=colour)
    assert whose.ownership([one], like, 2)[0, red] < 0.7 < whose.ownership([one], paints, 2)[0, red]


def test_an_element_of_one_paint_has_it_in_every_crop():
    source = pair()
    source.finish[30:36, 36:42] = BLUE  # a spot that is as blue as what is around it
    one, paints = lesson_of(source)
    red, blue = one.labels[50, 50], one.labels[5, 5]
    its = whose.whose([one], paints, [False, True], 0)
    assert its.fewest[0, red] > 0.9
    assert its.most[0, blue] < 0.1
    assert its.only[0, red] > 0.95
    assert its.only[0, blue] < 0.3
    assert (its.fewest[1] == 0).all()  # nobody has seen the other element
    assert (its.most[1] == 1).all()
    assert its.settings.tolist() == [False, True]
    again = whose.whose([one], paints, [False, True], 0)
    assert np.array_equal(its.most, again.most)


def test_an_element_of_two_paints_may_have_either_alone_in_a_close_up():
    source = pair()
    source.finish[40:59, 31:69] = (0.1, 0.7, 0.1)
    one, paints = lesson_of(source)
    red, green = one.labels[30, 50], one.labels[50, 50]
    its = whose.whose([one], paints, [False, True], 0)
    assert its.most[0, red] > 0.7
    assert its.fewest[0, green] < 0.3


def test_without_elements_nothing_is_anybodys():
    one, paints = lesson_of(replace(pair(), regions={}), 0)
    its = whose.whose([one], paints, [], 0)
    assert its.own.shape == its.only.shape == its.fewest.shape == its.most.shape == (0, len(paints))
