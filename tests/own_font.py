"""A small font that tests draw themselves."""

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen


def own_font(letters: str = "abcdeiozABCDEIOZlLtH.", family: str = "Mine") -> bytes:
    """A font of plain boxes, as an author could have drawn it."""
    names = [".notdef", "dotlessi", *[f"u{ord(c):04X}" for c in letters]]
    glyphs, widths = {}, {}
    for k, name in enumerate(names):
        pen = TTGlyphPen(None)
        wide = 110 if name in ("u0049", "u006C", "dotlessi") else 300 + 10 * (k % 7)
        top = 700 if name[-2:] < "60" else 500
        for point in ((50, 0), (50, top), (50 + wide, top), (50 + wide, 0)):
            (pen.moveTo if point == (50, 0) else pen.lineTo)(point)
        pen.closePath()
        glyphs[name], widths[name] = pen.glyph(), (wide + 100, 50)
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x131: "dotlessi", **{ord(c): f"u{ord(c):04X}" for c in letters}})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = io.BytesIO()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.font.save(out)
    return out.getvalue()
