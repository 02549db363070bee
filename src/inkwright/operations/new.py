"""`new`: makes a project folder. `elements`: the prior table."""

import math
import re
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from inkwright.book import Prior
from inkwright.comic.elements import add_element, check, dump_prior, mark, parse_prior
from inkwright.comic.intake.limits import Limits
from inkwright.config import check_config, template
from inkwright.errors import ProjectError, UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Table, Warned
from inkwright.images import read_picture
from inkwright.operations.intake import gather, limits_of, place, staging, summary, told
from inkwright.operations.material import load_book, load_prior
from inkwright.operations.straighten import straighten
from inkwright.operations.style_picture import moved
from inkwright.project import Project, digest, guarded, pictures_in, quoted, read_text, write_bytes


def new(
    root: Path,
    scans: Sequence[Path],
    direction: str,
    style: str,
    title: str,
    author: str,
    imports: dict[str, Any] | None = None,
) -> Iterator[Event]:
    """Makes a project: settings, and copies of the pages. Nothing is written where any page cannot be used.

    Args:
        root: the folder; it may hold pages/ and styles/ already.
        scans: pictures, PDFs, archives, or folders of them; see `comic.intake`.
        direction: ltr or rtl.
        style: an embedded style's name or a picture, which is copied into styles/; empty: the default.
        title, author: for the cover; may be empty.
        imports: settings of `[imports]` that are not the defaults.

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
    book: dict[str, object] = {"direction": direction}
    book |= {key: value for key, value in (("title", title), ("author", author)) if value}
    settings: dict[str, dict[str, object]] = {"book": book} | ({"imports": imports} if imports else {})
    copies: list[tuple[Path, Path]] = []
    if style:
        named, files = moved(style)
        copies = [(path, _style_copy(path, root / "styles" / path.name)) for path in files]
        settings["style"] = {"picture": named}
    config = check_config(settings, "options")
    there = pictures_in(root / "pages")
    taken = (yield from _take_in(root, scans, limits_of(config.imports))) if scans else {}
    for folder in (root / "pages", root / "styles"):
        with guarded(folder):
            folder.mkdir(parents=True, exist_ok=True)
    for source, target in copies:
        if not target.exists():
            write_bytes(target, source.read_bytes())
    write_bytes(root / "inkwright.toml", template(**settings).encode())
    yield Saved("new", str(root / "inkwright.toml"), "settings")
    yield from straighten(Project(root), quiet=True)
    act = (
        f"inkwright panels {quoted(root)}"
        if scans or there
        else f"put your pages into {root / 'pages'}, then inkwright panels {quoted(root)}"
    )
    yield Finished("new", f"next: {act}", seconds=clock.seconds, summary=taken)


def _take_in(root: Path, scans: Sequence[Path], limits: Limits) -> Generator[Event, None, dict[str, Any]]:
    """Takes the pages in, as p1, p2 and so on, and says what they are.

    Scans are not mixed with pages that are there already; what an interrupted `new` took in is gone on with.
    """
    there = pictures_in(root / "pages")
    other = next((path for path in there if not re.fullmatch(r"p[1-9][0-9]*", path.stem)), None)
    if other is not None:
        raise _mixed(other)
    with staging(root) as stage:
        entries, found = yield from gather("new", scans, limits, stage)
        names = [f"p{number}{entry.suffix}" for number, entry in enumerate(entries, 1)]
        ours = {name: entry.digest for name, entry in zip(names, entries, strict=True)}
        for path in there:
            if ours.get(path.name) != digest(path):
                raise _mixed(path)
        for entry, name in zip(entries, names, strict=True):
            if not (root / "pages" / name).exists():
                place(entry, root / "pages" / name)
    yield from told("new", names, entries, found)
    return summary(names, entries, found)


def _mixed(path: Path) -> ProjectError:
    return ProjectError(
        f"{path.parent} has pictures already, such as {path.name}.", "Name another folder, or leave out --pages."
    )


def _style_copy(path: Path, target: Path) -> Path:
    """Where a style picture is copied to; another picture of that name is the author's and stays."""
    read_picture(path, 64)
    if target.exists() and digest(path) != digest(target):
        raise ProjectError(f"{target} is there already and is another picture.", "Rename one of the two.")
    return target


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
