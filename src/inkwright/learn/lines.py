"""Line words: what "bold" or "loose" does to the drawing's lines, and hatching over a style picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.drawing import distance_to
from inkwright.learn.field import direction
from inkwright.learn.guides import Guides
from inkwright.registry import Registry

Floats = NDArray[np.float32]


UNIT = 700
"""Long side, in pixels, of a panel in which a line strays by the pixels that are said."""


@dataclass(frozen=True)
class Line:
    """What becomes of lines.

    Attributes:
        weight: of a line against that of the drawing; 0: hardly any line.
        stray: how far lines wander, in pixels.
        border: pixels by which colours end beside a line, added to the style's; None: exactly at the line.
        hatch: strength of the hatching in the shadows, 0 to 1.
    """

    weight: float = 1.0
    stray: float = 0.0
    border: float | None = 0.0
    hatch: float = 0.0

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self != Line()


LINES: Registry[Line] = Registry(
    "line",
    {
        "bold": Line(weight=1.7),
        "fine": Line(weight=0.7),
        "lineless": Line(weight=0.0),
        "loose": Line(stray=1.5, border=1.4),
        "tight": Line(border=None),
        "hatched": Line(hatch=1.0),
    },
)
"""Line word → what it does."""


def line(names: Sequence[str]) -> Line:
    """Several line words as one."""
    out = Line()
    for name in names:
        word = LINES[name]
        border = None if None in (out.border, word.border) else max(out.border or 0.0, word.border or 0.0)
        out = Line(out.weight * word.weight, max(out.stray, word.stray), border, max(out.hatch, word.hatch))
    return out


def redrawn(guides: Guides, how: Line) -> Guides:
    """A panel's guides with its lines as asked for; what is as drawn stays to the bit.

    Args:
        guides: of the panel; their seed chooses how lines wander.
        how: what becomes of lines.
    """
    if not (how.stray or how.weight != 1):
        return guides
    ink = guides.ink
    unit = max(1.0, max(ink.shape) / UNIT)
    if how.stray:
        first, second = (_wandering(ink, unit * how.stray, guides.seed, n) for n in (0, 1))
        ink = np.maximum(first, np.float32(0.6) * second)
    if how.weight == 0:
        ink = np.zeros_like(ink)
    elif how.weight != 1:
        ink = _weighed(ink, how.weight, unit)
    return replace(guides, ink=ink, distance=distance_to(ink), flat=_under(guides))


def _weighed(ink: Floats, weight: float, unit: float) -> Floats:
    """Lines so many times as wide."""
    if weight > 1:
        grown = ink
        for _ in range(max(1, round(unit * 1.5 * (weight - 1)))):
            grown = np.asarray(cv2.dilate(grown, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))), np.float32)
        return np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.6), np.float32)
    inside = cv2.distanceTransform((ink > 0.4).astype(np.uint8), cv2.DIST_L2, 5)
    middle = cv2.dilate(inside, np.ones((5, 5), np.uint8))  # half the width of the line that a pixel is in
    thin = np.clip((inside - (1 - weight) * middle) / 0.7, 0, 1) * np.minimum(ink, 1)
    return np.asarray(thin, np.float32)


def _under(guides: Guides) -> Floats:
    """The flats with what is beside a line also under it: what lines have left in them must not show beside others."""
    line = np.clip(12 * cv2.dilate(guides.ink, np.ones((5, 5), np.uint8)), 0, 1)
    mass = np.concatenate([guides.flat * (1 - line)[..., None], (1 - line)[..., None]], 2)
    out = mass[..., :3].copy()
    for width in (2.0, 4.0, 8.0, 24.0):  # the nearest colours first; wide blots are reached by the last
        soft = np.asarray(cv2.GaussianBlur(mass, (0, 0), width), np.float32)
        found = np.clip(soft[..., 3:] / 0.15, 0, 1) * line[..., None]
        out += found * soft[..., :3] / np.maximum(soft[..., 3:], 1e-3)
        line = np.asarray(line - found[..., 0], np.float32)
    return np.asarray(out + line[..., None] * guides.flat, np.float32)


def _wandering(ink: Floats, far: float, seed: int, n: int) -> Floats:
    height, width = ink.shape
    rng = np.random.default_rng((seed, 77, n))
    small = rng.standard_normal((height // 14 + 4, width // 14 + 4, 2)).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), 1.0) * 3.5  # its deviation is about 1 again
    shift = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(far * (0.45 + 0.55 * n))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(ink, x + shift[..., 0], y + shift[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def hatched(style: Floats, strength: float, seed: int = 0) -> Floats:
    """A style picture with pen hatching in its shadows, crossed where it is darkest.

    Args:
        style: (H, W, 3) RGB in [0, 1].
        strength: of the ink, 0 to 1.
        seed: of the hand.
    """
    tone = np.asarray(cv2.GaussianBlur(luma(style), (0, 0), 3.0), np.float32)
    rank = np.argsort(np.argsort(tone, None, kind="stable"), kind="stable").reshape(tone.shape) / tone.size
    dark = (0.5 * (1 - tone) + 0.5 * (1 - rank)).astype(np.float32)  # shadows of this picture, whatever its key
    heading = direction(style, np.zeros(tone.shape, np.float32))
    way = 0.5 * np.arctan2(heading[..., 1], heading[..., 0])
    rng = np.random.default_rng((seed, 78))
    big = np.zeros((2 * tone.shape[0], 2 * tone.shape[1]), np.uint8)
    for start, turn, gap in ((0.46, 0.0, 5.4), (0.64, 58.0, 5.4), (0.8, -45.0, 5.0)):
        _strokes(big, dark, np.asarray(way + math.radians(turn), np.float32), start, gap, rng)
    ink = cv2.resize(big, tone.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    pen = np.clip(0.3 * np.asarray(cv2.GaussianBlur(style, (0, 0), 4), np.float32), 0, 1)
    lit = np.clip(style + 0.05 * (1 - ink[..., None]) * dark[..., None], 0, 1)
    return np.asarray(lit + (pen - lit) * (0.85 * strength * ink)[..., None], np.float32)


def _strokes(
    big: NDArray[np.uint8], dark: Floats, way: Floats, start: float, gap: float, rng: np.random.Generator
) -> None:
    """Adds strokes along `way` to `big` (2H, 2W), where it is darker than `start`."""
    height, width = dark.shape
    y, x = np.mgrid[0:height:gap, 0 : width : 3.2 * gap].reshape(2, -1)
    x = x + rng.normal(0, gap, x.shape)
    y = y + rng.normal(0, 0.2 * gap, y.shape)
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        path, before = [], None
        for _ in range(8):
            ix, iy = int(px), int(py)
            if not (0 <= ix < width and 0 <= iy < height) or dark[iy, ix] < start:
                break
            path.append((px, py))
            a = float(way[iy, ix])
            if before is not None and math.cos(a - before) < 0:
                a += math.pi
            px, py, before = px + 2.6 * math.cos(a), py + 2.6 * math.sin(a), a
        if len(path) > 2:
            thick = 2 if rng.random() < 0.7 else 3
            cv2.polylines(big, [np.round(np.array(path) * 32).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
