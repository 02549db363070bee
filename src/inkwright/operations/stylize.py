"""`stylize`: the concept artificer. One drawing, one look; no project."""

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch

from inkwright.comic.scan import read_page
from inkwright.config import Config
from inkwright.errors import UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import jpeg_bytes, png_bytes, resize, to_float
from inkwright.learn.canvas import make_look
from inkwright.learn.drawing import painted_share
from inkwright.learn.guides import drawing_guides
from inkwright.learn.render import render as paint
from inkwright.learn.tensors import to_picture
from inkwright.operations.backbone_terms import Terms
from inkwright.operations.material import panel_seed, reduced, work_scale
from inkwright.operations.protect import finish, kept_parts, without
from inkwright.operations.render import sharpened
from inkwright.operations.rounds import Material, Rounds, load_stylizer
from inkwright.operations.style_picture import style_for_learning
from inkwright.operations.words import asked_for, line_of, spoken
from inkwright.project import guarded, write_bytes
from inkwright.sample.styles import DEFAULT

SUFFIXES = (".png", ".jpg", ".jpeg")


def _check_out(picture: Path, style: str, out: Path, force: bool) -> None:
    """Refuses a result that could not be written, before any work."""
    if out.suffix.lower() not in SUFFIXES:
        raise UserError(f"{out} has the suffix '{out.suffix}'.", f"Name a file that ends in {', '.join(SUFFIXES)}.")
    same = [p for p in (picture, Path(style)) if p.exists() and out.exists() and p.samefile(out)]
    if same:
        raise UserError(
            f"{out} is one of the pictures that are read.", "Name another file; your pictures are never written to."
        )
    if out.is_dir():
        raise UserError(f"{out} is a folder.", "Name a file.")
    if out.exists() and not force:
        raise UserError(f"{out} exists already.", "Name another file, or add --force.")
    with guarded(out):  # told now, not after the work
        out.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(out.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def stylize(picture: Path, style: str, out: Path, config: Config, force: bool = False) -> Iterator[Event]:
    """Paints one drawing in one look.

    Args:
        picture: the drawing.
        style: an embedded style's name or a picture; may be empty where `config.style.words` says the look.
        out: where the result goes, .png or .jpg.
        config: settings; the sections style, fit and render count.
        force: whether a file at `out` may be replaced.

    Raises:
        UserError: `out` exists, is the drawing itself, or has another suffix.
        PictureError: the drawing or the style cannot be used.
    """
    if not style and not config.style.words:
        raise UserError("No look is named.", "Add --style gouache, or --style-words 'ink wash, dusk'.")
    _check_out(picture, style, out, force)
    terms = Terms(config)
    read = read_page(picture)
    drawing, said = read.pixels, spoken(config)
    look_of = style_for_learning(asked_for(said, None, style or DEFAULT), config.style.scale)
    clock = Clock("stylize", 0)
    yield Started(
        "stylize",
        config.fit.style_steps + config.fit.steps,
        f"{picture.name} in the style {config.style.words or Path(style).name}",
    )
    scale = work_scale(max(drawing.shape[:2]), config.render.work_px)
    full = to_float(reduced(drawing, scale))
    detail = painted_share([(full, None)])
    guides = drawing_guides(full, panel_seed("drawing"), None, detail)
    look = make_look([guides], look_of, config.style.seed, detail, line_of(config))
    # Fitted on the drawing at the size of a panel; painted at its own.
    small = reduced(drawing, min(scale, config.fit.panel_px / max(drawing.shape[:2])))
    panel = look.canvas(drawing_guides(to_float(small), panel_seed("drawing"), None, detail))
    with tempfile.TemporaryDirectory(prefix="inkwright-") as folder:
        rounds = Rounds(Path(folder), look, config, "stylize")
        material = Material(torch.zeros(1, 0), torch.zeros(1, 0, 1, 1), None, plain=[panel])
        for message, hint in terms.join(material, look_of, [(to_float(small), {})]):
            yield Warned("stylize", message, hint)
        yield from rounds.run_all(material)
        net = load_stylizer(Path(folder) / "plain.safetensors")
    canvas = look.canvas(guides)
    X = paint(net, canvas.x, canvas.base, config.render.tile_px)
    painted = to_picture(X)
    height, width = drawing.shape[:2]
    kept = kept_parts(drawing, config.style.keep_lettering, max(height, width))
    if painted.shape != drawing.shape:
        painted = sharpened(resize(painted, width, height), without(drawing, kept), look.palette.dark)
    painted = finish(painted, drawing, config.style, kept)
    data = (
        png_bytes(painted, read.dpi)
        if out.suffix.lower() == ".png"
        else jpeg_bytes(painted, config.publish.quality, read.dpi)
    )
    write_bytes(out, data)
    yield Saved("stylize", str(out), "stylized picture")
    yield Finished("stylize", str(out), seconds=clock.seconds)
