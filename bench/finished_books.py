"""Books whose finish is known: the embedded sample in grey, and a painted comic turned into pencil."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.book import Book, Element, Page, Panel, Prior
from inkwright.comic.elements import dump_prior
from inkwright.images import Floats, Pixels, png_bytes, read_picture, resize, to_float, to_uint8
from inkwright.learn.colour import luma
from inkwright.project import Project, write_bytes
from inkwright.sample import comic
from inkwright.sample.pen import INK, PAPER, Colour, Corners, Sheet
from inkwright.sample.scene import Scene

PAGES = (0, 1, 2, 3, 5)
"""Pages of the sample that make a book of 16 panels."""
FINISHED = ("p1.2", "p3.1", "p5.1")
"""Panels of that book that the author has finished: between them they show every element, the home from within and from
outside (page 5 of the book is page 6 of the sample)."""
OWN: dict[str, Colour] = {
    "Hero": (214, 58, 50),
    "Princess": (164, 104, 196),
    "Dragon": (74, 172, 86),
    "Hero's home": (240, 150, 60),
    "Princess' castle": (110, 130, 190),
}
"""One colour for each element, for the simpler finish."""
GREY: Colour = (196, 196, 196)
"""Every marker fill of the sketch, whatever it is the fill of."""


@dataclass(frozen=True)
class Truth:
    """What a panel should come out as.

    Attributes:
        finish: (H, W, 3) uint8.
        owner: (H, W) index of the element that is visible, -1 for none.
        fill: (H, W) index of the fill's colour in `Known.fills`, -1 on pen lines and paper.
    """

    finish: Pixels
    owner: NDArray[np.int16]
    fill: NDArray[np.int16]


@dataclass(frozen=True)
class Known:
    """A book with its true finish.

    Attributes:
        root: the project of the drawings.
        truths: panel id → what is true of it.
        elements: names, in the order of `Truth.owner`.
        fills: the colours of `Truth.fill`.
        finished: panels whose finish is given away.
    """

    root: Path
    truths: dict[str, Truth]
    elements: list[str]
    fills: list[Colour]
    finished: Sequence[str]


class Watched(Sheet):
    """A sheet that notes what each pixel is filled with, and may be drawn on with grey pens only.

    Args:
        width, height, seed: see `Sheet`.
        look: "grey": every fill is the one grey, every line the one ink; "own": an element's fills are its one colour;
            "drawn": as drawn.
    """

    def __init__(self, width: int, height: int, seed: int, look: str) -> None:
        super().__init__(width, height, seed)
        self.look, self.notes = look, [("", PAPER)]

    def _shown(self, colour: Colour) -> Colour:
        """What a fill is seen as."""
        if self.look == "grey":
            return GREY
        return OWN.get(self._names[self._owner], colour) if self.look == "own" else colour

    def _noted(self, colour: Colour | None) -> int:
        """The index of the present owner's marks in that colour; None: a pen line."""
        note = (self._names[self._owner], colour or INK)
        if note not in self.notes:
            self.notes.append(note)
        return self.notes.index(note)

    def marker(
        self, points: Corners, colour: Colour, angle: float | None = None, tip: float = 9.0, sparse: float = 0.012
    ) -> None:
        """As it is, in grey where that is wanted."""
        shown, owner = self._shown(colour), self._owner
        self._owner = self._noted(shown if self.look == "own" else colour)
        super().marker(points, shown, angle, tip, sparse)
        self._owner = owner

    def cover(self, points: Corners, colour: Colour = PAPER) -> None:
        """As it is, in grey where that is wanted."""
        shown, owner = colour if colour == PAPER else self._shown(colour), self._owner
        self._owner = self._noted(colour)
        super().cover(points, shown)
        self._owner = owner

    def line(self, points: Corners, colour: Colour = INK, width: float = 3.0, wobble: float = 1.0) -> None:
        """As it is, in ink where grey is wanted."""
        owner, self._owner = self._owner, self._noted(None)
        super().line(points, colour if self.look == "drawn" else INK, width, wobble)
        self._owner = owner

    def claim(self) -> None:
        """As it is."""
        owner, self._owner = self._owner, self._noted(PAPER)
        super().claim()
        self._owner = owner

    def seen(self, elements: list[str], fills: list[Colour]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Owner and fill of every pixel, see `Truth`; `fills` grows by what is new."""
        for _, colour in self.notes:
            if colour not in (INK, PAPER) and colour not in fills:
                fills.append(colour)
        owner = [elements.index(name) if name in elements else -1 for name, _ in self.notes]
        fill = [fills.index(colour) if colour in fills else -1 for _, colour in self.notes]
        at = self._owners[::2, ::2]
        return np.array(owner, np.int16)[at], np.array(fill, np.int16)[at]


def _page(k: int, scenes: list[Scene], look: str) -> tuple[Pixels, list[Watched]]:
    """A page of the sample and the sheets of its panels; `k` counts from 1."""
    paper = Sheet(comic.WIDTH, comic.HEIGHT, 1000 * k)
    pixels = np.empty((comic.HEIGHT, comic.WIDTH, 3), np.uint8)
    pixels[:] = PAPER
    sheets = []
    for j, scene in enumerate(scenes, 1):
        x, y, width, height = scene.box
        sheet = Watched(width, height, comic.seed_of(k, j), look)
        scene.draw(sheet)
        pixels[y : y + height, x : x + width] = sheet.pixels()
        sheets.append(sheet)
        comic.rule(paper, scene.box)
    lines = paper.pixels().astype(np.float32) / np.asarray(PAPER, np.float32)
    return comic.on_paper(pixels.astype(np.float32) * np.minimum(lines, 1), seed=k), sheets


def sample_book(root: Path, look: str = "drawn", boxes: str = "all", finished: Sequence[str] = FINISHED) -> Known:
    """The sample in one grey; its finish in the colours of `look`, see `Watched`.

    `boxes`: which panels have the elements' boxes: "all", "finished" or "none".
    """
    whole = comic.draw_book()
    elements, fills, truths = [e.name for e in comic.ELEMENTS], [], {}
    pages, columns = [], []
    for number, k in enumerate(PAGES, 1):
        drawn, _ = _page(k + 1, comic.SCRIPT[k], "grey")
        finish, sheets = _page(k + 1, comic.SCRIPT[k], look)
        write_bytes(root / "pages" / f"p{number}.png", png_bytes(drawn))
        panels = []
        for n, (panel, sheet) in enumerate(zip(whole.book.pages[k].panels, sheets, strict=True), 1):
            name = f"p{number}.{n}"
            x, y, w, h = panel.box
            owner, fill = sheet.seen(elements, fills)
            truths[name] = Truth(np.ascontiguousarray(finish[y : y + h, x : x + w]), owner, fill)
            boxed = boxes == "all" or (boxes == "finished" and name in finished)
            panels.append(Panel(id=name, box=panel.box, appearances=panel.appearances if boxed else None))
            columns.append([float(element in (panel.appearances or {})) for element in elements])
        pages.append(Page(file=f"pages/p{number}.png", panels=panels))
    book = Book(pages=pages)
    prior = Prior(list(comic.ELEMENTS), book.panel_ids(), np.array(columns).T.copy())
    return _written(root, book, prior, Known(root, truths, elements, fills, finished))


def _written(root: Path, book: Book, prior: Prior, known: Known) -> Known:
    write_bytes(root / "inkwright.toml", b"version = 1\n")
    project = Project(root)
    project.save_book(book)
    write_bytes(project.prior_path, dump_prior(prior).encode())
    for name in known.finished:
        write_bytes(root / "finished" / f"{name}.png", png_bytes(known.truths[name].finish))
    return known


def pencil(pixels: Pixels, seed: int) -> Pixels:
    """A painting as a grey pencil drawing: lines where its tones change, light hatched shading, paper grain."""
    light = luma(to_float(pixels))
    soft = np.asarray(cv2.GaussianBlur(light, (0, 0), 1.2), np.float32)
    rgb = cv2.GaussianBlur(to_float(pixels), (0, 0), 0.8)
    edges = np.max([np.hypot(cv2.Sobel(rgb[..., c], cv2.CV_32F, 1, 0), cv2.Sobel(rgb[..., c], cv2.CV_32F, 0, 1))
                    for c in range(3)], axis=0)  # fmt: skip
    # A hand draws what is seen against what: in a dark room, fainter steps are lines, too.
    around = cv2.GaussianBlur(edges, (0, 0), 40)
    line = np.maximum(np.clip((edges - 0.25) / 0.5, 0, 1), np.clip((edges / (0.12 + 1.6 * around) - 0.7) / 0.8, 0, 1))
    black = np.clip((0.22 - light) / 0.12, 0, 1)
    shade = 0.72 + 0.28 * soft
    grain = cv2.GaussianBlur(np.random.default_rng(seed).standard_normal(light.shape), (0, 0), 0.7) * 0.03
    grey = np.clip(shade * (1 - 0.75 * np.maximum(line, 0.5 * black)) + grain, 0, 1)
    return to_uint8(np.repeat(grey[..., None], 3, 2))


def painted_book(root: Path, source: Path, finished: Sequence[str], scale: float = 2.0) -> Known:
    """A painted comic with `elements.json` beside its pages: pencil by our own code, the painting as the finish."""
    data = json.loads((source / "elements.json").read_text())
    elements = [Element(e["name"], e["kind"]) for e in data["elements"]]
    pages, columns, truths = [], [], {}
    for number, its in enumerate(data["pages"], 1):
        painted = read_picture(source / its["file"]).pixels
        painted = resize(painted, round(painted.shape[1] * scale), round(painted.shape[0] * scale))
        drawn = pencil(painted, number)
        panels = []
        for n, one in enumerate(its["panels"], 1):
            x, y, w, h = (round(v * scale) for v in one["box"])
            h, w = min(h, painted.shape[0] - y), min(w, painted.shape[1] - x)
            boxes = {
                e["name"]: [tuple(round(v * scale) for v in one["boxes"][e["id"]])]
                for e in data["elements"]
                if e["id"] in one["boxes"] and one["elements"][e["id"]]
            }
            panels.append(Panel(id=f"p{number}.{n}", box=(x, y, w, h), appearances=boxes))
            columns.append([float(one["elements"][e["id"]]) for e in data["elements"]])
            nothing = np.full((h, w), -1, np.int16)
            truths[f"p{number}.{n}"] = Truth(np.ascontiguousarray(painted[y : y + h, x : x + w]), nothing, nothing)
        write_bytes(root / "pages" / f"p{number}.png", png_bytes(drawn))
        pages.append(Page(file=f"pages/p{number}.png", panels=panels))
    book = Book(pages=pages)
    prior = Prior(elements, book.panel_ids(), np.array(columns).T.copy())
    return _written(root, book, prior, Known(root, truths, [e.name for e in elements], [], finished))


def to_floats(pixels: Pixels) -> Floats:
    """uint8 → float32 in [0, 1]."""
    return to_float(pixels)
