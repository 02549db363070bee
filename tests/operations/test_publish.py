import zipfile
from pathlib import Path

import pikepdf
import pytest

from inkwright.operations.publish import book_file, is_published, publish
from inkwright.project import Project


def test_both_files_hold_all_pages(made_project: Path):
    with zipfile.ZipFile(made_project / "build" / "ball-and-box.cbz") as archive:
        assert archive.namelist() == ["page-001.jpg", "page-002.jpg", "ComicInfo.xml"]
        assert b"<Title>Ball and Box</Title>" in archive.read("ComicInfo.xml")
    with pikepdf.open(made_project / "build" / "ball-and-box.pdf") as book:
        assert len(book.pages) == 2


def test_one_format_alone(inkwright, made: Path):
    Project(made).set_config({"publish": {"quality": 60}})
    before = (made / "build" / "ball-and-box.pdf").read_bytes()
    assert [event["what"] for event in inkwright("publish", made, "--cbz").all("saved")] == ["CBZ"]
    assert (made / "build" / "ball-and-box.pdf").read_bytes() == before
    assert is_published(Project(made), ["cbz"])
    assert not is_published(Project(made), ["pdf"])  # the old one is not of these settings
    assert [event["what"] for event in inkwright("publish", made, "--pdf").all("saved")] == ["PDF"]
    assert is_published(Project(made))


def test_the_same_book_gives_the_same_bytes(inkwright, made: Path):
    paths = [made / "build" / f"ball-and-box.{suffix}" for suffix in ("cbz", "pdf")]
    before = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    assert inkwright("publish", made).code == 0
    assert [path.read_bytes() for path in paths] == before


def test_stopped_halfway_another_book_does_not_pass_for_this_one(made: Path):
    project = Project(made)
    project.set_config({"publish": {"quality": 10}})
    work = publish(project, ["cbz"])
    for event in work:
        if getattr(event, "what", "") == "CBZ":
            break
    work.close()  # the file is written, that it is written is not
    project.set_config({"publish": {"quality": 92}})
    assert not is_published(project)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etcpasswd.cbz"),
        ("☃ 😀", "comic.cbz"),
        ("Über-Mäuse: 2", "über-mäuse-2.cbz"),
        ('"quoted" & <b>', "quoted--b.cbz"),
    ],
)
def test_the_file_is_named_after_the_title(made: Path, title: str, name: str):
    project = Project(made)
    project.set_config({"book": {"title": title}})
    assert book_file(project, "cbz") == made / "build" / name


def test_a_very_long_title_fits_into_a_file_name(inkwright, made: Path):
    assert inkwright("publish", made, "--cbz", "--book-title", "𠀀" * 500).code == 0
    (path,) = (p for p in (made / "build").glob("*.cbz") if p.name != "ball-and-box.cbz")
    assert len(path.name.encode()) < 255


def test_words_that_no_font_has_are_told(inkwright, made: Path):
    project = Project(made)
    book = project.book()
    book.pages[0].panels[0].balloons = [{"words": "日本\x00"}]
    project.save_book(book)
    assert any(
        "p1.1" in event["message"] and "日" in event["message"] for event in inkwright("publish", made).all("warned")
    )


@pytest.mark.parametrize("font", ["missing.ttf", "~nobody9/x.ttf", "pages/p1.png"])
def test_a_font_that_is_none_is_refused(inkwright, made: Path, font: str):
    project = Project(made)
    book = project.book()
    book.pages[0].panels[0].balloons = [{"words": "Hi"}]
    project.save_book(book)
    before = (made / "build" / "ball-and-box.cbz").read_bytes()
    assert Path(font).name in inkwright("publish", made, "--publish-font", made / font).error["message"]
    assert (made / "build" / "ball-and-box.cbz").read_bytes() == before


def test_publish_needs_pages(inkwright, marked: Path):
    assert inkwright("publish", marked).error["hint"] == f"Run: inkwright render {marked}"
