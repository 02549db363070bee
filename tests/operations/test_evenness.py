"""Tests of operations/evenness.py: what the end of a fit keeps of each panel, and what becomes of it."""

from pathlib import Path

import numpy as np

from inkwright.events import Step
from inkwright.images import read_picture, to_float
from inkwright.learn.evening import FARTHEST
from inkwright.operations import evenness
from inkwright.operations.canvases import load_look
from inkwright.operations.sweep import BOOK
from inkwright.operations.train import inputs
from inkwright.project import Project


def test_a_fit_keeps_how_far_colours_are_moved(made_project: Path):
    project = Project(made_project)
    prior, run = inputs(project).prior, made_project / "runs" / "0002-fit"
    kept = evenness.load(run, prior)
    assert kept
    assert set(kept) <= set(prior.panels)
    for its in kept.values():
        assert set(its) <= set(range(len(prior.elements)))
        assert all(np.linalg.norm(move, axis=1).max() <= FARTHEST + 1e-6 for move in its.values())
    assert any(np.abs(move).max() > 0 for its in kept.values() for move in its.values())


def test_it_is_found_again_bit_for_bit_with_a_step_for_every_panel(made_project: Path, tmp_path: Path):
    project = Project(made_project)
    given, run = inputs(project), made_project / "runs" / "0002-fit"
    config = project.config()
    look = load_look(run, to_float(read_picture(run / "style.png").pixels), config)
    for name in (BOOK, "heat.safetensors"):
        if (run / name).is_file():
            (tmp_path / name).write_bytes((run / name).read_bytes())
    events = list(evenness.find(project, given, config, tmp_path, BOOK, look))
    assert [event.done for event in events if isinstance(event, Step)] == list(range(1, len(given.prior.panels) + 1))
    assert (tmp_path / evenness.EVENING).read_bytes() == (run / evenness.EVENING).read_bytes()


def test_nothing_kept_is_nothing_moved(made_project: Path, tmp_path: Path):
    assert evenness.load(tmp_path, inputs(Project(made_project)).prior) == {}
