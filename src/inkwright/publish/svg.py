"""Lettering as SVG: balloons as paths, letters as outlines, so that it looks the same in every program.

Outlines say nothing to a search or to a screen reader: exporters put the words beside them as real text.
"""

from xml.sax.saxutils import escape, quoteattr

from inkwright.lettering import LetteredBalloon, PageLettering, Path, Run, Shape
from inkwright.publish.edition import clean
from inkwright.publish.fonts import Fonts

XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def number(value: float) -> str:
    """A coordinate with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def path_data(path: Path) -> str:
    """A path as the `d` of an SVG path."""
    return "".join(str(step[0]) + " ".join(number(float(v)) for v in step[1:]) for step in path)


def lettering_svg(lettering: PageLettering, fonts: Fonts, attributes: str = "", title: str = "") -> str:
    """A page's lettering as an SVG document in page pixels.

    Args:
        lettering: of the page.
        fonts: that it uses.
        attributes: of the root, such as ' aria-hidden="true"'.
        title: text of the root for readers who cannot see it; empty: none.
    """
    drawing = _Drawing(lettering, fonts)
    body = "".join(drawing.balloon(balloon) for balloon in lettering.balloons)
    named = f"<title>{escape(clean(title))}</title>" if title else ""
    defs = f"<defs>{''.join(drawing.defs)}</defs>" if drawing.defs else ""
    size = f'viewBox="0 0 {lettering.width} {lettering.height}"'
    return f"<svg {XMLNS} {size}{attributes}>{named}{defs}{body}</svg>"


class _Drawing:
    def __init__(self, lettering: PageLettering, fonts: Fonts) -> None:
        self.fonts = {key: fonts[used] for key, used in lettering.fonts.items()}
        self.names: dict[tuple[str, int], str] = {}
        self.defs: list[str] = []

    def balloon(self, balloon: LetteredBalloon) -> str:
        return "<g>" + "".join(map(_shape, balloon.shapes)) + "".join(map(self.run, balloon.runs)) + "</g>"

    def run(self, run: Run) -> str:
        """Glyphs share the run's colours; each is drawn from one definition."""
        scale = run.size / self.fonts[run.font].units
        turn = f"rotate({number(run.turn)})" if run.turn else ""
        uses = "".join(
            f'<use xlink:href="#{self.glyph(run.font, glyph.id)}" '
            f'transform="translate({number(glyph.x)} {number(glyph.y)}){turn}scale({scale:.6g} {-scale:.6g})"/>'
            for glyph in run.glyphs
        )
        line = ""
        if run.outline and run.outline_width:
            width = number(run.outline_width / scale)
            line = f'<g fill="none" stroke={quoteattr(run.outline)} stroke-width="{width}" stroke-linejoin="round">'
            line += f"{uses}</g>"
        return f'{line}<g fill="{run.colour}">{uses}</g>'

    def glyph(self, font: str, glyph: int) -> str:
        if (font, glyph) not in self.names:
            name = f"g{len(self.names)}"
            self.names[font, glyph] = name
            self.defs.append(f'<path id="{name}" d="{path_data(self.fonts[font].outline(glyph))}"/>')
        return self.names[font, glyph]


def _shape(shape: Shape) -> str:
    line = ""
    if shape.stroke and shape.width:
        line = f' stroke="{shape.stroke}" stroke-width="{number(shape.width)}" stroke-linejoin="round"'
        if shape.dash:
            line += f' stroke-dasharray="{" ".join(map(number, shape.dash))}" stroke-linecap="round"'
    return f'<path d="{path_data(shape.path)}" fill="{shape.fill or "none"}"{line}/>'
