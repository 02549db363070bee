"""A picture that was found, as the file that goes into pages/: the same bytes where they can stand there, or a PNG."""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import pillow_heif
from PIL import Image

from inkwright.comic.intake import formats, layered, pdf, tiff
from inkwright.comic.intake.limits import Limits
from inkwright.comic.intake.location import without_location
from inkwright.comic.intake.sources import Sheet, on_disk
from inkwright.errors import PictureError
from inkwright.images import Picture, png_bytes, read_picture

LEFT_OUT = "location data left out"


@dataclass(frozen=True)
class Taken:
    """A page as it goes into pages/.

    Attributes:
        picture: as a person sees it; `notes` say what was changed.
        data: the bytes of its file.
        suffix: of its file, such as ".png".
        copied: whether `data` are the bytes of the author's file.
    """

    picture: Picture
    data: bytes
    suffix: str
    copied: bool


def take(sheet: Sheet, limits: Limits, min_side: int) -> Taken:
    """Reads a picture and makes the file of its page.

    Args:
        sheet: the picture.
        limits: largest picture, dots per inch of a PDF.
        min_side: smallest usable side in pixels.

    Raises:
        PictureError: it cannot be used; nothing is written then.
    """
    with on_disk(sheet, limits) as path:
        if sheet.kind == "picture":
            return _copied(path, sheet, read_picture(path, min_side, sheet.name, max_pixels=limits.pixels))
        if sheet.kind == "tiff":
            picture, simple = tiff.read_tiff(path, sheet.name, sheet.number, sheet.alone, limits.pixels, min_side)
            return _copied(path, sheet, picture) if simple else _converted(picture)
        if sheet.kind == "psd":
            return _converted(layered.read_psd(path, sheet.name, limits, min_side))
        if sheet.kind == "drawing":
            return _converted(layered.read_zipped(path, sheet.name, limits, min_side))
        if sheet.kind == "pdf":
            return _converted(pdf.read_page(path, sheet.name, sheet.number, limits, min_side))
        return _converted(_heif(path, sheet, limits, min_side))


def _heif(path: Path, sheet: Sheet, limits: Limits, min_side: int) -> Picture:
    """A HEIC, HEIF or AVIF picture; libheif turns it upright by itself."""
    pillow_heif.register_heif_opener()
    picture = read_picture(path, min_side, sheet.name, max_pixels=limits.pixels)
    notes = picture.notes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path) as image:
            if image.info.get("bit_depth", 8) > 8:
                notes = (f"{image.info['bit_depth']}-bit reduced to 8", *notes)
            place = 0x8825 in image.getexif() or b"exif:GPS" in bytes(image.info.get("xmp") or b"")
    return replace(picture, notes=(*notes, LEFT_OUT) if place else notes)


def _converted(picture: Picture) -> Taken:
    return Taken(picture, png_bytes(picture.pixels, picture.dpi), ".png", False)


def _copied(path: Path, sheet: Sheet, picture: Picture) -> Taken:
    """A file that stands in pages/ as it is, but for the place where it was taken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd about it was judged when it was read
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(path) as image:
                suffix = formats.proper_suffix(image.format, Path(sheet.member or sheet.file))
                known = image.format in formats.COPIED
        finally:
            Image.MAX_IMAGE_PIXELS = limit
    if not known:  # Pillow reads more kinds than pages/ may hold
        return _converted(picture)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(f"{sheet.name} cannot be read: {error.strerror}.", "Check its permissions.") from None
    clean = without_location(data)
    if clean is None:
        return Taken(picture, data, suffix, True)
    return Taken(replace(picture, notes=(*picture.notes, LEFT_OUT)), clean, suffix, False)
