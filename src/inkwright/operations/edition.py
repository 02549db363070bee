"""The finished book as the exporters take it: pages, panels, words and lettering of a project."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from inkwright.book import Book, Page, Panel
from inkwright.comic.lettering.drawing import draw_lettering
from inkwright.comic.lettering.script import languages_of, with_script
from inkwright.errors import ProjectError
from inkwright.images import Pixels, png_bytes, read_picture, to_float, to_uint8
from inkwright.learn.drawing import ink_map
from inkwright.lettering import PageLettering
from inkwright.operations.letter import font_bytes, letterings, load_script, opened, spoken_book
from inkwright.operations.material import load_book, pages
from inkwright.operations.words import style_name
from inkwright.project import Project, digest, quoted, write_bytes
from inkwright.publish.edition import Edition, EditionPage, EditionPanel, Line, Strip

INK = (20, 18, 24)
"""Colour of the ink layer."""


def languages(project: Project, language: str = "") -> list[str]:
    """The languages that a book has words in: the one asked for, or else the book's own, then the others."""
    own = project.config().book.language
    book = load_book(project)
    script = load_script(project, book)
    if script:
        book = with_script(book, script, own)
    first = language or own
    return [first, *sorted(code for code in languages_of(book, own) if code.casefold() != first.casefold())]


def edition_of(project: Project, source: str, language: str, lettered: Path, layered: bool) -> Edition:
    """The edition of a project; all its languages must be lettered.

    Args:
        project: the project.
        source: empty for the rendered pages; "harmonized" for those of `harmonize`.
        language: of the words.
        lettered: folder of the pages with lettering.
        layered: whether drawings and ink lines are asked for, as layers.

    Raises:
        ProjectError: a page has another size than its lettering.
    """
    config = project.config()
    by_language = {code: letterings(project, code) for code in languages(project, language)}
    book, _ = spoken_book(project, language)
    made = [
        _page(project, source, number, page, {code: found[number - 1] for code, found in by_language.items()}, lettered)
        for number, page in enumerate(book.pages, 1)
    ]
    if layered:
        both = zip(made, _layers(project, book), strict=True)
        made = [replace(page, drawing=drawing, ink=ink) for page, (drawing, ink) in both]
    everything = [lettering for found in by_language.values() for lettering in found]
    style = f"Style: {style_name(config.style)}. " if not source else ""
    about = config.book
    return Edition(
        title=project.title(),
        author=about.author,
        language=language,
        direction=about.direction,
        pages=made,
        quality=config.publish.quality,
        dpi=config.publish.dpi,
        notes=f"Drawn by {about.author or 'its author'}. {style}Made with inkwright.",
        series=about.series,
        number=about.number,
        publisher=about.publisher,
        summary=about.summary,
        genres=tuple(genre.strip() for genre in about.genres.split(",") if genre.strip()),
        date=about.date,
        rights=about.rights,
        isbn=about.isbn,
        age_rating=about.age_rating,
        fonts=font_bytes(project, everything),
        strip=Strip(config.publish.strip_width, config.publish.strip_height),
    )


def _page(
    project: Project, source: str, number: int, page: Page, lettering: dict[str, PageLettering], lettered: Path
) -> EditionPage:
    art = project.build / source / "pages" / f"{number}.png"
    with Image.open(art) as image:
        size = image.size
    for found in lettering.values():
        if (found.width, found.height) != size:
            raise ProjectError(
                f"{art} has {size[0]} x {size[1]} pixels, its lettering {found.width} x {found.height}.",
                f"Run: inkwright letter {quoted(project.root)} --again",
            )
    return EditionPage(
        art=art,
        lettered=lettered / f"{number}.png",
        panels=tuple(_panel(panel, lettering) for panel in page.panels),
        lettering=lettering,
        kind=page.kind or "story",
        bookmark=page.bookmark or "",
    )


def _panel(panel: Panel, lettering: dict[str, PageLettering]) -> EditionPanel:
    lines = {
        code: tuple(
            Line(balloon.words, balloon.kind, balloon.speaker, balloon.box)
            for balloon in sorted(found.balloons, key=lambda b: b.number)
            if balloon.panel == panel.id
        )
        for code, found in lettering.items()
    }
    corners = tuple((float(x), float(y)) for x, y in panel.polygon or ())
    return EditionPanel(panel.id, panel.box, corners, panel.alt or "", lines)


def _layers(project: Project, book: Book) -> Iterator[tuple[Path, Path]]:
    """For each page its drawing and the ink lines in it, as pictures in the cache."""
    folder = project.cache / "layers"
    for picture in pages(project, book):
        key = digest(picture.pixels.tobytes(), list(picture.pixels.shape))
        drawing, ink = (folder / f"{name}-{key}.png" for name in ("drawing", "ink"))
        if not drawing.is_file():
            write_bytes(drawing, png_bytes(picture.pixels))
        if not ink.is_file():
            write_bytes(ink, _ink(picture.pixels))
        yield drawing, ink


def _ink(pixels: Pixels) -> bytes:
    """A drawing's ink lines on nothing, as a PNG file."""
    strength = to_uint8(ink_map(to_float(pixels)))  # (H, W)
    made = np.empty((*strength.shape, 4), np.uint8)
    made[..., :3], made[..., 3] = INK, strength
    out = io.BytesIO()
    Image.fromarray(made, "RGBA").save(out, "PNG", compress_level=6)
    return out.getvalue()


def draw_pages(project: Project, source: str, language: str, folder: Path) -> Iterator[Path]:
    """Writes the pages with their lettering, as pictures; yields the path of each."""
    for number, lettering in enumerate(letterings(project, language), 1):
        art = read_picture(project.build / source / "pages" / f"{number}.png", 1)
        pixels = draw_lettering(art.pixels, lettering, lambda used: opened(project, used))
        write_bytes(folder / f"{number}.png", png_bytes(pixels, art.dpi))
        yield folder / f"{number}.png"
