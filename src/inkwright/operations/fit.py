"""`fit`: fine-tunes the style network on the Comic Book Loss, over all panels of the book at once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inkwright.config import Config
from inkwright.events import Clock, Event, Finished, Started, Warned
from inkwright.images import Floats, png_bytes, read_picture, to_float, to_uint8
from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Canvas, Look, make_look
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.palette import Palette
from inkwright.learn.views import box_mask
from inkwright.operations.material import (
    PanelPicture,
    panel_pictures,
    panel_seed,
    reduced,
    style_for_learning,
    style_key,
    style_pixels,
    work_scale,
)
from inkwright.operations.rounds import Rounds
from inkwright.operations.train import Inputs, inputs, need_ensemble
from inkwright.project import Project, digest, write_bytes, write_json

MASK_SIDE = 28
"""Cells a side of the boxes' masks in the loss."""


def fit_key(project: Project, given: Inputs) -> str:
    """Changes with everything that the fitted network depends on."""
    config = project.config()
    style = [style_key(project, config.style.picture), config.style.scale, config.style.seed]
    return digest(given.key, config.fit.model_dump(), style, config.render.work_px)


def fit(project: Project) -> Iterator[Event]:
    """Fits; with unchanged inputs nothing is run again. An interrupted run goes on from its last saved state."""
    given = inputs(project)
    found = need_ensemble(project, given)
    key = fit_key(project, given)
    run = project.finished_run("fit", key)
    if run is not None:
        yield Finished("fit", f"up to date ({run.name})", False)
        return
    config = project.config()
    clock = Clock("fit", 0)
    ensemble = found[0] if found is not None else None
    learned = ensemble is not None and bool(ensemble.reliable.any()) and config.fit.weight_c > 0
    if not learned:
        reason = "weight_c is 0" if config.fit.weight_c == 0 else "no element could be learned"
        yield Warned(
            "fit", f"C has no part in this fit: {reason}.", "The fitted comic will equal plain style transfer."
        )
    run = project.open_run(
        "fit",
        key,
        {"fit": config.fit.model_dump(), "style": config.style.model_dump(), "train": found[1].name if found else None},
    )
    total = config.fit.style_steps + (2 if learned else 1) * config.fit.steps
    yield Started("fit", total, f"{len(given.prior.panels)} panels, style {config.style.picture}")
    style = style_for_learning(style_pixels(project, config.style.picture), config.style.scale)
    if not (run / "style.png").exists():
        write_bytes(run / "style.png", png_bytes(to_uint8(style)))
    style = to_float(read_picture(run / "style.png").pixels)
    canvases, masks, look = _canvases(project, given, config, style, run)
    p_hat = torch.from_numpy(given.prior.table.T.copy()).float()
    if ensemble is not None:
        p_hat[:, ~ensemble.reliable] = torch.nan
    rounds = Rounds(run, look, config)
    yield from rounds.run_all(canvases, p_hat, masks, ensemble if learned else None)
    write_json(
        run / "meta.json",
        {
            "format": checkpoint.VERSION,
            "key": key,
            "stylizer": "unet",
            "planes": PLANES,
            "with_c": learned,
            "losses": rounds.losses,
        },
    )
    for leftover in run.glob("state-*.safetensors"):
        leftover.unlink()
    yield Finished("fit", f"{run.name}", seconds=clock.seconds)


def panel_guides(panel: PanelPicture, scale: float) -> Guides:
    """The guides of a panel at a scale of its page."""
    return drawing_guides(to_float(reduced(panel.pixels, scale)), panel_seed(panel.panel.id), panel.light)


def _canvases(
    project: Project, given: Inputs, config: Config, style: Floats, run: Path
) -> tuple[list[Canvas], Tensor, Look]:
    """All panels as canvases, kept in half precision: a 500-panel album must fit into memory."""
    guides, masks = [], []
    for panel in panel_pictures(project, given.book):
        scale = min(
            work_scale(panel.page_side, config.render.work_px), config.fit.panel_px / max(panel.pixels.shape[:2])
        )
        guides.append(panel_guides(panel, scale))
        height, width = panel.pixels.shape[:2]
        rows = [box_mask(panel.boxes(e.name), height, width, config.train.px, MASK_SIDE) for e in given.prior.elements]
        masks.append(torch.stack(rows) if rows else torch.zeros(0, MASK_SIDE, MASK_SIDE))
    if (run / "palette.safetensors").exists():
        look = Look(style, load_palette(run), config.style.seed)
    else:
        look = make_look(guides, style, config.style.seed)
        save_palette(run, look.palette)
    canvases = []
    while guides:
        made = look.canvas(guides.pop(0))
        canvases.append(Canvas(made.x.half(), made.base.half(), made.flat.half(), made.ink.half()))
    return canvases, torch.stack(masks), look


def save_palette(run: Path, palette: Palette) -> None:
    """Keeps the book's palette with the run: as JSON for people, with its table as tensors."""
    write_json(run / "palette.json", palette.as_json())
    names = ("source", "result", "share", "dark", "table")
    checkpoint.save_tensors(
        run / "palette.safetensors", {n: torch.from_numpy(np.ascontiguousarray(getattr(palette, n))) for n in names}
    )


def load_palette(run: Path) -> Palette:
    """The palette of a run."""
    kept = checkpoint.load_tensors(run / "palette.safetensors")
    return Palette(**{name: tensor.numpy() for name, tensor in kept.items()})
