"""What the painters of looks share: the valley as tone, flow and colour; streaks, ruled lines, screens, paper."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats, Pixels, to_uint8
from inkwright.sample.gouache import RAMPS
from inkwright.sample.hatching import TONES
from inkwright.sample.landscape import HEIGHT, WIDTH, Ramps, Region, composed, grid, labels, landscape, noise

Colour = tuple[int, int, int]
Field = NDArray[np.floating]
"""(H, W) or (H, W, 3) of any precision."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Valley:
    """The landscape that every look is painted of.

    Attributes:
        regions: from back to front.
        front: (H, W) which of them stands in front.
        light: (H, W) its tone in [0, 1], 1 is white, as a draughtsman sets it.
        deep: (H, W) the same as in a photograph: middle tones all over, little of it white.
        colour: (H, W, 3) RGB in [0, 1], as a painter sees it.
        flow: (H, W) radians, the way of strokes.
        angle: (H, W) radians, one way for each region.
    """

    regions: Sequence[Region]
    front: NDArray[np.uint8]
    light: Floats
    deep: Floats
    colour: Floats
    flow: Floats
    angle: Floats

    def number(self, name: str) -> int:
        """The label of a region in `front`."""
        return [region.name for region in self.regions].index(name)


@cache
def valley() -> Valley:
    """The landscape, made once."""
    regions = landscape()
    front = labels(regions)
    light = composed(TONES, regions)[0][..., 0]
    colour, flow = composed(RAMPS, regions)
    angle = np.zeros_like(flow)
    for k in range(len(regions)):
        part = front == k
        if part.any():  # a way has no sense: angles are averaged doubled
            turned = 2 * flow[part]
            angle[part] = 0.5 * math.atan2(float(np.sin(turned).mean()), float(np.cos(turned).mean()))
    soft = np.asarray(np.clip(cv2.GaussianBlur(light, (0, 0), 1.2), 0, 1), np.float32)
    grey = np.asarray(cv2.GaussianBlur(colour @ LUMA, (0, 0), 1.2), np.float32)
    deep = np.asarray(np.clip(0.35 * soft + 0.75 * grey - 0.1, 0, 1), np.float32)
    return Valley(regions, front, soft, deep, colour, flow, angle)


def rgb(colour: Colour) -> Floats:
    """A colour of 0 to 255 as (3,) float32 in [0, 1]."""
    return np.asarray(colour, np.float32) / np.float32(255)


def over(base: Field, colour: Field | Colour, part: Field) -> Floats:
    """A colour laid over a picture where `part` (H, W) says, opaquely."""
    paint = rgb(colour) if isinstance(colour, tuple) else colour
    return np.asarray(base + (paint - base) * part[..., None], np.float32)


def sheet(colour: Colour, seed: int, grain: float = 0.012, size: float = 2.0) -> Floats:
    """Paper: (H, W, 3) of one colour with a little grain."""
    made = rgb(colour) * (1 + grain * noise(seed, size)[..., None])
    return np.asarray(np.clip(made, 0, 1), np.float32)


def tooth(seed: int, size: float = 2.4) -> Floats:
    """The hollows of rough paper, (H, W) evenly spread over [0, 1]; 1 lies deepest."""
    rough = noise(seed, size) + 0.55 * noise(seed + 1, 2.2 * size) + 0.25 * noise(seed + 2, 1.0)
    return evened(rough)


def evened(values: Field) -> Floats:
    """Values by rank, evenly spread over [0, 1]: a threshold then covers just its share."""
    order = np.empty(values.size, np.float32)
    order[np.argsort(values, None, kind="stable")] = np.linspace(0, 1, values.size, dtype=np.float32)
    return order.reshape(values.shape)


def step(values: Field | float, edge: Field | float, soft: float) -> Floats:
    """0 below the edge, 1 above it, smooth over `soft`."""
    t = np.clip((values - edge) / soft + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def streaks(flow: Field, length: float, seed: int, size: float = 1.0) -> Floats:
    """Noise drawn out along a flow, (H, W) with mean 0 and spread 1: bristles, chalk, pencil.

    Line integral convolution (Cabral and Leedom, 1993).

    Args:
        flow: (H, W) radians.
        length: of a streak in pixels.
        seed: of the noise.
        size: width of a streak in pixels.
    """
    source = noise(seed, max(size, 1.0)) if size > 1 else _white(seed)
    x, y = grid()
    steps = max(3, round(length / 3))
    total = source.copy()
    for sign in (-1.0, 1.0):
        px, py = x.copy(), y.copy()
        dx0, dy0 = sign * np.cos(flow), sign * np.sin(flow)
        for _ in range(steps):
            ix = np.clip(px, 0, WIDTH - 1).astype(np.intp)
            iy = np.clip(py, 0, HEIGHT - 1).astype(np.intp)
            way = flow[iy, ix]
            dx, dy = np.cos(way), np.sin(way)
            back = np.where(dx * dx0 + dy * dy0 < 0, -1, 1).astype(np.float32)
            dx0, dy0 = dx * back, dy * back
            px = np.asarray(px + dx0 * length / (2 * steps), np.float32)
            py = np.asarray(py + dy0 * length / (2 * steps), np.float32)
            total += cv2.remap(source, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def _white(seed: int) -> Floats:
    return np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH), np.float32)


def ruled(scene: Valley, gap: float, turn: float, seed: int, bend: float = 16.0, waver: float = 0.6) -> Floats:
    """How far each pixel is from the nearest of ruled lines, (H, W): 0 on a line, 1 midway between two.

    Each region has lines of its own way, bent over its light and shade as an engraver bends them over a form.

    Args:
        scene: the valley.
        gap: distance of the lines in pixels.
        turn: against the region's own way, in degrees.
        seed: of the hand.
        bend: how far shade bends them, in pixels.
        waver: how unsteady the hand is, in pixels.
    """
    x, y = grid()
    angle = scene.angle + np.float32(math.radians(turn))
    form = np.asarray(cv2.GaussianBlur(scene.light, (0, 0), 9), np.float32)
    across = -x * np.sin(angle) + y * np.cos(angle) + bend * form + waver * noise(seed, 26)
    return np.asarray(np.abs(across / gap - np.round(across / gap)) * 2, np.float32)


def lines(far: Field, width: Field | float, gap: float) -> Floats:
    """Ink of lines as from `ruled`, `width` being the share of the gap that they fill."""
    return np.asarray(np.clip((width - far) * gap * 0.5 + 0.5, 0, 1) * (np.asarray(width) > 0.02), np.float32)


def recoloured(ramps: Ramps, chroma: float, lift: float = 0.0, contrast: float = 1.0) -> Ramps:
    """Ramps with more or less chroma, lighter or darker, flatter or steeper."""
    out = {}
    for name, ramp in ramps.items():
        made = []
        for text in ramp.split():
            c = np.frombuffer(bytes.fromhex(text), np.uint8).astype(np.float32) / 255
            grey = float(c @ LUMA)
            c = grey + (c - grey) * chroma
            c = (c - 0.5) * contrast + 0.5 + lift
            made.append(bytes(to_uint8(c).tolist()).hex())
        out[name] = " ".join(made)
    return out


def stepped(scene: Valley, ramps: Ramps, tones: int, soft: float = 2.2, skip: tuple[str, ...] = ()) -> Floats:
    """Flat colours: each region in so many tones with firm borders, (H, W, 3)."""
    cut = []
    for region in scene.regions:
        shade = np.asarray(cv2.GaussianBlur(region.shade, (0, 0), soft), np.float32)
        if region.name not in skip:
            shade = np.clip(np.floor(shade * tones) / max(tones - 1, 1), 0, 1).astype(np.float32)
        cut.append(Region(region.name, region.mask, shade, region.flow))
    return composed(ramps, cut)[0]


def strewn(gap: float, seed: int, share: float = 1.0) -> tuple[Floats, Floats]:
    """Points scattered evenly over the picture, about `gap` pixels apart: x and y, (N,) each, in random order."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[gap / 2 : HEIGHT : gap, gap / 2 : WIDTH : gap].reshape(2, -1)
    x = x + rng.uniform(-0.5, 0.5, x.shape) * gap
    y = y + rng.uniform(-0.5, 0.5, y.shape) * gap
    picked = rng.permutation(len(x))[: round(share * len(x))]
    x, y = np.clip(x[picked], 0, WIDTH - 1), np.clip(y[picked], 0, HEIGHT - 1)
    return x.astype(np.float32), y.astype(np.float32)


def done(picture: Field) -> Pixels:
    """The finished picture, (512, 768, 3) uint8."""
    return to_uint8(picture)
