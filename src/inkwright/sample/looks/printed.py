"""Printed looks: screentone, stipple, risograph, clear line, poster."""

import math

import cv2
import numpy as np

from inkwright.images import Floats, Pixels
from inkwright.sample.gouache import RAMPS
from inkwright.sample.halftone import dots
from inkwright.sample.landscape import HEIGHT, WIDTH, composed, contours, grid, noise
from inkwright.sample.looks.tools import (
    done,
    lines,
    over,
    recoloured,
    rgb,
    ruled,
    sheet,
    step,
    stepped,
    tooth,
    valley,
)


def screentone() -> Pixels:
    """Black-and-white comics with screentone: dot screens in few steps, a graded sky, spotted blacks, swelling pen."""
    scene = valley()
    dark = 1 - np.asarray(cv2.GaussianBlur(scene.light, (0, 0), 2.0), np.float32)
    made = sheet((253, 252, 249), 401, 0.003)
    tones = np.array([0.0, 0.1, 0.22, 0.36, 0.52, 0.52], np.float32)
    cover = tones[np.clip(np.round(dark * 6.2 - 0.35), 0, 5).astype(int)]
    sky = scene.front == scene.number("sky")
    cover = np.where(sky, np.clip(1.1 * dark - 0.04, 0, 0.6), cover).astype(np.float32)
    size = np.sqrt(cover * 4 / math.pi)
    screen = dots(size.astype(np.float32), 45, 5.2)
    black = step(dark, 0.74, 0.03)
    pen = lines(ruled(scene, 5.2, 12, 402, 14, 0.8), np.clip(1.5 * (dark - 0.56), 0, 0.5).astype(np.float32), 5.2)
    key = np.maximum(np.maximum(0.95 * screen, black), pen * (dark > 0.58))
    swell = np.clip(1.0 + 0.5 * noise(403, 44), 0.55, 1.7)
    line = step(contours(scene.front, 1.7, 404, (0,)) * swell, 0.42, 0.5)
    return done(over(made, (18, 18, 22), np.maximum(key, line)))


def stipple() -> Pixels:
    """Stipple: every tone out of single dots of the pen, close in the shade and wide in the light."""
    scene = valley()
    dark = np.clip(1.02 * (1 - scene.light) ** 1.1, 0, 1)
    big = np.full((HEIGHT * 2, WIDTH * 2), 0, np.uint8)
    rng = np.random.default_rng(411)
    taken = np.zeros((HEIGHT, WIDTH), np.float32)
    y, x = rng.uniform(0, HEIGHT, 240_000), rng.uniform(0, WIDTH, 240_000)
    want = dark[y.astype(int), x.astype(int)]
    space = 1.35 / np.sqrt(np.maximum(want, 1e-3))  # distance to the next dot
    for k in range(len(x)):
        if want[k] < 0.015 or space[k] > 12:
            continue
        ix, iy, r = int(x[k]), int(y[k]), float(space[k])
        reach = int(r)
        near = taken[max(0, iy - reach) : iy + reach + 1, max(0, ix - reach) : ix + reach + 1]
        if near.any():
            continue
        taken[iy, ix] = 1
        radius = 1.55 + 0.75 * float(want[k])
        cv2.circle(big, (round(float(x[k]) * 32), round(float(y[k]) * 32)), round(radius * 16), 255, -1, cv2.LINE_AA, 4)
    ink = np.asarray(cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32) / 255
    ink = np.maximum(ink, 0.9 * step(contours(scene.front, 0.9, 412, (0, 1)), 0.4, 0.5))
    return done(over(sheet((250, 247, 238), 413, 0.006), (26, 24, 28), ink))


def risograph() -> Pixels:
    """Risograph in pink, teal and yellow: grainy screens over one another, off register, on uncoated paper."""
    scene = valley()
    colour, _ = composed(recoloured(RAMPS, 1.15, 0.03, 1.1), list(scene.regions))
    inks = ((255, 88, 120), (0, 128, 148), (255, 214, 40))
    # How much of each ink a colour asks for: least squares in density, none below zero.
    want = -np.log(np.clip(colour, 0.03, 1))
    each = -np.log(np.clip(np.stack([rgb(ink) for ink in inks]), 0.03, 1))
    part = np.clip(want.reshape(-1, 3) @ np.linalg.pinv(each), 0, None).reshape(*want.shape)
    made = sheet((250, 246, 236), 421, 0.02, 1.6)
    for k, (ink, angle, move) in enumerate(zip(inks, (75, 15, 0), ((1.6, -1.1), (-1.4, 0.9), (0.5, 1.2)), strict=True)):
        cover = np.clip(np.asarray(cv2.GaussianBlur(part[..., k].astype(np.float32), (0, 0), 1.2)) * 0.92, 0, 1)
        grain = 0.55 * tooth(422 + 3 * k, 1.2) + 0.45 * (1 - _screen(angle))
        plate = step(cover, 0.06 + 0.88 * grain, 0.3) * np.clip(0.9 + 0.07 * noise(440 + k, 50), 0, 1)
        plate = cv2.warpAffine(plate.astype(np.float32), np.array([[1, 0, move[0]], [0, 1, move[1]]], np.float32),
                               (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        made = made * (1 - np.asarray(plate, np.float32)[..., None] * (1 - rgb(ink)))
    line = step(contours(scene.front, 1.5, 431, (0, 1)), 0.42, 0.4) * (1 - 0.6 * step(tooth(432, 1.2), 0.9, 0.08))
    return done(made * (1 - 0.85 * line[..., None] * (1 - rgb((24, 58, 92)))))


def _screen(angle: float, cell: float = 4.0) -> Floats:
    """A dot screen as thresholds, (H, W) in [0, 1]."""
    x, y = grid()
    a = math.radians(angle)
    u, v = (x * math.cos(a) + y * math.sin(a)) / cell, (-x * math.sin(a) + y * math.cos(a)) / cell
    return np.asarray(0.5 + 0.25 * (np.cos(2 * math.pi * u) + np.cos(2 * math.pi * v)), np.float32)


def clear_line() -> Pixels:
    """Clear line: even outlines of one width, flat lively colours, hardly a shadow."""
    scene = valley()
    flat = stepped(scene, recoloured(RAMPS, 1.05, 0.1, 0.88), 1, 5.0, skip=("sky", "glow"))
    made = flat * (1 + 0.006 * noise(441, 1.5))[..., None]
    line = step(contours(scene.front, 1.5, 442, (0,)), 0.35, 0.5)
    return done(over(np.asarray(made, np.float32), (20, 20, 26), line))


def poster() -> Pixels:
    """A travel poster: screen-printed shapes in a few clear tones without outlines, wiped skies, a fine grain."""
    scene = valley()
    flat = stepped(scene, recoloured(RAMPS, 1.12, 0.0, 1.12), 3, 4.5, skip=("sky", "glow"))
    warm = flat * np.array([1.03, 0.98, 0.9], np.float32) + np.array([0.02, 0.01, 0.0], np.float32)
    rough = tooth(451, 1.1)
    edge = np.asarray(cv2.GaussianBlur(scene.light, (0, 0), 5), np.float32)
    made = np.clip(warm, 0, 1) * (1 - 0.1 * (rough > 0.6 + 0.35 * edge))[..., None]
    made += 0.1 * step(tooth(452, 1.4), 0.97, 0.02)[..., None]
    return done(np.asarray(made, np.float32))
