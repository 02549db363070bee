"""Canvases: a panel, or the style picture, prepared as the network's input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, cat

from inkwright.learn.banks import Elements, shaped, steady
from inkwright.learn.drawing import distance_to
from inkwright.learn.evening import shifts
from inkwright.learn.field import border_width
from inkwright.learn.finish.finish import Finish
from inkwright.learn.guides import Guides, drawing_guides, style_tone
from inkwright.learn.inking import calm, in_relief, inked, loosened, pen_of
from inkwright.learn.lines import Line, redrawn
from inkwright.learn.marks import Marks
from inkwright.learn.mood import Mood
from inkwright.learn.palette import Palette, cast_palette
from inkwright.learn.regions import Regions, place_planes
from inkwright.learn.scribbles import scribbles
from inkwright.learn.tensors import generator, to_tensor

Floats = NDArray[np.float32]

PLANES = 8
"""Planes of `Canvas.x`: ink, distance to ink, three bands of marks, the cast flats (RGB)."""
FAR = 60.0
"""Distance to ink, in pixels, that counts as 1."""


@dataclass(frozen=True)
class Canvas:
    """A panel as the style network sees it.

    Attributes:
        x: (1, 8, H, W), see `PLANES`.
        base: (1, 3, H, W) RGB in [0, 1], the classical painting that the network improves.
        flat: (1, 3, H, W) RGB in [0, 1], cast flats with ink.
        ink: (1, 1, H, W) in [0, 1].
        places: (1, 8, h, w) where elements are, see `regions.place_planes`; None where nothing is known of them.
        words: likewise, where words of their own hold, see `said.word_planes`; None: nowhere, or not told yet.
        other: (1, 1, H, W) in [0, 1], where another style than the book's rules; None: nowhere.
        shift: (1, 3, H, W) OKLab, how far colours are moved once the panel is painted, see `evening`; None: not at all.
    """

    x: Tensor
    base: Tensor
    flat: Tensor
    ink: Tensor
    places: Tensor | None = None
    other: Tensor | None = None
    shift: Tensor | None = None
    words: Tensor | None = None


class Look:
    """A style picture, the book's palette cast from it, and its marks: what makes canvases out of panels.

    Args:
        style: (H, W, 3) RGB in [0, 1].
        palette: the book's palette.
        seed: of sampling and noise.
        detail: of the book, see `painted_share`; the guides of its panels are made with it.
        elements: the colours of the book's elements; None: nothing is known of them.
        line: what becomes of the drawings' lines.

    `finish` is what finished panels say of the book; None: there are none. `others` are the looks of elements, pages
    and panels that have a style of their own.
    """

    def __init__(
        self,
        style: Floats,
        palette: Palette,
        seed: int,
        detail: float = 0.0,
        elements: Elements | None = None,
        line: Line = Line(),  # noqa: B008 - frozen
    ) -> None:
        self.style, self.palette, self.seed, self.detail, self.elements = style, palette, seed, detail, elements
        self.marks = Marks(style)
        self.line, self.pen = line, pen_of(style)
        self.finish: Finish | None = None
        self.others: list[Look] = []
        self.border = border_width(style) * (1 - detail)  # what is painted has its borders, and lines, in its flats
        self.border = 0.0 if line.border is None else float(np.hypot(self.border, line.border))

    def canvas(
        self,
        guides: Guides,
        regions: Regions | None = None,
        mood: Mood = Mood(),  # noqa: B008
        masks: Sequence[Floats | None] = (),
        moves: Mapping[int, Floats] = MappingProxyType({}),
    ) -> Canvas:
        """The canvas of a panel; with `regions`, its elements get the colours that they have in the whole book.

        A `mood` is the panel's own light. It changes tones before marks are laid, so that a night is hatched as densely
        as the style hatches its darks. `masks` say where each of `others` goes, (H, W) in [0, 1]; None: nowhere.
        `moves` say how far the elements' colours are moved in this panel, see `evening`.
        """
        made = self._own(guides, regions, mood)
        if moves and regions is not None and self.elements is not None:
            shift = shifts(redrawn(guides, self.line).flat, guides.ink, regions, self.elements, moves)
            made = replace(made, shift=to_tensor(shift))
        for other, mask in zip(self.others, masks, strict=False):
            if mask is not None:
                made = blended(made, other.canvas(guides, None, mood), to_tensor(mask))
        return made

    def _own(self, guides: Guides, regions: Regions | None, mood: Mood) -> Canvas:
        drawn, guides = guides, redrawn(guides, self.line)
        tone, places, border = self.palette(guides.flat), None, self.border
        if regions is not None and self.elements is not None:
            tone = steady(tone, guides.flat, regions, self.elements)
            shapes = shaped(regions, guides.flat, self.elements)
            places = place_planes(shapes, len(self.elements.everywhere), *guides.ink.shape)
        if regions is not None and self.finish is not None:
            tone, border = self.finish(tone, drawn, regions), 0.0  # its colours end where the drawing's lines are
            guides = self.finish.inked(guides)
        tone = loosened(in_relief(mood(tone), guides, self.detail), guides, border)
        laid = (
            self.marks(tone, guides.heading, generator(self.seed, guides.seed))
            * calm(guides, self.marks.atlas.cell)[..., None]
        )
        return replace(self._canvas(guides, tone, laid, mood(self.palette.dark)), places=places)

    def style_canvas(self, seed: int) -> tuple[Canvas, Tensor]:
        """The style picture's own canvas, and the picture (1, 3, H, W) that the network should make of it.

        That is the style picture with pen lines drawn over it: what the network learns is to turn marks into paint,
        and to leave lines alone.
        """
        height, width = self.style.shape[:2]
        tone = style_tone(self.style)
        ink = scribbles(height, width, seed)
        guides = Guides(ink, tone, distance_to(ink), np.zeros((height, width, 2), np.float32), np.zeros_like(ink), seed)
        part = calm(guides, self.marks.atlas.cell)[..., None]
        laid = self.marks.own(height, width) * part
        Y = inked(tone, (self.style - tone) * part, guides, self.palette.dark, self.pen)
        return self._canvas(guides, tone, laid, self.palette.dark), to_tensor(Y)

    def _canvas(self, guides: Guides, tone: Floats, laid: Floats, dark: Floats) -> Canvas:
        ink, distance = guides.ink, guides.distance
        flat = inked(tone, None, guides, dark, self.pen)
        base = inked(tone, laid[..., :3], guides, dark, self.pen)
        parts = [to_tensor(ink), to_tensor(distance / np.float32(FAR)), to_tensor(laid[..., 3:]), to_tensor(flat)]
        return Canvas(cat(parts, 1), to_tensor(base), parts[3], parts[0])


def blended(below: Canvas, above: Canvas, mask: Tensor) -> Canvas:
    """A canvas with another one over it, as far as the mask (1, 1, H, W) in [0, 1] says."""
    return replace(
        below,
        x=below.x + (above.x - below.x) * mask,
        base=below.base + (above.base - below.base) * mask,
        flat=below.flat + (above.flat - below.flat) * mask,
        ink=below.ink + (above.ink - below.ink) * mask,
        other=mask if below.other is None else below.other + mask - below.other * mask,
        shift=None if below.shift is None else below.shift * (1 - mask),
    )


def make_look(panels: list[Guides], style: Floats, seed: int, detail: float = 0.0, line: Line = Line()) -> Look:  # noqa: B008
    """Casts the book's palette from all panels at once and reads the marks off the style."""
    return Look(style, cast_palette([guides.flat for guides in panels], style, seed), seed, detail, line=line)


__all__ = ["PLANES", "Canvas", "Look", "drawing_guides", "make_look"]
