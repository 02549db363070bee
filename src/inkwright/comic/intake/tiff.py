"""TIFF: all its pages, and those that Pillow cannot read, or reads wrongly without a word."""

from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps

from inkwright.errors import PictureError
from inkwright.images import MIN_SIDE, Picture, check_size, picture_of, read_picture

_THUMBNAIL, _MASK = 1, 4
_UNITS = {2: 1.0, 3: 2.54}
"""Values of the tag ResolutionUnit → inches in a unit, inverted."""


def pages(path: Path, name: str) -> list[int]:
    """The numbers, from 0, of the pictures in a TIFF that are pages: thumbnails and masks are not.

    Raises:
        PictureError: it is damaged.
    """
    try:
        with tifffile.TiffFile(path) as file:
            found = [n for n, page in enumerate(file.pages) if not _whole(page).subfiletype & (_THUMBNAIL | _MASK)]
    except Exception as error:  # tifffile raises its own, struct.error, ValueError, IndexError and more
        raise PictureError(f"{name} is damaged: {error}.", "Export or scan it again.") from None
    return found or [0]


def _whole(page: Any) -> tifffile.TiffPage:
    return page if isinstance(page, tifffile.TiffPage) else page.aspage()


def read_tiff(
    path: Path, name: str, number: int, alone: bool, max_pixels: int, min_side: int = MIN_SIDE
) -> tuple[Picture, bool]:
    """One picture of a TIFF, and whether `images.read_picture` alone reads that file as it is.

    Args:
        path: the file.
        name: what messages call it.
        number: which of its pictures, from 0.
        alone: whether it is the only page.
        max_pixels: largest size that is opened.
        min_side: smallest usable side in pixels.

    Raises:
        PictureError: damaged, too small, too large, or of a kind that cannot be read.
    """
    try:
        with tifffile.TiffFile(path) as file:
            page = _whole(file.pages[number])
            size, odd = (page.imagewidth, page.imagelength), _is_odd(page)
    except Exception as error:  # see `pages`
        raise PictureError(f"{name} is damaged: {error}.", "Export or scan it again.") from None
    check_size(size, name, min_side, max_pixels)
    if not odd:
        try:
            return read_picture(path, min_side, name, number, max_pixels), alone and number == 0
        except PictureError:  # a compression that Pillow does not know, or a damaged file: the other reader decides
            pass
    return _decoded(path, name, number), False


def _is_odd(page: tifffile.TiffPage) -> bool:
    """Whether Pillow cannot be trusted with a picture: more than 16 bits, planes of 16 bits, several alpha channels."""
    bits, colours = page.bitspersample, 4 if page.photometric == 5 else (3 if page.photometric in (2, 6, 8) else 1)
    several = page.samplesperpixel > 1
    return bool(
        (several and bits not in (1, 8, 16))
        or bits > 32
        or (several and bits == 16 and page.planarconfig == 2)
        or page.samplesperpixel - colours > 1
        or (several and bits > 8 and page.photometric in (0, 1))
        or (bits > 8 and page.photometric == 0)  # white as 0 comes out black
        or page.sampleformat in (2, 5, 6)
    )


def _decoded(path: Path, name: str, number: int) -> Picture:
    """A picture as tifffile decodes it."""
    try:
        with tifffile.TiffFile(path) as file:
            page = _whole(file.pages[number])
            values = page.asarray()
            if page.planarconfig == 2 and values.ndim == 3:
                values = np.moveaxis(values, 0, -1)
            flat, note = _eight_bits(values)
            image = _image(flat, page)
            turn = int(page.tags.valueof(274, 1))
            icc, dpi = page.tags.valueof(34675), _dpi(page)
    except MemoryError:
        raise PictureError(f"{name} does not fit into memory.", "Reduce its size.") from None
    except Exception as error:  # see `pages`; the codecs have errors of their own
        raise PictureError(f"{name} is damaged, or of an unknown kind: {error}.", "Export it as PNG.") from None
    notes = [note] if note else []
    if turn not in (0, 1):
        image.getexif()[0x0112] = turn
        image = ImageOps.exif_transpose(image)
        notes.insert(0, "turned by EXIF")
    return picture_of(image, bytes(icc) if icc else None, dpi, notes=notes)


def _eight_bits(values: NDArray[Any]) -> tuple[NDArray[np.uint8], str]:
    """Values of any type as 8 bits, and what was done."""
    kind = values.dtype
    if kind == np.uint8:
        return values, ""
    if kind == np.bool_:
        return values.astype(np.uint8) * 255, ""
    floats = np.nan_to_num(values.astype(np.float64))
    if kind.kind == "f":
        top = 1.0 if floats.max(initial=0.0) <= 1.0 else (255.0 if floats.max() <= 255 else 65535.0)
    else:
        top = float(np.iinfo(kind).max)
    bits = kind.itemsize * 8
    return (np.clip(floats / top, 0, 1) * 255).round().astype(np.uint8), f"{bits}-bit reduced to 8"


def _image(values: NDArray[np.uint8], page: tifffile.TiffPage) -> Image.Image:
    """A Pillow image of decoded 8-bit samples, (H, W) or (H, W, samples)."""
    if values.ndim == 2:
        values = values[..., None]
    samples = values.shape[2]
    if page.photometric == 0:  # 0 is white
        values = np.concatenate([255 - values[..., :1], values[..., 1:]], 2)
    if page.photometric == 3 and page.colormap is not None:
        table = (np.asarray(page.colormap) >> 8).astype(np.uint8).T
        return Image.fromarray(np.ascontiguousarray(table[values[..., 0]]), "RGB")
    if page.photometric == 5 and samples >= 4:
        return Image.fromarray(np.ascontiguousarray(values[..., :4]), "CMYK")
    colours = 3 if samples >= 3 else 1
    alpha = samples > colours and bool(page.extrasamples) and int(page.extrasamples[0]) in (1, 2)
    mode = {(1, False): "L", (1, True): "LA", (3, False): "RGB", (3, True): "RGBA"}[colours, alpha]
    part = np.ascontiguousarray(values[..., : colours + alpha])
    return Image.fromarray(part[..., 0] if mode == "L" else part, mode)


def _dpi(page: tifffile.TiffPage) -> float | None:
    value, unit = page.tags.valueof(282), _UNITS.get(int(page.tags.valueof(296, 2)))
    if not value or unit is None or not value[1]:
        return None
    dpi = float(value[0]) / float(value[1]) * unit
    return dpi if 1 < dpi < 10_000 else None
