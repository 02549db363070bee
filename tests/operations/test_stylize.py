import os
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageDraw, ImageFont

from inkwright.images import png_bytes, read_picture

QUICK = ("--fit-style-steps", "1", "--fit-steps", "1", "--fit-panel-px", "64", "--style-scale", "0.25")


def test_a_drawing_is_painted_at_its_own_size(inkwright, scans: Path, tmp_path: Path, one_thread):
    out = tmp_path / "new" / "folder" / "out.JPG"
    assert inkwright("stylize", scans / "scan1.png", "--style", "hatching", "-o", out, *QUICK).code == 0
    drawn, painted = read_picture(scans / "scan1.png").pixels, read_picture(out).pixels
    assert painted.shape == drawn.shape
    assert not np.array_equal(painted, drawn)


def test_the_same_inputs_give_the_same_bytes(inkwright, scans: Path, tmp_path: Path, one_thread):
    style = scans / "scan2.png"
    for name in ("a.png", "b.png"):
        assert inkwright("stylize", scans / "scan1.png", "--style", style, "-o", tmp_path / name, *QUICK).code == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["a.png", "b.png"]


def test_at_strength_none_the_drawing_comes_back(inkwright, scans: Path, tmp_path: Path, one_thread):
    out = tmp_path / "out.png"
    options = ("--style-strength", "0", "--style-keep-ink", "1", "-o", out, *QUICK)
    assert inkwright("stylize", scans / "scan1.png", "--style", "gouache", *options).code == 0
    assert np.array_equal(read_picture(out).pixels, read_picture(scans / "scan1.png").pixels)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("work_px", ["128", "1400"])
def test_drawn_lettering_stays(inkwright, page_of, tmp_path: Path, one_thread, kept: bool, work_px: str):
    image = page_of(3)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 60, 240, 130), fill="white", outline="black", width=3)
    draw.text((150, 95), "Who goes there?", font=ImageFont.load_default(16), fill="black", anchor="mm")
    image.save(tmp_path / "drawing.png")
    out = tmp_path / "out.png"
    options = ("--style-keep-lettering", str(kept).lower(), "--render-work-px", work_px, "-o", out, *QUICK)
    assert inkwright("stylize", tmp_path / "drawing.png", "--style", "gouache", *options).code == 0
    inner = np.s_[80:110, 85:215]
    same = np.array_equal(read_picture(out).pixels[inner], np.asarray(image)[inner])
    assert same is kept


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("there.png", "exists already"),
        ("out.bmp", "has the suffix '.bmp'"),
        ("out", "has the suffix ''"),
        ("folder.png", "is a folder"),
        ("drawing.png", "is one of the pictures that are read"),
        ("style.png", "is one of the pictures that are read"),
        ("link.png", "is one of the pictures that are read"),
        ("there.png/out.png", "could not be written"),
    ],
)
def test_what_is_there_stays(inkwright, page_of, tmp_path: Path, hashes, out: str, said: str):
    for n, name in enumerate(("drawing.png", "style.png", "there.png")):
        page_of(n).save(tmp_path / name)
    (tmp_path / "link.png").symlink_to(tmp_path / "drawing.png")
    (tmp_path / "folder.png").mkdir()
    before = hashes(tmp_path)
    arguments = ("stylize", tmp_path / "drawing.png", "--style", tmp_path / "style.png", "-o", tmp_path / out)
    assert said in inkwright(*arguments).error["message"]
    if out != "there.png":  # that is what --force is for
        assert said in inkwright(*arguments, "--force").error["message"]
    assert hashes(tmp_path) == before


@pytest.mark.parametrize(
    ("style", "hint"),
    [("gouach", "Did you mean 'gouache'?"), ("~nobody9/x.png", "One of: gouache")],
)
def test_an_unknown_style_names_the_nearest(inkwright, scans: Path, tmp_path: Path, style: str, hint: str):
    error = inkwright("stylize", scans / "scan1.png", "--style", style, "-o", tmp_path / "out.png").error
    assert f"no style picture '{style}'" in error["message"]
    assert error["hint"].startswith(hint)


def test_no_look_at_all_is_asked_for(inkwright, scans: Path, tmp_path: Path):
    error = inkwright("stylize", scans / "scan1.png", "--style", "", "-o", tmp_path / "out.png").error
    assert error["message"] == "No look is named."
    assert "--style-words" in error["hint"]


def test_a_place_that_may_not_be_written_is_told_before_the_work(
    inkwright, scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)
    run = inkwright("stylize", scans / "scan1.png", "--style", "gouache", "-o", tmp_path / "out.png")
    assert "may not be written" in run.error["message"]
    assert run.all("started") == []


@pytest.fixture
def finish(scans: Path, tmp_path: Path) -> Path:
    """scan1.png painted: what is grey or coloured becomes green, the paper stays."""
    pixels = read_picture(scans / "scan1.png").pixels
    painted = pixels.copy()
    painted[(pixels.min(2) > 60) & (pixels.min(2) < 225)] = (60, 160, 80)
    path = tmp_path / "painted.png"
    path.write_bytes(png_bytes(painted))
    return path


TAUGHT = ("--finished-steps", "30", "--fit-weight-texture", "0", *QUICK)


def test_finished_drawings_teach_what_becomes_of_others(
    inkwright, scans: Path, tmp_path: Path, finish: Path, one_thread, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("inkwright.learn.finish.colourist.BATCH", 4)
    pair = f"{scans / 'scan1.png'}={finish}"
    run = inkwright("stylize", scans / "scan1.png", scans / "scan2.png", "--finished", pair, "-o", tmp_path, *TAUGHT)
    assert run.code == 0
    saved = [Path(event["path"]).name for event in run.all("saved")]
    assert saved == ["scan1.png", "scan2.png"]
    for name in saved:
        drawn, painted = (read_picture(folder / name).pixels.astype(int) for folder in (scans, tmp_path))
        filled = (drawn.min(2) > 60) & (drawn.min(2) < 225)
        r, g, b = np.median(painted[filled], 0)
        assert g > r + 20  # no picture of a style has that green
        assert g > b + 20


def test_with_pairs_a_style_gives_the_strokes(inkwright, scans: Path, tmp_path: Path, finish: Path, one_thread):
    pair = f"{scans / 'scan1.png'}={finish}"
    for name, options in (("a.png", ()), ("b.png", ("--style", "hatching"))):
        out = ("-o", tmp_path / name, "--finished-steps", "1", "--fit-weight-texture", "0", *QUICK)
        assert inkwright("stylize", scans / "scan2.png", "--finished", pair, *options, *out).code == 0
    a, b = (read_picture(tmp_path / name).pixels for name in ("a.png", "b.png"))
    assert not np.array_equal(a, b)


def test_several_drawings_go_into_a_folder(inkwright, scans: Path, tmp_path: Path, finish: Path):
    both = ("stylize", scans / "scan1.png", scans / "scan2.png", "--style", "gouache")
    assert "cannot go into one file" in inkwright(*both, "-o", tmp_path / "out.png").error["message"]
    assert "pictures that are read" in inkwright(*both, "-o", scans, "--force").error["message"]
    twice = ("stylize", scans / "scan1.png", scans / "scan1.png", "--style", "gouache")
    assert "would both go to" in inkwright(*twice, "-o", tmp_path / "out").error["message"]
    pair = f"{scans / 'scan1.png'}={finish}"
    onto = inkwright("stylize", scans / "scan2.png", "--finished", pair, "-o", finish, "--force")
    assert "pictures that are read" in onto.error["message"]
