from pathlib import Path

import numpy as np
import pytest

from inkwright.images import read_picture
from inkwright.operations import looks
from inkwright.vocabulary import WORDS


def test_the_vocabulary_is_told_whole(inkwright):
    tables = inkwright("looks").all("table")
    assert [table["title"] for table in tables] == ["Materials", "Light and mood", "Line"]
    assert [row[0] for table in tables for row in table["rows"]] == [word.name for word in WORDS]


def test_looks_are_told_as_they_are_read(inkwright):
    rows = inkwright("looks", "ink wash, cold moonlight", "dusk").all("table")[0]["rows"]
    assert rows[0] == ["ink wash, cold moonlight", "ink wash", "moonlight, cold", ""]
    assert rows[1][1] == "(the style picture's)"


def test_a_sheet_shows_the_style_picture_and_a_drawing_in_it(
    inkwright, scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(looks, "DRAWN_PX", 120)
    monkeypatch.setattr(looks, "HIGH", 60)
    out = tmp_path / "sheets" / "looks.png"
    done = inkwright("looks", "stipple", "woodblock, night", "--out", out, "--drawing", scans / "scan1.png")
    assert done.code == 0
    sheet = read_picture(out).pixels
    assert sheet.shape[0] == 10 + 60 + 24 + 10
    assert sheet.shape[1] > 3 * 120
    assert [event["done"] for event in done.all("step")] == [1, 2]
    again = tmp_path / "again.png"
    assert inkwright("looks", "stipple", "woodblock, night", "--out", again, "--drawing", scans / "scan1.png").code == 0
    assert np.array_equal(read_picture(again).pixels, sheet)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("zeppelin",), "is no look"),
        (("",), "no words"),
        (("dusk", "--out", "sheet.bmp"), "suffix '.bmp'"),
        (("dusk", "--out", "there.png"), "exists already"),
        (("dusk", "--out", "folder.png"), "is a folder"),
        (("dusk", "--out", "sheet.png", "--drawing", "nowhere.png"), "does not exist"),
        (("dusk", "--out", "there.png", "--drawing", "there.png", "--force"), "is the drawing"),
    ],
)
def test_wrong_arguments_are_told(inkwright, tmp_path: Path, monkeypatch, arguments: tuple[str, ...], said: str):
    monkeypatch.chdir(tmp_path)
    Path("folder.png").mkdir()
    Path("there.png").write_bytes(b"")
    assert said in inkwright("looks", *arguments).error["message"]


def test_the_sample_panel_is_a_panel_of_the_sample():
    assert looks.sample_panel().shape[0] > 300
