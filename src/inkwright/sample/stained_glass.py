"""Stained glass: shards of glowing colour between dark leads."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Pixels, to_uint8
from inkwright.sample.landscape import HEIGHT, WIDTH, Ramps, composed, contours, labels, landscape, noise

RAMPS: Ramps = {
    "sky": "fff4c8 ffd896 96d8e2 3496de 1c4ebe",
    "glow": "fffac8 ffe278",
    "sun": "ffffe0 ffdc50",
    "cloud": "fffcf4 f4e2e2 beceec",
    "mountain": "f4aac8 a85cbe 5c32a0",
    "hill": "50cebe 148896 0c547c",
    "meadow": "cee250 6abe46 1e8c4c",
    "wheat": "ffe66e ffba32 e47e1e",
    "lavender": "de96ec 9646cc 541e96",
    "soil": "c88246 96502c 602e22",
    "river": "dcfcfa 5acee2 1482c8",
    "wall": "fff4d6 fad2a0",
    "wallshade": "dca08c a06e82",
    "roof": "ff6e3c e02828 a01428",
    "spire": "3c78be 183278",
    "pane": "1e1e46 141432",
    "bank": "6ebe46 1e8246 085040",
    "bush": "5ab450 106446",
    "poppy": "ff5a3c dc1428",
    "trunk": "aa643c 5a3228",
    "tree": "ffce50 fa8c28 ce3c28",
    "cypress": "14825a 064646 042438",
}
LEAD = (20, 18, 24)


def _shards(front: NDArray[np.uint8], gap: float, seed: int) -> NDArray[np.int32]:
    """Each pixel's shard: the nearest of scattered points in the same region, (H, W) int32."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT:gap, 0:WIDTH:gap].reshape(2, -1)
    x = np.clip(x + rng.normal(0, gap / 3, x.shape), 0, WIDTH - 1)
    y = np.clip(y + rng.normal(0, gap / 3, y.shape), 0, HEIGHT - 1)
    best = np.full((HEIGHT, WIDTH), 1e9, np.float32)
    shard = np.zeros((HEIGHT, WIDTH), np.int32)
    reach = int(gap * 3)
    for k, (px, py) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        x0, x1, y0, y1 = max(0, int(px) - reach), int(px) + reach, max(0, int(py) - reach), int(py) + reach
        gy, gx = np.mgrid[y0 : min(y1, HEIGHT), x0 : min(x1, WIDTH)].astype(np.float32)
        far = np.hypot(gx - px, gy - py) + 500 * (front[y0:y1, x0:x1] != front[int(py), int(px)])
        nearer = far < best[y0:y1, x0:x1]
        best[y0:y1, x0:x1][nearer] = far[nearer]
        shard[y0:y1, x0:x1][nearer] = k
    return shard


def paint() -> Pixels:
    """The valley as a window of stained glass, (512, 768, 3) uint8 RGB."""
    regions = landscape()
    colour, _ = composed(RAMPS, regions)
    front = labels(regions)
    shard = _shards(front, 27, 81)
    cell = shard.astype(np.int64) * 64 + front
    rng = np.random.default_rng(82)
    _, index = np.unique(cell, return_inverse=True)
    index = index.reshape(cell.shape)
    n = np.bincount(index.ravel())
    mean = np.stack([np.bincount(index.ravel(), colour[..., k].ravel()) / n for k in range(3)], 1)
    mean = np.clip(mean * rng.normal(1.0, 0.09, (len(n), 1)) + rng.normal(0, 0.025, mean.shape), 0.01, 1)
    glass = mean[index] * 0.8 + colour * 0.2
    edges = (cv2.Laplacian(shard.astype(np.float32), cv2.CV_32F, ksize=1) != 0).astype(np.uint8)
    lead = cv2.GaussianBlur(cv2.dilate(edges, np.ones((2, 2), np.uint8)).astype(np.float32), (0, 0), 0.8) * 1.25
    lead = np.maximum(lead, contours(front, 2.5, 83))
    inside = cv2.distanceTransform((lead < 0.4).astype(np.uint8), cv2.DIST_L2, 5)
    # The middle of a shard glows, its rim lies in the shadow of the lead; old glass has streaks and bubbles.
    glow = 0.8 + 0.3 * np.clip(inside / 9, 0, 1)
    streak = cv2.GaussianBlur(noise(84, 3), (0, 0), sigmaX=1, sigmaY=9)
    glass = glass * (glow + 0.05 * streak / (streak.std() + 1e-6) + 0.02 * noise(85, 2))[..., None]
    return to_uint8(glass + (np.asarray(LEAD, np.float32) / 255 - glass) * np.clip(lead, 0, 1)[..., None])
