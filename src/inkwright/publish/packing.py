"""The pages as pictures ready to be put into a file, encoded once from their pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from inkwright.errors import ProjectError
from inkwright.images import Pixels, jpeg_bytes, png_bytes, read_picture
from inkwright.publish.edition import Edition, EditionPage

LOSSLESS = 100
"""The quality at which pages are stored as PNG."""
MEDIA = {".jpg": "image/jpeg", ".png": "image/png"}

Layer = Literal["art", "lettered"]


@dataclass(frozen=True)
class PackedPage:
    """One page ready for a file.

    Attributes:
        data: JPEG or PNG without EXIF, in sRGB.
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


def require_pages(edition: Edition) -> None:
    """Refuses an edition without pages.

    Raises:
        ProjectError: there are none.
    """
    if not edition.pages:
        raise ProjectError("The book has no pages to publish.", "Put pages into pages/ and run: inkwright make")


def pixels_of(page: EditionPage, layer: Layer) -> Pixels:
    """A page's picture: (H, W, 3) uint8.

    Raises:
        PictureError: it cannot be read.
    """
    return read_picture(page.art if layer == "art" else page.lettered, min_side=1).pixels


def packed_pages(edition: Edition, layer: Layer = "lettered") -> Iterator[PackedPage]:
    """The pages one after the other, encoded anew from their pixels, so that no location or other data comes along.

    Raises:
        ProjectError: the edition has no pages.
        PictureError: a page cannot be read.
    """
    require_pages(edition)
    for page in edition.pages:
        yield packed(pixels_of(page, layer), edition.quality, edition.dpi)


def packed(pixels: Pixels, quality: int, dpi: float) -> PackedPage:
    """(H, W, 3) uint8 as a file: JPEG, or PNG where `quality` is LOSSLESS."""
    height, width = pixels.shape[:2]
    lossless = quality >= LOSSLESS
    data = png_bytes(pixels, dpi) if lossless else jpeg_bytes(pixels, quality, dpi)
    return PackedPage(data, ".png" if lossless else ".jpg", width, height, _is_grey(pixels))


def vector_layer(page: EditionPage, language: str) -> Layer:
    """The picture that goes beneath a page's vector lettering: the art; where there is none, the lettered page."""
    return "art" if language in page.lettering else "lettered"


def _is_grey(pixels: Pixels) -> bool:
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)  # (H, W)
    return bool(np.mean(spread > 24) < 0.001)
