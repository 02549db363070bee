import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkwright.comic.layout import interior
from inkwright.images import Pixels, png_bytes, read_picture
from inkwright.operations.harmonize import harmonize, is_harmonized
from inkwright.project import Project

LOOKS = ((1.0, (0, 0, 0)), (0.7, (40, 10, 0)), (0.85, (-10, 20, 40)), (1.1, (0, -20, 20)))
"""Contrast and cast that the other tool gives to a panel, in turn."""


def pixels(path: Path) -> Pixels:
    return read_picture(path).pixels


@pytest.fixture(scope="module")
def restyled(tmp_path_factory: pytest.TempPathFactory, marked_project: Path) -> Path:
    """The panels as a tool without consistency gives them: each in other colours, some at another size."""
    folder = tmp_path_factory.mktemp("restyled")
    n = 0
    for page in Project(marked_project).book().pages:
        drawn = pixels(marked_project / page.file)
        for panel in page.panels:
            x, y, w, h = panel.box
            gain, by = LOOKS[n % len(LOOKS)]
            look = (drawn[y : y + h, x : x + w] - 128.0) * gain + 128 + np.array(by)
            picture = Image.fromarray(np.clip(look, 0, 255).astype(np.uint8))
            picture.resize((2 * w, 2 * h) if n % 3 == 0 else (w, h)).save(folder / f"{panel.id}.png")
            n += 1
    return folder


@pytest.fixture(scope="module")
def harmonized(
    tmp_path_factory: pytest.TempPathFactory, made_project: Path, restyled: Path, inkwright: Callable
) -> Path:
    """A made project with harmonized pages, network included. To be read, and copied to be changed."""
    root = tmp_path_factory.mktemp("harmonized") / "book"
    shutil.copytree(made_project, root)
    run = inkwright("harmonize", root, "--from", restyled, "--harmonize-steps", 4)
    assert run.code == 0
    assert len(run.all("step")) == 4 + 8
    figures = run.events[-1]["summary"]
    own, before, after = (figures[look]["drift"] for look in ("drawn", "given", "harmonized"))
    assert after - own < 0.3 * (before - own)
    assert figures["given"]["distance"] == 0 < figures["harmonized"]["distance"]
    return root


@pytest.fixture
def own(harmonized: Path, tmp_path: Path) -> Path:
    """A harmonized project, to be changed."""
    return Path(shutil.copytree(harmonized, tmp_path / "own"))


def test_only_the_insides_of_panels_change_and_nothing_is_blurred(harmonized: Path, restyled: Path):
    for number, page in enumerate(Project(harmonized).book().pages, 1):
        drawn, made = pixels(harmonized / page.file), pixels(harmonized / f"build/harmonized/pages/{number}.png")
        outside = np.ones(drawn.shape[:2], np.bool_)
        for panel in page.panels:
            x, y, w, h = panel.box
            mask = interior(drawn, panel.box).mask
            outside[y : y + h, x : x + w] = mask == 0
            part = made[y : y + h, x : x + w]
            assert np.array_equal(part, pixels(harmonized / f"build/harmonized/panels/{panel.id}.png"))
            given = np.asarray(Image.fromarray(pixels(restyled / f"{panel.id}.png")).resize((w, h)))
            steep = [np.abs(np.diff(p[8:-8, 8:-8].astype(float).mean(2), axis=1)).max() for p in (given, part)]
            assert 0.6 * steep[0] - 2 < steep[1] < 1.7 * steep[0] + 2
        assert np.array_equal(made[outside], drawn[outside])


def test_a_second_run_does_nothing_and_another_place_for_the_same_pictures_is_the_same(
    inkwright, own: Path, restyled: Path, tmp_path: Path, hashes
):
    moved = shutil.copytree(restyled, tmp_path / "elsewhere")
    before, given = hashes(own), hashes(moved)
    run = inkwright("harmonize", own, "--from", moved)
    assert run.events[-1]["fresh"] is False
    assert run.all("table")
    ours = {name: value for name, value in hashes(own).items() if "lock" not in name}
    assert ours == {name: value for name, value in before.items() if "lock" not in name}
    assert hashes(moved) == given


def test_stopped_halfway_it_goes_on_to_the_same_bytes(own: Path, restyled: Path, hashes, monkeypatch):
    before = hashes(own / "build" / "harmonized")
    shutil.rmtree(own / "build" / "harmonized")
    for run in Project(own).runs("harmonize"):
        shutil.rmtree(run)
    monkeypatch.setattr("inkwright.operations.harmonize.SAVE_EVERY", 2)
    for stop in (3, 6):  # in the network's round; between two pages
        work = harmonize(Project(own), restyled)
        for event in work:
            if getattr(event, "done", 0) == stop:
                break
        work.close()
        assert not is_harmonized(Project(own))
    assert list(harmonize(Project(own), restyled))[-1].fresh  # type: ignore[union-attr]
    assert hashes(own / "build" / "harmonized") == before
    assert is_harmonized(Project(own))


def test_another_picture_is_another_result(inkwright, own: Path, restyled: Path, tmp_path: Path):
    changed = Path(shutil.copytree(restyled, tmp_path / "changed"))
    picture = pixels(changed / "p1.1.png")
    (changed / "p1.1.png").write_bytes(png_bytes(255 - picture))
    run = inkwright("harmonize", own, "--from", changed)
    assert run.events[-1]["fresh"] is True
    assert len(Project(own).runs("harmonize")) == 2


def test_whole_pages_do_as_well(inkwright, marked: Path, tmp_path: Path):
    folder = tmp_path / "pages-of-another-tool"
    folder.mkdir()
    for page in Project(marked).book().pages:
        picture = Image.open(marked / page.file).convert("RGB").point(lambda v: v * 0.8)
        picture.resize((600, 800)).save(folder / f"{Path(page.file).stem}.jpg")
    Image.new("RGB", (50, 50)).save(folder / "notes.png")
    run = inkwright("harmonize", marked, "--from", folder)
    assert run.code == 0
    told = [event["message"] for event in run.all("warned")]
    assert any("notes.png" in message for message in told)
    assert any("classifiers are missing" in message for message in told)
    assert is_harmonized(Project(marked))


def test_a_book_without_elements_agrees_too(inkwright, marked: Path, restyled: Path):
    (marked / "prior.csv").unlink()
    run = inkwright("harmonize", marked, "--from", restyled)
    figures = run.events[-1]["summary"]
    own, before, after = (figures[look]["drift"] for look in ("drawn", "given", "harmonized"))
    assert after - own < 0.3 * (before - own)
    assert figures["harmonized"]["consistency"] is None
    assert run.all("warned") == []


def test_what_cannot_be_used_is_named(inkwright, marked: Path, restyled: Path, tmp_path: Path):
    def refused(folder: Path) -> str:
        message: str = inkwright("harmonize", marked, "--from", folder).error["message"]
        return message

    folder = Path(shutil.copytree(restyled, tmp_path / "given"))
    assert "nowhere is not a folder" in refused(tmp_path / "nowhere")
    assert "where harmonize writes" in refused(_made(marked / "build" / "harmonized" / "panels"))
    (folder / "p2.3.png").unlink()
    (folder / "p1.4.png").unlink()
    assert refused(folder).endswith("has no picture of p1.4, p2.3.")
    shutil.copy(restyled / "p2.3.png", folder)
    Image.new("RGB", (200, 200)).save(folder / "p1.4.png")
    assert "p1.4.png is 200 x 200 pixels, but panel p1.4 is" in refused(folder)
    shutil.copy(restyled / "p1.4.png", folder)
    Image.new("RGB", (200, 200)).save(folder / "p1.4.jpg")
    assert "two pictures for p1.4" in refused(folder)
    assert not (marked / "build" / "harmonized" / "pages").exists()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_it_can_be_published(inkwright, own: Path, marked: Path):
    before = (own / "build" / "ball-and-box.cbz").read_bytes()
    run = inkwright("publish", own, "--from", "harmonized", "--cbz")
    assert run.code == 0
    made = own / "build" / "harmonized" / "ball-and-box.cbz"
    assert made.read_bytes() != before
    assert (own / "build" / "ball-and-box.cbz").read_bytes() == before
    assert inkwright("publish", own, "--from", "harmonized", "--cbz").events[-1]["fresh"] is False
    assert "harmonized pages are missing" in inkwright("publish", marked, "--from", "harmonized").error["message"]
