"""A finished book as the exporters see it: plain data, with the paths of its pictures."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inkwright.lettering import FontUsed, PageLettering

Box = tuple[int, int, int, int]
Point = tuple[float, float]
LONGEST_LICENCE = 240
"""Characters of a licence that are quoted."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Line:
    """The words of one balloon, for readers who hear them.

    Attributes:
        words: unbroken.
        kind: speech, thought, whisper, shout, caption or sound.
        speaker: who says it; may be empty.
        box: (x, y, width, height) of the balloon in page pixels; None: not known.
    """

    words: str
    kind: str = "speech"
    speaker: str = ""
    box: tuple[float, float, float, float] | None = None

    @property
    def said(self) -> str:
        """The words as a transcript has them, behind their speaker."""
        return f"{self.speaker}: {self.words}" if self.speaker else self.words


@dataclass(frozen=True)
class EditionPanel:
    """A panel.

    Attributes:
        id: of the panel.
        box: (x, y, width, height) in page pixels.
        polygon: its corners in page pixels; empty: those of the box.
        alt: what it shows, for readers who cannot see it; may be empty.
        lines: language → its balloons in reading order.
    """

    id: str
    box: Box
    polygon: tuple[Point, ...] = ()
    alt: str = ""
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)

    @property
    def corners(self) -> tuple[Point, ...]:
        """The outline: of the polygon, or else of the box."""
        x, y, w, h = self.box
        return self.polygon or ((x, y), (x + w, y), (x + w, y + h), (x, y + h))

    def spoken(self, language: str) -> str:
        """What it shows and what is said in it, as one text."""
        said = [_sentence(line.said) for line in self.lines.get(language, ()) if line.words.strip()]
        return " ".join([*([_sentence(self.alt)] if self.alt.strip() else []), *said])


@dataclass(frozen=True)
class EditionPage:
    """A page.

    Attributes:
        art: its picture without lettering.
        lettered: its picture with the lettering of the edition's language.
        panels: in reading order.
        lettering: language → the lettering as vectors; without it exporters use `lettered`.
        drawing: the author's page; None: not at hand.
        ink: the drawing's ink lines, a picture with transparency of the page's size; None: not at hand.
        kind: cover, story, title, credits, letters, advertisement, back-cover or other.
        bookmark: what a table of contents calls it; empty: it is not listed.
    """

    art: Path
    lettered: Path
    panels: tuple[EditionPanel, ...] = ()
    lettering: Mapping[str, PageLettering] = field(default_factory=dict)
    drawing: Path | None = None
    ink: Path | None = None
    kind: str = "story"
    bookmark: str = ""

    def spoken(self, language: str) -> str:
        """What its panels show and say, as one text."""
        return " ".join(text for panel in self.panels if (text := panel.spoken(language)))


@dataclass(frozen=True)
class PrintMarks:
    """What a printer asks for.

    Attributes:
        bleed_mm: by how much the art goes on beyond the trimmed page, in millimetres.
        crop_marks: whether marks say where to cut.
        min_dpi: resolution below which the preflight list warns.
    """

    bleed_mm: float = 0.0
    crop_marks: bool = False
    min_dpi: float = 300.0


@dataclass(frozen=True)
class Strip:
    """How a webtoon strip is cut: `width` and `height` (at most) of its files in pixels, `suffix` .jpg or .png."""

    width: int = 800
    height: int = 1280
    suffix: str = ".jpg"


@dataclass(frozen=True)
class Edition:
    """A finished book.

    Attributes:
        title: of the book.
        author: who drew it; may be empty.
        language: code, such as "en" or "pt-BR".
        direction: "ltr", "rtl" where one reads from right to left, or "strip" for one long strip.
        pages: in order; the first one is the cover, where none says that it is.
        quality: of the JPEG files, 1 to 99; 100 keeps lossless PNG.
        dpi: dots per inch of a page.
        notes: how the book was made.
        series: what it is a part of; empty: it stands alone.
        number: its number there; may be empty.
        publisher: may be empty.
        summary: may be empty.
        genres: may be empty.
        date: of publication, "2026", "2026-11" or "2026-11-23"; may be empty.
        rights: copyright or licence, one sentence; may be empty.
        isbn: may be empty.
        age_rating: one of AGE_RATINGS.
        fonts: `FontUsed.file` → the font file's bytes.
        marks: for print.
        strip: for webtoons.
    """

    title: str
    author: str
    language: str
    direction: str
    pages: list[EditionPage]
    quality: int = 92
    dpi: float = 150.0
    notes: str = ""
    series: str = ""
    number: str = ""
    publisher: str = ""
    summary: str = ""
    genres: tuple[str, ...] = ()
    date: str = ""
    rights: str = ""
    isbn: str = ""
    age_rating: str = "unrated"
    fonts: Mapping[str, bytes] = field(default_factory=dict)
    marks: PrintMarks = PrintMarks()
    strip: Strip = Strip()

    @property
    def rtl(self) -> bool:
        """Whether one reads from right to left."""
        return self.direction == "rtl"

    @property
    def languages(self) -> list[str]:
        """The edition's own language, then the others that every page with words has lettering in."""
        there = [set(page.lettering) for page in self.pages if page.lettering]
        others = set.intersection(*there) - {self.language} if there else set()
        return [self.language, *sorted(others)]

    @property
    def cover(self) -> int:
        """Index of the page that is the front cover."""
        return next((i for i, page in enumerate(self.pages) if page.kind == "cover"), 0)

    def panels(self) -> Iterator[EditionPanel]:
        """All panels in reading order."""
        for page in self.pages:
            yield from page.panels

    def fonts_used(self, every_language: bool = False) -> list[FontUsed]:
        """The fonts of the lettering, each once: in the edition's language, or in every one."""
        found = {
            (font.file, font.index): font
            for page in self.pages
            for language, lettering in page.lettering.items()
            if every_language or language == self.language
            for font in lettering.fonts.values()
        }
        return [found[key] for key in sorted(found)]

    def without_alt(self) -> list[str]:
        """The panels that nothing says the content of."""
        return [panel.id for panel in self.panels() if not panel.alt.strip()]

    def described(self, every_language: bool = False) -> str:
        """Notes, rights and the licences of the fonts, as one text for formats without a place for each."""
        texts = (self.notes, self.rights, *self.font_notes(every_language))
        return " ".join(_sentence(text) for text in texts if text.strip())

    def font_notes(self, every_language: bool = False) -> list[str]:
        """One sentence on each font and its licence."""
        return [
            f"Lettered in {font.family}. {shortened(font.licence)}"
            if font.licence.strip()
            else f"Lettered in {font.family}, whose file names no licence."
            for font in self.fonts_used(every_language)
        ]


AGE_RATINGS = {
    "unrated": "Unknown",
    "everyone": "Everyone",
    "teen": "Teen",
    "teen-plus": "Teen Plus",
    "mature": "Mature",
}
"""How a setting names an age → how MetronInfo does."""


def shortened(text: str, longest: int = LONGEST_LICENCE) -> str:
    """A text on one line, cut behind a word where it is long: some fonts carry their whole licence."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest].rpartition(" ")[0] + " …"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…", "。", "！", "？", '"', "”")) else f"{text}."


def clean(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids (control characters, lone surrogates)."""
    return _FORBIDDEN.sub("", text)
