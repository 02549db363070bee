"""Where lines may end, in several languages."""

import pytest

from inkwright.comic.lettering.breaks import HYPHEN, INSIDE, TORN, Unit, units


def texts(words: str, language: str, hyphenate: bool = False, tear: bool = False) -> list[str]:
    return [unit.glue + unit.text for unit in units(words, language, hyphenate, tear)]


def test_words_are_units_and_line_breaks_of_the_author_stay() -> None:
    assert texts("Hello  you\nthere", "en") == ["Hello", " you", "there"]
    assert [unit.ends for unit in units("Hello you\nthere", "en")] == [False, True, True]
    assert units(" \n ", "en") == []


@pytest.mark.parametrize(
    ("language", "word", "parts"),
    [
        ("de", "Dampfschifffahrt", ["Dampf", "schiff", "fahrt"]),
        ("en", "unbelievable", ["unbe", "liev", "able"]),
        ("sk", "nepravdepodobné", None),
    ],
)
def test_hyphens_stand_between_syllables(language: str, word: str, parts: list[str] | None) -> None:
    cut = units(word, language)
    assert "".join(unit.text for unit in cut) == word
    assert len(cut) > 1
    assert all(unit.suffix == "-" and unit.after == HYPHEN for unit in cut[:-1])
    assert min(len(cut[0].text), len(cut[-1].text)) >= 3
    if parts:
        assert [unit.text for unit in cut] == parts


def test_short_words_and_other_languages_stay_whole() -> None:
    assert texts("apple", "en", True) == ["apple"]
    assert texts("qwertzuiopasd", "tlh", True) == ["qwertzuiopasd"]


def test_an_own_hyphen_and_a_soft_one() -> None:
    assert texts("gut-gläubig", "de") == ["gut-", "gläubig"]
    assert [(unit.text, unit.suffix) for unit in units("Blumen\u00adtopferde", "de")] == [
        ("Blumen", "-"),
        ("topferde", ""),
    ]


def test_japanese_breaks_at_phrases_and_never_before_closing_marks() -> None:
    words = "今日は天気がいいですね。「そうですね」"
    assert texts(words, "ja") == ["今日は", "天気が", "いいですね。", "「そうですね」"]
    fine = units(words, "ja", True)
    assert "".join(unit.text for unit in fine) == words
    assert {unit.after for unit in fine} == {0.0, INSIDE}
    assert not any(unit.text[0] in "。」ーっょ" for unit in fine)
    assert not any(unit.text[-1] in "「" for unit in fine)


def test_korean_keeps_words_together_where_it_can() -> None:
    assert texts("안녕하세요 여러분", "ko") == ["안녕하세요", " 여러분"]
    assert len(units("안녕하세요 여러분", "ko", True)) == 8


def test_thai_breaks_without_blanks() -> None:
    assert len(texts("สวัสดีครับคุณเป็นอย่างไรบ้าง", "th")) > 2


def test_french_marks_stay_with_their_words() -> None:
    assert texts("Quoi ? « Non ! »", "fr") == ["Quoi\u00a0?", " «\u00a0Non\u00a0!\u00a0»"]


def test_torn_words_are_disliked_most_and_keep_graphemes() -> None:
    torn = units("abc", "en", tear=True)
    assert torn[0] == Unit("a", "", TORN, "-")
    assert [unit.text for unit in units("e\u0301e\u0301", "en", tear=True)] == ["e\u0301", "e\u0301"]
