"""A page's lettering as pixels with transparency: drawn by way of PDF, so that it looks as it does there."""

import io

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from numpy.typing import NDArray
from pikepdf import Dictionary

from inkwright.images import Pixels
from inkwright.lettering import PageLettering
from inkwright.publish.fonts import Fonts
from inkwright.publish.pdf_text import PdfFonts, num, shape_ops

Layered = NDArray[np.uint8]
"""(H, W, 4): RGB and opacity."""


def lettering_layer(lettering: PageLettering, fonts: Fonts, scale: float = 1.0) -> Layered:
    """The lettering of a page, on nothing.

    Args:
        lettering: of the page.
        fonts: that it uses.
        scale: pixels of the result for each page pixel.

    Returns:
        (H, W, 4) uint8: RGB and opacity, colours not multiplied by it.
    """
    width, height = lettering.width, lettering.height
    with pikepdf.new() as book:
        used = PdfFonts(book, fonts)
        page = book.add_blank_page(page_size=(width, height))
        faces = {key: fonts[font] for key, font in lettering.fonts.items()}
        ops = [f"1 0 0 -1 0 {num(height)} cm"]
        for balloon in lettering.balloons:
            ops += [*map(shape_ops, balloon.shapes), used.outlines(balloon, faces), used.text(balloon, faces)]
        page.obj.Resources = Dictionary(Font=used.resources)
        page.obj.Contents = book.make_indirect(pikepdf.Stream(book, "\n".join(ops).encode("latin-1")))
        used.embed()
        out = io.BytesIO()
        book.save(out)
    document = pdfium.PdfDocument(out.getvalue())
    try:
        drawn = document[0].render(scale=scale, fill_color=(0, 0, 0, 0), force_bitmap_format=4, rev_byteorder=True)
        made = np.array(drawn.to_numpy(), np.uint8)
    finally:
        document.close()
    return made


def laid_over(pixels: Pixels, layer: Layered) -> Pixels:
    """A layer over a picture: (H, W, 3) uint8."""
    share = layer[..., 3:].astype(np.uint16)
    mixed = pixels.astype(np.uint16) * (255 - share) + layer[..., :3].astype(np.uint16) * share
    return np.asarray((mixed + 127) // 255, np.uint8)
