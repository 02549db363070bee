"""Where a line may end: by Unicode's rules, at phrases in Japanese, Chinese and Thai, and between syllables."""

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import budoux
import pyphen
from uniseg.graphemecluster import grapheme_clusters
from uniseg.linebreak import line_break_units

HYPHEN = 1.0
"""Dislike of a hyphenated word; 0 is a break between words."""
INSIDE = 0.4
"""Dislike of a break inside a phrase, or inside a Korean word."""
PIECES = 150
"""A longer word may not be cut between any two of its letters: how to break it is searched for."""
TORN = 4.0
"""Dislike of a word torn apart where no rule allows it; only where nothing else fits."""
SOFT = "\u00ad"
"""The soft hyphen: where an author lets a word be cut."""
SHORTEST = 6
"""Letters of the shortest word that is hyphenated."""
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_WORD = re.compile(r"[^\W\d_]+")
_PARSERS = {
    "ja": budoux.load_default_japanese_parser,
    "zh": budoux.load_default_simplified_chinese_parser,
    "zh-hant": budoux.load_default_traditional_chinese_parser,
    "zh-tw": budoux.load_default_traditional_chinese_parser,
    "zh-hk": budoux.load_default_traditional_chinese_parser,
    "th": budoux.load_default_thai_parser,
}


@dataclass(frozen=True)
class Unit:
    """A part of the words that is never cut.

    Attributes:
        text: without blanks at its ends.
        glue: what stands between it and the one before, if they share a line: "" or " ".
        after: dislike of a line's end after it; see HYPHEN.
        suffix: what a line that ends after it gets: "-" or "".
        ends: whether a line must end after it.
    """

    text: str
    glue: str = ""
    after: float = 0.0
    suffix: str = ""
    ends: bool = False


def units(words: str, language: str, hyphenate: bool = True, tear: bool = False) -> list[Unit]:
    """Cuts words into units.

    Args:
        words: with line breaks where the author wants them.
        language: code of the words.
        hyphenate: whether long words may be cut between syllables, and phrases of Japanese or words of Korean inside.
        tear: whether words may be cut anywhere.
    """
    made: list[Unit] = []
    for paragraph in words.splitlines():
        text = " ".join(paragraph.split(" ")).strip()
        if not text:
            continue
        cut = _paragraph(_bound(text, language), language, hyphenate, tear)
        made += cut if hyphenate or tear else _whole(cut)
        made[-1] = Unit(made[-1].text, made[-1].glue, 0.0, "", True)
    return made


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str, ...]:
    """A text cut wherever Unicode lets a line end; the rules are slow, and words are cut in several ways."""
    return tuple(line_break_units(text))


def _whole(cut: list[Unit]) -> list[Unit]:
    """Phrases and Korean words put together again."""
    made: list[Unit] = []
    for unit in cut:
        if made and (made[-1].after == INSIDE or made[-1].suffix):
            before = made.pop()
            unit = Unit(before.text + unit.text, before.glue, unit.after, unit.suffix)
        made.append(unit)
    return made


def _bound(text: str, language: str) -> str:
    """French sets blanks before some marks: a line must not begin with those."""
    if language.split("-")[0] == "fr":
        text = re.sub(r" (?=[?!:;»])", "\u00a0", text)
        text = re.sub(r"(?<=«) ", "\u00a0", text)
    return re.sub(r"\s+", lambda m: "\u00a0" if m.group() == "\u00a0" else " ", text)


def _paragraph(text: str, language: str, hyphenate: bool, tear: bool) -> list[Unit]:
    phrases = _phrase_ends(text, language)
    made: list[Unit] = []
    at, glue, own = 0, "", False
    for part in _parts(text):
        bare = part.rstrip(" ")
        at += len(part)
        soft = bare.endswith(SOFT)
        bare = bare.rstrip(SOFT)
        if not bare:
            glue = " "
            continue
        if soft or own:  # the author's own places for hyphens in this word
            made.append(Unit(bare, glue, 0.5 * HYPHEN if soft else 0.0, "-" if soft else ""))
            glue, own = " " if part.endswith(" ") else "", soft
            continue
        after = 0.0
        if len(bare) == len(part) and at < len(text) and not _breaks_well(text, at, phrases):
            after = INSIDE
        start = at - len(part)
        for piece in _phrases(bare, start, phrases):
            made += _split(piece, glue, after, language, hyphenate, tear)
            glue = ""
        glue = " " if len(bare) < len(part) else ""
    return made


def _phrases(text: str, start: int, ends: set[int] | None) -> list[str]:
    """A part that Unicode's rules leave whole, cut at phrases: Thai writes no blanks between words."""
    if ends is None or not _THAI.search(text):
        return [text]
    cuts = [0, *sorted(end - start for end in ends if 0 < end - start < len(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(cuts)]


def _breaks_well(text: str, at: int, phrases: set[int] | None) -> bool:
    """Whether a break without a blank, before text[at], is as good as one between words."""
    before, following = text[at - 1], text[at]
    if phrases is not None and (_IDEOGRAPHS.match(before) or _IDEOGRAPHS.match(following) or _THAI.match(following)):
        return at in phrases
    return not (_HANGUL.match(before) and _HANGUL.match(following))


def _phrase_ends(text: str, language: str) -> set[int] | None:
    """Ends of phrases, as a model of the language sees them; None where there is no model."""
    code = language.casefold()
    code = code if code in _PARSERS else code.split("-")[0]
    if code not in _PARSERS:
        if not re.search(r"[\u3040-\u30ff]", text):
            return None
        code = "ja"
    ends, at = set(), 0
    for phrase in _parser(code).parse(text):
        at += len(phrase)
        ends.add(at)
    return ends


@lru_cache(maxsize=8)
def _parser(code: str) -> Any:
    return _PARSERS[code]()


@lru_cache(maxsize=16)
def _dictionary(language: str) -> Any:
    found = pyphen.language_fallback(language.replace("-", "_"))
    return pyphen.Pyphen(lang=found) if found else None


def _split(text: str, glue: str, after: float, language: str, hyphenate: bool, tear: bool) -> list[Unit]:
    cuts: dict[int, tuple[float, str]] = {}
    if hyphenate:
        cuts = dict.fromkeys(_syllables(text, language), (HYPHEN, "-"))
    if tear:
        at, clusters = 0, list(grapheme_clusters(text))
        every = -(-len(clusters) // PIECES)
        for n, cluster in enumerate(clusters[:-1], 1):
            at += len(cluster)
            if n % every:
                continue
            joins = unicodedata.bidirectional(text[at - 1]) == "AL"
            cuts.setdefault(at, (TORN, "" if joins or _IDEOGRAPHS.match(text[at - 1]) else "-"))
    made, start = [], 0
    for cut in sorted(cuts):
        dislike, suffix = cuts[cut]
        made.append(Unit(text[start:cut], glue if start == 0 else "", dislike, suffix))
        start = cut
    return [*made, Unit(text[start:], glue if start == 0 else "", after)]


def _syllables(text: str, language: str) -> list[int]:
    """Places in `text` where a hyphen may stand, three letters or more from both ends of a word."""
    dictionary = _dictionary(language)
    if dictionary is None or _HANGUL.search(text):
        return []
    found: list[int] = []
    for word in _WORD.finditer(text):
        if len(word.group()) < SHORTEST:
            continue
        for cut in dictionary.positions(word.group().lower()):
            if getattr(cut, "data", None) is None and 3 <= cut <= len(word.group()) - 3:
                found.append(word.start() + cut)
    return found
