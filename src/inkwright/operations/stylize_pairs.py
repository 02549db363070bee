"""Pairs for `stylize`: drawings with what somebody made of them, whose translation is learned and carried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkwright.book import Panel
from inkwright.comic.layout import Interior
from inkwright.comic.scan import read_page
from inkwright.errors import PictureError, UserError
from inkwright.images import EXTENSIONS, Pixels, read_picture, to_float
from inkwright.learn.drawing import painted_share
from inkwright.operations.finished import SIDE, Shown, looked_at, unlike
from inkwright.operations.finished_files import Files
from inkwright.operations.finishing import Finishing, source_of
from inkwright.operations.given import fitted
from inkwright.operations.material import PanelPicture, reduced
from inkwright.project import from_home, pictures_in

HOW = "Name both, the drawing first: --finished drawing.png=painted.png, or two folders: --finished drawings=painted."


@dataclass(frozen=True)
class PairFiles:
    """A drawing and its finish, as files."""

    drawing: Path
    finish: Path


def pairs_of(texts: Sequence[str]) -> list[PairFiles]:
    """The pairs that DRAWING=FINISH names; of two folders, the pictures of the same name.

    Raises:
        UserError: only one is named, one is a folder and the other is not, a finish has no drawing, or a drawing two
            finishes.
        PictureError: a file is not there.
    """
    found: list[PairFiles] = []
    for text in texts:
        drawing, finish = _parted(text)
        if drawing.is_dir() != finish.is_dir() and drawing.exists() and finish.exists():
            raise UserError(f"--finished {text}: one is a folder, the other is a file.", HOW)
        found += _of_folders(drawing, finish) if drawing.is_dir() and finish.is_dir() else [PairFiles(drawing, finish)]
    known: dict[Path, Path] = {}
    for one in found:
        for path in (one.drawing, one.finish):
            if not path.exists():
                raise PictureError(f"{path} does not exist.", HOW)
        if one.drawing.samefile(one.finish):
            raise UserError(f"{one.drawing} is given as its own finish.", HOW)
        if known.setdefault(one.drawing.resolve(), one.finish) != one.finish:
            raise UserError(
                f"{one.drawing} has two finishes: {known[one.drawing.resolve()]} and {one.finish}.", "Name one of them."
            )
    return list({one.drawing.resolve(): one for one in found}.values())


def _parted(text: str) -> tuple[Path, Path]:
    """A pair's two names; an = may be part of a name."""
    at = [n for n, sign in enumerate(text) if sign == "="]
    parts = [(from_home(text[:n]), from_home(text[n + 1 :])) for n in at if text[:n].strip() and text[n + 1 :].strip()]
    if not parts:
        raise UserError(f"--finished '{text[:200]}' is no pair.", HOW)
    try:
        return next((pair for pair in parts if pair[0].exists() and pair[1].exists()), parts[0])
    except OSError:  # a text too long for a file's name
        raise UserError(f"--finished '{text[:200]}' is no pair.", HOW) from None


def _of_folders(drawings: Path, finishes: Path) -> list[PairFiles]:
    """Each finish with the drawing of its name; drawings without a finish are what is to be painted."""
    named: dict[str, list[Path]] = {}
    for path in pictures_in(drawings):
        named.setdefault(path.stem.casefold(), []).append(path)
    painted = pictures_in(finishes)
    if not painted:
        raise UserError(f"{finishes} has no pictures.", f"Readable are {', '.join(EXTENSIONS)}.")
    out = []
    for path in painted:
        its = named.get(path.stem.casefold(), [])
        if not its:
            raise UserError(f"{path} has no drawing of its name in {drawings}.", "Name both alike, or remove it.")
        if len(its) > 1:
            raise UserError(f"{drawings} has both {its[0].name} and {its[1].name}.", "Remove one of the two.")
        out.append(PairFiles(its[0], path))
    return out


def loose(pixels: Pixels, name: str) -> PanelPicture:
    """A drawing of no page as a panel: (H, W, 3) uint8."""
    height, width = pixels.shape[:2]
    box = (0, 0, width, height)
    inside = Interior(np.ones((height, width), np.float32), box)
    return PanelPicture(Panel(id=name, box=box), 1, max(height, width), box, inside, pixels)


def read_pairs(files: Sequence[PairFiles], first: int, side: int) -> tuple[list[Shown], list[tuple[str, str]]]:
    """The pairs that can be used, and (message, hint) for those that cannot.

    Args:
        files: the pairs.
        first: number of the first one's drawing among all drawings.
        side: long side at which they are fitted, in pixels.

    Raises:
        PictureError: one cannot be read or has another shape than its drawing, or none looks like its drawing.
    """
    out: list[Shown] = []
    said = []
    for one in files:
        view, picture = loose(read_page(one.drawing).pixels, one.drawing.stem), read_picture(one.finish)
        height, width = view.pixels.shape[:2]
        inside = fitted(picture.pixels, one.finish, width, height, f"its drawing {one.drawing}")
        size = (picture.pixels.shape[1], picture.pixels.shape[0])
        shown = looked_at(view, first + len(out), inside, max(SIDE, side), size, (width, height), picture.notes)
        if shown.found.kind == "other":
            said.append(unlike(shown, one.finish, str(one.drawing)))
        else:
            out.append(shown)
    if not out:
        raise PictureError(*said[0])
    return out, said


def taught(shown: Sequence[Shown], others: Sequence[Pixels]) -> tuple[Finishing, float]:
    """What is learned from pairs, and how far all drawings are painted ones, see `painted_share`.

    Args:
        shown: the pairs.
        others: (H, W, 3) uint8, the drawings that are to be painted.
    """
    every = [*others, *(one.view.pixels for one in shown)]
    small = [to_float(reduced(pixels, min(1.0, SIDE / max(pixels.shape[:2])))) for pixels in every]
    detail = painted_share([(pixels, None) for pixels in small])
    drawn = small[len(others) :]
    sources = [source_of(one, pixels, detail, {}) for one, pixels in zip(shown, drawn, strict=True)]
    return Finishing(Files(Path(), {}, frozenset(), {}, ()), shown, sources), detail
