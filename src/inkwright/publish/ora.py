"""OpenRaster: a file with layers for each page, so that an artist can go on in Krita, MyPaint or GIMP.

From top to bottom: the lettering of each language (the edition's own is shown), the drawing's ink lines (hidden: the
art has its own), the art, the drawing (hidden, to compare). Source: OpenRaster 0.0.5.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from inkwright.images import Pixels, png_bytes, read_picture, resize
from inkwright.project import replacing
from inkwright.publish.edition import Edition, EditionPage, clean
from inkwright.publish.fonts import Fonts
from inkwright.publish.overlay import laid_over, lettering_layer
from inkwright.publish.packing import pixels_of, require_pages, vector_layer
from inkwright.publish.writing import add_file, replacing_folder

THUMBNAIL = 256
"""Longest side of the thumbnail, in pixels, as the format asks."""


@dataclass(frozen=True)
class _Layer:
    name: str
    file: str
    data: bytes
    shown: bool = True


def write_ora(edition: Edition, path: Path) -> Iterator[int]:
    """Writes a folder with a layered file for each page, 001.ora, 002.ora, ...; yields the number of pages done.

    Args:
        edition: the book.
        path: the folder to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page or a font cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    require_pages(edition)
    fonts = Fonts(edition.fonts)
    with replacing_folder(path) as folder:
        for number, page in enumerate(edition.pages, 1):
            _write_page(edition, page, number, folder / f"{number:03d}.ora", fonts)
            yield number


def _write_page(edition: Edition, page: EditionPage, number: int, path: Path, fonts: Fonts) -> None:
    art = pixels_of(page, vector_layer(page, edition.language))
    height, width = art.shape[:2]
    merged = art
    layers: list[_Layer] = []
    for code in edition.languages:
        if code in page.lettering and page.lettering[code].balloons:
            drawn = lettering_layer(page.lettering[code], fonts)
            shown = code == edition.language
            merged = laid_over(art, drawn) if shown else merged
            layers.append(_Layer(f"Lettering ({code})", f"data/lettering-{code}.png", _rgba_png(drawn), shown))
    if page.ink is not None:
        layers.append(_Layer("Ink", "data/ink.png", _ink_png(page.ink, width, height), False))
    layers.append(_Layer("Art", "data/art.png", png_bytes(art)))
    if page.drawing is not None:
        drawing = resize(read_picture(page.drawing, 1).pixels, width, height)
        layers.append(_Layer("Drawing", "data/drawing.png", png_bytes(drawing), False))
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        add_file(archive, "mimetype", "image/openraster")  # first, and stored, as the format asks
        add_file(archive, "stack.xml", _stack(edition, number, width, height, layers))
        for layer in layers:
            add_file(archive, layer.file, layer.data)
        add_file(archive, "mergedimage.png", png_bytes(merged))
        share = min(1.0, THUMBNAIL / max(width, height))
        small = resize(merged, max(1, round(width * share)), max(1, round(height * share)))
        add_file(archive, "Thumbnails/thumbnail.png", png_bytes(small))


def _stack(edition: Edition, number: int, width: int, height: int, layers: list[_Layer]) -> bytes:
    dpi = str(max(1, round(edition.dpi)))
    root = ET.Element("image", {"version": "0.0.5", "w": str(width), "h": str(height), "xres": dpi, "yres": dpi})
    root.set("name", clean(f"{edition.title}, page {number}"))
    stack = ET.SubElement(root, "stack")
    for layer in layers:
        ET.SubElement(
            stack,
            "layer",
            {
                "name": layer.name,
                "src": layer.file,
                "x": "0",
                "y": "0",
                "opacity": "1.0",
                "visibility": "visible" if layer.shown else "hidden",
                "composite-op": "svg:src-over",
            },
        )
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _rgba_png(pixels: Pixels) -> bytes:
    """(H, W, 4) uint8 as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", compress_level=6)
    return out.getvalue()


def _ink_png(path: Path, width: int, height: int) -> bytes:
    with Image.open(path) as image:
        ink = image.convert("RGBA")
    if ink.size != (width, height):
        ink = ink.resize((width, height), Image.Resampling.LANCZOS)
    return _rgba_png(np.asarray(ink, np.uint8))
