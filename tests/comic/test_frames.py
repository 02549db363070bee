import cv2
import numpy as np
import pytest

from inkwright.comic.frames import framed_boxes
from inkwright.comic.ridges import ridges
from inkwright.images import Pixels

INK = (20, 18, 22)


def panel(seed: int = 0) -> Pixels:
    """Soft paint without outlines."""
    field = np.random.default_rng(seed).random((7, 6, 3)).astype(np.float32)
    return (90 + 120 * cv2.resize(field, (500, 700), interpolation=cv2.INTER_CUBIC).clip(0, 1)).astype(np.uint8)


def found(page: Pixels) -> list[tuple[int, int, int, int]]:
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)
    return framed_boxes(page, ridges(grey), 700.0)


def test_a_picture_with_a_line_around_it_is_an_inset() -> None:
    page = panel()
    page[100:260, 60:240] = panel(1)[100:260, 60:240][::-1, ::-1]
    cv2.rectangle(page, (60, 100), (239, 259), INK, 4)
    (box,) = found(page)
    assert all(abs(a - b) <= 5 for a, b in zip(box, (58, 98, 184, 164), strict=True))


@pytest.mark.parametrize("drawn", ["one colour", "open", "crooked", "grey", "small", "at the edge"])
def test_other_things_are_none(drawn: str) -> None:
    page = panel()
    page[100:260, 60:240] = panel(1)[100:260, 60:240]
    corners = np.array([[60, 100], [240, 100], [240, 260], [60, 260]])
    if drawn == "one colour":
        page[100:260, 60:240] = (200, 180, 90)
        cv2.polylines(page, [corners], True, INK, 4)
    elif drawn == "open":
        cv2.polylines(page, [corners], False, INK, 4)
    elif drawn == "crooked":
        cv2.polylines(page, [np.add(corners, [[0, 0], [0, 25], [0, 0], [0, 20]])], True, INK, 4)
    elif drawn == "grey":
        cv2.polylines(page, [corners], True, (130, 130, 130), 4)
    elif drawn == "small":
        cv2.rectangle(page, (300, 300), (340, 340), INK, 4)
    else:
        cv2.rectangle(page, (2, 2), (200, 200), INK, 4)
    assert found(page) == []


def test_dark_art_on_dark_art_is_an_inset_by_the_line_between() -> None:
    page = (panel() // 2).astype(np.uint8)
    page[100:260, 60:240] = (panel(1)[100:260, 60:240][::-1, ::-1] // 2).astype(np.uint8)
    cv2.rectangle(page, (60, 100), (239, 259), INK, 4)
    (box,) = found(page)
    assert all(abs(a - b) <= 4 for a, b in zip(box, (58, 98, 184, 164), strict=True))
