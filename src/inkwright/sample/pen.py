"""Felt pens on paper: wobbly pen lines and uneven marker fills, drawn at twice the size and reduced at the end.

Points are (N, 2) float64 in panel pixels, x to the right and y down. Every mark also notes whose it is, so that the
sheet knows, to the pixel, where an element is really visible.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels

Colour = tuple[int, int, int]
Spot = tuple[float, float]
Points = NDArray[np.float64]
Corners = Sequence[Spot] | Points

PAPER: Colour = (252, 250, 245)
INK: Colour = (34, 30, 38)
SCALE = 2
"""Drawn this many times larger than shown."""


@dataclass(frozen=True)
class Place:
    """Where and how large a figure stands: maps its own units to panel pixels.

    Attributes:
        x, y: its origin in panel pixels.
        size: pixels per unit.
        facing: 1 looks to the right, -1 to the left.
        tilt: turned by so many degrees, clockwise.
    """

    x: float
    y: float
    size: float
    facing: int = 1
    tilt: float = 0.0

    def __call__(self, corners: Corners) -> Points:
        """(N, 2) in the figure's units → (N, 2) in panel pixels."""
        a = np.asarray(corners, np.float64) * (self.size * self.facing, self.size)
        c, s = math.cos(math.radians(self.tilt)), math.sin(math.radians(self.tilt))
        return np.stack([self.x + c * a[:, 0] - s * a[:, 1], self.y + s * a[:, 0] + c * a[:, 1]], 1)

    def part(self, a: float, b: float, size: float, facing: int = 1, tilt: float = 0.0) -> "Place":
        """A place within this one: origin (a, b), `size` units large."""
        x, y = self([(a, b)])[0]
        return Place(float(x), float(y), self.size * size, self.facing * facing, self.tilt + self.facing * tilt)

    @property
    def pen(self) -> float:
        """A pen width that suits a figure of this size, in pixels."""
        return float(np.clip(1.6 + self.size * 0.0065, 2.0, 4.4))


def path(points: str) -> Points:
    """Points written as in SVG: "x,y x,y ..." → (N, 2)."""
    return np.array([pair.split(",") for pair in points.split()], np.float64)


def curve(corners: Corners, closed: bool = False, steps: int = 8) -> Points:
    """A smooth (Catmull-Rom) curve through all corners."""
    p = np.asarray(corners, np.float64)
    ends = (p[-1:], p[:1], p[1:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1], p[:0])
    q = np.concatenate([ends[0], p, ends[1], ends[2]])
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = q[:-3, None], q[1:-2, None], q[2:-1, None], q[3:, None]
    made = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.concatenate([made.reshape(-1, 2), q[1:2] if closed else p[-1:]])


def oval(x: float, y: float, rx: float, ry: float | None = None, start: float = 0.0, stop: float = 360.0) -> Points:
    """An ellipse or an arc of it; angles in degrees, clockwise from the right."""
    t = np.radians(np.linspace(start, stop, max(6, int(abs(stop - start) / 15))))
    return np.stack([x + rx * np.cos(t), y + (rx if ry is None else ry) * np.sin(t)], 1)


def limb(joints: Corners, width: float, end: float | None = None) -> Points:
    """The outline of a bent arm, leg, tail or neck: `width` at its root, `end` at its tip."""
    mid = curve(joints, steps=6)
    along = np.gradient(mid, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / (np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9)
    half = np.linspace(width, width if end is None else end, len(mid))[:, None] / 2
    return np.concatenate([mid + across * half, (mid - across * half)[::-1]])


class Sheet:
    """A sheet of paper that is drawn upon.

    Args:
        width, height: in panel pixels.
        seed: of the hand's tremor; the same seed draws the same sheet.
    """

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.rng = np.random.default_rng(seed)
        self._ink: Pixels = np.full((height * SCALE, width * SCALE, 3), PAPER, np.uint8)
        self._owners = np.zeros((height * SCALE, width * SCALE), np.uint8)
        self._names = [""]
        self._owner = 0

    @contextmanager
    def owned_by(self, name: str) -> Iterator[None]:
        """Marks made inside belong to the element `name`; '' to none."""
        if name not in self._names:
            self._names.append(name)
        before, self._owner = self._owner, self._names.index(name)
        try:
            yield
        finally:
            self._owner = before

    def claim(self) -> None:
        """The whole sheet belongs to the present owner, as an interior does."""
        self._owners[:] = self._owner

    def boxes(self, least: int = 150) -> dict[str, tuple[int, int, int, int]]:
        """Element → (x, y, width, height) of its visible marks in panel pixels; fewer than `least` pixels are none."""
        found = {}
        for k, name in enumerate(self._names[1:], 1):
            y, x = np.nonzero(self._owners[::SCALE, ::SCALE] == k)
            if len(x) >= least:
                found[name] = (int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1)
        return found

    def pixels(self) -> Pixels:
        """The sheet as (height, width, 3) uint8, RGB."""
        shown = cv2.resize(self._ink, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.asarray(shown, np.uint8)

    def line(self, points: Corners, colour: Colour = INK, width: float = 3.0, wobble: float = 1.0) -> None:
        """A pen line: trembles, swells and thins, and leaves a dot of ink where the pen was set down."""
        p = self._tremble(np.asarray(points, np.float64), wobble)
        window = self._window(p, width + 3)
        if window is None:
            return
        (x0, y0), region = window
        mask = np.zeros(region, np.uint8)
        swell = 1 + 0.16 * np.sin(np.arange(len(p)) * self.rng.uniform(0.1, 0.3) + self.rng.uniform(0, 6))
        thick = np.maximum(1, np.round(width * SCALE * swell)).astype(int).tolist()
        at = np.round((p * SCALE - (x0, y0)) * 16).astype(int).tolist()
        for k in range(len(at) - 1):
            cv2.line(mask, at[k], at[k + 1], 255, thick[k], cv2.LINE_AA, 4)
        cv2.circle(mask, at[0], int(thick[0] * 0.58 * 16), 255, -1, cv2.LINE_AA, 4)
        self._lay((x0, y0), mask, colour, 0.94)

    def cover(self, points: Corners, colour: Colour = PAPER) -> None:
        """Hides what lies under a shape, as if it had never been drawn there."""
        p = np.asarray(points, np.float64)
        window = self._window(p, 2)
        if window is None:
            return
        (x0, y0), region = window
        mask = np.zeros(region, np.uint8)
        cv2.fillPoly(mask, [np.round((p * SCALE - (x0, y0)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        self._lay((x0, y0), mask, colour, 1.0)

    def marker(
        self, points: Corners, colour: Colour, angle: float | None = None, tip: float = 9.0, sparse: float = 0.012
    ) -> None:
        """An uneven marker fill: side by side strokes, darker where two overlap, white where the hand skipped.

        Args:
            points: the outline; the fill strays from it by a pixel or three.
            colour: of one coat on white paper.
            angle: of the strokes in degrees; None: as the hand falls.
            tip: width of the marker in pixels.
            sparse: share of strokes that end too early and leave a white streak.
        """
        p = np.asarray(points, np.float64)
        p = p + self.rng.normal(0, 1.1, 2)
        window = self._window(p, 4)
        if window is None:
            return
        (x0, y0), region = window
        shape = np.zeros(region, np.uint8)
        cv2.fillPoly(shape, [np.round((p * SCALE - (x0, y0)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        way = math.radians(self.rng.uniform(-70, -20) if angle is None else angle + self.rng.normal(0, 2))
        coats = [np.zeros(region, np.uint8), np.zeros(region, np.uint8)]
        strokes = list(self._strokes(p, way, tip))
        for k, stroke in enumerate(strokes):
            if self.rng.random() < sparse and len(strokes) > 12:  # lifted too early; small patches are filled with care
                kept = max(2, round(len(stroke) * self.rng.uniform(0.3, 0.8)))
                stroke = stroke[:kept] if self.rng.random() < 0.5 else stroke[-kept:]
            at = np.round((stroke * SCALE - (x0, y0)) * 16).astype(np.int32)
            thick = max(1, round(tip * SCALE * self.rng.uniform(0.86, 1.16)))
            cv2.polylines(coats[k % 2], [at], False, int(self.rng.uniform(205, 255)), thick, cv2.LINE_AA, 4)
        inside = shape.astype(np.float32) / 255
        first = np.maximum(coats[0], coats[1]).astype(np.float32) / 255 * inside
        second = np.minimum(coats[0], coats[1]).astype(np.float32) / 255 * inside
        view = self._ink[y0 : y0 + region[0], x0 : x0 + region[1]]
        # Felt-pen ink is transparent: each coat takes its share of the light, so overlaps deepen.
        for channel, light in enumerate(colour):
            held = np.float32(1 - light / 255)
            left = (1 - first * held) * (1 - second * (np.float32(0.17) * (np.float32(0.25) + held)))
            view[..., channel] = (view[..., channel] * left + np.float32(0.5)).astype(np.uint8)
        self._owners[y0 : y0 + region[0], x0 : x0 + region[1]][shape > 127] = self._owner

    def shape(
        self,
        points: Corners,
        fill: Colour | None = None,
        width: float = 3.0,
        angle: float | None = None,
        tip: float = 9.0,
        ink: Colour = INK,
    ) -> None:
        """A closed shape in front of everything so far: hides it, is filled by marker, outlined by pen."""
        p = np.asarray(points, np.float64)
        self.cover(p)
        if fill is not None:
            self.marker(p, fill, angle, tip)
        if width > 0:
            self.line(np.concatenate([p, p[:1]]), ink, width)

    def _tremble(self, p: Points, wobble: float) -> Points:
        """Resampled every 5 px, with slow drift and a fine tremor of the hand."""
        far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(p, axis=0).T))])
        n = max(2, int(far[-1] / 5) + 1)
        at = np.linspace(0, far[-1], n)
        q = np.stack([np.interp(at, far, p[:, 0]), np.interp(at, far, p[:, 1])], 1)
        knots = max(2, int(far[-1] / 34) + 2)
        drift = self.rng.normal(0, min(1.5, 0.25 + far[-1] / 160), (knots, 2))
        slow = np.stack([np.interp(np.linspace(0, knots - 1, n), np.arange(knots), drift[:, k]) for k in (0, 1)], 1)
        return np.asarray(q + wobble * (slow + self.rng.normal(0, 0.22, q.shape)), np.float64)

    def _strokes(self, p: Points, way: float, tip: float) -> Iterator[Points]:
        along, across = np.array([math.cos(way), math.sin(way)]), np.array([-math.sin(way), math.cos(way)])
        u, v = p @ along, p @ across
        step = max(24.0, float(np.ptp(u)) / 12)
        u0, u1, t = float(u.min()) - tip, float(u.max()) + tip, float(v.min())
        while t < v.max() + tip:
            n = max(2, int((u1 - u0) / step) + 1)
            bend = np.cumsum(self.rng.normal(0, tip * 0.055, n))
            yield np.linspace(u0, u1, n)[:, None] * along + (t + np.clip(bend, -0.6 * tip, 0.6 * tip))[:, None] * across
            t += tip * self.rng.uniform(0.7, 0.95)

    def _window(self, p: Points, margin: float) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """((x0, y0), (rows, columns)) of the drawn pixels that a mark can touch; None where it lies off the sheet."""
        low = np.maximum(np.floor((p.min(0) - margin) * SCALE), 0).astype(int)
        high = np.minimum(np.ceil((p.max(0) + margin) * SCALE), (self.width * SCALE, self.height * SCALE)).astype(int)
        if (high <= low).any():
            return None
        return (int(low[0]), int(low[1])), (int(high[1] - low[1]), int(high[0] - low[0]))

    def _lay(self, corner: tuple[int, int], mask: Pixels, colour: Colour, strength: float) -> None:
        x0, y0 = corner
        view = self._ink[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
        touched = mask > 0
        part = mask[touched].astype(np.float32)[:, None] * np.float32(strength / 255)
        old = view[touched].astype(np.float32)
        view[touched] = (old + (np.asarray(colour, np.float32) - old) * part + np.float32(0.5)).astype(np.uint8)
        self._owners[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]][mask > 127] = self._owner
