"""Words for a page or a panel that CLIP reads: how they are read, what the network is told, a book painted so."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from inkwright.book import Book, Element, Prior
from inkwright.config import Config, check_config
from inkwright.errors import ConfigError, PictureError, UnknownChoiceError
from inkwright.images import read_picture
from inkwright.learn import checkpoint
from inkwright.learn.said import Texts
from inkwright.operations.rounds import load_stylizer
from inkwright.operations.style_rules import named_panels, read_rules, rules_key
from inkwright.operations.worded import texts_of, worded
from inkwright.project import Project
from inkwright.words import asked
from tiny_clip import save_clip

ELEMENTS = [Element("Hero", "character"), Element("Forest", "setting")]
BOOK = Book.model_validate(
    {
        "version": 1,
        "pages": [
            {"file": f"pages/scan{n}.png", "panels": [{"id": f"p{n}.{k}", "box": [0, 0, 9, 9]} for k in (1, 2)]}
            for n in (1, 2)
        ],
    }
)
PRIOR = Prior(ELEMENTS, BOOK.panel_ids(), np.ones((2, 4)))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip"))


def settings(words: str = "", panels: str = "", elements: str = "", backbone: str = "clip") -> Config:
    style = {"words": words, "panels": panels, "elements": elements}
    return check_config({"fit": {"backbone": backbone}, "style": style})


def read(config: Config, looks: dict[str, str] | None = None) -> Texts:
    rules = read_rules(None, config, BOOK, PRIOR)
    return worded(config, ELEMENTS, named_panels(BOOK), rules, looks).texts


def test_texts_are_those_of_the_books_elements():
    texts = texts_of(asked("hero: red; Forest: blue; neon"), ELEMENTS)
    assert texts == Texts("neon", "", "", {0: "red", 1: "blue"})
    with pytest.raises(UnknownChoiceError, match=r"no element 'Heroe'.*Did you mean 'Hero'"):
        texts_of(asked("Heroe: red"), ELEMENTS)
    with pytest.raises(ConfigError, match="no element is marked"):
        texts_of(asked("foreground: red"), [])


def test_a_panels_words_go_before_its_pages_and_these_before_the_books():
    texts = read(settings("neon; p1.2: embers; P1: fog; scan2: chrome"))
    assert texts == Texts("neon", panels={"p1.1": "fog", "p1.2": "embers", "p2.1": "chrome", "p2.2": "chrome"})
    assert texts.all() == ["neon", "fog", "embers", "chrome"]
    assert texts.own() == [1, 2, 3]
    with pytest.raises(UnknownChoiceError, match=r"no element, page or panel 'p1.7'.*Did you mean 'p1.") as caught:
        read(settings("neon; p1.7: fog"))
    assert "such as p1 or p2.2" in caught.value.hint


def test_rules_hold_words_too_and_pictures_ask_nothing():
    config = settings(
        "neon", "p1 = woodcut, embers; p1.2 = gouache; p2.1 = zeppelins", "Hero = chrome; Forest = halftone"
    )
    texts = read(config)
    assert texts.panels == {"p1.1": "woodcut, embers", "p1.2": "gouache", "p2.1": "zeppelins"}
    assert texts.elements == {0: "chrome", 1: "halftone"}
    rules = read_rules(None, config, BOOK, PRIOR)
    found = {rule.style: (sorted(rule.elements), sorted(rule.panels)) for rule in rules.rules}
    assert found == {"halftone": ([1], []), "woodcut": ([], ["p1.1"]), "gouache": ([], ["p1.2"])}
    other = read_rules(None, settings("neon", elements="Hero = embers; Forest = halftone"), BOOK, PRIOR)
    once = read_rules(None, settings("neon", elements="Hero = chrome; Forest = halftone"), BOOK, PRIOR)
    assert rules_key(None, other) != rules_key(None, once), "another fit, though one style"
    with pytest.raises(PictureError, match=r"no style picture 'draem.png'"):
        read(settings("neon", "p1 = draem.png"))
    with pytest.raises(PictureError, match="no style picture 'zeppelins'"):
        read(settings("", "p1 = zeppelins", backbone="embedded"))


def test_words_of_a_light_are_said_beside_those_of_the_book():
    texts = read(settings("neon; p1.2: fog"), {"p1.1": "ash in the air", "p1.2": "ash in the air"})
    assert texts.panels == {"p1.1": "neon, ash in the air", "p1.2": "fog, ash in the air"}


def test_the_network_is_told_where_words_of_their_own_hold():
    its = worded(settings("neon; p1.2: fog; Hero: chrome"), ELEMENTS, named_panels(BOOK))
    half = np.zeros((16, 24), np.float32)
    half[:, :12] = 1
    planes = its.planes("p1.1", {0: half}, 16, 24)
    assert planes is not None
    assert planes.shape == (1, 8, 4, 6)
    assert planes[0, :, :, :3].abs().sum() == 12, "one plane, in the element"
    assert planes[0, :, :, 3:].abs().sum() == 0, "the book's words are no plane"
    other = its.planes("p1.2", {0: half}, 16, 24)
    assert other is not None
    assert torch.equal(other[..., :3], planes[..., :3]), "an element's words go before its panel's"
    assert torch.equal(other[..., 3:].sum(1), torch.ones(1, 4, 3))
    assert worded(settings("neon")).planes("p1.1", {}, 16, 24) is None


# -- on the command line ----------------------------------------------------------------------------------------------


def book_of(folder: Path) -> dict[str, np.ndarray]:
    return {path.stem: read_picture(path).pixels.astype(int) for path in (folder / "build" / "panels").glob("*.png")}


def test_a_panel_has_words_of_its_own(inkwright, marked: Path, clip: Path, one_thread):
    fit = {"backbone": "clip", "weights": str(clip), "crops": 4, "panel_px": 64, "lr": 0.005}
    fit |= {"weight_c": 0.0, "weight_location": 0.0, "weight_look": 0.0}  # plain style transfer
    Project(marked).set_config({"fit": fit, "style": {"words": "neon; p1.1: cold fog"}})
    assert inkwright("train", marked).code == 0
    assert inkwright("fit", marked).code == 0
    run = Project(marked).runs("fit")[-1]
    weights = checkpoint.load_tensors(run / "plain.safetensors")
    told = {name: value for name, value in weights.items() if name.startswith("word_")}
    assert len(told) == 3
    assert any(bool(value.abs().sum() > 0) for value in told.values()), "the gradient has reached them"
    assert inkwright("render", marked).code == 0
    painted = book_of(marked)
    # Without what was learned of words, only the panel that has its own is painted otherwise.
    checkpoint.save_tensors(run / "plain.safetensors", {k: v for k, v in weights.items() if k not in told})
    (marked / "build" / "render.json").unlink()
    assert inkwright("render", marked).code == 0, "a network of an older run is not told of words"
    again = book_of(marked)
    assert {name for name in painted if not np.array_equal(painted[name], again[name])} == {"p1.1"}
    checkpoint.save_tensors(run / "plain.safetensors", weights)
    assert inkwright("render", marked, "--render-tile-px", "128").code == 0
    for name, pixels in book_of(marked).items():
        assert np.abs(pixels - painted[name]).max() <= 1, "tiles do not show"
    assert load_stylizer(run / "plain.safetensors").word_full is not None
    more = inkwright("fit", marked, "--style-panels", "p1.2 = zeppelins", "--fit-steps", "1")
    assert more.all("finished")[-1]["fresh"], "other words, another fit"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("neon; p1.9: fog", "no element, page or panel 'p1.9'"),
        ("neon; p1.1:", "no words for 'p1.1'"),
        ("neon; p1.1: " + 10_000 * "fog ", "has 10000 words"),
        (10_000 * "fog ", "has 10000 words"),
    ],
)
def test_words_that_cannot_be_used_are_not_saved(inkwright, marked: Path, clip: Path, hashes, words: str, said: str):
    before = hashes(marked)
    error = inkwright("fit", marked, "--fit-backbone", "clip", "--fit-weights", clip, "--style-words", words).error
    assert said in error["message"]
    assert len(error["message"]) < 200
    assert hashes(marked) == before


def test_light_takes_any_words_where_clip_reads_them(inkwright, marked: Path, clip: Path):
    error = inkwright("light", marked, "p1.1", "--words", "glowing embers").error
    assert "known offline" in error["message"]
    Project(marked).set_config({"fit": {"backbone": "clip", "weights": str(clip)}, "style": {"words": "neon"}})
    said = inkwright("light", marked, "p1.1", "--words", "night, glowing embers")
    assert said.code == 0
    assert said.all("table")[0]["rows"][0][1] == "night, glowing embers"
    assert json.loads((marked / "book.json").read_text())["pages"][0]["panels"][0]["look"] == "night, glowing embers"
    assert "woodcut" in inkwright("light", marked, "p1.1", "--words", "woodcut, embers").error["message"]


def test_a_drawing_may_have_words_of_its_own(inkwright, scans: Path, clip: Path, tmp_path: Path, one_thread):
    outs = {}
    for n, words in enumerate(("zeppelins; scan2: embers", "zeppelins; scan2: zeppelins")):
        options = ("--fit-backbone", "clip", "--fit-weights", clip, "--style-words", words, "--fit-weight-words", "50")
        quick = ("--fit-style-steps", "0", "--fit-steps", "2", "--fit-panel-px", "64", "--style-scale", "0.25")
        quick += ("--fit-crops", "2", "--render-work-px", "128")
        out = tmp_path / str(n)
        made = inkwright("stylize", scans / "scan1.png", scans / "scan2.png", *options, *quick, "-o", out)
        assert made.code == 0
        outs[n] = [read_picture(out / f"scan{k}.png").pixels for k in (1, 2)]
    assert not np.array_equal(outs[0][1], outs[1][1])
    error = inkwright(
        "stylize", scans / "scan1.png", *options, "--style-words", "a; scan7: b", "-o", out / "x.png"
    ).error
    assert "no element, page or panel 'scan7'" in error["message"]
