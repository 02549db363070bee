"""What a file is, told by its first bytes and not by its name."""

from pathlib import Path

from inkwright.errors import PictureError
from inkwright.images import EXTENSIONS

HEAD = 1024
"""Bytes of a file that tell what it is."""
SUFFIXES = (*EXTENSIONS, ".heic", ".heif", ".avif", ".psd", ".psb", ".ora", ".kra", ".pdf", ".cbz", ".zip")
"""Suffixes of what is taken in; in folders and archives files are picked by them."""
HOLDERS = (".cbz", ".zip", ".cbr", ".rar", ".cb7", ".7z", ".cbt", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".epub")
"""Suffixes of archives: none is taken in out of another."""
UNREADABLE = {
    ".clip": "Clip Studio", ".procreate": "Procreate", ".xcf": "GIMP", ".mdp": "MediBang", ".sai": "SAI",
    ".sai2": "SAI", ".ai": "Illustrator", ".svg": "SVG", ".eps": "EPS", ".indd": "InDesign", ".afphoto": "Affinity",
    ".afdesign": "Affinity", ".dng": "camera raw", ".cr2": "camera raw", ".nef": "camera raw", ".arw": "camera raw",
    ".jxl": "JPEG XL", ".jp2": "JPEG 2000",
}  # fmt: skip
"""Drawings that only their own program reads: told, not taken for junk."""
JUNK = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "comicinfo.xml", "metroninfo.xml")
_OTHERS = (
    (b"Rar!\x1a\x07", "a RAR archive (CBR)", "Unpack it, or save it as CBZ."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive (CB7)", "Unpack it, or save it as CBZ."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it, and take in the folder."),
    (b"CSFCHUNK", "a Clip Studio file", "Export it as PSD or PNG from there."),
    (b"gimp xcf", "a GIMP file", "Export it as PSD or PNG from there."),
    (b"%!PS", "a PostScript file", "Save it as PDF."),
    (b"SQLite", "a database", "Export the pages as PNG or JPEG."),
)
COPIED = {"PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp", "TIFF": ".tif", "BMP": ".bmp", "GIF": ".gif"}


def kind_of(head: bytes, name: str) -> str:
    """What a file is: "pdf", "zip", "psd", "tiff", "heif" or "picture" (all that Pillow reads, and what is not known).

    Args:
        head: its first bytes, at least `HEAD` of them where it has so many.
        name: what messages call it.

    Raises:
        PictureError: it is known, and cannot be taken in: another archive, another program's own file.
    """
    for magic, what, hint in _OTHERS:
        if head.startswith(magic):
            raise PictureError(f"{name} is {what}, which cannot be read.", hint)
    if head[257:262] == b"ustar":
        raise PictureError(f"{name} is a tar archive, which cannot be read.", "Unpack it, and take in the folder.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"8BPS"):
        return "psd"
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "tiff"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1",
                                               b"avif", b"avis"):  # fmt: skip
        return "heif"
    if head[:12].lower().startswith((b"<svg", b"<?xml")):
        raise PictureError(f"{name} is not a picture of pixels (SVG or XML).", "Export it as PNG, at 300 dpi or more.")
    return "picture"


def is_junk(path: str) -> bool:
    """Whether a file, by its path in a folder or archive, is what systems and readers leave beside pictures."""
    parts = path.replace("\\", "/").split("/")
    return parts[-1].lower() in JUNK or any(part == "__MACOSX" or part.startswith(".") for part in parts)


def proper_suffix(kind: str | None, path: Path) -> str:
    """The suffix that a copy of a picture gets: its own where that says what it is, else that of Pillow's `kind`."""
    true = COPIED.get(kind or "", ".png")
    own = path.suffix.lower()
    same = {".jpeg": ".jpg", ".tiff": ".tif"}.get(own, own) == true
    return own if same else true


__all__ = ["COPIED", "HEAD", "HOLDERS", "SUFFIXES", "UNREADABLE", "is_junk", "kind_of", "proper_suffix"]
