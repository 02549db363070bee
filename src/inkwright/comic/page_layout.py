"""Loose drawings into pages: which drawings share a page, how each page is arranged, and which gutters lean.

The whole book is one search. For every run of drawings that could be a page, all arrangements of `tiers` are sized and
the best are kept; then the cheapest sequence of pages is found by dynamic programming over drawings and the
arrangement of the page before. With P pages of n_p panels, it minimises

    Σ_p n_p · J_p  +  COUNT · Σ_p log(m_p / target)²  +  SAME · Σ_p [page p is arranged as page p - 1]
                                                   +  PLAIN · Σ_p (equal tiers that follow each other)

J_p is the mean over panels of crop and area, see `tiers`; m_p is the sum of importances on the page, so that a page
with important panels has fewer of them. A splash is alone on its page. There is no chance in it: ties go to the first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from inkwright.comic.order import reading_order
from inkwright.comic.slants import Area, Leans, Quad, mirrored, quads
from inkwright.comic.tiers import Composition, Piece, Sized, compositions, sized

COUNT = 16.0
"""Weight of pages that are fuller or emptier than wished."""
SAME = 0.5
"""Weight of a page that is arranged as the one before."""
PLAIN = 0.12
"""Weight of two equal tiers in a row, unless they are all there is."""
KEPT = 8
"""Arrangements of a run of drawings that the search of the book goes on with."""


@dataclass(frozen=True)
class Wanted:
    """A drawing to be set.

    Attributes:
        piece: its shape and importance.
        splash: whether it has a page to itself.
        begins: whether a page begins with it.
        free: left, top, right, bottom: whether a gutter may lean on that side without cutting into what is drawn.
    """

    piece: Piece
    splash: bool = False
    begins: bool = False
    free: tuple[bool, bool, bool, bool] = (True, True, True, True)


@dataclass(frozen=True)
class Rules:
    """What pages shall be like.

    Attributes:
        area: the page inside its margins, in pixels.
        panels: how many panels of ordinary importance a page shall have.
        most: how many it may have.
        slants: "none", "some" or "many" gutters that lean.
        steepness: tangent of the largest angle.
        direction: "ltr" or "rtl".
    """

    area: Area
    panels: float = 5.0
    most: int = 7
    slants: str = "some"
    steepness: float = 0.14
    direction: str = "ltr"


@dataclass(frozen=True)
class Laid:
    """A page: the first of its drawings, how many, and their panels in reading order, corners in page pixels."""

    first: int
    quads: tuple[Quad, ...]
    composition: Composition


@dataclass(frozen=True)
class _Chain:
    """A page and those before it."""

    start: int
    page: Sized
    before: "_Chain | None"


def lay_out(wanted: Sequence[Wanted], rules: Rules) -> list[Laid]:
    """The pages of a run of drawings; every drawing is on exactly one, in order.

    Args:
        wanted: the drawings in reading order.
        rules: what pages shall be like.
    """
    runs = {
        (start, count): _arrangements([w.piece for w in wanted[start : start + count]], rules)
        for start in range(len(wanted))
        for count in range(1, rules.most + 1)
        if _may_be_a_page(wanted, start, count)
    }
    chosen = _cheapest(len(wanted), runs)
    laid = []
    for number, (start, one) in enumerate(chosen):
        count = sum(sum(tier) for tier in one.composition)
        leans = _leans(one, wanted[start : start + count], number, rules)
        places = quads(one, rules.area, leans)
        found = [_fitted(quad, wanted[start + k].piece, rules.area) for k, quad in enumerate(places)]
        if not _in_order(found):  # what hangs in the middle of the page may begin below what is read after it
            found = [_fitted(quad, wanted[start + k].piece, rules.area, True) for k, quad in enumerate(places)]
        if rules.direction == "rtl":
            found = [mirrored(quad, rules.area) for quad in found]
        laid.append(Laid(start, tuple(found), one.composition))
    return laid


def _in_order(found: Sequence[Quad]) -> bool:
    """Whether panels are read from left to right in the order in which they stand."""
    outlines = [np.array(quad) for quad in found]
    low = [np.floor(outline.min(0)).astype(int).tolist() for outline in outlines]
    high = [np.ceil(outline.max(0)).astype(int).tolist() for outline in outlines]
    boxes = [(x0, y0, x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in zip(low, high, strict=True)]
    return reading_order(boxes, "ltr", outlines) == list(range(len(found)))


def _fitted(quad: Quad, piece: Piece, area: Area, hung: bool = False) -> Quad:
    """The panel of a painted picture in its own shape, where its place is another; it keeps to the page's margins.

    `hung`: it hangs from the upper edge of its place, wherever that is.
    """
    (x0, y0), (x1, y1) = quad[0], quad[2]
    if not piece.rigid or (quad[1], quad[3]) != ((x1, y0), (x0, y1)):
        return quad
    width, height = x1 - x0, y1 - y0
    wide, tall = min(width, height * math.exp(piece.high)), min(height, width / math.exp(piece.low))
    left = _held_to(x0, x1, wide, area.left, area.right)
    top = y0 if hung else _held_to(y0, y1, tall, area.top, area.bottom)
    return (left, top), (left + wide, top), (left + wide, top + tall), (left, top + tall)


def _held_to(start: float, end: float, size: float, low: float, high: float) -> float:
    """Where something of `size` begins between `start` and `end`: at the page's margin, or in the middle."""
    at_low, at_high = abs(start - low) < 1, abs(end - high) < 1
    return start if at_low and not at_high else end - size if at_high and not at_low else (start + end - size) / 2


def _may_be_a_page(wanted: Sequence[Wanted], start: int, count: int) -> bool:
    run = wanted[start : start + count]
    if len(run) < count or any(w.begins for w in run[1:]):
        return False
    return count == 1 or not any(w.splash for w in run)


def _arrangements(pieces: Sequence[Piece], rules: Rules) -> list[tuple[float, Sized]]:
    """The best arrangements of a run and what they cost, cheapest first."""
    area = rules.area
    width, height = area.right - area.left + area.gutter, area.bottom - area.top + area.gutter
    most = 5 if width < 1.1 * height else 3
    full = math.log(sum(piece.importance for piece in pieces) / rules.panels)
    ranked = []
    for rank, composition in enumerate(compositions(len(pieces), most)):
        one = sized(pieces, composition, width / height, (area.gutter / width, area.gutter / height))
        plain = sum(a == b for a, b in pairwise(composition))
        cost = len(pieces) * one.cost + COUNT * full**2 + PLAIN * plain
        ranked.append((cost, rank, one))
    ranked.sort(key=lambda entry: entry[:2])
    return [(cost, one) for cost, _, one in ranked[:KEPT]]


def _cheapest(count: int, runs: dict[tuple[int, int], list[tuple[float, Sized]]]) -> list[tuple[int, Sized]]:
    """The sequence of pages that costs least: (first drawing, arrangement) of each."""
    # At each place between drawings: arrangement of the page that ends there → (cost, pages as a chain).
    best: list[dict[Composition, tuple[float, _Chain | None]]] = [{} for _ in range(count + 1)]
    best[0][()] = (0.0, None)
    for (start, size), entries in sorted(runs.items(), key=lambda item: (item[0][0] + item[0][1], item[0][0])):
        for cost, one in entries:
            for last, (before, chain) in best[start].items():
                total = before + cost + SAME * (last == one.composition and size > 1)
                there = best[start + size].get(one.composition)
                if there is None or total < there[0] - 1e-12:
                    best[start + size][one.composition] = (total, _Chain(start, one, chain))
    _, chain = min(best[count].values(), key=lambda entry: entry[0])
    pages: list[tuple[int, Sized]] = []
    while chain is not None:
        pages.append((chain.start, chain.page))
        chain = chain.before
    return pages[::-1]


def _leans(one: Sized, run: Sequence[Wanted], number: int, rules: Rules) -> Leans:
    """Which gutters of a page lean, and how much.

    "some": in the tier of the weightiest panel, its upright gutters, to the other side on every second page; on every
    third page the gutter above or below that tier too. "many": all, from tier to tier to the other side.
    """
    straight = Leans.straight(one)
    if rules.slants == "none" or len(run) < 2:
        return straight
    sign = rules.steepness * (1 if number % 2 else -1)
    many = rules.slants == "many"
    places = _places(one.composition)
    weights = [max(run[n].piece.importance for column in tier for n in column) for tier in places]
    rows = [k for k, tier in enumerate(one.composition) if len(tier) > 1]
    chosen = max(rows, key=lambda k: (weights[k], -abs(k - (len(places) - 1) / 2))) if rows else -1
    inside = []
    for k, tier in enumerate(places):
        turn = sign * (-1 if many and k % 2 else 1) if many or k == chosen else 0.0
        free = [_free(run, left, 2) and _free(run, right, 0) for left, right in pairwise(tier)]
        inside.append(tuple(turn if may else 0.0 for may in free))
    between = []
    for k, (upper, lower) in enumerate(pairwise(places)):
        turn = -sign * 0.6 * (-1 if k % 2 else 1) if many or (number % 3 == 2 and chosen in (k, k + 1)) else 0.0
        free_both = all(_free(run, [c[-1]], 3) for c in upper) and all(_free(run, [c[0]], 1) for c in lower)
        between.append(turn if free_both else 0.0)
    stacks = tuple(
        next((sign * 0.8 for c in tier if len(c) == 2 and many and run[c[0]].free[3] and run[c[1]].free[1]), 0.0)
        for tier in places
    )
    return Leans(tuple(between), tuple(inside), stacks)


def _places(composition: Composition) -> list[list[list[int]]]:
    """The panels' numbers by tier and column."""
    numbers = iter(range(sum(sum(tier) for tier in composition)))
    return [[[next(numbers) for _ in range(size)] for size in tier] for tier in composition]


def _free(run: Sequence[Wanted], column: Sequence[int], side: int) -> bool:
    """Whether a gutter may lean beside all panels of a column."""
    return all(run[n].free[side] for n in column)
