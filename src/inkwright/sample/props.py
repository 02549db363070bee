"""Small things: sun, clouds, trees, hills, fire, and whatever hands hold. They belong to no element."""

import math
from collections.abc import Callable

import numpy as np

from inkwright.sample.faces import heart
from inkwright.sample.pen import INK, Colour, Corners, Place, Sheet, curve, oval, path

SKY: Colour = (132, 194, 244)
DUSK: Colour = (250, 190, 150)
GRASS: Colour = (132, 194, 84)
MEADOW: Colour = (182, 212, 90)
EARTH: Colour = (222, 190, 140)
LEAF: Colour = (84, 162, 84)
TRUNK: Colour = (140, 96, 62)
SUN: Colour = (255, 212, 58)
ORANGE: Colour = (250, 140, 44)
STEEL: Colour = (200, 210, 220)
GOLD: Colour = (250, 206, 52)
PINK: Colour = (246, 150, 180)
WOOD: Colour = (196, 142, 88)


def backdrop(sheet: Sheet, colour: Colour, bottom: float, angle: float = 4.0, tip: float = 15.0) -> None:
    """A sky or a wall down to `bottom`, in broad strokes across the sheet."""
    sheet.marker([(0, 0), (sheet.width, 0), (sheet.width, bottom), (0, bottom)], colour, angle, tip, 0.035)


def ground(sheet: Sheet, heights: list[float], colour: Colour = GRASS, tip: float = 14.0) -> None:
    """Ground whose upper edge runs through `heights`, evenly spaced from left to right."""
    xs = np.linspace(-8, sheet.width + 8, len(heights))
    edge = curve(list(zip(xs.tolist(), heights, strict=True)))
    area = np.concatenate([edge, [(sheet.width + 8, sheet.height + 8), (-8, sheet.height + 8)]])
    sheet.cover(area)
    sheet.marker(area, colour, sheet.rng.uniform(-14, -4), tip, 0.03)
    sheet.line(edge, width=3.0)


def tufts(sheet: Sheet, spots: Corners, colour: Colour = (70, 130, 60)) -> None:
    """Blades of grass."""
    for x, y in spots:
        for k in (-6, 0, 7):
            sheet.line([(x + k * 0.4, y), (x + k, y - 11 + abs(k) * 0.5)], colour, 2.4)


def flower(sheet: Sheet, x: float, y: float, r: float, colour: Colour = PINK) -> None:
    """A flower with five petals, `r` pixels from the middle to a petal."""
    sheet.line([(x, y), (x + 2, y + 3.6 * r)], LEAF, 2.6)
    for k in range(5):
        a = k * 1.257 + 0.3
        sheet.shape(oval(x + r * math.cos(a), y + r * math.sin(a), 0.62 * r), colour, 1.6, tip=4)
    sheet.cover(oval(x, y, 0.5 * r), SUN)


def tulip(sheet: Sheet, x: float, y: float, height: float, bent: float = 0.0, colour: Colour = (250, 196, 60)) -> None:
    """A tulip that grows at (x, y); `bent` from 0, upright, to 1 (trampled)."""
    top = (x + 0.85 * bent * height, y - height * (1 - 0.75 * bent))
    sheet.line(curve([(x, y), (x + 0.05 * height, y - 0.6 * height * (1 - 0.4 * bent)), top]), LEAF, 3.2)
    at = Place(*top, 0.36 * height, 1, 150 * bent)
    cup = path("0,0.35 -0.4,0.1 -0.42,-0.55 -0.2,-0.3 0,-0.65 0.2,-0.3 0.42,-0.55 0.4,0.1")
    sheet.shape(at(curve(cup, True, 3)), colour, 2.2, tip=5)


def sun(sheet: Sheet, x: float, y: float, r: float, colour: Colour = SUN) -> None:
    """A sun with rays."""
    for k in range(12):
        a = math.radians(30 * k + 8)
        far = 1.75 if k % 2 else 1.55
        ray = [
            (x + 1.22 * r * math.cos(a), y + 1.22 * r * math.sin(a)),
            (x + far * r * math.cos(a), y + far * r * math.sin(a)),
        ]
        sheet.line(ray, ORANGE, 4.0)
    sheet.shape(oval(x, y, r), colour, 3.0, tip=8)


def cloud(sheet: Sheet, x: float, y: float, r: float) -> None:
    """A cloud about 3 r wide: paper white with a blue pen."""
    bumps = path(
        "-1.5,0.35 -1.45,-0.15 -0.95,-0.3 -0.6,-0.75 0,-0.6 0.35,-0.85 0.8,-0.4 1.25,-0.4 1.5,0.1 1.3,0.4 0,0.45"
    )
    sheet.shape(curve([(x + a * r, y + b * r) for a, b in bumps], True, 5), None, 2.8, ink=(96, 132, 184))


def tree(sheet: Sheet, x: float, y: float, size: float, colour: Colour = LEAF) -> None:
    """A round tree, `size` pixels tall, standing at (x, y)."""
    at = Place(x, y, size)
    sheet.shape(at([(-0.06, -0.4), (0.06, -0.4), (0.08, 0), (-0.09, 0)]), TRUNK, at.pen, 80, 6)
    crown = [
        (0.34 * (1 + 0.13 * math.sin(5 * t)) * math.cos(t), -0.66 + 0.32 * (1 + 0.13 * math.cos(4 * t)) * math.sin(t))
        for t in np.linspace(0, 6.2, 18)[:-1].tolist()
    ]
    sheet.shape(at(curve(crown, True, 4)), colour, at.pen, tip=max(7, 0.05 * size))
    for a, b in ((-0.12, -0.76), (0.1, -0.62), (0.02, -0.84)):
        sheet.line(at(curve([(a - 0.05, b), (a, b + 0.04), (a + 0.05, b)])), (40, 100, 56), 2.6)


def fir(sheet: Sheet, x: float, y: float, size: float) -> None:
    """A fir, `size` pixels tall, standing at (x, y)."""
    at = Place(x, y, size)
    sheet.shape(at([(-0.05, -0.2), (0.05, -0.2), (0.05, 0), (-0.05, 0)]), TRUNK, at.pen, 80, 6)
    for k in (0, 1, 2):
        w, top = 0.3 - 0.06 * k, -0.5 - 0.24 * k
        sheet.shape(
            at([(-w, top + 0.36), (0, top - 0.02), (w, top + 0.36), (0, top + 0.32)]), (62, 138, 98), at.pen, tip=8
        )


def bush(sheet: Sheet, x: float, y: float, size: float) -> None:
    """A bush, `size` pixels wide, whose lower edge is at y."""
    at = Place(x, y, size)
    bumps = path("-0.5,0 -0.52,-0.2 -0.34,-0.3 -0.22,-0.46 0.02,-0.38 0.2,-0.5 0.34,-0.32 0.52,-0.22 0.5,0")
    sheet.shape(at(curve(bumps, True, 5)), LEAF, 3.0, tip=9)


def burst(sheet: Sheet, x: float, y: float, r: float, colour: Colour = SUN, points: int = 11) -> None:
    """A star of impact."""
    star = []
    for k in range(2 * points):
        far = r * (sheet.rng.uniform(0.85, 1.2) if k % 2 else 0.52)
        star.append((x + far * math.cos(math.pi * k / points), y + far * math.sin(math.pi * k / points)))
    sheet.shape(star, colour, 3.2, tip=8)


def rays(sheet: Sheet, x: float, y: float, colours: tuple[Colour, Colour], count: int = 14) -> None:
    """A backdrop of rays from (x, y), for great feelings."""
    far = sheet.width + sheet.height
    for k in range(count):
        a, b = 2 * math.pi * k / count, 2 * math.pi * (k + 1) / count
        wedge = [(x, y), (x + far * math.cos(a), y + far * math.sin(a)), (x + far * math.cos(b), y + far * math.sin(b))]
        sheet.marker(wedge, colours[k % 2], math.degrees((a + b) / 2), 13, 0.03)


def hearts(sheet: Sheet, spots: list[tuple[float, float, float]]) -> None:
    """Hearts in the air: (x, y, half width) each."""
    for x, y, r in spots:
        sheet.shape(heart(x, y, r), (236, 70, 104), 2.6, tip=6)


def speed(sheet: Sheet, lines: list[tuple[float, float, float, float]]) -> None:
    """Lines of movement: (x0, y0, x1, y1) each."""
    for x0, y0, x1, y1 in lines:
        sheet.line(curve([(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2 - 5), (x1, y1)]), INK, 2.6)


def fire(sheet: Sheet, at: Place) -> None:
    """A tongue of fire, one unit long, from the origin of `at` forward."""
    flame = path(
        "0,-0.04 0.3,-0.2 0.5,-0.16 0.72,-0.33 0.76,-0.14 1.05,-0.18 0.88,-0.02 1,0.14 "
        "0.74,0.11 0.66,0.28 0.46,0.14 0.28,0.17 0,0.04"
    )
    sheet.shape(at(curve(flame, True, 3)), ORANGE, at.pen, tip=max(6, 0.05 * at.size))
    core = path("0.05,0 0.3,-0.09 0.55,-0.07 0.78,-0.04 0.6,0.03 0.5,0.1 0.3,0.08")
    shown = at(curve(core, True, 3))
    sheet.cover(shown)
    sheet.marker(shown, SUN, tip=6)


def puffs(sheet: Sheet, x: float, y: float, r: float, count: int = 3) -> None:
    """Smoke that rises to the upper right."""
    for k in range(count):
        sheet.shape(
            oval(x + 0.9 * r * k, y - 1.5 * r * k, r * (0.7 + 0.28 * k), r * (0.6 + 0.24 * k)),
            (214, 214, 222),
            2.2,
            tip=6,
        )


def table(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """A table whose top runs from x to x + width at y."""
    for k in (0.08, 0.86):
        sheet.shape(
            [
                (x + width * k, y),
                (x + width * (k + 0.06), y),
                (x + width * (k + 0.055), y + height),
                (x + width * (k + 0.01), y + height),
            ],
            WOOD,
            3,
            85,
        )
    sheet.shape([(x - 6, y), (x + width + 6, y - 2), (x + width + 10, y + 17), (x - 10, y + 18)], WOOD, 3, 2)


def bowl(sheet: Sheet, x: float, y: float, r: float, steam: bool = False) -> None:
    """A bowl of soup, 2 r wide, standing at (x, y)."""
    sheet.shape(
        curve(
            [
                (x - r, y - 0.75 * r),
                (x - 0.8 * r, y - 0.25 * r),
                (x - 0.35 * r, y),
                (x + 0.35 * r, y),
                (x + 0.8 * r, y - 0.25 * r),
                (x + r, y - 0.75 * r),
            ]
        ),
        (120, 170, 220),
        3,
        tip=6,
    )
    sheet.shape(oval(x, y - 0.76 * r, r, 0.2 * r), (240, 170, 70), 2.6, tip=6)
    if steam:
        for k in (-0.4, 0.1, 0.55):
            rise = [
                (x + k * r, y - 1.1 * r),
                (x + (k + 0.14) * r, y - 1.5 * r),
                (x + (k - 0.1) * r, y - 1.9 * r),
                (x + (k + 0.1) * r, y - 2.3 * r),
            ]
            sheet.line(curve(rise), (150, 150, 165), 2.6)


def sword(sheet: Sheet, at: Place) -> None:
    """A sword held upright in the hand at the origin; about as long as an arm and a half."""
    sheet.shape(at(path("-0.022,-0.05 -0.026,-0.5 0,-0.57 0.026,-0.5 0.022,-0.05")), STEEL, at.pen, 85, 5)
    sheet.shape(at([(-0.085, -0.065), (0.085, -0.065), (0.085, -0.035), (-0.085, -0.035)]), GOLD, at.pen * 0.9, tip=5)
    sheet.line(at([(0, -0.035), (0, 0.06)]), TRUNK, max(4.0, at.size * 0.022))


def spoon(sheet: Sheet, at: Place) -> None:
    """A wooden spoon, held upright."""
    sheet.line(at([(0, 0.05), (0, -0.2)]), TRUNK, max(3.4, at.size * 0.018))
    sheet.shape(at(oval(0, -0.23, 0.04, 0.055)), WOOD, at.pen * 0.9, tip=5)


def letter(sheet: Sheet, at: Place) -> None:
    """A letter with scribbles and a red seal."""
    sheet.shape(at([(-0.16, -0.24), (0.15, -0.27), (0.17, 0.03), (-0.14, 0.06)]), None, at.pen)
    for k in range(4):
        y = -0.2 + 0.05 * k
        sheet.line(
            at([(-0.11, y), (-0.03, y - 0.012), (0.04, y + 0.004), (0.11 - 0.05 * (k == 3), y - 0.016)]),
            (70, 80, 150),
            2.2,
        )
    sheet.shape(at(oval(0.1, 0.0, 0.03)), (222, 46, 44), 1.8, tip=4)


def ring(sheet: Sheet, at: Place) -> None:
    """A ring with a stone far too large."""
    thick = max(4.0, at.size * 0.026)
    sheet.line(at(oval(0, -0.11, 0.062)), INK, thick + at.pen * 1.4, 0.3)
    sheet.line(at(oval(0, -0.11, 0.062)), GOLD, thick, 0.3)
    sheet.shape(at(path("0,-0.16 -0.075,-0.23 -0.045,-0.29 0.045,-0.29 0.075,-0.23")), (120, 204, 244), at.pen, tip=4)
    for x, y in ((-0.12, -0.3), (0.0, -0.36), (0.12, -0.3)):
        sheet.line(at([(x, y), (1.25 * x, y - 0.06)]), INK, at.pen * 0.8)


def flowers(sheet: Sheet, at: Place) -> None:
    """A bunch of flowers."""
    for a, b, c in (
        (-0.09, -0.2, PINK),
        (0.01, -0.27, SUN),
        (0.1, -0.19, (150, 170, 240)),
        (0.0, -0.16, (240, 110, 100)),
    ):
        sheet.line(at([(0, 0.04), (a, b)]), LEAF, 2.8)
        sheet.shape(at(oval(a, b, 0.055)), c, at.pen * 0.8, tip=5)
        sheet.cover(at(oval(a, b, 0.018)), (255, 240, 160))


def cup(sheet: Sheet, at: Place) -> None:
    """A cup of tea."""
    sheet.line(at(oval(0.1, -0.05, 0.04)), INK, at.pen)
    sheet.shape(at([(-0.07, -0.13), (0.09, -0.13), (0.07, 0.02), (-0.05, 0.02)]), (120, 170, 220), at.pen, tip=5)


def hanky(sheet: Sheet, at: Place) -> None:
    """A large handkerchief."""
    cloth = path("-0.07,-0.08 0.02,-0.05 0.1,-0.1 0.09,0.02 0.16,0.12 0.03,0.14 -0.05,0.2 -0.06,0.06")
    sheet.shape(at(curve(cloth, True, 4)), (206, 226, 250), at.pen, tip=6)


def book(sheet: Sheet, at: Place) -> None:
    """An open book, seen from outside, held at its lower corner."""
    cover = path("-0.3,-0.2 -0.14,-0.17 0.02,-0.2 0.02,0 -0.14,0.03 -0.3,0")
    sheet.shape(at(cover), (90, 120, 180), at.pen, tip=6)
    sheet.line(at([(-0.14, -0.17), (-0.14, 0.03)]), INK, at.pen * 0.8)
    sheet.shape(at(heart(-0.06, -0.1, 0.04)), GOLD, at.pen * 0.6, tip=4)


HELD: dict[str, Callable[[Sheet, Place], None]] = {
    "sword": sword,
    "spoon": spoon,
    "letter": letter,
    "ring": ring,
    "flowers": flowers,
    "cup": cup,
    "hanky": hanky,
    "book": book,
}
"""What a hand can hold."""
