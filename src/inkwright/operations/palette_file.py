"""palette.json: the book's palette as its author sees and steers it. Plain data; `steer` joins it to a fit."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from inkwright.errors import PaletteError
from inkwright.project import Project, read_text, write_bytes

VERSION = 1
FORM = "Colours are written like '#c81e1e'."


def hex_colour(text: str) -> str:
    """'#C81E1E' or '#c11' in the one form that is stored, '#c81e1e'.

    Raises:
        ValueError: it is no such colour.
    """
    digits = text.strip().removeprefix("#").lower()
    if not text.strip().startswith("#") or not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}", digits):
        raise ValueError(f"'{text}' is no colour")
    return "#" + ("".join(2 * d for d in digits) if len(digits) == 3 else digits)


def is_colour(text: str) -> bool:
    """Whether a text is a colour in the stored form."""
    return re.fullmatch(r"#[0-9a-f]{6}", text) is not None


def rgb(colour: str) -> tuple[float, float, float]:
    """'#c81e1e' → RGB in [0, 1]."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def as_hex(colour: Any) -> str:
    """RGB in [0, 1] → '#c81e1e'."""
    return "#" + "".join(f"{round(min(max(float(v), 0), 1) * 255):02x}" for v in colour)


Colour = Annotated[str, AfterValidator(hex_colour)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="allow", validate_assignment=True)


class Row(_Data):
    """A colour of the drawings and what it becomes.

    Attributes:
        drawn: the colour in the drawings.
        result: what it becomes.
        share: part of the drawings' area, in [0, 1].
        pinned: whether the author has set `result`; else the next casting may change it.
        element: the element whose pin stands behind this row, or empty.
    """

    drawn: Colour
    result: Colour
    share: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    pinned: bool = False
    element: str = ""


class Ink(_Data):
    """The colour of ink lines."""

    result: Colour
    pinned: bool = False


class PaletteFile(_Data):
    """palette.json.

    Attributes:
        version: of the format.
        style: the style that the palette was cast from, for people.
        key: the same for the program: changes with the style's picture, scale and seed.
        casting: raised by --recast; another casting owes nothing to the former one.
        colours: the palette, largest share first, and the pins of colours that are not in it.
        elements: element → the result colour of its own main colour.
        ink: the ink's colour.
    """

    version: int = VERSION
    style: str = ""
    key: str = ""
    casting: int = Field(0, ge=0)
    colours: list[Row] = []
    elements: dict[str, Colour] = {}
    ink: Ink | None = None

    def pinned(self) -> list[Row]:
        """The pinned colours."""
        return [row for row in self.colours if row.pinned]

    def pins(self) -> dict[str, Any]:
        """All that the author has asked for, as plain data for a key; empty where that is nothing."""
        asked: dict[str, Any] = {
            "colours": sorted([row.drawn, row.result] for row in self.pinned()),
            "elements": dict(sorted(self.elements.items())),
            "ink": self.ink.result if self.ink is not None and self.ink.pinned else "",
            "casting": self.casting,
        }
        return {name: value for name, value in asked.items() if value}


def path_of(project: Project) -> Path:
    """The project's palette.json."""
    return project.root / "palette.json"


def load(project: Project) -> PaletteFile:
    """The project's palette.json; an empty one where there is none.

    Raises:
        PaletteError: it is not JSON, of a newer version, or has a wrong value, which is named.
    """
    path = path_of(project)
    if not path.exists():
        return PaletteFile()
    try:
        data = json.loads(read_text(path))
    except ValueError as error:
        raise PaletteError(f"{path} is not valid JSON: {error}.", "Mend that line, or delete the file.") from None
    if not isinstance(data, dict):
        raise PaletteError(f"{path} holds no JSON object.", "Mend it, or delete the file.")
    version = data.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise PaletteError(
            f"{path} has format version {version}; this inkwright reads up to version {VERSION}.", "Update inkwright."
        )
    try:
        file = PaletteFile.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise PaletteError(f"{path}: {where}: {said} (found {str(first['input'])[:80]!r}).", FORM) from None
    twice = [row.drawn for row in file.pinned()]
    for drawn in twice:
        if twice.count(drawn) > 1:
            raise PaletteError(f"{path} pins the colour '{drawn}' more than once.", "Leave one of these rows.")
    return file


def save(project: Project, file: PaletteFile) -> bool:
    """Writes palette.json where that changes anything; whether it did."""
    text, path = dumped(file), path_of(project)
    if path.exists() and json.loads(read_text(path)) == json.loads(text):  # however the author has laid it out
        return False
    write_bytes(path, text.encode())
    return True


def dumped(file: PaletteFile) -> str:
    """The text of palette.json, a colour a line."""
    data = file.model_dump()
    if data["ink"] is None:
        del data["ink"]
    for row in data["colours"]:
        if not row["element"]:
            del row["element"]
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in data.pop("colours"))
    parts = [f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in data.items()]
    parts.insert(4, f' "colours": [\n{rows}\n ]' if rows else ' "colours": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"
