"""Lettering as vectors: what the letterer places and the exporters draw. Plain data, no drawing, no files.

Coordinates are page pixels, origin at the page's top left corner, y downward. A page's lettering is kept beside its
picture, so that pages can be rendered again, or lettered in another language, one without the other.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inkwright.book import BalloonKind
from inkwright.errors import BookError

Command = (
    tuple[Literal["M", "L"], float, float]
    | tuple[Literal["C"], float, float, float, float, float, float]
    | tuple[Literal["Z"]]
)
"""One step of a path, as in SVG with absolute coordinates: move, line, cubic curve, close."""
Path = list[Command]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shape(_Data):
    """A filled and stroked outline: a balloon with its tail, a thought's bubbles, a caption's box.

    Attributes:
        path: the outline.
        fill: colour "#rrggbb"; None: not filled.
        stroke: colour "#rrggbb"; None: no line.
        width: of the line, in pixels.
        dash: lengths of line and gap, in pixels; empty: unbroken.
    """

    path: Path
    fill: Colour | None = "#ffffff"
    stroke: Colour | None = "#000000"
    width: Annotated[float, Field(ge=0)] = 2.0
    dash: tuple[float, ...] = ()


class Glyph(_Data):
    """One shaped glyph.

    Attributes:
        id: glyph number in the font.
        x: of its origin, page pixels.
        y: of its origin, page pixels.
        cluster: index in the run's `text` of the first character that it stands for.
    """

    id: Annotated[int, Field(ge=0)]
    x: float
    y: float
    cluster: Annotated[int, Field(ge=0)]


class Run(_Data):
    """Glyphs of one font and one size: at most one line of a balloon.

    Attributes:
        font: key of `PageLettering.fonts`.
        size: pixels per em.
        text: its characters in logical order, for search, copying and screen readers.
        glyphs: in drawing order.
        colour: "#rrggbb".
        outline: colour of a line around the letters (sounds); None: none.
        outline_width: of that line, in pixels.
        turn: degrees clockwise by which each glyph is turned about its origin.
    """

    font: str
    size: Annotated[float, Field(gt=0)]
    text: str
    glyphs: list[Glyph]
    colour: Colour = "#000000"
    outline: Colour | None = None
    outline_width: Annotated[float, Field(ge=0)] = 0.0
    turn: float = 0.0


class LetteredBalloon(_Data):
    """A balloon in its place.

    Attributes:
        panel: the panel's id.
        number: its place among the panel's balloons, from 0, in reading order.
        kind: speech, thought, whisper, shout, caption or sound.
        speaker: element that says it; may be empty.
        words: all its words, unbroken.
        box: (x, y, width, height) of what is drawn, page pixels.
        shapes: drawn first, in order.
        runs: drawn last, in reading order.
    """

    panel: str
    number: Annotated[int, Field(ge=0)]
    kind: BalloonKind
    speaker: str = ""
    words: str
    box: tuple[float, float, float, float]
    shapes: list[Shape] = []
    runs: list[Run] = []


class FontUsed(_Data):
    """A font of the lettering.

    Attributes:
        file: its path, or "package:NAME" for one that comes with inkwright.
        index: face in a collection (.ttc).
        family: its name.
        licence: what the font file says of its licence; empty: nothing.
    """

    file: str
    index: Annotated[int, Field(ge=0)] = 0
    family: str
    licence: str = ""


class PageLettering(_Data):
    """All lettering of one page in one language.

    Attributes:
        version: of this format.
        width: of the page, pixels.
        height: of the page, pixels.
        language: code, such as "en".
        fonts: key → font; runs name the keys.
        balloons: in reading order.
    """

    version: Literal[1] = 1
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    language: str = "en"
    fonts: dict[str, FontUsed] = {}
    balloons: list[LetteredBalloon] = []


def dump_lettering(lettering: PageLettering) -> str:
    """Lettering as JSON text; numbers to a hundredth of a pixel, so that the same page gives the same bytes."""
    return json.dumps(_rounded(lettering.model_dump()), indent=1, ensure_ascii=False) + "\n"


def load_lettering(text: str, name: str) -> PageLettering:
    """Reads what `dump_lettering` wrote; `name` is the file's, for messages.

    Raises:
        BookError: not a lettering of this version.
    """
    try:
        return PageLettering.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BookError(f"{name}: {where or 'file'}: {first['msg']}.", "Run: inkwright letter") from None


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value
