from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from inkwright.operations import intake
from page_files import archive, jpeg, page, pdf_of_scans, pdf_of_shapes, png


def pages(root: Path) -> list[str]:
    return sorted(p.name for p in (root / "pages").iterdir())


def rows(run) -> dict[str, list[str]]:
    """Page → what was changed, as a program reads it."""
    return {row["page"]: row["changed"] for row in run.events[-1]["summary"]["pages"]}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with an archive, a PDF, a photo with a place, a rescan, a blank page and junk."""
    folder = tmp_path / "scans"
    folder.mkdir()
    archive(folder / "1.cbz", {"b/2.png": png(page(1)), "a/1.png": png(page(0)), "__MACOSX/._1.png": b"x"})
    pdf_of_scans(folder / "2.pdf", [page(2), page(3)])
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 54.0)})
    (folder / "3.jpg").write_bytes(jpeg(page(4), exif=exif))
    (folder / "4.jpg").write_bytes(jpeg(page(1), quality=70))
    (folder / "5.png").write_bytes(png(Image.new("RGB", (160, 220), (250, 248, 240))))
    (folder / "Thumbs.db").touch()
    return folder


def test_new_takes_in_a_mixture_and_says_what_was_changed(inkwright, mixed: Path, tmp_path: Path, hashes):
    before = hashes(mixed)
    run = inkwright("new", tmp_path / "a", "--pages", mixed)
    assert run.code == 0
    assert pages(tmp_path / "a") == ["p1.png", "p2.png", "p3.png", "p4.png", "p5.jpg", "p6.jpg", "p7.png"]
    assert rows(run) == {
        "p1.png": [],
        "p2.png": [],
        "p3.png": ["the scan in the PDF"],
        "p4.png": ["the scan in the PDF"],
        "p5.jpg": ["location data left out"],
        "p6.jpg": ["looks like page 2"],
        "p7.png": ["blank page?"],
    }
    table = run.all("table")[0]
    assert table["columns"] == ["page", "from", "size", "dpi", "colour", "changed"]
    assert table["rows"][0][:3] == ["p1.png", "1.cbz: a/1.png", "160 x 220"]
    assert "2 files of the system" in run.all("warned")[0]["message"]
    assert hashes(mixed) == before
    assert not (tmp_path / "a" / ".inkwright" / "intake").exists()


def test_settings_of_new_are_used_and_kept(inkwright, tmp_path: Path):
    pdf_of_shapes(tmp_path / "a.pdf")
    assert inkwright("new", tmp_path / "a", tmp_path / "a.pdf", "--imports-pdf-dpi", 100).code == 0
    with Image.open(tmp_path / "a" / "pages" / "p1.png") as image:
        assert image.size == (100, 200)
    assert "\npdf_dpi = 100.0" in (tmp_path / "a" / "inkwright.toml").read_text()
    error = inkwright("new", tmp_path / "b", tmp_path / "a.pdf", "--imports-max-megapixels", 200).error
    assert "imports.max_megapixels" in error["message"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--imports-max-files", 1, "2 pages; at most 1"),
        ("--imports-max-megapixels", 0.03, "megapixels are read"),
        ("--imports-max-total-megapixels", 0.05, "megapixels together"),
    ],
)
def test_limits_leave_nothing_behind(inkwright, tmp_path: Path, option: str, value: float, said: str):
    for n in (1, 2):
        (tmp_path / f"{n}.png").write_bytes(png(page(n)))
    error = inkwright("new", tmp_path / "a", tmp_path / "1.png", tmp_path / "2.png", option, value).error
    assert said in error["message"]
    assert not (tmp_path / "a").exists()


def test_import_appends_and_renumbers_nothing(inkwright, marked: Path, mixed: Path):
    book, first = (marked / "book.json").read_bytes(), (marked / "pages" / "p1.png").read_bytes()
    run = inkwright("import", marked, mixed / "1.cbz", mixed / "3.jpg")
    assert run.code == 0
    assert pages(marked) == ["p1.png", "p2.png", "p3.png", "p4.png", "p5.jpg"]
    assert (marked / "book.json").read_bytes() == book
    assert (marked / "pages" / "p1.png").read_bytes() == first
    assert rows(inkwright("import", marked, mixed / "4.jpg")) == {"p6.jpg": ["looks like page 4"]}
    assert inkwright("panels", marked).code == 0


def test_import_leaves_out_what_is_a_page_already(inkwright, marked: Path, tmp_path: Path, hashes):
    (tmp_path / "x.png").write_bytes((marked / "pages" / "p2.png").read_bytes())
    before = hashes(marked / "pages")
    run = inkwright("import", marked, tmp_path / "x.png")
    assert "x.png is page p2.png already" in run.all("warned")[0]["message"]
    assert run.events[-1]["fresh"] is False
    assert hashes(marked / "pages") == before
    assert rows(inkwright("import", marked, tmp_path / "x.png", "--again")) == {"p3.png": ["looks like page 2"]}


@pytest.mark.parametrize(
    ("there", "names"),
    [
        (["scan09.jpg", "scan11b.jpg"], ["scan12.png", "scan13.png"]),
        (["p9.png", "zz.png"], ["zz_1.png", "zz_2.png"]),
        ([], ["p1.png", "p2.png"]),
        (["099.png"], ["100.png", "101.png"]),
        (["layout1.png", "layout2.png"], ["p1.png", "p2.png"]),
    ],
)
def test_new_pages_come_last_in_natural_order(inkwright, tmp_path: Path, there: list[str], names: list[str]):
    assert inkwright("new", tmp_path / "a").code == 0
    for n, name in enumerate(there):
        (tmp_path / "a" / "pages" / name).write_bytes(png(page(n)))
    archive(tmp_path / "x.cbz", {"1.png": png(page(8)), "2.png": png(page(9))})
    assert list(rows(inkwright("import", tmp_path / "a", tmp_path / "x.cbz"))) == names
    from inkwright.project import Project

    assert [p.name for p in Project(tmp_path / "a").page_files()][-2:] == names


def test_a_bad_page_among_them_adds_none(inkwright, marked: Path, tmp_path: Path, hashes):
    (tmp_path / "1.png").write_bytes(png(page(1)))
    (tmp_path / "2.png").write_bytes(b"text")
    before = hashes(marked / "pages")
    assert "2.png" in inkwright("import", marked, tmp_path / "1.png", tmp_path / "2.png").error["message"]
    assert hashes(marked / "pages") == before
    assert not (marked / ".inkwright" / "intake").exists()


def test_all_bad_pages_are_named_at_once(inkwright, marked: Path, tmp_path: Path, hashes):
    before = hashes(marked / "pages")
    (tmp_path / "two.jpg").write_bytes(b"no picture")
    (tmp_path / "three.png").write_bytes(b"")
    Image.new("RGB", (90, 90), "white").save(tmp_path / "one.png")
    run = inkwright("import", marked, tmp_path / "two.jpg", tmp_path / "one.png", tmp_path / "three.png")
    assert run.code == 2
    assert all(name in run.error["message"] for name in ("two.jpg", "three.png"))
    assert "one.png" not in run.error["message"]
    assert "nothing was taken in" in run.error["hint"]
    assert hashes(marked / "pages") == before


@pytest.mark.parametrize("command", ["new", "import"])
@pytest.mark.parametrize("stop_at", [1, 2])
def test_a_stopped_command_goes_on_where_it_was(
    inkwright, marked: Path, mixed: Path, tmp_path: Path, monkeypatch, hashes, command: str, stop_at: int
):
    root = marked if command == "import" else tmp_path / "a"
    whole = tmp_path / "whole"
    if command == "import":
        import shutil

        shutil.copytree(marked, whole)
    assert inkwright(command, whole, mixed).code == 0

    take, place, made = intake.take, intake.place, []

    def stopping(*arguments: object) -> object:
        made.append(arguments)
        if len(made) == 4:
            raise KeyboardInterrupt
        return (take if stop_at == 1 else place)(*arguments)  # type: ignore[arg-type]

    from inkwright.cli import cli

    with monkeypatch.context() as patch:
        for module in ("intake", "new"):
            name = "take" if stop_at == 1 else "place"
            if stop_at == 2 or module == "intake":
                patch.setattr(f"inkwright.operations.{module}.{name}", stopping)
        from click.testing import CliRunner

        result = CliRunner().invoke(cli, [command, str(root), str(mixed), "--json"])
    assert result.exit_code == 130
    assert '"stopped"' in result.stdout
    again: list[object] = []

    def counting(*arguments: object) -> Iterator[object]:
        again.append(arguments)
        return take(*arguments)  # type: ignore[arg-type, return-value]

    monkeypatch.setattr(intake, "take", counting)
    run = inkwright(command, root, mixed)
    assert run.code == 0
    assert hashes(root / "pages") == hashes(whole / "pages")
    assert not (root / ".inkwright" / "intake").exists()
    assert len(again) == (4 if stop_at == 1 else 3)  # what was made whole is not made again
