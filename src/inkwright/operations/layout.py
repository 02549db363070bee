"""`layout`: loose drawings into pages, with the book.json that all other commands read."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from inkwright.comic.composing import Corners
from inkwright.comic.drawing_list import Listed
from inkwright.comic.loose_drawing import LooseDrawing, look_at
from inkwright.comic.page_layout import Laid, Rules, Wanted, lay_out
from inkwright.comic.slants import Area
from inkwright.comic.tiers import Piece
from inkwright.config import LayoutSettings
from inkwright.errors import ConfigError, ProjectError
from inkwright.events import Clock, Event, Finished, Started, Table, Warned
from inkwright.images import EXTENSIONS
from inkwright.operations.drawings import listed_drawings, take_in
from inkwright.operations.laid import Before, LaidPage, dumped, load
from inkwright.operations.laid_pages import (
    Sheet,
    corners_of,
    drawing_pixels,
    in_pixels,
    into_book,
    page_size,
    write_pages,
)
from inkwright.project import Project, digest, pictures_in, quoted, write_json
from inkwright.registry import suggest

METHOD = 1
"""Raised when the same drawings come out as other pages."""
ENLARGED = 3.0
"""From how much a drawing is enlarged a person should know."""


def layout(
    project: Project,
    drawings: Sequence[Path] = (),
    important: Sequence[str] = (),
    splash: Sequence[str] = (),
    begins: Sequence[str] = (),
    plain: Sequence[str] = (),
    again: Sequence[str] = (),
) -> Iterator[Event]:
    """Sets the drawings of drawings/ into pages; what the author changed in them since the last time is kept.

    Args:
        project: the project.
        drawings: more drawings, which are taken into drawings/ first.
        important: "NAME=NUMBER": the area that a drawing gets.
        splash: drawings that get a page to themselves.
        begins: drawings with which a page begins.
        plain: drawings of which all that is taken back.
        again: pages that are laid out anew, whatever was changed in them by hand.

    Raises:
        ProjectError: there are no drawings.
        ConfigError: drawings.csv or an option is wrong.
        PictureError: a drawing cannot be used.
    """
    clock = Clock("layout", 0)
    if drawings:
        yield from take_in(project, drawings)
    files = pictures_in(project.root / "drawings")
    if not files:
        raise ProjectError(
            f"There are no drawings in {project.root / 'drawings'}.",
            f"Name them: inkwright layout {quoted(project.root)} my-drawings; readable are: {', '.join(EXTENSIONS)}.",
        )
    listed = listed_drawings(project, files, important, splash, begins, plain)
    settings, book = project.config().layout, project.book()
    before = load(project, book, _known(project, again))
    key = _key(project, listed, settings, before)
    if not again and key == before.key and all(project.page_file(page.file).is_file() for page in before.pages):
        yield Started("layout", 0, f"{len(files)} drawings")
        yield Finished("layout", f"{len(before.pages)} pages are up to date", False)
        return
    yield Started("layout", len(listed), f"{len(listed)} drawings")
    looks = {one.drawing: look_at(drawing_pixels(project, one.drawing), settings.crop) for one in listed}
    sheets = _sheets(project, listed, looks, settings, before)
    made = yield from write_pages(project, sheets, looks, settings, before)
    yield from into_book(project, book, made, before)
    write_json(project.root / "layout.json", dumped(made, ""))
    key = _key(project, listed, settings, load(project, project.book()))  # as the next layout will find it
    write_json(project.root / "layout.json", dumped(made, key))
    (project.root / ".inkwright" / "layout.json").unlink(missing_ok=True)
    yield from _report(made, looks)
    note = f"{len(listed)} drawings on {len(made)} pages; next: inkwright make {quoted(project.root)}"
    yield Finished("layout", note, True, clock.seconds)


def _known(project: Project, again: Sequence[str]) -> list[str]:
    """Files of pages that were named with or without their folder.

    Raises:
        ProjectError: layout made no such page.
    """
    ours = [page.file for page in load(project, project.book()).pages]
    files = [f"pages/{Path(name).name}" for name in again]
    for file in files:
        if file not in ours:
            raise ProjectError(f"{file} is no page that layout made.", suggest(file, ours))
    return files


def has_drawings(project: Project) -> bool:
    """Whether the project has loose drawings."""
    return bool(pictures_in(project.root / "drawings"))


def _key(project: Project, listed: Sequence[Listed], settings: LayoutSettings, before: Before) -> str:
    """Changes with drawings, what is said of them, settings, and what the author changed in the pages."""
    said = [[one.drawing, one.importance, one.splash, one.begins] for one in listed]
    sums = [digest(project.root / "drawings" / one.drawing) for one in listed]
    hands = [sorted(before.moved), sorted(before.painted)]
    direction = project.config().book.direction
    places = [[d, list(p.box), p.polygon] for pairs in before.moved.values() for d, p in pairs]
    return digest([METHOD, said, sums, settings.model_dump(), hands, places, direction])


def _rules(project: Project, settings: LayoutSettings) -> Rules:
    """The settings as rules, in pixels.

    Raises:
        ConfigError: margins leave no page.
    """
    width, height = page_size(settings)
    margin, gutter = in_pixels(settings.margin_mm, settings), in_pixels(settings.gutter_mm, settings)
    if min(width, height) - 2 * margin < max(64, 8 * gutter):
        raise ConfigError(
            f"A page of {settings.width_mm:g} x {settings.height_mm:g} mm with margins of {settings.margin_mm:g} mm "
            f"and gutters of {settings.gutter_mm:g} mm leaves no room for panels.",
            "Set layout.margin_mm or layout.gutter_mm lower, or the page larger.",
        )
    area = Area(margin, margin, width - margin, height - margin, gutter)
    steep = math.tan(math.radians(settings.steepness))
    direction = "rtl" if project.config().book.direction == "rtl" else "ltr"
    return Rules(area, settings.panels, settings.most, settings.slants, steep, direction)


def _wanted(one: Listed, look: LooseDrawing) -> Wanted:
    left, top, right, bottom = look.touches
    piece = Piece(
        math.log(look.narrowest), math.log(look.widest), top or bottom, left or right, one.importance, not look.on_paper
    )
    return Wanted(piece, one.splash, one.begins, (not left, not top, not right, not bottom))


def _sheets(
    project: Project,
    listed: Sequence[Listed],
    looks: dict[str, LooseDrawing],
    settings: LayoutSettings,
    before: Before,
) -> list[Sheet]:
    """All pages in order: those that the author changed as they are, the drawings between them laid out."""
    rules = _rules(project, settings)
    fixed = {**before.moved, **before.painted}
    names = {one.drawing for one in listed}
    held = {drawing: file for file, pairs in fixed.items() for drawing, _ in pairs if drawing in names}
    free = _free_names(project, before, set(fixed))
    sheets: list[Sheet] = []
    run: list[Listed] = []

    def flush() -> None:
        if run:
            pages = lay_out([_wanted(one, looks[one.drawing]) for one in run], rules)
            sheets.extend(_sheet(page, run, next(free), before) for page in pages)
            run.clear()

    done: set[str] = set()
    for one in listed:
        file = held.get(one.drawing)
        if file is None:
            run.append(one)
        elif file not in done:
            flush()
            done.add(file)
            pairs = [(drawing, panel) for drawing, panel in fixed[file] if drawing in names]
            corners: list[Corners] = [panel.polygon or corners_of(panel.box) for _, panel in pairs]
            sheets.append(Sheet(file, [d for d, _ in pairs], corners, [p for _, p in pairs]))
    flush()
    return sheets


def _sheet(page: Laid, run: Sequence[Listed], file: str, before: Before) -> Sheet:
    drawings = [run[page.first + n].drawing for n in range(len(page.quads))]
    corners: list[Corners] = [[(round(x), round(y)) for x, y in quad] for quad in page.quads]
    return Sheet(file, drawings, corners, [before.panels[d][0] if d in before.panels else None for d in drawings])


def _free_names(project: Project, before: Before, fixed: set[str]) -> Iterator[str]:
    """Names of pages: those of pages that are laid out anew, and others that no file has."""
    ours = {page.file for page in before.pages} - fixed
    number = 0
    while True:
        number += 1
        file = f"pages/layout{number}.png"
        if file in ours or (file not in fixed and not project.page_file(file).exists()):
            yield file


def _report(made: Sequence[LaidPage], looks: dict[str, LooseDrawing]) -> Iterator[Event]:
    rows = []
    for page in made:
        note = {"picture": "picture is yours", "panels": "panels are yours"}.get(page.kept, "")
        rows.append((page.file, str(len(page.panels)), ", ".join(p.drawing for p in page.panels), note))
    yield Table("layout", "Pages", ("page", "panels", "drawings in reading order", "kept"), tuple(rows))
    for page in made:
        for panel in page.panels:
            if panel.placed.scale > ENLARGED:
                look = looks[panel.drawing]
                yield Warned(
                    "layout",
                    f"{panel.drawing} has {look.width} x {look.height} pixels, and is enlarged "
                    f"{panel.placed.scale:.1f} times.",
                    "Scan it at more dots per inch, or set layout.dpi lower.",
                )
