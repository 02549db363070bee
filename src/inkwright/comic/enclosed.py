"""The panels that a page's background encloses, over all colours that it may have.

The background (margin and gutters) is found first, for every frequent colour of the page's rim; what it does not
reach are the panels. Regions that a balloon or a figure joins across a gutter are cut apart along it. The colour whose
panels fit best wins. A picture that fills most of a page may itself be a page: a black one on a scanner's white.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inkwright.comic.cuts import split
from inkwright.comic.gutters import Background, Colours, background, explains, rim_colours
from inkwright.comic.parts import Layout, Part, inside, score_of, without_nested
from inkwright.comic.regions import is_wide, opened, reached, regions, thin_background, without_specks
from inkwright.comic.shapes import Mask, fit_shape, page_area, page_side
from inkwright.images import Pixels

SMALLEST = 0.015
"""Share of the page below which a region is a speck and not a panel."""
WOBBLE = 0.008
"""How far a drawn frame may stray from a straight line, as a share of the page's longer side."""
SOLID = 0.7
"""Quality from which a region counts as a panel of its own; less is a loose drawing."""
NESTED = 0.35
"""Share of a page from which a panel is looked into: it may be a page itself."""
DARK = 80
"""Grey level below which a background is as dark as ink."""
OPENED = (0.0035, 0.0015)
"""Half the widths in shares of the page's longer side below which a dark background may be pen lines."""
ROUND = 0.06
"""Share of the page below which something round is a head or a ball, drawn without a frame."""
DOUBTFUL = 0.5
"""Quality that it then has."""
PALE, BLACK = 205, 45
"""Grey levels from which a background may be bare paper, and up to which it may be black."""
BROAD, LEFT = 0.03, 0.1
"""Half the width in shares of the page's longer side from which a coloured background is broad; and the share of the
page that it may be."""
RIM = 0.2
"""Share of the page's rim that panels may hide of such a background; a sky ends at the horizon."""
ALL_AROUND, YELLOWED = 0.95, 150
"""Share of the rim and level from which a background may be paper that is not white."""
SURE = 0.66
"""Score from which the panels are taken for granted."""
CERTAIN = 0.76
"""Score of the rim's most frequent colour from which no other is tried."""
PROMISING = 0.05
"""By how much a rarer colour may look worse on a smaller copy and is tried all the same."""
CLEAR = 0.85
"""Quality that all panels of such a page must have."""
MANY, VERY_CLEAR = 4, 0.93
"""Panels from which their mean quality counts, and what it must be on black: ink on white leaves figures as well."""
BETTER = 0.03
"""By how much more panels must fit better that nothing but gaps a pixel wide tells apart."""
WITHIN = 0.9
"""Share of a panel that the panels in it must fill."""
OTHER = 30
"""Grey levels by which its margin differs from the paper around it."""
EVEN = 0.75
"""Share of its rim that has one colour."""
HALF, FULL = 0.45, 0.9
"""Shares of such a page that they fill at the least and at the most: heads and robes on a dark ground are no panels."""


def enclosed(small: Pixels, colours: Colours) -> tuple[Background | None, Layout | None]:
    """The background whose panels fit best; rare colours must look promising on a smaller copy first.

    Args:
        small: (h, w, 3) uint8 RGB, a page.
        colours: that its background may have, the likeliest first.
    """
    best: tuple[Background | None, Layout | None] = (None, None)
    top = 0.0
    papers: list[Background] = []
    size = (small.shape[1] // 2, small.shape[0] // 2)
    half = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8) if min(size) > 64 else small
    left = [(0.0, colour) for colour in colours]
    while left:
        promise, colour = left.pop(0)
        if any(explains(paper, small, colour) for paper in papers) or (papers and promise <= top - PROMISING):
            continue
        paper = background(small, colour)
        papers.append(paper)
        layout, score = _on(paper)
        if layout is not None and (best[1] is None or score > top + 0.01):
            best, top = (paper, layout), score
        if top > CERTAIN and len(papers) == 1 and best[1] is not None and best[1].sure:
            break  # nothing left to gain from a rarer colour
        if len(papers) == 1:  # now the most promising first
            rest = [one for _, one in left if not explains(paper, small, one)]
            left = [(_on(background(half, one), rough=True)[1], one) for one in rest]
            left.sort(key=lambda one: -one[0])
    return best


def _on(paper: Background, rough: bool = False) -> tuple[Layout | None, float]:
    """The panels on a background with their score; gaps in drawn frames are sealed where that helps.

    Args:
        paper: the background.
        rough: a first impression will do.
    """
    best: Layout | None = None
    side = page_side(paper.mask.shape)
    ways = [(1, 0), (max(2, round(0.004 * side)), 0), (0, 0)]
    if paper.colour.mean() < DARK:  # black pen lines hang together with black gutters, which may be thin, too
        ways = [(1, max(1, round(wide * side))) for wide in OPENED]
    if rough:  # on the smaller copy thin black gutters do not survive more
        ways = ways[-1:] if paper.colour.mean() < DARK else ways[:1]
    ink = without_specks(~paper.mask)
    for sealing, opening in ways:
        alone = best is not None and len(best.parts) == 1 and best.shapes[0].quality >= CLEAR
        if best is not None and sealing > 1 and (alone or (best.sure and best.score > CERTAIN)):
            continue  # to seal more tells nothing apart
        ground = _Ground.of(ink, sealing, opening)
        # Gutters a pixel wide are open without sealing; so are frames with gaps.
        if best is not None and sealing == 0 and len(ground.regions) <= len(best.parts):
            continue
        layout = _layout(paper, ground, 3 if rough else 5)
        if layout is None:
            continue
        # Sealing that closes a narrow gutter joins two panels and gains its area: not worth a panel.
        fewer = best is not None and len(layout.parts) < len(best.parts)
        if best is not None and sealing == 0:
            clear = min((shape.quality for shape in layout.shapes), default=0.0) >= CLEAR
            if len(layout.parts) <= len(best.parts) or not (clear or layout.score > best.score + BETTER):
                best = _refined(best, layout)
                continue
        if best is None or layout.score > best.score + (0.05 if fewer else 0.01):
            best = layout
        if layout.sure and layout.score > CERTAIN and sealing != 1:
            break
    return best, 0.0 if best is None else best.score


def _refined(layout: Layout, fine: Layout) -> Layout:
    """The panels, but for those that gaps a pixel wide tell apart into nothing but clear ones."""
    parts: list[Part] = []
    for part in layout.parts:
        own = [one for one in fine.parts if one.shape.area < part.shape.area and inside(one.shape, part.shape) > 0.9]
        clear = len(own) > 1 and min(one.shape.quality for one in own) >= CLEAR
        parts += own if clear and sum(one.shape.area for one in own) >= WITHIN * part.shape.area else [part]
    return replace(layout, parts=parts)


@dataclass(frozen=True)
class _Ground:
    """A page's ink, the background that can be walked to from the rim, and the large regions that it leaves.

    Attributes:
        ink, outside: (h, w) bool.
        regions: each cut out, with its rows and columns.
    """

    ink: Mask
    outside: Mask
    regions: list[tuple[Mask, tuple[slice, slice]]]

    @classmethod
    def of(cls, ink: Mask, sealing: int, opening: int) -> "_Ground":
        """With gaps in frames up to 2 x sealing sealed, and without background thinner than 2 x opening + 1 pixels."""
        outside = reached(ink, sealing)
        if opening:
            outside = opened(outside, opening)
        body = opened(~outside, max(1, round(0.006 * page_side(ink.shape))))
        return cls(ink, outside, regions(body, SMALLEST * page_area(ink.shape)))


def _layout(paper: Background, ground: _Ground, depth: int) -> Layout | None:
    """Panels for one background, or None where it shows none; a region is cut apart `depth` times at most."""
    ink, outside = ground.ink, ground.outside
    height, width = paper.mask.shape
    page, single = height * width, page_area(paper.mask.shape)
    gutter = outside | thin_background(ink, outside, opens=paper.colour.mean() >= DARK)
    wobble = WOBBLE * page_side(paper.mask.shape)
    parts: list[Part] = []
    for region, (rows, columns) in ground.regions:
        whole = fit_shape(region, wobble)
        for piece in split(region, gutter[rows, columns], round(SMALLEST * single), wobble, depth, whole):
            shape = whole if piece is region else fit_shape(piece, wobble)
            if shape.is_round and shape.area < ROUND * single:
                shape = replace(shape, quality=min(shape.quality, DOUBTFUL))
            if shape.area >= SMALLEST * single:  # a bad fit may be two panels that share a line
                parts.append(Part(piece, columns.start, rows.start, shape.moved(columns.start, rows.start)))
    parts = without_nested(parts)
    if not parts:
        return None
    shapes = [part.shape for part in parts if part.shape.quality >= SOLID]
    if not shapes:
        return Layout(parts, ink, 0.0, False, [])
    wide = is_wide(outside)
    score = score_of(shapes, float(outside.sum()), page) * (1.0 if wide else 0.8) * _is_gutter(paper, outside)
    return Layout(parts, ink, score, wide and len(shapes) > 1 and score > SURE, [], float(outside.sum()))


def is_bare(paper: Background | None) -> bool:
    """Whether a background is as pale as paper or as black as ink; None, which lines alone tell apart, is."""
    middle = np.zeros(3) if paper is None else paper.colour
    return float(middle.min()) >= PALE or float(middle.max()) <= BLACK


def _is_gutter(paper: Background, outside: Mask) -> float:
    """What a background's shape lets its score keep: paper may lie bare, but a colour in broad areas is a sky."""
    if is_bare(paper):
        return 1.0
    broad = float(opened(outside, round(BROAD * page_side(outside.shape))).mean())
    around = float(np.concatenate([outside[0], outside[-1], outside[:, 0], outside[:, -1]]).mean())
    if around >= ALL_AROUND and float(paper.colour.min()) >= YELLOWED:
        return 1.0  # old or shaded paper
    return (1.0 - max(0.0, broad - LEFT)) * (1.0 if broad <= LEFT else min(1.0, around + RIM))


def looked_into(small: Pixels, layout: Layout, paper: Background) -> Layout:
    """The panels, those that are pages themselves replaced by their own."""
    parts: list[Part] = []
    ink = layout.ink.copy()
    inset = max(2, round(0.004 * page_side(small.shape)))
    for part in layout.parts:
        x, y, w, h = part.shape.box
        ground, inner = None, None
        if w * h >= NESTED * small.shape[0] * small.shape[1] and part.shape.polygon is None and min(w, h) > 12 * inset:
            crop = np.ascontiguousarray(small[y + inset : y + h - inset, x + inset : x + w - inset])
            rim = np.concatenate([crop[0], crop[-1], crop[:, 0], crop[:, -1]])
            middle = np.median(rim, 0)
            even = len(layout.parts) == 1 or (np.abs(rim - middle).max(1) <= OTHER).mean() >= EVEN
            if even and np.abs(middle - paper.colour).max() > OTHER:
                ground, inner = _page_in(crop)
        if inner is not None and ground is not None and _is_page(ground, inner):
            parts += [one.moved(x + inset, y + inset) for one in inner.parts]
            ink[y : y + h, x : x + w] = False  # nothing of its background is a drawing
        else:
            parts.append(part)
    return replace(layout, parts=parts, ink=ink)


def _page_in(crop: Pixels) -> tuple[Background | None, Layout | None]:
    """What a picture encloses where it looks like a page; a smaller copy tells that of most."""
    size = (crop.shape[1] // 2, crop.shape[0] // 2)
    half = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    if min(half.shape[:2]) <= 64:
        return enclosed(crop, rim_colours(crop))
    ground, layout = enclosed(half, rim_colours(half))
    if ground is None or layout is None or not layout.shapes or not _is_page(ground, layout):
        return None, None
    like = ground.colour
    nearest = sorted(rim_colours(crop), key=lambda colour: float(np.abs(colour - like).max()))[:1]
    return enclosed(crop, nearest)


def _is_page(ground: Background, inner: Layout) -> bool:
    """Whether what is found in a panel is a page with a margin; a frame and lines in it are none."""
    filled = sum(shape.area for shape in inner.shapes)
    mean = sum(shape.quality * shape.area for shape in inner.shapes) / max(1, filled)
    least = CLEAR if ground.colour.mean() >= DARK else VERY_CLEAR
    mask = ground.mask
    margin = float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean()) >= EVEN
    many = len(inner.shapes) >= MANY and (mean >= least or (margin and mean >= CLEAR))
    clear = many or min(shape.quality for shape in inner.shapes) >= CLEAR
    return inner.sure and clear and HALF * inner.ink.size <= filled < FULL * inner.ink.size
