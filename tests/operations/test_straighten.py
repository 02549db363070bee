import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import Command

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from degraded_pages import photo
from panel_pages import draw_page

from inkwright.project import Project


@pytest.fixture
def root(tmp_path: Path, inkwright: Command) -> Path:
    """A project of a phone's photo, p1.png, and a clean page, p2.png."""
    drawn = draw_page("white", 1, 480, 660).pixels
    seen = photo(drawn, np.random.default_rng(2), "wood", tilt=8, degrees=3, share=0.8).pixels
    for name, pixels in (("a1.png", seen), ("a2.png", draw_page("white", 2, 480, 660).pixels)):
        Image.fromarray(pixels).save(tmp_path / name)
    made = inkwright("new", str(tmp_path / "book"), "--pages", str(tmp_path / "a1.png"), str(tmp_path / "a2.png"))
    assert made.code == 0
    rows = {row[0]: row[1] for table in made.all("table") for row in table["rows"] if len(row) == 3}
    assert rows["p1.png"].startswith("cut out of the photo")
    assert rows["p2.png"] == "nothing to be done"
    return tmp_path / "book"


def files(root: Path) -> list[str]:
    return [page["file"] for page in json.loads((root / "book.json").read_text())["pages"]]


def boxes(root: Path) -> np.ndarray:
    return np.array([p["box"] for p in json.loads((root / "book.json").read_text())["pages"][0]["panels"]])


def originals(root: Path) -> list[str]:
    return [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((root / "pages").iterdir())]


def test_the_straight_page_is_used_and_pages_stay(root: Path, inkwright: Command) -> None:
    before = originals(root)
    assert inkwright("panels", str(root)).code == 0
    assert files(root) == ["straightened/p1.png", "pages/p2.png"]
    assert originals(root) == before
    assert (root / "straightened/before-after/p1.jpg").is_file()
    record = Project(root).straightenings()["p1.png"]
    assert record["sides_seen"] == ["left", "top", "right", "bottom"]
    again = inkwright("panels", str(root))
    assert not again.all("finished")[-1]["fresh"]
    assert len(again.all("table")) == 0


def test_undo_and_carry_keep_every_panel_in_its_place(root: Path, inkwright: Command) -> None:
    inkwright("panels", str(root))
    first = boxes(root)
    assert inkwright("straighten", str(root), "--undo", "p1").code == 0
    assert files(root)[0] == "pages/p1.png"
    assert not (root / "straightened/p1.png").exists()
    inkwright("panels", str(root))  # what was undone stays undone
    assert files(root)[0] == "pages/p1.png"
    warned = inkwright("straighten", str(root), "p1")
    assert "--carry" in warned.all("warned")[0]["hint"]
    assert files(root)[0] == "pages/p1.png"
    inkwright("straighten", str(root), "p1", "--carry")
    assert files(root)[0] == "straightened/p1.png"
    assert np.abs(boxes(root) - first).max() <= 2


def test_other_corners_take_the_panels_along(root: Path, inkwright: Command) -> None:
    inkwright("panels", str(root))
    first = boxes(root)
    corners = np.array(Project(root).straightenings()["p1.png"]["corners"])
    outward = np.array([[-9, -9], [9, -9], [9, 9], [-9, 9]])
    wider = " ".join(f"{x:.1f},{y:.1f}" for x, y in (corners + outward).tolist())
    assert inkwright("straighten", str(root), "p1.png", "--corners", wider).code == 0
    assert Project(root).straightenings()["p1.png"]["corners_by_hand"]
    moved = boxes(root)[0] - first[0]
    assert 3 < moved[0] < 20
    assert 3 < moved[1] < 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["p9"], "no page 'p9'"),
        (["--undo", "p9"], "no page 'p9'"),
        (["p1", "--corners", "1,2 3"], "four corners"),
        (["p1", "--corners", "5,5 5,5 90,90 1,90"], "enclose no page"),
        (["--corners", "1,1 90,1 90,90 1,90"], "belongs to one page"),
    ],
)
def test_mistakes_are_told(root: Path, inkwright: Command, arguments: list[str], said: str) -> None:
    assert said in inkwright("straighten", str(root), *arguments).error["message"]


def test_a_broken_corners_file_is_told(root: Path, inkwright: Command) -> None:
    for text in ("{", "[]", '{"p7.png": [[1, 1]]}', '{"p1.png": [[1, 1], [2, "x"]]}'):
        (root / "corners.json").write_text(text)
        assert "corners.json" in inkwright("straighten", str(root)).error["message"]


def test_off_does_nothing(root: Path, inkwright: Command) -> None:
    (root / "straightened/straighten.json").unlink()
    ended = inkwright("straighten", str(root), "--straighten-mode", "off")
    assert ended.all("finished")[-1]["note"] == "straighten.mode is off"
    assert not (root / "straightened/straighten.json").exists()
