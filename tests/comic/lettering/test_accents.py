"""Fonts that are completed with accented letters of their own."""

import io

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from inkwright.comic.lettering.accents import ALL, SIGNS, NotTrueTypeError, complete
from inkwright.comic.lettering.font import Font
from inkwright.comic.lettering.fonts import INCLUDED, read_font
from own_font import own_font

LANGUAGES = {
    "de": "äöüßÄÖÜ", "sk": "áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ", "cs": "ěřůĚŘŮ", "pl": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "fr": "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ«»", "es": "áéíñóúü¡¿ÁÉÍÑÓÚÜ", "tr": "çğıöşüÇĞİÖŞÜ", "hu": "őűŐŰ",
    "ro": "ăâîșțĂÂÎȘȚ", "vi": "ăâđêôơưấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữựỳỵỷỹẢẬỆỘỢỰ", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž",
}  # fmt: skip


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_included_font_writes(language: str) -> None:
    font = Font(read_font(INCLUDED), INCLUDED)
    assert [c for c in LANGUAGES[language] + SIGNS if not font.has(c)] == []
    assert "Open Font License" in font.licence
    assert "Fredoka" not in font.family  # that name is reserved


def test_an_authors_font_gets_its_accents() -> None:
    data, added = complete(own_font(), "čďéǆ", "Mine completed")
    assert added == "čďé"  # ǆ is no letter with an accent
    font = Font(data, "mine.ttf")
    assert font.family == "Mine completed"
    plain, accented = (font.ink(font.font.get_nominal_glyph(ord(c))) for c in "cč")
    assert plain is not None
    assert accented is not None
    assert accented[1] < plain[1] - 0.05  # the caron stands above
    assert accented[3] == pytest.approx(plain[3])
    beside = font.ink(font.font.get_nominal_glyph(ord("ď")))
    letter = font.ink(font.font.get_nominal_glyph(ord("d")))
    assert beside is not None
    assert letter is not None
    assert beside[2] > letter[2] + 0.02  # an apostrophe to the right


def test_the_same_font_gives_the_same_bytes() -> None:
    assert complete(own_font(), ALL, "Mine") == complete(own_font(), ALL, "Mine")


def test_marks_stand_over_the_middle() -> None:
    font = TTFont(io.BytesIO(complete(own_font(), "ǒ", "Mine")[0]))
    glyph = font["glyf"]["uni01D2"]
    letter, mark = glyph.components
    base = font["glyf"][letter.glyphName]
    sign = font["glyf"][mark.glyphName]
    assert np.isclose((base.xMin + base.xMax) / 2, mark.x + (sign.xMin + sign.xMax) / 2, atol=1)


def test_others_are_refused() -> None:
    with pytest.raises(NotTrueTypeError):
        complete(b"not a font", "č", "x")
    with pytest.raises(NotTrueTypeError):
        complete(own_font("xyz"), "č", "x")
