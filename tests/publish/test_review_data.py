import math

import numpy as np
import pytest

from inkwright.errors import InternalError
from inkwright.publish.review_data import Review, agreement, auc, figures, plain_data, recovered, said


def small(**changes) -> Review:
    fields = {"title": "t", "style": "s", "elements": ["A"], "kinds": ["prop"], "panels": ["1", "2", "3", "4"]}
    fields |= {"prior": np.array([[1, 1, 0, np.nan]]), "p": {"fitted": np.array([[0.9, 0.4, 0.2, 0.99]])}}
    return Review(**(fields | changes))


def test_figures_agree_with_a_hand_worked_table():
    found = figures(small(), "p")["fitted"]

    assert found["cells"] == 3  # the panel of which nothing was said does not count
    assert found["agree"] == 2
    assert found["bce"] == pytest.approx(-(math.log(0.9) + math.log(0.4) + math.log(0.8)) / 3)
    assert found["auc"] == 1.0
    assert found["balanced_accuracy"] == pytest.approx((0.5 + 1) / 2)


def test_auc_counts_a_tie_as_half():
    assert auc(np.array([0.5, 0.9]), np.array([0.5, 0.1])) == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert auc(np.array([0.3]), np.array([0.3, 0.3])) == 0.5


def test_one_class_has_no_auc_and_no_balanced_accuracy():
    found = agreement(np.ones(2), np.array([0.9, 0.1]))
    assert math.isnan(found["auc"])
    assert math.isnan(found["balanced_accuracy"])
    assert found["agree"] == 1


def test_nothing_known_is_nan_and_zero():
    found = agreement(np.zeros(0), np.zeros(0))
    assert (found["cells"], found["agree"]) == (0, 0)
    assert math.isnan(found["bce"])


def test_a_certain_and_wrong_estimate_costs_much_but_not_infinity():
    assert 10 < agreement(np.array([1.0]), np.array([0.0]))["bce"] < 20


def test_the_looks_are_compared_on_the_same_marks():
    drawing = np.array([[0.9, np.nan, 0.1, 0.5]])
    review = small(p={"drawing": drawing, "fitted": np.array([[0.9, 0.4, 0.2, 0.9]])})

    assert said(review, "p").tolist() == [[True, False, True, False]]
    found = figures(review, "p")
    assert found["drawing"]["cells"] == found["fitted"]["cells"] == 2
    assert found["plain"]["cells"] == 0  # never made, and spoils nothing


@pytest.mark.parametrize(("fitted", "share"), [(0.1, 1.0), (0.3, 0.5), (0.5, 0.0), (0.7, -0.5)])
def test_the_recovered_share_of_what_plain_style_transfer_lost(fitted, share):
    looks = {look: {"bce": bce} for look, bce in (("drawing", 0.1), ("plain", 0.5), ("fitted", fitted))}
    assert recovered(looks) == pytest.approx(share)


def test_where_little_was_lost_no_recovery_is_claimed():
    looks = {look: {"bce": bce} for look, bce in (("drawing", 0.1), ("plain", 0.115), ("fitted", 0.1))}
    assert math.isnan(recovered(looks))


def test_plain_data_is_safe_for_json():
    data = {"a": np.array([[1.0, np.nan]]), "b": np.float32(0.123456), "c": (np.int64(3), float("inf")), "d": -0.00001}
    assert plain_data(data) == {"a": [[1.0, None]], "b": 0.1235, "c": [3, None], "d": 0.0}
    assert math.copysign(1, plain_data(-0.00001)) == 1


def test_a_table_of_the_wrong_shape_is_our_own_fault():
    with pytest.raises(InternalError, match="'plain' is \\(4, 1\\)"):
        small(p={"plain": np.zeros((4, 1))})
    with pytest.raises(InternalError, match="2 kinds for 1 elements"):
        small(kinds=["prop", "prop"])
