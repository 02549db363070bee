import cv2
import numpy as np
import pytest

from inkwright.learn.finish.align import correlation, laid_over, match

LINE = (40, 35, 40)


def drawn(fills=None, width=320, height=240):
    """A scene of outlined shapes, filled with given colours or left white."""
    rng = np.random.default_rng(3)
    picture = np.full((height, width, 3), 250, np.uint8)
    for n in range(9):
        x, y = int(rng.integers(30, width - 30)), int(rng.integers(30, height - 30))
        size = (int(rng.integers(12, 40)), int(rng.integers(12, 40)))
        fill = (250, 250, 250) if fills is None else tuple(int(v) for v in fills[n])
        cv2.ellipse(picture, (x, y), size, int(rng.integers(0, 90)), 0, 360, fill, -1)
        cv2.ellipse(picture, (x, y), size, 0, 0, 360, LINE, 3)
    return picture.astype(np.float32) / 255


FILLS = np.random.default_rng(5).integers(40, 240, (9, 3))


def moved(picture, matrix):
    size = (picture.shape[1], picture.shape[0])
    return cv2.warpAffine(picture, np.float32(matrix), size, borderMode=cv2.BORDER_REPLICATE)


def test_a_coloured_drawing_lies_over_its_drawing():
    found = match(drawn(), drawn(FILLS))
    assert found.kind == "aligned"
    assert np.array_equal(found.move, np.eye(2, 3))
    assert laid_over(drawn(FILLS), found) is not None


@pytest.mark.parametrize("matrix", [[[1, 0, 12], [0, 1, -7]], [[1.03, 0.02, -5], [-0.02, 1.03, 4]]])
def test_a_small_move_is_found_and_undone(matrix):
    finish = moved(drawn(FILLS), matrix)
    found = match(drawn(), finish)
    assert found.kind == "moved"
    assert found.shift > 0.01
    back = laid_over(finish, found)[20:-20, 20:-20]
    wanted = drawn(FILLS)[20:-20, 20:-20]
    assert np.abs(back - wanted).mean() < 0.3 * np.abs(finish[20:-20, 20:-20] - wanted).mean()


def test_a_frame_that_bled_into_it_is_no_move():
    finish = drawn(FILLS)
    finish[:2], finish[-2:], finish[:, :2], finish[:, -2:] = 0.1, 0.1, 0.1, 0.1
    found = match(drawn(), finish)
    assert found.kind == "aligned"
    assert found.score == pytest.approx(match(drawn(), drawn(FILLS)).score, abs=0.02)


def test_something_else_does_not_look_like_it():
    noise = np.random.default_rng(1).random((240, 320, 3)).astype(np.float32)
    assert match(drawn(), noise).kind == "other"
    assert match(drawn(), np.ascontiguousarray(drawn(FILLS)[::-1, ::-1])).kind == "other"
    assert match(drawn(), np.full((240, 320, 3), 0.5, np.float32)).kind == "other"


def test_a_redrawing_is_neither():
    # Every shape drawn anew at about its place: nothing lies over anything, and yet it is the same picture.
    finish = moved(drawn(FILLS), [[1.1, 0.1, -22], [-0.1, 1.12, 8]])
    assert match(drawn(), finish).kind in ("redrawn", "moved")


def test_even_pictures_do_not_correlate():
    assert correlation(np.ones((5, 5), np.float32), np.ones((5, 5), np.float32)) == 0
    assert correlation(np.ones((5, 5), np.float32), np.ones((5, 5), np.float32), np.zeros((5, 5), np.bool_)) == 0
