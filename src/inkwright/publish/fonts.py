"""The fonts of the lettering: outlines of glyphs, subsets to embed, and what their licences say."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, TTLibError

from inkwright.errors import PictureError
from inkwright.lettering import Command, FontUsed, Path

RESTRICTED = 0x0002
"""The bit of OS/2.fsType that forbids embedding."""


class Font:
    """One face of a font file.

    Args:
        data: the file's bytes.
        index: face in a collection.
        name: the file's, for messages.

    Raises:
        PictureError: not a font with outlines.
    """

    def __init__(self, data: bytes, index: int = 0, name: str = "The font") -> None:
        try:
            self._font = TTFont(io.BytesIO(data), fontNumber=index, lazy=True, recalcTimestamp=False)
            self.glyphs: Any = self._font.getGlyphSet()
            self.units = int(self._font["head"].unitsPerEm)
            self.count = int(self._font["maxp"].numGlyphs)
        except (TTLibError, KeyError, AssertionError, OSError) as error:
            raise PictureError(f"{name} is not a font with outlines: {error}.", "Choose another font.") from None
        self.data, self.index, self.name = data, index, name
        self.postscript = re.sub(r"[^A-Za-z0-9-]", "", str(self._font["name"].getDebugName(6) or "")) or "Font"

    @property
    def has_cff(self) -> bool:
        """Whether its outlines are those of PostScript fonts (CFF)."""
        return "CFF " in self._font

    @property
    def embeddable(self) -> bool:
        """Whether a PDF may and can carry it: its licence bits allow it, and its outlines are TrueType or CFF."""
        bits = int(self._font["OS/2"].fsType) if "OS/2" in self._font else 0
        return bits & 15 != RESTRICTED and ("glyf" in self._font or self.has_cff)

    def advance(self, glyph: int) -> int:
        """Width of a glyph in font units."""
        return int(self.glyphs[self._name(glyph)].width)

    def outline(self, glyph: int) -> Path:
        """Outline of a glyph in font units, y upward, with cubic curves."""
        pen = _Pen(self.glyphs)
        self.glyphs[self._name(glyph)].draw(pen)
        return pen.path

    def metrics(self) -> dict[str, Any]:
        """What a PDF font descriptor asks for, in thousandths of an em."""
        head, hhea, scale = self._font["head"], self._font["hhea"], 1000 / self.units
        os2 = self._font.get("OS/2", None)
        post = self._font.get("post", None)
        capital = getattr(os2, "sCapHeight", 0) or hhea.ascent * 0.7
        return {
            "bbox": [round(v * scale) for v in (head.xMin, head.yMin, head.xMax, head.yMax)],
            "ascent": round(hhea.ascent * scale),
            "descent": round(hhea.descent * scale),
            "capital": round(capital * scale),
            "angle": float(getattr(post, "italicAngle", 0) or 0),
        }

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """The font file with these glyphs alone, under their own numbers; the same glyphs give the same bytes.

        For a CFF font: its CFF table.
        """
        font = TTFont(io.BytesIO(self.data), fontNumber=self.index, lazy=True, recalcTimestamp=False)
        options = Options(
            retain_gids=True,
            notdef_outline=True,
            hinting=False,
            layout_features=[],
            name_IDs=[1, 2, 4, 6],
            drop_tables=[
                "GSUB",
                "GPOS",
                "GDEF",
                "DSIG",
                "FFTM",
                "fvar",
                "gvar",
                "avar",
                "HVAR",
                "STAT",
                "MVAR",
                "meta",
            ],
        )
        chosen = Subsetter(options)
        chosen.populate(gids=sorted({0, *glyphs}))
        chosen.subset(font)
        if self.has_cff:
            return bytes(font.getTableData("CFF "))
        out = io.BytesIO()
        font.save(out, reorderTables=True)
        return out.getvalue()

    def _name(self, glyph: int) -> str:
        return str(self._font.getGlyphName(glyph if glyph < self.count else 0))


class _Pen(BasePen):  # type: ignore[misc]
    """Collects an outline; quadratic curves become cubic ones."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.path: list[Command] = []

    def _moveTo(self, p: tuple[float, float]) -> None:  # noqa: N802
        self.path.append(("M", float(p[0]), float(p[1])))

    def _lineTo(self, p: tuple[float, float]) -> None:  # noqa: N802
        self.path.append(("L", float(p[0]), float(p[1])))

    def _curveToOne(self, a: Any, b: Any, c: Any) -> None:  # noqa: N802
        x1, y1, x2, y2, x3, y3 = (float(v) for v in (*a, *b, *c))
        self.path.append(("C", x1, y1, x2, y2, x3, y3))

    def _closePath(self) -> None:  # noqa: N802
        self.path.append(("Z",))

    def _endPath(self) -> None:  # noqa: N802
        pass


class Fonts:
    """The fonts of an edition, each opened once.

    Args:
        files: `FontUsed.file` → the file's bytes.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._open: dict[tuple[str, int], Font] = {}

    def __getitem__(self, used: FontUsed) -> Font:
        key = (used.file, used.index)
        if key not in self._open:
            if used.file not in self._files:
                raise PictureError(f"The font {used.file} of the lettering is missing.", "Run: inkwright letter")
            self._open[key] = Font(self._files[used.file], used.index, used.file)
        return self._open[key]
