"""Reads a drawing: its paper, its ink, and how much of it is told by paint rather than by ink."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.filters import blur

Floats = NDArray[np.float32]

REACH = 90.0
"""Largest distance to ink that is told apart, in pixels."""
TINT = 0.08
"""The paper's tint varies less than this over a drawing, in channels relative to their mean: light is uneven in
strength rather than in colour."""


def lit_paper(rgb: Floats, light: Floats) -> Floats:
    """Divides out the paper's colour, so that bare paper is near-white.

    Args:
        rgb: (H, W, 3) in [0, 1].
        light: (h, w, 3) of any size; the paper's colour across the drawing.
    """
    full = cv2.resize(light, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(rgb * (0.97 / np.maximum(full, 0.3)), 0, 1), np.float32)


def even_paper(rgb: Floats) -> Floats:
    """Divides out paper tint and uneven light of a loose drawing: its large-scale bright envelope becomes near-white.

    Only as far as the picture is bare paper: a fully painted panel keeps its colours, and so does one with clean
    digital fills, where a pale sky is no paper.
    """
    lit = np.float32(np.clip((0.55 - clean(rgb)) / 0.1, 0, 1))
    if lit == 0:
        return rgb
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (64, max(8, round(64 * height / width))), interpolation=cv2.INTER_AREA)
    envelope = cv2.dilate(cv2.medianBlur((small * 255).astype(np.uint8), 5), np.ones((9, 9), np.uint8))
    light = np.asarray(cv2.GaussianBlur(envelope.astype(np.float32) / 255, (0, 0), 8), np.float32)
    light = _of_paper(light, _whitest(rgb))
    middle = np.median(light.reshape(-1, 3), 0)
    tinted = 0.5 * light + 0.5 * middle * (luma(light)[..., None] / max(float(luma(middle)), 1e-3))
    # Bare paper lies close under the envelope and is hardly coloured; a painting has little of that.
    near = (luma(light) - luma(np.asarray(small, np.float32)) < 0.1) & (small.max(2) - small.min(2) < 0.3)
    bare = np.clip((float(near.mean()) - 0.3) / 0.15, 0, 1) * np.clip(
        (float(np.median(luma(light))) - 0.4) / 0.15, 0, 1
    )
    gain = 0.97 / np.maximum(cv2.resize(tinted, (width, height), interpolation=cv2.INTER_CUBIC), 0.2)
    return np.asarray(np.clip(rgb * (1 + lit * bare * (gain - 1)), 0, 1), np.float32)


def _whitest(rgb: Floats) -> Floats:
    """(3,) the colour of the lightest spots of a drawing: gaps between strokes show what paper it is on."""
    height, width = rgb.shape[:2]
    scale = min(1.0, 256 / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.medianBlur((cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) * 255).astype(np.uint8), 3)
    pixels = np.asarray(small.reshape(-1, 3) / 255, np.float32)
    bright = luma(pixels)
    return np.asarray(np.median(pixels[bright >= np.percentile(bright, 98)], 0), np.float32)


def _of_paper(light: Floats, paper: Floats) -> Floats:
    """A drawing's bright envelope where its tint is the paper's; elsewhere it is a pale sky's, and paper is put there.

    Args:
        light: (h, w, 3) the envelope.
        paper: (3,) the paper's colour.
    """
    tint = light / np.maximum(light.mean(2, keepdims=True), 1e-3)
    far = np.abs(tint - paper / max(float(paper.mean()), 1e-3)).max(2)
    trust = np.asarray(np.clip((TINT - far) / (0.6 * TINT), 0, 1), np.float32)[..., None]
    return trust * light + (1 - trust) * paper


def clean(rgb: Floats) -> float:
    """How much of a picture is one colour with its neighbours, as on a screen, and never on lit paper; in [0, 1]."""
    light = (luma(rgb) * 255).astype(np.float32)
    square = np.ones((3, 3), np.uint8)
    return float((cv2.dilate(light, square) - cv2.erode(light, square) < 1.5).mean())


def distance_to(ink: Floats) -> Floats:
    """(H, W) distance to the nearest ink, in pixels, at most `REACH`."""
    inverse = (ink < 0.4).astype(np.uint8)
    if inverse.all():  # no ink at all: everything is as far from it as can be
        return np.full(ink.shape, REACH, np.float32)
    return np.minimum(blur(cv2.distanceTransform(inverse, cv2.DIST_L2, 5), 2.0), REACH)


def ink_map(rgb: Floats, deep: bool = True) -> Floats:
    """Thin dark lines by black-hat times darkness, at two line widths that scale with the picture.

    In a drawing that is mostly bare paper and has hardly a dark line, pale and coloured pencil counts as ink: its lines
    are all there is.

    Args:
        rgb: (H, W, 3) in [0, 1].
        deep: whether black lines between deep colours count, which are hardly darker than those in luma.

    Returns:
        (H, W) in [0, 1].
    """
    light = luma(rgb)
    light = light / max(float(np.percentile(light, 95)), 1e-3)
    chroma = rgb.max(2) - rgb.min(2)
    scale = max(rgb.shape[:2]) / 512
    hats, found = [], np.zeros_like(light)
    # Between deep red and blue a black line is hardly darker than they are, but it alone is dark in every channel.
    top = rgb.max(2)
    black = np.clip((0.4 - top) / 0.15, 0, 1) * deep
    for radius, low in ((9, 0.22), (17, 0.34)):
        side = int(min(radius * max(scale, 0.5), 41)) | 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        hats.append(cv2.morphologyEx(light, cv2.MORPH_CLOSE, kernel) - light)
        hat = np.maximum(hats[-1], (cv2.morphologyEx(top, cv2.MORPH_CLOSE, kernel) - top) * black) if deep else hats[-1]
        found = np.maximum(found, np.clip((hat - low) / 0.28, 0, 1))
    ink = found * np.clip((0.62 - light) / 0.3, 0, 1) * np.clip((0.55 - chroma) / 0.2, 0, 1)
    ink *= _unfilled(found, top, chroma)
    bare = float(((light > 0.86) & (chroma < 0.14)).mean())
    pale = np.clip((bare - 0.75) / 0.1, 0, 1) * np.clip((0.004 - float((ink > 0.5).mean())) / 0.003, 0, 1)
    if pale > 0:
        # Scaled to the strongest lines there are, and cut off well above the paper's grain.
        hat = np.asarray(cv2.GaussianBlur(np.maximum(*hats), (0, 0), 0.8), np.float32)
        low, high = max(0.03, 3 * float(np.median(hat))), max(0.08, float(np.percentile(hat, 99.5)))
        lines = np.clip((hat - low) / max(0.6 * high - low, 0.02), 0, 1)
        ink = np.maximum(ink, pale * lines)
    return np.asarray(ink, np.float32)


def _unfilled(found: Floats, top: Floats, chroma: Floats) -> Floats:
    """(H, W) in [0, 1], 0 where a thin dark shape is filled with a colour, as a small figure's brown hair is.

    Only where lines are black, and not right beside one, where its soft edge takes the colour of what it bounds.

    Args:
        found: (H, W) in [0, 1], thin and dark.
        top: (H, W) the lightest channel.
        chroma: (H, W) the lightest less the darkest one.
    """
    black = top < 0.3
    blacks = float((black & (found > 0.5)).sum()) / max(int((found > 0.5).sum()), 1)
    lines_are_black = np.clip((blacks - 0.4) / 0.2, 0, 1)
    beside = cv2.dilate(black.astype(np.uint8), np.ones((3, 3), np.uint8))
    coloured = np.clip((chroma - 0.12) / 0.08, 0, 1) * np.clip((top - 0.36) / 0.08, 0, 1) * (1 - beside)
    return np.asarray(1 - lines_are_black * coloured, np.float32)


def painted_share(panels: Sequence[tuple[Floats, Floats | None]]) -> float:
    """How much of a book is told by paint rather than by ink: `detail` for all of its panels.

    The share of the edges that no ink line explains: .1 to .25 in marker drawings, .4 to .6 in coloured pencil, .6 to
    .95 in paintings and in pencil too pale to count as ink. One number for the book, so that panels are treated alike.

    Args:
        panels: pictures (H, W, 3), each with its paper's light as in `drawing_guides`.

    Returns:
        In [0, 1].
    """
    explained, total = 0.0, 1e-6
    for rgb, light in panels:
        paper = even_paper(rgb) if light is None else lit_paper(rgb, light)
        inked = cv2.dilate(ink_map(paper), np.ones((9, 9), np.uint8))
        tone = cv2.GaussianBlur(luma(paper), (0, 0), 1.2)
        edges = np.hypot(cv2.Sobel(tone, cv2.CV_32F, 1, 0), cv2.Sobel(tone, cv2.CV_32F, 0, 1)) / 4
        explained += float((edges * inked).sum()) / edges.size
        total += float(edges.sum()) / edges.size
    if total < 1e-5:  # nothing is drawn at all
        return 0.0
    return float(np.clip((1 - explained / total - 0.25) / 0.35, 0, 1))


def painted(rgb: Floats) -> tuple[Floats, Floats]:
    """A painting with its shapes kept and its finest grain gone, local contrast raised.

    Returns:
        (H, W, 3) RGB in [0, 1], and (H, W) in [0, 1]: how busy it is.
    """
    smooth = cv2.bilateralFilter(rgb, 7, 0.1, 3)
    wide = blur(smooth, 12.0)
    # A night scene lives from small differences, which strokes would drown: they are raised against their surroundings.
    contrast = blur(np.abs(smooth - wide).mean(2), 12.0)[..., None]
    gain = np.clip(0.06 / (contrast + 0.02), 1.0, 2.2)
    kept = np.asarray(np.clip(wide + (smooth - wide) * gain, 0, 1), np.float32)
    fine = luma(kept) - cv2.GaussianBlur(luma(kept), (0, 0), 4.0)
    busy = np.clip(np.sqrt(np.maximum(blur(fine * fine, 3.0), 0)) / 0.06, 0, 1)
    return kept, np.asarray(busy, np.float32)
