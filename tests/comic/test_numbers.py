"""Quantiles and lines of few values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkwright.comic.numbers import counts, level_quantile, quantile, straight_through


@given(arrays(np.uint8, st.integers(1, 40)), st.floats(0, 1))
def test_quantile_is_numpys(values: np.ndarray, share: float) -> None:
    assert quantile(values, share) == pytest.approx(np.quantile(values, share))


@given(arrays(np.uint8, st.integers(1, 40)), st.floats(0, 1))
def test_a_quantile_of_counted_levels_is_that_of_the_levels(values: np.ndarray, share: float) -> None:
    below = np.bincount(values, minlength=256).cumsum()
    assert level_quantile(below, share) == pytest.approx(np.quantile(values, share))


@given(arrays(np.bool_, st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 300))))
def test_counts_are_sums_along_the_last_axis(lines: np.ndarray) -> None:
    assert (counts(lines) == lines.sum(-1)).all()


@given(st.floats(-5, 5), st.floats(-50, 50), st.integers(2, 30))
def test_points_on_a_line_give_that_line(slope: float, start: float, count: int) -> None:
    xs = np.arange(count) * 3.0 + 7
    assert straight_through(xs, slope * xs + start) == pytest.approx((slope, start), abs=1e-6)


def test_points_above_each_other_have_no_slope() -> None:
    assert straight_through(np.full(3, 2.0), np.array([1.0, 2.0, 6.0])) == (0.0, 3.0)
