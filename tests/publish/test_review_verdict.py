import numpy as np
import pytest

from inkwright.publish.review import Review, summarise, worst


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


def weak(p_fitted, p_drawing, p_hat, **changes):
    review = book([[p_fitted]], prior=[[p_hat]], **changes)
    review.p["drawing"] = np.array([[p_drawing]])
    return worst(review)[0]


@pytest.mark.parametrize(
    ("values", "cause", "words"),
    [
        ((0.1, 0.2, 1), "ambiguous", "Draw a box around E0 in p0"),
        ((0.1, 0.9, 1), "lost", "Raise fit.weight_c"),
        ((0.9, 0.1, 0), "lost", "look like E0"),
        ((0.9, 0.9, 0), "ambiguous", "Check the mark"),
        ((0.5, 0.1, 1), "fine", "Nothing"),
    ],
)
def test_each_weak_mark_has_a_cause_and_a_next_act(values, cause, words):
    pair = weak(*values)
    assert pair["cause"] == cause
    assert words in pair["next"]


def test_a_boxed_or_doubtful_element_gets_other_advice():
    assert "plainer" in weak(0.1, 0.2, 1, boxes={("E0", "p0"): [(0, 0, 9, 9)]})["next"]
    doubt = [{"element": "E0", "auc": None, "positives": 1, "reliable": False, "note": "one panel"}]
    assert "not reliable" in weak(0.1, 0.9, 1, scores=doubt)["next"]


@pytest.mark.parametrize(("judge", "words"), [(0.9, "the judge still sees E0"), (0.2, "Raise fit.weight_c or lower")])
def test_where_the_judge_disagrees_with_the_classifier_the_author_looks_first(judge, words):
    assert words in weak(0.1, 0.9, 1, judge=[[judge]])["next"]


def test_worst_is_ordered_and_leaves_out_what_is_not_known():
    review = book([[0.4, 0.9, np.nan, 0.2]], prior=[[1, 0, 1, np.nan]])
    assert [(pair["panel"], round(pair["gap"], 2)) for pair in worst(review)] == [("p1", 0.9), ("p0", 0.6)]
    assert len(worst(review, n=1)) == 1
