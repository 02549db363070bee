"""MetronInfo.xml: what newer comic servers read beside ComicInfo.xml.

Source of the format: the Metron Project's schema, version 1.0; nothing that only a later version has is written.
"""

import re
import xml.etree.ElementTree as ET

from inkwright.publish.edition import AGE_RATINGS, Edition, clean

METRON_INFO = "MetronInfo.xml"


def metron_info(edition: Edition) -> bytes:
    """MetronInfo.xml, UTF-8, empty elements left out."""
    root = ET.Element("MetronInfo")
    title, author = clean(edition.title), clean(edition.author)
    if edition.publisher.strip():
        ET.SubElement(ET.SubElement(root, "Publisher"), "Name").text = clean(edition.publisher)
    series = ET.SubElement(root, "Series")
    language = edition.language.split("-")[0].lower()
    if re.fullmatch("[a-z]{2}", language):  # the schema knows no code of three letters
        series.set("lang", language)
    ET.SubElement(series, "Name").text = clean(edition.series) or title
    ET.SubElement(series, "Format").text = "Single Issue" if edition.series else "Graphic Novel"
    _text(root, "CollectionTitle", title if edition.series else "")
    _text(root, "Number", clean(edition.number))
    _text(root, "Summary", clean(edition.summary))
    _text(root, "CoverDate", whole_date(edition.date))
    _text(root, "PageCount", str(len(edition.pages)))
    _text(root, "Notes", clean(edition.described()))
    if edition.genres:
        genres = ET.SubElement(root, "Genres")
        for genre in edition.genres:
            ET.SubElement(genres, "Genre").text = clean(genre)
    if edition.isbn:
        ET.SubElement(ET.SubElement(root, "GTIN"), "ISBN").text = re.sub(r"[^0-9Xx]", "", edition.isbn)
    _text(root, "AgeRating", AGE_RATINGS.get(edition.age_rating, "Unknown"))
    if author.strip():
        credit = ET.SubElement(ET.SubElement(root, "Credits"), "Credit")
        ET.SubElement(credit, "Creator").text = author
        roles = ET.SubElement(credit, "Roles")
        for role in ("Writer", "Artist", "Cover"):
            ET.SubElement(roles, "Role").text = role
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(parent: ET.Element, tag: str, text: str) -> None:
    if text.strip():
        ET.SubElement(parent, tag).text = text


def whole_date(date: str) -> str:
    """ "2026" or "2026-11" as a whole date, its first day; a whole date as it is; empty where there is none."""
    return f"{date}-01-01"[:10] if date else ""
