"""Reads a drawing: its paper, its ink, its flats, and how much of it is told by paint rather than by ink."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma
from inkwright.learn.filters import blur

Floats = NDArray[np.float32]

REACH = 90.0
"""Largest distance to ink that is told apart, in pixels."""


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
    middle = np.median(light.reshape(-1, 3), 0)
    tinted = 0.5 * light + 0.5 * middle * (luma(light)[..., None] / max(float(luma(middle)), 1e-3))
    # Bare paper lies close under the envelope and is hardly coloured; a painting has little of that.
    near = (luma(light) - luma(np.asarray(small, np.float32)) < 0.1) & (small.max(2) - small.min(2) < 0.3)
    bare = np.clip((float(near.mean()) - 0.3) / 0.15, 0, 1) * np.clip(
        (float(np.median(luma(light))) - 0.4) / 0.15, 0, 1
    )
    gain = 0.97 / np.maximum(cv2.resize(tinted, (width, height), interpolation=cv2.INTER_CUBIC), 0.2)
    return np.asarray(np.clip(rgb * (1 + lit * bare * (gain - 1)), 0, 1), np.float32)


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
    bare = float(((light > 0.86) & (chroma < 0.14)).mean())
    pale = np.clip((bare - 0.75) / 0.1, 0, 1) * np.clip((0.004 - float((ink > 0.5).mean())) / 0.003, 0, 1)
    if pale > 0:
        # Scaled to the strongest lines there are, and cut off well above the paper's grain.
        hat = np.asarray(cv2.GaussianBlur(np.maximum(*hats), (0, 0), 0.8), np.float32)
        low, high = max(0.03, 3 * float(np.median(hat))), max(0.08, float(np.percentile(hat, 99.5)))
        lines = np.clip((hat - low) / max(0.6 * high - low, 0.02), 0, 1)
        ink = np.maximum(ink, pale * lines)
    return np.asarray(ink, np.float32)


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


def flats(rgb: Floats, ink: Floats, rounds: int = 36) -> Floats:
    """Colour diffusion that ink stops, at half size: marker hatching becomes a filled region.

    Coloured marks weigh more than bare paper, so that the gaps between strokes fill up rather than the strokes fade.
    """
    height, width = ink.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    small = cv2.resize(rgb, half, interpolation=cv2.INTER_AREA)
    wall = cv2.dilate(
        cv2.resize(cv2.dilate(ink, np.ones((2, 2), np.uint8)), half, interpolation=cv2.INTER_AREA),
        np.ones((3, 3), np.uint8),
    )
    passes = np.asarray(np.exp(-6 * wall)[..., None], np.float32)
    chroma = (small.max(2) - small.min(2))[..., None]
    weight = (1 - wall)[..., None] * (0.25 + 1.5 * chroma) + 1e-3
    tone = cv2.bilateralFilter(cv2.medianBlur((small * 255).astype(np.uint8), 5), 9, 40, 9).astype(np.float32) / 255
    soft = np.asarray(cv2.GaussianBlur(tone, (0, 0), 2.0), np.float32)
    # One array of colour sums and weights, so that each diffusion pass is one sweep.
    mass = np.concatenate([small * weight, weight], 2).astype(np.float32)
    rates: dict[tuple[int, int], Floats] = {}
    for distance in (1, 2, 3):
        for axis in (0, 1):
            rates[distance, axis] = _rate(passes, soft, distance, axis)
    for i in range(rounds):
        for axis in (0, 1):
            _diffuse(mass, rates[1 + i % 3, axis], 1 + i % 3, axis)
    filled = cv2.resize(mass[..., :3] / mass[..., 3:], (width, height), interpolation=cv2.INTER_LINEAR)
    # On paper, an even streak is a gap between marker strokes; on a screen, it was meant.
    meant = np.float32(np.clip((clean(rgb) - 0.3) / 0.3, 0, 1))
    if meant > 0:
        even, sure = _even(rgb, ink)
        sure = np.asarray(cv2.GaussianBlur(sure * (1 - np.clip(3 * ink, 0, 1)), (0, 0), 1.0), np.float32)
        filled = filled + (meant * sure)[..., None] * (even - filled)
    return np.asarray(np.clip(filled, 0, 1), np.float32)


def _even(rgb: Floats, ink: Floats, side: int = 7, spread: float = 0.02) -> tuple[Floats, Floats]:
    """Evenly filled regions, with sharp borders where no ink parts them: there, diffusion would let colours run.

    Of the four windows that have a pixel in a corner, the most even one tells its colour.
    Source: M. Kuwahara et al., "Processing of RI-angiocardiographic images", 1976. Differs: ink does not count.

    Returns:
        (H, W, 3) RGB, and (H, W) in [0, 1] how evenly filled it is there; marker hatching is not.
    """
    free = np.clip(1 - 2 * cv2.dilate(ink, np.ones((3, 3), np.uint8)), 0, 1)[..., None]
    sums = np.concatenate([rgb * free, rgb * rgb * free, free], 2)
    sums = np.asarray(cv2.boxFilter(sums, -1, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)
    weight = np.maximum(sums[..., 6:], 1e-4)
    mean = sums[..., :3] / weight
    variance = np.clip((sums[..., 3:6] / weight - mean**2).max(2), 0, None) + (sums[..., 6] < 0.25)
    half, (height, width) = side // 2, ink.shape
    mean = np.pad(mean, ((half, half), (half, half), (0, 0)), mode="edge")
    variance = np.pad(variance, half, mode="edge")
    colour, best = np.zeros_like(rgb), np.full(ink.shape, np.inf, np.float32)
    for dy in (0, 2 * half):
        for dx in (0, 2 * half):
            here = variance[dy : dy + height, dx : dx + width]
            better = here < best
            best = np.where(better, here, best)
            colour = np.where(better[..., None], mean[dy : dy + height, dx : dx + width], colour)
    return colour, np.asarray(np.exp(-best / spread**2), np.float32)


def _pair(array: Floats, distance: int, axis: int) -> tuple[Floats, Floats]:
    """Views of an array and of its neighbour `distance` further along `axis`."""
    return (array[:-distance], array[distance:]) if axis == 0 else (array[:, :-distance], array[:, distance:])


def _rate(passes: Floats, tone: Floats, distance: int, axis: int) -> Floats:
    """How much colour flows between neighbours in one pass: none through ink, little across a change of tone."""
    here, there = _pair(passes, distance, axis)
    tone_here, tone_there = _pair(tone, distance, axis)
    rate = 0.2 * here * there * np.exp(-np.abs(tone_here - tone_there).max(2, keepdims=True) / (0.05 * distance))
    if distance > 1:  # a long step must not jump over a thin line
        between, _ = _pair(passes, 1, axis)
        middle = between[distance - 1 :] if axis == 0 else between[:, distance - 1 :]
        rate = rate * middle[: rate.shape[0], : rate.shape[1]]
    return np.asarray(rate, np.float32)


def _diffuse(mass: Floats, rate: Floats, distance: int, axis: int) -> None:
    here, there = _pair(mass, distance, axis)
    flow = rate * (there - here)
    here += flow
    there -= flow
