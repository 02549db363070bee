import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from inkwright.comic.marks import Marks, is_scribble, letters, marks_of, rows, variety, words


def written(text: str, size: int = 24) -> Marks:
    image = Image.new("L", (400, 120))
    ImageDraw.Draw(image).multiline_text((10, 10), text, fill=255, font=ImageFont.load_default(size))
    return marks_of((np.asarray(image) > 120).astype(np.uint8))


def boxes(*lines: tuple[int, int, int, int]) -> Marks:
    mask = np.zeros((120, 400), np.uint8)
    for x, y, w, h in lines:
        mask[y : y + h, x : x + w] = 1
    return marks_of(mask)


def test_marks_have_boxes_areas_and_masks():
    marks = boxes((5, 7, 10, 4), (40, 20, 3, 30))
    assert marks.boxes.tolist() == [[5, 7, 10, 4], [40, 20, 3, 30]]
    assert marks.areas.tolist() == [40, 90]
    assert marks.mask(1).shape == (30, 3)
    assert marks.only(np.array([False, True])).numbers.tolist() == [2]


def test_rows_are_told_apart():
    marks = boxes(*((10 + 20 * k, 10, 12, 20) for k in range(4)), *((10 + 20 * k, 60, 12, 20) for k in range(3)))
    row = rows(marks.boxes)
    assert sorted(np.bincount(row)[np.unique(row)].tolist()) == [3, 4]
    assert len(rows(np.zeros((0, 4), np.int32))) == 0


def test_a_line_is_one_mark_and_a_joined_word_is_several_letters():
    assert letters(boxes((10, 10, 200, 6))).tolist() == [1]
    joined = written("millimium")
    mask = np.zeros((120, 400), np.uint8)
    for k, (x, y, w, h) in enumerate(joined.boxes):
        mask[y : y + h, x : x + w] |= joined.mask(k)
    x0, x1, foot = joined.boxes[:, 0].min(), joined.boxes[:, 0].max(), (joined.boxes[:, 1] + joined.boxes[:, 3]).max()
    mask[foot - 2 : foot, x0:x1] = 1
    word = marks_of(mask)
    assert letters(word).max() >= 5


def test_words_are_uneven_shapes_of_even_strokes():
    said = words(written("The quick\nbrown fox"))
    assert said is not None
    assert said.letters == pytest.approx(16, abs=2)
    assert said.longest >= 4
    assert said.variety > 0.25
    assert said.uneven < 0.4
    assert said.share > 0.9
    same = words(boxes(*((10 + 20 * k, 10, 12, 20) for k in range(9))))
    assert same is not None
    assert same.variety < 0.02


def test_lone_marks_are_no_words():
    assert words(boxes((10, 10, 12, 20), (300, 80, 12, 20))) is None
    assert words(boxes((10, 10, 12, 2))) is None
    assert variety(boxes((10, 10, 12, 20))) == 0


def test_scribbles_are_three_level_lines_and_nothing_else():
    lines = [(20, 20, 120, 3), (20, 35, 100, 3), (22, 50, 80, 3)]
    assert is_scribble(boxes(*lines), 200)
    assert not is_scribble(boxes(*lines[:2]), 200)
    assert not is_scribble(boxes(*lines, (200, 20, 30, 40)), 200)  # something else stands there too
    assert not is_scribble(boxes((20, 20, 120, 3), (20, 35, 100, 3), (22, 100, 80, 3)), 200)
    assert not is_scribble(boxes((20, 20, 40, 3), (120, 35, 40, 3), (220, 50, 40, 3)), 200)
    assert not is_scribble(boxes(*((20, y, 60, 3) for y in (20, 35, 50))), 300)
