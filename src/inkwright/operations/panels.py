"""`panels`: finds the panels of pages that book.json does not have yet."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from inkwright.book import Book, Page, Panel, Prior
from inkwright.comic.elements import dump_prior, parse_prior
from inkwright.comic.panels import find_panels, panel_id
from inkwright.comic.scan import read_page
from inkwright.errors import PriorError, ProjectError
from inkwright.events import Clock, Event, Finished, Saved, Started, Table, Warned
from inkwright.images import EXTENSIONS
from inkwright.project import Project, read_text, write_bytes
from inkwright.registry import suggest


def panels(project: Project, again: Sequence[str] = ()) -> Iterator[Event]:
    """Finds the panels of pages that book.json does not have yet; what is there already is never touched.

    Args:
        project: the project.
        again: page files (such as "pages/p3.png" or "p3.png") whose panels are to be found anew.
    """
    files = project.page_files()
    if not files:
        raise ProjectError(
            f"There are no pictures in {project.pages}.",
            f"Put your pages there; readable are: {', '.join(EXTENSIONS)}.",
        )
    book, direction = project.book(), project.config().book.direction
    before = book.panel_ids()
    known = {Path(page.file).name: page for page in book.pages}
    redo = {Path(name).name for name in again}
    for name in sorted(redo - {f.name for f in files}):
        raise ProjectError(
            f"There is no page '{name}' in {project.pages}.", "Name one of: " + ", ".join(f.name for f in files)
        )
    todo = [f for f in files if f.name not in known or f.name in redo]
    clock = Clock("panels", len(todo))
    yield Started("panels", len(todo), f"{len(todo)} of {len(files)} pages")
    rows = []
    for done, file in enumerate(todo, 1):
        found = find_panels(read_page(file).pixels, direction)
        page = known.get(file.name)
        number = _page_number(book, page)
        made = [
            Panel(id=panel_id(number, k), box=f.box, polygon=list(f.polygon) if f.polygon else None)
            for k, f in enumerate(found, 1)
        ]
        if page is None:
            book.pages.append(Page(file=f"pages/{file.name}", panels=made))
        else:
            page.panels = made
        sure = min((f.confidence for f in found), default=0.0)
        rows.append((sure, (file.name, str(len(found)), f"{sure:.2f}")))
        yield clock.step(done)
    missing = [page.file for page in book.pages if not project.page_file(page.file).is_file()]
    prior = _kept_prior(project, book.panel_ids(), before)
    if prior is not None:  # before the book: columns of panels that it does not have yet are gone on with, see there
        write_bytes(project.prior_path, prior.encode())
    if todo:
        project.save_book(book)
        ranked = [row for _, row in sorted(rows, key=lambda r: r[0])]
        yield Table("panels", "Panels, the least certain pages first", ("page", "panels", "confidence"), tuple(ranked))
        yield Saved("panels", str(project.book_path), "panels: correct them there")
    for file_name in missing:
        yield Warned(
            "panels",
            f"book.json lists {file_name}, which does not exist.",
            "Put it back, or remove the page from book.json.",
        )
    yield Finished("panels", f"{len(book.panel_ids())} panels on {len(book.pages)} pages", bool(todo), clock.seconds)


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


def _kept_prior(project: Project, ids: list[str], before: list[str]) -> str | None:
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
