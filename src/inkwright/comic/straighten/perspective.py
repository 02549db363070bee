"""Homographies between a picture and the page seen straight, between corners of pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]

USUAL = 0.8
"""Focal length of a phone's camera, in picture widths (the longer side), where the picture does not tell it."""
LIKELY = (0.45, 3.0)
"""Focal lengths that are believed."""
TELLING = 0.06
"""How far opposite sides must converge, in radians, in both directions, before they tell the focal length."""


def moved(points: Field, matrix: Field) -> Field:
    """Points (n, 2) through a homography (3, 3)."""
    made = np.concatenate([points, np.ones((len(points), 1))], 1) @ matrix.T
    return np.asarray(made[:, :2] / made[:, 2:], np.float64)


def box_corners(width: float, height: float, x: float = 0, y: float = 0) -> Field:
    """Corners of a box, (4, 2), clockwise from the top left."""
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)


def inverse(matrix: Field) -> Field:
    """The way back."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def between(source: Field, target: Field) -> Field:
    """The homography that takes four corners to four others."""
    first = source.astype(np.float32)
    found = cv2.getPerspectiveTransform(first, target.astype(np.float32))
    # In double precision: float32 corners of a 20000-pixel page are good to a thousandth of a pixel only.
    rows = []
    for (x, y), (u, v) in zip(source.tolist(), target.tolist(), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    scale = np.abs(np.array(rows)).max(0)
    _, _, v = np.linalg.svd(np.array(rows) / scale)
    made = (v[-1] / scale).reshape(3, 3)
    return np.asarray(made / made[2, 2] if abs(made[2, 2]) > 1e-12 else found, np.float64)


def turn(degrees: float, about: tuple[float, float]) -> Field:
    """A turn against the clock, which lays level what is turned clockwise by as much."""
    a = np.radians(degrees)
    cos, sin, (x, y) = np.cos(a), np.sin(a), about
    return np.array([[cos, sin, x - cos * x - sin * y], [-sin, cos, y + sin * x - cos * y], [0, 0, 1]])


def page_size(corners: Field, picture: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a page from its four corners in a picture, so that no side loses resolution.

    Source: Z. Zhang, L. He, "Whiteboard scanning and image enhancement", 2007: the ratio of the sides of a rectangle
    seen by a pinhole camera, its axis in the picture's middle. Differs from it: where the corners tell the focal length
    badly, a phone's usual one stands in.

    Args:
        corners: (4, 2) x, y, clockwise from the top left.
        picture: width and height of the picture.
    """
    sides = [float(np.hypot(*(corners[(k + 1) % 4] - corners[k]))) for k in range(4)]
    wide, high = max(sides[0], sides[2]), max(sides[1], sides[3])
    ratio = _ratio(corners, picture)
    if wide / high < ratio:
        wide = high * ratio
    else:
        high = wide / ratio
    return max(16, round(wide)), max(16, round(high))


def _ratio(corners: Field, picture: tuple[int, int]) -> float:
    """Width over height."""
    unit = max(picture)
    m1, m2, m4, m3 = ((np.array([*(c - np.array(picture) / 2) / unit, 1.0])) for c in corners)  # in Zhang's order
    k2 = float(np.cross(m1, m4) @ m3 / (np.cross(m2, m4) @ m3))
    k3 = float(np.cross(m1, m4) @ m2 / (np.cross(m3, m4) @ m2))
    n2, n3 = k2 * m2 - m1, k3 * m3 - m1
    focal = USUAL
    if min(abs(n2[2]), abs(n3[2])) > TELLING:
        squared = -(n2[0] * n3[0] + n2[1] * n3[1]) / (n2[2] * n3[2])
        if LIKELY[0] ** 2 < squared < LIKELY[1] ** 2:
            focal = float(np.sqrt(squared))
    across = np.array([n2[0] / focal, n2[1] / focal, n2[2]])
    down = np.array([n3[0] / focal, n3[1] / focal, n3[2]])
    return float(np.linalg.norm(across) / np.linalg.norm(down))
