"""A PDF, opened again: what a reader asks of it, and the list that a printer goes through (after PDF/X)."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Dictionary, Name

from inkwright.publish.checks import Check, Seen, judged, look, picture_checks
from inkwright.publish.edition import Edition

MM = 25.4 / 72
"""Millimetres in a point."""


def check_pdf(path: Path, edition: Edition) -> list[Check]:
    """A PDF file; raises what its parts raise when they are damaged."""
    with pikepdf.open(path) as book:
        preferences = book.Root.get("/ViewerPreferences", Dictionary())
        direction = "rtl" if preferences.get("/Direction") == Name.R2L else "ltr"
        described = sum(1 for figure in _figures(book))
        wanted = sum(max(1, len(page.panels)) for page in edition.pages)
        return [
            judged("pages", len(book.pages) == len(edition.pages), str(len(book.pages))),
            judged("syntax", not (faults := book.check_pdf_syntax()), "clean", "; ".join(faults)),
            judged("direction", (direction == "rtl") == edition.rtl, direction),
            judged("language", str(book.Root.get("/Lang", "")) == edition.language, str(book.Root.get("/Lang", ""))),
            judged("structure", described == wanted, f"tagged, {described} figures with a text"),
            _text(path, edition),
            *preflight(book, edition),
            *picture_checks(_seen(book)),
        ]


def preflight(book: pikepdf.Pdf, edition: Edition) -> list[Check]:
    """What a printer looks at: boxes, bleed, resolution, colour, fonts, transparency."""
    return [
        *_boxes(book, edition),
        _resolution(book, edition),
        _colour(book),
        _fonts(book),
        judged("transparency", not _transparent(book), "none", "used", "note"),
        judged("encryption", not book.is_encrypted, "none", "encrypted"),
    ]


def _boxes(book: pikepdf.Pdf, edition: Edition) -> list[Check]:
    nested, sizes, bleeds = True, set(), set()
    for page in book.pages:
        media, beyond, trim = (_box(page, name) for name in ("/MediaBox", "/BleedBox", "/TrimBox"))
        nested = nested and _inside(trim, beyond) and _inside(beyond, media)
        sizes.add((round((trim[2] - trim[0]) * MM, 1), round((trim[3] - trim[1]) * MM, 1)))
        bleeds.add(round((trim[0] - beyond[0]) * MM, 2))
    bleed = min(bleeds)
    size = " and ".join(f"{w} x {h} mm" for w, h in sorted(sizes))
    return [
        judged("boxes", nested, "trim in bleed in media", "not inside each other"),
        judged("page size", len(sizes) == 1, size, f"{size}: not all alike", "note"),
        judged("bleed", abs(bleed - edition.marks.bleed_mm) < 0.01 < bleed, f"{bleed:g} mm", "none", "note"),
    ]


def _box(page: pikepdf.Page, name: str) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(v) for v in page.obj.get(name, page.mediabox))
    return x0, y0, x1, y1


def _inside(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    slack = 1e-3
    return all(a >= b - slack for a, b in zip(one[:2], other[:2], strict=True)) and all(
        a <= b + slack for a, b in zip(one[2:], other[2:], strict=True)
    )


def _resolution(book: pikepdf.Pdf, edition: Edition) -> Check:
    """The lowest resolution at which a picture is printed, from the matrix that it is drawn with."""
    found = []
    for page in book.pages:
        for image, (wide, high) in _drawn(page):
            found.append(min(int(image.Width) / wide, int(image.Height) / high) * 72)
    least = round(min(found, default=0.0), 1)
    enough = f"{least:g} dpi"
    return judged(
        "resolution",
        least >= edition.marks.min_dpi,
        enough,
        f"{enough}; print asks for {edition.marks.min_dpi:g}",
        "note",
    )


def _drawn(page: pikepdf.Page) -> Iterator[tuple[pikepdf.Stream, tuple[float, float]]]:
    """The pictures of a page and the size in points at which each is drawn."""
    drawn = page.obj.Resources.get("/XObject", Dictionary())
    matrix = (1.0, 1.0)
    stack: list[tuple[float, float]] = []
    for part in pikepdf.parse_content_stream(page):
        if isinstance(part, pikepdf.ContentStreamInlineImage):
            continue
        operands, name = part.operands, str(part.operator)
        if name == "q":
            stack.append(matrix)
        elif name == "Q":
            matrix = stack.pop()
        elif name == "cm":
            matrix = (matrix[0] * abs(float(operands[0])), matrix[1] * abs(float(operands[3])))
        elif name == "Do":
            yield cast(pikepdf.Stream, drawn[str(operands[0])]), matrix


def _colour(book: pikepdf.Pdf) -> Check:
    intents = book.Root.get("/OutputIntents", pikepdf.Array())
    spaces = {str(image.get("/ColorSpace")) for page in book.pages for image in page_images(page)}
    good = bool(len(intents)) and spaces <= {"/DeviceRGB"}
    return judged("colour", good, "RGB, sRGB output intent; a press turns it into CMYK", f"{', '.join(sorted(spaces))}")


def _fonts(book: pikepdf.Pdf) -> Check:
    found: dict[str, bool] = {}
    for page in book.pages:
        for font in page.obj.Resources.get("/Font", Dictionary()).values():
            below = font.DescendantFonts[0].FontDescriptor
            found[str(font.BaseFont).lstrip("/")] = "/FontFile2" in below or "/FontFile3" in below
    if not found:
        return Check("fonts", "none; letters are part of the pictures or outlines", "note")
    loose = sorted(name for name, embedded in found.items() if not embedded)
    return judged("fonts", not loose, f"embedded: {', '.join(sorted(found))}", f"not embedded: {', '.join(loose)}")


def _transparent(book: pikepdf.Pdf) -> bool:
    for page in book.pages:
        resources = page.obj.Resources
        if "/Group" in page.obj or "/ExtGState" in resources:
            return True
        if any("/SMask" in image or "/Mask" in image for image in page_images(page)):
            return True
    return False


def _figures(book: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """The figures with a text in the structure tree."""
    waiting = [book.Root.StructTreeRoot] if "/StructTreeRoot" in book.Root else []
    while waiting:
        node = waiting.pop()
        if node.get("/S") == Name.Figure and str(node.get("/Alt", "")):
            yield node
        below = node.get("/K")
        if isinstance(below, pikepdf.Array):
            waiting += [child for child in below if isinstance(child, Dictionary)]
        elif isinstance(below, Dictionary):
            waiting.append(below)


def _text(path: Path, edition: Edition) -> Check:
    """Whether the words of the lettering are found as text."""
    wanted = lost = 0
    document = pdfium.PdfDocument(path)
    try:
        for n, page in enumerate(edition.pages[: len(document)]):
            lettering = page.lettering.get(edition.language)
            if lettering is None:
                continue
            text = _bare(document[n].get_textpage().get_text_bounded())
            for balloon in lettering.balloons:
                runs = [_bare(run.text) for run in balloon.runs]
                wanted += 1
                lost += any(run not in text for run in runs)
    finally:
        document.close()
    if not wanted:
        return Check("text", "none: there is no lettering as vectors", "note")
    return judged(
        "text", not lost, f"all {wanted} balloons can be found", f"{lost} of {wanted} cannot be found", "note"
    )


def _bare(text: str) -> str:
    """Letters alone: readers differ in blanks, hyphens and the order of marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _seen(book: pikepdf.Pdf) -> Iterator[Seen]:
    for page in book.pages:
        for image in page_images(page):
            if image.get("/Filter") == Name.DCTDecode:
                yield look(image.read_raw_bytes())
            else:
                picture = pikepdf.PdfImage(image).as_pil_image()
                picture.load()
                yield Seen(*picture.size)


def page_images(page: pikepdf.Page) -> list[pikepdf.Stream]:
    """The pictures that a PDF page draws itself, in the order of their names."""
    drawn = page.obj.get("/Resources", Dictionary()).get("/XObject", Dictionary())
    found = [cast(pikepdf.Stream, drawn[name]) for name in sorted(drawn.keys())]
    return [image for image in found if image.get("/Subtype") == Name.Image]
