"""Where the page ends in a photo or a scan: four sides, each on an edge of the picture or on one that is seen in it.

Paper lies on something darker: a desk, the bed of a scanner. Of all ways to choose a left, upper, right and lower line
the one wins along which most paper meets most ground.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.straighten.lines import Field, Lab, Line, standing_lines
from inkwright.images import Pixels

SIDE = 600
"""Longer side in pixels of the copy on which sides are looked for."""
ENOUGH = 0.55
"""Share of a side along which paper has to meet ground."""
BAND = 0.15
"""Share of the picture that lies beyond a side at most where fewer than three are seen."""
SMALLEST = 0.22
"""Share of the picture that a page fills at least."""


@dataclass(frozen=True)
class Border:
    """The page in a picture.

    Attributes:
        corners: (4, 2) float64 x, y in picture pixels, clockwise from the page's top left.
        seen: whether the page's left, top, right and bottom side are seen in the picture.
        confidence: in [0, 1].
    """

    corners: Field
    seen: tuple[bool, bool, bool, bool]
    confidence: float


def find_border(pixels: Pixels) -> Border | None:
    """The page's sides, or None where none of them is seen.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    standing, lying = standing_lines(lab), standing_lines(np.ascontiguousarray(lab.transpose(1, 0, 2)))
    allowed = [list(standing), list(lying), list(standing), list(lying)]
    for _ in range(8):
        found = _best(allowed, size)
        if found is None:
            return None
        corners, sides, shares = found
        bad = _doubtful(lab, corners, sides)
        if bad is None:
            factor = np.array([width / size[0], height / size[1]])
            seen = (sides[0] is not None, sides[1] is not None, sides[2] is not None, sides[3] is not None)
            border = Border(corners * factor, seen, _confidence(shares, seen))
            return replace(border, corners=_refined(pixels, border))
        allowed[bad] = [line for line in allowed[bad] if line is not sides[bad]]
    return None


def _confidence(shares: list[float], seen: tuple[bool, bool, bool, bool]) -> float:
    sure = [share for share, one in zip(shares, seen, strict=True) if one]
    return round(float(np.clip((np.mean(sure) + min(sure) - 2 * ENOUGH) / (1.8 - 2 * ENOUGH), 0, 1)), 3)


Sides = list[Line | None]


def _best(allowed: list[list[Line]], size: tuple[int, int]) -> tuple[Field, Sides, list[float]] | None:
    """The best of all choices of four lines: the corners, the lines (None: the picture's edge), how sure each is."""
    width, height = size
    sides = [_Side(allowed[k], k, size) for k in range(4)]
    left, top, right, bottom = sides
    shape = tuple(len(side.at) for side in sides)
    at = [side.at.reshape([-1 if k == n else 1 for k in range(4)]) for n, side in enumerate(sides)]
    lean = [side.lean.reshape([-1 if k == n else 1 for k in range(4)]) for n, side in enumerate(sides)]
    corner = {}
    for u, v in ((0, 1), (2, 1), (2, 3), (0, 3)):  # a standing and a lying line each
        y = (at[v] + lean[v] * at[u]) / (1 - lean[u] * lean[v])
        corner[u, v] = (at[u] + lean[u] * y, y)
    ends = [
        (corner[0, 1][1], corner[0, 3][1]),
        (corner[0, 1][0], corner[2, 1][0]),
        (corner[2, 1][1], corner[2, 3][1]),
        (corner[0, 3][0], corner[2, 3][0]),
    ]
    gain, good = np.zeros(shape), np.ones(shape, bool)
    shares = []
    for k, side in enumerate(sides):
        limit = height if k % 2 == 0 else width
        a, b = (np.broadcast_to(np.clip(np.round(end), 0, limit), shape).astype(int) for end in ends[k])
        index = np.arange(len(side.at)).reshape([-1 if n == k else 1 for n in range(4)])
        paper = side.sums[index, b] - side.sums[index, a]
        # What lies beyond the picture cannot be seen; it counts as half of a side that is.
        beyond = (ends[k][1] - ends[k][0]) - (b - a)
        length = (b - a) + 0.5 * np.maximum(beyond, 0)
        share = paper / np.maximum(length, 1)
        real = index > 0
        gain += np.where(real, paper - ENOUGH * length, 0) / limit
        good &= ~real | ((share > ENOUGH) & (b - a > 0.3 * limit))
        shares.append(np.where(real, share, 0))
    good &= _plausible(corner, size)
    gain = np.where(good, gain, 0)
    best = np.unravel_index(int(gain.argmax()), shape)
    if gain[best] <= 0.05:
        return None
    one = [
        np.array([float(np.broadcast_to(v, shape)[best]) for v in corner[pair]])
        for pair in ((0, 1), (2, 1), (2, 3), (0, 3))
    ]
    lines = [side.lines[int(n)] for side, n in zip((left, top, right, bottom), best, strict=True)]
    return np.array(one), lines, [float(s[best]) for s in shares]


class _Side:
    """The lines that may be one side of the page; the first is the picture's own edge.

    Args:
        lines: lines that stand, or lie where `k` is odd.
        k: left 0, top 1, right 2, bottom 3.
        size: (w, h) of the picture.
    """

    def __init__(self, lines: list[Line], k: int, size: tuple[int, int]) -> None:
        along = size[1] if k % 2 == 0 else size[0]
        edge = 0.0 if k < 2 else float(size[k % 2])
        self.lines: Sides = [None, *lines]
        self.at = np.array([edge, *(line.at for line in lines)])
        self.lean = np.array([0.0, *(line.lean for line in lines)])
        inward = [line.right if k < 2 else line.left for line in lines]
        self.sums = np.stack([np.zeros(along + 1), *inward])


def _plausible(corner: dict[tuple[int, int], tuple[Field, Field]], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether four corners may be a page's: large enough, convex, no side half as long as the opposite one."""
    x = [corner[pair][0] for pair in ((0, 1), (2, 1), (2, 3), (0, 3))]
    y = [corner[pair][1] for pair in ((0, 1), (2, 1), (2, 3), (0, 3))]
    area: Field = np.zeros(1)
    lengths: list[Field] = []
    good: NDArray[np.bool_] = np.array(True)
    for k in range(4):
        n, m = (k + 1) % 4, (k + 2) % 4
        area = area + (x[k] * y[n] - x[n] * y[k]) / 2
        lengths.append(np.hypot(x[n] - x[k], y[n] - y[k]))
        turn = (x[n] - x[k]) * (y[m] - y[n]) - (y[n] - y[k]) * (x[m] - x[n])
        following = np.hypot(x[m] - x[n], y[m] - y[n])
        good = good & (turn > 0.8 * lengths[k] * following)  # no angle farther than 37 degrees from a right one
        rims = 0.12 * max(size)
        good = good & (x[k] > -rims) & (x[k] < size[0] + rims) & (y[k] > -rims) & (y[k] < size[1] + rims)
    for k in (0, 1):
        ratio = lengths[k] / np.maximum(lengths[k + 2], 1)
        good = good & (ratio > 0.5) & (ratio < 2)
    return good & (area > SMALLEST * size[0] * size[1])


def _doubtful(lab: Lab, corners: Field, sides: Sides) -> int | None:
    """The side that is least likely the page's, where one is not; None: there is no such side.

    A dark panel beside a gutter looks like a desk beside a page, but beyond the panel comes the margin: so there is no
    paper at the picture's rim, and what lies right beside the page goes on to there. The neighbouring sides end where
    they meet it. Where only one side or two are seen, it has to be a band.
    """
    height, width = lab.shape[:2]
    page = np.zeros((height, width), np.uint8)
    cv2.fillPoly(page, [np.round(corners).astype(np.int32)], 1)
    few = sum(side is not None for side in sides) < 3
    ring = {0: (slice(None), slice(1, 4)), 1: (slice(1, 4), slice(None))}
    ring |= {2: (slice(None), slice(-4, -1)), 3: (slice(-4, -1), slice(None))}
    faults: list[tuple[float, int]] = []
    for k, side in enumerate(sides):
        if side is None:
            continue
        rim = lab[ring[k]][page[ring[k]] == 0]
        if len(rim) < 8:
            continue
        paper, ground = _beside(lab, side, k, 5), _beside(lab, side, k, -6)
        alike = _alike(rim, np.median(paper, 0), np.median(ground, 0))
        goes_on = float((np.abs(ground[:, None] - rim[None, :: 1 + len(rim) // 200]).max(2).min(1) < 9).mean())
        fault = alike if alike > (0.15 if few else 0.5) else 0.0
        fault = max(fault, 1 - goes_on if goes_on < 0.6 else 0.0)
        if few:
            beyond = _beyond(lab.shape, side, k)
            spread = float(np.percentile(rim[:, 0], 90) - np.percentile(rim[:, 0], 10))
            fault = max(fault, beyond / BAND - 0.5 if beyond > BAND else 0.0, 0.4 if spread > 30 else 0.0)
        fault = max(fault, _continued(lab, corners, sides, k))
        if fault:
            faults.append((fault, k))
    return max(faults)[1] if faults else None


def _continued(lab: Lab, corners: Field, sides: Sides, k: int) -> float:
    """How far a side's neighbours are edges of the same paper beyond the corners that they share with it."""
    worst = 0.0
    for n, corner in (((k + 3) % 4, corners[(k + 3) % 4]), ((k + 1) % 4, corners[k])):
        line = sides[n]
        if line is None:
            continue
        limit, at = (lab.shape[0], round(corner[1])) if n % 2 == 0 else (lab.shape[1], round(corner[0]))
        reach = round(0.25 * limit)
        low, high = (max(0, at - reach), at - 3) if k < 2 else (max(0, at + 3), min(limit, at + reach))
        if high - low < 15:
            continue
        sums = line.right if n < 2 else line.left
        edge = float(sums[high] - sums[low]) / (high - low)
        paper, ours = _strip(lab, line, n, 5), (at, min(limit, at + reach)) if k < 2 else (max(0, at - reach), at)
        inside = paper[slice(*ours)]
        if len(inside) < 5:
            continue
        same = float((np.abs(paper[low:high] - np.median(inside, 0)).max(1) < 10).mean())
        worst = max(worst, 2 * edge if min(edge, same) > 0.5 else 0.0)
    return worst


def _strip(lab: Lab, line: Line, k: int, inward: float) -> Lab:
    """Colours along a line, some pixels to its inside, for every row (column) of the picture, (n, 3)."""
    plane = lab if k % 2 == 0 else lab.transpose(1, 0, 2)
    rows = np.arange(plane.shape[0])
    columns = np.round(line.at + line.lean * (rows + 0.5) - 0.5 + (inward if k < 2 else -inward)).astype(int)
    return np.asarray(plane[rows, np.clip(columns, 0, plane.shape[1] - 1)], np.float32)


def _alike(rim: Lab, paper: NDArray[np.float32], ground: NDArray[np.float32]) -> float:
    """Share of the picture's rim that is nearer to paper than to the ground, along the line from one to the other."""
    way = paper - ground
    place = (rim - ground) @ way / max(1e-3, float(way @ way))
    return float(((place > 0.6) & (np.abs(rim[:, 1:] - paper[1:]).max(1) < 14)).mean())


def _beyond(shape: tuple[int, ...], line: Line, k: int) -> float:
    """Share of the picture beyond a side's line."""
    height, width = shape[:2] if k % 2 == 0 else (shape[1], shape[0])
    share = float(np.clip(line.at + line.lean * (np.arange(height) + 0.5), 0, width).mean()) / width
    return share if k < 2 else 1 - share


def _beside(lab: Lab, line: Line, k: int, inward: float) -> Lab:
    """Colours along a line, some pixels to its inside, (n, 3)."""
    plane = lab if k % 2 == 0 else lab.transpose(1, 0, 2)
    rows = np.arange(plane.shape[0])
    columns = np.round(line.at + line.lean * (rows + 0.5) - 0.5 + (inward if k < 2 else -inward)).astype(int)
    kept = (columns >= 0) & (columns < plane.shape[1])
    return np.asarray(plane[rows[kept], columns[kept]], np.float32) if kept.any() else plane[:1, 0]


def _refined(pixels: Pixels, border: Border) -> Field:
    """The corners, each seen side moved to the steepest step of brightness beside it at full size."""
    height, width = pixels.shape[:2]
    reach = 2.2 * max(1.0, max(height, width) / SIDE)
    lines = []
    for k in range(4):
        a, b = border.corners[(k + 3) % 4], border.corners[k]  # left: from bottom left to top left, and so on around
        lines.append(_steepest(pixels, a, b, reach) if border.seen[k] else np.cross([*a, 1.0], [*b, 1.0]))
    corners = []
    for k in range(4):
        x, y, w = np.cross(lines[k], lines[(k + 1) % 4])
        corners.append([x / w, y / w] if abs(w) > 1e-9 else border.corners[k])
    made = np.array(corners, np.float64)
    return made if np.abs(made - border.corners).max() < 4 * reach else border.corners


def _steepest(pixels: Pixels, a: Field, b: Field, reach: float) -> Field:
    """The line, as (3,) homogeneous coordinates, through the steepest steps beside the side from a to b."""
    along = b - a
    length = float(np.hypot(*along))
    normal = np.array([-along[1], along[0]]) / length
    t = np.linspace(0.03, 0.97, 300)
    offsets = np.arange(-np.ceil(reach), np.ceil(reach) + 0.1, 0.5)
    points = a + t[:, None, None] * along + offsets[None, :, None] * normal
    maps = (points - 0.5).astype(np.float32)
    grey = cv2.remap(pixels, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).max(2)
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), sigmaX=2.0, sigmaY=1.0)
    # The sign of the step is known: clockwise around the page, the page lies to the right of the way.
    step = np.gradient(smooth, axis=1)
    inside = (points[..., 0] > 1) & (points[..., 0] < pixels.shape[1] - 1)
    inside &= (points[..., 1] > 1) & (points[..., 1] < pixels.shape[0] - 1)
    step = np.where(inside, step, 0)
    best = step.argmax(1)
    height = step[np.arange(len(t)), best]
    kept = height > max(1.0, 0.3 * float(np.percentile(height, 70)))
    if kept.sum() < 30:
        return np.asarray(np.cross([*a, 1.0], [*b, 1.0]), np.float64)
    s, d = t[kept] * length, offsets[best[kept]]
    weight = np.ones(len(s))
    for _ in range(8):  # least squares with Cauchy weights: stray edges of the desk pull little
        slope, shift = np.polyfit(s, d, 1, w=np.sqrt(weight))
        weight = 1 / (1 + ((d - shift - slope * s) / 0.7) ** 2)
    p, q = a + normal * shift, b + normal * (shift + slope * length)
    return np.asarray(np.cross([*p, 1.0], [*q, 1.0]), np.float64)
