import numpy as np
import pytest

from inkwright.publish.review import Review, summarise


def book(fitted, judge=None, prior=None, **changes) -> Review:
    """One row of panels; the drawings are read perfectly."""
    fitted = np.atleast_2d(np.asarray(fitted, float))
    prior = (fitted * 0 + np.arange(fitted.shape[1]) % 2) if prior is None else np.atleast_2d(np.asarray(prior, float))
    drawing = np.where(prior == 1, 0.95, 0.05)
    fields = {"title": "t", "style": "s", "elements": [f"E{i}" for i in range(len(fitted))]}
    fields |= {"kinds": ["prop"] * len(fitted), "panels": [f"p{j}" for j in range(fitted.shape[1])], "prior": prior}
    fields |= {"p": {"drawing": drawing, "plain": fitted, "fitted": fitted}}
    if judge is not None:
        fields["judge"] = {"drawing": drawing, "plain": np.full_like(drawing, 0.5), "fitted": np.atleast_2d(judge)}
    return Review(**(fields | changes))


def alternating(wrong=0, n=20):
    values = np.where(np.arange(n) % 2 == 1, 0.95, 0.05)
    values[:wrong] = 1 - values[:wrong]
    return values


def test_the_verdict_gives_the_judges_count_with_the_consistency_ratio_beside_it():
    extras = {"consistency_plain": 1.6, "consistency_fitted": 1.08}
    verdict = summarise(book(alternating(), alternating(), extras=extras))["verdict"]
    assert verdict["tone"] == "good"
    assert verdict["text"] == (
        "Judge: 20 of 20 marks agree on the fitted comic (plain: 10, drawings: 20); "
        "consistency ratio 1.08 (plain: 1.60, 1.00 is as drawn)."
    )


def test_without_the_consistency_ratio_the_verdict_says_so():
    summary = summarise(book(alternating(), alternating()))
    assert "consistency ratio not measured" in summary["verdict"]["text"]
    assert any("consistency ratio was not measured" in warning for warning in summary["warnings"])


@pytest.mark.parametrize(
    ("wrong", "ratio", "tone"), [(0, 1.0, "good"), (1, 1.0, "fair"), (6, 1.0, "poor"), (0, 1.9, "fair")]
)
def test_the_tone_follows_what_is_lost(wrong, ratio, tone):
    review = book(alternating(), alternating(wrong), extras={"consistency_fitted": ratio})
    assert summarise(review)["verdict"]["tone"] == tone


def test_without_a_judge_the_figures_are_said_to_flatter():
    summary = summarise(book(alternating()))
    assert summary["verdict"]["text"].startswith("Classifiers in the loss (no judge): 20 of 20 marks")
    assert summary["judge"] == {}
    assert summary["recovered"] is None
    assert any("they flatter" in warning for warning in summary["warnings"])


def test_few_panels_give_no_praise():
    summary = summarise(book(alternating(n=4), alternating(n=4)))
    assert summary["verdict"]["tone"] == "none"
    assert any(warning.startswith("Only 4 panels:") for warning in summary["warnings"])


def test_an_unreadable_book_is_not_praised():
    blind = np.full((1, 20), 0.5)
    judge = {"drawing": blind, "plain": blind, "fitted": alternating()[None]}
    summary = summarise(Review(**{**vars(book(alternating())), "judge": judge}))
    assert summary["verdict"]["tone"] == "none"
    assert any("can hardly read the drawings" in warning for warning in summary["warnings"])


def test_the_shortcut_alarm():
    content, fooled = alternating(), alternating(3)
    found = summarise(book(content, fooled))["warnings"]
    assert any(warning.startswith("Shortcut alarm") for warning in found)
    assert not any(warning.startswith("Shortcut alarm") for warning in summarise(book(content, content))["warnings"])


def test_unreliable_elements_are_named():
    scores = [{"element": "E0", "auc": 0.6, "positives": 3, "reliable": False, "note": ""}]
    assert (
        "E0 is not reliable: cross-validated AUC 0.60. Its row below is a guess."
        in summarise(book(alternating(), scores=scores))["warnings"]
    )


@pytest.mark.parametrize(
    ("fitted", "equal", "words"), [(0.0622, True, "4 % above"), (0.0636, False, "Lower fit.style_cost")]
)
def test_whether_plain_and_fitted_are_compared_at_equal_style_distance(fitted, equal, words):
    summary = summarise(book(alternating(), sweep={"blend": 0.85, "plain": 0.06, "fitted": fitted}))
    found = summary["sweep"]
    assert found["equal"] is equal
    assert found["more"] == pytest.approx(fitted / 0.06 - 1, abs=1e-4)
    assert "85 %" in found["text"]
    assert words in found["text"]
    assert summarise(book(alternating()))["sweep"] is None
