"""The whole path on two small pages: what it writes, and that nothing is done twice."""

import shutil
from pathlib import Path

import pytest

from inkwright.project import Project

STAGES = ["panels", "train", "fit", "render", "render plain", "review", "publish"]
WRITTEN = [
    "build/ball-and-box.cbz",
    "build/ball-and-box.pdf",
    "build/review/index.html",
    "build/review/review.json",
    *(f"build/{folder}pages/{n}.png" for folder in ("", "plain/") for n in (1, 2)),
    *(f"build/{folder}panels/p{n}.{k}.png" for folder in ("", "plain/") for n in (1, 2) for k in (1, 2, 3, 4)),
]
OURS = ("pages/", "styles/", "book.json", "prior.csv", "inkwright.toml")


def fresh(run) -> dict[str, bool]:
    """Stage → whether it did anything."""
    return {event["stage"]: event["fresh"] for event in run.all("finished")}


def test_everything_is_there(made_project: Path):
    for name in WRITTEN:
        assert (made_project / name).is_file(), name
    assert not list(made_project.rglob("*.part*"))
    assert not list(made_project.rglob("state-*"))


def test_the_author_s_files_are_as_they_were(made_project: Path, marked_project: Path, hashes):
    before, after = hashes(marked_project), hashes(made_project)
    for name, known in before.items():
        if name.startswith(OURS):
            assert after[name] == known, name


def test_make_does_nothing_more(inkwright, made: Path, hashes):
    before = hashes(made)
    run = inkwright("make", made)
    assert fresh(run) == dict.fromkeys(STAGES, False)
    assert run.all("step") == []
    assert hashes(made) == before


def test_status_says_that_all_is_up_to_date(inkwright, made_project: Path, hashes):
    before = hashes(made_project)
    run = inkwright("status", made_project)
    rows = {row[0]: row[1:] for row in run.all("table")[0]["rows"]}
    assert run.events[-1]["note"] == "everything is up to date"
    assert {rows[name][0] for name in ("train", "fit", "render", "render --plain", "review", "publish")} == {
        "up to date"
    }
    assert all(row[1] == "" for row in rows.values())
    assert hashes(made_project) == before  # derived from the files, never stored


def test_status_names_the_next_act(inkwright, marked: Path):
    rows = {row[0]: row[1:] for row in inkwright("status", marked).all("table")[0]["rows"]}
    assert rows["train"] == ["missing", f"inkwright train {marked}"]
    assert rows["pages"] == ["2 pictures", ""]


def test_progress_knows_its_total_and_the_time_left(inkwright, marked: Path, one_thread):
    steps = inkwright("train", marked).all("step")
    assert [step["done"] for step in steps] == list(range(1, steps[0]["total"] + 1))
    assert all(step["left_s"] >= 0 for step in steps)
    assert steps[-1]["left_s"] == 0


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({"style": {"strength": 0.5}}, {"render", "render --plain", "review", "publish"}),
        ({"fit": {"steps": 4}}, {"fit", "render", "render --plain", "review", "publish"}),
        ({"style": {"picture": "halftone"}}, {"train", "fit", "render", "render --plain", "review", "publish"}),
        ({"review": {"judge_steps": 4}}, {"review"}),
        ({"publish": {"quality": 50}}, {"publish"}),
        ({"book": {"title": "Box and Ball"}}, {"review", "publish"}),
    ],
)
def test_a_changed_setting_makes_stale_what_depends_on_it(inkwright, made: Path, change, stale: set[str]):
    Project(made).set_config(change)
    rows = inkwright("status", made).all("table")[0]["rows"]
    assert {row[0] for row in rows if row[1] == "out of date"} == stale


def test_words_make_only_the_publication_stale(inkwright, made: Path):
    project = Project(made)
    book = project.book()
    book.pages[0].panels[0].alt = "An empty room."
    project.save_book(book)
    rows = inkwright("status", made).all("table")[0]["rows"]
    assert [row[0] for row in rows if row[1] == "out of date"] == ["publish"]
    assert fresh(inkwright("make", made)) == {stage: stage == "publish" for stage in STAGES}


def test_a_mark_makes_everything_after_it_stale(inkwright, made: Path):
    assert inkwright("elements", made, "mark", "Ball", "p1.1").code == 0
    rows = inkwright("status", made).all("table")[0]["rows"]
    assert {row[0] for row in rows if row[1] == "out of date"} == {
        "train", "fit", "render", "render --plain", "review", "publish",
    }  # fmt: skip


def test_the_same_project_elsewhere_gives_the_same_bytes(
    inkwright, marked: Path, made_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashes, one_thread
):
    monkeypatch.setattr("inkwright.learn.train.MIN_AUC", -1.0)
    other = tmp_path / "another name"
    shutil.move(marked, other)
    assert inkwright("make", other).code == 0
    one, two = hashes(made_project), hashes(other)
    timed = {name for name in one if name.endswith(("events.jsonl", "lock"))}
    assert {n: h for n, h in two.items() if n not in timed} == {n: h for n, h in one.items() if n not in timed}


def test_one_panel_is_a_book(inkwright, scans: Path, tmp_path: Path, one_thread):
    root = tmp_path / "one"
    assert inkwright("new", root, scans / "scan1.png").code == 0
    settings = {
        "style": {"scale": 0.25},
        "fit": {"style_steps": 1, "steps": 1, "panel_px": 64},
        "review": {"judge_steps": 1},
    }
    Project(root).set_config(settings)
    box = '{"version": 1, "pages": [{"file": "pages/p1.png", "panels": [{"id": "all", "box": [-9, -9, 400, 500]}]}]}'
    (root / "book.json").write_text(box)
    (root / "prior.csv").write_text("element,kind,all\nHero,character,1\n")
    run = inkwright("make", root)
    assert run.code == 0
    assert any("nothing to train" in warned["message"] for warned in run.all("warned"))
    assert (root / "build" / "panels" / "all.png").is_file()
    assert inkwright("status", root).events[-1]["note"] == "everything is up to date"
