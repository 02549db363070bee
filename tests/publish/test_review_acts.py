import shlex

import numpy as np
import pytest

from inkwright.publish.review import Review, worst
from inkwright.publish.review_acts import typed


def book(fitted, drawing=None, prior=None, judge=None, **changes) -> Review:
    """Rows of panels; the drawings are read perfectly unless told otherwise."""
    fitted = np.atleast_2d(np.asarray(fitted, float))
    prior = np.atleast_2d(np.asarray(fitted * 0 + 1 if prior is None else prior, float))
    drawing = np.where(prior == 1, 0.95, 0.05) if drawing is None else np.atleast_2d(np.asarray(drawing, float))
    fields = {"title": "t", "style": "s", "elements": [f"E{i}" for i in range(len(fitted))]}
    fields |= {"kinds": ["prop"] * len(fitted), "panels": [f"p{j}" for j in range(fitted.shape[1])], "prior": prior}
    fields |= {"p": {"drawing": drawing, "plain": fitted, "fitted": fitted}}
    if judge is not None:
        fields["judge"] = {"drawing": drawing, "plain": np.full_like(drawing, 0.5), "fitted": np.atleast_2d(judge)}
    return Review(**(fields | changes))


def weak(fitted, drawing, prior, **changes):
    return worst(book([[fitted]], [[drawing]], [[prior]], **changes))[0]


@pytest.mark.parametrize(
    ("values", "cause", "words", "command"),
    [
        ((0.1, 0.2, 1), "ambiguous", "Draw a box around E0 in p0", "inkwright elements . mark E0 p0 --blank"),
        ((0.1, 0.9, 1), "lost", "Let E0 weigh more", "inkwright fit . --more E0"),
        ((0.9, 0.1, 0), "lost", "look like E0", "inkwright fit . --more E0"),
        ((0.9, 0.9, 0), "ambiguous", "Look at the mark", "inkwright elements . mark E0 p0"),
        ((0.39, 0.41, 1), "ambiguous", "Draw a box", "inkwright elements . mark E0 p0 --blank"),
        ((0.5, 0.1, 1), "fine", "Nothing", ""),
    ],
)
def test_each_weak_mark_has_a_cause_and_a_next_act(values, cause, words, command):
    pair = weak(*values)
    assert (pair["cause"], pair["command"]) == (cause, command)
    assert words in pair["next"]


def test_a_boxed_or_doubtful_element_gets_other_advice():
    assert "plainer" in weak(0.1, 0.2, 1, boxes={("E0", "p0"): [(0, 0, 9, 9)]})["next"]
    doubt = [{"element": "E0", "auc": None, "positives": 1, "reliable": False, "note": "one panel"}]
    pair = weak(0.1, 0.9, 1, scores=doubt)
    assert "not reliable" in pair["next"]
    assert pair["command"] == ""


def test_where_elements_have_no_part_in_the_fit_it_is_not_to_be_refined():
    pair = weak(0.1, 0.9, 1, refinable=False)
    assert "no part in this fit" in pair["next"]
    assert pair["command"] == ""


def test_the_judge_decides_what_is_weak_where_there_is_one():
    assert weak(0.1, 0.9, 1, judge=[[0.9]])["cause"] == "fine"
    pair = weak(0.9, 0.9, 1, judge=[[0.2]])
    assert (pair["source"], pair["cause"], round(pair["gap"], 2)) == ("judge", "lost", 0.8)
    assert "classifiers in the loss are content" in pair["next"]
    assert "content" not in weak(0.1, 0.9, 1, judge=[[0.2]])["next"]


def test_a_panel_that_lost_several_elements_is_to_be_done_again():
    rows = [[0.1, 0.9, 0.9], [0.2, 0.9, 0.1], [0.9, 0.9, 0.9]]
    commands = {(pair["element"], pair["panel"]): pair["command"] for pair in worst(book(rows))}
    assert commands["E0", "p0"] == "inkwright fit . --redo p0"  # two marks lost there, E0 nowhere else
    assert commands["E1", "p2"] == "inkwright fit . --more E1"  # lost twice


def test_a_judge_that_cannot_tell_an_element_in_the_drawings_says_so():
    drawing, prior = [[0.9, 0.95, 0.2, 0.99]], [[1, 0, 1, 0]]
    judged = {"drawing": np.array(drawing), "plain": np.full((1, 4), 0.5), "fitted": np.array([[0.1, 0.1, 0.2, 0.2]])}
    pair = worst(book([[0.1, 0.1, 0.2, 0.2]], drawing, prior, judge=judged["fitted"]))[0]
    assert pair["next"].startswith("The judge can hardly tell E0")


def test_lost_marks_come_before_ambiguous_ones_and_unknown_ones_not_at_all():
    review = book([[0.4, 0.9, np.nan, 0.2, 0.05]], [[0.9, 0.1, 0.9, 0.9, 0.1]], prior=[[1, 0, 1, np.nan, 1]])
    found = [(pair["panel"], pair["cause"], round(pair["gap"], 2)) for pair in worst(review)]
    assert found == [("p1", "lost", 0.9), ("p4", "ambiguous", 0.95), ("p0", "fine", 0.6)]
    assert len(worst(review, n=1)) == 1


@pytest.mark.parametrize("name", ["Hero", "Hero's home", 'The "King"', "$HOME", "two words", "back`tick"])
def test_names_are_typed_so_that_a_shell_reads_them_back(name):
    assert shlex.split(typed(name)) == [name]
