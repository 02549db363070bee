"""EPUB 3 in fixed layout: a picture for each page, its lettering as SVG, all words as text, and the panels as regions.

Sources: EPUB 3.3, EPUB Accessibility 1.1, EPUB Region-Based Navigation 1.0. The same edition gives the same bytes.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from inkwright.project import replacing
from inkwright.publish.edition import Edition, EditionPage, EditionPanel, Line
from inkwright.publish.fonts import Fonts
from inkwright.publish.identity import identity
from inkwright.publish.metron import whole_date
from inkwright.publish.packing import MEDIA, packed, pixels_of, require_pages, vector_layer
from inkwright.publish.svg import lettering_svg, number
from inkwright.publish.templates import environment
from inkwright.publish.writing import add_file

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
AREAS = {"caption": "text-area", "sound": "sound-area"}
"""Kind of a balloon → its type as a region; all others are balloons."""
RTL_LANGUAGES = ("ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")
"""Languages that are written from right to left."""


@dataclass(frozen=True)
class _Sheet:
    """A page as the templates see it."""

    number: int
    href: str
    image: str
    media: str
    width: int
    height: int
    svg: Markup
    alt: str
    cover: bool
    spread: str
    bookmark: str
    panels: list[dict[str, Any]]


def write_epub(edition: Edition, path: Path) -> Iterator[int]:
    """Writes the book as an EPUB file; yields the number of pages done.

    Args:
        edition: the book.
        path: the file to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page or a font cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    require_pages(edition)
    templates, fonts = environment("epub"), Fonts(edition.fonts)
    sheets: list[_Sheet] = []
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        add_file(archive, "mimetype", "application/epub+zip")  # first, and stored, as the format asks
        add_file(archive, "META-INF/container.xml", CONTAINER)
        for n, page in enumerate(edition.pages):
            picture = packed(pixels_of(page, vector_layer(page, edition.language)), edition.quality, edition.dpi)
            image = f"page-{n + 1:03d}{picture.suffix}"
            sheets.append(_sheet(edition, n, image, picture.width, picture.height, fonts))
            add_file(archive, f"EPUB/images/{image}", picture.data)
            text = templates.get_template("page.xhtml").render(_common(edition) | {"page": sheets[-1]})
            add_file(archive, f"EPUB/{sheets[-1].href}", text)
            yield n + 1
        whole = _book(edition, sheets)
        for name in ("package.opf", "nav.xhtml", "style.css"):
            add_file(archive, f"EPUB/{name}", templates.get_template(name).render(whole))
        for name in ("regions", "transcript"):
            if whole[name]:
                add_file(archive, f"EPUB/{name}.xhtml", templates.get_template(f"{name}.xhtml").render(whole))


def _common(edition: Edition) -> dict[str, Any]:
    return {"title": edition.title, "language": edition.language, "rtl": edition.rtl}


def _sheet(edition: Edition, n: int, image: str, width: int, height: int, fonts: Fonts) -> _Sheet:
    page = edition.pages[n]
    lettering = page.lettering.get(edition.language)
    drawn = "" if lettering is None else lettering_svg(lettering, fonts, ' aria-hidden="true"')
    cover = n == edition.cover
    return _Sheet(
        number=n + 1,
        href=f"pages/page-{n + 1:03d}.xhtml",
        image=image,
        media=MEDIA[Path(image).suffix],
        width=width,
        height=height,
        svg=Markup(drawn),
        alt="" if page.panels else f"Page {n + 1}",
        cover=cover,
        spread=_spread(edition, n, width > height * 1.2),
        bookmark=page.bookmark,
        panels=[_panel(edition, page, panel, i, width, height) for i, panel in enumerate(page.panels, 1)],
    )


def _spread(edition: Edition, n: int, wide: bool) -> str:
    """The cover stands alone; behind it the first page is the one that a reader of the book's direction begins with."""
    if n == edition.cover or wide:
        return "rendition:page-spread-center"
    first = (n - edition.cover) % 2 == 1
    return "page-spread-left" if first != edition.rtl else "page-spread-right"


def _panel(edition: Edition, page: EditionPage, panel: EditionPanel, i: int, width: int, height: int) -> dict[str, Any]:
    lines = [line for line in panel.lines.get(edition.language, ()) if line.words.strip()]
    size = _letters(page, edition.language)
    return {
        "anchor": f"panel-{panel.id}",
        "label": panel.alt.strip() or f"Panel {i}",
        "alt": panel.alt.strip(),
        "style": _place(panel.box),
        "percent": _percent(panel.box, width, height),
        "said": lines,
        "lines": [
            {"speaker": x.speaker, "words": x.words, "style": f"{_place(x.box or panel.box)};font-size:{size}px"}
            for x in lines
        ],
        "areas": [
            {"type": AREAS.get(line.kind, "balloon"), "percent": _percent(line.box, width, height)}
            for line in lines
            if line.box is not None and _inside(line, width, height)
        ],
    }


def _letters(page: EditionPage, language: str) -> str:
    """The usual size of a page's letters, in pixels."""
    lettering = page.lettering.get(language)
    sizes = sorted(run.size for balloon in (lettering.balloons if lettering else []) for run in balloon.runs)
    return number(sizes[len(sizes) // 2]) if sizes else "16"


def _place(box: tuple[float, float, float, float]) -> str:
    x, y, w, h = map(number, box)
    return f"left:{x}px;top:{y}px;width:{w}px;height:{h}px"


def _inside(line: Line, width: int, height: int) -> bool:
    x, y, w, h = line.box or (0, 0, 0, 0)
    return x < width and y < height and x + w > 0 and y + h > 0


def _percent(box: tuple[float, float, float, float], width: int, height: int) -> str:
    """A box clipped to its page, as whole and hundredth parts of it."""
    x0, y0 = max(0.0, box[0] / width * 100), max(0.0, box[1] / height * 100)
    x1, y1 = min(100.0, (box[0] + box[2]) / width * 100), min(100.0, (box[1] + box[3]) / height * 100)
    return ",".join(map(number, (x0, y0, max(0.0, x1 - x0), max(0.0, y1 - y0))))


def _book(edition: Edition, sheets: list[_Sheet]) -> dict[str, Any]:
    spoken = any(page.spoken(edition.language) for page in edition.pages)
    missing = edition.without_alt()
    described = any(panel.alt.strip() for panel in edition.panels())
    contents = [{"href": s.href, "name": s.bookmark} for s in sheets if s.bookmark.strip()]
    features = ["tableOfContents", "pageNavigation", "readingOrder", "structuralNavigation"]
    return _common(edition) | {
        "book": edition,
        "identity": identity(edition),
        "pages": sheets,
        "cover": edition.cover,
        "contents": contents or [{"href": sheets[0].href, "name": edition.title}],
        "regions": any(sheet.panels for sheet in sheets),
        "transcript": spoken,
        "all_alt": spoken and not missing,
        "features": [*(["alternativeText"] if described else []), *features],
        "summary": _accessibility(len(list(edition.panels())), len(missing)),
        "rights": " ".join([edition.rights, *edition.font_notes()]).strip(),
        "notes": edition.described(),
        "modified": f"{whole_date(edition.date) or '2000-01-01'}T00:00:00Z",
        "script_rtl": edition.language.split("-")[0].lower() in RTL_LANGUAGES,
    }


def _accessibility(panels: int, missing: int) -> str:
    if not panels:
        return "The pages are pictures without descriptions."
    described = (
        "Every panel has a description" if not missing else f"{panels - missing} of {panels} panels have a description"
    )
    return f"{described}; the words of all balloons are text in reading order, and there is a transcript."
