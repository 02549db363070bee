"""How far elements' colours are moved in each panel once it is painted: measured at the end of a fit, kept with it."""

from collections.abc import Iterator
from pathlib import Path

import torch

from inkwright.book import Prior
from inkwright.config import Config
from inkwright.events import Clock, Event
from inkwright.images import Floats, to_float
from inkwright.learn import checkpoint
from inkwright.learn.canvas import Look
from inkwright.learn.element_look import spots
from inkwright.learn.evening import added, moves
from inkwright.learn.mood import mood
from inkwright.learn.render import render
from inkwright.learn.tensors import to_picture
from inkwright.operations import whereabouts
from inkwright.operations.canvases import panel_guides
from inkwright.operations.material import panel_pictures, work_scale
from inkwright.operations.rounds import load_stylizer
from inkwright.operations.train import Inputs
from inkwright.operations.worded import words_of
from inkwright.project import Project

EVENING = "evening.safetensors"


def find(project: Project, given: Inputs, config: Config, run: Path, network: str, look: Look) -> Iterator[Event]:
    """Writes evening.safetensors; nothing where no colours are known of any element.

    Panels are painted as `render` paints them: at another size lines take another share of a small figure.

    Args:
        project, given, config: what was fitted.
        run: the run's folder.
        network: name of the file of the network that paints the book.
        look: of the book.
    """
    if look.elements is None or not look.elements.banks:
        return
    net, where = load_stylizer(run / network), whereabouts.load(run, given.prior)
    said = words_of(project, config, given.book, given.prior)
    found: list[list[tuple[int, Floats]]] = []
    lights: list[str] = []
    clock = Clock("fit", len(given.prior.panels))
    for view in panel_pictures(project, given.book):
        guides = panel_guides(view, work_scale(view.page_side, config.render.work_px), look.detail)
        regions = where.regions(view, *guides.ink.shape)
        canvas = look.canvas(guides, regions, mood(view.lights))
        places = canvas.places if config.fit.element_maps else None
        name, size = view.panel.id, guides.ink.shape
        words = None if said is None else said.planes(name, regions, size[0], size[1])
        painted = to_float(to_picture(render(net, canvas.x, canvas.base, config.render.tile_px, places, words)))
        its = spots(guides.flat, look.palette(guides.flat), regions, look.elements, guides.distance)
        found.append([(one.element, added(painted, one)) for one in its])
        lights.append(", ".join([*view.lights, *([said.texts.panels.get(name, "")] if said is not None else [])]))
        yield clock.step(len(found))
    tensors: dict[str, torch.Tensor] = {}
    for j, its_moves in enumerate(moves(found, lights)):
        tensors |= {f"{j}.{i}": torch.from_numpy(move) for i, move in sorted(its_moves.items())}
    checkpoint.save_tensors(run / EVENING, tensors)


def load(run: Path, prior: Prior) -> dict[str, dict[int, Floats]]:
    """Panel id → element index → (k, 3) in OKLab; empty where nothing was kept."""
    out: dict[str, dict[int, Floats]] = {}
    if (run / EVENING).is_file():
        for name, move in checkpoint.load_tensors(run / EVENING).items():
            j, i = (int(part) for part in name.split("."))
            out.setdefault(prior.panels[j], {})[i] = move.numpy()
    return out


__all__ = ["EVENING", "find", "load"]
