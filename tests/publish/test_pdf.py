"""PDF files, opened again with pikepdf, pdfium, Pillow and, where it is installed, pdftoppm."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from editions import FONT_DATA, FONTS, LETTERS, comic, draw_pages, edition, shaped
from inkwright.comic.lettering.fonts import PLAIN, read_font
from inkwright.errors import PictureError, ProjectError
from inkwright.images import read_picture
from inkwright.lettering import FontUsed, LetteredBalloon
from inkwright.publish.checks_pdf import page_images
from inkwright.publish.edition import Edition, PrintMarks
from inkwright.publish.exporters import export, report
from inkwright.publish.fonts import Fonts
from inkwright.publish.overlay import laid_over, lettering_layer
from inkwright.publish.pdf import BATCH

Pixels = np.ndarray


def drawn(path: Path, n: int = 0, scale: float = 1.0) -> Pixels:
    """A page as pdfium draws it."""
    document = pdfium.PdfDocument(path)
    try:
        return np.array(document[n].render(scale=scale, rev_byteorder=True).to_numpy())[..., :3]
    finally:
        document.close()


def text_of(path: Path, n: int = 0) -> str:
    document = pdfium.PdfDocument(path)
    try:
        return str(document[n].get_textpage().get_text_bounded())
    finally:
        document.close()


def composed(book: Edition, n: int = 0) -> Pixels:
    page = book.pages[n]
    return laid_over(read_picture(page.art).pixels, lettering_layer(page.lettering["en"], Fonts(FONTS)))


def unlike(one: Pixels, other: Pixels) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())


def test_pages_size_title_language_and_direction(tmp_path: Path) -> None:
    out = tmp_path / "comic.pdf"
    pages = draw_pages(tmp_path, 3, 300, 450)
    export("pdf", edition(pages, dpi=150.0, language="sk", author="Žofia"), out)
    with pikepdf.open(out) as book:
        assert len(book.pages) == 3
        for page in book.pages:
            for box in ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox"):
                assert [float(v) for v in page.obj[box]] == pytest.approx([0, 0, 144, 216])
        assert str(book.docinfo.Title) == "Soup & Swords"
        assert str(book.docinfo.Author) == "Žofia"
        assert str(book.Root.Lang) == "sk"
        assert book.Root.ViewerPreferences.Direction == pikepdf.Name.L2R
        assert book.Root.OutputIntents[0].DestOutputProfile.read_bytes()[16:20] == b"RGB "
        with book.open_metadata() as xmp:
            assert xmp["dc:title"] == "Soup & Swords"
            assert xmp["dc:creator"] == ["Žofia"]
        assert book.check_pdf_syntax() == []


def test_right_to_left(tmp_path: Path) -> None:
    found = export("pdf", edition(draw_pages(tmp_path, 1), direction="rtl"), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        assert book.Root.ViewerPreferences.Direction == pikepdf.Name.R2L
    assert found.found("direction") == "rtl"


def test_pictures_are_embedded_as_they_are(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path, 1)
    export("pdf", edition(pages, quality=100), tmp_path / "lossless.pdf")
    with pikepdf.open(tmp_path / "lossless.pdf") as book:
        image = pikepdf.PdfImage(page_images(book.pages[0])[0]).as_pil_image()
        assert np.array_equal(np.asarray(image.convert("RGB")), np.asarray(Image.open(pages[0])))
    export("pdf", edition(pages, quality=80), tmp_path / "jpeg.pdf")
    with pikepdf.open(tmp_path / "jpeg.pdf") as book:
        raw = page_images(book.pages[0])[0].read_raw_bytes()
        assert Image.open(io.BytesIO(raw)).format == "JPEG"


def test_order_holds_over_several_batches(tmp_path: Path) -> None:
    shades = [(k * 9, 255 - k * 9, 100) for k in range(BATCH + 4)]
    pages = []
    for k, shade in enumerate(shades):
        pages.append(tmp_path / f"{k}.png")
        Image.new("RGB", (20, 20), shade).save(pages[-1])
    export("pdf", edition(pages, quality=100), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        images = [pikepdf.PdfImage(page_images(page)[0]).as_pil_image() for page in book.pages]
    assert [image.convert("RGB").getpixel((5, 5)) for image in images] == shades


def test_the_page_looks_as_it_is_composed(tmp_path: Path) -> None:
    book = comic(tmp_path, 2, quality=100, dpi=72.0)
    export("pdf", book, tmp_path / "comic.pdf")
    for n in range(2):
        assert unlike(drawn(tmp_path / "comic.pdf", n), composed(book, n)) < 1.0
    bare = read_picture(book.pages[0].art).pixels
    assert unlike(drawn(tmp_path / "comic.pdf"), bare) > 5.0  # the balloons are no small thing


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler-utils) is not installed")
def test_poppler_draws_the_same_page(tmp_path: Path) -> None:
    book = comic(tmp_path, 1, quality=100, dpi=72.0)
    export("pdf", book, tmp_path / "comic.pdf")
    # It shifts pictures and letters to whole pixels: at four times the size that is a quarter of a pixel.
    subprocess.run(["pdftoppm", "-r", "288", "-png", tmp_path / "comic.pdf", tmp_path / "out"], check=True)
    (made,) = tmp_path.glob("out*.png")
    wanted = composed(book)
    page = Image.open(made).convert("RGB").resize(wanted.shape[1::-1], Image.Resampling.BOX)
    assert unlike(np.asarray(page), wanted) < 2.0


def test_words_are_text_in_a_subset_of_the_font(tmp_path: Path) -> None:
    found = export("pdf", comic(tmp_path, 1), tmp_path / "comic.pdf")
    assert "More soup, please!" in " ".join(text_of(tmp_path / "comic.pdf").split())
    assert found.found("text") == "all 2 balloons can be found"
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        (font,) = book.pages[0].obj.Resources.Font.values()
        program = TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))
    assert str(font.Encoding) == "/Identity-H"
    assert str(font.BaseFont)[7] == "+"
    outlined = [name for name in program.getGlyphOrder() if program["glyf"][name].numberOfContours]
    assert 10 < len(outlined) < 25
    assert len(program.reader.file.getvalue()) < len(FONT_DATA) / 3


def with_runs(book: Edition, *texts: str, **more: object) -> Edition:
    """A book whose balloons say something else."""
    page = book.pages[0]
    balloons = [
        LetteredBalloon(panel="p1.1", number=k, kind="speech", words=text, box=(20, 20, 200, 80),
                        runs=[shaped(text, 150, 60 + 50 * k, 20, **more)])
        for k, text in enumerate(texts)
    ]  # fmt: skip
    lettering = page.lettering["en"].model_copy(update={"balloons": balloons})
    return replace(book, pages=[replace(page, lettering={"en": lettering})])


def test_ligatures_and_marks_can_be_copied(tmp_path: Path) -> None:
    book = with_runs(comic(tmp_path, 1), "Office: Žltý kôň", "Tiếng Việt")
    export("pdf", book, tmp_path / "comic.pdf")
    text = text_of(tmp_path / "comic.pdf")
    assert "Office: Žltý kôň" in text
    assert "Tiếng Việt" in text


def test_arabic_is_drawn_joined_and_copied_in_order(tmp_path: Path) -> None:
    plain = FontUsed(file=PLAIN, family="DejaVu Sans")
    data = read_font(PLAIN)
    book = with_runs(comic(tmp_path, 1, quality=100, dpi=72.0), "مرحبا بالعالم", data=data)
    page = book.pages[0]
    lettering = page.lettering["en"].model_copy(update={"fonts": {"f0": plain}})
    book = replace(book, fonts={PLAIN: data}, pages=[replace(page, lettering={"en": lettering})])
    assert export("pdf", book, tmp_path / "comic.pdf").found("text") == "all 1 balloons can be found"
    assert "مرحبا بالعالم" in text_of(tmp_path / "comic.pdf")
    layer = lettering_layer(lettering, Fonts(book.fonts))
    assert unlike(drawn(tmp_path / "comic.pdf"), laid_over(read_picture(page.art).pixels, layer)) < 1.0


def test_turned_letters_stand_where_they_do_in_pixels(tmp_path: Path) -> None:
    book = with_runs(comic(tmp_path, 1, dpi=72.0), "BOOM", turn=10.0, outline="#ffffff", outline_width=6.0)
    export("pdf", replace(book, quality=100), tmp_path / "comic.pdf")
    assert unlike(drawn(tmp_path / "comic.pdf"), composed(book)) < 1.0


def test_a_font_that_may_not_be_embedded_becomes_outlines(tmp_path: Path) -> None:
    font = TTFont(io.BytesIO(FONT_DATA))
    font["OS/2"].fsType = 2
    out = io.BytesIO()
    font.save(out)
    book = comic(tmp_path, 1, quality=100, dpi=72.0, fonts={LETTERS.file: out.getvalue()})
    found = export("pdf", book, tmp_path / "comic.pdf")
    assert "outlines" in found.found("fonts")
    assert text_of(tmp_path / "comic.pdf").strip() == ""
    assert unlike(drawn(tmp_path / "comic.pdf"), composed(book)) < 1.5


def test_a_missing_font_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="package:letters"):
        export("pdf", comic(tmp_path, 1, fonts={}), tmp_path / "comic.pdf")
    with pytest.raises(PictureError, match="not a font"):
        export("pdf", comic(tmp_path, 1, fonts={LETTERS.file: b"nothing"}), tmp_path / "comic.pdf")


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    book = comic(tmp_path, 2)
    for name in ("a.pdf", "b.pdf"):
        export("pdf", book, tmp_path / name)
    first = (tmp_path / "a.pdf").read_bytes()
    assert first == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in first
    assert b"ModifyDate" not in first
    export("pdf", replace(book, title="Another"), tmp_path / "b.pdf")
    assert first != (tmp_path / "b.pdf").read_bytes()


def test_panels_are_figures_with_their_text_and_place(tmp_path: Path) -> None:
    export("pdf", comic(tmp_path, 2, dpi=72.0), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        sections = list(book.Root.StructTreeRoot.K[0].K)
        panels = [panel for section in sections for panel in section.K]
        assert [str(panel.T) for panel in panels] == ["p1.1", "p1.2", "p2.1", "p2.2"]
        figures = [panel.K[0] for panel in panels]
        alts = [str(figure.Alt) for figure in figures]
        assert alts == ["A red ball on blue.", "Yellow ground under a slanted frame.", "A red ball on blue.", "Panel 2"]
        assert [float(v) for v in figures[0].A.BBox] == [20, 230, 280, 400]
        words = panels[0].K[1]
        assert (str(words.S), str(words.ActualText), str(words.T)) == ("/P", "More soup, please!", "Hero, speech")
        assert figures[2].Pg.objgen == book.pages[1].obj.objgen
        assert bool(book.Root.MarkInfo.Marked)
        for n, page in enumerate(book.pages):
            tree = book.Root.StructTreeRoot.ParentTree.Nums
            marked = [p.operands for p in pikepdf.parse_content_stream(page) if str(p.operator) == "BDC"]
            numbers = [int(operands[1].MCID) for operands in marked if "/MCID" in operands[1]]
            assert sorted(numbers) == list(range(len(tree[2 * n + 1])))


def test_words_in_the_picture_are_in_the_text(tmp_path: Path) -> None:
    book = comic(tmp_path, 1)
    export("pdf", replace(book, pages=[replace(book.pages[0], lettering={})]), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as made:
        figure = made.Root.StructTreeRoot.K[0].K[0].K[0].K[0]
        assert str(figure.Alt) == "A red ball on blue. Hero: More soup, please!"


def test_bookmarks(tmp_path: Path) -> None:
    book = comic(tmp_path, 2)
    book.pages[1] = replace(book.pages[1], bookmark="Part two")
    export("pdf", book, tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as made, made.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Part two"]


# -- print -------------------------------------------------------------------------------------------------------------


def boxes(path: Path) -> dict[str, list[float]]:
    with pikepdf.open(path) as book:
        return {name: [float(v) * 25.4 / 72 for v in book.pages[0].obj[f"/{name}Box"]]
                for name in ("Media", "Crop", "Bleed", "Trim")}  # fmt: skip


def test_bleed_and_crop_marks_lie_outside_of_the_exact_page(tmp_path: Path) -> None:
    book = comic(tmp_path, 1, dpi=72.0, quality=100, marks=PrintMarks(3, True))
    found = export("print", book, tmp_path / "print.pdf")
    assert found.found("bleed") == "3 mm"
    assert found.problems == []
    box = boxes(tmp_path / "print.pdf")
    trim = box["Trim"]
    assert [trim[2] - trim[0], trim[3] - trim[1]] == pytest.approx([300 * 25.4 / 72, 420 * 25.4 / 72], abs=1e-3)
    assert box["Bleed"] == pytest.approx([trim[0] - 3, trim[1] - 3, trim[2] + 3, trim[3] + 3], abs=1e-3)
    assert box["Media"] == box["Crop"]
    assert box["Media"][0] == 0 < box["Bleed"][0]
    scale = 4.0
    page = drawn(tmp_path / "print.pdf", 0, scale)
    x, y = (round(v / 25.4 * 72 * scale) for v in (trim[0], box["Media"][3] - trim[3]))
    inside = np.asarray(
        Image.fromarray(page[y : y + 420 * 4, x : x + 300 * 4]).resize((300, 420), Image.Resampling.BOX)
    )
    assert unlike(inside, composed(book)) < 2.0
    assert (page[: round(box["Bleed"][0] / 25.4 * 72 * scale) - 4] < 128).any()  # the marks
    assert page[2, 2].min() == 255


def test_without_marks_there_is_no_bleed(tmp_path: Path) -> None:
    found = export("pdf", comic(tmp_path, 1), tmp_path / "comic.pdf")
    assert [check.name for check in found.checks if check.verdict == "note"] == ["bleed", "resolution"]
    assert found.found("resolution") == "150 dpi; print asks for 300"
    found = export("print", comic(tmp_path, 1, dpi=300.0, marks=PrintMarks(3.0)), tmp_path / "print.pdf")
    assert [check.name for check in found.checks if check.verdict != "ok"] == []


# -- disk --------------------------------------------------------------------------------------------------------------


def test_a_failed_write_leaves_the_earlier_file_and_no_parts(tmp_path: Path) -> None:
    out = tmp_path / "comic.pdf"
    pages = draw_pages(tmp_path)
    export("pdf", edition(pages), out)
    before = out.read_bytes()
    (tmp_path / "2.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"2\.png"):
        export("pdf", edition(pages), out)
    assert out.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.png", "2.png", "3.png", "comic.pdf"]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / ".comic.pdf.parts"
    left.mkdir()
    (left / "0.pdf").write_bytes(b"half a file")
    export("pdf", edition(draw_pages(tmp_path, 1)), tmp_path / "comic.pdf")
    assert not left.exists()


def test_report_reads_the_file_again(tmp_path: Path) -> None:
    out, book = tmp_path / "comic.pdf", edition(draw_pages(tmp_path, 2, 300, 450), quality=90)
    found = export("pdf", book, out)
    assert [found.found(name) for name in ("pages", "pictures", "location data")] == ["2", "all 2 open", "none"]
    assert found.found("page size") == "50.8 x 76.2 mm"
    assert found.found("syntax") == "clean"
    out.write_bytes(b"%PDF-1.7\nrubbish")
    with pytest.raises(ProjectError, match="not a whole PDF"):
        report("pdf", out, book)
