"""Painted panels back in their pages, and the folder in which both are kept: pages/N.png and panels/ID.png."""

from pathlib import Path

import numpy as np

from inkwright.book import Book
from inkwright.comic.layout import paste
from inkwright.images import Pixels, png_bytes
from inkwright.operations.material import PanelPicture
from inkwright.project import write_bytes


def set_in(page: Pixels, view: PanelPicture, painted: Pixels) -> Pixels:
    """The page with a panel's inside painted.

    Args:
        page: (H, W, 3) uint8.
        view: the panel.
        painted: (h, w, 3) uint8, as large as the panel's inside.
    """
    x, y, w, h = view.box
    left, top, width, height = view.inside.box
    whole = page[y : y + h, x : x + w].copy()
    whole[top : top + height, left : left + width] = painted
    return paste(page, whole, view.box, view.inside.mask)


def keep_panel(folder: Path, page: Pixels, view: PanelPicture, dpi: float | None) -> None:
    """Writes a panel's picture, cut from its page."""
    x, y, w, h = view.box
    write_bytes(folder / "panels" / f"{view.panel.id}.png", png_bytes(page[y : y + h, x : x + w], dpi))


def keep_page(folder: Path, page: Pixels, number: int, dpi: float | None) -> Path:
    """Writes a page's picture; `number` counts from 1."""
    path = folder / "pages" / f"{number}.png"
    write_bytes(path, png_bytes(np.ascontiguousarray(page), dpi))
    return path


def are_there(folder: Path, number: int, book: Book) -> bool:
    """Whether a page's picture and those of its panels are there; `number` counts from 1."""
    panels = [folder / "panels" / f"{panel.id}.png" for panel in book.pages[number - 1].panels]
    return all(path.is_file() for path in (folder / "pages" / f"{number}.png", *panels))


__all__ = ["are_there", "keep_page", "keep_panel", "set_in"]
