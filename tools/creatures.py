"""Animals, dolls and things made up by chance, beside the people of `characters.py`: they belong to nobody."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from characters import (
    Figure,
    Joint,
    Paint,
    Palette,
    Part,
    bar,
    blob,
    eyes,
    hat,
    oval,
    person,
    poly,
)
from numpy.random import Generator


def animal(rng: Generator, colours: Palette) -> Figure:
    """A four-legged or two-legged creature, at times with wings, spikes, stripes or a patch."""
    fur, other = colours.paint(rng, 0.45), Paint(colours.pick(rng))
    plain = Paint(fur.colour)
    long, thick = rng.uniform(0.25, 0.6), rng.uniform(0.1, 0.26)
    leg, r = rng.uniform(0.08, 0.4), rng.uniform(0.12, 0.26)
    hx, hy = long * rng.uniform(0.7, 1.2), leg + thick + rng.uniform(0.1, 0.4)
    joints = [Joint((0, leg + thick), 0, 0, 0.2), Joint((long * 0.7, leg + thick * 1.3), 0, 0, 0.35)]
    joints += [Joint((-long * 0.9, leg + thick), 0, rng.uniform(-0.5, 0.8), 0.7)]
    joints += [Joint((x * long, leg + 0.1), 0, 0, 0.45) for x in (-0.75, -0.5, 0.5, 0.75)]
    tail_end = (-long * 0.9 - rng.uniform(0.1, 0.5), leg + thick + rng.uniform(-0.1, 0.5))
    w = rng.uniform(0.02, 0.09)
    parts = [Part(bar(-long * 0.85, leg + thick, *tail_end, w, w * rng.uniform(0.3, 2)), fur, 2)]
    if rng.random() < 0.5:
        parts.append(Part(oval(*tail_end, w * 1.3, w * 1.3, 10), other, 2))
    fat = rng.uniform(0.03, 0.07)
    for n, x in ((3, -0.75), (5, 0.5), (4, -0.5), (6, 0.75)):
        parts.append(Part(bar(x * long, leg + 0.1, x * long, 0, fat * 1.2, fat), plain, n))
    if rng.random() < 0.25:
        parts.append(
            Part(
                poly(
                    (0, leg + thick * 1.5),
                    (-0.5, leg + thick * 2 + 0.5),
                    (-0.1, leg + thick * 2 + 0.25),
                    (0.2, leg + thick * 1.6),
                ),
                other,
            )
        )
    parts.append(Part(oval(0, leg + thick, long, thick), fur))
    if rng.random() < 0.4:
        parts.append(Part(oval(long * 0.1, leg + thick * 0.6, long * 0.6, thick * 0.5), other))
    parts.append(Part(bar(long * 0.6, leg + thick, hx, hy, thick * 0.6, r * 0.6), plain, 1))
    ear = str(rng.choice(["point", "round", "long", "horn", "none"]))
    for side in (-1, 1):
        x = hx + side * r * 0.6
        shape = {
            "point": poly((x - r * 0.4, hy + r * 0.6), (x + r * 0.4, hy + r * 0.6), (x + side * r * 0.2, hy + r * 1.6)),
            "round": oval(x, hy + r * 0.9, r * 0.4, r * 0.4, 10),
            "long": oval(x, hy + r * 1.4, r * 0.25, r * 0.9, 10),
            "horn": bar(x, hy + r * 0.6, x + side * r * 0.6, hy + r * 1.6, r * 0.2, 0.01),
        }.get(ear)
        if shape is not None:
            parts.append(Part(shape, other if ear == "horn" else plain, 1))
    parts.append(
        Part(oval(hx, hy, r * rng.uniform(0.9, 1.25), r * rng.uniform(0.8, 1)), replace(fur, size=fur.size * 0.7), 1)
    )
    if rng.random() < 0.6:
        parts.append(Part(oval(hx + r * 0.1, hy - r * 0.4, r * 0.55, r * 0.35, 10), Paint(colours.pick(rng)), 1))
    parts += eyes(rng, hx + r * 0.1, hy + r * 0.15, r * 0.42, r * 0.14, 1)
    return _unit(Figure("character", parts, joints, 0.25))


def blobby(rng: Generator, colours: Palette) -> Figure:
    """A stack of round shapes with a face, arms or not: ghosts, dolls, snow figures, robots."""
    parts, y = [], 0.0
    joints = [Joint((0, 0), 0, 0, 0.15), Joint((0, 0.5), 0, 0, 0.3), Joint((0, 0.5), 0, 0, 0.8)]
    paint, boxy = colours.paint(rng, 0.7), rng.random() < 0.35
    sizes = np.sort(rng.uniform(0.12, 0.3, int(rng.integers(1, 4))))[::-1]
    for s in sizes:
        wide = s * rng.uniform(0.8, 1.3)
        shape = poly((-wide, y), (wide, y), (wide, y + 2 * s), (-wide, y + 2 * s)) if boxy else oval(0, y + s, wide, s)
        parts.append(Part(shape, paint if rng.random() < 0.7 else colours.paint(rng)))
        y += 1.75 * s
    s = float(sizes[-1])
    top = y - 0.75 * s
    parts += eyes(rng, 0, top, s * 0.4, s * 0.13, 0)
    parts += hat(
        rng, str(rng.choice(["none", "cone", "brim", "crown", "cap", "bow"])), top + s, s * 0.8, colours.paint(rng), 0
    )
    for n, side in ((1, -1), (2, 1)):
        if rng.random() < 0.6:
            parts.append(
                Part(bar(side * s, y * 0.5, side * (s + 0.3), y * 0.7, 0.03, 0.02), Paint(colours.pick(rng)), n)
            )
    if rng.random() < 0.4:
        parts.append(Part(bar(-s * 1.1, top - s, s * 1.1, top - s, 0.05, 0.05), colours.paint(rng)))
    return _unit(Figure("character", parts, joints, 0.15))


def thing(rng: Generator, colours: Palette) -> Figure:
    """A prop: vessel, globe, cart, box, lamp, weapon, plant or a piece put together by chance."""
    kind = str(rng.choice(["vessel", "globe", "cart", "box", "lamp", "plant", "pieces", "pieces", "wheel"]))
    a, b, c = colours.paint(rng), colours.paint(rng), Paint(colours.pick(rng))
    joints = [Joint((0, 0), 0, 0, 0.3)]
    w = rng.uniform(0.15, 0.45)
    if kind == "vessel":
        round_body = (
            oval(0, 0.3, w, 0.3) if rng.random() < 0.6 else poly((-w, 0), (w, 0), (w * 0.4, 0.6), (-w * 0.4, 0.6))
        )
        liquid = poly((-w * 0.8, 0.08), (w * 0.8, 0.08), (w * 0.85, 0.32), (-w * 0.85, 0.32))
        parts = [
            Part(round_body, a),
            Part(liquid, c),
            Part(poly((-0.08, 0.5), (0.08, 0.5), (0.08, 0.9), (-0.08, 0.9)), a),
        ]
        parts.append(Part(poly((-0.11, 0.88), (0.11, 0.88), (0.11, 1), (-0.11, 1)), b))
    elif kind == "globe":
        parts = [Part(poly((-0.35, 0), (0.35, 0), (0.22, 0.25), (-0.22, 0.25)), b), Part(oval(0, 0.6, 0.42, 0.42), a)]
        parts += [
            Part(blob(rng, rng.uniform(-0.2, 0.2), rng.uniform(0.45, 0.7), rng.uniform(0.08, 0.2)), c) for _ in range(3)
        ]
    elif kind == "cart":
        parts = [Part(poly((-0.7, 0.3), (0.7, 0.3), (0.8, 0.75), (-0.8, 0.75)), a)]
        for x in (-0.4, 0.4):
            parts += [Part(oval(x, 0.22, 0.22, 0.22), b), Part(oval(x, 0.22, 0.07, 0.07, 8), c)]
        parts.append(Part(blob(rng, 0, 0.8, 0.25, 0.2), c))
    elif kind == "box":
        parts = [
            Part(poly((-w, 0), (w, 0), (w, 0.7), (-w, 0.7)), a),
            Part(poly((-w, 0.7), (w, 0.7), (w * 0.8, 1), (-w * 0.8, 1)), b),
        ]
        parts.append(Part(poly((-0.06, 0.55), (0.06, 0.55), (0.06, 0.75), (-0.06, 0.75)), c))
    elif kind == "lamp":
        parts = [
            Part(bar(0, 0, 0, 0.8, 0.04, 0.03), a),
            Part(poly((-w, 0.55), (w, 0.55), (w * 0.5, 1), (-w * 0.5, 1)), b),
            Part(oval(0, 0.03, 0.2, 0.05), a),
        ]
    elif kind == "plant":
        parts = [Part(bar(0, 0, 0, 0.6, 0.04, 0.03), a)]
        parts += [
            Part(oval(0.22 * np.cos(t), 0.75 + 0.22 * np.sin(t), 0.14, 0.14, 10), b) for t in np.arange(6) * np.pi / 3
        ]
        parts.append(Part(oval(0, 0.75, 0.13, 0.13, 10), c))
    elif kind == "wheel":
        parts = [Part(oval(0, 0.5, 0.5, 0.5), a), Part(oval(0, 0.5, 0.36, 0.36), b)]
        parts += [
            Part(bar(0, 0.5, 0.48 * np.cos(t), 0.5 + 0.48 * np.sin(t), 0.03, 0.03), c) for t in np.arange(6) * np.pi / 3
        ]
    else:
        parts = []
        for paint in (a, b, c, colours.paint(rng), a)[: int(rng.integers(2, 6))]:
            x, y, s = rng.uniform(-0.3, 0.3), rng.uniform(0.1, 0.9), rng.uniform(0.08, 0.4)
            shape = [oval(x, y, s, s * rng.uniform(0.4, 1)), blob(rng, x, y, s, 0.6, int(rng.integers(3, 8)))][
                int(rng.integers(2))
            ]
            parts.append(Part(shape, paint))
    return _unit(Figure("prop", parts, joints, 0.5))


def _unit(figure: Figure) -> Figure:
    """The same figure with its lowest point at 0 and one unit high (or wide, where it is wider)."""
    every = np.concatenate([part.points for part in figure.parts])
    low, size = every[:, 1].min(), max(np.ptp(every[:, 1]), 0.8 * np.ptp(every[:, 0]))
    moved = [replace(part, points=(part.points - (0, low)) / size) for part in figure.parts]
    joints = [replace(j, pivot=(j.pivot[0] / size, (j.pivot[1] - low) / size)) for j in figure.joints]
    return replace(figure, parts=moved, joints=joints)


CHARACTERS: tuple[Callable[[Generator, Palette], Figure], ...] = (person, person, animal, blobby)


def look_alike(rng: Generator, figure: Figure, colours: Palette) -> Figure:
    """Another figure in the same colours: it must not be taken for this one."""
    used = [part.paint.colour for part in figure.parts if part.paint is not None]
    make = CHARACTERS[int(rng.integers(len(CHARACTERS)))] if figure.kind == "character" else thing
    return make(rng, Palette([*used, colours.pick(rng)], colours.skins))
