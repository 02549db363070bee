"""Cutouts: an element's box, or a whole panel, as the colourist sees it: of one size, however large it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma, oklab
from inkwright.learn.regions import CODES, Regions, codes

Floats = NDArray[np.float32]
Box = tuple[float, float, float, float]

SIDE = 112
"""Pixels a side of a cutout."""
MARGIN = 0.12
"""What is seen around a box, in its own longer side."""
WHOLE = -1
"""The element of a cutout that shows a whole panel."""
DRAWN = 8
"""Planes read off a drawing: distance to its lines' middles in pixels, flat colour in OKLab (3), lightness, and of the
area a pixel is in: the logarithm of its pixels, its middle (x, y)."""
PLANES = DRAWN + 1 + 5 + 2 * CODES
"""A line of one breadth, and the above with lengths in a cutout's own measure; inside the box, across and down (in the
box, in the panel), whose box it is, whose others there are."""
BREADTH = 1.2
"""Of a line in a cutout, in pixels, however broad it is drawn: a close-up has the same face in thinner lines."""
THIN = 12
"""Rounds of thinning: what is still broad then is no line but a black area."""
SMALLER = 0.7
"""An element whose region is smaller than this share of another's stands in front of it."""
PIECE = 0.03
"""A piece of a region smaller than this share of its largest is none of its own."""


@dataclass(frozen=True)
class Panel:
    """A panel that cutouts are made of, at the size at which it is looked at.

    Attributes:
        planes: (H, W, 8) see `DRAWN`.
        regions: where elements are.
        elements: how many the book has.
    """

    planes: Floats
    regions: Regions
    elements: int

    def places(self) -> Floats:
        """(H, W, 8) the elements' codes where they are."""
        out = np.zeros((*self.planes.shape[:2], CODES), np.float32)
        code = codes(max(1, self.elements)).numpy()
        for i, mask in sorted(self.regions.items()):
            out += mask[..., None] * code[i]
        return out


def boxes_of(region: Floats) -> list[Box]:
    """The boxes (x, y, w, h) around the pieces of a region (H, W) in [0, 1], in pixels."""
    number, _, stats, _ = cv2.connectedComponentsWithStats((region > 0.5).astype(np.uint8), connectivity=8)
    if number < 2:
        return []
    largest = stats[1:, cv2.CC_STAT_AREA].max()
    pieces = [row for row in stats[1:] if row[cv2.CC_STAT_AREA] >= PIECE * largest]
    return [tuple(float(v) for v in row[:4]) for row in pieces]  # type: ignore[misc]


def in_front(regions: Regions, element: int) -> NDArray[np.bool_]:
    """(H, W) where other elements stand in front of one: a house's box has people in it, who are not the house."""
    out = np.zeros(regions[element].shape, np.bool_)
    for other, region in regions.items():
        if other != element and region.sum() < SMALLER * regions[element].sum():
            out |= region > 0.5
    return out


def window(box: Box, turn: float = 0.0, mirrored: bool = False, stretch: float = 1.0) -> Floats:
    """(2, 3) the map from a panel's pixels to a cutout's: a box with its margin, in the middle, turned by degrees.

    Longer and shorter side keep their ratio, but for `stretch` of the width.
    """
    x, y, w, h = box
    side = max(w, h) * (1 + 2 * MARGIN)
    scale = SIDE / max(side, 1.0)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    flip = -1.0 if mirrored else 1.0
    linear = scale * np.array([[c, -s], [s, c]]) @ np.diag([flip * stretch, 1.0])
    middle = np.array([x + w / 2, y + h / 2])
    offset = (SIDE - 1) / 2 - linear @ (middle - 0.5)
    return np.concatenate([linear, offset[:, None]], 1).astype(np.float32)


def pyramid(planes: Floats) -> list[Floats]:
    """(H, W, C) and its halves down to a sixteenth, so that a cutout is reduced without aliasing."""
    levels = [np.ascontiguousarray(planes)]
    for _ in range(4):
        height, width = levels[-1].shape[:2]
        if min(height, width) < 8:
            break
        size = (-(-width // 2), -(-height // 2))
        done = [
            cv2.resize(levels[-1][..., n : n + 4], size, interpolation=cv2.INTER_AREA)
            for n in range(0, planes.shape[2], 4)
        ]
        levels.append(np.concatenate([part.reshape(size[1], size[0], -1) for part in done], 2))
    return levels


def cut(levels: Sequence[Floats], at: Floats) -> Floats:
    """(SIDE, SIDE, C) of a panel's pyramid, as the map from its full size says; 0 outside."""
    scale = float(np.sqrt(abs(np.linalg.det(at[:, :2]))))
    level = min(len(levels) - 1, max(0, int(np.floor(np.log2(1 / max(scale, 1e-3)) + 0.25))))
    planes, down = levels[level], np.array(levels[0].shape[1::-1]) / np.array(levels[level].shape[1::-1])
    # A pixel's middle, (n + 1/2) of the small picture, lies at (n + 1/2) times `down` of the large one.
    linear = at[:, :2] * down
    offset = at[:, 2] + at[:, :2] @ (down / 2 - 0.5)
    small = np.concatenate([linear, offset[:, None]], 1).astype(np.float32)
    parts = [
        cv2.warpAffine(np.ascontiguousarray(planes[..., n : n + 4]), small, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        for n in range(0, planes.shape[2], 4)  # OpenCV warps at most four channels at a time
    ]
    return np.concatenate([part.reshape(SIDE, SIDE, -1) for part in parts], 2)


def cut_labels(labels: NDArray[np.int64], at: Floats) -> NDArray[np.int64]:
    """(H, W) numbers from -1 on → (SIDE, SIDE), -1 outside."""
    done = cv2.warpAffine((labels + 1).astype(np.float32), at, (SIDE, SIDE), flags=cv2.INTER_NEAREST)
    return np.asarray(done, np.int64) - 1


def halved(at: Floats) -> Floats:
    """The same map, to a cutout of half the size."""
    half = at / 2
    half[:, 2] -= 0.25
    return np.asarray(half, np.float32)


def grid(panel: tuple[int, int], at: Floats, box: Box) -> Floats:
    """(SIDE, SIDE, 5): inside the box, across and down the box and the panel (H, W), each in [-1, 1]."""
    back = cv2.invertAffineTransform(at)
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    px = back[0, 0] * xs + back[0, 1] * ys + back[0, 2]
    py = back[1, 0] * xs + back[1, 1] * ys + back[1, 2]
    x, y, w, h = box
    u, v = 2 * (px - x) / max(w, 1) - 1, 2 * (py - y) / max(h, 1) - 1
    inside = ((np.abs(u) <= 1) & (np.abs(v) <= 1)).astype(np.float32)
    height, width = panel
    whole = [np.clip(2 * px / width - 1, -1.2, 1.2), np.clip(2 * py / height - 1, -1.2, 1.2)]
    return np.stack([inside, np.clip(u, -1.5, 1.5), np.clip(v, -1.5, 1.5), *whole], 2).astype(np.float32)


def cutout(panel: Panel, levels: Sequence[Floats], element: int, box: Box, at: Floats) -> Floats:
    """(SIDE, SIDE, PLANES) the colourist's view.

    Args:
        panel: the panel.
        levels: the `pyramid` of its planes and places, (H, W, 8 + 8).
        element: whose box it is, or `WHOLE`.
        box: (x, y, w, h).
        at: see `window`.
    """
    seen = cut(levels, at)
    scale = float(np.sqrt(abs(np.linalg.det(at[:, :2]))))
    x, y, w, h = box
    far = seen[..., 0] * scale
    drawn = [np.exp(-((far / BREADTH) ** 2)), np.minimum(far / 16, 1.5), 2 * seen[..., 1] - 1]
    drawn += [6 * seen[..., 2], 6 * seen[..., 3], 2 * seen[..., 4] - 1]
    drawn.append(np.clip((seen[..., 5] - np.log(max(w * h, 1.0))) / 3 + 1, -2, 2))
    drawn.append(np.clip(2 * (seen[..., 6] - x) / max(w, 1) - 1, -1.5, 1.5))
    drawn.append(np.clip(2 * (seen[..., 7] - y) / max(h, 1) - 1, -1.5, 1.5))
    around = grid(panel.planes.shape[:2], at, box)
    if np.linalg.det(at[:, :2]) < 0:  # a mirrored panel is a panel, too: across runs the other way
        drawn[7] = -drawn[7]
        around[..., 1], around[..., 3] = -around[..., 1], -around[..., 3]
    code = np.zeros(CODES, np.float32) if element == WHOLE else codes(max(1, panel.elements)).numpy()[element]
    mine = np.broadcast_to(code, (SIDE, SIDE, CODES))
    return np.concatenate([np.stack(drawn, 2), around, mine, seen[..., DRAWN:]], 2).astype(np.float32)


def drawn_planes(ink: Floats, flat: Floats, where: NDArray[np.int32]) -> Floats:
    """(H, W, 8) what is read off a drawing, see `DRAWN`.

    Args:
        ink: (H, W) in [0, 1].
        flat: (H, W, 3) RGB in [0, 1], its flat colours.
        where: (H, W) its areas.
    """
    middle = thinned(ink > 0.4)
    far = cv2.distanceTransform((~middle).astype(np.uint8), cv2.DIST_L2, 5) if middle.any() else np.full(ink.shape, 1e3)
    number = where.ravel()
    size = np.bincount(number).astype(np.float64)
    ys, xs = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]]
    cx, cy = (np.bincount(number, at.ravel()) / size + 0.5 for at in (xs, ys))
    of = [np.log(size)[where], cx[where], cy[where]]
    light = cv2.GaussianBlur(luma(flat), (0, 0), 1.0)
    return np.concatenate([np.stack([far], 2), oklab(flat), np.stack([light, *of], 2)], 2).astype(np.float32)


def thinned(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Lines one pixel broad, where they were.

    Source: T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", 1984.
    """
    out = np.pad(mask, 1)
    for _ in range(THIN):
        before = int(out.sum())
        for first in (True, False):
            p = [
                np.roll(out, shift, (0, 1))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            count = sum(q.astype(np.int8) for q in p)
            turns = sum((~p[n] & p[(n + 1) % 8]).astype(np.int8) for n in range(8))
            up, right, down, left = p[0], p[2], p[4], p[6]
            ends = (
                ~(up & right & down) & ~(right & down & left) if first else ~(up & right & left) & ~(up & down & left)
            )
            out = out & ~((count >= 2) & (count <= 6) & (turns == 1) & ends)
        if int(out.sum()) == before:
            break
    return np.asarray(out[1:-1, 1:-1])


def seats(panel: Panel) -> Sequence[tuple[int, Box]]:
    """All boxes of a panel, and the panel itself: (element or `WHOLE`, box)."""
    height, width = panel.planes.shape[:2]
    found: list[tuple[int, Box]] = [(WHOLE, (0.0, 0.0, float(width), float(height)))]
    for i, region in sorted(panel.regions.items()):
        found += [(i, box) for box in boxes_of(region)]
    return found
