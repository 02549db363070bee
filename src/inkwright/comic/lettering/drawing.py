"""Draws lettering onto the pixels of a page, smoothly: each part eight times as large, then reduced."""

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.lettering.font import Font
from inkwright.comic.lettering.vector import run_paths
from inkwright.images import Pixels
from inkwright.lettering import FontUsed, LetteredBalloon, PageLettering, Path, Run, Shape

FINE = 8
"""How many times as large a part is drawn, each way."""
SHIFT = 4
"""Binary digits of a pixel in coordinates."""
CURVE = 12
"""Straight pieces that a curve is drawn with."""

Mask = NDArray[np.uint8]
Points = NDArray[np.float64]


def draw_lettering(pixels: Pixels, lettering: PageLettering, open_font: Callable[[FontUsed], Font]) -> Pixels:
    """The lettering on a copy of its page; what lies outside of the picture is cut off.

    Args:
        pixels: (H, W, 3) uint8. A picture of another size than the lettering's page gets it enlarged or reduced.
        lettering: of the page.
        open_font: gives the font that a run names.

    Returns:
        (H, W, 3) uint8; the same input gives the same pixels.
    """
    made = pixels.copy()
    fonts = {key: open_font(used) for key, used in lettering.fonts.items()}
    scale = np.array([pixels.shape[1] / lettering.width, pixels.shape[0] / lettering.height])
    for balloon in lettering.balloons:
        _Balloon(made, fonts, scale).draw(balloon)
    return made


class _Balloon:
    def __init__(self, pixels: Pixels, fonts: dict[str, Font], scale: Points) -> None:
        self.pixels, self.fonts, self.scale = pixels, fonts, scale
        self.thin = float(np.sqrt(scale[0] * scale[1]))

    def draw(self, balloon: LetteredBalloon) -> None:
        for shape in balloon.shapes:
            self.shape(shape)
        for run in balloon.runs:
            self.run(run)

    def shape(self, shape: Shape) -> None:
        rings = [ring * self.scale for ring in flattened(shape.path)]
        width = shape.width * self.thin if shape.stroke else 0.0
        canvas = _Canvas(self.pixels, rings, width)
        if shape.fill:
            canvas.paint(canvas.filled(rings), shape.fill)
        if shape.stroke and width > 0:
            parts = [piece for ring in rings for piece in dashes(ring, [d * self.thin for d in shape.dash])]
            canvas.paint(canvas.stroked(parts, width, closed=not shape.dash), shape.stroke)

    def run(self, run: Run) -> None:
        paths = run_paths(run, self.fonts[run.font])
        glyphs = [[ring * self.scale for ring in flattened(path)] for path in paths]
        width = run.outline_width * self.thin if run.outline else 0.0
        if run.outline and width > 0:
            rings = [ring for glyph in glyphs for ring in glyph]
            canvas = _Canvas(self.pixels, rings, width)
            canvas.paint(canvas.stroked(rings, width, closed=True), run.outline)
        canvas = _Canvas(self.pixels, [ring for glyph in glyphs for ring in glyph], 0.0)
        mask = canvas.mask()
        for glyph in glyphs:
            canvas.add(mask, glyph)
        canvas.paint(mask, run.colour)


def flattened(path: Path) -> list[Points]:
    """A path's rings as points, (N, 2) each."""
    rings: list[Points] = []
    points: list[tuple[float, float]] = []
    for step in path:
        if step[0] == "M":
            if points:
                rings.append(np.array(points))
            points = [(step[1], step[2])]
        elif step[0] == "L":
            points.append((step[1], step[2]))
        elif step[0] == "C":
            points += _curve(points[-1], step[1:])
    if points:
        rings.append(np.array(points))
    return rings


def _curve(start: tuple[float, float], rest: tuple[float, ...]) -> list[tuple[float, float]]:
    t = np.linspace(0, 1, CURVE + 1)[1:, None]
    p0, p1, p2, p3 = np.array(start), np.array(rest[0:2]), np.array(rest[2:4]), np.array(rest[4:6])
    made = (1 - t) ** 3 * p0 + 3 * t * (1 - t) ** 2 * p1 + 3 * t**2 * (1 - t) * p2 + t**3 * p3
    return [(float(x), float(y)) for x, y in made]


def dashes(ring: Points, pattern: list[float]) -> list[Points]:
    """A closed ring as its dashes; without a pattern, the ring itself."""
    if not pattern or sum(pattern) <= 0:
        return [ring]
    closed = np.concatenate([ring, ring[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    made, at, k = [], 0.0, 0
    while at < way[-1]:
        end = min(at + max(pattern[k % len(pattern)], 1e-3), float(way[-1]))
        if k % 2 == 0:
            inner = way[(way > at) & (way < end)]
            marks = np.concatenate([[at], inner, [end]])
            made.append(np.stack([np.interp(marks, way, closed[:, c]) for c in (0, 1)], 1))
        at, k = end, k + 1
    return made


class _Canvas:
    """The part of the page around some points, `FINE` times as large."""

    def __init__(self, pixels: Pixels, rings: list[Points], width: float) -> None:
        height, broad = pixels.shape[:2]
        ends = np.concatenate(rings) if rings else np.zeros((1, 2))
        low, high = np.floor(ends.min(0) - width - 1), np.ceil(ends.max(0) + width + 1)
        self.x0, self.y0 = int(np.clip(low[0], 0, broad)), int(np.clip(low[1], 0, height))
        x1, y1 = int(np.clip(high[0], self.x0, broad)), int(np.clip(high[1], self.y0, height))
        self.part = pixels[self.y0 : y1, self.x0 : x1]

    def mask(self) -> Mask:
        return np.zeros((self.part.shape[0] * FINE, self.part.shape[1] * FINE), np.uint8)

    def points(self, ring: Points) -> NDArray[np.int32]:
        # A pixel's middle is at a whole number for the drawer, its edge for the page.
        fine = (ring - (self.x0, self.y0)) * FINE - 0.5
        return np.round(np.clip(fine, -1e6, 1e6) * (1 << SHIFT)).astype(np.int32)

    def filled(self, rings: list[Points]) -> Mask:
        mask = self.mask()
        self.add(mask, rings)
        return mask

    def add(self, mask: Mask, rings: list[Points]) -> None:
        """Fills rings by their winding, so that overlapping parts of a glyph leave no holes."""
        if mask.size == 0 or not rings:
            return
        box = np.concatenate(rings)
        low = np.clip(np.floor((box.min(0) - (self.x0, self.y0)) * FINE) - 2, 0, None).astype(int)
        high = np.ceil((box.max(0) - (self.x0, self.y0)) * FINE).astype(int) + 3
        window = mask[low[1] : high[1], low[0] : high[0]]
        if window.size == 0:
            return
        if len(rings) == 1:
            cv2.fillPoly(window, [self._shifted(rings[0], low)], 255, cv2.LINE_8, SHIFT)
            return
        winding = np.zeros(window.shape, np.int8)
        for ring in rings:
            one = np.zeros(window.shape, np.uint8)
            cv2.fillPoly(one, [self._shifted(ring, low)], 1, cv2.LINE_8, SHIFT)
            winding += (one if _area(ring) > 0 else -one.astype(np.int8)).astype(np.int8)
        window[winding != 0] = 255

    def _shifted(self, ring: Points, low: NDArray[np.int_]) -> NDArray[np.int32]:
        return np.asarray(self.points(ring) - (low * (1 << SHIFT)).astype(np.int32), np.int32)

    def stroked(self, lines: Iterable[Points], width: float, closed: bool) -> Mask:
        mask = self.mask()
        if mask.size:
            thick = max(1, round(width * FINE))
            for line in lines:
                cv2.polylines(mask, [self.points(line)], closed, 255, thick, cv2.LINE_8, SHIFT)
        return mask

    def paint(self, mask: Mask, colour: str) -> None:
        height, width = self.part.shape[:2]
        if height == 0 or width == 0:
            return
        cover = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)[..., None].astype(np.float32) / 255
        rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], np.float32)
        self.part[:] = (self.part * (1 - cover) + rgb * cover + 0.5).astype(np.uint8)


def _area(ring: Points) -> float:
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def ink_mask(lettering: PageLettering, open_font: Callable[[FontUsed], Font]) -> Mask:
    """How much of each page pixel the letters cover, (height, width) in 0 to 255; balloons are left out."""
    bare = [balloon.model_copy(update={"shapes": []}) for balloon in lettering.balloons]
    black = [b.model_copy(update={"runs": [_black(run) for run in b.runs]}) for b in bare]
    white = np.full((lettering.height, lettering.width, 3), 255, np.uint8)
    drawn = draw_lettering(white, lettering.model_copy(update={"balloons": black}), open_font)
    return np.asarray(255 - drawn[..., 0], np.uint8)


def _black(run: Run) -> Run:
    return run.model_copy(update={"colour": "#000000", "outline": run.outline and "#000000"})
