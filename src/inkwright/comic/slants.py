"""Gutters as lines, and the panels between them as polygons. A slanted gutter is shared by both its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass

from inkwright.comic.tiers import Sized

Line = tuple[float, float, float]
"""(a, b, c): the points with a x + b y = c."""
Corner = tuple[float, float]
Quad = tuple[Corner, Corner, Corner, Corner]
"""Corners from the top left, clockwise."""
STEEPEST = 0.2
"""How far a gutter's end may move, in shares of the smaller panel beside it: panels stay panels."""


@dataclass(frozen=True)
class Area:
    """The page inside its margins, in pixels, and the width of its gutters."""

    left: float
    top: float
    right: float
    bottom: float
    gutter: float


@dataclass(frozen=True)
class Leans:
    """Tangents of the angles by which gutters lean; 0 is straight.

    Attributes:
        between: of the gutter below each tier but the last; positive falls to the right.
        inside: of the gutters of each tier, from the left; positive leans like a backslash.
        stacks: of the gutter in each column of two; one for each tier.
    """

    between: tuple[float, ...]
    inside: tuple[tuple[float, ...], ...]
    stacks: tuple[float, ...]

    @classmethod
    def straight(cls, sized: Sized) -> "Leans":
        """No gutter leans."""
        tiers = sized.composition
        return cls((0.0,) * (len(tiers) - 1), tuple((0.0,) * (len(tier) - 1) for tier in tiers), (0.0,) * len(tiers))


def quads(sized: Sized, area: Area, leans: Leans) -> list[Quad]:
    """The panels of a page in reading order, as polygons of four corners.

    They never overlap, and lie within the area: gutters that lean are held to `STEEPEST`.
    """
    # Half a gutter lies outside at every edge, so that each panel loses a whole one and all are treated alike.
    start, end = area.top - area.gutter / 2, area.bottom + area.gutter / 2
    width, height = area.right - area.left + area.gutter, end - start
    middle = (area.left + area.right) / 2
    found: list[Quad] = []
    ends = [start + height * sum(sized.heights[: k + 1]) for k in range(len(sized.heights) - 1)]
    tilts = [_held(lean, width / 2, height * min(sized.heights[k : k + 2])) for k, lean in enumerate(leans.between)]
    across = [(0.0, 1.0, start), *(_across(y, t, middle) for y, t in zip(ends, tilts, strict=True)), (0.0, 1.0, end)]
    for k, tier in enumerate(sized.composition):
        low, high = ([start, *ends][k], [*ends, end][k])
        found += _tier(sized, k, tier, (across[k], across[k + 1]), (low, high), area, leans)
    return found


def _tier(
    sized: Sized,
    k: int,
    tier: Sequence[int],
    bounds: tuple[Line, Line],
    span: tuple[float, float],
    area: Area,
    leans: Leans,
) -> list[Quad]:
    """The panels of one tier between its upper and lower gutter."""
    left, width, (low, high) = area.left - area.gutter / 2, area.right - area.left + area.gutter, span
    shares = sized.widths[k]
    ends = [left + width * sum(shares[: n + 1]) for n in range(len(shares) - 1)]
    down = [(1.0, 0.0, left)]
    for n, (x, lean) in enumerate(zip(ends, leans.inside[k], strict=True)):
        down.append(_down(x, _held(lean, (high - low) / 2, width * min(shares[n : n + 2])), (low + high) / 2))
    down.append((1.0, 0.0, left + width))
    found = []
    for n, size in enumerate(tier):
        sides = (down[n], down[n + 1])
        if size == 1:
            found.append(_quad(sides, bounds, area.gutter))
            continue
        y = low + (high - low) * sized.stacks[k][n]
        near = min(y - low, high - y)
        x = left + width * (sum(shares[:n]) + shares[n] / 2)
        between = _across(y, _held(leans.stacks[k], width * shares[n] / 2, near), x)
        found += [_quad(sides, (bounds[0], between), area.gutter), _quad(sides, (between, bounds[1]), area.gutter)]
    return found


def _held(lean: float, reach: float, near: float) -> float:
    """A lean that moves a gutter's end by no more than `STEEPEST` of what is beside it."""
    most = STEEPEST * near / max(reach, 1e-9)
    return min(max(lean, -most), most)


def _across(y: float, lean: float, x: float) -> Line:
    """The line through (x, y) that falls by `lean`."""
    return -lean, 1.0, y - lean * x


def _down(x: float, lean: float, y: float) -> Line:
    """The line through (x, y) that leans by `lean`."""
    return 1.0, -lean, x - lean * y


def _quad(sides: tuple[Line, Line], bounds: tuple[Line, Line], gutter: float) -> Quad:
    left, right = _moved(sides[0], gutter / 2), _moved(sides[1], -gutter / 2)
    top, bottom = _moved(bounds[0], gutter / 2), _moved(bounds[1], -gutter / 2)
    return _meet(left, top), _meet(right, top), _meet(right, bottom), _meet(left, bottom)


def _moved(line: Line, by: float) -> Line:
    a, b, c = line
    return a, b, c + by * float((a * a + b * b) ** 0.5)


def _meet(one: Line, two: Line) -> Corner:
    (a, b, c), (d, e, f) = one, two
    det = a * e - b * d
    return (c * e - b * f) / det, (a * f - c * d) / det


def mirrored(quad: Quad, area: Area) -> Quad:
    """The same panel on a page that is read from right to left."""
    flip = area.left + area.right
    tl, tr, br, bl = ((flip - x, y) for x, y in quad)
    return tr, tl, bl, br


__all__ = ["Area", "Leans", "Quad", "mirrored", "quads"]
