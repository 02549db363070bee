"""Reading order: recursive XY-cut, rows before columns.

Source: G. Nagy, S. Seth, "Hierarchical representation of optically scanned documents", 1984. Differs from it: the
cuts are made between the panels' boxes and not between pixels, and boxes may overlap a little at a cut, because
slanted panels and art that crosses a gutter make their boxes overlap. Cuts may lean where outlines are known. Two
facing pages in one picture are read one after the other.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inkwright.errors import InternalError

BoxTuple = tuple[int, int, int, int]
Outline = NDArray[np.float64]
DIRECTIONS = ("ltr", "rtl", "strip")
NARROW = (0.0, 0.06, 0.12)
WIDE = (0.2, 0.3, 0.4)
"""Shares of a box that may lie across a cut, tried in turn: first for rows, then for columns, then looser for both.
A page scanned askew has rows that overlap a little and are rows all the same."""
LEANS = (6, 12, 18, 24, 30, 36, 42, 45)
"""Degrees by which cuts between outlines may lean, both ways; nothing lies across them but what 0.03 lets."""
USUAL = {(axis, float(turn)) for lean in LEANS for turn in (lean, -lean) for axis in (0, 1)}
"""Axis and degrees of such cuts: 1 for those that lie."""
_Grouping = Callable[[list[int], Sequence[BoxTuple]], list[list[int]]]
SLIGHT = 12
"""Degrees up to which tiers lean before columns that overlap are tried."""
SPREAD = 1.15
"""Width of two facing pages in shares of their height."""


def reading_order(
    boxes: Sequence[BoxTuple], direction: str = "ltr", outlines: Sequence[Outline] | None = None
) -> list[int]:
    """The indices of `boxes` in the order in which they are read; a total order that no permutation changes.

    Args:
        boxes: (x, y, width, height) in pixels.
        direction: "ltr", "rtl" for manga, where columns run from right to left, or "strip" for webtoons, which run
            from the top to the bottom.
        outlines: (n, 2) corners x, y of each panel, where slanted panels are to be told apart along a slanted line.

    Raises:
        InternalError: another direction.
    """
    if direction not in DIRECTIONS:
        raise InternalError(f"Unknown reading direction '{direction}'.", f"Use one of: {', '.join(DIRECTIONS)}.")
    if direction == "rtl":  # mirrored, so that one rule serves both
        boxes = [(-x - w, y, w, h) for x, y, w, h in boxes]
        outlines = None if outlines is None else [one * np.array([-1.0, 1.0]) for one in outlines]
    start = sorted(range(len(boxes)), key=lambda i: (boxes[i][1], boxes[i][0], boxes[i][3], boxes[i][2], i))
    if direction == "strip":
        return start
    hosts = {i: _host(i, boxes, outlines) for i in start}

    def read(host: int | None) -> list[int]:
        """Those set into a host, each followed by what is set into it."""
        members = [i for i in start if hosts[i] == host]
        pages = _facing_pages(members, boxes) if host is None else [members]
        return [j for page in pages for i in _cut(page, boxes, outlines) for j in (i, *read(i))]

    return read(None)


def _host(i: int, boxes: Sequence[BoxTuple], outlines: Sequence[Outline] | None) -> int | None:
    """The smallest panel that a panel of at most half its size lies in."""
    x, y, w, h = boxes[i]
    inside = []
    for k, (hx, hy, hw, hh) in enumerate(boxes):
        if 2 * w * h > hw * hh or not (hx <= x and hy <= y and x + w <= hx + hw and y + h <= hy + hh):
            continue
        if outlines is None or (len(outlines[k]) == 4 and _is_box(outlines[k])):
            inside.append((hw * hh, boxes[k], k))
    return min(inside)[2] if inside else None


def _is_box(corners: Outline) -> bool:
    """Whether the sides of four corners lie and stand; what leans may have its neighbour in its box."""
    sides = np.abs(np.roll(corners, -1, 0) - corners)
    return bool((sides.min(1) <= 0.02 * sides.max(1)).all())


def _facing_pages(members: list[int], boxes: Sequence[BoxTuple]) -> list[list[int]]:
    """Members of the left and of the right page of a spread, or all of them.

    Between pages lie two margins: more than between rows.
    """
    if len(members) < 4:
        return [members]
    low, high = (f(boxes[i][0] + (boxes[i][2] if k else 0) for i in members) for k, f in enumerate((min, max)))
    top, bottom = (f(boxes[i][1] + (boxes[i][3] if k else 0) for i in members) for k, f in enumerate((min, max)))
    if high - low < SPREAD * (bottom - top):
        return [members]
    middle = (low + high) / 2
    halves = [[i for i in members if (boxes[i][0] + boxes[i][2] / 2 < middle) == left] for left in (True, False)]
    if not all(halves):
        return [members]
    ends = max(boxes[i][0] + boxes[i][2] for i in halves[0])
    begins = min(boxes[i][0] for i in halves[1])
    gaps = [gap for half in halves for gap in _row_gaps(half, boxes)]
    near = abs((ends + begins) / 2 - middle) < 0.06 * (high - low)
    return halves if near and gaps and begins - ends > 1.5 * max(0.0, float(np.median(gaps))) else [members]


def _row_gaps(members: list[int], boxes: Sequence[BoxTuple]) -> list[float]:
    """The heights of the gaps between rows."""
    rows = _groups(members, boxes, 1, NARROW[-1])
    ends = [max(boxes[i][1] + boxes[i][3] for i in row) for row in rows]
    return [float(min(boxes[i][1] for i in row) - end) for end, row in zip(ends, rows[1:], strict=False)]


def _cut(members: list[int], boxes: Sequence[BoxTuple], outlines: Sequence[Outline] | None) -> list[int]:
    if len(members) < 2:
        return members
    for cut in _tried(members, outlines):
        groups = cut(members, boxes)
        if len(groups) > 1:
            return [i for group in groups for i in _cut(group, boxes, outlines)]
    return members  # boxes that lie on top of each other: from the top, then from the side


def _tried(members: list[int], outlines: Sequence[Outline] | None) -> Iterator[_Grouping]:
    """Ways to group panels in the order in which they are tried: rows before columns, straight and clear ones first."""

    def straight(axis: int, overlap: float) -> _Grouping:
        return lambda members, boxes: _groups(members, boxes, axis, overlap)

    def leaning(axis: int, turn: float) -> _Grouping:
        return lambda members, boxes: _leaning(members, outlines or (), axis, turn)

    yield from (straight(1, overlap) for overlap in NARROW)
    own = set() if outlines is None else _own_leans([outlines[i] for i in members])
    leans = [] if outlines is None else _straightest(own | USUAL)
    # Tiers that lean as their panels do come before columns: the columns of two tiers may happen to lie in line.
    yield from (leaning(1, turn) for axis, turn in _straightest(own) if axis and abs(turn) <= SLIGHT)
    yield straight(0, NARROW[0])
    yield from (leaning(axis, turn) for axis, turn in leans if abs(turn) <= SLIGHT)
    yield from (straight(0, overlap) for overlap in NARROW[1:])
    yield from (leaning(axis, turn) for axis, turn in leans if abs(turn) > SLIGHT)
    yield from (straight(axis, overlap) for axis in (1, 0) for overlap in WIDE)


def _own_leans(outlines: Sequence[Outline]) -> set[tuple[int, float]]:
    """Axis and degrees of cuts that lean as the panels' own sides do."""
    found = set()
    for corners in outlines:
        sides = np.roll(corners, -1, 0) - corners
        long = np.hypot(*sides.T) >= 0.25 * np.ptp(corners, 0).max()
        for dx, dy in sides[long].tolist():
            axis = int(abs(dx) >= abs(dy))
            turn = round(float(np.degrees(np.arctan2(dy, dx) if axis else -np.arctan2(dx, dy))) * 2) / 2
            found.add((axis, (turn + 90) % 180 - 90))
    return found


def _straightest(leans: set[tuple[int, float]]) -> list[tuple[int, float]]:
    """Axis and degrees of cuts, the straightest first; of equals, rows."""
    return sorted(leans, key=lambda one: (abs(one[1]), -one[0], -one[1]))


def _leaning(members: list[int], outlines: Sequence[Outline], axis: int, turn: float) -> list[list[int]]:
    """Members in groups that a line leaning by `turn` degrees tells apart."""
    angle = np.radians(turn)
    normal = np.array([-np.sin(angle), np.cos(angle)]) if axis else np.array([np.cos(angle), np.sin(angle)])
    spans = []
    for i in members:
        along = outlines[i] @ normal
        low, high = float(along.min()), float(along.max())
        spans.append((low + 0.015 * (high - low), high - 0.015 * (high - low), i))
    return _apart(spans, members)


def _groups(members: list[int], boxes: Sequence[BoxTuple], axis: int, overlap: float) -> list[list[int]]:
    """Members in groups that do not overlap along an axis, in order; each box is shortened by `overlap`."""
    spans = []
    for i in members:
        start, size = boxes[i][axis], boxes[i][axis + 2]
        spans.append((start + overlap * size / 2, start + size - overlap * size / 2, i))
    return _apart(spans, members)


def _apart(spans: list[tuple[float, float, int]], members: list[int]) -> list[list[int]]:
    """Members whose spans (from, to, member) overlap, together."""
    spans.sort(key=lambda span: (span[0], span[1], members.index(span[2])))
    groups: list[list[int]] = []
    reach = float("-inf")
    for low, high, i in spans:
        if low >= reach or not groups:
            groups.append([])
        groups[-1].append(i)
        reach = max(reach, high)
    return [sorted(group, key=members.index) for group in groups]
