import json
from pathlib import Path

import numpy as np
import pytest

from inkwright.images import read_picture
from inkwright.learn.colour import oklab
from inkwright.operations.fit import base_key
from inkwright.operations.measures import same_light
from inkwright.operations.train import inputs
from inkwright.operations.words import asked_for, kept_picture, style_key_of, style_pixels_of
from inkwright.project import Project
from inkwright.sample.looks import MATERIALS
from inkwright.sample.styles import STYLES
from inkwright.words import parse

QUICK = ("--fit-style-steps", "1", "--fit-steps", "1", "--fit-panel-px", "64", "--style-scale", "0.25")


def test_a_material_alone_is_its_picture_and_a_light_falls_on_the_style_picture():
    assert np.array_equal(asked_for(parse("woodcut"), None, "gouache"), MATERIALS["woodcut"]())
    dusk = asked_for(parse("dusk"), None, "halftone")
    assert dusk.shape == STYLES["halftone"]().shape
    assert dusk.mean() < STYLES["halftone"]().mean() - 20
    both = asked_for(parse("halftone, dusk"), None, "gouache")
    assert np.array_equal(both, dusk)


def test_the_order_of_words_changes_nothing(marked: Path):
    project = Project(marked)
    keys = []
    for text in ("woodcut, cold dusk", "dusk cold woodcut"):
        project.set_config({"style": {"words": text}})
        keys.append(style_key_of(project))
    assert keys[0] == keys[1]
    project.set_config({"style": {"words": "woodcut, dusk"}})
    assert style_key_of(project) != keys[0]


def test_the_picture_of_the_words_is_kept_for_the_author(marked: Path):
    project = Project(marked)
    project.set_config({"style": {"words": "stipple, sepia"}})
    path = kept_picture(project)
    assert path.parent == marked / ".inkwright" / "looks"
    assert np.array_equal(read_picture(path).pixels, style_pixels_of(project))
    assert path.name.startswith("stipple-sepia-")


def test_a_book_is_fitted_in_words_and_says_where_its_picture_is(inkwright, marked: Path, one_thread):
    done = inkwright("fit", marked, "--style-words", "stipple, dusk", "--fit-weight-c", "0", "--fit-style-steps", "1")
    assert done.code in (0, 2)
    if done.code == 2:  # classifiers come first
        assert inkwright("train", marked).code == 0
        done = inkwright("fit", marked)
    saved = [event["path"] for event in done.all("saved") if "looks" in event["path"]]
    assert len(saved) == 1
    assert Path(saved[0]).is_file()
    run = Project(marked).runs("fit")[-1]
    assert (run / "style.png").is_file()
    palette = json.loads((run / "palette.json").read_text())
    assert palette["style"] == "stipple, dusk"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("wodcut", "'wodcut' is no look"),
        ("woodcut, oil", "two materials"),
        ("dusk " * 10_000, "10000 words"),
        ("!!", "no words"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_saved(inkwright, hashes, marked: Path, words: str, said: str):
    before = hashes(marked)
    error = inkwright("make", marked, "--style-words", words).error
    assert said in error["message"]
    assert hashes(marked) == before


def test_a_picture_that_is_asked_for_later_stands_instead_of_words(inkwright, marked: Path):
    project = Project(marked)
    project.set_config({"style": {"words": "woodcut"}})
    inkwright("fit", marked, "--style-picture", "halftone", "--style-seed", "-1")  # the bad seed stops it there
    assert project.config().style.words == "woodcut", "nothing is saved where one option is wrong"
    from inkwright.cli_options import _check_style

    settings = {"style": {"picture": "halftone"}}
    _check_style(project, settings)
    assert settings == {"style": {"picture": "halftone", "words": ""}}


def test_a_single_drawing_in_words(inkwright, scans: Path, tmp_path: Path, one_thread):
    out = tmp_path / "out.png"
    done = inkwright("stylize", scans / "scan1.png", "--style-words", "engraving", "-o", out, *QUICK)
    assert done.code == 0
    pixels = read_picture(out).pixels.astype(int)
    assert np.percentile(pixels.max(2) - pixels.min(2), 95) < 60, "an engraving has one ink"
    assert "No look" in inkwright("stylize", scans / "scan1.png", "-o", tmp_path / "b.png").error["message"]


# -- the light of pages and panels ------------------------------------------------------------------------------------


def test_light_is_set_for_panels_and_pages_and_taken_back(inkwright, marked: Path):
    assert inkwright("light", marked, "p1.2", "--page", "2", "--words", "cold moonlight").code == 0
    assert inkwright("light", marked, "p2.1", "--words", "").code == 0
    rows = {row[0]: row[1:] for row in inkwright("light", marked).all("table")[0]["rows"]}
    assert rows["p1.2"] == ["moonlight, cold", "the panel's own"]
    assert rows["p1.1"] == ["", "the book's"]
    assert rows["p2.1"] == ["", "the book's"]
    assert rows["p2.2"] == ["moonlight, cold", "page 2's"]
    assert inkwright("light", marked, "p1.2", "--clear").code == 0
    assert Project(marked).book().pages[0].panels[1].look is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("p9.9", "--words", "dusk"), "no panel 'p9.9'"),
        (("--page", "7", "--words", "dusk"), "no page 7"),
        (("p1.1",), "No light is given"),
        (("--words", "dusk"), "No panel or page"),
        (("p1.1", "--words", "woodcut"), "whole book"),
        (("p1.1", "--words", "zeppelin"), "no look"),
    ],
)
def test_wrong_lights_are_told_and_change_nothing(inkwright, marked: Path, arguments: tuple[str, ...], said: str):
    before = (marked / "book.json").read_bytes()
    assert said in inkwright("light", marked, *arguments).error["message"]
    assert (marked / "book.json").read_bytes() == before


def test_a_bad_look_in_book_json_names_the_panel(inkwright, marked: Path):
    project = Project(marked)
    book = project.book()
    book.pages[0].panels[0].look = "gothic"
    project.save_book(book)
    assert "panel p1.1" in inkwright("train", marked).error["message"]


def test_a_light_asks_for_a_new_fit_but_not_for_new_classifiers(marked: Path):
    project = Project(marked)
    given = inputs(project)
    key = base_key(project, given)
    book = project.book()
    book.pages[0].panels[0].look = "night"
    project.save_book(book)
    again = inputs(project)
    assert again.key == given.key
    assert base_key(project, again) != key


def test_a_night_panel_is_painted_dark_and_the_others_stay(inkwright, made: Path, one_thread):
    before = {p.stem: read_picture(p).pixels for p in sorted((made / "build" / "panels").glob("*.png"))}
    assert inkwright("light", made, "p1.2", "--words", "night").code == 0
    for command in (("fit",), ("render",), ("render", "--plain"), ("review",)):
        done = inkwright(command[0], made, *command[1:])
        assert done.code == 0
    assert any("light or style of their own" in event["message"] for event in done.all("warned"))
    after = {p.stem: read_picture(p).pixels for p in sorted((made / "build" / "panels").glob("*.png"))}
    dark = oklab(after["p1.2"] / 255.0).mean((0, 1)) - oklab(before["p1.2"] / 255.0).mean((0, 1))
    assert dark[0] < -0.15
    assert dark[2] < -0.01, "and bluer"
    for name in set(before) - {"p1.2"}:
        assert np.abs(after[name].astype(int) - before[name]).mean() < 14


def test_colours_are_compared_in_the_light_of_most_panels():
    class View:
        def __init__(self, *lights: str) -> None:
            self.lights = lights

    assert same_light([View(), View("night"), View()]) == [0, 2]  # type: ignore[list-item]
    assert same_light([View("night"), View("night"), View()]) == [0, 1]  # type: ignore[list-item]
    assert same_light([View("night"), View()]) == [1]  # type: ignore[list-item]
