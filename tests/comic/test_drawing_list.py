import pytest

from inkwright.comic.drawing_list import Listed, changed, dump_list, parse_list, with_files
from inkwright.errors import ConfigError

LIST = [Listed("a.png"), Listed("b c.jpg", 2.5, True), Listed("č,x.png", begins=True)]


def test_a_list_survives_a_round_trip_and_spreadsheets():
    text = dump_list(LIST)
    assert parse_list(text) == LIST
    table = "\ufeffDrawing;Begins;Importance\r\nb.png;x;2,5\r\n;;\r\na.png;;\r\n"
    assert parse_list(table) == [Listed("b.png", 2.5, begins=True), Listed("a.png")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column 'drawing'"),
        ("name,importance\na,1\n", "no column 'drawing'"),
        ("drawing,importance\na,much\n", "line 2: importance 'much'"),
        ("drawing,importance\na,0\n", "line 2: importance '0'"),
        ("drawing,importance\na,nan\n", "importance 'nan'"),
        ("drawing,splash\na,maybe\n", "splash is 'maybe'"),
        ("drawing\na\na\n", "'a' is listed twice"),
        ("drawing,importance\n,2\n", "no drawing is named"),
        ('drawing\n"a\n', "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str):
    with pytest.raises(ConfigError) as caught:
        parse_list(text, "my.csv")
    assert said in caught.value.message
    assert "my.csv" in caught.value.message
    assert caught.value.hint


def test_new_drawings_come_last_and_removed_ones_go():
    files = ["z.png", "č,x.png", "a.png"]
    assert with_files(LIST, files) == [LIST[0], LIST[2], Listed("z.png")]


def test_one_drawing_is_changed_by_its_name():
    assert changed(LIST, "b c", splash=False)[1] == Listed("b c.jpg", 2.5)
    assert changed(LIST, "a.png", importance=3.0)[0].importance == 3
    with pytest.raises(ConfigError, match="no drawing of this book"):
        changed(LIST, "aa", splash=True)
    with pytest.raises(ConfigError, match="several drawings"):
        changed([Listed("a.png"), Listed("a.jpg")], "a", splash=True)
