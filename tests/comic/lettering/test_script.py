"""script.csv: what is read, what is refused, which words win."""

import pytest

from inkwright.book import Balloon, Book, Page, Panel
from inkwright.comic.lettering.script import Script, in_language, languages_of, parse_script, with_script
from inkwright.errors import BookError

PANELS = ["p1.1", "p1.2", "p2.1"]


def parse(text: str | bytes) -> Script:
    data = text if isinstance(text, bytes) else text.encode()
    return parse_script(data, "script.csv", PANELS, ["Hero", "Dragon"])


def book(**balloons: list[Balloon]) -> Book:
    panels = [Panel(id=p, box=(0, 0, 9, 9), balloons=balloons.get(p.replace(".", "_"))) for p in PANELS]
    return Book(pages=[Page(file="a.png", panels=panels)])


def test_a_script_is_read() -> None:
    script = parse('panel,speaker,words,kind\np1.1,Hero,Hello!,\n,Dragon,"Hm, hm.",thought\n\np1.2,,BANG,sound\n')
    assert [(row.line, row.panel, row.balloon.speaker, row.balloon.words, row.balloon.kind) for row in script.rows] == [
        (2, "p1.1", "Hero", "Hello!", "speech"),
        (3, "p1.1", "Dragon", "Hm, hm.", "thought"),
        (5, "p1.2", "", "BANG", "sound"),
    ]
    assert script.warnings == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_as_spreadsheets_write_it(delimiter: str, encoding: str, end: str) -> None:
    rows = [("Panel ", "SPEAKER", "de"), ("P1.1", "hero", "Grüß dich!")]
    script = parse(end.join(delimiter.join(row) for row in rows).encode(encoding))
    assert script.rows[0].words == {"de": "Grüß dich!"}
    assert script.rows[0].balloon.speaker == "Hero"
    assert script.rows[0].panel == "p1.1"


def test_a_spreadsheets_own_line_about_its_delimiter() -> None:
    with pytest.raises(BookError, match="line 3: there is no panel 'x'"):
        parse("sep=;\npanel;words\nx;Hi\n")


def test_pins_and_line_breaks() -> None:
    script = parse(
        'panel,words,box,tail,size,shape,mood\np1.1,"Two\nlines",10 20 300 80,"5, 6",24,wavy,Angry\np1.2,Hi,,,,,\n'
    )
    balloon = script.rows[0].balloon
    assert balloon.words == "Two\nlines"
    assert (balloon.box, balloon.tail, balloon.size, balloon.shape, balloon.mood) == (
        (10, 20, 300, 80), (5, 6), 24, "wavy", "angry",
    )  # fmt: skip
    assert script.rows[1].line == 4


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("panel,words\np1.3,Hi\n", "line 2: there is no panel 'p1.3'", "Did you mean 'p1."),
        ("panel,words\nqqq,Hi\n", "line 2: there is no panel 'qqq'", "p1.1, p1.2, p2.1"),
        ("panel,words,kind\np1.1,Hi,spech\n", "unknown kind 'spech'", "Did you mean 'speech'?"),
        ("panel,words,mood\np1.1,Hi,angy\n", "unknown mood 'angy'", "Did you mean 'angry'?"),
        ("panel,words,shape\np1.1,Hi,star\n", "unknown shape 'star'", "One of:"),
        ("panel,words,box\np1.1,Hi,1 2 3\n", "box '1 2 3' is not x y width height", "panel pixels"),
        ("panel,words,box\np1.1,Hi,1 2 0 3\n", "at least 1 pixel", "Mend"),
        ("panel,words,size\np1.1,Hi,big\n", "size 'big' is not a number", "panel pixels"),
        ("words\nHi\n", "no column 'panel'", "first row"),
        ("panel,kind\np1.1,speech\n", "no column 'words'", "words:de"),
        ("panel,wrods\np1.1,Hi\n", "a column 'wrods'", "Did you mean 'words'?"),
        ("panel,words,words\np1.1,Hi,Ho\n", "the column 'words' twice", "Remove"),
        ("panel,words\n,Hi\n", "line 2: no panel is named", "p1.1"),
        ("panel,words\np1.1,Hi, you\n", "more columns than the first row", "quotation marks"),
        ("", "is empty", "first row"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, message: str, hint: str) -> None:
    with pytest.raises(BookError) as error:
        parse(text)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize("data", ["panel,words\np1.1,Grüße\n".encode("cp1252"), b"\xff\xfe\x00", b"PK\x03\x04\x00\xff"])
def test_other_encodings_are_told(data: bytes) -> None:
    with pytest.raises(BookError) as error:
        parse(data)
    assert "CSV UTF-8" in error.value.hint or "first row" in error.value.hint


def test_the_line_of_a_wrong_byte_is_named() -> None:
    with pytest.raises(BookError, match="line 3 has bytes of another encoding"):
        parse("panel,words\np1.1,Hi\np1.2,Grüße\n".encode("cp1252"))


def test_a_speaker_without_element_is_told_once_and_a_row_without_words_is_skipped() -> None:
    script = parse("panel,speaker,words\np1.1,Draggon,Hi\np1.2,Draggon,Ho\np2.1,Hero,\n")
    assert len(script.rows) == 2
    assert [message for message, _ in script.warnings] == [
        "script.csv, line 2: no element is called 'Draggon'.",
        "script.csv, line 4: no words; the row is skipped.",
    ]
    assert "Did you mean 'Dragon'?" in script.warnings[0][1]


def test_other_columns_are_the_authors_own() -> None:
    assert len(parse("panel,words,my notes\np1.1,Hi,draw bigger\n").rows) == 1


def test_the_script_wins_in_the_panels_that_it_names() -> None:
    before = book(p1_1=[Balloon(words="Old.")], p2_1=[Balloon(words="Stays.")])
    made = with_script(before, parse("panel,words\np1.1,New.\n"), "en")
    said = {panel.id: [b.words for b in panel.balloons or []] for _, panel in made.panels()}
    assert said == {"p1.1": ["New."], "p1.2": [], "p2.1": ["Stays."]}
    assert (before.pages[0].panels[0].balloons or [])[0].words == "Old."


def test_pins_of_the_book_stay_with_their_words() -> None:
    before = book(p1_1=[Balloon(words="One.", box=(1, 2, 3, 4)), Balloon(words="Two.", tail=(5, 6))])
    made = with_script(before, parse("panel,words,box\np1.1,Zero.,\np1.1,Two.,\np1.1,One.,9 9 9 9\n"), "en")
    balloons = made.pages[0].panels[0].balloons or []
    assert [(b.words, b.box, b.tail) for b in balloons] == [
        ("Zero.", None, None), ("Two.", None, (5, 6)), ("One.", (9, 9, 9, 9), None),
    ]  # fmt: skip
    changed = with_script(before, parse("panel,words\np1.1,Eins.\np1.1,Two.\n"), "en")
    assert (changed.pages[0].panels[0].balloons or [])[0].box == (1, 2, 3, 4)  # other words in the same place


def test_languages() -> None:
    made = with_script(book(), parse("panel,words,de,pt-BR\np1.1,Hello,Hallo,Olá\np1.2,Bye,,Tchau\n"), "en")
    assert languages_of(made, "en") == ["en", "de", "pt-br"]
    german, missing = in_language(made, "de", "en")
    assert (german.pages[0].panels[0].balloons or [])[0].words == "Hallo"
    assert missing == ["p1.2"]
    brazil, missing = in_language(made, "pt-BR", "en")
    assert [b.words for _, p in brazil.panels() for b in p.balloons or []] == ["Olá", "Tchau"]
    assert missing == []
