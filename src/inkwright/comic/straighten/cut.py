"""From a page's sides and tilt to the homography that shows it straight, and the straight page's size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inkwright.comic.straighten.border import Border
from inkwright.comic.straighten.perspective import Field, between, box_corners, inverse, moved, page_size, turn
from inkwright.comic.straighten.tilt import Tilt

INSET = 0.002
"""Share of a page's side that is cut off at an edge that was seen, so that no sliver of desk stays."""
LEVEL = 1.5
"""Degrees by which the sides of a sheet in a flat scan may differ."""
CONVERGED = 0.4
"""Degrees between opposite sides from which they converge."""


@dataclass(frozen=True)
class Cut:
    """A page cut out of a picture.

    Attributes:
        size: width and height of what is cut out.
        matrix: (3, 3) from corners of pixels of the picture to those of what is cut out.
        corners: (4, 2) the page's corners in the picture, clockwise from the top left.
        degrees: by how much the page was turned, clockwise.
        converged: whether its sides converged.
    """

    size: tuple[int, int]
    matrix: Field
    corners: Field
    degrees: float
    converged: bool


def cut_out(border: Border, picture: tuple[int, int], inset: float = INSET) -> Cut:
    """The page cut out along the sides that are seen.

    Args:
        border: at least one side of it is seen.
        picture: width and height of the picture.
        inset: see `INSET`.
    """
    if sum(border.seen) < 3:
        return _banded(border, picture, inset)
    corners = _closed(border, picture)
    width, height = page_size(corners, picture)
    a, b, c, d = corners
    along = (b - a) + (c - d)
    degrees = float(np.degrees(np.arctan2(along[1], along[0])))
    matrix, size = _inset(between(corners, box_corners(width, height)), (width, height), border.seen, inset)
    return Cut(size, matrix, corners, degrees, _convergence(corners) > CONVERGED)


def _inset(
    matrix: Field, size: tuple[int, int], seen: tuple[bool, bool, bool, bool], share: float
) -> tuple[Field, tuple[int, int]]:
    """A little less at each side that is seen."""
    width, height = size
    left, top, right, bottom = (
        round(share * side) if one else 0 for one, side in zip(seen, (width, height, width, height), strict=True)
    )
    shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64)
    return shift @ matrix, (width - left - right, height - top - bottom)


def _banded(border: Border, picture: tuple[int, int], inset: float) -> Cut:
    """Bands at one or two sides cut off: a scanner's bed is level, so there is no perspective to be told from them."""
    leans, weights = [], []
    for k, one in enumerate(border.seen):
        if one:
            way = border.corners[k] - border.corners[(k + 3) % 4]  # clockwise around the page
            lean = float(np.degrees(np.arctan2(way[1], way[0]))) - (-90.0, 0.0, 90.0, 180.0)[k]
            leans.append((lean + 180) % 360 - 180)
            weights.append(float(np.hypot(*way)))
    degrees = float(np.average(leans, weights=weights)) if max(leans) - min(leans) < LEVEL else 0.0
    matrix = turn(degrees, (picture[0] / 2, picture[1] / 2))
    x, y = moved(border.corners, matrix).T
    left, right = x[[3, 0]], x[[1, 2]]
    top, bottom = y[[0, 1]], y[[2, 3]]
    seen = border.seen
    low = (float(left.mean() if seen[0] else left.min()), float(top.mean() if seen[1] else top.min()))
    high = (float(right.mean() if seen[2] else right.max()), float(bottom.mean() if seen[3] else bottom.max()))
    size = (max(16, round(high[0] - low[0])), max(16, round(high[1] - low[1])))
    matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ matrix
    corners = moved(box_corners(*size), inverse(matrix))
    matrix, size = _inset(matrix, size, seen, inset)
    return Cut(size, matrix, corners, degrees, False)


def _closed(border: Border, picture: tuple[int, int]) -> Field:
    """Four corners of a page of which three sides are seen: the fourth is laid along the opposite one."""
    if all(border.seen):
        return border.corners
    k = border.seen.index(False)
    corners = border.corners.copy()
    # Side k runs from corner k-1 to corner k; the opposite one from k+1 to k+2.
    way = corners[(k + 1) % 4] - corners[(k + 2) % 4]
    lines = []
    for a, b in ((corners[(k + 2) % 4], corners[(k + 3) % 4]), (corners[(k + 1) % 4], corners[k])):
        lines.append((a, b - a))
    frame = box_corners(*picture)
    normal = np.array([-way[1], way[0]]) / np.hypot(*way)
    if float(normal @ (corners[k] - corners[(k + 1) % 4])) < 0:
        normal = -normal
    far = float(np.mean([normal @ corners[k], normal @ corners[(k + 3) % 4]]))
    far = min(far, float((frame @ normal).max()))
    for index, (a, along) in zip(((k + 3) % 4, k), lines, strict=True):
        corners[index] = a + along * ((far - normal @ a) / (normal @ along))
    return np.asarray(corners, np.float64)


def _convergence(corners: Field) -> float:
    """Degrees by which opposite sides converge at most."""
    found = []
    for k in (0, 1):
        a, b = corners[(k + 1) % 4] - corners[k], corners[(k + 2) % 4] - corners[(k + 3) % 4]
        found.append(abs(float(np.degrees(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)))))
    return max(found)


def levelled(tilt: Tilt, size: tuple[int, int]) -> tuple[Field, tuple[int, int]]:
    """The homography that lays a tilted page level, and its size."""
    if not tilt.lying and not tilt.standing:
        return turn(tilt.degrees, (size[0] / 2, size[1] / 2)), size
    ends = [(-0.5 if k < 2 else 0.5) * (tilt.standing if k % 2 == 0 else tilt.lying) for k in range(4)]
    return unbent([tilt.degrees + end for end in ends], size)


def unbent(leans: Sequence[float], size: tuple[int, int]) -> tuple[Field, tuple[int, int]]:
    """The homography that lays a page straight whose sides lean, and its size.

    Args:
        leans: degrees clockwise of its left, upper, right and lower side, each turned about its middle.
        size: width and height of the page.
    """
    width, height = size
    lines = []  # left, top, right, bottom: a point and a direction
    for k in range(4):
        end, lean = -0.5 if k < 2 else 0.5, np.radians(leans[k])
        if k % 2 == 0:
            lines.append(np.cross([width * (end + 0.5), height / 2, 1], [-np.sin(lean), np.cos(lean), 0]))
        else:
            lines.append(np.cross([width / 2, height * (end + 0.5), 1], [np.cos(lean), np.sin(lean), 0]))
    corners = []
    for u, v in ((0, 1), (2, 1), (2, 3), (0, 3)):
        x, y, w = np.cross(lines[u], lines[v])
        corners.append([x / w, y / w])
    quad = np.array(corners, np.float64)
    made = page_size(quad, size)
    return between(quad, box_corners(*made)), made


def framed(more: Field, before: tuple[int, int], size: tuple[int, int], drawn: Field) -> tuple[Field, tuple[int, int]]:
    """A turn whose frame is as large as before, or larger where something drawn would be cut off.

    Args:
        more: the turn.
        before: width and height before it.
        size: the same after it.
        drawn: (n, 2) places before it where something is drawn.
    """
    low, high = np.zeros(2), np.array(size, np.float64)
    if len(drawn) > 20:
        places, pad = moved(drawn, more), 0.01 * max(size)
        reach = moved(box_corners(*before), more)
        least = np.maximum(np.percentile(places, 0.2, axis=0) - pad, reach.min(0))
        most = np.minimum(np.percentile(places, 99.8, axis=0) + pad, reach.max(0))
        low, high = np.minimum(np.floor(least), 0), np.maximum(np.ceil(most), high)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    return shift @ more, (round(high[0] - low[0]), round(high[1] - low[1]))
