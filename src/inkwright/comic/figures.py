"""Figures that an outline may have: a polygon of few corners, sharp ones, an ellipse, a box with a corner cut out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.numbers import straight_through

Polygon = NDArray[np.float64]
Outline = NDArray[np.int32]
"""(n, 2) x, y, pixel by pixel."""

MAX_CORNERS = 6
ROUND_CORNERS = 32
"""Corners of the polygon that tells an ellipse."""


def outline_of(region: NDArray[np.bool_]) -> Outline:
    """The longest outline of a mask, (h, w) bool with at least one pixel."""
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=len)
    return np.asarray(longest[:, 0], np.int32)


def hull_of(contour: Outline) -> Polygon | None:
    """Hull of the outline with as few corners as describe it; None when more than six are needed."""
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, True)
    for share in (0.008, 0.012, 0.018, 0.025, 0.035):
        corners = cv2.approxPolyDP(hull, share * around, True)[:, 0]
        if len(corners) <= MAX_CORNERS:
            return corners.astype(np.float64) + 0.5 if len(corners) >= 3 else None
    return None


def sharpened(polygon: Polygon, contour: Outline) -> Polygon | None:
    """A polygon with each side moved onto the outline beside it; None where a side has none, or two hardly meet.

    Pointed corners are cut off where a region was freed of thin things, and one corner for both ends tilts the sides.
    """
    points, reach = contour + 0.5, 0.03 * cv2.arcLength(contour, True)
    lines = []
    for a, b in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        length = max(1e-9, float(np.hypot(*(b - a))))
        along = (b - a) / length
        normal = np.array([-along[1], along[0]])
        at, off = (points - a) @ along / length, (points - a) @ normal
        near = np.flatnonzero((at > 0.1) & (at < 0.9) & (np.abs(off) <= reach))
        at, off = at[near], off[near]
        for stray in (reach, reach / 4, 2.0):
            if len(at) < 8 or at.max() - at.min() < 0.4:
                return None
            slope, start = straight_through(at, off)
            kept = np.abs(off - start - slope * at) <= stray
            at, off = at[kept], off[kept]
        first, last = a + normal * start, b + normal * (start + slope)
        lines.append((first, last - first))
    corners = []
    for (p, u), (q, v) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        across = u[0] * v[1] - u[1] * v[0]
        if abs(across) < 0.1 * float(np.hypot(*u) * np.hypot(*v)):
            return None
        corners.append(p + u * ((q[0] - p[0]) * v[1] - (q[1] - p[1]) * v[0]) / across)
    moved = np.hypot(*(np.array(corners) - polygon).T)
    return np.array(corners) if moved.max() <= 2 * reach else None


def ellipse_of(contour: Outline) -> Polygon | None:
    """The ellipse through an outline as a polygon."""
    if len(contour) < 20:
        return None
    (x, y), (a, b), turn = cv2.fitEllipse(contour)
    if min(a, b) < 8 or max(a, b) > 4 * min(a, b):
        return None
    around, lean = np.linspace(0, 2 * np.pi, ROUND_CORNERS + 1)[:-1], np.radians(turn)
    along = np.stack([np.cos(around) * a / 2, np.sin(around) * b / 2], 1)
    turned = along @ np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    return np.asarray(turned + np.array([x + 0.5, y + 0.5]), np.float64)


def bent_of(contour: Outline) -> Polygon | None:
    """The outline itself where it is a box with a corner or two cut out, as by an inset; else None."""
    corners = cv2.approxPolyDP(contour, 0.008 * cv2.arcLength(contour, True), True)[:, 0]
    if not MAX_CORNERS <= len(corners) <= MAX_CORNERS + 2:
        return None
    sides = np.abs(np.roll(corners, -1, 0) - corners)
    # A balloon that is white like the gutter bites a piece off as well, but no straight one.
    if (sides.min(1) > 0.12 * sides.max(1)).any() or sides.max(1).min() < 0.04 * sides.sum():
        return None
    return np.asarray(corners.astype(np.float64) + 0.5, np.float64)
