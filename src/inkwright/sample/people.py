"""The Hero and the Princess. Units: their height, origin between their feet, -1 at the top of the hair."""

from dataclasses import dataclass

from inkwright.sample import faces, props
from inkwright.sample.faces import Look, Mood
from inkwright.sample.pen import Colour, Place, Sheet, Spot, curve, limb, oval, path

SKIN: Colour = (252, 211, 172)
CHEEK: Colour = (255, 205, 190)
RED: Colour = (222, 46, 44)
HAIR: Colour = (128, 76, 40)
TROUSERS: Colour = (66, 88, 150)
BOOTS: Colour = (112, 70, 44)
BELT: Colour = (244, 190, 50)
STEEL: Colour = (186, 196, 206)
DRESS: Colour = (164, 104, 196)
GOLD: Colour = (250, 206, 52)
BLOND: Colour = (252, 218, 84)


@dataclass(frozen=True)
class Pose:
    """How a person stands.

    Attributes:
        back, front: the hands; front is the one on the side that is faced.
        feet: back and front foot.
        lean: how far the head goes forward.
        mood: of the face.
        look: where the pupils are, forward and down, each in [-1, 1].
        held: what the front hand holds, a name in `props.HELD`, turned by `turn` degrees.
        pot: wears the cooking pot as a helmet.
    """

    back: Spot = (-0.3, -0.26)
    front: Spot = (0.3, -0.26)
    feet: tuple[Spot, Spot] = ((-0.1, 0.0), (0.1, 0.0))
    lean: float = 0.0
    mood: Mood = "happy"
    look: Look = (0.3, 0.0)
    held: str = ""
    turn: float = 0.0
    pot: bool = False
    tears: bool = False


STANDING = Pose()
WALKING = Pose(back=(-0.27, -0.32), front=(0.26, -0.34), feet=((-0.2, -0.03), (0.2, 0.0)), lean=0.03)
FIGHTING = Pose(
    back=(-0.3, -0.42),
    front=(0.36, -0.5),
    feet=((-0.24, 0.0), (0.22, -0.02)),
    lean=0.05,
    mood="determined",
    held="sword",
    turn=25,
)
CHEERING = Pose(back=(-0.32, -0.86), front=(0.32, -0.88), feet=((-0.13, 0.0), (0.12, 0.0)))
KNEELING = Pose(
    back=(-0.14, -0.3), front=(0.4, -0.46), feet=((-0.3, 0.0), (0.16, 0.0)), lean=0.04, mood="love", held="ring"
)


def _arm(sheet: Sheet, at: Place, shoulder: Spot, hand: Spot, sleeve: Colour, wide: float) -> None:
    bend = 0.05 if hand[1] > shoulder[1] else 0.03
    side = 1 if hand[0] > shoulder[0] else -1
    elbow = ((shoulder[0] + hand[0]) / 2 + side * bend * 0.7, (shoulder[1] + hand[1]) / 2 + bend)
    sheet.shape(at(oval(hand[0], hand[1], 0.046)), SKIN, at.pen * 0.9, tip=5)
    sheet.shape(at(limb([shoulder, elbow, hand], wide, wide * 0.8)[1:-1]), sleeve, at.pen, tip=max(4, 0.035 * at.size))


def _neck_and_head(sheet: Sheet, at: Place, r: float) -> None:
    """A head of radius `r` units around the origin of `at` (which is in head units), with its ear at the back."""
    tip = max(5.0, at.size * 0.2)
    sheet.shape(at(oval(-0.92, 0.12, 0.2, 0.24)), SKIN, at.pen, tip=tip)
    egg = path("0,-1 0.72,-0.72 0.98,-0.05 0.78,0.62 0.1,0.98 -0.62,0.74 -0.98,0.05 -0.74,-0.7")
    sheet.shape(at(curve(egg, True, 5)), SKIN, at.pen, tip=tip)
    if at.size > 24:
        for x in (-0.46, 0.72):
            sheet.marker(at(oval(x, 0.36, 0.19, 0.13)), CHEEK, 10, max(4, at.size * 0.09))


def hero(sheet: Sheet, at: Place, pose: Pose = STANDING) -> None:
    """Draws the Hero: red tunic, yellow belt, blue trousers, brown hair that never obeyed a comb."""
    with sheet.owned_by("Hero"):
        pen, tip = at.pen, max(4.5, at.size * 0.04)
        hip = -0.3
        for root, foot in ((-0.075, pose.feet[0]), (0.075, pose.feet[1])):
            knee = ((root + foot[0]) / 2 + 0.03, (hip + foot[1]) / 2)
            sheet.shape(at(limb([(root, hip), knee, (foot[0], foot[1] - 0.05)], 0.11, 0.09)), TROUSERS, pen, tip=tip)
            boot = path("-0.055,-0.11 0.05,-0.11 0.06,-0.05 0.13,-0.03 0.13,0.01 -0.055,0.01")
            sheet.shape(at([(foot[0] + a, foot[1] + b) for a, b in boot]), BOOTS, pen, tip=tip)
        _arm(sheet, at, (-0.12, -0.53), pose.back, RED, 0.1)
        tunic = path(
            "-0.1,-0.6 0.1,-0.6 0.17,-0.5 0.15,-0.36 0.22,-0.2 0.07,-0.17 -0.08,-0.19 -0.22,-0.2 -0.15,-0.36 -0.17,-0.5"
        )
        sheet.shape(at(curve(tunic, True, 5)), RED, pen, tip=tip * 1.15)
        sheet.shape(at([(-0.165, -0.375), (0.165, -0.375), (0.17, -0.325), (-0.17, -0.325)]), BELT, pen * 0.8, 5, tip)
        sheet.shape(at([(0.0, -0.39), (0.07, -0.39), (0.07, -0.31), (0.0, -0.31)]), None, pen * 0.8)
        _hero_head(sheet, at.part(pose.lean, -0.77, 0.2), pose)
    _hold(sheet, at, pose)
    with sheet.owned_by("Hero"):
        _arm(sheet, at, (0.11, -0.53), pose.front, RED, 0.1)


def _hero_head(sheet: Sheet, head: Place, pose: Pose) -> None:
    _neck_and_head(sheet, head, 0.2)
    _features(sheet, head, pose, HAIR, 0.23)
    if head.size > 22:
        for a, b in ((-0.4, 0.28), (-0.5, 0.4), (0.66, 0.3), (0.76, 0.4)):
            sheet.line(head([(a, b), (a + 0.02, b + 0.02)]), (205, 130, 90), 2.0, 0.1)
    tip = max(4, head.size * 0.18)
    if pose.pot:
        pot = path("-1.02,-0.36 -1,-1.25 -0.6,-1.42 0.6,-1.42 1,-1.25 1.04,-0.36")
        for x, way in ((-0.95, -1), (0.9, 1)):
            lock = [
                (x, -0.45),
                (x + way * 0.22, -0.1),
                (x + way * 0.02, -0.12),
                (x + way * 0.1, 0.2),
                (x - way * 0.12, -0.1),
                (x - way * 0.2, -0.45),
            ]
            sheet.shape(head(lock), HAIR, head.pen, tip=tip)
        sheet.shape(head([(0.95, -1.1), (1.95, -1.22), (1.97, -1.02), (0.96, -0.9)]), BOOTS, head.pen, tip=tip)
        sheet.shape(head(pot), STEEL, head.pen, tip=tip)
        sheet.line(head([(-1.1, -0.38), (1.12, -0.38)]), width=head.pen * 1.3)
        return
    hair = path(
        "-1.08,0.02 -1.22,-0.42 -1.02,-0.5 -1.12,-0.95 -0.72,-0.92 -0.55,-1.32 -0.22,-1.06 "
        "0.08,-1.42 0.3,-1.08 0.72,-1.28 0.78,-0.9 1.14,-0.78 0.96,-0.36 0.7,-0.52 0.46,-0.42 "
        "0.2,-0.6 -0.05,-0.42 -0.34,-0.58 -0.6,-0.38 -0.74,-0.2 -0.86,-0.28"
    )
    sheet.shape(head(hair), HAIR, head.pen, tip=tip)


def _features(sheet: Sheet, head: Place, pose: Pose, brows: Colour, radius: float) -> None:
    for x, side in ((-0.22, -1), (0.5, 1)):
        faces.eye(sheet, head, x, -0.04, radius, pose.mood, pose.look, SKIN)
        faces.brow(sheet, head, x, -0.4, 0.22, pose.mood, side, brows)
        if pose.tears:
            faces.tears(sheet, head, x, 0.2, 0.16)
    sheet.line(head(curve([(0.2, 0.08), (0.36, 0.22), (0.17, 0.29)])), width=max(1.6, head.pen * 0.75), wobble=0.4)
    faces.mouth(sheet, head, 0.16, 0.52, 0.3, pose.mood)


def princess(sheet: Sheet, at: Place, pose: Pose = STANDING) -> None:
    """Draws the Princess: violet dress, a cloak as red as the Hero's tunic, golden hair and crown."""
    with sheet.owned_by("Princess"):
        pen, tip = at.pen, max(4.5, at.size * 0.045)
        cloak = path("-0.1,-0.6 0.08,-0.6 0.1,-0.3 -0.02,-0.02 -0.24,-0.04 -0.42,-0.09 -0.3,-0.36")
        sheet.shape(at(curve(cloak, True, 5)), RED, pen, tip=tip)
        for foot in pose.feet:
            sheet.shape(at(oval(foot[0] + 0.04, foot[1] - 0.015, 0.075, 0.035)), GOLD, pen, tip=tip)
        head = at.part(pose.lean, -0.745, 0.185)
        mane = path(
            "-0.2,-1.1 -1.05,-0.8 -1.25,0 -1.1,0.8 -1.42,1.7 -0.9,1.95 -0.3,1.7 0.3,1.1 0.7,1.4 "
            "1.12,1.1 1,0.2 1,-0.6 0.5,-1.05"
        )
        sheet.shape(head(curve(mane, True, 5)), BLOND, pen, 80, tip)
        _arm(sheet, at, (-0.1, -0.51), pose.back, DRESS, 0.09)
        sway = (pose.feet[0][0] + pose.feet[1][0]) / 2
        dress = [
            (-0.09, -0.57),
            (0.09, -0.57),
            (0.12, -0.46),
            (0.09, -0.36),
            (0.2, -0.22),
            (0.27 + sway, -0.06),
            (0.14 + sway, -0.02),
            (0.02 + sway, -0.05),
            (-0.1 + sway, -0.02),
            (-0.25 + sway, -0.06),
            (-0.19, -0.22),
            (-0.09, -0.36),
            (-0.12, -0.46),
        ]
        sheet.shape(at(curve(dress, True, 5)), DRESS, pen, tip=tip * 1.1)
        sheet.line(at(curve([(-0.09, -0.36), (0.0, -0.34), (0.09, -0.36)])), GOLD, pen * 1.6)
        sheet.line(
            at(curve([(-0.22 + sway, -0.11), (-0.08 + sway, -0.08), (0.08 + sway, -0.1), (0.24 + sway, -0.11)])),
            GOLD,
            pen * 1.2,
        )
        _princess_head(sheet, head, pose)
    _hold(sheet, at, pose)
    with sheet.owned_by("Princess"):
        _arm(sheet, at, (0.1, -0.51), pose.front, DRESS, 0.09)


def _princess_head(sheet: Sheet, head: Place, pose: Pose) -> None:
    tip = max(4, head.size * 0.2)
    _neck_and_head(sheet, head, 0.185)
    _features(sheet, head, pose, (176, 130, 40), 0.25)
    if head.size > 22:
        for x, way in ((-0.22, -1), (0.5, 1)):
            for k in (0, 1):
                tilt = 0.1 * k
                sheet.line(
                    head([(x + way * 0.17, -0.12 - tilt), (x + way * 0.34, -0.2 - 1.6 * tilt)]),
                    width=max(1.5, head.pen * 0.6),
                )
    fringe = path(
        "-1.06,0.3 -1.12,-0.5 -0.6,-1.08 0.3,-1.12 0.95,-0.7 1.02,-0.05 0.8,-0.4 0.42,-0.6 "
        "-0.1,-0.62 -0.55,-0.5 -0.82,-0.1"
    )
    sheet.shape(head(curve(fringe, True, 4)), BLOND, head.pen, tip=tip)
    crown = path("-0.56,-0.92 -0.72,-1.62 -0.34,-1.26 0,-1.76 0.3,-1.26 0.7,-1.6 0.6,-0.9 0,-0.82")
    sheet.shape(head(crown), GOLD, head.pen, tip=tip)
    if head.size > 18:
        sheet.cover(head(oval(0.0, -1.08, 0.12)), RED)


def _hold(sheet: Sheet, at: Place, pose: Pose) -> None:
    """What the front hand holds; it belongs to nobody, so that a sword does not make a Hero."""
    if pose.held:
        with sheet.owned_by(""):
            props.HELD[pose.held](sheet, at.part(pose.front[0], pose.front[1], 1.0, tilt=pose.turn))
