"""The best set of panels for a page, over all colours that its background may have.

The background (margin and gutters) is found first, for every frequent colour of the page's rim; what it does not
reach are the panels. Regions that a balloon or a figure joins across a gutter are cut apart along it, and along ruled
lines that panels share. The colour whose panels fit best wins. A picture that fills most of a page may itself be a
page: a black one on a scanner's white.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inkwright.comic.bands import banded
from inkwright.comic.cuts import split
from inkwright.comic.gutters import Background, background, explains, rim_colours
from inkwright.comic.insets import inset_boxes
from inkwright.comic.loose import loose_boxes
from inkwright.comic.regions import is_wide, opened, reached, regions, thin_background, without_specks
from inkwright.comic.ruled import Ridges, ridges, split_ruled, thin_gutters
from inkwright.comic.shapes import BoxTuple, Mask, Shape, fit_shape, outline, page_area, page_side
from inkwright.images import Pixels

SMALLEST = 0.015
"""Share of the page below which a region is a speck and not a panel."""
WOBBLE = 0.008
"""How far a drawn frame may stray from a straight line, as a share of the page's longer side."""
SOLID = 0.7
"""Quality from which a region counts as a panel of its own; less is a loose drawing."""
NESTED = 0.35
"""Share of a page from which a panel is looked into: it may be a page itself."""


HOST = 0.2
"""Share of the page from which a panel may have others set into it."""
INSET = 0.8
"""Quality that an inset is given: a picture on a wall looks alike."""
DARK = 80
"""Grey level below which a background is as dark as ink."""
ROUND = 0.06
"""Share of the page below which something round is a head or a ball, drawn without a frame."""
DOUBTFUL = 0.5
"""Quality that it then has."""
LETTER = 0.05
"""Share of the page's longer side that everything in a row of text is smaller than."""
MUCH = 0.15
"""By how much better fewer panels between gutters must fit than those that are enclosed."""
FILLING = 0.7
"""Share of the place between gutters that enclosed panels must fill to stand for it."""
FEW = 0.4
"""What a single panel takes off the score; several that fit by chance are less likely."""
SURE = 0.66
"""Score from which the panels are taken for granted."""
CLEAN = 0.9
"""Quality below which a panel may be several."""
CERTAIN = 0.76
"""Score of the rim's most frequent colour from which no other is tried."""
PROMISING = 0.05
"""By how much a rarer colour may look worse on a smaller copy and is tried all the same."""
CLEAR = 0.85
"""Quality that all panels of such a page must have."""
OTHER = 30
"""Grey levels by which its margin differs from the paper around it."""
EVEN = 0.75
"""Share of its rim that has one colour."""
FULL = 0.9
"""Share of such a page that they fill at the most."""


@dataclass(frozen=True)
class Part:
    """A region that is a panel.

    Attributes:
        region: (h, w) bool, cut out of the page.
        x, y: where it was cut out.
        shape: the region as a figure, in page pixels.
    """

    region: Mask
    x: int
    y: int
    shape: Shape

    def moved(self, dx: int, dy: int) -> "Part":
        """The same elsewhere."""
        return Part(self.region, self.x + dx, self.y + dy, self.shape.moved(dx, dy))


@dataclass(frozen=True)
class Layout:
    """Panels of a page.

    Attributes:
        parts: panels with a frame or an edge.
        ink: (h, w) bool, what is not background.
        score: in [0, 1], how well the panels fit and fill the page.
        sure: nothing better is to be expected of another background.
        loose: boxes of drawings without a frame or an edge.
    """

    parts: list[Part]
    ink: Mask
    score: float
    sure: bool
    loose: list[BoxTuple]

    @property
    def shapes(self) -> list[Shape]:
        """The panels' figures."""
        return [part.shape for part in self.parts]


def best_layout(small: Pixels) -> tuple[Background | None, Layout | None]:
    """The best set of panels, with the background that they stand on.

    Args:
        small: (h, w, 3) uint8 RGB, a page of at most about 1100 pixels a side.

    Returns:
        the background, None where nothing but ruled lines tells the panels apart; and the panels, None where the page
        is one picture.
    """
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    paper, layout = _on_rim_colours(small)
    if layout is None or layout.score < CERTAIN or min(shape.quality for shape in layout.shapes) < CLEAN:
        paper, layout = _between_bands(small, paper, layout)
    if paper is not None:
        layout = _looked_into(small, layout, paper)
    layout = _split_along_lines(_split_along_lines(layout, thin_gutters(grey)), ridges(grey))
    layout = replace(layout, parts=[part for part in layout.parts if part.shape.quality >= SOLID])
    layout = _with_insets(small, layout)
    if len(layout.parts) < 2 and (paper is None or not layout.parts or is_loose_page(layout.shapes, small.shape[:2])):
        return None, None
    if paper is not None:
        loose = loose_boxes(layout.ink, [shape.box for shape in layout.shapes])
        layout = replace(layout, loose=[box for box in loose if not _is_text(layout.ink, box)])
    return paper, layout


def _with_insets(small: Pixels, layout: Layout) -> Layout:
    """The panels, and those that are set into the large ones among them."""
    found: list[Part] = []
    for part in layout.parts:
        w, h = part.shape.box[2:]
        if w * h < HOST * small.shape[0] * small.shape[1]:
            continue
        for x, y, wide, tall in inset_boxes(small, part.shape.box):
            shape = Shape((x, y, wide, tall), None, INSET, wide * tall)
            found.append(Part(np.ones((tall, wide), np.bool_), x, y, shape))
    return replace(layout, parts=[*layout.parts, *found])


def _split_along_lines(layout: Layout, lines: Ridges) -> Layout:
    """The panels, cut along the ruled lines that they share.

    Where there are gutters, no line that lies is the first to cut a panel: a horizon is likelier.
    """
    wobble, smallest = WOBBLE * page_side(lines.grey.shape), round(SMALLEST * page_area(lines.grey.shape))
    parts: list[Part] = []
    for part in layout.parts:
        height, width = part.region.shape
        place = (slice(part.y, part.y + height), slice(part.x, part.x + width))
        pieces = split_ruled(
            part.region, lines.part(place), smallest, wobble, lying=lines.gutters or len(layout.parts) < 2
        )
        if len(pieces) < 2:
            parts.append(part)
        else:
            shapes = [fit_shape(piece, wobble).moved(part.x, part.y) for piece in pieces]
            parts += [Part(piece, part.x, part.y, shape) for piece, shape in zip(pieces, shapes, strict=True)]
    return replace(layout, parts=parts)


def _looked_into(small: Pixels, layout: Layout, paper: Background) -> Layout:
    """The panels, those that are pages themselves replaced by their own."""
    parts: list[Part] = []
    ink = layout.ink.copy()
    inset = max(2, round(0.004 * page_side(small.shape)))
    for part in layout.parts:
        x, y, w, h = part.shape.box
        inner: Layout | None = None
        if w * h >= NESTED * small.shape[0] * small.shape[1] and part.shape.polygon is None and min(w, h) > 12 * inset:
            crop = np.ascontiguousarray(small[y + inset : y + h - inset, x + inset : x + w - inset])
            rim = np.concatenate([crop[0], crop[-1], crop[:, 0], crop[:, -1]])
            middle = np.median(rim, 0)
            even = (np.abs(rim - middle).max(1) <= OTHER).mean() >= EVEN
            if even and np.abs(middle - paper.surface.mean((0, 1))).max() > OTHER:
                inner = _on_rim_colours(crop)[1]
        if inner is not None and _is_page(inner):
            parts += [one.moved(x + inset, y + inset) for one in inner.parts]
            ink[y : y + h, x : x + w] = False  # nothing of its background is a drawing
        else:
            parts.append(part)
    return replace(layout, parts=parts, ink=ink)


def _is_page(inner: Layout) -> bool:
    """Whether what is found in a panel is a page with a margin; a frame and a line in it are none."""
    filled = sum(shape.area for shape in inner.shapes)
    return inner.sure and min(shape.quality for shape in inner.shapes) >= CLEAR and filled < FULL * inner.ink.size


def _on_rim_colours(small: Pixels) -> tuple[Background | None, Layout | None]:
    """The background whose panels fit best; rare colours must look promising on a smaller copy first."""
    best: tuple[Background | None, Layout | None] = (None, None)
    top = 0.0
    papers: list[Background] = []
    size = (small.shape[1] // 2, small.shape[0] // 2)
    half = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8) if min(size) > 64 else small
    for colour in rim_colours(small):
        if any(explains(paper, small, colour) for paper in papers):
            continue
        if papers and _on(background(half, colour))[1] <= top - PROMISING:
            continue
        paper = background(small, colour)
        papers.append(paper)
        layout, score = _on(paper)
        if layout is not None and (best[1] is None or score > top + 0.01):
            best, top = (paper, layout), score
        if top > CERTAIN and len(papers) == 1 and best[1] is not None and best[1].sure:
            break  # nothing left to gain from a rarer colour
    return best


def _on(paper: Background) -> tuple[Layout | None, float]:
    """The panels on a background with their score; gaps in drawn frames are sealed where that helps."""
    best: Layout | None = None
    for sealing in (1, max(2, round(0.004 * page_side(paper.mask.shape)))):
        layout = _layout(paper, sealing)
        if layout is None:
            continue
        # Sealing that closes a narrow gutter joins two panels and gains its area: not worth a panel.
        fewer = best is not None and len(layout.parts) < len(best.parts)
        if best is None or layout.score > best.score + (0.05 if fewer else 0.01):
            best = layout
        if layout.sure and layout.score > CERTAIN:
            break
    return best, 0.0 if best is None else best.score


def _layout(paper: Background, sealing: int) -> Layout | None:
    """Panels for one background, or None where it shows none."""
    height, width = paper.mask.shape
    page, single = height * width, page_area(paper.mask.shape)
    ink = without_specks(~paper.mask)
    outside = reached(ink, sealing)
    if float(paper.surface.mean()) < DARK:  # black pen lines hang together with black gutters
        outside = opened(outside, max(1, round(0.0035 * page_side(ink.shape))))
    body = opened(~outside, max(1, round(0.006 * page_side(paper.mask.shape))))
    gutter = outside | thin_background(ink, outside)
    wobble = WOBBLE * page_side(paper.mask.shape)
    parts: list[Part] = []
    for region, (rows, columns) in regions(body, SMALLEST * single):
        for piece in split(region, gutter[rows, columns], round(SMALLEST * single), wobble):
            shape = fit_shape(piece, wobble)
            if shape.is_round and shape.area < ROUND * single:
                shape = replace(shape, quality=min(shape.quality, DOUBTFUL))
            if shape.area >= SMALLEST * single:  # a bad fit may be two panels that share a line
                parts.append(Part(piece, columns.start, rows.start, shape.moved(columns.start, rows.start)))
    parts = _without_nested(parts)
    if not parts:
        return None
    shapes = [part.shape for part in parts if part.shape.quality >= SOLID]
    if not shapes:
        return Layout(parts, ink, 0.0, False, [])
    wide = is_wide(outside)
    score = _score(shapes, float(outside.sum()), page) * (1.0 if wide else 0.8)
    return Layout(parts, ink, score, wide and len(shapes) > 1 and score > SURE, [])


def _score(shapes: list[Shape], outside: float, page: int) -> float:
    """How much of a page panels and the background around them account for, and how well; many panels well most."""
    filled = sum(s.box[2] * s.box[3] if s.polygon is None else s.area for s in shapes)
    quality = sum(s.quality * s.area for s in shapes) / sum(s.area for s in shapes)
    return min(1.0, (filled + 0.8 * outside) / page) * quality * (1 - FEW / len(shapes))


def _between_bands(small: Pixels, paper: Background | None, layout: Layout | None) -> tuple[Background | None, Layout]:
    """The panels that gutters alone tell apart, where these are more and fit better than those that are enclosed."""
    best, top, around = layout, 0.0 if layout is None else layout.score, paper
    wobble, smallest = WOBBLE * page_side(small.shape), round(SMALLEST * page_area(small.shape))
    papers = [] if paper is None else [paper]
    for colour in rim_colours(small):
        if not any(explains(one, small, colour) for one in papers):
            papers.append(background(small, colour))
    enclosed = [] if layout is None else [part for part in layout.parts if part.shape.quality >= CLEAN]
    for one in papers:
        found = banded(one.mask, smallest, wobble)
        if len(found) < 2:
            continue
        free = float((~np.any([mask for mask, *_ in found], 0)).sum())
        parts: list[Part] = []
        for mask, shape, share in found:
            own = [part for part in enclosed if _inside(part.shape, shape) > 0.9] if one is paper else []
            if len(own) > 1 and sum(part.shape.area for part in own) >= FILLING * shape.area:
                parts += own
            else:
                parts.append(_part(mask, replace(shape, quality=shape.quality * share)))
        score = _score([part.shape for part in parts], free, small.shape[0] * small.shape[1])
        more = layout is None or len(parts) > len(layout.shapes)
        if score > top + (0.02 if more else MUCH):
            best, top, around = Layout(parts, ~one.mask, score, True, []), score, one
    if best is None:
        whole = np.ones(small.shape[:2], np.bool_)
        best = Layout([Part(whole, 0, 0, fit_shape(whole, 1.0))], whole, 0.7, False, [])
    return around, best


def _part(mask: Mask, shape: Shape) -> Part:
    """A panel of the page, cut out."""
    x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
    return Part(mask[y : y + h, x : x + w], x, y, shape)


def _without_nested(parts: list[Part]) -> list[Part]:
    """Drops parts that lie in a larger one; the box of a slanted panel may lie in its neighbour's box."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda p: (-p.shape.area, p.shape.box)):
        shape = part.shape
        for other in (one.shape for one in kept):
            if shape.area < 0.5 * other.area and _inside(shape, other) >= 0.7:
                break
        else:
            kept.append(part)
    return kept


def _inside(shape: Shape, other: Shape) -> float:
    """Share of a shape that lies in another, by 12 x 12 points."""
    x, y, w, h = shape.box
    at = (np.arange(12) + 0.5) / 12
    own, around = (outline(one).astype(np.float32)[:, None] for one in (shape, other))
    points = [(float(px), float(py)) for px in x + w * at for py in y + h * at]
    points = [point for point in points if cv2.pointPolygonTest(own, point, False) >= 0]
    return sum(cv2.pointPolygonTest(around, point, False) >= 0 for point in points) / max(1, len(points))


def _is_text(ink: Mask, box: BoxTuple) -> bool:
    """Whether nothing in a place is larger than a letter: captions, titles and page numbers are no drawings."""
    x, y, w, h = box
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink[y : y + h, x : x + w].astype(np.uint8), connectivity=8)
    sizes = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1, initial=0)
    return bool((sizes < LETTER * page_side(ink.shape)).all())


def is_loose_page(shapes: list[Shape], size: tuple[int, ...]) -> bool:
    """A single figure is a panel only with gutters around it; else the page is one drawing."""
    if len(shapes) > 1:
        return False
    height, width = size
    x, y, w, h = shapes[0].box
    touching = sum((x <= 2, y <= 2, x + w >= width - 2, y + h >= height - 2))
    return touching >= 2 or not 0.35 <= w * h / (height * width) <= 0.9
