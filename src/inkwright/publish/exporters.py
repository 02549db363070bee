"""EXPORTERS: the formats in which a book can be published, and a look at a written file with other eyes."""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pikepdf
from PIL import Image

from inkwright.errors import ProjectError
from inkwright.publish.cbz import COMIC_INFO, write_cbz
from inkwright.publish.edition import Edition
from inkwright.publish.pdf import write_pdf
from inkwright.registry import Registry

EXPORTERS: Registry[Callable[[Edition, Path], None]] = Registry("format", {"cbz": write_cbz, "pdf": write_pdf})

_EXIF, _GPS = 0x8769, 0x8825


def report(path: Path) -> dict[str, str | int]:
    """Opens a published file again and says what is in it.

    Args:
        path: a .cbz or .pdf file.

    Returns:
        `file`, `bytes`, `pages`, `title`, `direction`, then a line for each check: what was looked at → what was found.

    Raises:
        UnknownChoiceError: not a format that we write.
        ProjectError: the file is missing or damaged.
    """
    kind = path.suffix.lower().lstrip(".")
    checks = Registry("format", {"cbz": _report_cbz, "pdf": _report_pdf})[kind]
    try:
        found = checks(path)
    except (OSError, SyntaxError, zipfile.BadZipFile, KeyError, ET.ParseError, pikepdf.PdfError) as error:
        raise ProjectError(f"{path} is not a whole {kind.upper()} file: {error}.", "Run: inkwright publish") from None
    return {"file": str(path), "bytes": path.stat().st_size, **found}


def _report_cbz(path: Path) -> dict[str, str | int]:
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
        names = archive.namelist()
        pictures = [name for name in names if name != COMIC_INFO]
        notes = [_look(archive.read(name)) for name in pictures]
        info = ET.fromstring(archive.read(COMIC_INFO))
    told = int(info.findtext("PageCount") or 0)
    return {
        "pages": len(pictures),
        "title": info.findtext("Title") or "",
        "direction": "rtl" if info.findtext("Manga") == "YesAndRightToLeft" else "ltr",
        "zip": "whole" if broken is None else f"damaged at {broken}",
        COMIC_INFO: "at the root" if told == len(pictures) else f"at the root, but says {told} pages",
        "order": "natural" if pictures == sorted(pictures) else "not the order of the names",
        **_summary(notes),
    }


def _report_pdf(path: Path) -> dict[str, str | int]:
    with pikepdf.open(path) as book:
        notes: list[tuple[bool, bool]] = []
        for page in book.pages:
            for image in page_images(page):
                if image.get("/Filter") == pikepdf.Name.DCTDecode:
                    notes.append(_look(image.read_raw_bytes()))
                else:
                    pikepdf.PdfImage(image).as_pil_image().load()
                    notes.append((False, False))
        preferences = book.Root.get("/ViewerPreferences", pikepdf.Dictionary())
        size = [float(v) / 72 for v in book.pages[0].mediabox]
        return {
            "pages": len(book.pages),
            "title": str(book.docinfo.get("/Title", "")),
            "direction": "rtl" if preferences.get("/Direction") == pikepdf.Name.R2L else "ltr",
            "page size": f"{size[2] - size[0]:.2f} x {size[3] - size[1]:.2f} in",
            "syntax": "; ".join(book.check_pdf_syntax()) or "clean",
            **_summary(notes),
        }


def page_images(page: pikepdf.Page) -> list[pikepdf.Stream]:
    """The pictures that a PDF page draws itself, in the order of their names."""
    drawn = page.obj.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
    found = [cast(pikepdf.Stream, drawn[name]) for name in sorted(drawn.keys())]
    return [image for image in found if image.get("/Subtype") == pikepdf.Name.Image]


def _look(data: bytes) -> tuple[bool, bool]:
    """Decodes a picture in full: (has a position, has other EXIF data)."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        exif = image.getexif()
        return bool(exif.get_ifd(_GPS)), bool(exif.get_ifd(_EXIF))


def _summary(notes: list[tuple[bool, bool]]) -> dict[str, str | int]:
    places, others = sum(gps for gps, _ in notes), sum(exif for _, exif in notes)
    return {
        "pictures": f"all {len(notes)} open",
        "location data": f"in {places} pictures" if places else "none",
        "camera data": f"in {others} pictures" if others else "none",
    }
