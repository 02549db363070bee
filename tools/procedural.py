"""Pictures drawn by chance, for `make checkpoint`: style pictures and drawings that belong to nobody.

Style pictures are the package's own painters, turned, mirrored, recoloured and scaled, and four painters that only this
script has: leaves, strokes, lines and washes. Drawings are panels of the sample comic, and scribbles over coloured
flats. All are the same for the same generator.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.random import Generator

from inkwright.images import Floats, Pixels, to_float
from inkwright.learn.colour import oklab, srgb
from inkwright.learn.scribbles import scribbles

HEIGHT, WIDTH = 352, 448
"""Of a style picture, in pixels."""
PANEL = 256
"""Side of a drawing, in pixels."""


def noise(rng: Generator, height: int, width: int, scale: float) -> Floats:
    """Smooth noise with mean 0 and deviation about 1; `scale` is the size of its blobs in pixels."""
    factor = max(1.0, scale / 3)
    small = rng.standard_normal((round(height / factor) + 8, round(width / factor) + 8), np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.3, scale / factor / 2))
    field = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6), np.float32)


def paints(rng: Generator, count: int) -> Floats:
    """Colours that go together, (count, 3) RGB: dark to light, hues around one or two."""
    light = np.linspace(rng.uniform(0.12, 0.4), rng.uniform(0.75, 0.98), count) + rng.normal(0, 0.03, count)
    hue = rng.uniform(0, 2 * np.pi) + rng.normal(0, rng.uniform(0.2, 1.2), count) + np.pi * (rng.random(count) < 0.25)
    chroma = rng.uniform(0, rng.uniform(0.02, 0.2), count)
    return srgb(np.stack([light, chroma * np.cos(hue), chroma * np.sin(hue)], -1))


def graded(field: Floats, colours: Floats) -> Floats:
    """A field of about [-2, 2] → (H, W, 3), from the first colour to the last."""
    at = (np.clip(field / 4 + 0.5, 0, 1) * (len(colours) - 1)).astype(np.float32)
    low = np.minimum(at.astype(int), len(colours) - 2)
    part = (at - low)[..., None]
    return np.asarray(colours[low] * (1 - part) + colours[low + 1] * part, np.float32)


def leaves(rng: Generator) -> Floats:
    """Overlapping shapes of all sizes, flat, hatched, dotted or grained, some with an outline."""
    colours = paints(rng, 8)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    grain = noise(rng, HEIGHT, WIDTH, rng.uniform(1, 4))
    out = graded(noise(rng, HEIGHT, WIDTH, 120), colours)
    edge = colours[0] * 0.6 if rng.random() < 0.6 else None
    for radius in np.sort(np.minimum(8 * rng.pareto(1.4, 260) + 8, 110))[::-1]:
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 14)))
        reach = radius * rng.uniform(0.6, 1.2, len(angles))
        centre = rng.uniform(0, 1, 2) * (WIDTH, HEIGHT)
        points = np.stack([np.cos(angles), np.sin(angles)], -1) * reach[:, None] + centre
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        turn, period = rng.uniform(0, np.pi), rng.uniform(4, 11)
        kind, strength = rng.integers(4), rng.uniform(0.05, 0.35)
        wave = np.sin((x * np.cos(turn) + y * np.sin(turn)) * (2 * np.pi / period))
        across = np.sin((y * np.cos(turn) - x * np.sin(turn)) * (2 * np.pi / period))
        mark = (0 * grain, np.tanh(3 * wave), np.tanh(4 * (wave * across - 0.3)), grain * 0.5)[kind] * strength
        part = (mask.astype(np.float32) / 255)[..., None]
        out = out * (1 - part) + part * (colours[rng.integers(len(colours))] + mark[..., None])
        if edge is not None:
            line = np.zeros_like(mask)
            cv2.polylines(line, [np.round(points * 16).astype(np.int32)], True, 255, 2, cv2.LINE_AA, 4)
            out += (line.astype(np.float32) / 255)[..., None] * (edge - out)
    return np.asarray(out, np.float32)


def strokes(rng: Generator) -> Floats:
    """A brush that follows a flow, broad strokes first."""
    colours = paints(rng, 9)
    tone = noise(rng, HEIGHT, WIDTH, rng.uniform(50, 140))
    angle = rng.uniform(0.5, 2.5) * noise(rng, HEIGHT, WIDTH, rng.uniform(60, 200))
    out = graded(tone, colours) * 0.9
    jitter = rng.uniform(0.15, 0.7)
    for width in (18, 10, 6, 3):
        for _ in range(int(HEIGHT * WIDTH / (width * width * 6))):
            point = rng.uniform(0, 1, 2) * (WIDTH, HEIGHT)
            column, row = point.astype(int)
            colour = graded(tone[row : row + 1, column : column + 1] + jitter * rng.normal(), colours)[0, 0]
            path = [point]
            for _ in range(6):
                column, row = np.clip(path[-1], 0, (WIDTH - 1, HEIGHT - 1)).astype(int)
                heading = angle[row, column]
                path.append(path[-1] + width * 0.7 * np.array([np.cos(heading), np.sin(heading)]))
            shape = np.round(np.array(path) * 16).astype(np.int32)
            cv2.polylines(out, [shape], False, colour.tolist(), max(1, width // 2), cv2.LINE_AA, 4)
    return np.asarray(out, np.float32)


def lines(rng: Generator) -> Floats:
    """Swelling lines, as an engraver cuts them, crossed where it is dark."""
    colours = paints(rng, 2)
    tone = noise(rng, HEIGHT, WIDTH, rng.uniform(40, 120)) + 0.8 * np.sign(noise(rng, HEIGHT, WIDTH, 90))
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    period, bend = rng.uniform(4, 10), rng.uniform(0, 14)
    ink = np.zeros((HEIGHT, WIDTH), np.float32)
    for level, turn in ((0.0, rng.uniform(0, np.pi)), (1.1, rng.uniform(0, np.pi))):
        phase = x * np.cos(turn) + y * np.sin(turn) + bend * noise(rng, HEIGHT, WIDTH, 100)
        wave = np.sin(phase * (2 * np.pi / period)) + 0.25 * noise(rng, HEIGHT, WIDTH, 4)
        ink = np.maximum(ink, 1 / (1 + np.exp(-5 * (wave - 0.7 - 0.6 * (tone + level)))))
    return np.asarray(colours[1] + ink[..., None] * (colours[0] * 0.7 - colours[1]), np.float32)


def wash(rng: Generator) -> Floats:
    """Wet paint: soft tones of all sizes, some with dried edges, on grained paper."""
    field = sum(
        noise(rng, HEIGHT, WIDTH, size) * weight for size, weight in ((150, 1.0), (50, 0.5), (15, 0.2), (5, 0.08))
    )
    field = np.asarray(field, np.float32)
    out = graded(field * 1.3, paints(rng, 7))
    steps = np.floor(field * rng.uniform(1, 3))
    rim = cv2.GaussianBlur(np.abs(cv2.Laplacian(np.asarray(steps, np.float32), cv2.CV_32F)), (0, 0), 1.2)
    out *= 1 - rng.uniform(0, 0.5) * np.clip(rim, 0, 1)[..., None]
    return np.asarray(out + rng.uniform(0, 0.04) * noise(rng, HEIGHT, WIDTH, 2)[..., None], np.float32)


OWN: tuple[Callable[[Generator], Floats], ...] = (leaves, strokes, lines, wash)


def varied(pixels: Pixels, rng: Generator) -> Floats:
    """A painter's picture turned, mirrored, scaled, cut out and recoloured."""
    picture = np.rot90(to_float(pixels), int(rng.integers(4)))
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    least = max(HEIGHT / picture.shape[0], WIDTH / picture.shape[1])
    scale = max(least, float(np.exp(rng.uniform(np.log(0.6), np.log(1.6)))))
    size = (max(WIDTH, round(picture.shape[1] * scale)), max(HEIGHT, round(picture.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    big = cv2.resize(np.ascontiguousarray(picture), size, interpolation=how)
    top, left = rng.integers(big.shape[0] - HEIGHT + 1), rng.integers(big.shape[1] - WIDTH + 1)
    lab = oklab(np.clip(big[top : top + HEIGHT, left : left + WIDTH], 0, 1))
    turn, chroma = rng.uniform(-np.pi, np.pi), rng.uniform(0.2, 1.4)
    a, b = lab[..., 1] * chroma, lab[..., 2] * chroma
    light = (lab[..., 0] - lab[..., 0].mean()) * rng.uniform(0.7, 1.25) + lab[..., 0].mean() + rng.uniform(-0.12, 0.12)
    turned = [a * np.cos(turn) - b * np.sin(turn), a * np.sin(turn) + b * np.cos(turn)]
    return srgb(np.stack([light, *turned], -1))


def style(n: int, painters: Sequence[Pixels], rng: Generator) -> Floats:
    """The n-th style picture, (HEIGHT, WIDTH, 3): three of five from the package's painters."""
    own = n % 5 >= 3
    picture = (
        OWN[(n // 5 * 2 + n % 5 - 3) % len(OWN)](rng)
        if own
        else varied(painters[(n // 5 * 3 + n % 5) % len(painters)], rng)
    )
    return np.ascontiguousarray(np.clip(picture, 0, 1), np.float32)


def drawing(panels: Sequence[Pixels], rng: Generator) -> Floats:
    """A piece of a drawn panel, or one time in four scribbles over flats; (PANEL, PANEL, 3)."""
    if rng.random() < 0.25:
        flats = graded(np.sign(noise(rng, PANEL, PANEL, 60)) + np.sign(noise(rng, PANEL, PANEL, 40)), paints(rng, 4))
        light = np.clip(0.35 + 0.65 * flats + rng.uniform(0, 0.2), 0, 1)
        ink = scribbles(PANEL, PANEL, int(rng.integers(1 << 31)))
        return np.asarray(light * (1 - 0.9 * ink[..., None]), np.float32)
    picture = to_float(panels[int(rng.integers(len(panels)))])
    scale = max(rng.uniform(360, 480) / max(picture.shape[:2]), (PANEL + 1) / min(picture.shape[:2]))
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    fitted = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
    top, left = rng.integers(fitted.shape[0] - PANEL + 1), rng.integers(fitted.shape[1] - PANEL + 1)
    return np.ascontiguousarray(fitted[top : top + PANEL, left : left + PANEL])
