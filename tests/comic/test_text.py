"""Fitting words into outlines: nothing sticks out, nothing is cut, nothing is lost."""

import pytest
from PIL import ImageFont

from inkwright.comic.text import LINE, Letters, fit_box, forms, half_width_at

WORDS = "The Hero had tea, and then the Dragon had the Hero's tea as well."


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters()


def sticks_out(letters: Letters, lines: tuple[str, ...], size: float, a: float, b: float, p: float) -> bool:
    """Measured anew with Pillow at the real size: does any corner of a line leave the outline?"""
    font = ImageFont.truetype(str(letters.path), size)
    for i, line in enumerate(lines):
        middle = (i - (len(lines) - 1) / 2) * LINE * size
        for y in (middle - 0.35 * size, middle + 0.35 * size):
            if font.getlength(line) / 2 > half_width_at(y, a, b, p):
                return True
    return False


@pytest.mark.parametrize("p", [2.0, 2.5, 40.0])
@pytest.mark.parametrize("size", [11.0, 20.0, 43.5])
def test_every_form_holds_its_words(letters: Letters, p: float, size: float) -> None:
    found = forms(letters, WORDS, size, p, 0.5 * size, (60 * size, 30 * size))
    assert len(found) >= 3
    for form in found:
        assert " ".join(form.lines) == WORDS
        assert not sticks_out(letters, form.lines, size, form.half_width, form.half_height, p)


def test_forms_are_snug(letters: Letters) -> None:
    best = forms(letters, WORDS, 20, 2.5, 10, (1000, 600))[0]
    assert not sticks_out(letters, best.lines, 20, best.half_width, best.half_height, 2.5)
    assert sticks_out(letters, best.lines, 20, best.half_width * 0.85, best.half_height, 2.5)


def test_forms_keep_to_the_room(letters: Letters) -> None:
    for form in forms(letters, WORDS, 20, 2.5, 10, (260, 300)):
        assert 2 * form.half_width <= 260
        assert 2 * form.half_height <= 300
    assert forms(letters, WORDS, 20, 2.5, 10, (60, 60)) == []
    assert forms(letters, WORDS * 200, 20, 2.5, 10, (260, 300)) == []


def test_a_line_break_of_the_author_is_kept(letters: Letters) -> None:
    for form in forms(letters, "One\ntwo three\n\nfour", 20, 2.5, 10, (600, 600)):
        assert form.lines[0] == "One"
        assert form.lines[-1] == "four"


def test_text_without_blanks_breaks_between_its_characters(letters: Letters) -> None:
    found = forms(letters, "これはとてもながいことばです。", 20, 2.5, 10, (160, 400))
    assert found
    assert all("".join(form.lines) == "これはとてもながいことばです。" for form in found)
    assert not any(line.startswith("。") for form in found for line in form.lines)


def test_fit_box_uses_few_lines(letters: Letters) -> None:
    wide = fit_box(letters, WORDS, 20, 500, 60, 2.5, 10)
    narrow = fit_box(letters, WORDS, 20, 130, 150, 2.5, 10)
    assert wide is not None
    assert narrow is not None
    assert len(wide) < len(narrow)
    assert " ".join(narrow) == WORDS
    assert fit_box(letters, WORDS, 20, 50, 50, 2.5, 10) is None


def test_letters_that_the_font_lacks(letters: Letters) -> None:
    assert letters.missing("Šéf – „Ahoj“") == ""
    assert letters.missing("čaj ♥ čaj") == "č♥"
    assert letters.drawable("čaj") == "caj"
    assert letters.missing("c\u030c") == "č"
