"""EXPORTERS: the formats in which a book can be published, and what is found in a written file."""

import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from inkwright.errors import ProjectError
from inkwright.publish.cbz import write_cbz
from inkwright.publish.checks import Check
from inkwright.publish.checks_pdf import check_pdf
from inkwright.publish.checks_web import check_web, check_webtoon
from inkwright.publish.checks_zip import check_cbz, check_epub, check_ora
from inkwright.publish.edition import Edition
from inkwright.publish.epub import write_epub
from inkwright.publish.ora import write_ora
from inkwright.publish.pdf import write_pdf
from inkwright.publish.web import write_web
from inkwright.publish.webtoon import write_webtoon
from inkwright.registry import Registry


@dataclass(frozen=True)
class Exporter:
    """A format.

    Attributes:
        name: as people write it.
        suffix: of the file, such as ".cbz"; empty: a folder.
        write: writes an edition to a path, yields the number of pages done.
        check: opens what was written.
    """

    name: str
    suffix: str
    write: Callable[[Edition, Path], Iterator[int]]
    check: Callable[[Path, Edition], list[Check]]


EXPORTERS: Registry[Exporter] = Registry(
    "format",
    {
        "cbz": Exporter("CBZ", ".cbz", write_cbz, check_cbz),
        "pdf": Exporter("PDF", ".pdf", write_pdf, check_pdf),
        "print": Exporter("PDF for print", "-print.pdf", write_pdf, check_pdf),
        "epub": Exporter("EPUB", ".epub", write_epub, check_epub),
        "web": Exporter("Web", "", write_web, check_web),
        "webtoon": Exporter("Webtoon", "", write_webtoon, check_webtoon),
        "ora": Exporter("OpenRaster", "", write_ora, check_ora),
    },
)


@dataclass(frozen=True)
class Report:
    """What was found in a published file.

    Attributes:
        path: the file or folder.
        bytes: its size.
        checks: what was looked at.
    """

    path: Path
    bytes: int
    checks: list[Check]

    def found(self, name: str) -> str:
        """What a check found; empty where there was none of that name."""
        return next((check.found for check in self.checks if check.name == name), "")

    @property
    def problems(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.checks if check.verdict == "problem"]

    def as_dict(self, root: Path) -> dict[str, Any]:
        """Its JSON form; the file is named from a folder that it lies in."""
        file = self.path.relative_to(root).as_posix()
        return {"file": file, "bytes": self.bytes, "checks": [asdict(check) for check in self.checks]}


def export(kind: str, edition: Edition, path: Path) -> Report:
    """Writes an edition and looks at what was written.

    Args:
        kind: a name of EXPORTERS.
        edition: the book.
        path: the file or folder to write.
    """
    for _ in EXPORTERS[kind].write(edition, path):
        pass
    return report(kind, path, edition)


def report(kind: str, path: Path, edition: Edition) -> Report:
    """Opens a published file again and says what is in it.

    Args:
        kind: a name of EXPORTERS.
        path: what was written.
        edition: what it was written from.

    Raises:
        UnknownChoiceError: not a format that we write.
        ProjectError: the file is missing or damaged.
    """
    exporter = EXPORTERS[kind]
    try:
        checks = exporter.check(path, edition)
        size = path.stat().st_size if path.is_file() else sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    except (
        OSError,
        SyntaxError,
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        zipfile.BadZipFile,
        ET.ParseError,
        pikepdf.PdfError,
        pdfium.PdfiumError,
    ) as error:
        raise ProjectError(f"{path} is not a whole {exporter.name} file: {error}.", "Run: inkwright publish") from None
    return Report(path, size, checks)
