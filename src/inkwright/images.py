"""Pictures in and out: the only reader and writer of picture files.

Everywhere inside, a picture is RGB, (H, W, 3), uint8, or float32 in [0, 1].
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from inkwright.errors import PictureError

MIN_SIDE = 16
"""Smallest side of a usable picture, in pixels."""
MAX_SIDE = 20_000
MAX_PIXELS = 150_000_000
"""Largest pictures that are opened: about a double page at 600 dpi and three times as much again."""
EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Picture:
    """A picture read from a file.

    Attributes:
        pixels: (H, W, 3), uint8, RGB.
        dpi: dots per inch, or None.
        notes: what was changed while reading, one phrase each ("turned by EXIF", "transparency on white").
    """

    pixels: Pixels
    dpi: float | None = None
    notes: tuple[str, ...] = ()


def read_picture(path: Path, min_side: int = MIN_SIDE) -> Picture:
    """Reads a picture as a person sees it: upright, on white, RGB, 8 bits.

    Args:
        path: the file.
        min_side: smallest usable side in pixels.

    Raises:
        PictureError: missing, empty, truncated, not a picture, too small or too large.
    """
    name = str(path)
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
                    _check_size(image, name, min_side)
                    return _upright_rgb(image, path)
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


def _check_size(image: Image.Image, name: str, min_side: int) -> None:
    width, height = image.size
    if min(width, height) < min_side:
        raise PictureError(
            f"{name} is {width} x {height} pixels; at least {min_side} pixels a side are needed.",
            "Use a larger picture.",
        )
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise PictureError(
            f"{name} is {width} x {height} pixels; "
            f"at most {MAX_SIDE} a side and {MAX_PIXELS // 10**6} megapixels are read.",
            "Reduce it, or cut it into pages.",
        )


def _upright_rgb(image: Image.Image, path: Path) -> Picture:
    notes: list[str] = []
    dpi = image.info.get("dpi")
    icc = image.info.get("icc_profile")
    if getattr(image, "n_frames", 1) > 1:
        notes.append(f"first of {getattr(image, 'n_frames', 1)} frames")
        image.seek(0)
    deep = _png_is_16_bit(path)
    image.load()
    turned = ImageOps.exif_transpose(image)
    if turned.size != image.size or image.getexif().get(0x0112, 1) not in (0, 1):
        notes.append("turned by EXIF")
    image = turned
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I", "F"):
        values = np.nan_to_num(np.asarray(image).astype(np.float64))
        deep = deep or image.mode != "I"
        # A dark 16-bit picture stays dark; whole numbers of 32 bits and floats say their range only by their values.
        sixteen = deep and image.mode != "F"
        top = 65535.0 if sixteen or values.max() > 255 else (255.0 if values.max() > 1 else 1.0)
        image = Image.fromarray((np.clip(values / top, 0, 1) * 255).round().astype(np.uint8), "L")
    if deep:
        notes.append("16-bit reduced to 8")
    if image.mode == "CMYK":
        image = _from_cmyk(image, icc)
        notes.append("CMYK turned into RGB")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        clear = image.convert("RGBA")
        if clear.getchannel("A").getextrema()[0] != 255:
            notes.append("transparency on white")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"), np.uint8))
    good_dpi = float(dpi[0]) if isinstance(dpi, tuple) and 1 < float(dpi[0]) < 10_000 else None
    return Picture(pixels, good_dpi, tuple(notes))


def _png_is_16_bit(path: Path) -> bool:
    """Pillow reads a 16-bit RGB PNG as 8 bits without a word, so the header is asked."""
    with path.open("rb") as file:
        head = file.read(25)
    return len(head) == 25 and head[:8] == b"\x89PNG\r\n\x1a\n" and head[24] == 16


def _from_cmyk(image: Image.Image, icc: bytes | None) -> Image.Image:
    if icc:
        try:
            made = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if made is not None:
                return made
        except (ImageCms.PyCMSError, OSError):
            pass  # an unusable profile: the plain conversion is still right enough to see the page
    return image.convert("RGB")


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
