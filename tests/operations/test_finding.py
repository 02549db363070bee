"""Elements without a box, looked for by what finished panels with boxes show."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inkwright.events import Step
from inkwright.images import read_picture
from inkwright.learn import checkpoint
from inkwright.learn.finish import colourist, finder
from inkwright.operations import finding, whereabouts
from inkwright.operations.finishing import look_up, study
from inkwright.operations.material import load_book, panel_pictures
from inkwright.operations.train import inputs
from inkwright.project import Project

BOXES = {"Ball": [(40, 60, 60, 60)], "Box": [(5, 100, 50, 50)]}


def with_boxes(project: Project, boxes: dict[str, dict[str, list[tuple[int, int, int, int]]]]) -> None:
    """Gives some panels boxes."""
    book = load_book(project)
    for page in book.pages:
        page.panels = [p.model_copy(update={"appearances": boxes.get(p.id)}) for p in page.panels]
    project.save_book(book)


@pytest.fixture
def project(marked: Path) -> Project:
    """A project in which p1.2, which has both elements, is finished."""
    project = Project(marked)
    book = load_book(project)
    page, panel = next((page, panel) for page, panel in book.panels() if panel.id == "p1.2")
    x, y, w, h = panel.box
    pixels = read_picture(marked / page.file).pixels[y : y + h, x : x + w]
    painted = np.clip(pixels * (0.7, 0.9, 0.5) + (40, 0, 20), 0, 255).astype(np.uint8)
    (marked / "finished").mkdir()
    Image.fromarray(painted).save(marked / "finished" / "p1.2.png")
    project.set_config({"finished": {"steps": 1}})
    return project


def looked_up(project: Project):
    run = project.root / "runs" / "0001-fit"
    run.mkdir(parents=True, exist_ok=True)
    finishing, _ = look_up(project, inputs(project), project.config(), run, None)
    assert finishing is not None
    return finishing, run


def test_nothing_is_looked_for_where_all_or_none_has_boxes(project: Project):
    assert looked_up(project)[0].search is None
    with_boxes(project, dict.fromkeys(load_book(project).panel_ids(), BOXES))
    assert looked_up(project)[0].search is None


def test_a_finished_panel_with_a_box_missing_teaches_nothing_here(project: Project):
    with_boxes(project, {"p1.2": {"Ball": BOXES["Ball"]}})
    assert looked_up(project)[0].search is None


def test_what_has_no_box_is_found_and_kept(project: Project, one_thread, monkeypatch: pytest.MonkeyPatch):
    with_boxes(project, {"p1.2": BOXES, "p1.4": BOXES})
    finishing, run = looked_up(project)
    assert finishing.search is not None
    book = load_book(project)
    ids = book.panel_ids()
    wanted = {(ids[j], ("Ball", "Box")[i]) for j, i in finishing.search.wanted}
    assert wanted == {("p1.3", "Box"), ("p2.1", "Ball"), ("p2.2", "Box"), ("p2.3", "Ball"), ("p2.3", "Box")}
    monkeypatch.setattr(finding, "STEPS", 1)
    monkeypatch.setattr(finder, "LABELLED", 1)
    monkeypatch.setattr(finder, "OTHERS", 1)
    monkeypatch.setattr(colourist, "BATCH", 2)
    config = project.config()
    steps = [event for event in study(finishing, config, run, 2) if isinstance(event, Step)]
    assert [step.stage for step in steps] == ["finding", "finding", "finished"]
    kept = checkpoint.load_tensors(run / whereabouts.FILE)
    assert len(kept) == len(wanted)
    assert all(float(heat.min()) >= 0 and float(heat.max()) == pytest.approx(1) for heat in kept.values())
    where = whereabouts.load(run, inputs(project).prior)
    view = next(view for view in panel_pictures(project, book) if view.panel.id == "p2.1")
    regions = where.regions(view, 60, 40)
    assert list(regions) == [0]
    assert regions[0].max() > 0.5
    assert not torch.equal(torch.from_numpy(regions[0]), torch.ones(60, 40))
