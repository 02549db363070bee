"""The comic as plain data: Book, Page, Panel, Box, Element, Prior, Balloon. No torch, no files.

`book.json` is `Book` written as JSON, and `schema()` is its JSON Schema. Unknown fields are kept, so that another
program's notes survive a round trip. Coordinates: a page's panels in page pixels, everything inside a panel
(appearances, balloons, parts to keep) in panel pixels, origin at the top left corner of the panel's box.
"""

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError

from inkwright.errors import BookError, PriorError
from inkwright.registry import suggest

VERSION = 1
KINDS = ("character", "setting", "prop")
FARTHEST = 1_000_000
"""Largest coordinate, in pixels; pages are far smaller, and pixel arithmetic stays exact."""
Kind = Literal["character", "setting", "prop"]
BalloonKind = Literal["speech", "thought", "whisper", "shout", "caption", "sound"]
BalloonShape = Literal["round", "cloud", "dashed", "jagged", "wavy", "electric", "box", "none"]
PageKind = Literal["cover", "story", "title", "credits", "letters", "advertisement", "back-cover", "other"]
Mood = Literal["angry", "loud", "scared", "weak", "electric"]


def _numbers(value: Any, shape: str, count: int) -> Any:
    """Whole pixels: numbers of another program may carry decimals."""
    if isinstance(value, list | tuple):
        if len(value) != count:
            raise ValueError(f"{shape} is expected, got {len(value)} numbers")
        if any(isinstance(v, int) and abs(v) > FARTHEST for v in value):
            raise ValueError(f"a coordinate may be at most {FARTHEST} pixels")
        return tuple(
            round(v) if isinstance(v, float) and v == v and abs(v) <= FARTHEST and not isinstance(v, bool) else v
            for v in value
        )
    return value


def _four(value: Any) -> Any:
    return _numbers(value, "a box [x, y, width, height]", 4)


def _two(value: Any) -> Any:
    return _numbers(value, "a point [x, y]", 2)


def _sized(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if box[2] < 1 or box[3] < 1:
        raise ValueError(f"width and height must be at least 1 pixel, got {box[2]} x {box[3]}")
    return box


Box = Annotated[tuple[int, int, int, int], BeforeValidator(_four), AfterValidator(_sized)]
"""(x, y, width, height) in whole pixels."""
Point = Annotated[tuple[int, int], BeforeValidator(_two)]
Polygon = Annotated[list[Point], Field(min_length=3)]


def _is_polygon(value: Any) -> str:
    corners = isinstance(value, list | tuple) and len(value) > 0 and isinstance(value[0], list | tuple)
    return "polygon" if corners else "box"


Region = Annotated[Annotated[Box, Tag("box")] | Annotated[Polygon, Tag("polygon")], Discriminator(_is_polygon)]
"""A part of a panel: a box, or the corners of a polygon."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="allow", validate_assignment=True)


class Balloon(_Data):
    """Words in a panel. What is not pinned here (box, tail, size, shape), the letterer chooses.

    Attributes:
        words: what is said.
        kind: speech, thought, whisper, shout, caption or sound.
        speaker: the element that says it; empty for captions and sounds.
        box: where it stands, in panel pixels; None: placed in free space.
        mood: angry, loud, scared, weak or electric; it shapes a speech balloon.
        tail: where its tail ends, in panel pixels; None: at the speaker.
        size: of its letters, in page pixels per em; None: as on the whole page.
        shape: of its outline; None: by kind and mood.
        translations: language code → the words in it.
    """

    words: str
    kind: BalloonKind = "speech"
    speaker: str = ""
    box: Box | None = None
    mood: Mood | None = None
    tail: Point | None = None
    size: Annotated[float, Field(ge=3, le=2000)] | None = None
    shape: BalloonShape | None = None
    translations: dict[str, str] | None = None


class Panel(_Data):
    """One panel of a page.

    Attributes:
        id: unique in the book; also the name of the panel's picture, so only letters, digits, '.', '_' and '-'.
        box: bounding box in page pixels.
        polygon: outline in page pixels, when it is not the box.
        appearances: element → its boxes in panel pixels.
        balloons: words in reading order.
        keep: parts in panel pixels that stay as they are drawn.
        alt: what the panel shows, for readers who cannot see it.
        look: its light and mood in words, such as "moonlight"; None: its page's, an empty text: the book's.
        confidence: in [0, 1], how sure `panels` was of it; None: the author's own.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    box: Box
    polygon: Polygon | None = None
    appearances: dict[str, list[Box]] | None = None
    balloons: list[Balloon] | None = None
    keep: list[Region] | None = None
    alt: str | None = None
    look: str | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None


class Page(_Data):
    """One page.

    Attributes:
        file: its picture, a path inside the project.
        panels: in reading order.
        look: its light in words.
        kind: cover, story, title, credits, letters, advertisement, back-cover or other; None: story.
        bookmark: what a table of contents calls it; None: it is not listed.
    """

    file: Annotated[str, Field(min_length=1)]
    panels: list[Panel] = []
    look: str | None = None
    kind: PageKind | None = None
    bookmark: str | None = None


class Book(_Data):
    """All pages in order. `version` is the format's; a newer one than ours is refused."""

    version: int = VERSION
    pages: list[Page] = []

    def panels(self) -> Iterator[tuple[Page, Panel]]:
        """Every panel with its page, in reading order through the book."""
        for page in self.pages:
            for panel in page.panels:
                yield page, panel

    def panel_ids(self) -> list[str]:
        """The ids of all panels, in reading order through the book."""
        return [panel.id for _, panel in self.panels()]


def schema() -> dict[str, Any]:
    """The JSON Schema of book.json."""
    made = Book.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "inkwright book.json, version 1"
    # What `parse_book` asks for beyond types: a version, and boxes of at least one pixel.
    made["required"] = ["version"]
    made["properties"]["version"] = {"const": VERSION, "title": "Version"}
    _sized_boxes(made)
    return made


def _sized_boxes(node: Any) -> None:
    """Gives width and height of every box in a schema their least value."""
    if isinstance(node, dict):
        items = node.get("prefixItems")
        if isinstance(items, list) and len(items) == 4:
            node["prefixItems"] = [*items[:2], *({**item, "minimum": 1} for item in items[2:])]
        for inner in node.values():
            _sized_boxes(inner)
    elif isinstance(node, list):
        for inner in node:
            _sized_boxes(inner)


def parse_book(text: str, name: str = "book.json") -> Book:
    """Reads book.json.

    Args:
        text: the file's text.
        name: the file's name, for messages.

    Raises:
        BookError: not JSON, a newer version, a wrong shape, or a panel id used twice.
    """
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # half a character, as in "\\ud800", cannot be written again
    except (ValueError, RecursionError) as error:
        raise BookError(f"{name} is not valid JSON: {error}.", "Mend that place, or restore an earlier copy.") from None
    if not isinstance(data, dict):
        raise BookError(
            f"{name} holds a {type(data).__name__} where an object with 'version' and 'pages' is expected.",
            f'Write {{"version": {VERSION}, "pages": [...]}}, or restore an earlier copy.',
        )
    version = data.get("version")
    if isinstance(version, int) and version > VERSION:
        raise BookError(
            f"{name} has format version {version}; this inkwright reads up to version {VERSION}.",
            "Update inkwright, or save the book in the older format.",
        )
    if version != VERSION:
        raise BookError(f"{name} has no usable 'version': {version!r}.", f'Write "version": {VERSION}.')
    try:
        book = Book.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BookError(
            f"{name}: {where}: {first['msg'].removeprefix('Value error, ')} (found {str(first['input'])[:80]!r}).",
            "Mend that value.",
        ) from None
    seen: set[str] = set()
    for panel_id in book.panel_ids():
        if panel_id.lower() in seen:  # pictures of p1.A and p1.a would overwrite each other on some file systems
            raise BookError(f"{name} has two panels with the id '{panel_id}'.", "Give each panel its own id.")
        seen.add(panel_id.lower())
    files = [posixpath.normpath(page.file) for page in book.pages]
    for file in files:
        if files.count(file) > 1:
            raise BookError(f"{name} lists the page '{file}' twice.", "Remove one of the two.")
    return book


def dump_book(book: Book) -> str:
    """Book as the text of book.json; fields that say nothing are left out."""
    return json.dumps(book.model_dump(exclude_none=True), indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Element:
    """Something that must look alike wherever it appears."""

    name: str
    kind: Kind = "character"


@dataclass
class Prior:
    """The author's table p̂_ij: does element i appear in panel j?

    Attributes:
        elements: the rows.
        panels: the panels' ids, the columns.
        table: (I, J) float64; 1 appears, 0 does not, nan = not said.
    """

    elements: list[Element]
    panels: list[str]
    table: NDArray[np.float64]

    @classmethod
    def empty(cls, panels: list[str]) -> "Prior":
        """A table without elements."""
        return cls([], list(panels), np.zeros((0, len(panels))))

    def row(self, name: str) -> int:
        """The row of an element.

        Raises:
            PriorError: no such element.
        """
        names = [element.name for element in self.elements]
        if name not in names:
            raise PriorError(f"prior.csv has no element '{name}'.", suggest(name, names))
        return names.index(name)

    def for_panels(self, panels: list[str]) -> "Prior":
        """The same table with the columns of `panels`; columns it does not have are blank."""
        at = {panel: j for j, panel in enumerate(self.panels)}
        table = np.full((len(self.elements), len(panels)), np.nan)
        for j, panel in enumerate(panels):
            if panel in at:
                table[:, j] = self.table[:, at[panel]]
        return Prior(list(self.elements), list(panels), table)
