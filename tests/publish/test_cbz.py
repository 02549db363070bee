"""CBZ files, opened by other eyes: zipfile, Pillow, and the ComicInfo schema."""

import errno
import os
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from editions import draw_pages, edition
from inkwright.errors import DiskError, PictureError, ProjectError, UnknownChoiceError
from inkwright.publish.cbz import PageInfo, comic_info, write_cbz
from inkwright.publish.exporters import EXPORTERS, report

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("comicinfo.xsd")))


def info_of(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("ComicInfo.xml"))


def test_pages_stand_in_natural_order_and_open(tmp_path: Path) -> None:
    out = tmp_path / "comic.cbz"
    write_cbz(edition(draw_pages(tmp_path, 12)), out)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert names == [*(f"page-{k:03d}.jpg" for k in range(1, 13)), "ComicInfo.xml"]
        for name in names[:-1]:
            with archive.open(name) as file, Image.open(file) as image:
                image.load()
                assert (image.format, image.size) == ("JPEG", (60, 90))
                assert len(image.getexif()) == 0
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_quality_100_keeps_every_pixel(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path, 1)
    write_cbz(edition(pages, quality=100), tmp_path / "comic.cbz")
    with zipfile.ZipFile(tmp_path / "comic.cbz") as archive, archive.open("page-001.png") as file:
        assert np.array_equal(np.asarray(Image.open(file)), np.asarray(Image.open(pages[0])))


def test_noise_at_any_quality_is_encoded(tmp_path: Path) -> None:
    """Pillow's own buffer is too small for it; the smaller test pages would not tell."""
    pages = draw_pages(tmp_path, 1, 400, 400)
    for quality in (1, 90, 94, 99):
        write_cbz(edition(pages, quality=quality), tmp_path / "comic.cbz")
        assert report(tmp_path / "comic.cbz")["pictures"] == "all 1 open"


def test_comic_info_is_valid_and_true(tmp_path: Path) -> None:
    out = tmp_path / "comic.cbz"
    write_cbz(edition(draw_pages(tmp_path), language="sk", notes="Made with inkwright"), out)
    info = info_of(out)
    SCHEMA.assertValid(info)
    texts = {child.tag: child.text for child in info}
    assert texts["Title"] == "Soup & Swords"
    assert texts["Writer"] == texts["Penciller"] == "A. Hero"
    assert texts["LanguageISO"] == "sk"
    assert texts["PageCount"] == "3"
    assert texts["Manga"] == "No"
    assert texts["BlackAndWhite"] == "No"
    assert texts["Notes"] == "Made with inkwright"
    with zipfile.ZipFile(out) as archive:
        for k, page in enumerate(info.find("Pages")):
            assert page.get("Image") == str(k)
            assert (page.get("ImageWidth"), page.get("ImageHeight")) == ("60", "90")
            assert page.get("ImageSize") == str(archive.getinfo(f"page-{k + 1:03d}.jpg").file_size)
            assert page.get("Type") == ("FrontCover" if k == 0 else "Story")


def test_the_schema_fixture_can_fail() -> None:
    wrong_order = etree.fromstring("<ComicInfo><Manga>No</Manga><Title>x</Title></ComicInfo>")
    assert not SCHEMA.validate(wrong_order)
    assert not SCHEMA.validate(etree.fromstring("<ComicInfo><Manga>rtl</Manga></ComicInfo>"))


def test_right_to_left(tmp_path: Path) -> None:
    write_cbz(edition(draw_pages(tmp_path, 1), direction="rtl"), tmp_path / "comic.cbz")
    info = info_of(tmp_path / "comic.cbz")
    SCHEMA.assertValid(info)
    assert info.findtext("Manga") == "YesAndRightToLeft"
    assert report(tmp_path / "comic.cbz")["direction"] == "rtl"


def test_grey_pages_are_called_black_and_white(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 130).save(tmp_path / "grey.png")
    write_cbz(edition([tmp_path / "grey.png"]), tmp_path / "comic.cbz")
    assert info_of(tmp_path / "comic.cbz").findtext("BlackAndWhite") == "Yes"


def test_characters_that_xml_forbids_are_left_out() -> None:
    made = comic_info(edition([], title="A\x00B\x0b\ud800\ufffe<C>", author="\x1f"), [PageInfo(1, 1, 1)])
    info = etree.fromstring(made)
    SCHEMA.assertValid(info)
    assert info.findtext("Title") == "AB<C>"
    assert info.find("Writer") is None


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path)
    write_cbz(edition(pages), tmp_path / "a.cbz")
    os.utime(pages[0], (1, 1))
    write_cbz(edition(pages), tmp_path / "b.cbz")
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
    for quality in (90, 100):
        write_cbz(edition([path], quality=quality), tmp_path / "comic.cbz")
        assert b"PhoneMaker" not in (tmp_path / "comic.cbz").read_bytes()
        assert report(tmp_path / "comic.cbz")["location data"] == "none"


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "comic.cbz"
    pages = draw_pages(tmp_path)
    write_cbz(edition(pages), out)
    before = out.read_bytes()
    (tmp_path / "2.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"2\.png"):
        write_cbz(edition(pages), out)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="disk is full"):
        write_cbz(edition(pages[:1]), out)
    assert out.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.png", "2.png", "3.png", "comic.cbz"]


def test_no_pages_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no pages"):
        write_cbz(edition([]), tmp_path / "comic.cbz")
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_book(tmp_path: Path) -> None:
    pages = draw_pages(tmp_path, 1, 400, 400)

    def peak(n: int) -> int:
        tracemalloc.start()
        write_cbz(edition(pages * n, quality=100), tmp_path / "comic.cbz")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(24) < peak(4) + 1_000_000


def test_report_reads_the_file_again(tmp_path: Path) -> None:
    out = tmp_path / "comic.cbz"
    EXPORTERS["cbz"](edition(draw_pages(tmp_path)), out)
    found = report(out)
    assert (found["pages"], found["bytes"], found["ComicInfo.xml"]) == (3, out.stat().st_size, "at the root")
    assert found["pictures"] == "all 3 open"
    out.write_bytes(out.read_bytes()[:500])
    with pytest.raises(ProjectError, match="not a whole CBZ"):
        report(out)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(UnknownChoiceError, match="Did you mean 'cbz'"):
        EXPORTERS["cbr"]
