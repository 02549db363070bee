"""The SVG of a page: well-formed, self-contained, with its words as text."""

from xml.etree import ElementTree

import numpy as np

from inkwright.book import Balloon, Page, Panel
from inkwright.comic.lettering.fonts import Chain, open_font
from inkwright.comic.lettering.page import letter_page
from inkwright.comic.lettering.svg import lettering_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_words_are_titles_and_letters_are_paths() -> None:
    words = ["Soup & <bread>?", "CLANG!", "psst"]
    kinds = ["speech", "sound", "whisper"]
    balloons = [Balloon.model_validate({"words": w, "kind": k}) for w, k in zip(words, kinds, strict=True)]
    panel = Panel(id="p1.1", box=(10, 10, 580, 380), balloons=balloons)
    made, _ = letter_page(np.full((400, 600, 3), 190, np.uint8), Page(file="p", panels=[panel]), Chain(folders=[]))
    text = lettering_svg(made, lambda used: open_font(used.file))
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("viewBox")) == ("600", "0 0 600 400")
    groups = root.findall(f"{SVG}g")
    assert [group.findtext(f"{SVG}title") for group in groups] == words
    assert [group.get("id") for group in groups] == ["p1.1-1", "p1.1-2", "p1.1-3"]
    assert all(group.findall(f"{SVG}path") for group in groups)
    assert "stroke-dasharray" in text
    assert "Open Font License" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http://scripts.sil.org/OFL", "")
    assert text == lettering_svg(made, lambda used: open_font(used.file))
