import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


def csv(root: Path) -> list[list[str]]:
    return [line.split(",") for line in (root / "prior.csv").read_text().splitlines()]


def book(root: Path) -> dict[str, Any]:
    return json.loads((root / "book.json").read_text())


def save(root: Path, data: dict[str, Any]) -> None:
    (root / "book.json").write_text(json.dumps(data))


# -- new ---------------------------------------------------------------------------------------------------------------


def test_new_copies_the_pages_byte_by_byte_in_natural_order(inkwright, page_of, tmp_path: Path):
    for n in (1, 2, 10):
        page_of(n).save(tmp_path / f"s{n}.png")
    root = tmp_path / 'my "comic", ünï'
    names = ("s1.png", "s10.png", "s2.png")  # as a shell hands them over
    assert inkwright("new", root, "--pages", *(tmp_path / n for n in names), "--direction", "rtl").code == 0
    for copy, scan in (("p1.png", "s1.png"), ("p2.png", "s2.png"), ("p3.png", "s10.png")):
        assert (root / "pages" / copy).read_bytes() == (tmp_path / scan).read_bytes()
    assert 'direction = "rtl"' in (root / "inkwright.toml").read_text()


def test_new_copies_its_style(inkwright, scans: Path, tmp_path: Path):
    assert inkwright("new", tmp_path / "a", scans, "--style", scans / "scan2.png").code == 0
    assert (tmp_path / "a" / "styles" / "scan2.png").read_bytes() == (scans / "scan2.png").read_bytes()
    assert 'picture = "scan2.png"' in (tmp_path / "a" / "inkwright.toml").read_text()


def test_new_leaves_a_style_of_the_same_name_alone(inkwright, scans: Path, tmp_path: Path):
    root = tmp_path / "a"
    (root / "styles").mkdir(parents=True)
    (root / "styles" / "scan2.png").write_bytes((scans / "scan1.png").read_bytes())
    error = inkwright("new", root, scans, "--style", scans / "scan2.png").error
    assert "styles/scan2.png is there already" in error["message"]
    assert (root / "styles" / "scan2.png").read_bytes() == (scans / "scan1.png").read_bytes()
    assert inkwright("new", root, scans, "--style", root / "styles" / "scan2.png").code == 0  # its own copy is fine


def test_new_goes_on_after_it_was_stopped(inkwright, scans: Path, tmp_path: Path):
    root = tmp_path / "a"
    (root / "pages").mkdir(parents=True)
    (root / "pages" / "p1.png").write_bytes((scans / "scan1.png").read_bytes())  # so far it came
    assert inkwright("new", root, "--pages", scans).code == 0
    assert sorted(p.name for p in (root / "pages").iterdir()) == ["p1.png", "p2.png"]


def test_new_does_not_mix_scans_with_other_pages(inkwright, scans: Path, tmp_path: Path):
    root = tmp_path / "a"
    (root / "pages").mkdir(parents=True)
    (root / "pages" / "p1.png").write_bytes((scans / "scan2.png").read_bytes())
    assert "has pictures already, such as p1.png" in inkwright("new", root, "--pages", scans).error["message"]
    assert [p.name for p in (root / "pages").iterdir()] == ["p1.png"]
    assert not (root / "inkwright.toml").exists()
    assert inkwright("new", root).code == 0  # pages that lie there already


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--style", "gouach"], "no style picture 'gouach'"),
        (["--title", "x" * 501], "book.title"),
        (["missing.png"], "missing.png does not exist"),
    ],
)
def test_new_writes_nothing_when_something_is_wrong(inkwright, scans: Path, tmp_path: Path, extra, said: str):
    assert said in inkwright("new", tmp_path / "a", "--pages", scans / "scan1.png", *extra).error["message"]
    assert not (tmp_path / "a").exists()


def test_new_gives_a_page_without_a_suffix_its_own(inkwright, page_of, tmp_path: Path):
    page_of(1).save(tmp_path / "scan", "PNG")
    assert inkwright("new", tmp_path / "a", "--pages", tmp_path / "scan").code == 0
    assert (tmp_path / "a" / "pages" / "p1.png").read_bytes() == (tmp_path / "scan").read_bytes()


def test_new_refuses_a_folder_that_is_a_project(inkwright, marked_project: Path):
    assert "is an inkwright project already" in inkwright("new", marked_project).error["message"]


# -- panels ------------------------------------------------------------------------------------------------------------


def test_panels_has_nothing_more_to_do(inkwright, marked: Path, hashes):
    before = hashes(marked)
    run = inkwright("panels", marked)
    assert run.events[-1]["fresh"] is False
    assert hashes(marked) == before


def test_an_author_s_edits_survive_and_a_later_page_is_added(inkwright, marked: Path, page_of):
    data = book(marked)
    first = data["pages"][0]["panels"][0]
    first["box"], first["balloons"], first["note of mine"] = [20, 20, 99, 99], [{"words": "Čau"}], 7
    save(marked, data)
    before = csv(marked)
    page_of(3).save(marked / "pages" / "p10.png")
    run = inkwright("panels", marked)
    assert [event["total"] for event in run.all("step") if event["stage"] == "panels"] == [1]
    after = book(marked)
    assert [page["file"] for page in after["pages"]] == ["pages/p1.png", "pages/p2.png", "pages/p10.png"]
    kept = after["pages"][0]["panels"][0]
    assert (kept["box"], kept["balloons"][0]["words"], kept["note of mine"]) == ([20, 20, 99, 99], "Čau", 7)
    assert after["pages"][1] == data["pages"][1]
    table = csv(marked)
    assert table[0] == [*before[0], "p3.1", "p3.2", "p3.3", "p3.4"]
    assert table[1:] == [[*row, "", "", "", ""] for row in before[1:]]


def test_a_panel_drawn_in_by_hand_gets_its_column(inkwright, marked: Path):
    data = book(marked)
    data["pages"][1]["panels"].append({"id": "extra", "box": [10, 10, 50, 50]})
    save(marked, data)
    assert inkwright("panels", marked).code == 0
    assert csv(marked)[0][-1] == "extra"
    assert csv(marked)[1][-1] == ""


def test_marks_are_never_thrown_away_for_a_typo(inkwright, marked: Path, page_of, hashes):
    text = (marked / "prior.csv").read_text().replace("p2.4", "p2.44")
    (marked / "prior.csv").write_text(text)
    page_of(3).save(marked / "pages" / "p3.png")
    before = hashes(marked)
    error = inkwright("panels", marked).error
    made = ("straightened/", "build/")  # pictures of the new page
    assert "has marks for panel 'p2.44'" in error["message"]
    assert "Did you mean 'p2.4'?" in error["hint"]
    after = hashes(marked)
    assert {k: v for k, v in after.items() if not k.startswith(made)} == {
        k: v for k, v in before.items() if not k.startswith(made)
    }


def test_a_blank_column_of_a_removed_panel_is_dropped(inkwright, marked: Path):
    data = book(marked)
    assert inkwright("elements", marked, "mark", "Ball", "p1.1", "--blank").code == 0
    assert inkwright("elements", marked, "mark", "Box", "p1.1", "--blank").code == 0
    del data["pages"][0]["panels"][0]
    save(marked, data)
    assert inkwright("panels", marked).code == 0
    assert "p1.1" not in csv(marked)[0]
    assert inkwright("elements", marked).code == 0


def test_again_finds_a_page_anew_and_keeps_ids_unique(inkwright, marked: Path):
    data = book(marked)
    data["pages"][0]["panels"] = [{"id": "p2.9", "box": [0, 0, 300, 400]}]  # an id like those of the other page
    save(marked, data)
    run = inkwright("panels", marked, "--again", "pages/p1.png")
    assert run.code == 0
    ids = [panel["id"] for page in book(marked)["pages"] for panel in page["panels"]]
    assert len(ids) == len(set(ids)) == 8
    assert csv(marked)[0][2:] == ids
    assert csv(marked)[1][2:][ids.index("p2.3")] == "1"  # the other page's marks stay


def test_a_book_without_panels_says_how_to_find_them_again(inkwright, marked: Path):
    (marked / "prior.csv").unlink()
    data = book(marked)
    for page in data["pages"]:
        page["panels"] = []
    save(marked, data)
    assert "panels" in (hint := inkwright("train", marked).error["hint"])
    assert hint.endswith("--again pages/p1.png")


# -- elements ----------------------------------------------------------------------------------------------------------


def test_elements_are_added_marked_exported_and_imported(inkwright, marked: Path, tmp_path: Path):
    assert inkwright("elements", marked, "add", "Cät; “A”", "--kind", "setting").code == 0
    assert inkwright("elements", marked, "mark", "Cät; “A”", "p1.1").code == 0
    assert inkwright("elements", marked, "export", tmp_path / "out.csv").code == 0
    text = (tmp_path / "out.csv").read_text()
    assert text.splitlines()[-1].endswith("setting,1,,,,,,,")
    semicolons = "\ufeff" + text.replace(",", ";").replace("Cät; “A”", "Cat").replace("\n", "\r\n")
    (tmp_path / "in.csv").write_bytes(semicolons.replace('"', "").encode())
    assert inkwright("elements", marked, "import", tmp_path / "in.csv").code == 0
    table = inkwright("elements", marked).all("table")[0]
    assert table["rows"][-1] == ["Cat", "setting", "1", "", "", "", "", "", "", ""]


def test_a_failed_import_changes_nothing(inkwright, marked: Path, tmp_path: Path, hashes):
    (tmp_path / "in.csv").write_text("element,kind,p1.1\nCat,prop,0.5\n")
    before = hashes(marked)
    assert "'0.5' is not a mark" in inkwright("elements", marked, "import", tmp_path / "in.csv").error["message"]
    assert hashes(marked) == before


def test_export_replaces_nothing(inkwright, marked: Path, hashes):
    before = hashes(marked)
    assert "exists already" in inkwright("elements", marked, "export", marked / "pages" / "p1.png").error["message"]
    assert hashes(marked) == before


def test_showing_the_table_needs_no_lock(inkwright, marked: Path):
    from inkwright.project import Project

    with Project(marked).lock():
        assert inkwright("elements", marked).code == 0
        assert "Another inkwright command" in inkwright("elements", marked, "add", "Cat").error["message"]


def test_a_picture_s_name_must_be_text(inkwright, marked: Path, page_of: Callable[[int], Image.Image]):
    try:
        page_of(3).save(marked / "pages" / "p\udcff.png")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert "is not UTF-8 text" in inkwright("panels", marked).error["message"]
