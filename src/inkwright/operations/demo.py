"""`demo`: the embedded sample, from drawn pages to finished book, through the same operations as anyone's own."""

from collections.abc import Iterator
from pathlib import Path

from inkwright.book import Book, Panel
from inkwright.comic.elements import dump_prior
from inkwright.config import template
from inkwright.errors import InternalError, ProjectError
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import png_bytes
from inkwright.operations.make import make
from inkwright.operations.panels import panels
from inkwright.operations.publish import book_file
from inkwright.project import Project, pictures_in, quoted, write_bytes
from inkwright.sample.comic import TITLE, draw_book
from inkwright.sample.styles import DEFAULT, STYLES


def demo(root: Path, style: str = DEFAULT) -> Iterator[Event]:
    """Draws the sample into a new project and makes it; an unfinished demo is gone on with.

    Args:
        root: the project's folder.
        style: an embedded style.
    """
    clock = Clock("demo", 0)
    STYLES[style]
    if root.exists() and not root.is_dir():
        raise ProjectError(f"{root} is a file.", "Name a folder: inkwright demo DIR")
    if not (root / "inkwright.toml").exists():
        if root.exists() and any(p.name != "pages" and not p.name.endswith(".part") for p in root.iterdir()):
            raise ProjectError(
                f"{root} is not empty and no inkwright project.", "Name another folder: inkwright demo DIR"
            )
        yield Started("demo", 0, f"drawing “{TITLE}”")
        drawn = _drawn(root)
        for path, data in drawn.items():
            write_bytes(path, data)
        settings = {"book": {"title": TITLE, "author": "inkwright"}, "style": {"picture": style}}
        write_bytes(root / "inkwright.toml", template(**settings).encode())  # last: the drawn pages are whole
    project = Project(root)
    if style not in (DEFAULT, project.config().style.picture):
        yield Warned(
            "demo",
            f"The demo in {root} has another style, which is kept.",
            f"Change it: inkwright make {quoted(root)} --style-picture {style}",
        )
    with project.lock():
        yield from _make(project)
    for suffix, what in (("cbz", "CBZ, for any comic reader"), ("pdf", "PDF")):
        yield Saved("demo", str(book_file(project, suffix)), what)
    yield Saved("demo", str(project.build / "review" / "index.html"), "review: how consistent it came out")
    yield Finished("demo", f"the whole demo took {clock.seconds:.0f} s", seconds=clock.seconds)


def _drawn(root: Path) -> dict[Path, bytes]:
    """The sample's pages: path → its bytes.

    Raises:
        ProjectError: pages/ holds other pictures; they are somebody's and are left alone.
    """
    sample = draw_book()
    drawn = {root / page.file: png_bytes(pixels) for page, pixels in zip(sample.book.pages, sample.pages, strict=True)}
    for path in pictures_in(root / "pages"):
        if path not in drawn or path.read_bytes() != drawn[path]:
            raise ProjectError(
                f"{path} is not a page of the sample, so {root} is somebody's own.",
                f"Name another folder for the demo, or make this one: inkwright make {quoted(root)}",
            )
    return drawn


def _make(project: Project) -> Iterator[Event]:
    """Makes the demo's project; what a person changed in it is kept."""
    if not any(panel.balloons for _, panel in project.book().panels()):
        _drawn(project.root)
        yield from panels(project)
        sample = draw_book()
        write_bytes(project.prior_path, dump_prior(sample.prior).encode())
        project.save_book(with_marks(project.book(), sample.book))
    yield from make(project)


def with_marks(found: Book, true: Book) -> Book:
    """The panels as found on the pages, with the sample's words, boxes and texts."""
    for page, answer in zip(found.pages, true.pages, strict=True):
        if [p.id for p in page.panels] != [p.id for p in answer.panels]:
            raise InternalError(
                f"The panel finder found {len(page.panels)} panels on the sample's {page.file}; "
                f"{len(answer.panels)} are drawn."
            )
        for panel, known in zip(page.panels, answer.panels, strict=True):
            _carry(panel, known)
    return found


def _carry(panel: Panel, known: Panel) -> None:
    """Takes over what is known of a panel; boxes move with the panel's corner."""
    dx, dy = known.box[0] - panel.box[0], known.box[1] - panel.box[1]
    panel.appearances = {
        name: [(x + dx, y + dy, w, h) for x, y, w, h in boxes] for name, boxes in (known.appearances or {}).items()
    }
    panel.balloons, panel.alt = known.balloons, known.alt
