"""Pictures in and out: the only reader and writer of picture files.

Everywhere inside, a picture is RGB, (H, W, 3), uint8, or float32 in [0, 1].
"""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from inkwright.errors import PictureError

MIN_SIDE = 16
"""Smallest side of a usable picture, in pixels."""
MAX_SIDE = 20_000
MAX_PIXELS = 150_000_000
"""Largest pictures that are opened: about a double page at 600 dpi and three times as much again."""
EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")

COLOURS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey",
    "La": "grey",
    "I;16": "grey",
    "I;16L": "grey",
    "I;16B": "grey",
    "I;16N": "grey",
    "I": "grey",
    "F": "grey",
    "P": "palette",
    "PA": "palette",
    "CMYK": "CMYK",
    "LAB": "Lab",
}
"""How a file has its colours, by Pillow's modes; all others are RGB."""

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Picture:
    """A picture read from a file.

    Attributes:
        pixels: (H, W, 3), uint8, RGB.
        dpi: dots per inch, or None.
        notes: what was changed while reading, one phrase each ("turned by EXIF", "transparency on white").
        colour: how the file has its colours ("RGB", "grey", "CMYK", "black and white", ...).
    """

    pixels: Pixels
    dpi: float | None = None
    notes: tuple[str, ...] = ()
    colour: str = "RGB"


def read_picture(
    path: Path, min_side: int = MIN_SIDE, name: str = "", frame: int | None = None, max_pixels: int = MAX_PIXELS
) -> Picture:
    """Reads a picture as a person sees it: upright, on white, sRGB, 8 bits.

    Args:
        path: the file.
        min_side: smallest usable side in pixels.
        name: what messages call the file; empty: its path.
        frame: which of several pictures in the file, from 0; None: the first, and a note says so.
        max_pixels: largest size that is opened, at most `MAX_PIXELS`.

    Raises:
        PictureError: missing, empty, truncated, not a picture, too small or too large.
    """
    name = name or str(path)
    try:
        if path.is_dir():
            raise PictureError(f"{name} is a folder, not a picture.", "Name a picture file.")
        if path.stat().st_size == 0:
            raise PictureError(f"{name} is empty (0 bytes).", "Export or scan it again.")
    except FileNotFoundError:
        raise PictureError(f"{name} does not exist.", "Check the path.") from None
    except OSError as error:
        raise PictureError(f"{name} cannot be read: {error.strerror}.", "Check the path and its permissions.") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of big or odd files; we judge those ourselves
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                with Image.open(path) as image:
                    if frame is not None:
                        image.seek(frame)
                    check_size(image.size, name, min_side, max_pixels)
                    return _opened(image, path, frame)
            finally:
                Image.MAX_IMAGE_PIXELS = limit
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError(f"{name} is not a picture that can be read.", "Save it as PNG or JPEG.") from None
    except PermissionError:
        raise PictureError(f"{name} may not be read.", "Check its permissions.") from None
    except MemoryError:
        raise PictureError(f"{name} does not fit into memory.", "Reduce its size.") from None
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and more
        raise PictureError(f"{name} is damaged: {error}.", "Export or scan it again.") from None


def check_size(size: tuple[int, int], name: str, min_side: int = MIN_SIDE, max_pixels: int = MAX_PIXELS) -> None:
    """Refuses a picture of (width, height) pixels that is too small or too large to be used.

    Raises:
        PictureError: the size, and what is read.
    """
    width, height = size
    if min(width, height) < min_side:
        raise PictureError(
            f"{name} is {width} x {height} pixels; at least {min_side} pixels a side are needed.",
            "Use a larger picture.",
        )
    if max(width, height) > MAX_SIDE or width * height > min(max_pixels, MAX_PIXELS):
        raise PictureError(
            f"{name} is {width} x {height} pixels; "
            f"at most {MAX_SIDE} a side and {min(max_pixels, MAX_PIXELS) // 10**6} megapixels are read.",
            "Reduce it, or cut it into pages.",
        )


def _opened(image: Image.Image, path: Path, frame: int | None) -> Picture:
    """The picture of a file that Pillow has opened."""
    notes: list[str] = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and frame is None:
        if image.format != "MPO":  # a photo with its own preview is one picture
            notes.append(f"first of {frames} frames")
        image.seek(0)
    deep = _is_16_bit(image, path)
    image.load()
    upside = image.getexif().get(0x0112, 1)  # before the turn, which takes the flag away
    turned = ImageOps.exif_transpose(image)
    if turned.size != image.size or upside not in (0, 1):
        notes.append("turned by EXIF")
    if image.format == "JPEG" and image.mode == "CMYK" and "adobe" not in image.info:
        turned = ImageChops.invert(turned)  # only Adobe stores ink upside down; Pillow takes every file for Adobe's
    dpi = image.info.get("dpi")
    good_dpi = float(dpi[0]) if isinstance(dpi, tuple) and 1 < float(dpi[0]) < 10_000 else None
    return picture_of(turned, image.info.get("icc_profile"), good_dpi, deep, notes)


def picture_of(
    image: Image.Image,
    icc: bytes | None = None,
    dpi: float | None = None,
    deep: bool = False,
    notes: Sequence[str] = (),
) -> Picture:
    """A picture of any of Pillow's modes as 8-bit sRGB on white.

    Args:
        image: the picture, upright.
        icc: its colour profile.
        dpi: its dots per inch.
        deep: whether it was, or is, of 16 bits.
        notes: what was changed before.
    """
    said = list(notes)
    colour = COLOURS.get(image.mode, "RGB")
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I", "F"):
        values = np.nan_to_num(np.asarray(image).astype(np.float64))
        deep = deep or image.mode != "I"
        # A dark 16-bit picture stays dark; whole numbers of 32 bits and floats say their range only by their values.
        sixteen = deep and image.mode != "F"
        top = 65535.0 if sixteen or values.max() > 255 else (255.0 if values.max() > 1 else 1.0)
        image = Image.fromarray((np.clip(values / top, 0, 1) * 255).round().astype(np.uint8), "L")
    if deep:
        said.append("16-bit reduced to 8")
    clear = None
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        clear = image.getchannel("A")
        image = image.convert("RGB")
    if image.mode == "CMYK":
        managed = _to_srgb(image, icc)
        said.append("CMYK turned to sRGB" if managed else "CMYK turned to sRGB without a profile")
        image = managed or image.convert("RGB")
    elif icc and (managed := _to_srgb(image, icc)):
        said.append("ICC profile turned to sRGB")
        image = managed
    rgb = image.convert("RGB")
    if clear is not None:
        if clear.getextrema()[0] != 255:
            said.append("transparency on white")
        rgba = rgb.convert("RGBA")
        rgba.putalpha(clear)
        rgb = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return Picture(np.ascontiguousarray(np.asarray(rgb, np.uint8)), dpi, tuple(said), colour)


def _is_16_bit(image: Image.Image, path: Path) -> bool:
    """Pillow reads 16-bit RGB as 8 bits without a word, so the file's header is asked."""
    with path.open("rb") as file:
        head = file.read(25)
    if len(head) == 25 and head[:8] == b"\x89PNG\r\n\x1a\n":
        return head[24] == 16
    tags = getattr(image, "tag_v2", None)
    bits = tags.get(258, (8,)) if tags is not None and image.format == "TIFF" else (8,)
    return bool(max(bits if isinstance(bits, tuple) else (bits,)) == 16)


def _to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image | None:
    """A picture whose colours a profile explains, in sRGB; None where it is sRGB already, or the profile is unusable.

    An unusable profile does no harm: the plain conversion is still right enough to see the page.
    """
    if not icc:
        return None
    mode = image.mode if image.mode in ("L", "RGB", "CMYK", "LAB") else ("L" if image.mode in ("1", "La") else "RGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if "sRGB" in ImageCms.getProfileDescription(profile):
            return None
        return ImageCms.profileToProfile(
            image.convert(mode),
            profile,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def to_float(pixels: Pixels) -> Floats:
    """uint8 → float32 in [0, 1]; shape kept."""
    return pixels.astype(np.float32) / np.float32(255)


def to_uint8(values: NDArray[np.floating]) -> Pixels:
    """Float in [0, 1] → uint8, rounded; shape kept."""
    return np.asarray(np.clip(values, 0, 1) * 255 + 0.5, np.float32).astype(np.uint8)


def png_bytes(pixels: Pixels, dpi: float | None = None) -> bytes:
    """(H, W, 3) uint8 as the bytes of a PNG file; the same pixels give the same bytes."""
    out = io.BytesIO()
    image = Image.fromarray(pixels, "RGB")
    if dpi:
        image.save(out, "PNG", compress_level=6, dpi=(dpi, dpi))
    else:
        image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def jpeg_bytes(pixels: Pixels, quality: int, dpi: float | None = None) -> bytes:
    """(H, W, 3) uint8 as the bytes of a JPEG file without chroma subsampling, so that red ink stays sharp."""
    out = io.BytesIO()
    # Pillow gives the optimizing encoder one byte a pixel, too little for noisy pages without chroma subsampling.
    block, ImageFile.MAXBLOCK = ImageFile.MAXBLOCK, max(ImageFile.MAXBLOCK, 4 * pixels.shape[0] * pixels.shape[1])
    try:
        Image.fromarray(pixels, "RGB").save(
            out, "JPEG", quality=quality, subsampling=0, optimize=True, dpi=(round(dpi or 72), round(dpi or 72))
        )
    finally:
        ImageFile.MAXBLOCK = block
    return out.getvalue()


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """A high-quality (Lanczos) resize to width x height pixels."""
    if (pixels.shape[1], pixels.shape[0]) == (width, height):
        return pixels
    return np.asarray(Image.fromarray(pixels, "RGB").resize((width, height), Image.Resampling.LANCZOS), np.uint8)
