"""A page's panels: boxes, polygons, confidence and reading order.

The page is scaled down and turned straight; what `layouts` finds there goes back to page pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from inkwright.comic.confidence import Evidence, confidence
from inkwright.comic.gutters import Background
from inkwright.comic.layouts import best_layout
from inkwright.comic.order import reading_order
from inkwright.comic.planes import extremes, middle_level
from inkwright.comic.shapes import BoxTuple, Shape, outline, page_area, page_side
from inkwright.comic.skew import View, straight
from inkwright.comic.strips import is_strip, strip_panels
from inkwright.images import Pixels

WORK_SIDE = 1100
"""Panels are looked for on a copy on which a page's longer side has at most this many pixels; see `page_side`."""
NOISY, CALMER = 1.0, 20
"""Grey levels by which half of a page's pixels stray where it is noisy, and up to which noise is evened."""
PALE, GREYISH = 150, 36
"""Level from which and difference of channels up to which it is: in the dark, noise tells painted from black."""
LOOSE = 0.62
"""Quality that a drawing without a frame is given: its place is a guess."""


@dataclass(frozen=True)
class Found:
    """A panel found on a page.

    Attributes:
        box: (x, y, width, height) in page pixels; a drawn frame lies inside, its outer edge on the box.
        polygon: corners (x, y) in page pixels; None when the panel is its box.
        confidence: in [0, 1], about the share of such panels that are right; below `UNSURE` a person should look.
        evidence: what that is told by; `doubt` puts it into words.
    """

    box: BoxTuple
    polygon: tuple[tuple[int, int], ...] | None
    confidence: float
    evidence: Evidence


def panel_id(page_number: int, index: int) -> str:
    """The id of a panel: page and place in reading order, both from 1, such as "p1.1"."""
    return f"p{page_number}.{index}"


def find_panels(pixels: Pixels, direction: str = "ltr") -> list[Found]:
    """The panels of a page, in reading order; at least one.

    Args:
        pixels: (H, W, 3) uint8 RGB, from 16 x 16 up to 150 megapixels.
        direction: "ltr", "rtl" or "strip".

    Returns:
        one or more panels; a page without gutters is one panel, the whole page.

    Raises:
        InternalError: another direction.
    """
    reading_order([], direction)  # an unknown direction fails on every page, not only on those with panels
    if is_strip(pixels.shape):
        down = _found_down(pixels)
        if len(down) > 1:
            return down
    height, width = pixels.shape[:2]
    scale = min(1.0, WORK_SIDE / page_side((height, width)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = pixels if scale == 1 else np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    whole = _found((0, 0, width, height), None, Evidence("page", 1.0, 1.0, 0.6, 1, 1.0))
    if min(small.shape[:2]) < 16:
        return [whole]
    view = straight(_calmed(small))
    paper, layout = best_layout(view.pixels)
    if layout is None:
        return [whole]
    loose = [(Shape(box, None, LOOSE, box[2] * box[3]), "loose") for box in layout.loose]
    known = [(part.shape, part.how) for part in layout.parts] + loose
    shapes = [shape for shape, _ in known]
    order = reading_order([shape.box for shape in shapes], direction, [outline(shape) for shape in shapes])
    worst, page = min(shape.quality for shape in shapes), page_area(view.pixels.shape)
    found = []
    for shape, how in (known[i] for i in order):
        share = min(1.0, shape.area / page)
        bent = len(outline(shape)) > 4 and not shape.is_round
        evidence = Evidence(how, shape.quality, worst, layout.score, len(known), share, bent)
        found.append(_found(*_full_size(shape, pixels, view, paper), evidence))
    return found


def _calmed(pixels: Pixels) -> Pixels:
    """The page without a scanner's noise: pale art differs from paper by no more than that."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    # Of an area without drawing nothing is left but noise; most of a page has none, or lines far apart.
    noise = middle_level(np.asarray(cv2.absdiff(grey, cv2.medianBlur(grey, 3)), np.uint8))
    if noise < NOISY:
        return pixels
    even = cv2.bilateralFilter(pixels, 5, CALMER, 2)
    low, high = extremes(pixels)
    pale = (low >= PALE) & (high - low <= GREYISH)
    return np.asarray(cv2.copyTo(even, pale.astype(np.uint8), pixels.copy()), np.uint8)


def _found(box: BoxTuple, polygon: tuple[tuple[int, int], ...] | None, evidence: Evidence) -> Found:
    return Found(box, polygon, confidence(evidence), evidence)


def _found_down(pixels: Pixels) -> list[Found]:
    """The panels of a strip, from top to bottom."""
    known = strip_panels(pixels)
    found = []
    for one in known:
        share = one.box[2] * one.box[3] / page_area(pixels.shape)
        quality = LOOSE if one.loose else 1.0
        how = "loose" if one.loose else "gutters"
        found.append(_found(one.box, None, Evidence(how, quality, quality, 0.9, len(known), share)))
    return found


def _scaled(box: BoxTuple, small: Pixels, pixels: Pixels) -> BoxTuple:
    fx, fy = pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]
    x0, y0 = round(box[0] * fx), round(box[1] * fy)
    x1, y1 = round((box[0] + box[2]) * fx), round((box[1] + box[3]) * fy)
    x0, y0 = min(max(0, x0), pixels.shape[1] - 1), min(max(0, y0), pixels.shape[0] - 1)
    return x0, y0, max(1, min(x1, pixels.shape[1]) - x0), max(1, min(y1, pixels.shape[0]) - y0)


def _full_size(
    shape: Shape, pixels: Pixels, view: View, paper: Background | None
) -> tuple[BoxTuple, tuple[tuple[int, int], ...] | None]:
    """Box and polygon of a panel of the view on the page itself."""
    height, width = pixels.shape[:2]
    if shape.polygon is None and view.skew == 0:
        box = _scaled(shape.box, view.pixels, pixels)
        return (box if paper is None else _sharpened(box, pixels, view.pixels, paper)), None
    factor = np.array([width / view.pixels.shape[1], height / view.pixels.shape[0]])
    corners = np.clip(np.round(view.back(outline(shape)) * factor), 0, [width, height]).astype(int)
    polygon = tuple((int(x), int(y)) for x, y in corners.tolist())
    x0, y0 = np.minimum(corners.min(0), [width - 1, height - 1]).tolist()
    x1, y1 = corners.max(0).tolist()
    return (x0, y0, max(1, x1 - x0), max(1, y1 - y0)), polygon


def _sharpened(box: BoxTuple, pixels: Pixels, small: Pixels, paper: Background) -> BoxTuple:
    """Moves each side of a box to the full-size row or column where the background ends."""
    fx, fy = pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]
    if max(fx, fy) <= 1.01:
        return box
    x, y, w, h = box
    left = _edge(pixels, paper, (y, y + h), x, fx, fy, upright=True, sign=1)
    right = _edge(pixels, paper, (y, y + h), x + w - 1, fx, fy, upright=True, sign=-1)
    top = _edge(pixels, paper, (x, x + w), y, fx, fy, upright=False, sign=1)
    bottom = _edge(pixels, paper, (x, x + w), y + h - 1, fx, fy, upright=False, sign=-1)
    return left, top, max(1, right + 1 - left), max(1, bottom + 1 - top)


def _edge(
    pixels: Pixels, paper: Background, span: tuple[int, int], at: int, fx: float, fy: float, *, upright: bool, sign: int
) -> int:
    """The first line from outside, near `at`, that something stands on."""
    height, width = pixels.shape[:2]
    limit = width if upright else height
    reach = int(np.ceil(1.5 * (fx if upright else fy)))
    lines = np.arange(max(0, at - reach), min(limit, at + reach + 1))[::sign]
    along = np.unique(np.linspace(span[0], span[1] - 1, 400).astype(int))
    cols, rows = (lines[:, None], along[None]) if upright else (along[None], lines[:, None])
    values = pixels[rows, cols].astype(np.float32)
    sy = np.minimum((rows / fy).astype(int), paper.surface.shape[0] - 1)
    sx = np.minimum((cols / fx).astype(int), paper.surface.shape[1] - 1)
    filled = (np.abs(values - paper.surface[sy, sx].astype(np.float32)).max(-1) > paper.tolerance).mean(1)
    inside = np.flatnonzero(filled > 0.1 * max(0.3, float(filled.max())))
    return int(lines[inside[0]]) if len(inside) else at
