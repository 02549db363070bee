"""The base image that the network starts from: cast flats, the style's marks, the drawing's lines."""

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma, oklab, srgb
from inkwright.learn.filters import blur
from inkwright.learn.guides import Guides

Floats = NDArray[np.float32]

FIRM_LINES, SOFT_LINES = 0.57, 0.47
"""Contrast of a style's finest lines, of its range in luma, from which on they are a printmaker's; and a painter's."""
FINE = 7
"""Side, in pixels, of the window that a style's finest dark marks fit into."""
BRUSHED = 0.4
"""Strength of the style's marks in a line, against that beside it: it is drawn with the same tool."""
RIM = 2.0
"""Width, in pixels, of the light rim that a line gets where its surroundings are too dark for it."""
SMALL, WIDE = 13, 5.0
"""A shape is small where no place within a window of this side is this far from ink, in pixels."""
LOOSE = 1.7
"""How far colours stray from under a line, against how far the style's borders spread."""
FIRM = 1.8
"""Spread, in pixels, that borders have in a drawing anyhow."""
HELD = 14.0
"""Distance to ink, in pixels, at which a line hardly holds a shape together any more, so that its colour has to."""
ROOM = 8.0
"""Mean distance to ink around a place where colours may stray freely: not in a face, nor in a window."""
CRAMPED = 0.15
"""How much they stray where there is no room at all."""
STRAY = 0.7
"""How far borders fray, against how far they are softened: more, and drops come loose beyond the line."""
GRAIN = 2
"""Size, in pixels, of the fringes along a loose border."""
RELIEF = 0.7
"""How much of a painting's differences in lightness its cast colours keep at least, against their surroundings."""
SCENE = 12.0
"""Blur, in pixels, that tells a place's surroundings."""
PLAIN = 0.08
"""Contrast in luma, as a deviation, from which on a painting's shapes stand up to marks beside them."""
BESIDE = 9
"""Side, in pixels, of the window in which it is read whether the drawing is black around a line."""


@dataclass(frozen=True)
class Pen:
    """What lines are drawn with. The defaults are a printmaker's: lines in the style's own ink.

    Attributes:
        contrast: how much darker than its surroundings a line is at least, in luma: what the eye takes for a line.
        lift: part of the difference to light surroundings that a line takes over: a black line on paper prints as the
            style's.
        light: luma that a line has at least where its surroundings allow it; below the style's ink: that of the ink.
        opaque: how much of what is under a line the line covers: wholly opaque lines look pasted on.
    """

    contrast: float = 0.25
    lift: float = 0.3
    light: float = 0.0
    opaque: float = 0.8


BRUSH = Pen(contrast=0.23, lift=0.4, light=0.3, opaque=0.9)
"""A painter's: where a style has no dark lines, black ones look foreign in it. Paler lines have to cover better."""


def pen_of(style: Floats) -> Pen:
    """What a style would draw lines with, by how far its finest dark marks stand out.

    Args:
        style: (H, W, 3) RGB in [0, 1].
    """
    light = luma(style)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (FINE, FINE))
    lines = np.percentile(cv2.morphologyEx(light, cv2.MORPH_BLACKHAT, disc), 99)
    low, high = np.percentile(light, (2, 98))
    strength = float(lines / max(high - low, 0.05))
    soft = float(np.clip((FIRM_LINES - strength) / (FIRM_LINES - SOFT_LINES), 0, 1))
    firm = Pen()
    return Pen(**{f.name: (1 - soft) * getattr(firm, f.name) + soft * getattr(BRUSH, f.name) for f in fields(Pen)})


def in_relief(tone: Floats, guides: Guides, part: float) -> Floats:
    """Cast colours that keep a painting's shapes where the cast made them as light as what is around them.

    Ink holds the shapes of a drawing; those of a painting, and of a night above all, are differences in lightness.

    Args:
        tone: (H, W, 3) RGB in [0, 1].
        guides: the picture's.
        part: in [0, 1], how much of the picture is told by paint, see `painted_share`.
    """
    if part <= 0:
        return tone
    lab, light = oklab(tone), np.ascontiguousarray(oklab(guides.flat)[..., 0])
    cast = np.ascontiguousarray(lab[..., 0])
    drawn, made = light - blur(light, SCENE), cast - blur(cast, SCENE)
    slope = blur(drawn * made, SCENE) / (blur(drawn * drawn, SCENE) + 1e-4)
    lab[..., 0] = np.clip(cast + part * np.maximum(RELIEF - slope, 0) * drawn, 0, 1)
    return srgb(lab)


def loosened(tone: Floats, guides: Guides, width: float) -> Floats:
    """Colours that end as softly and unevenly along lines as colours do in the style, not exactly where the line runs.

    Where a line holds a shape, its colour may be laid loosely; where none does, the colour has to keep the shape. Ink
    does not count as colour, so that no darkness leaks from under it.

    Args:
        tone: (H, W, 3) RGB in [0, 1].
        guides: the picture's; their seed chooses the fringes.
        width: of the style's borders, see `border_width`.
    """
    reach = LOOSE * np.sqrt(max(width**2 - FIRM**2, 0))
    if reach < 0.3:
        return tone
    room = np.clip(blur(guides.distance, 1.5 * ROOM) / ROOM, CRAMPED, 1) * np.exp(-((guides.distance / HELD) ** 2))
    line = np.clip(2.5 * cv2.dilate(guides.ink, np.ones((5, 5), np.uint8)), 0, 1)
    mass = np.concatenate([tone * (1 - line)[..., None], (1 - line)[..., None]], 2)
    mass = np.asarray(cv2.GaussianBlur(mass, (0, 0), reach), np.float32)
    found = np.clip(mass[..., 3:] / 0.1, 0, 1)  # inside a blot there is no colour beside it
    soft = mass[..., :3] / np.maximum(mass[..., 3:], 1e-3)
    out = tone + (found * np.maximum(room, line)[..., None]) * (soft - tone)
    rows, columns = tone.shape[:2]
    stray = np.random.default_rng(guides.seed).standard_normal((rows // GRAIN + 2, columns // GRAIN + 2, 2))
    stray = cv2.GaussianBlur(stray.astype(np.float32), (0, 0), 1.0) * 2 * np.sqrt(np.pi)  # its deviation stays 1
    at = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), 2).astype(np.float32)
    at += (STRAY * reach * room)[..., None] * cv2.resize(stray, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(
        cv2.remap(out, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def inked(tone: Floats, marks: Floats | None, guides: Guides, dark: Floats, pen: Pen = Pen()) -> Floats:
    """Puts marks on tones and draws lines over them, so that they show on dark tones as on light ones.

    A line is as dark as the style's dark marks are. Blacker lines would show better, and would look pasted on; where
    the tone itself is that dark, its surroundings are lit up instead, as an engraver leaves a rim of paper.

    Args:
        tone: (H, W, 3) RGB in [0, 1].
        marks: (H, W, 3) differences to the tone; None: flat colours.
        guides: the picture's; where its own flats are black, no line needs to show.
        dark: (3,) the style's ink.
        pen: what lines are drawn with.
    """
    around = luma(np.asarray(cv2.GaussianBlur(tone, (0, 0), 2.0), np.float32))
    ink = max(float(luma(dark[None])[0]), 0.02)
    darkness = max(ink, pen.light)
    # Lighter than what ink has left of itself in the flats beside it.
    drawn = cv2.dilate(luma(guides.flat), np.ones((BESIDE, BESIDE), np.uint8))
    contrast = pen.contrast * np.clip((drawn - 0.1) / 0.15, 0, 1)
    wanted = darkness + pen.lift * np.maximum(around - contrast - darkness, 0)
    # A line never comes out lighter than what it bounds; on tones that dark, the rim has to show it.
    wanted = np.clip(around - 0.06, 0.3 * ink, np.minimum(wanted, np.maximum(around - contrast, ink)))
    # In a small shape, rims meet: the brown hair of a small figure would come out paler than that of a large one.
    room = cv2.dilate(guides.distance, np.ones((SMALL, SMALL), np.uint8))
    near = np.exp(-((np.maximum(guides.distance - 1, 0) / RIM) ** 2)) * np.clip(room / WIDE, 0.3, 1)
    rim = np.clip(wanted + contrast - around, 0, 1) * near * np.clip(1 - 2 * guides.ink, 0, 1)
    # Lighter by adding grey: multiplied, a dark blue ink would become a bright blue one.
    line = dark * np.minimum(wanted / ink, 1)[..., None] + np.maximum(wanted - ink, 0)[..., None]
    part = pen.opaque * guides.ink[..., None]
    out = (1 - part) * (tone + rim[..., None]) + part * np.clip(line, 0, 1)
    if marks is not None:
        out += marks * (1 - part * (1 - BRUSHED))
    return np.asarray(np.clip(out, 0, 1), np.float32)


def calm(guides: Guides, cell: int) -> Floats:
    """(H, W) how much of the marks is wanted: less near lines, so that eyes stay eyes, in busy paintings, and around
    what a painting hardly sets off from its surroundings, such as a figure at night.

    Args:
        guides: the panel's.
        cell: side of the marks' cells in pixels: larger marks keep farther away.
    """
    near = np.clip(guides.distance / (0.75 * cell), 0.3, 1)
    return np.asarray(near * (1 - 0.75 * guides.busy) * _quiet(guides), np.float32)


def _quiet(guides: Guides) -> Floats | float:
    """(H, W) in [0.35, 1]: low around busy places that are faint."""
    if not guides.busy.any():
        return 1.0
    light = luma(guides.flat)
    fine = light - blur(light, SCENE)
    contrast = np.sqrt(blur(fine * fine, SCENE))
    about, part = blur(guides.busy * contrast, 3 * SCENE), blur(guides.busy, 3 * SCENE)
    return np.asarray(np.clip((about + 0.02 * PLAIN) / (part + 0.02) / PLAIN, 0.35, 1), np.float32)
