"""The finish of a book inside a fit: the colourist is trained on the finished panels and kept with the run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from inkwright.config import Config
from inkwright.events import Clock, Event, Warned
from inkwright.images import Floats, read_picture, resize, to_float
from inkwright.learn import checkpoint
from inkwright.learn.canvas import Look
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.drawing import painted_share
from inkwright.learn.finish import lessons
from inkwright.learn.finish.colourist import Colourist, Study, begin, learn
from inkwright.learn.finish.finish import Finish
from inkwright.learn.finish.lessons import Source
from inkwright.learn.finish.losses import Pair, Redrawn, pair, redrawn
from inkwright.learn.finish.mosaic import mosaic
from inkwright.learn.finish.paints import Paints, mix_paints
from inkwright.learn.finish.whose import Whose, whose
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.regions import Regions
from inkwright.operations import whereabouts
from inkwright.operations.finding import Search, find_elements, to_be_found
from inkwright.operations.finished import SIDE, Shown, all_read, usable, warnings
from inkwright.operations.finished_boxes import unboxed
from inkwright.operations.finished_files import Files, find
from inkwright.operations.material import PanelPicture, panel_pictures, panel_seed, reduced
from inkwright.operations.train import Inputs
from inkwright.project import Project

FILE, STATE = "finish.safetensors", "state-finish.safetensors"
SAVE_EVERY = 50
"""Steps between two saves of the colourist in training."""
PAINTS = ("colour", "light", "slope", "share", "drawn", "spread")
WHOSE = ("own", "belongs", "only", "fewest", "most", "settings")


@dataclass(frozen=True)
class Finishing:
    """What a fit knows of finished pictures.

    Attributes:
        files: which there are.
        shown: the finished panels that can be used.
        sources: what is learned from, panels first, then model sheets.
        search: which elements have to be looked for, having no box; None: none.
        settings: per element, whether it is a setting.
    """

    files: Files
    shown: Sequence[Shown]
    sources: Sequence[Source]
    search: Search | None = None
    settings: tuple[bool, ...] = ()

    def told(self) -> str:
        """For people: "3 finished panels, 1 model sheet"."""
        parts = [(len(self.shown), "finished panel"), (len(self.files.sheets), "model sheet")]
        return ", ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in parts if n)

    def style(self) -> Floats | None:
        """The finished panels as the style picture; None where only model sheets are there."""
        over = [one for one in self.sources if one.over] or list(self.sources[: len(self.shown)])
        return mosaic(over) if over else None

    def terms(self, sizes: Sequence[tuple[int, int]], regions: Sequence[Regions]) -> tuple[list[Pair], list[Redrawn]]:
        """What F and U compare, at the sizes (height, width) of the fit, by panel of the book."""
        pairs, others = [], []
        for one in self.shown:
            height, width = sizes[one.at]
            how = cv2.INTER_AREA if width < one.finish.shape[1] else cv2.INTER_LINEAR
            finish = np.asarray(cv2.resize(one.finish, (width, height), interpolation=how), np.float32)
            if one.found.kind == "redrawn":
                others.append(redrawn(one.at, regions[one.at], finish))
            else:
                pairs.append(pair(one.at, finish))
        return pairs, others


def look_up(
    project: Project, given: Inputs, config: Config, run: Path, ensemble: Ensemble | None
) -> tuple[Finishing | None, list[Warned]]:
    """The finished pictures of a book and what is learned from them; None where there are none that can be used.

    Raises:
        PictureError: one cannot be read, or has another shape than its panel.
    """
    files = find(project, given.book, given.prior)
    every = all_read(project, given.book, files, config)
    said, shown = list(warnings(files, every, "fit")), usable(every)
    if not shown and not files.sheets:
        return None, said
    if bare := unboxed(given.book, given.prior, [one.view.panel.id for one in shown]):
        said.append(Warned("fit", *bare))
    sources, search = _sources(project, given, run, ensemble, files, shown)
    return Finishing(files, shown, sources, search, tuple(e.kind == "setting" for e in given.prior.elements)), said


def _sources(
    project: Project, given: Inputs, run: Path, ensemble: Ensemble | None, files: Files, shown: Sequence[Shown]
) -> tuple[list[Source], Search | None]:
    views = list(panel_pictures(project, given.book))
    small = [(to_float(reduced(v.pixels, min(1.0, SIDE / max(v.pixels.shape[:2])))), v) for v in views]
    detail = painted_share([(pixels, view.light) for pixels, view in small])
    where = whereabouts.find(run, given.prior, views, ensemble)
    out = []
    for one in shown:
        pixels = small[one.at][0]
        height, width = pixels.shape[:2]
        out.append(source_of(one, pixels, detail, where.regions(one.view, height, width, True)))
    for i, path in sorted(files.sheets.items()):
        sheet = read_picture(path).pixels
        scale = SIDE / max(sheet.shape[:2])
        if scale < 1:
            sheet = resize(sheet, max(16, round(sheet.shape[1] * scale)), max(16, round(sheet.shape[0] * scale)))
        out.append(lessons.of_sheet(to_float(sheet), _drawn(given, small, where, detail, i), i))
    return out, to_be_found(given, views, [pixels for pixels, _ in small], shown)


def source_of(one: Shown, drawing: Floats, detail: float, regions: Regions) -> Source:
    """What is learned from a finished picture.

    Args:
        one: the picture.
        drawing: (H, W, 3) RGB in [0, 1], at the size at which it is looked at.
        detail: of all drawings, see `painted_share`.
        regions: where elements are.
    """
    guides = _guides(drawing, one.view, detail)
    height, width = guides.ink.shape
    finish = np.asarray(cv2.resize(one.finish, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    if one.found.kind == "redrawn":
        return lessons.of_itself(finish, np.median(guides.flat.reshape(-1, 3), 0), regions)
    return lessons.of_drawing(guides.ink, guides.flat, finish, regions)


def _guides(pixels: Floats, view: PanelPicture, detail: float) -> Guides:
    return drawing_guides(pixels, panel_seed(view.panel.id), view.light, detail)


def _drawn(
    given: Inputs, small: Sequence[tuple[Floats, PanelPicture]], where: whereabouts.Whereabouts, detail: float, i: int
) -> Floats:
    """What an element is typically drawn in, (3,) RGB: in the first panels that have it."""
    found = []
    for j in np.flatnonzero(given.prior.table[i] == 1)[:4]:
        pixels, view = small[j]
        region = where.regions(view, *pixels.shape[:2]).get(i)
        if region is not None and (region > 0.5).any():
            found.append(np.median(_guides(pixels, view, detail).flat[region > 0.5], 0))
    return np.asarray(np.median(found, 0) if found else np.full(3, 0.8), np.float32)


def study(finishing: Finishing, config: Config, run: Path, elements: int) -> Iterator[Event]:
    """Trains the colourist and keeps it with the run; what is there already is not made again."""
    if (run / FILE).exists():
        return
    torch.set_num_threads(1)  # as all networks here: the same bytes on every machine
    sources, seed, steps = finishing.sources, config.style.seed, config.finished.steps
    even = [lessons.evened_of(one) for one in sources]
    masks, over = [one.mask() for one in sources], [one.over for one in sources]
    paints = mix_paints(even, [one.flat for one in sources], masks, seed, over)
    taught = [lessons.lesson(one, finish, paints, elements) for one, finish in zip(sources, even, strict=True)]
    its = whose(taught, paints, finishing.settings or (False,) * elements, seed)
    state, path = begin(len(paints), seed), run / STATE
    if finishing.search is not None and not path.exists():
        yield from find_elements(finishing.search, run, taught, its.own, seed)
    if path.exists():
        _restore(state, checkpoint.load_tensors(path), str(path))
    clock = Clock("finished", steps, state.step)
    for step, loss in learn(state, taught, steps, seed):
        if step % SAVE_EVERY == 0 and step < steps:
            checkpoint.save_tensors(path, _packed(state))
        yield clock.step(step, loss=round(loss, 4))
    dark, line = lessons.line_of([one for one in sources if one.over] or sources)
    seen = [any(one.regions[i].any() for one in sources if i in one.regions) for i in range(elements)]
    tensors = {
        **checkpoint.pack("net", state.mean),
        **checkpoint.pack("paints", {name: torch.from_numpy(getattr(paints, name)) for name in PAINTS}),
        **checkpoint.pack("whose", {name: torch.from_numpy(getattr(its, name)) for name in WHOSE}),
        "seen": torch.tensor(seen, dtype=torch.bool),
        "dark": torch.from_numpy(dark),
        "line": torch.tensor([line], dtype=torch.float64),
    }
    checkpoint.save_tensors(run / FILE, tensors)
    path.unlink(missing_ok=True)


def load_finish(run: Path) -> Finish | None:
    """The finish of a run, or None where it was fitted without finished pictures."""
    if not (run / FILE).exists():
        return None
    kept = checkpoint.load_tensors(run / FILE)
    paints = Paints(*(checkpoint.unpack("paints", kept)[name].numpy() for name in PAINTS))
    net = Colourist(len(paints))
    checkpoint.load_weights(net, checkpoint.unpack("net", kept), str(run / FILE))
    net.eval().requires_grad_(False)
    seen = tuple(bool(v) for v in kept["seen"])
    its = Whose(*(checkpoint.unpack("whose", kept)[name].numpy() for name in WHOSE))
    return Finish(net, paints, its, seen, kept["dark"].numpy(), float(kept["line"][0]))


def finished_look(look: Look, run: Path, inked: bool) -> Look:
    """A look with the finish of its run: its lines are the finish's, unless the author has pinned them (`inked`)."""
    look.finish = load_finish(run)
    if look.finish is not None and not inked:
        look.palette = replace(look.palette, dark=look.finish.dark)
    return look


def _packed(state: Study) -> dict[str, Tensor]:
    return {
        **checkpoint.pack("net", state.net.state_dict()),
        **checkpoint.pack("mean", state.mean),
        **checkpoint.pack("adam", checkpoint.optimizer_tensors(state.optimizer)),
        "step": torch.tensor([state.step]),
    }


def _restore(state: Study, tensors: dict[str, Tensor], name: str) -> None:
    checkpoint.load_weights(state.net, checkpoint.unpack("net", tensors), name)
    state.mean = checkpoint.unpack("mean", tensors)
    checkpoint.restore_optimizer(state.optimizer, checkpoint.unpack("adam", tensors))
    state.step = int(tensors["step"][0])
