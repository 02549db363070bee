"""Joins a fresh casting of the palette to what the project knows: the former casting, and the author's pins.

The casting before pins stays with its fit run (cast.safetensors); palette.json shows what came out and takes the pins.
"""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inkwright.book import Element, Prior
from inkwright.errors import PaletteError
from inkwright.images import Floats
from inkwright.learn import checkpoint
from inkwright.learn.colour import oklab
from inkwright.learn.palette import Palette
from inkwright.learn.pins import RADIUS, Pin, missed, pin
from inkwright.learn.settle import Cells, counted, covered, sampled, settle
from inkwright.operations.material import METHOD, Box, PanelPicture
from inkwright.operations.palette_file import Ink, PaletteFile, Row, as_hex, is_colour, load, path_of, rgb, save
from inkwright.operations.words import style_key_of, style_name
from inkwright.project import Project, digest, quoted, read_json
from inkwright.registry import suggest

CAST = "cast.safetensors"
PARTS = ("source", "result", "share", "dark", "table")
"""Of a Palette: what is kept of it on disk."""
CLASH = 0.02
"""OKLab: two pins this near to each other with different results contradict each other."""
STEP = 1 / 255

Own = Callable[[str], tuple[float, float, float] | None]
"""An element's name → its own colour."""


def cast_key(project: Project, file: PaletteFile) -> str:
    """Changes with the style and not with the book: castings of one key keep each other's colours."""
    style = project.config().style
    return digest([METHOD, style_key_of(project), style.scale, style.seed, file.casting])


def check_elements(project: Project, file: PaletteFile, prior: Prior) -> None:
    """Refuses pins of elements that the book does not have.

    Raises:
        PaletteError: naming the element and the nearest known one.
    """
    known = [element.name for element in prior.elements]
    for name in file.elements:
        if name not in known:
            raise PaletteError(
                f"{path_of(project)} pins the element '{name}', which prior.csv does not have.",
                f"{suggest(name, known)} Or: inkwright palette {quoted(project.root)} --unpin {shlex.quote(name)}",
            )


def steer(
    project: Project, run: Path, palette: Palette, flats: Sequence[Floats], own: Own
) -> tuple[Palette, dict[str, Any]]:
    """Settles a fresh casting on the former one and applies the pins.

    Args:
        project: the project.
        run: where the casting before pins is kept.
        palette: freshly cast.
        flats: of all panels, each (H, W, 3), RGB in [0, 1].
        own: finds an element's own colour; called for pinned elements only.

    Returns:
        The palette of the book, and plain data for the run's palette.json. There, "pins" has for each row of the
        palette the pinned colour as it was given, the pinned element, or an empty text.
    """
    file, sample = load(project), sampled(flats)
    key = cast_key(project, file)
    base, cells = _settled(project, palette, key, file, sample)
    base = counted(base, sample)
    parts = {name: torch.from_numpy(np.ascontiguousarray(getattr(base, name))) for name in PARTS}
    checkpoint.save_tensors(run / CAST, {**parts, "cells": torch.from_numpy(cells.astype(np.uint8))})
    pins, notes = _pins(project, file, own)
    made = counted(pin(base, list(pins.values())), sample, [p.source for p in pins.values()])
    inked = file.ink is not None and file.ink.pinned
    if file.ink is not None and inked:
        made = Palette(made.source, made.result, made.share, np.array(rgb(file.ink.result), np.float32), made.table)
    for name, miss in zip(pins, missed(made, list(pins.values())), strict=True):
        if miss > 2.5 * STEP:
            got = as_hex(made(np.array([[pins[name].source]], np.float32))[0, 0])
            notes.append((f"The pin of {name} comes out as {got}: another pin is too near.", "Unpin one of the two."))
    told = {"style": style_name(project.config().style), "key": key, "pins": _labels(made, pins), "ink_pinned": inked}
    return made, {**told, "notes": notes}


def _settled(project: Project, new: Palette, key: str, file: PaletteFile, sample: Floats) -> tuple[Palette, Cells]:
    """The casting that the book keeps, and the cells of all colours that it has been cast for."""
    cells = covered(sample)
    for run in reversed(project.runs("fit")):
        there = (run / "meta.json").exists() and (run / CAST).exists()
        if there and (read_json(run / "palette.json") or {}).get("key") == key:
            kept = checkpoint.load_tensors(run / CAST)
            former = kept["cells"].numpy().astype(np.bool_)
            return settle(new, Palette(**{name: kept[name].numpy() for name in PARTS}), former), cells | former
    # No run is left, or palette.json comes from another book of the series: what stands in it holds.
    if file.key == key:
        pinned = [row for row in file.colours if row.pinned or row.element]
        free = [row for row in file.colours if row not in pinned and not any(_apart(row, p) < RADIUS for p in pinned)]
        pairs = [Pin(rgb(row.drawn), rgb(row.result)) for row in free]
        # Stored in steps of 255, twice: what differs by no more than that is the same.
        return pin(new, [p for p, miss in zip(pairs, missed(new, pairs), strict=True) if miss > 2.5 * STEP]), cells
    return new, cells


def _apart(one: Row, other: Row) -> float:
    return _far(rgb(one.drawn), rgb(other.drawn))


def _far(one: Sequence[float], other: Sequence[float]) -> float:
    return float(np.linalg.norm(oklab(np.array(one)) - oklab(np.array(other))))


def _pins(project: Project, file: PaletteFile, own: Own) -> tuple[dict[str, Pin], list[tuple[str, str]]]:
    """The pins by what they are called: colours first, then elements; and what had to be left out."""
    wanted = {row.drawn: Pin(rgb(row.drawn), rgb(row.result)) for row in file.pinned()}
    notes = []
    for name, result in sorted(file.elements.items()):
        colour = own(name)
        if colour is not None:
            wanted[name] = Pin(colour, rgb(result))
            continue
        act = "Draw boxes around it in book.json, or pin a colour instead: inkwright palette"
        notes.append(
            (f"'{name}' has no colour of its own in its boxes; its pin does nothing.", f"{act} {quoted(project.root)}")
        )
    pins: dict[str, Pin] = {}
    for name, new in wanted.items():
        near = [n for n, p in pins.items() if _far(p.source, new.source) < CLASH and _far(p.result, new.result) > 0.01]
        if near:
            message = f"{near[0]} and {name} have nearly the same colour, {as_hex(new.source)}, but other pins."
            notes.append((message, f"The pin of {near[0]} is used; unpin one of the two."))
        else:
            pins[name] = new
    return pins, notes


def _labels(palette: Palette, pins: dict[str, Pin]) -> list[str]:
    found = []
    for source in palette.source:
        same = [n for n, p in pins.items() if np.abs(source - np.array(p.source, np.float32)).max() < 1e-6]
        found.append(same[0] if same else "")
    return found


def keep_palette(project: Project, run: Path) -> None:
    """Shows a run's palette in palette.json; what the author has set there, also meanwhile, stays."""
    made = read_json(run / "palette.json") or {}
    if "key" not in made:  # a run of an earlier version
        return
    file = load(project)
    former = {row.drawn: row for row in file.colours}
    rows: dict[str, Row] = {}
    for source, result, share, name in zip(made["source"], made["result"], made["share"], made["pins"], strict=True):
        drawn = name if is_colour(name) else as_hex(source)
        row = former.get(drawn)
        extra = (row.model_extra or {}) if row is not None else {}
        element = "" if is_colour(name) else name
        new = Row(drawn=drawn, result=as_hex(result), share=round(share, 4), element=element, **extra)
        if row is not None and row.pinned:
            new.result, new.pinned = row.result, True
        rows.setdefault(drawn, new)
    for row in file.pinned():
        rows.setdefault(row.drawn, row)
    file.colours = list(rows.values())
    if file.ink is None or not file.ink.pinned:
        extra = (file.ink.model_extra or {}) if file.ink is not None else {}
        file.ink = Ink(result=as_hex(made["ink"]), **extra)
    file.style, file.key = made["style"], made["key"]
    save(project, file)


def boxes_in(panel: PanelPicture, element: Element, mark: float, height: int, width: int) -> list[Box] | None:
    """An element's boxes in a panel seen at another size: none where it is not, None where nobody knows."""
    found = panel.boxes(element.name)
    if not found and mark == 1:
        return [(0, 0, width, height)] if element.kind == "setting" else None
    kx, ky = width / panel.pixels.shape[1], height / panel.pixels.shape[0]
    return [(round(x * kx), round(y * ky), max(1, round(w * kx)), max(1, round(h * ky))) for x, y, w, h in found]


def chosen(boxes: Sequence[list[Box] | None], most: int = 24) -> list[int]:
    """The panels in which an element's own colour is looked for: some with it and as many without, evenly spread."""
    picked = []
    for having in (True, False):
        panels = [j for j, found in enumerate(boxes) if found is not None and bool(found) == having]
        at = np.linspace(0, len(panels) - 1, min(most, len(panels))).astype(np.intp)
        picked += [panels[k] for k in at]
    return sorted(picked)


__all__ = ["PARTS", "boxes_in", "cast_key", "check_elements", "chosen", "keep_palette", "steer"]
