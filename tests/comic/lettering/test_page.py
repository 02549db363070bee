"""Lettering: words stay whole, inside their balloon and panel, off faces, in order, at one readable size."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inkwright.book import Balloon, BalloonKind, BalloonShape, Element, Page, Panel
from inkwright.comic.lettering import page as letterer
from inkwright.comic.lettering.balloon import Placed, outline, tail
from inkwright.comic.lettering.desk import Problem
from inkwright.comic.lettering.drawing import draw_lettering
from inkwright.comic.lettering.fonts import Chain, open_font
from inkwright.comic.lettering.page import Style, busyness
from inkwright.errors import ConfigError, UserError
from inkwright.images import Floats, Pixels

GREY = 190
LONG = "It was the best of times, it was the worst of times, it was the age of wisdom. "


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Placed]:
    """The balloons that are drawn, in order."""
    seen: list[Placed] = []
    original = letterer.lettered

    def spy(placed: list[Placed], *more: Any) -> Any:
        seen.extend(placed)
        return original(placed, *more)

    monkeypatch.setattr(letterer, "lettered", spy)
    return seen


def letter_page(
    pixels: Pixels,
    book_page: Page,
    font: str = "",
    ink_darkness: Floats | None = None,
    direction: str = "ltr",
    elements: tuple[Element, ...] | list[Element] = (),
    **style: Any,
) -> tuple[Pixels, list[Problem]]:
    """The page with its lettering drawn on it, and the problems; no installed fonts are looked for."""
    chain = Chain(font, folders=[])
    made, problems = letterer.letter_page(
        pixels, book_page, chain, Style(direction=direction, **style), elements, ink_darkness
    )
    return draw_lettering(pixels, made, lambda used: open_font(used.file, None, used.index)), problems


def sheet(width: int = 1000, height: int = 1400) -> Pixels:
    return np.full((height, width, 3), GREY, np.uint8)


def page(*balloons: Balloon, box: tuple[int, int, int, int] = (50, 60, 700, 500), **more: object) -> Page:
    return Page(file="p.png", panels=[Panel.model_validate({"id": "p1.1", "box": box, "balloons": balloons, **more})])


def changed(before: Pixels, after: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what was drawn."""
    rows, columns = np.nonzero((before != after).any(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def apart(first: Placed, second: Placed) -> bool:
    a, b = first.a + second.a, first.b + second.b
    return abs(first.cx - second.cx) >= a or abs(first.cy - second.cy) >= b


def test_a_page_without_balloons_is_unchanged() -> None:
    made, problems = letter_page(sheet(), page(Balloon(words=" \n ")))
    assert np.array_equal(made, sheet())
    assert problems == []


def test_the_page_itself_is_not_drawn_upon_and_two_runs_agree() -> None:
    pixels, book_page = sheet(), page(Balloon(words="Hello!", speaker="Hero"), Balloon(words="WHAM", kind="sound"))
    first, _ = letter_page(pixels, book_page)
    second, _ = letter_page(pixels, book_page)
    assert np.array_equal(pixels, sheet())
    assert not np.array_equal(first, pixels)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("kind", ["speech", "thought", "whisper", "shout", "caption", "sound"])
def test_every_kind_stays_inside_its_panel(kind: BalloonKind, drawn: list[Placed]) -> None:
    book_page = page(Balloon(words="Soup again, and hot soup at that.", kind=kind, speaker="Hero"))
    made, problems = letter_page(sheet(), book_page)
    left, top, right, bottom = changed(sheet(), made)
    assert left >= 50
    assert top >= 60
    assert right <= 750
    assert bottom <= 560
    assert problems == []
    assert " ".join(drawn[0].lines) == "Soup again, and hot soup at that."


def test_a_speech_is_paper_with_dark_ink() -> None:
    made, _ = letter_page(sheet(), page(Balloon(words="Good morning, dear reader.", speaker="Hero")))
    left, top, right, bottom = changed(sheet(), made)
    part = made[top:bottom, left:right].astype(int)
    assert (part.min(axis=2) > 240).mean() > 0.3
    assert (part.max(axis=2) < 60).mean() > 0.05


def test_letters_stay_within_the_outline(drawn: list[Placed]) -> None:
    """Ink of the letters may only lie inside the body: the ring just inside of the outline is bare paper."""
    made, _ = letter_page(sheet(), page(Balloon(words=LONG, kind="speech")))
    balloon = drawn[0]
    for angle in np.linspace(0, 2 * np.pi, 200, endpoint=False):
        ring = outline(balloon)[round(angle / (2 * np.pi) * 360) % 360]
        inner = np.array([balloon.cx, balloon.cy]) + (ring - (balloon.cx, balloon.cy)) * (1 - 4 / balloon.b)
        x, y = np.round(inner).astype(int)
        assert made[y, x].min() > 200, f"ink at angle {angle:.2f}"


def test_size_is_comic_lettering(drawn: list[Placed]) -> None:
    letter_page(sheet(), page(Balloon(words="Hello there!")))
    assert 17 <= drawn[0].size <= 22


def test_a_page_has_one_size(drawn: list[Placed]) -> None:
    small = Panel(
        id="b", box=(50, 700, 260, 130), balloons=[Balloon(words="I need rather a lot of room for all of this.")]
    )
    large = Panel(id="a", box=(50, 60, 800, 500), balloons=[Balloon(words="Hello there!")])
    letter_page(sheet(), Page(file="p.png", panels=[large, small]))
    assert drawn[0].size == drawn[1].size
    drawn.clear()
    letter_page(sheet(), Page(file="p.png", panels=[large]))
    assert drawn[0].size > 21


def test_whispers_are_smaller_and_shouts_larger(drawn: list[Placed]) -> None:
    kinds: tuple[BalloonKind, ...] = ("whisper", "speech", "shout", "sound")
    letter_page(sheet(), page(*[Balloon(words="Hello!", kind=kind) for kind in kinds], box=(0, 0, 1000, 1400)))
    sizes = [balloon.size for balloon in drawn]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[1] < sizes[2] < sizes[3]


def test_balloons_keep_off_faces(drawn: list[Placed]) -> None:
    heads = {"Hero": [(40, 40, 150, 400)], "Princess": [(500, 60, 150, 400)]}
    letter_page(
        sheet(),
        page(Balloon(words="I have come to save you!", speaker="Hero"), appearances=heads),
        elements=[Element("Hero")],
    )
    balloon = drawn[0]
    for x, y, w, h in (boxes[0] for boxes in heads.values()):
        face_x, face_y = 50 + x + w / 2, 60 + y + h / 6
        inside = abs(balloon.cx - face_x) < balloon.a + w / 2 and abs(balloon.cy - face_y) < balloon.b + h / 6
        assert not inside


def test_settings_may_be_covered(drawn: list[Placed]) -> None:
    book_page = page(Balloon(words="Home!"), appearances={"Home": [(20, 10, 640, 250)]})
    letter_page(sheet(), book_page, elements=[Element("Home", "setting")])
    covering = drawn[0].cy
    drawn.clear()
    letter_page(sheet(), book_page, elements=[Element("Home", "prop")])
    assert covering < 60 + 250 < drawn[0].cy


def test_balloons_keep_off_ink(drawn: list[Placed]) -> None:
    ink = np.zeros((1400, 1000), np.float32)
    ink[60:560, 50:450] = 1
    letter_page(sheet(), page(Balloon(words="Where is it quiet?")), ink_darkness=ink)
    assert drawn[0].cx - drawn[0].a > 440


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_reading_order(direction: str, drawn: list[Placed]) -> None:
    words = ["One is first.", "Two comes after.", "Three ends it."]
    letter_page(sheet(), page(*[Balloon(words=w) for w in words]), direction=direction)
    side = 1 if direction == "ltr" else -1
    for k, first in enumerate(drawn):
        for second in drawn[k + 1 :]:
            assert apart(first, second)
            ahead, lower = side * (second.cx - first.cx) > 0, second.cy - second.b >= first.cy + first.b
            assert ahead or lower


def test_order_holds_against_the_places_of_the_speakers(drawn: list[Placed]) -> None:
    """The first speaker stands at the right: the reply on the left must hang clearly lower."""
    book_page = page(
        Balloon(words="Will you marry me?", speaker="Hero"), Balloon(words="Yes! Yes! Yes!", speaker="Dragon"),
        appearances={"Hero": [(500, 300, 120, 190)], "Dragon": [(60, 300, 150, 190)]},
    )  # fmt: skip
    letter_page(sheet(), book_page)
    first, second = drawn
    assert second.cx > first.cx or second.cy - second.b >= first.cy + first.b


@pytest.mark.parametrize(("direction", "left_half"), [("ltr", True), ("rtl", False)])
def test_captions_open_the_panel(direction: str, left_half: bool, drawn: list[Placed]) -> None:
    letter_page(sheet(), page(Balloon(words="Once upon a time...", kind="caption")), direction=direction)
    assert (drawn[0].cx < 400) is left_half
    assert drawn[0].cy < 110
    assert drawn[0].tip is None


def test_the_tail_points_at_the_speaker_and_stops_short(drawn: list[Placed]) -> None:
    book_page = page(
        Balloon(words="It was not me!", speaker="Hero"),
        appearances={"Dragon": [(40, 240, 150, 250)], "Hero": [(480, 240, 150, 250)]},
    )
    letter_page(sheet(), book_page)
    tip = drawn[0].tip
    assert tip is not None
    mouth = np.array([50 + 480 + 75, 60 + 240 + 50])
    way, aim = mouth - (drawn[0].cx, drawn[0].cy), np.array(tip) - (drawn[0].cx, drawn[0].cy)
    assert np.dot(way, aim) / np.linalg.norm(way) / np.linalg.norm(aim) > 0.99
    assert tip[1] < 60 + 240
    points = tail(drawn[0])
    assert points is not None
    assert np.linalg.norm(points - np.array(tip), axis=1).min() < 1


def test_one_speech_in_two_balloons_is_linked(drawn: list[Placed]) -> None:
    book_page = page(
        Balloon(words="I came.", speaker="Hero"), Balloon(words="I saw soup.", speaker="Hero"),
        appearances={"Hero": [(300, 300, 100, 190)]},
    )  # fmt: skip
    letter_page(sheet(), book_page)
    assert drawn[0].tip == (drawn[1].cx, drawn[1].cy)


def test_a_given_box_is_kept(drawn: list[Placed]) -> None:
    letter_page(sheet(), page(Balloon(words="Here, please.", box=(300, 200, 240, 120)), Balloon(words="And here?")))
    assert (drawn[0].cx, drawn[0].cy, drawn[0].a, drawn[0].b) == (50 + 420, 60 + 260, 120, 60)
    assert apart(drawn[0], drawn[1])


def test_a_box_that_is_too_small_is_enlarged_and_told(drawn: list[Placed]) -> None:
    made, problems = letter_page(sheet(), page(Balloon(words=LONG, box=(650, 450, 40, 40))))
    assert [p.panel for p in problems] == ["p1.1"]
    assert problems[0].words == LONG
    assert "enlarged" in problems[0].message
    left, top, right, bottom = changed(sheet(), made)
    assert (left >= 50, top >= 60, right <= 750, bottom <= 560) == (True,) * 4
    assert " ".join(drawn[0].lines) == LONG.strip()
    assert drawn[0].size > 17


def test_too_many_words_are_told_and_never_cut(drawn: list[Placed]) -> None:
    _, problems = letter_page(sheet(), page(Balloon(words=LONG * 8), box=(50, 60, 400, 300)))
    assert "too little room" in problems[0].message
    assert " ".join(drawn[0].lines) == " ".join((LONG * 8).split())


def test_a_long_word_is_hyphenated_only_where_it_must(drawn: list[Placed]) -> None:
    word = "Donaudampfschifffahrtsgesellschaft"
    letter_page(sheet(), page(Balloon(words=word)), language="de")
    assert drawn[0].lines == (word,)
    drawn.clear()
    _, problems = letter_page(sheet(), page(Balloon(words=word), box=(50, 60, 260, 300)), language="de")
    assert len(drawn[0].lines) > 1
    assert all(line.endswith("-") for line in drawn[0].lines[:-1])
    assert "".join(line.removesuffix("-") for line in drawn[0].lines) == word
    assert 2 * drawn[0].a <= 260
    assert problems == []


def test_without_hyphens_letters_get_smaller_and_that_is_told(drawn: list[Placed]) -> None:
    word = "Donaudampfschifffahrtsgesellschaft"
    book_page = page(Balloon(words=word), box=(50, 60, 260, 200))
    _, problems = letter_page(sheet(), book_page, hyphenate=False, over_frames=False)
    assert drawn[0].lines == (word,)
    assert "too little room" in problems[0].message


def test_a_small_panel_breaks_its_frame_unless_forbidden(drawn: list[Placed]) -> None:
    book_page = page(Balloon(words="We should not be here after dark, my friend."), box=(300, 500, 120, 90))
    _, problems = letter_page(sheet(), book_page)
    assert "over its frame" in problems[0].message
    assert 2 * drawn[0].b > 90 or 2 * drawn[0].a > 120
    assert drawn[0].size > 16
    drawn.clear()
    _, problems = letter_page(sheet(), book_page, over_frames=False)
    assert 2 * drawn[0].b <= 90
    assert problems


def test_no_room_at_all_is_told_and_nothing_is_left_out(drawn: list[Placed]) -> None:
    _, problems = letter_page(sheet(), page(Balloon(words="Hello world"), box=(50, 60, 20, 20)), over_frames=False)
    assert [(p.panel, p.number, p.words) for p in problems] == [("p1.1", 0, "Hello world")]
    assert "do not fit" in problems[0].message
    assert " ".join(drawn[0].lines).replace("- ", "").replace(" ", "") == "Helloworld"


def test_the_agreed_minimum_is_held_or_told(drawn: list[Placed]) -> None:
    words = LONG * 3
    _, problems = letter_page(
        sheet(), page(Balloon(words=words), box=(50, 60, 300, 220)), smallest=16, over_frames=False
    )
    assert drawn[0].size < 16
    assert "agreed minimum of 16 pixels" in problems[0].message
    drawn.clear()
    letter_page(sheet(), page(Balloon(words="Hello!")), smallest=30)
    assert drawn[0].size >= 30


def test_letters_of_europe_are_there_and_others_are_named() -> None:
    _, problems = letter_page(sheet(), page(Balloon(words="Ahoj, človeče! Zażółć gęślą jaźń ♥")))
    assert problems == []
    _, problems = letter_page(sheet(), page(Balloon(words="Hm \U0001f996")))
    assert "U+1F996" in problems[0].message
    assert "publish.font" in problems[0].hint


def test_capitals_are_drawn_and_the_words_stay(drawn: list[Placed]) -> None:
    letter_page(sheet(), page(Balloon(words="Straße")), capitals=True)
    assert drawn[0].lines == ("STRASSE",)
    assert drawn[0].balloon.words == "Straße"


@pytest.mark.parametrize("shape", ["round", "cloud", "dashed", "jagged", "wavy", "electric", "box", "none"])
def test_every_shape_holds_its_words(shape: BalloonShape, drawn: list[Placed]) -> None:
    made, problems = letter_page(sheet(), page(Balloon(words=LONG, shape=shape, speaker="Hero")))
    assert problems == []
    left, top, right, bottom = changed(sheet(), made)
    assert (left >= 50, top >= 60, right <= 750, bottom <= 560) == (True,) * 4
    assert drawn[0].look == shape


def test_a_mood_shapes_speech(drawn: list[Placed]) -> None:
    moods = ("angry", "scared", "electric", None)
    letter_page(sheet(), page(*[Balloon.model_validate({"words": "Oh!", "mood": mood}) for mood in moods]))
    assert [balloon.look for balloon in drawn] == ["jagged", "wavy", "electric", "round"]


def test_pins_are_kept(drawn: list[Placed]) -> None:
    pinned = Balloon(words="Pinned.", box=(300, 200, 240, 120), tail=(500, 450), size=30, speaker="Hero")
    letter_page(sheet(), page(pinned))
    assert drawn[0].size == 30
    assert drawn[0].tip == (550, 510)
    assert (drawn[0].a, drawn[0].b) == (120, 60)


def test_someone_outside_speaks_from_the_frame(drawn: list[Placed]) -> None:
    book_page = page(Balloon(words="Anybody home?", speaker="Ghost"), appearances={"Hero": [(300, 200, 150, 290)]})
    letter_page(sheet(), book_page)
    assert drawn[0].tip is not None
    assert drawn[0].tip[0] in (50, 750)


def test_words_that_are_drawn_already_are_kept_free(drawn: list[Placed]) -> None:
    pixels = sheet()
    cv2.ellipse(pixels, (250, 160), (180, 80), 0, 0, 360, (255, 255, 255), -1)
    cv2.ellipse(pixels, (250, 160), (180, 80), 0, 0, 360, (0, 0, 0), 3)
    for k, line in enumerate(("DRAWN WORDS", "ARE HERE")):
        cv2.putText(pixels, line, (150 + 20 * k, 150 + 40 * k), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 3)
    letter_page(pixels, page(Balloon(words="And mine elsewhere.", kind="caption")))
    balloon = drawn[0]
    assert abs(balloon.cx - 250) > 180 + balloon.a - 30 or abs(balloon.cy - 160) > 80 + balloon.b - 10


def test_slanted_panels_hold_their_balloons() -> None:
    corners = [(400, 60), (750, 60), (300, 560), (50, 560)]
    made, _ = letter_page(sheet(), page(Balloon(words="I am on a slope, am I not?"), polygon=corners))
    rows, columns = np.nonzero((made != sheet()).any(axis=2))
    # Left edge from (400, 60) to (50, 560), right edge from (750, 60) to (300, 560).
    assert (columns >= 400 - 350 * (rows - 60) / 500).all()
    assert (columns <= 750 - 450 * (rows - 60) / 500 + 1).all()


def test_a_panel_that_leaves_the_page_still_speaks() -> None:
    made, problems = letter_page(sheet(), page(Balloon(words="Peekaboo!"), box=(-200, -100, 600, 500)))
    assert problems == []
    assert changed(sheet(), made)[0] > 0


def test_a_missing_or_bad_font_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.ttf does not exist"):
        letter_page(sheet(), page(Balloon(words="Hi")), str(tmp_path / "gone.ttf"))
    bad = tmp_path / "bad.ttf"
    bad.write_bytes(b"not a font")
    with pytest.raises(UserError, match=r"bad\.ttf cannot be read"):
        letter_page(sheet(), page(Balloon(words="Hi")), str(bad))


def test_busyness_sees_edges_and_ink() -> None:
    pixels = sheet(300, 300)
    pixels[:, 150:] = 20
    seen = busyness(pixels)
    assert seen.shape == (300, 300)
    assert seen[:, 148:152].max() == 1
    assert seen[:, :100].max() < 0.05
    assert busyness(pixels, np.ones((300, 300), np.float32)).min() == 1
