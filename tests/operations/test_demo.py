"""The demo on a sample of two small pages; `make demo` is the test of the real one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from inkwright.book import Balloon, Book, Element, Prior
from inkwright.comic.panels import find_panels
from inkwright.events import Event
from inkwright.images import Pixels
from inkwright.project import Project


@dataclass(frozen=True)
class Sample:
    book: Book
    pages: list[Pixels]
    prior: Prior


@pytest.fixture
def small_sample(monkeypatch: pytest.MonkeyPatch, page_of) -> None:
    """A small sample instead of the embedded one, and only its panels are made."""
    drawn = [np.asarray(page_of(n), np.uint8) for n in (1, 2)]
    pages = [
        {
            "file": f"pages/p{n}.png",
            "panels": [{"id": f"p{n}.{k}", "box": found.box} for k, found in enumerate(find_panels(pixels), 1)],
        }
        for n, pixels in enumerate(drawn, 1)
    ]
    book = Book.model_validate({"version": 1, "pages": pages})
    for _, panel in book.panels():
        panel.balloons = [Balloon(words="Hi")]
    prior = Prior([Element("Ball")], book.panel_ids(), np.ones((1, 8)))

    def nothing(project: Project) -> Iterator[Event]:
        yield from ()

    monkeypatch.setattr("inkwright.operations.demo.draw_book", lambda: Sample(book, drawn, prior))
    monkeypatch.setattr("inkwright.operations.demo.make", nothing)


def test_the_sample_becomes_a_project(inkwright, small_sample, tmp_path: Path):
    root = tmp_path / "demo"
    assert inkwright("demo", root, "--style", "halftone").code == 0
    project = Project(root)
    assert project.config().style.picture == "halftone"
    assert project.book().pages[0].panels[0].balloons == [Balloon(words="Hi")]
    assert project.prior_path.read_text().splitlines()[1] == "Ball,character,1,1,1,1,1,1,1,1"


def test_it_goes_on_after_it_was_stopped(inkwright, small_sample, tmp_path: Path, hashes):
    root = tmp_path / "demo"
    assert inkwright("demo", root).code == 0
    whole = hashes(root)
    written = ["pages/p1.png", "pages/p2.png", "inkwright.toml", ".inkwright/lock", "straightened/straighten.json"]
    written += ["build/outlines/1.png", "build/outlines/2.png", "prior.csv", "book.json"]
    assert sorted(whole) == sorted(written)
    for stopped in range(len(written)):
        for name in written[stopped:]:
            (root / name).unlink()
        for folder in (".inkwright", "straightened", "build/outlines", "build"):
            if (root / folder).is_dir() and not any((root / folder).iterdir()):
                (root / folder).rmdir()
        assert inkwright("demo", root).code == 0
        assert hashes(root) == whole


def test_what_a_person_changed_in_it_is_kept(inkwright, small_sample, tmp_path: Path, hashes):
    root = tmp_path / "demo"
    assert inkwright("demo", root).code == 0
    assert inkwright("elements", root, "add", "Cat").code == 0
    before = hashes(root)
    assert inkwright("demo", root).code == 0
    assert hashes(root) == before


def test_another_style_is_not_taken_silently(inkwright, small_sample, tmp_path: Path):
    assert inkwright("demo", tmp_path / "demo").code == 0
    (warned,) = inkwright("demo", tmp_path / "demo", "--style", "halftone").all("warned")
    assert "another style, which is kept" in warned["message"]


def test_somebody_s_pages_are_left_alone(inkwright, small_sample, tmp_path: Path, page_of, hashes):
    root = tmp_path / "mine"
    (root / "pages").mkdir(parents=True)
    page_of(7).save(root / "pages" / "p1.png")
    before = hashes(root)
    assert "is somebody's own" in inkwright("demo", root).error["message"]
    assert hashes(root) == before


def test_somebody_s_project_is_left_alone(inkwright, small_sample, tmp_path: Path, page_of, hashes):
    page_of(7).save(tmp_path / "scan.png")
    root = tmp_path / "mine"
    assert [inkwright(*a).code for a in (("new", root, tmp_path / "scan.png"), ("panels", root))] == [0, 0]
    assert inkwright("elements", root, "add", "Ball").code == 0
    before = hashes(root)
    assert "is somebody's own" in inkwright("demo", root).error["message"]
    assert hashes(root) == before


def test_a_folder_with_other_things_is_refused(inkwright, small_sample, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear")
    assert "is not empty" in inkwright("demo", tmp_path).error["message"]
    assert "is a file" in inkwright("demo", tmp_path / "letter.txt").error["message"]
    assert "Did you mean 'gouache'" in inkwright("demo", tmp_path / "x", "--style", "gouach").error["hint"]
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]
