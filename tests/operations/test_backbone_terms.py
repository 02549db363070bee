import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inkwright.book import Element
from inkwright.config import Config, check_config
from inkwright.errors import BackboneError, ConfigError, UnknownChoiceError
from inkwright.images import read_picture
from inkwright.operations.backbone_terms import Terms, check, key_of
from inkwright.operations.rounds import Material
from inkwright.operations.worded import worded
from inkwright.project import Project
from pretrained import vgg_weights
from tiny_clip import save_clip

QUICK = ("--fit-style-steps", "1", "--fit-panel-px", "64", "--style-scale", "0.25")
ELEMENTS = [Element("Hero", "character"), Element("Forest", "setting")]


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg") / "vgg.safetensors"
    save_file(vgg_weights("narrow"), path)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip"))


def settings(words: str = "", **fit: object) -> Config:
    return check_config({"fit": fit, "style": {"words": words}})


def material() -> Material:
    return Material(torch.zeros(1, 0), torch.zeros(1, 0, 1, 1), None)


def joined(config: Config, elements: list[Element], regions: dict[int, np.ndarray]) -> tuple[Material, list]:
    made, panel = material(), np.full((64, 80, 3), 0.5, np.float32)
    its = worded(config, elements) if config.fit.backbone == "clip" and config.fit.weight_words else None
    notes = Terms(config, its).join(made, panel, [("p1.1", panel, regions), ("p1.2", panel, {})])
    return made, notes


def test_without_a_backbone_nothing_is_added():
    made, notes = joined(settings(), [], {})
    assert (made.features, made.said, notes) == (None, None, [])
    assert key_of(settings()) == []


def test_a_weight_of_nothing_switches_a_term_off(vgg: Path, clip: Path):
    assert joined(settings(backbone="vgg19", weights=str(vgg), weight_features=0), [], {})[0].features is None
    assert joined(settings("neon", backbone="clip", weights=str(clip), weight_words=0), [], {})[0].said is None


def test_vgg_adds_its_term_and_its_file_is_in_the_key(vgg: Path, tmp_path: Path):
    config = settings(backbone="vgg19", weights=str(vgg), layers="relu2_1")
    made, _ = joined(config, [], {})
    assert made.features is not None
    assert made.features.layers == ("relu2_1",)
    copy = shutil.copy(vgg, tmp_path / "copy.safetensors")
    again = settings(backbone="vgg19", weights=str(copy), layers="relu2_1")
    assert key_of(config) == key_of(again)
    save_file({k: v + 1 for k, v in vgg_weights("narrow").items()}, copy)
    assert key_of(config) != key_of(again)
    copy.unlink()
    assert key_of(again) != key_of(config), "a book's status is told without its weights, too"


def test_words_hold_where_their_elements_are(clip: Path):
    half = np.zeros((64, 80), np.float32)
    half[:, :40] = 1
    text = "neon; Hero: chrome; background: fog"
    made, notes = joined(settings(text, backbone="clip", weights=str(clip)), ELEMENTS, {0: half})
    assert notes == [("style.words: 'neon' holds nowhere in the book.", notes[0][1])], "fore- and background are all"
    said = made.said
    assert said is not None
    assert said.here == [[1, 2], [1]]
    assert said.masks[0].shape == (3, 16, 20)
    assert float(said.masks[0][2, :, :9].min()) == 1
    assert float(said.masks[0][2, :, 11:].max()) == 0


def test_words_for_what_is_nowhere_are_refused(clip: Path):
    with pytest.raises(ConfigError, match="'chrome' holds nowhere"):
        joined(settings("Hero: chrome", backbone="clip", weights=str(clip)), ELEMENTS, {})


@pytest.mark.parametrize("count", [80, 240])
def test_a_text_that_clip_would_cut_is_refused_with_what_fits(clip: Path, count: int):
    with pytest.raises(ConfigError) as caught:
        Terms(settings("x " * count, backbone="clip", weights=str(clip)))
    assert "tokens long" in caught.value.message
    assert "reads 77" in caught.value.message
    assert "first" in caught.value.hint
    assert len(str(caught.value)) < 400
    fits = int(caught.value.hint.split("first ")[1].split(" ")[0])
    assert 30 < fits < 77
    Terms(settings("x " * fits, backbone="clip", weights=str(clip)))
    with pytest.raises(ConfigError, match="tokens long"):
        Terms(settings("x " * (fits + 1), backbone="clip", weights=str(clip)))


def test_wrong_settings_are_refused_before_any_work(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INKWRIGHT_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ConfigError, match=r"style.words is empty"):
        check(settings(backbone="clip", weights=str(clip)))
    for words in ("!?", "neon; Hero:", "Hero: a; Hero: b"):
        with pytest.raises(ConfigError):
            check(settings(words, backbone="clip", weights=str(clip)))
    with pytest.raises(UnknownChoiceError, match="vgg19"):
        check(settings(backbone="vgg91"))
    for name in ("vgg19", "squeezenet", "clip"):
        with pytest.raises(BackboneError, match=str(tmp_path)):
            check(settings("neon", backbone=name))
        assert key_of(settings("neon", backbone=name))


# -- on the command line ----------------------------------------------------------------------------------------------


def test_a_book_is_fitted_with_vgg_and_goes_on_from_its_state(inkwright, marked: Path, vgg: Path, one_thread):
    assert inkwright("train", marked).code == 0
    options = ("--fit-backbone", "vgg19", "--fit-weights", vgg, "--fit-steps", "20", "--fit-panel-px", "64")
    assert inkwright("fit", marked, *options).code == 0
    run = Project(marked).runs("fit")[-1]
    rows = json.loads((run / "meta.json").read_text())["losses"]
    assert all(row["features"] > 0 for row in rows if row["stage"] != "style")
    assert "features" not in rows[0], "the round on the style picture alone has no panels"
    assert "up to date" in inkwright("fit", marked).all("finished")[-1]["note"]


def test_a_book_is_fitted_in_words_with_clip(inkwright, marked: Path, clip: Path, one_thread):
    words = "ink wash, zeppelins at war; Ball: chrome; background: fog"
    options = ("--fit-backbone", "clip", "--fit-weights", clip, "--style-words", words, "--fit-crops", "4")
    assert "train" in inkwright("fit", marked, *options, "--fit-panel-px", "64").error["hint"]
    assert inkwright("train", marked).code == 0
    assert inkwright("fit", marked).code == 0
    run = Project(marked).runs("fit")[-1]
    rows = json.loads((run / "meta.json").read_text())["losses"]
    assert all(0 < row["words"] < 2 for row in rows if row["stage"] != "style")
    assert inkwright("fit", marked).all("finished")[-1]["fresh"] is False
    error = inkwright("fit", marked, "--fit-backbone", "embedded").error
    assert "zeppelins" in error["message"]
    assert "fit.backbone = clip" in error["hint"]


def test_a_drawing_is_painted_with_either(inkwright, scans: Path, vgg: Path, clip: Path, tmp_path: Path, one_thread):
    outs = []
    for n, options in enumerate(
        (
            ("--style", "gouache", "--fit-backbone", "vgg19", "--fit-weights", vgg, "--fit-weight-features", "50"),
            ("--fit-backbone", "clip", "--fit-weights", clip, "--style-words", "zeppelins", "--fit-weight-words", "50"),
        )
    ):
        out = tmp_path / f"{n}.png"
        assert inkwright("stylize", scans / "scan1.png", *options, "-o", out, *QUICK, "--fit-steps", "3").code == 0
        outs.append(read_picture(out).pixels)
    assert not np.array_equal(outs[0], outs[1]), "one style picture, but other terms"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fit-backbone", "vgg91"), "Unknown backbone 'vgg91'"),
        (("--fit-backbone", "vgg19"), "are not on this machine"),
        (("--fit-backbone", "vgg19", "--fit-weights", "none.safetensors"), "none.safetensors does not exist"),
        (("--fit-backbone", "clip", "--style-words", "zeppelin"), "is not on this machine"),
        (("--fit-backbone", "vgg19", "--fit-weights", "inkwright.toml"), "no whole safetensors"),
    ],
)
def test_a_backbone_that_cannot_be_used_is_not_saved(
    inkwright,
    marked: Path,
    hashes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    said: str,
):
    monkeypatch.setenv("INKWRIGHT_WEIGHTS", str(tmp_path / "none"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    monkeypatch.chdir(marked)
    before = hashes(marked)
    error = inkwright("fit", marked, *options).error
    assert said in error["message"]
    assert error["kind"] in ("BackboneError", "UnknownChoiceError")
    assert hashes(marked) == before


def test_a_relative_path_of_weights_holds_from_everywhere(
    inkwright, marked: Path, vgg: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(vgg.parent)
    inkwright("fit", marked, "--fit-backbone", "vgg19", "--fit-weights", vgg.name)  # classifiers come first
    assert Project(marked).config().fit.weights == str(vgg)
