"""Art to fill panels with, for pages whose panels are known: what a finder of panels must not mistake for them.

Walls, horizons and doors give long straight lines, skies and robes large empty areas, crowds and rain dense strokes.
"""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
INK: Colour = (22, 20, 24)


def _colour(rng: Generator, low: int = 40, high: int = 225) -> Colour:
    r, g, b = rng.integers(low, high, 3).tolist()
    return r, g, b


def _grey(level: float) -> Colour:
    return int(level), int(level), int(level)


def flat(rng: Generator, height: int, width: int) -> Pixels:
    """Flat colours: sky, ground, a building and people, outlined in ink."""
    art = np.empty((height, width, 3), np.uint8)
    art[:] = (255, 255, 255) if rng.random() < 0.15 else _colour(rng)
    horizon = int(height * rng.uniform(0.3, 0.85))
    art[horizon:] = _colour(rng)
    if rng.random() < 0.4:
        _house(art, rng, _colour(rng), INK)
    for _ in range(int(rng.integers(1, 4))):
        person(art, rng, _colour(rng), INK)
    return art


def painted(rng: Generator, height: int, width: int) -> Pixels:
    """Soft paint: clouds of colour, no outlines."""
    dark = rng.uniform(0.35, 1.0)
    art = np.zeros((height, width, 3), np.float32)
    for cells in (2, 5, 12, 30):
        field = rng.random((cells + 1, cells + 1, 3)).astype(np.float32)
        art += cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC) * (2.0 / (cells + 2))
    art = (art - art.min()) / max(1e-6, float(np.ptp(art)))
    tint = np.array(_colour(rng, 80, 255), np.float32)
    out = np.clip(art * tint * dark + rng.normal(0, 2, art.shape), 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 3))):
        person(out, rng, _colour(rng), _colour(rng, 10, 60))
    return out


def lines(rng: Generator, height: int, width: int) -> Pixels:
    """Ink on white: people, buildings, hatching, dots, speed lines."""
    art = np.full((height, width, 3), 255, np.uint8)
    pen = max(1, round(min(height, width) / 200))
    kind = rng.random()
    if kind < 0.3:
        _house(art, rng, (255, 255, 255), INK)
    elif kind < 0.5:
        _speed(art, rng)
    elif kind < 0.75:
        _dots(art, rng)
    if rng.random() < 0.4:
        y = int(height * rng.uniform(0.4, 0.8))
        cv2.line(art, (0, y), (width, y + int(rng.integers(-height // 12 - 1, height // 12 + 1))), INK, pen)
    for _ in range(int(rng.integers(1, 4))):
        robe = INK if rng.random() < 0.25 else _grey(rng.choice([255, 255, 200]))
        person(art, rng, robe, INK)
    if rng.random() < 0.3:
        _hatching(art, rng, INK, pen)
    return art


def pencil(rng: Generator, height: int, width: int) -> Pixels:
    """Grey pencil: thin, uneven, sparse."""
    art = np.full((height, width, 3), 255, np.uint8)
    lead = _grey(rng.uniform(70, 140))
    for _ in range(int(rng.integers(1, 4))):
        person(art, rng, (255, 255, 255), lead)
    if rng.random() < 0.5:
        y = int(height * rng.uniform(0.5, 0.85))
        wobbly(art, np.array([[0, y], [width, y + rng.uniform(-15, 15)]]), rng, lead, 1, 2.0)
    if rng.random() < 0.5:
        _hatching(art, rng, lead, 1)
    if rng.random() < 0.25:
        _house(art, rng, (255, 255, 255), lead)
    return art


def night(rng: Generator, height: int, width: int) -> Pixels:
    """Mostly black, with a few lit things."""
    art = np.empty((height, width, 3), np.uint8)
    art[:] = _colour(rng, 0, 40)
    for _ in range(int(rng.integers(2, 6))):
        at = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        cv2.circle(art, at, int(min(height, width) * rng.uniform(0.03, 0.2)), _colour(rng, 60, 255), -1, cv2.LINE_AA)
    person(art, rng, _colour(rng, 30, 120), (0, 0, 0))
    return art


ARTS: dict[str, Callable[[Generator, int, int], Pixels]] = {
    "flat": flat,
    "painted": painted,
    "lines": lines,
    "pencil": pencil,
    "night": night,
}


def wobbly(page: Pixels, path: NDArray[np.float64], rng: Generator, colour: Colour, width: int, wobble: float) -> None:
    """A line drawn by hand along a path (n, 2); it strays by about `wobble` pixels."""
    pieces = []
    for a, b in pairwise(path):
        steps = max(2, int(np.hypot(*(b - a)) / 25))
        stray = np.cumsum(rng.normal(0, 1, (steps + 1, 2)), 0)
        stray -= np.linspace(stray[0], stray[-1], steps + 1)
        scale = wobble / max(1.0, float(np.abs(stray).max()))
        pieces.append(a + (b - a) * np.linspace(0, 1, steps + 1)[:, None] + stray * scale)
    points = np.round(np.concatenate(pieces) * 16).astype(np.int32)
    cv2.polylines(page, [points], False, colour, width, cv2.LINE_AA, 4)


def balloon(page: Pixels, rng: Generator, centre: tuple[float, float], size: tuple[float, float]) -> None:
    """A speech balloon with lines of scribble."""
    at, axes = (int(centre[0]), int(centre[1])), (max(4, int(size[0] / 2)), max(3, int(size[1] / 2)))
    cv2.ellipse(page, at, axes, 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.ellipse(page, at, axes, 0, 0, 360, INK, max(1, axes[1] // 20), cv2.LINE_AA)
    letter = max(4, axes[1] // 4)
    for k in range(-1, 2):
        words(page, rng, (at[0] - 0.65 * axes[0], at[1] + k * letter * 1.6), 1.3 * axes[0], letter)


def words(page: Pixels, rng: Generator, left: tuple[float, float], length: float, letter: int) -> None:
    """A line of scribble that looks like lettering."""
    x = left[0]
    while x < left[0] + length:
        if rng.random() > 0.18:
            corners = rng.uniform(-0.5, 0.5, (3, 2)) * (letter * 0.7, letter) + (x, left[1])
            cv2.polylines(page, [np.round(corners).astype(np.int32)], False, INK, max(1, letter // 8), cv2.LINE_AA)
        x += letter * 0.8


def person(art: Pixels, rng: Generator, robe: Colour, ink: Colour) -> None:
    """A figure somewhere in a picture."""
    height, width = art.shape[:2]
    tall = height * rng.uniform(0.3, 1.2)
    x, y = int(width * rng.uniform(0.05, 0.95)), int(height * rng.uniform(0.2, 0.7))
    head = max(3, int(tall * 0.14))
    pen = max(1, int(head / 12))
    body = np.array(
        [[x - head, y + head], [x + head, y + head], [x + 2 * head, y + 5 * head], [x - 2 * head, y + 5 * head]]
    )
    body += rng.integers(-head // 2, head // 2 + 1, (4, 2))
    cv2.fillPoly(art, [body.astype(np.int32)], robe, cv2.LINE_AA)
    cv2.polylines(art, [body.astype(np.int32)], True, ink, pen, cv2.LINE_AA)
    skin = (255, 255, 255) if robe in ((255, 255, 255), INK) else _colour(rng, 150, 240)
    cv2.circle(art, (x, y), head, skin, -1, cv2.LINE_AA)
    cv2.circle(art, (x, y), head, ink, pen, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(art, (x + side * head // 3, y), max(1, head // 8), ink, -1, cv2.LINE_AA)


def _house(art: Pixels, rng: Generator, wall: Colour, ink: Colour) -> None:
    """A wall with windows: rectangles inside a panel that are no panels."""
    height, width = art.shape[:2]
    x, y = int(width * rng.uniform(0, 0.6)), int(height * rng.uniform(0.05, 0.4))
    w, h = int(width * rng.uniform(0.25, 0.6)), int(height * rng.uniform(0.3, 0.9))
    pen = max(1, min(height, width) // 180)
    cv2.rectangle(art, (x, y), (x + w, y + h), wall, -1)
    cv2.rectangle(art, (x, y), (x + w, y + h), ink, pen)
    for i in range(int(rng.integers(1, 4))):
        for j in range(int(rng.integers(1, 3))):
            left, top = x + w * (3 * i + 1) // 10, y + h * (4 * j + 1) // 10
            cv2.rectangle(art, (left, top), (left + w // 6, top + h // 5), ink, pen)


def _hatching(art: Pixels, rng: Generator, ink: Colour, pen: int) -> None:
    height, width = art.shape[:2]
    x, y, run = width * rng.uniform(0, 0.7), height * rng.uniform(0, 0.6), min(height, width) * rng.uniform(0.2, 0.5)
    turn = rng.uniform(0, np.pi)
    along = np.array([np.cos(turn), np.sin(turn)]) * run
    across = np.array([-along[1], along[0]])
    for k in np.linspace(0, 1, 12):
        a = np.array([x, y]) + across * k
        cv2.line(art, tuple(a.astype(int).tolist()), tuple((a + along).astype(int).tolist()), ink, pen, cv2.LINE_AA)


def _speed(art: Pixels, rng: Generator) -> None:
    height, width = art.shape[:2]
    at = np.array([width * rng.uniform(0.2, 0.8), height * rng.uniform(0.2, 0.8)])
    for turn in rng.uniform(0, 2 * np.pi, 60):
        ray = np.array([np.cos(turn), np.sin(turn)])
        a, b = at + ray * min(height, width) * rng.uniform(0.25, 0.5), at + ray * (height + width)
        cv2.line(art, tuple(a.astype(int).tolist()), tuple(b.astype(int).tolist()), INK, 1, cv2.LINE_AA)


def _dots(art: Pixels, rng: Generator) -> None:
    """A printed grey: dots over a part of the panel."""
    height, width = art.shape[:2]
    step, top = int(rng.integers(4, 8)), int(height * rng.uniform(0, 0.7))
    yy, xx = np.mgrid[0:height, 0:width]
    dots = ((xx % step) - step / 2) ** 2 + ((yy % step) - step / 2) ** 2 < (step * rng.uniform(0.2, 0.4)) ** 2
    dots[:top] = False
    art[dots] = INK


def screentone(rng: Generator, height: int, width: int) -> Pixels:
    """Ink on a printed grey that fades, here and there black: a panel of a manga."""
    art = np.full((height, width, 3), 255, np.uint8)
    step, turn = int(rng.integers(4, 7)), rng.uniform(0, np.pi)
    yy, xx = np.mgrid[0:height, 0:width]
    fade = np.clip(rng.uniform(0.1, 0.5) + 0.5 * (xx / width * np.cos(turn) + yy / height * np.sin(turn)), 0, 0.6)
    u, v = (xx + yy) / np.sqrt(2), (xx - yy) / np.sqrt(2)
    art[((u % step) - step / 2) ** 2 + ((v % step) - step / 2) ** 2 < (step * fade) ** 2] = INK
    if rng.random() < 0.4:
        cv2.rectangle(art, (0, int(height * rng.uniform(0.4, 0.9))), (width, height), INK, -1)
    for _ in range(int(rng.integers(1, 3))):
        person(art, rng, INK if rng.random() < 0.4 else (255, 255, 255), INK)
    if rng.random() < 0.3:
        _speed(art, rng)
    return art


def black(rng: Generator, height: int, width: int) -> Pixels:
    """Ink on white with large black parts and rules as thick as a frame's: walls, doors, robes."""
    art = lines(rng, height, width)
    pen = max(2, round(min(height, width) / 80))
    for _ in range(int(rng.integers(1, 4))):
        if rng.random() < 0.5:
            x = int(width * rng.uniform(0.15, 0.85))
            cv2.line(art, (x, int(height * rng.uniform(0, 0.3))), (x, int(height * rng.uniform(0.6, 0.95))), INK, pen)
        else:
            x, y = int(width * rng.uniform(0, 0.8)), int(height * rng.uniform(0.2, 0.8))
            cv2.rectangle(art, (x, y), (x + width // 5, y + height // 3), INK, -1)
    person(art, rng, INK, INK)
    return art


def caption(page: Pixels, rng: Generator, left: float, top: float, width: float, height: float) -> None:
    """A ruled box with words, white or tinted."""
    paper: Colour = (255, 255, 255) if rng.random() < 0.4 else (250, 238, 170)
    corners = (round(left), round(top)), (round(left + width), round(top + height))
    cv2.rectangle(page, *corners, paper, -1)
    cv2.rectangle(page, *corners, INK, max(1, round(height / 30)))
    letter = max(4, round(height / 5))
    for k in (1, 2):
        words(page, rng, (left + letter, top + k * height / 3), width - 2 * letter, letter)


ARTS |= {"screentone": screentone, "black": black}
