"""What a fit keeps of the former palette."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from inkwright.book import Element
from inkwright.learn.checkpoint import load_tensors
from inkwright.learn.colour import oklab
from inkwright.learn.palette import Palette
from inkwright.learn.pins import node_colours
from inkwright.operations.palette_file import load, path_of
from inkwright.operations.steer import CAST, PARTS, boxes_in, cast_key, chosen, keep_palette, steer
from inkwright.project import Project, write_json

RED, BLUE, GREEN = (0.8, 0.15, 0.1), (0.1, 0.2, 0.7), (0.2, 0.7, 0.3)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "inkwright.toml").write_text("version = 1\n")
    return Project(tmp_path)


def cast(order: tuple[int, int, int] = (0, 1, 2)) -> Palette:
    """A casting; another order of the channels is one that came out quite differently."""
    source = np.array([(0.97, 0.97, 0.95), RED, BLUE], np.float32)
    table = np.ascontiguousarray((0.1 + 0.8 * node_colours(25))[:, order].reshape(25, 25, 25, 3), np.float32)
    made = Palette(source, source, np.full(3, 1 / 3, np.float32), np.full(3, 0.1, np.float32), table)
    return Palette(source, made(source[None])[0], made.share, made.dark, table)


def flats(*colours) -> list[np.ndarray]:
    picture = np.tile(np.float32((0.97, 0.97, 0.95)), (40, 60, 1))
    for k, colour in enumerate(colours):
        picture[10 * k : 10 * k + 10, :20] = colour
    return [picture]


def nothing(name: str) -> None:
    raise AssertionError(name)


def fit(project: Project, number: int, palette: Palette, drawn: list[np.ndarray], own=nothing) -> Palette:
    """What a fit does with the palette, around its networks."""
    run = project.root / "runs" / f"{number:04d}-fit"
    made, told = steer(project, run, palette, drawn, own)
    write_json(run / "palette.json", {**made.as_json(), **told})
    write_json(run / "meta.json", {})
    keep_palette(project, run)
    return made


def moved(one: Palette, other: Palette, *colours) -> float:
    x = np.array([colours], np.float32)
    return float(np.linalg.norm(oklab(one(x)) - oklab(other(x)), axis=-1).max())


def test_a_first_casting_is_taken_as_it_is(project: Project):
    made = fit(project, 1, cast(), flats(RED, BLUE))
    np.testing.assert_array_equal(made.table, cast().table)
    data = load(project)
    assert [row.drawn for row in data.colours] == ["#f7f7f2", "#cc261a", "#1a33b2"]
    assert data.key == cast_key(project, data)
    assert data.style == "gouache"


def test_the_next_fit_keeps_it_though_the_casting_comes_out_otherwise(project: Project):
    first = fit(project, 1, cast(), flats(RED, BLUE))
    second = fit(project, 2, cast((2, 0, 1)), flats(RED, BLUE, GREEN))
    assert moved(first, second, RED, BLUE) < 1e-6
    assert moved(first, second, GREEN) > 0.1
    third = fit(project, 3, cast((1, 2, 0)), flats(RED, GREEN))  # blue is gone ...
    fourth = fit(project, 4, cast(), flats(RED, BLUE, GREEN))  # ... and comes back
    assert moved(second, third, RED, BLUE, GREEN) < 1e-6
    assert moved(second, fourth, RED, BLUE, GREEN) < 1e-6


@pytest.mark.parametrize("change", ["style", "seed", "casting"])
def test_another_style_seed_or_casting_owes_nothing_to_it(project: Project, change: str):
    first = fit(project, 1, cast(), flats(RED, BLUE))
    if change == "casting":
        data = json.loads(path_of(project).read_text())
        path_of(project).write_text(json.dumps({**data, "casting": 1}))
    else:
        project.set_config({"style": {"seed": 1} if change == "seed" else {"picture": "halftone"}})
    second = fit(project, 2, cast((2, 0, 1)), flats(RED, BLUE))
    assert moved(first, second, RED, BLUE) > 0.1


@pytest.mark.parametrize("left", ["unfinished", "none"])
def test_without_a_whole_run_palette_json_holds(project: Project, left: str):
    first = fit(project, 1, cast(), flats(RED, BLUE))
    if left == "none":
        shutil.rmtree(project.root / "runs")
    else:
        (project.root / "runs" / "0001-fit" / "meta.json").unlink()
    again, other = cast(), cast((2, 0, 1))
    np.testing.assert_array_equal(fit(project, 2, again, flats(RED, BLUE)).table, first.table)
    shutil.rmtree(project.root / "runs")
    assert moved(fit(project, 3, other, flats(RED, BLUE)), first, RED, BLUE) < 0.01


def test_pins_lie_over_the_casting_and_leave_it_as_it_was(project: Project):
    first = fit(project, 1, cast(), flats(RED, BLUE))
    data = load(project)
    data.colours[1].result, data.colours[1].pinned = "#20a020", True
    data.elements = {"Sea": "#ffcc00"}
    path_of(project).write_text(data.model_dump_json())
    second = fit(project, 2, cast((2, 0, 1)), flats(RED, BLUE), lambda name: BLUE)
    x = np.array([[RED, BLUE]], np.float32)
    np.testing.assert_allclose(second(x)[0] * 255, [(0x20, 0xA0, 0x20), (0xFF, 0xCC, 0)], atol=1)
    told = json.loads((project.root / "runs" / "0002-fit" / "palette.json").read_text())
    assert told["pins"] == ["", "#cc261a", "Sea"]
    assert told["notes"] == []
    kept = load_tensors(project.root / "runs" / "0002-fit" / CAST)
    assert moved(Palette(**{name: kept[name].numpy() for name in PARTS}), first, RED, BLUE) < 1e-6
    data = load(project)
    data.colours[1].pinned, data.elements = False, {}
    path_of(project).write_text(data.model_dump_json())
    assert moved(fit(project, 3, cast((2, 0, 1)), flats(RED, BLUE)), first, RED, BLUE) < 1e-6


def test_an_element_without_a_colour_and_contradicting_pins_are_told(project: Project):
    path_of(project).write_text(
        '{"elements": {"Ghost": "#ffffff", "Sea": "#00ff00"},'
        ' "colours": [{"drawn": "#1a33b3", "result": "#ff0000", "pinned": true}]}'
    )
    run = project.root / "runs" / "0001-fit"
    _, told = steer(project, run, cast(), flats(RED, BLUE), lambda name: None if name == "Ghost" else BLUE)
    messages = [message for message, _ in told["notes"]]
    assert messages == [
        "'Ghost' has no colour of its own in its boxes; its pin does nothing.",
        "#1a33b3 and Sea have nearly the same colour, #1a33b2, but other pins.",
    ]
    assert told["pins"].count("#1a33b3") == 1


def test_what_the_author_set_meanwhile_stays(project: Project):
    run = project.root / "runs" / "0001-fit"
    made, told = steer(project, run, cast(), flats(RED, BLUE), nothing)
    write_json(run / "palette.json", {**made.as_json(), **told})
    path_of(project).write_text(
        '{"note": "mine", "colours": [{"drawn": "#cc261a", "result": "#00ff00", "pinned": true, "why": "grass"},'
        ' {"drawn": "#777777", "result": "#888888", "pinned": true}],'
        ' "elements": {"Sea": "#0000ff"}, "ink": {"result": "#000033", "pinned": true}}'
    )
    keep_palette(project, run)
    data = json.loads(path_of(project).read_text())
    assert data["note"] == "mine"
    rows = {row["drawn"]: row for row in data["colours"]}
    assert list(rows) == ["#f7f7f2", "#cc261a", "#1a33b2", "#777777"]
    assert (rows["#cc261a"]["result"], rows["#cc261a"]["why"], rows["#777777"]["pinned"]) == ("#00ff00", "grass", True)
    assert data["elements"] == {"Sea": "#0000ff"}
    assert data["ink"] == {"result": "#000033", "pinned": True}
    before = path_of(project).stat().st_mtime_ns
    keep_palette(project, run)
    assert path_of(project).stat().st_mtime_ns == before


def test_a_run_of_an_earlier_version_writes_nothing(project: Project):
    run = project.root / "runs" / "0001-fit"
    write_json(run / "palette.json", cast().as_json())
    keep_palette(project, run)
    assert not path_of(project).exists()


class View:
    """A panel of 200 x 100 pixels with a box of the Hero."""

    pixels = np.zeros((100, 200, 3), np.uint8)

    def boxes(self, name: str) -> list[tuple[int, int, int, int]]:
        return [(20, 10, 40, 80)] if name == "Hero" else []


def test_boxes_are_scaled_and_a_setting_fills_its_panel():
    hero, ghost, castle = Element("Hero", "character"), Element("Ghost", "character"), Element("Castle", "setting")
    view: object = View()
    assert boxes_in(view, hero, 1, 50, 100) == [(10, 5, 20, 40)]  # type: ignore[arg-type]
    assert boxes_in(view, ghost, 0, 50, 100) == []  # type: ignore[arg-type]
    assert boxes_in(view, ghost, 1, 50, 100) is None  # type: ignore[arg-type]
    assert boxes_in(view, castle, 1, 50, 100) == [(0, 0, 100, 50)]  # type: ignore[arg-type]


def test_of_many_panels_some_are_chosen():
    box = [(0, 0, 1, 1)]
    boxes = [box if j % 3 == 0 else None if j % 3 == 1 else [] for j in range(300)]
    picked = chosen(boxes)
    assert len(picked) == 48
    assert picked == sorted(set(picked))
    assert sum(boxes[j] == box for j in picked) == 24
    assert chosen([None, None]) == []
