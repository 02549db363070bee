"""Balloons as geometry: outlines by kind and mood, tails, thought bubbles. Page pixels, y downward."""

import itertools
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.book import Balloon, BalloonKind, BalloonShape, Mood
from inkwright.comic.lettering.forms import Form

LOOKS: dict[BalloonKind, BalloonShape] = {
    "speech": "round", "thought": "cloud", "whisper": "dashed", "shout": "jagged", "caption": "box", "sound": "none",
}  # fmt: skip
"""Outline by kind."""
MOODS: dict[Mood, BalloonShape] = {
    "angry": "jagged", "loud": "jagged", "scared": "wavy", "weak": "wavy", "electric": "electric",
}  # fmt: skip
"""Outline by mood, for speech."""
EXPONENT: dict[BalloonShape, float] = {
    "round": 2.5, "dashed": 2.5, "cloud": 2.2, "jagged": 2.1, "wavy": 2.4, "electric": 2.2, "box": 40.0, "none": 40.0,
}  # fmt: skip
"""Exponent of the outline that the words keep to; see `forms`."""
PAD: dict[BalloonShape, float] = {"box": 0.5, "none": 0.15, "jagged": 0.55}
"""Room between words and outline, in sizes of the letters; 0.7 for others."""
SCALE: dict[BalloonKind, float] = {"whisper": 0.88, "shout": 1.18}
"""Size of the letters by kind, of those of the page."""
REACH: dict[BalloonShape, float] = {"jagged": 0.8, "cloud": 0.67, "none": 0.25, "wavy": 0.3, "electric": 0.6}

PUFF = 0.54
"""Height of a cloud's puffs, in sizes of the letters."""

Points = NDArray[np.float64]


def look_of(balloon: Balloon) -> BalloonShape:
    """A balloon's outline: as the author pinned it, else by its mood, else by its kind."""
    if balloon.shape is not None:
        return balloon.shape
    if balloon.mood is not None and balloon.kind in ("speech", "whisper"):
        return MOODS[balloon.mood]
    return LOOKS[balloon.kind]


def scale_of(balloon: Balloon) -> float:
    """Size of a balloon's letters, of those of the page."""
    by_mood = {"loud": SCALE["shout"], "weak": SCALE["whisper"]}.get(balloon.mood or "", 1.0)
    return SCALE.get(balloon.kind, by_mood if balloon.kind == "speech" else 1.0)


def pad_of(balloon: Balloon) -> float:
    """Room between a balloon's words and its outline, in sizes of its letters."""
    return PAD.get(look_of(balloon), 0.7) if balloon.kind != "caption" else 0.5


@dataclass(frozen=True, eq=False)
class Placed:
    """A balloon with its place; equal only to itself, and so a key of tables.

    Attributes:
        balloon: what is said.
        form: its lines.
        cx: middle of the outline, page pixels from the left.
        cy: middle of the outline, page pixels from the top.
        a: half width of the outline, in pixels.
        b: half height of the outline, in pixels.
        tip: where the tail ends; None: no tail.
        joined: whether the tail leads into the next balloon of the same speech.
    """

    balloon: Balloon
    form: Form
    cx: float
    cy: float
    a: float
    b: float
    tip: tuple[float, float] | None = None
    joined: bool = False

    @property
    def kind(self) -> BalloonKind:
        """Speech, thought, whisper, shout, caption or sound."""
        return self.balloon.kind

    @property
    def look(self) -> BalloonShape:
        """Its outline."""
        return look_of(self.balloon)

    @property
    def size(self) -> float:
        """Of its letters, pixels per em."""
        return self.form.size

    @property
    def lines(self) -> tuple[str, ...]:
        """Its words, broken."""
        return self.form.texts

    @property
    def seed(self) -> int:
        """Seed of the hand's wobble: the words decide, so that a balloon looks the same in every run."""
        return zlib.crc32(self.balloon.words.encode())


def reach(look: BalloonShape, size: float) -> float:
    """How far the drawing goes beyond the outline of the words, in pixels: spikes, puffs, ink."""
    return REACH.get(look, 0.12) * size


def pen(size: float) -> float:
    """Width of the ink line for letters of a size, in pixels: 2 to 3 on a page of 1400 pixels."""
    return max(1.2, 0.125 * size)


def edge(balloon: Placed, ux: float, uy: float) -> float:
    """How far the outline is from its middle in the direction (ux, uy) of length 1, in pixels."""
    p = EXPONENT[balloon.look]
    return float(((abs(ux) / balloon.a) ** p + (abs(uy) / balloon.b) ** p) ** (-1 / p))


def outline(balloon: Placed) -> Points:
    """The body's outline without its tail, (N, 2)."""
    look = balloon.look
    if look in ("box", "none"):
        return _box(balloon)
    if look == "jagged":
        return _burst(balloon)
    if look == "cloud":
        return _cloud(balloon)
    if look == "electric":
        return _teeth(balloon)
    if look == "wavy":
        return _waves(balloon)
    return _ring(balloon, EXPONENT[look], _wobble(balloon, 0.012))


def _angles(n: int = 360) -> Points:
    return np.linspace(0, 2 * np.pi, n, endpoint=False)


def _wobble(balloon: Placed, amount: float) -> Points:
    """A slow change of the radius, as a hand draws it, (360,) at least 1: it never comes nearer to the words."""
    rng = np.random.default_rng(balloon.seed)
    t = _angles()
    waves = sum(rng.normal() / k * np.sin(k * t + rng.uniform(0, 2 * np.pi)) for k in (2, 3, 4, 5))
    return 1 + amount * np.asarray(np.clip(waves, -1, 2), np.float64)


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
    spike = reach("jagged", balloon.size) - pen(balloon.size)
    grow = np.where(np.arange(2 * n) % 2 == 0, spike * rng.uniform(0.6, 1.0, 2 * n), 0.04 * balloon.size)
    return _grown(balloon, EXPONENT["jagged"], t, grow)


def _teeth(balloon: Placed) -> Points:
    """Small even teeth, as voices from a radio or a telephone have."""
    around = np.pi * (balloon.a + balloon.b)
    n = int(np.clip(round(around / (0.95 * balloon.size)), 18, 60))
    t = np.arange(2 * n) * np.pi / n
    tooth = reach("electric", balloon.size) - pen(balloon.size)
    return _grown(balloon, EXPONENT["electric"], t, np.where(np.arange(2 * n) % 2 == 0, tooth, 0.06 * balloon.size))


def _waves(balloon: Placed) -> Points:
    """A trembling line, for the scared and the weak."""
    around = np.pi * (balloon.a + balloon.b)
    n = int(np.clip(round(around / (1.7 * balloon.size)), 9, 40))
    t = _angles(24 * n)
    rng = np.random.default_rng(balloon.seed)
    swell = 1 + 0.35 * np.sin(3 * t + rng.uniform(0, 6))
    grow = 0.12 * balloon.size * (1 + swell * np.sin(n * t))
    return _grown(balloon, EXPONENT["wavy"], t, grow)


def _grown(balloon: Placed, p: float, t: Points, grow: Points) -> Points:
    r = (np.abs(np.cos(t)) ** p + np.abs(np.sin(t)) ** p) ** (-1 / p)
    x = balloon.cx + (balloon.a * r + grow) * np.cos(t)
    y = balloon.cy + (balloon.b * r + grow) * np.sin(t)
    return np.stack([x, y], 1)


def _cloud(balloon: Placed) -> Points:
    """Puffs in a row around the ellipse of the words: the outer edge of round bumps between even steps."""
    ring = _ring(balloon, EXPONENT["cloud"], np.ones(720))
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
    """The tail of a speaking balloon, (N, 2), beginning inside the body; None where there is none."""
    if balloon.tip is None or balloon.look in ("cloud", "none"):
        return None
    tip = np.array(balloon.tip)
    if balloon.joined:
        return _neck(balloon, tip)
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
    if balloon.look == "electric":
        return _lightning(root, way, across, width)
    bend = across * length * (0.1 if lean >= 0 else -0.1)
    t = np.linspace(0, 1, 24)[:, None]
    spine = (1 - t) ** 2 * root + 2 * t * (1 - t) * (root + way * 0.55 + bend) + t**2 * tip
    half = width * (1 - t) ** 0.85
    return np.concatenate([spine + across * half, (spine - across * half)[::-1]])


def _neck(balloon: Placed, to: Points) -> Points:
    """The bridge into the next balloon of the same speech, a little narrower in its middle."""
    start = np.array([balloon.cx, balloon.cy])
    way = to - start
    across = np.array([-way[1], way[0]]) / max(1e-9, float(np.hypot(*way)))
    t = np.linspace(0, 1, 24)[:, None]
    half = balloon.size * (0.42 + 1.4 * (t - 0.5) ** 2)
    spine = start + t * way
    return np.concatenate([spine + across * half, (spine - across * half)[::-1]])


def _lightning(root: Points, way: Points, across: Points, width: float) -> Points:
    """A tail with two kinks, as voices from a radio have."""
    steps = ((0.0, 1.0), (0.52, 1.1), (0.46, 0.35), (1.0, 0.0), (0.5, -0.95), (0.56, -0.25), (0.0, -1.0))
    return np.array([root + way * t + across * width * s for t, s in steps])


def bubbles(balloon: Placed) -> list[tuple[float, float, float]]:
    """The bubbles that lead from a thought to the thinker's head: (x, y, radius) each, shrinking."""
    if balloon.tip is None or balloon.look != "cloud":
        return []
    way = np.array(balloon.tip) - (balloon.cx, balloon.cy)
    length = float(np.hypot(*way))
    if length < 1e-6:
        return []
    unit = way / length
    outside = edge(balloon, float(unit[0]), float(unit[1])) + PUFF * balloon.size
    room = length - outside
    if room < 0.5 * balloon.size:
        return []
    scale = balloon.size * min(1.0, room / (2.2 * balloon.size))  # a near head gets smaller ones, but always three
    radii = [r * scale for r in (0.46, 0.32, 0.2)]
    steps = np.linspace(outside + radii[0] * 1.2, length - radii[-1], len(radii))
    return [
        (balloon.cx + float(unit[0] * d), balloon.cy + float(unit[1] * d), r) for d, r in zip(steps, radii, strict=True)
    ]
