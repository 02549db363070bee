import zipfile
from pathlib import Path

import pytest

from inkwright.comic.intake.limits import Limits
from inkwright.comic.intake.sources import find, on_disk
from inkwright.errors import PictureError
from page_files import archive, page, pdf_of_scans, png, raster

SMALL = Limits(files=20, pixels=10_000_000, unpacked=50_000_000, ratio=50)


def names(scans: list[Path], limits: Limits = SMALL) -> list[str]:
    return [sheet.short for sheet in find(scans, limits).sheets]


def refused(path: Path, said: str, limits: Limits = SMALL) -> str:
    with pytest.raises(PictureError) as caught:
        find([path], limits)
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_a_mixture_is_one_list_in_natural_order(tmp_path: Path):
    (tmp_path / "ch2" / "x").mkdir(parents=True)
    for name in ("ch2/p10.png", "ch2/p2.png", "ch2/x/p1.png", "ch10.png"):
        (tmp_path / name).write_bytes(png(page()))
    archive(tmp_path / "ch3.cbz", {"b/2.png": png(page()), "b/10.png": png(page()), "a/1.png": png(page())})
    pdf_of_scans(tmp_path / "ch4.pdf", [page(), page(1)])
    expected = [
        *("p2.png", "p10.png", "x/p1.png"),
        *("ch3.cbz: a/1.png", "ch3.cbz: b/2.png", "ch3.cbz: b/10.png"),
        *("ch4.pdf, page 1", "ch4.pdf, page 2", "ch10.png"),
    ]
    given = [tmp_path / name for name in ("ch10.png", "ch2", "ch3.cbz", "ch4.pdf")]  # as a shell hands them over
    assert names(given) == expected
    assert names([tmp_path / "ch4.pdf", tmp_path / "ch10.png", tmp_path / "ch2"]) == [
        *("ch4.pdf, page 1", "ch4.pdf, page 2", "ch10.png"),  # the person's own order
        *("p2.png", "p10.png", "x/p1.png"),
    ]
    whole = names([tmp_path])
    assert whole[:3] == ["ch2/p2.png", "ch2/p10.png", "ch2/x/p1.png"]
    assert len(whole) == 9


def test_junk_is_passed_over_and_counted(tmp_path: Path):
    (tmp_path / "a" / "__MACOSX").mkdir(parents=True)
    for name in ("Thumbs.db", ".DS_Store", "._p1.png", "__MACOSX/p1.png", "desktop.ini", "notes.txt", "p1.clip"):
        (tmp_path / "a" / name).write_bytes(b"junk")
    (tmp_path / "a" / "p1.png").write_bytes(png(page()))
    found = find([tmp_path / "a"], SMALL)
    assert [sheet.short for sheet in found.sheets] == ["p1.png"]
    assert len(found.junk) == 4  # the folder __MACOSX is not even entered
    assert sorted(found.others) == ["notes.txt", "p1.clip"]
    book = archive(tmp_path / "b.cbz", {"__MACOSX/._1.png": b"x", "ComicInfo.xml": b"<x/>", "1.png": png(page())})
    found = find([book], SMALL)
    assert [sheet.member for sheet in found.sheets] == ["1.png"]
    assert sorted(found.junk) == ["ComicInfo.xml", "__MACOSX/._1.png"]


def test_a_file_out_of_an_archive_is_there_only_while_it_is_looked_at(tmp_path: Path):
    data = png(page())
    sheet = find([archive(tmp_path / "a.cbz", {"deep/1.png": data})], SMALL).sheets[0]
    with on_disk(sheet, SMALL) as path:
        assert path.read_bytes() == data
        assert "deep" not in str(path)
    assert not path.exists()


@pytest.mark.parametrize(
    "name", ["../../evil.png", "/etc/evil.png", "a/../../evil.png", "..\\evil.png", "C:\\evil.png", "c:/evil.png"]
)
def test_an_archive_that_names_a_place_outside_is_refused(tmp_path: Path, name: str):
    refused(archive(tmp_path / "a.cbz", {"1.png": png(page()), name: png(page())}), "a place outside of itself")


def test_a_link_in_an_archive_is_refused(tmp_path: Path):
    link = zipfile.ZipInfo("1.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    refused(tmp_path / "a.zip", "holds a link")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path):
    bomb = archive(tmp_path / "a.zip", {"1.png": bytes(20_000_000)})
    assert "grows" in refused(bomb, "1.png")
    assert "60 MB" in refused(
        archive(tmp_path / "b.zip", {f"{n}.png": bytes(20_000_000) for n in range(3)}, zipfile.ZIP_STORED), "unpacked"
    )
    assert "21 files" in refused(archive(tmp_path / "c.zip", {f"{n}.png": b"x" for n in range(21)}), "at most 20")


def test_a_file_that_holds_more_than_it_declares_is_refused(tmp_path: Path):
    data = bytearray(archive(tmp_path / "a.zip", {"1.png": b"x" * 5000}, zipfile.ZIP_STORED).read_bytes())
    for at in (22, data.rindex(b"PK\x01\x02") + 24):  # the uncompressed size, in both headers
        data[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(data)
    refused(tmp_path / "a.zip", "is damaged")


def test_archives_in_archives_are_refused(tmp_path: Path):
    inner = archive(tmp_path / "in.zip", {"1.png": png(page())}).read_bytes()
    refused(archive(tmp_path / "a.zip", {"in.cbz": inner}), "an archive in an archive")
    refused(archive(tmp_path / "b.zip", {"1.png": inner}), "an archive in an archive")  # under a picture's name
    refused(archive(tmp_path / "c.zip", {"in.rar": b"Rar!\x1a\x07\x00"}), "an archive in an archive")
    drawing = raster(tmp_path / "x.ora", page()).read_bytes()
    assert names([archive(tmp_path / "d.zip", {"x.ora": drawing})]) == ["d.zip: x.ora"]


def test_an_encrypted_archive_is_told(tmp_path: Path):
    data = bytearray(archive(tmp_path / "a.cbz", {"1.png": png(page())}).read_bytes())
    for at in (6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    (tmp_path / "a.cbz").write_bytes(data)
    refused(tmp_path / "a.cbz", "is protected by a password")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Rar!\x1a\x07\x01\x00rest", "a RAR archive (CBR)"),
        (b"7z\xbc\xaf\x27\x1crest", "a 7-Zip archive"),
        (b"CSFCHUNKrest", "a Clip Studio file"),
        (b"\x1f\x8brest", "a gzip archive"),
        (b"<svg xmlns=", "not a picture of pixels"),
        (b"PK\x03\x04 cut", "is damaged"),
        (b"%PDF-1.7 cut", "is damaged"),
        (b"II*\0", "is damaged"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, said: str):
    (tmp_path / "a.png").write_bytes(data)
    refused(tmp_path / "a.png", said)


def test_an_empty_folder_archive_and_a_missing_file_are_told(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.txt").touch()
    refused(tmp_path / "a", "holds no pictures")
    refused(archive(tmp_path / "a.cbz", {}), "holds no pictures")
    refused(tmp_path / "missing.png", "does not exist")


def test_a_loop_of_folders_ends(tmp_path: Path):
    (tmp_path / "p1.png").write_bytes(png(page()))
    (tmp_path / "loop").symlink_to(tmp_path)
    assert names([tmp_path]) == ["p1.png"]
