"""What `review` measures on pictures alone: consistency, drift, style distance. No network is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from inkwright.images import Floats, Pixels, read_picture, to_float
from inkwright.learn.consistency import OwnColours, Place, drift
from inkwright.learn.style_distance import StyleDistance
from inkwright.learn.tensors import to_tensor
from inkwright.operations.material import PanelPicture, reduced
from inkwright.operations.train import Inputs
from inkwright.project import Project

LOOKS = ("drawing", "plain", "fitted")
MEASURE_PX = 320
"""Long side of a panel while consistency is measured, in pixels."""

ASTRAY = 6.0
"""A colour is told to stray from so far on, in 0.01 OKLab: three times what can just be seen."""
TRANSFERRED = 0.1
"""Plain style transfer comes nearer to the style by at least this share, or its cost cannot be told."""


@dataclass
class Measures:
    """What was measured: figures of the book by name, element → look → its own consistency ratio, and (element, panel,
    distance in 0.01 OKLab) where the fitted comic's colours stray."""

    figures: dict[str, float | str] = field(default_factory=dict)
    elements: dict[str, dict[str, float]] = field(default_factory=dict)
    strays: list[tuple[str, str, float]] = field(default_factory=list)


def looks_of(project: Project, views: list[PanelPicture]) -> dict[str, list[Pixels]]:
    """The insides of all panels in the three looks, at a size for measuring."""
    out: dict[str, list[Pixels]] = {look: [] for look in LOOKS}
    for view in views:
        x, y, w, h = view.inside.box
        scale = MEASURE_PX / max(w, h)
        out["drawing"].append(reduced(view.pixels, scale))
        for look, folder in (("plain", project.build / "plain"), ("fitted", project.build)):
            picture = read_picture(folder / "panels" / f"{view.panel.id}.png", 1).pixels
            out[look].append(reduced(np.ascontiguousarray(picture[y : y + h, x : x + w]), scale))
    return out


def measured(
    given: Inputs,
    views: list[PanelPicture],
    pictures: dict[str, list[Pixels]],
    style: Path,
    others: Mapping[str, str] = MappingProxyType({}),
) -> Measures:
    """Measures the three looks, on panels of the same light and style: another one changes colours on purpose.

    Args:
        given: book and prior.
        views: the panels.
        pictures: as made by `looks_of`.
        style: the style picture, as it was learned.
        others: the styles of panels that have one of their own.
    """
    made = Measures()
    lit = same_light(views, others)
    drawings: list[Floats] = [to_float(pictures["drawing"][j]) for j in lit]
    places, unsure = places_of(given, [views[j] for j in lit], [x.shape for x in drawings], lit)
    if len(lit) < len(views):
        made.figures["panels_in_another_light"] = float(len(views) - len(lit))
    own = OwnColours(drawings, places, unsure)
    distance = StyleDistance(to_tensor(to_float(read_picture(style).pixels)))
    far: dict[str, float] = {}
    for look in LOOKS:
        panels = [to_float(pictures[look][j]) for j in lit]
        far[look] = float(np.mean([distance(to_tensor(x)) for x in panels]))
        made.figures[f"style_distance_{look}"] = round(far[look], 5)
        drifted = drift(drawings, panels)
        if drifted is not None:
            made.figures[f"drift_{look}"] = round(drifted, 4)
        if look == "fitted":
            names, ids = given.prior.elements, [given.prior.panels[j] for j in lit]
            far_off = [(i, j, d) for i, j, d in own.strays(panels) if d > ASTRAY]
            made.strays = [(names[i].name, ids[j], round(d, 2)) for i, j, d in far_off]
        found = own.ratio(panels) if look != "drawing" else None
        if found is not None:
            made.figures[f"consistency_{look}"] = round(found[0], 4)
            for i, value in found[1].items():
                made.elements.setdefault(given.prior.elements[i].name, {})[look] = round(value, 4)
    if far["drawing"] - far["plain"] > TRANSFERRED * far["drawing"]:
        made.figures["style_cost"] = round((far["fitted"] - far["plain"]) / (far["drawing"] - far["plain"]), 4)
    return made


def same_light(views: Sequence[PanelPicture], others: Mapping[str, str] = MappingProxyType({})) -> list[int]:
    """The panels of the light and style that most of them have, by number: only those can be compared by colour."""
    looks = [(view.lights, others.get(view.panel.id, "") if others else "") for view in views]
    count = Counter(looks)
    most = max(count, key=lambda look: (count[look], not look[1], not look[0]))
    return [j for j, look in enumerate(looks) if look == most]


def places_of(
    given: Inputs, views: list[PanelPicture], shapes: list[tuple[int, ...]], numbers: Sequence[int] | None = None
) -> tuple[list[Place], set[tuple[int, int]]]:
    """Where elements are, and (element, panel) where one may be though nobody knows where.

    `numbers` are the views' columns in the prior table, where they are not all of the book; panels are told by their
    place among the views.

    They are inside their boxes; a setting without a box fills what other elements leave of its panel.
    """
    places, unsure = [], set()
    table = given.prior.table if numbers is None else given.prior.table[:, list(numbers)]
    for j, (view, shape) in enumerate(zip(views, shapes, strict=True)):
        kx, ky = shape[1] / view.pixels.shape[1], shape[0] / view.pixels.shape[0]
        boxed: dict[int, np.ndarray] = {}
        for i, element in enumerate(given.prior.elements):
            mask = np.zeros(shape[:2], np.bool_)
            for x, y, w, h in view.boxes(element.name):
                rows = slice(round(y * ky), max(round(y * ky) + 1, round((y + h) * ky)))
                mask[rows, round(x * kx) : max(round(x * kx) + 1, round((x + w) * kx))] = True
            if mask.any() and table[i, j] == 1:
                boxed[i] = mask
        others = np.any([m for i, m in boxed.items() if given.prior.elements[i].kind != "setting"], axis=0)
        for i, element in enumerate(given.prior.elements):
            if i not in boxed and table[i, j] == 1 and element.kind == "setting":
                boxed[i] = np.broadcast_to(~np.asarray(others), shape[:2])
            if i in boxed and boxed[i].any():
                places.append(Place(i, j, boxed[i]))
            elif table[i, j] != 0:
                unsure.add((i, j))
    return places, unsure


__all__ = ["LOOKS", "Measures", "looks_of", "measured", "places_of", "same_light"]
