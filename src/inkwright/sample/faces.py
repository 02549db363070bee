"""Faces: eyes, brows and mouths for each mood, in units of the head's radius, origin at its middle, looking to +x."""

from typing import Literal

from inkwright.sample.pen import INK, Colour, Place, Points, Sheet, curve, oval

Mood = Literal["happy", "angry", "shocked", "love", "smug", "bored", "sad", "shout", "determined"]
Look = tuple[float, float]

WHITE: Colour = (255, 255, 255)
MOUTH: Colour = (150, 40, 52)
TONGUE: Colour = (243, 120, 128)
HEART: Colour = (226, 44, 74)
TEAR: Colour = (120, 190, 240)

# How far the inner and the outer end of a brow are raised.
_BROWS: dict[Mood, tuple[float, float]] = {
    "happy": (0.06, 0.0),
    "angry": (-0.19, 0.13),
    "shocked": (0.2, 0.12),
    "love": (0.14, 0.0),
    "smug": (-0.1, 0.14),
    "bored": (0.0, -0.02),
    "sad": (0.2, -0.08),
    "shout": (-0.2, 0.14),
    "determined": (-0.14, 0.06),
}


def heart(x: float, y: float, r: float) -> Points:
    """The outline of a heart of half width `r` around (x, y)."""
    left = [(x, y + r), (x - 0.75 * r, y + 0.3 * r), (x - r, y - 0.25 * r), (x - 0.6 * r, y - 0.8 * r)]
    right = [(x, y - 0.35 * r), (x + 0.6 * r, y - 0.8 * r), (x + r, y - 0.25 * r), (x + 0.75 * r, y + 0.3 * r)]
    return curve(left + right, True, 4)


def eye(sheet: Sheet, at: Place, x: float, y: float, r: float, mood: Mood, look: Look, lid: Colour) -> None:
    """One eye of radius `r`; `look` moves the pupil forward and down, at most by 1; `lid` is the skin's colour."""
    pen, pixels = max(1.6, at.pen * 0.75), r * at.size
    if mood == "love":
        sheet.shape(at(heart(x, y, 1.25 * r)), HEART, pen * 0.8, tip=max(3.0, pixels * 0.7))
        return
    if pixels < 4.5:  # too small for a white: a dot, as one draws small figures
        tall = 1.3 if mood in ("shocked", "shout") else 0.8
        sheet.line(at([(x, y - tall * r), (x, y + 0.6 * r)]), INK, max(2.2, pixels), 0.2)
        return
    wide = 1.18 if mood in ("shocked", "shout") else 1.0
    sheet.shape(at(oval(x, y, 0.8 * r * wide, r * wide)), None, pen)
    small = 0.27 if mood == "shocked" else 0.5
    px, py = x + look[0] * 0.36 * r, y + look[1] * 0.42 * r
    sheet.cover(at(oval(px, py, small * r, small * r * 1.15)), INK)
    if small * pixels > 3.5:
        sheet.cover(at(oval(px + 0.16 * r, py - 0.2 * r, 0.17 * r)), WHITE)
    if mood in ("bored", "smug"):
        hood = at(
            [
                (x - 0.78 * r, y),
                (x - 0.6 * r, y - 0.8 * r),
                (x, y - 1.02 * r),
                (x + 0.6 * r, y - 0.8 * r),
                (x + 0.78 * r, y),
            ]
        )
        sheet.shape(hood, lid, pen, tip=4)


def brow(sheet: Sheet, at: Place, x: float, y: float, half: float, mood: Mood, side: int, ink: Colour = INK) -> None:
    """One brow, `half` as wide to each side; `side` is -1 for the eye at the back and 1 for the one in front."""
    inner, outer = _BROWS[mood]
    ends = [(x - side * half, y - inner * 1.3), (x, y - 0.06 - (inner + outer) / 2), (x + side * half, y - outer * 1.3)]
    sheet.line(at(curve(ends)), ink, max(2.0, at.pen * 1.25), 0.5)


def mouth(sheet: Sheet, at: Place, x: float, y: float, half: float, mood: Mood) -> None:
    """A mouth, `half` as wide to each side."""
    pen = max(1.8, at.pen * 0.85)
    if mood in ("happy", "love", "shout"):
        deep = 1.25 if mood == "shout" else 0.85
        lips = [
            (x - half, y),
            (x, y + 0.12 * half),
            (x + half, y),
            (x + 0.7 * half, y + 0.75 * deep * half),
            (x, y + deep * half),
            (x - 0.7 * half, y + 0.75 * deep * half),
        ]
        if mood == "shout":
            lips[1] = (x, y - 0.35 * half)
        sheet.shape(at(curve(lips, True, 4)), MOUTH, pen, tip=4)
        if half * at.size > 7:
            sheet.cover(at(oval(x, y + deep * 0.78 * half, 0.42 * half, 0.2 * half)), TONGUE)
    elif mood == "shocked":
        sheet.shape(at(oval(x, y + 0.25 * half, 0.42 * half, 0.6 * half)), MOUTH, pen, tip=4)
    elif mood == "angry":
        box = [
            (x - half, y + 0.5 * half),
            (x - 0.85 * half, y),
            (x, y - 0.2 * half),
            (x + 0.85 * half, y),
            (x + half, y + 0.5 * half),
        ]
        sheet.shape(at(curve(box, True, 4)), None, pen)
        for k in (-0.5, 0.0, 0.5):
            sheet.line(at([(x + k * half, y - 0.1 * half), (x + k * half, y + 0.5 * half)]), INK, pen * 0.6, 0.3)
    else:
        lift: dict[Mood, list[float]] = {"smug": [0.15, 0.2, -0.35], "bored": [0.05, 0, 0.05], "sad": [0.4, 0, 0.4]}
        a, b, c = lift.get(mood, [0.12, 0.0, 0.05])
        sheet.line(at(curve([(x - half, y + a * half), (x, y + b * half), (x + half, y + c * half)])), INK, pen, 0.5)


def tears(sheet: Sheet, at: Place, x: float, y: float, r: float) -> None:
    """A fat tear under an eye at (x, y)."""
    drop = [(x, y), (x + 0.6 * r, y + 1.3 * r), (x, y + 2 * r), (x - 0.6 * r, y + 1.3 * r)]
    sheet.shape(at(curve(drop, True, 5)), TEAR, max(1.4, at.pen * 0.6), tip=4)
