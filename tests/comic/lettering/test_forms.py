"""Snug outlines: even, diamond-shaped blocks, in the order of their beauty."""

import itertools

import numpy as np

from inkwright.comic.lettering.fonts import Chain
from inkwright.comic.lettering.forms import Form, forms, half_width_at
from inkwright.comic.lettering.measure import Words, leading_of
from inkwright.comic.lettering.shaping import Typesetter

LONG = "It was the best of times, it was the worst of times, it was the age of wisdom."
SETTER = Typesetter(Chain(folders=[]))


def made(text: str, p: float = 2.5) -> list[Form]:
    return forms(Words.of(SETTER, text, hyphenate=False), p, 0.7)


def test_every_form_holds_all_words() -> None:
    for form in made(LONG):
        assert " ".join(form.texts) == LONG
        assert len(form.spots) == len(form.texts)


def test_lines_stay_inside_the_outline() -> None:
    for form in made(LONG):
        for (i, j), (_, y) in zip(form.breaks, form.spots, strict=True):
            line = form.words.line(i, j)
            for edge in (y - form.words.cap / 2, y + form.words.cap / 2):
                assert line.advance / 2 < half_width_at(edge, form.half_width, form.half_height, 2.5)


def test_the_best_form_is_a_diamond_without_orphans() -> None:
    best = made(LONG)[0]
    widths = [best.words.line(i, j).advance for i, j in best.breaks]
    assert len(widths) >= 3
    middle = max(range(len(widths)), key=widths.__getitem__)
    assert 0 < middle < len(widths) - 1
    assert widths[-1] > 0.3 * max(widths)
    assert 1.2 < best.half_width / best.half_height < 3


def test_lines_do_not_end_after_an_article_where_it_can_be_helped() -> None:
    assert made("A Princess? In a castle? Today?")[0].texts == ("A Princess?", "In a castle?", "Today?")


def test_more_lines_are_narrower() -> None:
    by_lines = sorted(made(LONG), key=lambda form: len(form.breaks))
    for first, second in itertools.pairwise(by_lines):
        assert second.half_width < first.half_width


def test_a_form_scales_as_a_whole() -> None:
    form = made("Hello there!")[0]
    large = form.at(20.0)
    assert large.half_width == 20 * form.half_width
    assert large.spots == tuple((20 * x, 20 * y) for x, y in form.spots)


def test_columns_are_turned_forms() -> None:
    setter = Typesetter(Chain(folders=[]), "ja", True)
    form = forms(Words.of(setter, "ABC DEF GHI", hyphenate=False), 2.5, 0.7, 1.4)[0]
    xs = [x for x, _ in form.spots]
    assert xs == sorted(xs, reverse=True)
    assert np.allclose([y for _, y in form.spots], 0)


def test_leading_grows_for_tall_accents() -> None:
    assert leading_of(["Hello"], SETTER) <= leading_of(["ẨỆỖp"], SETTER)
