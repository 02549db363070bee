"""Pen hatching on cream paper: tone by the density of lines, crossed in the shadows, in a few coloured inks."""

import math

import cv2
import numpy as np

from inkwright.images import Floats, Pixels, to_uint8
from inkwright.sample.landscape import HEIGHT, WIDTH, Ramps, composed, contours, labels, landscape, noise

PAPER = (252, 243, 222)
# The tone of each region, from light to shadow, and the ink that draws it.
TONES: Ramps = {
    "sky": "ffffff ebebeb bebebe 8c8c8c 6e6e6e",
    "glow": "ffffff fafafa",
    "sun": "ffffff fafafa",
    "cloud": "ffffff f6f6f6 c4c4c4",
    "mountain": "ebebeb 969696 464646",
    "hill": "aaaaaa 606060 282828",
    "meadow": "ececec b4b4b4 6e6e6e",
    "wheat": "f8f8f8 d4d4d4 969696",
    "lavender": "dcdcdc 828282 3c3c3c",
    "soil": "c4c4c4 828282 505050",
    "river": "ffffff d8d8d8 787878",
    "wall": "ffffff ececec",
    "wallshade": "aaaaaa 787878",
    "roof": "bebebe 6e6e6e 505050",
    "spire": "a0a0a0 3c3c3c",
    "pane": "1e1e1e 141414",
    "bank": "bebebe 6e6e6e 323232",
    "bush": "aaaaaa 323232",
    "poppy": "b4b4b4 6e6e6e",
    "trunk": "969696 282828",
    "tree": "f0f0f0 aaaaaa 3c3c3c",
    "cypress": "6e6e6e 282828 080808",
}
INKS: Ramps = {
    "sky": "244a8c", "glow": "b2761c", "sun": "b2761c", "cloud": "244a8c", "mountain": "5c3888", "hill": "145662",
    "meadow": "266042", "wheat": "b2761c", "lavender": "5c3888", "soil": "683e22", "river": "244a8c", "wall": "683e22",
    "wallshade": "683e22", "roof": "b02e24", "spire": "244a8c", "pane": "1e1a22", "bank": "266042", "bush": "266042",
    "poppy": "b02e24", "trunk": "683e22", "tree": "ba5a18", "cypress": "1e1a22",
}  # fmt: skip
WASH = 0.26
"""How much of an ink's colour tints the paper under its lines."""
# Each layer hatches what is darker than its tone: turned from the flow by so many degrees, lines so many pixels apart.
_LAYERS = ((0.93, 0, 8.5), (0.78, 0, 5.6), (0.58, 58, 5.6), (0.38, -48, 5.2), (0.2, 90, 4.4), (0.1, 20, 4.0))


def _hatch(ink: Pixels, tone: Floats, flow: Floats, below: float, gap: float, rng: np.random.Generator) -> None:
    """Adds one layer of lines to `ink` (2H, 2W) in place, where `tone` (H, W) is darker than `below`."""
    rows, columns = int(HEIGHT / gap) + 1, int(WIDTH / (gap * 3.2)) + 1
    y, x = np.mgrid[0:rows, 0:columns].reshape(2, -1)
    x = (x + 0.5 * (y % 2)) * gap * 3.2 + rng.normal(0, gap * 0.3, x.shape)
    y = y * gap + rng.normal(0, gap * 0.1, y.shape)
    reach = rng.uniform(14, 26, len(x))
    for j in range(len(x)):
        px, py, line, way0 = float(x[j]), float(y[j]), [], None
        for _ in range(8):
            ix, iy = int(px), int(py)
            if not (0 <= ix < WIDTH and 0 <= iy < HEIGHT) or tone[iy, ix] > below:
                break
            line.append((px, py))
            way = float(flow[iy, ix])
            if way0 is not None and math.cos(way - way0) < 0:
                way += math.pi
            px, py, way0 = px + math.cos(way) * reach[j] / 7, py + math.sin(way) * reach[j] / 7, way
        if len(line) > 2:
            thick = 2 if rng.random() < 0.72 or below > 0.9 else 3
            cv2.polylines(ink, [np.round(np.array(line) * 32).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)


def paint() -> Pixels:
    """The valley in pen hatching, (512, 768, 3) uint8 RGB."""
    rng = np.random.default_rng(41)
    regions = landscape()
    tone, flow = composed(TONES, regions)
    light = cv2.GaussianBlur(tone[..., 0], (0, 0), 1.0) + 0.03 * noise(42, 14)
    lines = np.zeros((2 * HEIGHT, 2 * WIDTH), np.uint8)
    for below, turn, gap in _LAYERS:
        layer = np.zeros((2 * HEIGHT, 2 * WIDTH), np.uint8)
        _hatch(layer, light, flow + np.float32(math.radians(turn)), below, gap, rng)
        lines = np.maximum(lines, layer)
    ink = cv2.resize(lines, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    inks, _ = composed({name: f"{dye} {dye}" for name, dye in INKS.items()}, regions)
    paper = np.asarray(PAPER, np.float32) / 255 * (1 + 0.012 * noise(43, 2)[..., None])
    tinted = paper * (1 - WASH * np.clip(1.1 - light, 0, 1)[..., None] * (1 - inks))
    made = tinted + (inks * 0.85 - tinted) * np.clip(ink * 1.15, 0, 0.96)[..., None]
    front = labels(regions)
    outline = contours(front, 1.1, 44, skip=(0, 1))[..., None]
    return to_uint8(made + (np.asarray((34, 27, 32), np.float32) / 255 - made) * outline * 0.92)
