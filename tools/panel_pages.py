"""Pages whose panels are known, drawn by code, to measure and test the finder of panels; and scans of them."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator
from panel_albums import BOOKS
from panel_art import Pixels, balloon, words
from panel_draw import DrawnPage, Manner, Polygon, cut, draw, inset, layout, rectangle, strips

MANNERS: dict[str, Manner] = {
    "white": Manner(),
    "thin": Manner(gap=0.008, frame=0.003),
    "black": Manner(gutter=(4, 4, 6), frame=0, arts=("flat", "painted", "lines")),
    "coloured": Manner(gutter=(232, 214, 170)),
    "no frames": Manner(frame=0, arts=("flat", "painted")),
    "bleed": Manner(margin=0, frame=0, arts=("flat", "painted", "night")),
    "ruled": Manner(gap=0, frame=0.005, arts=("lines", "lines", "flat"), balloons=0.7, stacked=0.1),
    "ruled strip": Manner(gap=0, frame=0.005, arts=("lines",), rows=(1, 1), columns=(3, 5), stacked=0, margin=0.02),
    "slanted": Manner(slant=16, gap=0.018),
    "slanted ruled": Manner(slant=16, gap=0, frame=0.005, arts=("lines", "flat")),
    "crossing": Manner(crossing=True, columns=(2, 3)),
    "pencil": Manner(ink=(120, 118, 122), wobble=0.006, arts=("pencil",), frame=0.002, gutter=(246, 244, 238)),
    "crude": Manner(wobble=0.01, arts=("lines", "pencil"), frame=0.004, gap=0.035, balloons=0.3),
    "pale": Manner(ink=(205, 200, 195), arts=("pencil",), frame=0.003, gutter=(250, 250, 248)),
    "manga": Manner(arts=("lines",), gap=0.012, frame=0.003, slant=5, balloons=0.8),
}

REACHED = 0.85
"""Share of its place, each way, that a drawing without a frame reaches."""


def _area(width: int, height: int, margin: float) -> Polygon:
    m = margin * width
    return rectangle(m, m, width - 2 * m, height - 2 * m)


def plain(kind: str, rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """A page in one of the plain manners."""
    how = MANNERS[kind]
    if kind == "coloured":
        r, g, b = rng.integers(60, 240, 3).tolist()
        how = replace(how, gutter=(r, g, b))
    if kind == "ruled strip":
        height = int(width * rng.uniform(0.28, 0.42))
    direction = "rtl" if kind == "manga" else "ltr"
    page = np.empty((height, width, 3), np.uint8)
    page[:] = (255, 255, 255) if "pencil" in how.arts else how.gutter
    panels = layout(rng, _area(width, height, how.margin), how, width, direction)
    art_from = pictures if how.arts[0] not in ("pencil", "lines") else ()
    for panel in panels:
        draw(page, panel, rng, how, art_from)
    if how.crossing:
        for _ in range(2):
            panel = panels[int(rng.integers(len(panels)))]
            corner = panel[int(rng.integers(len(panel)))] * 0.6 + panel.mean(0) * 0.4
            out = corner + (corner - panel.mean(0)) * rng.uniform(0.3, 0.7)
            balloon(page, rng, (out[0], out[1]), (width * rng.uniform(0.12, 0.25), width * rng.uniform(0.06, 0.1)))
    if "pencil" in how.arts:  # drawn on the same sheet: its colour is the paper's everywhere
        page[:] = (page.astype(np.float32) * np.array(how.gutter, np.float32) / 255).astype(np.uint8)
    return DrawnPage(page, panels, direction, kind)


def triangles(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Tiers of which one or two are cut from corner to corner."""
    how = Manner(stacked=0, columns=(1, 1), rows=(2, 3))
    page = np.full((height, width, 3), 255, np.uint8)
    panels = []
    for k, tier in enumerate(layout(rng, _area(width, height, how.margin), how, width, "ltr")):
        if k < 2:
            low, high = tier.min(0), tier.max(0)
            along = high - low if rng.random() < 0.5 else np.array([high[0] - low[0], low[1] - high[1]])
            parts = cut(tier, tier.mean(0), along, how.gap * width)
            axis = 1 if abs(along[0]) > abs(along[1]) else 0  # above comes before below, else left before right
            panels += sorted(parts, key=lambda p: float(p[:, axis].mean()))
        else:
            panels.append(tier)
    for panel in panels:
        draw(page, panel, rng, how, pictures)
    return DrawnPage(page, panels, "ltr", "triangles")


def insets(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """A large panel with one to three small ones in it."""
    how = Manner(balloons=0.2, arts=("painted", "flat"))
    bleed = rng.random() < 0.4
    page = np.full((height, width, 3), 255, np.uint8)
    whole = _area(width, height, 0 if bleed else 0.05)
    draw(page, whole, rng, replace(how, frame=0 if bleed else how.frame), pictures)
    panels, count = [whole], int(rng.integers(1, 4))
    for k in range(count):
        w, h = width * rng.uniform(0.25, 0.4), height * rng.uniform(0.14, 0.22)
        x = 0.08 * width if rng.random() < 0.5 else 0.9 * width - w
        box = rectangle(x, height * (0.08 + 0.3 * k), w, h)
        if rng.random() < 0.6:
            cv2.fillPoly(page, [np.round(inset(box, -0.008 * width)).astype(np.int32)], (255, 255, 255))
        draw(page, box, rng, how, pictures)
        panels.append(box)
    return DrawnPage(page, panels, "ltr", "inset")


def splash(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """One picture, bleeding off the page or in a margin."""
    bleed = rng.random() < 0.5
    how = Manner(frame=0 if bleed or rng.random() < 0.5 else 0.004)
    page = np.full((height, width, 3), 255, np.uint8)
    panel = _area(width, height, 0 if bleed else 0.05)
    draw(page, panel, rng, how, pictures)
    return DrawnPage(page, [panel], "ltr", "splash")


def rounds(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Some panels are ellipses that fill their place."""
    how = Manner(stacked=0, columns=(1, 2), rows=(2, 3), arts=("flat", "painted"))
    page = np.full((height, width, 3), 255, np.uint8)
    panels = layout(rng, _area(width, height, how.margin), how, width, "ltr")
    turn = np.linspace(0, 2 * np.pi, 49)[:-1]
    for k in range(len(panels)):
        if k == 1 or rng.random() < 0.3:
            middle, half = panels[k].mean(0), np.ptp(panels[k], 0) / 2
            panels[k] = middle + np.stack([np.cos(turn), np.sin(turn)], 1) * half
        draw(page, panels[k], rng, how, pictures)
    return DrawnPage(page, panels, "ltr", "round")


def frameless(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Framed panels, and one or two drawings on bare paper; the place of a drawing is where it could be framed."""
    how = Manner(stacked=0, columns=(1, 2), rows=(3, 4))
    page = np.full((height, width, 3), 255, np.uint8)
    panels = layout(rng, _area(width, height, how.margin), how, width, "ltr")
    bare = set(rng.choice(len(panels), min(2, len(panels) - 2), replace=False).tolist())
    for k, panel in enumerate(panels):
        if k in bare:
            _bare(page, inset(panel, 0.015 * width), rng)
        else:
            draw(page, panel, rng, how, pictures)
    return DrawnPage(page, panels, "ltr", "frameless")


def _bare(page: Pixels, place: Polygon, rng: Generator) -> None:
    """A drawing on bare paper that reaches near all sides of its place: where else it ends nobody could tell."""
    how, size = Manner(frame=0, arts=("lines",), balloons=0.2), np.ptp(place, 0)
    for _ in range(20):
        empty = np.full_like(page, 255)
        draw(empty, place, rng, how)
        _, _, wide, tall = cv2.boundingRect((empty.min(2) < 200).astype(np.uint8))
        if wide >= REACHED * size[0] and tall >= REACHED * size[1]:
            break
    page[:] = np.minimum(page, empty)


def captions(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Rows of text between the tiers, a title and a page number: none of them a panel."""
    how = Manner(columns=(1, 3))
    page = np.full((height, width, 3), 255, np.uint8)
    panels: list[Polygon] = []
    y, count = 0.1 * width, int(rng.integers(2, 4))
    words(page, rng, (0.1 * width, 0.05 * width), 0.5 * width, max(8, width // 40))
    for _ in range(count):
        tall = (height - 0.2 * width) / count
        tier = rectangle(0.05 * width, y, 0.9 * width, tall - 0.08 * width)
        found = strips(rng, tier, int(rng.integers(1, 4)), how.gap * width, 0, 0)
        for panel in found:
            draw(page, panel, rng, how, pictures)
        letter = max(6, width // 70)
        for line in range(int(rng.integers(1, 3))):
            top = y + tall - 0.06 * width + line * 1.6 * letter
            words(page, rng, (0.06 * width, top), width * rng.uniform(0.5, 0.86), letter)
        panels += found
        y += tall
    words(page, rng, (0.48 * width, height - 0.03 * width), 0.03 * width, max(6, width // 70))
    return DrawnPage(page, panels, "ltr", "captions")


def spread(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Two facing pages in one picture; every left panel is read before the right page."""
    kind = str(rng.choice(["white", "black", "thin"]))
    halves = [plain(kind, rng, width * 2 // 3, height * 2 // 3, pictures) for _ in range(2)]
    moved = [panel + np.array([halves[0].pixels.shape[1], 0]) for panel in halves[1].panels]
    return DrawnPage(np.concatenate([half.pixels for half in halves], 1), halves[0].panels + moved, "ltr", "spread")


def webtoon(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """One long strip with wide gaps, balloons between the panels."""
    wide = width * 2 // 3
    page = np.full((height * 2, wide, 3), 255, np.uint8)
    how, panels, y = Manner(frame=0, arts=("flat", "painted")), [], 0.1 * wide
    while y < 1.75 * height:
        tall = wide * rng.uniform(0.4, 1.0)
        panel = rectangle(0, y, wide, min(tall, 2 * height - y))
        if rng.random() < 0.3:
            panel = rectangle(0.1 * wide, y, 0.8 * wide, min(tall, 2 * height - y))
        draw(page, panel, rng, how, pictures)
        panels.append(panel)
        y += tall + wide * rng.uniform(0.05, 0.3)
        if rng.random() < 0.4:
            balloon(page, rng, (wide * rng.uniform(0.3, 0.7), y - 0.02 * wide), (0.35 * wide, 0.12 * wide))
    return DrawnPage(page, panels, "ltr", "webtoon")


SPECIAL = {
    "triangles": triangles,
    "inset": insets,
    "splash": splash,
    "round": rounds,
    "frameless": frameless,
    "captions": captions,
    "spread": spread,
    "webtoon": webtoon,
    **BOOKS,
}
KINDS = (*MANNERS, *SPECIAL)


def draw_page(kind: str, seed: int, width: int = 800, height: int = 1150, pictures: Sequence[Pixels] = ()) -> DrawnPage:
    """A page of a kind; the same bytes every time.

    Args:
        kind: one of `KINDS`.
        seed: another number, another page.
        width, height: of the page in pixels; strips and spreads differ.
        pictures: (H, W, 3) uint8 RGB each, that panels may show parts of.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    if kind in MANNERS:
        return plain(kind, rng, width, height, pictures)
    return SPECIAL[kind](rng, width, height, pictures)


def as_scan(page: DrawnPage, rng: Generator, skew: float, margin: float = 0.06) -> DrawnPage:
    """The page as a scanner gives it: more margin, turned, unevenly lit, noisy.

    Args:
        page: a page.
        rng: for the noise and the direction of the light.
        skew: degrees, clockwise.
        margin: added on every side, in shares of the page's longer side.
    """
    height, width = page.pixels.shape[:2]
    m = round(margin * max(height, width))
    paper = np.median(page.pixels[[0, 0, -1, -1], [0, -1, 0, -1]], 0)
    paper = paper if paper.min() > 200 else np.array([250, 249, 246])
    size = (width + 2 * m, height + 2 * m)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    matrix[:, 2] += m
    big = cv2.warpAffine(page.pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=paper.tolist()).astype(
        np.float32
    )
    turn = rng.uniform(0, 2 * np.pi)
    yy, xx = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    shade = 0.92 - 0.08 * (xx * np.cos(turn) + yy * np.sin(turn)) - 0.03 * (xx**2 + yy**2) / 2
    noisy = np.clip(big * shade[..., None] + rng.normal(0, 4, big.shape), 0, 255).astype(np.uint8)
    # Corners lie between pixels, the matrix turns pixel centres.
    panels = [(panel - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5 for panel in page.panels]
    return DrawnPage(noisy, panels, page.direction, page.kind)
