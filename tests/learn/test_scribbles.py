import numpy as np
import pytest

from inkwright.learn.scribbles import scribbles


@pytest.mark.parametrize("size", [(256, 384), (97, 101), (16, 16), (16, 400), (400, 16)])
def test_a_sheet_of_any_size_in_range(size):
    for seed in range(4):
        sheet = scribbles(*size, seed)
        assert sheet.shape == size
        assert sheet.dtype == np.float32
        assert np.isfinite(sheet).all()
        assert 0 <= sheet.min() <= sheet.max() <= 1


def test_the_seed_alone_decides():
    np.testing.assert_array_equal(scribbles(120, 160, 3), scribbles(120, 160, 3))
    assert np.abs(scribbles(120, 160, 3) - scribbles(120, 160, 4)).max() > 0.5


def test_lines_are_there_and_leave_most_of_the_sheet_free():
    for seed in range(8):
        sheet = scribbles(256, 256, seed)
        assert sheet.max() == 1
        assert 0.002 < (sheet > 0.5).mean() < 0.25


def test_lines_have_soft_edges_as_a_pens_have():
    sheet = scribbles(256, 256, 0)
    between = (sheet > 0.05) & (sheet < 0.95)
    assert 0.1 < between.sum() / (sheet > 0.05).sum() < 0.9


def test_a_larger_sheet_has_more_lines():
    small, large = (np.mean([(scribbles(side, side, seed) > 0.5).sum() for seed in range(6)]) for side in (128, 512))
    assert large > 6 * small
