"""Lettering in PDF: balloons as paths, letters as text in embedded subset fonts, so that it can be found and copied.

Source: ISO 32000-1, 9.7 (composite fonts) and 9.10.3 (ToUnicode). Glyph numbers of the runs are kept: the subset fonts
have the same ones, and the encoding is Identity-H.
"""

import hashlib
import math
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from inkwright.lettering import LetteredBalloon, Path, Run, Shape
from inkwright.publish.fonts import Font, Fonts


def num(value: float) -> str:
    """A number as PDF writes it: no exponent, at most four decimals."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def path_ops(path: Path) -> str:
    """A path's construction operators."""
    words = {"M": "m", "L": "l", "C": "c", "Z": "h"}
    return " ".join(" ".join([*(num(float(v)) for v in step[1:]), words[step[0]]]) for step in path)


def colour(value: str, operator: str) -> str:
    """A colour "#rrggbb" for `rg` (fill) or `RG` (stroke)."""
    return " ".join(num(int(value[i : i + 2], 16) / 255) for i in (1, 3, 5)) + f" {operator}"


def shape_ops(shape: Shape) -> str:
    """A balloon's outline, filled and stroked, in page pixels."""
    stroked = bool(shape.stroke and shape.width)
    if not shape.fill and not stroked:
        return ""
    ops = ["q"]
    if shape.fill:
        ops.append(colour(shape.fill, "rg"))
    if stroked and shape.stroke:
        ops += [colour(shape.stroke, "RG"), f"{num(shape.width)} w 1 j"]
        if shape.dash:
            ops.append(f"1 J [{' '.join(map(num, shape.dash))}] 0 d")
    paint = "B" if shape.fill and stroked else "f" if shape.fill else "S"
    return "\n".join([*ops, path_ops(shape.path), paint, "Q"])


@dataclass
class _Used:
    """A font as far as the pages use it: its glyphs, and glyph → the characters that it stands for."""

    font: Font
    glyphs: set[int] = field(default_factory=set)
    text: dict[int, str] = field(default_factory=dict)

    def width(self, glyph: int) -> float:
        """In thousandths of an em, as the file says it."""
        return round(self.font.advance(glyph) * 1000 / self.font.units, 2)


class PdfFonts:
    """The fonts of a PDF: pages refer to `resources` while they are written, `embed` fills it at the end.

    Args:
        pdf: the file.
        fonts: of the edition.
    """

    def __init__(self, pdf: pikepdf.Pdf, fonts: Fonts) -> None:
        self.pdf, self.fonts = pdf, fonts
        self.resources = pdf.make_indirect(Dictionary())
        self._names: dict[int, str] = {}
        self._used: dict[str, _Used] = {}
        self.outlined: set[str] = set()

    def text(self, balloon: LetteredBalloon, faces: dict[str, Font]) -> str:
        """The operators of a balloon's letters, in page pixels with y downward."""
        return "\n".join(self._run(run, faces[run.font]) for run in balloon.runs if run.glyphs)

    def outlines(self, balloon: LetteredBalloon, faces: dict[str, Font]) -> str:
        """What lies under the letters: their outer lines, as paths."""
        found = []
        for run in balloon.runs:
            if run.outline and run.outline_width:
                found.append(f"q {colour(run.outline, 'RG')} {num(run.outline_width)} w 1 j")
                found += [f"{path_ops(_placed(run, g.id, g.x, g.y, faces[run.font]))} S" for g in run.glyphs]
                found.append("Q")
        return "\n".join(found)

    def _run(self, run: Run, font: Font) -> str:
        if not font.embeddable:
            self.outlined.add(font.name)
            glyphs = [path_ops(_placed(run, g.id, g.x, g.y, font)) for g in run.glyphs]
            return f"q {colour(run.colour, 'rg')}\n" + "\n".join(f"{g} f" for g in glyphs if g) + "\nQ"
        name = self._name(font)
        used = self._used[name]
        exact = _learn(run, used)
        shown = "\n".join(_shown(run, used))
        ops = f"q {colour(run.colour, 'rg')} BT /{name} {num(run.size)} Tf\n{shown}\nET Q"
        if exact:
            return ops
        said = run.text.encode("utf-16-be").hex().upper()
        return f"/Span <</ActualText <FEFF{said}>>> BDC\n{ops}\nEMC"

    def _name(self, font: Font) -> str:
        if id(font) not in self._names:
            self._names[id(font)] = f"F{len(self._names)}"
            self._used[self._names[id(font)]] = _Used(font)
        return self._names[id(font)]

    def embed(self) -> list[str]:
        """Writes the fonts into the file; gives their names there."""
        found = []
        for name, used in self._used.items():
            made = _type0(self.pdf, used)
            self.resources[f"/{name}"] = made
            found.append(str(made.BaseFont).lstrip("/"))
        return found


def _shown(run: Run, used: _Used) -> list[str]:
    """Glyphs of one baseline go into one TJ; where the pen moves otherwise, a new matrix is set."""
    cos, sin = math.cos(math.radians(run.turn)), math.sin(math.radians(run.turn))
    lines: list[str] = []
    parts: list[str] = []
    pen = (0.0, 0.0)
    for glyph in run.glyphs:
        gap = ((glyph.x - pen[0]) * cos + (glyph.y - pen[1]) * sin) / run.size * 1000
        away = abs((glyph.y - pen[1]) * cos - (glyph.x - pen[0]) * sin)
        if not parts or away > 0.01 or run.turn:
            if parts:
                lines.append(f"[{''.join(parts)}] TJ")
            parts = []
            lines.append(f"{num(cos)} {num(sin)} {num(sin)} {num(-cos)} {num(glyph.x)} {num(glyph.y)} Tm")
            pen, gap = (glyph.x, glyph.y), 0.0
        if round(gap, 2):
            parts.append(num(-round(gap, 2)))
            pen = (pen[0] + round(gap, 2) * run.size / 1000 * cos, pen[1] + round(gap, 2) * run.size / 1000 * sin)
        parts.append(f"<{glyph.id:04X}>")
        step = used.width(glyph.id) / 1000 * run.size
        pen = (pen[0] + step * cos, pen[1] + step * sin)
    return [*lines, f"[{''.join(parts)}] TJ"]


def _learn(run: Run, used: _Used) -> bool:
    """Notes which characters each glyph stands for; False where that alone would not give the run's text.

    Right-to-left glyphs are drawn from the left: readers turn such text around themselves.
    """
    starts = sorted({glyph.cluster for glyph in run.glyphs})
    ends = dict(zip(starts, [*starts[1:], len(run.text)], strict=True))
    exact = True
    said: list[str] = []
    seen: set[int] = set()
    for glyph in run.glyphs:
        text = "" if glyph.cluster in seen else run.text[glyph.cluster : ends[glyph.cluster]]
        seen.add(glyph.cluster)
        used.glyphs.add(glyph.id)
        if text and used.text.setdefault(glyph.id, text) != text:
            exact = False
        exact = exact and bool(text)
        said.append(text)
    backward = len(run.glyphs) > 1 and run.glyphs[0].cluster > run.glyphs[-1].cluster
    return exact and "".join(reversed(said) if backward else said) == run.text


def _placed(run: Run, glyph: int, x: float, y: float, font: Font) -> Path:
    """A glyph's outline in page pixels."""
    scale = run.size / font.units
    cos, sin = math.cos(math.radians(run.turn)) * scale, math.sin(math.radians(run.turn)) * scale
    path: Path = []
    for step in font.outline(glyph):
        v = [float(value) for value in step[1:]]
        points = [(x + v[i] * cos + v[i + 1] * sin, y + v[i] * sin - v[i + 1] * cos) for i in range(0, len(v), 2)]
        path.append((step[0], *(value for point in points for value in point)))  # type: ignore[arg-type]
    return path


def _type0(pdf: pikepdf.Pdf, used: _Used) -> pikepdf.Dictionary:
    font, glyphs = used.font, sorted(used.glyphs)
    data = font.subset(glyphs)
    tag = "".join(chr(65 + b % 26) for b in hashlib.sha256(data).digest()[:6])
    name = Name(f"/{tag}+{font.postscript}")
    program = pikepdf.Stream(pdf, data)
    metrics = font.metrics()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array(metrics["bbox"]),
        ItalicAngle=metrics["angle"],
        Ascent=metrics["ascent"],
        Descent=metrics["descent"],
        CapHeight=metrics["capital"],
        StemV=80,
    )
    if font.has_cff:
        program.Subtype = Name.CIDFontType0C
        descriptor.FontFile3 = pdf.make_indirect(program)
    else:
        program.Length1 = len(data)
        descriptor.FontFile2 = pdf.make_indirect(program)
    cid = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0 if font.has_cff else Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=Array([item for g in glyphs for item in (g, Array([used.width(g)]))]),
    )
    if not font.has_cff:
        cid.CIDToGIDMap = Name.Identity
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(cid)]),
            ToUnicode=pdf.make_indirect(pikepdf.Stream(pdf, _to_unicode(used.text))),
        )
    )


def _to_unicode(known: dict[int, str]) -> bytes:
    lines = [f"<{glyph:04X}> <{known[glyph].encode('utf-16-be').hex().upper()}>" for glyph in sorted(known)]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{body}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode("ascii")
