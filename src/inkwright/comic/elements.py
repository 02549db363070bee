"""The prior table p̂_ij: read and write prior.csv, mark, add elements, and check it against the book.

prior.csv: first row `element,kind,p1.1,p1.2,...` with the panels' ids, then a row an element; 1 appears, 0 does not,
blank = not said. Spreadsheets save it with ';' or tabs, with a byte order mark, with 1.0 for 1: all are read.
"""

import csv
import io
import math
import unicodedata
from typing import cast

import numpy as np

from inkwright.book import KINDS, Book, Element, Kind, Panel, Prior
from inkwright.errors import PriorError
from inkwright.registry import suggest

MAX_NAME = 80
"""Longest name of an element, in characters."""
VALUES_HINT = "p̂ is 1 (appears), 0 (does not appear) or blank (not said)."


def parse_prior(text: str, panels: list[str], name: str = "prior.csv") -> Prior:
    """Reads prior.csv.

    Args:
        text: the file's text; comma, semicolon or tab between values.
        panels: ids of the book's panels in reading order; the columns of the result. Those that the file does not
            have are blank.
        name: the file's name, for messages.

    Raises:
        PriorError: no header, an unknown or repeated panel or element, an unknown kind, a row of the wrong width, or
            a value that is not 1, 0 or blank.
    """
    rows = _rows(text, name)
    if not rows:
        raise PriorError(f"{name} is empty.", "Its first row must be: element,kind," + ",".join(panels[:2]) + ",...")
    header = rows[0][1]
    columns = _columns(header, panels, name)
    elements: list[Element] = []
    table = np.full((len(rows) - 1, len(panels)), np.nan)
    for i, (line, cells) in enumerate(rows[1:]):
        if len(cells) != len(header):
            raise PriorError(
                f"{name}, line {line}: {len(cells)} columns found, {len(header)} expected.",
                "Give the row one value for each panel of the first row; a value may be blank.",
            )
        elements.append(_element(cells[0], cells[1], elements, f"{name}, line {line}"))
        for j, cell in zip(columns, cells[2:], strict=True):
            table[i, j] = _value(cell, f"{name}, line {line}: element '{cells[0]}', panel {panels[j]}")
    return Prior(elements, list(panels), table)


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Rows that say something, each with its line number; cells stripped, all-empty columns at the end dropped."""
    text = text.removeprefix("\ufeff")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise PriorError(
            f"{name}, line {reader.line_num} cannot be read as a table: {error}.", "Check its quotation marks."
        ) from None
    rows = [row for row in rows if any(row[1])]
    if rows:
        width = max(2, max((j + 1 for j, cell in enumerate(rows[0][1]) if cell), default=0))
        rows = [(line, _without_empty_end(cells, width)) for line, cells in rows]
    return rows


def _without_empty_end(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells


def _columns(header: list[str], panels: list[str], name: str) -> list[int]:
    """For each panel column of the file its place among `panels`."""
    if [cell.lower() for cell in header[:2]] != ["element", "kind"]:
        raise PriorError(
            f"{name} has no header: its first row begins with '{','.join(header[:2])[:60]}'.",
            "The first row must be: element,kind," + ",".join([*panels[:2], "..."]),
        )
    columns: list[int] = []
    for cell in header[2:]:
        if cell not in panels:
            shown = f"panel '{cell}'" if cell else "a column without a panel's id"
            raise PriorError(f"{name} has {shown}, which the book does not have.", suggest(cell, panels))
        if panels.index(cell) in columns:
            raise PriorError(f"{name} has panel '{cell}' twice.", "Remove one of the two columns.")
        columns.append(panels.index(cell))
    return columns


def _element(name: str, kind: str, known: list[Element], where: str) -> Element:
    problem = _name_problem(name)
    if problem:
        raise PriorError(f"{where}: {problem}.", "Give the element a name in the first column.")
    same = [element.name for element in known if element.name.casefold() == name.casefold()]
    if same:
        raise PriorError(f"{where}: element '{name}' is there already, as '{same[0]}'.", "Join the two rows into one.")
    if kind.lower() not in KINDS:
        raise PriorError(
            f"{where}: element '{name}' has the unknown kind '{kind}'.", suggest(kind.lower(), list(KINDS))
        )
    return Element(name, cast(Kind, kind.lower()))


def _name_problem(name: str) -> str:
    """What is wrong with an element's name, or nothing."""
    if not name.strip():
        return "an element without a name"
    if len(name) > MAX_NAME:
        return f"the element's name '{name[:20]}...' has {len(name)} characters, at most {MAX_NAME} are allowed"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name):
        return f"the element's name {name!r} has control characters"
    return ""


def _value(cell: str, where: str) -> float:
    if not cell:
        return math.nan
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        value = math.inf
    if value not in (0.0, 1.0) or len(cell) > 8:
        raise PriorError(f"{where}: the value '{cell[:20]}' is not a mark.", VALUES_HINT)
    return abs(value)


def dump_prior(prior: Prior) -> str:
    """The table as the text of prior.csv; `parse_prior` gives the same table back."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["element", "kind", *prior.panels])
    for element, row in zip(prior.elements, prior.table, strict=True):
        writer.writerow([element.name, element.kind, *("" if math.isnan(v) else str(int(v)) for v in row.tolist())])
    return out.getvalue()


def mark(prior: Prior, element: str, panel: str, value: float) -> Prior:
    """A copy of the table in which one mark is 1 (appears), 0 (does not) or nan (not said).

    Raises:
        PriorError: an unknown element or panel, or another value.
    """
    row = prior.row(element)
    if panel not in prior.panels:
        raise PriorError(f"The book has no panel '{panel}'.", suggest(panel, prior.panels))
    if not (math.isnan(value) or value in (0, 1)):
        raise PriorError(f"Element '{element}', panel {panel}: the value {value:g} is not a mark.", VALUES_HINT)
    table = prior.table.copy()
    table[row, prior.panels.index(panel)] = value
    return Prior(list(prior.elements), list(prior.panels), table)


def add_element(prior: Prior, name: str, kind: str) -> Prior:
    """A copy of the table with one more element, all its marks blank.

    Args:
        prior: the table.
        name: 1 to 80 characters, no control characters; surrounding blanks are dropped.
        kind: character, setting or prop.

    Raises:
        PriorError: a name that is there already, empty or too long, or an unknown kind.
    """
    element = _element(name.strip(), kind.strip(), prior.elements, "prior.csv")
    table = np.concatenate([prior.table, np.full((1, len(prior.panels)), np.nan)])
    return Prior([*prior.elements, element], list(prior.panels), table)


def check(book: Book, prior: Prior) -> list[tuple[str, str]]:
    """What a person should look at before training; nothing of it stops the work.

    Args:
        book: the panels, with the boxes of the elements.
        prior: the marks.

    Returns:
        (message, hint) each, first about elements in the table's order, then about panels in reading order.
    """
    found = [problem for i in range(len(prior.elements)) for problem in _row_problems(prior, i)]
    found += _pairs(prior)
    for _, panel in book.panels():
        found += _panel_problems(panel, prior)
    return found


def _row_problems(prior: Prior, i: int) -> list[tuple[str, str]]:
    name, row = prior.elements[i].name, prior.table[i]
    if not (row == 1).any():
        return [(f"Element '{name}' appears nowhere.", "Mark a panel with 1 where it appears, or remove its row.")]
    if (row == 1).all():
        return [
            (
                f"Element '{name}' is marked in every panel, so nothing shows what its absence looks like.",
                "Mark a panel without it with 0, or leave the element out.",
            )
        ]
    if not (row == 0).any():
        return [(f"Element '{name}' is marked absent nowhere.", "Mark a panel without it with 0.")]
    return []


def _pairs(prior: Prior) -> list[tuple[str, str]]:
    """Elements that no panel tells apart."""
    found = []
    for i, one in enumerate(prior.elements):
        for j in range(i + 1, len(prior.elements)):
            a, b = prior.table[i], prior.table[j]
            if np.array_equal(a, b, equal_nan=True) and (a == 1).any() and not (a == 1).all():
                found.append(
                    (
                        f"'{one.name}' and '{prior.elements[j].name}' always occur together; nothing tells them apart.",
                        "Draw boxes around each of them, or mark a panel that has only one.",
                    )
                )
    return found


def _panel_problems(panel: Panel, prior: Prior) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    names = [element.name for element in prior.elements]
    width, height = panel.box[2], panel.box[3]
    for name, boxes in (panel.appearances or {}).items():
        if name not in names:
            found.append((f"Panel {panel.id} has boxes of '{name}', which is not in the table.", suggest(name, names)))
            continue
        if boxes and panel.id in prior.panels and prior.table[names.index(name), prior.panels.index(panel.id)] == 0:
            found.append(
                (
                    f"Panel {panel.id} has a box of '{name}', but the table says that it does not appear there.",
                    "Change the mark to 1, or remove the box.",
                )
            )
        for x, y, w, h in boxes:
            if x < 0 or y < 0 or x + w > width or y + h > height:
                found.append(
                    (
                        f"Panel {panel.id}: the box {[x, y, w, h]} of '{name}' leaves the panel of {width} x {height}.",
                        "Boxes are in panel pixels, from the panel's own top left corner.",
                    )
                )
    return found
