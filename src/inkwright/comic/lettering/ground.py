"""A panel as ground for balloons: cells that say how much drawing, figures and faces a balloon would cover.

Coordinates are page pixels, y downward.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.book import Balloon, Box, Panel
from inkwright.comic.lettering.forms import Form
from inkwright.images import Floats

CELLS = 100
"""Cells along a panel's long side."""
FACE = 1 / 3
"""The upper part of a figure's box that counts as its face."""

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """Someone or something that balloons keep off, in page pixels.

    Attributes:
        name: the element.
        box: (x, y, width, height).
        flat: something large or a setting: covering it costs little.
        words: words that are drawn on the page already: all of it is kept free.
    """

    name: str
    box: tuple[float, float, float, float]
    flat: bool = False
    words: bool = False

    @property
    def mouth(self) -> tuple[float, float]:
        """Where speech comes from: the upper middle of the box."""
        x, y, w, h = self.box
        return x + w / 2, y + 0.2 * h

    def clearance(self, ux: float, uy: float) -> float:
        """How far from the mouth the head ends in the direction (ux, uy) of length 1, in pixels."""
        _, _, w, h = self.box
        return float(1 / math.hypot(ux / min(w / 2, 0.22 * h), uy / (0.2 * h)))


@dataclass(frozen=True)
class Places:
    """Every place of a form inside a panel.

    Attributes:
        cost: (ny, nx); inf where the outline would leave the panel.
        face: (ny, nx), in [0, 1]: share of the worst covered face.
        x: (ny, nx), the outline's middle, page pixels from the left.
        y: (ny, nx), the outline's middle, page pixels from the top.
    """

    cost: Field
    face: Field
    x: Field
    y: Field


def figures_of(panel: Panel, settings: frozenset[str]) -> list[Figure]:
    """The figures of a panel in page pixels; settings and boxes of more than half of the panel are flat."""
    x0, y0, width, height = panel.box
    found = []
    for name, boxes in (panel.appearances or {}).items():
        for x, y, w, h in boxes:
            flat = name in settings or w * h > 0.5 * width * height
            found.append(Figure(name, (x0 + x, y0 + y, w, h), flat))
    return found


class Ground:
    """One panel seen as cells: what may be covered, and what it costs.

    Args:
        panel: the panel.
        busy: (H, W) of the whole page, in [0, 1]: 1 where ink and edges are.
        figures: what balloons keep off.
        margin: room kept to the panel's edge, in pixels.
        area: (x, y, width, height) that balloons may stand in, where they may leave the panel; leaving it costs.
    """

    def __init__(
        self, panel: Panel, busy: Floats, figures: list[Figure], margin: float, area: Box | None = None
    ) -> None:
        self.x0, self.y0, self.width, self.height = area or panel.box
        self.figures = figures
        self.cell = max(1.0, max(self.width, self.height) / CELLS)
        nx, ny = max(1, math.floor(self.width / self.cell)), max(1, math.floor(self.height / self.cell))
        self.nx, self.ny = nx, ny
        wall = np.ones((ny + 2, nx + 2), np.uint8)
        wall[1:-1, 1:-1] = 0
        if panel.polygon and area is None:
            outside = np.ones((ny, nx), np.uint8)
            ring = (np.array(panel.polygon, np.float64) - (self.x0, self.y0)) / self.cell - 0.5
            cv2.fillPoly(outside, [np.round(ring).astype(np.int32)], 0)
            wall[1:-1, 1:-1] |= outside
        rows = self.y0 + (np.arange(ny) + 0.5) * self.cell
        columns = self.x0 + (np.arange(nx) + 0.5) * self.cell
        wall[1:-1, 1:-1] |= ((rows < 0) | (rows > busy.shape[0])).astype(np.uint8)[:, None]
        wall[1:-1, 1:-1] |= ((columns < 0) | (columns > busy.shape[1])).astype(np.uint8)[None, :]
        away = cv2.distanceTransform(1 - wall, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        self.outside = _table((away * self.cell - self.cell / 2 < margin).astype(np.float64))
        own = self._boxes([panel.box]) if area else np.ones((ny, nx))
        self.ink = _table(self._busy_cells(busy))
        self.abroad = _table(1 - own)
        self.figure = _table(self._boxes([f.box for f in figures if not f.flat]))
        self.flat = _table(self._boxes([f.box for f in figures if f.flat]))
        self.faces = [self._face(f) for f in figures if not f.flat]

    def _busy_cells(self, busy: Floats) -> Field:
        top, left = max(0, self.y0), max(0, self.x0)
        part = busy[top : max(top, self.y0 + self.height), left : max(left, self.x0 + self.width)]
        if part.size == 0:
            return np.zeros((self.ny, self.nx))
        return np.asarray(cv2.resize(part, (self.nx, self.ny), interpolation=cv2.INTER_AREA), np.float64)

    def _cells(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        x, y, w, h = box
        left, right = ((v - self.x0) / self.cell for v in (x, x + w))
        top, bottom = ((v - self.y0) / self.cell for v in (y, y + h))
        xs, ys = (np.clip(np.round([left, right]), 0, self.nx)), (np.clip(np.round([top, bottom]), 0, self.ny))
        return int(xs[0]), int(ys[0]), int(xs[1]), int(ys[1])

    def _boxes(self, boxes: list[tuple[float, float, float, float]]) -> Field:
        field = np.zeros((self.ny, self.nx))
        for box in boxes:
            left, top, right, bottom = self._cells(box)
            field[top:bottom, left:right] = 1
        return field

    def _face(self, figure: Figure) -> tuple[Field, float]:
        x, y, w, h = figure.box
        cells = self._boxes([(x, y, w, h * (1.0 if figure.words else FACE))])
        # In a wide box, as of something that flies or lies, the head is only somewhere in the upper part.
        return _table(cells), float(cells.sum()) * (1.0 if figure.words else max(1.0, w / (1.2 * h)))

    def places(self, form: Form, extra: float) -> Places | None:
        """Every place of a form inside the panel.

        Args:
            form: the outline.
            extra: how far the drawing goes beyond it, in pixels.

        Returns:
            None where the outline is larger than the panel.
        """
        a, b = form.half_width + extra, form.half_height + extra
        w, h = math.ceil(2 * a / self.cell), math.ceil(2 * b / self.cell)
        if w > self.nx or h > self.ny:
            return None
        # An ellipse is about the union of a lying and a standing bar; a box test alone would waste slanted corners.
        lying, standing = (w, max(1, round(h * 0.6))), (max(1, round(w * 0.6)), h)
        area = float(w * h)
        whole = (w, h)
        out = self._sum(self.outside, lying, whole) + self._sum(self.outside, standing, whole)
        ink = self._sum(self.ink, whole, whole) / area
        figure = self._sum(self.figure, whole, whole) / area
        flat = self._sum(self.flat, whole, whole) / area
        faces = np.zeros_like(out)
        for table, cells in self.faces:
            if cells:
                faces = np.maximum(faces, self._sum(table, whole, whole) / cells)
        abroad = self._sum(self.abroad, whole, whole) / area
        cost = form.penalty + 2.2 * ink + 1.7 * figure + 0.25 * flat + 7 * faces + 2.5 * abroad
        cy, cx = np.mgrid[0 : cost.shape[0], 0 : cost.shape[1]]
        x = self.x0 + (cx + w / 2) * self.cell
        y = self.y0 + (cy + h / 2) * self.cell
        return Places(np.where(out > 0, np.inf, cost), faces, x, y)

    def _sum(self, table: Field, part: tuple[int, int], whole: tuple[int, int]) -> Field:
        """Sums over a `part` (w, h) in the middle of every window of size `whole` (w, h)."""
        w, h = part
        dx, dy = (whole[0] - w) // 2, (whole[1] - h) // 2
        ny, nx = self.ny - whole[1] + 1, self.nx - whole[0] + 1
        y, x = slice(dy, dy + ny), slice(dx, dx + nx)
        y2, x2 = slice(dy + h, dy + h + ny), slice(dx + w, dx + w + nx)
        return np.asarray(table[y2, x2] - table[y, x2] - table[y2, x] + table[y, x], np.float64)


def _table(field: Field) -> Field:
    """Summed-area table, one row and column longer than the field."""
    return np.pad(field.cumsum(0).cumsum(1), ((1, 0), (1, 0)))


def speaker_of(balloon: Balloon, figures: list[Figure], x: float, y: float) -> Figure | None:
    """The nearest box of a balloon's speaker to a place; None where the speaker has no box here."""
    own = [f for f in figures if f.name == balloon.speaker]
    return min(own, key=lambda f: math.hypot(f.mouth[0] - x, f.mouth[1] - y), default=None)
