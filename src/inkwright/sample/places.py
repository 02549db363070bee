"""The two settings: the Hero's home, outside and inside, and the Princess' castle."""

from collections.abc import Callable

from inkwright.sample.faces import heart
from inkwright.sample.pen import INK, Colour, Corners, Place, Sheet, curve, oval, path
from inkwright.sample.props import GRASS, SKY, puffs

HOME = "Hero's home"
CASTLE = "Princess' castle"

PLASTER: Colour = (255, 236, 180)
ROOF: Colour = (236, 122, 66)
DOOR: Colour = (80, 150, 190)
WALLPAPER: Colour = (255, 226, 130)
STRIPE: Colour = (246, 160, 84)
PLANKS: Colour = (204, 148, 96)
FRAME: Colour = (148, 98, 60)
STONE: Colour = (178, 184, 206)
SPIRE: Colour = (108, 92, 176)
GATE: Colour = (122, 78, 52)
BANNER: Colour = (240, 110, 160)
NIGHT: Colour = (92, 104, 160)


def window(sheet: Sheet, at: Place, sky: Colour = SKY, view: bool = False) -> None:
    """The home's round window: the same cross of wood and blue glass outside and inside, one unit in radius."""
    pen = at.pen
    sheet.shape(at(oval(0, 0, 1.16)), FRAME, pen, tip=7)
    sheet.shape(at(oval(0, 0, 0.92)), sky, pen * 0.9, 10, 7)
    if view:
        sheet.marker(at(curve(path("-0.85,0.35 -0.3,0.15 0.3,0.4 0.85,0.25 0.5,0.78 -0.5,0.78"), True, 4)), GRASS, 0, 7)
    for a, b in (((-0.92, 0), (0.92, 0)), ((0, -0.92), (0, 0.92))):
        sheet.line(at([a, b]), FRAME, max(3.5, 0.13 * at.size))


def home(sheet: Sheet, at: Place, smoke: bool = True, door_open: bool = False) -> None:
    """The house from outside; one unit wide, its doorstep at the origin, about 1.1 units high."""
    if smoke:
        x, y = at([(0.3, -1.12)])[0].tolist()
        puffs(sheet, x, y, 0.06 * at.size)
    with sheet.owned_by(HOME):
        pen, tip = at.pen, max(7.0, 0.034 * at.size)
        sheet.shape(at([(0.2, -0.7), (0.2, -1.04), (0.36, -1.04), (0.36, -0.6)]), (200, 92, 70), pen, tip=tip)
        sheet.shape(at([(0.17, -1.04), (0.39, -1.05), (0.39, -0.98), (0.17, -0.98)]), (200, 92, 70), pen, 0, tip)
        sheet.shape(at([(-0.5, -0.5), (0.5, -0.5), (0.49, 0), (-0.49, 0)]), PLASTER, pen, tip=tip)
        roof = path("-0.66,-0.42 -0.36,-0.74 -0.02,-1 0.32,-0.74 0.66,-0.43 0.36,-0.49 0,-0.47 -0.36,-0.49")
        sheet.shape(at(curve(roof, True, 5)), ROOF, pen * 1.1, tip=tip)
        for k, y in enumerate((-0.82, -0.7, -0.58)):
            for j in range(-k - 1, k + 2):
                sheet.line(
                    at(curve([(0.13 * j - 0.05, y), (0.13 * j, y + 0.05), (0.13 * j + 0.05, y)])),
                    (150, 66, 40),
                    pen * 0.75,
                )
        doorway = path("0.06,0 0.06,-0.27 0.12,-0.36 0.21,-0.38 0.3,-0.36 0.36,-0.27 0.36,0")
        sheet.shape(at(doorway), (92, 66, 60) if door_open else DOOR, pen, 84, tip)
        if not door_open:
            sheet.shape(at(heart(0.21, -0.27, 0.04)), (250, 214, 90), pen * 0.7, tip=5)
            sheet.cover(at(oval(0.32, -0.16, 0.016)), INK)
        window(sheet, at.part(-0.23, -0.25, 0.115))
        sheet.shape(at([(-0.38, -0.09), (-0.08, -0.09), (-0.1, -0.02), (-0.36, -0.02)]), FRAME, pen * 0.9, 2, tip)
        for k in range(4):
            sheet.shape(
                at(oval(-0.34 + 0.075 * k, -0.11, 0.032)), ((240, 90, 110), (255, 212, 58))[k % 2], pen * 0.6, tip=4
            )


def room(sheet: Sheet, floor: float, night: bool = False) -> None:
    """The home from inside, all over the sheet: striped wallpaper, skirting board and planks from `floor` down."""
    with sheet.owned_by(HOME):
        w, h = sheet.width, sheet.height
        sheet.marker([(0, 0), (w, 0), (w, floor), (0, floor)], (250, 206, 120) if night else WALLPAPER, 88, 15, 0.03)
        step = 64
        for k in range(w // step + 1):
            x = 26.0 + step * k
            sheet.marker([(x - 7, 0), (x + 7, 0), (x + 7, floor), (x - 7, floor)], STRIPE, 90, 7, 0)
            for j in range(int(floor) // 70 + 1):
                y = 34.0 + 70 * j + 35 * (k % 2)
                if y < floor - 14:
                    sheet.cover(heart(x + 32, y, 8), (232, 96, 84))
        sheet.cover([(0, floor), (w, floor), (w, h), (0, h)])
        sheet.marker([(0, floor), (w, floor), (w, h), (0, h)], PLANKS, 2, 13, 0.03)
        sheet.shape([(-9, floor - 13), (w + 9, floor - 13), (w + 9, floor + 3), (-9, floor + 3)], FRAME, 2.8, 1)
        edge, gap = floor + 26.0, 30.0
        while edge < h:
            sheet.line([(-5, edge), (w + 5, edge + 2)], (120, 80, 50), 2.4)
            edge, gap = edge + gap, gap * 1.22
        sheet.claim()


def round_window(sheet: Sheet, x: float, y: float, r: float, sky: Colour = SKY) -> None:
    """The window of the room, seen from inside."""
    with sheet.owned_by(HOME):
        window(sheet, Place(x, y, r), sky, True)


def _battlement(sheet: Sheet, at: Place, left: float, right: float, top: float, bottom: float, teeth: int) -> None:
    step = (right - left) / (2 * teeth - 1)
    edge = []
    for k in range(2 * teeth - 1):
        y = top if k % 2 else top - 0.07
        edge += [(left + k * step, y), (left + (k + 1) * step, y)]
    sheet.shape(at([*edge, (right, bottom), (left, bottom)]), STONE, at.pen, 84, max(8.0, 0.036 * at.size))


def bricks(sheet: Sheet, at: Place, spots: Corners, size: float = 0.09) -> None:
    """A few bricks, as one draws three and lets them stand for all."""
    for x, y in spots:
        sheet.line(
            at([(x, y), (x + size, y), (x + size, y + 0.5 * size), (x, y + 0.5 * size), (x, y)]),
            (112, 118, 150),
            at.pen * 0.75,
        )


def _tower(sheet: Sheet, at: Place, x: float, half: float, top: float) -> None:
    tip = max(8.0, 0.036 * at.size)
    sheet.line(at([(x, top - 0.34), (x, top - 0.54)]), INK, at.pen)
    sheet.shape(
        at(
            curve(
                [
                    (x, top - 0.53),
                    (x + 0.1, top - 0.51),
                    (x + 0.21, top - 0.47),
                    (x + 0.1, top - 0.44),
                    (x, top - 0.42),
                ],
                False,
                3,
            )
        ),
        BANNER,
        at.pen * 0.8,
        0,
        6,
    )
    sheet.shape(
        at([(x - half, top), (x + half, top), (x + half * 1.06, 0), (x - half * 1.06, 0)]), STONE, at.pen, 84, tip
    )
    sheet.shape(
        at([(x - half * 1.45, top + 0.03), (x, top - 0.36), (x + half * 1.45, top + 0.03)]), SPIRE, at.pen, tip=tip
    )
    slit = [
        (x - 0.036, top + 0.22),
        (x - 0.036, top + 0.12),
        (x, top + 0.075),
        (x + 0.036, top + 0.12),
        (x + 0.036, top + 0.22),
    ]
    sheet.shape(at(slit), NIGHT, at.pen * 0.8, 84, 6)
    bricks(sheet, at, [(x - half * 0.7, top + 0.34), (x + half * 0.05, top + 0.46), (x - half * 0.6, top + 0.58)])


def castle(sheet: Sheet, at: Place, on_wall: Callable[[], None] | None = None) -> None:
    """The castle from outside; about 1.4 units wide and 1.5 high, the threshold of its gate at the origin.

    `on_wall` draws who stands behind the battlement, whose upper edge lies at -0.5.
    """
    with sheet.owned_by(CASTLE):
        _tower(sheet, at, 0.0, 0.15, -0.86)
    if on_wall is not None:
        on_wall()
    with sheet.owned_by(CASTLE):
        _battlement(sheet, at, -0.46, 0.46, -0.5, 0, 6)
        _tower(sheet, at, -0.52, 0.15, -0.66)
        _tower(sheet, at, 0.52, 0.15, -0.74)
        gate = path("-0.15,0 -0.15,-0.22 -0.1,-0.32 0,-0.36 0.1,-0.32 0.15,-0.22 0.15,0")
        sheet.shape(at(gate), GATE, at.pen, 86, max(7.0, 0.03 * at.size))
        for x in (-0.075, 0.0, 0.075):
            sheet.line(at([(x, -0.02), (x, -0.31)]), width=at.pen * 0.7)
        bricks(sheet, at, path("-0.3,-0.36 0.2,-0.4 -0.28,-0.14 0.24,-0.2 0.02,-0.45"))


def rampart(sheet: Sheet, top: float, left: float = -20.0, right: float | None = None) -> None:
    """The castle's battlement close by: a wall from `top` down, from `left` to `right`."""
    with sheet.owned_by(CASTLE):
        far = sheet.width + 20.0 if right is None else right
        at = Place(0, 0, 400)
        u = 1 / 400
        _battlement(
            sheet, at, left * u, far * u, (top + 28) * u, (sheet.height + 20) * u, max(3, round((far - left) / 150))
        )
        spots = []
        for k in range(int((far - left) / 90)):
            spots.append(((left + 34 + 90 * k) * u, (top + 60 + 62 * ((k * 2) % 3)) * u))
        bricks(sheet, at, [(x, y) for x, y in spots if (y + 0.07) * 400 < sheet.height + 20], 0.12)
