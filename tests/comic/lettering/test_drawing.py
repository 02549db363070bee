"""Vectors become pixels: smooth, exact, the same every time."""

import numpy as np
import pytest

from inkwright.comic.lettering.drawing import dashes, draw_lettering, flattened
from inkwright.comic.lettering.fonts import open_font
from inkwright.comic.lettering.vector import circle_path, ring_path
from inkwright.images import Pixels
from inkwright.lettering import Glyph, LetteredBalloon, PageLettering, Run, Shape


def page(*shapes: Shape, runs: list[Run] | None = None) -> PageLettering:
    balloon = LetteredBalloon(
        panel="p", number=0, kind="speech", words="x", box=(0, 0, 1, 1), shapes=list(shapes), runs=runs or []
    )
    fonts = {"f": {"file": "package:letters", "family": "x"}}
    return PageLettering.model_validate(
        {"width": 100, "height": 80, "fonts": fonts, "balloons": [balloon.model_dump()]}
    )


def drawn(lettering: PageLettering, width: int = 100, height: int = 80) -> Pixels:
    return draw_lettering(np.full((height, width, 3), 200, np.uint8), lettering, lambda used: open_font(used.file))


def square(a: float, b: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([[a, a], [b, a], [b, b], [a, b]])


def test_a_filled_square_covers_its_pixels_exactly() -> None:
    made = drawn(page(Shape(path=ring_path(square(10, 30)), fill="#ff0000", stroke=None)))
    assert (made[12:28, 12:28] == (255, 0, 0)).all()
    assert (made[31:, 31:] == 200).all()
    assert (made[:9, :9] == 200).all()


def test_half_a_pixel_is_half_covered() -> None:
    made = drawn(page(Shape(path=ring_path(square(10.5, 30.5)), fill="#000000", stroke=None)))
    assert 70 < made[20, 10, 0] < 130


def test_a_line_lies_on_the_edge() -> None:
    made = drawn(page(Shape(path=ring_path(square(10, 60)), fill=None, stroke="#000000", width=4)))
    assert made[30, 10].max() < 10
    assert made[30, 9].max() < 10
    assert (made[30, 20] == 200).all()


def test_dashes_leave_gaps() -> None:
    pieces = dashes(square(0, 40), [10.0, 10.0])
    assert len(pieces) == 8
    assert all(np.hypot(*np.diff(piece, axis=0).T).sum() == pytest.approx(10) for piece in pieces)
    made = drawn(page(Shape(path=ring_path(square(10, 60)), fill=None, stroke="#000000", width=2, dash=(8, 8))))
    row = made[10, 12:58, 0]
    assert (row < 50).any()
    assert (row == 200).any()


def test_a_circle_is_round() -> None:
    ring = flattened(circle_path(50, 40, 20))[0]
    assert np.abs(np.hypot(*(ring - (50, 40)).T) - 20).max() < 0.1


def test_letters_keep_their_holes_and_turn() -> None:
    font = open_font("package:letters")
    o = font.font.get_nominal_glyph(ord("O"))
    run = Run(font="f", size=60, text="O", glyphs=[Glyph(id=o, x=20, y=65, cluster=0)])
    made = drawn(page(runs=[run]))
    box = font.ink(o)
    assert box is not None
    middle = round(20 + 60 * (box[0] + box[2]) / 2), round(65 + 60 * (box[1] + box[3]) / 2)
    assert (made[middle[1], middle[0]] == 200).all()
    assert (made < 50).any()
    turned = drawn(page(runs=[run.model_copy(update={"turn": 90.0})]))
    assert not np.array_equal(made, turned)


def test_another_size_of_the_page_scales_and_what_is_outside_is_cut() -> None:
    lettering = page(Shape(path=ring_path(square(-50, 30)), fill="#ff0000", stroke="#000000", width=2))
    small, large = drawn(lettering), drawn(lettering, 200, 160)
    assert (small[5, 5] == (255, 0, 0)).all()
    assert (large[50, 50] == (255, 0, 0)).all()
    assert (large[70, 70] == 200).all()


def test_the_page_itself_is_left_alone() -> None:
    before = np.full((80, 100, 3), 200, np.uint8)
    draw_lettering(before, page(Shape(path=ring_path(square(5, 50)))), lambda used: open_font(used.file))
    assert (before == 200).all()
