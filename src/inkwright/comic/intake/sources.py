"""What was named on a command line, files, folders and archives in any mixture, as one list of pictures in order."""

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inkwright.comic.intake import archives, formats, layered, pdf, tiff
from inkwright.comic.intake.limits import Limits
from inkwright.errors import PictureError

DEEPEST = 32
"""Folders inside folders; deeper ones are a loop or a mistake."""


@dataclass(frozen=True)
class Sheet:
    """One picture that becomes a page.

    Attributes:
        file: the file on disk that holds it.
        kind: "picture", "tiff", "heif", "psd", "drawing" (OpenRaster, Krita) or "pdf".
        member: its name in the archive `file`; empty: `file` is the picture.
        number: which picture or page of the file it is, from 0.
        alone: whether it is the file's only one.
        base: the folder that was named, where it was found in one.
    """

    file: Path
    kind: str
    member: str = ""
    number: int = 0
    alone: bool = True
    base: Path | None = None

    @property
    def name(self) -> str:
        """What messages call it: file, name in the archive, page."""
        inner = f": {self.member}" if self.member else ""
        return f"{self.file}{inner}" + ("" if self.alone else f", page {self.number + 1}")

    @property
    def short(self) -> str:
        """The same without the folders above what was named."""
        return self.name.removeprefix(str(self.base or self.file.parent)).lstrip(os.sep)


@dataclass(frozen=True)
class Found:
    """All that was found: pictures in order, and what was passed over, as the user would name it."""

    sheets: list[Sheet]
    junk: list[str]
    others: list[str]
    """Files that are no pages: texts, and drawings that only another program reads."""


def find(scans: Sequence[Path], limits: Limits) -> Found:
    """The pictures of a list of files, folders and archives.

    A shell hands over `scan*` as scan1, scan10, scan2: what comes in plain alphabetical order is put into natural
    order; any other order is the person's own and kept. Folders and archives are read in natural order, deep ones too.

    Raises:
        PictureError: something is missing, cannot be taken in, is more than `limits`, or holds no picture.
    """
    given = list(scans)
    if [str(p) for p in given] == sorted(str(p) for p in given):
        given.sort(key=lambda p: archives.natural_path(str(p)))
    found = Found([], [], [])
    for scan in given:
        before = len(found.sheets)
        for path in _files(scan, found) if scan.is_dir() else [scan]:
            found.sheets.extend(replace(s, base=scan if scan.is_dir() else None) for s in _sheets(path, limits, found))
            limits.count("What was named", len(found.sheets), "pages")
        if len(found.sheets) == before:
            raise PictureError(f"{scan} holds no pictures.", f"Readable are: {', '.join(formats.SUFFIXES)}.")
    return found


def _files(folder: Path, found: Found) -> list[Path]:
    """The files of a folder that may be pages, those of its folders included; links to folders are not followed."""
    files: list[Path] = []
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = [] if depth >= DEEPEST else [name for name in folders if not formats.is_junk(name)]
        files += [Path(root) / name for name in names]
    keep = []
    for path in sorted(files, key=lambda p: archives.natural_path(str(p.relative_to(folder)))):
        inside = str(path.relative_to(folder))
        if _is_page(inside, found):
            keep.append(path)
    return keep


def _is_page(inside: str, found: Found) -> bool:
    """Whether a file of a folder or archive is to be taken in; if not, it is noted."""
    suffix = Path(inside).suffix.lower()
    if formats.is_junk(inside):
        found.junk.append(inside)
        return False
    if suffix in formats.SUFFIXES or suffix in formats.HOLDERS:
        return True
    found.others.append(inside)
    return False


def _sheets(path: Path, limits: Limits, found: Found) -> list[Sheet]:
    """The pictures of one file."""
    name = str(path)
    try:
        with path.open("rb") as file:
            head = file.read(formats.HEAD)
    except FileNotFoundError:
        raise PictureError(f"{name} does not exist.", "Check the path.") from None
    except OSError as error:
        raise PictureError(f"{name} cannot be read: {error.strerror}.", "Check the path and its permissions.") from None
    kind = formats.kind_of(head, name)
    if kind != "zip":
        return _of_file(Sheet(path, kind), path, limits)
    with archives.opened(path, name) as archive:
        if layered.is_drawing(archive):
            return [Sheet(path, "drawing")]
        return _of_archive(path, archive, limits, found)


def _of_file(sheet: Sheet, path: Path, limits: Limits) -> list[Sheet]:
    """The pictures of a file that lies at `path`."""
    if sheet.kind == "pdf":
        count = pdf.count(path, sheet.name)
        limits.count(sheet.name, count, "pages")
        numbers = list(range(count))
    elif sheet.kind == "tiff":
        numbers = tiff.pages(path, sheet.name)
        limits.count(sheet.name, len(numbers), "pages")
    else:
        return [sheet]
    return [Sheet(sheet.file, sheet.kind, sheet.member, n, len(numbers) == 1) for n in numbers]


def _of_archive(path: Path, archive: zipfile.ZipFile, limits: Limits, found: Found) -> list[Sheet]:
    """The pictures in an archive, in natural order."""
    sheets: list[Sheet] = []
    for info in archives.members(archive, str(path), limits):
        member = info.filename
        name = f"{path}: {member}"
        if not _is_page(member, found):
            continue
        if Path(member).suffix.lower() in formats.HOLDERS:
            raise PictureError(f"{name} is an archive in an archive.", "Unpack the outer one, and take in the folder.")
        kind = formats.kind_of(archives.head(archive, info, formats.HEAD), name)
        if kind == "zip":
            if Path(member).suffix.lower() not in (".ora", ".kra"):
                raise PictureError(
                    f"{name} is an archive in an archive.", "Unpack the outer one, and take in the folder."
                )
            kind = "drawing"
        sheet = Sheet(path, kind, member)
        if kind in ("pdf", "tiff"):
            with on_disk(sheet, limits) as inner:
                sheets += _of_file(sheet, inner, limits)
        else:
            sheets.append(sheet)
    return sheets


@contextlib.contextmanager
def on_disk(sheet: Sheet, limits: Limits) -> Iterator[Path]:
    """A file that holds a sheet; one out of an archive is there only as long as it is looked at."""
    if not sheet.member:
        yield sheet.file
        return
    with tempfile.TemporaryDirectory(prefix="inkwright-") as folder:
        target = Path(folder) / ("member" + Path(sheet.member).suffix.lower())
        with archives.opened(sheet.file, str(sheet.file)) as archive:
            try:
                info = archive.getinfo(sheet.member)
            except KeyError:
                raise PictureError(f"{sheet.name} is gone.", "Run the same command again.") from None
            archives.unpack(archive, info, target, sheet.name, limits)
        yield target
