"""The best set of panels for a page: what the background encloses, or what gutters and ruled lines tell apart."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from inkwright.comic.bands import banded
from inkwright.comic.enclosed import CERTAIN, SMALLEST, SOLID, WOBBLE, enclosed, is_bare, looked_into
from inkwright.comic.gutters import Background, Colours, background, explains, rim_colours
from inkwright.comic.loose import loose_boxes
from inkwright.comic.nested import with_insets, without_drawn_parts
from inkwright.comic.parts import Layout, Part, inside, part_of, score_of
from inkwright.comic.ridges import Ridges, ridges, thin_gutters
from inkwright.comic.ruled import split_ruled
from inkwright.comic.ruled_lines import frame_of
from inkwright.comic.shapes import BoxTuple, Mask, Shape, fit_shape, page_area, page_side
from inkwright.images import Pixels

ROUGH, FILLED = 0.5, 0.85
"""Quality and share of its box that a panel with something over its edge has at the least."""
SEVERAL = 3
"""Number of panels from which a page has several."""
LETTER = 0.05
"""Share of the page's longer side that everything in a row of text is smaller than."""
PALE, DARK = 215, 40
"""Levels from which and up to which gutters of another colour than the background's are looked for."""
SAME = 4
"""Levels by which two colours of the rim differ at most that need no second look."""
MUCH = 0.15
"""By how much better fewer panels between gutters must fit than those that are enclosed."""
DOUBTED = 0.03
"""By how much worse more panels between gutters may fit where one that is enclosed fits badly."""
FILLING = 0.7
"""Share of the place between gutters that enclosed panels must fill to stand for it."""
CLEAN = 0.9
"""Quality below which a panel may be several."""
WORSE = 0.55
"""Score below which panels on a coloured background are likelier one picture."""
CERTAIN_CUT = 0.86
"""Score from which panels that lines tell apart are taken for granted."""
DIM = 80
"""Level below which a background may be dark art."""
BLED, LARGE, RIM, PLAIN = 0.75, 0.4, 0.004, 0.7
"""Of a page on a scanner's bed: its quality and share of the scan at the least, the width of its blurred edge in shares
of the longer side, and the score that its panels must have."""
Seams = tuple[Ridges, Ridges]
"""Thin gutters and ruled lines of a page."""


def best_layout(small: Pixels, on_bed: bool = True) -> tuple[Background | None, Layout | None]:
    """The best set of panels, with the background that they stand on.

    Args:
        small: (h, w, 3) uint8 RGB, a page of at most about 1100 pixels a side.
        on_bed: it may be a scan of a page on which panels bleed: then only the scanner's white encloses that page.

    Returns:
        the background, None where nothing but ruled lines tells the panels apart; and the panels, None where the page
        is one picture.
    """
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    seams = thin_gutters(grey), ridges(grey)
    colours = rim_colours(small)
    paper, closed = enclosed(small, colours)
    framed = closed is not None and _is_framed(closed, seams[1])
    sheet = None if not on_bed or framed or closed is None else _sheet_on_bed(small, closed)
    found = None if sheet is None else _within(small, sheet)
    if found is not None:
        return found
    look = sheet is None and not framed
    whole = None if closed is None or paper is None else _whole(small, paper, closed, seams, look=look)
    if closed is None or whole is None or not _is_certain(closed, whole):
        paper, whole = _between_bands(small, colours, paper, closed, whole, seams)
    parts = [replace(part, shape=part.shape.within(small.shape)) for part in whole.parts]
    layout = with_insets(small, paper, replace(whole, parts=parts), seams[1])
    if len(layout.parts) < 2 and (paper is None or not layout.parts or is_loose_page(layout.shapes, small.shape[:2])):
        return None, None
    if paper is not None:
        layout = without_drawn_parts(layout, seams[1])
        loose = loose_boxes(layout.ink, [shape.box for shape in layout.shapes], layout.loose)
        layout = replace(layout, loose=[box for box in loose if not _is_text(layout.ink, box)])
    return paper, layout


def _is_framed(closed: Layout, lines: Ridges) -> bool:
    """Whether there is but one panel, with a ruled frame: a strip, or one picture."""
    if len(closed.parts) != 1:
        return False
    page = closed.parts[0]
    place = slice(page.y, page.y + page.region.shape[0]), slice(page.x, page.x + page.region.shape[1])
    return frame_of(page.region, lines.part(place)) is not None


def _sheet_on_bed(small: Pixels, closed: Layout) -> BoxTuple | None:
    """Where a page whose panels bleed may lie on a scan, with a white margin around it; None where it is none."""
    if len(closed.parts) != 1:
        return None
    shape = closed.parts[0].shape
    x, y, w, h = shape.box
    if shape.polygon is not None or shape.quality < BLED or w * h < LARGE * small.shape[0] * small.shape[1]:
        return None
    edge = max(2, round(RIM * page_side(small.shape)))  # blurred by scanning
    return x + edge, y + edge, w - 2 * edge, h - 2 * edge


def _within(small: Pixels, box: BoxTuple) -> tuple[Background | None, Layout] | None:
    """The panels of a page that fills a part of a scan; None where it shows none."""
    x, y, w, h = box
    paper, layout = best_layout(np.ascontiguousarray(small[y : y + h, x : x + w]), on_bed=False)
    if layout is None or len(layout.parts) < 2 or layout.score < PLAIN:
        return None
    room = ((y, small.shape[0] - y - h), (x, small.shape[1] - x - w))
    if paper is not None:
        surface = np.pad(paper.surface, (*room, (0, 0)), mode="edge")
        paper = Background(surface, paper.tolerance, np.pad(paper.mask, room))
    loose = [(left + x, top + y, wide, tall) for left, top, wide, tall in layout.loose]
    parts = [part.moved(x, y) for part in layout.parts]
    return paper, replace(layout, parts=parts, ink=np.pad(layout.ink, room), loose=loose)


def _is_certain(closed: Layout, whole: Layout) -> bool:
    """Whether no other background is tried: what is enclosed fits well, or does when it is cut along lines."""
    fits = min((shape.quality for shape in whole.shapes), default=0.0) >= CLEAN
    return fits and (closed.score >= CERTAIN or whole.score >= CERTAIN_CUT)


def _whole(
    small: Pixels,
    paper: Background | None,
    layout: Layout,
    seams: Seams,
    uncut: Sequence[Part] = (),
    look: bool = True,
) -> Layout:
    """The panels, cut along the lines that they share, with the score that they then have.

    Args:
        small, paper, layout: the page, its background, and the panels.
        seams: these lines.
        uncut: panels that have none of these lines in them, which is known.
        look: a panel may be a page itself.
    """
    if paper is not None and look:
        layout = looked_into(small, layout, paper)
    before = len(layout.parts)
    for lines in seams:
        layout = _split_along_lines(layout, lines, uncut)
    parts = [part for part in layout.parts if part.shape.quality >= SOLID]
    rough = [part.shape.box for part in layout.parts if part.shape.quality < SOLID and _fills_its_box(part.shape)]
    if len(layout.parts) > before and parts:
        score = score_of([part.shape for part in parts], layout.free, small.shape[0] * small.shape[1])
        layout = replace(layout, score=max(layout.score, score))
    return replace(layout, parts=parts, loose=rough)


def _fills_its_box(shape: Shape) -> bool:
    full = shape.box[2] * shape.box[3]
    return shape.quality >= ROUGH and shape.polygon is None and shape.area >= FILLED * full


def _between_bands(
    small: Pixels, colours: Colours, paper: Background | None, closed: Layout | None, whole: Layout | None, seams: Seams
) -> tuple[Background | None, Layout]:
    """The panels that gutters alone tell apart, where these are more and fit better than those that are enclosed.

    Args:
        small: the page.
        colours: of its rim.
        paper, closed: the background, and what it encloses.
        whole: the same, cut along lines.
        seams: these lines.
    """
    best, top, around = whole, 0.0 if whole is None else whole.score, paper
    wobble, smallest = WOBBLE * page_side(small.shape), round(SMALLEST * page_area(small.shape))
    papers = [] if paper is None else [paper]
    for colour in colours:
        usual = float(colour.min()) >= PALE or float(colour.max()) <= DARK
        known = any(np.abs(one.colour - colour).max() <= SAME for one in papers)
        if usual and not known and not any(explains(one, small, colour) for one in papers):
            papers.append(background(small, colour))
    count = 0 if closed is None else sum(part.shape.quality >= SOLID for part in closed.parts)
    little = -DOUBTED if closed is not None and min(shape.quality for shape in closed.shapes) < CLEAN else 0.02
    clear = [] if closed is None else [part for part in closed.parts if part.shape.quality >= CLEAN]
    uncut = [] if whole is None else [part for part in clear if any(part is one for one in whole.parts)]
    for one in papers:
        found = banded(one.mask, smallest, wobble, [part.shape for part in uncut] if one is paper else [])
        if len(found) < 2:
            continue
        free = float((~np.any([mask for mask, *_ in found], 0)).sum())
        parts: list[Part] = []
        for mask, shape, share in found:
            own = [part for part in clear if inside(part.shape, shape) > 0.9] if one is paper else []
            if len(own) > 1 and sum(part.shape.area for part in own) >= FILLING * shape.area:
                parts += own
            else:
                parts.append(part_of(mask, replace(shape, quality=shape.quality * share), "gutters"))
        score = score_of([part.shape for part in parts], free, small.shape[0] * small.shape[1])
        apart = Layout(parts, ~one.mask, score, True, [], free)
        # Lines that lean were not looked for on a page without a slanted panel.
        looked = uncut if closed is not None and (_leans(closed) or not _leans(apart)) else []
        layout = _whole(small, one, apart, seams, looked)
        more = best is None or (len(layout.parts) > len(best.parts) and len(parts) > count)
        more = more or (best is not None and best is not whole and len(layout.parts) >= len(best.parts))
        if layout.score > top + (little if more else MUCH):
            best, top, around = layout, layout.score, one
    if best is None or (top < WORSE and not is_bare(around)):
        return around, _by_lines(small, seams)
    if top < CERTAIN and around is not None and around.colour.mean() < DIM:  # dark art looks like black gutters
        ruled = _by_lines(small, seams)
        if len(ruled.parts) > len(best.parts) and ruled.score > top:
            best = ruled
    return around, best


def _by_lines(small: Pixels, seams: Seams) -> Layout:
    """The panels that nothing but lines tells apart."""
    every = np.ones(small.shape[:2], np.bool_)
    page = Part(every, 0, 0, fit_shape(every, 1.0), "page")
    return _whole(small, None, Layout([page], every, 0.7, False, []), seams)


def _leans(layout: Layout) -> bool:
    """Whether gutters and ruled lines of a page may lean: a panel does, or nothing tells."""
    return len(layout.parts) < 2 or any(part.shape.polygon is not None for part in layout.parts)


def _split_along_lines(layout: Layout, lines: Ridges, uncut: Sequence[Part]) -> Layout:
    """The panels, cut along the ruled lines that they share.

    Where there are gutters, no line that lies is the first to cut a panel: a horizon is likelier. And one that stands
    must run from frame to frame: a wall's corner is likelier.
    """
    wobble, smallest = WOBBLE * page_side(lines.grey.shape), round(SMALLEST * page_area(lines.grey.shape))
    slanted = _leans(layout)
    several = not lines.gutters and len(layout.parts) >= SEVERAL
    parts: list[Part] = []
    for part in layout.parts:
        if any(part.shape.is_like(one.shape, wobble) for one in uncut):
            parts.append(part)
            continue
        height, width = part.region.shape
        place = (slice(part.y, part.y + height), slice(part.x, part.x + width))
        lying = lines.gutters or len(layout.parts) < 2
        pieces = split_ruled(
            part.region, lines.part(place), smallest, wobble, lying=lying, slanted=slanted, strict=several
        )
        if len(pieces) < 2:
            parts.append(part)
        else:
            shapes = [fit_shape(piece, wobble).moved(part.x, part.y) for piece in pieces]
            parts += [Part(piece, part.x, part.y, shape, "lines") for piece, shape in zip(pieces, shapes, strict=True)]
    return replace(layout, parts=parts)


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
