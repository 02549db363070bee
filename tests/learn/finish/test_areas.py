import numpy as np

from inkwright.learn.finish.areas import areas


def sheet(side=120):
    return np.zeros((side, side), np.float32), np.full((side, side, 3), 0.8, np.float32)


def test_a_line_parts_two_areas():
    ink, flat = sheet()
    ink[:, 58:62] = 1
    where = areas(ink, flat)
    assert where.shape == ink.shape
    assert len(np.unique(where[:, :50])) == len(np.unique(where[:, 70:])) == 1
    assert where[60, 20] != where[60, 100]
    assert set(np.unique(where)) == set(range(int(where.max()) + 1))


def test_a_small_gap_in_a_line_does_not_join_them():
    ink, flat = sheet()
    ink[:, 58:62] = 1
    ink[60:62, 58:62] = 0
    where = areas(ink, flat)
    assert where[60, 20] != where[60, 100]


def test_a_border_of_two_tones_parts_areas_without_a_line():
    ink, flat = sheet()
    flat[:, 60:] = 0.2
    where = areas(ink, flat)
    assert where[60, 20] != where[60, 100]


def test_where_nothing_is_drawn_there_is_one_area():
    ink, flat = sheet()
    assert not areas(ink, flat).any()
    assert not areas(np.ones_like(ink), flat).any()  # all line: no room for any
