"""Elements without a box are looked for by what finished panels with boxes show, before the colourist learns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkwright.events import Clock, Event
from inkwright.images import Floats
from inkwright.learn import checkpoint
from inkwright.learn.finish import finder
from inkwright.learn.finish.colourist import Lesson
from inkwright.learn.finish.finder import NETS, STEPS, Scene, owners, scene, search
from inkwright.learn.tensors import to_tensor
from inkwright.operations.finished import Shown
from inkwright.operations.material import PanelPicture
from inkwright.operations.train import Inputs
from inkwright.operations.whereabouts import FILE


@dataclass(frozen=True)
class Search:
    """What is looked for.

    Attributes:
        scenes: all panels, with their marks.
        labelled: panel → number of its lesson: finished panels in which everything has its box.
        wanted: (panel, element) that have no box.
    """

    scenes: Sequence[Scene]
    labelled: dict[int, int]
    wanted: Sequence[tuple[int, int]]


def to_be_found(
    given: Inputs, views: Sequence[PanelPicture], small: Sequence[Floats], shown: Sequence[Shown]
) -> Search | None:
    """What finished panels can tell about; None where every element has its boxes, or no finished panel has any.

    Args:
        given: book and prior.
        views: all panels.
        small: (H, W, 3) each, RGB in [0, 1], as they are looked at.
        shown: the finished panels.
    """
    marks, elements = given.prior.table, given.prior.elements

    def boxed(j: int, i: int) -> bool:
        return bool(views[j].boxes(elements[i].name))

    there = {j: [i for i in range(len(elements)) if marks[i, j] == 1] for j in range(len(views))}
    labelled = {
        one.at: number
        for number, one in enumerate(shown)
        if one.found.kind != "redrawn" and all(boxed(one.at, i) or elements[i].kind == "setting" for i in there[one.at])
    }
    known = {i for j in labelled for i in there[j] if boxed(j, i)}
    wanted = [(j, i) for j, its in there.items() for i in its if i in known and not boxed(j, i) and j not in labelled]
    if not wanted:
        return None
    columns = marks.T.astype(np.float32)
    scenes = [scene(to_tensor(one), its) for one, its in zip(small, columns, strict=True)]
    return Search(scenes, labelled, wanted)


def find_elements(task: Search, run: Path, lessons: Sequence[Lesson], own: Floats, seed: int) -> Iterator[Event]:
    """Looks for what is wanted, and adds it to what the run knows of where elements are."""
    scenes = list(task.scenes)
    for j, number in task.labelled.items():
        scenes[j] = finder.labelled(scenes[j], owners(lessons[number], own))
    work, clock = search(scenes, seed, STEPS), Clock("finding", NETS * STEPS)
    while True:
        try:
            yield clock.step(next(work))
        except StopIteration as done:
            maps = done.value
            break
    kept = {name: value for name, value in checkpoint.load_tensors(run / FILE).items() if name != "none"}
    for j, i in task.wanted:
        heat = maps[j][i]
        kept[f"{j}.{i}"] = (heat / heat.max().clamp_min(1e-3)).contiguous()
    checkpoint.save_tensors(run / FILE, kept)
