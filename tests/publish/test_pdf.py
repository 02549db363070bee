"""PDF files, opened again with pikepdf and Pillow."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from editions import draw_pages, edition
from inkwright.errors import PictureError, ProjectError
from inkwright.publish.exporters import EXPORTERS, page_images, report
from inkwright.publish.pdf import BATCH, write_pdf


def test_pages_size_title_language_and_direction(tmp_path: Path) -> None:
    out = tmp_path / "comic.pdf"
    write_pdf(edition(draw_pages(tmp_path, 3, 300, 450), dpi=150.0, language="sk", author="Žofia"), out)
    with pikepdf.open(out) as book:
        assert len(book.pages) == 3
        for page in book.pages:
            assert [float(v) for v in page.mediabox] == pytest.approx([0, 0, 144, 216])
        assert str(book.docinfo.Title) == "Soup & Swords"
        assert str(book.docinfo.Author) == "Žofia"
        assert str(book.Root.Lang) == "sk"
        assert book.Root.ViewerPreferences.Direction == pikepdf.Name.L2R
        with book.open_metadata() as xmp:
            assert xmp["dc:title"] == "Soup & Swords"
            assert xmp["dc:creator"] == ["Žofia"]
        assert book.check_pdf_syntax() == []


def test_right_to_left(tmp_path: Path) -> None:
    write_pdf(edition(draw_pages(tmp_path, 1), direction="rtl"), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        assert book.Root.ViewerPreferences.Direction == pikepdf.Name.R2L
    assert report(tmp_path / "comic.pdf")["direction"] == "rtl"


def test_pictures_are_embedded_as_they_are(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path, 1)
    write_pdf(edition(pages, quality=100), tmp_path / "lossless.pdf")
    with pikepdf.open(tmp_path / "lossless.pdf") as book:
        image = pikepdf.PdfImage(page_images(book.pages[0])[0]).as_pil_image()
        assert np.array_equal(np.asarray(image.convert("RGB")), np.asarray(Image.open(pages[0])))
    write_pdf(edition(pages, quality=80), tmp_path / "jpeg.pdf")
    with pikepdf.open(tmp_path / "jpeg.pdf") as book:
        raw = page_images(book.pages[0])[0].read_raw_bytes()
        assert Image.open(io.BytesIO(raw)).format == "JPEG"


def test_order_holds_over_several_batches(tmp_path: Path) -> None:
    shades = [(k * 9, 255 - k * 9, 100) for k in range(BATCH + 4)]
    pages = []
    for k, shade in enumerate(shades):
        pages.append(tmp_path / f"{k}.png")
        Image.new("RGB", (20, 20), shade).save(pages[-1])
    write_pdf(edition(pages, quality=100), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        images = [pikepdf.PdfImage(page_images(page)[0]).as_pil_image() for page in book.pages]
    assert [image.convert("RGB").getpixel((5, 5)) for image in images] == shades


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path)
    for name in ("a.pdf", "b.pdf"):
        write_pdf(edition(pages, alt=["A hero.", "", "Soup."]), tmp_path / name)
    first = (tmp_path / "a.pdf").read_bytes()
    assert first == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in first
    assert b"ModifyDate" not in first
    write_pdf(edition(pages, title="Another"), tmp_path / "b.pdf")
    assert first != (tmp_path / "b.pdf").read_bytes()


def test_alt_texts_belong_to_their_pages(tmp_path: Path) -> None:
    write_pdf(edition(draw_pages(tmp_path), alt=["The Hero has tea.", " ", "Soup\x00 again."]), tmp_path / "comic.pdf")
    with pikepdf.open(tmp_path / "comic.pdf") as book:
        figures = list(book.Root.StructTreeRoot.K[0].K)
        assert [str(figure.Alt) for figure in figures] == ["The Hero has tea.", "Soup again."]
        assert figures[1].Pg.objgen == book.pages[2].obj.objgen
        assert bool(book.Root.MarkInfo.Marked)
        content = b"".join(part.operator.unparse() + b" " for part in pikepdf.parse_content_stream(book.pages[2]))
        assert content.count(b"BDC") == content.count(b"EMC") == 1
        assert "/StructParents" not in book.pages[1].obj


def test_a_failed_write_leaves_the_earlier_file_and_no_parts(tmp_path: Path) -> None:
    out = tmp_path / "comic.pdf"
    pages = draw_pages(tmp_path)
    EXPORTERS["pdf"](edition(pages), out)
    before = out.read_bytes()
    (tmp_path / "2.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"2\.png"):
        write_pdf(edition(pages), out)
    with pytest.raises(ProjectError, match="no pages"):
        write_pdf(edition([]), out)
    assert out.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.png", "2.png", "3.png", "comic.pdf"]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / ".comic.pdf.parts"
    left.mkdir()
    (left / "0.pdf").write_bytes(b"half a file")
    write_pdf(edition(draw_pages(tmp_path, 1)), tmp_path / "comic.pdf")
    assert not left.exists()


def test_report_reads_the_file_again(tmp_path: Path) -> None:
    out = tmp_path / "comic.pdf"
    write_pdf(edition(draw_pages(tmp_path, 2, 300, 450), quality=90), out)
    found = report(out)
    assert (found["pages"], found["pictures"], found["location data"]) == (2, "all 2 open", "none")
    assert found["page size"] == "2.00 x 3.00 in"
    assert found["syntax"] == "clean"
    out.write_bytes(b"%PDF-1.7\nrubbish")
    with pytest.raises(ProjectError, match="not a whole PDF"):
        report(out)
