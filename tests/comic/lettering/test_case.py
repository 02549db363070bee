"""Capitals by the rules of the language."""

import pytest

from inkwright.comic.lettering.case import upper


@pytest.mark.parametrize(
    ("language", "words", "capitals"),
    [
        ("en", "It's café time", "IT'S CAFÉ TIME"),
        ("de", "Straße", "STRASSE"),
        ("tr", "ılık iki", "ILIK İKİ"),
        ("el", "Άνθρωπος, ΐ", "ΑΝΘΡΩΠΟΣ, Ϊ"),
        ("sk", "ľúbiť", "ĽÚBIŤ"),
        ("ga", "a nAlbain bhFuil", "A nALBAIN bhFUIL"),
        ("ka", "გამარჯობა", "გამარჯობა"),
        ("ja", "すぐ", "すぐ"),
    ],
)
def test_upper(language: str, words: str, capitals: str) -> None:
    assert upper(words, language) == capitals
