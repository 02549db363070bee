"""Panels set into others, and what looks like a panel and is a part of a drawing without a frame."""

from dataclasses import replace

import numpy as np

from inkwright.comic.enclosed import SMALLEST
from inkwright.comic.frames import framed_boxes
from inkwright.comic.gutters import Background
from inkwright.comic.insets import inset_boxes, is_caption
from inkwright.comic.loose import drawn_beside
from inkwright.comic.parts import Layout, Part
from inkwright.comic.ridges import Ridges
from inkwright.comic.ruled_lines import frame_of
from inkwright.comic.shapes import BoxTuple, Shape, page_area, page_side
from inkwright.images import Pixels

HOST, BORDERED = 0.2, 0.1
"""Share of the page from which a panel may have others set into it, and from which those that have a white or black
border: in small panels what is framed without one is a window."""
INSET = 0.8
"""Quality that an inset is given: a picture on a wall looks alike."""
SEVERAL, MOSTLY = 3, 0.45
"""Number and share of a panel from which others set into it make it the page that they lie on."""
GOES_ON = 0.8
"""Share of what looks like a panel that must lie inside the box of a drawing without a frame to be a part of it."""


def with_insets(small: Pixels, paper: Background | None, layout: Layout, lines: Ridges) -> Layout:
    """The panels, and those that are set into the large ones among them.

    Args:
        small: (h, w, 3) uint8 RGB, the page.
        paper: its background, where that is known.
        layout: the panels.
        lines: the page's ruled lines.
    """
    parts: list[Part] = []
    page, side = page_area(small.shape), page_side(small.shape)
    for part in layout.parts:
        x, y, w, h = part.shape.box
        share = w * h / (small.shape[0] * small.shape[1])
        if share < BORDERED:
            parts.append(part)
            continue
        boxes = inset_boxes(small, part.shape.box, paper)
        place = slice(y, y + h), slice(x, x + w)
        framed = framed_boxes(small[place], lines.part(place), side) if share >= HOST else []
        for left, top, wide, tall in framed:
            box = (left + x, top + y, wide, tall)
            fresh = not any(_overlap(box, one) for one in boxes)
            if wide * tall >= SMALLEST * page and fresh and not is_caption(small, box):
                boxes.append(box)
        ground = len(boxes) >= SEVERAL and sum(wide * tall for _, _, wide, tall in boxes) >= MOSTLY * w * h
        parts += [] if ground else [part]  # what mostly lies below others is the page
        for left, top, wide, tall in boxes:
            shape = Shape((left, top, wide, tall), None, INSET, wide * tall)
            parts.append(Part(np.ones((tall, wide), np.bool_), left, top, shape, "inset"))
    return replace(layout, parts=parts)


def without_drawn_parts(layout: Layout, lines: Ridges) -> Layout:
    """The panels without those that are parts of a drawing without a frame, such as its black ground or its tone.

    They have no frame of their own, and the drawing goes on around them.
    """
    known = layout.parts
    around = drawn_beside(layout.ink, [part.shape.box for part in known])
    parts = []
    for part in known:
        size = part.shape.box[2] * part.shape.box[3]
        within = [box for box in around if _common(part.shape.box, box) >= GOES_ON * size]
        others = any(_overlap(one.shape.box, box) for one in known if one is not part for box in within)
        if within and not others and len(known) > 1 and part.how in ("enclosed", "gutters"):
            place = slice(part.y, part.y + part.region.shape[0]), slice(part.x, part.x + part.region.shape[1])
            if frame_of(part.region, lines.part(place)) is None:
                continue
        parts.append(part)
    return replace(layout, parts=parts)


def _common(one: BoxTuple, other: BoxTuple) -> int:
    """Pixels that two boxes share."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    tall = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0, wide) * max(0, tall)


def _overlap(one: BoxTuple, other: BoxTuple) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
