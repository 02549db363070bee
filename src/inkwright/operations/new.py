"""`new`: makes a project folder. `elements`: the prior table."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from inkwright.book import Prior
from inkwright.comic.elements import add_element, check, dump_prior, mark, parse_prior
from inkwright.comic.scan import describe, read_page
from inkwright.config import check_config, template
from inkwright.errors import PictureError, ProjectError, UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Table, Warned
from inkwright.images import EXTENSIONS, read_picture
from inkwright.operations.material import find_style, load_book, load_prior
from inkwright.project import Project, digest, guarded, natural, pictures_in, quoted, read_text, write_bytes


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
