"""The panels as canvases, and everything else that the rounds of a fit work on; the book's look, kept and loaded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inkwright.config import Config
from inkwright.images import Floats, to_float
from inkwright.learn import checkpoint
from inkwright.learn.banks import Bank, Elements, read_banks
from inkwright.learn.canvas import Canvas, Look, make_look
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.drawing import painted_share
from inkwright.learn.element_look import spots
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.mood import Mood, mood
from inkwright.learn.own_colour import Sight, own_colour
from inkwright.learn.palette import Palette
from inkwright.learn.regions import Regions
from inkwright.learn.views import box_mask
from inkwright.operations import whereabouts
from inkwright.operations.finishing import Finishing, finished_look, load_finish
from inkwright.operations.material import Box, PanelPicture, panel_pictures, panel_seed, reduced, work_scale
from inkwright.operations.references import referred
from inkwright.operations.rounds import Material
from inkwright.operations.steer import PARTS, boxes_in, chosen, steer
from inkwright.operations.style_rules import Masks, load_others, make_others, read_rules
from inkwright.operations.train import Inputs
from inkwright.operations.words import line_of
from inkwright.project import Project, write_json

MASK_SIDE = 28
"""Cells a side of the boxes' masks in the loss."""


def panel_guides(panel: PanelPicture, scale: float, detail: float) -> Guides:
    """The guides of a panel at a scale of its page, with the book's `detail`."""
    pixels = to_float(reduced(panel.pixels, scale))
    return drawing_guides(pixels, panel_seed(panel.panel.id), panel.light, detail)


def fit_scale(panel: PanelPicture, config: Config) -> float:
    """The scale of its page at which a panel is fitted."""
    scale = work_scale(panel.page_side, config.render.work_px)
    return float(min(scale, config.fit.panel_px / max(panel.pixels.shape[:2])))


def material_of(
    project: Project,
    given: Inputs,
    config: Config,
    style: Floats,
    run: Path,
    ensemble: Ensemble | None,
    finishing: Finishing | None = None,
) -> tuple[Material, Look]:
    """All panels as canvases, kept in half precision: a 500-panel album must fit into memory.

    Args:
        project, given, config: what is fitted.
        style: (H, W, 3) RGB in [0, 1].
        run: the run's folder; the look is taken from there if it is kept there, else made and kept.
        ensemble: the classifiers, or None: elements have no part.
        finishing: what finished panels teach, or None.
    """
    read = _read(project, given, config)
    where = whereabouts.find(run, given.prior, read.views, ensemble)
    sizes, anywhere = [g.ink.shape for g in read.guides], finishing is not None
    regions = [where.regions(view, h, w, anywhere) for view, (h, w) in zip(read.views, sizes, strict=True)]
    rules = read_rules(project, config, given.book, given.prior)
    look = load_look(run, style, config) if (run / "look.safetensors").exists() else None
    if look is not None:
        load_others(run, project, rules, look)
    else:
        look = make_look(read.guides, style, config.style.seed, read.detail, line_of(config))
        flats = [panel.flat for panel in read.guides]
        own = partial(_own_colour, given=given, guides=read.guides, places=read.places)
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
        make_others(run, project, rules, look, read.guides, config.style.scale)
        save_look(run, look, told)
    material = Material(p_hat=_p_hat(given, ensemble), masks=torch.stack(read.masks), classifiers=ensemble)
    if finishing is not None:
        material.finished = True
        material.pairs, material.redrawn = finishing.terms(sizes, regions)
    for view in read.views:
        one, where_in = read.guides.pop(0), regions.pop(0)
        _add(material, look, one, where_in, mood(view.lights), rules.masks(view.panel.id, where_in, one, look))
    if not config.fit.element_maps:
        material.places.clear()
    return material, look


@dataclass
class _Panels:
    """The book's panels: views, guides, the book's detail, the boxes' masks for the loss (I, s, s), and the boxes of
    each element at the size at which they are fitted."""

    views: list[PanelPicture]
    guides: list[Guides]
    detail: float
    masks: list[torch.Tensor]
    places: list[list[list[Box] | None]]


def _read(project: Project, given: Inputs, config: Config) -> _Panels:
    """Reads all panels at the size at which they are fitted."""
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
    return _Panels(views, guides, detail, masks, places)


def _add(material: Material, look: Look, guides: Guides, regions: Regions, light: Mood, masks: Masks) -> None:
    """Adds a panel's canvases; `masks`: where other styles rule in it."""
    material.plain.append(halved(look.canvas(guides, None, light, masks)))
    if look.elements is None:
        return
    made = halved(look.canvas(guides, regions, light, masks))
    material.panels.append(made)
    if look.elements.banks:
        found = spots(guides.flat, look.palette(guides.flat), regions, look.elements, guides.distance)
        material.spots.append([replace(s, bank=torch.from_numpy(light.lab(s.bank.numpy()))) for s in found])
    if made.places is not None:
        material.places.append(made.places)


def drawn_panels(project: Project, given: Inputs, config: Config, run: Path) -> Iterator[tuple[str, Floats, Regions]]:
    """The panels: id, as drawn at the size at which they are fitted, and where their elements are."""
    where = whereabouts.load(run, given.prior)
    for panel in panel_pictures(project, given.book):
        pixels = to_float(reduced(panel.pixels, fit_scale(panel, config)))
        yield panel.panel.id, pixels, where.regions(panel, *pixels.shape[:2])


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
