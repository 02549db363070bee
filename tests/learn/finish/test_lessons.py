import numpy as np

from finished_pair import BLUE, GREY, RED, pair
from inkwright.learn.finish import lessons


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
