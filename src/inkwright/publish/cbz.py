"""CBZ: the pages as a zip file in natural order, with ComicInfo.xml (version 2.0) at its root.

Source of the format: the Anansi Project, ComicInfo v2.0 schema. The same edition gives the same bytes: fixed order,
fixed times, nothing compressed.
"""

import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from pathlib import Path

from inkwright.publish.edition import Edition, clean, packed_pages, replacing

COMIC_INFO = "ComicInfo.xml"
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PageInfo:
    """What ComicInfo.xml says of a page: its file's size in bytes, width and height in pixels, whether it is grey."""

    file_bytes: int
    width: int
    height: int
    grey: bool = False


def write_cbz(edition: Edition, path: Path) -> None:
    """Writes the book as a CBZ file; only one page at a time is held in memory.

    Args:
        edition: the book.
        path: the file to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    digits = max(3, len(str(len(edition.pages))))
    infos: list[PageInfo] = []
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for number, page in enumerate(packed_pages(edition), 1):
            _add(archive, f"page-{number:0{digits}d}{page.suffix}", page.data)
            infos.append(PageInfo(len(page.data), page.width, page.height, page.grey))
        _add(archive, COMIC_INFO, comic_info(edition, infos))


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = 3  # the same bytes on every system
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_STORED  # pictures do not shrink, and zlib versions differ in their bytes
    archive.writestr(entry, data)


def comic_info(edition: Edition, pages: list[PageInfo]) -> bytes:
    """ComicInfo.xml, UTF-8, elements in the order of the version 2.0 schema, empty ones left out.

    Args:
        edition: the book.
        pages: its pages in order; the first one is the front cover.
    """
    root = ET.Element("ComicInfo")
    title, author = clean(edition.title), clean(edition.author)
    for tag, value in (
        ("Title", title),
        ("Series", title),  # readers file a book by its series; without one they take the folder's name
        ("Notes", clean(edition.notes)),
        ("Writer", author),
        ("Penciller", author),
        ("CoverArtist", author),
        ("PageCount", str(len(pages))),
        ("LanguageISO", clean(edition.language)),
        ("BlackAndWhite", "Yes" if all(page.grey for page in pages) else "No"),
        ("Manga", "YesAndRightToLeft" if edition.direction == "rtl" else "No"),
    ):
        if value.strip():
            ET.SubElement(root, tag).text = value
    listed = ET.SubElement(root, "Pages")
    for i, page in enumerate(pages):
        values = {"Image": i, "ImageSize": page.file_bytes, "ImageWidth": page.width, "ImageHeight": page.height}
        kind = {"Type": "FrontCover" if i == 0 else "Story"}
        ET.SubElement(listed, "Page", {key: str(value) for key, value in values.items()} | kind)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
