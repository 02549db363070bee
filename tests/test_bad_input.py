"""Bad input, as a table: each gets one clear sentence with the next act, or simply works; nothing is harmed."""

import errno
import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from inkwright.images import read_picture
from inkwright.operations.render import render
from inkwright.project import Project

BAD = ("empty.png", "cut.png", "cut.jpg", "head.png", "text.png", "pickle.png", "one.png", "wide.png", "folder.png")
GOOD = ("cmyk.jpg", "cmyk.tif", "grey16.png", "rgb16.png", "grey16.tif", "rgb16.tif", "moving.gif", "moving.webp",
        "turned.jpg", "clear.png", "palette.png", "bit.png", "lab.tif", "float.tif")  # fmt: skip
SAID = {
    "empty.png": ("is empty (0 bytes)", "Export or scan it again."),
    "cut.png": ("is damaged", "Export or scan it again."),
    "cut.jpg": ("is damaged", "Export or scan it again."),
    "head.png": ("is not a picture that can be read", "Save it as PNG or JPEG."),
    "text.png": ("is not a picture that can be read", "Save it as PNG or JPEG."),
    "pickle.png": ("is not a picture that can be read", "Save it as PNG or JPEG."),
    "one.png": ("is 1 x 1 pixels; at least 64", "Use a larger picture."),
    "wide.png": ("is 30000 x 80 pixels; at most 20000", "Reduce it, or cut it into pages."),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, page_of: Callable[[int], Image.Image]) -> Path:
    """One page in every odd form."""
    folder = tmp_path_factory.mktemp("pictures")
    page, other = page_of(1), page_of(2)
    pixels = np.asarray(page)
    for suffix, kind in (("png", "PNG"), ("jpg", "JPEG")):
        data = io.BytesIO()
        page.save(data, kind)
        (folder / f"cut.{suffix}").write_bytes(data.getvalue()[: len(data.getvalue()) // 2])
    (folder / "empty.png").touch()
    (folder / "head.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "text.png").write_text("hello")
    (folder / "pickle.png").write_bytes(pickle.dumps({"a": 1}))
    (folder / "folder.png").mkdir()
    Image.new("RGB", (1, 1)).save(folder / "one.png")
    Image.new("RGB", (30_000, 80), "white").save(folder / "wide.png")
    for suffix in ("jpg", "tif"):
        page.convert("CMYK").save(folder / f"cmyk.{suffix}", quality=95)
        grey, colour = pixels[..., 1].astype(np.uint16) * 257, pixels[..., ::-1].astype(np.uint16) * 257
        for name in ("png", "tif"):
            cv2.imwrite(str(folder / f"grey16.{name}"), grey)
            cv2.imwrite(str(folder / f"rgb16.{name}"), colour)
    for suffix in ("gif", "webp"):
        page.save(folder / f"moving.{suffix}", save_all=True, append_images=[other], lossless=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    page.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.jpg", exif=exif, quality=95)
    clear = page.convert("RGBA")
    clear.putalpha(Image.fromarray((pixels.min(2) < 240).astype(np.uint8) * 255, "L"))
    clear.save(folder / "clear.png")
    page.quantize(32).save(folder / "palette.png", transparency=page.quantize(32).getpixel((150, 2)))
    page.convert("1").save(folder / "bit.png")
    page.convert("LAB").save(folder / "lab.tif")
    Image.fromarray(pixels[..., 1].astype(np.float32) / 255, "F").save(folder / "float.tif")
    return folder


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAID)
def test_a_bad_picture_is_refused_as_page_style_and_drawing(
    inkwright, pictures: Path, scans: Path, tmp_path: Path, name: str
):
    said, hint = SAID[name]
    good, bad = scans / "scan1.png", pictures / name
    for arguments in (
        ("new", tmp_path / "a", "--pages", good, bad),
        ("stylize", bad, "--style", "gouache", "-o", tmp_path / "out.png"),
        *((("new", tmp_path / "a", good, "--style", bad), ("stylize", good, "--style", bad, "-o", tmp_path / "b.png"))),
    ):
        error = inkwright(*arguments).error
        assert error["message"].startswith(f"{bad} {said}")
        assert error["hint"] == hint
        assert error["kind"] == "PictureError"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_among_the_pages_changes_nothing(inkwright, marked: Path, pictures: Path, hashes, name: str):
    target = marked / "pages" / f"later{Path(name).suffix}"
    if (pictures / name).is_dir():
        target.mkdir()
    else:
        target.write_bytes((pictures / name).read_bytes())
    before = hashes(marked)
    assert str(target) in inkwright("panels", marked).error["message"]
    assert hashes(marked) == before


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_picture_becomes_the_same_page(inkwright, pictures: Path, page_of, tmp_path: Path, name: str):
    root = tmp_path / "a"
    assert inkwright("new", root, "--pages", pictures / name).code == 0
    copy = root / "pages" / f"p1{Path(name).suffix}"
    assert copy.read_bytes() == (pictures / name).read_bytes()
    pixels, page = read_picture(copy).pixels.astype(int), np.asarray(page_of(1)).astype(int)
    if name in ("grey16.png", "grey16.tif", "float.tif"):
        page[:] = page[..., 1:2]
    assert pixels.shape == page.shape
    if name != "bit.png":  # that one is dithered
        assert np.median(np.abs(pixels - page)) <= 5
    assert inkwright("panels", root).code == 0
    assert Project(root).book().panel_ids()


def test_odd_pictures_make_a_book(inkwright, pictures: Path, tmp_path: Path, one_thread):
    root = tmp_path / "a"
    names = ("cmyk.tif", "palette.png")
    assert inkwright("new", root, "--style", pictures / "clear.png", *(pictures / name for name in names)).code == 0
    pages = [
        {"file": f"pages/p{n}{Path(name).suffix}", "panels": [{"id": f"p{n}.1", "box": [10, 10, 280, 380]}]}
        for n, name in enumerate(names, 1)
    ]
    (root / "book.json").write_text(json.dumps({"version": 1, "pages": pages}))
    quick = {"style_steps": 1, "steps": 1, "panel_px": 64}
    Project(root).set_config({"style": {"scale": 0.25}, "fit": quick, "review": {"judge_steps": 0}})
    assert inkwright("make", root).code == 0
    assert len(list((root / "build" / "pages").iterdir())) == 2


def test_a_dark_page_of_16_bits_stays_dark(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "dark.png"), np.full((80, 80), 200, np.uint16))
    cv2.imwrite(str(tmp_path / "dark.tif"), np.full((80, 80), 200, np.uint16))
    assert read_picture(tmp_path / "dark.png").pixels.max() <= 1
    assert read_picture(tmp_path / "dark.tif").pixels.max() <= 1


# -- prior.csv ---------------------------------------------------------------------------------------------------------

HEAD = "element,kind,p1.1,p1.2,p1.3,p1.4,p2.1,p2.2,p2.3,p2.4\n"
BALL = "Ball,character,0,1,0,1,1,0,1,0\n"
PRIOR: dict[str, tuple[str, str, str]] = {
    "unknown panel": (HEAD.replace("p2.4", "p2.5") + BALL, "'p2.5', which the book does not have", "Did you mean 'p2."),
    "panel twice": (HEAD.replace("p2.4", "p2.3") + BALL, "has panel 'p2.3' twice", "Remove one"),
    "element twice": (HEAD + BALL + BALL, "line 3: element 'Ball' is there already", "Join the two rows"),
    "element twice, other case": (HEAD + BALL + BALL.upper(), "element 'BALL' is there already", "Join the two rows"),
    "too narrow": (HEAD + BALL + "Cat,prop,1\n", "line 3: 3 columns found, 10 expected", "Give the row one value"),
    "too wide": (HEAD + "Cat,prop" + ",1" * 9 + "\n", "11 columns found, 10 expected", "Give the row one value"),
    "half": (HEAD + BALL.replace("0,1,0,1", "0,0.5,0,1", 1), "panel p1.2: the value '0.5' is not a mark", "p̂ is 1"),
    "a word": (HEAD + BALL.replace("0,1,0,1", "0,yes,0,1", 1), "the value 'yes' is not a mark", "p̂ is 1"),
    "negative": (HEAD + BALL.replace("0,1,0,1", "0,-1,0,1", 1), "the value '-1' is not a mark", "p̂ is 1"),
    "empty": ("", "is empty", "Its first row must be: element,kind,p1.1"),
    "no header": (BALL, "has no header", "The first row must be: element,kind,p1.1"),
    "unknown kind": (HEAD + BALL.replace("character", "charcter"), "unknown kind 'charcter'", "Did you mean 'chara"),
    "no name": (HEAD + BALL.replace("Ball", ""), "without a name", "Give the element a name"),
    "open quote": (HEAD + '"' + BALL, "cannot be read as a table", "Check its quotation marks."),
    "nul": (HEAD + BALL.replace("Ball", "B\0ll"), "has control characters", "Give the element a name"),
}  # fmt: skip
FORMS = {
    "bom": lambda text: "\ufeff" + text,
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "all": lambda text: "\ufeff" + text.replace(",", ";").replace("\n", "\r\n") + ";" * 9 + "\r\n",
    "numbers": lambda text: text.replace(",1,", ",1.0,"),
}


@pytest.mark.parametrize(("text", "said", "hint"), PRIOR.values(), ids=PRIOR)
def test_a_bad_prior_table(inkwright, marked: Path, hashes, text: str, said: str, hint: str):
    (marked / "prior.csv").write_bytes(text.encode())
    before = hashes(marked)
    for command in ("elements", "train", "status"):
        error = inkwright(command, marked).error
        assert error["message"].startswith(f"{marked / 'prior.csv'}")
        assert said in error["message"]
        assert error["hint"].startswith(hint)
    after = hashes(marked)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_table_from_a_spreadsheet(inkwright, marked: Path, form: Callable[[str], str]):
    (marked / "prior.csv").write_bytes(form(HEAD + BALL).encode())
    (row,) = inkwright("elements", marked).all("table")[0]["rows"]
    assert row == ["Ball", "character", *"01011010"]


def test_a_table_in_another_encoding(inkwright, marked: Path):
    (marked / "prior.csv").write_bytes((HEAD + BALL).encode("utf-16"))
    assert "is not UTF-8 text" in inkwright("elements", marked).error["message"]


def test_elements_that_are_nowhere_or_everywhere_are_told_and_left_out(inkwright, marked: Path, one_thread):
    rows = "".join(f"{name},prop" + f",{mark}" * 8 + "\n" for name, mark in (("Cat", 0), ("Sky", 1)))
    (marked / "prior.csv").write_text(HEAD + BALL + rows)
    told = [event["message"] for event in inkwright("elements", marked).all("warned")]
    assert told[0] == "Element 'Cat' appears nowhere."
    assert told[1].startswith("Element 'Sky' is marked in every panel")
    run = inkwright("train", marked)
    assert run.code == 0
    told = [event["message"] for event in run.all("warned")]
    assert any(message.startswith("'Cat' is not reliable") for message in told)
    assert any(message.startswith("'Sky' is not reliable") for message in told)


# -- book.json ---------------------------------------------------------------------------------------------------------


def panel(**changes: Any) -> Callable[[dict[str, Any]], str]:
    """book.json with something changed in its first panel."""

    def change(data: dict[str, Any]) -> str:
        data["pages"][0]["panels"][0].update(changes)
        return json.dumps(data)

    return change


def page(file: str) -> Callable[[dict[str, Any]], str]:
    """book.json with another file for its first page."""

    def change(data: dict[str, Any]) -> str:
        data["pages"][0]["file"] = file
        return json.dumps(data)

    return change


def text(whole: str) -> Callable[[dict[str, Any]], str]:
    """book.json as a whole."""
    return lambda _: whole


BOOK: dict[str, tuple[Callable[[dict[str, Any]], str], str]] = {
    "broken": (text('{"version": 1, pages'), "is not valid JSON"),
    "empty": (text(""), "is not valid JSON"),
    "deep": (text("[" * 100_000), "is not valid JSON"),
    "a number without end": (text('{"version": ' + "1" * 5000 + "}"), "is not valid JSON"),
    "half a character": (panel(alt="\ud800"), "is not valid JSON"),
    "a list": (text("[]"), "holds a list"),
    "newer": (text('{"version": 2, "pages": []}'), "has format version 2; this inkwright reads up to version 1"),
    "no version": (text('{"pages": []}'), "no usable 'version'"),
    "wrong shape": (text('{"version": 1, "pages": {}}'), "pages: Input should be a valid list"),
    "id twice": (panel(id="p1.2"), "two panels with the id 'p1.2'"),
    "id twice, other case": (panel(id="P1.2"), "two panels with the id"),
    "id is a path": (panel(id="../../x"), "found '../../x'"),
    "box outside": (panel(box=[5000, 5000, 9, 9]), "Panel p1.1 has the box [5000, 5000, 9, 9], which lies outside"),
    "box of nothing": (panel(box=[1, 1, -5, 5]), "width and height must be at least 1 pixel, got -5 x 5"),
    "box of three": (panel(box=[1, 1, 5]), "a box [x, y, width, height] is expected, got 3 numbers"),
    "box too far": (panel(box=[10**30, 0, 9, 9]), "at most 1000000 pixels"),
    "tiny": (panel(box=[20, 20, 3, 3]), "Panel p1.1 is 3 x 3 pixels on its page; at least 16"),
    "line": (panel(polygon=[[0, 0], [9, 9]]), "polygon: List should have at least 3 items"),
    "appearance": (panel(appearances={"Ball": [[1, 2]]}), "appearances.Ball.0: a box"),
    "balloon": (panel(balloons=[{"words": "Hi", "kind": "yell"}]), "balloons.0.kind: Input should be 'speech'"),
    "page outside": (page("../x.png"), "names the page '../x.png', which lies outside the project"),
    "page elsewhere": (page("/etc/passwd"), "which lies outside the project"),
    "page missing": (page("pages/gone.png"), "pages/gone.png does not exist, but book.json lists it"),
    "page twice": (page("./pages/p2.png"), "lists the page 'pages/p2.png' twice"),
    "page's name": (page("pages/\0.png"), "which cannot be a file"),
    "long name": (page("pages/" + "x" * 300), "cannot be used: File name too long"),
}


@pytest.mark.parametrize(("change", "said"), BOOK.values(), ids=BOOK)
def test_a_bad_book(inkwright, marked: Path, hashes, change: Callable[[dict[str, Any]], str], said: str):
    path = marked / "book.json"
    path.write_text(change(json.loads(path.read_text())))
    before = hashes(marked)
    assert said in inkwright("train", marked).error["message"]
    after = hashes(marked)
    assert {name: after[name] for name in before} == before


STRANGE: dict[str, Callable[[dict[str, Any]], str]] = {
    "an unknown element": panel(appearances={"Nobody": [[1, 1, 20, 20]]}),
    "boxes off the panel": panel(appearances={"Ball": [[-500, 1, 900_000, 20]], "Box": [[900, 900, 5, 5]]}),
    "partly off its page": panel(box=[-50, -50, 180, 180]),
    "a polygon without area": panel(polygon=[[0, 0], [50, 50], [100, 100]]),
    "a polygon off the page": panel(polygon=[[1000, 1000], [1050, 1000], [1000, 1100]]),
    "a bow tie": panel(polygon=[[12, 10], [140, 190], [140, 10], [12, 190]]),
    "nearly all frame": panel(box=[12, 10, 16, 16]),
    "panels on each other": panel(box=[0, 0, 300, 400]),
}


def test_a_strange_book_works(inkwright, marked: Path, one_thread):
    path = marked / "book.json"
    data = json.loads(path.read_text())
    panels = [one for sheet in data["pages"] for one in sheet["panels"]]
    for n, change in enumerate(STRANGE.values()):
        changed = json.loads(change(json.loads(path.read_text())))["pages"][0]["panels"][0]
        panels[n].update({key: value for key, value in changed.items() if key != "id"})
    panels[0]["balloons"] = [{"words": "x" * 999}, {"words": "", "box": [900, 900, 10, 10]}, {"words": "a\x00\x01b"}]
    path.write_text(json.dumps(data))
    (marked / "prior.csv").unlink()
    Project(marked).set_config({"fit": {"style_steps": 1, "steps": 1}})
    assert inkwright("make", marked).code == 0
    assert len(list((marked / "build" / "panels").iterdir())) == 8


# -- inkwright.toml ----------------------------------------------------------------------------------------------------

TOML = {
    "broken": ("version = ", "is not valid TOML", "Mend that line."),
    "unknown section": ("[fitt]\nsteps = 1", "unknown section 'fitt'", "Did you mean 'fit'?"),
    "unknown key": ("[fit]\nstep = 1", "unknown setting 'fit.step'", "Did you mean 'steps'?"),
    "wrong type": ("[fit]\nsteps = 'many'", "fit.steps: Input should be a valid integer", "Mend that value."),
    "no section": ("fit = 3", "fit: Input should be", "Mend that value."),
    "newer": ("version = 9", "has format version 9", "Update inkwright."),
    "older than the first": ("version = 0", "version: Input should be greater", "Mend that value."),
    "out of range": ("[train]\npx = 50", "train.px: Input should be a multiple of 8", "Mend that value."),
    "not a number": ("[fit]\nlr = nan", "fit.lr: Input should be a finite number", "Mend that value."),
    "endless": ("[fit]\nweight_c = inf", "fit.weight_c: Input should be a finite number", "Mend that value."),
    "twice": ("[fit]\n[fit]", "is not valid TOML", "Mend that line."),
}


@pytest.mark.parametrize(("settings", "said", "hint"), TOML.values(), ids=TOML)
def test_bad_settings(inkwright, marked: Path, settings: str, said: str, hint: str):
    (marked / "inkwright.toml").write_text(settings)
    for arguments in (("status", marked), ("train", marked, "--train-steps", "2")):  # with an option it is also written
        error = inkwright(*arguments).error
        assert error["message"].startswith(str(marked / "inkwright.toml"))
        assert said in error["message"]
        assert error["hint"].startswith(hint)
    assert (marked / "inkwright.toml").read_text() == settings


@pytest.mark.parametrize("style", ["gouach", "pages", "~nobody9/x.png", "a\0b"])
def test_a_style_that_is_none(inkwright, marked: Path, style: str):
    (marked / "inkwright.toml").write_text(f"[style]\npicture = {json.dumps(style)}\n")
    error = inkwright("train", marked).error
    assert error["message"] == f"There is no style picture '{style}'."
    assert "gouache" in error["hint"]


# -- the disk ----------------------------------------------------------------------------------------------------------


def failing(number: int, after: int) -> Callable[[int], None]:
    """An os.fsync that fails with an error number, from the call after the first few on."""
    calls = 0

    def fsync(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(number, os.strerror(number))

    return fsync


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "The disk is full: "),
        (errno.EDQUOT, "The disk is full: "),
        (errno.EROFS, " may not be written: "),
        (errno.EIO, " could not be written: "),
    ],
)
@pytest.mark.parametrize(
    "arguments", [("elements", "add", "Cat"), ("elements", "mark", "Ball", "p1.1"), ("train",), ("panels",)]
)
def test_what_cannot_be_written_leaves_all_as_it_was(
    inkwright, marked: Path, page_of, monkeypatch: pytest.MonkeyPatch, hashes, number: int, said: str, arguments
):
    page_of(3).save(marked / "pages" / "p3.png")
    before = hashes(marked)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", failing(number, 0))
        error = inkwright(arguments[0], marked, *arguments[1:]).error
    assert said in error["message"]
    assert error["kind"] == "DiskError"
    assert hashes(marked) == before
    assert not list(marked.rglob("*.part"))


def test_after_a_full_disk_the_same_command_goes_on(inkwright, made: Path, monkeypatch: pytest.MonkeyPatch, hashes):
    project = Project(made)
    before = hashes(made / "build" / "pages")
    (made / "build" / "render.json").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", failing(errno.ENOSPC, 7))  # in the middle of the second page
        assert "run the same command again" in inkwright("render", made).error["hint"]
    assert hashes(made / "build" / "pages") == before
    events = list(render(project))
    assert [event.page for event in events if hasattr(event, "page")] == ["pages/p2.png"]  # the first one is kept
    assert hashes(made / "build" / "pages") == before


def test_an_earlier_book_stays_when_the_disk_is_full(inkwright, made: Path, monkeypatch: pytest.MonkeyPatch):
    project = Project(made)
    project.set_config({"publish": {"quality": 100}})
    files = [made / "build" / f"ball-and-box.{suffix}" for suffix in ("cbz", "pdf")]
    before = [path.read_bytes() for path in files]
    monkeypatch.setattr("os.fsync", failing(errno.ENOSPC, 3))  # after both lettered pages
    assert "ball-and-box.cbz" in inkwright("publish", made).error["message"]
    assert [path.read_bytes() for path in files] == before
