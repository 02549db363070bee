import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkwright.book import KINDS, Book, Element, Page, Panel, Prior
from inkwright.comic.elements import add_element, check, dump_prior, mark, parse_prior
from inkwright.errors import PriorError

PANELS = ["p1.1", "p1.2", "p2.1"]
TEXT = "element,kind,p1.1,p1.2,p2.1\nHero,character,1,0,\nHero's home,setting,,1,0\n"


def equal(one: Prior, other: Prior) -> bool:
    return (
        one.elements == other.elements
        and one.panels == other.panels
        and np.array_equal(one.table, other.table, equal_nan=True)
    )


def test_reads_marks_and_blanks() -> None:
    prior = parse_prior(TEXT, PANELS)
    assert prior.elements == [Element("Hero", "character"), Element("Hero's home", "setting")]
    assert prior.panels == PANELS
    np.testing.assert_array_equal(prior.table, [[1, 0, math.nan], [math.nan, 1, 0]])
    assert dump_prior(prior) == TEXT


names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=80).filter(
    lambda name: name == name.strip() and not name.startswith("\ufeff")
)


@given(
    elements=st.lists(
        st.tuples(names, st.sampled_from(KINDS)), max_size=6, unique_by=lambda element: element[0].casefold()
    ),
    data=st.data(),
)
def test_dump_and_parse_round_trip(elements: list[tuple[str, str]], data: st.DataObject) -> None:
    prior = Prior.empty(PANELS)
    for name, kind in elements:
        prior = add_element(prior, name, kind)
    cells = st.sampled_from([0.0, 1.0, math.nan])
    table = data.draw(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=len(elements), max_size=len(elements)))
    prior.table[:] = np.array(table).reshape(len(elements), 3)
    text = dump_prior(prior)
    assert equal(parse_prior(text, PANELS), prior)
    assert dump_prior(parse_prior(text, PANELS)) == text


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + TEXT,
        TEXT.replace(",", ";"),
        TEXT.replace(",", "\t"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace(",1,0,\n", ", 1.0 ,0.0,  \n"),
        "\n".join(line + ",," for line in TEXT.splitlines()) + "\n,,,,,,\n\n",
        TEXT.replace("element,kind", " Element , Kind ").replace("character", "Character"),
        "element;kind;p1.1;p1.2;p2.1\nHero;character;1,0;0,0;\nHero's home;setting;;1;0\n",
    ],
    ids=["bom", "semicolons", "tabs", "crlf", "decimals", "empty ends", "capitals", "decimal commas"],
)
def test_what_spreadsheets_make_of_it(text: str) -> None:
    assert equal(parse_prior(text, PANELS), parse_prior(TEXT, PANELS))


def test_columns_in_another_order_and_missing_ones() -> None:
    prior = parse_prior("element,kind,p2.1,p1.1\nHero,character,0,1\n", PANELS)
    np.testing.assert_array_equal(prior.table, [[1, math.nan, 0]])
    assert prior.panels == PANELS


def test_a_header_alone_is_an_empty_table() -> None:
    prior = parse_prior("element,kind\n", PANELS)
    assert prior.elements == []
    assert prior.table.shape == (0, 3)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "mine.csv is empty", "element,kind,p1.1"),
        (",,\n\n", "mine.csv is empty", "element,kind,p1.1"),
        ("Hero,character,1,0,\n", "no header", "element,kind,p1.1,p1.2"),
        ("element,p1.1\nHero,1\n", "no header", "element,kind"),
        ("element,kind,P1.1\nHero,character,1\n", "'P1.1'", "Did you mean 'p1.1'"),
        ("element,kind,p1.1,,p1.2\nHero,character,1,,1\n", "column without", "p1.1"),
        ("element,kind,p1.1,p1.1\nHero,character,1,1\n", "'p1.1' twice", "Remove"),
        ("element,kind,p1.1\nHero,character,1\nhero,prop,1\n", "line 3: element 'hero' is there already", "Join"),
        ("element,kind,p1.1\n,character,1\n", "line 2: an element without a name", "name"),
        ("element,kind,p1.1\nHero,charakter,1\n", "unknown kind 'charakter'", "Did you mean 'character'"),
        ("element,kind,p1.1\nHero,,1\n", "unknown kind ''", "character, prop, setting"),
        (
            "element,kind,p1.1,p1.2\nHero,character,1\n",
            "line 2: 3 columns found, 4 expected",
            "one value for each panel",
        ),
        ("element,kind,p1.1\nHero,character,1,0\n", "line 2: 4 columns found, 3 expected", "one value"),
        ("element,kind,p1.1\nHero,character,0.5\n", "'Hero', panel p1.1: the value '0.5'", "1 (appears), 0"),
        ("element,kind,p1.1\nHero,character,yes\n", "the value 'yes'", "blank"),
        ("element,kind,p1.1\nHero,character,nan\n", "the value 'nan'", "blank"),
        ("element,kind,p1.1\nHero,character,-1\n", "the value '-1'", "blank"),
        ('element,kind,p1.1\n"Hero"x,character,1\n', "cannot be read as a table", "quotation"),
        (f"element,kind,p1.1\n{'a' * 81},character,1\n", "has 81 characters, at most 80", "name"),
        ('element,kind,p1.1\n"He\nro",character,1\n', "control characters", "name"),
    ],
)
def test_each_fault_is_one_sentence_and_the_next_act(text: str, message: str, hint: str) -> None:
    with pytest.raises(PriorError) as caught:
        parse_prior(text, PANELS, "mine.csv")
    assert "mine.csv" in caught.value.message
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_mark_changes_a_copy() -> None:
    prior = parse_prior(TEXT, PANELS)
    marked = mark(mark(prior, "Hero", "p2.1", 1), "Hero", "p1.1", math.nan)
    np.testing.assert_array_equal(marked.table[0], [math.nan, 0, 1])
    assert equal(prior, parse_prior(TEXT, PANELS))


@pytest.mark.parametrize(
    ("element", "panel", "value", "told"),
    [("Hera", "p1.1", 1, "Did you mean 'Hero'"), ("Hero", "p1.9", 1, "p1.1"), ("Hero", "p1.1", 0.5, "0.5")],
)
def test_mark_refuses(element: str, panel: str, value: float, told: str) -> None:
    with pytest.raises(PriorError) as caught:
        mark(parse_prior(TEXT, PANELS), element, panel, value)
    assert told in str(caught.value)


def test_add_element_adds_a_blank_row() -> None:
    prior = parse_prior(TEXT, PANELS)
    added = add_element(prior, " Dragon ", "character")
    assert added.elements[2] == Element("Dragon", "character")
    assert np.isnan(added.table[2]).all()
    assert len(prior.elements) == 2


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("HERO", "prop", "there already"),
        ("", "prop", "without a name"),
        ("x" * 81, "prop", "81"),
        ("D", "pet", "One of"),
        ("a\x07b", "prop", "control"),
    ],
)
def test_add_element_refuses(name: str, kind: str, told: str) -> None:
    with pytest.raises(PriorError) as caught:
        add_element(parse_prior(TEXT, PANELS), name, kind)
    assert told in str(caught.value)


def book(appearances: dict[str, list[tuple[int, int, int, int]]] | None = None) -> Book:
    panels = [Panel(id=name, box=(0, 0, 100, 80)) for name in PANELS]
    panels[1].appearances = appearances
    return Book(pages=[Page(file="pages/p1.png", panels=panels)])


def test_check_is_quiet_about_a_good_table() -> None:
    prior = parse_prior("element,kind,p1.1,p1.2,p2.1\nHero,character,1,1,0\nDragon,character,0,1,\n", PANELS)
    assert check(book({"Hero": [(0, 0, 100, 80)]}), prior) == []


@pytest.mark.parametrize(
    ("rows", "appearances", "told"),
    [
        ("Hero,prop,0,,0", None, "appears nowhere"),
        ("Hero,prop,1,1,1", None, "in every panel"),
        ("Hero,prop,1,1,", None, "absent nowhere"),
        ("Hero,prop,1,0,1\nDragon,prop,1,0,1", None, "'Hero' and 'Dragon' always occur together"),
        ("Hero,prop,1,0,1", {"Heros": [(0, 0, 5, 5)]}, "'Heros', which is not in the table"),
        ("Hero,prop,1,0,1", {"Hero": [(0, 0, 5, 5)]}, "p1.2 has a box of 'Hero', but the table says"),
        ("Hero,prop,1,,0", {"Hero": [(96, 0, 5, 5)]}, "leaves the panel of 100 x 80"),
    ],
)
def test_check_tells(rows: str, appearances: dict[str, list[tuple[int, int, int, int]]] | None, told: str) -> None:
    problems = check(book(appearances), parse_prior(f"element,kind,p1.1,p1.2,p2.1\n{rows}\n", PANELS))
    assert len(problems) == 1
    message, hint = problems[0]
    assert told in message
    assert hint
