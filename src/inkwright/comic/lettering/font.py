"""One font file: which characters it has, what its glyphs look like, how it shapes words.

Lengths are in ems: 1 is the size of the letters. y points down, as on a page.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import uharfbuzz as hb

from inkwright.lettering import Command, Path

Ink = tuple[float, float, float, float]
"""(left, top, right, bottom) of what is drawn."""


@dataclass(frozen=True)
class Placed:
    """A shaped glyph: its number, its origin, and the first character that it stands for."""

    id: int
    x: float
    y: float
    cluster: int


@dataclass(frozen=True)
class Shaped:
    """A piece of text in one font.

    Attributes:
        glyphs: in drawing order.
        advance: where the next piece begins: to the right, or downward where it is vertical.
        ink: box of what is drawn, as (left, top, right, bottom) from the origin.
    """

    glyphs: tuple[Placed, ...]
    advance: float
    ink: Ink


class UnusableFontError(Exception):
    """Not a font with outlines."""


class Font:
    """A font file.

    Args:
        data: the file's bytes.
        file: its name, as `FontUsed.file`.
        index: face in a collection.

    Raises:
        UnusableFontError: not a font with outlines.
    """

    def __init__(self, data: bytes, file: str, index: int = 0) -> None:
        if data[:4] not in (b"\0\1\0\0", b"OTTO", b"true", b"ttcf"):
            raise UnusableFontError(file)
        face = hb.Face(hb.Blob(data), index)
        tables = set(face.table_tags)
        if not tables & {"glyf", "CFF ", "CFF2"} or "cmap" not in tables or face.upem == 0:
            raise UnusableFontError(file)
        self.data, self.file, self.index = data, file, index
        self.font = hb.Font(face)
        self.upem = face.upem
        self.family = _name(face, 16) or _name(face, 1) or file.rsplit("/", 1)[-1]
        self.style = _name(face, 17) or _name(face, 2)
        self.licence = " ".join((_name(face, 13) or _name(face, 14)).split())
        self.has_vertical = "vmtx" in tables
        self._has: dict[str, bool] = {}
        self._ink: dict[int, Ink | None] = {}
        self._paths: dict[int, Path] = {}
        top, bottom = self._capital()
        self.cap_height = max(0.3, bottom - top)
        """Height of a capital letter."""

    def _capital(self) -> tuple[float, float]:
        for c in "HE国あ":
            glyph = self.font.get_nominal_glyph(ord(c))
            box = self.ink(glyph) if glyph else None
            if box:
                return box[1], min(0.0, box[3]) if c in "HE" else box[3]
        return -0.7, 0.0

    def has(self, c: str) -> bool:
        """Whether the font draws a character; blanks draw nothing in any font."""
        if unicodedata.category(c)[0] in "ZC":
            return True
        if c not in self._has:
            glyph = self.font.get_nominal_glyph(ord(c))
            found = bool(glyph) and (self.ink(glyph) is not None or unicodedata.category(c)[0] == "M")
            if not found:  # the shaper puts a letter and its mark together where the font has both
                parts = unicodedata.normalize("NFD", c)
                found = len(parts) > 1 and all(self.font.get_nominal_glyph(ord(part)) for part in parts)
            self._has[c] = found
        return self._has[c]

    def ink(self, glyph: int) -> Ink | None:
        """Box of a glyph's outline; None where it has none."""
        if glyph not in self._ink:
            box = self.font.get_glyph_extents(glyph)
            empty = box is None or (box.width == 0 and box.height == 0)
            self._ink[glyph] = (
                None
                if empty
                else (
                    box.x_bearing / self.upem,
                    -box.y_bearing / self.upem,
                    (box.x_bearing + box.width) / self.upem,
                    -(box.y_bearing + box.height) / self.upem,
                )
            )
        return self._ink[glyph]

    def outline(self, glyph: int) -> Path:
        """A glyph's outline in ems, y downward."""
        if glyph not in self._paths:
            pen = _Pen(self.upem)
            self.font.draw_glyph(glyph, _draw_funcs(), pen)
            self._paths[glyph] = pen.path
        return self._paths[glyph]

    def shape(self, text: str, direction: str, language: str, features: dict[str, bool]) -> Shaped:
        """Shapes a piece of text.

        Args:
            text: characters that go in one direction.
            direction: "ltr", "rtl" or "ttb" (upright glyphs, downward; x is the column's middle).
            language: code, such as "tr": some fonts draw letters differently by language.
            features: OpenType features to switch on or off.
        """
        if direction == "ttb" and not self.has_vertical:
            return self._stacked(text, language, features)
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction = direction
        buffer.guess_segment_properties()
        buffer.language = language
        hb.shape(self.font, buffer, features)
        x = y = 0.0
        glyphs, boxes = [], []
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            gx, gy = (x + at.x_offset) / self.upem, (y - at.y_offset) / self.upem
            glyphs.append(Placed(info.codepoint, gx, gy, info.cluster))
            box = self.ink(info.codepoint)
            if box:
                boxes.append((gx + box[0], gy + box[1], gx + box[2], gy + box[3]))
            x, y = x + at.x_advance, y - at.y_advance
        advance = (y if direction == "ttb" else x) / self.upem
        return Shaped(tuple(glyphs), advance, union(boxes))

    def _stacked(self, text: str, language: str, features: dict[str, bool]) -> Shaped:
        """Upright glyphs one em below each other, for a font that says nothing of vertical writing."""
        flat = self.shape(text, "ltr", language, {**features, "vert": True, "kern": False})
        glyphs, boxes = [], []
        for k, glyph in enumerate(flat.glyphs):
            width = self.font.get_glyph_h_advance(glyph.id) / self.upem
            placed = Placed(glyph.id, -width / 2, k + 0.87, glyph.cluster)
            glyphs.append(placed)
            box = self.ink(glyph.id)
            if box:
                boxes.append((placed.x + box[0], placed.y + box[1], placed.x + box[2], placed.y + box[3]))
        return Shaped(tuple(glyphs), float(len(glyphs)), union(boxes))


def union(boxes: list[Ink]) -> Ink:
    """The box around boxes; empty ones give (0, 0, 0, 0)."""
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _name(face: Any, number: int) -> str:
    for entry in face.list_names():
        if int(entry.name_id) == number:
            return str(face.get_name(entry.name_id, entry.language) or "")
    return ""


class _Pen:
    def __init__(self, upem: int) -> None:
        self.upem = upem
        self.path: list[Command] = []
        self.at = (0.0, 0.0)

    def scaled(self, *values: float) -> list[float]:
        return [(v if k % 2 == 0 else -v) / self.upem for k, v in enumerate(values)]


@lru_cache(maxsize=1)
def _draw_funcs() -> Any:
    def move(x: float, y: float, pen: _Pen) -> None:
        a, b = pen.scaled(x, y)
        pen.path.append(("M", a, b))
        pen.at = (x, y)

    def line(x: float, y: float, pen: _Pen) -> None:
        a, b = pen.scaled(x, y)
        pen.path.append(("L", a, b))
        pen.at = (x, y)

    def cubic(x1: float, y1: float, x2: float, y2: float, x: float, y: float, pen: _Pen) -> None:
        a, b, c, d, e, f = pen.scaled(x1, y1, x2, y2, x, y)
        pen.path.append(("C", a, b, c, d, e, f))
        pen.at = (x, y)

    def quadratic(cx: float, cy: float, x: float, y: float, pen: _Pen) -> None:
        x0, y0 = pen.at
        cubic(x0 + (cx - x0) * 2 / 3, y0 + (cy - y0) * 2 / 3, x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, x, y, pen)

    def close(pen: _Pen) -> None:
        pen.path.append(("Z",))

    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(move)
    funcs.set_line_to_func(line)
    funcs.set_cubic_to_func(cubic)
    funcs.set_quadratic_to_func(quadratic)
    funcs.set_close_path_func(close)
    return funcs
