"""`straighten`: photos and scans of pages turned into flat pages in straightened/; pages/ is never written to.

    straightened/
      p1.png              the straight page; book.json names it where it is used
      before-after/p1.jpg both beside each other
      straighten.json     what was done to every page, and how: angle, corners, light

A page's panels lie on the picture that book.json names. That name changes together with the panels' places, never
without them: before a straight picture is replaced, its page is put back on the author's picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inkwright.book import Page
from inkwright.comic.scan import read_page
from inkwright.comic.straighten.carry import carry
from inkwright.comic.straighten.perspective import Field, inverse
from inkwright.comic.straighten.plan import Plan, apply, plan
from inkwright.comic.straighten.side_by_side import side_by_side
from inkwright.errors import ProjectError, UserError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Table, Warned
from inkwright.images import Picture, jpeg_bytes, png_bytes
from inkwright.operations.page_corners import hand_corners, parse_corners, set_corners
from inkwright.project import Project, digest, quoted, write_bytes, write_json
from inkwright.registry import suggest

METHOD = 1
"""Raised when a change of ours makes earlier straightened pages stale."""
COLUMNS = ("page", "straightened", "size")


@dataclass
class _Work:
    """One page's straightening: the author's file, its record in straighten.json, where its picture goes."""

    file: Path
    record: dict[str, Any]
    key: str
    corners: Field | None
    target: str

    @property
    def original(self) -> str:
        return f"pages/{self.file.name}"


def straighten(
    project: Project,
    pages: Sequence[str] = (),
    undo: Sequence[str] = (),
    carried: bool = False,
    quiet: bool = False,
) -> Iterator[Event]:
    """Straightens pages whose picture, corners or settings changed since.

    Args:
        project: the project.
        pages: page files, such as "p3.jpg"; none: all. Pages that were undone are straightened again when named.
        undo: page files that go back to the author's picture, their panels with them.
        carried: whether panels that book.json has on an author's picture are carried to the straight one.
        quiet: say nothing where nothing has to be looked at.

    Raises:
        ProjectError: no such page.
        ConfigError: corners.json has a mistake.
    """
    files = {file.name: file for file in project.page_files()}
    named, back = _chosen(files, pages), _chosen(files, undo)
    config, hand = project.config().straighten, hand_corners(project, files)
    clock = Clock("straighten", 0)
    if back:
        yield Started("straighten", len(back), f"{len(back)} pages back as they were")
        for name in back:
            yield from _undo(project, name)
        yield Finished("straighten", f"{len(back)} pages are as they were", True, clock.seconds)
        return
    todo = _todo(project, files, named, hand, carried)
    if (config.mode == "off" and not named) or not todo:
        if not quiet:
            yield Started("straighten")
            why = "straighten.mode is off" if config.mode == "off" and not named else "nothing new to look at"
            yield Finished("straighten", why, False)
        return
    clock = Clock("straighten", len(todo))
    yield Started("straighten", len(todo), f"{len(todo)} of {len(files)} pages")
    rows = []
    for done, work in enumerate(todo, 1):
        picture = read_page(work.file)
        made = plan(picture.pixels, "on" if config.mode == "on" else "auto", config.paper, work.corners)
        yield from _one(project, work, picture, made, carried)
        before, after = f"{picture.pixels.shape[1]} x {picture.pixels.shape[0]}", f"{made.size[0]} x {made.size[1]}"
        rows.append((work.file.name, ", ".join(made.notes), before if before == after else f"{before} → {after}"))
        yield clock.step(done)
    yield Table("straighten", "Straightened", COLUMNS, tuple(rows))
    count = sum(row[1] != "nothing to be done" for row in rows)
    if count:
        yield Saved("straighten", str(project.straightened / "before-after"), "before and after, side by side")
    yield Finished("straighten", f"{count} of {len(rows)} pages straightened", True, clock.seconds)


def straighten_pages(
    project: Project, pages: Sequence[str], undo: Sequence[str], carried: bool, corners: str | None
) -> Iterator[Event]:
    """`straighten` as it is asked for on the command line.

    Raises:
        UserError: `corners` without exactly one page; see `straighten`.
    """
    if corners is not None:
        if len(pages) != 1 or undo:
            raise UserError("--corners belongs to one page.", "Name that page, such as p3.jpg.")
        files = {file.name: file for file in project.page_files()}
        set_corners(project, _chosen(files, pages)[0], parse_corners(corners))
    yield from straighten(project, pages, undo, carried)


def _chosen(files: dict[str, Path], names: Sequence[str]) -> list[str]:
    """The names of pages that were asked for; a number, a stem or a path stands for a page as well."""
    found = []
    for name in names:
        last = Path(name).name
        fits = [file for file in files if last in (file, Path(file).stem)] or [
            file for file in files if Path(last).stem == Path(file).stem
        ]
        if not fits:
            raise ProjectError(f"There is no page '{name}' in pages/.", suggest(last, list(files)))
        found.append(fits[0])
    return list(dict.fromkeys(found))


def _todo(
    project: Project, files: dict[str, Path], named: list[str], hand: dict[str, Field], carried: bool
) -> list[_Work]:
    """The pages that have to be looked at."""
    config, records = project.config().straighten, project.straightenings()
    targets = {str(record.get("picture")) for record in records.values()}
    stems = [Path(name).stem.lower() for name in files]
    found = []
    for name in named or list(files):
        record, corners = records.get(name, {}), hand.get(name)
        if record.get("undone") and not named:
            continue
        key = digest(METHOD, config.mode, config.paper, None if corners is None else corners.tolist(), files[name])
        whole = record.get("picture") is None or (project.root / str(record["picture"])).is_file()
        waiting = carried and record.get("picture") is not None and _page(project, name)[2] == f"pages/{name}"
        if record.get("key") == key and whole and not record.get("undone") and not waiting:
            continue
        stem = Path(name).stem if stems.count(Path(name).stem.lower()) == 1 else name
        target = str(record.get("picture") or f"straightened/{stem}.png")
        if not record.get("picture") and target in targets:
            target = f"straightened/{name}.png"
        found.append(_Work(files[name], record, key, corners, target))
    return found


def _page(project: Project, name: str) -> tuple[int, Page | None, str]:
    """A page of book.json by the author's file: its place, the page, and the picture that it is on."""
    for index, page in enumerate(project.book().pages):
        if Path(project.original(page.file)).name == name:
            return index, page, page.file
    return -1, None, ""


def _put(project: Project, index: int, page: Page) -> None:
    """Writes one page of book.json."""
    book = project.book()
    book.pages[index] = page
    project.save_book(book)


def _one(project: Project, work: _Work, picture: Picture, made: Plan, carried: bool) -> Iterator[Event]:
    """Straightens one page: its picture, its record, and its panels where they lie on what is replaced."""
    index, page, on = _page(project, work.file.name)
    in_use = page is not None and on != work.original
    # A lost record: the page was straightened as it is now, for all that can be told.
    old = np.array(work.record.get("matrix") or (made.matrix if in_use else np.eye(3)), np.float64)
    same = np.allclose(old, made.matrix, atol=1e-9) and work.record.get("size") == list(made.size)
    back = carry(page, inverse(old), work.original) if page is not None and in_use else page
    if page is not None and back is not None and in_use and (not same or made.nothing):
        _put(project, index, back)
    source = digest(work.file)
    record: dict[str, Any] = {"key": work.key, "source": source, "picture": None, "done": list(made.notes)}
    if not made.nothing:
        straight = apply(picture.pixels, made)
        beside = side_by_side(picture.pixels, straight, made)
        write_bytes(project.root / work.target, png_bytes(straight, picture.dpi))
        write_bytes(project.straightened / "before-after" / f"{Path(work.target).stem}.jpg", jpeg_bytes(beside, 88))
        record |= {"picture": work.target, **made.facts()}
        yield PageDone("straighten", work.original, str(project.root / work.target))
    _record(project, work.file.name, record)
    if page is None or back is None or made.nothing:
        return
    if in_use and work.record.get("source") not in (None, source):
        yield Warned(
            "straighten",
            f"{work.original} is another picture than the one on which its panels were found.",
            f"Look at them, or find them anew: inkwright panels {quoted(project.root)} --again {work.file.name}",
        )
    if in_use or carried or not page.panels:
        if not (in_use and same):
            way = made.matrix @ inverse(old) if in_use else made.matrix
            _put(project, index, carry(page, way, work.target))
        return
    yield Warned(
        "straighten",
        f"{work.original} has panels in book.json already; they stay, on the picture as it was.",
        f"Carry them to the straight one: inkwright straighten {quoted(project.root)} {work.file.name} --carry; "
        f"or find them anew: inkwright panels {quoted(project.root)} --again {work.file.name}",
    )


def _undo(project: Project, name: str) -> Iterator[Event]:
    """Puts a page back on the author's picture, and its panels with it."""
    record = project.straightenings().get(name, {})
    index, page, on = _page(project, name)
    if page is not None and on != f"pages/{name}":
        if not record.get("matrix"):
            raise ProjectError(
                f"straightened/straighten.json does not say how {name} was straightened, so its panels cannot go back.",
                f"Straighten it once more: inkwright straighten {quoted(project.root)} {name}",
            )
        matrix = np.array(record["matrix"], np.float64)
        _put(project, index, carry(page, inverse(matrix), f"pages/{name}"))
        yield Saved("straighten", str(project.book_path), f"{name} and its panels are back on pages/{name}")
    _record(project, name, {"undone": True, "picture": None, "done": ["undone by you"]})
    if record.get("picture"):
        picture = project.page_file(str(record["picture"]))
        picture.unlink(missing_ok=True)
        (project.straightened / "before-after" / f"{picture.stem}.jpg").unlink(missing_ok=True)


def _record(project: Project, name: str, record: dict[str, Any]) -> None:
    records = project.straightenings() | {name: record}
    write_json(project.straightened / "straighten.json", {"version": 1, "pages": dict(sorted(records.items()))})
