"""Placed balloons as vectors."""

import numpy as np

from inkwright.book import Balloon, Page, Panel
from inkwright.comic.lettering.fonts import Chain
from inkwright.comic.lettering.page import Style, letter_page
from inkwright.lettering import PageLettering, dump_lettering, load_lettering


def lettered(*balloons: Balloon, **style: object) -> PageLettering:
    panel = Panel(
        id="p1.1", box=(10, 10, 780, 580), balloons=list(balloons), appearances={"Hero": [(300, 300, 100, 250)]}
    )
    sheet = np.full((600, 800, 3), 190, np.uint8)
    return letter_page(sheet, Page(file="p", panels=[panel]), Chain(folders=[]), Style(**style))[0]  # type: ignore[arg-type]


def test_body_and_tail_are_one_path() -> None:
    balloon = lettered(Balloon(words="Hello!", speaker="Hero")).balloons[0]
    assert len(balloon.shapes) == 1
    assert sum(step[0] == "M" for step in balloon.shapes[0].path) == 1
    assert (balloon.panel, balloon.number, balloon.speaker, balloon.words) == ("p1.1", 0, "Hero", "Hello!")


def test_one_speech_is_one_path_over_its_balloons() -> None:
    page = lettered(Balloon(words="I came.", speaker="Hero"), Balloon(words="I saw.", speaker="Hero"))
    assert [len(balloon.shapes) for balloon in page.balloons] == [1, 0]
    assert all(balloon.runs for balloon in page.balloons)


def test_a_run_is_a_line_with_its_text_and_clusters() -> None:
    page = lettered(Balloon(words="Straße, mein Held! Straße!"), language="de", capitals=True)
    runs = page.balloons[0].runs
    assert " ".join(run.text for run in runs) == "STRASSE, MEIN HELD! STRASSE!"
    for run in runs:
        assert all(0 <= glyph.cluster < len(run.text) for glyph in run.glyphs)
        assert len({round(glyph.y, 3) for glyph in run.glyphs}) == 1
    assert page.balloons[0].words == "Straße, mein Held! Straße!"


def test_sounds_are_turned_outlined_letters() -> None:
    balloon = lettered(Balloon(words="CLANG", kind="sound")).balloons[0]
    assert all(run.outline and run.outline_width > 0 and 0 < abs(run.turn) <= 5 for run in balloon.runs)


def test_empty_words_have_no_balloon_and_keep_the_numbers() -> None:
    page = lettered(Balloon(words="One."), Balloon(words="  "), Balloon(words="Three."))
    assert [balloon.number for balloon in page.balloons] == [0, 2]


def test_a_page_survives_its_file() -> None:
    page = lettered(Balloon(words="Hello!", speaker="Hero"), Balloon(words="Hm...", kind="thought", speaker="Hero"))
    text = dump_lettering(page)
    assert dump_lettering(load_lettering(text, "1.json")) == text
    assert page.fonts["f1"].file == "package:letters"
    assert "Open Font License" in page.fonts["f1"].licence
