"""The light on the paper: how bright and of which colour bare paper is, or would be, at every place of a page.

Bare paper is what hangs together with the margins and gutters without a step, as paper does through the soft edge of a
shadow, and does not end where it is inked or painted. From there the light is carried on over the drawn parts: they
get the light around them and nothing of their own, so that neither pale paint nor black panels change it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats, Pixels

SIDE = 480
"""Longer side in pixels of the copy on which paper is looked for."""
STEP = 0.022
"""Largest change of log brightness from pixel to pixel in bare paper; the edge of a wash is steeper."""
TINT = 0.11
"""Largest difference of log chromaticity between lit and shaded paper."""
DIMMEST = 0.30
"""Brightness in [0, 1] below which nothing is taken for paper."""
LEAST_PAPER = 0.012
"""Share of a page from which its paper can be told."""
CHANNEL = 14.0
"""Pixels across which paper is compared with paper: a frame's line and its blurred edges."""
ALIKE = 0.04
"""Log difference of a channel up to which two places are both bare paper."""
CANDIDATES = 3
"""Parts that are tried as paper."""
PASSES = 6
"""Times that light is carried on to more paper."""
BRIGHTER = 0.05
"""Log brightness by which little of a page is brighter than its paper."""
FARTHEST = 0.25
"""Share of a page's width over which light is carried on without doubt; over twice as much it is not."""

Mask = NDArray[np.bool_]
Log = NDArray[np.float32]


@dataclass(frozen=True)
class Light:
    """What is known of the paper of a page.

    Attributes:
        field: (h, w, 3) float32 RGB in [0, 1], the colour of bare paper.
        paper: (h, w) bool, where it was seen.
        spread: standard deviation of its lightness L* over the page.
        colour: (3,) RGB in [0, 1] of well-lit paper.
        confidence: in [0, 1]; low where little of it was seen.
    """

    field: Floats
    paper: Mask
    spread: float
    colour: tuple[float, float, float]
    confidence: float


def light_of(pixels: Pixels, page: Mask | None = None) -> Light | None:
    """The light on a page's paper; None where no paper can be told.

    Args:
        pixels: (H, W, 3) uint8 RGB, of any size.
        page: (H, W), where the page is; None: everywhere.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    inside = np.ones(small.shape[:2], bool)
    if page is not None:
        inside = cv2.resize(page.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
        inside = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    logs = np.log(cv2.GaussianBlur(small, (0, 0), 0.8) + 0.02).astype(np.float32)
    regions = _regions(logs, small, inside)
    best: Light | None = None
    for first in regions.candidates[:CANDIDATES]:
        paper, field = _grown(logs, regions, first)
        if paper[inside].mean() < LEAST_PAPER:
            continue
        light = _told(logs, paper, field, inside)
        if best is None or light.confidence > best.confidence:
            best = light
        if best.confidence > 0.5:
            break
    return best


def _told(logs: Log, paper: Mask, field: Log, inside: Mask) -> Light:
    """What the found paper says about the light, and how much that is worth."""
    colours = np.clip(np.exp(field) - 0.02, 0, 1).astype(np.float32)
    lightness = _lightness(colours)
    lit = paper & (lightness >= np.percentile(lightness[paper], 70))
    r, g, b = np.median(colours[lit], 0).tolist()
    away = cv2.distanceTransform(1 - paper.astype(np.uint8), cv2.DIST_L2, 3)
    reach = float(np.percentile(away[inside], 90)) / min(paper.shape)
    share = float(paper[inside].mean())
    brighter = float(((logs - field).mean(2)[inside] > BRIGHTER).mean())  # nothing drawn is brighter than its paper
    confidence = min(1.0, share / (3 * LEAST_PAPER)) * float(np.clip(2 - reach / FARTHEST, 0, 1))
    confidence *= float(np.clip(2 - brighter / 0.03, 0, 1))
    return Light(colours.astype(np.float32), paper, float(lightness[paper].std()), (r, g, b), round(confidence, 3))


def _lightness(colours: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(colours.astype(np.float32), cv2.COLOR_RGB2LAB)[..., 0], np.float32)


@dataclass(frozen=True)
class _Regions:
    """Parts of a page in which brightness and hue change slowly.

    Attributes:
        labels: (h, w) int32, the number of each pixel's part; 0: none, or too small a part.
        count: one more than the largest number.
        rim: (h, w) bool, the page's rim.
        candidates: parts at the rim that may be paper, the likeliest first: bright ones, then large ones.
    """

    labels: NDArray[np.int32]
    count: int
    rim: Mask
    candidates: list[int]


def _regions(logs: Log, small: Floats, inside: Mask) -> _Regions:
    smooth = _smooth(logs) & inside & (small.max(2) > DIMMEST)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(smooth.astype(np.uint8), connectivity=4)
    keep = stats[:, cv2.CC_STAT_AREA] >= max(12, 0.0004 * inside.sum())
    keep[0] = False
    labels = np.where(keep[labels], labels, 0).astype(np.int32)
    rim = inside & ~(cv2.erode(inside.astype(np.uint8), np.ones((9, 9), np.uint8), borderValue=0) > 0)
    share = np.bincount(labels[rim], minlength=count) / max(1, int(rim.sum()))
    bright = logs.mean(2)
    likely = []
    for n in np.flatnonzero(share > 0.003).tolist():
        if n and share[n] * stats[n, cv2.CC_STAT_AREA] > 0:
            level = float(np.percentile(bright[labels == n], 75))
            likely.append((level + 0.1 * min(1.0, 4 * float(share[n])), n))
    return _Regions(labels, count, rim, [n for _, n in sorted(likely, reverse=True)])


def _grown(logs: Log, regions: _Regions, first: int) -> tuple[Mask, Log]:
    """Where bare paper is seen if a part is paper, and the log of its colour everywhere."""
    labels, count = regions.labels, regions.count
    seeds, hue = _seeds(logs, regions, first)
    # In the shadow, paper keeps its hue; where a wash runs out into it, it does not.
    tint = logs - logs.mean(2, keepdims=True)
    hued = np.abs(tint - hue).max(2) < TINT
    paper = seeds & hued
    islands = np.where(hued & ~paper, labels, 0)
    field = _carried(logs, paper)
    for _ in range(PASSES):
        more = _across_lines(logs, paper, islands, count) | _as_bright(logs, field, islands, count)
        if not more.any():
            break
        paper = paper | more
        islands[np.isin(islands, np.unique(islands[more]))] = 0
        field = _carried(logs, paper)
    return paper, field


def _seeds(logs: Log, regions: _Regions, first: int) -> tuple[Mask, Log]:
    """A part, the others at the rim that are as bright and have its hue; and that hue."""
    bright = logs.mean(2)
    seeds = regions.labels == first
    level = bright[seeds]
    lit = seeds & (bright >= np.percentile(level, 50))
    hue = np.median(logs[lit] - bright[lit][:, None], 0)
    low = float(np.percentile(level, 10)) - 0.08
    for n in regions.candidates:
        part = regions.labels == n
        near = np.abs(np.median(logs[part] - bright[part][:, None], 0) - hue).max() < TINT / 2
        if near and float(np.median(bright[part])) > low:
            seeds = seeds | part
    return seeds, hue.astype(np.float32)


def _across_lines(logs: Log, paper: Mask, islands: NDArray[np.int32], count: int) -> Mask:
    """Islands, such as the bare insides of panels, that are as bright along their shores as the paper nearby."""
    away, nearest = cv2.distanceTransformWithLabels(
        1 - paper.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    colours[nearest[paper]] = logs[paper]
    shore = (islands > 0) & (cv2.erode((islands > 0).astype(np.uint8), np.ones((7, 7), np.uint8), borderValue=1) == 0)
    seen = shore & (away < CHANNEL)
    off = np.abs(logs[seen] - colours[nearest[seen]]).max(1)
    each = islands[seen]
    length, near = np.bincount(islands[shore], minlength=count), np.bincount(each, minlength=count)
    bad = np.bincount(each, off > ALIKE, minlength=count)
    good = (near >= 30) & (near > 0.04 * length) & (bad < 0.2 * near)
    good[0] = False
    if not good.any():
        return np.zeros(paper.shape, bool)
    # A shadow comes in from outside. What is dark in the middle alone has been drawn.
    chosen = good[islands]
    off_field = logs - _carried(logs, paper | (chosen & shore & (away < CHANNEL)))
    drawn = np.bincount(islands[chosen], np.abs(off_field[chosen]).max(1) > 0.12, minlength=count)
    whole = good & (drawn < 0.2 * np.bincount(islands.ravel(), minlength=count))
    return np.asarray(whole[islands], np.bool_)


def _as_bright(logs: Log, field: Log, islands: NDArray[np.int32], count: int) -> Mask:
    """Islands, such as balloons, that are as bright all over as paper would be there."""
    kept = islands > 0
    off = np.abs(logs[kept] - field[kept]).max(1)
    bad = np.bincount(islands[kept], off > ALIKE, minlength=count)
    good = bad < 0.15 * np.bincount(islands.ravel(), minlength=count)
    good[0] = False
    return np.asarray(good[islands], np.bool_)


def _smooth(logs: Log) -> Mask:
    """Where brightness and hue change slowly."""
    dx = np.abs(np.diff(logs, axis=1)).max(2)
    dy = np.abs(np.diff(logs, axis=0)).max(2)
    steep = np.zeros(logs.shape[:2], np.float32)
    steep[:, 1:] = np.maximum(steep[:, 1:], dx)
    steep[:, :-1] = np.maximum(steep[:, :-1], dx)
    steep[1:] = np.maximum(steep[1:], dy)
    steep[:-1] = np.maximum(steep[:-1], dy)
    return np.asarray(steep < STEP, np.bool_)


def _carried(logs: Log, paper: Mask) -> Log:
    """The log colour of paper, smoothed a little where it is seen and carried on where it is not.

    Source: S. Gortler et al., "The lumigraph", 1996: pull-push, with weights that saturate.
    """
    sure = cv2.erode(paper.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1).astype(np.float32)
    sure = np.maximum(sure, 0.05 * paper)
    levels = [(logs * sure[..., None], sure)]
    while min(levels[-1][1].shape) > 2:
        values, weight = levels[-1]
        size = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
        values = cv2.resize(cv2.GaussianBlur(values, (0, 0), 1.0), size, interpolation=cv2.INTER_AREA)
        weight = cv2.resize(cv2.GaussianBlur(weight, (0, 0), 1.0), size, interpolation=cv2.INTER_AREA)
        full = np.minimum(1.0, 4 * weight) / np.maximum(weight, 1e-6)
        levels.append((values * full[..., None], weight * full))
    values, weight = levels[-1]
    filled = values / np.maximum(weight, 1e-6)[..., None]
    for values, weight in levels[-2:0:-1]:  # the finest level is noise: the next one is fine enough
        filled = cv2.resize(filled, (weight.shape[1], weight.shape[0]), interpolation=cv2.INTER_LINEAR)
        filled = values + (1 - weight[..., None]) * filled
    size = (logs.shape[1], logs.shape[0])
    smoothed = cv2.GaussianBlur(cv2.resize(filled, size, interpolation=cv2.INTER_CUBIC), (0, 0), 2.5)
    return np.asarray(smoothed, np.float32)
