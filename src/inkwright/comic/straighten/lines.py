"""Long straight edges of a picture that nearly stand, and what lies on both sides of them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

STEEPEST = 26.0
"""Degrees that a line may lean."""
MOST = 18
"""Lines that are kept."""
FAINTEST = 2.2
"""Least difference of neighbouring pixels, in Lab units, at an edge."""
REACH = 2.5
"""Pixels beside a line within which its edges are looked for."""

Field = NDArray[np.float64]
Lab = NDArray[np.float32]


@dataclass(frozen=True)
class Line:
    """A line that nearly stands: x = at + lean * y, between pixels' corners.

    Attributes:
        at: where it meets the picture's upper edge.
        lean: its slope.
        left: (h + 1,) running sum over rows: how surely the page may lie on its left there, in [-1, 1] a row.
        right: the same for its right.
        edge: (h + 1,) running sum of rows with an edge.
    """

    at: float
    lean: float
    left: Field
    right: Field
    edge: Field


def standing_lines(lab: Lab) -> list[Line]:
    """The longest lines of a picture that nearly stand; for those that nearly lie, give the picture transposed.

    Source: R. Duda, P. Hart, "Use of the Hough transformation to detect lines and curves in pictures", 1972, with x
    where a line crosses the middle row and its slope as parameters.

    Args:
        lab: (h, w, 3) float32 CIE Lab, about 600 pixels a side.
    """
    height, width = lab.shape[:2]
    strength = _standing_edges(lab)
    ys, xs = np.nonzero(strength)
    if len(ys) < height // 4:
        return []
    weight = np.minimum(strength[ys, xs], 10.0).astype(np.float64)
    leans = np.tan(np.radians(np.arange(-STEEPEST, STEEPEST + 0.1, 0.5)))
    middle, pad = height / 2, int(np.tan(np.radians(STEEPEST)) * height / 2) + 4
    votes = np.stack(
        [
            np.bincount(np.round(xs + pad - lean * (ys - middle)).astype(np.int64), weight, width + 2 * pad)
            for lean in leans.tolist()
        ]
    )
    votes = votes + 0.5 * (np.roll(votes, 1, 1) + np.roll(votes, -1, 1))
    crossing = np.arange(votes.shape[1])[None] - pad
    tops, bottoms = crossing - leans[:, None] * middle, crossing + leans[:, None] * middle
    apart = 0.012 * max(height, width)
    found: list[Line] = []
    for _ in range(MOST):
        best = int(votes.argmax())
        if votes.flat[best] < 0.12 * height * FAINTEST:
            break
        top, bottom = float(tops.flat[best]), float(bottoms.flat[best])
        votes[(np.abs(tops - top) < apart) & (np.abs(bottoms - bottom) < apart)] = 0
        at, lean = _fitted(top, (bottom - top) / height, xs, ys, weight)
        found.append(_line(at, lean, lab, strength))
    return found


def _standing_edges(lab: Lab) -> NDArray[np.float32]:
    """How strong the edges are that nearly stand, (h, w), 0 beside their crest and in the picture's own rim."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8
    strength = np.sqrt((across**2).sum(2))
    steep = strength > 1.9 * np.sqrt((down**2).sum(2))
    crest = (strength >= np.roll(strength, 1, 1)) & (strength > np.roll(strength, -1, 1))
    kept = np.where(steep & crest & (strength > FAINTEST / 2), 2 * strength, 0)
    kept[:, :2], kept[:, -2:] = 0, 0
    return np.asarray(kept, np.float32)


def _fitted(at: float, lean: float, xs: NDArray[np.int64], ys: NDArray[np.int64], weight: Field) -> tuple[float, float]:
    """A line drawn through the crests beside it."""
    for reach in (REACH + 1, REACH, 1.5):
        beside = np.abs(xs + 0.5 - at - lean * (ys + 0.5)) < reach
        if beside.sum() < 12:
            break
        x, y, w = xs[beside] + 0.5, ys[beside] + 0.5, weight[beside]
        my, mx = float(np.average(y, weights=w)), float(np.average(x, weights=w))
        spread = float((w * (y - my) ** 2).sum())
        if spread <= 0:
            break
        lean = float((w * (y - my) * (x - mx)).sum()) / spread
        at = mx - lean * my
    return at, lean


def _line(at: float, lean: float, lab: Lab, strength: NDArray[np.float32]) -> Line:
    """A line with what lies beside it, row by row."""
    height, width = lab.shape[:2]
    rows = np.arange(height)
    x = at + lean * (rows + 0.5)
    near = np.round(x[:, None] - 0.5 + np.arange(-2, 3)).astype(int)
    edge = (strength[rows[:, None], np.clip(near, 0, width - 1)] > FAINTEST).any(1) & (x > 0) & (x < width)
    beside = []
    for sign in (-1, 1):
        columns = np.round(x[:, None] - 0.5 + sign * np.arange(3, 8)).astype(int)
        inside = ((columns >= 0) & (columns < width)).all(1)
        beside.append((lab[rows[:, None], np.clip(columns, 0, width - 1)], inside))
    (left, left_in), (right, right_in) = beside
    seen = edge & left_in & right_in
    # Paper is brighter than what it lies on.
    step = np.clip((np.median(right[..., 0], 1) - np.median(left[..., 0], 1)) / 6, -1, 1)
    to_right, to_left = np.where(seen, step, 0), np.where(seen, -step, 0)
    return Line(at, lean, _running(to_left), _running(to_right), _running(edge.astype(np.float64)))


def _running(values: Field) -> Field:
    return np.concatenate([[0.0], np.cumsum(values)])
