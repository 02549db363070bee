"""CBZ files, opened by other eyes: zipfile, Pillow, comicbox, and the schemas of ComicInfo and MetronInfo."""

import errno
import os
import tracemalloc
import zipfile
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import xmlschema
from lxml import etree
from PIL import Image

from editions import SAID, comic, draw_pages, edition
from inkwright.errors import DiskError, PictureError, ProjectError, UnknownChoiceError
from inkwright.publish.cbz import PageInfo, comic_info
from inkwright.publish.exporters import EXPORTERS, export, report

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("comicinfo.xsd")))


def info_of(path: Path, name: str = "ComicInfo.xml") -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def test_pages_stand_in_natural_order_and_open(tmp_path: Path) -> None:
    out = tmp_path / "comic.cbz"
    export("cbz", edition(draw_pages(tmp_path, 12)), out)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        others = ["ComicInfo.xml", "MetronInfo.xml", "comic.acbf"]
        assert names == [*(f"page-{k:03d}.jpg" for k in range(1, 13)), *others]
        for name in names[:12]:
            with archive.open(name) as file, Image.open(file) as image:
                image.load()
                assert (image.format, image.size) == ("JPEG", (60, 90))
                assert len(image.getexif()) == 0
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_quality_100_keeps_every_pixel(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path, 1)
    export("cbz", edition(pages, quality=100), tmp_path / "comic.cbz")
    with zipfile.ZipFile(tmp_path / "comic.cbz") as archive, archive.open("page-001.png") as file:
        assert np.array_equal(np.asarray(Image.open(file)), np.asarray(Image.open(pages[0])))


def test_noise_at_any_quality_is_encoded(tmp_path: Path) -> None:
    """Pillow's own buffer is too small for it; the smaller test pages would not tell."""
    pages = draw_pages(tmp_path, 1, 400, 400)
    for quality in (1, 90, 94, 99):
        assert export("cbz", edition(pages, quality=quality), tmp_path / "c.cbz").found("pictures") == "all 1 open"


def test_comic_info_is_valid_and_true(tmp_path: Path) -> None:
    out = tmp_path / "comic.cbz"
    export("cbz", edition(draw_pages(tmp_path), language="sk", notes="Made with inkwright"), out)
    info = info_of(out)
    SCHEMA.assertValid(info)
    texts = {child.tag: child.text for child in info}
    assert texts["Title"] == texts["Series"] == "Soup & Swords"
    assert texts["Writer"] == texts["Penciller"] == "A. Hero"
    assert texts["LanguageISO"] == "sk"
    assert texts["PageCount"] == "3"
    assert texts["Manga"] == "No"
    assert texts["BlackAndWhite"] == "No"
    assert texts["Notes"] == "Made with inkwright."
    with zipfile.ZipFile(out) as archive:
        for k, page in enumerate(info.find("Pages")):
            assert page.get("Image") == str(k)
            assert (page.get("ImageWidth"), page.get("ImageHeight")) == ("60", "90")
            assert page.get("ImageSize") == str(archive.getinfo(f"page-{k + 1:03d}.jpg").file_size)
            assert page.get("Type") == ("FrontCover" if k == 0 else "Story")


WHOLE = {
    "series": "Soups", "number": "2", "publisher": "Pot & Sons", "summary": "A tale.", "genres": ("Fantasy", "Odd one"),
    "date": "2026-11-05", "rights": "CC BY 4.0", "isbn": "978-3-16-148410-0", "age_rating": "teen",
}  # fmt: skip


def test_everything_that_is_known_of_the_book_is_in_it(tmp_path: Path) -> None:
    book = comic(tmp_path, 3, ("en", "sk"), **WHOLE)
    book.pages[1] = replace(book.pages[1], bookmark="Part two", kind="title")
    book.pages[2] = replace(book.pages[2], kind="cover")
    export("cbz", book, tmp_path / "comic.cbz")
    info = info_of(tmp_path / "comic.cbz")
    SCHEMA.assertValid(info)
    texts = {child.tag: child.text for child in info}
    assert (texts["Series"], texts["Number"], texts["Publisher"]) == ("Soups", "2", "Pot & Sons")
    assert (texts["Year"], texts["Month"], texts["Day"], texts["AgeRating"]) == ("2026", "11", "5", "Teen")
    assert "CC BY 4.0" in texts["Notes"]
    assert "SIL Open Font License" in texts["Notes"]
    pages = info.find("Pages")
    assert [page.get("Type") for page in pages] == ["Story", "Other", "FrontCover"]
    assert pages[1].get("Bookmark") == "Part two"


@pytest.mark.parametrize("more", [{}, WHOLE, {"language": "pt-BR", "direction": "rtl", "date": "2026"}])
def test_metron_info_is_valid(tmp_path: Path, more: dict[str, object]) -> None:
    schema = xmlschema.XMLSchema11(str(files("comicbox") / "schemas" / "MetronInfo-v1.1.xsd"))
    export("cbz", edition(draw_pages(tmp_path, 1), **more), tmp_path / "comic.cbz")
    with zipfile.ZipFile(tmp_path / "comic.cbz") as archive:
        text = archive.read("MetronInfo.xml").decode().split("?>", 1)[1]
    schema.validate(text)
    assert not schema.is_valid(text.replace("<Creator>", "<Maker>").replace("</Creator>", "</Maker>"))


def test_comicbox_reads_the_same_book(tmp_path: Path) -> None:
    from comicbox.box import Comicbox

    book = comic(tmp_path, 3, direction="rtl", **WHOLE)
    export("cbz", book, tmp_path / "comic.cbz")
    with Comicbox(str(tmp_path / "comic.cbz")) as box:
        found = box.to_dict()["comicbox"]
    assert found["page_count"] == 3
    assert found["series"]["name"] == "Soups"
    assert (found["manga"], found["reading_direction"]) == ("Yes", "rtl")
    assert found["pages"][0]["page_type"] == "FrontCover"
    assert set(found["credits"]) == {"A. Hero"}


def test_panels_and_words_are_inside(tmp_path: Path) -> None:
    out = tmp_path / "comic.cbz"
    assert export("cbz", comic(tmp_path, 2, ("en", "sk")), out).found("panels") == "4 in comic.acbf"
    book = info_of(out, "comic.acbf")
    name = {"a": "http://www.acbf.info/xml/acbf/1.1"}
    assert [layer.get("show") for layer in book.findall(".//a:languages/a:text-layer", name)] == ["false", "true"]
    frames = book.findall(".//a:body/a:page/a:frame", name)
    assert [frame.get("points") for frame in frames] == [
        "20,20 280,20 280,190 20,190", "20,230 280,210 280,400 20,400"
    ]  # fmt: skip
    slovak = book.findall(".//a:body/a:page/a:text-layer[@lang='sk']/a:text-area/a:p", name)
    assert [p.text for p in slovak] == list(SAID["sk"])
    with zipfile.ZipFile(out) as archive:
        text = archive.read("transcript.txt").decode()
    assert "Panel 1. A red ball on blue.\nHero: More soup, please!" in text


def test_a_book_of_one_page_has_its_panels_once(tmp_path: Path) -> None:
    assert export("cbz", comic(tmp_path, 1), tmp_path / "comic.cbz").problems == []


def test_the_schema_fixture_can_fail() -> None:
    wrong_order = etree.fromstring("<ComicInfo><Manga>No</Manga><Title>x</Title></ComicInfo>")
    assert not SCHEMA.validate(wrong_order)
    assert not SCHEMA.validate(etree.fromstring("<ComicInfo><Manga>rtl</Manga></ComicInfo>"))
    assert not SCHEMA.validate(etree.fromstring("<ComicInfo><AgeRating>old</AgeRating></ComicInfo>"))


def test_right_to_left(tmp_path: Path) -> None:
    found = export("cbz", edition(draw_pages(tmp_path, 1), direction="rtl"), tmp_path / "comic.cbz")
    info = info_of(tmp_path / "comic.cbz")
    SCHEMA.assertValid(info)
    assert info.findtext("Manga") == "YesAndRightToLeft"
    assert found.found("direction") == "rtl"


def test_grey_pages_are_called_black_and_white(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 130).save(tmp_path / "grey.png")
    export("cbz", edition([tmp_path / "grey.png"]), tmp_path / "comic.cbz")
    assert info_of(tmp_path / "comic.cbz").findtext("BlackAndWhite") == "Yes"


def test_characters_that_xml_forbids_are_left_out(tmp_path: Path) -> None:
    page = draw_pages(tmp_path, 1)
    made = comic_info(edition(page, title="A\x00B\x0b\ud800\ufffe<C>", author="\x1f"), [PageInfo(1, 1, 1)])
    info = etree.fromstring(made)
    SCHEMA.assertValid(info)
    assert info.findtext("Title") == "AB<C>"
    assert info.find("Writer") is None


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path)
    export("cbz", edition(pages), tmp_path / "a.cbz")
    os.utime(pages[0], (1, 1))
    export("cbz", edition(pages), tmp_path / "b.cbz")
    assert (tmp_path / "a.cbz").read_bytes() == (tmp_path / "b.cbz").read_bytes()


def test_location_data_of_a_page_does_not_come_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 0.0)
    exif[0x010F] = "PhoneMaker"
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (64, 64), "red").save(path, exif=exif)
    with Image.open(path) as photo:
        assert photo.getexif().get_ifd(0x8825)
    for kind in EXPORTERS:
        for quality in (90, 100):
            found = export(kind, edition([path], quality=quality), tmp_path / f"{kind}-{quality}")
            assert found.found("location data") == "none"
            out = tmp_path / f"{kind}-{quality}"
            for file in [out] if out.is_file() else [f for f in out.rglob("*") if f.is_file()]:
                assert b"PhoneMaker" not in file.read_bytes()


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "comic.cbz"
    pages = draw_pages(tmp_path)
    export("cbz", edition(pages), out)
    before = out.read_bytes()
    (tmp_path / "2.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"2\.png"):
        export("cbz", edition(pages), out)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="disk is full"):
        export("cbz", edition(pages[:1]), out)
    assert out.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.png", "2.png", "3.png", "comic.cbz"]


@pytest.mark.parametrize("kind", list(EXPORTERS))
def test_no_pages_is_a_clear_error(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ProjectError, match="no pages"):
        export(kind, edition([]), tmp_path / "comic")
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_book(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path, 1, 400, 400)

    def peak(n: int) -> int:
        tracemalloc.start()
        for _ in EXPORTERS["cbz"].write(edition(pages * n, quality=100), tmp_path / "comic.cbz"):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(24) < peak(4) + 1_000_000


def test_report_reads_the_file_again(tmp_path: Path) -> None:
    out, book = tmp_path / "comic.cbz", edition(draw_pages(tmp_path))
    found = export("cbz", book, out)
    assert (found.found("pages"), found.bytes, found.problems) == ("3", out.stat().st_size, [])
    assert found.found("ComicInfo.xml") == "at the root, version 2.0"
    assert found.found("pictures") == "all 3 open"
    assert [check.name for check in report("cbz", out, edition(draw_pages(tmp_path, 4))).problems] == ["pages"]
    out.write_bytes(out.read_bytes()[:500])
    with pytest.raises(ProjectError, match="not a whole CBZ"):
        report("cbz", out, book)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(UnknownChoiceError, match="Did you mean 'cbz'"):
        EXPORTERS["cbr"]
