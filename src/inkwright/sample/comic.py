"""The embedded sample: "The Hero, the Princess and the Dragon", drawn page by page by our own hand.

The story follows the three panels of M. Gallaspy, "Thought experiment: Human-centric machine learning for comic book
creation", 2022: the Hero at home, the battle with the Princess at her castle, the wedding with the Dragon.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from inkwright.book import Book, Element, Page, Panel, Prior
from inkwright.images import Pixels
from inkwright.sample import act_one, act_three, act_two
from inkwright.sample.pen import INK, PAPER, Sheet
from inkwright.sample.places import CASTLE, HOME
from inkwright.sample.scene import DRAGON, HERO, PRINCESS, Scene

TITLE = "The Hero, the Princess and the Dragon"
WIDTH, HEIGHT = 1000, 1400
"""Of a page, in pixels."""
FRAME = 5.0
"""Width of the ruled pen line around a panel, in pixels; it lies inside the panel's box."""
SCRIPT: list[list[Scene]] = [*act_one.PAGES, *act_two.PAGES, *act_three.PAGES]
ELEMENTS = (
    Element(HERO, "character"),
    Element(PRINCESS, "character"),
    Element(DRAGON, "character"),
    Element(HOME, "setting"),
    Element(CASTLE, "setting"),
)


@dataclass(frozen=True)
class Sample:
    """The sample comic.

    Attributes:
        pages: (1400, 1000, 3) uint8 RGB each.
        book: page k's file is "pages/p<k>.png", its panels are p<k>.1, p<k>.2 ... in reading order, each with its true
            frame, the true boxes of what is visible in it, its words and its alt text.
        prior: (5, panels); 1 where an element is visibly drawn, 0 elsewhere.
    """

    pages: list[Pixels]
    book: Book
    prior: Prior


def draw_book() -> Sample:
    """Draws the whole comic; the same bytes every time."""
    pages, listed, columns = [], [], []
    for k, scenes in enumerate(SCRIPT, 1):
        paper = Sheet(WIDTH, HEIGHT, 1000 * k)
        pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        pixels[:] = PAPER
        panels = []
        for j, scene in enumerate(scenes, 1):
            x, y, width, height = scene.box
            sheet = draw_scene(scene, seed_of(k, j))
            pixels[y : y + height, x : x + width] = sheet.pixels()
            boxes = {name: [box] for name, box in sheet.boxes().items()}
            panels.append(
                Panel(id=f"p{k}.{j}", box=scene.box, appearances=boxes, balloons=list(scene.balloons), alt=scene.alt)
            )
            columns.append([float(element.name in boxes) for element in ELEMENTS])
            rule(paper, scene.box)
        lines = paper.pixels().astype(np.float32) / np.asarray(PAPER, np.float32)
        pages.append(on_paper(pixels.astype(np.float32) * np.minimum(lines, 1), seed=k))
        listed.append(Page(file=f"pages/p{k}.png", panels=panels))
    book = Book(pages=listed)
    return Sample(pages, book, Prior(list(ELEMENTS), book.panel_ids(), np.array(columns).T.copy()))


def seed_of(page: int, panel: int) -> int:
    """The seed of a panel's hand; page and panel count from 1."""
    return 1000 * page + panel


def draw_scene(scene: Scene, seed: int) -> Sheet:
    """Draws one panel, without its frame."""
    sheet = Sheet(scene.box[2], scene.box[3], seed)
    scene.draw(sheet)
    return sheet


def rule(sheet: Sheet, box: tuple[int, int, int, int]) -> None:
    """A panel's frame: four strokes along a ruler, which meet at the corners only roughly."""
    x, y, width, height = box
    half = FRAME / 2
    left, right, top, bottom = x + half, x + width - half, y + half, y + height - half
    for a, b in (
        ((left, top), (right, top)),
        ((right, top), (right, bottom)),
        ((right, bottom), (left, bottom)),
        ((left, bottom), (left, top)),
    ):
        slip = sheet.rng.uniform(-0.8, 0.8, (2, 2))
        sheet.line(np.array([a, b]) + slip, INK, FRAME, 0.35)


def on_paper(pixels: np.ndarray[tuple[int, ...], np.dtype[np.float32]], seed: int) -> Pixels:
    """Adds the faint grain of paper and the slightly darker edges of a page that was laid on a scanner."""
    height, width = pixels.shape[:2]
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 0.9) * 3.0
    y, x = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)[None]
    shade = 1 - 0.012 * (x**4 + y**4)
    return np.asarray(np.clip(pixels * shade[..., None] + grain[..., None] + 0.5, 0, 255), np.uint8)
