"""`letter`: a layer of vectors for each page, made anew only where something changed, never over a person's work."""

import json
from pathlib import Path
from typing import Any

import pytest

from inkwright.book import Balloon
from inkwright.errors import BookError
from inkwright.operations.letter import (
    font_bytes,
    is_lettered,
    letter,
    lettering_folder,
    letterings,
    script_path,
    spoken_book,
)
from inkwright.project import Project

SCRIPT = """panel,speaker,kind,words,de
p1.1,Ball,,Hello there!,Guten Tag!
p1.2,,sound,BANG,PENG
p2.1,Ball,,Oh no.,Oh nein.
"""


@pytest.fixture
def project(marked: Path) -> Project:
    made = Project(marked)
    script_path(made).write_text(SCRIPT, encoding="utf-8")
    return made


def run(project: Project, *pages: str, **more: Any) -> list[Any]:
    return list(letter(project, pages=pages, **more))


def done(events: list[Any]) -> list[str]:
    """Files of the pages that were lettered."""
    return [Path(event.path).name for event in events if type(event).__name__ == "PageDone"]


def warned(events: list[Any]) -> str:
    return " ".join(event.message for event in events if type(event).__name__ == "Warned")


def test_pages_are_lettered_once(project: Project):
    events = run(project)
    assert done(events) == ["1.json", "2.json"]
    assert is_lettered(project)
    before = {p: p.read_bytes() for p in sorted(lettering_folder(project).iterdir())}
    assert {p.name for p in before} == {"1.json", "1.svg", "2.json", "2.svg", "index.json"}
    assert done(run(project)) == []
    assert {p: p.read_bytes() for p in sorted(lettering_folder(project).iterdir())} == before


def test_the_same_book_gives_the_same_bytes(project: Project):
    run(project)
    before = {p.name: p.read_bytes() for p in lettering_folder(project).iterdir()}
    for path in lettering_folder(project).iterdir():
        path.unlink()
    run(project)
    assert {p.name: p.read_bytes() for p in lettering_folder(project).iterdir()} == before


def test_only_what_changed_is_lettered_again(project: Project):
    run(project)
    script_path(project).write_text(SCRIPT.replace("Oh no.", "Oh yes!"), encoding="utf-8")
    assert not is_lettered(project)
    assert done(run(project)) == ["2.json"]
    script_path(project).write_text(SCRIPT.replace("Oh no.", "Oh yes!").replace("Guten", "Gute"), encoding="utf-8")
    assert is_lettered(project)  # another language's words
    project.set_config({"letter": {"case": "as-written"}})
    assert done(run(project)) == ["1.json", "2.json"]
    assert done(run(project, "1", again=True)) == ["1.json"]
    assert done(run(project, "p2.png", again=True)) == ["2.json"]


def test_each_language_has_its_layer(project: Project):
    run(project)
    english = letterings(project)
    events = run(project, language="de")
    assert done(events) == ["1.json", "2.json"]
    assert [b.words for page in letterings(project, "de") for b in page.balloons] == ["Guten Tag!", "PENG", "Oh nein."]
    assert letterings(project) == english
    assert letterings(project, "de")[0].language == "de"


def test_an_unknown_language_names_the_known_ones(project: Project):
    with pytest.raises(BookError, match="no words in 'fr'") as error:
        run(project, language="fr")
    assert "One of: de, en" in error.value.hint


def test_missing_translations_are_told_and_not_left_out(project: Project):
    script_path(project).write_text(SCRIPT.replace("Oh nein.", ""), encoding="utf-8")
    events = run(project, language="de")
    assert "1 panels have words without a 'de' version: p2.1" in warned(events)
    assert letterings(project, "de")[1].balloons[0].words == "Oh no."


def test_a_page_edited_by_hand_is_kept(project: Project):
    run(project)
    path = lettering_folder(project) / "1.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["balloons"][0]["shapes"][0]["fill"] = "#ffccaa"
    path.write_text(json.dumps(data), encoding="utf-8")
    edited = path.read_bytes()
    script_path(project).write_text(SCRIPT.replace("Hello", "Hullo"), encoding="utf-8")
    events = run(project)
    assert path.read_bytes() == edited
    assert "1.json was changed by hand" in warned(events)
    assert "#ffccaa" in path.with_suffix(".svg").read_text(encoding="utf-8")
    assert is_lettered(project)
    run(project, "1", again=True)
    assert path.read_bytes() != edited
    assert path.with_name("1.edited.json").read_bytes() == edited


def test_an_svg_changed_by_hand_is_kept_beside(project: Project):
    run(project)
    path = lettering_folder(project) / "1.svg"
    path.write_text("<svg>mine</svg>", encoding="utf-8")
    script_path(project).write_text(SCRIPT.replace("Hello", "Hullo"), encoding="utf-8")
    run(project)
    assert path.with_name("1.edited.svg").read_text(encoding="utf-8") == "<svg>mine</svg>"
    assert "HULLO" in path.read_text(encoding="utf-8").upper()


def test_a_broken_edit_is_told(project: Project):
    run(project)
    (lettering_folder(project) / "2.json").write_text("{", encoding="utf-8")
    with pytest.raises(BookError, match=r"2\.json"):
        run(project)
    assert done(run(project, "2", again=True)) == ["2.json"]


def test_pins_survive_every_run(project: Project):
    book = project.book()
    panel = book.pages[0].panels[0]
    panel.balloons = [Balloon(words="Hello there!", box=(10, 20, 100, 60), tail=(60, 150), size=11)]
    project.save_book(book)
    for words in ("Hello there!", "Hullo there!"):
        script_path(project).write_text(SCRIPT.replace("Hello there!", words), encoding="utf-8")
        run(project)
        balloon = letterings(project)[0].balloons[0]
        assert balloon.words == words
        assert balloon.box == (panel.box[0] + 10, panel.box[1] + 20, 100, 60)
        assert balloon.runs[0].size == 11
        assert project.book().pages[0].panels[0].balloons == panel.balloons


def test_without_a_script_the_book_speaks(marked: Path):
    project = Project(marked)
    book = project.book()
    book.pages[0].panels[1].balloons = [Balloon(words="Mine.", translations={"de": "Meins."})]
    project.save_book(book)
    run(project, language="de")
    assert [b.words for b in letterings(project, "de")[0].balloons] == ["Meins."]
    assert letterings(project, "de")[1].balloons == []


def test_a_script_is_taken_in_and_the_earlier_one_kept(project: Project, tmp_path: Path):
    other = tmp_path / "new.csv"
    other.write_text("panel;words\np1.3;Neu!\n", encoding="utf-8")
    run(project, script=other)
    assert script_path(project).read_bytes() == other.read_bytes()
    assert (project.root / "script.before.csv").read_text(encoding="utf-8") == SCRIPT
    assert [b.words for _, p in spoken_book(project)[0].panels() for b in p.balloons or []] == ["Neu!"]


def test_a_wrong_script_replaces_nothing(inkwright, project: Project, tmp_path: Path):
    other = tmp_path / "new.csv"
    other.write_text("panel,words\np9.9,Hi\n", encoding="utf-8")
    error = inkwright("letter", project.root, "--script", other).error
    assert "there is no panel 'p9.9'" in error["message"]
    assert script_path(project).read_text(encoding="utf-8") == SCRIPT
    gone = inkwright("letter", project.root, "--script", tmp_path / "gone.csv").error
    assert "does not exist" in gone["message"]
    assert "There is no page '7'" in inkwright("letter", project.root, "--page", "7").error["message"]


def test_the_authors_files_are_only_read(inkwright, project: Project, hashes):
    before = {k: v for k, v in hashes(project.root).items() if not k.startswith(("build", ".inkwright"))}
    assert inkwright("letter", project.root).code == 0
    assert {k: v for k, v in hashes(project.root).items() if not k.startswith(("build", ".inkwright"))} == before


def test_what_does_not_fit_is_listed_again_on_fresh_pages(project: Project):
    long = "far too many words for such a little panel " * 12
    script_path(project).write_text(f"panel,words\np1.1,{long}\n", encoding="utf-8")
    first = run(project)
    assert "Panel p1.1, balloon 1" in warned(first)
    assert warned(run(project)) == warned(first)
    assert "".join(run_.text for run_ in letterings(project)[0].balloons[0].runs)


def test_a_stopped_run_goes_on(project: Project):
    work = letter(project)
    for event in work:
        if type(event).__name__ == "PageDone":
            break
    work.close()
    assert done(run(project)) == ["2.json"]


def test_the_fonts_of_the_layers_can_be_read(project: Project):
    run(project)
    files = font_bytes(project, letterings(project))
    assert set(files) == {"package:letters"}
    assert files["package:letters"][:4] == b"\0\1\0\0"
