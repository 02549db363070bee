"""Where balloons stand in a panel: in free space, near the top, in reading order, off faces, near their speakers.

The balloons are placed one after the other by a small beam search over all places of all forms of their words.
Coordinates are page pixels, y downward.
"""

import math
from dataclasses import dataclass

import numpy as np

from inkwright.book import Balloon
from inkwright.comic.lettering.balloon import Placed, look_of, reach
from inkwright.comic.lettering.forms import Form
from inkwright.comic.lettering.ground import Field, Ground, Places, speaker_of

BEAM = 24
_KEPT = 4
"""Best places kept of each form of a balloon."""
CROSSED = 3.0
"""Cost of a tail that runs all the way under another balloon."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Wish:
    """A balloon to be placed: what it is, and the forms its words can take."""

    balloon: Balloon
    forms: list[Form]


@dataclass(frozen=True)
class _State:
    cost: float
    placed: tuple[Placed, ...]
    face: float


def linked(first: Balloon, second: Balloon) -> bool:
    """Whether two successive balloons are one speech: the first then leads to the second, which has the tail."""
    aloud = {"speech", "whisper", "shout"}
    return bool(first.speaker) and first.speaker == second.speaker and {first.kind, second.kind} <= aloud


def place(
    ground: Ground,
    wishes: list[Wish],
    fixed: list[Placed | None],
    gap: float,
    rtl: bool,
    others: tuple[Placed, ...] = (),
) -> tuple[list[Placed], float, float] | None:
    """Places the balloons of a panel in reading order.

    Args:
        ground: the panel.
        wishes: the balloons in reading order.
        fixed: as many; a balloon that already has its place, or None.
        gap: room between two balloons, in pixels.
        rtl: True where one reads from right to left.
        others: balloons of other panels that these keep off.

    Returns:
        The placed balloons, each with its speaker's mouth as its tip; the largest share of a face that one of them
        covers; and the cost of it all. None where they find no room together.
    """
    states = [_State(0.0, (), 0.0)]
    anchored = [*(p for p in fixed if p is not None), *others]
    for k, (wish, given) in enumerate(zip(wishes, fixed, strict=True)):
        if given is not None:
            states = [_State(s.cost, (*s.placed, given), s.face) for s in states]
            continue
        joined = k > 0 and linked(wishes[k - 1].balloon, wish.balloon)
        grown: list[_State] = []
        for form in wish.forms:
            extra = reach(look_of(wish.balloon), form.size)
            places = ground.places(form, extra)
            if places is None:
                continue
            spot = _Spot(wish.balloon, form, places, extra, _mouth(ground, wish.balloon, places), joined)
            base = _leaning(ground, spot, k, len(wishes), rtl)
            known: dict[tuple[Placed, str], Field] = {}  # the states share most of their earlier balloons
            for state in states:
                cost = base.copy()
                for pair in _neighbours(state.placed, anchored, spot):
                    if pair not in known:
                        known[pair] = _pair(*pair, spot, gap, rtl)
                    cost += known[pair]
                grown += _best(state, spot, cost)
        states = sorted(grown, key=lambda s: s.cost)[:BEAM]
        if not states:
            return None
    return list(states[0].placed), states[0].face, states[0].cost


@dataclass(frozen=True)
class _Spot:
    """One form of a balloon that looks for its place; `joined`: it goes on where the one before it ended."""

    balloon: Balloon
    form: Form
    places: Places
    extra: float
    mouth: Point | None
    joined: bool

    @property
    def half(self) -> Point:
        return self.form.half_width + self.extra, self.form.half_height + self.extra


def _mouth(ground: Ground, balloon: Balloon, places: Places) -> Point | None:
    speaker = speaker_of(balloon, ground.figures, float(places.x.mean()), float(places.y.min()))
    return speaker.mouth if speaker else None


def _leaning(ground: Ground, spot: _Spot, k: int, n: int, rtl: bool) -> Field:
    """Costs that do not depend on the other balloons: high up, on its side, near its speaker."""
    balloon, x, y = spot.balloon, spot.places.x, spot.places.y
    high = (y - y.min()) / ground.height
    from_side = (x.max() - x if rtl else x - x.min()) / ground.width
    if balloon.kind == "sound":
        middle = np.hypot((x - ground.x0) / ground.width - 0.5, (y - ground.y0) / ground.height - 0.4)
        return np.asarray(spot.places.cost + 0.4 * middle)
    if balloon.kind == "caption":
        if n > 1 and k == n - 1:  # a caption that ends a panel stands at its foot, on the ground or before legs
            foot = 1.5 * (high.max() - high) + 0.5 * (from_side.max() - from_side)
            return np.asarray(0.5 * spot.places.cost + foot)
        return np.asarray(spot.places.cost + 1.6 * high + 0.8 * from_side)
    cost = spot.places.cost + (1.5 + 0.4 * (n - 1 - k)) * high  # those that follow need the room below
    if n > 1:
        cost = cost + 0.35 * np.abs(from_side - (k + 0.5) / n)
    if spot.mouth is None:
        return np.asarray(cost)
    mouth_x, mouth_y = spot.mouth
    way = np.hypot(x - mouth_x, y - mouth_y)
    far = 0.5 * way / math.hypot(ground.width, ground.height) + 0.03 * np.maximum(0, way / spot.form.size - 9)
    # Speech stands above the mouth; straight above is as good as a little aside.
    aside = np.maximum(0, np.abs(x - mouth_x) / ground.width - 0.12)
    below = np.maximum(0, (y - mouth_y) / ground.height)
    others = [f for f in ground.figures if not f.flat and f.name != balloon.speaker]
    crossed = sum((_crossing(x, y, mouth_x, mouth_y, f.box) for f in others), np.zeros_like(x))
    return np.asarray(cost + far + 0.6 * aside + 0.8 * below + 2.0 * crossed)


def _crossing(
    x: Field, y: Field, to_x: float, to_y: float, box: tuple[Field | float, Field | float, float, float]
) -> Field:
    """How much of the way from (x, y) to (to_x, to_y) lies in a box (left, top, width, height): 0, or 0.5 to 1."""
    left, top, width, height = box
    hits = np.zeros(np.broadcast(x, left).shape)
    for t in np.linspace(0.1, 0.95, 6):
        px, py = x + (to_x - x) * t, y + (to_y - y) * t
        hits += (px > left) & (px < left + width) & (py > top) & (py < top + height)
    return np.where(hits > 0, 0.5 + hits / 12, 0.0)


def _neighbours(placed: tuple[Placed, ...], anchored: list[Placed], spot: _Spot) -> list[tuple[Placed, str]]:
    """The other balloons with their turns; see `_pair`. A sound is part of the drawing and has no turn."""
    found = [(other, "any") for other in anchored if other not in placed]
    for other in placed:
        free = "sound" in (other.kind, spot.balloon.kind)
        found.append((other, "any" if free else "joined" if spot.joined and other is placed[-1] else "before"))
    return found


def _pair(other: Placed, turn: str, spot: _Spot, gap: float, rtl: bool) -> Field:
    """What another balloon means for this one.

    Args:
        other: the other balloon.
        turn: "any": the order does not matter; "before": it comes earlier; "joined": it begins the same speech.
        spot: this one.
        gap: room between the two, in pixels.
        rtl: True where one reads from right to left.

    Returns:
        inf where they would touch or be read in the wrong order; else what their tails would cross.
    """
    x, y, (a, b) = spot.places.x, spot.places.y, spot.half
    more = reach(other.look, other.size)
    oa, ob = other.a + more, other.b + more
    apart_x, apart_y = np.abs(x - other.cx) - a - oa, np.abs(y - other.cy) - b - ob
    wrong = (apart_x < gap) & (apart_y < gap)
    if turn == "any":
        return np.where(wrong, np.inf, _across(other, spot))
    ahead = other.cx - x if rtl else x - other.cx
    # Standing back towards the side where reading begins, it must be clearly lower.
    below = y - b >= other.cy + ob * np.where(ahead < 0, 1.0, 0.5)
    beside = (ahead >= 0.5 * (a + oa)) & (y - b >= other.cy - ob - 0.25 * spot.form.size)
    cost = np.where(y < other.cy, 0.3, 0.0)  # the same row is fine; a step down makes the order plain
    if turn == "joined":
        away = np.hypot(np.maximum(0, apart_x), np.maximum(0, apart_y)) / spot.form.size
        cost += 0.05 * away + 0.3 * np.abs(x - other.cx) / (a + oa)
    elif other.tip:
        start = np.full_like(x, other.cx), np.full_like(x, other.cy)
        cost += CROSSED * _crossing(*start, *other.tip, (x - a - gap, y - b, 2 * a + 2 * gap, 2 * b))
    if spot.mouth:
        box = other.cx - oa - gap, other.cy - ob, 2 * oa + 2 * gap, 2 * ob
        cost += CROSSED * _crossing(x, y, *spot.mouth, box)
    return np.where(wrong | ~(below | beside), np.inf, cost)


def _across(other: Placed, spot: _Spot) -> Field:
    """What it costs where a tail would run over a sound, which has no turn but stands in the way all the same."""
    x, y, (a, b) = spot.places.x, spot.places.y, spot.half
    cost = np.zeros_like(x)
    if other.kind == "sound" and spot.mouth:
        box = other.cx - other.a, other.cy - other.b, 2 * other.a, 2 * other.b
        cost += CROSSED * _crossing(x, y, *spot.mouth, box)
    if spot.balloon.kind == "sound" and other.tip:
        start = np.full_like(x, other.cx), np.full_like(x, other.cy)
        cost += CROSSED * _crossing(*start, *other.tip, (x - a, y - b, 2 * a, 2 * b))
    return cost


def _best(state: _State, spot: _Spot, cost: Field) -> list[_State]:
    """The best few places of a form, apart from each other."""
    places, form, (a, b) = spot.places, spot.form, spot.half
    cost = cost.copy()
    found = []
    for _ in range(_KEPT):
        at = np.unravel_index(int(np.argmin(cost)), cost.shape)
        if not np.isfinite(cost[at]):
            break
        x, y = float(places.x[at]), float(places.y[at])
        placed = Placed(spot.balloon, form, x, y, form.half_width, form.half_height, spot.mouth)
        face = max(state.face, float(places.face[at]))
        found.append(_State(state.cost + float(cost[at]), (*state.placed, placed), face))
        cost[(np.abs(places.x - x) < a * 0.7) & (np.abs(places.y - y) < b * 0.7)] = np.inf
    return found
