"""The style picture: an embedded one, a file, a part of a file, or several of them mixed.

    gouache                           an embedded style
    great-wave.jpg                    a file in styles/, or any path
    sunset.jpg @ 0,0,400,300          a part of it: left, top, width and height in its pixels
    great-wave.jpg * 2 + gouache      two, the first with twice the weight

A mixture is one picture in which each has a share of the area by its weight, seen at one scale: colours, marks and
statistics are then read off it as off any other. Where two meet they fade into each other, so that no mark is cut.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkwright.errors import PictureError
from inkwright.images import Floats, Pixels, read_picture, resize, to_float, to_uint8
from inkwright.operations.material import METHOD
from inkwright.project import Project, digest, from_home
from inkwright.registry import suggest
from inkwright.sample.styles import STYLES

SIDE = 768
"""Short side, in pixels, to which every picture of a mixture is brought as a whole."""
WIDEST = 3
"""A mixture is at most so many times as wide as high."""
NARROWEST, LEAST = 128, 16
"""Width in pixels that any picture gets in a mixture, and the least side of a part."""
FADE = 48
"""Width of the fade where two pictures meet, in pixels."""
STYLE_SIDE = 512
"""Short side of the style picture while learning, in pixels, at scale 1."""
MARGIN_SPREAD = 24
"""How much a margin's paper varies, in 8-bit levels."""
BINS = 6
"""Colours are counted in so many steps a channel, to find the window that stands best for its picture."""
MOST = 12
"""Pictures in a mixture."""
PART = re.compile(
    r"^(?P<name>.+?)"
    r"(?:\s*@\s*(?P<box>-?\d+\s*,\s*-?\d+\s*,\s*-?\d+\s*,\s*-?\d+))?"
    r"(?:\s*\*\s*(?P<weight>-?[\d.]+))?$"
)


@dataclass(frozen=True)
class Part:
    """One picture of a mixture.

    Attributes:
        name: an embedded style's, or a file's.
        box: (x, y, width, height) in the picture's pixels; None: all of it.
        weight: its share, against the other pictures' weights.
    """

    name: str
    box: tuple[int, int, int, int] | None = None
    weight: float = 1.0


def parts_of(project: Project | None, text: str) -> list[Part]:
    """What a style setting names; a file whose own name reads like a mixture is that file.

    Raises:
        PictureError: no picture, a weight that is none, or too many pictures.
    """
    if _file(project, text) is not None or text in STYLES:
        return [Part(text)]
    parts = []
    for piece in re.split(r"\s+\+\s+", text.strip()):
        found = PART.match(piece)
        if found is None or _file(project, piece) is not None:
            parts.append(Part(piece))
            continue
        box = tuple(int(v) for v in found["box"].split(",")) if found["box"] else None
        try:
            weight = float(found["weight"] or 1)
        except ValueError:
            weight = math.nan
        if not 0 < weight <= 1000:
            raise PictureError(f"'{piece}' has the weight {found['weight']}.", "Write a number above 0, as in '* 2'.")
        parts.append(Part(found["name"].strip(), box, weight))  # type: ignore[arg-type]
    if len(parts) > MOST:
        raise PictureError(f"{len(parts)} style pictures are mixed.", f"Name at most {MOST}.")
    return parts


def _places(project: Project | None, name: str) -> list[Path]:
    near = [] if project is None else [project.styles / name, project.root / name]
    return [*near, from_home(name)]


def _file(project: Project | None, name: str) -> Path | None:
    """The file of that name, or None."""
    try:
        return next((place for place in _places(project, name) if place.is_file()), None)
    except OSError:  # a text too long for a file's name
        return None


def known(project: Project | None, name: str) -> bool:
    """Whether there is an embedded style or a file of that name."""
    return name in STYLES or _file(project, name) is not None


def find_style(project: Project | None, name: str) -> Path | None:
    """The file of a single style, or None for an embedded one.

    Raises:
        PictureError: it is neither a file nor an embedded style.
    """
    if name in STYLES:
        return None
    found = _file(project, name)
    if found is not None:
        return found
    known = list(STYLES)
    if project is not None and project.styles.is_dir():
        known += [p.name for p in project.styles.iterdir() if p.is_file()]
    if re.search(r"\s[@*+]|[@*+]\s", name):
        act = "Write a part as 'wave.jpg @ 0,0,400,300', a weight as 'wave.jpg * 2', two as 'wave.jpg + gouache'."
        raise PictureError(f"The style '{name[:200]}' cannot be read.", act)
    raise PictureError(f"There is no style picture '{name[:200]}'.", suggest(name[:200], known))


def check_style(project: Project | None, text: str) -> None:
    """Refuses a style setting that cannot be used.

    Raises:
        PictureError: a picture is missing or unreadable, or its part lies outside of it.
    """
    parts = parts_of(project, text)
    for part in parts:
        if find_style(project, part.name) is not None or part.box is not None:
            _cut(_whole(project, part.name), part)


def moved(text: str) -> tuple[str, list[Path]]:
    """A style setting whose files are copied into styles/: the setting by their names there, and the files.

    Raises:
        PictureError: see `check_style`.
    """
    check_style(None, text)
    pieces, files = [], []
    for part in parts_of(None, text):
        path = find_style(None, part.name)
        if path is not None and path not in files:
            files.append(path)
        box = "" if part.box is None else " @ " + ",".join(str(v) for v in part.box)
        weight = "" if part.weight == 1 else f" * {part.weight:g}"
        pieces.append(f"{part.name if path is None else path.name}{box}{weight}")
    return " + ".join(pieces), files


def style_pixels(project: Project | None, text: str) -> Pixels:
    """The style picture (H, W, 3), as `text` says.

    Raises:
        PictureError: see `check_style`.
    """
    parts = parts_of(project, text)
    if len(parts) == 1 and parts[0].box is None:
        return _whole(project, parts[0].name)
    return mixed([(_scaled(project, part), part.weight) for part in parts])


def style_key(project: Project | None, text: str) -> str:
    """Changes with the pictures' content, and for an embedded style with how it is drawn."""
    keys = []
    for part in parts_of(project, text):
        path = find_style(project, part.name)
        keys.append(f"embedded {part.name} {METHOD}" if path is None else digest(path))
        if part.box is not None or part.weight != 1:
            keys.append(f"{part.box} {part.weight}")
    return keys[0] if len(keys) == 1 else digest(keys)


def _whole(project: Project | None, name: str) -> Pixels:
    path = find_style(project, name)
    return STYLES[name]() if path is None else read_picture(path, 64).pixels


def _cut(pixels: Pixels, part: Part) -> Pixels:
    """The part of a picture that is meant; without a box, all but its margin."""
    if part.box is None:
        return without_margin(pixels)
    (x, y, w, h), (height, width) = part.box, pixels.shape[:2]
    if w < LEAST or h < LEAST or x < 0 or y < 0 or x + w > width or y + h > height:
        raise PictureError(
            f"The part {x},{y},{w},{h} of the style '{part.name}' does not lie in the picture, which is {width} x "
            f"{height} pixels.",
            f"Write left,top,width,height in its pixels, at least {LEAST} wide and high.",
        )
    return pixels[y : y + h, x : x + w]


def _scaled(project: Project | None, part: Part) -> Pixels:
    """A part at the scale at which its whole picture is `SIDE` pixels wide or high: strokes keep their size."""
    whole = _whole(project, part.name)
    cut = _cut(whole, part)
    factor = SIDE / min(whole.shape[:2])
    height, width = (max(LEAST, round(side * factor)) for side in cut.shape[:2])
    limit = min(1.0, 4 * SIDE / max(height, width))  # of a panorama, no more than can be used
    return resize(cut, max(LEAST, round(width * limit)), max(LEAST, round(height * limit)))


def mixed(pictures: Sequence[tuple[Pixels, float]]) -> Pixels:
    """One picture, `SIDE` high, in which each has a share of the width by its weight.

    Args:
        pictures: (H, W, 3) uint8 at one scale, each with its weight; small ones are continued as in a mirror.
    """
    total, whole = sum(weight for _, weight in pictures), SIDE * min(len(pictures), WIDEST)
    widths = [max(NARROWEST, round(whole * weight / total)) for _, weight in pictures]
    edges = np.cumsum([0, *widths])
    out = np.zeros((SIDE, int(edges[-1]), 3), np.float32)
    weight = np.zeros(int(edges[-1]), np.float32)
    last = len(pictures) - 1
    for n, (pixels, _) in enumerate(pictures):
        # Each reaches half a fade into its neighbours.
        left = int(edges[n]) - (FADE // 2 if n else 0)
        right = int(edges[n + 1]) + (FADE // 2 if n < last else 0)
        ramp = np.ones(right - left, np.float32)
        rise = (np.arange(FADE, dtype=np.float32) + 0.5) / FADE
        if n:
            ramp[:FADE] = rise
        if n < last:
            ramp[-FADE:] = rise[::-1]
        out[:, left:right] += ramp[None, :, None] * _window(to_float(pixels), right - left)
        weight[left:right] += ramp
    return to_uint8(out / weight[None, :, None])


def _window(picture: Floats, width: int) -> Floats:
    """The (SIDE, width, 3) window of a picture whose colours are most like those of the whole."""
    height, wide = picture.shape[:2]
    if height < SIDE or wide < width:
        more = ((0, max(0, SIDE - height)), (0, max(0, width - wide)), (0, 0))
        picture = np.pad(picture, more, mode="symmetric")
        height, wide = picture.shape[:2]
    small = np.minimum((picture[::4, ::4] * BINS).astype(np.intp), BINS - 1)
    code = (small[..., 0] * BINS + small[..., 1]) * BINS + small[..., 2]
    wanted = np.bincount(code.ravel(), minlength=BINS**3) / code.size
    best, found = math.inf, (0, 0)
    for top in np.unique(np.linspace(0, height - SIDE, 5).astype(int)):
        for left in np.unique(np.linspace(0, wide - width, 9).astype(int)):
            part = code[top // 4 : (top + SIDE) // 4, left // 4 : (left + width) // 4]
            far = float(np.abs(np.bincount(part.ravel(), minlength=BINS**3) / part.size - wanted).sum())
            if far < best - 1e-9:
                best, found = far, (int(top), int(left))
    top, left = found
    return picture[top : top + SIDE, left : left + width]


def style_for_learning(pixels: Pixels, scale: float) -> Floats:
    """The style picture at the size at which its strokes are learned: (H, W, 3) float32 in [0, 1].

    A larger `scale` keeps it larger, so that its strokes come out larger. An empty margin is cut off: its paper and its
    caption are no part of the style.
    """
    pixels = without_margin(pixels)
    height, width = pixels.shape[:2]
    factor = STYLE_SIDE * scale / min(height, width)
    # A panorama of a style must not cost more than a square one.
    factor = min(factor, (4 * (STYLE_SIDE * scale) ** 2 / (height * width)) ** 0.5)
    size = (max(64, round(width * factor)), max(64, round(height * factor)))
    return np.ascontiguousarray(to_float(resize(pixels, *size)))


def without_margin(pixels: Pixels) -> Pixels:
    """A picture without the margin of bare paper around it, captions included; at most a quarter is cut on each side.

    A row or column is margin while four in five of its pixels have the colour of the picture's border on that side.
    """
    for turn in range(4):
        sides = np.rot90(pixels, turn).astype(np.int16)
        border = np.median(sides[-2:], (0, 1))
        same = (np.abs(sides - border).max(2) < MARGIN_SPREAD).mean(1) > 0.8
        light = border.mean() > 190 and not same.all()
        rows = int(np.argmin(same[::-1])) if light else 0
        if 0 < rows <= len(sides) // 4:
            sides = sides[: len(sides) - rows]
        pixels = np.ascontiguousarray(np.rot90(sides, -turn).astype(np.uint8))
    return pixels
