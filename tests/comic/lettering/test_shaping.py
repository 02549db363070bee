"""Shaping: kerning, joined Arabic, bidirectional lines, columns."""

import pytest

from inkwright.comic.lettering.fonts import Chain
from inkwright.comic.lettering.shaping import Typesetter, is_rtl

ARABIC = "مرحبا"


def setter(language: str = "en", vertical: bool = False) -> Typesetter:
    return Typesetter(Chain(folders=[]), language, vertical)


def test_pairs_are_kerned() -> None:
    made = setter()
    assert made.line("AV").advance < made.line("A").advance + made.line("V").advance - 0.01


def test_the_ink_is_where_the_letters_are() -> None:
    left, top, right, bottom = setter().line("Hg").ink
    assert 0 <= left < 0.1
    assert -0.8 < top < -0.6
    assert 0.1 < bottom < 0.4
    assert right > 1


def test_arabic_letters_join_and_run_from_the_right() -> None:
    line = setter("ar").line(ARABIC, rtl=True)
    assert len(line.pieces) == 1
    glyphs = line.pieces[0].glyphs
    assert [g.cluster for g in glyphs] == sorted((g.cluster for g in glyphs), reverse=True)
    alone = {g.id for c in ARABIC for g in setter("ar").line(c, True).pieces[0].glyphs}
    assert len({g.id for g in glyphs} - alone) >= 3  # other forms than those of lone letters


def test_figures_in_arabic_run_from_the_left() -> None:
    line = setter("ar").line(f"{ARABIC} 123 {ARABIC}", rtl=True)
    figures = next(piece for piece in line.pieces if "123" in piece.text)
    at = [g.x for g in figures.glyphs if figures.text[g.cluster] in "123"]
    assert at == sorted(at)
    assert line.pieces[0].glyphs[0].x < figures.glyphs[0].x  # the last word stands at the left


def test_an_english_name_in_hebrew() -> None:
    line = setter("he").line("שלום Anna, בוא", rtl=True)
    order = [piece.text.strip() for piece in sorted(line.pieces, key=lambda p: p.glyphs[0].x)]
    assert order.index("Anna") not in (0, len(order) - 1)


@pytest.mark.parametrize(
    ("language", "text", "rtl"),
    [("en", "Hello", False), ("ar", "مرحبا", True), ("en", "שלום", True), ("ar", "123!", True), ("ar", "OK", False)],
)
def test_a_paragraphs_direction(language: str, text: str, rtl: bool) -> None:
    assert is_rtl(language, text) is rtl


def test_columns_turn_words_and_keep_short_figures_upright() -> None:
    line = setter("ja", vertical=True).line("12 OK")
    ways = {piece.text.strip(): piece.turn for piece in line.pieces}
    assert ways == {"12": 0.0, "OK": 90.0}
    left, top, right, bottom = line.ink
    assert -0.6 < left < 0 < right < 0.6
    assert bottom - top > right - left


def test_what_no_font_has_leaves_a_box() -> None:
    line = setter().line("\U0001f996")
    assert line.advance > 0
    assert line.pieces[0].glyphs[0].id == 0
