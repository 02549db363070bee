import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inkwright.operations import laid_pages

SMALL = ("--layout-width-mm", 60, "--layout-height-mm", 90, "--layout-dpi", 100, "--layout-margin-mm", 3)


def draw(path: Path, seed: int, size: tuple[int, int] = (160, 120)) -> None:
    """A ball on paper."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, (250, 246, 236))
    colour = tuple(int(v) for v in rng.integers(0, 160, 3))
    x, y = rng.integers(20, 50, 2)
    ImageDraw.Draw(image).ellipse((x, y, x + 70, y + 50), fill=colour, outline=(0, 0, 0), width=3)
    image.save(path)


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    folder = tmp_path / "loose"
    folder.mkdir()
    for n in range(1, 8):
        draw(folder / f"d{n}.png", n, (160, 120) if n % 2 else (110, 150))
    return folder


@pytest.fixture
def laid(inkwright, tmp_path: Path, drawings: Path) -> Path:
    root = tmp_path / "book"
    assert inkwright("new", root).code == 0
    assert inkwright("layout", root, drawings, "--layout-panels", 4, *SMALL).code == 0
    return root


def book(root: Path) -> dict[str, Any]:
    return json.loads((root / "book.json").read_text())


def save(root: Path, data: dict[str, Any]) -> None:
    (root / "book.json").write_text(json.dumps(data))


def ids(root: Path) -> list[str]:
    return [panel["id"] for page in book(root)["pages"] for panel in page["panels"]]


def test_drawings_become_pages_that_the_other_commands_use(inkwright, laid: Path, drawings: Path, hashes):
    assert ids(laid) == [f"d{n}" for n in range(1, 8)]
    assert hashes(laid / "drawings") == hashes(drawings)
    pages = book(laid)["pages"]
    assert [page["file"] for page in pages] == ["pages/layout1.png", "pages/layout2.png"]
    with Image.open(laid / "pages" / "layout1.png") as image:
        assert image.size == (236, 354)
        assert image.info["dpi"][0] == pytest.approx(100, abs=0.1)
    assert (laid / "prior.csv").read_text().startswith("element,kind,d1,d2,")
    before = hashes(laid)
    assert inkwright("panels", laid).events[-1]["fresh"] is False
    again = inkwright("layout", laid).events[-1]
    assert (again["event"], again["fresh"]) == ("finished", False)
    assert {k: v for k, v in hashes(laid).items() if "straight" not in k} == {
        k: v for k, v in before.items() if "straight" not in k
    }


def test_the_same_drawings_make_the_same_pages(inkwright, laid: Path, drawings: Path, tmp_path: Path, hashes):
    other = tmp_path / "other"
    assert inkwright("new", other).code == 0
    assert inkwright("layout", other, drawings, "--layout-panels", 4, *SMALL).code == 0
    assert hashes(other / "pages") == hashes(laid / "pages")
    assert (other / "book.json").read_bytes() == (laid / "book.json").read_bytes()


def test_options_and_the_list_say_order_importance_and_splash(inkwright, laid: Path):
    area = {p["id"]: p["box"][2] * p["box"][3] for page in book(laid)["pages"] for p in page["panels"]}
    assert inkwright("layout", laid, "--splash", "d3", "--important", "d6=2.5", "--begins", "d6.png").code == 0
    pages = book(laid)["pages"]
    assert [p["id"] for page in pages if len(page["panels"]) == 1 for p in page["panels"]].count("d3") == 1
    assert any(page["panels"][0]["id"] == "d6" for page in pages)
    grown = next(p["box"][2] * p["box"][3] for page in pages for p in page["panels"] if p["id"] == "d6")
    assert grown > area["d6"]
    assert (laid / "drawings.csv").read_text().splitlines()[3] == "d3.png,1,1,"
    lines = (laid / "drawings.csv").read_text().splitlines()
    (laid / "drawings.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    assert inkwright("layout", laid, "--plain", "d3", "--plain", "d6").code == 0
    assert ids(laid) == [f"d{n}" for n in range(7, 0, -1)]
    assert "d9" in inkwright("layout", laid, "--splash", "d9").error["message"]
    assert "importance" in inkwright("layout", laid, "--important", "d1=big").error["message"]
    assert "says no importance" in inkwright("layout", laid, "--important", "d1").error["message"]


def test_right_to_left_is_mirrored(inkwright, laid: Path):
    text = (laid / "inkwright.toml").read_text()
    before = book(laid)["pages"]
    (laid / "inkwright.toml").write_text(text.replace('direction = "ltr"', 'direction = "rtl"'))
    assert inkwright("layout", laid).code == 0
    for ltr, rtl in zip(before, book(laid)["pages"], strict=True):
        for a, b in zip(ltr["panels"], rtl["panels"], strict=True):
            assert a["box"][0] + a["box"][2] == pytest.approx(236 - b["box"][0], abs=1)
            assert a["box"][1] == b["box"][1]


def test_words_boxes_and_marks_move_with_their_drawing(inkwright, laid: Path):
    assert inkwright("layout", laid, "--layout-slants", "none").code == 0  # frames that lean would be taken for ink
    data = book(laid)
    panel = data["pages"][0]["panels"][1]
    x, y, w, h = panel["box"]
    panel |= {"balloons": [{"words": "Čau", "box": [2, 2, 20, 10]}], "alt": "a ball", "note of mine": 7}
    ball = np.argwhere(
        np.asarray(Image.open(laid / "pages" / "layout1.png").convert("L"))[y + 5 : y + h - 5, x + 5 : x + w - 5] < 120
    )
    (y0, x0), (y1, x1) = ball.min(0) + 5, ball.max(0) + 5
    panel["appearances"] = {"Ball": [[int(x0), int(y0), int(x1 - x0), int(y1 - y0)]]}
    panel["keep"] = [[[int(x0), int(y0)], [int(x1), int(y0)], [int(x1), int(y1)]]]
    save(laid, data)
    assert inkwright("elements", laid, "add", "Ball").code == 0
    assert inkwright("elements", laid, "mark", "Ball", panel["id"]).code == 0
    assert inkwright("layout", laid, "--important", f"{panel['id']}=4").code == 0
    moved, page = next((p, q) for q in book(laid)["pages"] for p in q["panels"] if p["id"] == panel["id"])
    assert moved["box"] != panel["box"]
    assert (moved["alt"], moved["note of mine"], moved["balloons"][0]["words"]) == ("a ball", 7, "Čau")
    u, v, p, q = moved["box"]
    shown = np.asarray(Image.open(laid / page["file"]).convert("L"))[v + 5 : v + q - 5, u + 5 : u + p - 5]
    (b0, a0), (b1, a1) = np.argwhere(shown < 120).min(0) + 5, np.argwhere(shown < 120).max(0) + 5
    assert moved["appearances"]["Ball"][0] == pytest.approx([a0, b0, a1 - a0, b1 - b0], abs=6)
    assert moved["keep"][0][2] == pytest.approx([a1, b1], abs=6)
    header, row = (laid / "prior.csv").read_text().splitlines()
    assert row.split(",")[header.split(",").index(panel["id"])] == "1"


def test_panels_moved_by_hand_stay_and_their_art_follows(inkwright, laid: Path, drawings: Path):
    data = book(laid)
    page = data["pages"][0]
    page["panels"][0]["box"] = [12, 12, 60, 300]
    page["panels"][0].pop("polygon", None)
    save(laid, data)
    run = inkwright("layout", laid)
    assert run.all("table")[-1]["rows"][0][3] == "panels are yours"
    assert book(laid)["pages"][0] == page
    pixels = np.asarray(Image.open(laid / "pages" / "layout1.png").convert("L"))
    assert pixels[150, 12:15].max() < 120  # the frame stands there now
    draw(drawings / "d8.png", 8)
    assert inkwright("layout", laid, drawings).code == 0  # also when the rest is laid out anew, and ever after
    assert book(laid)["pages"][0] == page
    assert sorted(ids(laid)) == [f"d{n}" for n in range(1, 9)]
    assert inkwright("layout", laid, "--again", "layout1.png").code == 0
    assert book(laid)["pages"][0]["panels"][0]["box"] != [12, 12, 60, 300]
    assert "no page that layout made" in inkwright("layout", laid, "--again", "p1.png").error["message"]


def test_a_page_that_was_painted_over_is_never_written_again(inkwright, laid: Path, drawings: Path):
    path = laid / "pages" / "layout2.png"
    with Image.open(path) as image:
        mine = image.convert("RGB")
    ImageDraw.Draw(mine).line((0, 0, 100, 100), fill=(255, 0, 0), width=5)
    mine.save(path)
    kept, shown = path.read_bytes(), book(laid)["pages"][1]
    draw(drawings / "d0.png", 9)
    for options in ((), (drawings,), ("--layout-slants", "many")):
        run = inkwright("layout", laid, *options)
        assert run.code == 0
        assert path.read_bytes() == kept
        assert shown in book(laid)["pages"]
        assert sorted(ids(laid)) == sorted(set(ids(laid)))
    path.unlink()  # makes it ours again
    assert inkwright("layout", laid).code == 0
    assert path.exists()
    assert path.read_bytes() != kept


def test_other_pages_stay_where_they_are(inkwright, marked: Path, drawings: Path, hashes):
    before, pages = hashes(marked / "pages"), book(marked)["pages"]
    assert inkwright("layout", marked, drawings, *SMALL).code == 0
    assert book(marked)["pages"][:2] == pages
    for name, value in before.items():
        assert hashes(marked / "pages")[name] == value
    for path in (marked / "drawings").iterdir():
        if path.name > "d3":
            path.unlink()
    assert inkwright("layout", marked).code == 0
    assert ids(marked)[-2:] == ["d1", "d2"]
    assert len(list((marked / "pages").glob("layout*"))) == len(book(marked)["pages"]) - 2


def test_names_become_ids_that_are_unique(inkwright, tmp_path: Path):
    (tmp_path / "a").mkdir()
    for n, name in enumerate(("můj drak!.png", "x.png", "X.jpg")):
        draw(tmp_path / "a" / name, n)
    assert inkwright("new", tmp_path / "b").code == 0
    assert inkwright("layout", tmp_path / "b", tmp_path / "a", *SMALL).code == 0
    assert len({name.lower() for name in ids(tmp_path / "b")}) == 3


def test_what_cannot_be_is_told(inkwright, tmp_path: Path, drawings: Path):
    root = tmp_path / "book"
    assert inkwright("new", root).code == 0
    assert "no drawings" in inkwright("layout", root).error["message"]
    (drawings / "bad.png").write_bytes(b"no")
    assert "bad.png" in inkwright("layout", root, drawings).error["message"]
    assert not (root / "drawings").exists()
    (drawings / "bad.png").unlink()
    error = inkwright("layout", root, drawings, "--layout-margin-mm", 80).error
    assert "no room" in error["message"]
    (root / "drawings.csv").write_text("drawing,importance\nd1.png,x\n")
    assert "line 2" in inkwright("layout", root).error["message"]


@pytest.mark.parametrize("stop_at", ["compose", "save_book"])
def test_a_stopped_layout_is_gone_on_with(inkwright, laid: Path, tmp_path: Path, monkeypatch, hashes, stop_at: str):
    import shutil

    whole = Path(shutil.copytree(laid, tmp_path / "whole"))
    assert inkwright("layout", whole, "--layout-slants", "many").code == 0

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    from click.testing import CliRunner

    from inkwright.cli import cli

    with monkeypatch.context() as patch:
        if stop_at == "compose":
            patch.setattr(laid_pages, "compose", stop)
        else:
            patch.setattr("inkwright.project.Project.save_book", stop)
        result = CliRunner().invoke(cli, ["layout", str(laid), "--layout-slants", "many"])
    assert result.exit_code == 130
    assert inkwright("layout", laid).code == 0
    assert hashes(laid / "pages") == hashes(whole / "pages")
    assert (laid / "book.json").read_bytes() == (whole / "book.json").read_bytes()
    assert (laid / "layout.json").read_bytes() == (whole / "layout.json").read_bytes()
