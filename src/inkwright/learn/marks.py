"""The style's marks, laid over a panel: patches of the style picture, chosen by tone, direction and neighbours.

A field says for each cell of the panel which place of the style's atlas it takes its marks from. It is found in the
manner of PatchMatch: each cell starts from one of the nearest of some random places, then takes over what neighbours
found where that fits as well, so that whole runs of hatching are carried over in one piece. Only differences from the
blurred style are copied: the tone stays the cast palette's, which is what keeps the book's colours the same on all
pages.

Sources: A. Hertzmann et al., "Image analogies", 2001; C. Barnes et al., "PatchMatch", 2009. Differs: cells instead of
pixels, tones instead of pictures, a patch's fit with its neighbours is read on the marks at reduced size.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inkwright.learn.atlas import CELLS, COPIED, COPY, SAMPLES, TONE, Atlas, Cells, cells, coloured
from inkwright.learn.colour import luma
from inkwright.learn.filters import blur

Floats = NDArray[np.float32]

TRIES = 2048
"""Random places that a cell's first choice is made from."""
ASKED = 512
"""Cells that choose from the same random places."""
NEAREST = 16
"""The first choice falls on any of so many nearest ones: alike cells would else all take the same place, as tiles."""
STEPS = (4, 2, 1, 1)
"""How far away, in cells, the neighbours are that are asked in each round."""
FIT = 6.0
"""Weight of a patch's fit with its neighbours against its own match."""
BAND = 24
"""Rows of cells that are laid at a time."""
LOUDEST = 1.5
"""How strong marks may come out, against what is typical of the style: louder ones are stray motifs, and are damped."""
HIGHEST = 3.0
"""How far a single mark may stand out, against what is typical: spray and stars do not belong on every face."""
STRAY = 3.0
"""How far a single mark's colour may stand out, against what is typical."""
MESH = 2
"""Larger cells weigh that fit by so high a power of their size: a mesh must close."""


@dataclass(frozen=True)
class Field:
    """Where each cell's marks come from.

    Attributes:
        rows, columns: (h, w) int64, the pixel of the atlas that comes to lie on the cell's centre.
    """

    rows: Tensor
    columns: Tensor


class Matcher:
    """Finds fields from one atlas."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.features = torch.from_numpy(atlas.cells.features)
        self.marks = torch.from_numpy(atlas.marks).flatten()
        self.inside = torch.from_numpy(atlas.inside)
        self.places = torch.from_numpy(atlas.places)
        self.fit = FIT * (atlas.cell / CELLS[0]) ** MESH
        self.step = 2 * atlas.cell // SAMPLES
        side = torch.arange(-SAMPLES // 2, SAMPLES // 2)
        self.window = (side[:, None] * atlas.marks.shape[1] + side[None]).flatten()

    def __call__(self, wanted: Cells, generator: torch.Generator) -> Field:
        """The field for a panel's cells."""
        Q = torch.from_numpy(wanted.features)
        height, width = Q.shape[:2]
        row, column = self._first(Q.flatten(0, 1), generator)
        row, column = row.view(height, width), column.view(height, width)
        for step in STEPS:
            now = self._painted(row, column)
            # Without the cell's own patch, or it would fit best wherever it stands.
            now = (4 * now - self._window(row, column)) / 3
            best = self._cost(Q, now, row, column)
            for dy, dx in ((0, step), (0, -step), (step, 0), (-step, 0)):
                y = torch.roll(row, (dy, dx), (0, 1)) + dy * self.atlas.cell
                x = torch.roll(column, (dy, dx), (0, 1)) + dx * self.atlas.cell
                H, W = self.inside.shape
                there = (y >= 0) & (y < H) & (x >= 0) & (x < W)
                y, x = y.clamp(0, H - 1), x.clamp(0, W - 1)
                there &= self.inside[y, x]
                # A place outside is never gathered: it costs the moon, and its window would lie outside, too.
                y, x = torch.where(there, y, row), torch.where(there, x, column)
                cost = torch.where(there, self._cost(Q, now, y, x), torch.inf)
                better = cost < best
                row, column = torch.where(better, y, row), torch.where(better, x, column)
                best = torch.where(better, cost, best)
        return Field(row, column)

    def _first(self, Q: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """One of the nearest of a few random places for each cell: alike cells must not all take the same."""
        chosen = torch.zeros(len(Q), dtype=torch.long)
        order = torch.randperm(len(Q), generator=generator)
        for first in range(0, len(Q), ASKED):
            some = order[first : first + ASKED]
            tried = torch.randint(0, len(self.places), (TRIES,), generator=generator)
            at = self.places[tried]
            S = self.features[at[:, 0], at[:, 1]]
            distance = (S * S).sum(1)[None] - 2 * Q[some] @ S.T
            near = distance.topk(NEAREST, 1, largest=False)[1]
            one = torch.randint(0, NEAREST, (len(some), 1), generator=generator)
            chosen[some] = tried[near.gather(1, one)[:, 0]]
        found = self.places[chosen] * self.atlas.cell + self.atlas.cell // 2
        return found[:, 0], found[:, 1]

    def _window(self, row: Tensor, column: Tensor) -> Tensor:
        """(h, w) pixels of the atlas → (h, w, 8, 8) the marks around them, two cells wide."""
        first = (row // self.step) * self.atlas.marks.shape[1] + column // self.step
        taken = self.marks[(first.flatten()[:, None] + self.window[None])]
        return taken.view(*row.shape, SAMPLES, SAMPLES)

    def _painted(self, row: Tensor, column: Tensor) -> Tensor:
        """The marks as they lie now, as windows: (h, w, 8, 8), means of overlapping patches."""
        half = SAMPLES // 2
        V = self._window(row, column)
        height, width = row.shape
        total = torch.zeros((height + 1) * half, (width + 1) * half)
        count = torch.zeros_like(total)
        for by in (0, 1):
            for bx in (0, 1):
                part = V[:, :, by * half : (by + 1) * half, bx * half : (bx + 1) * half]
                at = (slice(by * half, by * half + height * half), slice(bx * half, bx * half + width * half))
                total[at] += part.permute(0, 2, 1, 3).reshape(height * half, width * half)
                count[at] += 1
        return (total / count).unfold(0, SAMPLES, half).unfold(1, SAMPLES, half)

    def _cost(self, Q: Tensor, now: Tensor, row: Tensor, column: Tensor) -> Tensor:
        """(h, w) how ill a place serves each cell."""
        match = (Q - self.features[row // self.atlas.cell, column // self.atlas.cell]).square().sum(-1)
        return match + self.fit * (self._window(row, column) - now).square().mean((2, 3))


def lay(atlas: Atlas, field: Field) -> Floats:
    """The marks of a field, (h · cell, w · cell, 6): overlapping patches, faded into each other.

    Where patches differ, fading them makes the marks fainter; they are raised again to the strength that they have in
    the style.
    """
    (height, width), cell = field.rows.shape, atlas.cell
    planes = torch.from_numpy(atlas.planes).flatten(0, 1)
    across = atlas.planes.shape[1]
    fade = 0.5 + 0.5 * torch.cos(torch.pi * ((torch.arange(2 * cell) + 0.5) / cell - 1))
    # One ring of cells more, so that the border, too, is covered by whole patches.
    first = _ringed(field.rows, cell, 0) * across + _ringed(field.columns, cell, 1)
    out = torch.zeros((height + 3) * cell, (width + 3) * cell, COPIED + 1)
    for top in range(0, height + 2, BAND):  # in bands, so that a page of print size fits into memory
        places = first[top : top + BAND]
        deep = len(places) * cell
        for by in (0, 1):
            for bx in (0, 1):
                dy, dx = torch.arange(cell) + (by - 1) * cell, torch.arange(cell) + (bx - 1) * cell
                near = (dy[:, None] * across + dx[None]).flatten()
                at = (places.flatten()[:, None] + near[None]).clamp(0, len(planes) - 1)
                taken = planes[at]
                taken = torch.cat([taken, taken[..., :3].square().mean(-1, keepdim=True)], -1)
                weight = fade[by * cell : (by + 1) * cell, None] * fade[None, bx * cell : (bx + 1) * cell]
                part = (taken * weight.flatten()[None, :, None]).view(*places.shape, cell, cell, COPIED + 1)
                part = part.permute(0, 2, 1, 3, 4).reshape(deep, (width + 2) * cell, COPIED + 1)
                y, x = (top + by) * cell, bx * cell
                out[y : y + deep, x : x + (width + 2) * cell] += part
    start = cell + cell // 2
    found = out[start : start + height * cell, start : start + width * cell].numpy()
    laid, square = found[..., :COPIED], np.ascontiguousarray(found[..., COPIED])
    mean_square = np.ascontiguousarray((laid[..., :3] ** 2).mean(2))
    gain = np.sqrt((_around(square, cell) + 1e-5) / (_around(mean_square, cell) + 1e-5))
    laid = laid * np.clip(gain, 1, 2)[..., None]
    # What is left of tone in the marks would make one colour wander from panel to panel.
    laid[..., :3] -= blur(np.ascontiguousarray(laid[..., :3]), COPY)
    return np.asarray(laid, np.float32)


def _around(plane: Floats, cell: int) -> Floats:
    return np.asarray(cv2.boxFilter(plane, -1, (cell + 1, cell + 1), borderType=cv2.BORDER_REFLECT), np.float32)


def _ringed(plane: Tensor, cell: int, axis: int) -> Tensor:
    """One more cell on every side, which goes on where its neighbour's place ends along `axis`."""
    ring = torch.cat([plane[:1], plane, plane[-1:]])
    ring = torch.cat([ring[:, :1], ring, ring[:, -1:]], 1)
    ring.select(axis, 0).sub_(cell)
    ring.select(axis, -1).add_(cell)
    return ring


class Marks:
    """All of it for one style.

    Args:
        style: (H, W, 3) RGB in [0, 1].
    """

    def __init__(self, style: Floats) -> None:
        self.atlas = Atlas(style)
        self.matcher = Matcher(self.atlas)

    def __call__(self, tone: Floats, heading: Floats, generator: torch.Generator) -> Floats:
        """The marks for a panel.

        Args:
            tone: (H, W, 3) cast flats, RGB in [0, 1].
            heading: (H, W, 2) direction of the panel's contours, see `direction`.
            generator: for the first choices.

        Returns:
            (H, W, 6) marks to add to the tone (RGB), and their three bands of luma in units of the style's own.
        """
        height, width = tone.shape[:2]
        cell = self.atlas.cell
        pad = ((0, -height % cell), (0, -width % cell), (0, 0))
        soft = np.asarray(np.pad(cv2.GaussianBlur(tone, (0, 0), 1.5), pad, mode="symmetric"), np.float32)
        turned = np.pad(heading, pad, mode="symmetric")
        strength, colour = (self._typical(soft, each) for each in (self.atlas.energy, self.atlas.colour))
        wanted = cells(soft, turned, strength, self.atlas.turning, cell)
        with torch.no_grad():
            laid = lay(self.atlas, self.matcher(wanted, generator))
        loud = np.sqrt(np.maximum(blur((laid[..., :3] ** 2).mean(2), 1.5 * TONE), 1e-8))
        laid *= np.minimum(1, LOUDEST * strength / loud)[..., None]
        peak = (HIGHEST * strength + 0.02)[..., None]
        laid[..., :3] = peak * np.tanh(laid[..., :3] / peak)
        # Nor do drops of red belong on every grey wall, only because some grey of the style has a few.
        hue = coloured(laid[..., :3])
        peak = (STRAY * colour + 0.01)[..., None]
        far = np.sqrt((hue**2).mean(2, keepdims=True)) / peak + 1e-6
        laid[..., :3] += hue * (np.tanh(far) / far - 1)
        return laid[:height, :width]

    def _typical(self, tone: Floats, energy: Floats) -> Floats:
        """(H, W) how strong marks are on a tone, from what is known of 13 lumas."""
        return np.asarray(np.interp(luma(tone), np.linspace(0, 1, len(energy)), energy), np.float32)

    def own(self, height: int, width: int) -> Floats:
        """The style's own marks, laid from their own places: what `fit` practises on. (H, W, 6)"""
        cell = self.atlas.cell
        rows, columns = -(-height // cell), -(-width // cell)
        limit = self.atlas.inside.shape
        y = torch.arange(rows)[:, None].expand(rows, columns) * cell + cell // 2
        x = torch.arange(columns)[None].expand(rows, columns) * cell + cell // 2
        first = height // cell * cell  # the first pose is the picture itself
        y = y.clamp(cell, min(first, limit[0]) - cell - 1)
        x = x.clamp(cell, min(width // cell * cell, limit[1]) - cell - 1)
        return lay(self.atlas, Field(y, x))[:height, :width]
