from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inkwright.book import Prior
from inkwright.images import Pixels, read_picture
from inkwright.operations.material import panel_pictures
from inkwright.operations.measures import LOOKS, looks_of, measured, places_of
from inkwright.operations.train import inputs
from inkwright.project import Project

RUN = "runs/0002-fit"


@pytest.fixture
def boxed(made: Path) -> Project:
    """The ball is boxed in p1.2, p1.4 and p2.1, the box in p1.3 and p2.2; both are said to be in more panels."""
    project = Project(made)
    book = project.book()
    for _, panel in book.panels():
        if panel.id in ("p1.2", "p1.4", "p2.1"):
            panel.appearances = {"Ball": [(20, 60, 90, 60)]}
        if panel.id in ("p1.3", "p2.2"):
            panel.appearances = {"Box": [(6, 108, 40, 34)]}
    project.save_book(book)
    return project


def test_places_are_the_boxes_and_what_is_not_known_is_unsure(boxed: Project):
    given = inputs(boxed)
    views = list(panel_pictures(boxed, given.book))
    places, unsure = places_of(given, views, [view.pixels.shape for view in views])
    names = [panel.id for panel in given.book.pages[0].panels + given.book.pages[1].panels]
    assert [(p.element, names[p.panel]) for p in places] == [
        (0, "p1.2"),
        (1, "p1.3"),
        (0, "p1.4"),
        (0, "p2.1"),
        (1, "p2.2"),
    ]
    assert {(i, names[j]) for i, j in unsure} == {(0, "p2.3"), (1, "p1.2"), (1, "p2.3")}
    for place in places:
        assert 0.02 < place.mask.mean() < 0.4


def test_a_setting_fills_what_other_elements_leave(boxed: Project):
    text = boxed.prior_path.read_text().replace("Box,prop", "Box,setting")
    boxed.prior_path.write_text(text)
    given = inputs(boxed)
    views = list(panel_pictures(boxed, given.book))
    places, unsure = places_of(given, views, [view.pixels.shape for view in views])
    assert not any(i == 1 for i, _ in unsure)
    of = {(p.element, p.panel): p.mask for p in places}
    assert (of[1, 1] == ~of[0, 1]).all()  # p1.2 shows both
    assert 0.02 < of[1, 2].mean() < 0.4  # its own box, in p1.3


def test_measures_of_the_made_project(boxed: Project):
    given = inputs(boxed)
    views = list(panel_pictures(boxed, given.book))
    pictures = looks_of(boxed, views)
    made = measured(given, views, pictures, boxed.root / RUN / "style.png")
    for stem in ("style_distance", "drift"):
        assert {f"{stem}_{look}" for look in LOOKS} <= set(made.figures)
    assert made.figures["consistency_fitted"] > 0  # type: ignore[operator]
    assert set(made.elements) == {"Ball", "Box"}


def test_the_cost_is_told_as_a_share_of_what_style_transfer_gained(boxed: Project):
    """The style picture itself stands for plain, a blend of it with the drawing for fitted."""
    given = inputs(boxed)
    views = list(panel_pictures(boxed, given.book))
    drawings, style = looks_of(boxed, views)["drawing"], boxed.root / RUN / "style.png"
    plain = [read_picture(style, 1).pixels[: d.shape[0], : d.shape[1]] for d in drawings]
    small = [d[: p.shape[0], : p.shape[1]] for d, p in zip(drawings, plain, strict=True)]
    mixed = [(0.5 * d + 0.5 * p).astype(np.uint8) for d, p in zip(small, plain, strict=True)]
    given = replace(given, prior=Prior.empty(list(given.prior.panels)))
    figures = measured(given, views, {"drawing": small, "plain": plain, "fitted": mixed}, style).figures
    far = [figures[f"style_distance_{look}"] for look in ("drawing", "plain", "fitted")]
    assert far[0] > far[2] > far[1]  # type: ignore[operator]
    cost = (far[2] - far[1]) / (far[0] - far[1])  # type: ignore[operator]
    assert figures["style_cost"] == pytest.approx(cost, abs=1e-3)


def test_drawings_in_place_of_the_results_are_as_drawn_and_cost_nothing(boxed: Project):
    given = inputs(boxed)
    views = list(panel_pictures(boxed, given.book))
    drawings: list[Pixels] = looks_of(boxed, views)["drawing"]
    made = measured(given, views, dict.fromkeys(LOOKS, drawings), boxed.root / RUN / "style.png")
    assert made.figures["consistency_plain"] == made.figures["consistency_fitted"] == 1.0
    assert made.figures["drift_plain"] == made.figures["drift_drawing"]
    assert "style_cost" not in made.figures  # nothing came nearer to the style
    assert np.isfinite(made.figures["style_distance_drawing"])
