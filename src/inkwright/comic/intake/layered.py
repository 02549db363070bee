"""Drawings in layers, as the merged picture that their program saved with them: PSD, PSB, OpenRaster, Krita."""

import tempfile
import zipfile
from pathlib import Path

from psd_tools import PSDImage
from psd_tools.constants import ColorMode, Resource

from inkwright.comic.intake import archives
from inkwright.comic.intake.limits import Limits
from inkwright.errors import PictureError
from inkwright.images import MIN_SIDE, Picture, check_size, picture_of, read_picture

MERGED = "mergedimage.png"
TYPES = ("image/openraster", "application/x-krita", "application/x-kra")
"""What the file `mimetype` of such a zip says."""
_COLOURS = {ColorMode.BITMAP: "black and white", ColorMode.GRAYSCALE: "grey", ColorMode.DUOTONE: "grey",
            ColorMode.INDEXED: "palette", ColorMode.CMYK: "CMYK", ColorMode.LAB: "Lab"}  # fmt: skip


def read_psd(path: Path, name: str, limits: Limits, min_side: int = MIN_SIDE) -> Picture:
    """The merged picture of a Photoshop file, PSD or PSB.

    Raises:
        PictureError: damaged, too small or too large, or saved without its merged picture.
    """
    with path.open("rb") as file:
        header = file.read(26)
    if len(header) < 26:
        raise PictureError(f"{name} is damaged: it ends within its header.", "Save it again.")
    check_size((int.from_bytes(header[18:22]), int.from_bytes(header[14:18])), name, min_side, limits.pixels)
    try:
        psd = PSDImage.open(path)
        image = psd.topil(apply_icc=False)
    except Exception as error:  # its parsers raise ValueError, struct.error, AssertionError, IOError and more
        raise PictureError(f"{name} is damaged: {error}.", "Save it again.") from None
    if image is None:
        raise PictureError(
            f"{name} has no merged picture, only layers.", "Save it with Maximize Compatibility, or export it as PNG."
        )
    icc = psd.image_resources.get_data(Resource.ICC_PROFILE)
    made = picture_of(image, bytes(icc) if icc else None, _dpi(psd), psd.depth == 16)
    notes = made.notes if psd.depth != 32 else (*made.notes, "32-bit reduced to 8")
    return Picture(made.pixels, made.dpi, ("merged picture", *notes), _COLOURS.get(psd.color_mode, "RGB"))


def _dpi(psd: PSDImage) -> float | None:
    """Dots per inch of a Photoshop file: always kept so, as 16.16 fixed point, whatever unit is shown."""
    data = psd.image_resources.get_data(Resource.RESOLUTION_INFO)
    value = getattr(data, "horizontal", None)
    if not isinstance(value, int | float):
        return None
    dpi = float(value) / 65536 if value >= 65536 else float(value)
    return dpi if 1 < dpi < 10_000 else None


def is_drawing(archive: zipfile.ZipFile) -> bool:
    """Whether a zip file is an OpenRaster or Krita drawing."""
    try:
        return archives.head(archive, archive.getinfo("mimetype"), 64).decode("ascii", "replace").strip() in TYPES
    except KeyError:
        return False


def read_zipped(path: Path, name: str, limits: Limits, min_side: int = MIN_SIDE) -> Picture:
    """The merged picture of an OpenRaster (.ora) or Krita (.kra) drawing.

    Raises:
        PictureError: damaged, protected, too large, or saved without its merged picture.
    """
    with archives.opened(path, name) as archive, tempfile.TemporaryDirectory(prefix="inkwright-") as folder:
        found = [i for i in archives.members(archive, name, limits) if i.filename == MERGED]
        if not found:
            raise PictureError(
                f"{name} has no merged picture ({MERGED}).", "Save it again with its own program, or export it as PNG."
            )
        target = Path(folder) / MERGED
        archives.unpack(archive, found[0], target, name, limits)
        made = read_picture(target, min_side, f"{name}: {MERGED}", max_pixels=limits.pixels)
    return Picture(made.pixels, made.dpi, ("merged picture", *made.notes), made.colour)


__all__ = ["is_drawing", "read_psd", "read_zipped"]
