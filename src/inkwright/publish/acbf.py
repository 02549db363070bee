"""An ACBF document inside the CBZ: the panels' frames and all words, in every language, for readers that guide the eye.

Source of the format: Advanced Comic Book Format 1.1. A CBZ with such a file at its root stays a CBZ for everybody else.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from inkwright.publish.edition import Edition, EditionPage, clean
from inkwright.publish.identity import identity
from inkwright.publish.metron import whole_date

NAMESPACE = "http://www.acbf.info/xml/acbf/1.1"
KINDS = {"thought": "thought", "caption": "commentary", "sound": "sign"}
"""Kind of a balloon → type of a text area; all others are speech."""
GENRES = frozenset(
    [
        "adult",
        "adventure",
        "alternative",
        "artbook",
        "biography",
        "caricature",
        "children",
        "computer",
        "crime",
        "education",
        "fantasy",
        "history",
        "horror",
        "humor",
        "manga",
        "military",
        "mystery",
        "non-fiction",
        "politics",
        "real_life",
        "religion",
        "romance",
        "science_fiction",
        "sports",
        "superhero",
        "western",
        "other",
    ]
)
"""Those that the format knows."""


def acbf(edition: Edition, names: Sequence[str]) -> bytes:
    """The document, UTF-8.

    Args:
        edition: the book.
        names: the picture of each page inside the archive.
    """
    root = ET.Element("ACBF", {"xmlns": NAMESPACE})
    meta = ET.SubElement(root, "meta-data")
    book = ET.SubElement(meta, "book-info")
    author = ET.SubElement(book, "author")
    ET.SubElement(author, "nickname").text = clean(edition.author) or "Unknown"
    ET.SubElement(book, "book-title", {"lang": edition.language}).text = clean(edition.title)
    names_of_genres = {genre.strip().lower().replace(" ", "_") for genre in edition.genres}
    for genre in sorted(names_of_genres & GENRES) or ["other"]:
        ET.SubElement(book, "genre").text = genre
    annotation = ET.SubElement(book, "annotation", {"lang": edition.language})
    ET.SubElement(annotation, "p").text = clean(edition.summary or edition.title)
    cover = ET.SubElement(book, "coverpage")
    _page(cover, edition, edition.pages[edition.cover], names[edition.cover])
    languages = ET.SubElement(book, "languages")
    for language in edition.languages:  # false: these words are in the pictures already
        ET.SubElement(languages, "text-layer", {"lang": language, "show": str(language != edition.language).lower()})
    if edition.series:
        sequence = ET.SubElement(book, "sequence", {"title": clean(edition.series)})
        sequence.text = edition.number if edition.number.isdecimal() else "1"
    info = ET.SubElement(meta, "publish-info")
    ET.SubElement(info, "publisher").text = clean(edition.publisher) or "Self-published"
    date = whole_date(edition.date) or "2000-01-01"
    ET.SubElement(info, "publish-date", {"value": date}).text = edition.date or date
    if edition.isbn:
        ET.SubElement(info, "isbn").text = edition.isbn
    licence = clean(" ".join([edition.rights, *edition.font_notes()])).strip()
    if licence:
        ET.SubElement(info, "license").text = licence
    made = ET.SubElement(meta, "document-info")
    ET.SubElement(ET.SubElement(made, "author"), "nickname").text = "inkwright"
    ET.SubElement(made, "creation-date", {"value": date}).text = date
    ET.SubElement(made, "id").text = identity(edition)
    ET.SubElement(made, "version").text = "1.0"
    body = ET.SubElement(root, "body")
    for n, (page, name) in enumerate(zip(edition.pages, names, strict=True)):
        if n != edition.cover or len(names) == 1:  # the body must have a page
            _page(ET.SubElement(body, "page"), edition, page, name)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _page(parent: ET.Element, edition: Edition, page: EditionPage, name: str) -> None:
    if page.bookmark:
        ET.SubElement(parent, "title", {"lang": edition.language}).text = clean(page.bookmark)
    ET.SubElement(parent, "image", {"href": name})
    for language in edition.languages:
        areas = [
            (line, line.box)
            for panel in page.panels
            for line in panel.lines.get(language, ())
            if line.box is not None and line.words.strip()
        ]
        if areas:
            layer = ET.SubElement(parent, "text-layer", {"lang": language})
            for line, (x, y, w, h) in areas:
                corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
                area = ET.SubElement(layer, "text-area", {"points": _points(corners)})
                if line.kind in KINDS:
                    area.set("type", KINDS[line.kind])
                ET.SubElement(area, "p").text = clean(line.words)
    for panel in page.panels:
        ET.SubElement(parent, "frame", {"points": _points(panel.corners)})


def _points(corners: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{round(x)},{round(y)}" for x, y in corners)
