"""`render`: stylizes all panels at full size and puts them back into their pages."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from torch import nn

from inkwright.book import Book
from inkwright.config import StyleSettings
from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, PageDone, Started
from inkwright.images import Floats, Pixels, read_picture, resize, to_float, to_uint8
from inkwright.learn.canvas import Canvas, Look
from inkwright.learn.drawing import ink_map
from inkwright.learn.evening import evened
from inkwright.learn.mood import mood
from inkwright.learn.render import render as paint
from inkwright.learn.tensors import to_picture
from inkwright.operations import evenness
from inkwright.operations.canvases import load_look, panel_guides
from inkwright.operations.finished import Kept, keep_key
from inkwright.operations.fit import fit_key
from inkwright.operations.material import METHOD, PanelPicture, load_book, pages, panel_picture, work_scale
from inkwright.operations.painted_pages import are_there, keep_page, keep_panel, set_in
from inkwright.operations.protect import finish, kept_in, without
from inkwright.operations.rounds import load_stylizer
from inkwright.operations.style_rules import Rules, load_others, read_rules
from inkwright.operations.sweep import BOOK
from inkwright.operations.train import Inputs, inputs
from inkwright.operations.whereabouts import Whereabouts
from inkwright.operations.whereabouts import load as load_whereabouts
from inkwright.operations.worded import Worded, words_of
from inkwright.project import Project, digest, quoted, read_json, write_json

AHEAD = 3e6
"""Pixels of two panels, as they are painted, up to which the second is prepared while the first is painted."""


@dataclass(frozen=True)
class Brush:
    """A style network with its look: all that is needed to paint a panel; `fitted`: it knows of elements, `moves` says
    how far their colours are moved, see `evenness`, and `said` which words hold where, if CLIP reads any."""

    net: nn.Module
    look: Look
    tile: int
    work_px: int
    style: StyleSettings
    where: Whereabouts
    fitted: bool
    rules: Rules
    moves: Mapping[str, Mapping[int, Floats]]
    said: Worded | None = None

    def canvas(self, panel: PanelPicture) -> Canvas:
        """The canvas of a panel at the size at which it is painted."""
        guides = panel_guides(panel, work_scale(panel.page_side, self.work_px), self.look.detail)
        anywhere = self.look.finish is not None
        height, width = guides.ink.shape
        regions = self.where.regions(panel, height, width, anywhere)
        masks = self.rules.masks(panel.panel.id, regions, guides, self.look)
        name = panel.panel.id
        moves = self.moves.get(name, {})
        made = self.look.canvas(guides, regions if self.fitted else None, mood(panel.lights), masks, moves)
        if self.said is None:
            return made
        # As the words were fitted: what nobody can find is nowhere.
        found = self.where.regions(panel, height, width) if anywhere else regions
        return replace(made, words=self.said.planes(name, found, height, width))

    def paint(self, panel: PanelPicture, canvas: Canvas) -> Pixels:
        """The inside of a panel, painted at the page's resolution: (h, w, 3) uint8."""
        if self.style.strength == 0:
            return panel.pixels
        X = paint(self.net, canvas.x, canvas.base, self.tile, canvas.places, canvas.words)
        if canvas.shift is not None:
            X = evened(X, canvas.shift)
        height, width = panel.pixels.shape[:2]
        kept = kept_in(panel, self.style.keep_lettering)
        if X.shape[-2:] == (height, width):
            painted = to_picture(X)
        else:
            dark = mood(panel.lights)(self.look.palette.dark)
            painted = sharpened(resize(to_picture(X), width, height), without(panel.pixels, kept), dark)
        return finish(painted, panel.pixels, self.style, kept)


def sharpened(enlarged: Pixels, drawing: Pixels, dark: Floats) -> Pixels:
    """Draws the full-size drawing's lines in `dark`, (3,), over an enlarged painting: they are as crisp as drawn."""
    ink = ink_map(to_float(drawing))[..., None]
    return to_uint8(to_float(enlarged) * (1 - ink) + dark * ink)


def render_key(project: Project, plain: bool) -> str:
    """Changes with everything that the stylized pages depend on."""
    config = project.config()
    kept = {panel.id: panel.keep for _, panel in project.book().panels() if panel.keep}
    own = [config.style.strength, config.style.keep_ink, config.style.keep_lettering, kept]
    rendering = [METHOD, config.render.model_dump(), own, plain]
    given = inputs(project)
    return digest(fit_key(project, given), rendering, *keep_key(project, given.book, given.prior))


def render(project: Project, plain: bool = False) -> Iterator[Event]:
    """Renders the book; finished pages are kept when a run is stopped, and unchanged ones are not painted again.

    Args:
        project: the project.
        plain: from plain style transfer (no C) of the same run, into build/plain/.
    """
    stage = "render plain" if plain else "render"
    book = load_book(project)
    given = inputs(project)
    run = project.finished_run("fit", fit_key(project, given))
    if run is None:
        raise ProjectError("The style network is missing or out of date.", f"Run: inkwright fit {quoted(project.root)}")
    folder = project.build / "plain" if plain else project.build
    key = render_key(project, plain)
    meta_path = folder / "render.json"
    made = read_json(meta_path) or {}
    done = set(made.get("pages", [])) if made.get("key") == key else set()
    done = {n for n in done if 1 <= n <= len(book.pages) and are_there(folder, n, book)}
    if len(done) == len(book.pages):
        yield Finished(stage, "up to date", False)
        return
    fitted = bool((read_json(run / "meta.json") or {}).get("with_c")) and not plain
    brush = _brush(project, book, given, run, fitted)
    kept = Kept(project, book, given.prior) if brush.look.finish is not None and fitted else None
    total = len(book.panel_ids())
    clock, count = Clock(stage, total), 0
    yield Started(stage, total, f"{total} panels on {len(book.pages)} pages")
    # Said first: should this be stopped halfway, pictures of other settings do not pass for those of before.
    write_json(meta_path, {"key": key, "pages": sorted(done)})
    for page in pages(project, book):
        if page.number in done:
            count += len(page.page.panels)
            clock.first = count
            continue
        result = page.pixels
        for view, canvas in prepared(brush, [panel_picture(page, panel) for panel in page.page.panels]):
            own = kept.inside(view, (page.pixels.shape[1], page.pixels.shape[0])) if kept is not None else None
            result = set_in(result, view, brush.paint(view, canvas) if own is None else own)
            keep_panel(folder, result, view, page.dpi)
            count += 1
            yield clock.step(count)
        path = keep_page(folder, result, page.number, page.dpi)
        done.add(page.number)
        write_json(meta_path, {"key": key, "pages": sorted(done)})
        yield PageDone(stage, page.page.file, str(path))
    _forget(folder, set(book.panel_ids()), {str(page) for page in range(1, len(book.pages) + 1)})
    yield Finished(stage, f"{len(book.pages)} pages in {folder / 'pages'}", seconds=clock.seconds)


def _brush(project: Project, book: Book, given: Inputs, run: Path, fitted: bool) -> Brush:
    """The brush of a finished fit."""
    config = project.config()
    net = load_stylizer(run / (BOOK if fitted else "plain.safetensors"))
    look = load_look(run, to_float(read_picture(run / "style.png").pixels), config)
    rules = read_rules(project, config, book, given.prior)
    load_others(run, project, rules, look)
    size, where = config.render, load_whereabouts(run, given.prior)
    moves = evenness.load(run, given.prior) if fitted else {}
    said = words_of(project, config, book, given.prior, rules)
    return Brush(net, look, size.tile_px, size.work_px, config.style, where, fitted, rules, moves, said)


def prepared(brush: Brush, views: list[PanelPicture]) -> Iterator[tuple[PanelPicture, Canvas]]:
    """The panels with their canvases; the next one is prepared on another core while this one is painted, unless both
    are so large that memory is worth more than time."""
    sizes = [view.pixels.size / 3 * work_scale(view.page_side, brush.work_px) ** 2 for view in views]
    with ThreadPoolExecutor(1) as ahead:
        waiting: Future[Canvas] | None = None
        for n, view in enumerate(views):
            canvas = waiting.result() if waiting is not None else brush.canvas(view)
            both = sum(sizes[n : n + 2])
            waiting = ahead.submit(brush.canvas, views[n + 1]) if n + 1 < len(views) and both <= AHEAD else None
            yield view, canvas
            del canvas  # before the next one is made


def is_fresh(project: Project, plain: bool) -> bool:
    """Whether all pages are rendered from the present inputs."""
    folder = project.build / "plain" if plain else project.build
    made = read_json(folder / "render.json") or {}
    book = project.book()
    numbers = range(1, len(book.pages) + 1)
    there = all(are_there(folder, n, book) for n in numbers)
    return there and made.get("pages") == list(numbers) and made.get("key") == render_key(project, plain)


def _forget(folder: Path, panels: set[str], numbers: set[str]) -> None:
    """Removes pictures of panels and pages that the book no longer has."""
    for name, kept in (("panels", panels), ("pages", numbers)):
        for path in (folder / name).glob("*.png"):
            if path.stem not in kept and not path.name.startswith("."):
                path.unlink()
