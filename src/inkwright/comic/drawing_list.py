"""drawings.csv: the loose drawings in reading order, and what the author says of each. Plain data, no files.

    drawing,importance,splash,begins
    hero-waves.png,1,,
    dragon.png,2.5,,1
    kiss.png,1,1,

Importance is the area that a drawing gets against an ordinary one; a splash has a page to itself; with one that begins,
a page begins. What a spreadsheet writes, semicolons, a byte order mark, `1.0`, is read too.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inkwright.errors import ConfigError
from inkwright.registry import suggest

HEADER = ("drawing", "importance", "splash", "begins")
LEAST, GREATEST = 0.2, 8.0
"""Limits of importance: beyond them a panel is too small, or the others are."""


@dataclass(frozen=True)
class Listed:
    """A drawing in the list, by its file's name."""

    drawing: str
    importance: float = 1.0
    splash: bool = False
    begins: bool = False


def parse_list(text: str, name: str = "drawings.csv") -> list[Listed]:
    """Reads drawings.csv.

    Args:
        text: the file's text.
        name: the file's name, for messages.

    Raises:
        ConfigError: a column is missing, a value is wrong, or a drawing is listed twice.
    """
    text = text.lstrip("\ufeff")
    first = text.splitlines()[0] if text.strip() else ""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True))
    except csv.Error as error:
        raise ConfigError(f"{name} cannot be read: {error}.", "Mend that line, or delete the file.") from None
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "drawing" not in head:
        raise ConfigError(f"{name} has no column 'drawing'.", f"Its first line is: {','.join(HEADER)}")
    listed: list[Listed] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {key: cell.strip() for key, cell in zip(head, row, strict=False)}
        drawing = cells.get("drawing", "")
        if not drawing:
            if any(cells.values()):
                raise ConfigError(f"{name}, line {number}: no drawing is named.", "Name a file in drawings/.")
            continue
        if any(one.drawing == drawing for one in listed):
            raise ConfigError(f"{name}, line {number}: '{drawing}' is listed twice.", "Remove one of the two.")
        where = f"{name}, line {number}"
        listed.append(
            Listed(
                drawing,
                importance(cells.get("importance", ""), where),
                _flag(cells.get("splash", ""), where, "splash"),
                _flag(cells.get("begins", ""), where, "begins"),
            )
        )
    return listed


def importance(cell: str, where: str) -> float:
    """A cell of that column, or an option.

    Raises:
        ConfigError: it is no number from `LEAST` to `GREATEST`.
    """
    try:
        value = float(cell.replace(",", ".")) if cell else 1.0
    except ValueError:
        value = 0.0
    if not LEAST <= value <= GREATEST:
        raise ConfigError(
            f"{where}: importance '{cell}' is no number from {LEAST:g} to {GREATEST:g}.",
            "1 is an ordinary drawing, 2 one that gets twice the area.",
        )
    return value


def _flag(cell: str, where: str, column: str) -> bool:
    known = {"": False, "0": False, "0.0": False, "no": False, "1": True, "1.0": True, "yes": True, "x": True}
    if cell.lower() not in known:
        raise ConfigError(f"{where}: {column} is '{cell}'.", "Write 1, or leave it empty.")
    return known[cell.lower()]


def dump_list(listed: Sequence[Listed]) -> str:
    """The list as the text of drawings.csv."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for one in listed:
        writer.writerow((one.drawing, f"{one.importance:g}", "1" if one.splash else "", "1" if one.begins else ""))
    return out.getvalue()


def with_files(listed: Sequence[Listed], files: Sequence[str]) -> list[Listed]:
    """The list for the files that there are: others are dropped, new ones come last, as they are given."""
    kept = [one for one in listed if one.drawing in files]
    names = {one.drawing for one in kept}
    return kept + [Listed(file) for file in files if file not in names]


def changed(listed: Sequence[Listed], name: str, **values: object) -> list[Listed]:
    """The list with what is said of one drawing changed.

    Args:
        listed: the list.
        name: the drawing: its file's name, with or without the suffix.
        values: fields of `Listed`.

    Raises:
        ConfigError: there is no such drawing, or several files have that name.
    """
    found = [n for n, one in enumerate(listed) if name in (one.drawing, one.drawing.rsplit(".", 1)[0])]
    if len(found) != 1:
        known = [one.drawing for one in listed]
        said = "is no drawing of this book" if not found else "may be several drawings"
        raise ConfigError(f"'{name}' {said}.", suggest(name, known))
    return [replace(one, **values) if n == found[0] else one for n, one in enumerate(listed)]  # type: ignore[arg-type]
