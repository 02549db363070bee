"""Which files are finished pictures, and of what: told by their names.

They lie in the project's finished/: finished/p3.2.png, a whole page under its file's name or as finished/page3.png, and
finished/NAME.png, a model sheet of an element. They are only read.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from inkwright.book import Book, Prior
from inkwright.errors import ProjectError
from inkwright.images import EXTENSIONS
from inkwright.project import Project, digest, from_home, pictures_in
from inkwright.registry import suggest

FOLDER = "finished"
TAUGHT = 5
"""Raised when a change of ours makes what was learned from finished pictures stale."""
DRAWN_IN = (".psd", ".psb", ".kra", ".ora", ".xcf", ".clip", ".afphoto", ".heic", ".avif", ".svg", ".pdf")
"""Files of painting programs and cameras: what an author may take for a finished picture, and is not read."""


@dataclass(frozen=True)
class Files:
    """The finished pictures of a project.

    Attributes:
        folder: where they lie.
        panels: panel id → its picture, or that of its whole page.
        whole: ids of the panels whose picture is a page.
        sheets: element index → its model sheet.
        odd: (message, hint) for pictures that belong to nothing.
    """

    folder: Path
    panels: dict[str, Path]
    whole: frozenset[str]
    sheets: dict[int, Path]
    odd: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.panels or self.sheets)


def folder_of(project: Project, name: str | None = None) -> Path:
    """The folder of finished pictures: as named, else as set.

    Raises:
        ProjectError: one is named that is not there, or one that inkwright writes itself.
    """
    name = project.config().finished.folder if name is None else name
    path = from_home(name)
    path = path if path.is_absolute() else project.root / path
    if name != FOLDER and not path.is_dir():
        raise ProjectError(f"finished.folder is {name}, which is no folder: {path}.", "Make it, or set another.")
    if path.resolve().is_relative_to(project.build.resolve()):
        raise ProjectError(f"finished.folder is {name}, where inkwright writes.", "Copy what you finished elsewhere.")
    return path


def find(project: Project, book: Book, prior: Prior) -> Files:
    """The finished pictures of a project; none is no error.

    Raises:
        ProjectError: two pictures for one panel, page or element.
    """
    folder = folder_of(project)
    named = _named(folder)
    panels, whole, used = {}, set(), set()
    stems = {_key(Path(page.file).stem) for page in book.pages}
    for number, page in enumerate(book.pages, 1):
        # A number stands for its page unless it is the name of another one's file.
        by_number = [f"page{number}"] if f"page{number}" not in stems else []
        of_page = _either(folder, named, [_key(Path(page.file).stem), *by_number])
        for panel in page.panels:
            own = named.get(_key(panel.id))
            if (found := own or of_page) is not None:
                panels[panel.id] = found
                used.add(found)
                if own is None:
                    whole.add(panel.id)
        if of_page is not None:
            used.add(of_page)  # also where each of its panels has a picture of its own
    sheets = {}
    for i, element in enumerate(prior.elements):
        sheet = named.get(_key(element.name))
        if sheet is not None and sheet not in used:
            sheets[i] = sheet
    left = [path for path in named.values() if path not in used and path not in sheets.values()]
    known = [*book.panel_ids(), *(e.name for e in prior.elements), *(f"page{n + 1}" for n in range(len(book.pages)))]
    odd = [(f"{p} is named like no panel, page or element and is not used.", suggest(p.stem, known)) for p in left]
    return Files(folder, panels, frozenset(whole), sheets, (*odd, *_unread(folder)))


def _key(name: str) -> str:
    """What names are compared by: systems differ in how they write accents, and a file has no slash in its name."""
    return unicodedata.normalize("NFC", name.replace("/", "-")).casefold()


def _named(folder: Path) -> dict[str, Path]:
    """The pictures in a folder by the keys of their names.

    Raises:
        ProjectError: two have the same.
    """
    named: dict[str, Path] = {}
    for path in pictures_in(folder):
        name = _key(path.stem)
        if name in named:
            raise ProjectError(f"{folder} has both {named[name].name} and {path.name}.", "Remove one of the two.")
        named[name] = path
    return named


def _either(folder: Path, named: dict[str, Path], names: list[str]) -> Path | None:
    found = list(dict.fromkeys(named[name] for name in names if name in named))
    if len(found) > 1:
        one, other = (path.name for path in found)
        raise ProjectError(f"{folder} has both {one} and {other}, which name one page.", "Remove one of the two.")
    return found[0] if found else None


def _unread(folder: Path) -> list[tuple[str, str]]:
    """(message, hint) for files that an author may take for finished pictures."""
    if not folder.is_dir():
        return []
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in DRAWN_IN)
    act = f"Export it as PNG; readable are {', '.join(EXTENSIONS)}."
    return [(f"{path} is no kind of picture that is read here and is not used.", act) for path in files]


def finished_key(project: Project, book: Book, prior: Prior) -> list[str]:
    """Changes with the finished pictures and what is made of them; empty without any."""
    files = find(project, book, prior)
    if not files:
        return []
    known = {path: digest(path) for path in {*files.panels.values(), *files.sheets.values()}}
    panels = [[panel, known[path], panel in files.whole] for panel, path in sorted(files.panels.items())]
    sheets = [[i, known[path]] for i, path in sorted(files.sheets.items())]
    settings = project.config().finished.model_dump(exclude={"folder", "keep"})
    return [digest(TAUGHT, panels, sheets, settings)]
