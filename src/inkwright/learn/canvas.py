"""Canvases: a panel, or the style picture, prepared as the network's input."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, cat

from inkwright.learn.guides import CHANNELS, NOISE, Guides, drawing_guides, style_guides
from inkwright.learn.palette import Palette, cast_palette
from inkwright.learn.strokes import StrokePrior, paint_base
from inkwright.learn.tensors import to_tensor

Floats = NDArray[np.float32]

PLANES = CHANNELS + 3
"""Planes of `Canvas.x`: the guides and the cast flats."""


@dataclass(frozen=True)
class Canvas:
    """A panel as the style network sees it.

    Attributes:
        x: (1, 14, H, W) guides and cast flats.
        base: (1, 3, H, W) RGB in [0, 1], the classical painting that the network improves.
        flat: (1, 3, H, W) RGB in [0, 1], cast flats with ink.
        ink: (1, 1, H, W) in [0, 1].
    """

    x: Tensor
    base: Tensor
    flat: Tensor
    ink: Tensor


class Look:
    """A style picture, the book's palette cast from it, and its stroke prior: what makes canvases out of panels.

    Args:
        style: (H, W, 3) RGB in [0, 1].
        palette: the book's palette.
        seed: of sampling and noise.
        detail: of the book, see `painted_share`; the guides of its panels are made with it.
    """

    def __init__(self, style: Floats, palette: Palette, seed: int, detail: float = 0.0) -> None:
        self.style, self.palette, self.detail = style, palette, detail
        self.prior = StrokePrior(style, seed)

    def canvas(self, guides: Guides) -> Canvas:
        """The canvas of a panel."""
        flat, _ = paint_base(guides, self.palette, None)
        base, strength = paint_base(guides, self.palette, self.prior)
        planes = guides.planes.copy()
        if strength is not None:
            planes[..., NOISE] *= strength[..., None]
        return Canvas(
            cat([to_tensor(planes), to_tensor(flat)], 1), to_tensor(base), to_tensor(flat), to_tensor(guides.ink)
        )

    def style_canvas(self, seed: int) -> tuple[Canvas, Tensor]:
        """The style picture's own canvas, and the picture (1, 3, H, W) that the network should make of it."""
        guides = style_guides(self.style, seed)
        ink = guides.ink[..., None]
        flat = (1 - ink) * guides.flat + ink * self.palette.dark
        painted, _ = self.prior(guides.flat, guides)
        base = np.asarray(np.clip((1 - ink) * painted + ink * self.palette.dark, 0, 1), np.float32)
        x = cat([to_tensor(guides.planes), to_tensor(np.asarray(flat, np.float32))], 1)
        return Canvas(x, to_tensor(base), to_tensor(np.asarray(flat, np.float32)), to_tensor(guides.ink)), to_tensor(
            self.style
        )


def make_look(panels: list[Guides], style: Floats, seed: int, detail: float = 0.0) -> Look:
    """Casts the book's palette from all panels at once and reads the strokes off the style."""
    return Look(style, cast_palette([guides.flat for guides in panels], style, seed), seed, detail)


__all__ = ["PLANES", "Canvas", "Look", "drawing_guides", "make_look"]
