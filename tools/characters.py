"""People, animals and things made up by chance, for `make trunk` and the benchmarks: they belong to nobody.

A `Figure` is a list of parts on joints, in units of its own height: feet at (0, 0), y upwards. It is made up once for a
little book (`little_books.py`) and drawn in every pose. The same generator makes the same figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Points = NDArray[np.float64]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Paint:
    """What fills a shape: a colour and a pattern of a second one; `size` is the pattern's period in figure heights."""

    colour: Colour
    second: Colour = (0.0, 0.0, 0.0)
    pattern: str = "plain"
    size: float = 0.08
    turn: float = 0.0


@dataclass(frozen=True)
class Part:
    """A filled outline (N, 2), or a line where `paint` is None, on the joint of that number."""

    points: Points
    paint: Paint | None
    joint: int = 0
    face: bool = False


@dataclass(frozen=True)
class Joint:
    """Where a limb turns: its pivot, what it hangs on, and how far it may turn from `rest`, in radians."""

    pivot: tuple[float, float]
    parent: int = 0
    rest: float = 0.0
    reach: float = 0.1


@dataclass(frozen=True)
class Figure:
    """Something that looks alike wherever it is drawn."""

    kind: str
    parts: list[Part]
    joints: list[Joint]
    upright: float = 0.12
    """How far the whole may lean, in radians."""


@dataclass
class Palette:
    """The few colours of a little book, so that its figures share some."""

    colours: list[Colour]
    skins: list[Colour] = field(default_factory=list)

    def pick(self, rng: Generator) -> Colour:
        """Any of them."""
        return self.colours[int(rng.integers(len(self.colours)))]

    def paint(self, rng: Generator, plain: float = 0.55) -> Paint:
        """A colour, at times with a pattern."""
        if rng.random() < plain:
            return Paint(self.pick(rng))
        pattern = str(rng.choice(["stripes", "dots", "checks", "patch"]))
        return Paint(self.pick(rng), self.pick(rng), pattern, rng.uniform(0.05, 0.2), rng.uniform(0, np.pi))


def hsv(h: float, s: float, v: float) -> Colour:
    """Hue, saturation and value in [0, 1] → RGB in [0, 1]."""
    part = [abs((h * 6 + shift) % 6 - 3) - 1 for shift in (0, 4, 2)]
    return tuple(float(v * (1 - s + s * min(1.0, max(0.0, p)))) for p in part)  # type: ignore[return-value]


def palette(rng: Generator) -> Palette:
    """Six to ten colours, among them a dark, a light and a grey one."""
    muted = rng.uniform(0.3, 1)
    colours = [
        hsv(rng.random(), rng.uniform(0.25, 1) * muted, rng.uniform(0.25, 1)) for _ in range(int(rng.integers(3, 8)))
    ]
    colours += [hsv(rng.random(), 0.2 * muted, rng.uniform(0.08, 0.25)), hsv(rng.random(), 0.08, rng.uniform(0.85, 1))]
    colours += [hsv(0.08, rng.uniform(0.3, 0.7), rng.uniform(0.25, 0.6)), hsv(0, 0.03, rng.uniform(0.4, 0.7))]
    odd = rng.random() < 0.15
    skins = [
        hsv(rng.random() if odd else rng.uniform(0.02, 0.1), rng.uniform(0.15, 0.55), rng.uniform(0.35, 1))
        for _ in range(2)
    ]
    return Palette(colours, skins)


def oval(x: float, y: float, rx: float, ry: float, n: int = 18) -> Points:
    """An ellipse."""
    a = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([x + rx * np.cos(a), y + ry * np.sin(a)], 1)


def poly(*points: tuple[float, float]) -> Points:
    """Corners as an array."""
    return np.array(points, np.float64)


def bar(x0: float, y0: float, x1: float, y1: float, w0: float, w1: float) -> Points:
    """A limb from one point to another, with a width at either end."""
    along = np.array([x1 - x0, y1 - y0])
    across = np.array([-along[1], along[0]]) / (np.hypot(*along) + 1e-9)
    a, b = np.array([x0, y0]), np.array([x1, y1])
    return np.array([a + across * w0, b + across * w1, b - across * w1, a - across * w0])


def blob(rng: Generator, x: float, y: float, r: float, rough: float = 0.25, n: int = 12) -> Points:
    """A round shape with dents."""
    a = np.linspace(0, 2 * np.pi, n, endpoint=False)
    reach = r * (1 + rough * rng.uniform(-1, 1, n))
    return np.stack([x + reach * np.cos(a), y + reach * np.sin(a)], 1)


def eyes(rng: Generator, x: float, y: float, gap: float, r: float, joint: int) -> list[Part]:
    """Two eyes in one of some manners, and a mouth."""
    big = rng.random() < 0.5
    iris = Paint((0.05, 0.05, 0.07) if rng.random() < 0.6 else hsv(rng.random(), 0.8, 0.6))
    out = []
    for side in (-1, 1):
        if big:
            out.append(Part(oval(x + side * gap, y, r * 1.7, r * 2, 10), Paint((0.97, 0.97, 0.95)), joint, True))
        out.append(Part(oval(x + side * gap, y, r, r, 8), iris, joint, True))
    out.append(Part(poly((x - gap, y - gap * 1.6), (x, y - gap * 1.9), (x + gap, y - gap * 1.6)), None, joint, True))
    return out


def hat(rng: Generator, kind: str, y: float, r: float, paint: Paint, joint: int) -> list[Part]:
    """What is worn on a head whose top is at y and whose radius is r."""
    b = y - 0.35 * r
    tip = (rng.uniform(-0.6, 0.6), rng.uniform(0.95, 2.05))
    half = [(0, 0.3), (1, 0.9), (1, -0.2)]
    shapes = {
        "cone": [[(-1.1, 0), (1.1, 0), tip]],
        "brim": [oval(0, 0, 2, 0.3), [(-0.8, 0), (0.8, 0), (0.6, 1), (-0.6, 1)]],
        "witch": [oval(0, 0, 2.1, 0.35), [(-0.9, 0), (0.9, 0), (0.7, 1.9)]],
        "crown": [[(-1, 0), (1, 0), (1.1, 1), (0.5, 0.5), (0, 1), (-0.5, 0.5), (-1.1, 1)]],
        "cap": [oval(0, 0.1, 1.05, 0.6), [(0, 0), (1.9, -0.1), (1.8, 0.2), (0, 0.3)]],
        "bow": [half, [(-x, y) for x, y in half]],
        "helmet": [oval(0, 0, 1.15, 0.9), [(-0.15, 0.8), (0.15, 0.8), (0.5, 1.7)]],
        "none": [],
    }
    return [Part(np.asarray(shape, np.float64) * r + (0, b), paint, joint) for shape in shapes[kind]]


def hair(rng: Generator, kind: str, y: float, r: float, paint: Paint, joint: int) -> tuple[list[Part], list[Part]]:
    """Hair behind and before a head with centre y and radius r."""
    long = rng.uniform(1.5, 4) * r
    behind = {
        "long": [poly((-1.1 * r, y + 0.5 * r), (1.1 * r, y + 0.5 * r), (1.3 * r, y - long), (-1.3 * r, y - long))],
        "curly": [blob(rng, 0, y + 0.3 * r, 1.6 * r, 0.15)],
        "bun": [oval(-0.6 * r, y + 1.2 * r, 0.55 * r, 0.55 * r)],
        "tails": [oval(side * 1.4 * r, y - 0.5 * r, 0.4 * r, r) for side in (-1, 1)],
        "spikes": [oval(0, y, 1.0 * r, r)],
        "short": [oval(0, y + 0.15 * r, 1.1 * r, 1.05 * r)],
    }
    top = poly(
        (-1.02 * r, y),
        (-0.85 * r, y + 0.75 * r),
        (0, y + 1.15 * r),
        (0.85 * r, y + 0.75 * r),
        (1.02 * r, y),
        (0.4 * r, y + 0.5 * r),
        (-0.4 * r, y + 0.55 * r),
    )
    if kind == "spikes":
        a = np.linspace(0, np.pi, 9)
        reach = np.where(np.arange(9) % 2, 1.9, 1.1) * r
        top = np.stack([reach * np.cos(a), y + reach * np.sin(a)], 1)
    return [Part(p, paint, joint) for p in behind.get(kind, [])], [Part(top, paint, joint)] if kind != "bald" else []


def person(rng: Generator, colours: Palette) -> Figure:
    """Somebody: body, hair, hat, clothes, something in hand."""
    skin = Paint(colours.skins[int(rng.integers(len(colours.skins)))])
    cloth, legs, locks, hat_paint = (
        colours.paint(rng),
        colours.paint(rng, 0.85),
        Paint(colours.pick(rng)),
        colours.paint(rng, 0.8),
    )
    r = rng.uniform(0.085, 0.2)  # of the head
    fat, neck = rng.uniform(0.08, 0.2), 1 - 2 * r
    hip, skirt = rng.uniform(0.25, 0.5) * neck, rng.random() < 0.45
    shoulder = neck - 0.02
    joints = [Joint((0, hip), 0, 0, 0.1), Joint((0, neck), 0, 0, 0.25)]
    joints += [Joint((side * fat * 0.9, shoulder - 0.03), 0, side * 0.25, rng.uniform(0.6, 1.6)) for side in (-1, 1)]
    joints += [Joint((side * fat * 0.5, hip), 0, 0, 0.4) for side in (-1, 1)]
    limb = rng.uniform(0.018, 0.045)
    parts: list[Part] = []
    head = neck + r
    style = str(rng.choice(["long", "curly", "bun", "tails", "spikes", "short", "bald"]))
    behind, front = hair(rng, style, head, r, locks, 1)
    parts += behind
    for n, side in ((4, -1), (5, 1)):
        parts.append(Part(bar(side * fat * 0.5, hip, side * fat * 0.55, 0.03, limb * 1.4, limb), legs, n))
        parts.append(Part(oval(side * fat * 0.55 + 0.03, 0.02, limb * 2, limb * 1.1, 10), Paint(locks.colour), n))
    low = rng.uniform(0.02, 0.6) * hip if skirt else hip - 0.03
    wide = fat * (rng.uniform(1.2, 2) if skirt else rng.uniform(0.8, 1.1))
    arm = rng.uniform(0.22, 0.36) * neck / 0.75
    parts.append(_arm(2, -1, fat, shoulder, arm, limb, cloth))
    parts.append(Part(poly((-fat * 0.8, shoulder), (fat * 0.8, shoulder), (wide, low), (-wide, low)), cloth))
    if rng.random() < 0.5:
        parts.append(Part(bar(-fat, hip + 0.06, fat, hip + 0.06, 0.02, 0.02), colours.paint(rng, 0.9)))
    if rng.random() < 0.3:
        parts.append(Part(poly((-fat, shoulder), (fat, shoulder), (0, shoulder - 0.16)), colours.paint(rng, 0.9)))
    parts.append(Part(oval(0, head, r * rng.uniform(0.85, 1.05), r), skin, 1))
    parts += eyes(rng, 0, head - 0.05 * r, 0.4 * r, 0.13 * r, 1)
    if rng.random() < 0.2:
        parts.append(
            Part(poly((-0.7 * r, head - 0.3 * r), (0.7 * r, head - 0.3 * r), (0, head - 1.8 * r)), locks, 1, True)
        )
    parts += front
    worn = str(rng.choice(["none", "none", "cone", "brim", "witch", "crown", "cap", "bow", "helmet"]))
    parts += hat(rng, worn, head + r, r, hat_paint, 1)
    parts.append(_arm(3, 1, fat, shoulder, arm, limb, cloth))
    hand = (fat * 0.9 + 0.0, shoulder - arm - 0.03)
    parts.append(Part(oval(hand[0], hand[1], limb * 1.3, limb * 1.3, 8), skin, 3))
    parts += in_hand(rng, colours, hand)
    return Figure("character", parts, joints)


def in_hand(rng: Generator, colours: Palette, hand: tuple[float, float]) -> list[Part]:
    """A staff, a bag, a blade or nothing, on the joint of the right arm."""
    x, y = hand
    held = str(rng.choice(["none", "none", "staff", "bag", "blade"]))
    if held == "staff":
        return [Part(bar(x, y - 0.3, x, y + 0.5, 0.014, 0.014), Paint(colours.pick(rng)), 3)]
    if held == "blade":
        return [Part(poly((x - 0.03, y), (x + 0.03, y), (x, y - 0.4)), Paint((0.7, 0.72, 0.75)), 3)]
    if held == "bag":
        return [Part(oval(x, y - 0.08, 0.07, 0.08), colours.paint(rng), 3)]
    return []


def _arm(joint: int, side: int, fat: float, shoulder: float, arm: float, limb: float, cloth: Paint) -> Part:
    x = side * fat * 0.9
    return Part(bar(x, shoulder, x, shoulder - arm - 0.03, limb * 1.3, limb), cloth, joint)


def posed(figure: Figure, rng: Generator) -> list[tuple[Points, Part]]:
    """The parts of a figure in a pose of its own, in units of its height; at times its face is turned or unseen."""
    angles = [joint.rest + rng.normal(0, 0.5) * joint.reach for joint in figure.joints]
    away, aside, blink = rng.random() < 0.1, rng.normal(0, 0.02), rng.random() < 0.15
    lean, narrow = rng.normal(0, 0.5) * figure.upright, rng.uniform(0.8, 1.1)
    mirror = -1 if rng.random() < 0.5 else 1
    out = []
    for part in figure.parts:
        if part.face and (away or (blink and part.paint is not None)):
            continue
        points = part.points + ((aside, 0) if part.face else (0, 0))
        if part.joint:
            points = turned(points, figure.joints[part.joint].pivot, angles[part.joint])
        out.append((turned(points * (narrow, 1), (0, 0), lean) * (mirror, 1), part))
    return out


def turned(points: Points, pivot: Sequence[float], angle: float) -> Points:
    """Points turned about a pivot."""
    c, s = np.cos(angle), np.sin(angle)
    return (points - pivot) @ np.array([[c, s], [-s, c]]) + pivot
