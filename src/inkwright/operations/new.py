"""`new`: makes a project folder. `panels`: finds the panels of its pages. `elements`: the prior table."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from inkwright.book import Book, Page, Panel, Prior
from inkwright.comic.elements import add_element, check, dump_prior, mark, parse_prior
from inkwright.comic.panels import find_panels, panel_id
from inkwright.comic.scan import describe, read_page
from inkwright.config import check_config, template
from inkwright.errors import PictureError, PriorError, ProjectError, UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Table, Warned
from inkwright.images import EXTENSIONS, read_picture
from inkwright.operations.material import find_style, load_book, load_prior
from inkwright.project import Project, digest, guarded, natural, pictures_in, quoted, read_text, write_bytes
from inkwright.registry import suggest


def new(root: Path, scans: Sequence[Path], direction: str, style: str, title: str, author: str) -> Iterator[Event]:
    """Makes a project: settings, and copies of the pages. Nothing is written where any page cannot be used.

    Args:
        root: the folder; it may hold pages/ and styles/ already.
        scans: pictures, or folders of pictures.
        direction: ltr or rtl.
        style: an embedded style's name or a picture, which is copied into styles/; empty: the default.
        title, author: for the cover; may be empty.

    Raises:
        ProjectError: there is a project already, or pages/ has other pictures than those that are given.
        PictureError: a page or the style cannot be used.
        ConfigError: the title or the author is too long.
    """
    clock = Clock("new", 0)
    if (root / "inkwright.toml").exists():
        raise ProjectError(
            f"{root} is an inkwright project already.", f"Go on with it: inkwright status {quoted(root)}"
        )
    if root.exists() and not root.is_dir():
        raise ProjectError(f"{root} is a file.", "Name a folder.")
    files, there = ordered(scans), pictures_in(root / "pages")
    copies = [(file, root / "pages" / f"p{number}{file.suffix.lower()}") for number, file in enumerate(files, 1)]
    if files:
        _check_pages(copies, there)
    yield Started("new", len(files), f"{len(files)} pages")
    rows = [(target.name, file.name, *describe(read_page(file))) for file, target in copies]
    book: dict[str, object] = {"direction": direction}
    book |= {key: value for key, value in (("title", title), ("author", author)) if value}
    settings: dict[str, dict[str, object]] = {"book": book}
    if style:
        path = find_style(None, style)
        if path is not None:
            copies.append((path, _style_copy(path, root / "styles" / path.name)))
        settings["style"] = {"picture": style if path is None else path.name}
    check_config(settings, "options")
    for folder in (root / "pages", root / "styles"):
        with guarded(folder):
            folder.mkdir(parents=True, exist_ok=True)
    for source, target in copies:
        if not target.exists():
            write_bytes(target, source.read_bytes())
    write_bytes(root / "inkwright.toml", template(**settings).encode())
    if rows:
        yield Table(
            "new", "Pages", ("page", "from", "size", "dpi", "changed while reading")[: len(rows[0])], tuple(rows)
        )
    yield Saved("new", str(root / "inkwright.toml"), "settings")
    act = (
        f"inkwright panels {quoted(root)}"
        if files or there
        else f"put your pages into {root / 'pages'}, then inkwright panels {quoted(root)}"
    )
    yield Finished("new", f"next: {act}", seconds=clock.seconds)


def _check_pages(copies: Sequence[tuple[Path, Path]], there: Sequence[Path]) -> None:
    """Refuses scans that could not be found again, and to mix them with pages that are there already.

    What an interrupted `new` copied is gone on with.
    """
    for file, _ in copies:
        if file.is_file() and file.suffix.lower() not in EXTENSIONS:
            raise PictureError(
                f"{file} has the suffix '{file.suffix}'.", f"Pages are told by their suffixes: {', '.join(EXTENSIONS)}."
            )
    ours = {target: file for file, target in copies}
    for path in there:
        if path not in ours or not ours[path].is_file() or digest(path) != digest(ours[path]):
            raise ProjectError(
                f"{path.parent} has pictures already, such as {path.name}.",
                "Name another folder, or leave out --pages.",
            )


def _style_copy(path: Path, target: Path) -> Path:
    """Where a style picture is copied to; another picture of that name is the author's and stays."""
    read_picture(path, 64)
    if target.exists() and digest(path) != digest(target):
        raise ProjectError(f"{target} is there already and is another picture.", "Rename one of the two.")
    return target


def ordered(scans: Sequence[Path]) -> list[Path]:
    """The pictures of a list of files and folders.

    A shell hands over `scan*` as scan1, scan10, scan2: where files come in plain alphabetical order they are put into
    natural order; any other order is the person's own and kept.
    """
    files: list[Path] = []
    plain: list[Path] = []
    for scan in scans:
        if scan.is_dir():
            found = pictures_in(scan)
            if not found:
                raise ProjectError(f"{scan} holds no pictures.", f"Readable are: {', '.join(EXTENSIONS)}.")
            files += found
        else:
            plain.append(scan)
    if [str(p) for p in plain] == sorted(str(p) for p in plain):
        plain.sort(key=lambda p: natural(str(p)))
    return files + plain


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


# -- elements ----------------------------------------------------------------------------------------------------------


def show_elements(project: Project) -> Iterator[Event]:
    """The prior table, and what a person should look at."""
    book = load_book(project)
    prior = load_prior(project, book)
    yield Started("elements")
    rows = tuple(
        (e.name, e.kind, *("" if math.isnan(v) else str(int(v)) for v in row))
        for e, row in zip(prior.elements, prior.table.tolist(), strict=True)
    )
    yield Table("elements", "Prior: 1 appears, 0 does not, blank not said", ("element", "kind", *prior.panels), rows)
    if not rows:
        yield Warned(
            "elements",
            "No elements are listed yet.",
            f'Add one: inkwright elements {quoted(project.root)} add "Hero" --kind character',
        )
    for message, hint in check(book, prior):
        yield Warned("elements", message, hint)
    yield Finished("elements", f"{len(rows)} elements, {len(prior.panels)} panels", False)


def add(project: Project, name: str, kind: str) -> Iterator[Event]:
    """Adds an element, all its marks blank."""
    prior = add_element(load_prior(project, load_book(project)), name, kind)
    yield from _save(project, prior, f"added {kind} '{name.strip()}'")


def set_marks(project: Project, name: str, panel_ids: Sequence[str], value: float) -> Iterator[Event]:
    """Marks an element in some panels: 1 appears, 0 does not, nan not said; "rest" is every panel not yet said."""
    prior = load_prior(project, load_book(project))
    row = prior.row(name)
    for panel in panel_ids:
        if panel == "rest":
            blank = [p for p, v in zip(prior.panels, prior.table[row], strict=True) if math.isnan(v)]
            for p in blank:
                prior = mark(prior, name, p, value)
        else:
            prior = mark(prior, name, panel, value)
    yield from _save(project, prior, f"marked '{name}' in {', '.join(panel_ids)}")


def import_prior(project: Project, file: Path) -> Iterator[Event]:
    """Takes another CSV file as the prior table."""
    prior = parse_prior(read_text(file), load_book(project).panel_ids(), str(file))
    yield from _save(project, prior, f"{len(prior.elements)} elements from {file}")


def export_prior(project: Project, file: Path) -> Iterator[Event]:
    """Writes the prior table to another CSV file."""
    if file.exists() and file.resolve() != project.prior_path.resolve():
        raise UserError(f"{file} exists already.", "Name a new file.")
    write_bytes(file, dump_prior(load_prior(project, load_book(project))).encode())
    yield Saved("elements", str(file), "prior table")
    yield Finished("elements", f"written to {file}")


def _save(project: Project, prior: Prior, note: str) -> Iterator[Event]:
    yield Started("elements")
    write_bytes(project.prior_path, dump_prior(prior).encode())
    yield Saved("elements", str(project.prior_path), "prior table")
    yield Finished("elements", note)
