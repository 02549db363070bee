"""Words in outlines of any shape: no ink outside, no size given away."""

import cv2
import numpy as np
import pytest

from inkwright.book import Balloon
from inkwright.comic.lettering.balloon import Placed
from inkwright.comic.lettering.drawing import ink_mask
from inkwright.comic.lettering.fonts import Chain, open_font
from inkwright.comic.lettering.measure import Words
from inkwright.comic.lettering.outline import Fit, Points, Rows, fit_outline
from inkwright.comic.lettering.shaping import Typesetter
from inkwright.comic.lettering.vector import Fonts, lettered
from inkwright.lettering import PageLettering

CHAIN = Chain(folders=[])
SENTENCE = "We should not be here after dark, whatever the keeper says."


def variants(text: str, language: str = "en", vertical: bool = False) -> list[Words]:
    setter = Typesetter(CHAIN, language, vertical)
    return [Words.of(setter, text, h, tear) for h, tear in ((False, False), (True, False), (True, True))]


def ring(kind: str) -> Points:
    t = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    if kind == "ellipse":
        return np.stack([200 + 150 * np.cos(t), 150 + 90 * np.sin(t)], 1)
    if kind == "bean":
        r = 1 + 0.3 * np.cos(2 * t) + 0.1 * np.sin(3 * t)
        return np.stack([200 + 110 * r * np.cos(t), 150 + 90 * r * np.sin(t)], 1)
    if kind == "box":
        return np.array([[40.0, 60], [360, 60], [360, 240], [40, 240]])
    if kind == "triangle":
        return np.array([[200.0, 20], [380, 280], [20, 280]])
    return np.array([[30.0, 40], [370, 80], [300, 150], [380, 260], [60, 280], [100, 160]])


def outside(fit: Fit, polygon: Points) -> int:
    """Pixels of ink that are not inside a polygon."""
    spot = Placed(Balloon(words="x", shape="none"), fit.form, *fit.middle, fit.form.half_width, fit.form.half_height)
    fonts = Fonts()
    balloons = lettered([spot], "p", [0], fonts)
    used = {key: CHAIN.used(font) for key, font in fonts.fonts.items()}
    page = PageLettering(width=400, height=300, fonts=used, balloons=balloons)
    ink = ink_mask(page, lambda used: open_font(used.file))
    assert ink.max() == 255
    mask = np.zeros((300, 400), np.uint8)
    cv2.fillPoly(mask, [np.floor(polygon).astype(np.int32)], 1)
    return int(np.count_nonzero((ink > 0) & (mask == 0)))


@pytest.mark.parametrize("kind", ["ellipse", "bean", "box", "triangle", "jagged"])
@pytest.mark.parametrize(
    ("language", "text"),
    [("en", SENTENCE), ("de", "Die Donaudampfschifffahrtsgesellschaft!"), ("ar", "لقد قلت لك ذلك يا صديقي.")],
)
def test_no_ink_outside_and_every_word_is_there(kind: str, language: str, text: str) -> None:
    fit = fit_outline(variants(text, language), ring(kind), 3.0, 90, 5)
    assert fit is not None
    assert outside(fit, ring(kind)) == 0
    joined = "".join(
        line.removesuffix("-") if k < len(fit.form.texts) - 1 else line for k, line in enumerate(fit.form.texts)
    )
    assert joined.replace(" ", "") == text.replace(" ", "")


def test_columns_fit_too() -> None:
    fit = fit_outline(variants("ABC DEF GHI JKL", "ja", True), ring("ellipse"), 3.0, 90, 5)
    assert fit is not None
    assert outside(fit, ring("ellipse")) == 0
    xs = [x for x, _ in fit.form.spots]
    assert xs == sorted(xs, reverse=True)  # the first column at the right


def test_a_box_is_filled() -> None:
    fit = fit_outline(variants("Hello"), np.array([[0.0, 0], [200, 0], [200, 100], [0, 100]]), 0.0, 500, 5)
    assert fit is not None
    width = fit.form.words.line(0, 1).advance * fit.form.size
    assert 190 < width <= 200


def test_a_line_stands_in_the_middle() -> None:
    fit = fit_outline(variants("Hello"), ring("box"), 3.0, 20, 5)
    assert fit is not None
    assert fit.form.size == pytest.approx(20)
    (x, y), (mx, my) = fit.form.spots[0], fit.middle
    assert abs(x + mx - 200) < 2
    assert abs(y + my - 150) < 3


def test_whole_words_are_preferred_to_a_little_more_size() -> None:
    fit = fit_outline(variants("understanding everything"), ring("box"), 3.0, 30, 5)
    assert fit is not None
    assert not any(line.endswith("-") for line in fit.form.texts)


def test_what_cannot_fit_is_none() -> None:
    assert fit_outline(variants(SENTENCE * 3), ring("triangle"), 3.0, 40, 20) is None
    assert fit_outline(variants("Hi"), np.array([[0.0, 0], [4, 0], [4, 4], [0, 4]]), 3.0, 40, 5) is None
    assert fit_outline(variants(" "), ring("box"), 3.0, 40, 5) is None


def test_rows_are_the_widest_stretch() -> None:
    rows = Rows(np.array([[0.0, 0], [100, 0], [100, 50], [60, 50], [60, 20], [40, 20], [40, 50], [0, 50]]), 0.0)
    assert rows.right[10] - rows.left[10] == pytest.approx(100)
    assert rows.right[400] - rows.left[400] == pytest.approx(40)


def test_crossing_outlines_are_mended() -> None:
    bow = np.array([[0.0, 0], [200, 200], [200, 0], [0, 200]])
    assert fit_outline(variants("Hi"), bow, 2.0, 40, 5) is not None
