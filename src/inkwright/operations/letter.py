"""`letter`: places the words of the script on the pages, as vectors in build/lettering/; pictures are not touched."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from inkwright.book import Book, Page
from inkwright.comic.lettering.desk import Problem
from inkwright.comic.lettering.font import Font
from inkwright.comic.lettering.fonts import Chain, font_files, open_font, read_font
from inkwright.comic.lettering.page import Style, letter_page
from inkwright.comic.lettering.script import Script, in_language, languages_of, parse_script, with_script
from inkwright.comic.lettering.svg import lettering_svg
from inkwright.comic.scan import read_page
from inkwright.errors import BookError, ConfigError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Warned
from inkwright.lettering import FontUsed, PageLettering, dump_lettering, load_lettering
from inkwright.operations.material import load_book, load_prior
from inkwright.project import Project, digest, guarded, quoted, read_json, write_bytes, write_json
from inkwright.registry import suggest

METHOD = 1
"""Raised when the letterer places or draws differently: pages are then lettered anew."""
POINT = 72.0
COLUMNS = ("ja", "zh")
"""Languages that are written in columns where a book is read from the right."""


def script_path(project: Project) -> Path:
    """script.csv: the book's words, where the author keeps them in a table."""
    return project.root / "script.csv"


def load_script(project: Project, book: Book) -> Script | None:
    """script.csv, or None where there is none; see `parse_script` for errors."""
    path = script_path(project)
    if not path.is_file():
        return None
    return read_script(project, book, path)


def read_script(project: Project, book: Book, path: Path) -> Script:
    """A script file against a book.

    Raises:
        BookError: missing, unreadable, or wrong; see `parse_script`.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BookError(f"The script {path} does not exist.", "Check the path.") from None
    except OSError as error:
        raise BookError(f"The script {path} cannot be read: {error.strerror}.", "Check that path.") from None
    names = [element.name for element in load_prior(project, book).elements]
    return parse_script(data, str(path), book.panel_ids(), names)


def spoken_book(project: Project, language: str = "") -> tuple[Book, list[tuple[str, str]]]:
    """The book with the words that are lettered: script.csv's in the panels it names, book.json's in all others.

    Args:
        project: the project.
        language: code; empty: the book's own.

    Returns:
        The book, and what the author should know, each with the next act.

    Raises:
        BookError: the script is wrong, or has no words in that language.
    """
    book, own = load_book(project), project.config().book.language
    script = load_script(project, book)
    warnings = list(script.warnings) if script else []
    if script:
        book = with_script(book, script, own)
    wanted = language or own
    known = languages_of(book, own)
    short = {code.split("-")[0].casefold() for code in known}
    if wanted.casefold() not in [c.casefold() for c in known] and wanted.split("-")[0].casefold() not in short:
        raise BookError(
            f"The book has no words in '{wanted}'.",
            f"Add a column '{wanted}' to {script_path(project)}. {suggest(wanted, known)}",
        )
    book, missing = in_language(book, wanted, own)
    if missing:
        some = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
        warnings.append((f"{len(missing)} panels have words without a '{wanted}' version: {some}.", "Translate them."))
    return book, warnings


def lettering_folder(project: Project, language: str = "") -> Path:
    """Where the lettering of a language lies."""
    return project.build / "lettering" / (language or project.config().book.language)


def style_of(project: Project, language: str = "") -> Style:
    """The lettering settings as the letterer takes them."""
    config = project.config()
    code = language or config.book.language
    columns = code.split("-")[0].casefold() in COLUMNS and config.book.direction == "rtl"
    return Style(
        language=code,
        direction=config.book.direction,
        capitals=config.letter.case == "upper",
        hyphenate=config.letter.hyphenate,
        vertical=config.letter.vertical == "always" or (config.letter.vertical == "auto" and columns),
        smallest=config.letter.smallest * config.publish.dpi / POINT,
        over_frames=config.letter.break_frames == "needed",
    )


def page_key(project: Project, page: Page, style: Style) -> str:
    """Changes with what a page's lettering depends on: its drawing, panels and words, fonts and settings."""
    elements = [(e.name, e.kind) for e in load_prior(project, load_book(project)).elements]
    own_fonts = [(str(path.relative_to(project.root)), digest(path)) for path in font_files([project.root / "fonts"])]
    named = project.config().publish.font
    chain = [digest(font.data) for font in Chain(named, project.root, style.language).fonts] if named else []
    data = page.model_dump()
    for panel in data["panels"]:
        for unseen in ("alt", "look", "confidence"):
            panel.pop(unseen, None)
        for balloon in panel["balloons"] or []:
            balloon.pop("translations", None)
    return digest(METHOD, data["panels"], digest(project.page_file(page.file)), vars(style), elements, own_fonts, chain)


def is_lettered(project: Project, language: str = "") -> bool:
    """Whether every page's lettering in a language is there and belongs to the present book."""
    try:
        book, _ = spoken_book(project, language)
    except BookError:
        return False
    folder, style = lettering_folder(project, language), style_of(project, language)
    index = (read_json(folder / "index.json") or {}).get("pages", {})
    return all(
        _state(folder, n, index, page_key(project, page, style)) != "old" for n, page in enumerate(book.pages, 1)
    )


def letterings(project: Project, language: str = "") -> list[PageLettering]:
    """The lettering of all pages, in order; run `letter` before.

    Raises:
        BookError: a file is missing or was broken by hand.
    """
    folder = lettering_folder(project, language)
    return [_load(folder / f"{n}.json") for n in range(1, len(load_book(project).pages) + 1)]


def font_bytes(project: Project, pages: Sequence[PageLettering]) -> dict[str, bytes]:
    """`FontUsed.file` → the file's bytes, for all fonts of some letterings."""
    files = sorted({used.file for page in pages for used in page.fonts.values()})
    return {file: read_font(file, project.root) for file in files}


def opened(project: Project, used: FontUsed) -> Font:
    """A font of a lettering."""
    return open_font(used.file, None if used.file.startswith("package:") else project.root, used.index)


def letter(
    project: Project, language: str = "", pages: Sequence[str] = (), again: bool = False, script: Path | None = None
) -> Iterator[Event]:
    """Letters pages whose words, drawing or settings changed.

    Args:
        project: the project.
        language: code of the words; empty: the book's own.
        pages: numbers or files of pages; none: all.
        again: also those that are up to date or were changed by hand; the latter are kept beside.
        script: a CSV file that becomes the book's script.csv.
    """
    if script is not None:
        yield from _import(project, script)
    book, warnings = spoken_book(project, language)
    style, folder = style_of(project, language), lettering_folder(project, language)
    chosen = _chosen(book, pages)
    clock = Clock("letter", len(chosen))
    yield Started("letter", len(chosen), f"{len(chosen)} pages in '{style.language}'")
    yield from (Warned("letter", message, hint) for message, hint in warnings)
    index: dict[str, Any] = (read_json(folder / "index.json") or {}).get("pages", {})
    made, problems = 0, 0
    for done, number in enumerate(chosen, 1):
        page, path = book.pages[number - 1], folder / f"{number}.json"
        key = page_key(project, page, style)
        state = _state(folder, number, index, key)
        if state == "edited" and not again:
            yield from _keep_edited(project, folder, number, page, index, key)
        elif state == "old" or again:
            found = _letter(project, book, page, style, folder, number, index, key)
            write_json(folder / "index.json", {"pages": index})
            made += 1
            yield from (_told(problem) for problem in found)
            problems += len(found)
            yield PageDone("letter", page.file, str(path))
        else:
            for said in index[str(number)].get("problems", []):
                problems += 1
                yield Warned("letter", *said)
        yield clock.step(done)
    if made:
        yield Saved("letter", str(folder), f"lettering in '{style.language}': N.json and N.svg for each page")
    note = f"{made} pages lettered" if made else "up to date"
    note += f"; {problems} balloons to look at" if problems else ""
    yield Finished("letter", note, made > 0, clock.seconds, {"pages": made, "problems": problems})


def _import(project: Project, script: Path) -> Iterator[Event]:
    """Takes a script file into the project; an earlier, different one is kept beside it."""
    target = script_path(project)
    read_script(project, load_book(project), script)  # refused before anything is replaced
    data = script.read_bytes()
    if target.is_file() and target.read_bytes() != data:
        before = target.with_name("script.before.csv")
        write_bytes(before, target.read_bytes())
        yield Saved("letter", str(before), "the script of before")
    write_bytes(target, data)
    yield Saved("letter", str(target), "script")


def _chosen(book: Book, pages: Sequence[str]) -> list[int]:
    names = {page.file: n for n, page in enumerate(book.pages, 1)}
    names |= {Path(page.file).name: n for n, page in enumerate(book.pages, 1)}
    names |= {str(n): n for n in range(1, len(book.pages) + 1)}
    for page in pages:
        if page not in names:
            raise BookError(f"There is no page '{page}'.", f"Name a number from 1 to {len(book.pages)}, or its file.")
    return sorted({names[page] for page in pages}) if pages else list(range(1, len(book.pages) + 1))


def _state(folder: Path, number: int, index: dict[str, Any], key: str) -> str:
    """ "fresh", "old", or "edited": changed by a person since it was written."""
    path, entry = folder / f"{number}.json", index.get(str(number))
    if not path.is_file():
        return "old"
    if not isinstance(entry, dict) or digest(path.read_bytes()) != entry.get("json"):
        return "edited"
    return "fresh" if entry.get("key") == key and (folder / f"{number}.svg").is_file() else "old"


def _letter(
    project: Project, book: Book, page: Page, style: Style, folder: Path, number: int, index: dict[str, Any], key: str
) -> list[Problem]:
    chain = Chain(project.config().publish.font, project.root, style.language)
    pixels = read_page(project.page_file(page.file)).pixels
    elements = load_prior(project, book).elements
    lettering, problems = letter_page(pixels, page, chain, style, elements)
    _keep_aside(folder, number, index)
    _write(project, folder, number, lettering, index)
    index[str(number)] |= {"key": key, "problems": [[_named(p), p.hint] for p in problems]}
    return problems


def _write(project: Project, folder: Path, number: int, lettering: PageLettering, index: dict[str, Any]) -> None:
    text = dump_lettering(lettering).encode()
    drawn = lettering_svg(load_lettering(text.decode(), f"{number}.json"), lambda used: opened(project, used)).encode()
    write_bytes(folder / f"{number}.svg", drawn)
    write_bytes(folder / f"{number}.json", text)
    index[str(number)] = {"json": digest(text), "svg": digest(drawn)}


def _keep_aside(folder: Path, number: int, index: dict[str, Any]) -> None:
    """What a person changed is never overwritten: it is kept as N.edited.json or N.edited.svg."""
    entry = index.get(str(number), {})
    for kind in ("json", "svg"):
        path = folder / f"{number}.{kind}"
        if path.is_file() and digest(path.read_bytes()) != entry.get(kind):
            with guarded(path):
                path.replace(folder / f"{number}.edited.{kind}")


def _keep_edited(
    project: Project, folder: Path, number: int, page: Page, index: dict[str, Any], key: str
) -> Iterator[Event]:
    """A page whose N.json was changed by hand: it is read, drawn as N.svg, and kept."""
    path = folder / f"{number}.json"
    lettering = _load(path)
    with contextlib.suppress(ConfigError):  # a font that is gone is said where it is needed
        drawn = lettering_svg(lettering, lambda used: opened(project, used)).encode()
        if not (folder / f"{number}.svg").is_file() or (folder / f"{number}.svg").read_bytes() != drawn:
            write_bytes(folder / f"{number}.svg", drawn)
    yield Warned(
        "letter",
        f"{path} was changed by hand and is kept as it is.",
        f"To letter it anew: inkwright letter {quoted(project.root)} --page {number} --again",
    )


def _load(path: Path) -> PageLettering:
    try:
        return load_lettering(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise BookError(f"{path} does not exist.", "Run: inkwright letter") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BookError(f"{path} cannot be read: {error}.", "Run: inkwright letter, with --again.") from None


def _named(problem: Problem) -> str:
    words = problem.words if len(problem.words) <= 40 else problem.words[:37] + "..."
    return f'Panel {problem.panel}, balloon {problem.number + 1} ("{words}"): {problem.message}'


def _told(problem: Problem) -> Warned:
    return Warned("letter", _named(problem), problem.hint)
