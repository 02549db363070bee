"""Imported pages: read as a person sees them, and described for a table. Straightening comes later."""

from pathlib import Path

from inkwright.images import Picture, read_picture

MIN_PAGE_SIDE = 64
"""Smallest side of a page in pixels; below it no drawing can be told from a smudge."""
HEADINGS = ("size", "dpi", "notes")
"""Headings of the row that `describe` gives."""


def read_page(path: Path) -> Picture:
    """Reads a page: upright, on white, RGB, 8 bits.

    Raises:
        PictureError: missing, damaged, not a picture, smaller than 64 pixels a side, or too large.
    """
    return read_picture(path, min_side=MIN_PAGE_SIDE)


def describe(picture: Picture) -> tuple[str, ...]:
    """A page as a row of a table, under `HEADINGS`: size in pixels, dots per inch, what was changed while reading."""
    height, width = picture.pixels.shape[:2]
    dpi = "" if picture.dpi is None else f"{picture.dpi:.0f}"
    return f"{width} x {height}", dpi, ", ".join(picture.notes)
