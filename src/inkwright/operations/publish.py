"""`publish`: letters the finished pages and writes the book's files."""

import re
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from inkwright.book import Book
from inkwright.comic.lettering.drawing import draw_lettering
from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Table, Warned
from inkwright.images import png_bytes, read_picture
from inkwright.operations.harmonize import is_harmonized
from inkwright.operations.letter import letter, letterings, opened, page_key, spoken_book, style_of
from inkwright.operations.material import load_book
from inkwright.operations.render import is_fresh, render_key
from inkwright.operations.words import style_name
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json
from inkwright.publish.edition import Edition
from inkwright.publish.exporters import EXPORTERS, report

DEFAULT_FORMATS = ("cbz", "pdf")
LONGEST_NAME = 200
"""Bytes of a file's name; file systems take 255, with what is put around it."""


def publish_key(project: Project, source: str = "") -> str:
    """Changes with the pages, the words and the publishing settings; for `source` see `publish`."""
    config, book = project.config(), load_book(project)
    alt = [panel.alt for _, panel in book.panels()]
    style = style_of(project)
    words = [page_key(project, page, style) for page in spoken_book(project)[0].pages]
    painted = (read_json(project.build / source / "harmonize.json") or {}).get("key") if source else None
    return digest(
        painted or render_key(project, False),
        words,
        alt,
        config.publish.model_dump(),
        config.book.model_dump(),
        project.title(),
    )


def book_file(project: Project, suffix: str, source: str = "") -> Path:
    """Where the published book lies: build/, or the folder of its pages there, named after its title."""
    name = re.sub(r"[^\w\- ]+", "", project.title(), flags=re.UNICODE).strip().replace(" ", "-").lower()[:80]
    name = name.encode()[:LONGEST_NAME].decode("utf-8", "ignore")
    return project.build / source / f"{name or 'comic'}.{suffix}"


def is_published(project: Project, formats: Sequence[str] = DEFAULT_FORMATS, source: str = "") -> bool:
    """Whether all these files are there and belong to the present book."""
    meta = read_json(project.build / source / "publish.json") or {}
    fresh = meta.get("key") == publish_key(project, source)
    return fresh and all(f in meta.get("formats", []) and book_file(project, f, source).is_file() for f in formats)


def publish(project: Project, formats: Sequence[str], source: str = "") -> Iterator[Event]:
    """Letters the pages and writes the book in each format; unchanged books are not written again.

    Args:
        project: the project.
        formats: names from EXPORTERS; none: CBZ and PDF.
        source: empty for the rendered pages; "harmonized" for those of `harmonize`, in build/harmonized/.
    """
    wanted = list(dict.fromkeys(formats)) or list(DEFAULT_FORMATS)
    for name in wanted:
        EXPORTERS[name]  # an unknown format is refused before any work
    if source and not is_harmonized(project):
        raise ProjectError(
            "The harmonized pages are missing or out of date.",
            f"Run: inkwright harmonize {quoted(project.root)} --from FOLDER",
        )
    if not source and not is_fresh(project, False):
        raise ProjectError(
            "The rendered pages are missing or out of date.", f"Run: inkwright render {quoted(project.root)}"
        )
    if is_published(project, wanted, source):
        files = ", ".join(str(book_file(project, f, source)) for f in wanted)
        yield Finished("publish", f"up to date: {files}", False)
        return
    book, key, folder = load_book(project), publish_key(project, source), project.build / source
    clock = Clock("publish", len(book.pages))
    # Said first: should this be stopped halfway, the files of before do not pass for those of another book.
    before = read_json(folder / "publish.json") or {}
    kept = set(before.get("formats", [])) - set(wanted) if before.get("key") == key else set()
    write_json(folder / "publish.json", {"key": key, "formats": sorted(kept)})
    yield Started("publish", len(book.pages), f"{len(book.pages)} pages as {' and '.join(f.upper() for f in wanted)}")
    edition = _edition(project, book, (yield from _letter(project, book, folder, clock)), source)
    summary: dict[str, Any] = {}
    for name in wanted:
        path = book_file(project, name, source)
        EXPORTERS[name](edition, path)
        summary[name] = report(path)
        yield Saved("publish", str(path), name.upper())
        yield Table(
            "publish",
            f"{name.upper()}, opened again",
            ("check", "found"),
            tuple((k, str(v)) for k, v in summary[name].items()),
        )
    without_alt = [panel.id for _, panel in book.panels() if not panel.alt]
    if without_alt:
        yield Warned(
            "publish",
            f"{len(without_alt)} panels have no alt text, such as {without_alt[0]}.",
            'Write what they show as "alt" in book.json, for readers who cannot see them.',
        )
    write_json(folder / "publish.json", {"key": key, "formats": sorted({*kept, *wanted})})
    yield Finished(
        "publish", ", ".join(str(book_file(project, f, source)) for f in wanted), True, clock.seconds, summary
    )


def _edition(project: Project, book: Book, lettered: list[Path], source: str) -> Edition:
    config = project.config()
    style = f"Style: {style_name(config.style)}. " if not source else ""
    return Edition(
        title=project.title(),
        author=config.book.author,
        language=config.book.language,
        direction=config.book.direction,
        pages=lettered,
        quality=config.publish.quality,
        dpi=config.publish.dpi,
        alt=[" ".join(panel.alt for panel in page.panels if panel.alt) for page in book.pages],
        notes=f"Drawn by {config.book.author or 'its author'}. {style}Made with inkwright.",
    )


def _letter(project: Project, book: Book, folder: Path, clock: Clock) -> Generator[Event, None, list[Path]]:
    """The pages of a folder with their lettering, into lettered/ in it; returns their paths."""
    yield from (event for event in letter(project) if not isinstance(event, Finished))
    paths = []
    for number, (page, lettering) in enumerate(zip(book.pages, letterings(project), strict=True), 1):
        picture = read_picture(folder / "pages" / f"{number}.png", 1)
        pixels = draw_lettering(picture.pixels, lettering, partial(opened, project))
        path = folder / "lettered" / f"{number}.png"
        write_bytes(path, png_bytes(pixels, picture.dpi))
        paths.append(path)
        yield clock.step(number)
        yield PageDone("publish", page.file, str(path))
    return paths
