"""`panels`: finds the panels of pages that book.json does not have yet."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from inkwright.book import Book, Page, Panel, Prior
from inkwright.comic.confidence import UNSURE, doubt
from inkwright.comic.elements import dump_prior, parse_prior
from inkwright.comic.outlines import outlines
from inkwright.comic.panels import find_panels, panel_id
from inkwright.comic.scan import read_page
from inkwright.errors import PriorError, ProjectError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Table, Warned
from inkwright.images import EXTENSIONS, png_bytes
from inkwright.operations.straighten import straighten
from inkwright.project import Project, quoted, read_text, write_bytes
from inkwright.registry import suggest

HEADINGS = ("page", "panels", "confidence", "least sure", "why", "outlines")
"""Headings of the table of found panels."""


def panels(project: Project, again: Sequence[str] = (), show: bool = False) -> Iterator[Event]:
    """Finds the panels of pages that book.json does not have yet; what is there already is never touched.

    Args:
        project: the project.
        again: page files (such as "pages/p3.png" or "p3.png") whose panels are to be found anew.
        show: draw the outlines of all pages anew, as book.json has them.
    """
    files = project.page_files()
    if not files:
        raise ProjectError(
            f"There are no pictures in {project.pages}.",
            f"Put your pages there; readable are: {', '.join(EXTENSIONS)}.",
        )
    yield from straighten(project, quiet=True)
    book, direction = project.book(), project.config().book.direction
    before = book.panel_ids()
    known = {Path(project.original(page.file)).name: page for page in book.pages}
    redo = {Path(project.original(name)).name for name in again}
    for name in sorted(redo - {f.name for f in files}):
        raise ProjectError(
            f"There is no page '{name}' in {project.pages}.", "Name one of: " + ", ".join(f.name for f in files)
        )
    todo = [f for f in files if f.name not in known or f.name in redo]
    clock = Clock("panels", len(todo))
    yield Started("panels", len(todo), f"{len(todo)} of {len(files)} pages")
    rows: list[tuple[float, tuple[str, ...]]] = []
    for done, file in enumerate(todo, 1):
        rows.append(_find(project, book, file, known.get(file.name), direction))
        yield clock.step(done)
    missing = [page.file for page in book.pages if not project.page_file(page.file).is_file()]
    prior = kept_prior(project, book.panel_ids(), before)
    if prior is not None:  # before the book: columns of panels that it does not have yet are gone on with, see there
        write_bytes(project.prior_path, prior.encode())
    if todo:
        project.save_book(book)
        ranked = sorted(rows, key=lambda row: row[0])
        yield Table("panels", "Panels, the least certain pages first", HEADINGS, tuple(row for _, row in ranked))
        yield Saved("panels", str(project.book_path), "panels: correct them there")
        yield from _unsure(project, [row for sure, row in ranked if sure < UNSURE])
    if todo or show:
        yield from _drawn(project, book, None if show else todo)
    for file_name in missing:
        yield Warned(
            "panels",
            f"book.json lists {file_name}, which does not exist.",
            "Put it back, or remove the page from book.json.",
        )
    yield Finished("panels", f"{len(book.panel_ids())} panels on {len(book.pages)} pages", bool(todo), clock.seconds)


def _find(project: Project, book: Book, file: Path, page: Page | None, direction: str) -> tuple[float, tuple[str, ...]]:
    """Puts the panels of a page into the book; gives its least confidence and its row under `HEADINGS`."""
    picture = project.picture_of(file)
    found = find_panels(read_page(project.page_file(picture)).pixels, direction)
    number = _page_number(book, page)
    made = [
        Panel(
            id=panel_id(number, k), box=f.box, polygon=list(f.polygon) if f.polygon else None, confidence=f.confidence
        )
        for k, f in enumerate(found, 1)
    ]
    if page is None:
        page = Page(file=picture, panels=made)
        book.pages.append(page)
    else:
        page.file, page.panels = picture, made
    sure, k = min((one.confidence, k) for k, one in enumerate(found))
    told = (made[k].id, doubt(found[k].evidence)) if sure < UNSURE else ("", "")
    return sure, (file.name, str(len(found)), f"{sure:.2f}", *told, f"{book.pages.index(page) + 1}.png")


def _unsure(project: Project, rows: Sequence[tuple[str, ...]]) -> Iterator[Event]:
    """What to do about unsure pages."""
    if rows:
        some = ", ".join(row[0] for row in rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
        yield Warned(
            "panels",
            f"Look at the panels of {some}.",
            f"Correct boxes, polygons and their order in {project.book_path.name}, then see them drawn: "
            f"inkwright panels {quoted(project.root)} --show. Found anew after a change of the page or of "
            f"book.direction: inkwright panels {quoted(project.root)} --again {rows[0][0]}",
        )


def _drawn(project: Project, book: Book, files: Sequence[Path] | None) -> Iterator[Event]:
    """Draws the outlines of the panels as the book has them, of all pages or of those of some files."""
    wanted = None if files is None else {file.name for file in files}
    for number, page in enumerate(book.pages, 1):
        path = project.page_file(page.file)
        if path.is_file() and (wanted is None or Path(project.original(page.file)).name in wanted):
            target = project.outlines / f"{number}.png"
            write_bytes(target, png_bytes(outlines(read_page(path).pixels, page.panels)))
            yield PageDone("panels", page.file, str(target))
    said = "outlines of the panels, numbered; green is sure, red a guess, blue your own"
    yield Saved("panels", str(project.outlines), said)


def _page_number(book: Book, page: Page | None) -> int:
    """The number in the ids of a page's panels: its own where it alone has it, else the first that is free."""
    used = {panel.id[1:].split(".")[0] for other in book.pages if other is not page for panel in other.panels}
    if page is not None and page.panels and page.panels[0].id.startswith("p"):
        head = page.panels[0].id[1:].split(".")[0]
        if head.isdecimal() and head not in used:
            return int(head)
    number = book.pages.index(page) + 1 if page is not None else len(book.pages) + 1
    while str(number) in used:
        number += 1
    return number


def kept_prior(project: Project, ids: list[str], before: list[str]) -> str | None:
    """The text of prior.csv with a blank column for each new panel, or None where it need not be written.

    Args:
        project: the project.
        ids: the panels of the book that is about to be saved.
        before: the panels of the book on disk; those that go take their marks along.

    Raises:
        PriorError: it has marks for a panel that neither book has.
    """
    if not project.prior_path.exists():
        return dump_prior(Prior.empty(ids))
    text = read_text(project.prior_path)
    header = text.lstrip("\ufeff").splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=header.count)
    listed = [c for c in (cell.strip().strip('"') for cell in header.split(delimiter)[2:]) if c]
    old = parse_prior(text, list(dict.fromkeys(listed + ids)), str(project.prior_path))
    for column, panel in enumerate(old.panels):
        if panel not in ids and panel not in before and not np.isnan(old.table[:, column]).all():
            raise PriorError(
                f"{project.prior_path} has marks for panel '{panel}', which the book does not have.",
                f"Rename that column, or remove it. {suggest(panel, ids)}",
            )
    return None if set(listed) == set(ids) else dump_prior(old.for_panels(ids))
