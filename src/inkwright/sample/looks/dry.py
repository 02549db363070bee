"""Dry media on rough paper: pencil, crayon, charcoal, pastel, chalk. Paper shows through where it lies deep."""

import math

import cv2
import numpy as np

from inkwright.images import Floats, Pixels
from inkwright.sample.gouache import RAMPS
from inkwright.sample.landscape import composed, contours, noise
from inkwright.sample.looks.tools import (
    Valley,
    done,
    evened,
    lines,
    over,
    recoloured,
    ruled,
    sheet,
    step,
    streaks,
    tooth,
    valley,
)


def _strokes(scene: Valley, length: float, seed: int, width: float, spread: float = 0.5) -> Floats:
    """Hand strokes, one way a region, (H, W) evenly spread over [0, 1]: what is drawn first lies lowest."""
    angle = scene.angle + np.float32(spread) * noise(seed + 5, 60) * 0.3
    return evened(streaks(angle, length, seed, width))


def _outline(scene: Valley, width: float, seed: int, rough: Floats, skip: tuple[int, ...] = ()) -> Floats:
    """Outlines that skip the hollows of the paper."""
    line = contours(scene.front, width, seed, skip)
    return np.asarray(line * np.clip(1.5 - rough, 0, 1), np.float32)


def pencil() -> Pixels:
    """Graphite on drawing paper: close parallel strokes, pressed and crossed where it is darker."""
    scene, rough = valley(), tooth(101, 1.3)
    dark = 0.02 + 0.94 * (1 - scene.deep) ** 1.25
    made = sheet((250, 248, 243), 102)
    smear = np.asarray(cv2.GaussianBlur(dark, (0, 0), 3), np.float32)
    made = over(made, (110, 110, 116), 0.22 * smear * (0.7 + 0.6 * (1 - rough)))
    press = 0.8 + 0.14 * streaks(scene.angle, 40, 104, 2.0)
    grip = np.clip(1.25 - 0.75 * rough, 0, 1)
    for turn, start, gap, shade, seed in ((0, -0.1, 3.4, 78, 105), (52, 0.34, 3.6, 60, 106), (-36, 0.6, 3.4, 44, 107)):
        width = np.clip(1.15 * (dark - start) * press, 0, 0.8) * (dark > start)
        stroke = lines(ruled(scene, gap, turn, seed, 8.0, 1.1), width, gap)
        made = over(made, (shade, shade, shade + 6), 0.82 * stroke * grip)
    return done(over(made, (44, 44, 50), 0.82 * _outline(scene, 1.1, 108, rough, (0, 1))))


def coloured_pencil() -> Pixels:
    """Coloured pencil: strokes of two hues over one another, the paper's white between them."""
    scene, rough = valley(), tooth(111, 2.0)
    regions = list(scene.regions)
    light, _ = composed(recoloured(RAMPS, 1.25, 0.06), regions)
    deep, _ = composed(recoloured(RAMPS, 1.45, -0.14), regions)
    dark = (1 - scene.light) ** 0.9
    made = sheet((253, 251, 246), 112)
    slanted = np.full_like(scene.flow, math.radians(-48)) + 0.14 * noise(113, 80)
    first, second = evened(streaks(slanted, 30, 114, 1.7)), _strokes(scene, 30, 115, 1.7)
    made = over(made, light, 0.86 * step(first * 0.65 + 0.35 * rough, 0.28 + 0.62 * (1 - dark), -0.5) * 0.5 + 0.34)
    made = over(made, light, 0.8 * step(1 - first * 0.6 - 0.4 * rough, 0.5 - 0.35 * dark, 0.4))
    made = over(made, deep, 0.85 * step(1 - second * 0.7 - 0.3 * rough, 0.86 - 0.7 * dark, 0.4))
    violet = np.clip(deep * np.array([0.7, 0.62, 0.95], np.float32), 0, 1)
    made = over(made, violet, 0.7 * step(1 - first * 0.5 - 0.5 * rough, 1.12 - 0.75 * dark, 0.3))
    made = over(made, (255, 253, 248), 0.5 * step(rough, 0.9, 0.1) * (1 - 0.5 * dark))
    return done(over(made, np.clip(deep * 0.55, 0, 1), 0.75 * _outline(scene, 1.2, 117, rough, (0, 1))))


def crayon() -> Pixels:
    """Wax crayon: thick loud strokes to and fro that skip the hollows of the paper, and thick waxy outlines."""
    scene, rough = valley(), tooth(121, 1.6)
    regions = list(scene.regions)
    bright, _ = composed(recoloured(RAMPS, 1.45, 0.03), regions)
    deep, _ = composed(recoloured(RAMPS, 1.6, -0.14), regions)
    dark = (1 - scene.light) ** 0.9
    made = sheet((255, 252, 244), 122, 0.01, 3)
    slanted = np.full_like(scene.flow, math.radians(-42)) + 0.35 * noise(123, 90)
    first, second = evened(streaks(slanted, 64, 124, 2.6)), _strokes(scene, 60, 125, 2.6, 1.0)
    third = evened(streaks(slanted + np.float32(0.5), 64, 128, 2.2))
    smear = np.asarray(cv2.GaussianBlur(bright, (0, 0), 2.5), np.float32)
    made = over(made, smear, 0.3 + 0.3 * dark)
    made = over(made, bright, 0.9 * step(0.5 + 0.3 * dark, 0.38 * rough + 0.62 * first, 0.22))
    made = over(made, bright, 0.8 * step(0.3 + 0.45 * dark, 0.38 * rough + 0.62 * third, 0.2))
    made = over(made, deep, 0.85 * step(1.02 * dark - 0.06, 0.4 * rough + 0.6 * second, 0.18))
    made = over(made, (255, 252, 244), 0.75 * step(0.6 * rough + 0.4 * (1 - first), 0.84, 0.1) * (1 - 0.4 * dark))
    line = contours(scene.front, 2.6, 127, (0, 1)) * step(0.86, rough, 0.2)
    return done(over(made, np.clip(deep * 0.45, 0, 1), 0.9 * line))


def charcoal() -> Pixels:
    """Charcoal: smudged greys, the grain of rough paper all over, deep soft blacks, lights taken out with an eraser."""
    scene, rough = valley(), tooth(131, 1.5)
    dark = 1 - scene.deep
    made = sheet((240, 234, 222), 132, 0.02, 2)
    smudge = np.asarray(cv2.GaussianBlur(dark, (0, 0), 6), np.float32)
    made = over(made, (104, 99, 97), np.clip(0.45 * smudge, 0, 0.7))
    drag = evened(streaks(scene.angle + 0.2 * noise(134, 70), 30, 135, 1.3))
    made = over(made, (48, 45, 45), 0.78 * step(0.1 + 0.9 * dark, 0.55 * rough + 0.45 * drag, 0.22))
    made = over(made, (20, 18, 19), 0.92 * step(1.3 * dark - 0.5, 0.6 * rough + 0.4 * drag, 0.3))
    line = np.asarray(cv2.GaussianBlur(contours(scene.front, 3.0, 136, (0, 1)), (0, 0), 1.0), np.float32)
    made = over(made, (24, 22, 23), np.clip(1.2 * line, 0, 1) * step(1.05, rough, 0.35) * 0.9)
    wiped = step(scene.deep, 0.93, 0.04) * step(drag, 0.6, 0.3)
    return done(over(made, (248, 244, 235), 0.7 * wiped))


def pastel() -> Pixels:
    """Soft pastel on warm grey paper: chalky strokes over one another, the paper's colour between them."""
    scene, rough = valley(), tooth(141, 1.4)
    regions = list(scene.regions)
    chalk, _ = composed(recoloured(RAMPS, 1.15, 0.09, 0.9), regions)
    deep, _ = composed(recoloured(RAMPS, 1.3, -0.1), regions)
    light, _ = composed(recoloured(RAMPS, 0.85, 0.24, 0.75), regions)
    made = sheet((168, 152, 138), 142, 0.03, 2)
    smooth = np.asarray(cv2.GaussianBlur(chalk, (0, 0), 4), np.float32)
    made = over(made, smooth, np.full_like(rough, 0.62))
    broad = evened(streaks(scene.flow + 0.15 * noise(143, 50), 56, 144, 3.2))
    second = evened(streaks(scene.flow + 0.3 * noise(145, 40), 44, 146, 2.6))
    dark = 1 - scene.light
    made = over(made, deep, 0.85 * step(0.3 + 0.6 * dark, 0.35 * rough + 0.65 * broad, 0.24))
    made = over(made, chalk, 0.92 * step(np.full_like(rough, 0.62), 0.4 * rough + 0.6 * second, 0.24))
    made = over(made, light, 0.85 * step(0.2 + 0.38 * scene.light, 0.4 * rough + 0.6 * (1 - broad), 0.2))
    made = over(made, (150, 134, 122), 0.5 * step(rough, 0.93, 0.08))
    return done(made)


def chalkboard() -> Pixels:
    """Coloured chalk on a slate board: light is drawn, darkness is left; old drawings are wiped but not gone."""
    scene, rough = valley(), tooth(151, 1.5)
    regions = list(scene.regions)
    chalk, _ = composed(recoloured(RAMPS, 0.9, 0.2, 0.7), regions)
    made = sheet((38, 52, 50), 152, 0.06, 3)
    wiped = streaks(np.full_like(scene.flow, 0.25) + 0.3 * noise(153, 120), 90, 154, 7)
    made = over(made, (120, 136, 132), np.clip(0.1 + 0.05 * wiped, 0, 0.3))
    strokes = evened(streaks(scene.angle + 0.25 * noise(155, 70), 56, 156, 2.6))
    press = 0.08 + 0.5 * scene.light**1.6
    made = over(made, chalk, 0.3 * np.asarray(cv2.GaussianBlur(press, (0, 0), 3), np.float32))
    made = over(made, chalk, 0.94 * step(press, 0.35 * rough + 0.65 * strokes, 0.14))
    made = over(made, (250, 248, 240), 0.7 * step(1.5 * press - 0.6, 0.4 * rough + 0.6 * strokes, 0.2))
    line = contours(scene.front, 2.1, 157, (0, 1)) * step(0.85, rough, 0.3)
    return done(over(made, (244, 242, 232), 0.92 * line))
