"""A page's lettering as a self-contained SVG: balloons and letters as paths, the words as text beside them."""

from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from inkwright.comic.lettering.font import Font
from inkwright.comic.lettering.vector import run_paths
from inkwright.lettering import FontUsed, LetteredBalloon, PageLettering, Path, Run, Shape


def lettering_svg(lettering: PageLettering, open_font: Callable[[FontUsed], Font]) -> str:
    """The SVG's text, in page pixels; the same lettering gives the same text.

    Each balloon is a group with its words as title, so that programs for drawing can move it as a whole and screen
    readers can say it.
    """
    fonts = {key: open_font(used) for key, used in lettering.fonts.items()}
    size = f'width="{lettering.width}" height="{lettering.height}" viewBox="0 0 {lettering.width} {lettering.height}"'
    credits_ = "; ".join(f"{used.family}: {used.licence}" for used in lettering.fonts.values() if used.licence)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} lang={quoteattr(lettering.language)}>',
        f"<metadata>{_clean(credits_)}</metadata>",
        *(_balloon(balloon, fonts) for balloon in lettering.balloons),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _clean(text: str) -> str:
    return escape("".join(c for c in text if c >= " " or c in "\t\n"))


def _balloon(balloon: LetteredBalloon, fonts: dict[str, Font]) -> str:
    said = f"{balloon.speaker}: {balloon.words}" if balloon.speaker else balloon.words
    parts = [
        f'<g id="{balloon.panel}-{balloon.number + 1}" role="img" class="{balloon.kind}">',
        f"<title>{_clean(said)}</title>",
        *(_shape(shape) for shape in balloon.shapes),
        *(_run(run, fonts[run.font]) for run in balloon.runs),
        "</g>",
    ]
    return "\n".join(parts)


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _data(path: Path) -> str:
    return "".join(str(step[0]) + " ".join(_number(float(v)) for v in step[1:]) for step in path)


def _shape(shape: Shape) -> str:
    line = ""
    if shape.stroke and shape.width:
        line = f' stroke="{shape.stroke}" stroke-width="{_number(shape.width)}" stroke-linejoin="round"'
        if shape.dash:
            line += f' stroke-linecap="round" stroke-dasharray="{" ".join(map(_number, shape.dash))}"'
    return f'<path d="{_data(shape.path)}" fill="{shape.fill or "none"}"{line}/>'


def _run(run: Run, font: Font) -> str:
    data = "".join(_data(path) for path in run_paths(run, font))
    line = ""
    if run.outline and run.outline_width:
        line = (
            f'<path d="{data}" fill="none" stroke="{run.outline}" stroke-width="{_number(run.outline_width)}"'
            ' stroke-linejoin="round"/>\n'
        )
    return f'{line}<path d="{data}" fill="{run.colour}"/>' if data else ""
