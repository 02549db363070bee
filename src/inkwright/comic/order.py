"""Reading order: recursive XY-cut, rows before columns.

Source: G. Nagy, S. Seth, "Hierarchical representation of optically scanned documents", 1984. Differs from it: the
cuts are made between the panels' boxes and not between pixels, and boxes may overlap a little at a cut, because
slanted panels and art that crosses a gutter make their boxes overlap.
"""

from collections.abc import Sequence

from inkwright.errors import InternalError

BoxTuple = tuple[int, int, int, int]
OVERLAPS = ((0.0, 0.06, 0.12), (0.2, 0.3, 0.4))
"""Shares of a box that may lie across a cut, tried in turn: first for rows, then for columns, then looser for both.
A page scanned askew has rows that overlap a little and are rows all the same."""


def reading_order(boxes: Sequence[BoxTuple], direction: str = "ltr") -> list[int]:
    """The indices of `boxes` in the order in which they are read; a total order that no permutation changes.

    Args:
        boxes: (x, y, width, height) in pixels.
        direction: "ltr", or "rtl" for manga, where columns run from right to left.

    Raises:
        InternalError: another direction.
    """
    if direction not in ("ltr", "rtl"):
        raise InternalError(f"Unknown reading direction '{direction}'.", "Use 'ltr' or 'rtl'.")
    rtl = direction == "rtl"
    if rtl:  # mirrored, so that one rule serves both
        boxes = [(-x - w, y, w, h) for x, y, w, h in boxes]
    start = sorted(range(len(boxes)), key=lambda i: (boxes[i][1], boxes[i][0], boxes[i][3], boxes[i][2], i))
    return _cut(start, boxes)


def _cut(members: list[int], boxes: Sequence[BoxTuple]) -> list[int]:
    if len(members) < 2:
        return members
    tries = [(axis, overlap) for level in OVERLAPS for axis in (1, 0) for overlap in level]
    for axis, overlap in tries:
        groups = _groups(members, boxes, axis, overlap)
        if len(groups) > 1:
            return [i for group in groups for i in _cut(group, boxes)]
    return members  # boxes that lie on top of each other: from the top, then from the side


def _groups(members: list[int], boxes: Sequence[BoxTuple], axis: int, overlap: float) -> list[list[int]]:
    """Members in groups that do not overlap along an axis, in order; each box is shortened by `overlap`."""
    spans = []
    for i in members:
        start, size = boxes[i][axis], boxes[i][axis + 2]
        spans.append((start + overlap * size / 2, start + size - overlap * size / 2, i))
    spans.sort(key=lambda span: (span[0], span[1], members.index(span[2])))
    groups: list[list[int]] = []
    reach = float("-inf")
    for low, high, i in spans:
        if low >= reach or not groups:
            groups.append([])
        groups[-1].append(i)
        reach = max(reach, high)
    return [sorted(group, key=members.index) for group in groups]
