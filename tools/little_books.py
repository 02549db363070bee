"""Endless little comics drawn by chance, with marks and boxes, for `make trunk` and the benchmarks.

A book has its own palette, cast, props, settings and manner of drawing (pencil and marker, flat colour with ink, soft
painting, grey). Panels differ in pose, scale, crop, light and what covers what; strangers in the same colours walk
through. The same generator draws the same book.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from characters import Figure, Paint, Palette, oval, palette
from creatures import CHARACTERS, look_alike, thing
from numpy.random import Generator
from numpy.typing import NDArray
from places import Place, draw_place, place
from sheets import Manner, Sheet, manner, noise

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
VISIBLE = 0.02
"""Share of the panel from which on an element counts as shown."""


@dataclass
class Drawn:
    """A little book.

    Attributes:
        panels: pictures (H, W, 3) uint8.
        marks: (J, I) 1 shown, 0 not, nan hardly.
        masks: per panel (H, W) uint8: the number of the element that owns the pixel, settings left out, 0 nobody.
        boxes: per panel, element index → its box in panel pixels, characters and props alone.
        everywhere: per element, whether it is a setting.
        page_of: the page of each panel.
    """

    panels: list[Pixels]
    marks: NDArray[np.float64]
    masks: list[Pixels]
    boxes: list[dict[int, list[Box]]]
    everywhere: list[bool]
    page_of: list[int]


@dataclass(frozen=True)
class Cast:
    """Who and what a book is about."""

    figures: list[Figure]
    strangers: list[Figure]
    places: list[Place]
    colours: Palette
    how: Manner


def cast(rng: Generator, characters: int, props: int, settings: int) -> Cast:
    """Makes up a book's elements, and strangers that share their colours."""
    colours, how = palette(rng), manner(rng)
    figures = [CHARACTERS[int(rng.integers(len(CHARACTERS)))](rng, colours) for _ in range(characters)]
    figures += [thing(rng, colours) for _ in range(props)]
    strangers = [look_alike(rng, figure, colours) for figure in figures]
    strangers += [CHARACTERS[int(rng.integers(len(CHARACTERS)))](rng, colours) for _ in range(2)]
    strangers += [thing(rng, colours) for _ in range(2)]
    return Cast(figures, strangers, [place(rng, colours) for _ in range(settings)], colours, how)


def draw(rng: Generator, who: Cast, panels: int, side: int, per_page: int = 4) -> Drawn:
    """Draws a book's panels; `side` is the longer side of each, in pixels."""
    K, S = len(who.figures), len(who.places)
    often = rng.uniform(0.15, 0.6, K)
    out = Drawn([], np.zeros((panels, K + S)), [], [], [False] * K + [True] * S, [j // per_page for j in range(panels)])
    scene = -1
    for j in range(panels):
        if j == 0 or rng.random() < 0.5:
            scene = int(rng.integers(S + 1)) - 1 if S else -1
        shown = [k for k in range(K) if rng.random() < often[k]]
        pixels, owner = panel(rng, who, shown, scene, side)
        out.panels.append(pixels)
        found: dict[int, list[Box]] = {}
        for k in range(K):
            mine = owner == k + 1
            share = float(mine.mean())
            out.marks[j, k] = 1 if share >= VISIBLE else (np.nan if share > 0 else 0)
            if share >= VISIBLE:
                ys, xs = np.flatnonzero(mine.any(1)), np.flatnonzero(mine.any(0))
                found[k] = [(int(xs[0]), int(ys[0]), int(xs[-1] - xs[0] + 1), int(ys[-1] - ys[0] + 1))]
        if scene >= 0:
            out.marks[j, K + scene] = 1
        out.masks.append(owner)
        out.boxes.append(found)
    return out


def panel(rng: Generator, who: Cast, shown: list[int], scene: int, side: int) -> tuple[Pixels, Pixels]:
    """One panel: its picture, and which element owns each pixel."""
    aspect = float(np.exp(rng.uniform(-0.5, 0.9)))
    h, w = (side, max(side // 3, round(side * aspect))) if aspect < 1 else (max(side // 3, round(side / aspect)), side)
    sheet = Sheet(h, w, who.how, rng)
    if scene >= 0:
        draw_place(sheet, who.places[scene], 0)
    elif rng.random() < 0.7:
        tone = Place(
            Paint(who.colours.pick(rng)), Paint(who.colours.pick(rng)), who.colours.pick(rng), rng.uniform(0.3, 1.5)
        )
        draw_place(sheet, tone, 0)
    order = [(k + 1, who.figures[k]) for k in shown]
    order += [(0, who.strangers[int(rng.integers(len(who.strangers)))]) for _ in range(int(rng.integers(0, 2)))]
    shot = float(np.exp(rng.uniform(-0.65, 0.15)))
    spots = (rng.permutation(len(order)) + 0.5) / max(1, len(order))
    for n in rng.permutation(len(order)):
        owner, figure = order[n]
        size = min(h, w * 1.2) * shot * float(np.exp(rng.normal(0, 0.2))) * (0.55 if figure.kind == "prop" else 1)
        size = max(size, 0.4 * min(h, w))
        x = w * float(np.clip(spots[n] + rng.normal(0, 0.12), 0.08, 0.92))
        y = h * rng.uniform(0.75, 1.0) + max(0.0, size - 0.9 * h) * rng.uniform(0, 1)
        if figure.kind == "prop":
            y -= h * rng.uniform(0, 0.4)
        sheet.figure(figure, x, y, size, owner)
    if rng.random() < 0.25:
        balloon(sheet)
    return finished(sheet), sheet.owner


def balloon(sheet: Sheet) -> None:
    """A speech balloon with scribbles."""
    rng, (h, w) = sheet.rng, sheet.owner.shape
    x, y, rx, ry = (
        w * rng.uniform(0.1, 0.9),
        h * rng.uniform(0.05, 0.3),
        w * rng.uniform(0.08, 0.2),
        h * rng.uniform(0.05, 0.12),
    )
    sheet.fill(oval(x, y, rx, ry), Paint((1.0, 1.0, 1.0)), 0, h)
    for row in (-0.4, 0, 0.4):
        xs = np.linspace(-0.6, 0.6, 9) * rx
        sheet.fill(np.stack([x + xs, y + row * ry + rng.normal(0, 0.08 * ry, 9)], 1), None, 0, h)


def finished(sheet: Sheet) -> Pixels:
    """Light, colour and grain over the whole panel."""
    rng, how, (h, w) = sheet.rng, sheet.how, sheet.owner.shape
    x = sheet.rgb
    if how.light:
        tint = 1 + how.light * 0.45 * rng.uniform(-1, 0.5, 3).astype(np.float32)
        x = x * tint * (1 + 0.3 * how.light * noise(rng, h, w, 3))[..., None]
    if how.paper:
        x = x + (1 - x) * 0.25 * how.paper
    if how.grain:
        x = x + 0.12 * how.grain * noise(rng, h, w, max(h, w) / 1.5)[..., None]
    grey = x.mean(2, keepdims=True)
    x = grey + (x - grey) * how.saturation
    if rng.random() < 0.2:
        x = cv2.GaussianBlur(np.asarray(x, np.float32), (0, 0), rng.uniform(0.4, 1.0))
    return np.asarray(np.clip(x, 0, 1) * 255, np.uint8)


def book(seed: int, panels: int = 12, characters: int = 4, props: int = 0, settings: int = 3, side: int = 224) -> Drawn:
    """A whole little book from a seed."""
    rng = np.random.default_rng(np.random.SeedSequence((41, seed)))
    return draw(rng, cast(rng, characters, props, settings), panels, side)
