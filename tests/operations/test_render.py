from pathlib import Path

import numpy as np
import pytest

from inkwright.comic.layout import interior
from inkwright.images import Pixels, read_picture
from inkwright.operations.render import render
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


@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_render_needs_a_fit(inkwright, marked: Path, options: list[str]):
    assert inkwright("render", marked, *options).error["hint"] == f"Run: inkwright fit {marked}"
