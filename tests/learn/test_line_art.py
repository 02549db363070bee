import cv2
import numpy as np
import pytest

from inkwright.learn.line_art import lay_ink

INK, PAPER = (30, 20, 40), (247, 244, 236)


def drawn(height: int = 200, width: int = 260, colour: tuple[int, int, int] = INK) -> np.ndarray:
    """A ring and a line of a soft pen on paper; half of the ring is filled with a pale colour."""
    large = np.full((4 * height, 4 * width, 3), PAPER, np.uint8)
    middle = (4 * width // 3, 2 * height)
    cv2.ellipse(large, middle, (240, 240), 0, 0, 180, (240, 190, 120), -1)
    cv2.circle(large, middle, 240, colour, 20)
    cv2.line(large, (4 * width * 2 // 3, 80), (4 * width - 80, 4 * height - 80), colour, 20)
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)


def painting(shape: tuple[int, ...]) -> np.ndarray:
    coarse = np.random.default_rng(1).integers(60, 200, (5, 6, 3), dtype=np.uint8)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("height", [200, 700])
def test_at_full_the_lines_have_the_drawings_own_colour(height: int):
    drawing = drawn(height)  # the taller one is worked on in two bands
    painted = painting(drawing.shape)
    result = lay_ink(painted, drawing, 1.0)
    core = np.abs(drawing.astype(int) - INK).max(2) <= 2
    assert core.sum() > 500
    assert np.abs(result[core].astype(int) - drawing[core]).max() <= 2


def test_nothing_of_the_paper_comes_along():
    drawing = drawn()
    painted = np.full_like(drawing, 60)  # darker than the paper by far
    result = lay_ink(painted, drawing, 1.0)
    assert result.max() <= 80
    empty = cv2.erode((drawing.min(2) > 100).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert np.array_equal(result[empty], painted[empty])


def test_the_soft_edge_is_as_soft_as_drawn():
    drawing = drawn()
    result = lay_ink(np.full_like(drawing, PAPER), drawing, 1.0).astype(int)
    line = np.s_[20:180, 190:240]
    assert np.abs(result[line] - drawing[line]).mean() < 3


def test_half_is_between():
    drawing = drawn()
    painted = painting(drawing.shape)
    none, half, full = (lay_ink(painted, drawing, amount).astype(int) for amount in (0.0, 0.5, 1.0))
    assert np.array_equal(none, painted)
    assert np.abs(half - (none + full) / 2).max() <= 1


def test_a_broad_coloured_line_does_not_break_off():
    drawing = np.full((300, 400, 3), PAPER, np.uint8)
    cv2.line(drawing, (30, 150), (200, 150), (25, 20, 40), 6)
    cv2.line(drawing, (200, 150), (370, 150), (60, 25, 120), 6)  # too colourful for the ink map
    result = lay_ink(np.full_like(drawing, 200), drawing, 1.0)
    assert (result[150, 40:360].max(1) < 150).mean() > 0.6


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("shape", [(16, 16), (1, 40), (60, 1)])
def test_without_lines_the_painting_stays(value: int, shape: tuple[int, int]):
    drawing = np.full((*shape, 3), value, np.uint8)
    painted = painting(drawing.shape)
    assert np.array_equal(lay_ink(painted, drawing, 1.0), painted)
