"""Lettering survives a round trip; a wrong file is told in a sentence."""

import pytest

from inkwright.errors import BookError
from inkwright.lettering import (
    FontUsed,
    Glyph,
    LetteredBalloon,
    PageLettering,
    Run,
    Shape,
    dump_lettering,
    load_lettering,
)

SQUARE = Shape(path=[("M", 1, 2), ("L", 9, 2), ("C", 9, 3, 9, 4, 9, 5.128), ("Z",)])
PAGE = PageLettering(
    width=100,
    height=200,
    fonts={"a": FontUsed(file="package:fredoka", family="Fredoka")},
    balloons=[
        LetteredBalloon(
            panel="p1.1",
            number=0,
            kind="speech",
            words="Hi",
            box=(1, 2, 8, 3),
            shapes=[SQUARE],
            runs=[Run(font="a", size=12, text="Hi", glyphs=[Glyph(id=3, x=1.23456, y=2, cluster=0)])],
        )
    ],
)


def test_a_round_trip_keeps_everything_to_a_hundredth_of_a_pixel():
    again = load_lettering(dump_lettering(PAGE), "x")
    assert again.balloons[0].runs[0].glyphs[0].x == 1.23
    assert again.balloons[0].shapes[0].path[2] == ("C", 9, 3, 9, 4, 9, 5.13)
    assert dump_lettering(again) == dump_lettering(PAGE)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "width": 1, "height": 1}', '{"width": 1, "height": 0}'])
def test_a_wrong_file_is_named(text):
    with pytest.raises(BookError, match=r"1\.json: "):
        load_lettering(text, "1.json")
