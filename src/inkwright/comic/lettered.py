"""Lettering that is drawn on the page already: balloons and caption boxes, known by the words in them.

From each mark on even ground the ground is followed as far as it goes. If it is closed, and what stands in
it has the statistics of words, it is a balloon. What is doubtful is left alone: a balloon that is missed can be marked
by hand, a face that is kept unpainted is a hole in the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.marks import Words, is_scribble, marks_of, words
from inkwright.images import Pixels, resize

WORK_SIDE = 1400
"""Long side of the page at which lettering is looked for, in pixels."""
LEAK = 0.5
"""Largest share of a panel that a balloon may fill."""
OUTLINE = 12
"""Thickest outline of a balloon, in pixels of the search."""
GAPS = (0, 2, 4)
"""Half of the widest gap in an outline that is closed, in pixels of the search; tried one after the other."""
TOLERANCE = 28
"""How far a balloon's ground may be from its colour at one place, of 255: the grain of paper, the noise of JPEG."""

Mask = NDArray[np.uint8]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Lettered:
    """A balloon or caption box.

    Attributes:
        box: (x, y, width, height) in pixels of the picture.
        mask: (height, width) uint8, 1 on the balloon, its outline and its tail.
    """

    box: Box
    mask: Mask


@dataclass(frozen=True)
class _View:
    """A picture, or its negative, made ready; `level` (h, w) is its luminance with thin dark marks closed."""

    pixels: Pixels
    light: Mask
    level: Mask
    ink: Mask
    negative: bool


def find_lettering(pixels: Pixels, page_side: int | None = None) -> list[Lettered]:
    """Finds the balloons and caption boxes that have words in them.

    Args:
        pixels: (H, W, 3) uint8 RGB, a panel or a page.
        page_side: long side of the page that it is from, in pixels; None: its own.

    Returns:
        The balloons, their outlines included, from the top down. Balloons that touch each other come as one.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, WORK_SIDE / max(page_side or 0, height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if min(size) < 24:
        return []
    small = resize(pixels, *size)
    found = []
    for view in (
        _view(small, False),
        _view(255 - small, True),
    ):  # pale words in dark boxes are dark ones in the negative
        found += [_with_outline(view, *at) for at in _closed(view)]
    return sorted((_enlarged(*one, size, (width, height)) for one in found), key=lambda one: (one.box[1], one.box[0]))


def _view(pixels: Pixels, negative: bool) -> _View:
    pixels = np.array(pixels)  # the search asks for one that may be written to
    light = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17))
    level = np.asarray(cv2.morphologyEx(light, cv2.MORPH_CLOSE, kernel), np.uint8)
    ink = (cv2.subtract(level, light) > 45) & (light < 0.72 * level)
    return _View(pixels, light, level, np.asarray(ink, np.uint8), negative)


def _seeds(view: _View) -> list[tuple[int, int]]:
    """Places on the ground right beside marks that could be letters, (x, y)."""
    marks = marks_of(view.ink)
    _, _, w, h = marks.boxes.T
    marks = marks.only((w * h >= 12) & (h <= 90) & (w <= 300) & (w * h < 20000))
    if len(marks) == 0:
        return []
    middle = marks.boxes[:, :2] + marks.boxes[:, 2:] // 2
    square = np.ones((5, 5), np.uint8)
    uneven = cv2.subtract(cv2.dilate(view.level, square), cv2.erode(view.level, square))
    at = (middle[:, 1], middle[:, 0])
    marks = marks.only((uneven[at] < 30) & (view.level[at] >= 150))
    free = cv2.dilate(view.ink, np.ones((3, 3), np.uint8)) == 0
    seeds = []
    for x, y, w, h in marks.boxes.tolist():
        top, left = max(0, y - 4), max(0, x - 4)
        light, usable = view.light[top : y + h + 4, left : x + w + 4], free[top : y + h + 4, left : x + w + 4]
        if np.count_nonzero(usable) >= 8:
            # The most usual brightness around the mark, not the brightest: paper has specks.
            values = np.sort(light[usable])
            usual = int(values[int(0.6 * len(values))])
            off = np.where(usable, np.abs(light.astype(np.int16) - usual), 999)
            row, column = divmod(int(off.argmin()), off.shape[1])
            seeds.append((left + column, top + row))
    return seeds


def _closed(view: _View) -> list[tuple[Mask, Box]]:
    """The closed grounds with words: a mask, 1 on ground and words, and its box in the picture."""
    height, width = view.light.shape
    seen = [np.zeros((height, width), np.uint8) for _ in GAPS]
    walls = [_wall(view.ink, gap) for gap in GAPS]
    found = []
    for seed in _seeds(view):
        for n, gap in enumerate(GAPS):
            if seen[n][seed[1], seed[0]]:
                continue
            if walls[n][seed[1] + 1, seed[0] + 1]:
                break
            ground, box = _flood(view, walls[n], seed, gap)
            x, y, w, h = box
            seen[n][y : y + h, x : x + w] |= ground
            filled = _filled(ground, gap)
            if int(filled.sum()) > LEAK * height * width:
                continue
            for later in seen[n + 1 :]:  # closed without more help
                later[y : y + h, x : x + w] |= filled
            if w >= 20 and h >= 14 and _holds_words(view, ground, filled, box):
                found.append((filled, box))
            break
    return found


def _wall(ink: Mask, gap: int) -> Mask:
    """What stops a flood, a pixel larger each way than the picture, as OpenCV asks for."""
    return np.pad(ink if gap == 0 else cv2.dilate(ink, _square(gap)), 1)


def _square(reach: int) -> Mask:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)


def _flood(view: _View, wall: Mask, seed: tuple[int, int], gap: int) -> tuple[Mask, Box]:
    """All ground of about the seed's colour that can be reached from it, in its box with `gap` pixels around."""
    reached = wall.copy()
    how = 4 | (2 << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    off = (TOLERANCE,) * 3
    _, _, _, (x, y, w, h) = cv2.floodFill(view.pixels, reached, seed, (0,), off, off, how)
    x0, y0 = max(0, x - gap), max(0, y - gap)
    x1, y1 = min(view.light.shape[1], x + w + gap), min(view.light.shape[0], y + h + gap)
    return np.asarray(reached[1 + y0 : 1 + y1, 1 + x0 : 1 + x1] == 2, np.uint8), (x0, y0, x1 - x0, y1 - y0)


def _filled(ground: Mask, gap: int) -> Mask:
    """A ground without its holes; the `gap` pixels that it was kept away from the ink are given back."""
    if gap:
        ground = np.asarray(cv2.dilate(ground, _square(gap)), np.uint8)
    outlines, _ = cv2.findContours(ground, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros_like(ground), outlines, -1, (1,), -1), np.uint8)


def _holds_words(view: _View, ground: Mask, filled: Mask, box: Box) -> bool:
    """Whether what stands in a closed ground are words."""
    x, y, w, h = box
    pixels, light = view.pixels[y : y + h, x : x + w], view.light[y : y + h, x : x + w]
    bare = np.flatnonzero(ground)
    bare = bare[:: max(1, len(bare) // 1500)]  # enough to tell a colour by
    colours = pixels.reshape(-1, 3)[bare]
    colour, brightness = np.median(colours, 0), float(np.median(light.ravel()[bare]))
    off = float(np.percentile(np.abs(colours - colour).max(1), 90))
    if brightness < 150 or off > 20:
        return False
    dark = np.asarray((light < 0.7 * brightness) & (filled > 0), np.uint8)
    marks = marks_of(dark)
    # What hangs on the outline belongs to it, or is a picture that reaches into the balloon.
    edge = cv2.erode(filled, _square(1), borderType=cv2.BORDER_CONSTANT, borderValue=1) == 0
    marks = marks.only(~np.isin(marks.numbers, marks.labels[edge & (dark > 0)]) & (marks.areas >= 4))
    if len(marks) == 0:
        return False
    area = int(filled.sum())
    paper = not view.negative and brightness >= 205 and float(np.ptp(colour)) <= 45
    if paper and _stands_clear(box, view.light.shape) and is_scribble(marks, w):
        return True
    said = words(marks)
    if (
        said is None
        or _other(filled, ground, dark) > 0.3 * area
        or not (0.06 if paper else 0.1) * area <= said.area <= area
    ):
        return False
    contrast = 1 - float(np.median(light[np.isin(marks.labels, said.marks.numbers)])) / brightness
    return (paper or off <= 12) and contrast >= 0.45 and _reads(said, paper)


def _stands_clear(box: Box, shape: tuple[int, ...]) -> bool:
    x, y, w, h = box
    return x > 1 and y > 1 and x + w < shape[1] - 1 and y + h < shape[0] - 1


def _other(filled: Mask, ground: Mask, dark: Mask) -> int:
    """Pixels of a closed ground that are neither ground nor the dark marks with their soft edges."""
    return int(np.count_nonzero((filled > 0) & (ground == 0) & (cv2.dilate(dark, _square(2)) == 0)))


def _reads(said: Words, paper: bool) -> bool:
    """Whether marks have the statistics of words; on a ground that could be skin or wall more are asked for."""
    if said.share < 0.7 or said.uneven > 0.45 or not 0.06 <= said.stroke <= 0.45:
        return False
    if len(said.marks) < 4:  # joined-up writing
        return paper and len(said.marks) >= 2 and said.letters >= 8 and said.longest >= 4
    least = 4 if paper else 8
    return said.letters >= least and said.longest >= (3 if paper else 4) and said.variety >= 0.22


def _with_outline(view: _View, filled: Mask, box: Box) -> tuple[Mask, Box]:
    """A balloon with its ink outline, or at least with the soft edge of its ground."""
    x, y, w, h = box
    room = OUTLINE + 1
    x0, y0 = max(0, x - room), max(0, y - room)
    x1, y1 = min(view.light.shape[1], x + w + room), min(view.light.shape[0], y + h + room)
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    mask[y - y0 : y - y0 + h, x - x0 : x - x0 + w] = filled
    light = view.light[y0:y1, x0:x1]
    away = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    dark = np.asarray(light < 0.62 * float(np.median(light[mask > 0])), np.uint8)
    beside = (away > 1) & (away <= 2)
    if beside.any():  # an outline has one colour; what is as dark behind it does not belong to it
        pixels = view.pixels[y0:y1, x0:x1]
        dark &= np.abs(pixels - np.median(pixels[beside], 0)).max(2) < 80
    rings = [away_dark.mean() if (away_dark := dark[(away > d) & (away <= d + 1)]).size else 0.0 for d in range(room)]
    inked = [d for d in range(1, room) if rings[d] >= 0.5]
    # Dark all the way is a dark picture and no outline.
    depth = 1 if not inked or inked[-1] >= OUTLINE else inked[-1] + 1
    grown = mask
    reachable = np.maximum(dark, np.asarray(away <= 1.5, np.uint8))
    for _ in range(depth):
        grown = np.maximum(grown, np.asarray(cv2.dilate(grown, _square(1)), np.uint8) & reachable)
    return grown, (x0, y0, x1 - x0, y1 - y0)


def _enlarged(mask: Mask, box: Box, size: tuple[int, int], full: tuple[int, int]) -> Lettered:
    """A mask found at one size of the picture, (width, height), at another."""
    if size == full:
        return Lettered(box, mask)
    x, y, w, h = box
    fx, fy = full[0] / size[0], full[1] / size[1]
    x0, y0, x1, y1 = round(x * fx), round(y * fy), round((x + w) * fx), round((y + h) * fy)
    soft = cv2.resize(mask.astype(np.float32), (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    return Lettered((x0, y0, x1 - x0, y1 - y0), np.asarray(soft > 0.5, np.uint8))
