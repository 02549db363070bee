import json
from importlib.resources import files

import jsonschema
import numpy as np
import pytest

from inkwright.book import VERSION, Balloon, Book, Element, Page, Panel, Prior, dump_book, parse_book, schema
from inkwright.errors import BookError, PriorError

FULL = {
    "version": 1,
    "pages": [
        {
            "file": "pages/p1.png",
            "panels": [
                {
                    "id": "p1.1",
                    "box": [10, 20, 300, 200],
                    "polygon": [[10, 20], [310, 20], [310, 220]],
                    "appearances": {"Hero": [[5, 6, 70, 80], [100, 6, 70, 80]], "Dragon": []},
                    "balloons": [{"words": "Čau!", "kind": "shout", "speaker": "Hero", "box": [1, 2, 30, 40]}],
                    "keep": [[5, 6, 70, 80], [[1, 2], [30, 2], [30, 40]]],
                    "alt": "The Hero waves.",
                },
                {"id": "p1.2", "box": [320, 20, 300, 200]},
            ],
        },
        {"file": "pages/p2.png", "panels": []},
    ],
}


def with_panel(**changes) -> dict:
    """A book of one page with one panel, in which something is changed."""
    panel = {"id": "p1.1", "box": [0, 0, 10, 10], **changes}
    return {"version": 1, "pages": [{"file": "pages/p1.png", "panels": [panel]}]}


def refused(data, name: str = "my/book.json") -> BookError:
    with pytest.raises(BookError) as caught:
        parse_book(data if isinstance(data, str) else json.dumps(data), name)
    assert caught.value.message.startswith(name)
    return caught.value


def test_a_book_survives_being_written_and_read():
    book = parse_book(json.dumps(FULL))
    again = parse_book(dump_book(book))

    assert again == book
    hero = book.pages[0].panels[0]
    assert hero.box == (10, 20, 300, 200)
    assert hero.appearances == {"Hero": [(5, 6, 70, 80), (100, 6, 70, 80)], "Dragon": []}
    assert hero.balloons == [Balloon(words="Čau!", kind="shout", speaker="Hero", box=(1, 2, 30, 40))]
    assert hero.keep == [(5, 6, 70, 80), [(1, 2), (30, 2), (30, 40)]]
    assert "Čau!" in dump_book(book)  # readable, not escaped


def test_what_says_nothing_is_not_written():
    text = dump_book(Book(pages=[Page(file="pages/p1.png", panels=[Panel(id="p1.1", box=(0, 0, 9, 9))])]))
    assert json.loads(text) == {
        "version": VERSION,
        "pages": [{"file": "pages/p1.png", "panels": [{"id": "p1.1", "box": [0, 0, 9, 9]}]}],
    }
    assert text.endswith("}\n")


def test_panels_come_in_reading_order_through_the_book():
    book = parse_book(json.dumps(FULL))
    assert book.panel_ids() == ["p1.1", "p1.2"]
    assert [page.file for page, _ in book.panels()] == ["pages/p1.png", "pages/p1.png"]


def test_fields_of_other_programs_are_kept():
    data = with_panel(mood="dark")
    data["studio"] = {"zoom": 2}
    data["pages"][0]["panels"][0]["balloons"] = [{"words": "a", "tail": [3, 4]}]

    found = json.loads(dump_book(parse_book(json.dumps(data))))
    assert found["studio"] == {"zoom": 2}
    assert found["pages"][0]["panels"][0]["mood"] == "dark"
    assert found["pages"][0]["panels"][0]["balloons"][0]["tail"] == [3, 4]


def test_decimals_of_other_programs_become_pixels():
    book = parse_book(json.dumps(with_panel(box=[0.4, 0.6, 10.0, 9.7], polygon=[[0.2, 0], [9.9, 0], [5, 9]])))
    assert book.pages[0].panels[0].box == (0, 1, 10, 10)
    assert book.pages[0].panels[0].polygon == [(0, 0), (10, 0), (5, 9)]


@pytest.mark.parametrize(
    ("panel", "where", "value"),
    [
        ({"box": [0, 0, 0, 5]}, "pages.0.panels.0.box", "[0, 0, 0, 5]"),
        ({"box": [0, 0, 5, -1]}, "pages.0.panels.0.box", "[0, 0, 5, -1]"),
        ({"box": [0, 0, 5]}, "pages.0.panels.0.box", "5"),
        ({"box": [0, 0, 5, "wide"]}, "pages.0.panels.0.box.3", "wide"),
        ({"box": [0, 0, 5, 1e300]}, "pages.0.panels.0.box.3", "1e+300"),
        ({"box": [float("nan"), 0, 5, 5]}, "pages.0.panels.0.box.0", "nan"),
        ({"box": None}, "pages.0.panels.0.box", "None"),
        ({"polygon": [[0, 0], [1, 1]]}, "pages.0.panels.0.polygon", "at least 3"),
        ({"id": "../../etc/passwd"}, "pages.0.panels.0.id", "../../etc/passwd"),
        ({"id": ""}, "pages.0.panels.0.id", "''"),
        ({"id": "p1.1\n"}, "pages.0.panels.0.id", "p1.1"),
        ({"id": "x" * 65}, "pages.0.panels.0.id", "xxx"),
        ({"appearances": ["Hero"]}, "pages.0.panels.0.appearances", "Hero"),
        ({"appearances": {"Hero": [[0, 0, 0, 1]]}}, "pages.0.panels.0.appearances.Hero.0", "[0, 0, 0, 1]"),
        ({"balloons": [{"words": "a", "kind": "song"}]}, "pages.0.panels.0.balloons.0.kind", "song"),
        ({"balloons": [{"kind": "speech"}]}, "pages.0.panels.0.balloons.0.words", "speech"),
        ({"keep": [[1, 2, 3]]}, "pages.0.panels.0.keep.0.box", "[1, 2, 3]"),
        ({"keep": [[1, 2, 0, 4]]}, "pages.0.panels.0.keep.0.box", "[1, 2, 0, 4]"),
        ({"keep": [[[0, 0], [5, 5]]]}, "pages.0.panels.0.keep.0.polygon", "[[0, 0], [5, 5]]"),
        ({"keep": [7]}, "pages.0.panels.0.keep.0", "7"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(panel, where, value):
    error = refused(with_panel(**panel))
    assert where in error.message
    assert value in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ('{"version": 1,', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "list"),
        ("null", "NoneType"),
        ("{}", "'version'"),
        ('{"version": "1"}', "'1'"),
        ('{"version": 0}', "0"),
        ('{"version": 1, "pages": 3}', "pages"),
        ('{"version": 1, "pages": [{"file": ""}]}', "pages.0.file"),
        ('{"version": 1, "pages": [{"panels": []}]}', "pages.0.file"),
    ],
)
def test_a_text_that_is_no_book_is_refused(text, said):
    assert said in refused(text).message


@pytest.mark.parametrize("text", ["[]", "null"])
def test_a_text_of_another_kind_says_what_to_do(text):
    assert refused(text).hint


def test_a_number_without_end_is_refused():
    assert "not valid JSON" in refused(f'{{"version": {"9" * 5000}}}').message


def test_a_newer_version_is_refused_with_both_versions_named():
    error = refused({"version": 2, "pages": "in a shape of the future"})
    assert "version 2" in error.message
    assert "version 1" in error.message
    assert "Update inkwright" in error.hint


@pytest.mark.parametrize("other", ["p1.1", "P1.1"])
def test_two_panels_with_one_id_are_refused(other):
    data = with_panel(id="p1.1")
    data["pages"].append({"file": "pages/p2.png", "panels": [{"id": other, "box": [0, 0, 9, 9]}]})
    error = refused(data)
    assert f"'{other}'" in error.message
    assert error.hint


def test_a_page_listed_twice_is_refused():
    error = refused({"version": 1, "pages": [{"file": "pages/p1.png"}, {"file": "pages/p1.png"}]})
    assert "'pages/p1.png'" in error.message
    assert error.hint


def test_a_panel_cannot_be_given_a_wrong_box_later():
    panel = Panel(id="p1.1", box=(0, 0, 9, 9))
    with pytest.raises(ValueError, match="at least 1 pixel"):
        panel.box = (0, 0, 0, 9)


# -- the JSON Schema ---------------------------------------------------------------------------------------------------


def shipped() -> dict:
    return json.loads(files("inkwright").joinpath("book.schema.json").read_text(encoding="utf-8"))


def test_the_shipped_schema_is_the_one_of_the_code():
    # To renew it: json.dumps(schema(), indent=1, ensure_ascii=False), and a line end.
    assert shipped() == schema()


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(shipped())
    assert shipped()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("data", [FULL, with_panel(), with_panel(mood="dark"), {"version": 1, "pages": []}])
def test_real_books_hold_to_the_schema(data):
    jsonschema.validate(data, shipped())
    jsonschema.validate(json.loads(dump_book(parse_book(json.dumps(data)))), shipped())


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"version": "1", "pages": []},
        {"version": 1, "pages": {}},
        {"version": 1, "pages": [{"panels": []}]},
        {"version": 1, "pages": [{"file": "", "panels": []}]},
        with_panel(id="a/b"),
        with_panel(id=7),
        with_panel(box=[0, 0, 10]),
        with_panel(box=[0, 0, 10, 10, 10]),
        with_panel(box=[0, 0, "10", 10]),
        with_panel(polygon=[[0, 0], [1, 1]]),
        with_panel(polygon=[[0, 0, 0], [1, 1, 1], [2, 2, 2]]),
        with_panel(appearances={"Hero": [0, 0, 1, 1]}),
        with_panel(balloons=[{"words": "a", "kind": "song"}]),
        with_panel(balloons=[{"kind": "speech"}]),
        with_panel(keep=[[1, 2, 3]]),
        with_panel(keep=[[[0, 0], [5, 5]]]),
        {"version": 1, "pages": [{"file": "pages/p1.png", "panels": [{"id": "p1.1"}]}]},
    ],
)
def test_broken_books_do_not(data):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, shipped())


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"pages": []},
        {"version": 2, "pages": []},
        {"version": 0},
        with_panel(box=[0, 0, 0, 5]),
        with_panel(box=[0, 0, 5, -1]),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(data):
    refused(data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, shipped())


# -- the prior table ---------------------------------------------------------------------------------------------------


def prior() -> Prior:
    table = np.array([[1, 0, np.nan], [0, 1, 1]])
    return Prior([Element("Hero"), Element("Castle", "setting")], ["p1.1", "p1.2", "p1.3"], table)


def test_an_empty_table_has_panels_and_no_rows():
    empty = Prior.empty(["a", "b"])
    assert empty.table.shape == (0, 2)
    assert empty.elements == []


def test_columns_follow_the_book_and_new_panels_are_blank():
    moved = prior().for_panels(["p1.3", "p9.9", "p1.1"])
    assert moved.panels == ["p1.3", "p9.9", "p1.1"]
    np.testing.assert_array_equal(moved.table, [[np.nan, np.nan, 1], [1, np.nan, 0]])


def test_a_table_for_other_panels_is_a_copy():
    original = prior()
    original.for_panels(original.panels).table[:] = 5
    assert original.table[0, 0] == 1


def test_an_unknown_element_suggests_the_nearest():
    assert prior().row("Castle") == 1
    with pytest.raises(PriorError) as caught:
        prior().row("Hiro")
    assert "'Hiro'" in caught.value.message
    assert "'Hero'" in caught.value.hint
