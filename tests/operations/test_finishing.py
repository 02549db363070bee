"""A fit with finished panels: the colourist stays with the run, terms have their part, renders keep the finish."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inkwright.config import Config
from inkwright.learn.checkpoint import load_tensors
from inkwright.operations.finishing import FILE, STATE, load_finish, look_up, study
from inkwright.operations.material import load_book
from inkwright.operations.train import inputs
from inkwright.project import Project


def finish(root: Path, *panels: str) -> None:
    """Paints some panels over: everything redder."""
    (root / "finished").mkdir(exist_ok=True)
    for page, panel in load_book(Project(root)).panels():
        if panel.id in panels:
            x, y, w, h = panel.box
            picture = Image.open(root / page.file).convert("RGB").crop((x, y, x + w, y + h))
            painted = np.clip(np.asarray(picture) * (1.0, 0.4, 0.4), 0, 255).astype(np.uint8)
            Image.fromarray(painted).save(root / "finished" / f"{panel.id}.png")


def settings(root: Path, **values: object) -> None:
    Project(root).set_config({"finished": {"steps": 3, **values}})


@pytest.fixture(scope="module")
def finished_project(made_project: Path, tmp_path_factory, inkwright, one_thread) -> Path:
    """A made project, fitted and rendered anew with two finished panels and a model sheet."""
    import shutil

    root = Path(shutil.copytree(made_project, tmp_path_factory.mktemp("finished") / "book"))
    finish(root, "p1.2", "p2.2")
    sheet = np.full((60, 40, 3), 255, np.uint8)
    sheet[10:50, 10:30] = (30, 160, 60)
    Image.fromarray(sheet).save(root / "finished" / "Box.png")
    settings(root)
    assert inkwright("fit", root).code == 0
    assert inkwright("render", root).code == 0
    return root


def test_the_run_holds_the_colourist_and_the_losses_of_f(finished_project):
    run = Project(finished_project).finished_run("fit")
    assert run is not None
    made = load_finish(run)
    assert made is not None
    assert made.seen == (True, True)
    assert not (run / STATE).exists()
    meta = json.loads((run / "meta.json").read_text())
    assert meta["with_c"] is True
    assert "sweep" not in meta
    rows = [row for row in meta["losses"] if row["stage"] == "fitted"]
    assert all("finish" in row and "K" not in row for row in rows)
    assert not any("finish" in row for row in meta["losses"] if row["stage"] == "plain")
    assert (run / "book.safetensors").read_bytes() == (run / "fitted.safetensors").read_bytes()


def test_the_finished_panels_are_the_style(finished_project):
    run = Project(finished_project).finished_run("fit")
    style = np.asarray(Image.open(run / "style.png")).astype(float).mean((0, 1))
    assert style[0] > style[1] + 40 < style[0] + style[2]
    palette = json.loads((run / "palette.json").read_text())
    assert palette["ink"] == pytest.approx(load_finish(run).dark.tolist(), abs=1e-3)


def test_finished_panels_come_out_as_they_were_finished(finished_project):
    project = Project(finished_project)
    for panel in ("p1.2", "p2.2"):
        painted = np.asarray(Image.open(project.build / "panels" / f"{panel}.png").convert("RGB")).astype(int)
        own = np.asarray(Image.open(finished_project / "finished" / f"{panel}.png").convert("RGB")).astype(int)
        assert np.abs(painted - own)[10:-10, 10:-10].max() == 0
    other = np.asarray(Image.open(project.build / "panels" / "p1.1.png").convert("RGB")).astype(float)
    assert other[20:-20, 20:-20].mean((0, 1))[0] > other[20:-20, 20:-20].mean((0, 1))[1]  # and others are painted so


def test_with_nothing_changed_nothing_is_run_again(finished_project, inkwright, hashes):
    before = hashes(finished_project)
    assert inkwright("fit", finished_project).all("finished")[-1]["fresh"] is False
    assert inkwright("render", finished_project).all("finished")[-1]["fresh"] is False
    assert hashes(finished_project) == before


def test_stopped_on_the_way_the_colourist_goes_on_to_the_same_weights(marked, tmp_path, one_thread, monkeypatch):
    monkeypatch.setattr("inkwright.operations.finishing.SAVE_EVERY", 1)
    finish(marked, "p1.2")
    settings(marked)
    project = Project(marked)
    given, config = inputs(project), project.config()
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    made, said = look_up(project, given, config, tmp_path / "whole", None)
    assert made is not None
    assert [one.message[:37] for one in said] == ["8 of 8 marks of elements have no box:"]
    list(study(made, config, tmp_path / "whole", 2))
    work = study(made, config, tmp_path / "stopped", 2)
    next(work)
    next(work)
    work.close()
    assert (tmp_path / "stopped" / STATE).exists()
    assert len(list(study(made, config, tmp_path / "stopped", 2))) < 3
    assert (tmp_path / "stopped" / FILE).read_bytes() == (tmp_path / "whole" / FILE).read_bytes()
    assert list(study(made, config, tmp_path / "whole", 2)) == []


def test_a_redrawing_and_a_sheet_alone_are_learned_from_too(marked, tmp_path, one_thread, monkeypatch):
    monkeypatch.setattr("inkwright.learn.finish.align.OVER", 2.0)  # nothing lies over anything
    finish(marked, "p1.2")
    project = Project(marked)
    given, config = inputs(project), Config()
    made, _ = look_up(project, given, config, tmp_path, None)
    assert made is not None
    assert not made.sources[0].over
    assert made.told() == "1 finished panel"
    at, size = made.shown[0].at, made.sources[0].ink.shape
    regions = [{} for _ in given.prior.panels]
    regions[at] = {0: np.ones(size, np.float32)}
    pairs, others = made.terms([size] * len(given.prior.panels), regions)
    assert (len(pairs), len(others)) == (0, 1)
    assert others[0].at == at


def test_without_classifiers_the_finish_is_fitted_all_the_same(marked, inkwright, one_thread):
    (marked / "prior.csv").unlink()
    finish(marked, "p1.2")
    settings(marked)
    Project(marked).set_config({"fit": {"style_steps": 1}})
    run = inkwright("fit", marked)
    assert run.code == 0
    folder = Project(marked).finished_run("fit")
    assert folder is not None
    assert (folder / "fitted.safetensors").exists()
    assert any((value != 0).any() for value in load_tensors(folder / "fitted.safetensors").values())
    assert torch.isfinite(load_tensors(folder / FILE)["dark"]).all()


def test_a_broken_finish_stops_the_fit_with_a_sentence(marked, inkwright):
    (marked / "prior.csv").unlink()
    (marked / "finished").mkdir()
    (marked / "finished" / "p1.2.png").write_bytes(b"no picture")
    assert "p1.2.png" in inkwright("fit", marked).error["message"]
