"""How constant colours are across panels, measured on pictures alone; the loss never sees this.

Two measures, both in units of 0.01 OKLab (about 2 can just be told apart):

The consistency ratio looks at elements. The colours of the drawings that are an element's own ("tunic red", "hair
yellow": denser where it is than in the rest of the book) are found, and their mean in the stylized picture is taken
panel by panel. Within: how far these means lie from their own average. Between: how far the averages lie apart. The
ratio within / between, relative to the drawings' own, is 1.00 when the result is as consistent as it was drawn.

The drift looks at the whole book: how far what was one colour of the drawings lies apart in the panels.

Nothing here is shared with what the loss knows of an element's colours.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats
from inkwright.learn.colour import oklab

Lab = NDArray[np.floating]

COLOURS = 12
"""At most so many colours are told apart in an element."""
BOOK_COLOURS = 20
"""At most so many in the whole book."""
REACH = 6.0
"""A pixel belongs to a colour at most this far away."""
BIN, SIDE = 2.0, 64
"""Side of the cells in which colours are counted, and how many there are along L, a and b."""
ZERO = np.array([0, SIDE // 2, SIDE // 2])
"""The cell of black."""
EDGE = 5.0
"""Pixels that differ more than this from a neighbour in the drawing are lines and edges: mixtures, no colours."""
LEAST = 0.015
"""A colour fills at least this share of where its element is."""
OWN = 3.0
"""A colour is an element's own where it is this many times as dense as outside: at 2, the grass that a hero mostly
stands on would still be his."""
MIN_SHARE, MIN_PIXELS = 0.015, 8
"""A colour counts in a panel where it covers this share of the element there, and so many pixels."""
DRIFT_SHARE = 0.005
"""A colour of the book counts in a panel where it covers this share of it."""
FLOOR = 0.5
"""Spreads within are not told from smaller ones: a flat digital colour has none at all in the drawing."""


@dataclass(frozen=True)
class Place:
    """Where an element is in a panel: (H, W) True inside its boxes, or in its true shape where that is known."""

    element: int
    panel: int
    mask: NDArray[np.bool_]


class OwnColours:
    """The elements' own colours in the drawings of a book, and where in the panels they are.

    Args:
        drawings: panels (H, W, 3), RGB in [0, 1].
        places: where the elements are.
        unsure: (element, panel) where an element is, though nobody knows where in the panel.
    """

    def __init__(
        self, drawings: list[Floats], places: list[Place], unsure: Collection[tuple[int, int]] = frozenset()
    ) -> None:
        self.labs = [_lab(drawing) for drawing in drawings]
        self.flat = [_flat(drawing) for drawing in drawings]
        self.spots: dict[int, list[list[tuple[int, NDArray[np.intp]]]]] = {}
        """Element → for each of its colours: (panel, its pixels, counted row by row)."""
        for element in sorted({place.element for place in places}):
            mine = [place for place in places if place.element == element and place.mask.any()]
            if len({place.panel for place in mine}) < 2:
                continue
            spots = self._spots(mine, [j for i, j in unsure if i == element])
            if spots:
                self.spots[element] = spots

    def _spots(self, mine: list[Place], skipped: list[int]) -> list[list[tuple[int, NDArray[np.intp]]]]:
        where: dict[int, NDArray[np.bool_]] = {}
        for place in mine:
            mask = place.mask.reshape(-1)
            where[place.panel] = where[place.panel] | mask if place.panel in where else mask
        inside = [self.labs[j][mask & self.flat[j]] for j, mask in sorted(where.items())]
        outside = []
        for j, lab in enumerate(self.labs):
            if j not in skipped:
                outside.append(lab[self.flat[j] & ~where[j]] if j in where else lab[self.flat[j]])
        return self._followed(where, _Counts(inside), _Counts(outside))

    def _followed(
        self, where: dict[int, NDArray[np.bool_]], inside: "_Counts", outside: "_Counts"
    ) -> list[list[tuple[int, NDArray[np.intp]]]]:
        """The own colours that are in two panels or more."""
        centres = inside.modes(COLOURS)
        own = [inside.density(c) >= OWN * outside.density(c) for c in centres]
        found: list[list[tuple[int, NDArray[np.intp]]]] = [[] for _ in centres]
        for panel, mask in sorted(where.items()):
            at = np.flatnonzero(mask & self.flat[panel])
            label = _nearest(self.labs[panel][at], centres)
            for k in range(len(centres)):
                pixels = at[label == k]
                if own[k] and len(pixels) >= max(MIN_PIXELS, MIN_SHARE * len(at)):
                    found[k].append((panel, pixels))
        return [spots for spots in found if len(spots) >= 2]

    def spread(self, results: list[Floats] | None = None) -> tuple[dict[int, float], float] | None:
        """Spread of the own colours in stylized panels, or in the drawings themselves.

        Colours weigh by the root of their area, elements all alike.

        Returns:
            within, element by element, and between; None where fewer than two colours can be followed.
        """
        labs = self.labs if results is None else [_lab(result) for result in results]
        within, centres = {}, []
        for element, colours in self.spots.items():
            squares, weights = [], []
            for spots in colours:
                means = np.stack([labs[panel][pixels].mean(0, dtype=np.float64) for panel, pixels in spots])
                centres.append(means.mean(0))
                squares.append(((means - means.mean(0)) ** 2).sum(1).mean())
                weights.append(sum(len(pixels) for _, pixels in spots) ** 0.5)
            within[element] = float(np.sqrt(np.average(squares, weights=weights)))
        if len(centres) < 2:
            return None
        between = float(np.sqrt(((np.array(centres) - np.mean(centres, 0)) ** 2).sum(1).mean()))
        return within, between

    def ratio(self, results: list[Floats]) -> tuple[float, dict[int, float]] | None:
        """Within / between of the results, relative to the drawings' own: of the book, and of each element.

        None where it cannot be measured: also where all elements have become one colour, which is not consistent,
        since there is nothing left to tell apart.
        """
        own, got = self.spread(), self.spread(results)
        if own is None or got is None or own[1] <= 0 or got[1] < 0.05:
            return None
        scale = own[1] / got[1]
        each = {i: float(np.hypot(got[0][i], FLOOR) / np.hypot(own[0][i], FLOOR) * scale) for i in got[0]}
        return float(_mean(got[0]) / _mean(own[0]) * scale), each

    def strays(self, results: list[Floats]) -> list[tuple[int, int, float]]:
        """(element, panel, distance), farthest first: how far a colour of an element's own lies from what it is in the
        other panels, beyond how far it does in the drawings; the farthest of its colours for each element and panel."""
        found: dict[tuple[int, int], float] = {}
        looks = [self.labs, [_lab(result) for result in results]]
        for element, colours in self.spots.items():
            for spots in (spots for spots in colours if len(spots) >= 3):
                far = []
                for labs in looks:
                    means = np.stack([labs[panel][pixels].mean(0, dtype=np.float64) for panel, pixels in spots])
                    far.append(np.linalg.norm(means - np.median(means, axis=0), axis=1))
                for (panel, _), more in zip(spots, far[1] - far[0], strict=True):
                    found[element, panel] = max(found.get((element, panel), 0.0), float(more))
        return sorted(((i, j, d) for (i, j), d in found.items()), key=lambda one: (-one[2], one[0], one[1]))


def _mean(within: dict[int, float]) -> float:
    """One within for the book."""
    return float(np.hypot(np.sqrt(np.mean(np.square(list(within.values())))), FLOOR))


def ratio(
    drawings: list[Floats],
    results: list[Floats],
    places: list[Place],
    unsure: Collection[tuple[int, int]] = frozenset(),
) -> float | None:
    """The consistency ratio of a book; None where it cannot be measured.

    Args:
        drawings: panels (H, W, 3), RGB in [0, 1].
        results: the same panels, stylized, at the same size.
        places, unsure: see `OwnColours`.
    """
    found = OwnColours(drawings, places, unsure).ratio(results)
    return None if found is None else found[0]


def drift(drawings: list[Floats], results: list[Floats]) -> float | None:
    """How far one colour of the drawings lies apart in the panels: the mean distance of a panel's mean result for it
    from the mean of all panels, a mean over the colours. None where no colour is in two panels.

    Args:
        drawings: panels (H, W, 3), RGB in [0, 1].
        results: the same panels, stylized, or the drawings themselves.
    """
    if not drawings:
        return None
    flats = [_flat(drawing) for drawing in drawings]
    labs = [_lab(drawing)[flat] for drawing, flat in zip(drawings, flats, strict=True)]
    outs = [_lab(result)[flat] for result, flat in zip(results, flats, strict=True)]
    centres = _Counts(labs).modes(BOOK_COLOURS)
    means: list[list[Lab]] = [[] for _ in centres]
    for lab, out in zip(labs, outs, strict=True):
        label = _nearest(lab, centres)
        for k in range(len(centres)):
            mine = label == k
            if mine.sum() >= max(MIN_PIXELS, DRIFT_SHARE * len(lab)):
                means[k].append(out[mine].mean(0, dtype=np.float64))
    far = [np.linalg.norm(np.array(m) - np.mean(m, 0), axis=1).mean() for m in means if len(m) >= 2]
    return float(np.mean(far)) if far else None


class _Counts:
    """Colours of several panels, each of which counts alike, in cells of side `BIN`.

    Args:
        parts: (n, 3) colours of each panel.
    """

    def __init__(self, parts: list[Lab]) -> None:
        parts = [part for part in parts if len(part)]
        weight, sums = np.zeros(SIDE**3), np.zeros((SIDE**3, 3))
        for part in parts:
            cell = np.clip(np.floor(part / BIN).astype(np.intp) + ZERO, 0, SIDE - 1)
            of = (cell[:, 0] * SIDE + cell[:, 1]) * SIDE + cell[:, 2]
            share = 1 / (len(part) * len(parts))
            weight += np.bincount(of, minlength=SIDE**3) * share
            sums += np.stack([np.bincount(of, part[:, c] * share, SIDE**3) for c in range(3)], 1)
        there = np.flatnonzero(weight)
        self.weight, self.at = weight[there], sums[there] / weight[there, None]

    def density(self, colour: Lab) -> float:
        """The share of all pixels that lies within `REACH` of a colour."""
        return float(self.weight[((self.at - colour) ** 2).sum(1) <= REACH**2].sum())

    def modes(self, most: int) -> Lab:
        """The densest colours, (k, 3), densest first, none within another's `REACH`; at most `most`."""
        strongest = np.argsort(-self.weight, kind="stable")[:1500]
        at, weight = self.at[strongest], self.weight[strongest]
        near = ((at[:, None] - at[None]) ** 2).sum(-1) <= REACH**2
        free = np.ones(len(at), np.bool_)
        found: list[Lab] = []
        while free.any() and len(found) < most:
            mass = np.where(free, near @ (weight * free), -1)
            best = int(mass.argmax())
            if mass[best] < LEAST:
                break
            members = near[best] & free
            found.append(np.average(at[members], axis=0, weights=weight[members]))
            free &= ((at - found[-1]) ** 2).sum(1) > REACH**2
            free &= ~members
        return np.array(found).reshape(-1, 3)


def _lab(picture: Floats) -> Lab:
    """(H, W, 3) RGB → (H·W, 3) in units of 0.01 OKLab."""
    return oklab(picture).reshape(-1, 3) * np.float32(100)


def _flat(drawing: Floats) -> NDArray[np.bool_]:
    """(H·W,) True where no line and no edge is drawn: at least in the flatter half of a picture."""
    lab = oklab(drawing) * 100
    step = np.zeros(lab.shape[:2], np.float32)
    for axis in (0, 1):
        difference = np.linalg.norm(np.diff(lab, axis=axis), axis=2)
        near, far = (
            (slice(None), slice(cut, stop)) if axis else (slice(cut, stop),) for cut, stop in ((0, -1), (1, None))
        )
        step[near] = np.maximum(step[near], difference)
        step[far] = np.maximum(step[far], difference)
    flat: NDArray[np.bool_] = step.reshape(-1) <= max(EDGE, float(np.median(step)))
    return flat


def _nearest(lab: Lab, centres: Lab) -> NDArray[np.intp]:
    """(n,) the colour that each pixel belongs to, -1 for none."""
    if not len(centres):
        return np.full(len(lab), -1, np.intp)
    far = ((lab[:, None] - centres[None]) ** 2).sum(-1)
    return np.where(far.min(1) <= REACH**2, far.argmin(1), -1)
