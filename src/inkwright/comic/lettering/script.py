"""script.csv: who says what in which panel, in one language or more.

The first row names the columns, in any order: `panel`, `words` (in the book's language; or `words:de`, or just `de`,
for one language each), and, where wanted, `speaker`, `kind`, `mood`, `shape`, `box`, `tail`, `size`. Other columns are
the author's own. Rows of a panel stand in reading order; a row without a panel belongs to the panel above.
"""

import csv
import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

from inkwright.book import Balloon, BalloonKind, BalloonShape, Book, Mood
from inkwright.errors import BookError
from inkwright.registry import suggest

COLUMNS = ("panel", "speaker", "words", "kind", "mood", "shape", "box", "tail", "size")
PINS = ("box", "tail", "size", "shape", "mood")
_LANGUAGE = re.compile(r"(?:words\s*:\s*)?([a-z]{2,3}(?:-[a-z0-9]{2,8})*)", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One row: a balloon with its words by language; `line` is its line in the file."""

    line: int
    panel: str
    balloon: Balloon
    words: dict[str, str]


@dataclass(frozen=True)
class Script:
    """A script that was read.

    Attributes:
        rows: in order.
        languages: codes of its language columns; "" stands for `words`, the book's own language.
        warnings: what the author should know, each with the next act.
    """

    rows: list[Row]
    languages: list[str]
    warnings: list[tuple[str, str]] = field(default_factory=list)


def decoded(data: bytes, name: str) -> str:
    """The text of a CSV file: UTF-8, or UTF-16 with its mark, as spreadsheets write it.

    Raises:
        BookError: another encoding.
    """
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1 if data[:2] not in (b"\xff\xfe", b"\xfe\xff") else 1
        raise BookError(
            f"{name} is not UTF-8 text: line {line} has bytes of another encoding.",
            "Save it again as 'CSV UTF-8' from the spreadsheet.",
        ) from None


def parse_script(data: bytes, name: str, panels: Sequence[str], speakers: Sequence[str]) -> Script:
    """Reads a script.

    Args:
        data: the file's bytes.
        name: the file's, for messages.
        panels: ids of the book's panels.
        speakers: names of its elements.

    Raises:
        BookError: an encoding that is not UTF-8, a missing column, an unknown panel, kind, mood or shape, a pin that is
            no numbers; the message names the line.
    """
    text = decoded(data, name)
    if "\0" in text:
        raise BookError(f"{name} is not a CSV file.", "Save it as 'CSV UTF-8' from the spreadsheet.")
    table, first = _table(text, name)
    if not table:
        raise BookError(f"{name} is empty.", f"Its first row names the columns: {', '.join(COLUMNS[:4])}.")
    header, languages = _header(table[0][1], name)
    reader = _Reader(name, len(table[0][1]), header, languages, list(panels), list(speakers))
    rows = [
        row for line, cells in table[1:] if any(c.strip() for c in cells) for row in reader.row(line + first, cells)
    ]
    return Script(rows, languages, reader.warnings)


def _table(text: str, name: str) -> tuple[list[tuple[int, list[str]]], int]:
    first = 0
    given = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # a spreadsheet's own note of its delimiter
    if given:
        text, first = text[given.end() :], 1
    head = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    delimiter = given.group(1) if given else max(",;\t", key=lambda c: (head.count(c), c == ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found, start = [], 1
    try:
        for cells in reader:
            if cells:
                found.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise BookError(f"{name}, line {reader.line_num + first}: {error}.", "Mend that line.") from None
    return found, first


def _header(cells: list[str], name: str) -> tuple[dict[int, str], list[str]]:
    """Column number → its name, or the language code of its words ("" for the book's)."""
    header: dict[int, str] = {}
    languages: list[str] = []
    for k, cell in enumerate(cells):
        title = cell.strip()
        low = title.casefold()
        language = _LANGUAGE.fullmatch(title)
        code = "" if low == "words" else language.group(1).casefold() if language else None
        if low in header.values() or code in languages:
            raise BookError(f"{name} has the column '{title}' twice.", "Remove one of the two.")
        if low in COLUMNS and low != "words":
            header[k] = low
        elif code is not None:
            header[k] = f"words:{code}"
            languages.append(code)
        else:
            near = difflib.get_close_matches(low, COLUMNS, 1, 0.75)
            if near and near[0] not in [c.strip().casefold() for c in cells]:
                raise BookError(f"{name} has a column '{title}'.", f"Did you mean '{near[0]}'?")
    if "panel" not in header.values():
        found = ", ".join(c.strip() for c in cells if c.strip())[:120]
        raise BookError(
            f"{name} has no column 'panel'; its first row has: {found or 'nothing'}.",
            "Name the columns in the first row: panel, speaker, words, kind.",
        )
    if not languages:
        raise BookError(f"{name} has no column 'words'.", "Name it 'words', or 'words:de' for a language.")
    return header, languages


class _Reader:
    def __init__(
        self,
        name: str,
        width: int,
        header: dict[int, str],
        languages: list[str],
        panels: list[str],
        speakers: list[str],
    ) -> None:
        self.name, self.width, self.header, self.languages = name, width, header, languages
        self.panels, self.speakers = panels, speakers
        self.panel = ""
        self.warnings: list[tuple[str, str]] = []
        self._unknown: set[str] = set()

    def row(self, line: int, cells: list[str]) -> list[Row]:
        """The row as a list of one; of none where it has no words."""
        if any(c.strip() for c in cells[self.width :]):
            raise BookError(
                f"{self.name}, line {line}: more columns than the first row names.",
                "Put quotation marks around words that hold the delimiter.",
            )
        values = {title: cells[k].strip() for k, title in self.header.items() if k < len(cells)}
        self.panel = self._panel(line, values.get("panel", "")) or self.panel
        if not self.panel:
            raise BookError(f"{self.name}, line {line}: no panel is named.", f"Write one, such as {self._such()}.")
        words = {code: values.get(f"words:{code}", "") for code in self.languages}
        words = {code: said for code, said in words.items() if said}
        if not words:
            self.warnings.append(
                (f"{self.name}, line {line}: no words; the row is skipped.", "Write them, or remove it.")
            )
            return []
        data: dict[str, object] = {
            "kind": self._choice(line, "kind", values.get("kind", ""), get_args(BalloonKind)) or "speech",
            "mood": self._choice(line, "mood", values.get("mood", ""), get_args(Mood)),
            "shape": self._choice(line, "shape", values.get("shape", ""), get_args(BalloonShape)),
            "box": self._numbers(line, "box", values.get("box", ""), 4),
            "tail": self._numbers(line, "tail", values.get("tail", ""), 2),
            "speaker": self._speaker(line, values.get("speaker", "")),
            "words": next(iter(words.values())),
        }
        size = self._numbers(line, "size", values.get("size", ""), 1)
        data["size"] = size[0] if size else None
        try:
            balloon = Balloon.model_validate(data)
        except ValueError as error:
            first = str(error.errors()[0]["msg"]) if hasattr(error, "errors") else str(error)
            raise BookError(f"{self.name}, line {line}: {first}.", "Mend that value.") from None
        return [Row(line, self.panel, balloon, words)]

    def _such(self) -> str:
        return self.panels[0] if self.panels else "p1.1"

    def _panel(self, line: int, said: str) -> str:
        if not said or said in self.panels:
            return said
        alike = [panel for panel in self.panels if panel.casefold() == said.casefold()]
        if alike:
            return alike[0]
        near = difflib.get_close_matches(said, self.panels, 1, 0.5)
        hint = f"Did you mean '{near[0]}'?" if near else f"The book's panels are {_range(self.panels)}."
        raise BookError(f"{self.name}, line {line}: there is no panel '{said}'.", hint)

    def _choice(self, line: int, what: str, said: str, known: Sequence[str]) -> str | None:
        low = said.casefold()
        if not low:
            return None
        if low not in known:
            raise BookError(f"{self.name}, line {line}: unknown {what} '{said}'.", suggest(low, list(known)))
        return low

    def _speaker(self, line: int, said: str) -> str:
        alike = [name for name in self.speakers if name.casefold() == said.casefold()]
        if not said or alike:
            return said if not alike or said in alike else alike[0]
        if said not in self._unknown:
            self._unknown.add(said)
            near = difflib.get_close_matches(said, self.speakers, 1, 0.6)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            hint += "Tails point to elements that have a box in their panel."
            self.warnings.append((f"{self.name}, line {line}: no element is called '{said}'.", hint))
        return said

    def _numbers(self, line: int, what: str, said: str, count: int) -> list[float] | None:
        if not said:
            return None
        parts = re.findall(r"-?\d+(?:\.\d+)?", said)
        if len(parts) != count or re.sub(r"-?\d+(?:\.\d+)?|[\s,;x]+", "", said):
            shape = {4: "x y width height", 2: "x y", 1: "a number"}[count]
            raise BookError(f"{self.name}, line {line}: {what} '{said}' is not {shape}.", "Write it in panel pixels.")
        return [float(part) for part in parts]


def _range(panels: list[str]) -> str:
    if not panels:
        return "not found yet: run inkwright panels"
    return ", ".join(panels) if len(panels) <= 6 else f"{', '.join(panels[:3])} ... {panels[-1]}"


def with_script(book: Book, script: Script, language: str) -> Book:
    """The book with the balloons of a script.

    A panel that the script names has the script's balloons; all others keep those of book.json. What the author pinned
    in book.json stays with its balloon: the one with the same words, else the one in the same place.

    Args:
        book: as book.json has it.
        script: the script.
        language: the book's own, which the column `words` is in.
    """
    by_panel: dict[str, list[Row]] = {}
    for row in script.rows:
        by_panel.setdefault(row.panel, []).append(row)
    made = book.model_copy(deep=True)
    for _, panel in made.panels():
        if panel.id in by_panel:
            panel.balloons = _merged(by_panel[panel.id], panel.balloons or [], language)
    return made


def _merged(rows: list[Row], before: list[Balloon], language: str) -> list[Balloon]:
    own = language.casefold()
    made: list[Balloon] = []
    for row in rows:
        words = {own if code == "" else code: said for code, said in row.words.items()}
        said = words.pop(own, None)
        if said is None:
            said = next((words[c] for c in words if c.split("-")[0] == own.split("-")[0]), row.balloon.words)
        made.append(row.balloon.model_copy(update={"words": said, "translations": words or None}))
    left = dict(enumerate(before))
    pinned: dict[int, Balloon] = {}
    for k, balloon in enumerate(made):
        same = next((n for n, old in left.items() if old.words.split() == balloon.words.split()), None)
        if same is not None:
            pinned[k] = left.pop(same)
    for k in range(len(made)):
        if k not in pinned and k in left:
            pinned[k] = left.pop(k)
    for k, old in pinned.items():
        kept = {
            pin: getattr(old, pin) for pin in PINS if getattr(made[k], pin) is None and getattr(old, pin) is not None
        }
        made[k] = made[k].model_copy(update=kept)
    return made


def languages_of(book: Book, own: str) -> list[str]:
    """The languages that a book has words in, its own first."""
    found = {code.casefold() for _, p in book.panels() for b in p.balloons or [] for code in b.translations or {}}
    return [own, *sorted(found - {own.casefold()})]


def in_language(book: Book, language: str, own: str) -> tuple[Book, list[str]]:
    """The book with its words in a language.

    Returns:
        The book, and the panels with words that have no translation; those words stay as they are.
    """
    wanted = language.casefold()
    if wanted == own.casefold():
        return book, []
    made, missing = book.model_copy(deep=True), []
    for _, panel in made.panels():
        for balloon in panel.balloons or []:
            known = {code.casefold(): said for code, said in (balloon.translations or {}).items()}
            said = known.get(wanted) or known.get(wanted.split("-")[0])
            if said:
                balloon.words = said
            elif balloon.words.strip():
                missing.append(panel.id)
    return made, list(dict.fromkeys(missing))
