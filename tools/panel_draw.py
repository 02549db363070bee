"""How pages of known panels are laid out and drawn.

A page is one convex area that straight lines cut again and again; between the parts a gutter may stay free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from panel_art import ARTS, INK, Colour, Pixels, balloon, wobbly

from inkwright.comic.shapes import beside

Polygon = NDArray[np.float64]
PALE: Colour = (214, 226, 238)
"""The brightest sky of a panel without a frame."""


@dataclass
class DrawnPage:
    """A page and its panels.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        panels: in reading order, (n, 2) float64 corners x, y in page pixels.
        direction: "ltr" or "rtl".
        kind: what it is an example of.
    """

    pixels: Pixels
    panels: list[Polygon]
    direction: str = "ltr"
    kind: str = ""


@dataclass(frozen=True)
class Manner:
    """How a page is drawn.

    Attributes:
        gutter: colour between the panels.
        gap: width of the gutter in shares of the page's width; 0: panels share their lines.
        frame: width of the ruled line, in shares of the page's width; 0: none.
        ink: colour of the frames.
        wobble: how far a frame strays, in shares of the page's width.
        arts: names of what fills the panels.
        margin: in shares of the page's width; 0: panels bleed off the page.
        slant: the most that cuts lean, in degrees.
        balloons: share of panels with one.
        rows, columns: the least and the most.
        stacked: share of panels that are cut once more.
        crossing: whether balloons and figures lie across gutters.
    """

    gutter: Colour = (255, 255, 255)
    gap: float = 0.02
    frame: float = 0.004
    ink: Colour = INK
    wobble: float = 0.0
    arts: tuple[str, ...] = ("flat", "painted", "lines", "night")
    margin: float = 0.05
    slant: float = 0.0
    balloons: float = 0.5
    rows: tuple[int, int] = (2, 4)
    columns: tuple[int, int] = (1, 3)
    stacked: float = 0.15
    crossing: bool = False


def cut(polygon: Polygon, point: Polygon, along: Polygon, gap: float) -> tuple[Polygon, Polygon]:
    """The two parts of a convex polygon beside a line, `gap` pixels apart; the second lies to the right of `along`."""
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    return beside(polygon, point - normal * gap / 2, -normal), beside(polygon, point + normal * gap / 2, normal)


def layout(rng: Generator, area: Polygon, how: Manner, width: int, direction: str) -> list[Polygon]:
    """Panels in reading order: tiers, panels in tiers, here and there one of them cut once more."""
    gap = how.gap * width
    panels: list[Polygon] = []
    for tier in strips(rng, area, int(rng.integers(how.rows[0], how.rows[1] + 1)), gap, how.slant, 1):
        count = int(rng.integers(how.columns[0], how.columns[1] + 1))
        cells = strips(rng, tier, count, gap, how.slant, 0)
        before = False  # two stacks side by side could be read either way
        for cell in cells if direction == "ltr" else cells[::-1]:
            wide, high = np.ptp(cell, 0)
            large = count > 1 and rng.random() < how.stacked and high > 0.22 * width and wide > 0.2 * width
            before = large and not before
            panels += strips(rng, cell, 2, gap, how.slant, 1) if before else [cell]
    return panels


def strips(rng: Generator, area: Polygon, count: int, gap: float, slant: float, axis: int) -> list[Polygon]:
    """An area cut into tiers (axis 1) or columns (axis 0)."""
    low, high = area.min(0), area.max(0)
    sizes = rng.uniform(0.7, 1.4, count)
    at = low[axis] + np.cumsum(sizes)[:-1] / sizes.sum() * (high[axis] - low[axis])
    strips, rest = [], area
    turn = 0.0
    for place in at.tolist():
        if slant:  # neighbouring cuts lean alike more often than not, so that no panel runs out to nothing
            turn = np.tan(np.radians(rng.uniform(-slant, slant) * (0.5 if axis else 1.0)))
        middle = (low + high) / 2
        point = np.array([middle[0], place]) if axis else np.array([place, middle[1]])
        along = np.array([1.0, turn]) if axis else np.array([-turn, -1.0])
        first, second = cut(rest, point, along, gap)
        if len(first) < 3 or len(second) < 3 or min(area_of(first), area_of(second)) < 0.12 * area_of(area) / count:
            continue
        if axis == 0:
            first, second = sorted((first, second), key=lambda p: float(p[:, 0].mean()))
        strips.append(first)
        rest = second
    return [*strips, rest]


def area_of(polygon: Polygon) -> float:
    """Pixels of a polygon."""
    return float(cv2.contourArea(polygon.astype(np.float32)))


def rectangle(x: float, y: float, width: float, height: float) -> Polygon:
    """A box as a polygon."""
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)


def draw(page: Pixels, panel: Polygon, rng: Generator, how: Manner, pictures: Sequence[Pixels] = ()) -> None:
    """Fills a panel with art and rules its frame, whose outer edge lies on the polygon."""
    height, width = page.shape[:2]
    low, high = np.floor(panel.min(0)).astype(int), np.ceil(panel.max(0)).astype(int)
    w, h = (high - low).tolist()
    if pictures and rng.random() < 0.6:
        art = _crop(pictures[int(rng.integers(len(pictures)))], rng, h, w)
    else:
        kind = str(rng.choice(how.arts))
        art = ARTS[kind](rng, h, w)
        if kind == "flat" and not how.frame and how.gutter == (255, 255, 255):
            art[(art == 255).all(2)] = PALE  # where a white sky without a frame ends nobody could tell
    if rng.random() < how.balloons:
        size = (rng.uniform(0.3, 0.7) * w, rng.uniform(0.12, 0.25) * h)
        balloon(art, rng, (w * rng.uniform(0.25, 0.75), h * rng.uniform(0.08, 0.3)), size)
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [np.round((panel - 0.5) * 16).astype(np.int32)], 1, shift=4)
    x0, y0 = np.maximum(low, 0)
    x1, y1 = min(width, high[0]), min(height, high[1])
    inside = canvas[y0:y1, x0:x1] > 0
    page[y0:y1, x0:x1][inside] = art[y0 - low[1] : y1 - low[1], x0 - low[0] : x1 - low[0]][inside]
    if how.frame:
        _ruled(page, panel, rng, how)


def _ruled(page: Pixels, panel: Polygon, rng: Generator, how: Manner) -> None:
    width = page.shape[1]
    pen = max(1, round(how.frame * width))
    inner = panel if how.gap == 0 else inset(panel, pen / 2)
    ring = np.concatenate([inner, inner[:1]])
    if not how.wobble:
        cv2.polylines(page, [np.round((ring - 0.5) * 16).astype(np.int32)], True, how.ink, pen, cv2.LINE_AA, 4)
        return
    for a, b in pairwise(ring):  # each side on its own: corners overshoot, or stay open
        over = (b - a) / np.hypot(*(b - a)) * rng.uniform(-0.004, 0.008) * width
        wobbly(page, np.array([a - over, b + over]), rng, how.ink, pen, how.wobble * width)


def inset(polygon: Polygon, by: float) -> Polygon:
    """A convex polygon with every side moved inwards by some pixels; outwards where `by` is negative."""
    middle = polygon.mean(0)
    sides = [(a, b - a) for a, b in zip(polygon, np.roll(polygon, -1, 0), strict=True) if np.hypot(*(b - a)) >= 1e-6]
    normals = [np.array([-along[1], along[0]]) / np.hypot(*along) for _, along in sides]
    normals = [normal if (middle - a) @ normal > 0 else -normal for (a, _), normal in zip(sides, normals, strict=True)]
    if by >= 0:
        made = polygon
        for (a, _), normal in zip(sides, normals, strict=True):
            made = beside(made, a + normal * by, normal)
        return made
    corners = []
    for k in range(len(sides)):
        both = np.array([normals[k - 1], normals[k]])
        reach = np.array([normal @ a + by for (a, _), normal in ((sides[k - 1], both[0]), (sides[k], both[1]))])
        corners.append(np.linalg.solve(both, reach))
    return np.array(corners)


def _crop(picture: Pixels, rng: Generator, height: int, width: int) -> Pixels:
    """A part of a picture of the wanted size."""
    ph, pw = picture.shape[:2]
    scale = max(height / ph, width / pw) * rng.uniform(1.0, 1.4)
    big = cv2.resize(picture, (int(pw * scale) + 1, int(ph * scale) + 1), interpolation=cv2.INTER_AREA)
    y, x = int(rng.integers(0, big.shape[0] - height + 1)), int(rng.integers(0, big.shape[1] - width + 1))
    return np.asarray(big[y : y + height, x : x + width].copy(), np.uint8)
