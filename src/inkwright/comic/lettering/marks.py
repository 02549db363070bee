"""Accents and small signs as geometry, in the line weight of a font: what a font lacks to write more languages.

Coordinates are font units, y upward. Everything is drawn with a round pen, so that it stands beside any sans serif.
"""

import math
from collections.abc import Callable

from shapely import Polygon, affinity, unary_union
from shapely.geometry import LineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

Ring = list[tuple[int, int]]


def rings(shape: BaseGeometry) -> list[Ring]:
    """The closed outlines of a shape as TrueType wants them: outer ones clockwise, holes the other way."""
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    made = []
    for part in parts:
        smooth = part.simplify(1.2)
        if not isinstance(smooth, Polygon) or smooth.is_empty:
            continue
        for ring, outer in [(smooth.exterior, True), *((hole, False) for hole in smooth.interiors)]:
            points = [(round(x), round(y)) for x, y in ring.coords[:-1]]
            made.append(points if ring.is_ccw != outer else points[::-1])
    return made


def _pen(points: list[tuple[float, float]], width: float) -> BaseGeometry:
    return LineString(points).buffer(width / 2, quad_segs=6)


def _arc(cx: float, cy: float, r: float, start: float, end: float, n: int = 14) -> list[tuple[float, float]]:
    """Points on a circle from `start` to `end` degrees, counter-clockwise from east."""
    steps = [math.radians(start + (end - start) * i / n) for i in range(n + 1)]
    return [(cx + r * math.cos(t), cy + r * math.sin(t)) for t in steps]


def _acute(w: float) -> BaseGeometry:
    return _pen([(-0.35 * w, 0), (0.55 * w, 1.0 * w)], 0.95 * w)


def _grave(w: float) -> BaseGeometry:
    return affinity.scale(_acute(w), -1, 1, origin=(0, 0))


def _circumflex(w: float) -> BaseGeometry:
    return _pen([(-1.1 * w, 0), (0, 0.8 * w), (1.1 * w, 0)], 0.8 * w)


def _caron(w: float) -> BaseGeometry:
    return _pen([(-1.1 * w, 0.8 * w), (0, 0), (1.1 * w, 0.8 * w)], 0.8 * w)


def _breve(w: float) -> BaseGeometry:
    return _pen(_arc(0, 1.05 * w, 1.05 * w, 195, 345), 0.75 * w)


def _macron(w: float) -> BaseGeometry:
    return _pen([(-1.1 * w, 0), (1.1 * w, 0)], 0.75 * w)


def _dot(w: float) -> BaseGeometry:
    return Point(0, 0).buffer(0.62 * w, quad_segs=8)


def _dieresis(w: float) -> BaseGeometry:
    return unary_union([affinity.translate(_dot(w), -0.95 * w), affinity.translate(_dot(w), 0.95 * w)])


def _double_acute(w: float) -> BaseGeometry:
    thin = affinity.scale(_acute(w), 0.85, 1, origin=(0, 0))
    return unary_union([affinity.translate(thin, -0.75 * w), affinity.translate(thin, 0.75 * w)])


def _ring(w: float) -> BaseGeometry:
    return Point(0, 0).buffer(1.15 * w, quad_segs=8).difference(Point(0, 0).buffer(0.5 * w, quad_segs=8))


def _tilde(w: float) -> BaseGeometry:
    wave = [(x * 1.3 * w, 0.35 * w * math.sin(-x * math.pi)) for x in (i / 12 for i in range(-12, 13))]
    return _pen(wave, 0.75 * w)


def _ogonek(w: float) -> BaseGeometry:
    return _pen([(0.35 * w, 0.75 * w), *_arc(0.35 * w, -0.45 * w, 0.72 * w, 120, 300)], 0.68 * w)


def _comma(w: float) -> BaseGeometry:
    return _pen([(0.15 * w, 0), (-0.2 * w, -0.85 * w)], 0.85 * w)


def _cedilla(w: float) -> BaseGeometry:
    return _pen([(0, 0.75 * w), (0, 0.1 * w), *_arc(0, -0.55 * w, 0.62 * w, 80, -150)], 0.66 * w)


def _hook(w: float) -> BaseGeometry:
    return _pen([*_arc(0, 0.95 * w, 0.6 * w, 160, -70), (0, 0.0)], 0.62 * w)


def _horn(w: float) -> BaseGeometry:
    return _pen([(-0.35 * w, -0.2 * w), (0.2 * w, 0.05 * w), (0.4 * w, 0.8 * w)], 0.78 * w)


def _apostrophe(w: float) -> BaseGeometry:
    return _pen([(0.12 * w, 1.0 * w), (-0.15 * w, 0)], 0.85 * w)


MARKS: dict[int, Callable[[float], BaseGeometry]] = {
    0x300: _grave, 0x301: _acute, 0x302: _circumflex, 0x303: _tilde, 0x304: _macron, 0x306: _breve, 0x307: _dot,
    0x308: _dieresis, 0x309: _hook, 0x30A: _ring, 0x30B: _double_acute, 0x30C: _caron, 0x31B: _horn, 0x323: _dot,
    0x326: _comma, 0x327: _cedilla, 0x328: _ogonek, 0x315: _apostrophe,
}  # fmt: skip
"""Combining mark → its drawing for a line of width w; its origin is what hangs on the letter."""


def heart(height: float) -> BaseGeometry:
    """A heart on the baseline."""
    r = 0.27 * height
    lobes = [Point(-r * 0.93, height - r).buffer(r, quad_segs=8), Point(r * 0.93, height - r).buffer(r, quad_segs=8)]
    wedge = Polygon([(-1.82 * r, height - 1.38 * r), (1.82 * r, height - 1.38 * r), (0, 0)])
    inner = Polygon([(-0.93 * r, height - r), (0.93 * r, height - r), (0, 0.3 * height)])
    return unary_union([*lobes, wedge.buffer(0.02 * height, quad_segs=6), inner]).buffer(0)


def star(height: float) -> BaseGeometry:
    """A star with five points on the baseline."""
    r = height * 0.55
    points = []
    for k in range(10):
        far = r * (1.0 if k % 2 == 0 else 0.45)
        t = math.radians(90 + 36 * k)
        points.append((far * math.cos(t), height * 0.5 + far * math.sin(t)))
    return Polygon(points).buffer(0.035 * height, quad_segs=4)


def note(height: float, w: float) -> BaseGeometry:
    """An eighth note."""
    head = affinity.rotate(affinity.scale(Point(0, 0).buffer(1, quad_segs=8), 0.24 * height, 0.18 * height), 20)
    head = affinity.translate(head, 0, 0.17 * height)
    stem = _pen([(0.2 * height, 0.2 * height), (0.2 * height, height)], 0.55 * w)
    flag = _pen([(0.2 * height, height), (0.34 * height, 0.8 * height), (0.46 * height, 0.68 * height)], 0.6 * w)
    return unary_union([head, stem, flag])
