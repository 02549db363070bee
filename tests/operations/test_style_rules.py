"""Styles of their own for elements, pages and panels: how rules are read, where they go, a book painted with them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkwright.book import Book, Element, Prior
from inkwright.config import Config
from inkwright.errors import ConfigError, PictureError
from inkwright.operations.style_rules import Rules, figure, read_rules

BOOK = Book.model_validate(
    {
        "version": 1,
        "pages": [
            {"file": f"pages/scan{n}.png", "panels": [{"id": f"p{n}.{k}", "box": [0, 0, 9, 9]} for k in (1, 2)]}
            for n in (1, 2)
        ],
    }
)
PRIOR = Prior([Element("Ball"), Element("Sea, calm", "setting")], BOOK.panel_ids(), np.ones((2, 4)))


def read(elements: str = "", panels: str = "") -> Rules:
    return read_rules(None, Config.model_validate({"style": {"elements": elements, "panels": panels}}), BOOK, PRIOR)


def test_without_rules_there_are_none():
    assert not read()
    assert not read(" ; ", ";")


def test_rules_are_gathered_by_style_and_a_panel_goes_before_its_page():
    rules = read("Ball = woodblock; Sea, calm=halftone", "p1 = woodblock; p1.2 = hatching ; scan2 = woodcut, dusk")
    found = {rule.style: (sorted(rule.elements), sorted(rule.panels)) for rule in rules.rules}
    assert found == {
        "woodblock": ([0], ["p1.1"]),
        "halftone": ([1], []),
        "hatching": ([], ["p1.2"]),
        "woodcut, dusk": ([], ["p2.1", "p2.2"]),
    }
    assert rules.everywhere == [False, True]
    assert rules.of_panels() == {
        "p1.1": "woodblock",
        "p1.2": "hatching",
        "p2.1": "woodcut, dusk",
        "p2.2": "woodcut, dusk",
    }


@pytest.mark.parametrize(
    ("elements", "panels", "error", "message", "hint"),
    [
        ("Bal = woodblock", "", ConfigError, "no element 'Bal'", "Did you mean 'Ball'"),
        ("Ball", "", ConfigError, "'Ball', which is no rule", "Hero = woodblock"),
        ("= woodblock", "", ConfigError, "which is no rule", "Hero = woodblock"),
        ("", "p1.2 =", ConfigError, "which is no rule", "p3.2 = woodblock"),
        ("", "p9 = woodblock", ConfigError, "no page or panel 'p9'", "p1"),
        ("", "p1 = wodblock", PictureError, "no style picture 'wodblock'", "'woodblock'?"),
        ("", "p1 = wodblock", PictureError, "no style picture 'wodblock'", "inkwright looks"),
        ("", "p1 = woodcut, engraving", ConfigError, "two materials", "Leave one"),
        ("", "p1 = halftone @ 0,0,9999,9999", PictureError, "does not lie in the picture", "left,top"),
    ],
)
def test_what_is_no_rule_is_told(elements: str, panels: str, error: type[Exception], message: str, hint: str):
    with pytest.raises(error) as caught:
        read(elements, panels)
    assert message in str(caught.value)
    assert hint in caught.value.hint  # type: ignore[attr-defined]


def test_a_wrong_rule_is_refused_before_it_is_saved(inkwright, marked: Path):
    before = (marked / "inkwright.toml").read_bytes()
    assert "no page or panel 'p99.9'" in inkwright("fit", marked, "--style-panels", "p99.9 = dusk").error["message"]
    assert "no element 'Bal'" in inkwright("fit", marked, "--style-elements", "Bal = gouache").error["message"]
    assert (marked / "inkwright.toml").read_bytes() == before


def test_a_box_becomes_the_figure_in_it():
    flat = np.full((120, 160, 3), 0.9, np.float32)
    flat[:, 80:] = (0.3, 0.5, 0.9)  # two colours behind it
    yy, xx = np.mgrid[:120, :160]
    disc = (yy - 60) ** 2 + (xx - 80) ** 2 < 25**2
    flat[disc] = (0.8, 0.1, 0.1)
    box = np.zeros((120, 160), np.float32)
    box[30:90, 50:110] = 1
    found = figure(box, flat)
    assert found[disc].mean() > 0.97
    assert found[(box > 0) & ~disc].mean() < 0.15
    assert (figure(np.ones_like(box), flat) == 1).all()  # nothing lies around it
    assert (figure(box, np.full_like(flat, 0.5)) == box).all()  # nothing would be left


def picture(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"), np.float32)


def test_a_panel_and_an_element_are_painted_in_styles_of_their_own(inkwright, made: Path, one_thread: None):
    """Red paper for one panel, green for the ball where it has a box; a panel without either keeps its colours."""
    before = {path.stem: picture(path) for path in sorted((made / "build" / "panels").glob("*.png"))}
    (made / "styles").mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for name, colour in (("red", (220, 30, 20)), ("green", (20, 190, 60))):
        paint = np.array(colour) * rng.uniform(0.5, 1.15, (160, 160, 1))
        Image.fromarray(np.clip(paint, 0, 255).astype(np.uint8)).save(made / "styles" / f"{name}.png")
    book = json.loads((made / "book.json").read_text())
    panel = next(p for p in book["pages"][1]["panels"] if p["id"] == "p2.1")
    red = (picture(made / book["pages"][1]["file"]) - (200, 30, 30))[10:192, 12:144]
    ys, xs = np.nonzero(np.abs(red).max(-1) < 8)
    x, y, w, h = (int(v) for v in (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1))
    panel["appearances"] = {"Ball": [[x, y, w, h]]}
    (made / "book.json").write_text(json.dumps(book))
    settings = (made / "inkwright.toml").read_text()
    rules = '[style]\npanels = "p1.1 = red.png"\nelements = "Ball = green.png"\n'
    (made / "inkwright.toml").write_text(settings.replace("[style]\n", rules))
    done = inkwright("make", made)
    assert done.code == 0
    assert any("1 panels have a light or style of their own" in event["message"] for event in done.all("warned"))
    after = {name: picture(made / "build" / "panels" / f"{name}.png") for name in before}
    mean = after["p1.1"].mean((0, 1))
    assert mean[0] > 1.5 * mean[2] > 0
    assert np.abs(after["p1.1"] - before["p1.1"]).mean() > 20
    assert np.abs(after["p2.4"] - before["p2.4"]).mean() < 12
    ball = after["p2.1"][y + h // 3 : y + 2 * h // 3, x + w // 3 : x + 2 * w // 3].mean((0, 1))
    assert ball[1] > 1.3 * max(ball[0], ball[2])
    again = inkwright("make", made)
    assert again.code == 0
    assert not [event for event in again.all("finished") if event["stage"] == "fit" and event["fresh"]]
