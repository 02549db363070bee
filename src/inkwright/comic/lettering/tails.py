"""Where tails point: to the speaker's mouth and just short of the head, or into the next balloon of the same speech."""

import math
from dataclasses import replace

from inkwright.book import Balloon, Panel
from inkwright.comic.lettering.balloon import Placed, edge, reach
from inkwright.comic.lettering.ground import Figure, speaker_of
from inkwright.comic.lettering.placing import linked

LINK = 3.5
"""The widest gap between two balloons of one speech that is bridged, in sizes of their letters."""


def aim(
    balloons: list[Balloon], placed: list[Placed], panel: Panel, figures: list[Figure], margin: float
) -> list[Placed]:
    """Gives placed balloons their tails.

    Args:
        balloons: of a panel, in reading order.
        placed: as many; their tips are not read.
        panel: theirs.
        figures: the panel's figures in page pixels.
        margin: room kept to the panel's edge, in pixels.

    Returns:
        The same balloons; `tip` is None for captions, sounds and words without a speaker.
    """
    made = []
    for k, (balloon, own) in enumerate(zip(balloons, placed, strict=True)):
        following = placed[k + 1] if k + 1 < len(placed) and linked(balloon, balloons[k + 1]) else None
        joined = False
        tip: tuple[float, float] | None
        if balloon.tail is not None:
            tip = panel.box[0] + float(balloon.tail[0]), panel.box[1] + float(balloon.tail[1])
        elif not balloon.speaker or balloon.kind in ("caption", "sound"):
            tip = None
        elif following and balloons[k + 1].tail is None and _gap(own, following) <= LINK * own.size:
            tip, joined = (following.cx, following.cy), True
        else:
            speaker = speaker_of(balloon, figures, own.cx, own.cy)
            if speaker:
                tip = _to_speaker(own, speaker)
            elif panel.appearances:
                tip = _off_panel(own, panel)
            else:
                tip = _downward(own, panel, margin)
        made.append(replace(own, tip=tip, joined=joined))
    return made


def _off_panel(own: Placed, panel: Panel) -> tuple[float, float]:
    """The others of this panel are marked, the speaker is not: he is outside, and the tail ends at the nearest side."""
    x0, y0, width, height = panel.box
    to_left, to_right = own.cx - own.a - x0, x0 + width - own.cx - own.a
    down = min(own.cy + 0.8 * own.b + 0.6 * own.size, y0 + height)
    far = min(to_left, to_right)
    if far > 6 * own.size:  # a tail right across the panel would point at somebody else
        return _downward(own, panel, 0.0)
    return (float(x0) if to_left <= to_right else float(x0 + width)), down


def _gap(first: Placed, second: Placed) -> float:
    dx = abs(first.cx - second.cx) - first.a - second.a
    dy = abs(first.cy - second.cy) - first.b - second.b
    return math.hypot(max(0.0, dx), max(0.0, dy))


def _downward(own: Placed, panel: Panel, margin: float) -> tuple[float, float]:
    """The speaker has no box in this panel: a short tail, down and a little towards the panel's middle."""
    x0, y0, width, height = panel.box
    lean = 0.8 * own.size * (1 if own.cx < x0 + width / 2 else -1)
    down = own.b + reach(own.look, own.size) + 1.8 * own.size
    return own.cx + lean, min(own.cy + down, y0 + height - margin)


def _to_speaker(own: Placed, speaker: Figure) -> tuple[float, float] | None:
    """Most of the way from the outline to the head, in the direction of the mouth."""
    dx, dy = speaker.mouth[0] - own.cx, speaker.mouth[1] - own.cy
    far = math.hypot(dx, dy)
    if far < 1e-6:
        return None
    ux, uy = dx / far, dy / far
    inside = edge(own, ux, uy)
    room = far - inside - speaker.clearance(ux, uy) - 0.25 * own.size
    if room > 0.4 * own.size:
        length = inside + min(room, max(0.65 * room, 2.2 * own.size), 8 * own.size)
    elif far > inside:
        length = inside + 0.7 * own.size
    else:
        return None  # the balloon stands on the mouth itself
    return own.cx + ux * length, own.cy + uy * length
