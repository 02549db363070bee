"""Whether a finished picture lies over its drawing, and the small move that makes it do so.

Both pictures are reduced to what they share, the places of their contours. Those are laid over each other by enhanced
correlation (G. D. Evangelidis and E. Z. Psarakis, "Parametric image alignment using enhanced correlation coefficient
maximization", 2008), from where they lie and from where their phase correlation puts them.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import oklab

Floats = NDArray[np.float32]

SIDE = 256
"""Long side at which contours are compared, in pixels."""
SOFT = (1.2, 3.0)
"""Blurs of the contours: for how well they lie over each other, and for finding the way there."""
OVER = 0.42
"""From this correlation of their contours on two pictures lie over each other."""
ALIKE = 0.25
"""From this correlation of their coarse contours on two pictures show the same, if drawn anew."""
STILL = 0.006
"""A move by less than this share of the long side is none: that far off may any hand be."""
GAIN = 0.12
"""A move has to lay them over each other so much better."""
FARTHEST = 0.12
"""Moves by more than this share of the long side are not believed."""
SCALE = 0.12
"""Nor are changes of size by more than this."""
RIM = 0.02
"""So broad a rim of both, in long sides, is not compared: where a picture was resized, its panel's frame bleeds into
it, and a contour all around lies best over a drawing without one when it is enlarged, out of sight."""
EMPTY = 0.06
"""A drawing that varies by less than this in any channel shows nothing."""
GRID = 12
"""Cells a side in which coarse contours are counted."""

Kind = Literal["aligned", "moved", "redrawn", "other"]


@dataclass(frozen=True)
class Match:
    """How a finished picture lies over its drawing.

    Attributes:
        kind: "aligned" as it is; "moved", once `move` is undone; "redrawn", the same picture drawn anew; "other", it
            does not look like its drawing.
        score: the correlation of their contours that says so, in [-1, 1].
        move: (2, 3) from pixels of the drawing to those of the finish, at the drawing's size; identity if not moved.
        shift: how far the move takes the farthest corner, as a share of the long side.
    """

    kind: Kind
    score: float
    move: Floats
    shift: float = 0.0


def match(drawing: Floats, finish: Floats) -> Match:
    """Compares a drawing with its finish, (H, W, 3) RGB in [0, 1] each, of one size."""
    height, width = drawing.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    if np.ptp(cv2.GaussianBlur(drawing, (0, 0), 2.0), (0, 1)).max() < EMPTY:
        return Match("aligned", 1.0, np.eye(2, 3, dtype=np.float32))  # nothing is drawn: anything lies over it
    a, b = (contours(_resized(picture, size)) for picture in (drawing, finish))
    fine, wide = ((_blurred(a, sigma), _blurred(b, sigma)) for sigma in SOFT)
    inner = _inner(size)
    still = correlation(*fine, inner > 0)
    best, warp = still, np.eye(2, 3, dtype=np.float32)
    for start in _starts(*wide):
        found = _refined(*wide, inner, start)
        if found is not None:
            score = correlation(fine[0], _moved(fine[1], found), (inner > 0) & (_moved(inner, found) > 0.99))
            if score > best:
                best, warp = score, found
    shift = _farthest(warp, size) / max(size)
    back = np.diag([1 / scale, 1 / scale, 1.0]).astype(np.float32)
    forth = np.diag([scale, scale, 1.0]).astype(np.float32)
    move = np.asarray((back @ np.concatenate([warp, [[0, 0, 1]]]) @ forth)[:2], np.float32)
    if best >= OVER and shift <= FARTHEST:
        if shift <= STILL or best - still < GAIN:
            return Match("aligned", still if still >= OVER else best, np.eye(2, 3, dtype=np.float32))
        return Match("moved", best, move, shift)
    rough = max(correlation(_cells(a), _cells(b)), 0.0)
    return Match("redrawn" if rough >= ALIKE else "other", rough, np.eye(2, 3, dtype=np.float32))


def laid_over(finish: Floats, found: Match) -> Floats:
    """The finish where its drawing is: (H, W, 3), its borders repeated outwards."""
    if found.kind != "moved":
        return finish
    return _moved(finish, found.move)


def contours(picture: Floats) -> Floats:
    """(H, W) strength of the contours of a picture (H, W, 3), each as strong as its own surroundings let it be."""
    lab = oklab(picture)
    lab[..., 1:] *= 1.5
    steps = [
        cv2.Sobel(np.ascontiguousarray(lab[..., c]), cv2.CV_32F, *way) for c in range(3) for way in ((1, 0), (0, 1))
    ]
    strength = np.sqrt(sum(step**2 for step in steps))
    around = cv2.GaussianBlur(strength, (0, 0), 12.0)
    return np.asarray(np.sqrt(strength / (around + 0.25 * float(strength.mean()) + 1e-3)), np.float32)


def correlation(a: Floats, b: Floats, mask: NDArray[np.bool_] | None = None) -> float:
    """Of two pictures of one size, or of what is in a mask of them; 0 where one of them is even."""
    if mask is not None:
        a, b = a[mask], b[mask]
    if a.size == 0:
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).mean() / (np.sqrt((a**2).mean() * (b**2).mean()) + 1e-6))


def _resized(picture: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _blurred(picture: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _starts(a: Floats, b: Floats) -> list[Floats]:
    """Where to start from: as it is, and moved as phase correlation says."""
    window = cv2.createHanningWindow((a.shape[1], a.shape[0]), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(a, b, window)
    there = np.eye(2, 3, dtype=np.float32)
    there[:, 2] = dx, dy
    return [np.eye(2, 3, dtype=np.float32), *([there] if np.hypot(dx, dy) <= FARTHEST * max(a.shape) else [])]


def _inner(size: tuple[int, int]) -> Floats:
    """(H, W) 1, but 0 on the rim; `size` is (width, height)."""
    out = np.zeros((size[1], size[0]), np.float32)
    rim = _rim(size)
    out[rim:-rim, rim:-rim] = 1
    return out


def _rim(size: tuple[int, int]) -> int:
    return min(max(2, round(RIM * max(size))), min(size) // 4)


def _refined(a: Floats, b: Floats, inner: Floats, start: Floats) -> Floats | None:
    """The affine map from a's pixels to b's that lays them over each other best, or None where none is found."""
    size = (a.shape[1], a.shape[0])
    rim = _rim(size)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-4)
    corner = np.array([rim, rim], np.float32)
    begin = start.copy()
    begin[:, 2] += begin[:, :2] @ corner
    try:
        middle = np.ascontiguousarray(a[rim:-rim, rim:-rim])
        _, found = cv2.findTransformECC(middle, b, begin, cv2.MOTION_AFFINE, stop, (255 * inner).astype(np.uint8), 1)
    except cv2.error:  # it says so when it does not converge
        return None
    warp = np.array(found, np.float32)
    warp[:, 2] -= warp[:, :2] @ corner
    values = np.linalg.svd(warp[:, :2], compute_uv=False)
    far = _farthest(warp, size) / max(size)
    return warp if abs(values - 1).max() <= SCALE and far <= FARTHEST else None


def _moved(picture: Floats, warp: Floats) -> Floats:
    size = (picture.shape[1], picture.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, warp, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _farthest(warp: Floats, size: tuple[int, int]) -> float:
    corners = np.array([(x, y, 1) for x in (0, size[0]) for y in (0, size[1])], np.float32)
    return float(np.linalg.norm(corners @ warp.T - corners[:, :2], axis=1).max())


def _cells(picture: Floats) -> Floats:
    return np.asarray(cv2.resize(picture, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)
