"""Letters: the font, the width of words, and lines that follow a balloon's outline.

A size is the font's em in page pixels. A balloon's outline is the superellipse |x / a|^p + |y / b|^p = 1 with half
width a and half height b; p = 2 is an ellipse, a large p nearly a box. Words are never cut.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from font_fredoka_one import FredokaOne
from PIL import ImageFont

from inkwright.errors import ConfigError

LINE = 1.14
"""Distance of two baselines, in sizes."""
_REFERENCE = 200
"""Words are measured once at this size and scaled: at reading sizes hinting would round every advance."""
_SLACK = 1.02
_NO_CHARACTER = "\uffff"
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef][、。，．！？」』）]*)")


@dataclass(frozen=True)
class Form:
    """Words broken into lines, and the smallest outline around them.

    Attributes:
        lines: top to bottom.
        size: of the font, in page pixels.
        half_width: a of the outline, in page pixels.
        half_height: b of the outline, in page pixels.
        penalty: how much less it is liked than the other forms of the same words; 0 the best.
    """

    lines: tuple[str, ...]
    size: float
    half_width: float
    half_height: float
    penalty: float = 0.0


class Letters:
    """A font for lettering.

    Args:
        path: a TTF or OTF file; None: Fredoka, which comes along.

    Raises:
        ConfigError: the file is missing or not a font.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = Path(FredokaOne) if path is None else path
        if not self.path.is_file():
            raise ConfigError(
                f"The font {self.path} does not exist.",
                "Check publish.font in inkwright.toml, or leave it empty for the included font.",
            )
        try:
            self._reference = ImageFont.truetype(str(self.path), _REFERENCE)
            self._plain = ImageFont.truetype(str(self.path), 48, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            raise ConfigError(
                f"The font {self.path} cannot be read as a TTF or OTF font.",
                "Give another file as publish.font, or leave it empty for the included font.",
            ) from None
        self._widths: dict[str, float] = {}
        self._known: dict[str, bool] = {}
        _, top, _, bottom = self._reference.getbbox("H", anchor="ls")
        self.cap_height = (bottom - top) / _REFERENCE or 0.7
        """Height of a capital letter, in sizes."""

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """The font at a size in pixels."""
        return self._reference.font_variant(size=max(1.0, size))

    def width(self, text: str, size: float) -> float:
        """Width of a line in pixels, a hair too wide rather than too narrow."""
        if text not in self._widths:
            self._widths[text] = self._reference.getlength(text) / _REFERENCE * _SLACK
        return self._widths[text] * size

    def missing(self, text: str) -> str:
        """The characters of `text` that the font cannot draw, each once, in order."""
        return "".join(c for c in dict.fromkeys(unicodedata.normalize("NFC", text)) if not self._has(c))

    def drawable(self, text: str) -> str:
        """`text` with accents dropped where the font lacks the accented letter but has the plain one."""
        return "".join(self._nearest(c) for c in unicodedata.normalize("NFC", text))

    def _nearest(self, c: str) -> str:
        if self._has(c):
            return c
        plain = "".join(d for d in unicodedata.normalize("NFKD", c) if not unicodedata.combining(d))
        return plain if plain and all(self._has(d) for d in plain) else c

    def _has(self, c: str) -> bool:
        if unicodedata.category(c)[0] in "ZC":
            return True  # blanks and controls draw nothing in any font
        if c not in self._known:
            self._known[c] = self._shape(c) != self._shape(_NO_CHARACTER)
        return self._known[c]

    def _shape(self, c: str) -> tuple[tuple[int, int], bytes]:
        mask = self._plain.getmask(c)
        return mask.size, bytes(mask)


@dataclass(frozen=True)
class _Unit:
    """A piece that is never cut, with what stands between it and the one before: a blank, nothing, or a new line."""

    text: str
    glue: str


def _units(words: str) -> list[_Unit]:
    units: list[_Unit] = []
    for paragraph in words.splitlines():
        first = len(units)
        for word in paragraph.split():
            parts = [part for part in _UNSPACED.split(word) if part]
            units += [_Unit(part, " " if i == 0 else "") for i, part in enumerate(parts)]
        if first and len(units) > first:
            units[first] = _Unit(units[first].text, "\n")
    return units


def half_width_at(y: float, a: float, b: float, p: float) -> float:
    """Half the width of the superellipse (a, b, p) at height y from its middle; 0 outside of it."""
    t = abs(y) / b
    return a * float((1 - t**p) ** (1 / p)) if t < 1 else 0.0


def break_lines(letters: Letters, words: str, size: float, widths: list[float]) -> tuple[str, ...] | None:
    """Fills lines of the given widths (pixels) from the top.

    Returns:
        As many lines as there are widths, or None where the words do not fit or leave a line empty.
    """
    lines: list[str] = []
    for unit in _units(words):
        longer = f"{lines[-1]}{unit.glue}{unit.text}" if lines else unit.text
        if lines and unit.glue != "\n" and letters.width(longer, size) <= widths[len(lines) - 1]:
            lines[-1] = longer
        elif len(lines) < len(widths) and letters.width(unit.text, size) <= widths[len(lines)]:
            lines.append(unit.text)
        else:
            return None
    return tuple(lines) if len(lines) == len(widths) else None


def _line_widths(letters: Letters, size: float, n: int, a: float, b: float, p: float, pad: float) -> list[float]:
    """The room of n lines around the middle of an outline: the narrower of a line's upper and lower edge, less pads."""
    half_letter = letters.cap_height * size / 2
    middles = [(i - (n - 1) / 2) * LINE * size for i in range(n)]
    return [2 * (half_width_at(abs(y) + half_letter, a, b, p) - pad) for y in middles]


def fit_box(
    letters: Letters, words: str, size: float, a: float, b: float, p: float, pad: float
) -> tuple[str, ...] | None:
    """Lines of `words` inside a given outline, as few as possible; None where they do not fit at this size.

    Args:
        letters: the font.
        words: what is said.
        size: of the font, in pixels.
        a: half width of the outline, in pixels.
        b: half height of the outline, in pixels.
        p: exponent of the outline.
        pad: free room between outline and letters, in pixels.
    """
    for n in range(1, max(1, int((2 * b - pad) / (LINE * size))) + 1):
        if (n - 1) * LINE * size + letters.cap_height * size > 2 * (b - pad / 2):
            break
        lines = break_lines(letters, words, size, _line_widths(letters, size, n, a, b, p, pad))
        if lines:
            return lines
    return None


def forms(
    letters: Letters, words: str, size: float, p: float, pad: float, room: tuple[float, float], ratio: float = 1.8
) -> list[Form]:
    """The snug outlines around `words`, from few long lines to many short ones, the best shaped first.

    Args:
        letters: the font.
        words: what is said.
        size: of the font, in pixels.
        p: exponent of the outline.
        pad: free room between outline and letters, in pixels.
        room: the largest width and height that the outline may have, in pixels.
        ratio: of width to height that is liked best.

    Returns:
        Forms with different numbers of lines; none where the words do not fit into `room` at this size.
    """
    made: list[Form] = []
    whole = letters.width(" ".join(words.split()), size)
    if whole * size * letters.cap_height > room[0] * room[1]:
        return []
    for n in range(max(1, int(whole / room[0])), len(_units(words)) + 1):
        if made and min(form.half_width / form.half_height for form in made) < ratio / 4:
            break  # only towers would follow
        block = ((n - 1) * LINE + letters.cap_height) * size
        if block > room[1]:
            break
        best: Form | None = None
        for fill in (0.64, 0.72, 0.8, 0.88) if p < 8 else (1.0,):
            b = max(block / 2 / fill + 0.35 * pad, block / 2 + 0.8 * pad)
            form = _snug(letters, words, size, n, b, p, pad, room)
            if form and (best is None or form.half_width * form.half_height < best.half_width * best.half_height):
                best = form
        if best:
            made.append(replace(best, penalty=_unlike(best.half_width / best.half_height, ratio)))
    return sorted(made, key=lambda form: form.penalty)[:5]


def _snug(
    letters: Letters, words: str, size: float, n: int, b: float, p: float, pad: float, room: tuple[float, float]
) -> Form | None:
    """The narrowest outline of half height b that holds the words in n lines; even lines come by themselves."""
    if 2 * b > room[1]:
        return None
    low, high = 0.0, room[0] / 2
    lines = break_lines(letters, words, size, _line_widths(letters, size, n, high, b, p, pad))
    if lines is None:  # too many lines for these words in so wide an outline, or too few
        reach = letters.width(" ".join(words.split()), size) / n
        for share in (1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0):
            wide = min(high, reach * share / 2 + pad)
            lines = break_lines(letters, words, size, _line_widths(letters, size, n, wide, b, p, pad))
            if lines:
                high = wide
                break
        else:
            return None
    while high - low > 0.5:
        middle = (low + high) / 2
        found = break_lines(letters, words, size, _line_widths(letters, size, n, middle, b, p, pad))
        if found:
            lines, high = found, middle
        else:
            low = middle
    return Form(lines, size, high, b)


def _unlike(ratio: float, liked: float) -> float:
    """Wide balloons are nearly as good as well-proportioned ones, towers are for narrow places only."""
    wide = max(0.0, ratio / liked - 1)
    return 0.12 * wide + 0.15 * wide**2 if ratio > liked else 0.5 * (liked / ratio - 1)
