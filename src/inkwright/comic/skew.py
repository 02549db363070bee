"""How far a scanned page is turned, and the page turned back.

Frames and gutters of a page that lies straight pile up in a few rows and columns. The angle is the one at which the
edges, projected along it, pile up most.

Source: W. Postl, "Detection of linear oblique structures and skew scan in digitized documents", 1986. Differs from it:
edges instead of ink, rows and columns together, so that one slanted gutter does not turn the page.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels

MOST = 7.0
"""Degrees up to which skew is looked for; more is a picture that lies on its side, or art."""
LEAST = 0.15
"""Degrees below which turning a page back does more harm by blurring than good."""
SIDE = 700
"""Longer side in pixels of the copy that is measured."""
CLEARER = 1.12
"""How much more the edges must pile up than at no skew."""


@dataclass(frozen=True)
class View:
    """A page seen straight.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        matrix: (2, 3) float64, from the corners of pixels in the page to those in the view.
        skew: degrees, clockwise, that the page was turned by.
    """

    pixels: Pixels
    matrix: NDArray[np.float64]
    skew: float

    def back(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 2) of the view, x, y, on the page."""
        return np.asarray(np.linalg.solve(self.matrix[:, :2], (points - self.matrix[:, 2]).T).T, np.float64)


def straight(pixels: Pixels) -> View:
    """The page turned back by its skew, as large as it was; what comes in from outside repeats the page's rim.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    skew = skew_of(pixels)
    if skew == 0:
        return View(pixels, np.eye(2, 3), 0.0)
    turn = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0), np.float64)
    centres = turn.copy()  # the same for pixel centres, which lie half a pixel off the corners
    centres[:, 2] += turn[:, :2] @ np.array([0.5, 0.5]) - 0.5
    turned = cv2.warpAffine(pixels, centres, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return View(np.asarray(turned, np.uint8), turn, skew)


def skew_of(pixels: Pixels) -> float:
    """Degrees, clockwise, by which a page is turned; 0 where it lies straight or nothing tells.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)
    lying, standing = _edges(smooth), _edges(np.ascontiguousarray(smooth.T))
    if min(len(lying[0]), len(standing[0])) < 200:
        return 0.0
    coarse = np.arange(-MOST, MOST + 0.01, 0.25)
    piles = _piles(lying, coarse) + _piles(standing, -coarse)
    near = float(coarse[int(piles.argmax())])
    fine = np.arange(near - 0.3, near + 0.301, 0.03)
    both = _piles(lying, fine) + _piles(standing, -fine)
    best = float(fine[int(both.argmax())])
    here, zero = np.array([best]), np.zeros(1)
    gains = [float(_piles(lying, here)[0] / _piles(lying, zero)[0])]
    gains.append(float(_piles(standing, -here)[0] / _piles(standing, zero)[0]))
    if abs(best) < LEAST or abs(best) > MOST - 0.3 or sum(gains) / 2 < CLEARER or min(gains) < 0.97:
        return 0.0
    return round(best, 3)


def _edges(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Edges that nearly lie along rows: x, y and strength, (n,) each."""
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    strength = np.abs(down)
    keep = (strength > 24) & (strength > 4 * np.abs(across))
    keep[:3], keep[-3:] = False, False  # the picture's own edge
    ys, xs = np.nonzero(keep)
    weight = np.minimum(strength[ys, xs], 160).astype(np.float64)
    return xs - grey.shape[1] / 2, ys.astype(np.float64), weight


def _piles(
    edges: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], angles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much edges pile up in rows when turned back by each angle, in degrees."""
    xs, ys, weight = edges
    piles = []
    for slope in np.tan(np.radians(angles)).tolist():
        rows = ys - slope * xs
        rows += 0.5 - rows.min()
        filled = np.bincount(rows.astype(np.intp), weight)
        piles.append(float((filled**2).sum()))
    return np.array(piles)
