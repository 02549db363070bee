"""PDF: its pages as pictures. A page that is one scan gives that scan, dot by dot; any other is drawn."""

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
from pypdfium2 import raw

from inkwright.comic.intake.limits import Limits
from inkwright.errors import PictureError
from inkwright.images import MAX_SIDE, MIN_SIDE, Picture, Pixels, check_size

POINT = 1 / 72
"""A PDF's unit, in inches."""
WHOLE = 0.02
"""How much of a page's side a scan may leave free, or stand over, to be the whole page."""
INVISIBLE = 3
"""How text is set that a scanner's reading of the page laid under it."""


@contextlib.contextmanager
def opened(path: Path, name: str) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF that is open for reading.

    Raises:
        PictureError: it is damaged, or protected by a password.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise PictureError(
                f"{name} is protected by a password.", "Open it, save or print it as a PDF without one, and take that."
            ) from None
        raise PictureError(f"{name} is damaged, or no PDF.", "Export it again.") from None
    try:
        yield document
    finally:
        document.close()


def count(path: Path, name: str) -> int:
    """How many pages a PDF has.

    Raises:
        PictureError: it is damaged, protected, or has none.
    """
    with opened(path, name) as document:
        pages = len(document)
    if not pages:
        raise PictureError(f"{name} has no pages.", "Export it again.")
    return pages


def read_page(path: Path, name: str, number: int, limits: Limits, min_side: int = MIN_SIDE) -> Picture:
    """A page of a PDF.

    Args:
        path: the file.
        name: what messages call the page.
        number: of the page, from 0.
        limits: `pdf_dpi` and the largest picture.
        min_side: smallest usable side in pixels.

    Raises:
        PictureError: damaged, or too large.
    """
    with opened(path, name) as document:
        try:
            page = document[number]
            with contextlib.closing(page):
                return _scan(page, name, limits, min_side) or _drawn(page, name, limits, min_side)
        except (pypdfium2.PdfiumError, ctypes.ArgumentError, ValueError) as error:
            raise PictureError(f"{name} is damaged: {error}.", "Export it again.") from None


def _scan(page: pypdfium2.PdfPage, name: str, limits: Limits, min_side: int) -> Picture | None:
    """The one picture that a page consists of, as it is kept in the file; None where the page is more, or less."""
    image = None
    for thing in page.get_objects(max_depth=1):
        if thing.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(thing) == INVISIBLE:
            continue
        if image is not None or not isinstance(thing, pypdfium2.PdfImage):
            return None
        image = thing
    if image is None or raw.FPDFPage_GetAnnotCount(page):
        return None
    left, bottom, right, top = page.get_cropbox()
    width, height = right - left, top - bottom
    x0, y0, x1, y1 = image.get_bounds()
    gaps = (abs(x0 - left) / width, abs(x1 - right) / width, abs(y0 - bottom) / height, abs(y1 - top) / height)
    a, b, c, d, _, _ = image.get_matrix().get()
    if max(gaps) > WHOLE or a <= 0 or d <= 0 or abs(b) > 1e-3 * a or abs(c) > 1e-3 * d:
        return None
    check_size(image.get_px_size(), name, min_side, limits.pixels)
    pixels = _pixels(image.get_bitmap())
    if pixels is None or _has_mask(image):
        return None
    dpi = pixels.shape[1] / ((x1 - x0) * POINT)
    turned = np.ascontiguousarray(np.rot90(pixels, -(page.get_rotation() // 90)))
    return Picture(turned, dpi if 1 < dpi < 10_000 else None, ("the scan in the PDF",))


def _has_mask(image: pypdfium2.PdfImage) -> bool:
    """Whether drawing a picture shows less of it than its file holds: a mask, or transparency."""
    bitmap = image.get_bitmap(render=True, scale_to_original=False)
    return bitmap.format == raw.FPDFBitmap_BGRA and bool((bitmap.to_numpy()[..., 3] < 250).mean() > 0.02)


def _pixels(bitmap: pypdfium2.PdfBitmap) -> Pixels | None:
    """(H, W, 3) uint8 RGB of pdfium's bitmap; None where it may be transparent."""
    values = bitmap.to_numpy()
    if bitmap.format == raw.FPDFBitmap_Gray:
        return np.repeat(values.reshape(bitmap.height, bitmap.width, 1), 3, 2)
    if bitmap.format in (raw.FPDFBitmap_BGR, raw.FPDFBitmap_BGRx):
        return np.ascontiguousarray(values[..., 2::-1])
    return None


def _drawn(page: pypdfium2.PdfPage, name: str, limits: Limits, min_side: int) -> Picture:
    """A page as a reader shows it, at `pdf_dpi`, or fewer dots per inch where it would grow too large."""
    width, height = page.get_width() * POINT, page.get_height() * POINT  # inches
    if not (width > 0 and height > 0):
        raise PictureError(f"{name} has no size.", "Export it again.")
    most = min((limits.pixels / (width * height)) ** 0.5, MAX_SIDE / max(width, height))
    dpi = min(limits.pdf_dpi, np.floor(most * 0.999 * 100) / 100)
    check_size((round(width * dpi), round(height * dpi)), name, min_side, limits.pixels)
    bitmap = page.render(scale=dpi * POINT, rev_byteorder=False)
    pixels = _pixels(bitmap)
    if pixels is None:
        values = bitmap.to_numpy().astype(np.float32)
        alpha = values[..., 3:] / 255
        pixels = np.asarray((values[..., 2::-1] * alpha + 255 * (1 - alpha)).round(), np.uint8)
    less = "" if dpi == limits.pdf_dpi else ", to stay within the largest picture"
    return Picture(pixels, float(dpi), (f"drawn at {dpi:.0f} dpi{less}",))
