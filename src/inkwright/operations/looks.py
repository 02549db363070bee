"""`looks`: the words that a look can be asked for in, as tables, and as a sheet of pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inkwright.comic.scan import read_page
from inkwright.errors import UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Table
from inkwright.images import Floats, Pixels, jpeg_bytes, png_bytes, resize, to_float
from inkwright.learn.canvas import make_look
from inkwright.learn.drawing import painted_share
from inkwright.learn.guides import drawing_guides
from inkwright.learn.lines import line
from inkwright.learn.tensors import to_picture
from inkwright.operations.material import panel_seed
from inkwright.operations.style_picture import style_for_learning
from inkwright.operations.words import asked_for
from inkwright.project import guarded, write_bytes
from inkwright.sample.comic import draw_book
from inkwright.sample.looks import MATERIALS
from inkwright.sample.styles import DEFAULT
from inkwright.vocabulary import WORDS
from inkwright.words import Spoken, parse

TITLES = {"material": "Materials", "light": "Light and mood", "line": "Line"}
HIGH = 300
"""Height of the pictures on a sheet, in pixels."""
GAP, CAPTION = 10, 24
WIDE = 3
"""Looks side by side on a sheet."""
DRAWN_PX = 560
"""Long side of the drawing that is painted for a sheet, in pixels."""


def looks(
    words: Sequence[str] = (), out: Path | None = None, drawing: Path | None = None, force: bool = False
) -> Iterator[Event]:
    """Shows the vocabulary, or what some looks are read as; with `out` also as pictures.

    Args:
        words: looks, such as "woodcut, dusk"; none: the whole vocabulary.
        out: where a sheet of pictures goes, .png or .jpg: each look's style picture, and a drawing painted in it with
            marks, palette and lines as in a book; what the network adds is left out.
        drawing: painted instead of a panel of the sample comic.
        force: whether a file at `out` may be replaced.

    Raises:
        ConfigError, UnknownChoiceError: see `words.parse`.
        UserError: `out` has another suffix, or is there already.
        PictureError: the drawing cannot be used.
    """
    asked = [parse(text, f"'{text[:40]}'") for text in words]
    if out is not None:
        _check(out, drawing, force)
    yield Started("looks", 0, f"{len(asked) or len(WORDS)} looks")
    yield from _read_as(words, asked) if asked else _vocabulary()
    if out is not None:
        clock = Clock("looks", 0)
        yield from _sheet(asked or [_alone(word.name, word.kind) for word in WORDS], out, drawing)
        yield Finished("looks", str(out), seconds=clock.seconds)
        return
    act = "" if asked else ' A sheet of pictures: inkwright looks --out looks.png. In a book: --style-words "..."'
    yield Finished("looks", f"{len(asked) or len(WORDS)} looks.{act}", False)


def _vocabulary() -> Iterator[Event]:
    for kind, title in TITLES.items():
        rows = tuple((w.name, w.says, ", ".join(w.also)) for w in WORDS if w.kind == kind)
        yield Table("looks", title, ("word", "what it looks like", "also called"), rows)


def _read_as(words: Sequence[str], asked: list[Spoken]) -> Iterator[Event]:
    rows = tuple(
        (text, said.material or "(the style picture's)", ", ".join(said.lights), ", ".join(said.lines))
        for text, said in zip(words, asked, strict=True)
    )
    yield Table("looks", "Read as", ("look", "material", "light and mood", "line"), rows)


def _alone(name: str, kind: str) -> Spoken:
    """One word of the vocabulary; lights and lines are shown on the default style."""
    if kind == "material":
        return Spoken(name)
    return Spoken("", (name,)) if kind == "light" else Spoken("", (), (name,))


def _check(out: Path, drawing: Path | None, force: bool) -> None:
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise UserError(f"{out} has the suffix '{out.suffix}'.", "Name a file that ends in .png, .jpg, .jpeg.")
    if out.is_dir():
        raise UserError(f"{out} is a folder.", "Name a file.")
    if drawing is not None and out.exists() and drawing.exists() and out.samefile(drawing):
        raise UserError(f"{out} is the drawing.", "Name another file; your pictures are never written to.")
    if out.exists() and not force:
        raise UserError(f"{out} exists already.", "Name another file, or add --force.")
    with guarded(out):
        out.parent.mkdir(parents=True, exist_ok=True)


def sample_panel() -> Pixels:
    """A panel of the embedded comic, (H, W, 3) uint8, with figures and a place."""
    sample = draw_book()
    x, y, w, h = sample.book.pages[0].panels[0].box
    return np.ascontiguousarray(sample.pages[0][y : y + h, x : x + w])


def _sheet(asked: list[Spoken], out: Path, drawing: Path | None) -> Iterator[Event]:
    pixels = sample_panel() if drawing is None else read_page(drawing).pixels
    scale = min(1.0, DRAWN_PX / max(pixels.shape[:2]))
    drawn = to_float(resize(pixels, round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)))
    cells, clock = [_cell("the drawing", [resized(pixels)])], Clock("looks", len(asked))
    for n, said in enumerate(asked, 1):
        style = asked_for(said, None, DEFAULT)
        cells.append(_cell(str(said), [resized(style), resized(painted(drawn, style, said))]))
        yield clock.step(n)
    sheet = _arranged(cells)
    write_bytes(out, png_bytes(sheet) if out.suffix.lower() == ".png" else jpeg_bytes(sheet, 92))
    yield Saved("looks", str(out), "sheet of looks")


def painted(drawn: Floats, style: Pixels, said: Spoken) -> Pixels:
    """A drawing (H, W, 3) in a look, by marks, palette and lines alone: (H, W, 3) uint8."""
    detail = painted_share([(drawn, None)])
    guides = drawing_guides(drawn, panel_seed("drawing"), None, detail)
    look = make_look([guides], style_for_learning(style, 1.0), 0, detail, line(said.lines))
    return to_picture(look.canvas(guides).base)


def resized(pixels: Pixels) -> Pixels:
    """A picture at the height of a sheet's pictures."""
    return resize(pixels, max(1, round(pixels.shape[1] * HIGH / pixels.shape[0])), HIGH)


def _cell(caption: str, pictures: list[Pixels]) -> Pixels:
    width = sum(p.shape[1] for p in pictures) + GAP // 2 * (len(pictures) - 1)
    cell = np.full((HIGH + CAPTION, width, 3), 255, np.uint8)
    left = 0
    for pixels in pictures:
        cell[:HIGH, left : left + pixels.shape[1]] = pixels
        left += pixels.shape[1] + GAP // 2
    image = Image.fromarray(cell, "RGB")
    ImageDraw.Draw(image).text((2, HIGH + 3), caption, (20, 20, 26), ImageFont.load_default(16))
    return np.asarray(image, np.uint8)


def _arranged(cells: list[Pixels]) -> Pixels:
    wide = max(cell.shape[1] for cell in cells)
    columns, rows = min(WIDE, len(cells)), -(-len(cells) // WIDE)
    high = cells[0].shape[0]
    sheet = np.full((GAP + rows * (high + GAP), GAP + columns * (wide + GAP), 3), 255, np.uint8)
    for n, cell in enumerate(cells):
        top, left = GAP + n // WIDE * (high + GAP), GAP + n % WIDE * (wide + GAP)
        sheet[top : top + high, left : left + cell.shape[1]] = cell
    return sheet


__all__ = ["MATERIALS", "looks", "painted", "sample_panel"]
