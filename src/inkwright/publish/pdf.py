"""PDF: each page's art as it is encoded once, its lettering above as vectors and text, in its printed size.

The same edition gives the same bytes: no dates, and an identity made from the content. Boxes: the trimmed page is the
TrimBox; with bleed the BleedBox is that much larger, and crop marks stand outside of it, in the MediaBox.
"""

import contextlib
import functools
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, String
from PIL import ImageCms

from inkwright.lettering import LetteredBalloon, PageLettering
from inkwright.project import guarded, replacing
from inkwright.publish.bleed import extended
from inkwright.publish.edition import Edition, EditionPage, EditionPanel, clean
from inkwright.publish.fonts import Fonts
from inkwright.publish.packing import PackedPage, packed, pixels_of, require_pages, vector_layer
from inkwright.publish.pdf_tags import Tags
from inkwright.publish.pdf_text import PdfFonts, num, shape_ops

BATCH = 16
"""Pages held in memory at a time; each batch waits on disk for the rest."""
PRODUCER = "inkwright"
MM = 72 / 25.4
"""Points in a millimetre."""
MARK_MM, MARK_GAP_MM = 5.0, 1.0
"""Length of a crop mark, and the space between it and the bleed."""


@dataclass(frozen=True)
class Geometry:
    """A page's measures in points, origin at the lower left of its MediaBox.

    Attributes:
        width: of the trimmed page.
        height: of the trimmed page.
        bleed: around it.
        slug: around the bleed, for crop marks.
        point: size of a pixel.
        bleed_px: pixels of art beyond each edge of the page; they may reach a little over the bleed.
    """

    width: float
    height: float
    bleed: float
    slug: float
    point: float
    bleed_px: int

    @property
    def left(self) -> float:
        """Where the trimmed page begins; the same from below."""
        return self.bleed + self.slug

    def box(self, around: float) -> Array:
        """The trimmed page and `around` points more on each side."""
        low = self.left - around
        return Array([_exact(v) for v in (low, low, low + self.width + 2 * around, low + self.height + 2 * around)])

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Page pixels → points."""
        return self.left + x * self.point, self.left + self.height - y * self.point


def _exact(value: float) -> float:
    return round(value, 4)


def geometry(edition: Edition, width: int, height: int) -> Geometry:
    """The measures of a page of width x height pixels."""
    point = 72 / edition.dpi
    bleed = edition.marks.bleed_mm * MM
    slug = (MARK_MM + 2 * MARK_GAP_MM) * MM if edition.marks.crop_marks else 0.0
    return Geometry(width * point, height * point, bleed, slug, point, -int(-bleed / point // 1) if bleed else 0)


def write_pdf(edition: Edition, path: Path) -> Iterator[int]:
    """Writes the book as a PDF file; yields the number of pages done.

    Args:
        edition: the book; a page is as large as its pixels at `edition.dpi`.
        path: the file to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    require_pages(edition)
    with _folder(path) as folder, contextlib.ExitStack() as opened:
        sizes: list[tuple[int, int]] = []
        parts: list[Path] = []
        for first in range(0, len(edition.pages), BATCH):
            parts.append(folder / f"{first}.pdf")
            yield from _part(edition, first, parts[-1], sizes)
        with pikepdf.new() as book, replacing(path) as file:
            for part in parts:
                book.pages.extend(opened.enter_context(pikepdf.open(part)).pages)
            _compose(book, edition, sizes)
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


def _part(edition: Edition, first: int, path: Path, sizes: list[tuple[int, int]]) -> Iterator[int]:
    """Some pages with nothing but their pictures, as a PDF of their own."""
    with pikepdf.new() as part:
        for number, page in enumerate(edition.pages[first : first + BATCH], first + 1):
            pixels = pixels_of(page, vector_layer(page, edition.language))
            height, width = pixels.shape[:2]
            sizes.append((width, height))
            around = geometry(edition, width, height).bleed_px
            image = image_stream(part, packed(extended(pixels, page.panels, around), edition.quality, edition.dpi))
            made = part.add_blank_page(page_size=(72, 72))
            made.obj.Resources = Dictionary(XObject=Dictionary(Art=image))
            yield number
        with guarded(path), path.open("wb") as file:
            part.save(file, compress_streams=False)


def image_stream(pdf: pikepdf.Pdf, page: PackedPage) -> pikepdf.Object:
    """A picture as it is encoded: a JPEG file as a whole, or the compressed rows of a PNG file."""
    image = pikepdf.Stream(pdf, page.data if page.suffix == ".jpg" else _png_rows(page.data))
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height, image.BitsPerComponent = page.width, page.height, 8
    image.ColorSpace = Name.DeviceRGB
    if page.suffix == ".jpg":
        image.Filter = Name.DCTDecode
    else:
        image.Filter = Name.FlateDecode
        image.DecodeParms = Dictionary(Predictor=15, Colors=3, BitsPerComponent=8, Columns=page.width)
    return pdf.make_indirect(image)


def _png_rows(data: bytes) -> bytes:
    """The IDAT chunks of a PNG file: its rows, each behind its predictor, as PDF's FlateDecode takes them."""
    at, found = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            found += data[at + 8 : at + 8 + length]
        at += 12 + length
    return found


def _compose(book: pikepdf.Pdf, edition: Edition, sizes: list[tuple[int, int]]) -> None:
    """Boxes, contents, structure and metadata of all pages."""
    fonts, tags = PdfFonts(book, Fonts(edition.fonts)), Tags(book)
    for n, (page, source, size) in enumerate(zip(book.pages, edition.pages, sizes, strict=True), 1):
        measures = geometry(edition, *size)
        page.obj.MediaBox = page.obj.CropBox = measures.box(measures.left)
        page.obj.BleedBox = measures.box(measures.bleed)
        page.obj.TrimBox = measures.box(0)
        page.obj.Resources.Font = fonts.resources
        text = _page_content(measures, source, edition, n, fonts, tags, page)
        page.obj.Contents = book.make_indirect(pikepdf.Stream(book, text.encode("latin-1")))
    fonts.embed()
    tags.finish()
    _describe(book, edition)


def _page_content(
    measures: Geometry,
    source: EditionPage,
    edition: Edition,
    number: int,
    fonts: PdfFonts,
    tags: Tags,
    page: pikepdf.Page,
) -> str:
    around = measures.bleed_px * measures.point
    low = measures.left - around
    wide, high = measures.width + 2 * around, measures.height + 2 * around
    clip = " ".join(num(float(v)) for v in _corner_and_size(measures.box(measures.bleed)))
    ops = [f"/Artifact BMC q {clip} re W n {num(wide)} 0 0 {num(high)} {num(low)} {num(low)} cm /Art Do Q EMC"]
    section = tags.page(page)
    lettering = source.lettering.get(edition.language)
    sections = {}
    for n, panel in enumerate(source.panels, 1):
        sections[panel.id] = tags.panel(section, panel.id)
        ops.append(_figure(measures, panel, _alt(panel, n, edition.language, lettering), tags, sections[panel.id]))
    if not source.panels:
        box = (measures.left, measures.left, measures.left + measures.width, measures.left + measures.height)
        ops.append(f"/Figure <</MCID {tags.figure(section, f'Page {number}', box)}>> BDC 0 0 0 0 re n EMC")
    if lettering is not None:
        scale = num(measures.point)
        left, top = measures.place(0, 0)
        ops.append(f"q {clip} re W n {scale} 0 0 -{scale} {num(left)} {num(top)} cm")
        faces = {key: fonts.fonts[used] for key, used in lettering.fonts.items()}
        for balloon in lettering.balloons:
            parent = sections.get(balloon.panel, section)
            shapes = [*map(shape_ops, balloon.shapes), fonts.outlines(balloon, faces)]
            ops.append("/Artifact BMC\n" + "\n".join(s for s in shapes if s) + "\nEMC")
            if text := fonts.text(balloon, faces):
                ops.append(f"/P <</MCID {tags.words(parent, balloon.words, _title(balloon))}>> BDC\n{text}\nEMC")
        ops.append("Q")
    if edition.marks.crop_marks:
        ops.append(_crop_marks(measures))
    return "\n".join(ops) + "\n"


def _title(balloon: LetteredBalloon) -> str:
    return f"{balloon.speaker}, {balloon.kind}" if balloon.speaker else balloon.kind


def _alt(panel: EditionPanel, n: int, language: str, lettering: PageLettering | None) -> str:
    """A panel's description; where its words are in the picture, they are in it as well."""
    return (panel.alt.strip() if lettering is not None else panel.spoken(language)) or f"Panel {n}"


def _figure(measures: Geometry, panel: EditionPanel, alt: str, tags: Tags, section: pikepdf.Dictionary) -> str:
    """A panel as a figure: its place, drawn by nothing, as the picture is one for the whole page."""
    x, y, w, h = panel.box
    (left, low), (right, high) = measures.place(x, y + h), measures.place(x + w, y)
    number = tags.figure(section, alt, (left, low, right, high))
    place = f"{num(left)} {num(low)} {num(right - left)} {num(high - low)} re n"
    return f"/Figure <</MCID {number}>> BDC {place} EMC"


def _corner_and_size(box: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(v) for v in box)
    return x0, y0, x1 - x0, y1 - y0


def _crop_marks(measures: Geometry) -> str:
    """Eight lines that say where to cut; they end before the bleed begins."""
    x0, y0, x1, y1 = (float(v) for v in measures.box(0))
    gap, length = measures.bleed + MARK_GAP_MM * MM, MARK_MM * MM
    lines = []
    for x in (x0, x1):
        lines += [(x, y0 - gap, x, y0 - gap - length), (x, y1 + gap, x, y1 + gap + length)]
    for y in (y0, y1):
        lines += [(x0 - gap, y, x0 - gap - length, y), (x1 + gap, y, x1 + gap + length, y)]
    drawn = "\n".join(f"{num(a)} {num(b)} m {num(c)} {num(d)} l S" for a, b, c, d in lines)
    return f"/Artifact BMC q 0 0 0 RG 0.25 w\n{drawn}\nQ EMC"


def _describe(book: pikepdf.Pdf, edition: Edition) -> None:
    """Title, author, language, reading direction, colour, bookmarks."""
    title, author, about = clean(edition.title), clean(edition.author), clean(edition.described())
    info = {"Title": title, "Author": author, "Subject": clean(edition.summary) or about, "Producer": PRODUCER}
    for key, value in info.items():
        if value.strip():
            book.docinfo[f"/{key}"] = String(value)
    book.docinfo[Name.Trapped] = Name("/False")
    with book.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = title
        xmp["dc:language"] = {edition.language}
        xmp["dc:format"] = "application/pdf"
        xmp["pdf:Producer"] = PRODUCER
        if author:
            xmp["dc:creator"] = [author]
        if edition.summary or about:
            xmp["dc:description"] = clean(edition.summary) or about
        if edition.rights or edition.fonts_used():
            xmp["dc:rights"] = clean(" ".join([edition.rights, *edition.font_notes()])).strip()
        if edition.publisher:
            xmp["dc:publisher"] = {clean(edition.publisher)}
    book.Root.Lang = String(edition.language)
    book.Root.PageLayout = Name.SinglePage
    direction = Name.R2L if edition.rtl else Name.L2R
    book.Root.ViewerPreferences = Dictionary(Direction=direction, DisplayDocTitle=True)
    profile = book.make_indirect(pikepdf.Stream(book, srgb_profile(), Dictionary(N=3, Alternate=Name.DeviceRGB)))
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    )
    book.Root.OutputIntents = Array([intent])
    marked = [(n, clean(page.bookmark)) for n, page in enumerate(edition.pages) if page.bookmark.strip()]
    if marked:
        with book.open_outline() as outline:
            outline.root.extend(OutlineItem(name, n) for n, name in marked)
        book.Root.PageMode = Name.UseOutlines


@functools.cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB, without the moment at which it was made."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    data[84:100] = bytes(16)  # the profile's identity, a digest that need not be there
    return bytes(data)
