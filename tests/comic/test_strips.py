import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkwright.comic.panels import find_panels
from inkwright.comic.strips import is_strip, strip_panels
from inkwright.images import Pixels

Box = tuple[int, int, int, int]


def strip(heights: list[int], gaps: list[int], ground: int = 255, width: int = 240) -> tuple[Pixels, list[Box]]:
    """Panels of given heights, one below the other."""
    page = np.full((sum(heights) + sum(gaps) + 60, width, 3), ground, np.uint8)
    boxes, y = [], 60
    for k, (tall, gap) in enumerate(zip(heights, gaps, strict=True)):
        x = 24 if k % 3 == 1 else 0
        art = np.linspace(60, 190, tall)[:, None] + 25 * np.sin(np.arange(width - 2 * x) / 9)[None]
        page[y : y + tall, x : width - x] = np.clip(art, 40, 215)[..., None].astype(np.uint8)
        boxes.append((x, y, width - 2 * x, tall))
        y += tall + gap
    return page, boxes


@settings(max_examples=25, deadline=None)
@given(
    panels=st.lists(st.tuples(st.integers(110, 500), st.integers(20, 200)), min_size=3, max_size=9),
    ground=st.sampled_from([255, 0]),
)
def test_panels_lie_between_rows_of_one_colour(panels: list[tuple[int, int]], ground: int) -> None:
    page, boxes = strip([tall for tall, _ in panels], [gap for _, gap in panels], ground)
    found = [one.box for one in strip_panels(page)]
    assert len(found) == len(boxes)
    assert all(abs(a - b) <= 4 for one, box in zip(found, boxes, strict=True) for a, b in zip(one, box, strict=True))


def test_a_balloon_in_a_gap_is_no_panel_and_joins_none() -> None:
    page, boxes = strip([200, 220, 240], [120, 120, 120])
    y = boxes[0][1] + 200 + 20
    page[y : y + 40, 80:160] = 255
    for row in (y, y + 39):
        page[row, 80:160] = 0
    for column in (80, 159):
        page[y : y + 40, column] = 0
    assert len(strip_panels(page)) == 3


def test_panels_side_by_side_are_told_apart() -> None:
    page, boxes = strip([200, 220, 240], [60, 60, 60])
    x, y, _, tall = boxes[0]
    page[y : y + tall, 110:130] = 255
    assert [one.box[0] for one in strip_panels(page)][:2] == [x, 130]


def test_20000_rows_are_found_in_order() -> None:
    page, boxes = strip([600] * 25, [200] * 25, width=800)
    found = find_panels(page, "strip")
    assert [one.box[1] for one in found] == [pytest.approx(box[1], abs=6) for box in boxes]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_bare_strip_is_one_panel(shade: int) -> None:
    page = np.full((2000, 300, 3), shade, np.uint8)
    assert is_strip(page.shape)
    assert [one.box for one in find_panels(page, "strip")] == [(0, 0, 300, 2000)]
