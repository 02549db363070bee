"""Words become glyphs: direction by the bidirectional algorithm, fonts by what they have, shapes by HarfBuzz.

Lengths are in ems. A line's origin is at the left end of its baseline; a column's is at its top, x in its middle.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from bidi import algorithm as bidi

from inkwright.comic.lettering.font import Font, Ink, Placed, Shaped, union
from inkwright.comic.lettering.fonts import Chain

RTL = ("ar", "he", "fa", "ur", "yi", "ps", "dv", "ckb", "sd", "ug")
"""Languages that are written from right to left."""
FEATURES = {"kern": True, "liga": True, "calt": True, "clig": True}
"""Comic fonts keep their alternates in `calt`: two equal letters beside each other come out differently."""
_UPRIGHT = re.compile(r"[0-9!?]{2}(?![0-9!?])")


@dataclass(frozen=True)
class Piece:
    """A part of a line in one font.

    Attributes:
        font: of it.
        text: its characters in logical order.
        glyphs: in drawing order, from the line's origin.
        turn: degrees clockwise by which each glyph is turned about its origin.
    """

    font: Font
    text: str
    glyphs: tuple[Placed, ...]
    turn: float = 0.0


@dataclass(frozen=True)
class Line:
    """A shaped line, or column.

    Attributes:
        text: its characters in logical order.
        pieces: in drawing order.
        advance: its length.
        ink: box of what is drawn, from its origin.
    """

    text: str
    pieces: tuple[Piece, ...]
    advance: float
    ink: Ink


def is_rtl(language: str, text: str) -> bool:
    """Whether a paragraph runs from right to left: by its first letter, else by its language."""
    for c in text:
        kind = unicodedata.bidirectional(c)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return language.split("-")[0].casefold() in RTL


class Typesetter:
    """Shapes words in the fonts of a book.

    Args:
        chain: the fonts.
        language: code of the words.
        vertical: columns from top to bottom instead of lines.
    """

    def __init__(self, chain: Chain, language: str = "en", vertical: bool = False) -> None:
        self.chain, self.language, self.vertical = chain, language, vertical
        self._lines: dict[tuple[str, bool], Line] = {}

    def line(self, text: str, rtl: bool = False) -> Line:
        """Shapes a whole line; `rtl` is its paragraph's direction."""
        key = text, rtl
        if key not in self._lines:
            self._lines[key] = self._column(text) if self.vertical else self._row(text, rtl)
        return self._lines[key]

    def _row(self, text: str, rtl: bool) -> Line:
        x, pieces, boxes = 0.0, [], []
        for part, level in _visual(text, rtl):
            fonts = _by_font(part, self.chain)
            for font, piece in reversed(fonts) if level % 2 else fonts:
                shaped = font.shape(piece, "rtl" if level % 2 else "ltr", self.language, FEATURES)
                pieces.append(Piece(font, piece, _moved(shaped, x, 0.0)))
                boxes.append(_shifted(shaped, x, 0.0))
                x += shaped.advance
        return Line(text, tuple(pieces), x, union([box for box in boxes if box[2] > box[0]]))

    def _column(self, text: str) -> Line:
        y, pieces, boxes = 0.0, [], []
        for part, way in _orientations(text):
            for font, piece in _by_font(part, self.chain):
                if way == "upright":
                    shaped = font.shape(piece, "ttb", self.language, {**FEATURES, "vert": True})
                    made, box = Piece(font, piece, _moved(shaped, 0.0, y)), _shifted(shaped, 0.0, y)
                    length = shaped.advance
                elif way == "beside":  # two figures or marks side by side in one square
                    shaped = font.shape(piece, "ltr", self.language, FEATURES)
                    left, base = -shaped.advance / 2, y + 0.5 + font.cap_height / 2
                    made, box = Piece(font, piece, _moved(shaped, left, base)), _shifted(shaped, left, base)
                    length = 1.0
                else:
                    shaped = font.shape(piece, "ltr", self.language, FEATURES)
                    made, box = _turned(font, piece, shaped, y)
                    length = shaped.advance
                pieces.append(made)
                boxes.append(box)
                y += length
        return Line(text, tuple(pieces), y, union([box for box in boxes if box[2] > box[0]]))


def _moved(shaped: Shaped, dx: float, dy: float) -> tuple[Placed, ...]:
    return tuple(replace(glyph, x=glyph.x + dx, y=glyph.y + dy) for glyph in shaped.glyphs)


def _shifted(shaped: Shaped, dx: float, dy: float) -> Ink:
    left, top, right, bottom = shaped.ink
    return left + dx, top + dy, right + dx, bottom + dy


def _turned(font: Font, text: str, shaped: Shaped, y: float) -> tuple[Piece, Ink]:
    """A line turned clockwise into a column: (x, y) becomes (-y, x), its capitals centred on the column."""
    middle = -font.cap_height / 2
    glyphs = tuple(Placed(g.id, middle - g.y, y + g.x, g.cluster) for g in shaped.glyphs)
    left, top, right, bottom = shaped.ink
    return Piece(font, text, glyphs, 90.0), (middle - bottom, y + left, middle - top, y + right)


def _visual(text: str, rtl: bool) -> list[tuple[str, int]]:
    """The runs of a line from left to right, each in logical order with its embedding level (UAX #9)."""
    plain = not any(unicodedata.bidirectional(c) in ("R", "AL", "AN", "RLE", "RLO", "RLI") for c in text)
    if plain and not rtl:
        return [(text, 0)] if text else []
    storage = bidi.get_empty_storage()
    storage["base_level"], storage["base_dir"] = int(rtl), "LR"[rtl]
    bidi.get_embedding_levels(text, storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    runs: list[tuple[str, int]] = []
    for char in storage["chars"]:
        if runs and runs[-1][1] == char["level"]:
            runs[-1] = runs[-1][0] + char["ch"], char["level"]
        else:
            runs.append((char["ch"], char["level"]))
    for level in range(max((level for _, level in runs), default=0), 0, -1):  # rule L2, on whole runs
        k = 0
        while k < len(runs):
            end = k
            while end < len(runs) and runs[end][1] >= level:
                end += 1
            runs[k:end] = runs[k:end][::-1]
            k = max(end, k + 1)
    return runs


def _by_font(text: str, chain: Chain) -> list[tuple[Font, str]]:
    """A run cut where its font changes; blanks, marks and punctuation stay with the letter before them."""
    found: list[tuple[Font, str]] = []
    for c in text:
        kind = unicodedata.category(c)[0]
        stays = bool(found) and (kind in "ZC" or (kind in "MP" and found[-1][0].has(c)))
        font = found[-1][0] if stays else chain.font_for(c)
        if found and found[-1][0] is font:
            found[-1] = font, found[-1][1] + c
        else:
            found.append((font, c))
    return found


def _orientations(text: str) -> list[tuple[str, str]]:
    """Parts of a column with their way: "upright", "sideways", or "beside"."""
    parts: list[tuple[str, str]] = []
    k = 0
    while k < len(text):
        both = _UPRIGHT.match(text, k)
        alone = k == 0 or text[k - 1] not in "0123456789!?"
        if both and alone:
            parts.append((both.group(), "beside"))
            k = both.end()
            continue
        wide = unicodedata.east_asian_width(text[k]) in "WF" or text[k] in "…‥—―“”"
        single = text[k] in "0123456789!?" and alone and (k + 1 == len(text) or text[k + 1] not in "0123456789!?")
        way = "upright" if wide else "beside" if single else "sideways"
        if parts and parts[-1][1] == way and way != "beside":
            parts[-1] = parts[-1][0] + text[k], way
        else:
            parts.append((text[k], way))
        k += 1
    return parts
