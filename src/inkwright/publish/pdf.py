"""PDF: every page's picture embedded as it is, one to a page, in its printed size.

The same edition gives the same bytes: no dates, and an identity made from the content. A page's text for readers who
cannot see it is the alternate description of a tagged figure (PDF 1.7, 14.8 and 14.9.3).
"""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import img2pdf
import pikepdf
from pikepdf import Array, Dictionary, Name, String

from inkwright.project import guarded
from inkwright.publish.edition import Edition, clean, packed_pages, replacing

BATCH = 16
"""Pages held in memory at a time; each batch waits on disk for the rest."""
PRODUCER = "inkwright"


def write_pdf(edition: Edition, path: Path) -> None:
    """Writes the book as a PDF file.

    Args:
        edition: the book; a page is as large as its pixels at `edition.dpi`.
        path: the file to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    with _folder(path) as folder, contextlib.ExitStack() as opened:
        parts = [opened.enter_context(pikepdf.open(part)) for part in _parts(edition, folder)]
        with pikepdf.new() as book, replacing(path) as file:
            for part in parts:
                book.pages.extend(part.pages)
            _describe(book, edition)
            _tag(book, edition.alt)
            book.save(
                file,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                compress_streams=False,  # pictures are compressed already, and zlib versions differ in their bytes
                min_version="1.7",
            )


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """A folder for the parts beside the file; what a killed run left there is removed first."""
    folder = path.with_name(f".{path.name}.parts")
    with guarded(path):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _parts(edition: Edition, folder: Path) -> list[Path]:
    """The pages as a few PDF files of BATCH pages each."""
    parts: list[Path] = []
    batch: list[bytes] = []

    def close() -> None:
        part = folder / f"{len(parts)}.pdf"
        layout = img2pdf.get_fixed_dpi_layout_fun((edition.dpi, edition.dpi))
        with guarded(part), part.open("wb") as file:
            img2pdf.convert(batch, outputstream=file, layout_fun=layout, nodate=True, engine=img2pdf.Engine.internal)
        parts.append(part)
        batch.clear()

    for page in packed_pages(edition):
        batch.append(page.data)
        if len(batch) == BATCH:
            close()
    if batch:
        close()
    return parts


def _describe(book: pikepdf.Pdf, edition: Edition) -> None:
    """Title, author, language and reading direction."""
    title, author = clean(edition.title), clean(edition.author)
    book.docinfo[Name.Title] = String(title)
    if author:
        book.docinfo[Name.Author] = String(author)
    if edition.notes:
        book.docinfo[Name.Subject] = String(clean(edition.notes))
    book.docinfo[Name.Producer] = String(PRODUCER)
    with book.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = title
        xmp["dc:language"] = {edition.language}
        xmp["pdf:Producer"] = PRODUCER
        if author:
            xmp["dc:creator"] = [author]
    book.Root.Lang = String(edition.language)
    book.Root.PageLayout = Name.SinglePage
    book.Root.ViewerPreferences = Dictionary(
        Direction=Name.R2L if edition.direction == "rtl" else Name.L2R, DisplayDocTitle=True
    )


def _tag(book: pikepdf.Pdf, alt: list[str]) -> None:
    """Makes every page with a text a tagged figure that carries it."""
    if not any(text.strip() for text in alt):
        return
    root = book.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    story = book.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    figures, numbers = Array(), Array()
    for i, (page, text) in enumerate(zip(book.pages, alt, strict=False)):
        if not text.strip():
            continue
        figure = book.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Figure, P=story, Pg=page.obj, K=0, Alt=String(clean(text)))
        )
        page.contents_add(b"/Figure <</MCID 0>> BDC", prepend=True)
        page.contents_add(b"EMC")
        page.obj.StructParents = i
        page.obj.Tabs = Name.S
        figures.append(figure)
        numbers.append(i)
        numbers.append(Array([figure]))
    story.K = figures
    root.K = Array([story])
    root.ParentTree = Dictionary(Nums=numbers)
    root.ParentTreeNextKey = len(book.pages)
    book.Root.StructTreeRoot = root
    book.Root.MarkInfo = Dictionary(Marked=True)
