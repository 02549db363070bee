"""Wet media: ink wash, brush and ink, markers, oil, dabs of pure colour, airbrush."""

import math

import cv2
import numpy as np

from inkwright.images import Pixels
from inkwright.sample import watercolour
from inkwright.sample.gouache import RAMPS, paint_strokes
from inkwright.sample.landscape import HEIGHT, WIDTH, composed, contours, grid, noise
from inkwright.sample.looks.tools import (
    done,
    evened,
    over,
    recoloured,
    sheet,
    step,
    stepped,
    streaks,
    strewn,
    tooth,
    valley,
)

INKS = {
    "sky": "f6f4ee dcdcda a6a9ac 6e7378",
    "glow": "fbf9f3 f2f0ea",
    "sun": "fdfbf5 f6f3ec",
    "cloud": "fbf9f3 e6e5e1",
    "mountain": "d8d8d6 8e9296 565b62",
    "hill": "a4a8aa 63686e 343940",
    "meadow": "eeece6 bcbdbb 868a8c",
    "wheat": "f6f3ec d4d3ce 9a9b9b",
    "lavender": "dedddb 7f8287 3a3e46",
    "soil": "c6c5c2 86888a 54575b",
    "river": "fbf9f3 d6d7d7 80858a",
    "wall": "fbf9f3 eae8e2",
    "wallshade": "b4b5b4 85888a",
    "roof": "a9a9a8 5c5f64 3c4046",
    "spire": "8a8d92 2e3238",
    "pane": "24272c 16191e",
    "bank": "b6b8b7 63686c 2c3036",
    "bush": "8c9092 30343a",
    "poppy": "7c7f83 3a3d43",
    "trunk": "6c6f73 24272d",
    "tree": "e8e6e1 8c8f92 34383e",
    "cypress": "5a5e64 24282e 0c0e14",
}


BRUSHES = ((70, 25.0, 15, 1.0), (52, 16.0, 11, 1.0), (34, 10.0, 9, 0.8), (20, 6.0, 6, 0.6))
"""Of the oil painting, see `gouache.LAYERS`."""


def ink_wash() -> Pixels:
    """Ink and water on soft paper: pools with dark rims, blooms, wet edges, and a loaded brush for the darks."""
    rough = np.clip(noise(201, 2.2) + 0.5 * noise(202, 5), -2.2, 2.2)
    made = watercolour.washed(INKS, (251, 248, 240), (0.5 * rough).astype(np.float32), 203)
    scene = valley()
    made = np.asarray(made, np.float32)
    # A second, darker wash in single strokes of a broad brush, with wet rims, and paper that it skips.
    broad = evened(streaks(scene.flow + 0.2 * noise(207, 60), 70, 208, 5.0))
    dark = 1 - scene.light
    made = over(made, (52, 56, 66), 0.5 * step(0.12 + 0.62 * dark, broad, 0.05))
    rim = np.exp(-(((broad - 0.12 - 0.62 * dark) / 0.03) ** 2)).astype(np.float32)
    made = over(made, (36, 40, 48), 0.3 * rim)
    made = over(made, (252, 250, 243), 0.75 * step(broad, 0.93 - 0.3 * scene.light, 0.06) * scene.light)
    dry = evened(streaks(scene.flow, 50, 204, 2.0))
    stroke = contours(scene.front, 2.3, 205, (0, 1)) * np.clip(0.75 + 0.35 * noise(206, 40), 0.1, 1)
    made = over(made, (30, 33, 40), 0.8 * stroke * step(np.full_like(dry, 0.86), dry, 0.2))
    deep = step((1 - scene.light) - 0.62, 0.22 * dry, 0.12)
    made = over(made, (18, 20, 26), 0.72 * np.asarray(cv2.GaussianBlur(deep, (0, 0), 1.0), np.float32))
    return done(np.asarray(made * (1 - 0.014 * rough[..., None]), np.float32))


def brush_ink() -> Pixels:
    """Brush and ink as in adventure strips: spotted blacks, feathered edges, lines that swell."""
    scene = valley()
    dark = 1 - np.asarray(cv2.GaussianBlur(scene.deep, (0, 0), 2.2), np.float32)
    made = sheet((252, 250, 244), 211, 0.006)
    feather = evened(streaks(scene.flow, 70, 212, 2.4))
    black = step(dark - 0.55, 0.8 * (feather - 0.5), 0.05)
    fine = evened(streaks(scene.angle, 60, 215, 1.6))
    thin = step(dark - 0.52, 0.86 * (fine - 0.5), 0.05) * step(dark, 0.14, 0.02)
    made = over(made, (16, 15, 19), np.maximum(black, 0.96 * thin))
    swell = np.clip(1.0 + 0.4 * noise(213, 60), 0.6, 1.5)
    line = contours(scene.front, 2.9, 214, (0,))
    return done(over(made, (16, 15, 19), step(line * swell, 0.42, 0.5)))


def marker() -> Pixels:
    """Alcohol markers and a fineliner: flat bright strokes side by side, darker where they overlap."""
    scene = valley()
    regions = list(scene.regions)
    made = sheet((254, 253, 250), 221, 0.004)
    flat = stepped(scene, recoloured(RAMPS, 1.2, 0.05), 3, 3.0, skip=("sky", "glow"))
    ink = np.clip(flat, 0.02, 1)
    x, y = grid()
    total = np.zeros((HEIGHT, WIDTH), np.float32)
    for n, (turn, wide) in enumerate(((8, 17.0), (-6, 13.0))):
        angle = scene.angle + np.float32(math.radians(turn))
        across = (-x * np.sin(angle) + y * np.cos(angle) + 2.2 * noise(222 + n, 70)) / wide
        edge = np.abs(across - np.round(across))
        lap = step(edge, 0.4, 0.05)
        drawn = streaks(angle, 70, 224 + n, 1.6)
        tone = np.floor(across).astype(np.int64)
        uneven = np.random.default_rng(226 + n).normal(0, 0.07, 4096)[tone % 4096].astype(np.float32)
        total += 0.36 * lap + uneven + 0.035 * drawn
        if n == 0:
            total += 0.82
    shade = composed(dict.fromkeys(RAMPS, "ffffff 505050"), regions)[0][..., 0]
    total += 0.18 * (1 - np.asarray(cv2.GaussianBlur(shade, (0, 0), 2), np.float32))
    made = made * ink ** np.clip(total, 0.3, 2.4)[..., None]
    line = contours(scene.front, 1.3, 229, (0, 1))
    return done(over(made, (26, 24, 30), 0.95 * line))


def oil() -> Pixels:
    """Oil with a loaded flat brush: long thick strokes, ridges that catch the light, canvas where paint is thin."""
    scene = valley()
    rich, flow = composed(recoloured(RAMPS, 1.0, -0.05, 1.12), list(scene.regions))
    rich = np.clip(rich * np.array([1.03, 0.98, 0.9], np.float32) + 0.03 * noise(231, 70)[..., None], 0, 1)
    canvas, relief = paint_strokes(rich.astype(np.float32), flow, 232, BRUSHES)
    thick = np.asarray(cv2.GaussianBlur(relief, (0, 0), 0.9), np.float32)
    lit = cv2.Sobel(thick, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(thick, cv2.CV_32F, 0, 1, ksize=3)
    made = np.asarray(cv2.GaussianBlur(canvas, (0, 0), 0.5), np.float32) - 0.085 * np.clip(lit, -1.2, 1.2)[..., None]
    x, y = grid()
    weave = np.sin(x * 2 * np.pi / 3.4) * np.sin(y * 2 * np.pi / 3.4) * np.clip(0.6 - thick, 0, 1)
    return done(made + 0.03 * weave[..., None].astype(np.float32))


def pointillism() -> Pixels:
    """Dabs of pure colour side by side, that mix only in the eye: warm and cool ones in every tone."""
    scene = valley()
    target, _ = composed(recoloured(RAMPS, 1.2, 0.04), list(scene.regions))
    soft = np.asarray(cv2.GaussianBlur(target, (0, 0), 1.5), np.float32)
    made = np.ascontiguousarray(np.clip(0.6 * cv2.GaussianBlur(target, (0, 0), 6) + 0.36, 0, 1), np.float32)
    rng = np.random.default_rng(241)
    for gap, radius in ((6.5, 4.4), (5.0, 3.2), (4.2, 2.5)):
        x, y = strewn(gap, int(gap * 100))
        colour = soft[y.astype(int), x.astype(int)]
        grey = colour.mean(1, keepdims=True)
        # Each dab leans to a hue of its own; their mean stays the tone's.
        lean = np.array([[0.16, -0.05, -0.13], [-0.13, 0.04, 0.17], [0.07, 0.08, -0.15], [-0.1, -0.07, 0.11]])
        paint = grey + (colour - grey) * 1.35 + lean[rng.integers(0, 4, len(x))] + rng.normal(0, 0.035, (len(x), 1))
        size = radius * rng.uniform(0.75, 1.2, len(x))
        for k in range(len(x)):
            at = (round(float(x[k]) * 16), round(float(y[k]) * 16))
            cv2.circle(made, at, round(float(size[k]) * 16), np.clip(paint[k], 0, 1).tolist(), -1, cv2.LINE_AA, 4)
    return done(made)


def airbrush() -> Pixels:
    """Airbrush through masks: even gradients, fine speckle, soft shadows, crisp edges."""
    scene = valley()
    regions = list(scene.regions)
    made, _ = composed(recoloured(RAMPS, 1.15, 0.02, 1.05), regions)
    rough = tooth(251, 1.0)
    made = np.asarray(cv2.bilateralFilter(made, 9, 0.08, 5), np.float32)
    halo = np.zeros((HEIGHT, WIDTH), np.float32)
    for region in regions[2:]:  # each mask leaves overspray on what lies behind it
        soft = np.asarray(cv2.GaussianBlur(region.mask, (0, 0), 11), np.float32)
        halo = np.where(region.mask > 0.5, 0, np.maximum(halo, soft))
    made = made * (1 - 0.34 * halo[..., None])
    mist = np.asarray(cv2.GaussianBlur(scene.light, (0, 0), 8), np.float32)
    made = over(made, (255, 255, 250), 0.3 * step(mist, 0.75, 0.4))
    return done(made + (0.1 * (rough - 0.5) * (0.5 + halo))[..., None])
