import json
import shutil
import zipfile
from pathlib import Path

import pikepdf
import pytest

from inkwright.operations.publish import book_file, is_published, publish
from inkwright.project import Project


def test_both_files_hold_all_pages(made_project: Path):
    with zipfile.ZipFile(made_project / "build" / "ball-and-box.cbz") as archive:
        assert archive.namelist()[:3] == ["page-001.jpg", "page-002.jpg", "ComicInfo.xml"]
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


def with_words(root: Path, *words: str) -> Project:
    """Gives the first panel words, and a Slovak version of them."""
    project = Project(root)
    book = project.book()
    book.pages[0].panels[0].balloons = [{"words": w, "translations": {"sk": f"{w} po slovensky"}} for w in words]
    project.save_book(book)
    return project


def test_words_that_no_font_has_are_told(inkwright, made: Path):
    with_words(made, "Hi \U000e0fff")
    assert any("p1.1" in event["message"] for event in inkwright("publish", made, "--cbz").all("warned"))


@pytest.mark.parametrize("font", ["missing.ttf", "~nobody9/x.ttf", "pages/p1.png"])
def test_a_font_that_is_none_is_refused(inkwright, made: Path, font: str):
    with_words(made, "Hi")
    before = (made / "build" / "ball-and-box.cbz").read_bytes()
    assert Path(font).name in inkwright("publish", made, "--publish-font", made / font).error["message"]
    assert (made / "build" / "ball-and-box.cbz").read_bytes() == before


FORMATS = ["--cbz", "--pdf", "--epub", "--web", "--webtoon", "--ora", "--print", "bleed=3mm,crop-marks"]


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_format_and_one_report(inkwright, made: Path):
    with_words(made, "Hello there")
    run = inkwright("publish", made, *FORMATS)
    build = made / "build"
    files = ["ball-and-box.cbz", "ball-and-box.pdf", "ball-and-box-print.pdf", "ball-and-box.epub"]
    assert all((build / name).is_file() for name in files)
    assert (build / "web" / "index.html").is_file()
    assert (build / "webtoon" / "001.jpg").is_file()
    assert (build / "ora" / "002.ora").is_file()
    (table,) = run.all("table")
    rows = {(of, check): found for of, check, found, _ in table["rows"]}
    assert rows["Book", "missing alt text"].startswith("8 of 8 panels: p1.1, p1.2")
    assert rows["", "location data"] == "none"
    assert "SIL Open Font License" in rows["", "font"]
    summary = run.events[-1]["summary"]
    assert summary["missing_alt"] == [f"p{n}.{k}" for n in (1, 2) for k in (1, 2, 3, 4)]
    assert [c for said in summary["files"].values() for c in said["checks"] if c["verdict"] == "problem"] == []
    assert json.loads((build / "publish.json").read_text())["report"] == summary
    printed = {check["name"]: check["found"] for check in summary["files"]["print"]["checks"]}
    assert printed["bleed"] == "3 mm"
    screen = {check["name"]: check["found"] for check in summary["files"]["pdf"]["checks"]}
    assert screen["bleed"] == "none"


def test_two_runs_give_the_same_bytes_and_the_second_does_nothing(inkwright, made: Path):
    with_words(made, "Hello there")
    assert inkwright("publish", made, *FORMATS).events[-1]["fresh"]
    before = content(made / "build")
    again = inkwright("publish", made, *FORMATS)
    assert not again.events[-1]["fresh"]
    assert again.all("table")  # the report is told again
    for name in ("web", "webtoon", "ora", "lettered", "lettering"):
        shutil.rmtree(made / "build" / name)
    for path in [*(made / "build").glob("ball-and-box*"), made / "build" / "publish.json"]:
        path.unlink()
    assert inkwright("publish", made, *FORMATS).code == 0
    after = content(made / "build")
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] != before[name]] == []


def test_another_language_is_another_book(inkwright, made: Path):
    with_words(made, "Hello there")
    assert inkwright("publish", made, "--epub", "--web").code == 0
    before = content(made / "build")
    run = inkwright("publish", made, "--epub", "--language", "sk")
    assert [Path(event["path"]).name for event in run.all("saved")] == ["ball-and-box-sk.epub"]
    after = content(made / "build")
    assert {name: after[name] for name in before} == before
    with zipfile.ZipFile(made / "build" / "ball-and-box-sk.epub") as archive:
        assert "Hello there po slovensky" in archive.read("EPUB/pages/page-001.xhtml").decode()
        assert "<dc:language>sk</dc:language>" in archive.read("EPUB/package.opf").decode()
    assert "sk" in (made / "build" / "web" / "index.html").read_text()
    assert "no words in 'fr'" in inkwright("publish", made, "--epub", "--language", "fr").error["message"]


def test_another_bleed_is_another_print(inkwright, made: Path):
    assert inkwright("publish", made, "--print", "bleed=3mm").events[-1]["fresh"]
    assert not inkwright("publish", made, "--print", "bleed=3mm").events[-1]["fresh"]
    assert inkwright("publish", made, "--print", "bleed=0.125in").events[-1]["fresh"]
    assert is_published(Project(made), ["pdf"])


@pytest.mark.parametrize(
    "spec", ["bleed", "bleed=3", "bleed=-1mm", "bleed=26mm", "bleed=nanmm", "marks", "", "bleed=3mm,,"]
)
def test_a_print_that_is_not_understood_is_refused(inkwright, made: Path, spec: str):
    assert inkwright("publish", made, "--print", spec).code == 2


def test_what_a_page_is_and_how_it_is_called(inkwright, made: Path):
    project = Project(made)
    book = project.book()
    book.pages[1].kind, book.pages[1].bookmark = "credits", "Thanks"
    project.save_book(book)
    run = inkwright("publish", made, "--cbz", "--book-series", "Balls", "--book-date", "2026-11", "--book-number", "2")
    assert run.code == 0
    with zipfile.ZipFile(made / "build" / "ball-and-box.cbz") as archive:
        info = archive.read("ComicInfo.xml").decode()
    assert '<Page Image="1"' in info
    assert 'Type="Editorial" Bookmark="Thanks"' in info
    assert "<Series>Balls</Series>" in info
    assert inkwright("publish", made, "--book-date", "November").code == 2


def test_words_that_changed_by_hand_are_published(inkwright, made: Path):
    with_words(made, "Hello there")
    assert inkwright("publish", made, "--cbz").code == 0
    path = made / "build" / "lettering" / "en" / "1.json"
    path.write_text(path.read_text().replace('"#fefdf9"', '"#ff0000"'))
    assert not is_published(Project(made), ["cbz"])
    run = inkwright("publish", made, "--cbz")
    assert any("changed by hand" in event["message"] for event in run.all("warned"))
    assert '"#ff0000"' in path.read_text()


def test_publish_needs_pages(inkwright, marked: Path):
    assert inkwright("publish", marked).error["hint"] == f"Run: inkwright render {marked}"
