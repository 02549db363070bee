"""`import`: pages for a project, from whatever they are in. `new` takes its pages in the same way.

What is taken in is first made whole in `.inkwright/intake/`, and then moved into pages/: so a command that is stopped
goes on where it was, and one that meets a page that cannot be used leaves nothing behind.
"""

import contextlib
import errno
import re
import shutil
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkwright.comic.intake.formats import UNREADABLE
from inkwright.comic.intake.likeness import Likeness, is_copy, likeness
from inkwright.comic.intake.limits import Limits
from inkwright.comic.intake.sheets import take
from inkwright.comic.intake.sources import Found, Sheet, find
from inkwright.comic.scan import MIN_PAGE_SIDE, read_page
from inkwright.config import ImportSettings
from inkwright.errors import DiskError, PictureError, UserError
from inkwright.events import Clock, Event, Finished, PageDone, Saved, Started, Table, Warned
from inkwright.images import Picture
from inkwright.project import Project, digest, guarded, natural, quoted, read_json, write_bytes, write_json

METHOD = 1
"""Raised when the same source comes out as another page."""
COLUMNS = ("page", "from", "size", "dpi", "colour", "changed")


@dataclass
class Entry:
    """A page that lies ready to be moved into pages/.

    Attributes:
        file: where it lies.
        suffix: of its file.
        digest: of its bytes.
        row: `from`, `size`, `dpi`, `colour`, `changed` (a list), as told to the user.
        like: what it is compared by.
    """

    file: Path
    suffix: str
    digest: str
    row: dict[str, Any]
    like: Likeness


def limits_of(settings: ImportSettings) -> Limits:
    """The settings as limits."""
    return Limits(
        settings.max_files,
        round(settings.max_megapixels * 1e6),
        round(settings.max_total_megapixels * 1e6),
        round(settings.max_unpacked_mb * 1e6),
        settings.max_ratio,
        settings.pdf_dpi,
    )


@contextlib.contextmanager
def staging(root: Path) -> Iterator[Path]:
    """The folder in which pages are made whole: gone in the end, and also when nothing can come of them.

    It is kept where the work was stopped, or the disk is full: then it is gone on with.
    """
    stage = root / ".inkwright" / "intake"
    made = [folder for folder in (root / ".inkwright", root) if not folder.exists()]
    try:
        with guarded(stage):
            stage.mkdir(parents=True, exist_ok=True)
        yield stage
    except DiskError:
        raise
    except UserError:
        shutil.rmtree(stage, ignore_errors=True)
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise
    shutil.rmtree(stage, ignore_errors=True)


def gather(
    stage_name: str,
    scans: Sequence[Path],
    limits: Limits,
    stage: Path,
    before: Sequence[Likeness] = (),
    noun: str = "page",
) -> Generator[Event, None, tuple[list[Entry], Found]]:
    """Makes the pages of all that was named, in order.

    Args:
        stage_name: of the events: "new" or "import".
        scans: files, folders and archives.
        limits: what may be taken in.
        stage: the folder of `staging`.
        before: what the pages of the book are compared by; their numbers come first.
        noun: what they are called.

    Raises:
        PictureError: something cannot be used.
    """
    found = find(scans, limits)
    clock = Clock(stage_name, len(found.sheets))
    yield Started(stage_name, len(found.sheets), f"{len(found.sheets)} {noun}s")
    entries: list[Entry] = []
    likes, pixels = list(before), 0
    sources: dict[Path, str] = {}
    bad: list[tuple[Sheet, PictureError]] = []
    for number, sheet in enumerate(found.sheets, 1):
        if sheet.file not in sources:
            sources[sheet.file] = digest(sheet.file)
        try:
            entry, size = _entry(sheet, sources[sheet.file], limits, stage)
        except PictureError as error:
            bad.append((sheet, error))
            yield clock.step(number)
            continue
        pixels += size
        if pixels > limits.total_pixels:
            raise PictureError(
                f"The first {number} pages have {pixels // 10**6} megapixels together; "
                f"at most {limits.total_pixels // 10**6} are taken in.",
                "Take in a part of them, or set imports.max_total_megapixels higher.",
            )
        entry.row["changed"] += _remarks(entry.like, likes, noun)
        likes.append(entry.like)
        entries.append(entry)
        yield clock.step(number)
    if bad:
        raise _all_of(bad)
    return entries, found


def _all_of(bad: Sequence[tuple[Sheet, PictureError]]) -> PictureError:
    """One error for all that cannot be used: nobody should meet them one by one."""
    (_, first), *others = bad
    if not others:
        return first
    names = _some([sheet.short for sheet, _ in others])
    hint = "Take them out, or export them again; nothing was taken in."
    return PictureError(f"{first.message} Neither can be used: {names}.", f"{first.hint} {hint}".strip())


def _entry(sheet: Sheet, source: str, limits: Limits, stage: Path) -> tuple[Entry, int]:
    """A page that is made, or was by a command that was stopped, and its pixels."""
    key = digest([METHOD, source, sheet.kind, sheet.member, sheet.number, limits.pdf_dpi, sheet.name])
    note = read_json(stage / f"{key}.json")
    if note is not None and (made := stage / f"{key}{note['suffix']}").is_file() and digest(made) == note["digest"]:
        pixels = read_page(made).pixels
        return Entry(made, note["suffix"], note["digest"], note["row"], likeness(pixels)), pixels.size // 3
    taken = take(sheet, limits, MIN_PAGE_SIDE)
    file = stage / f"{key}{taken.suffix}"
    row = {"from": sheet.short, **_described(taken.picture)}
    write_bytes(file, taken.data)
    sum_ = digest(file)
    write_json(stage / f"{key}.json", {"suffix": taken.suffix, "digest": sum_, "row": row})
    entry = Entry(file, taken.suffix, sum_, row, likeness(taken.picture.pixels))
    return entry, taken.picture.pixels.size // 3


def _described(picture: Picture) -> dict[str, Any]:
    height, width = picture.pixels.shape[:2]
    dpi = "" if picture.dpi is None else f"{picture.dpi:.0f}"
    return {"size": f"{width} x {height}", "dpi": dpi, "colour": picture.colour, "changed": list(picture.notes)}


def _remarks(like: Likeness, likes: Sequence[Likeness], noun: str) -> list[str]:
    """What a person should look at: a page that may be there twice, or has nothing on it."""
    if like.blank:
        return [f"blank {noun}?"]
    same = next((number for number, other in enumerate(likes, 1) if is_copy(other, like)), None)
    return [] if same is None else [f"looks like {noun} {same}"]


def place(entry: Entry, target: Path) -> None:
    """Moves a page to where it belongs, whole or not at all."""
    with guarded(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            entry.file.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            write_bytes(target, entry.file.read_bytes())


def told(stage_name: str, names: Sequence[str], entries: Sequence[Entry], found: Found) -> Iterator[Event]:
    """The table of what was taken in, and what was passed over."""
    rows = []
    for name, entry in zip(names, entries, strict=True):
        row = entry.row
        rows.append((name, row["from"], row["size"], row["dpi"], row["colour"], ", ".join(row["changed"])))
    yield Table(stage_name, "Pages", COLUMNS, tuple(rows))
    if found.junk:
        count = "1 file" if len(found.junk) == 1 else f"{len(found.junk)} files"
        yield Warned(stage_name, f"{count} of the system or of other programs: skipped ({_some(found.junk)}).")
    if found.others:
        drawn = sorted({UNREADABLE[s] for name in found.others if (s := Path(name).suffix.lower()) in UNREADABLE})
        hint = f"Files of {', '.join(drawn)}: export them as PSD or PNG, and import those." if drawn else ""
        yield Warned(stage_name, f"No pages, and skipped: {_some(found.others)}.", hint)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def summary(names: Sequence[str], entries: Sequence[Entry], found: Found) -> dict[str, Any]:
    """The same for programs."""
    pages = [{"page": name, **entry.row} for name, entry in zip(names, entries, strict=True)]
    return {"pages": pages, "skipped": [*found.junk, *found.others]}


def import_pages(project: Project, scans: Sequence[Path], again: bool = False) -> Iterator[Event]:
    """Adds pages to a project, after those that are there; nothing is renumbered.

    Args:
        project: the project.
        scans: files, folders and archives.
        again: also what is a page already, to the byte; without it, that is left out and told.

    Raises:
        PictureError: one of them cannot be used; then none is added.
    """
    clock = Clock("import", 0)
    plan = project.root / ".inkwright" / "intake.json"  # what a stopped command was about to add, under which names
    key = digest([str(scan.resolve()) for scan in scans])
    old = read_json(plan) or {}
    ours = {(name, sum_) for name, sum_ in old.get("pages", [])} if old.get("key") == key else set()
    files = [file for file in in_book_order(project) if not ours or (file.name, digest(file)) not in ours]
    known = {digest(file): number for number, file in enumerate(files, 1)}
    with staging(project.root) as stage:
        before = [likeness(read_page(file).pixels) for file in files]
        entries, found = yield from gather("import", scans, limits_of(project.config().imports), stage, before)
        fresh = [entry for entry in entries if again or entry.digest not in known]
        names = _names(project, files, fresh)
        write_json(plan, {"key": key, "pages": [(n, e.digest) for n, e in zip(names, fresh, strict=True)]})
        for entry, name in zip(fresh, names, strict=True):
            if not (project.pages / name).exists():
                place(entry, project.pages / name)
            yield PageDone("import", name, str(project.pages / name))
        plan.unlink(missing_ok=True)
    yield from told("import", names, fresh, found)
    for entry in entries:
        if entry not in fresh:
            page = files[known[entry.digest] - 1].name
            yield Warned("import", f"{entry.row['from']} is page {page} already, and was left out.", "Take it: --again")
    count = "1 page" if len(fresh) == 1 else f"{len(fresh)} pages"
    yield Saved("import", str(project.pages), f"{count} added")
    note = f"{count} added; next: inkwright panels {quoted(project.root)}" if fresh else "nothing was added"
    yield Finished("import", note, bool(fresh), clock.seconds, summary(names, fresh, found))


def in_book_order(project: Project) -> list[Path]:
    """The pictures in pages/: those of book.json in its order, then the others."""
    files = {file.name: file for file in project.page_files()}
    listed = [Path(project.original(page.file)).name for page in project.book().pages]
    return [files[name] for name in listed if name in files] + [f for n, f in files.items() if n not in listed]


def _names(project: Project, files: Sequence[Path], entries: Sequence[Entry]) -> list[str]:
    """Names that come after those of `files`, in natural order: p7.png after p6.jpg, scan013.png after scan012.jpg.

    Names of other files that lie in pages/ are not used again.
    """
    names = _following(files, entries)
    for name, entry in zip(names, entries, strict=True):
        if (there := project.pages / name).exists() and digest(there) != entry.digest:
            return _following(project.page_files(), entries)
    return names


def _following(files: Sequence[Path], entries: Sequence[Entry]) -> list[str]:
    own = (file.stem for file in files if not re.fullmatch(r"layout[0-9]+\.png", file.name))  # not those of `layout`
    stems = sorted(own, key=natural)
    last = stems[-1] if stems else "p0"
    found = re.fullmatch(r"(.*?)([0-9]+)([^0-9]*)", last)
    head, digits = (found[1], found[2]) if found else (f"{last}_", "0")  # '_' sorts behind the suffix's '.'
    return [f"{head}{int(digits) + n:0{len(digits)}d}{entry.suffix}" for n, entry in enumerate(entries, 1)]


__all__ = ["Entry", "gather", "import_pages", "limits_of", "place", "staging", "summary", "told"]
