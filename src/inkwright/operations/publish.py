"""`publish`: letters the finished pages, writes the book's files, and says what was found in each."""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from inkwright.errors import BookError, ProjectError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Step, Warned
from inkwright.operations.edition import draw_pages, edition_of, languages
from inkwright.operations.harmonize import is_harmonized
from inkwright.operations.letter import is_lettered, letter, lettering_folder, script_path
from inkwright.operations.material import load_book
from inkwright.operations.publish_report import report_table, summary_of, warnings_of
from inkwright.operations.render import is_fresh, render_key
from inkwright.project import Project, digest, quoted, read_json, write_json
from inkwright.publish.edition import Edition, PrintMarks
from inkwright.publish.exporters import EXPORTERS, Report, report

DEFAULT_FORMATS = ("cbz", "pdf")
LONGEST_NAME = 200
"""Bytes of a file's name; file systems take 255, with what is put around it."""
METHOD = 2
"""Raised when the files are written differently: they are then written anew."""


Marks = tuple[float, bool]
"""Bleed in millimetres, and whether there are crop marks."""
NO_MARKS: Marks = (0.0, False)


def publish_key(project: Project, source: str = "", language: str = "") -> str:
    """Changes with the pages, the words, the lettering and the publishing settings; for `source` see `publish`."""
    config, book = project.config(), load_book(project)
    painted = (read_json(project.build / source / "harmonize.json") or {}).get("key") if source else None
    script = script_path(project)
    folders = [lettering_folder(project, code) for code in languages(project, language)]
    return digest(
        METHOD,
        painted or render_key(project, False),
        book.model_dump(),
        digest(script) if script.is_file() else "",
        [[digest(path) for path in sorted(folder.glob("*.json")) if path.stem.isdecimal()] for folder in folders],
        [config.publish.model_dump(), config.book.model_dump(), config.letter.model_dump()],
        project.title(),
        language,
    )


def book_file(project: Project, kind: str, source: str = "", language: str = "") -> Path:
    """Where a published file lies: build/, or the folder of its pages there; files are named after the title."""
    suffix, folder = EXPORTERS[kind].suffix, project.build / source
    other = _other(project, language)
    code = f"-{other}" if other else ""
    if not suffix:
        return folder / f"{kind}{code}"
    name = re.sub(r"[^\w\- ]+", "", project.title(), flags=re.UNICODE).strip().replace(" ", "-").lower()[:80]
    name = name.encode()[:LONGEST_NAME].decode("utf-8", "ignore")
    return folder / f"{name or 'comic'}{code}{suffix}"


def _meta(project: Project, source: str, language: str) -> Path:
    other = _other(project, language)
    return project.build / source / (f"publish-{other}.json" if other else "publish.json")


def _other(project: Project, language: str) -> str:
    """A language that is not the book's own; empty where it is."""
    return language if language != project.config().book.language else ""


def is_published(
    project: Project,
    formats: Sequence[str] = DEFAULT_FORMATS,
    source: str = "",
    language: str = "",
    marks: Marks = NO_MARKS,
) -> bool:
    """Whether all these files are there and belong to the present book."""
    language = _other(project, language)
    meta = read_json(_meta(project, source, language)) or {}
    try:
        fresh = meta.get("key") == publish_key(project, source, language)
        fresh = fresh and all(is_lettered(project, code) for code in languages(project, language))
    except BookError:  # a script that is wrong: publish says what is
        return False
    fresh = fresh and ("print" not in formats or meta.get("print") == _said(marks))
    there = (book_file(project, f, source, language).exists() for f in formats)
    return fresh and all(f in meta.get("formats", []) for f in formats) and all(there)


def publish(
    project: Project,
    formats: Sequence[str],
    source: str = "",
    language: str = "",
    marks: Marks = NO_MARKS,
) -> Iterator[Event]:
    """Letters the pages and writes the book in each format; unchanged books are not written again.

    Args:
        project: the project.
        formats: names from EXPORTERS; none: CBZ and PDF.
        source: empty for the rendered pages; "harmonized" for those of `harmonize`, in build/harmonized/.
        language: of the words; empty: the book's own.
        marks: what the format "print" has around its pages: bleed in millimetres, crop marks.
    """
    wanted, language = list(dict.fromkeys(formats)) or list(DEFAULT_FORMATS), _other(project, language)
    for name in wanted:
        EXPORTERS[name]  # an unknown format is refused before any work
    _require_pages(project, source)
    meta = _meta(project, source, language)
    paths = {name: book_file(project, name, source, language) for name in wanted}
    files = ", ".join(map(str, paths.values()))
    if is_published(project, wanted, source, language, marks):
        summary = (read_json(meta) or {}).get("report", {})
        summary = {**summary, "files": {k: v for k, v in summary.get("files", {}).items() if k in wanted}}
        yield report_table(summary)
        yield Finished("publish", f"up to date: {files}", False, summary=summary)
        return
    count, codes = len(load_book(project).pages), languages(project, language)
    clock = Clock("publish", count * (len(codes) + 1 + len(wanted)))
    names = [EXPORTERS[name].name for name in wanted]
    yield Started("publish", clock.total, f"{count} pages as {' and '.join(names)}")
    lettered = project.build / source / "lettered" / language
    done = yield from _lettered(project, codes, source, lettered, clock)
    key = publish_key(project, source, language)
    kept = _begin(meta, key, wanted)
    edition = edition_of(project, source, codes[0], lettered, "ora" in wanted)
    found = yield from _written(edition, paths, marks, clock, done)
    summary = summary_of(edition, found, project.root)
    yield report_table(summary)
    yield from warnings_of(edition, found)
    said = {"print": _said(marks)} if "print" in {*kept, *wanted} else {}
    whole = {**summary, "files": {**kept, **summary["files"]}}
    write_json(meta, {"key": key, "formats": sorted(whole["files"]), **said, "report": whole})
    yield Finished("publish", files, True, clock.seconds, summary)


def _written(
    edition: Edition, paths: dict[str, Path], marks: Marks, clock: Clock, done: int
) -> Generator[Event, None, dict[str, Report]]:
    """Writes and looks at each file; `done` steps were taken before."""
    found: dict[str, Report] = {}
    for name, path in paths.items():
        mine = replace(edition, marks=PrintMarks(*marks)) if name == "print" else edition
        for number in EXPORTERS[name].write(mine, path):
            yield clock.step(done + number)
        done += len(edition.pages)
        found[name] = report(name, path, mine)
        yield Saved("publish", str(path), EXPORTERS[name].name)
    return found


def _require_pages(project: Project, source: str) -> None:
    if source and not is_harmonized(project):
        raise ProjectError(
            "The harmonized pages are missing or out of date.",
            f"Run: inkwright harmonize {quoted(project.root)} --from FOLDER",
        )
    if not source and not is_fresh(project, False):
        raise ProjectError(
            "The rendered pages are missing or out of date.", f"Run: inkwright render {quoted(project.root)}"
        )


def _begin(meta: Path, key: str, wanted: list[str]) -> dict[str, Any]:
    """Says first that files will change: stopped halfway, those of before do not pass for those of another book.

    Returns:
        What is known of the files of the present book that are not written now.
    """
    before = read_json(meta) or {}
    files = before.get("report", {}).get("files", {}) if before.get("key") == key else {}
    kept = {name: said for name, said in files.items() if name not in wanted}
    said = {"print": before.get("print")} if "print" in kept else {}
    write_json(meta, {"key": key, "formats": sorted(kept), **said, "report": {"files": kept}})
    return kept


def _said(marks: Marks) -> str:
    """Marks as they are asked for."""
    bleed, crop_marks = marks
    return f"bleed={bleed:g}mm" + (",crop-marks" if crop_marks else "")


def _lettered(
    project: Project, codes: list[str], source: str, folder: Path, clock: Clock
) -> Generator[Event, None, int]:
    """Letters the pages in all languages, and draws them in the first; returns the steps done."""
    done = 0
    for code in codes:
        for event in letter(project, code):
            if isinstance(event, Warned):
                yield event
            elif isinstance(event, Step):
                done += 1
                yield clock.step(done)
    for path in draw_pages(project, source, codes[0], folder):
        done += 1
        yield clock.step(done)
        yield PageDone("publish", path.stem, str(path))
    return done
