"""`harmonize`: pictures that another tool restyled, one by one, are made to agree over the book; without that tool."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Table, Warned
from inkwright.images import Floats, Pixels, read_picture, resize, to_float
from inkwright.learn import checkpoint
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.colour import oklab
from inkwright.learn.consistency import Place, drift, ratio
from inkwright.learn.fit import begin
from inkwright.learn.harmonize import PLANES, Task
from inkwright.learn.harmonize import harmonize as fine_tune
from inkwright.learn.regions import CODES, Regions
from inkwright.learn.style_losses import colour_spread
from inkwright.learn.stylizers import STYLIZERS
from inkwright.operations import whereabouts
from inkwright.operations.given import Given, find_given
from inkwright.operations.harmony import Harmony, Sheet, closed_form, fine_tuning, sheets
from inkwright.operations.log import logged
from inkwright.operations.material import METHOD, PanelPicture, pages, panel_picture
from inkwright.operations.painted_pages import are_there, keep_page, keep_panel, set_in
from inkwright.operations.protect import finish, kept_in
from inkwright.operations.rounds import packed, restore
from inkwright.operations.train import Inputs, ensemble, inputs, trainable
from inkwright.project import Project, digest, quoted, read_json, write_json

SAVE_EVERY = 20
"""Steps between two saves of the network."""
MEASURE_PX = 256
"""Long side of a panel while it is measured, in pixels."""


@dataclass(frozen=True)
class Work:
    """What a run works on."""

    project: Project
    inputs: Inputs
    given: Given
    classifiers: Ensemble | None
    run: Path

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return self.project.build / "harmonized"


def book_key(project: Project, its: Inputs) -> str:
    """Changes with everything that the harmonized pages depend on but the given pictures."""
    config, f = project.config(), project.config().fit
    kept = {panel.id: panel.keep for _, panel in its.book.panels() if panel.keep}
    weights = [f.weight_c, f.weight_location, f.weight_look, f.panel_px, f.batch, config.render.work_px]
    own = [config.style.keep_lettering, config.style.seed, kept]
    trained = project.finished_run("train", its.key) is not None
    return digest(METHOD, its.key, config.harmonize.model_dump(), weights, own, trained)


def harmonize(project: Project, folder: Path | None) -> Iterator[Event]:
    """Makes the pictures in a folder agree; writes build/harmonized/. A stopped run goes on, a finished one stays.

    Args:
        project: the project.
        folder: a picture for each panel, or for each page; it is only read.

    Raises:
        ProjectError: no folder is named.
    """
    if folder is None:
        raise ProjectError(
            "harmonize needs the pictures that another tool made.",
            f"Name their folder: inkwright harmonize {quoted(project.root)} --from FOLDER",
        )
    its = inputs(project)
    given = find_given(project, its.book, folder)
    yield from given.warnings()
    of_book = book_key(project, its)
    key = digest(of_book, given.key())
    meta_path = project.build / "harmonized" / "harmonize.json"
    made = read_json(meta_path) or {}
    done = set(made.get("pages", [])) if made.get("key") == key else set()
    done = {n for n in done if 1 <= n <= len(its.book.pages) and are_there(meta_path.parent, n, its.book)}
    if len(done) == len(its.book.pages) and "harmonized" in made:
        yield from _told(made)
        yield Finished("harmonize", "up to date", False)
        return
    found = ensemble(project, its)
    run = project.finished_run("harmonize", key) or project.open_run("harmonize", key, {"from": str(folder)})
    work = Work(project, its, given, found[0] if found else None, run)
    clock = Clock("harmonize", 0)
    write_json(meta_path, {"key": key, "pages": sorted(done)})
    figures = yield from _run(work, key, done)
    write_json(meta_path, {"key": key, "book": of_book, "pages": sorted(done), **figures})
    yield from _told(figures)
    yield Saved("harmonize", str(meta_path), "figures")
    count = len(its.book.pages)
    yield Finished("harmonize", f"{count} pages in {work.folder / 'pages'}", True, clock.seconds, figures)


def _run(work: Work, key: str, done: set[int]) -> Generator[Event, None, dict[str, Any]]:
    """Learns, then paints what is not `done`; a generator of events that returns the figures."""
    torch.set_num_threads(1)  # as all networks here: the same bytes on every machine
    config, book = work.project.config(), work.inputs.book
    steps = config.harmonize.steps if _learnable(work) else 0
    total = steps + len(book.panel_ids())
    yield Started("harmonize", total, f"{len(book.panel_ids())} panels on {len(book.pages)} pages")
    if config.harmonize.steps and not steps and not trainable(work.inputs):
        hint = f"For C and L, run: inkwright train {quoted(work.project.root)}"
        yield Warned("harmonize", "The element classifiers are missing: only colours are made to agree.", hint)
    panels, pictures = _panels(work)
    its = sheets(panels, pictures, config)
    where = whereabouts.find(work.run, work.inputs.prior, panels, work.classifiers)
    regions = [where.regions(view, *one.ink.shape) for view, one in zip(panels, its, strict=True)]
    harmony = closed_form(its, regions, where, config)
    if steps and work.classifiers is not None:
        task = fine_tuning(harmony, its, regions, where, panels, work.inputs, work.classifiers, config)
        yield from logged(work.run, _learn(work, harmony, its, task, total))
    if not (work.run / "meta.json").exists():
        write_json(work.run / "meta.json", {"format": checkpoint.VERSION, "key": key, "steps": steps})
    yield from _paint(work, harmony, key, done, Clock("harmonize", total, steps))
    return _figures(work, its, regions, panels)


def _learnable(work: Work) -> bool:
    """Whether there is something for the network to learn."""
    f = work.project.config().fit
    its = work.classifiers
    return its is not None and bool(its.reliable.any()) and bool(f.weight_c or f.weight_location or f.weight_look)


def _panels(work: Work) -> tuple[list[PanelPicture], list[Pixels]]:
    """All panels, and what was given for them, at no more than the size of the fit."""
    panels, pictures = [], []
    limit = work.project.config().fit.panel_px
    for page in pages(work.project, work.inputs.book):
        size = (page.pixels.shape[1], page.pixels.shape[0])
        for panel in page.page.panels:
            view = panel_picture(page, panel)
            inside = work.given.inside(view, size)
            height, width = inside.shape[:2]
            scale = min(1.0, limit / max(height, width))
            panels.append(view)
            pictures.append(resize(inside, max(16, round(width * scale)), max(16, round(height * scale))))
    return panels, pictures


def _learn(work: Work, harmony: Harmony, its: list[Sheet], task: Task, total: int) -> Iterator[Event]:
    """The network's round; its state is saved on the way."""
    weights_path, state_path = work.run / "net.safetensors", work.run / "state-net.safetensors"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.seed)
        net = STYLIZERS["unet"](PLANES, _spread(its), places=CODES)
    if not weights_path.exists():
        state = begin(net, task.lr)
        if state_path.exists():
            restore(state, checkpoint.load_tensors(state_path), str(state_path))
        clock = Clock("harmonize", total, state.step)
        for step, terms in fine_tune(state, task):
            if step % SAVE_EVERY == 0 and step < task.steps:
                checkpoint.save_tensors(state_path, packed(state))
            yield clock.step(step, **{name: round(value, 4) for name, value in terms.items()})
        checkpoint.save_tensors(weights_path, state.mean)
        state_path.unlink(missing_ok=True)
    checkpoint.load_weights(net, checkpoint.load_tensors(weights_path), str(weights_path))
    harmony.net = net.eval().requires_grad_(False)


def _spread(its: list[Sheet]) -> torch.Tensor:
    """How the given pictures' colours vary, see `colour_spread`."""
    colours = np.concatenate([one.given.reshape(-1, 3)[:: max(1, one.ink.size // 2000)] for one in its])
    return colour_spread(torch.from_numpy(np.ascontiguousarray(colours.T))[None, :, None])


def _paint(work: Work, harmony: Harmony, key: str, done: set[int], clock: Clock) -> Iterator[Event]:
    """Lays what was learned on the pictures at full size and puts them back into their pages."""
    project, folder, book = work.project, work.folder, work.inputs.book
    style = project.config().style.model_copy(update={"strength": 1.0, "keep_ink": 0.0})
    at = {panel: j for j, panel in enumerate(book.panel_ids())}
    count = clock.first
    for page in pages(project, book):
        if page.number in done:
            count += len(page.page.panels)
            clock.first = count
            continue
        result = page.pixels
        size = (result.shape[1], result.shape[0])
        for panel in page.page.panels:
            view = panel_picture(page, panel)
            painted = harmony.paint(work.given.inside(view, size), at[panel.id])
            kept = kept_in(view, style.keep_lettering)
            result = set_in(result, view, finish(painted, view.pixels, style, kept))
            keep_panel(folder, result, view, page.dpi)
            count += 1
            yield clock.step(count)
        path = keep_page(folder, result, page.number, page.dpi)
        done.add(page.number)
        write_json(folder / "harmonize.json", {"key": key, "pages": sorted(done)})
        yield PageDone("harmonize", page.page.file, str(path))


def _figures(work: Work, its: list[Sheet], regions: list[Regions], panels: list[PanelPicture]) -> dict[str, Any]:
    """Consistency, drift and distance of the given pictures and of the results, all read at the same size; and the
    drift of the drawings, in which one colour is not quite one either."""
    drawings: list[Floats] = []
    looks: dict[str, list[Floats]] = {"given": [], "harmonized": []}
    places = []
    for j, (view, one) in enumerate(zip(panels, its, strict=True)):
        x, y, w, h = view.inside.box
        picture = read_picture(work.folder / "panels" / f"{view.panel.id}.png", 1).pixels
        scale = min(1.0, MEASURE_PX / max(one.ink.shape))
        size = (max(8, round(one.ink.shape[1] * scale)), max(8, round(one.ink.shape[0] * scale)))
        inside = np.ascontiguousarray(picture[y : y + h, x : x + w])
        looks["harmonized"].append(to_float(resize(inside, *size)))
        looks["given"].append(_small(one.given, size))
        drawings.append(_small(one.drawing, size))
        places += [Place(i, j, _small(mask, size) > 0.5) for i, mask in regions[j].items()]
    own = drift(drawings, drawings)
    out: dict[str, Any] = {"drawn": {"drift": None if own is None else round(own, 4)}}
    for look, pictures in looks.items():
        far = [
            np.linalg.norm(oklab(a) - oklab(b), axis=2).mean() for a, b in zip(looks["given"], pictures, strict=True)
        ]
        told = {"consistency": ratio(drawings, pictures, places), "drift": drift(drawings, pictures)}
        told["distance"] = 100 * float(np.mean(far))
        out[look] = {name: None if value is None else round(value, 4) for name, value in told.items()}
    return out


def _small(picture: Floats, size: tuple[int, int]) -> Floats:
    """(H, W) or (H, W, 3) at another size (width, height)."""
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _told(figures: dict[str, Any]) -> Iterator[Event]:
    """The figures as a table."""
    names = {
        "consistency": "consistency ratio (1.00: as drawn)",
        "drift": "drift of one drawn colour, 0.01 OKLab",
        "distance": "mean distance to the given pictures, 0.01 OKLab",
    }
    rows = []
    for name, words in names.items():
        values = [figures.get(look, {}).get(name) for look in ("drawn", "given", "harmonized")]
        rows.append((words, *("-" if value is None else f"{value:.2f}" for value in values)))
    yield Table("harmonize", "Before and after", ("", "as drawn", "given", "harmonized"), tuple(rows))


def is_harmonized(project: Project) -> bool:
    """Whether build/harmonized/ holds the whole of the present book."""
    folder, its = project.build / "harmonized", inputs(project)
    made = read_json(folder / "harmonize.json") or {}
    there = all(are_there(folder, n, its.book) for n in range(1, len(its.book.pages) + 1))
    return there and made.get("book") == book_key(project, its)
