"""How a page is turned and how its lines converge, told by its frames and gutters.

Edges that lie along parallel lines pile up when the page is seen along those lines. Standing and lying edges are
looked at apart, each with a lean that may change across the page, as it does where a phone was not held level; both
together say how the page is turned.

Source: W. Postl, "Detection of linear oblique structures and skew scan in digitized documents", 1986. Differs from it:
edges instead of ink, leans that change across the page, and both directions have to agree.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels

SIDE = 700
"""Longer side in pixels of the copy that is measured."""
MOST = 9.0
"""Degrees up to which a turn is looked for."""
LEAST = 0.15
"""Degrees below which a page lies straight."""
CONVERGING = 10.0
"""Degrees by which the leans of two opposite sides of a page may differ."""
FEWEST = 60
"""Edge pixels from which a lean can be told."""
SURE = 0.3
"""Weight of a direction from which it tells on its own; see `Lean.weight`."""
FLUSH, FARTHEST = 0.8, 14.0
"""Degrees by which lines may lean at the side opposite to one that was not seen, and at the most at that one."""

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Lean:
    """How lines that lie (or stand) lean.

    Attributes:
        middle: degrees clockwise in the page's middle.
        change: degrees by which that grows from one end of the page to the other.
        peak: how much more the edges pile up than at a middling lean; 1 says nothing.
        peak_change: how much more they pile up with the change than without.
        pixels: how many edges tell.
    """

    middle: float = 0.0
    change: float = 0.0
    peak: float = 1.0
    peak_change: float = 1.0
    pixels: int = 0

    @property
    def weight(self) -> float:
        """How much it tells."""
        return float((self.peak - 1) * np.sqrt(min(1.0, self.pixels / 1500)))


@dataclass(frozen=True)
class Tilt:
    """How a page is turned.

    Attributes:
        degrees: clockwise; 0 where it lies straight or nothing tells.
        lying, standing: the change of lean from top to bottom and from left to right, in degrees; 0 where none is sure.
        confidence: of the turn, in [0, 1].
    """

    degrees: float = 0.0
    lying: float = 0.0
    standing: float = 0.0
    confidence: float = 0.0


def tilt_of(pixels: Pixels, converging: bool = False) -> Tilt:
    """How a page is turned, and how its lines converge where that is asked for.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        converging: whether lines may converge; a flat scan's do not.
    """
    smooth = _smooth(pixels)
    lying = _lean(smooth, converging)
    standing = _lean(np.ascontiguousarray(smooth.T), converging)
    return _agreed(lying, replace(standing, middle=-standing.middle, change=-standing.change))


def lean_at(pixels: Pixels, side: int) -> float:
    """Degrees clockwise by which lines lean at a side of a page whose other three sides are straight; 0 if unsure.

    Args:
        pixels: (H, W, 3) uint8 RGB, cut out along those three sides.
        side: 0 left, 1 top, 2 right, 3 bottom.
    """
    grey = _smooth(pixels)
    lean = _lean(np.ascontiguousarray(grey.T) if side % 2 == 0 else grey, True)
    far = 0.5 if side >= 2 else -0.5
    # Lines along the opposite side are level; from there on they lean more and more.
    level = abs(lean.middle - far * lean.change) <= FLUSH
    if lean.weight < SURE or lean.peak_change < 1.12 or not level or abs(lean.change) > FARTHEST:
        return 0.0
    return (lean.middle + far * lean.change) * (-1 if side % 2 == 0 else 1)


def _smooth(pixels: Pixels) -> NDArray[np.uint8]:
    """A page's grey levels, smaller and smoothed."""
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)


def _agreed(lying: Lean, standing: Lean) -> Tilt:
    """What both directions say together."""
    along, upward = _change(lying), _change(standing)
    first, second = sorted((lying, standing), key=lambda one: -one.weight)
    if first.weight < SURE or abs(first.middle) > MOST - 0.3:
        return Tilt(0.0, along, upward, 0.0)
    slack = 0.35 + 0.1 * abs(first.middle) + 0.5 * max(abs(along), abs(upward))
    if abs(first.middle - second.middle) < slack and second.weight > 0.3 * SURE:
        weights = [first.weight, second.weight]
        degrees = float(np.average([first.middle, second.middle], weights=weights))
        return Tilt(degrees, along, upward, float(np.clip(0.45 + 0.5 * weights[0] + 0.5 * weights[1], 0, 1)))
    if second.weight > SURE:  # two directions that speak against each other: slanted panels
        return Tilt(first.middle, along, upward, 0.2)
    return Tilt(first.middle, along, upward, float(np.clip(0.2 + 0.4 * (first.weight - SURE), 0.2, 0.7)))


def _change(lean: Lean) -> float:
    """The change of a lean where it is sure."""
    sure = lean.peak_change > 1.12 and 0.5 < abs(lean.change) < CONVERGING - 0.5 and lean.weight > SURE
    return lean.change if sure else 0.0


def _lean(grey: NDArray[np.uint8], converging: bool) -> Lean:
    """The lean of the lines that lie, clockwise."""
    xs, ys, weight = _lying_edges(grey)
    if len(xs) < FEWEST:
        return Lean(pixels=len(xs))
    across = ys / grey.shape[0] - 0.5
    coarse = np.arange(-MOST, MOST + 0.01, 0.25)
    piles = np.array([_pile(xs, ys, weight, a) for a in coarse.tolist()])
    near, middling, without = float(coarse[int(piles.argmax())]), float(np.median(piles)), float(piles.max())
    change = 0.0
    if converging:
        near, change = _converging(xs, ys, weight, across)
    leans = change * across
    fine = np.arange(near - 0.3, near + 0.301, 0.03)
    piles = np.array([_pile(xs, ys, weight, a + leans if change else a) for a in fine.tolist()])
    k = int(piles.argmax())
    best = float(fine[k])
    if 0 < k < len(fine) - 1:  # the top of a parabola through three neighbours
        a, b, c = piles[k - 1 : k + 2].tolist()
        best += 0.03 * 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c < 0 else 0.0
    peak = float(piles[k])
    return Lean(best, change, peak / middling, peak / without if change else 1.0, len(xs))


def _converging(xs: Field, ys: Field, weight: Field, across: Field) -> tuple[float, float]:
    """The lean in the middle and its change at which edges pile up most, by a search that narrows."""
    step = 1 + len(xs) // 5000
    xs, ys, weight, across = xs[::step], ys[::step], weight[::step], across[::step]
    middle = change = 0.0
    for bins, wide, much, steps in ((6, MOST, CONVERGING, (37, 21)), (3, 0.75, 1.5, (7, 7)), (1.5, 0.3, 0.6, (7, 7))):
        best = (0.0, 0.0, 0.0)
        for a in np.linspace(middle - wide, middle + wide, steps[0]).tolist():
            for c in np.linspace(change - much, change + much, steps[1]).tolist():
                best = max(best, (_pile(xs, ys, weight, a + c * across, bins), a, c))
        _, middle, change = best
    return middle, change


def _lying_edges(grey: NDArray[np.uint8]) -> tuple[Field, Field, Field]:
    """Edges that nearly lie: x and y from the middle and the top, and strength, (n,) each."""
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    strength = np.abs(down)
    keep = (strength > 24) & (strength > 3.5 * np.abs(across))
    keep[:4], keep[-4:] = False, False  # the picture's own edge
    ys, xs = np.nonzero(keep)
    if len(xs) > 30_000:  # a tenth of a full page's edges tells as well
        step = len(xs) // 15_000
        xs, ys = xs[::step], ys[::step]
    weight = np.minimum(strength[ys, xs], 160).astype(np.float64)
    return xs - grey.shape[1] / 2, ys.astype(np.float64), weight


def _pile(xs: Field, ys: Field, weight: Field, degrees: float | Field, rows: float = 1.0) -> float:
    """How much edges pile up in rows, some pixels high, when their lines are laid level."""
    level = ys - np.tan(np.radians(degrees)) * xs
    filled = np.bincount(np.round((level - level.min()) / rows).astype(np.int64), weight)
    return float((filled**2).sum())
