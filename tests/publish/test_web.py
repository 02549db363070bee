"""The web reader: its files, and a whole book read in Chromium by keyboard, panel by panel."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from editions import comic, draw_pages, edition
from inkwright.publish.exporters import export, report
from inkwright.publish.identity import identity

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browsed = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def web(folder: Path, n: int = 3, **more: Any) -> Path:
    languages = more.pop("languages", ("en", "sk"))
    found = export("web", comic(folder, n, languages, **more), folder / "web")
    assert found.problems == []
    return folder / "web"


def test_one_folder_that_asks_nothing_of_the_network(tmp_path: Path) -> None:
    out = web(tmp_path)
    assert sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()) == sorted(
        ["index.html", "reader.css", "reader.js", "transcript.html", "transcript-sk.html"]
        + [f"pages/{n:03d}.jpg" for n in (1, 2, 3)]
        + [f"lettering/{code}/{n:03d}.svg" for code in ("en", "sk") for n in (1, 2, 3)]
    )
    text = "".join((out / name).read_text() for name in ("index.html", "reader.css", "reader.js"))
    assert "fetch(" not in text
    assert "XMLHttpRequest" not in text
    assert 'type="module"' not in text
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "https://openfontlicense.org.",
    }


def test_an_outside_address_and_a_lost_file_are_seen(tmp_path: Path) -> None:
    out, book = web(tmp_path), comic(tmp_path, 3, ("en", "sk"))
    index = out / "index.html"
    index.write_text(index.read_text().replace('href="reader.css"', 'href="https://fonts.test/x.css"'))
    (out / "lettering" / "sk" / "002.svg").unlink()
    assert [check.name for check in report("web", out, book).problems] == ["files", "network"]


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    first = {p.name: p.read_bytes() for p in web(tmp_path).rglob("*.*") if p.is_file()}
    assert {p.name: p.read_bytes() for p in web(tmp_path).rglob("*.*") if p.is_file()} == first


def test_transcripts_in_both_languages(tmp_path: Path) -> None:
    out = web(tmp_path)
    assert "More soup, please!" in (out / "transcript.html").read_text()
    assert "Ešte polievku!" in (out / "transcript-sk.html").read_text()


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    out = web(tmp_path, 1, title="</script><script>alert(1)</script>\u2028", languages=("en",))
    text = (out / "index.html").read_text()
    assert "<script>alert" not in text
    data = re.search(r'<script type="application/json" id="book">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["languages"] == ["en"]


def test_another_title_is_another_book() -> None:
    book = edition([])
    assert identity(book) == identity(replace(book, quality=50))
    assert identity(book) != identity(replace(book, title="Other"))
    assert identity(replace(book, isbn="978-3-16-148410-0")) == "urn:isbn:9783161484100"


# -- in a browser ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Reader:
    """A page of the browser that notes every error and every request that leaves the folder."""

    def __init__(self, browser: Any, folder: Path, **more: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1000, "height": 700}, **more})
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", lambda request: self.wrong.append(request.url))
        self.page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else self.wrong.append(r.url))
        self.folder = folder
        self.open()

    def open(self, place: str = "") -> None:
        self.page.goto("about:blank")
        self.page.goto((self.folder / "index.html").as_uri() + place)

    def press(self, *keys: str) -> str:
        for key in keys:
            self.page.keyboard.press(key)
        return self.at()

    def at(self) -> str:
        return str(self.page.evaluate("document.documentElement.dataset.at"))

    def close(self) -> None:
        self.context.close()
        assert self.wrong == []


@browsed
def test_a_whole_book_panel_by_panel_with_the_keyboard(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path), reduced_motion="reduce")
    assert reader.press("g") == "p1.1"
    heard = [reader.page.inner_text("#said")]
    seen = ["p1.1"]
    for key in ("ArrowRight", "Space", "ArrowDown", "PageDown", "ArrowRight"):
        seen.append(reader.press(key))
        heard.append(reader.page.inner_text("#said"))
    assert seen == ["p1.1", "p1.2", "p2.1", "p2.2", "p3.1", "p3.2"]
    assert heard[0] == "Page 1 of 3. A red ball on blue. Hero: More soup, please!"
    assert heard[1] == "Yellow ground under a slanted frame. Hero: To the castle of the dragon!"
    assert reader.press("ArrowRight") == "p3.2"  # the end
    assert reader.press("ArrowLeft", "Shift+Space") == "p2.2"
    assert reader.press("Home") == "p1.1"
    assert reader.press("End") == "p3.2"
    reader.close()


@browsed
def test_the_panel_fills_the_stage_and_the_rest_is_dim(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path), reduced_motion="reduce")
    reader.press("g", "ArrowRight")
    stage = reader.page.locator("#stage").bounding_box()
    figure = reader.page.locator("#page-1").bounding_box()
    scale = figure["width"] / 300
    box = [figure["x"] + 20 * scale, figure["y"] + 210 * scale, 260 * scale, 190 * scale]
    assert max(box[2] / stage["width"], box[3] / stage["height"]) == pytest.approx(0.94, abs=0.02)
    assert box[0] >= stage["x"] - 1
    assert box[1] >= stage["y"] - 1
    assert reader.page.evaluate("getComputedStyle(document.querySelector('#page-1 .dim')).opacity") == "1"
    assert "20 230" in reader.page.evaluate("document.querySelector('#page-1 .hole').getAttribute('d')")
    reader.close()


@browsed
def test_pages_spreads_help_and_focus(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path), reduced_motion="reduce")
    assert reader.press("p", "ArrowRight") == "page-2"
    assert reader.press("s") == "page-2"
    assert reader.page.locator(".page.here").count() == 2  # the cover stands alone, then pairs
    assert reader.press("ArrowLeft") == "page-1"
    assert reader.page.locator(".page.here").count() == 1
    reader.press("?")
    assert reader.page.locator("#keys").is_visible()
    assert reader.press("ArrowRight") == "page-1"  # keys belong to the dialog
    reader.press("Escape")
    assert not reader.page.locator("#keys").is_visible()
    reader.page.locator("body").click(position={"x": 400, "y": 5})
    names = []
    for _ in range(16):
        reader.press("Tab")
        names.append(reader.page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert {"stage", "slider", "language", "transcript", "BODY"} <= set(names)  # focus passes through and leaves
    reader.close()


@browsed
def test_right_to_left_turns_the_other_way(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path, direction="rtl"), reduced_motion="reduce")
    assert reader.press("p", "ArrowRight") == "page-1"
    assert reader.press("ArrowLeft") == "page-2"
    assert reader.press("Space") == "page-3"
    reader.press("s")
    two, three = (reader.page.locator(f"#page-{n}").bounding_box()["x"] for n in (2, 3))
    assert two > three
    reader.close()


@browsed
def test_the_place_the_view_and_the_language_are_remembered(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path), reduced_motion="reduce")
    reader.press("g", "ArrowRight", "ArrowRight")
    reader.page.select_option("#language", "sk")
    assert reader.page.get_attribute("#page-2 .letters", "src") == "lettering/sk/002.svg"
    assert reader.page.get_attribute("#transcript", "href") == "transcript-sk.html"
    reader.press("Tab")
    reader.open()
    assert reader.at() == "p2.1"
    assert reader.page.get_attribute("#page-2 .letters", "src") == "lettering/sk/002.svg"
    assert "Ešte polievku!" in reader.page.inner_text("#said")
    reader.open("#p1.2")
    assert reader.at() == "p1.2"
    reader.open("#page-3")
    assert reader.page.inner_text("#where").startswith("3 / 3")
    reader.close()


@browsed
def test_touch_on_a_phone(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path), viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    reader.page.wait_for_selector(".paged")
    stage = reader.page.locator("#stage").bounding_box()
    reader.page.touchscreen.tap(380, stage["y"] + 200)
    assert reader.at() == "page-2"
    reader.page.touchscreen.tap(10, stage["y"] + 200)
    assert reader.at() == "page-1"
    reader.page.touchscreen.tap(195, stage["y"] + 200)
    assert not reader.page.locator(".bar").is_visible()
    wide = reader.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    reader.page.touchscreen.tap(195, 300)
    buttons = [b.bounding_box() for b in reader.page.locator("header button, header a, header select").all()]
    assert all(b["x"] >= 0 and b["x"] + b["width"] <= 390 for b in buttons)
    reader.close()


@browsed
def test_contrast_of_the_words_in_both_themes(tmp_path: Path, browser: Any) -> None:
    reader = Reader(browser, web(tmp_path, 1))

    def light(colour: str) -> float:
        parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
        r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    for _ in range(2):
        reader.press("d")
        for element in ("#where", "h1", "#transcript"):
            colours = f"getComputedStyle(document.querySelector('{element}')).color"
            script = f"[{colours}, getComputedStyle(document.body).backgroundColor]"
            low, high = sorted(map(light, reader.page.evaluate(script)))
            assert (high + 0.05) / (low + 0.05) > 4.5, element
    reader.close()


@browsed
def test_a_book_without_panels_and_words(tmp_path: Path, browser: Any) -> None:
    export("web", edition(draw_pages(tmp_path, 2)), tmp_path / "web")
    reader = Reader(browser, tmp_path / "web", reduced_motion="reduce")
    assert reader.press("g") == "page-1"
    assert reader.press("ArrowRight", "ArrowRight") == "page-2"
    assert reader.press("v") == "page-2"
    assert reader.page.locator(".page").count() == 2
    reader.close()
