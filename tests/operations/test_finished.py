"""Finished pictures: found by name, checked, told how they will be used, and which are worth making next."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkwright.book import Element, Prior
from inkwright.comic.scan import read_page
from inkwright.errors import PictureError, ProjectError
from inkwright.events import Table, Warned
from inkwright.images import png_bytes, read_picture
from inkwright.operations import material
from inkwright.operations.finished import (
    CLOSE,
    Kept,
    Shown,
    all_read,
    finished,
    keep_key,
    read,
    sizes_of,
    usable,
    worth_finishing,
)
from inkwright.operations.finished_files import find, finished_key
from inkwright.operations.material import load_book, load_prior
from inkwright.project import Project


class Book:
    """A project, its parts, and a hand that finishes panels."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.book = load_book(self.project)
        self.prior = load_prior(self.project, self.book)
        self.folder = root / "finished"
        self.folder.mkdir()

    def crop(self, panel: str) -> Image.Image:
        page, its = next((page, its) for page, its in self.book.panels() if its.id == panel)
        x, y, w, h = its.box
        return Image.fromarray(read_picture(self.project.root / page.file).pixels).crop((x, y, x + w, y + h))

    def finish(self, panel: str, name: str = "", size: tuple[int, int] | None = None) -> Path:
        picture = self.crop(panel)
        painted = np.asarray(picture.resize(size) if size else picture).astype(np.float32)
        painted = np.clip(painted * (0.7, 0.9, 0.5) + (40, 0, 20), 0, 255).astype(np.uint8)
        path = self.folder / (name or f"{panel}.png")
        Image.fromarray(painted).save(path)
        return path

    def files(self):
        return find(self.project, self.book, self.prior)

    def shown(self):
        return list(read(self.project, self.book, self.files(), self.project.config()))

    def key(self):
        return finished_key(self.project, self.book, self.prior)

    def events(self):
        return list(finished(self.project))


@pytest.fixture
def own(marked: Path) -> Book:
    return Book(marked)


def test_without_finished_pictures_nothing_changes(own):
    assert not own.files()
    assert own.key() == []
    assert keep_key(own.project, own.book, own.prior) == []
    assert own.events()[-1].fresh is False
    assert "p1.2" in own.events()[-1].note  # the panel with both elements is the first to finish


def test_panels_pages_and_sheets_are_found_by_name(own):
    own.finish("p1.2")
    Image.fromarray(np.zeros((400, 300, 3), np.uint8)).save(own.folder / "page2.png")
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(own.folder / "ball.png")
    own.finish("p1.3", "p9.9.png")
    files = own.files()
    assert files.panels["p1.2"].name == "p1.2.png"
    assert set(files.whole) == {panel for panel in own.book.panel_ids() if panel.startswith("p2.")}
    assert {i: path.name for i, path in files.sheets.items()} == {0: "ball.png"}
    assert len(files.odd) == 1
    assert "p9.9.png" in files.odd[0][0]
    assert "p1.2" in files.odd[0][1] or "p2" in files.odd[0][1]  # the nearest name


def test_a_panel_of_its_own_goes_before_its_page(own):
    own.finish("p2.1")
    Image.fromarray(np.zeros((400, 300, 3), np.uint8)).save(own.folder / "page2.png")
    files = own.files()
    assert files.panels["p2.1"].name == "p2.1.png"
    assert "p2.1" not in files.whole
    assert "p2.2" in files.whole


def test_two_pictures_for_one_panel_are_refused(own):
    own.finish("p1.2")
    own.finish("p1.2", "P1.2.jpg")
    with pytest.raises(ProjectError, match=r"p1\.2"):
        own.files()


def test_two_names_of_one_page_are_refused_unless_one_is_another_pages(own):
    page = Image.fromarray(np.zeros((400, 300, 3), np.uint8))
    stem = Path(own.book.pages[0].file).stem
    page.save(own.folder / f"{stem}.png")
    page.save(own.folder / "page1.png")
    with pytest.raises(ProjectError, match="name one page"):
        own.files()
    other = own.book.pages[0].model_copy(update={"file": "pages/page2.png"})
    own.book = own.book.model_copy(update={"pages": [other, own.book.pages[1]]})
    (own.folder / "page1.png").rename(own.folder / "page2.png")
    files = own.files()
    assert {panel.split(".")[0] for panel in files.panels} == {"p1"}
    assert stem in files.odd[0][0]


def test_files_of_painting_programs_are_not_passed_over_in_silence(own):
    (own.folder / "p1.2.kra").write_bytes(b"krita")
    assert any("p1.2.kra" in event.message for event in own.events() if isinstance(event, Warned))


def test_names_are_the_same_in_every_writing_of_their_accents(own):
    prior = Prior([Element("Zoë/Žofia")], own.book.panel_ids(), np.ones((1, len(own.book.panel_ids()))))
    path = own.finish("p1.2", unicodedata.normalize("NFD", "zoë-Žofia.png"))
    assert find(own.project, own.book, prior).sheets == {0: path}


def test_the_key_changes_with_pictures_and_settings(own):
    own.finish("p1.2")
    first = own.key()
    assert first == own.key() != []
    own.finish("p1.3")
    second = own.key()
    assert second != first
    own.project.set_config({"finished": {"weight": 1.0}})
    third = own.key()
    assert third != second
    own.project.set_config({"finished": {"keep": False}})
    assert own.key() == third  # nothing to be learned anew
    assert keep_key(own.project, own.book, own.prior) == [False]


def test_another_folder_can_be_named_and_must_be_there(own, tmp_path):
    own.finish("p1.2")
    elsewhere = own.folder.rename(tmp_path / "painted")
    assert not own.files()
    own.project.set_config({"finished": {"folder": str(elsewhere)}})
    assert own.files().panels
    own.project.set_config({"finished": {"folder": "nowhere"}})
    with pytest.raises(ProjectError, match="nowhere"):
        own.files()
    own.project.set_config({"finished": {"folder": "build"}})
    own.project.build.mkdir(exist_ok=True)
    with pytest.raises(ProjectError, match="writes"):
        own.files()


def test_a_finished_panel_lies_over_its_drawing_at_any_size(own):
    sizes = {"p1.2": 1, "p1.3": 2, "p1.4": 0.5, "p2.1": 1.5}
    for panel, k in sizes.items():
        width, height = own.crop(panel).size
        own.finish(panel, size=(round(k * width), round(k * height)))
    shown = own.shown()
    # Their frames bleed into them where they were resized, which must not pass for a move.
    assert [one.found.kind for one in shown] == ["aligned"] * 4
    assert [one.found.score > 0.7 for one in shown] == [True] * 4
    box = own.crop("p1.3").size
    assert shown[1].size == (2 * box[0], 2 * box[1])
    assert shown[1].wanted == box
    rows = next(event for event in own.events() if isinstance(event, Table)).rows
    assert ["resized" in row[2] for row in rows] == [k != 1 for k in sizes.values()]
    assert "pixel by pixel" in rows[0][3]


def test_a_finished_panel_of_another_shape_is_named(own):
    own.finish("p1.2", size=(200, 60))
    with pytest.raises(PictureError, match="another shape"):
        all_read(own.project, own.book, own.files(), own.project.config())
    assert any("another shape" in event.message for event in own.events() if isinstance(event, Warned))


@pytest.mark.parametrize("data", [b"", b"no picture", png_bytes(np.zeros((90, 60, 3), np.uint8))[:60]])
def test_a_broken_picture_is_named(own, data):
    own.finish("p1.3")
    (own.folder / "p1.2.png").write_bytes(data)
    assert isinstance(own.shown()[0], PictureError)
    warned = [event.message for event in own.events() if isinstance(event, Warned)]
    assert any("p1.2.png" in message for message in warned)


def test_something_else_entirely_is_said_and_not_used(own):
    noise = np.random.default_rng(0).integers(0, 255, (*own.crop("p1.2").size[::-1], 3), np.uint8)
    Image.fromarray(noise).save(own.folder / "p1.2.png")
    assert own.shown()[0].found.kind == "other"
    assert usable(all_read(own.project, own.book, own.files(), own.project.config())) == []
    assert any("does not look like" in event.message for event in own.events() if isinstance(event, Warned))


def test_a_panel_of_one_colour_is_said_and_not_used(own):
    Image.new("RGB", own.crop("p1.2").size, (200, 10, 10)).save(own.folder / "p1.2.png")
    own.finish("p1.3")
    assert [one.found.kind for one in own.shown()] == ["other", "aligned"]
    assert any("one colour all over" in event.message for event in own.events() if isinstance(event, Warned))


def test_pages_without_finished_panels_are_not_read(own, monkeypatch):
    own.finish("p2.3")
    seen = []
    monkeypatch.setattr(material, "read_page", lambda path: seen.append(path.stem) or read_page(path))
    assert own.shown()[0].at == 6
    assert own.shown()[0].view.page == 2
    assert set(seen) == {Path(own.book.pages[1].file).stem}


def test_transparency_is_told(own):
    picture = own.crop("p1.2").convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    picture.save(own.folder / "p1.2.png")
    rows = next(event for event in own.events() if isinstance(event, Table)).rows
    assert "transparency on white" in rows[0][2]


def test_a_whole_page_is_cut_into_its_panels(own):
    page = own.book.pages[0]
    painted = read_picture(own.project.root / page.file).pixels[..., ::-1]
    Image.fromarray(np.ascontiguousarray(painted)).save(own.folder / "page1.png")
    shown = own.shown()
    assert [one.view.panel.id for one in shown] == [panel.id for panel in page.panels]
    assert all(isinstance(one, Shown) and one.found.kind == "aligned" for one in shown)


def test_a_finished_panel_comes_out_as_it_was_finished(own):
    path = own.finish("p1.2")
    kept = Kept(own.project, own.book, own.prior)
    shown = own.shown()[0]
    size = read_picture(own.project.root / own.book.pages[0].file).pixels.shape[1::-1]
    x, y, w, h = shown.view.inside.box
    assert np.array_equal(kept.inside(shown.view, size), read_picture(path).pixels[y : y + h, x : x + w])
    own.project.set_config({"finished": {"keep": False}})
    assert Kept(own.project, own.book, own.prior).inside(shown.view, size) is None


def test_what_is_worth_finishing_shows_most_that_is_missing():
    table = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1.0]])
    prior = Prior([Element(name) for name in ("Hero", "Dragon", "Castle")], ["a", "b", "c", "d"], table)
    assert worth_finishing(prior, [], {}) == (["Hero", "Dragon", "Castle"], ["c", "d", "a"])
    assert worth_finishing(prior, ["c"], {}) == (["Castle"], ["d"])
    assert worth_finishing(prior, ["c"], {2: Path("Castle.png")}) == ([], [])


def test_large_and_new_views_are_worth_more():
    prior = Prior([Element("Hero"), Element("Castle", "setting")], ["a", "b", "c"], np.array([[1, 1, 1], [0, 0, 1.0]]))
    sizes = np.float32([[0.05, 0.6, 0.05], [0, 0, 0.2]])
    assert worth_finishing(prior, [], {}, sizes)[1][:2] == ["c", "b"]
    sizes[0] = 0.3, 0.1, 0.05
    assert worth_finishing(prior, [], {}, sizes)[1][:2] == ["c", "a"]


def test_a_setting_without_boxes_fills_its_panel(own):
    prior = Prior([Element("Ball"), Element("Box", "setting")], own.book.panel_ids(), np.ones((2, 8)))
    panel = own.book.pages[0].panels[1]
    _, _, width, height = panel.box
    panel.appearances = {"Ball": [(0, 0, width // 2, height)]}
    sizes = sizes_of(own.book, prior)
    assert sizes[0, 1] == pytest.approx(0.5, abs=0.01)
    assert sizes[0, 0] == CLOSE / 2
    assert (sizes[1] == 1).all()


def test_a_folder_that_is_not_there_is_not_saved(own, inkwright):
    before = own.project.toml.read_bytes()
    refused = inkwright("finished", own.project.root, "--finished", "nowhere")
    assert "nowhere" in refused.error["message"]
    assert own.project.toml.read_bytes() == before
    (own.project.root / "painted").mkdir()
    assert inkwright("finished", own.project.root, "--finished", "painted").code == 0
    assert own.project.config().finished.folder == "painted"
