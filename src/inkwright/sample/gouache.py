"""Gouache: opaque strokes of a bristle brush along a flow field, large ones first, in broken colour."""

import math

import cv2
import numpy as np

from inkwright.images import Floats, Pixels, to_uint8
from inkwright.sample.landscape import Ramps, composed, landscape, noise

RAMPS: Ramps = {
    "sky": "fff6d6 ffe6ba bee2e6 80c4e2 4694cc 265ca0",
    "glow": "fff8d6 ffe296 ffd68c",
    "sun": "fffff0 fff0aa ffce54",
    "cloud": "fffcf0 ffeed8 faceb8 ccb0c6",
    "mountain": "f4c4be b88cba 7460a4 50488a",
    "hill": "70b8a4 308a8a 165c70 0e425c",
    "meadow": "ced668 80b854 3e9252 1a644e",
    "wheat": "ffe882 fac84c ea9c36 c4702e",
    "lavender": "cea6de 9668c4 6846a4 3a2c72",
    "soil": "cc8c5c 9e5e3e 6c3e34 462c30",
    "river": "e2f6e8 84d0ce 369eb0 14688c",
    "wall": "fff6de fadeb6 ecbe96",
    "wallshade": "d6aaa0 a8849e 806892",
    "roof": "fc8054 ee4c36 be3032",
    "spire": "5a96aa 285c7c 143658",
    "pane": "283c60 1c284a",
    "bank": "84ba5a 3a8a50 145a4c 0a323c",
    "bush": "78b45a 287854 0c4246",
    "poppy": "ff6e54 f0342e ce1e30",
    "trunk": "b07854 6e4842 3c2a36",
    "tree": "ffd86e f6a442 d86634 8c3a36",
    "cypress": "2e7a60 104e4e 082c3a 061626",
}
LAYERS: tuple[tuple[float, float, int, float], ...] = (
    (46, 15.0, 9, 1.0),
    (34, 9.5, 7, 0.95),
    (24, 6.5, 6, 0.75),
    (14, 4.0, 5, 0.5),
)
"""Length and width of the strokes in pixels, their spacing, and the share of places that get one."""


def paint_strokes(
    target: Floats, flow: Floats, seed: int, layers: tuple[tuple[float, float, int, float], ...] = LAYERS
) -> tuple[Floats, Floats]:
    """Paints `target` with strokes along `flow`.

    Args:
        target: (H, W, 3) float32 RGB in [0, 1].
        flow: (H, W) float32, radians.
        seed: of the hand.
        layers: as in `LAYERS`, the largest brush first.

    Returns:
        The painting (H, W, 3) float32 and how thick the paint stands (H, W) float32 in [0, 1].
    """
    rng = np.random.default_rng(seed)
    canvas = np.ascontiguousarray(np.clip(target * 0.72 + np.array([0.16, 0.1, 0.06], np.float32), 0, 1))
    relief = np.full(target.shape[:2], 0.4, np.float32)
    soft = np.asarray(cv2.GaussianBlur(target, (0, 0), 1.6), np.float32)
    detail = np.abs(target - cv2.GaussianBlur(target, (0, 0), 7)).sum(2)
    for k, (length, width, gap, share) in enumerate(layers):
        y, x = np.mgrid[0 : target.shape[0] : gap, 0 : target.shape[1] : gap].reshape(2, -1).astype(np.float32)
        keep = rng.random(len(x)) < share
        if k >= 2:  # small brushes go where there is something to say
            keep &= detail[y.astype(int), x.astype(int)] > rng.uniform(0.0, 0.16, len(x))
        x = x[keep] + rng.normal(0, gap / 2, int(keep.sum())).astype(np.float32)
        y = y[keep] + rng.normal(0, gap / 2, int(keep.sum())).astype(np.float32)
        paths = _trace(flow, x, y, length * rng.uniform(0.6, 1.15, len(x)).astype(np.float32))
        for j in rng.permutation(len(x)).tolist():
            _stroke(canvas, relief, paths[j], soft, width * rng.uniform(0.75, 1.2), rng)
    return canvas, relief


def _trace(flow: Floats, x: Floats, y: Floats, length: Floats) -> Floats:
    """Paths of 7 points through (x, y) along the flow, (N, 7, 2); each may run either way."""
    height, width = flow.shape
    halves = []
    for sign in (-1.0, 1.0):
        px, py, path, before = x.copy(), y.copy(), [], None
        for _ in range(3):
            way = flow[np.clip(py, 0, height - 1).astype(int), np.clip(px, 0, width - 1).astype(int)]
            dx, dy = sign * np.cos(way), sign * np.sin(way)
            if before is not None:
                back = np.where(dx * before[0] + dy * before[1] < 0, -1, 1)
                dx, dy = dx * back, dy * back
            px, py, before = px + dx * length / 6, py + dy * length / 6, (dx, dy)
            path.append(np.stack([px, py], 1))
        halves.append(path)
    return np.stack([*halves[0][::-1], np.stack([x, y], 1), *halves[1]], 1).astype(np.float32)


def _stroke(canvas: Floats, relief: Floats, path: Floats, soft: Floats, width: float, rng: np.random.Generator) -> None:
    height, wide = relief.shape
    mid = path[3]
    at = min(max(int(mid[1]), 0), height - 1), min(max(int(mid[0]), 0), wide - 1)
    paint = soft[at]
    light = float(rng.normal(0, 0.045))
    drift = rng.normal(0, 0.03, 3).astype(np.float32)
    paint = paint + drift + light
    along = path[-1] - path[0]
    across = np.array([-along[1], along[0]], np.float32) / (math.hypot(*along.tolist()) + 1e-6)
    bristles = max(3, round(width / 1.7))
    thick = max(1, math.ceil(width / bristles + 0.6))
    offsets = np.linspace(-0.5, 0.5, bristles) * (width - thick * 0.5)
    shades = rng.normal(0, 0.028, bristles)
    ends = rng.random(bristles)
    for offset, shade, end in zip(offsets.tolist(), shades.tolist(), ends.tolist(), strict=True):
        points = path + across * np.float32(offset)
        if end < 0.35:
            points = points[1:] if end < 0.18 else points[:-1]
        line = [np.round(points * 16).astype(np.int32)]
        colour = (paint + shade).tolist()
        cv2.polylines(canvas, line, False, colour, thick, cv2.LINE_8, 4)
        cv2.polylines(relief, line, False, 0.5 + 6 * shade + light * 2, thick, cv2.LINE_8, 4)


def paint() -> Pixels:
    """A sunlit valley in gouache, (512, 768, 3) uint8 RGB."""
    target, flow = composed(RAMPS, landscape())
    target = np.clip(
        target * (1 + 0.035 * noise(21, 60)[..., None])
        + 0.02 * noise(22, 90)[..., None] * np.array([1, 0.2, -1], np.float32),
        0,
        1,
    )
    canvas, relief = paint_strokes(target.astype(np.float32), flow, seed=5)
    thick = cv2.GaussianBlur(relief, (0, 0), 0.7)
    lit = cv2.Sobel(thick, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(thick, cv2.CV_32F, 0, 1, ksize=3)
    made = cv2.GaussianBlur(canvas, (0, 0), 0.55) - 0.035 * np.clip(lit, -1.2, 1.2)[..., None]
    return to_uint8(made)
