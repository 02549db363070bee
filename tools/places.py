"""Settings made up by chance: rooms, landscapes, streets, woods, nights and bare grounds."""

from dataclasses import dataclass, field

import numpy as np
from characters import Colour, Paint, Palette, Points, oval, poly
from numpy.random import Generator
from sheets import Manner, Sheet, noise


@dataclass(frozen=True)
class Place:
    """A setting: its colours, its fixed shapes (kind, where, size, paint) and what repeats in it."""

    ground: Paint
    sky: Paint
    upper: Colour
    horizon: float
    shapes: list[tuple[str, float, float, float, Paint]] = field(default_factory=list)
    dark: float = 1.0
    texture: float = 0.0


def place(rng: Generator, colours: Palette) -> Place:
    """A room, a landscape, a street, a wood, a night or a cave, made up by chance."""
    kind = str(rng.choice(["room", "land", "street", "wood", "night", "bare"]))
    sky, ground = colours.paint(rng, 0.8 if kind == "room" else 1), colours.paint(rng, 0.8)
    upper = colours.pick(rng) if rng.random() < 0.5 else sky.colour
    names = {
        "room": ["window", "window", "shelf", "table", "picture", "arch"],
        "land": ["hill", "hill", "tree", "cloud", "sun", "rock"],
        "street": ["house", "house", "house", "cloud", "tree", "arch"],
        "wood": ["trunk", "trunk", "trunk", "tree", "rock"],
        "night": ["star", "star", "star", "hill", "sun", "house"],
        "bare": ["hill", "rock", "rays", "cloud"],
    }[kind]
    looks = {name: (colours.paint(rng, 0.7), rng.uniform(0.15, 0.5)) for name in names}
    shapes = []
    for _ in range(int(rng.integers(3, 11))):
        name = str(rng.choice(names))
        paint, size = looks[name]
        shapes.append((name, rng.uniform(-0.4, 1.4), rng.uniform(0.05, 0.8), size * rng.uniform(0.7, 1.4), paint))
    dark = rng.uniform(0.45, 0.8) if kind == "night" or rng.random() < 0.15 else 1.0
    return Place(
        ground, sky, upper, rng.uniform(0.4, 0.9), shapes, dark, float(rng.random() ** 3) * (rng.random() < 0.3)
    )


def draw_place(sheet: Sheet, where: Place, owner: int) -> None:
    """Fills the sheet with a setting, seen from somewhere."""
    rng, (h, w) = sheet.rng, sheet.owner.shape
    zoom, dx, dy = float(np.exp(rng.uniform(-0.25, 0.8))), rng.uniform(-0.3, 0.3), rng.uniform(-0.25, 0.2)

    def at(u: float, v: float) -> tuple[float, float]:
        return ((u - 0.5 + dx) * zoom * max(h, w) + w / 2, (v - 0.5 + dy) * zoom * max(h, w) + h / 2)

    unit, line = zoom * max(h, w), sheet.how.line
    level = at(0, where.horizon)[1]
    sheet.fill(poly((-9, -9), (w + 9, -9), (w + 9, h + 9), (-9, h + 9)), where.sky, owner, unit)
    fade = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    sheet.rgb = sheet.rgb * fade + sheet.rgb * (1 - fade) * 0.3 + np.asarray(where.upper, np.float32) * (1 - fade) * 0.7
    sheet.fill(poly((-9, level), (w + 9, level), (w + 9, h + 99), (-9, h + 99)), where.ground, owner, unit)
    if line and rng.random() < 0.3:
        sheet.how = Manner(**{**vars(sheet.how), "line": line * 0.6})
    for name, u, v, size, paint in where.shapes:
        x, y = at(u, v)
        s = size * unit
        for points, its in shape_of(name, x, y, s, level, paint):
            sheet.fill(points, its, owner, unit)
    if where.texture:
        sheet.rgb *= (1 + 0.5 * where.texture * noise(rng, h, w, rng.uniform(10, 60)))[..., None]
    sheet.rgb *= where.dark
    sheet.how = Manner(**{**vars(sheet.how), "line": line})


def shape_of(name: str, x: float, y: float, s: float, level: float, paint: Paint) -> list[tuple[Points, Paint]]:
    """One piece of a setting at (x, y), of size s, in pixels; what stands on the ground stands at `level`."""
    light, dark = Paint(paint.second), Paint(tuple(0.55 * c for c in paint.colour))  # type: ignore[arg-type]
    standing = name in ("table", "hill", "rock", "tree", "trunk", "house")
    origin = np.array([x, level if standing else min(y, level - s) if name == "sun" else y])
    pieces: dict[str, list[tuple[Points, Paint]]] = {
        "window": [
            *((box(0, 0, 0.5, 0.5), paint), (box(0, 0, 0.43, 0.43), light)),
            *((box(0, 0, 0.03, 0.5), paint), (box(0, 0, 0.5, 0.03), paint)),
        ],
        "arch": [
            (fan(np.pi, 2 * np.pi, 0.6, 14), light),
            *((fan(t, t + 0.1, 0.6), paint) for t in (3.6, 4.2, 4.8, 5.4)),
        ],
        "shelf": [(box(0, 0, 0.7, 0.06), paint), *((box(k, -0.22, 0.08, 0.2), light) for k in (-0.5, -0.1, 0.3))],
        "table": [(box(0, 0, 0.8, 0.07), paint), *((box(k, 0.4, 0.06, 0.4), paint) for k in (-0.6, 0.6))],
        "picture": [(box(0, 0, 0.4, 0.5), dark), (box(0, 0, 0.33, 0.43), paint)],
        "hill": [(oval(0, 0.6, 1.6, 1.1), paint)],
        "rock": [(oval(0, 0, 1.6, 0.4), paint)],
        "tree": [(box(0, -0.3, 0.06, 0.4), dark), (oval(0, -0.9, 0.4, 0.5), paint)],
        "trunk": [(box(0, -5.9, 0.18, 6), paint)],
        "house": [
            *((box(0, -0.5, 0.5, 0.6), paint), (poly((-0.65, -1), (0, -1.6), (0.65, -1)), dark)),
            (box(0, -0.6, 0.12, 0.15), light),
        ],
        "sun": [(oval(0, 0, 0.3, 0.3), light)],
        "star": [(oval(k, -0.3 * k, 0.03, 0.03, 6), light) for k in (-0.8, -0.3, 0.1, 0.7)],
        "rays": [(fan(t, t + 0.2, 4), paint) for t in np.arange(0, 6.28, 0.6)],
        "cloud": [(oval(k, 0, 0.35, 0.2), light) for k in (-0.3, 0, 0.35)],
    }
    return [(points * s + origin, its) for points, its in pieces[name]]


def box(x: float, y: float, rx: float, ry: float) -> Points:
    """A rectangle by its centre and half its sides."""
    return poly((x - rx, y - ry), (x + rx, y - ry), (x + rx, y + ry), (x - rx, y + ry))


def fan(start: float, end: float, r: float, n: int = 2) -> Points:
    """A sector of a disc."""
    a = np.linspace(start, end, n)
    return np.concatenate([np.zeros((1, 2)), np.stack([np.cos(a), np.sin(a)], 1) * r])
