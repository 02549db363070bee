import numpy as np
import pytest
import torch

from inkwright.learn.finish import finder, lessons, whose
from inkwright.learn.finish.paints import mix_paints
from inkwright.learn.regions import soft_boxes

RED, BLUE = (0.8, 0.1, 0.1), (0.1, 0.2, 0.8)


def finished():
    """Element 0 is red, in a box that shows some blue as well; element 1 fills the panel and is blue."""
    finish = np.empty((80, 120, 3), np.float32)
    finish[:] = BLUE
    finish[20:60, 30:70] = RED
    ink = np.zeros((80, 120), np.float32)
    ink[20:60, 28:31] = ink[20:60, 69:72] = ink[18:21, 28:72] = ink[59:62, 28:72] = 1
    flat = np.full(finish.shape, 0.7, np.float32)
    regions = {0: soft_boxes([(20, 10, 60, 60)], 80, 120), 1: np.ones((80, 120), np.float32)}
    source = lessons.of_drawing(ink, flat, finish, regions)
    even = lessons.evened_of(source)
    paints = mix_paints([even], [source.flat], [source.mask()], 0)
    lesson = lessons.lesson(source, even, paints, 3)
    return lesson, whose.ownership([lesson], paints, 3)


def drawing(seed: int):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.random((1, 3, 80, 120)).astype(np.float32))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(finder, "LABELLED", 1)
    monkeypatch.setattr(finder, "OTHERS", 2)


@pytest.fixture(scope="module")
def scenes():
    lesson, own = finished()
    marks = np.float32([[1, 1, 0], [1, 0, 0], [0, np.nan, 1]])
    return [
        finder.labelled(finder.scene(drawing(0), marks[0]), finder.owners(lesson, own)),
        *(finder.scene(drawing(n), marks[n]) for n in (1, 2)),
    ]


def test_boxes_and_paints_say_whose_a_pixel_is():
    lesson, own = finished()
    owned = finder.owners(lesson, own)
    assert owned.shape == (4, 80, 120)
    assert owned[0, 40, 50] == 1
    assert owned[0, 40, 76] == 0  # in its box, but not in its paint
    assert owned[1, 5, 5] == 1
    assert owned[2].max() == 0
    assert (owned.sum(0) == (lesson.labels >= 0)).all()  # each pixel has one owner, lines have none


def test_labels_lie_where_their_panel_lies_on_the_canvas(scenes):
    labels, canvas = scenes[0].owned, scenes[0].canvas
    assert labels.shape == (4, finder.PX, finder.PX)
    assert labels[:, canvas[0, 3] == 0].max() == 0
    assert labels[0].sum() > 0


def test_what_is_marked_as_absent_is_nowhere(scenes, one_thread):
    search = finder.search(scenes, 0, 1)
    steps = []
    while True:
        try:
            steps.append(next(search))
        except StopIteration as done:
            maps = done.value
            break
    assert steps == list(range(1, finder.NETS + 1))
    assert [m.shape[0] for m in maps] == [3, 3, 3]
    assert maps[1][1:].max() < 1e-6
    assert maps[2][0].max() < 1e-6
    assert maps[1][0].max() > 1e-3
    height, width = maps[0].shape[1:]
    assert width > height  # as the panel is


def test_the_same_panels_give_the_same_maps(scenes, one_thread):
    def found():
        search = finder.search(scenes, 3, 1)
        while True:
            try:
                next(search)
            except StopIteration as done:
                return done.value

    assert all(torch.equal(a, b) for a, b in zip(found(), found(), strict=True))


def test_marks_speak_against_what_is_absent_and_for_what_is_there():
    inside = torch.ones(4, 4)
    here = torch.full((3, 4, 4), 0.05)
    here[0, 1, 1:4] = 0.9  # element 0, in three cells
    marks = np.float32([1, 0])
    assert finder._marked(here, marks, inside) < finder._marked(here.flip(0), marks, inside)
    away = here.clone()
    away[1] = 0.5  # somebody who is absent
    assert finder._marked(away, marks, inside) > finder._marked(here, marks, inside)
    unsaid = np.float32([np.nan, np.nan])
    assert finder._marked(away, unsaid, inside) == finder._marked(here, unsaid, inside) == 0
