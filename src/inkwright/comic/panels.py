"""A page's panels: boxes, polygons and reading order.

The background (margin and gutters) is found first, for every frequent colour of the page's rim; what it does not
reach are the panels. Regions that a balloon or a figure joins across a gutter are cut apart along it; a drawing
without a frame gets the free place between its neighbours. The colour whose panels fit best wins. A page without
gutters is one panel.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from inkwright.comic.cuts import split
from inkwright.comic.gutters import Background, background, explains, rim_colours
from inkwright.comic.loose import loose_boxes
from inkwright.comic.order import reading_order
from inkwright.comic.shapes import BoxTuple, Mask, Shape, fit_shape
from inkwright.images import Pixels

WORK_SIDE = 1100
"""Panels are looked for on a copy whose longer side has at most this many pixels."""
SMALLEST = 0.015
"""Share of the page below which a region is a speck and not a panel."""
WOBBLE = 0.008
"""How far a drawn frame may stray from a straight line, as a share of the page's longer side."""
SOLID = 0.7
"""Quality from which a region counts as a panel of its own; less is a loose drawing."""


@dataclass(frozen=True)
class Found:
    """A panel found on a page.

    Attributes:
        box: (x, y, width, height) in page pixels; a drawn frame lies inside, its outer edge on the box.
        polygon: corners (x, y) in page pixels; None when the panel is its box.
        confidence: in [0, 1]; below about 0.5 a person should look.
    """

    box: BoxTuple
    polygon: tuple[tuple[int, int], ...] | None
    confidence: float


@dataclass(frozen=True)
class _Layout:
    shapes: list[Shape]
    loose: list[BoxTuple]
    score: float
    sure: bool


def panel_id(page_number: int, index: int) -> str:
    """The id of a panel: page and place in reading order, both from 1, such as "p1.1"."""
    return f"p{page_number}.{index}"


def find_panels(pixels: Pixels, direction: str = "ltr") -> list[Found]:
    """The panels of a page, in reading order; at least one.

    Args:
        pixels: (H, W, 3) uint8 RGB, from 16 x 16 up to 150 megapixels.
        direction: "ltr" or "rtl".

    Returns:
        one or more panels; a page without gutters is one panel, the whole page.

    Raises:
        InternalError: another direction.
    """
    reading_order([], direction)  # an unknown direction fails on every page, not only on those with panels
    height, width = pixels.shape[:2]
    scale = min(1.0, WORK_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = pixels if scale == 1 else np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    whole = Found((0, 0, width, height), None, 0.5)
    if min(small.shape[:2]) < 16:
        return [whole]
    paper, layout = _best_layout(small)
    if paper is None or layout is None:
        return [whole]
    found = [_full_size(shape, pixels, small, paper) for shape in layout.shapes]
    found += [Found(_scaled(box, small, pixels), None, 0.4) for box in layout.loose]
    return [found[i] for i in reading_order([one.box for one in found], direction)]


def _best_layout(small: Pixels) -> tuple[Background | None, _Layout | None]:
    best: tuple[Background | None, _Layout | None] = (None, None)
    top = 0.0
    papers: list[Background] = []
    for colour in rim_colours(small):
        if any(explains(paper, small, colour) for paper in papers):
            continue
        paper = background(small, colour)
        papers.append(paper)
        for sealing in (1, max(2, round(0.004 * max(small.shape)))):
            layout = _layout(paper, sealing)
            if layout is None:
                continue
            # Sealing that closes a narrow gutter joins two panels and gains its area: not worth a panel.
            fewer = best[0] is paper and best[1] is not None and len(layout.shapes) < len(best[1].shapes)
            if layout.score > top + (0.05 if fewer else 0.01):
                best, top = (paper, layout), layout.score
            if layout.sure and layout.score > 0.85:
                break
        if best[1] is not None and best[1].sure:
            break  # nothing left to gain from a rarer colour
    return best


def _layout(paper: Background, sealing: int) -> _Layout | None:
    """Panels for one background, or None where it shows none."""
    height, width = paper.mask.shape
    page = height * width
    ink = _without_specks(~paper.mask)
    outside = _outside(ink, sealing)
    body = _opened(~outside, max(1, round(0.006 * max(height, width))))
    gutter = outside | _thin_background(ink, outside)
    wobble = WOBBLE * max(height, width)
    shapes: list[Shape] = []
    for region, (rows, columns) in _regions(body, SMALLEST * page):
        for part in split(region, gutter[rows, columns], round(SMALLEST * page), wobble):
            shape = fit_shape(part, wobble)
            if shape.quality >= SOLID and shape.area >= SMALLEST * page:
                shapes.append(shape.moved(columns.start, rows.start))
    shapes = _without_nested(shapes)
    if not shapes or _is_loose_page(shapes, outside):
        return None
    loose = loose_boxes(ink, [shape.box for shape in shapes])
    cover = min(1.0, sum(s.box[2] * s.box[3] if s.polygon is None else s.area for s in shapes) / page)
    quality = sum(s.quality * s.area for s in shapes) / sum(s.area for s in shapes)
    wide = _is_wide(outside)
    score = cover * quality * (1.0 if len(shapes) > 1 else 0.6) * (1.0 if wide else 0.8)
    return _Layout(shapes, loose, score, wide and len(shapes) > 1 and score > 0.68)


def _is_wide(outside: Mask) -> bool:
    """Whether most of the background is as wide as a gutter; pen lines, seen as background, are not."""
    wide = _opened(outside, max(1, round(0.003 * max(outside.shape))))
    return bool(wide.sum() > 0.5 * outside.sum())


def _without_specks(ink: Mask) -> Mask:
    """Ink without dust and compression noise."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    least = max(3, 12 * ink.size // 10**6)
    keep = stats[:, cv2.CC_STAT_AREA] >= least
    keep[0] = False
    kept: Mask = keep[labels]
    return kept


def _outside(ink: Mask, sealing: int) -> Mask:
    """Background that hangs together with the page's rim; gaps in drawn frames up to 2 x sealing are sealed."""
    kernel = np.ones((2 * sealing + 1, 2 * sealing + 1), np.uint8)
    walls = cv2.dilate(ink.astype(np.uint8), kernel)
    _, labels = cv2.connectedComponents(1 - walls, connectivity=4)
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    reached = np.isin(labels, rim[rim > 0])
    grown = cv2.dilate(reached.astype(np.uint8), kernel) > 0
    # A strip between the rim and ink close to it is sealed as well, and is background all the same.
    result: Mask = grown & ~ink
    return result


def _opened(region: Mask, radius: int) -> Mask:
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    padded = cv2.copyMakeBorder(region.astype(np.uint8), radius, radius, radius, radius, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, kernel) > 0
    result: Mask = opened[radius:-radius, radius:-radius]
    return result


def _thin_background(ink: Mask, outside: Mask) -> Mask:
    """Enclosed background as thin as a gutter and long: a gutter that something bridges at both ends."""
    side = max(ink.shape)
    enclosed = ~ink & ~outside
    count, labels, stats, _ = cv2.connectedComponentsWithStats(enclosed.astype(np.uint8), connectivity=4)
    long = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (long >= 0.06 * side) & (stats[:, cv2.CC_STAT_AREA] <= 0.03 * side * long)
    keep[0] = False
    depth = cv2.distanceTransform(keep[labels].astype(np.uint8), cv2.DIST_L2, 3)
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, labels[depth > 0], depth[depth > 0])
    # As wide as a gutter, and evenly so: gaps between the strokes of a marker are thinner and run out to points.
    even = stats[:, cv2.CC_STAT_AREA] >= 0.6 * long * 2 * deepest
    keep &= (deepest >= max(1.5, 0.002 * side)) & (deepest <= 0.015 * side) & even
    kept: Mask = keep[labels]
    return kept


def _regions(body: Mask, smallest: float) -> list[tuple[Mask, tuple[slice, slice]]]:
    """The connected regions of a mask, each cut out, with its rows and columns."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(body.astype(np.uint8), connectivity=4)
    found = []
    for i in range(1, count):
        x, y, w, h, area = stats[i].tolist()
        if area >= smallest:
            place = (slice(y, y + h), slice(x, x + w))
            found.append((np.asarray(labels[place] == i, np.bool_), place))
    return found


def _without_nested(shapes: list[Shape]) -> list[Shape]:
    """Drops shapes that lie in a larger one; the box of a slanted panel may lie in its neighbour's box."""
    kept: list[Shape] = []
    for shape in sorted(shapes, key=lambda s: (-s.area, s.box)):
        for other in kept:
            limit = 0.7 if shape.polygon is None and other.polygon is None else 0.95
            if _overlap(shape.box, other.box) >= limit and shape.area < 0.5 * other.area:
                break
        else:
            kept.append(shape)
    return kept


def _overlap(box: BoxTuple, other: BoxTuple) -> float:
    """Share of `box` that lies in `other`."""
    w = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
    h = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
    return float(max(0, w) * max(0, h) / (box[2] * box[3]))


def _is_loose_page(shapes: list[Shape], outside: Mask) -> bool:
    """A single figure is a panel only with gutters around it; else the page is one drawing."""
    if len(shapes) > 1:
        return False
    height, width = outside.shape
    x, y, w, h = shapes[0].box
    touching = sum((x <= 2, y <= 2, x + w >= width - 2, y + h >= height - 2))
    return touching >= 2 or not 0.35 <= w * h / (height * width) <= 0.9


def _scaled(box: BoxTuple, small: Pixels, pixels: Pixels) -> BoxTuple:
    fx, fy = pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]
    x0, y0 = round(box[0] * fx), round(box[1] * fy)
    x1, y1 = round((box[0] + box[2]) * fx), round((box[1] + box[3]) * fy)
    x0, y0 = min(max(0, x0), pixels.shape[1] - 1), min(max(0, y0), pixels.shape[0] - 1)
    return x0, y0, max(1, min(x1, pixels.shape[1]) - x0), max(1, min(y1, pixels.shape[0]) - y0)


def _full_size(shape: Shape, pixels: Pixels, small: Pixels, paper: Background) -> Found:
    confidence = round(float(np.clip((shape.quality - 0.4) / 0.55, 0, 1)), 3)
    box = _scaled(shape.box, small, pixels)
    if shape.polygon is None:
        return Found(_sharpened(box, pixels, small, paper), None, confidence)
    factor = np.array([pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]])
    corners = np.clip(np.round(shape.polygon * factor), 0, [pixels.shape[1], pixels.shape[0]]).astype(int)
    polygon = tuple((int(x), int(y)) for x, y in corners.tolist())
    return Found(box, polygon, confidence)


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
    filled = (np.abs(values - paper.surface[sy, sx]).max(-1) > paper.tolerance).mean(1)
    inside = np.flatnonzero(filled > 0.1 * max(0.3, float(filled.max())))
    return int(lines[inside[0]]) if len(inside) else at
