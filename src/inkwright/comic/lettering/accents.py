"""Completes a font: accented letters that it lacks are put together from its own letters and marks.

Many comic fonts end with Western Europe. A letter such as č is the font's own c, its own caron where it has one, else
one drawn in its line weight, set where the font sets its own accents. The result is another font file under another
name, as open licences with reserved names ask for.
"""

import io
import unicodedata
from dataclasses import dataclass
from typing import Any

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables._g_l_y_f import Glyph

from inkwright.comic.lettering.marks import MARKS, heart, note, rings, star

STANDALONE = {
    0x300: "`", 0x301: "´", 0x302: "ˆ", 0x303: "˜", 0x304: "¯", 0x306: "˘", 0x307: "˙", 0x308: "¨", 0x30A: "˚",
    0x30B: "˝", 0x30C: "ˇ", 0x327: "¸", 0x328: "˛",
}  # fmt: skip
"""Combining mark → the letter of its own that most fonts have."""
BELOW = {0x323, 0x326, 0x327, 0x328}
BARRED = {"đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ł": "l", "Ł": "L"}
BESIDE = set("ďľťĽ")
"""Letters whose caron is written as an apostrophe beside them."""
EUROPE = (
    "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
    "ǍǎǏǐǑǒǓǔȘșȚțȲȳẀẁẂẃẄẅỲỳ"
)
VIETNAM = "ƠơƯư" + "".join(chr(c) for c in range(0x1EA0, 0x1EFA))
SIGNS = "♥★♪"
ALL = EUROPE + VIETNAM + SIGNS


class NotTrueTypeError(Exception):
    """The font's outlines are not of the kind that can be added to."""


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def complete(data: bytes, wanted: str, family: str) -> tuple[bytes, str]:
    """A font with more letters.

    Args:
        data: a TrueType font file.
        wanted: the characters that it shall have; those it has stay as they are.
        family: name of the new font.

    Returns:
        The new file, and the characters that were added; the same arguments give the same bytes.

    Raises:
        NotTrueTypeError: its outlines are PostScript's, or it is no font that can be read.
    """
    try:
        font = TTFont(io.BytesIO(data), recalcTimestamp=False)
        if "glyf" not in font or "fvar" in font:
            raise NotTrueTypeError
        font.get("GPOS")  # read now: its glyph numbers are those of the old order
        builder = _Builder(font)
    except (TTLibError, KeyError, AssertionError, OSError):
        raise NotTrueTypeError from None
    added = "".join(c for c in dict.fromkeys(wanted) if builder.add(c))
    builder.kern_alike()
    _rename(font, family)
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue(), added


def _rename(font: Any, family: str) -> None:
    plain = family.replace(" ", "")
    for record in font["name"].names:
        named = {1: family, 3: f"{plain}-Regular", 4: family, 6: f"{plain}-Regular", 16: family}.get(record.nameID)
        if named:
            record.string = named


class _Builder:
    def __init__(self, font: Any) -> None:
        self.font, self.glyf, self.hmtx = font, font["glyf"], font["hmtx"]
        self.cmap: dict[int, str] = font.getBestCmap() or {}
        if not {ord(c) for c in "aeioAEIOlI"} <= self.cmap.keys():
            raise NotTrueTypeError
        self.base_of: dict[str, str] = {}
        stem = self._box(self.cmap[ord("I")])
        self.width = 0.86 * (stem.right - stem.left)
        if self.width > 0.25 * font["head"].unitsPerEm:  # an I with serifs
            dot = self._box(self.cmap.get(ord("."), self.cmap[ord("l")]))
            self.width = 0.8 * (dot.right - dot.left)

    def add(self, c: str) -> bool:
        if ord(c) in self.cmap:
            return False
        if c in SIGNS:
            return self._sign(c)
        if c in BARRED and ord(BARRED[c]) in self.cmap:
            return self._barred(c, BARRED[c])
        parts = unicodedata.normalize("NFD", c)
        if len(parts) < 2 or any(ord(mark) not in MARKS for mark in parts[1:]):
            return False
        whole = unicodedata.normalize("NFC", parts[:-1])
        if len(whole) != 1 or (ord(whole) not in self.cmap and not self.add(whole)):
            return False
        return self._accented(c, whole, ord(parts[-1]))

    def _box(self, name: str) -> _Box:
        glyph = self.glyf[name]
        glyph.recalcBounds(self.glyf)
        return _Box(*(float(getattr(glyph, k, 0)) for k in ("xMin", "yMin", "xMax", "yMax")))

    def _put(self, name: str, glyph: Glyph, advance: int, code: int | None) -> None:
        self.font.setGlyphOrder([*self.font.getGlyphOrder(), name])
        self.glyf.glyphs[name] = glyph
        self.glyf.glyphOrder = self.font.getGlyphOrder()
        glyph.recalcBounds(self.glyf)
        self.hmtx.metrics[name] = (advance, int(getattr(glyph, "xMin", 0)))
        if code is not None:
            for table in self.font["cmap"].tables:
                if table.isUnicode() and (code < 0x10000 or table.format == 12):
                    table.cmap[code] = name
            self.cmap[code] = name

    def _mark(self, mark: int) -> tuple[str, float]:
        """The glyph of a mark, and the height at which it hangs on a letter: its lowest, or highest, point."""
        for c in (mark, ord(STANDALONE.get(mark, "\0"))):
            if c in self.cmap:
                box = self._box(self.cmap[c])
                return self.cmap[c], box.top if mark in BELOW else box.bottom
        name = f"uni{mark:04X}.drawn"
        if name not in self.glyf.glyphs:
            pen = TTGlyphPen(None)
            for ring in rings(MARKS[mark](self.width)):
                pen.moveTo(ring[0])
                for point in ring[1:]:
                    pen.lineTo(point)
                pen.closePath()
            self._put(name, pen.glyph(), 0, None)
        box = self._box(name)
        return name, box.top if mark in BELOW else box.bottom

    def _gap(self, upper: bool) -> float:
        """Air between a letter and the accent above it, as this font has it in é or É."""
        for accented, plain, mark in (("ÉE´", "éo´")[not upper], ("ÓO´", "áa´")[not upper]):
            if all(ord(c) in self.cmap for c in (accented, plain, mark)):
                tall, low, sign = (self._box(self.cmap[ord(c)]) for c in (accented, plain, mark))
                gap = tall.top - low.top - (sign.top - sign.bottom)
                if 0 <= gap < self.width:
                    return gap
        return 0.3 * self.width

    def _accented(self, c: str, base: str, mark: int) -> bool:
        letter = self.cmap[ord(base)]
        if base in "ij" and mark not in BELOW:
            dotless = {"i": 0x131, "j": 0x237}[base]
            if dotless not in self.cmap:
                return False
            letter = self.cmap[dotless]
        box = self._box(letter)
        advance = int(self.hmtx.metrics[letter][0])
        sign = 0x315 if c in BESIDE else mark
        name, hang = self._mark(sign)
        own = self._box(name)
        if c in BESIDE:
            dx = box.right + 0.16 * self.width - own.left
            dy = max(box.top, self._box(self.cmap[ord("I")]).top) - own.top
            if c == "Ľ":
                dx = min(dx, box.right - 0.9 * self.width - own.left)
            advance = max(advance, round(dx + own.right + 0.15 * self.width))
        elif mark == 0x31B:
            dx, dy = box.right - own.middle - 0.1 * self.width, box.top - own.middle - 0.4 * self.width
            advance = max(advance, round(dx + own.right))
        elif mark in (0x327, 0x328):
            dx = (box.right - 0.3 * (box.right - box.left) if mark == 0x328 else box.middle) - own.middle
            dy = min(0.0, box.bottom) + 0.45 * self.width - hang
        elif mark in BELOW:
            dx, dy = box.middle - own.middle, min(0.0, box.bottom) - 0.28 * self.width - hang
        else:
            stacked = len(unicodedata.normalize("NFD", base)) > 1
            gap = self._gap(base.isupper()) * (0.7 if stacked else 1.0)
            dx, dy = box.middle - own.middle, box.top + gap - hang
        pen = TTGlyphPen(self.glyf)
        pen.addComponent(letter, (1, 0, 0, 1, 0, 0))
        pen.addComponent(name, (1, 0, 0, 1, round(dx), round(dy)))
        glyph = pen.glyph()
        self._put(f"uni{ord(c):04X}", glyph, advance, ord(c))
        self.base_of[f"uni{ord(c):04X}"] = self.cmap[ord(base)]
        return True

    def _barred(self, c: str, base: str) -> bool:
        letter, w = self.cmap[ord(base)], self.width
        box, stem = self._box(letter), self._box(self.cmap[ord("l")])
        thick = stem.right - stem.left if stem.right - stem.left < 1.6 * w else w
        pen = TTGlyphPen(self.glyf)
        pen.addComponent(letter, (1, 0, 0, 1, 0, 0))
        if c in "łŁ":
            middle = box.left + thick / 2
            ends = [(middle - 0.95 * w, 0.36 * box.top), (middle + 0.95 * w, 0.36 * box.top + 1.15 * w)]
        elif c == "đ":
            right = box.right - thick / 2
            ends = [(right - 1.15 * w, 0.83 * box.top), (right + 0.85 * w, 0.83 * box.top)]
        elif c == "Đ":
            ends = [(box.left - 0.25 * w, 0.5 * box.top), (box.left + 1.6 * w, 0.5 * box.top)]
        else:
            left = box.left + thick / 2
            ends = [(left - 0.85 * w, 0.83 * box.top), (left + 1.15 * w, 0.83 * box.top)]
        self._stroke(f"bar{ord(c):04X}", ends)
        pen.addComponent(f"bar{ord(c):04X}", (1, 0, 0, 1, 0, 0))
        self._put(f"uni{ord(c):04X}", pen.glyph(), int(self.hmtx.metrics[letter][0]), ord(c))
        self.base_of[f"uni{ord(c):04X}"] = letter
        return True

    def _stroke(self, name: str, ends: list[tuple[float, float]]) -> None:
        from shapely.geometry import LineString

        pen = TTGlyphPen(None)
        for ring in rings(LineString(ends).buffer(0.3 * self.width, quad_segs=6)):
            pen.moveTo(ring[0])
            for point in ring[1:]:
                pen.lineTo(point)
            pen.closePath()
        self._put(name, pen.glyph(), 0, None)

    def _sign(self, c: str) -> bool:
        height = self._box(self.cmap[ord("I")]).top
        shape = {"♥": heart(height), "★": star(height), "♪": note(height, self.width)}[c]
        left, _, right, _ = shape.bounds
        pen = TTGlyphPen(None)
        side = 0.08 * height
        for ring in rings(shape):
            moved = [(round(x - left + side), y) for x, y in ring]
            pen.moveTo(moved[0])
            for point in moved[1:]:
                pen.lineTo(point)
            pen.closePath()
        self._put(f"uni{ord(c):04X}", pen.glyph(), round(right - left + 2 * side), ord(c))
        return True

    def kern_alike(self) -> None:
        """A new letter is kerned as the plain one that it is made of."""
        if "GPOS" not in self.font or not self.base_of:
            return
        order = {name: k for k, name in enumerate(self.font.getGlyphOrder())}
        for lookup in self.font["GPOS"].table.LookupList.Lookup:
            for table in lookup.SubTable:
                table = getattr(table, "ExtSubTable", table)
                if type(table).__name__ == "PairPos":
                    _kern(table, self.base_of, order)


def _kern(table: Any, base_of: dict[str, str], order: dict[str, int]) -> None:
    covered = table.Coverage.glyphs
    alike = {new: base for new, base in base_of.items() if base in covered}
    if table.Format == 2:
        for classes, names in ((table.ClassDef1.classDefs, alike), (table.ClassDef2.classDefs, base_of)):
            classes.update({new: classes[base] for new, base in names.items() if base in classes})
        table.Coverage.glyphs = sorted([*covered, *alike], key=order.__getitem__)
        return
    sets = dict(zip(covered, table.PairSet, strict=True))
    sets.update({new: sets[base] for new, base in alike.items()})
    table.Coverage.glyphs = sorted(sets, key=order.__getitem__)
    table.PairSet = [sets[name] for name in table.Coverage.glyphs]
