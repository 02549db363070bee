"""Watercolour: wet washes with granulation, dark drying edges, blooms, and the white of the paper."""

import cv2
import numpy as np

from inkwright.images import Floats, Pixels, to_uint8
from inkwright.sample.landscape import HEIGHT, WIDTH, Ramps, Region, grid, landscape, noise, ramped

PAPER = (254, 251, 244)
RAMPS: Ramps = {
    "sky": "fff6e2 fce4ca c4e0f0 82bce6 5492d4",
    "glow": "fff4be ffe4a0 ffecc8",
    "sun": "ffec82 ffd25a fcbe50",
    "cloud": "fefbf6 faeee8 c8cce2",
    "mountain": "e2cee0 9e94c8 6868aa",
    "hill": "96c8be 5096a0 286882",
    "meadow": "dee28c a0c468 5c9c5c 387a5c",
    "wheat": "ffeca0 f6cc62 d89840",
    "lavender": "dec8e8 a07cc8 5c4298",
    "soil": "d6a47a a47054 6e4840",
    "river": "f6faf6 aad8e0 50a0c2 24689c",
    "wall": "fef6e8 f6dcbe",
    "wallshade": "ceb0b0 9e88a6",
    "roof": "f08c64 d65440 a43a38",
    "spire": "6e8caa 324c74",
    "pane": "404664 2c3050",
    "bank": "a0c46e 52925c 1e5c52 103a40",
    "bush": "82b46e 38785a 184c4c",
    "poppy": "fa7860 de3a38 b42234",
    "trunk": "a07860 543e40",
    "tree": "ffdc82 f0a046 cc5e36 8c3c3c",
    "cypress": "508870 1a5452 0c2c3c 0a1828",
}
_WET = ("sky", "glow", "sun", "cloud")


def _wavering(mask: Floats, seed: int, far: float) -> Floats:
    """A mask whose outline wanders by about `far` pixels, as water does on rough paper."""
    x, y = grid()
    dx, dy = (
        far * noise(seed, 18) + 0.5 * far * noise(seed + 1, 5),
        far * noise(seed + 2, 18) + 0.5 * far * noise(seed + 3, 5),
    )
    return np.asarray(cv2.remap(mask, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _blooms(seed: int, count: int) -> Floats:
    """Cauliflowers: pale spots with a dark ragged rim where a drop fell into a drying wash, (H, W) around 0."""
    rng = np.random.default_rng(seed)
    x, y = grid()
    made = np.zeros_like(x)
    rag = 0.16 * noise(seed + 1, 20) + 0.07 * noise(seed + 2, 7)
    for _ in range(count):
        r = rng.uniform(22, 62)
        far = np.hypot(x - rng.uniform(0, WIDTH), y - rng.uniform(0, HEIGHT)) / r + rag
        made += 0.3 * np.exp(-(((far - 1) / 0.07) ** 2)) * (far < 1.15) - 0.3 * np.clip(1 - far, 0, 0.6)
    return made.astype(np.float32)


def _wash(
    made: Floats, region: Region, k: int, tooth: Floats, blooms: Floats, ramps: Ramps, paper: tuple[int, int, int]
) -> Floats:
    wet = region.name in _WET
    mask = _wavering(
        region.mask, 60 + 7 * k, 1.0 if region.name in ("wall", "wallshade", "pane", "roof", "poppy") else 2.4
    )
    inside = (mask > 0.5).astype(np.uint8)
    far = cv2.distanceTransform(cv2.copyMakeBorder(inside, 9, 9, 9, 9, cv2.BORDER_REPLICATE), cv2.DIST_L2, 5)[
        9:-9, 9:-9
    ]
    gap = 0.0 if wet else 0.8  # neighbours are kept apart by a thread of dry paper, or they would run
    body = np.clip(far - gap, 0, 1) if not wet else cv2.GaussianBlur(mask, (0, 0), 7 if region.name != "sky" else 1)
    far = np.minimum(far, 99)
    load = 0.92 + 0.13 * noise(61 + 7 * k, 70) + 0.08 * noise(62 + 7 * k, 24) + blooms * (1.0 if wet else 0.7)
    load += 0.5 * np.exp(-(((far - 1.6) / 1.5) ** 2)) * (0.12 if wet else 1.0)
    load += tooth * (0.03 + 0.09 * region.shade)  # pigment settles in the hollows of the paper
    pigment = 1 - ramped(ramps[region.name], np.clip(region.shade + 0.1 * noise(63 + 7 * k, 40), 0, 1))
    wash = np.clip(1 - pigment, 0.02, 1) ** np.clip(load, 0.15, 2.2)[..., None]
    # What lies below is lifted: a painter leaves the paper free for what will stand in front.
    under = np.asarray(paper, np.float32) / 255
    return np.asarray(made + (under * wash - made) * body[..., None], np.float32)


def washed(ramps: Ramps, paper: tuple[int, int, int], tooth: Floats, seed: int) -> Floats:
    """The valley in washes of the ramps' colours, (512, 768, 3) float32 in [0, 1].

    Args:
        ramps: colours of every region.
        paper: its colour, 0 to 255.
        tooth: (H, W) the paper's roughness around 0.
        seed: of blooms and dry spots.
    """
    made = np.full((HEIGHT, WIDTH, 3), np.asarray(paper, np.float32) / np.float32(255), np.float32)
    blooms = _blooms(seed, 13)
    for k, region in enumerate(landscape()):
        made = _wash(made, region, k, tooth, blooms, ramps, paper)
    sparkle = np.clip((noise(seed + 1, 9) + noise(seed + 2, 3) - 3.4) * 2, 0, 1)  # the dry brush skips high paper
    made += (np.asarray(paper, np.float32) / 255 - made) * sparkle[..., None] * 0.8
    return made


def paint() -> Pixels:
    """The valley in watercolour, (512, 768, 3) uint8 RGB."""
    tooth = np.clip(noise(31, 2.2) + 0.5 * noise(32, 5), -2.2, 2.2)
    made = washed(RAMPS, PAPER, tooth, 33)
    edge = np.minimum(np.minimum(*grid()), np.minimum(WIDTH - 1 - grid()[0], HEIGHT - 1 - grid()[1])) + 5 * noise(
        36, 16
    )
    made += (np.asarray(PAPER, np.float32) / 255 - made) * np.clip((13 - edge) / 2, 0, 1)[..., None]
    return to_uint8(made * (1 - 0.016 * tooth[..., None]))
