"""Model sheets in references/: found by element name, part of the fit's key, told when unused."""

import numpy as np

from inkwright.book import Element, Prior
from inkwright.images import png_bytes
from inkwright.learn.banks import Bank, Elements
from inkwright.learn.colour import oklab
from inkwright.operations.references import referred, sheets, sheets_key, unused
from inkwright.project import Project


def project(tmp_path, *names):
    folder = tmp_path / "references"
    folder.mkdir()
    red = np.full((40, 40, 3), 255, np.uint8)
    red[10:30, 10:30] = (200, 20, 20)
    for name in names:
        (folder / name).write_bytes(png_bytes(red))
    (tmp_path / "inkwright.toml").write_text("version = 1\n", encoding="utf-8")
    return Project(tmp_path)


def prior(*names):
    return Prior([Element(name, "character") for name in names], ["p1.1"], np.ones((len(names), 1)))


def test_a_sheet_belongs_to_the_element_of_its_name(tmp_path):
    book = project(tmp_path, "hero.png", "Nobody.png")
    found, odd = sheets(book, prior("Dragon", "Hero"))
    assert [(i, path.name) for i, path in found.items()] == [(1, "hero.png")]
    assert "Nobody.png" in odd[0][0]
    assert list(unused(book, prior("Dragon", "Hero"))) == odd


def test_the_key_changes_with_the_sheet_alone(tmp_path):
    book = project(tmp_path, "Hero.png")
    before = sheets_key(book, prior("Hero"))
    assert before == sheets_key(book, prior("Hero"))
    (tmp_path / "references" / "Hero.png").write_bytes(png_bytes(np.zeros((9, 9, 3), np.uint8)))
    assert sheets_key(book, prior("Hero")) != before
    (tmp_path / "references" / "Hero.png").unlink()
    assert sheets_key(book, prior("Hero")) == []


def test_targets_come_from_the_sheet(tmp_path):
    drawn = oklab(np.array([[0.9, 0.3, 0.3]], np.float32))
    grey = oklab(np.array([[0.5, 0.5, 0.5]], np.float32))
    elements = Elements({0: Bank(drawn, np.ones(1, np.float32), grey, grey)}, [False])
    done = referred(project(tmp_path, "Hero.png"), prior("Hero"), elements, 0)
    assert np.abs(done.banks[0].target - oklab(np.array([[200, 20, 20]], np.float32) / 255)).max() < 0.03
    assert np.array_equal(done.banks[0].painted, grey)
