import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from little_books import VISIBLE, Drawn, book

BOOK = {"panels": 10, "characters": 3, "props": 2, "settings": 2, "side": 96}


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return book(5, **BOOK)


def test_the_same_seed_draws_the_same_book_and_another_seed_another(drawn):
    again, other = book(5, **BOOK), book(6, **BOOK)
    assert all(np.array_equal(a, b) for a, b in zip(drawn.panels, again.panels, strict=True))
    np.testing.assert_array_equal(drawn.marks, again.marks)
    assert any(a.shape != b.shape or (a != b).any() for a, b in zip(drawn.panels, other.panels, strict=True))


def test_marks_and_boxes_say_what_the_masks_show(drawn):
    for marks, mask, boxes, pixels in zip(drawn.marks, drawn.masks, drawn.boxes, drawn.panels, strict=True):
        assert mask.shape == pixels.shape[:2]
        for i in range(5):
            shown = mask == i + 1
            if marks[i] == 1:
                assert shown.mean() >= VISIBLE
                ((x, y, w, h),) = boxes[i]
                assert shown[y : y + h, x : x + w].sum() == shown.sum()
                assert shown[y].any()
                assert shown[:, x + w - 1].any()
            else:
                assert i not in boxes
                assert shown.any() == np.isnan(marks[i])


def test_a_panel_has_one_setting_at_most_and_settings_have_no_boxes(drawn):
    assert drawn.everywhere == [False] * 5 + [True] * 2
    assert (drawn.marks[:, 5:].sum(1) <= 1).all()
    assert 0 < drawn.marks[:, 5:].sum() < 10
    assert all(i < 5 for boxes in drawn.boxes for i in boxes)


def test_pages_have_four_panels_and_panels_their_longer_side(drawn):
    assert drawn.page_of == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert all(max(pixels.shape[:2]) == 96 for pixels in drawn.panels)


def test_an_element_keeps_its_colours_from_panel_to_panel():
    """Flat colours: what an element looks like in one half of its panels is nearest to what it is in the other."""
    one = book(11, 40, 2, 0, 0, 96)
    halves = [[], []]
    for n, (pixels, mask) in enumerate(zip(one.panels, one.masks, strict=True)):
        for i in range(2):
            if one.marks[n, i] == 1:
                counts = np.histogramdd(pixels[mask == i + 1], bins=(6, 6, 6), range=[(0, 256)] * 3)[0].ravel()
                halves[n % 2].append((i, counts / counts.sum()))
    means = [[np.mean([h for k, h in half if k == i], 0) for i in range(2)] for half in halves]
    for i in range(2):
        overlap = [float(np.minimum(means[0][i], means[1][k]).sum()) for k in range(2)]
        assert overlap[i] > overlap[1 - i] + 0.1
