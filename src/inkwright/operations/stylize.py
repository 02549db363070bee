"""`stylize`: the concept artificer. Drawings, one look; no project."""

import errno
import os
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from inkwright.comic.scan import read_page
from inkwright.config import Config
from inkwright.errors import UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import Floats, Picture, Pixels, jpeg_bytes, png_bytes, resize, to_float
from inkwright.learn.canvas import Look, make_look
from inkwright.learn.drawing import painted_share
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.regions import Regions
from inkwright.learn.render import render as paint
from inkwright.learn.tensors import to_picture
from inkwright.operations.backbone_terms import Terms
from inkwright.operations.finished import Shown
from inkwright.operations.finishing import Finishing, finished_look, study
from inkwright.operations.material import by_clip, panel_seed, reduced, work_scale
from inkwright.operations.protect import finish, kept_parts, without
from inkwright.operations.render import sharpened
from inkwright.operations.rounds import Material, Rounds, load_stylizer
from inkwright.operations.style_picture import style_for_learning
from inkwright.operations.stylize_pairs import pairs_of, read_pairs, taught
from inkwright.operations.worded import Worded, worded
from inkwright.operations.words import asked_for, line_of, spoken
from inkwright.project import guarded, write_bytes
from inkwright.sample.styles import DEFAULT

SUFFIXES = (".png", ".jpg", ".jpeg")
LOOKS = "Add --style gouache, or --style-words 'ink wash, dusk', or --finished drawing=painted."


def stylize(
    pictures: Sequence[Path],
    style: str,
    out: Path,
    config: Config,
    force: bool = False,
    finished: Sequence[str] = (),
) -> Iterator[Event]:
    """Paints drawings in one look.

    Args:
        pictures: the drawings.
        style: an embedded style's name or a picture; may be empty where words or pairs say the look.
        out: where the result goes, .png or .jpg; a folder for several drawings.
        config: settings; the sections style, fit, finished and render count.
        force: whether a file at `out` may be replaced.
        finished: pairs, see `stylize_pairs.pairs_of`: drawings with their finish, whose translation is learned.

    Raises:
        UserError: `out` exists, is a picture that is read, or has another suffix; a pair is none.
        PictureError: a drawing, its finish or the style cannot be used.
    """
    if not style and not config.style.words and not finished:
        raise UserError("No look is named.", LOOKS)
    pairs = pairs_of(finished)
    targets = _targets(pictures, [Path(style), *(path for one in pairs for path in (one.drawing, one.finish))], out)
    for target in targets:
        _check_out(target, force)
    said_of = _worded(pictures, config)
    terms, clock = Terms(config, said_of), Clock("stylize", 0)
    read = [read_page(path) for path in pictures]
    look_of = None
    if style or config.style.words:
        look_of = style_for_learning(asked_for(spoken(config), None, style or DEFAULT), config.style.scale)
    drawings = [one.pixels for one in read]
    detail, shown, finishing = painted_share([(_full(one, config), None) for one in drawings]), list[Shown](), None
    if pairs:
        shown, said = read_pairs(pairs, len(read), config.fit.panel_px)
        finishing, detail = taught(shown, drawings)
        for message, hint in said:
            yield Warned("stylize", message, hint)
    yield Started("stylize", config.fit.style_steps + config.fit.steps, _told(pictures, style, config, shown))
    names = [path.stem for path in pictures]
    net, look = yield from _fitted(drawings, look_of, config, detail, shown, finishing, (terms, names))
    for one, target, name in zip(read, targets, names, strict=True):
        words = None if said_of is None else partial(said_of.planes, name, {})
        write_bytes(target, _packed(_painted(net, look, one.pixels, config, words), target, one, config))
        yield Saved("stylize", str(target), "stylized picture")
    yield Finished("stylize", str(out), seconds=clock.seconds)


def _fitted(
    drawings: Sequence[Pixels],
    style: Floats | None,
    config: Config,
    detail: float,
    shown: Sequence[Shown],
    finishing: Finishing | None,
    said: tuple[Terms, Sequence[str]],
) -> Generator[Event, None, tuple[torch.nn.Module, Look]]:
    """The network that paints the drawings, and its look; without a `style` that of the pairs.

    `said` are the terms of a backbone, and what the drawings are called in its words.
    """
    every = [*drawings, *(one.view.pixels for one in shown)]
    names = [*said[1], *("" for _ in shown)]
    with tempfile.TemporaryDirectory(prefix="inkwright-") as folder:
        run = Path(folder)
        if finishing is not None:
            yield from study(finishing, config, run, 0)
            style = finishing.style() if style is None else style
        assert style is not None
        look = _look(drawings, style, config, detail)
        if finishing is not None:
            look = finished_look(look, run, inked=False)
        material = _material(look, every, config, finishing)
        drawn = [(name, _small(one, config), Regions()) for name, one in zip(names, every, strict=True)]
        for message, hint in said[0].join(material, style, drawn):
            yield Warned("stylize", message, hint)
        yield from Rounds(run, look, config, "stylize").run_all(material)
        return load_stylizer(run / f"{'plain' if finishing is None else 'fitted'}.safetensors"), look


def _worded(pictures: Sequence[Path], config: Config) -> Worded | None:
    """The words that CLIP reads; a drawing may have words of its own, by its name. None: it reads none."""
    if not by_clip(config) or not config.fit.weight_words:
        return None
    names = {name: [path.stem] for path in pictures for name in (path.name, path.stem)}
    return worded(config, names=names)


def _told(pictures: Sequence[Path], style: str, config: Config, shown: Sequence[Shown]) -> str:
    """For people: what is painted, and how."""
    what = pictures[0].name if len(pictures) == 1 else f"{len(pictures)} drawings"
    look = config.style.words or Path(style).name
    parts = [f"in the style {look}"] if look else []
    parts += [f"as {len(shown)} finished drawing{'s show' if len(shown) > 1 else ' shows'}"] if shown else []
    return f"{what} {', '.join(parts)}"


def _targets(pictures: Sequence[Path], others: Sequence[Path], out: Path) -> list[Path]:
    """Where each drawing's result goes.

    Raises:
        UserError: several go into one file or have one name, or one of them would replace what is read.
    """
    if len(pictures) == 1:
        targets = [out]
    elif out.suffix.lower() in SUFFIXES:
        raise UserError(f"{len(pictures)} drawings cannot go into one file, {out}.", "Name a folder.")
    else:
        targets = [out / f"{path.stem}.png" for path in pictures]
    first: dict[Path, Path] = {}
    for path, target in zip(pictures, targets, strict=True):
        if target in first:
            raise UserError(f"{first[target]} and {path} would both go to {target}.", "Paint them one after the other.")
        first[target] = path
        if any(p.exists() and target.exists() and p.samefile(target) for p in (*pictures, *others)):
            act = "Name another file; your pictures are never written to."
            raise UserError(f"{target} is one of the pictures that are read.", act)
    return targets


def _check_out(out: Path, force: bool) -> None:
    """Refuses a result that could not be written, before any work."""
    if out.suffix.lower() not in SUFFIXES:
        raise UserError(f"{out} has the suffix '{out.suffix}'.", f"Name a file that ends in {', '.join(SUFFIXES)}.")
    if out.is_dir():
        raise UserError(f"{out} is a folder.", "Name a file.")
    if out.exists() and not force:
        raise UserError(f"{out} exists already.", "Name another file, or add --force.")
    with guarded(out):  # told now, not after the work
        out.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(out.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _full(drawing: Pixels, config: Config) -> Floats:
    """A drawing at the size at which it is painted."""
    return to_float(reduced(drawing, work_scale(max(drawing.shape[:2]), config.render.work_px)))


def _small(drawing: Pixels, config: Config) -> Floats:
    """A drawing at the size at which it is fitted."""
    side = max(drawing.shape[:2])
    scale = min(work_scale(side, config.render.work_px), config.fit.panel_px / side)
    return to_float(reduced(drawing, scale))


def _guides(drawing: Floats, detail: float) -> Guides:
    return drawing_guides(drawing, panel_seed("drawing"), None, detail)


def _look(drawings: Sequence[Pixels], style: Floats, config: Config, detail: float) -> Look:
    """The look of all drawings together; several are cast as small as they are fitted."""
    sized = _full if len(drawings) == 1 else _small
    guides = [_guides(sized(one, config), detail) for one in drawings]
    return make_look(guides, style, config.style.seed, detail, line_of(config))


def _material(look: Look, drawings: Sequence[Pixels], config: Config, finishing: Finishing | None) -> Material:
    """What is fitted on: the drawings, and with pairs theirs as well, at the size of a panel."""
    guides = [_guides(_small(one, config), look.detail) for one in drawings]
    canvases = [look.canvas(one, None if finishing is None else {}) for one in guides]
    material = Material(torch.zeros(len(canvases), 0), torch.zeros(len(canvases), 0, 1, 1), None)
    if finishing is None:
        material.plain = canvases
        return material
    material.panels, material.finished = canvases, True
    sizes = [one.ink.shape for one in guides]
    # A redrawing is compared as a whole: nobody says what its elements are.
    whole = [{0: np.ones(size, np.float32)} for size in sizes]
    material.pairs, material.redrawn = finishing.terms(sizes, whole)
    return material


def _painted(
    net: torch.nn.Module, look: Look, drawing: Pixels, config: Config, words: Callable[..., torch.Tensor | None] | None
) -> Pixels:
    """A drawing painted at its own size, (H, W, 3) uint8; `words` says where words of its own hold, by its size."""
    regions: Regions | None = None if look.finish is None else {}
    canvas = look.canvas(_guides(_full(drawing, config), look.detail), regions)
    planes = None if words is None else words(*canvas.base.shape[-2:])
    painted = to_picture(paint(net, canvas.x, canvas.base, config.render.tile_px, None, planes))
    height, width = drawing.shape[:2]
    kept = kept_parts(drawing, config.style.keep_lettering, max(height, width))
    if painted.shape != drawing.shape:
        painted = sharpened(resize(painted, width, height), without(drawing, kept), look.palette.dark)
    return finish(painted, drawing, config.style, kept)


def _packed(painted: Pixels, target: Path, read: Picture, config: Config) -> bytes:
    """The bytes of a picture's file."""
    if target.suffix.lower() == ".png":
        return png_bytes(painted, read.dpi)
    return jpeg_bytes(painted, config.publish.quality, read.dpi)
