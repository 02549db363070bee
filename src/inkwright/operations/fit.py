"""`fit`: fine-tunes the style network on the Comic Book Loss, over all panels of the book at once."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inkwright.config import Config
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import Floats, png_bytes, read_picture, to_float, to_uint8
from inkwright.learn import checkpoint
from inkwright.learn.banks import Bank, Elements, read_banks
from inkwright.learn.canvas import PLANES, Canvas, Look, make_look
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.drawing import painted_share
from inkwright.learn.element_look import spots
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.mood import Mood, mood
from inkwright.learn.own_colour import Sight, own_colour
from inkwright.learn.palette import Palette
from inkwright.learn.regions import Regions
from inkwright.learn.views import box_mask
from inkwright.operations import refine, whereabouts
from inkwright.operations.backbone_terms import Terms, check, key_of
from inkwright.operations.finished_files import finished_key
from inkwright.operations.finishing import Finishing, finished_look, load_finish, look_up, study
from inkwright.operations.log import logged
from inkwright.operations.material import (
    Box,
    PanelPicture,
    panel_pictures,
    panel_seed,
    reduced,
    work_scale,
)
from inkwright.operations.palette_file import load
from inkwright.operations.references import referred, sheets_key, unused
from inkwright.operations.refine import Refinement
from inkwright.operations.rounds import Material, Rounds, refined_steps
from inkwright.operations.steer import PARTS, boxes_in, check_elements, chosen, keep_palette, steer
from inkwright.operations.style_picture import style_for_learning
from inkwright.operations.style_rules import Masks, load_others, make_others, read_rules, rules_key
from inkwright.operations.sweep import BOOK, sweep
from inkwright.operations.train import Inputs, inputs, need_ensemble
from inkwright.operations.words import kept_picture, lights_of, line_of, style_key_of, style_name, style_pixels_of
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json

MASK_SIDE = 28
"""Cells a side of the boxes' masks in the loss."""


def base_key(project: Project, given: Inputs) -> str:
    """Changes with everything that a fit depends on, before anything of it is refined."""
    config = project.config()
    style = [style_key_of(project), config.style.scale, config.style.seed]
    pins = load(project).pins()
    own = [*([pins] if pins else []), *sheets_key(project, given.prior)]
    lights = lights_of(given.book)
    parts = [*own, lights] if lights else own
    parts = [*parts, *finished_key(project, given.book, given.prior)]
    parts = [*parts, *rules_key(project, read_rules(project, config, given.book, given.prior))]
    parts = [*parts, *key_of(config)]
    return digest(given.key, config.fit.model_dump(), style, config.render.work_px, *parts)


def fit_key(project: Project, given: Inputs) -> str:
    """Changes with everything that the fitted network depends on, refinements included."""
    base = base_key(project, given)
    return refine.keys(base, refine.asked(project, base))[-1]


def fit(project: Project, more: Sequence[str] = (), redo: Sequence[str] = (), fresh: bool = False) -> Iterator[Event]:
    """Fits; with unchanged inputs nothing is run again. An interrupted run goes on from its last saved state.

    Args:
        project: the project.
        more: elements whose terms are to weigh twice as much, in a refinement of the last fit.
        redo: ids of panels that are to be drawn more often, in the same refinement.
        fresh: forgets earlier refinements first.
    """
    if fresh:
        refine.drop(project)
    check(project.config())
    given = inputs(project)
    check_elements(project, load(project), given.prior)
    found = need_ensemble(project, given)
    base = base_key(project, given)
    if more or redo:
        refine.ask(project, given.prior, base, Refinement(tuple(more), tuple(redo)))
    elif left := refine.left_over(project, base):
        act = f"If it is still wanted: inkwright fit {quoted(project.root)} {left[-1].options()}"
        yield Warned("fit", f"The inputs have changed, so what was refined has no part ({left[-1].told()}).", act)
    refinements = refine.asked(project, base)
    chain = refine.keys(base, refinements)
    runs = [project.finished_run("fit", key) for key in chain]
    if (last := runs[-1]) is not None:
        keep_palette(project, last)
        yield Finished("fit", f"up to date ({last.name})", False)
        return
    done = max((n for n, run in enumerate(runs) if run is not None), default=-1)
    for n in range(done + 1, len(chain)):
        before = project.finished_run("fit", chain[n - 1]) if n else None
        yield from _Fit(project, given, found, chain[n], refinements[:n]).work(before)


class _Fit:
    """One run of `fit`.

    Args:
        project: the project.
        given: book and prior.
        found: the ensemble and its run, or None where there is nothing to learn.
        key: of this run.
        refinements: what was asked for on top of the first fit; the last one is this run's.
    """

    def __init__(
        self,
        project: Project,
        given: Inputs,
        found: tuple[Ensemble, Path] | None,
        key: str,
        refinements: Sequence[Refinement],
    ) -> None:
        self.project, self.given, self.found, self.key = project, given, found, key
        self.refinements, self.config = refinements, project.config()

    def work(self, before: Path | None) -> Iterator[Event]:
        """Runs it; `before` is the run that is refined."""
        project, config, clock = self.project, self.config, Clock("fit", 0)
        terms = Terms(config, self.given.prior.elements)
        ensemble = self._learned()
        run = project.open_run("fit", self.key, self._told(before))
        if before is not None:
            refine.take_over(before, run)
        finishing, said = look_up(project, self.given, config, run, ensemble)
        yield from said
        yield from self._warned(ensemble, finishing is not None)
        yield Started("fit", self._steps(ensemble is not None or finishing is not None), self._note(before, finishing))
        style = finishing.style() if finishing is not None and config.finished.style else None
        if style is None:
            style = style_for_learning(style_pixels_of(project), config.style.scale)
        if finishing is not None:
            yield from logged(run, study(finishing, config, run, len(self.given.prior.elements)))
        if config.style.words:
            yield Saved("fit", str(kept_picture(project)), f"style picture of the words '{config.style.words}'")
        if not (run / "style.png").exists():
            write_bytes(run / "style.png", png_bytes(to_uint8(style)))
        style = to_float(read_picture(run / "style.png").pixels)
        material, look = _material(project, self.given, config, style, run, ensemble, finishing)
        notes = terms.join(material, style, _drawn(project, self.given, config, run))
        for message, hint in [*((read_json(run / "palette.json") or {}).get("notes", [])), *notes]:
            yield Warned("fit", message, hint)
        rounds = Rounds(run, look, config)
        if before is None:
            yield from logged(run, rounds.run_all(material))
        else:
            weights, panels = refine.emphasis(self.given.prior, self.refinements), self.given.prior.panels
            again = [panels.index(name) for name in self.refinements[-1].redo]
            yield from logged(run, rounds.refine(material, weights, again, len(self.refinements)))
            if not rounds.gained:
                act = "The panels stay as they were; a larger fit.steps, or other boxes and marks, may do more."
                yield Warned("fit", "The refinement found nothing better than the fit before it.", act)
        self._finish(run, rounds, look, material)
        keep_palette(project, run)
        yield Finished("fit", f"{run.name}", seconds=clock.seconds)

    def _learned(self) -> Ensemble | None:
        """The ensemble, if elements have a part in this fit."""
        f, ensemble = self.config.fit, self.found[0] if self.found is not None else None
        wanted = bool(f.weight_c or f.weight_location or f.weight_look)
        return ensemble if ensemble is not None and wanted and bool(ensemble.reliable.any()) else None

    def _warned(self, ensemble: Ensemble | None, finished: bool) -> Iterator[Event]:
        f = self.config.fit
        if ensemble is None and not finished:
            wanted = bool(f.weight_c or f.weight_location or f.weight_look)
            reason = "no element could be learned" if wanted else "weight_c, weight_location and weight_look are 0"
            message = f"The elements have no part in this fit: {reason}."
            yield Warned("fit", message, "The fitted comic will equal plain style transfer.")
        for message, hint in unused(self.project, self.given.prior):
            yield Warned("fit", message, hint)
        for name in self.refinements[-1].more if self.refinements and ensemble is not None else ():
            if ensemble is not None and not bool(ensemble.reliable[self.given.prior.row(name)]):
                message = f"The classifier of '{name}' is not reliable: more of it is more of its colours alone."
                yield Warned("fit", message, "Mark it in more panels, or draw boxes around it in book.json.")

    def _told(self, before: Path | None) -> dict[str, Any]:
        """What the run's config.json says."""
        train = self.found[1].name if self.found else None
        told: dict[str, Any] = {
            "fit": self.config.fit.model_dump(),
            "style": self.config.style.model_dump(),
            "train": train,
        }
        if before is not None:
            told |= {"refines": before.name, "refinements": [asdict(one) for one in self.refinements]}
        return told

    def _steps(self, learned: bool) -> int:
        f = self.config.fit
        return refined_steps(f.steps) if self.refinements else f.style_steps + (2 if learned else 1) * f.steps

    def _note(self, before: Path | None, finishing: Finishing | None) -> str:
        if before is not None:
            return f"refines {before.name}: {self.refinements[-1].told()}"
        if finishing is not None and self.config.finished.style:
            return f"{len(self.given.prior.panels)} panels, in the style of {finishing.told()}"
        return f"{len(self.given.prior.panels)} panels, style {style_name(self.config.style)}"

    def _finish(self, run: Path, rounds: Rounds, look: Look, material: Material) -> None:
        """Chooses the book's network and writes meta.json."""
        learned = material.classifiers is not None
        meta: dict[str, Any] = {
            "format": checkpoint.VERSION,
            "key": self.key,
            "stylizer": "unet",
            "planes": PLANES,
            "with_c": material.fitted,
            "losses": rounds.losses,
        }
        if material.finished:  # what was finished is the look; there is no style's likeness to be spared
            write_bytes(run / BOOK, (run / "fitted.safetensors").read_bytes())
        elif learned:
            meta["sweep"] = sweep(run, look, material, self.config.fit.style_cost)
        write_json(run / "meta.json", meta)
        for leftover in run.glob("state-*"):
            leftover.unlink()


def panel_guides(panel: PanelPicture, scale: float, detail: float) -> Guides:
    """The guides of a panel at a scale of its page, with the book's `detail`."""
    pixels = to_float(reduced(panel.pixels, scale))
    return drawing_guides(pixels, panel_seed(panel.panel.id), panel.light, detail)


def fit_scale(panel: PanelPicture, config: Config) -> float:
    """The scale of its page at which a panel is fitted."""
    scale = work_scale(panel.page_side, config.render.work_px)
    return float(min(scale, config.fit.panel_px / max(panel.pixels.shape[:2])))


def _material(
    project: Project,
    given: Inputs,
    config: Config,
    style: Floats,
    run: Path,
    ensemble: Ensemble | None,
    finishing: Finishing | None = None,
) -> tuple[Material, Look]:
    """All panels as canvases, kept in half precision: a 500-panel album must fit into memory."""
    small, masks, places, views = [], [], [], []
    for j, panel in enumerate(panel_pictures(project, given.book)):
        views.append(panel)
        height, width = panel.pixels.shape[:2]
        rows = [box_mask(panel.boxes(e.name), height, width, config.train.px, MASK_SIDE) for e in given.prior.elements]
        masks.append(torch.stack(rows) if rows else torch.zeros(0, MASK_SIDE, MASK_SIDE))
        small.append(
            (to_float(reduced(panel.pixels, fit_scale(panel, config))), panel.light, panel_seed(panel.panel.id))
        )
        shape, marks = small[-1][0].shape, given.prior.table[:, j]
        places.append([boxes_in(panel, e, m, *shape[:2]) for e, m in zip(given.prior.elements, marks, strict=True)])
    detail = painted_share([(pixels, light) for pixels, light, _ in small])
    guides = [drawing_guides(pixels, seed, light, detail) for pixels, light, seed in small]
    where = whereabouts.find(run, given.prior, views, ensemble)
    sizes, anywhere = [g.ink.shape for g in guides], finishing is not None
    regions = [where.regions(view, h, w, anywhere) for view, (h, w) in zip(views, sizes, strict=True)]
    moods = [mood(view.lights) for view in views]
    rules = read_rules(project, config, given.book, given.prior)
    look = load_look(run, style, config) if (run / "look.safetensors").exists() else None
    if look is not None:
        load_others(run, project, rules, look)
    else:
        look = make_look(guides, style, config.style.seed, detail, line_of(config))
        flats = [panel.flat for panel in guides]
        own = partial(_own_colour, given=given, guides=guides, places=places)
        look.palette, told = steer(project, run, look.palette, flats, own)
        if ensemble is not None or finishing is not None:
            look.elements = Elements({}, where.everywhere())
        if finishing is not None:  # it says what colours elements have: K has no part
            look = finished_look(look, run, inked=told["ink_pinned"])
        elif ensemble is not None and config.fit.weight_look:
            tones = [look.palette(flat) for flat in flats]
            seed, accent = config.style.seed, config.fit.accent
            look.elements = read_banks(flats, tones, regions, where.everywhere(), seed, accent)
            look.elements = referred(project, given.prior, look.elements, seed)
        make_others(run, project, rules, look, guides, config.style.scale)
        save_look(run, look, told)
    material = Material(p_hat=_p_hat(given, ensemble), masks=torch.stack(masks), classifiers=ensemble)
    if finishing is not None:
        material.finished = True
        material.pairs, material.redrawn = finishing.terms(sizes, regions)
    for view, light in zip(views, moods, strict=True):
        one, where_in = guides.pop(0), regions.pop(0)
        _add(material, look, one, where_in, light, rules.masks(view.panel.id, where_in, one, look))
    if not config.fit.element_maps:
        material.places.clear()
    return material, look


def _add(material: Material, look: Look, guides: Guides, regions: Regions, light: Mood, masks: Masks) -> None:
    """Adds a panel's canvases; `masks`: where other styles rule in it."""
    material.plain.append(halved(look.canvas(guides, None, light, masks)))
    if look.elements is None:
        return
    made = halved(look.canvas(guides, regions, light, masks))
    material.panels.append(made)
    if look.elements.banks:
        found = spots(guides.flat, look.palette(guides.flat), regions, look.elements)
        material.spots.append([replace(s, bank=torch.from_numpy(light.lab(s.bank.numpy()))) for s in found])
    if made.places is not None:
        material.places.append(made.places)


def _drawn(project: Project, given: Inputs, config: Config, run: Path) -> Iterator[tuple[Floats, Regions]]:
    """The panels as drawn, at the size at which they are fitted, and where their elements are."""
    where = whereabouts.load(run, given.prior)
    for panel in panel_pictures(project, given.book):
        pixels = to_float(reduced(panel.pixels, fit_scale(panel, config)))
        yield pixels, where.regions(panel, *pixels.shape[:2])


def _p_hat(given: Inputs, ensemble: Ensemble | None) -> torch.Tensor:
    """(J, I) prior marks; nan where nothing is said, or the element could not be learned."""
    p_hat = torch.from_numpy(given.prior.table.T.copy()).float()
    if ensemble is not None:
        p_hat[:, ~ensemble.reliable] = torch.nan
    return p_hat


def halved(made: Canvas) -> Canvas:
    """A canvas in half precision."""
    places, other = (None if part is None else part.half() for part in (made.places, made.other))
    return Canvas(made.x.half(), made.base.half(), made.flat.half(), made.ink.half(), places, other)


def _own_colour(
    name: str, given: Inputs, guides: list[Guides], places: list[list[list[Box] | None]]
) -> tuple[float, float, float] | None:
    """An element's own colour in the flats of the book; `places` has its boxes, by panel and element."""
    boxes = [panel[given.prior.row(name)] for panel in places]
    return own_colour([Sight(guides[j].flat, guides[j].ink, boxes[j] or []) for j in chosen(boxes)])


def save_look(run: Path, look: Look, told: dict[str, Any]) -> None:
    """Keeps the book's palette and detail with the run: as JSON for people, with the palette's table as tensors.

    Args:
        run: the run's folder.
        look: style and palette.
        told: what else goes into the JSON: style, key and pins of the palette, see `steer`.
    """
    write_json(run / "palette.json", {**look.palette.as_json(), **told})
    parts = {n: torch.from_numpy(np.ascontiguousarray(getattr(look.palette, n))) for n in PARTS}
    detail = torch.tensor([look.detail], dtype=torch.float64)
    banks: dict[str, torch.Tensor] = {}
    if look.elements is not None:
        banks["everywhere"] = torch.tensor(list(look.elements.everywhere))
        for i, bank in look.elements.banks.items():
            banks |= {
                f"bank.{i}.{n}": torch.from_numpy(getattr(bank, n)) for n in ("drawn", "own", "painted", "target")
            }
    checkpoint.save_tensors(run / "look.safetensors", {**parts, "detail": detail, **banks})


def load_look(run: Path, style: Floats, config: Config) -> Look:
    """The look of a run."""
    kept = checkpoint.load_tensors(run / "look.safetensors")
    palette = Palette(**{name: kept[name].numpy() for name in PARTS})
    elements = None
    if "everywhere" in kept:
        numbers = sorted({int(name.split(".")[1]) for name in kept if name.startswith("bank.")})
        banks = {
            i: Bank(*(kept[f"bank.{i}.{n}"].numpy() for n in ("drawn", "own", "painted", "target"))) for i in numbers
        }
        elements = Elements(banks, [bool(v) for v in kept["everywhere"]])
    look = Look(style, palette, config.style.seed, float(kept["detail"][0]), elements, line_of(config))
    look.finish = load_finish(run)
    return look
