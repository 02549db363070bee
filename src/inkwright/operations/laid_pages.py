"""Pages of a layout: composed, put into pages/ and into book.json."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inkwright.book import Book, Page, Panel
from inkwright.comic.composing import Corners, bounds, compose, place
from inkwright.comic.loose_drawing import LooseDrawing, sheet
from inkwright.comic.scan import read_page
from inkwright.config import LayoutSettings
from inkwright.events import Clock, Event, PageDone, Saved
from inkwright.images import Pixels, png_bytes
from inkwright.operations.drawings import free_id
from inkwright.operations.laid import Before, LaidPage, LaidPanel, carried
from inkwright.operations.panels import kept_prior
from inkwright.project import Project, digest, guarded, write_bytes, write_json


@dataclass(frozen=True)
class Sheet:
    """A page that is to be written: its file, and its panels' drawings, ids and corners in reading order."""

    file: str
    drawings: list[str]
    corners: list[Corners]
    before: list[Panel | None]


def drawing_pixels(project: Project, drawing: str) -> Pixels:
    """A drawing of drawings/ as it is set: (H, W, 3) uint8 RGB, without an empty canvas around its sheet."""
    return sheet(read_page(project.root / "drawings" / drawing).pixels)


def in_pixels(mm: float, settings: LayoutSettings) -> float:
    """Millimetres of a page in its pixels."""
    return mm / 25.4 * settings.dpi


def page_size(settings: LayoutSettings) -> tuple[int, int]:
    """Width and height of a page in pixels."""
    return round(in_pixels(settings.width_mm, settings)), round(in_pixels(settings.height_mm, settings))


def corners_of(box: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The corners of a box, from the top left, clockwise."""
    x, y, w, h = box
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]


def write_pages(
    project: Project,
    sheets: Sequence[Sheet],
    looks: dict[str, LooseDrawing],
    settings: LayoutSettings,
    before: Before,
) -> Generator[Event, None, list[LaidPage]]:
    """Composes the pages and moves them into pages/, whole and all at once; gives what layout.json will say of them."""
    stage = project.root / ".inkwright" / "layout"
    frame = in_pixels(settings.frame_mm, settings)
    taken = {panel.id.lower() for page in project.book().pages for panel in page.panels}
    made: list[LaidPage] = []
    clock = Clock("layout", len(sheets))
    for number, one in enumerate(sheets, 1):
        target = project.page_file(one.file)
        placed = [place(looks[d], corners, frame) for d, corners in zip(one.drawings, one.corners, strict=True)]
        painted = one.file in before.painted
        if not painted:
            panels = [
                (drawing_pixels(project, d), looks[d], corners, at)
                for d, corners, at in zip(one.drawings, one.corners, placed, strict=True)
            ]
            pixels = compose(page_size(settings), panels, frame, whiten=settings.whiten)
            write_bytes(stage / target.name, png_bytes(pixels, settings.dpi))
        entries = [
            LaidPanel(panel.id if panel else free_id(Path(d).stem, taken), d, bounds(c), _polygon(c), at)
            for d, c, at, panel in zip(one.drawings, one.corners, placed, one.before, strict=True)
        ]
        kept = "picture" if painted else "panels" if one.file in before.moved else ""
        made.append(LaidPage(one.file, digest(target if painted else stage / target.name), entries, kept))
        yield clock.step(number)
    plan = {"pages": [(page.file, page.digest) for page in made]}
    write_json(project.root / ".inkwright" / "layout.json", plan)
    for page in made:
        if (ready := stage / Path(page.file).name).exists() and page.file not in before.painted:
            with guarded(project.page_file(page.file)):
                project.page_file(page.file).parent.mkdir(exist_ok=True)
                ready.replace(project.page_file(page.file))
        yield PageDone("layout", page.file, str(project.page_file(page.file)))
    return made


def _polygon(corners: Corners) -> list[tuple[int, int]] | None:
    """The corners, or None where they are those of their box."""
    x, y, w, h = bounds(corners)
    return None if list(corners) == corners_of((x, y, w, h)) else [(int(a), int(b)) for a, b in corners]


def into_book(project: Project, book: Book, made: Sequence[LaidPage], before: Before) -> Iterator[Event]:
    """Puts the pages into book.json, in place of those of the last layout; everything said in their panels stays."""
    ids = book.panel_ids()
    ours = {page.file for page in before.pages} - set(before.painted) | {page.file for page in made}
    first = next((n for n, page in enumerate(book.pages) if page.file in ours), len(book.pages))
    known = {page.file: page for page in book.pages}
    pages = [_page(known.get(page.file), page, before) for page in made]
    rest = [page for page in book.pages if page.file not in ours]
    at = sum(page.file not in ours for page in book.pages[:first])
    book.pages = [*rest[:at], *pages, *rest[at:]]
    prior = kept_prior(project, book.panel_ids(), ids)
    if prior is not None:
        write_bytes(project.prior_path, prior.encode())
    project.save_book(book)
    for page in before.pages:
        path = project.page_file(page.file)
        if page.file not in {m.file for m in made} and path.is_file() and digest(path) == page.digest:
            path.unlink()  # ours, and no longer a page
    yield Saved("layout", str(project.book_path), "pages and panels: correct them there")
    yield Saved("layout", str(project.root / "drawings.csv"), "order, importance, splash pages: change them there")


def _page(known: Page | None, laid: LaidPage, before: Before) -> Page:
    """A page of the book; panels that the author drew in besides stay on the page that they are on."""
    panels = []
    for one in laid.panels:
        panel, old = before.panels.get(one.drawing, (None, None))
        if panel is None or old is None:
            panels.append(Panel(id=one.id, box=one.box, polygon=one.polygon))
        elif laid.file in before.painted:
            panels.append(panel)
        else:
            panels.append(carried(panel, old, one.box, one.polygon, one.placed))
    page = Page(file=laid.file) if known is None else known.model_copy()
    kept = {id(panel) for panel, _ in before.panels.values()}
    extra = (
        [panel for panel in page.panels if id(panel) not in kept]
        if laid.file in (*before.moved, *before.painted)
        else []
    )
    page.panels = panels + extra
    return page
