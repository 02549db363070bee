"""Pages as real books have them, drawn by code: albums, manga, newspaper strips, storyboards, painted pages.

What makes them hard comes together here: panels that bleed off the page or lie over others, captions, balloons and
figures over gutters, panels without a frame, text beside panels.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator
from panel_art import ARTS, INK, Colour, Pixels, balloon, caption, person, words
from panel_draw import DrawnPage, Manner, Polygon, area_of, draw, inset, layout, rectangle, strips

WHITE: Colour = (255, 255, 255)


def _over_gutters(page: Pixels, panels: Sequence[Polygon], rng: Generator, balloons: int, captions: int) -> None:
    """Balloons and captions that lie across the edges of panels."""
    width = page.shape[1]
    for _ in range(balloons):
        panel = panels[int(rng.integers(len(panels)))]
        k = int(rng.integers(len(panel)))
        middle = (panel[k] + panel[k - 1]) / 2 + rng.uniform(-0.3, 0.3) * (panel[k] - panel[k - 1])
        at = middle + 0.15 * (panel.mean(0) - middle)
        balloon(page, rng, (at[0], at[1]), (width * rng.uniform(0.1, 0.22), width * rng.uniform(0.05, 0.1)))
    for _ in range(captions):
        panel = panels[int(rng.integers(len(panels)))]
        low, high = panel.min(0), panel.max(0)
        wide = min(width * rng.uniform(0.14, 0.3), 0.8 * (high[0] - low[0]))
        out = width * rng.uniform(-0.012, 0.008)
        right = rng.random() < 0.3
        left = high[0] - out - wide if right else low[0] + out
        caption(page, rng, left, low[1] + out, wide, wide * rng.uniform(0.2, 0.4))


def _breaking_out(page: Pixels, panel: Polygon, rng: Generator) -> None:
    """A figure over the edge of a panel."""
    width = page.shape[1]
    size = int(width * rng.uniform(0.12, 0.25))
    x = int(np.clip(panel[:, 0].mean() - size / 2, 0, width - size))
    y = int(np.clip(panel[:, 1].min() - 0.35 * size, 0, page.shape[0] - 2 * size))
    colour = tuple(int(v) for v in rng.integers(60, 230, 3))
    person(page[y : y + 2 * size, x : x + size], rng, (colour[0], colour[1], colour[2]), INK)


def _bled(panels: Sequence[Polygon], width: int, height: int, share: float, rng: Generator) -> list[Polygon]:
    """Panels beside the margin, some of them drawn out over it to the page's edge."""
    low = np.min([panel.min(0) for panel in panels], 0) + 2
    high = np.max([panel.max(0) for panel in panels], 0) - 2
    made = []
    for panel in panels:
        if rng.random() < share:
            panel = panel.copy()
            for axis, end in ((0, width), (1, height)):
                panel[panel[:, axis] < low[axis], axis] = 0
                panel[panel[:, axis] > high[axis], axis] = end
        made.append(panel)
    return made


def album(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """A page of an album: thin frames, captions and balloons over gutters, an inset over a corner, a bleed."""
    gutter = (WHITE, WHITE, WHITE, (8, 8, 10), (236, 226, 200))[int(rng.integers(5))]
    framed = rng.random() < 0.7 and sum(gutter) > 100
    how = Manner(
        gutter=gutter,
        gap=rng.uniform(0.007, 0.02),
        frame=rng.uniform(0.002, 0.005) if framed else 0,
        arts=("flat", "painted", "flat", "night") if sum(gutter) > 100 else ("flat", "painted"),
        margin=rng.uniform(0.03, 0.06),
        rows=(3, 4),
        stacked=0.25,
        slant=rng.choice([0.0, 0.0, 8.0]),
    )
    page = np.full((height, width, 3), gutter, np.uint8)
    m = how.margin * width
    panels = layout(rng, rectangle(m, m, width - 2 * m, height - 2 * m), how, width, "ltr")
    panels = _bled(panels, width, height, rng.choice([0.0, 0.0, 0.3, 1.0]), rng)
    for panel in panels:
        draw(page, panel, rng, how, pictures)
    _over_gutters(page, panels, rng, int(rng.integers(0, 3)), int(rng.integers(0, 4)))
    if rng.random() < 0.35:
        _breaking_out(page, panels[int(rng.integers(1, len(panels)))], rng)
    if rng.random() < 0.35:
        k = max(range(len(panels)), key=lambda i: area_of(panels[i]))
        low, size = panels[k].min(0), np.ptp(panels[k], 0)
        box = rectangle(*(low + size * rng.uniform(0.05, 0.6, 2)), *np.maximum(0.16 * width, size * 0.33))
        cv2.fillPoly(page, [np.round(inset(box, -0.008 * width)).astype(np.int32)], gutter)
        draw(page, box, rng, replace(how, frame=max(how.frame, 0.002), balloons=0), pictures)
        panels.insert(k + 1, box)
    return DrawnPage(page, panels, "ltr", "album")


def manga(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """A page of a manga: tone, slanted gutters, wide between tiers and thin in them, bleeds, panels without a frame."""
    how = Manner(
        gap=0.009,
        frame=rng.uniform(0.002, 0.004),
        arts=("screentone", "lines", "black"),
        balloons=0.6,
        rows=(3, 4),
        columns=(1, 3),
        slant=rng.choice([0.0, 6.0, 12.0]),
        stacked=0.2,
    )
    page = np.full((height, width, 3), 255, np.uint8)
    m = rng.uniform(0.04, 0.08) * width
    area = rectangle(m, m, width - 2 * m, height - 2 * m)
    panels: list[Polygon] = []
    for tier in strips(rng, area, int(rng.integers(3, 5)), 0.024 * width, how.slant / 2, 1):
        cells = layout(rng, tier, replace(how, rows=(1, 1)), width, "rtl")
        panels += cells
    panels = _bled(panels, width, height, rng.choice([0.0, 0.4, 1.0]), rng)
    for panel in panels:
        bare = rng.random() < 0.12
        draw(page, panel, rng, replace(how, frame=0, arts=("screentone",)) if bare else how, pictures)
    _over_gutters(page, panels, rng, int(rng.integers(0, 3)), 0)
    if rng.random() < 0.4:
        _breaking_out(page, panels[int(rng.integers(len(panels)))], rng)
    return DrawnPage(page, panels, "rtl", "manga page")


def newspaper(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """A newspaper's strip: frames ruled with one line, or thin gutters; art as black as the frames; a title above."""
    tall = int(width * rng.uniform(0.3, 0.42))
    page = np.full((tall, width, 3), 255, np.uint8)
    shared = rng.random() < 0.6
    how = Manner(gap=0 if shared else 0.01, frame=0.004, arts=("black", "lines", "screentone"), balloons=0.8)
    m, top = 0.02 * width, 0.02 * width
    if rng.random() < 0.5:
        words(page, rng, (0.03 * width, 0.03 * width), 0.3 * width, max(6, width // 60))
        top = 0.06 * width
    panels = strips(
        rng, rectangle(m, top, width - 2 * m, tall - top - m), int(rng.integers(3, 6)), how.gap * width, 0, 0
    )
    for panel in panels:
        draw(page, panel, rng, how, pictures)
    return DrawnPage(page, panels, "ltr", "newspaper")


def storyboard(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Equal pencil frames with lines of text under or beside them."""
    columns, rows = (
        (int(rng.integers(2, 4)), int(rng.integers(3, 5))) if rng.random() < 0.6 else (1, int(rng.integers(3, 5)))
    )
    how = Manner(frame=0.002, wobble=rng.choice([0, 0.002, 0.004]), arts=("pencil",), balloons=0, ink=(90, 88, 92))
    page = np.full((height, width, 3), 255, np.uint8)
    letter = max(6, width // 80)
    words(page, rng, (0.06 * width, 0.04 * width), 0.4 * width, letter * 2)
    panels: list[Polygon] = []
    tall = (height - 0.12 * width) / rows
    wide = 0.88 * width / columns
    for r in range(rows):
        for c in range(columns):
            x, y = 0.06 * width + c * wide, 0.08 * width + r * tall
            w = wide * (0.55 if columns == 1 else 0.94)
            h = min(w * 9 / 16, tall * 0.78)
            panels.append(rectangle(x, y, w, h))
            draw(page, panels[-1], rng, how)
            for k in range(int(rng.integers(1, 4))):
                if columns == 1:
                    words(page, rng, (x + w + 2 * letter, y + (1 + 2 * k) * letter), wide * 0.36, letter)
                elif h + (2 + 2 * k) * letter < tall:
                    words(page, rng, (x, y + h + (1.2 + 1.8 * k) * letter), w * rng.uniform(0.5, 0.95), letter)
    paper = np.array([rng.uniform(238, 255)] * 2 + [rng.uniform(225, 250)])
    page[:] = (page.astype(np.float32) * paper / 255).astype(np.uint8)
    return DrawnPage(page, panels, "ltr", "storyboard")


def ground(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Panels on a painted page, each with an ink frame or a white border."""
    down = np.linspace(0, 1, height)[:, None, None]
    a, b = rng.uniform(30, 235, (2, 3))
    kind = rng.random()
    if pictures and kind < 0.3:
        picture = pictures[int(rng.integers(len(pictures)))]
        page = np.asarray(cv2.GaussianBlur(cv2.resize(picture, (width, height)), (0, 0), width / 40), np.uint8)
    elif kind < 0.65:
        page = np.repeat((a + (b - a) * down).astype(np.uint8), width, 1)
    else:
        page = ARTS["painted"](rng, height, width)
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), width / 60), np.uint8)
    white = rng.random() < 0.5
    how = Manner(gap=0.03, frame=0.004, margin=0.06, arts=("flat", "painted", "night"), balloons=0.4)
    m = how.margin * width
    panels = layout(rng, rectangle(m, m, width - 2 * m, height - 2 * m), how, width, "ltr")
    for panel in panels:
        draw(page, panel, rng, replace(how, ink=WHITE, frame=0.008) if white else how, pictures)
    return DrawnPage(page, panels, "ltr", "painted page")


def overlapping(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Panels that lie over each other's edges, each with a white border, some of them turned."""
    how = Manner(gap=0.02, stacked=0, rows=(2, 3), columns=(1, 2), balloons=0.3, arts=("flat", "painted"))
    page = np.full((height, width, 3), 255, np.uint8)
    m = how.margin * width
    panels = []
    for panel in layout(rng, rectangle(m, m, width - 2 * m, height - 2 * m), how, width, "ltr"):
        grown = inset(panel, -rng.uniform(0, 0.035) * width)
        if rng.random() < 0.4:
            turn = np.radians(rng.uniform(-5, 5))
            turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            grown = (grown - grown.mean(0)) @ turned + grown.mean(0)
        grown = np.clip(grown, 4, [width - 4, height - 4])
        cv2.fillPoly(page, [np.round(inset(grown, -0.008 * width)).astype(np.int32)], WHITE)
        draw(page, grown, rng, how, pictures)
        panels.append(grown)
    return DrawnPage(page, panels, "ltr", "overlapping")


def cover_bands(rng: Generator, width: int, height: int, pictures: Sequence[Pixels]) -> DrawnPage:
    """Tiers that bleed off both sides, with thin gutters: nothing of the paper shows but the gutters."""
    how = Manner(gap=rng.uniform(0.008, 0.02), frame=0, margin=0, rows=(3, 4), columns=(1, 2), stacked=0.1)
    gutter = WHITE if rng.random() < 0.6 else (5, 5, 5)
    page = np.full((height, width, 3), gutter, np.uint8)
    how = replace(how, arts=("flat", "painted") if gutter != WHITE else ("flat", "painted", "night"))
    panels = layout(rng, rectangle(0, 0, width, height), how, width, "ltr")
    for panel in panels:
        draw(page, panel, rng, how, pictures)
    _over_gutters(page, panels, rng, 1, 1)
    return DrawnPage(page, panels, "ltr", "full bleed")


BOOKS = {
    "album": album,
    "manga page": manga,
    "newspaper": newspaper,
    "storyboard": storyboard,
    "painted page": ground,
    "overlapping": overlapping,
    "full bleed": cover_bands,
}
