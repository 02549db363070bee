"""The finish of a book: what its finished panels say, as a function from drawings to tones."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.drawing import distance_to
from inkwright.learn.finish.areas import Labels, areas
from inkwright.learn.finish.chances import chances
from inkwright.learn.finish.colourist import Colourist
from inkwright.learn.finish.cutouts import Panel, drawn_planes
from inkwright.learn.finish.paints import Paints
from inkwright.learn.finish.whose import Whose, allowed
from inkwright.learn.guides import Guides
from inkwright.learn.regions import Regions

Floats = NDArray[np.float32]

SIDE = 512
"""Long side at which drawings are looked at, in pixels; larger ones are reduced."""
EVEN = 0.95
"""How far an area goes by what all of its pixels say together."""
DOUBT = 0.01
"""What the colourist cannot exclude: its chances are at least this, so that what is drawn can speak against them."""
SHARP = 5.0
"""How much the likeliest paint is preferred to a mixture, which would look like colours that have run."""


@dataclass(frozen=True)
class Finish:
    """What the finished panels of a book say.

    Attributes:
        net: the colourist.
        paints: of the finished panels.
        whose: whose paints are.
        seen: per element, whether a finished picture shows it.
        dark: (3,) RGB in [0, 1], the colour of its lines.
        line: in [0, 1], how much of the drawings' lines the finish shows.
    """

    net: Colourist
    paints: Paints
    whose: Whose
    seen: tuple[bool, ...]
    dark: Floats
    line: float

    def __call__(self, tone: Floats, guides: Guides, regions: Regions) -> Floats:
        """The tones of a panel in the finish.

        Args:
            tone: (H, W, 3) RGB in [0, 1], what stays where no finished picture says anything.
            guides: of the drawing.
            regions: where elements are.
        """
        height, width = guides.ink.shape
        scale = min(1.0, SIDE / max(height, width))
        size = (max(16, round(width * scale)), max(16, round(height * scale)))
        ink, flat = _at(guides.ink, size), _at(guides.flat, size)
        small = {i: _at(mask, size) for i, mask in regions.items()}
        where = areas(ink, flat)
        out = _at(self._toned(ink, flat, small, where), (width, height))
        said = _at(self._said(small, where), (width, height))[..., None]
        return np.asarray(tone + said * (out - tone), np.float32)

    def toned(self, ink: Floats, flat: Floats, regions: Regions) -> Floats:
        """(H, W, 3) RGB in [0, 1]: the finish of a drawing at the size at which it is looked at."""
        return self._toned(ink, flat, regions, areas(ink, flat))

    def _toned(self, ink: Floats, flat: Floats, regions: Regions, where: Labels) -> Floats:
        panel = Panel(drawn_planes(ink, flat, where), regions, len(self.seen))
        chance = chances(self.net, panel, len(self.paints), self.whose, where)
        # What an author has marked as absent is not there, however much a drawing looks like it.
        told = self.paints.told(flat) + np.log(allowed(self.whose.belongs, regions.keys()))
        chance = settled(chance, ink, where, told)
        light = np.asarray(cv2.GaussianBlur(luma(flat), (0, 0), 1.0), np.float32)
        return self.paints.painted(chance.reshape(-1, len(self.paints)), light.ravel()).reshape(flat.shape)

    def inked(self, guides: Guides) -> Guides:
        """The guides of a drawing, with its lines as strong as the finish shows them."""
        if self.line >= 1:
            return guides
        ink = guides.ink * np.float32(self.line)
        return Guides(ink, guides.flat, distance_to(guides.ink), guides.heading, guides.busy, guides.seed)

    def _said(self, regions: Regions, where: Labels) -> Floats:
        """(H, W) 1 where finished pictures have something to say, 0 in the areas of an element that none shows."""
        said = np.ones(where.shape, np.float32)
        for i, mask in regions.items():
            if not self.seen[i]:
                # What stands in front of it, and so is smaller, may be known all the same.
                known = [m for k, m in regions.items() if self.seen[k] and m.sum() < mask.sum()]
                said = np.minimum(said, 1 - mask * (1 - np.max([np.zeros_like(said), *known], axis=0)))
        share = np.bincount(where.ravel(), said.ravel()) / np.bincount(where.ravel())
        return (share[where] >= 0.5).astype(np.float32)


def settled(chance: Floats, ink: Floats, where: Labels, told: Floats | None = None) -> Floats:
    """Chances (H, W, K) made even within areas (H, W), lines apart; `told`, (H, W, K), is added to their logarithms."""
    count = int(where.max()) + 1
    free = (1 - np.clip(2 * ink, 0, 0.98)).ravel()
    logs = np.log(chance + DOUBT).reshape(-1, chance.shape[2])
    if told is not None:
        logs = logs + told.reshape(logs.shape)
    total = np.bincount(where.ravel(), free, count)
    sums = np.stack([np.bincount(where.ravel(), free * logs[:, k], count) for k in range(logs.shape[1])], 1)
    mean = sums / np.maximum(total, 1e-6)[:, None]
    z = SHARP * (EVEN * mean[where.ravel()] + (1 - EVEN) * logs)
    out = np.exp(z - z.max(1, keepdims=True))
    return np.asarray((out / out.sum(1, keepdims=True)).reshape(chance.shape), np.float32)


def _at(picture: Floats, size: tuple[int, int]) -> Floats:
    """(H, W) or (H, W, 3) at another size (width, height)."""
    if picture.shape[1::-1] == size:
        return picture
    how = cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.float32)
