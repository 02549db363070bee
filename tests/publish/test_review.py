import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from inkwright.errors import DiskError
from inkwright.publish import review as review_module
from inkwright.publish.review import LOOKS, Review, summarise, to_json, write_review

TOP_KEYS = {"version", "elements", "panels", "prior", "p", "judge", "summary", "kinds", "scores", "worst"}
TOP_KEYS |= {"palette", "ink", "second"}
VOID = {"meta", "input", "img", "br", "link"}
ELEMENTS = ["Hero", "Princess", "Dragon", "Hero's home", "Princess' castle"]
PALETTE = [
    ((0.97, 0.95, 0.91), (0.93, 0.89, 0.79), 0.52),
    ((0.80, 0.16, 0.14), (0.76, 0.29, 0.21), 0.11),
    ((0.20, 0.36, 0.75), (0.16, 0.35, 0.52), 0.14),
    ((0.93, 0.78, 0.25), (0.88, 0.66, 0.28), 0.03),
]


def make_review(folder: Path | None, panels: int = 16, elements: int = 5, **changes: Any) -> Review:
    """A realistic book with one mark lost by stylizing and one ambiguous in the drawing; pictures go to `folder`."""
    names = [ELEMENTS[i] if i < 5 else f"Element {i}" for i in range(elements)]
    ids = [f"p{j // 3 + 1}.{j % 3 + 1}" for j in range(panels)]
    rng = np.random.default_rng(7)
    prior = (rng.random((elements, panels)) < 0.45).astype(np.float64)
    prior[rng.random(prior.shape) < 0.1] = np.nan
    p, judge = (make_tables(rng, prior, spread) for spread in ((1.3, 2.6, 1.2), (1.5, 3.0, 1.6)))
    if elements > 1 and panels > 7:
        prior[0, 4] = prior[1, 7] = 1
        for look, lost, ambiguous in zip(LOOKS, (0.91, 0.12, 0.22), (0.21, 0.05, 0.17), strict=True):
            for table in (p[look], judge[look]):
                table[0, 4], table[1, 7] = lost, ambiguous
    fields: dict[str, Any] = {
        "title": "The Hero, the Princess and the Dragon",
        "style": "gouache",
        "elements": names,
        "kinds": ["setting" if i in (3, 4) else "character" for i in range(elements)],
        "panels": ids,
        "prior": prior,
        "p": p,
        "judge": judge,
        "boxes": {(names[i], ids[j]): [(40, 60, 90, 150)] for i, j in np.argwhere(prior == 1) if (i + j) % 2 == 0},
        "scores": [
            {"element": n, "auc": 0.97 - 0.06 * (i % 5), "positives": 6, "reliable": i != 4, "note": ""}
            for i, n in enumerate(names)
        ],
        "pictures": make_pictures(folder, ids) if folder else {},
        "palette": PALETTE,
        "extras": {
            "consistency_plain": 1.61,
            "consistency_fitted": 1.08,
            "style_distance_fitted": 0.158,
            "judge": "withheld",
        },
    }
    return Review(**(fields | changes))


def make_tables(rng: np.random.Generator, prior: np.ndarray, spread: tuple[float, ...]) -> dict[str, np.ndarray]:
    sign = np.where(np.nan_to_num(prior, nan=0.5) >= 0.5, 1, -1)
    return {
        look: 1 / (1 + np.exp(-3 * sign - rng.normal(0, s, prior.shape))) for look, s in zip(LOOKS, spread, strict=True)
    }


def make_losses() -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    rows: list[dict[str, Any]] = []
    for stage, count in (("style", 32), ("plain", 40), ("fitted", 40)):
        for k in range(count):
            fall, noise = float(np.exp(-k / 12)), rng.normal(1, 0.06, 5)
            row = {"stage": stage, "step": 5 * k, "reconstruction": (0.1 + 0.5 * fall) * noise[0]}
            if stage != "style":
                row |= {
                    "ink": 0.06 * noise[1],
                    "palette": (0.02 + 0.05 * fall) * noise[2],
                    "S": (3 + 4 * fall) * noise[3],
                }
                row["C"] = (1.9 if stage == "plain" else 0.5 + 1.4 * fall) * noise[4]
            rows.append(row)
    return rows


def make_pictures(folder: Path, ids: list[str]) -> dict[str, dict[str, Path]]:
    made: dict[str, dict[str, Path]] = {look: {} for look in LOOKS}
    for k, name in enumerate(ids):
        drawing = draw(k)
        plain = ImageEnhance.Color(drawing.filter(ImageFilter.ModeFilter(7))).enhance(0.3)
        for look, picture in zip(LOOKS, (drawing, plain, Image.blend(drawing, plain, 0.5)), strict=True):
            path = folder / f"{look}-{name}.png"
            picture.save(path)
            made[look][name] = path
    return made


def draw(k: int) -> Image.Image:
    rng = np.random.default_rng(k)
    image = Image.new("RGB", (480, 300), "#f8f4ea")
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 210, 480, 300], fill=("#8db26a", "#c9b184", "#9aa7c9")[k % 3])
    for colour in ("#c8322b", "#3a5fc0", "#4f9a45")[: 1 + k % 3]:
        x, y = int(rng.integers(60, 400)), int(rng.integers(110, 170))
        pen.polygon([(x - 35, y + 110), (x, y), (x + 35, y + 110)], fill=colour, outline="#1a1614", width=4)
        pen.ellipse([x - 24, y - 48, x + 24, y], fill="#f3d3b5", outline="#1a1614", width=4)
    return image


class Page(HTMLParser):
    """The page's tags, the text a person sees, and whether tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    def all(self, tag, css=""):
        return [a for t, a in self.tags if t == tag and (not css or css in (a.get("class") or "").split())]


def page_of(review: Review, folder: Path) -> Page:
    return Page(write_review(review, folder).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    review = make_review(folder, losses=make_losses())
    return review, write_review(review, folder / "build")


def test_json_has_exactly_the_promised_keys_and_shapes(made):
    review, index = made
    data = json.loads((index.parent / "review.json").read_text(encoding="utf-8"))
    assert set(data) == TOP_KEYS
    assert data == json.loads(json.dumps(to_json(review), allow_nan=False))
    assert (data["version"], data["elements"], data["panels"]) == (1, review.elements, review.panels)
    for table in (data["prior"], *data["p"].values(), *data["judge"].values()):
        assert np.shape(np.array(table, dtype=object)) == review.shape
    assert set(data["p"]) == set(data["judge"]) == set(LOOKS)
    i, j = np.argwhere(np.isnan(review.prior))[0]
    assert data["prior"][i][j] is None
    assert data["p"]["fitted"][0][0] == round(float(review.p["fitted"][0, 0]), 4)
    assert {pair["cause"] for pair in data["worst"]} >= {"lost", "ambiguous"}


def test_the_page_asks_nothing_of_the_network(made):
    page = Page(made[1].read_text(encoding="utf-8"))
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "base")
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "srcset", "action", "poster"):
                assert value.startswith(("data:image/jpeg;base64,", "#")), (tag, name, value[:60])
    html = made[1].read_text(encoding="utf-8")
    assert not any(word in html for word in ("http:", "https:", "@import", "url(http", "//www"))


def test_every_panel_is_shown_three_times_and_described(made):
    review, index = made
    pictures = Page(index.read_text(encoding="utf-8")).all("img")
    alts = [picture["alt"] for picture in pictures]
    for panel in review.panels:
        for name in ("drawing", "plain style", "fitted"):
            assert any(alt.startswith(f"Panel {panel}, {name}") for alt in alts)
    assert all(int(picture["width"]) <= 420 for picture in pictures)
    assert any("is outlined" in alt for alt in alts)


def test_links_inside_the_page_lead_somewhere_and_ids_are_unique(made):
    page = Page(made[1].read_text(encoding="utf-8"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for tag, attributes in page.tags:
        target = attributes.get("for") if tag == "label" else (attributes.get("href") or "").removeprefix("#")
        assert not target or target in ids


def test_heat_map_cells_have_colour_and_number(made):
    review, index = made
    page = Page(index.read_text(encoding="utf-8"))
    assert len(page.all("div", "map")) == 6
    cells = [a["class"] for a in page.all("td") if a.get("class")]
    assert len(cells) == 6 * review.prior.size
    assert "●\u2009.22" in page.text
    assert set(cells) <= {"n", *(f"a{k}" for k in range(8))}


def test_verdict_figures_and_acts_are_in_the_text(made):
    review, index = made
    text = " ".join(Page(index.read_text(encoding="utf-8")).text.split())
    summary = summarise(review)
    assert summary["verdict"]["text"] in text
    assert f"{summary['judge']['fitted']['agree']} / {summary['judge']['fitted']['cells']}" in text
    for words in (
        "Consistency ratio",
        "1.61",
        "1.08",
        "Style distance",
        "lost by stylizing",
        "Princess' castle is not reliable",
    ):
        assert words in text
    flagged = [pair for pair in to_json(review)["worst"] if pair["cause"] != "fine"]
    assert all(pair["next"] in text and pair["command"] in text for pair in flagged)
    assert any(pair["command"].startswith("inkwright fit . --") for pair in flagged)
    assert "#f7f2e8 → #ede3c9" in text


def test_no_judge_figure_stands_without_the_consistency_ratio(made):
    """In the verdict, beside the recovered share, in the table of key figures, and element by element."""
    html = made[1].read_text(encoding="utf-8")
    text = " ".join(Page(html).text.split())
    assert "consistency ratio 1.08" in text
    won = text.split("the fit wins back")[1]
    assert "at a consistency ratio of 1.08" in won[: won.index(". ")]
    rows = [row for row in html.split("<tr")[1:] if "Judge:" in row or "Consistency ratio" in row]
    assert "Judge: marks" in rows[0]
    assert "Consistency ratio" in rows[1]
    assert "Ratio, fitted" in text.split("Element by element")[-1]


def test_strays_are_named_with_the_command(tmp_path):
    page = page_of(make_review(tmp_path, panels=3, strays=[("Hero", "p1.2", 7.25)]), tmp_path / "out")
    assert "Hero in p1.2: 7.2 inkwright fit . --redo p1.2" in " ".join(page.text.split())
    assert "Colours that stray" not in page_of(make_review(tmp_path, panels=3), tmp_path / "none").text


def test_figures_have_their_intervals_beside_them(made):
    text = " ".join(Page(made[1].read_text(encoding="utf-8")).text.split())
    judge = summarise(made[0])["judge"]["fitted"]
    low, high = judge["interval"]["bce"]
    assert f"{judge['bce']:.2f} ({low:.2f} to {high:.2f})" in text


def test_same_data_same_bytes(made, tmp_path):
    review, index = made
    again = write_review(review, tmp_path)
    assert again.read_bytes() == index.read_bytes()
    assert (tmp_path / "review.json").read_bytes() == (index.parent / "review.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "review.json"]


def test_user_text_cannot_break_the_page(tmp_path):
    nasty = """</title></script><script>alert("x")</script> & 'q' <img src=http://evil/>"""
    review = make_review(tmp_path, panels=8, elements=2, title=nasty, style=nasty)
    score = {"element": nasty, "auc": None, "positives": 1, "reliable": False, "note": nasty}
    review = Review(
        **{
            **vars(review),
            "elements": [nasty, "B & <C>"],
            "kinds": [nasty, "prop"],
            "scores": [score],
            "boxes": {},
            "extras": {nasty: nasty},
        }
    )
    page = page_of(review, tmp_path / "out")
    assert len(page.all("script")) == 1
    assert not any((a.get("src") or "").startswith("http") for a in page.all("img"))
    assert page.text.count(nasty) >= 5
    assert "B & <C>" in page.text
    assert json.loads((tmp_path / "out" / "review.json").read_text(encoding="utf-8"))["elements"][0] == nasty


@pytest.mark.parametrize(("elements", "panels"), [(0, 4), (0, 0), (3, 0), (3, 1), (1, 1)])
def test_small_books_work(tmp_path, elements, panels):
    review = make_review(tmp_path, panels=panels, elements=elements)
    page = page_of(review, tmp_path / "out")
    data = json.loads((tmp_path / "out" / "review.json").read_text(encoding="utf-8"))
    assert len(data["prior"]) == elements
    assert len(page.all("article", "panel")) == panels
    assert data["summary"]["verdict"]["tone"] == "none"


def test_nothing_known_at_all(tmp_path):
    empty = np.full((2, 3), np.nan)
    review = Review("t", "s", ["A", "B"], ["prop", "prop"], ["1", "2", "3"], empty, dict.fromkeys(LOOKS, empty))
    page = page_of(review, tmp_path)
    data = json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))
    assert data["p"]["fitted"] == [[None] * 3] * 2
    assert data["judge"] == {}
    assert data["worst"] == []
    assert data["summary"]["p"]["fitted"] == {
        "cells": 0,
        "agree": 0,
        "bce": None,
        "auc": None,
        "balanced_accuracy": None,
        "interval": {"bce": None, "auc": None, "balanced_accuracy": None},
    }
    assert "The prior table says nothing yet" in page.text
    assert not page.all("svg")


def test_a_look_that_was_never_made_is_said_to_be_missing(tmp_path):
    review = make_review(tmp_path, panels=4)
    pictures = {look: review.pictures[look] for look in ("drawing", "fitted")}
    tables = {look: review.p[look] for look in ("drawing", "fitted")}
    page = page_of(Review(**{**vars(review), "pictures": pictures, "p": tables, "judge": {}}), tmp_path / "out")
    assert "no picture was made" in page.text
    assert "Plain style transfer was not measured" in page.text
    assert len(page.all("div", "map")) == 3


def test_a_big_book_stays_usable(tmp_path):
    first = make_review(tmp_path, panels=1, elements=1).pictures
    pictures = {
        look: dict.fromkeys([f"p{j // 3 + 1}.{j % 3 + 1}" for j in range(500)], first[look]["p1.1"]) for look in LOOKS
    }
    review = make_review(None, panels=500, elements=100, pictures=pictures)
    index = write_review(review, tmp_path)
    text = index.read_text(encoding="utf-8")
    assert index.stat().st_size < 9_000_000
    assert "Beyond 60 the page shows pictures of the weakest marks only" in text
    assert text.count('class="map p') == 3
    assert "too large for this page" in text
    assert 3 <= text.count("<img") <= 3 * 9


def test_review_json_is_written_last(tmp_path, monkeypatch):
    written = []

    def full(path, data):
        written.append(path.name)
        raise DiskError("The disk is full.", "Free some space.")

    monkeypatch.setattr(review_module, "write_bytes", full)
    with pytest.raises(DiskError):
        write_review(make_review(None, panels=2), tmp_path)
    assert written == ["index.html"]
