"""A single drawing that is to become a panel: where its paper is bare, what may be cut off, where ink meets the edge.

Most loose drawings are something on a sheet of paper. The sheet is told from the drawing by a smooth surface through
the colours at its edge. Such a drawing can be set into any frame: its paper goes on as the page's. A painted picture
has no bare paper; it is only cut where little is to be seen.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats, Pixels

SIDE = 320
"""Longer side of the copy that is looked at, in pixels."""
INLIER = 0.05
"""How far paper strays from the smooth surface through it, in [0, 1]."""
INK = 0.11
"""How far ink stands out from it."""
ON_PAPER = 0.6
"""Share of the edge that is paper where a drawing stands on paper."""
EDGE = 0.008
"""Outermost share of a side that says whether ink meets the edge."""
STRAY = 0.006
"""Share of all ink below which a piece of it is a stray mark, and no part of what is drawn."""
CANVAS = 4
"""How far an empty canvas around a sheet strays from one colour, in 8-bit levels."""
QUIET = 0.3
"""Detail of a strip of a painted picture, against its mean, below which the strip may be cut off."""
SLIGHT = 0.01
"""Share of a side of a painted picture that may always be cut off: as much as a frame's line covers."""
AIR = 0.03
"""Share of a side that stays free between ink and a cut."""

Sides = tuple[float, float, float, float]


@dataclass(frozen=True)
class LooseDrawing:
    """A drawing as layout sees it.

    Attributes:
        width, height: in pixels.
        on_paper: whether it stands on bare paper, which may be continued around it.
        spare: share of width (left, right) or height (top, bottom) that may be cut off: left, top, right, bottom.
        touches: whether ink meets that side, in the same order: the frame has to stand there.
        hull: corners around all that is drawn, in pixels.
    """

    width: int
    height: int
    on_paper: bool
    spare: Sides
    touches: tuple[bool, bool, bool, bool]
    hull: tuple[tuple[float, float], ...] = ()

    @property
    def narrowest(self) -> float:
        """Width over height when all that may be is cut off at left and right."""
        return self.width * (1 - self.spare[0] - self.spare[2]) / self.height

    @property
    def widest(self) -> float:
        """The same when all is cut off at top and bottom."""
        return self.width / (self.height * (1 - self.spare[1] - self.spare[3]))


def look_at(pixels: Pixels, most: float) -> LooseDrawing:
    """What a drawing is to layout.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        most: share of a side that may be cut off on each end, at most.
    """
    height, width = pixels.shape[:2]
    small = _small(pixels)
    paper = paper_surface(small)
    if paper is None:
        return LooseDrawing(width, height, False, _quiet(small, most), (True, True, True, True))
    ink = _ink(small, paper)
    rows, columns = np.any(ink, 1), np.any(ink, 0)
    if not rows.any():
        return LooseDrawing(width, height, True, (0.0, 0.0, 0.0, 0.0), (False, False, False, False))
    h, w = ink.shape
    free = (
        float(np.argmax(columns)) / w,
        float(np.argmax(rows)) / h,
        float(np.argmax(columns[::-1])) / w,
        float(np.argmax(rows[::-1])) / h,
    )
    left, top, right, bottom = (min(most, max(0.0, side - AIR)) for side in free)
    meets = (free[0] < EDGE, free[1] < EDGE, free[2] < EDGE, free[3] < EDGE)
    corners = cv2.convexHull(np.argwhere(ink)[:, ::-1].astype(np.int32)).reshape(-1, 2)
    hull = tuple(((float(x) + 0.5) / w * width, (float(y) + 0.5) / h * height) for x, y in corners)
    return LooseDrawing(width, height, True, (left, top, right, bottom), meets, hull)


def _small(pixels: Pixels) -> Floats:
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)


def paper_surface(small: Floats) -> Floats | None:
    """The paper's colour all over a drawing, (h, w, 3) in [0, 1]: a surface of second degree through what is paper.

    Starts from the commonest light colour of the edge and takes in what lies near the surface, five times; None where
    the edge is not paper, so that the picture is painted to its edges.
    """
    h, w = small.shape[:2]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    x, y = x / max(1, w - 1) * 2 - 1, y / max(1, h - 1) * 2 - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6)
    values = small.reshape(-1, 3)
    rim = max(2, round(0.03 * min(h, w)))
    ring = np.ones((h, w), bool)
    ring[rim:-rim, rim:-rim] = False
    edge = ring.ravel()
    light = values[edge].mean(1)
    middle = np.median(values[edge][light >= np.percentile(light, 40)], 0)
    if middle.mean() < 0.45:
        return None
    near = np.abs(values - middle).max(1) < 0.16
    surface: NDArray[np.float32] = np.tile(middle, (len(values), 1)).astype(np.float32)
    for _ in range(5):
        if near.sum() < 50:
            return None
        weights, *_ = np.linalg.lstsq(terms[near], values[near], rcond=None)
        surface = np.asarray(terms @ weights, np.float32)
        near = np.abs(values - surface).max(1) < INLIER
    if near[edge].mean() < ON_PAPER:
        return None
    return np.asarray(np.clip(surface.reshape(h, w, 3), 0.3, 1), np.float32)


def _ink(small: Floats, paper: Floats) -> NDArray[np.bool_]:
    """Where something is drawn; specks are not."""
    mask = (np.abs(small - paper).max(2) > INK).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    large = np.zeros(count, bool)
    large[1:] = areas >= max(8.0, STRAY * float(areas.sum()))
    found: NDArray[np.bool_] = large[labels]
    return found


def _quiet(small: Floats, most: float) -> Sides:
    """How far strips at the four sides of a painted picture hold little to see: `SLIGHT`, and up to a tenth."""
    grey = small.mean(2)
    detail = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1), cv2.CV_32F))
    mean, sides = float(detail.mean()) + 1e-6, []
    for turn in (1, 0, 3, 2):  # so that the left, top, right, bottom side comes up on top
        rows = np.rot90(detail, -turn).mean(1)
        deep = max(1, int(min(most, 0.1) * len(rows)))
        loud = np.flatnonzero(rows[:deep] > QUIET * mean)
        sides.append(max(min(most, SLIGHT), (int(loud[0]) if len(loud) else deep) / len(rows)))
    return sides[0], sides[1], sides[2], sides[3]


def whitened(pixels: Pixels) -> Pixels:
    """A drawing whose paper is white, whatever light fell on it; a painted picture comes back as it is.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    small = _small(pixels)
    paper = paper_surface(small)
    if paper is None:
        return pixels
    height, width = pixels.shape[:2]
    surface = np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    # 0.96: the grain of paper, a little darker than its mean, is paper too.
    clean = pixels.astype(np.float32) / (surface * np.float32(0.96))
    return np.asarray(np.clip(clean, 0, 255) + 0.5, np.float32).astype(np.uint8)


def sheet(pixels: Pixels) -> Pixels:
    """The sheet of a drawing that was put on an empty canvas of one colour; any other drawing whole.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    values = pixels.astype(np.int16)
    other = np.abs(values - values[0, 0]).max(2) > CANVAS
    rows, columns = np.flatnonzero(other.mean(1) > 0.1), np.flatnonzero(other.mean(0) > 0.1)
    if not len(rows) or not len(columns):
        return pixels
    (height, width), y0, y1, x0, x1 = other.shape, rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if min(y0, x0, height - y1, width - x1) < 1 or min(y1 - y0, x1 - x0) < 64:
        return pixels  # no canvas on all sides: that is the light on the paper, or a figure
    inside = other[y0:y1, x0:x1]
    bare = 1 - (other.sum() - inside.sum()) / max(1, other.size - inside.size)
    if inside.mean() < 0.9 or bare < 0.97:
        return pixels
    return np.ascontiguousarray(pixels[y0:y1, x0:x1])
