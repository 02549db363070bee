"""The sheet that little books are drawn on, and the manners of drawing: pencil, flat colour, painting, grey."""

from dataclasses import dataclass

import cv2
import numpy as np
from characters import Colour, Figure, Paint, Points, hsv, posed
from numpy.random import Generator
from numpy.typing import NDArray


@dataclass(frozen=True)
class Manner:
    """How a book is drawn; all strengths in [0, 1], `line` in thousandths of the panel's side."""

    line: float
    ink: Colour
    wobble: float
    shade: float
    hatch: float
    grain: float
    saturation: float
    light: float
    paper: float


def manner(rng: Generator) -> Manner:
    """One of four manners, or something between."""
    kind = rng.integers(4)
    ink = hsv(rng.random(), rng.uniform(0, 0.5), rng.uniform(0, 0.25))
    few = rng.uniform
    if kind == 0:  # pencil and marker
        return Manner(few(5, 12), ink, few(0.3, 1), 0, few(0.3, 1), few(0, 0.5), few(0.5, 1), few(0, 0.2), few(0.3, 1))
    if kind == 1:  # flat colour, ink
        return Manner(few(5, 14), ink, few(0, 0.3), few(0, 0.3), 0, few(0, 0.2), few(0.7, 1), few(0, 0.5), 0)
    if kind == 2:  # painted
        line = 0.0 if rng.random() < 0.6 else few(3, 7)
        return Manner(line, ink, few(0, 0.3), few(0.4, 1), 0, few(0.1, 0.6), few(0.5, 1), few(0.3, 1), 0)
    return Manner(few(4, 12), ink, few(0, 0.7), few(0, 0.7), few(0, 0.5), few(0, 0.4), few(0, 0.25), few(0, 0.4), 0)


class Sheet:
    """A panel being drawn: `rgb` (H, W, 3) float32 in [0, 1] and `owner` (H, W), 0 for nobody."""

    def __init__(self, height: int, width: int, how: Manner, rng: Generator) -> None:
        self.rgb = np.ones((height, width, 3), np.float32)
        self.owner = np.zeros((height, width), np.uint8)
        self.how, self.rng, self.side = how, rng, float(np.hypot(height, width) / 1.4)
        self.sun = rng.uniform(0, 2 * np.pi)

    def fill(self, points: Points, paint: Paint | None, owner: int, unit: float) -> None:
        """Fills an outline in pixels, or draws it as a line; `unit` is the figure's height in pixels."""
        how, rng = self.how, self.rng
        if how.wobble:
            points = points + rng.normal(0, 0.006 * how.wobble * self.side, points.shape)
        shape = np.round(points * 8).astype(np.int32)
        thick = max(1, round(how.line / 1000 * self.side)) if how.line else 0
        if paint is None:
            cv2.polylines(self.rgb, [shape], False, how.ink, max(1, thick), cv2.LINE_AA, 3)
            return
        h, w = self.owner.shape
        x0, y0 = np.maximum(np.floor(points.min(0)).astype(int) - 1, 0)
        x1, y1 = np.minimum(np.ceil(points.max(0)).astype(int) + 2, (w, h))
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        cv2.fillPoly(self.owner, [shape], owner, cv2.LINE_8, 3)
        if paint.pattern == "plain" and how.shade < 0.05 and how.hatch < 0.05:
            cv2.fillPoly(self.rgb, [shape], paint.colour, cv2.LINE_AA, 3)
        else:
            mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
            cv2.fillPoly(mask, [shape - (x0 * 8, y0 * 8)], 255, cv2.LINE_AA, 3)
            part = (mask * np.float32(1 / 255))[..., None]
            there = self.rgb[y0:y1, x0:x1]
            there += part * (self._tone(paint, x0, y0, x1, y1, unit, owner) - there)
        if thick:
            cv2.polylines(self.rgb, [shape], True, how.ink, thick, cv2.LINE_AA, 3)

    def _tone(self, paint: Paint, x0: int, y0: int, x1: int, y1: int, unit: float, owner: int) -> NDArray[np.float32]:
        """The colours of a shape: pattern, hatching, light from one side."""
        y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        colour = np.asarray(paint.colour, np.float32)
        out = np.broadcast_to(colour, (*x.shape, 3)).copy()
        if paint.pattern != "plain":
            period = max(3.0, paint.size * unit) / (2 * np.pi)
            a = np.sin((x * np.cos(paint.turn) + y * np.sin(paint.turn)) / period)
            b = np.sin((y * np.cos(paint.turn) - x * np.sin(paint.turn)) / period)
            if paint.pattern == "patch":
                where = x < x0 + (x1 - x0) * (0.35 + 0.3 * np.sin(paint.turn * 3))
            else:
                where = {"stripes": a > 0.2, "dots": a * b > 0.35, "checks": a * b > 0}[paint.pattern]
            out[where] = paint.second
        if self.how.hatch and owner:
            turn, rough = self.rng.uniform(0, np.pi), self.rng.uniform(2, 4)
            wave = np.sin((x * np.cos(turn) + y * np.sin(turn)) * (2 * np.pi / rough))
            out = out + (1 - out) * (self.how.hatch * 0.45 * (wave > 0.3))[..., None]
        if self.how.shade:
            across = (x - (x0 + x1) / 2) / (x1 - x0) * np.cos(self.sun) + (y - (y0 + y1) / 2) / (y1 - y0) * np.sin(
                self.sun
            )
            out = out * (1 + 0.9 * self.how.shade * across)[..., None]
        return np.clip(out, 0, 1).astype(np.float32)

    def figure(self, figure: Figure, x: float, y: float, height: float, owner: int) -> None:
        """A figure in a pose of its own, feet at (x, y), all in pixels; returns how much of it the drawing holds."""
        for points, part in posed(figure, self.rng):
            self.fill(np.stack([x + points[:, 0] * height, y - points[:, 1] * height], 1), part.paint, owner, height)


def noise(rng: Generator, height: int, width: int, cells: float) -> NDArray[np.float32]:
    """Smooth noise in about [-1, 1]; `cells` blobs along the longer side."""
    k = cells / max(height, width)
    small = rng.uniform(-1, 1, (max(2, round(height * k)), max(2, round(width * k)))).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
