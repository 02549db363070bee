"""A finished book as the exporters see it, and its pages as files ready to be packed."""

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from inkwright.errors import ProjectError
from inkwright.images import Pixels, jpeg_bytes, png_bytes, read_picture
from inkwright.project import guarded

LOSSLESS = 100
"""The quality at which pages are stored as PNG."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Edition:
    """A finished book.

    Attributes:
        title: of the book.
        author: who drew it; may be empty.
        language: code, such as "en" or "pt-BR".
        direction: "ltr", or "rtl" where one reads from right to left.
        pages: the finished pages' pictures, in order.
        quality: of the JPEG files, 1 to 99; 100 keeps lossless PNG.
        dpi: dots per inch of a page.
        alt: a text for each page for readers who cannot see it; shorter than `pages` or empty: none.
        notes: how the book was made.
    """

    title: str
    author: str
    language: str
    direction: str
    pages: list[Path]
    quality: int = 92
    dpi: float = 150.0
    alt: list[str] = field(default_factory=list)
    notes: str = ""


@dataclass(frozen=True)
class PackedPage:
    """One page ready for a file.

    Attributes:
        data: JPEG or PNG without EXIF.
        suffix: ".jpg" or ".png".
        width: in pixels.
        height: in pixels.
        grey: True where no pixel has a visible colour.
    """

    data: bytes
    suffix: str
    width: int
    height: int
    grey: bool


def packed_pages(edition: Edition) -> Iterator[PackedPage]:
    """The pages one after the other, encoded anew from their pixels, so that no location or other data comes along.

    Raises:
        ProjectError: the edition has no pages.
        PictureError: a page cannot be read.
    """
    if not edition.pages:
        raise ProjectError("The book has no pages to publish.", "Put pages into pages/ and run: inkwright make")
    for path in edition.pages:
        pixels = read_picture(path, min_side=1).pixels
        height, width = pixels.shape[:2]
        lossless = edition.quality >= LOSSLESS
        data = png_bytes(pixels, edition.dpi) if lossless else jpeg_bytes(pixels, edition.quality, edition.dpi)
        yield PackedPage(data, ".png" if lossless else ".jpg", width, height, _is_grey(pixels))


def _is_grey(pixels: Pixels) -> bool:
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)  # (H, W)
    return bool(np.mean(spread > 24) < 0.001)


def clean(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids (control characters, lone surrogates)."""
    return _FORBIDDEN.sub("", text)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to be written whole or not at all: temporary file beside it, sync, replace.

    Raises:
        DiskError: disk full, or no permission; an earlier file at `path` is left as it was.
    """
    part = path.with_name(f".{path.name}.part")
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
