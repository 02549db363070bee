from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from inkwright.comic.layout import interior
from inkwright.images import Pixels, read_picture
from inkwright.operations.fit import fit_key
from inkwright.operations.render import AHEAD, is_fresh, prepared, render
from inkwright.operations.train import inputs
from inkwright.project import Project


def pixels(path: Path) -> Pixels:
    return read_picture(path).pixels


@pytest.mark.parametrize("folder", ["build", "build/plain"])
def test_only_the_insides_of_panels_are_painted(made_project: Path, folder: str):
    for number, page in enumerate(Project(made_project).book().pages, 1):
        drawn, painted = pixels(made_project / page.file), pixels(made_project / folder / "pages" / f"{number}.png")
        outside = np.ones(drawn.shape[:2], np.bool_)
        for panel in page.panels:
            x, y, w, h = panel.box
            outside[y : y + h, x : x + w] = interior(drawn, panel.box).mask == 0
            assert (drawn[y : y + h, x : x + w] != painted[y : y + h, x : x + w]).any()
            assert np.array_equal(
                painted[y : y + h, x : x + w], pixels(made_project / folder / "panels" / f"{panel.id}.png")
            )
        assert outside.mean() > 0.1
        assert np.array_equal(painted[outside], drawn[outside])


def test_plain_is_another_picture(made_project: Path):
    fitted, plain = (pixels(made_project / f / "pages" / "1.png") for f in ("build", "build/plain"))
    assert not np.array_equal(fitted, plain)


def test_a_missing_picture_is_painted_again(inkwright, made: Path, hashes):
    before = hashes(made / "build" / "panels")
    (made / "build" / "panels" / "p2.3.png").unlink()
    run = inkwright("render", made)
    assert [event["page"] for event in run.all("page_done")] == ["pages/p2.png"]
    assert hashes(made / "build" / "panels") == before


def test_stopped_halfway_other_pictures_do_not_pass_for_those_of_before(inkwright, made: Path, hashes):
    before = hashes(made / "build" / "panels")
    project = Project(made)
    project.set_config({"style": {"strength": 0.2}})
    work = render(project)
    for event in work:
        if getattr(event, "done", 0) == 2:  # two panels of the first page
            break
    work.close()
    assert hashes(made / "build" / "panels") != before
    project.set_config({"style": {"strength": 1.0}})
    rows = {row[0]: row[1] for row in inkwright("status", made).all("table")[0]["rows"]}
    assert rows["render"] == "out of date"
    assert inkwright("render", made).code == 0
    assert hashes(made / "build" / "panels") == before


def test_pictures_of_removed_panels_go(inkwright, made: Path, monkeypatch: pytest.MonkeyPatch, one_thread):
    project = Project(made)
    book = project.book()
    del book.pages[1]
    project.save_book(book)
    (made / "pages" / "p2.png").unlink()
    prior = [line.split(",")[:6] for line in (made / "prior.csv").read_text().splitlines()]
    (made / "prior.csv").write_text("\n".join(map(",".join, prior)) + "\n")
    project.set_config({"fit": {"steps": 1, "style_steps": 1}})
    assert [inkwright(stage, made).code for stage in ("train", "fit", "render")] == [0, 0, 0]
    assert sorted(p.name for p in (made / "build" / "panels").iterdir()) == [f"p1.{k}.png" for k in (1, 2, 3, 4)]
    assert [p.name for p in (made / "build" / "pages").iterdir()] == ["1.png"]


def test_at_strength_none_the_pages_come_back_as_drawn(inkwright, made: Path):
    assert inkwright("make", made, "--style-strength", "0", "--style-keep-ink", "1").code == 0
    for number, page in enumerate(Project(made).book().pages, 1):
        drawn = pixels(made / page.file)
        assert np.array_equal(pixels(made / "build" / "pages" / f"{number}.png"), drawn)


def test_parts_that_are_kept_make_only_the_pages_stale(inkwright, made: Path):
    project = Project(made)
    book = project.book()
    panel = book.pages[0].panels[1]
    panel.keep = [(30, 40, 50, 60), [(90, 100), (120, 100), (90, 130)]]
    project.save_book(book)
    rows = {row[0]: row[1] for row in inkwright("status", made).all("table")[0]["rows"]}
    assert [rows[step] for step in ("train", "fit", "render", "render --plain")] == [
        "up to date", "up to date", "out of date", "out of date",
    ]  # fmt: skip
    before = pixels(made / "build" / "panels" / f"{panel.id}.png")
    assert inkwright("render", made).code == 0
    after = pixels(made / "build" / "panels" / f"{panel.id}.png")
    x, y, w, h = panel.box
    drawn = pixels(made / book.pages[0].file)[y : y + h, x : x + w]
    for part in (np.s_[43:97, 33:77], np.s_[103:108, 93:98]):
        assert np.array_equal(after[part], drawn[part])
        assert not np.array_equal(before[part], drawn[part])
    rest = np.ones((h, w), np.bool_)
    rest[40:100, 30:80] = rest[99:131, 89:121] = False
    assert np.array_equal(after[rest], before[rest])


@pytest.mark.parametrize(
    "values", [{"keep_ink": 0.5}, {"keep_lettering": False}, {"strength": 0.5}], ids=lambda values: next(iter(values))
)
def test_settings_of_what_stays_make_only_the_pages_stale(made: Path, values: dict[str, float]):
    project = Project(made)
    given = inputs(project)
    assert is_fresh(project, False)
    before = fit_key(project, given)
    project.set_config({"style": values})
    assert not is_fresh(project, False)
    assert not is_fresh(project, True)
    assert fit_key(project, inputs(project)) == before


@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_render_needs_a_fit(inkwright, marked: Path, options: list[str]):
    assert inkwright("render", marked, *options).error["hint"] == f"Run: inkwright fit {marked}"


@dataclass
class Counted:
    """A brush that says which canvases it was asked for."""

    work_px: int
    asked: list[str] = field(default_factory=list)
    second: Event = field(default_factory=Event)

    def canvas(self, view: Any) -> str:
        self.asked.append(view.name)
        if len(self.asked) == 2:
            self.second.set()
        return f"canvas of {view.name}"


@dataclass
class View:
    name: str
    pixels: Pixels
    page_side: int


@pytest.mark.parametrize(("work_px", "ahead"), [(4000, False), (1000, True)])
def test_of_two_large_panels_the_second_waits_until_the_first_is_painted(work_px: int, ahead: bool):
    side = int((0.6 * AHEAD) ** 0.5)
    views = [View(name, np.zeros((side, side, 3), np.uint8), 4000) for name in ("p1.1", "p1.2")]
    brush = Counted(work_px)
    got = prepared(brush, views)  # type: ignore[arg-type]
    assert next(got) == (views[0], "canvas of p1.1")
    assert brush.second.wait(30 if ahead else 0) == ahead
    assert next(got) == (views[1], "canvas of p1.2")
    assert next(got, None) is None
    assert brush.asked == ["p1.1", "p1.2"]
