"""What the operations share: the book as it is used, panels as pictures, keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from inkwright.book import Book, Page, Panel, Prior
from inkwright.comic.elements import parse_prior
from inkwright.comic.layout import Interior, crop, fit_box, interior
from inkwright.comic.scan import paper_light, read_page
from inkwright.config import Config
from inkwright.errors import BookError, PictureError, ProjectError
from inkwright.images import MIN_SIDE, Floats, Pixels, resize
from inkwright.project import Project, digest, load_prior_text, quoted
from inkwright.words import parse_light

METHOD = 6
"""Raised when a change of ours makes earlier results stale."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class PagePicture:
    """A page of the book with its pixels; `clip`: its look may have any words."""

    number: int
    page: Page
    pixels: Pixels
    dpi: float | None
    light: Floats | None
    clip: bool = False


@dataclass(frozen=True)
class PanelPicture:
    """A panel's inside: what is learned from and painted.

    Attributes:
        panel: the panel; its boxes are in panel pixels.
        page: number of its page, from 1.
        box: the panel's box clipped to its page, in page pixels.
        inside: the part inside its frame.
        pixels: (h, w, 3) uint8, the inside's box, at the page's resolution.
        page_side: long side of its page, in pixels.
        light: the paper's colour across the inside, see `paper_light`.
        lights: the light and mood that it is painted in, see `learn.mood`; none: the book's.
    """

    panel: Panel
    page: int
    page_side: int
    box: Box
    inside: Interior
    pixels: Pixels
    light: Floats | None = None
    lights: tuple[str, ...] = ()

    def boxes(self, element: str) -> list[Box]:
        """The boxes of an element in pixels of the inside, clipped to it."""
        left, top, width, height = self.inside.box
        dx, dy = self.panel.box[0] - self.box[0], self.panel.box[1] - self.box[1]
        found = []
        for x, y, w, h in (self.panel.appearances or {}).get(element, []):
            x0, y0 = max(0, x + dx - left), max(0, y + dy - top)
            x1, y1 = min(width, x + dx - left + w), min(height, y + dy - top + h)
            if x1 > x0 and y1 > y0:
                found.append((x0, y0, x1 - x0, y1 - y0))
        return found


def load_book(project: Project) -> Book:
    """The book, which must have panels.

    Raises:
        ProjectError: it has none yet.
    """
    book = project.book()
    if not book.panel_ids():
        act = "Put your pages into pages/ and run" if not project.page_files() else "Run"
        again = f" --again {book.pages[0].file}" if book.pages else ""
        raise ProjectError(
            f"The book in {project.root} has no panels yet.", f"{act}: inkwright panels {quoted(project.root)}{again}"
        )
    return book


def load_prior(project: Project, book: Book) -> Prior:
    """The prior table with exactly the book's panels; empty where there is no prior.csv."""
    text = load_prior_text(project)
    return (
        Prior.empty(book.panel_ids()) if text is None else parse_prior(text, book.panel_ids(), str(project.prior_path))
    )


def pages(project: Project, book: Book) -> Iterator[PagePicture]:
    """The pages with their pixels, one at a time."""
    clip = by_clip(project.config())
    for number, page in enumerate(book.pages, 1):
        picture = read_page(project.page_file(page.file))
        light = paper_light(picture.pixels, [panel.box for panel in page.panels])
        yield PagePicture(number, page, picture.pixels, picture.dpi, light, clip)


def panel_picture(page: PagePicture, panel: Panel) -> PanelPicture:
    """A panel of a page.

    Raises:
        BookError: it lies outside its page, or is too small.
    """
    box = fit_box(panel.box, page.pixels.shape[1], page.pixels.shape[0], panel.id)
    if min(box[2:]) < MIN_SIDE:
        raise BookError(
            f"Panel {panel.id} is {box[2]} x {box[3]} pixels on its page; at least {MIN_SIDE} a side are needed.",
            "Enlarge its box in book.json, or remove it there.",
        )
    inside = interior(page.pixels, box, panel.polygon)
    if min(inside.box[2:]) < MIN_SIDE:  # nearly all frame: the networks see the whole panel, the mask still holds
        inside = Interior(inside.mask, (0, 0, box[2], box[3]))
    x, y, w, h = inside.box
    part = (box[0] + x, box[1] + y, w, h)
    light = None if page.light is None else _cut(page.light, part, page.pixels.shape[1], page.pixels.shape[0])
    pixels = crop(page.pixels, part, panel.id)
    lights = own_lights(page.page, panel, page.clip)
    return PanelPicture(panel, page.number, max(page.pixels.shape[:2]), box, inside, pixels, light, lights)


def by_clip(config: Config) -> bool:
    """Whether CLIP reads words that the vocabulary lacks."""
    return config.fit.backbone == "clip"


def look_of(page: Page, panel: Panel) -> str:
    """A panel's look in words: its own, else its page's; empty: the book's."""
    return (page.look if panel.look is None else panel.look) or ""


def own_lights(page: Page, panel: Panel, clip: bool = False) -> tuple[str, ...]:
    """The names of the lights that a panel is painted in; with `clip`, other words may stand beside them.

    Raises:
        ConfigError, UnknownChoiceError: words that are no light; naming the panel.
    """
    text = look_of(page, panel)
    return parse_light(text, f"The look of panel {panel.id} in book.json", clip) if text else ()


def _cut(light: Floats, part: Box, width: int, height: int) -> Floats:
    """The part of a page's light map that belongs to a box of the page, 24 x 24."""
    x, y, w, h = part
    xs = ((np.arange(24) + 0.5) / 24 * w + x) / width * light.shape[1] - 0.5
    ys = ((np.arange(24) + 0.5) / 24 * h + y) / height * light.shape[0] - 0.5
    at_x, at_y = np.meshgrid(xs.astype(np.float32), ys.astype(np.float32))
    cut = cv2.remap(light, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.float32)


def panel_pictures(project: Project, book: Book) -> Iterator[PanelPicture]:
    """All panels in reading order; a page is read once."""
    for page in pages(project, book):
        for panel in page.page.panels:
            yield panel_picture(page, panel)


def reduced(pixels: Pixels, scale: float) -> Pixels:
    """A picture at `scale` of its size, at least 16 pixels a side; never enlarged."""
    height, width = pixels.shape[:2]
    if scale >= 1:
        return pixels
    return resize(pixels, max(16, round(width * scale)), max(16, round(height * scale)))


def work_scale(page_side: int, work_px: int) -> float:
    """The scale at which a page of that long side is painted: strokes belong to the page, not to its resolution."""
    return min(1.0, work_px / page_side)


def book_key(project: Project, book: Book) -> str:
    """Changes with the pages' pictures, the panels' places and the appearances; not with words."""
    data: list[Any] = [METHOD]
    for page in book.pages:
        path = project.page_file(page.file)
        if not path.is_file():
            raise PictureError(
                f"{path} does not exist, but book.json lists it.", "Put it back, or remove the page from book.json."
            )
        data.append(digest(path))
        for panel in page.panels:
            data.append([panel.id, list(panel.box), panel.polygon, panel.appearances])
    return digest(data)


def panel_seed(panel_id: str) -> int:
    """The seed of a panel's stroke noise: stays when other panels come or go."""
    return int(digest(panel_id)[:8], 16)
