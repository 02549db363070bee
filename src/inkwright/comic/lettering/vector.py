"""Placed balloons as vectors: outlines with their tails as one path, letters as positioned glyphs."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, unary_union
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from inkwright.comic.lettering.balloon import Placed, bubbles, outline, pen, tail
from inkwright.comic.lettering.font import Font
from inkwright.comic.lettering.shaping import Line
from inkwright.lettering import Command, Glyph, LetteredBalloon, Path, Run, Shape

INK = "#1a171e"
PAPER = "#fefdf9"
CAPTION_PAPER = "#fff6d8"
SOUND_FILL = "#ffd030"
FINE = 0.06
"""How far a simplified outline may be from the exact one, in pixels."""

Points = NDArray[np.float64]


class Fonts:
    """The fonts of a page under short keys, in the order in which they are met."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, int], str] = {}
        self.fonts: dict[str, Font] = {}

    def key(self, font: Font) -> str:
        """The key of a font."""
        name = self.keys.setdefault((font.file, font.index), f"f{len(self.keys) + 1}")
        self.fonts[name] = font
        return name


def ring_path(points: Points) -> Path:
    """A closed polygon as a path."""
    made: Path = []
    for k, (x, y) in enumerate(points):
        step: Command = ("L" if k else "M", float(x), float(y))
        made.append(step)
    return [*made, ("Z",)]


def circle_path(x: float, y: float, r: float) -> Path:
    """A circle as four curves."""
    k = 0.5523 * r
    return [
        ("M", x + r, y), ("C", x + r, y + k, x + k, y + r, x, y + r), ("C", x - k, y + r, x - r, y + k, x - r, y),
        ("C", x - r, y - k, x - k, y - r, x, y - r), ("C", x + k, y - r, x + r, y - k, x + r, y), ("Z",),
    ]  # fmt: skip


def lettered(placed: Sequence[Placed], panel: str, numbers: Sequence[int], fonts: Fonts) -> list[LetteredBalloon]:
    """The placed balloons of a panel as vectors; joined ones of the same outline share one path, drawn first."""
    made: list[LetteredBalloon] = []
    bodies = _bodies(placed)
    for k, (balloon, number) in enumerate(zip(placed, numbers, strict=True)):
        runs = _runs(balloon, fonts)
        shapes = _halo(runs, fonts) if balloon.kind == "sound" else bodies[k]
        x, y = balloon.cx - balloon.a, balloon.cy - balloon.b
        made.append(
            LetteredBalloon(
                panel=panel,
                number=number,
                kind=balloon.kind,
                speaker=balloon.balloon.speaker,
                words=balloon.balloon.words,
                box=(x, y, 2 * balloon.a, 2 * balloon.b),
                shapes=shapes,
                runs=runs,
            )
        )
    return made


def _bodies(placed: Sequence[Placed]) -> list[list[Shape]]:
    """The shapes of each balloon; those of a joined speech are all with its first."""
    made: list[list[Shape]] = [[] for _ in placed]
    k = 0
    while k < len(placed):
        end = k
        while end + 1 < len(placed) and placed[end].joined and placed[end].look == placed[end + 1].look:
            end += 1
        group = placed[k : end + 1]
        if group[0].look != "none":
            made[k] = _group(group)
        k = end + 1
    # A speech that goes on in another outline lies under it.
    return made


def _group(group: Sequence[Placed]) -> list[Shape]:
    first = group[0]
    parts: list[BaseGeometry] = []
    for balloon in group:
        parts.append(_polygon(outline(balloon)))
        trail = tail(balloon)
        if trail is not None:
            parts.append(_polygon(trail))
    width = pen(first.size)
    fill = CAPTION_PAPER if first.look == "box" else PAPER
    whole = unary_union(parts)
    shapes = [
        Shape(path=path, fill=fill, stroke=INK, width=width, dash=_dash(first, path))
        for path in _paths(whole.simplify(FINE))
    ]
    for balloon in group:
        shapes += [Shape(path=circle_path(x, y, r), fill=fill, stroke=INK, width=width) for x, y, r in bubbles(balloon)]
    return shapes


def _polygon(points: Points) -> BaseGeometry:
    shape = Polygon(points)
    return shape if shape.is_valid else shape.buffer(0)


def _paths(shape: BaseGeometry) -> list[Path]:
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    return [ring_path(np.asarray(part.exterior.coords[:-1])) for part in parts if isinstance(part, Polygon)]


def _dash(balloon: Placed, path: Path) -> tuple[float, ...]:
    """Dashes that end evenly where the outline closes; their round ends make them longer by the line's width."""
    if balloon.look != "dashed":
        return ()
    points = np.array([[float(v) for v in step[1:]] for step in path if len(step) == 3])
    around = float(np.hypot(*(np.roll(points, -1, 0) - points).T).sum())
    period = around / max(6, round(around / (0.95 * balloon.size)))
    width = pen(balloon.size)
    return max(0.1, 0.58 * period - width), 0.42 * period + width


def _runs(balloon: Placed, fonts: Fonts) -> list[Run]:
    """The letters; those of a sound are turned a little, with an ink line around them."""
    form, size = balloon.form, balloon.size
    made: list[Run] = []
    tilt = _tilt(balloon) if balloon.kind == "sound" else 0.0
    for (i, j), (dx, dy) in zip(form.breaks, form.spots, strict=True):
        line = form.words.line(i, j)
        x, y = _origin(line, form.words.cap, balloon.cx + dx, balloon.cy + dy, size, form.words.typesetter.vertical)
        for piece in line.pieces:
            glyphs = [
                Glyph(id=g.id, x=gx, y=gy, cluster=g.cluster)
                for g in piece.glyphs
                for gx, gy in [_turned(x + g.x * size, y + g.y * size, balloon.cx, balloon.cy, tilt)]
            ]
            run = Run(
                font=fonts.key(piece.font),
                size=size,
                text=piece.text,
                glyphs=glyphs,
                colour=INK,
                turn=piece.turn + tilt,
            )
            if balloon.kind == "sound":
                run = run.model_copy(update={"colour": SOUND_FILL, "outline": INK, "outline_width": 0.14 * size})
            made.append(run)
    return made


def _origin(line: Line, cap: float, x: float, y: float, size: float, vertical: bool) -> tuple[float, float]:
    """Where a line begins whose middle is at (x, y)."""
    if vertical:
        return x, y - line.advance * size / 2
    return x - line.advance * size / 2, y + cap * size / 2


def _tilt(balloon: Placed) -> float:
    """Degrees clockwise, at most 5, up or down by chance of the words; less for wide sounds, which need their place."""
    most = math.degrees(math.atan2(0.2 * balloon.size, balloon.a))
    return (1.0 if balloon.seed % 2 else -1.0) * min(5.0, most)


def _turned(x: float, y: float, cx: float, cy: float, degrees: float) -> tuple[float, float]:
    if degrees == 0:
        return x, y
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c


def _halo(runs: list[Run], fonts: Fonts) -> list[Shape]:
    """A paper edge around the letters of a sound, which parts them from the drawing."""
    return [
        Shape(path=path, fill=PAPER, stroke=PAPER, width=0.26 * run.size)
        for run in runs
        for path in run_paths(run, fonts.fonts[run.font])
    ]


def run_paths(run: Run, font: Font) -> list[Path]:
    """The outlines of a run's glyphs, in page pixels, one path each; blanks have none."""
    c, s = math.cos(math.radians(run.turn)) * run.size, math.sin(math.radians(run.turn)) * run.size
    made: list[Path] = []
    for glyph in run.glyphs:
        path: Path = []
        for step in font.outline(glyph.id):
            moved = [
                v for x, y in zip(step[1::2], step[2::2], strict=True) for v in _at(glyph, float(x), float(y), c, s)
            ]
            path.append((step[0], *moved))  # type: ignore[arg-type]
        if path:
            made.append(path)
    return made


def _at(glyph: Glyph, x: float, y: float, c: float, s: float) -> tuple[float, float]:
    return glyph.x + x * c - y * s, glyph.y + x * s + y * c
