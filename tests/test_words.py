import pytest

from inkwright.errors import ConfigError, UnknownChoiceError
from inkwright.vocabulary import FILLERS, WORDS
from inkwright.words import NAMES, Asked, Spoken, asked, parse, parse_light, plain, read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("woodcut, dusk", Spoken("woodcut", ("dusk",))),
        ("dusk woodcut", Spoken("woodcut", ("dusk",))),
        ("ink wash, cold moonlight", Spoken("ink wash", ("moonlight", "cold"))),
        ("Cold moonlight; INK-WASH!", Spoken("ink wash", ("moonlight", "cold"))),
        ("neon light", Spoken("", ("neon",))),
        ("a painting in the style of Hokusai at night", Spoken("woodblock", ("night",))),
        ("watercolor with no outlines, hatched", Spoken("watercolour", (), ("lineless", "hatched"))),
        ("pastel colours", Spoken("", ("pale",))),
        ("pastel", Spoken("pastel")),
        ("hatching, hatched", Spoken("hatching", (), ("hatched",))),
        ("night by moonlight", Spoken("", ("night", "moonlight"))),
        ("coloured pencils, soft and golden", Spoken("coloured pencil", ("golden", "soft"))),
    ],
)
def test_words_in_any_order_and_spelling(text: str, said: Spoken):
    assert parse(text) == said
    assert parse(str(said)) == said


def test_every_word_is_known_by_all_its_names_and_by_no_others():
    for word in WORDS:
        for text in (word.name, *word.also):
            assert NAMES[" ".join(plain(text))] is word, text
            found = parse(text)
            assert word.name in (found.material, *found.lights, *found.lines)
            assert not set(plain(text)) <= FILLERS, text
    assert len({word.name for word in WORDS}) == len(WORDS)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("woodcut, watercolour", "woodcut", "watercolour"),
        ("warm, cold", "warm", "cold"),
        ("night, sunny", "night", "sunny"),
        ("sepia, vivid", "sepia", "vivid"),
        ("bold, thin lines", "bold", "fine"),
        ("foggy, high contrast", "fog", "dramatic"),
    ],
)
def test_contradictions_are_said(text: str, one: str, other: str):
    with pytest.raises(ConfigError, match=f"'{one}' and '{other}'"):
        parse(text)


def test_an_unknown_word_gets_the_nearest_and_the_way_to_clip():
    with pytest.raises(UnknownChoiceError) as caught:
        parse("wodcut, dusk", "style.words")
    assert "'wodcut'" in caught.value.message
    assert "'woodcut'" in caught.value.hint
    assert "clip" in caught.value.hint
    with pytest.raises(UnknownChoiceError, match=r"'zeppelin', 'quux' are no looks.*No known word is near"):
        parse("woodcut zeppelin quux")
    assert parse("woodcut, zeppelin", strict=False) == Spoken("woodcut", unknown=("zeppelin",))


@pytest.mark.parametrize("text", ["", "   ", "!?", "\x00\u200b", "the style of a"])
def test_an_empty_text_says_so(text: str):
    with pytest.raises(ConfigError):
        parse(text)


def test_ten_thousand_words_are_too_many():
    with pytest.raises(ConfigError, match="10000 words; at most 40"):
        parse("dusk " * 10_000)


def test_other_scripts_are_unknown_not_empty():
    with pytest.raises(UnknownChoiceError, match="水墨"):
        parse("水墨")


def test_a_panel_takes_light_only():
    assert parse_light("cold dawn", "Panel p1.1") == ("dawn", "cold")
    with pytest.raises(ConfigError, match=r"Panel p1.1 asks for 'woodcut'.*whole book"):
        parse_light("woodcut, night", "Panel p1.1")
    with pytest.raises(ConfigError, match="bold"):
        parse_light("bold", "Panel p1.1")


def test_words_for_clip_are_told_apart_by_where_they_hold():
    text = "neon light; foreground: chrome; Background: fog ; Hero: burning, slowly; at night"
    assert asked(text) == Asked("neon light, at night", "chrome", "fog", (("Hero", "burning, slowly"),))
    assert asked("figures: chrome").foreground == "chrome"
    assert asked("水墨").whole == "水墨"


@pytest.mark.parametrize(
    "text", ["", " ; ", "!?", "Hero:", "Hero: !", ": neon", "Hero: a; Hero: b", "figures: a; foreground: b"]
)
def test_words_for_clip_that_say_nothing_are_refused(text: str):
    with pytest.raises(ConfigError) as caught:
        asked(text, "style.words")
    assert "style.words" in caught.value.message
    assert caught.value.hint


def test_with_clip_the_vocabulary_takes_what_it_knows():
    assert read("woodcut of zeppelins at dusk", clip=True) == Spoken("woodcut", ("dusk",), unknown=("zeppelins",))
    assert read("warm figures in cold light", clip=True) == Spoken()
    assert read("zeppelin " * 200, clip=True) == Spoken(), "too many for the vocabulary"
    with pytest.raises(ConfigError, match="has 10000 words; no CLIP reads more"):
        read("zeppelin " * 10_000, clip=True)
    assert read("Hero: woodcut", clip=True) == Spoken()
    with pytest.raises(UnknownChoiceError):
        read("zeppelins")


def test_words_beside_a_light_are_for_clip():
    with pytest.raises(UnknownChoiceError) as caught:
        parse_light("zeppelin", "Panel p1.1")
    assert "fit.backbone = clip" in caught.value.hint
    assert parse_light("zeppelins at night", "Panel p1.1", clip=True) == ("night",)
    with pytest.raises(ConfigError, match="asks for 'woodcut'"):
        parse_light("woodcut zeppelins", "Panel p1.1", clip=True)
