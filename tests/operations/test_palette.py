"""The command `palette`, and what a fit makes of it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkwright.images import to_float
from inkwright.operations.canvases import load_look
from inkwright.project import Project

BALL = {"p1.2": 1, "p1.4": 1, "p2.1": 2, "p2.3": 2}
RED = np.array([200, 30, 30]) / 255


def rows(run) -> dict[str, list[str]]:
    """What is drawn → the rest of its row."""
    return {row[0]: row[1:] for row in run.all("table")[0]["rows"]}


def box_balls(root: Path) -> None:
    """Puts boxes around the red balls into book.json, from the pages' own pixels."""
    data = json.loads((root / "book.json").read_text())
    for page in data["pages"]:
        pixels = np.asarray(Image.open(root / page["file"]).convert("RGB")).astype(int)
        for panel in page["panels"]:
            if panel["id"] in BALL:
                x, y, w, h = panel["box"]
                ys, xs = np.nonzero((np.abs(pixels[y : y + h, x : x + w] - [200, 30, 30]) < 8).all(2))
                box = [int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1]
                panel["appearances"] = {"Ball": [box]}
    (root / "book.json").write_text(json.dumps(data))


def fitted(root: Path) -> Path:
    run = Project(root).finished_run("fit")
    assert run is not None
    return run


def painted(root: Path, colour: str) -> str:
    """What a colour becomes in the newest fit."""
    rgb = np.array([[[int(colour[k : k + 2], 16) for k in (1, 3, 5)]]], np.float32) / 255
    style = to_float(np.asarray(Image.open(fitted(root) / "style.png").convert("RGB")))
    look = load_look(fitted(root), style, Project(root).config())
    return "#" + "".join(f"{round(float(v) * 255):02x}" for v in look.palette(rgb)[0, 0])


def ink(root: Path) -> list[float]:
    return json.loads((fitted(root) / "palette.json").read_text())["ink"]


def test_it_shows_what_the_fit_has_cast(inkwright, made_project: Path, hashes):
    before = hashes(made_project)
    run = inkwright("palette", made_project)
    assert run.code == 0
    table = rows(run)
    kept = json.loads((made_project / "palette.json").read_text())
    assert list(table) == [row["drawn"] for row in kept["colours"]] + ["ink"]
    assert not any(row[2] for row in table.values())
    assert sum(float(row[1].removesuffix(" %")) for row in table.values() if row[1]) == pytest.approx(100, abs=0.5)
    assert run.events[-1]["note"].endswith("0 pins; as painted")
    after = hashes(made_project)
    after.pop(".inkwright/lock", None), before.pop(".inkwright/lock", None)
    assert after == before


def test_before_the_first_fit_pins_may_be_set(inkwright, marked: Path):
    assert inkwright("palette", marked).all("warned")[0]["message"] == "No palette has been cast yet."
    run = inkwright("palette", marked, "--pin", "#C81E1E=#080", "--pin", "ink=#102030")
    assert rows(run) == {"#c81e1e": ["#008800", "0.0 %", "pinned"], "ink": ["#102030", "", "pinned"]}
    assert run.events[-1]["note"].endswith(f"to apply it, run: inkwright make {marked}")


def test_pins_are_painted_and_taken_back(inkwright, made: Path, one_thread):
    """A pin makes the fit stale; the same pins again, or none, find their run again."""
    drawn, becomes = (json.loads((made / "palette.json").read_text())["colours"][1][k] for k in ("drawn", "result"))
    first, casting = fitted(made), (fitted(made) / "cast.safetensors").read_bytes()
    assert inkwright("palette", made, "--pin", f"{drawn}=#20a020", "--pin", "ink=#402000").code == 0
    assert next(r for r in inkwright("status", made).all("table")[0]["rows"] if r[0] == "fit")[1] == "out of date"
    assert inkwright("fit", made).events[-1]["fresh"] is True
    second = fitted(made)
    assert second != first
    assert painted(made, drawn) == "#20a020"
    assert [round(255 * v) for v in ink(made)] == [0x40, 0x20, 0]
    assert (second / "cast.safetensors").read_bytes() == casting  # the casting beneath the pins is the former one
    assert inkwright("palette", made).events[-1]["note"].endswith("2 pins; as painted")
    unpinned = inkwright("palette", made, "--unpin", drawn, "--unpin", "ink")
    assert drawn not in rows(unpinned)
    assert inkwright("fit", made).events[-1]["fresh"] is False
    assert rows(inkwright("palette", made))[drawn][0] == becomes
    assert json.loads((made / "palette.json").read_text())["ink"]["pinned"] is False


def test_an_element_is_pinned_by_its_own_colour(inkwright, made: Path, one_thread):
    error = inkwright("palette", made, "--pin", "Ball=#20a020").error
    assert error["message"] == "The element 'Ball' lacks boxes, by which its colour could be told."
    box_balls(made)
    said = inkwright("palette", made, "--pin", "Ball=#20a020")
    own = said.all("warned")[0]["message"].split(" is ")[1][:7]
    assert np.abs(np.array([int(own[k : k + 2], 16) for k in (1, 3, 5)]) / 255 - RED).max() < 0.05
    assert rows(said)["Ball"] == ["#20a020", "", "pinned"]
    assert inkwright("train", made).code == inkwright("fit", made).code == 0
    row = next(row for row in json.loads((made / "palette.json").read_text())["colours"] if "element" in row)
    assert (row["element"], row["result"], row["pinned"]) == ("Ball", "#20a020", False)
    for stage in (("render",), ("render", "--plain"), ("review",)):
        assert inkwright(stage[0], made, *stage[1:]).code == 0
    data = json.loads((made / "build" / "review" / "review.json").read_text())
    assert [entry["pin"] for entry in data["palette"] if entry["pin"]] == ["Ball"]
    page = (made / "build" / "review" / "index.html").read_text()
    assert '<span class="pin">● Ball</span>' in page
    assert "<pre>inkwright palette . --pin" in page
    assert rows(inkwright("palette", made, "--unpin", "Ball")).get("Ball") is None


def test_a_pinned_element_without_boxes_is_told_and_the_fit_goes_on(inkwright, marked: Path, one_thread):
    (marked / "palette.json").write_text('{"elements": {"Ball": "#20a020"}}')
    run = inkwright("train", marked), inkwright("fit", marked)
    assert run[1].code == 0
    assert any("'Ball' has no colour of its own" in event["message"] for event in run[1].all("warned"))
    assert json.loads((marked / "palette.json").read_text())["elements"] == {"Ball": "#20a020"}


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--pin", "Bal=#102030"], "'Bal' is neither a colour nor an element of", "Did you mean 'Ball'?"),
        (["--pin", "#1020=#102030"], "'#1020' is no colour in '#1020=#102030'.", "Colours are written like '#c81e1e'."),
        (["--pin", "ink=red"], "'red' is no colour in 'ink=red'.", "Colours are written like '#c81e1e'."),
        (["--pin", "#102030"], "'#102030' is no pin.", "Write for instance: --pin '#d02020=#a01818'"),
        (["--pin", "=#102030"], "'=#102030' is no pin.", "Write for instance"),
        (["--unpin", "ink"], "'ink' is not pinned.", "Nothing is pinned."),
        (["--unpin", "#12"], "'#12' is no colour.", "Colours are written like"),
    ],
)
def test_a_wrong_pin_is_told_and_nothing_is_saved(inkwright, made_project, arguments, message, hint, hashes):
    before = hashes(made_project)
    error = inkwright("palette", made_project, *arguments).error
    assert error["message"].startswith(message)
    assert error["hint"].startswith(hint)
    assert error["kind"] == "PaletteError"
    assert hashes(made_project) == before


def test_an_unpin_names_what_is_pinned(inkwright, marked: Path):
    inkwright("palette", marked, "--pin", "#c81e1e=#008800")
    assert "'#c81e1e'" in inkwright("palette", marked, "--unpin", "#c81e1f").error["hint"]


def test_a_pin_of_an_element_that_is_gone_can_be_taken_back(inkwright, marked: Path):
    (marked / "palette.json").write_text('{"elements": {"Bal": "#20a020"}}')
    for command in ("palette", "fit"):
        error = inkwright(command, marked).error
        assert "pins the element 'Bal', which prior.csv does not have" in error["message"]
        assert f"inkwright palette {marked} --unpin Bal" in error["hint"]
    assert inkwright("palette", marked, "--unpin", "Bal").code == 0


def test_a_colour_that_nothing_is_like_is_worth_a_word(inkwright, made: Path):
    said = inkwright("palette", made, "--pin", "#00ff00=#102030").all("warned")[0]
    assert "No main colour of the drawings is like #00ff00" in said["message"]


def test_an_edit_that_is_not_pinned_is_told(inkwright, made: Path):
    path = made / "palette.json"
    data = json.loads(path.read_text())
    data["colours"][0]["result"] = "#123456"
    path.write_text(json.dumps(data))
    said = inkwright("palette", made).all("warned")[0]
    assert "was changed to #123456" in said["message"]
    assert '"pinned": true' in said["hint"]
    data["colours"][0]["pinned"] = True
    path.write_text(json.dumps(data))
    run = inkwright("palette", made)
    assert run.all("warned") == []
    assert "to apply it" in run.events[-1]["note"]


def test_recast_makes_the_fit_stale_and_keeps_pins(inkwright, made: Path):
    inkwright("palette", made, "--pin", "ink=#102030")
    run = inkwright("palette", made, "--recast")
    assert "to apply it" in run.events[-1]["note"]
    data = json.loads((made / "palette.json").read_text())
    assert (data["casting"], data["ink"]) == (1, {"result": "#102030", "pinned": True})
