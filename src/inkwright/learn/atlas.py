"""The style picture in eight poses, with all that a patch is matched by and all that is copied from it."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma, oklab
from inkwright.learn.drawing import ink_map
from inkwright.learn.field import direction
from inkwright.learn.filters import blur

Floats = NDArray[np.float32]

SAMPLES = 8
"""Marks are compared at so many places across a patch."""
CELLS = (8, 16)
"""Sides of a cell of the patch field, in pixels: for marks, and for a mesh such as a stained-glass window's leads. A
patch is two cells wide."""
MESHED = 0.25
"""A style of which so much lies in small rooms is a mesh; what is none has at most half as much."""
ROOM = (12, 64)
"""A room's area is at least that of a square of the first side, and it is at most as long as the second, in pixels."""
BESIDE = 25
"""How wide a place's surroundings are when lines of a mesh are looked for, in pixels."""
FLOOR = 0.04
"""Of lightness: in black nothing is a line."""
LEAD = 0.3
"""From this share of ink on a pixel is a mesh's line."""
TONE = 5.0
"""Blur, in pixels, above which a picture's differences are its tone, below which they are its marks' layout."""
COPY = 10.0
"""Blur, in pixels, below which differences from it are marks that are copied."""
TURNS = (0, 45, 90, 135)
LAYOUT = 0.35
"""Weight of the tone in the neighbouring cells against the tone in the cell itself."""
ENERGY = (1.5, 8.0)
"""Weight of how strongly marked a cell is, in small and in large cells: patches of a mesh fit each other best where
they show no leads at all, which this outweighs."""
BANDS = (0.0, 2.0, 5.0, 14.0)
"""Blurs, in pixels, between which the three bands of a style's marks lie."""
BUSIEST = 1.25
"""How strongly a tone is marked at most, against the style's median."""
EVEN = 0.4
"""A style whose calmest fifth is marked this strongly, against its median, is marked all over; below, it has flats."""
OWN = 0.15
"""Share of a flat style that a tone must at least make up, and be marked all over, to be marked so in the drawings."""
COPIED = 6
"""Planes that are copied: marks (RGB, differences from the blurred picture), and their three bands of luma."""


@dataclass(frozen=True)
class Cells:
    """What a grid of cells is matched by.

    Attributes:
        features: (h, w, C) tone layout in OKLab, direction of the contours, strength of the marks.
    """

    features: Floats


class Atlas:
    """The style picture turned by 0, 45, 90 and 135 degrees and mirrored, one pose below the other.

    So a hatching finds its own direction in every contour: the marks are real ones, only turned.

    Args:
        style: (H, W, 3) RGB in [0, 1].

    Attributes:
        planes: (H', W', 6) what is copied, see `COPIED`.
        cell: side of a cell, in pixels.
        marks: luma of the marks, small enough that a patch is 8 pixels wide; for comparing patches.
        cells: features of the grid of cells.
        places: (N, 2) cells (row, column) that a patch may come from: wholly inside a pose.
        inside: (H', W') whether a patch centred here lies wholly inside a pose.
        energy: tone → how strongly a cell of that tone is typically marked, at 13 lumas from 0 to 1.
        colour: tone → the same of the marks' colour alone, without their luma.
    """

    def __init__(self, style: Floats) -> None:
        self.cell = CELLS[1] if rooms(style) > MESHED else CELLS[0]
        poses = [pose(side, turn) for side in (style, style[:, ::-1]) for turn in TURNS]
        sizes = [(p.shape[0] // self.cell * self.cell, p.shape[1] // self.cell * self.cell) for p, _ in poses]
        height, width = sum(h for h, _ in sizes), max(w for _, w in sizes)
        self.planes = np.zeros((height, width, COPIED), np.float32)
        tone = np.zeros((height, width, 3), np.float32)
        heading, strength = np.zeros((height, width, 2), np.float32), np.zeros((height, width), np.float32)
        self.inside = np.zeros((height, width), bool)
        colourful = np.zeros_like(strength)
        spreads = _band_spreads(style)
        top = 0
        for (picture, whole), (h, w) in zip(poses, sizes, strict=True):
            here = (slice(top, top + h), slice(0, w))
            picture, whole = picture[:h, :w], whole[:h, :w]
            tone[here] = cv2.GaussianBlur(picture, (0, 0), TONE)
            self.planes[here] = np.concatenate([picture - blur(picture, COPY), bands(picture) / spreads], 2)
            heading[here] = direction(picture, np.zeros((h, w), np.float32))
            strength[here] = marked(picture, tone[here])
            colourful[here] = marked(coloured(picture), coloured(tone[here]))
            border = np.ones((2 * self.cell + 3, 2 * self.cell + 3), np.uint8)
            self.inside[here] = cv2.erode(whole.astype(np.uint8), border, borderType=cv2.BORDER_CONSTANT, borderValue=0)
            top += h
        step, half = 2 * self.cell // SAMPLES, self.cell // 2
        small = (width // step, height // step)
        self.marks = np.asarray(cv2.resize(luma(self.planes[..., :3]), small, interpolation=cv2.INTER_AREA), np.float32)
        # Marks with a direction of their own follow the drawing's contours the more; a mesh follows none.
        led = 0.06 + 0.18 * float(np.median(np.hypot(heading[..., 0], heading[..., 1])[self.inside]))
        self.turning = led if self.cell == CELLS[0] else 0.0
        self.energy = _typical(luma(tone), strength, self.inside)
        self.colour = _typical(luma(tone), colourful, self.inside)
        self.cells = cells(tone, heading, strength, self.turning, self.cell)
        centre = self.inside[half :: self.cell, half :: self.cell]
        self.places = np.argwhere(centre[: height // self.cell, : width // self.cell])
        if not len(self.places):  # a picture hardly larger than a patch: its middle has to do
            self.places = np.array([[sizes[0][0] // self.cell // 2, sizes[0][1] // self.cell // 2]])


def rooms(style: Floats) -> float:
    """The share of a style, in [0, 1], that lies in small rooms which dark lines shut in: in a mesh.

    Lines are looked for in how light a place is against the lightest beside it, so that light and mood, which move all
    tones, change nothing: leads are leads in neon, too. Lines that do not close, as of hatching, make no rooms.
    """
    light = luma(style)
    low, high = np.percentile(light, (2, 98))
    light = np.clip((light - low) / max(float(high - low), 0.05), 0, 1) + FLOOR
    lightest = blur(np.asarray(cv2.dilate(light, np.ones((BESIDE, BESIDE), np.uint8)), np.float32), BESIDE / 2)
    even = np.asarray(light / np.maximum(lightest, 2 * FLOOR), np.float32)
    open_ = (ink_map(np.repeat(even[..., None], 3, 2), deep=False) <= LEAD).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(open_, connectivity=4)
    size, long = stats[1:, cv2.CC_STAT_AREA], stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1)
    return float(size[(size >= ROOM[0] ** 2) & (long <= ROOM[1])].sum() / open_.size)


def pose(picture: Floats, turn: int) -> tuple[Floats, NDArray[np.bool_]]:
    """A picture turned by `turn` degrees on a canvas that holds it, and where the picture is."""
    height, width = picture.shape[:2]
    if turn == 0:
        return np.ascontiguousarray(picture), np.ones((height, width), bool)
    c, s = abs(np.cos(np.radians(turn))), abs(np.sin(np.radians(turn)))
    size = int(height * s + width * c) + 1, int(height * c + width * s) + 1
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn, 1.0)
    matrix[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
    source = np.ascontiguousarray(picture)
    turned = cv2.warpAffine(source, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    whole = cv2.warpAffine(np.ones((height, width), np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(np.clip(turned, 0, 1), np.float32), whole > 0


def bands(picture: Floats) -> Floats:
    """(H, W, 3) luma between the blurs of `BANDS`."""
    light = luma(picture)
    levels = [light] + [np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32) for sigma in BANDS[1:]]
    return np.stack([fine - coarse for fine, coarse in pairwise(levels)], 2)


def _band_spreads(style: Floats) -> Floats:
    return np.asarray(bands(style).std((0, 1)) + 1e-3, np.float32)


def marked(picture: Floats, tone: Floats) -> Floats:
    """(H, W) how strongly a picture is marked: the deviation from its tone, around each pixel."""
    return np.asarray(np.sqrt(np.maximum(blur(((picture - tone) ** 2).mean(2), 1.5 * TONE), 0)), np.float32)


def coloured(rgb: Floats) -> Floats:
    """(H, W, 3) what is left of a picture without its luma."""
    return np.asarray(rgb - luma(rgb)[..., None], np.float32)


def cells(tone: Floats, heading: Floats, strength: Floats, turning: float, side: int) -> Cells:
    """Features of each cell of a picture whose sides are multiples of a cell's.

    Args:
        tone: (H, W, 3) RGB in [0, 1].
        heading: (H, W, 2) see `direction`.
        strength: (H, W) see `marked`.
        turning: weight of the direction.
        side: of a cell, in pixels.
    """
    height, width = tone.shape[0] // side, tone.shape[1] // side

    def small(plane: Floats) -> Floats:
        out = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(out.reshape(height, width, -1), np.float32)

    mean = small(tone)
    lab = np.asarray(oklab(mean.reshape(-1, 3)).reshape(mean.shape), np.float32)
    lab[..., 0] *= 1.2  # tone tells more than hue
    around = np.pad(lab, ((1, 1), (1, 1), (0, 0)), mode="edge")
    parts = [lab]
    for dy in (0, 1, 2):
        for dx in (0, 1, 2):
            if (dy, dx) != (1, 1):
                parts.append(LAYOUT * around[dy : dy + height, dx : dx + width])
    parts += [turning * small(heading), ENERGY[CELLS.index(side)] * small(strength)]
    return Cells(np.concatenate(parts, 2).astype(np.float32))


def _typical(tone: Floats, strength: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The median strength of marks at 13 lumas; a tone whose marks sit in a few places is mostly calm."""
    every = max(1, int(inside.sum()) // 40_000)
    tones, strengths = tone[inside][::every], strength[inside][::every]
    at = np.linspace(0, 1, 13)
    found = [strengths[np.abs(tones - t) < 0.08] for t in at]
    known = np.array([len(f) > 50 for f in found])
    if not known.any():
        return np.full(13, float(np.median(strengths)) if len(strengths) else 0.0, np.float32)
    calm, middle = np.percentile(strengths, (20, 50))
    # What is drawn where the style is busiest are its motifs, not its manner: no tone is much busier than the rest.
    most = BUSIEST * float(middle)
    # A style that is calm in large parts is a flat one: the wave's contours are no texture to lay on every blue.
    flat = 1 - min(1.0, float(calm) / max(EVEN * float(middle), 1e-6))
    medians = np.zeros(13)
    for n in np.flatnonzero(known):
        low, typical = np.percentile(found[n], (20, 50))
        # Unless a tone makes up much of it and is marked all over, as where one half is hatched and one is black.
        own = np.clip((len(found[n]) / len(strengths) * low / max(typical, 1e-6) - OWN) / OWN, 0, 1)
        medians[n] = min(typical, most * (1 - flat * (1 - own)) + own * flat * typical)
    return np.asarray(np.interp(at, at[known], medians[known]), np.float32)
