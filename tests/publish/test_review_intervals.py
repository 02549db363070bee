import numpy as np
import pytest

from inkwright.publish.review_data import Review, element_aucs, figures
from inkwright.publish.review_intervals import intervals


def book(panels: int, noise: float = 1.0, elements: int = 3, seed: int = 0, together: bool = False) -> Review:
    """Marks by chance; estimates that see them through noise, which a panel's marks share if `together`."""
    rng = np.random.default_rng(seed)
    prior = (rng.random((elements, panels)) < 0.5).astype(float)

    def read(amount: float) -> np.ndarray:
        shape = (1, panels) if together else prior.shape
        return 1 / (1 + np.exp(-np.where(prior == 1, 2, -2) * (1 + rng.normal(0, amount, shape))))

    judge = {"drawing": read(0.2 * noise), "plain": read(1.5 * noise), "fitted": read(0.5 * noise)}
    names = [f"E{i}" for i in range(elements)]
    ids = [f"p{j}" for j in range(panels)]
    return Review("t", "s", names, ["prop"] * elements, ids, prior, judge, judge)


def test_intervals_hold_their_figure_and_are_the_same_each_time():
    review = book(24)
    found, share = intervals(review, "judge")
    for look, values in figures(review, "judge").items():
        for name in ("bce", "auc", "balanced_accuracy"):
            low, high = found[look][name]  # type: ignore[misc]
            assert low <= values[name] <= high
    assert share is not None
    assert share[0] < share[1] <= 1.2
    assert intervals(review, "judge") == (found, share)


def width(review: Review) -> float:
    low, high = intervals(review, "judge")[0]["plain"]["bce"]  # type: ignore[misc]
    return high - low


def test_more_panels_make_narrower_intervals():
    assert width(book(400)) < 0.5 * width(book(20))


def test_marks_that_err_together_in_a_panel_are_not_counted_as_independent():
    apart, joined = (
        np.mean([width(book(60, seed=s, elements=8, together=t)) for s in range(4)]) for t in (False, True)
    )
    assert joined > 1.5 * apart


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    truth = figures(book(20000, seed=99), "judge")["plain"]["bce"]
    hits = 0
    for seed in range(40):
        low, high = intervals(book(40, seed=seed), "judge")[0]["plain"]["bce"]  # type: ignore[misc]
        hits += low <= truth <= high
    assert 30 <= hits <= 40


def test_what_cannot_be_resampled_has_no_interval():
    found, share = intervals(book(1), "judge")
    assert found["plain"] == {"bce": None, "auc": None, "balanced_accuracy": None}
    assert share is None
    one = book(6)
    one.prior[:] = 1
    assert intervals(one, "judge")[0]["plain"]["auc"] is None


def test_the_auc_is_a_mean_over_the_elements_that_can_be_scored():
    prior = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1.0]])
    p = np.array([[0.9, 0.2, 0.5, 0.1], [0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.5, 0.5]])
    review = Review("t", "s", ["A", "B", "C"], ["prop"] * 3, ["1", "2", "3", "4"], prior, {"fitted": p})
    first, second, third = element_aucs(review, "p", "fitted")
    assert (first, second) == (0.75, 0.0)
    assert np.isnan(third)
    assert figures(review, "p")["fitted"]["auc"] == pytest.approx(0.375)
