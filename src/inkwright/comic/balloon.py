"""Balloons as geometry: outlines by mood, tails, thought bubbles. Page pixels, y downward; nothing is drawn here."""

import itertools
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.book import BalloonKind

EXPONENT: dict[BalloonKind, float] = {
    "speech": 2.5, "whisper": 2.5, "thought": 2.2, "shout": 2.1, "caption": 40.0, "sound": 40.0,
}  # fmt: skip
"""Exponent of the outline that the words keep to; see `text`."""

PUFF = 0.54
"""Height of a cloud's puffs, in sizes of the letters."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Placed:
    """A balloon with its place.

    Attributes:
        kind: of the balloon.
        lines: the words, broken.
        size: of the font, in pixels.
        cx: middle of the outline, page pixels from the left.
        cy: middle of the outline, page pixels from the top.
        a: half width of the outline, in pixels.
        b: half height of the outline, in pixels.
        tip: where the tail ends; None: no tail.
    """

    kind: BalloonKind
    lines: tuple[str, ...]
    size: float
    cx: float
    cy: float
    a: float
    b: float
    tip: tuple[float, float] | None = None

    @property
    def seed(self) -> int:
        """Seed of the hand's wobble: the words decide, so that a balloon looks the same in every run."""
        return zlib.crc32(" ".join(self.lines).encode())


def reach(kind: BalloonKind, size: float) -> float:
    """How far the drawing goes beyond the outline of the words, in pixels: spikes, puffs, ink."""
    return {"shout": 0.8, "thought": 0.67, "sound": 0.25}.get(kind, 0.12) * size


def pen(size: float) -> float:
    """Width of the ink line for letters of a size, in pixels: 2 to 3 on a page of 1400 pixels."""
    return max(1.2, 0.125 * size)


def outline(balloon: Placed) -> Points:
    """The body's outline without its tail, (N, 2)."""
    if balloon.kind == "caption":
        return _box(balloon)
    if balloon.kind == "shout":
        return _burst(balloon)
    if balloon.kind == "thought":
        return _cloud(balloon)
    p = EXPONENT[balloon.kind]
    return _ring(balloon, p, _wobble(balloon, 0.012))


def _angles(n: int = 360) -> Points:
    return np.linspace(0, 2 * np.pi, n, endpoint=False)


def _wobble(balloon: Placed, amount: float) -> Points:
    """A slow change of the radius, as a hand draws it, (360,) around 1."""
    rng = np.random.default_rng(balloon.seed)
    t = _angles()
    waves = sum(rng.normal() / k * np.sin(k * t + rng.uniform(0, 2 * np.pi)) for k in (2, 3, 4, 5))
    return 1 + amount * np.asarray(waves, np.float64)


def _ring(balloon: Placed, p: float, radius: Points, grow: float = 0.0) -> Points:
    c, s = np.cos(_angles(len(radius))), np.sin(_angles(len(radius)))
    r = (np.abs(c) ** p + np.abs(s) ** p) ** (-1 / p) * radius
    x = balloon.cx + (balloon.a + grow) * r * c
    y = balloon.cy + (balloon.b + grow) * r * s
    return np.stack([x, y], 1)


def _box(balloon: Placed) -> Points:
    a, b = balloon.a, balloon.b
    lean = np.random.default_rng(balloon.seed).uniform(-0.06, 0.06, (4, 2)) * balloon.size
    corners = np.array([[-a, -b], [a, -b], [a, b], [-a, b]])
    return np.asarray(corners + lean + np.array([balloon.cx, balloon.cy]), np.float64)


def _burst(balloon: Placed) -> Points:
    """Spikes of uneven length around the ellipse of the words."""
    rng = np.random.default_rng(balloon.seed)
    around = np.pi * (balloon.a + balloon.b)
    n = int(np.clip(round(around / (1.5 * balloon.size)), 12, 34))
    t = (np.arange(2 * n) + 0.5 + rng.uniform(-0.22, 0.22, 2 * n)) * np.pi / n
    spike = reach("shout", balloon.size) - pen(balloon.size)
    grow = np.where(np.arange(2 * n) % 2 == 0, spike * rng.uniform(0.6, 1.0, 2 * n), 0.04 * balloon.size)
    p = EXPONENT["shout"]
    r = (np.abs(np.cos(t)) ** p + np.abs(np.sin(t)) ** p) ** (-1 / p)
    x = balloon.cx + (balloon.a * r + grow) * np.cos(t)
    y = balloon.cy + (balloon.b * r + grow) * np.sin(t)
    return np.stack([x, y], 1)


def _cloud(balloon: Placed) -> Points:
    """Puffs in a row around the ellipse of the words: the outer edge of round bumps between even steps."""
    ring = _ring(balloon, EXPONENT["thought"], np.ones(720))
    step = np.linalg.norm(np.roll(ring, -1, 0) - ring, axis=1)
    way = np.concatenate([[0], np.cumsum(step)])
    n = int(np.clip(round(way[-1] / (2.1 * balloon.size)), 8, 26))
    share = np.random.default_rng(balloon.seed).uniform(0.8, 1.2, n)
    edges = np.concatenate([[0], np.cumsum(share / share.sum())]) * way[-1]
    points: list[Points] = []
    for start, end in itertools.pairwise(edges):
        first, last = ring[_at(way, start)], ring[_at(way, end)]
        t = np.linspace(0, np.pi, 24)[:, None]
        middle, along = (first + last) / 2, (first - last) / 2
        out = np.array([-along[1], along[0]])
        out *= np.sign(out @ (middle - (balloon.cx, balloon.cy))) or 1.0
        out *= min(0.62, PUFF * balloon.size / max(1e-9, float(np.hypot(*out))))
        points.append(middle + np.cos(t) * along + np.sin(t) * out)
    return np.concatenate(points)


def _at(way: Points, distance: float) -> int:
    return int(np.searchsorted(way, distance)) % (len(way) - 1)


def tail(balloon: Placed) -> Points | None:
    """The pointed tail of a speaking balloon, (N, 2), beginning inside the body; None where there is none."""
    if balloon.tip is None or balloon.kind in ("caption", "thought", "sound"):
        return None
    tip = np.array(balloon.tip)
    # The root stands off the middle towards the speaker, so that the tail leaves the body near him.
    middle = np.array([balloon.cx, balloon.cy])
    lean = np.clip((tip[0] - balloon.cx) * 0.55, -0.5 * balloon.a, 0.5 * balloon.a)
    drop = np.clip((tip[1] - balloon.cy) * 0.4, -0.35 * balloon.b, 0.35 * balloon.b)
    root = middle + np.array([lean, drop])
    way = tip - root
    length = float(np.hypot(*way))
    if length < 1e-6:
        return None
    across = np.array([-way[1], way[0]]) / length
    width = min(0.62 * balloon.size, 0.5 * balloon.a, 0.5 * balloon.b + 2)
    bend = across * length * (0.1 if lean >= 0 else -0.1)
    t = np.linspace(0, 1, 24)[:, None]
    spine = (1 - t) ** 2 * root + 2 * t * (1 - t) * (root + way * 0.55 + bend) + t**2 * tip
    half = width * (1 - t) ** 0.85
    return np.concatenate([spine + across * half, (spine - across * half)[::-1]])


def bubbles(balloon: Placed) -> list[tuple[float, float, float]]:
    """The bubbles that lead from a thought to the thinker's head: (x, y, radius) each, shrinking."""
    if balloon.tip is None or balloon.kind != "thought":
        return []
    way = np.array(balloon.tip) - (balloon.cx, balloon.cy)
    length = float(np.hypot(*way))
    if length < 1e-6:
        return []
    unit = way / length
    p = EXPONENT["thought"]
    edge = (abs(unit[0] / balloon.a) ** p + abs(unit[1] / balloon.b) ** p) ** (-1 / p) + PUFF * balloon.size
    room = length - edge
    if room < 0.5 * balloon.size:
        return []
    scale = balloon.size * min(1.0, room / (2.2 * balloon.size))  # a near head gets smaller ones, but always three
    radii = [r * scale for r in (0.46, 0.32, 0.2)]
    steps = np.linspace(edge + radii[0] * 1.2, length - radii[-1], len(radii))
    return [
        (balloon.cx + float(unit[0] * d), balloon.cy + float(unit[1] * d), r) for d, r in zip(steps, radii, strict=True)
    ]
