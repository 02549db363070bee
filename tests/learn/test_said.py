import numpy as np
import pytest
import torch
from torch import Tensor

from inkwright.learn.backbones.clip import Clip, load_clip
from inkwright.learn.said import Said, Texts, Window, claims
from inkwright.learn.text_losses import direction, in_templates
from tiny_clip import save_clip

DRAWN = "a pencil drawing"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return load_clip(str(save_clip(tmp_path_factory.mktemp("clip"))))


def panels(count: int = 5) -> list[Tensor]:
    g = torch.Generator().manual_seed(2)
    return [torch.rand(1, 3, 96 + 8 * n, 120, generator=g) for n in range(count)]


def everywhere(drawings: list[Tensor], texts: int = 1) -> list[Tensor]:
    return [torch.ones(texts, X.shape[2] // 4, X.shape[3] // 4) / texts for X in drawings]


def said_of(clip: Clip, crops: int = 8, count: int = 5) -> Said:
    drawings = panels(count)
    return Said(clip, Texts("neon"), DRAWN, drawings, everywhere(drawings), crops, 0)


def test_own_words_go_before_the_foregrounds_and_these_before_the_books():
    left, right, all_ = np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32), np.ones((8, 8), np.float32)
    left[:, :3], right[:, 2:5] = 1, 1
    texts = Texts("whole", "front", "back", {0: "own", 2: "place"})
    assert texts.all() == ["whole", "front", "back", "own", "place"]
    got = claims(texts, {0: left, 1: right, 2: all_}, [False, False, True], 8, 8)
    assert torch.allclose(got.sum(0), torch.ones(8, 8))
    assert got[:, 0].argmax(0).tolist() == [3, 3, 3, 1, 1, 4, 4, 4]
    got = claims(Texts("whole", "", "back"), {0: left}, [False], 8, 8)
    assert got[:, 0].argmax(0).tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert claims(Texts("", "front"), {}, [], 8, 8).sum() == 0


def test_a_panels_own_words_go_before_the_books_and_an_elements_before_both():
    left = np.zeros((8, 8), np.float32)
    left[:, :3] = 1
    texts = Texts("whole", "front", "back", {0: "own", 2: ""}, {"p1": "panel", "p2": ""})
    got = claims(texts, {0: left, 1: 1 - left}, [False, False], 8, 8, "p1")
    assert texts.all() == ["whole", "front", "back", "own", "panel"]
    assert got[:, 0].argmax(0).tolist() == [3, 3, 3, 4, 4, 4, 4, 4]
    assert claims(texts, {1: left}, [False, False], 8, 8, "p2").sum() == 0, "a picture rules there: nothing is asked"
    got = claims(texts, {2: left}, [False, False, False], 8, 8)
    assert got.sum((1, 2)).tolist() == [0, 0, 40, 0, 0], "nothing is asked of such an element"


def test_each_panel_is_compared_with_its_own_words(clip: Clip):
    drawings = panels(2)
    texts = Texts("neon", panels={"p1": "chrome"})
    masks = [claims(texts, {}, [], 24, 30, f"p{n}") for n in range(2)]
    said = Said(clip, texts, DRAWN, drawings, masks, 4, 0)
    assert said.here == [[0], [1]]
    got = said.book(lambda j, at: 1 - at.of(drawings[j]))
    single = []
    for n, text in enumerate(("neon", "chrome")):
        alone = Said(clip, Texts(text), DRAWN, drawings[n : n + 1], everywhere(drawings[n : n + 1]), 4, 0)
        alone.window = lambda j, text, choice, n=n: said.window(n, n, 0)  # the same part of it
        single.append(alone.book(lambda j, at, n=n: 1 - at.of(drawings[n])))
    assert got == pytest.approx(np.mean(single), rel=1e-5)


def test_the_same_words_for_two_elements_are_one_text():
    texts = Texts("neon", "", "", {0: "chrome", 1: "chrome", 3: "neon"})
    assert texts.all() == ["neon", "chrome"]


def test_a_steps_pictures_come_from_all_over_the_book(clip: Clip):
    said, seen = said_of(clip), []
    for step in range(5):
        said.step(step, 0, lambda j, at: seen.append((j, at)) or at.of(said.drawings[j]) * 0.5)
    assert len(seen) == 5 * 8
    counts = np.bincount([j for j, _ in seen], minlength=5)
    assert counts.tolist() == [8] * 5, "each panel as often as every other"
    for j, at in seen:
        height, width = said.drawings[j].shape[2:]
        assert at.top >= 0
        assert at.left >= 0
        assert at.top + at.height <= height
        assert at.left + at.width <= width
    whole = [(j, at) for j, at in seen if (at.height, at.width) == tuple(said.drawings[j].shape[2:])]
    assert len(whole) == 5
    assert len({j for j, _ in whole}) > 1
    large = said_of(clip, crops=3, count=5)
    first, again = [], []
    large.step(7, 0, lambda j, at: first.append((j, at)) or at.of(large.drawings[j]))
    large.step(7, 0, lambda j, at: again.append((j, at)) or at.of(large.drawings[j]))
    assert len({j for j, _ in first}) == 3
    assert first == again


def test_the_term_is_what_numpy_makes_of_the_same_pictures(clip: Clip):
    said = said_of(clip, crops=6, count=3)
    got = said.book(lambda j, at: 1 - at.of(said.drawings[j]))
    text, drawn = (clip.texts(in_templates(t)).numpy().astype(np.float64) for t in ("neon", DRAWN))

    def unit(v):
        return v / np.linalg.norm(v)

    delta_T = unit(text.mean(0)) - unit(drawn.mean(0))
    D, P = [], []
    for j, X in enumerate(said.drawings):
        height, width = X.shape[2:]
        for at, losses in ((Window(0, 0, height, width), D), (said.window(j, 0, 0), P)):
            cut = at.of(X)
            pair = [
                torch.nn.functional.interpolate(p, size=(32, 32), mode="bilinear", antialias=True)
                for p in (1 - cut, cut)
            ]
            painted, source = (clip.pictures(p)[0].numpy().astype(np.float64) for p in pair)
            delta_I = painted - source
            losses.append(1 - delta_I @ delta_T / np.linalg.norm(delta_I) / np.linalg.norm(delta_T))
    expected = (np.mean(D) + 18 * np.mean([p if p >= 0.7 else 0 for p in P])) / 19
    assert got == pytest.approx(expected, rel=1e-4)


def test_gradients_reach_what_is_painted_only_where_the_text_holds(clip: Clip):
    drawings = panels(1)
    mask = torch.zeros(1, drawings[0].shape[2], drawings[0].shape[3])
    mask[..., :60] = 1
    said = Said(clip, Texts("", "neon"), DRAWN, drawings, [mask], 4, 0)
    X = (drawings[0] * 0.5).requires_grad_(True)
    said.step(0, 0, lambda j, at: at.of(X)).backward()
    assert X.grad is not None
    assert float(X.grad[..., :58].abs().sum()) > 0
    assert float(X.grad[..., 62:].abs().sum()) == 0


def test_a_text_that_holds_nowhere_is_not_asked_for(clip: Clip):
    drawings = panels(2)
    masks = [torch.zeros(2, 24, 30), torch.zeros(2, 24, 30)]
    masks[0][0] = 1
    said = Said(clip, Texts("neon", "chrome"), DRAWN, drawings, masks, 4, 0)
    assert said.here == [[0], []]
    assert said.panels == [0]


def test_the_way_leads_from_the_words_for_the_drawings(clip: Clip):
    said = said_of(clip, count=1)
    expected = direction(clip.texts(in_templates("neon")), clip.texts(in_templates(DRAWN)))
    assert torch.allclose(said.delta_T, expected[None])
    assert float(said.delta_T.norm()) == pytest.approx(1, abs=1e-5)
