"""Boxes that are missing for finished panels to teach whose colours are whose."""

import numpy as np

from inkwright.book import Book, Element, Page, Panel, Prior
from inkwright.operations.finished_boxes import NAMED, unboxed

BOX = [(0, 0, 10, 10)]


def book(*boxes: dict[str, list[tuple[int, int, int, int]]] | None) -> Book:
    panels = [Panel(id=f"p1.{n}", box=(0, 0, 50, 50), appearances=its) for n, its in enumerate(boxes, 1)]
    return Book(pages=[Page(file="pages/p1.png", panels=panels)])


def prior(its: Book, *rows: tuple[float, ...]) -> Prior:
    elements = [Element("Hero", "character"), Element("Castle", "setting")]
    return Prior(elements, its.panel_ids(), np.array(rows, np.float64))


def test_nothing_is_said_where_all_that_is_there_has_its_box():
    its = book({"Hero": BOX}, {"Castle": BOX}, None)
    assert unboxed(its, prior(its, (1, 0, np.nan), (0, 1, 0)), ["p1.1"]) is None


def test_finished_panels_come_first():
    its = book({"Hero": BOX}, None, {})
    message, hint = unboxed(its, prior(its, (1, 1, 1), (1, 0, 1)), ["p1.3"])
    assert message.startswith("4 of 5 marks of elements have no box")
    assert hint == (
        "Draw boxes in book.json, first in the finished panels p1.3 (Hero, Castle), then in p1.1 (Castle), p1.2 (Hero)."
    )


def test_with_boxes_in_the_finished_panels_the_others_are_named_and_counted():
    its = book({"Hero": BOX}, *[None] * (NAMED + 2))
    _, hint = unboxed(its, prior(its, (1,) * (NAMED + 3), (0,) * (NAMED + 3)), ["p1.1"])
    assert "finished" not in hint
    assert hint.endswith("p1.4 (Hero) and 2 more.")
