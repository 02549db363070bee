"""CBZ: the pages as a zip file in natural order, with what readers and servers want to know of them at its root.

ComicInfo.xml (the Anansi Project's schema, version 2.0), MetronInfo.xml, the panels and words as ACBF, and a transcript
as plain text. Readers show pictures only and pass over the rest. The same edition gives the same bytes: fixed order,
fixed times, nothing compressed.
"""

import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inkwright.project import replacing
from inkwright.publish.acbf import acbf
from inkwright.publish.edition import Edition, clean
from inkwright.publish.metron import METRON_INFO, metron_info
from inkwright.publish.packing import packed_pages
from inkwright.publish.transcript import transcript_text
from inkwright.publish.writing import add_file

COMIC_INFO, ACBF, TRANSCRIPT = "ComicInfo.xml", "comic.acbf", "transcript.txt"
PAGE_TYPES = {
    "cover": "FrontCover",
    "back-cover": "BackCover",
    "letters": "Letters",
    "advertisement": "Advertisement",
    "title": "Other",
    "credits": "Editorial",
    "other": "Other",
}
"""Kind of a page → its type in ComicInfo; all others are Story."""
AGES = {"everyone": "Everyone", "teen": "Teen", "teen-plus": "MA15+", "mature": "Mature 17+"}


@dataclass(frozen=True)
class PageInfo:
    """What ComicInfo.xml says of a page: its file's size in bytes, width and height in pixels, whether it is grey."""

    file_bytes: int
    width: int
    height: int
    grey: bool = False


def write_cbz(edition: Edition, path: Path) -> Iterator[int]:
    """Writes the book as a CBZ file; only one page at a time is held in memory. Yields the number of pages done.

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
    names: list[str] = []
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for number, page in enumerate(packed_pages(edition), 1):
            names.append(f"page-{number:0{digits}d}{page.suffix}")
            add_file(archive, names[-1], page.data)
            infos.append(PageInfo(len(page.data), page.width, page.height, page.grey))
            yield number
        add_file(archive, COMIC_INFO, comic_info(edition, infos))
        add_file(archive, METRON_INFO, metron_info(edition))
        add_file(archive, ACBF, acbf(edition, names))
        if any(page.spoken(edition.language) for page in edition.pages):
            add_file(archive, TRANSCRIPT, transcript_text(edition, edition.language))


def comic_info(edition: Edition, pages: list[PageInfo]) -> bytes:
    """ComicInfo.xml, UTF-8, elements in the order of the version 2.0 schema, empty ones left out.

    Args:
        edition: the book.
        pages: its pages in order.
    """
    root = ET.Element("ComicInfo")
    title, author = clean(edition.title), clean(edition.author)
    year, month, day = (*edition.date.split("-"), "", "", "")[:3]
    for tag, value in (
        ("Title", title),
        ("Series", clean(edition.series) or title),  # readers file a book by its series, or else by its folder
        ("Number", clean(edition.number)),
        ("Summary", clean(edition.summary)),
        ("Notes", clean(edition.described())),
        ("Year", year),
        ("Month", month.lstrip("0")),
        ("Day", day.lstrip("0")),
        ("Writer", author),
        ("Penciller", author),
        ("CoverArtist", author),
        ("Publisher", clean(edition.publisher)),
        ("Genre", clean(", ".join(edition.genres))),
        ("PageCount", str(len(pages))),
        ("LanguageISO", clean(edition.language)),
        ("Format", "Webtoon" if edition.direction == "strip" else ""),
        ("BlackAndWhite", "Yes" if all(page.grey for page in pages) else "No"),
        ("Manga", "YesAndRightToLeft" if edition.rtl else "No"),
        ("AgeRating", AGES.get(edition.age_rating, "")),
    ):
        if value.strip():
            ET.SubElement(root, tag).text = value
    listed = ET.SubElement(root, "Pages")
    for i, page in enumerate(pages):
        values = {"Image": i, "ImageSize": page.file_bytes, "ImageWidth": page.width, "ImageHeight": page.height}
        kind = "FrontCover" if i == edition.cover else PAGE_TYPES.get(_kind(edition, i), "Story")
        entry = {key: str(value) for key, value in values.items()} | {"Type": kind}
        if i < len(edition.pages) and edition.pages[i].bookmark.strip():
            entry["Bookmark"] = clean(edition.pages[i].bookmark)
        if page.width > page.height * 1.2:
            entry["DoublePage"] = "true"
        ET.SubElement(listed, "Page", entry)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _kind(edition: Edition, i: int) -> str:
    return edition.pages[i].kind if i < len(edition.pages) else "story"
