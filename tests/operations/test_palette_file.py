import json
from pathlib import Path

import pytest

from inkwright.errors import PaletteError
from inkwright.operations.palette_file import (
    PaletteFile,
    Row,
    as_hex,
    dumped,
    hex_colour,
    is_colour,
    load,
    path_of,
    rgb,
    save,
)
from inkwright.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "inkwright.toml").write_text("version = 1\n")
    return Project(tmp_path)


def test_colours_have_one_form():
    assert [hex_colour(text) for text in ("#C81E1E", " #c11 ", "#000000")] == ["#c81e1e", "#cc1111", "#000000"]
    assert as_hex(rgb("#c81e1e")) == "#c81e1e"
    assert as_hex([1.2, -0.1, 0.5]) == "#ff0080"
    assert [is_colour(t) for t in ("#c81e1e", "Hero", "#1 Hero", "")] == [True, False, False, False]


@pytest.mark.parametrize("text", ["", "#", "c81e1e", "#c81e1", "#c81e1e0", "red", "#gggggg", "rgb(1,2,3)", "##c11"])
def test_other_forms_are_refused(text: str):
    with pytest.raises(ValueError, match="is no colour"):
        hex_colour(text)


def test_no_file_is_an_empty_palette(project: Project):
    assert load(project) == PaletteFile()
    assert load(project).pins() == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "is not valid JSON"),
        ("[]", "holds no JSON object"),
        ('{"version": 2}', "has format version 2"),
        ('{"colours": [{"drawn": "#c81e1e", "result": "green"}]}', "colours.0.result: 'green' is no colour"),
        ('{"colours": [{"drawn": "#c81e1e"}]}', "colours.0.result"),
        ('{"elements": {"Hero": 5}}', "elements.Hero"),
        ('{"ink": "#101820"}', "ink"),
        ('{"colours": [{"drawn": "#c81e1e", "result": "#000000", "share": NaN}]}', "colours.0.share"),
        (
            '{"colours": [{"drawn": "#c11", "result": "#000", "pinned": true},'
            ' {"drawn": "#CC1111", "result": "#111", "pinned": true}]}',
            "pins the colour '#cc1111' more than once",
        ),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(project: Project, text: str, named: str):
    path_of(project).write_text(text)
    with pytest.raises(PaletteError) as caught:
        load(project)
    assert str(path_of(project)) in caught.value.message
    assert named in caught.value.message
    assert caught.value.hint


def test_pins_alone_count(project: Project):
    text = (
        '{"style": "x", "key": "y", "colours": [{"drawn": "#c81e1e", "result": "#111111", "share": 0.5},'
        '{"drawn": "#C81E1F", "result": "#222", "pinned": true}], "ink": {"result": "#123"}}'
    )
    path_of(project).write_text(text)
    assert load(project).pins() == {"colours": [["#c81e1f", "#222222"]]}


def test_unknown_fields_are_kept_and_an_unchanged_file_is_not_written(project: Project):
    path = path_of(project)
    path.write_text('{"note": "mine", "colours": [{"drawn": "#c81e1e", "result": "#111111", "pinned": true, "of": 1}]}')
    file = load(project)
    assert save(project, file)
    data = json.loads(path.read_text())
    assert data["note"] == "mine"
    assert data["colours"][0]["of"] == 1
    path.write_text(json.dumps(data, indent=4))  # laid out by another program
    before = path.read_text()
    assert not save(project, load(project))
    assert path.read_text() == before


def test_a_colour_stands_on_one_line():
    file = PaletteFile(colours=[Row(drawn="#c11", result="#222"), Row(drawn="#111", result="#333", element="Hero")])
    lines = dumped(file).splitlines()
    assert '  {"drawn": "#cc1111", "result": "#222222", "share": 0.0, "pinned": false},' in lines
    assert '  {"drawn": "#111111", "result": "#333333", "share": 0.0, "pinned": false, "element": "Hero"}' in lines
    assert PaletteFile.model_validate_json(dumped(file)) == file
    assert PaletteFile.model_validate_json(dumped(PaletteFile())) == PaletteFile()
