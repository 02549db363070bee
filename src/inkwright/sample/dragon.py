"""The Dragon. Units: its height when it sits up, origin between its feet, -1 at the top of its head."""

from inkwright.sample import faces
from inkwright.sample.faces import Look, Mood
from inkwright.sample.pen import Colour, Place, Sheet, Spot, curve, limb, oval, path
from inkwright.sample.props import HELD

GREEN: Colour = (74, 172, 86)
BELLY: Colour = (246, 226, 130)
WING: Colour = (248, 164, 70)
SPIKE: Colour = (250, 140, 50)
HORN: Colour = (250, 236, 200)
BLUSH: Colour = (240, 168, 120)
VEIL: Colour = (236, 240, 252)


def head(sheet: Sheet, at: Place, mood: Mood = "happy", look: Look = (0.3, 0.0), veil: bool = False) -> None:
    """The head in units of its own radius: a round skull at the origin and a long snout forward."""
    pen, tip = at.pen, max(5.0, at.size * 0.2)
    for x in (-0.62, 0.12):
        horn = [(x - 0.16, -0.75), (x - 0.3, -1.25), (x - 0.12, -1.6), (x + 0.1, -1.2), (x + 0.2, -0.8)]
        sheet.shape(at(curve(horn, True, 4)), HORN, pen, tip=tip * 0.6)
    ear = path("-0.85,-0.3 -1.5,-0.62 -1.32,-0.2 -1.62,0.1 -1.2,0.22 -0.8,0.25")
    sheet.shape(at(ear), WING, pen, tip=tip * 0.7)
    skull = path(
        "-0.95,0 -0.72,-0.72 -0.05,-0.98 0.62,-0.8 0.98,-0.28 1.5,-0.2 2,-0.22 2.25,0.1 "
        "2.12,0.58 1.5,0.82 0.7,0.9 -0.1,0.9 -0.75,0.62"
    )
    sheet.shape(at(curve(skull, True, 5)), GREEN, pen, tip=tip)
    for x in (1.72, 2.02):
        sheet.shape(at(oval(x, -0.02, 0.08, 0.11)), (40, 90, 50), max(1.4, pen * 0.6), tip=4)
    for x, side in ((-0.18, -1), (0.52, 1)):
        faces.eye(sheet, at, x, -0.42, 0.36, mood, look, GREEN)
        if mood not in ("happy", "love"):
            faces.brow(sheet, at, x, -0.9, 0.26, mood, side)
        if at.size > 24:
            sheet.line(at([(x + side * 0.26, -0.62), (x + side * 0.46, -0.78)]), width=max(1.6, pen * 0.6))
    _mouth(sheet, at, mood)
    if at.size > 20:
        sheet.cover(at(oval(0.36, 0.2, 0.27, 0.17)), BLUSH)
    if veil:
        cloth = path("-0.2,-1.18 0.35,-1 0.2,-0.82 -0.6,-0.6 -1.1,0.2 -1.35,1.5 -1.9,1.6 -1.75,0.4 -1.2,-0.8")
        sheet.shape(at(curve(cloth, True, 5)), VEIL, pen, tip=tip)
        for k, colour in enumerate(((246, 150, 180), (255, 212, 58), (246, 150, 180), (150, 170, 240))):
            sheet.shape(at(oval(-0.62 + 0.32 * k, -1.02 - 0.06 * (k % 2), 0.19)), colour, max(1.6, pen * 0.7), tip=5)


def _mouth(sheet: Sheet, at: Place, mood: Mood) -> None:
    pen = max(1.8, at.pen * 0.9)
    if mood in ("shout", "shocked"):
        open_ = path("0.75,0.34 1.4,0.36 2.1,0.26 2.2,0.66 1.6,1.2 1,0.98")
        sheet.shape(at(curve(open_, True, 4)), faces.MOUTH, pen, tip=5)
        for x in (1.2, 1.55, 1.9):
            sheet.shape(at([(x - 0.1, 0.35), (x, 0.56), (x + 0.1, 0.33)]), None, pen * 0.7)
        return
    sag = {"sad": -0.22, "bored": 0.0, "angry": -0.1, "determined": 0.02}.get(mood, 0.2)
    lips = [(0.62, 0.36 - sag * 0.6), (1.1, 0.42 + sag), (1.65, 0.4 + sag * 0.6), (2.12, 0.28 - sag * 0.5)]
    sheet.line(at(curve(lips)), width=pen * 1.1, wobble=0.5)
    if sag >= 0.2:
        sheet.line(at(curve([(0.56, 0.22), (0.6, 0.26), (0.56, 0.34)])), width=pen * 0.8, wobble=0.3)
    for x in (1.3, 1.75):
        sheet.shape(
            at([(x - 0.08, 0.42 + sag * 0.6), (x, 0.62 + sag * 0.6), (x + 0.08, 0.42 + sag * 0.6)]), None, pen * 0.65
        )


def _wing(sheet: Sheet, at: Place, root: Spot, reach: Spot) -> None:
    """A bat's wing from `root` to its uppermost finger at `reach`."""
    dx, dy = reach[0] - root[0], reach[1] - root[1]

    def spot(u: float, v: float) -> Spot:  # u along the bone, v to the trailing side
        return root[0] + u * dx + v * dy, root[1] + u * dy - v * dx

    edge = [
        spot(0, 0),
        spot(0.45, -0.14),
        spot(1, 0),
        spot(0.8, 0.16),
        spot(0.86, 0.42),
        spot(0.58, 0.36),
        spot(0.52, 0.68),
        spot(0.28, 0.42),
        spot(0.04, 0.5),
    ]
    sheet.shape(at(edge), WING, at.pen, tip=max(6, 0.04 * at.size))
    for end in (spot(0.86, 0.42), spot(0.52, 0.68)):
        sheet.line(at([spot(0.3, -0.05), end]), width=at.pen * 0.75)


def _spikes(sheet: Sheet, at: Place, spots: list[tuple[float, float, float]], size: float = 0.06) -> None:
    for x, y, turn in spots:
        p = at.part(x, y, size, tilt=turn)
        sheet.shape(p([(-0.7, 0.3), (0.0, -1.1), (0.7, 0.3)]), SPIKE, at.pen * 0.9, tip=5)


def sitting(
    sheet: Sheet,
    at: Place,
    mood: Mood = "happy",
    look: Look = (0.3, 0.0),
    hand: Spot = (0.34, -0.36),
    held: str = "",
    veil: bool = False,
    wings: bool = True,
) -> None:
    """Draws the Dragon sitting up on its tail, a hand at `hand` that may hold something from `props.HELD`."""
    with sheet.owned_by("Dragon"):
        pen, tip = at.pen, max(6.0, 0.045 * at.size)
        if wings:
            _wing(sheet, at, (-0.1, -0.5), (-0.56, -0.86))
        tail = [(-0.12, -0.12), (-0.38, -0.06), (-0.58, -0.16), (-0.62, -0.32)]
        sheet.shape(at([(-0.62, -0.28), (-0.74, -0.34), (-0.6, -0.48), (-0.5, -0.32)]), SPIKE, pen, tip=tip)
        sheet.shape(at(limb(tail, 0.2, 0.05)), GREEN, pen, tip=tip)
        _spikes(
            sheet,
            at,
            [(-0.3, -0.175, 5), (-0.45, -0.16, 25), (-0.27, -0.4, -72), (-0.22, -0.54, -66), (-0.16, -0.66, -60)],
        )
        body = path(
            "-0.1,-0.72 0.08,-0.74 0.16,-0.6 0.24,-0.38 0.25,-0.16 0.12,-0.03 -0.14,-0.03 "
            "-0.27,-0.16 -0.27,-0.36 -0.17,-0.56"
        )
        sheet.shape(at(curve(body, True, 5)), GREEN, pen, tip=tip)
        belly = path("0.06,-0.58 0.17,-0.5 0.21,-0.3 0.17,-0.1 0.03,-0.06 -0.06,-0.2 -0.04,-0.42")
        sheet.shape(at(curve(belly, True, 5)), BELLY, pen * 0.8, 0, tip)
        for y in (-0.47, -0.36, -0.25, -0.14):
            sheet.line(at(curve([(-0.03, y), (0.08, y + 0.025), (0.19, y - 0.01)])), (190, 150, 60), pen * 0.8)
        for x in (-0.17, 0.15):
            foot = [(x - 0.12, 0.0), (x - 0.11, -0.1), (x + 0.02, -0.13), (x + 0.13, -0.07), (x + 0.15, 0.0)]
            sheet.shape(at(curve(foot, True, 4)), GREEN, pen, tip=tip)
            for k in (0.04, 0.09):
                sheet.line(at([(x + k, 0.0), (x + k - 0.005, -0.035)]), width=pen * 0.8)
        head(sheet, at.part(0.02, -0.79, 0.165), mood, look, veil)
    _arm(sheet, at, hand, held)


def _arm(sheet: Sheet, at: Place, hand: Spot, held: str) -> None:
    if held:
        with sheet.owned_by(""):
            HELD[held](sheet, at.part(hand[0], hand[1], 0.9))
    with sheet.owned_by("Dragon"):
        elbow = ((0.08 + hand[0]) / 2 - 0.02, (-0.48 + hand[1]) / 2 + 0.07)
        sheet.shape(at(limb([(0.06, -0.5), elbow, hand], 0.1, 0.07)), GREEN, at.pen, tip=max(5, 0.04 * at.size))


def flying(sheet: Sheet, at: Place, mood: Mood = "happy", look: Look = (0.3, 0.0), flap: float = -0.62) -> None:
    """Draws the Dragon in the air; the origin is the middle of its body, which is about one unit long."""
    with sheet.owned_by("Dragon"):
        pen, tip = at.pen, max(6.0, 0.045 * at.size)
        _wing(sheet, at, (0.1, -0.06), (0.26, flap * 0.9))
        sheet.shape(at([(-0.92, 0.04), (-1.06, -0.1), (-0.92, -0.16), (-0.8, -0.04)]), SPIKE, pen, tip=tip)
        sheet.shape(
            at(limb([(-0.3, 0.02), (-0.55, 0.12), (-0.75, 0.06), (-0.9, -0.06)], 0.2, 0.05)), GREEN, pen, tip=tip
        )
        for x in (-0.24, -0.1):
            sheet.shape(at(limb([(x, 0.1), (x - 0.06, 0.2), (x - 0.18, 0.24)], 0.1, 0.07)), GREEN, pen, tip=tip)
        _spikes(
            sheet, at, [(-0.46, 0.02, -6), (-0.3, -0.1, -12), (-0.14, -0.16, -4), (0.02, -0.17, 4), (0.36, -0.24, -30)]
        )
        body = path(
            "-0.42,0.02 -0.25,-0.12 0,-0.17 0.24,-0.15 0.4,-0.26 0.5,-0.36 0.6,-0.22 0.48,0 0.3,0.13 0,0.18 -0.26,0.14"
        )
        sheet.shape(at(curve(body, True, 5)), GREEN, pen, tip=tip)
        belly = path("-0.26,0.12 0,0.08 0.26,0.04 0.44,-0.08 0.46,0.02 0.3,0.13 0,0.18")
        sheet.shape(at(curve(belly, True, 5)), BELLY, pen * 0.8, 0, tip)
        sheet.shape(at(limb([(0.3, 0.06), (0.4, 0.14), (0.5, 0.12)], 0.09, 0.06)), GREEN, pen, tip=tip)
        _wing(sheet, at, (-0.02, -0.08), (-0.2, flap))
        head(sheet, at.part(0.6, -0.38, 0.165), mood, look)


def bust(sheet: Sheet, at: Place, mood: Mood = "happy", look: Look = (0.3, 0.0), neck: float = 4.0) -> None:
    """Draws the head on a long neck that comes from below; units are the head's radius."""
    with sheet.owned_by("Dragon"):
        throat = [(-0.6, neck), (-0.75, 0.6 * neck), (-0.35, 0.2)]
        for k in range(max(2, int(neck / 1.2))):  # before the neck, so that they grow out from behind it
            _spikes(sheet, at, [(-1.36 - 0.13 * k, 0.95 + 1.05 * k, -80)], 0.36)
        sheet.shape(at(limb(throat, 1.9, 1.25)), GREEN, at.pen, tip=max(6, 0.25 * at.size))
        for k in range(max(2, int(neck / 0.75))):
            y = 1.15 + 0.7 * k
            sheet.line(at(curve([(-0.35, y), (-0.02, y + 0.1), (0.28, y + 0.02)])), (40, 110, 56), at.pen * 0.9)
        head(sheet, at, mood, look)
