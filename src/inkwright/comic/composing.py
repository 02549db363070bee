"""A composed page: drawings set into their panels, with paper around them and frames.

What is drawn is never cut off. A drawing on paper is set whole into the panel, less the empty border that layout may
cut, and its paper goes on to the frame. A painted picture fills its panel, less quiet strips at its sides; where the
panel is another shape still, its own edge colours fill the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from inkwright.comic.loose_drawing import LooseDrawing, whitened
from inkwright.images import Pixels

AIR = 0.025
"""Room between a drawing's ink and the frame, in shares of the panel's shorter side."""
EASE = 0.94
"""Share of the largest scale that is used: a little smaller, a drawing can stand in the middle of a slanted panel."""
SHIFT = 4
"""Bits below the pixel in which frames are drawn, so that slanted ones are smooth."""

Corners = Sequence[tuple[int, int]]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Placed:
    """Where a drawing stands on its page: page pixels = `scale` · drawing pixels + (x, y)."""

    scale: float
    x: float
    y: float


def bounds(corners: Corners) -> Box:
    """The box around a polygon."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def inner(corners: Corners) -> tuple[float, float, float, float]:
    """The largest upright rectangle within a panel of four corners whose sides lean a little: x0, y0, x1, y1."""
    if len(corners) != 4:
        x, y, w, h = bounds(corners)
        return x, y, x + w, y + h
    middle = np.mean(np.array(corners, float), 0)
    left = [x for x, _ in corners if x < middle[0]]
    right = [x for x, _ in corners if x >= middle[0]]
    top = [y for _, y in corners if y < middle[1]]
    bottom = [y for _, y in corners if y >= middle[1]]
    return max(left), max(top), min(right), min(bottom)


def place(drawing: LooseDrawing, corners: Corners, frame: float) -> Placed:
    """Where a drawing stands in a panel.

    Args:
        drawing: what it is to layout.
        corners: of the panel, in page pixels.
        frame: width of the frame's line, in pixels.
    """
    if drawing.hull and not any(drawing.touches):
        return _inside(drawing, corners, frame)
    x, y, w, h = bounds(corners)
    outer = (x, y, x + w, y + h)
    room = list(inner(corners) if drawing.on_paper else outer)
    air = AIR * min(w, h) + frame
    for side, sign in ((0, 1), (1, 1), (2, -1), (3, -1)):
        if drawing.touches[side]:
            room[side] = outer[side] + sign * frame / 2  # the frame's line covers the seam
        elif drawing.on_paper:
            room[side] += sign * air
    wide, tall = max(1.0, room[2] - room[0]), max(1.0, room[3] - room[1])
    cut = _cut(drawing, wide / tall)
    kept_w = drawing.width * (1 - cut[0] - cut[2])
    kept_h = drawing.height * (1 - cut[1] - cut[3])
    scale = min(wide / kept_w, tall / kept_h)
    left = _along(room[0], wide - scale * kept_w, drawing.touches[0], drawing.touches[2])
    top = _along(room[1], tall - scale * kept_h, drawing.touches[1], drawing.touches[3])
    return Placed(scale, left - scale * cut[0] * drawing.width, top - scale * cut[1] * drawing.height)


def _inside(drawing: LooseDrawing, corners: Corners, frame: float) -> Placed:
    """Where a drawing stands in a panel of any convex shape: as large as all that is drawn fits, and near the middle.

    The largest scale is a linear program: of scale and shift, under the sides of the panel. It is held to the scale at
    which the drawing, less what may be cut off, fills the panel's box, so that small things do not grow without end.
    """
    w, h = bounds(corners)[2:]
    left, top, right, bottom = drawing.spare
    full = min(w / (drawing.width * (1 - left - right)), h / (drawing.height * (1 - top - bottom)))
    normals, offsets = _sides(corners, AIR * min(w, h) + frame)
    hull = np.array(drawing.hull)
    reach = (hull @ normals.T).max(0)
    middle = np.mean(np.array(corners, float), 0)
    found = linprog(
        [-1, 0, 0], np.column_stack([reach, normals]), offsets, bounds=[(1e-6, full / EASE), (None, None), (None, None)]
    )
    if not found.success or found.x is None:  # a panel narrower than its frame
        return Placed(1e-3, float(middle[0]), float(middle[1]))
    scale = float(found.x[0]) * EASE
    kept = np.array([drawing.width * (1 + left - right) / 2, drawing.height * (1 + top - bottom) / 2])
    shift = middle - scale * kept
    room = offsets - scale * reach
    for _ in range(100):  # onto each side in turn that it stands over, until it stands over none
        over = normals @ shift - room
        if over.max() < 0.01:
            break
        for normal, most in zip(normals, room, strict=True):
            shift = shift - max(0.0, float(normal @ shift - most)) * normal
    return Placed(scale, float(shift[0]), float(shift[1]))


def _sides(corners: Corners, inset: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sides of a convex polygon as n · p <= c, with n of length 1, moved inside by `inset`."""
    points = np.array(corners, np.float64)
    along = np.roll(points, -1, 0) - points
    normals = np.stack([along[:, 1], -along[:, 0]], 1)
    lengths = np.linalg.norm(normals, axis=1)
    normals = normals[lengths > 0] / lengths[lengths > 0, None]
    points = points[lengths > 0]
    if ((points.mean(0) - points) * normals).sum() > 0:
        normals = -normals
    return normals, (normals * points).sum(1) - inset


def _along(start: float, spare: float, at_start: bool, at_end: bool) -> float:
    """Where a drawing begins that leaves room: at the side that its ink meets, else in the middle."""
    return start + (0.0 if at_start and not at_end else spare if at_end and not at_start else spare / 2)


def _cut(drawing: LooseDrawing, shape: float) -> tuple[float, float, float, float]:
    """Shares of the sides that are cut off so that a drawing suits a shape: no more than that takes."""
    left, top, right, bottom = drawing.spare
    own = drawing.width / drawing.height
    if shape < own and left + right > 0:
        need = min(1 - shape / own, left + right) / (left + right)
        return left * need, 0.0, right * need, 0.0
    if shape > own and top + bottom > 0:
        need = min(1 - own / shape, top + bottom) / (top + bottom)
        return 0.0, top * need, 0.0, bottom * need
    return 0.0, 0.0, 0.0, 0.0


def compose(
    size: tuple[int, int],
    panels: Sequence[tuple[Pixels, LooseDrawing, Corners, Placed]],
    frame: float,
    paper: tuple[int, int, int] = (255, 255, 255),
    whiten: bool = True,
) -> Pixels:
    """A page.

    Args:
        size: width and height in pixels.
        panels: for each panel its picture, what it is to layout, its corners and where it stands.
        frame: width of the frames' line in pixels; 0: none.
        paper: colour of the page.
        whiten: whether the paper of drawings becomes white.
    """
    page = np.empty((size[1], size[0], 3), np.uint8)
    page[:] = paper
    for pixels, drawing, corners, placed in panels:
        _set(page, whitened(pixels) if whiten and drawing.on_paper else pixels, drawing, corners, placed)
    if frame > 0:
        for _, _, corners, _ in panels:
            _frame(page, corners, frame)
    return page


def _set(page: Pixels, pixels: Pixels, drawing: LooseDrawing, corners: Corners, placed: Placed) -> None:
    """Sets a drawing into its panel."""
    x, y, w, h = bounds(corners)
    to_panel = np.array([[placed.scale, 0, placed.x - x], [0, placed.scale, placed.y - y]])
    if placed.scale < 1:  # averaged first: interpolation alone would skip thin lines
        small = (max(1, round(pixels.shape[1] * placed.scale)), max(1, round(pixels.shape[0] * placed.scale)))
        factor = (small[0] / pixels.shape[1], small[1] / pixels.shape[0])
        pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        to_panel[0, 0], to_panel[1, 1] = placed.scale / factor[0], placed.scale / factor[1]
    # The half pixel between a pixel's corner and its middle.
    to_panel[:, 2] += 0.5 * (to_panel[:, 0] + to_panel[:, 1]) - 0.5
    inside = cv2.warpAffine(pixels, to_panel, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpAffine(
        np.full(pixels.shape[:2], 255, np.uint8), to_panel, (w, h), flags=cv2.INTER_LINEAR, borderValue=0
    )
    inside = _continued(np.asarray(inside, np.uint8), np.asarray(covered) > 127, drawing.on_paper)
    mask = np.zeros((h, w), np.uint8)
    shifted = np.array([[(px - x) << SHIFT, (py - y) << SHIFT] for px, py in corners], np.int32)
    cv2.fillPoly(mask, [shifted], 255, cv2.LINE_AA, SHIFT)
    share = mask[..., None].astype(np.float32) / 255
    part = page[y : y + h, x : x + w]
    part[:] = (inside * share + part * (1 - share) + 0.5).astype(np.uint8)


def _continued(inside: Pixels, covered: NDArray[np.bool_], on_paper: bool) -> Pixels:
    """A panel whose bare parts carry on what is beside them: paper, or the softened colours of a painted edge."""
    if covered.all():
        return inside
    h, w = covered.shape
    rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    if not len(rows):
        return inside
    core = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    edge = np.concatenate([core[0], core[-1], core[:, 0], core[:, -1]]).reshape(-1, 3)
    if on_paper:
        light = edge.sum(1)
        fill = np.broadcast_to(np.median(edge[light >= np.median(light)], 0), inside.shape)
    else:
        fill = cv2.GaussianBlur(inside, (0, 0), max(3.0, 0.04 * max(h, w)))
    depth = cv2.distanceTransform((~covered).astype(np.uint8), cv2.DIST_L2, 3)
    near = np.exp(-depth / max(2.0, 0.01 * min(h, w)))[..., None] * (0.0 if on_paper else 1.0)
    mixed = near * inside + (1 - near) * fill
    return np.where(covered[..., None], inside, (mixed + 0.5).astype(np.uint8))


def _frame(page: Pixels, corners: Corners, width: float) -> None:
    """Draws a frame whose outer edge is the panel's."""
    points = np.array(corners, np.float64)
    middle = points.mean(0)
    for inset in np.arange(0.5, max(width, 1.0), 0.5):
        ring = [_pulled(points, k, middle, inset) for k in range(len(points))]
        scaled = np.round(np.array(ring) * (1 << SHIFT)).astype(np.int32)
        cv2.polylines(page, [scaled], True, (0, 0, 0), 1, cv2.LINE_AA, SHIFT)


def _pulled(
    points: NDArray[np.float64],
    k: int,
    middle: NDArray[np.float64],
    inset: float,
) -> NDArray[np.float64]:
    """A corner moved inside, so that both its sides lie `inset` pixels further in."""
    before, here, after = points[k - 1], points[k], points[(k + 1) % len(points)]
    one, two = (here - before) / np.linalg.norm(here - before), (after - here) / np.linalg.norm(after - here)
    normals = []
    for side in (one, two):
        normal = np.array([-side[1], side[0]])
        normals.append(normal if normal @ (middle - here) > 0 else -normal)
    moved: NDArray[np.float64] = here + np.linalg.solve(np.array(normals), [inset, inset])
    return moved
