"""What the style network is told about a drawing: ink, flats, distance to ink, and the direction of its contours.

All of it is classical image processing on the drawing alone; nothing here is learned or downloaded.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.learn.atlas import COPY
from inkwright.learn.drawing import distance_to, even_paper, ink_map, lit_paper, painted
from inkwright.learn.field import direction
from inkwright.learn.filters import blur
from inkwright.learn.flats import flats

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Guides:
    """Guides of one picture.

    Attributes:
        ink: (H, W) in [0, 1], 1 on a pen line.
        flat: (H, W, 3) RGB in [0, 1], marker hatching spread to filled regions.
        distance: (H, W) to the nearest ink, in pixels, at most 90.
        heading: (H, W, 2) see `direction`.
        busy: (H, W) in [0, 1], where fine detail asks for small, calm strokes.
        seed: of the choice of marks.
    """

    ink: Floats
    flat: Floats
    distance: Floats
    heading: Floats
    busy: Floats
    seed: int


def drawing_guides(rgb: Floats, seed: int, light: Floats | None = None, detail: float = 0.0) -> Guides:
    """Guides of a drawing.

    Args:
        rgb: (H, W, 3) in [0, 1].
        seed: of the choice of marks; the same seed and picture give the same ones.
        light: (h, w, 3) the paper's colour across the drawing, as read off its page; None: estimated from the drawing.
        detail: in [0, 1], how much of the picture is told by paint rather than by ink, see `painted_share`: 0 spreads
            colours up to the ink, 1 keeps the painting's own shapes.
    """
    paper = even_paper(rgb) if light is None else lit_paper(rgb, light)
    ink = ink_map(paper)
    flat = flats(paper, ink)
    busy = np.zeros_like(ink)
    if detail > 0:
        kept, busy = painted(paper)
        flat, busy = flat + np.float32(detail) * (kept - flat), busy * np.float32(detail)
    return Guides(ink, flat, distance_to(ink), direction(flat, ink, framed=True), busy, seed)


def style_tone(rgb: Floats) -> Floats:
    """The tone of a style picture, (H, W, 3): what its marks are the difference to."""
    return np.asarray(blur(rgb, COPY), np.float32)
