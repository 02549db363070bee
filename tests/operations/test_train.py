from pathlib import Path

import numpy as np
import pytest
import torch

from inkwright.book import Element, Prior
from inkwright.events import Table, Warned
from inkwright.learn.examples import Examples
from inkwright.operations import train as module
from inkwright.operations.train import _entropies, _odd, _report, _together, inputs
from inkwright.project import Project, write_json

NAN = float("nan")


def prior(*rows: list[float]) -> Prior:
    elements = [Element(name, "character") for name in ("Dragon", "Knight", "Owl")[: len(rows)]]
    return Prior(elements, [f"p1.{n + 1}" for n in range(len(rows[0]))], np.array(rows, np.float64))


def entry(name: str, reliable: bool = True, **changes: object) -> dict[str, object]:
    told = {"element": name, "kind": "character", "positives": 4, "negatives": 4, "auc": 0.9, "interval": [0.7, 1.0]}
    return {**told, "reliable": reliable, "note": "" if reliable else "appears in only 2 panels", **changes}


def told(run: Path, **meta: object) -> list[Table | Warned]:
    write_json(run / "meta.json", {"elements": [], "odd": [], "together": [], "folds": "page", **meta})
    return list(_report(run, prior([1, 0])))


# -- what is noticed --------------------------------------------------------------------------------------------------


def test_elements_that_always_occur_together_are_named():
    assert _together(prior([1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 0, 1])) == [["Dragon", "Knight"]]


def test_together_is_told_from_panels_where_both_are_said():
    assert _together(prior([1, 0, 1, NAN], [1, 0, 1, 1])) == [["Dragon", "Knight"]]
    assert _together(prior([1, 0, 1, 0], [1, 0, 1, 1])) == []


def test_once_together_is_no_sign():
    assert _together(prior([1, 0, 0], [1, 0, 0])) == []


def test_a_mark_that_a_reliable_classifier_contradicts_is_odd():
    p = torch.tensor([[0.9, 0.9], [0.05, 0.05], [0.5, 0.5], [NAN, NAN]])
    found = _odd(prior([0, 1, 1, 0], [0, 1, 1, 0]), torch.tensor([True, False]), p)
    assert [(o["element"], o["panel"], o["mark"]) for o in found] == [("Dragon", "p1.1", 0), ("Dragon", "p1.2", 1)]


def test_what_is_not_said_is_never_odd():
    assert _odd(prior([NAN]), torch.tensor([True]), torch.tensor([[1.0]])) == []


def test_entropies_are_means_over_what_is_known_and_none_without_both_classes():
    table = np.array([[1.0, 1.0], [0.0, 1.0], [NAN, 1.0], [1.0, 1.0]])
    data = Examples([torch.rand(1, 3, 32, 32)] * 4, table, [{}] * 4, [False, False], 48)
    p = torch.tensor([[0.8, 0.5], [0.2, 0.5], [0.5, 0.5], [NAN, 0.5]])
    (bce, base), nothing = _entropies(data, p)
    assert bce == pytest.approx(-np.log(0.8), abs=1e-4)
    assert base == pytest.approx(np.log(2), abs=1e-4)
    assert nothing == (None, None)


# -- what is said -----------------------------------------------------------------------------------------------------


def test_the_table_says_score_interval_and_what_was_unseen(tmp_path):
    (table,) = told(tmp_path, elements=[entry("Dragon")])
    assert isinstance(table, Table)
    assert table.columns[3] == "AUC on unseen pages"
    assert table.rows == (("Dragon", "character", "4", "0.90 (0.70 to 1.00)", "yes"),)
    (table,) = told(tmp_path, elements=[entry("Dragon", auc=None, interval=None)], folds="panel")
    assert table.columns[3] == "AUC on unseen panels"
    assert table.rows[0][3] == "–"


def test_each_warning_names_the_element_and_the_next_act(tmp_path):
    odd = [{"element": "Dragon", "panel": "p1.2", "mark": 0, "p": 0.93}]
    pair = [["Knight", "Owl"]]
    _, unreliable, together, doubt = told(tmp_path, elements=[entry("Owl", False)], odd=odd, together=pair)
    assert unreliable.message == "'Owl' is not reliable: appears in only 2 panels."
    assert together.message == "'Knight' and 'Owl' always occur together; marks cannot tell them apart."
    assert doubt.message == "'Dragon' is marked absent in p1.2, the classifier sees it (p = 0.93)."
    assert all(isinstance(w, Warned) and w.hint for w in (unreliable, together, doubt))


def test_a_mark_of_what_is_not_seen_is_doubted_too(tmp_path):
    *_, doubt = told(tmp_path, odd=[{"element": "Dragon", "panel": "p1.2", "mark": 1, "p": 0.04}])
    assert doubt.message == "'Dragon' is marked present in p1.2, the classifier does not see it (p = 0.04)."


# -- what belongs to what ---------------------------------------------------------------------------------------------


def test_older_nets_and_another_start_are_not_taken_for_these(marked: Path, tmp_path, monkeypatch):
    project = Project(marked)
    now = inputs(project).key
    assert inputs(project).key == now
    with monkeypatch.context() as patch:
        patch.setattr(module, "METHOD", module.METHOD + 1)
        assert inputs(project).key != now
    other = tmp_path / "trunk.safetensors"
    other.write_bytes(b"another")
    with monkeypatch.context() as patch:
        patch.setattr(module, "TRUNK", other)
        assert inputs(project).key != now
