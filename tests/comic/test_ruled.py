import cv2
import numpy as np
import pytest

from inkwright.comic.panels import find_panels
from inkwright.comic.ridges import ridges, thin_gutters
from inkwright.comic.ruled import split_ruled
from inkwright.images import Pixels

INK = (20, 20, 20)


def strip(*, balloon: bool = True) -> Pixels:
    """A frame with two shared lines in it; a balloon lies on one, a robe meets the other."""
    page = np.full((300, 700, 3), 255, np.uint8)
    cv2.rectangle(page, (20, 20), (680, 280), INK, 4)
    for x in (230, 460):
        cv2.line(page, (x, 20), (x, 280), INK, 4)
    if balloon:
        cv2.ellipse(page, (235, 60), (60, 20), 0, 0, 360, (255, 255, 255), -1)
        cv2.ellipse(page, (235, 60), (60, 20), 0, 0, 360, INK, 2)
    cv2.fillPoly(page, [np.array([[462, 150], [520, 150], [540, 280], [462, 280]])], INK)
    return page


def test_panels_that_share_ruled_lines_are_told_apart() -> None:
    found = find_panels(strip())
    assert len(found) == 3
    for one, left, right in zip(found, (20, 230, 460), (230, 460, 680), strict=True):
        assert one.box[0] == pytest.approx(left, abs=5)
        assert one.box[0] + one.box[2] == pytest.approx(right, abs=5)


def test_a_strip_that_is_cut_off_at_its_frame_is_told_apart_too() -> None:
    assert len(find_panels(np.ascontiguousarray(strip(balloon=False)[24:277, 24:677]))) == 3


@pytest.mark.parametrize("line", ["thin horizon", "dotted", "short", "crooked"])
def test_other_lines_are_no_ruled_lines(line: str) -> None:
    page = np.full((500, 700, 3), 255, np.uint8)
    cv2.rectangle(page, (20, 20), (680, 480), INK, 6)
    if line == "thin horizon":
        cv2.line(page, (20, 300), (680, 310), INK, 1)
    elif line == "dotted":
        for x in range(24, 680, 12):
            cv2.circle(page, (x, 300), 3, INK, -1)
    elif line == "short":
        cv2.line(page, (20, 300), (560, 300), INK, 6)
    else:
        along = np.arange(20, 681, 10)
        points = np.stack([along, 300 + 14 * np.sin(along / 50)], 1)
        cv2.polylines(page, [points.astype(np.int32)], False, INK, 6)
    assert len(find_panels(page)) == 1


def test_a_line_that_lies_may_be_kept_out_of_the_first_cut() -> None:
    page = np.full((500, 700), 255, np.uint8)
    cv2.rectangle(page, (10, 10), (689, 489), 20, 5)
    cv2.line(page, (10, 250), (690, 250), 20, 5)
    region = np.zeros((500, 700), np.bool_)
    region[8:492, 8:692] = True
    assert len(split_ruled(region, ridges(page), 3000, 6)) == 2
    assert len(split_ruled(region, ridges(page), 3000, 6, lying=False)) == 1


def dotted(page: Pixels, step: int = 6) -> None:
    """Prints a grey of dots on a page."""
    yy, xx = np.mgrid[: page.shape[0], : page.shape[1]]
    page[((xx % step) - step / 2) ** 2 + ((yy % step) - step / 2) ** 2 < 4] = INK


def split(page: Pixels, *, gutters: bool = False) -> int:
    """Into how many parts a page with a frame at 20 pixels is cut."""
    region = np.zeros(page.shape[:2], np.bool_)
    region[20:-20, 20:-20] = True
    grey = page[..., 0]
    return len(split_ruled(region, thin_gutters(grey) if gutters else ridges(grey), 3000, 6))


def framed(*, dots: bool) -> Pixels:
    """A frame, filled with a printed grey or with paper."""
    page = np.full((500, 700, 3), 255, np.uint8)
    if dots:
        dotted(page)
        page[:20], page[-20:], page[:, :20], page[:, -20:] = 255, 255, 255, 255
    cv2.rectangle(page, (22, 22), (677, 477), INK, 5)
    return page


def test_a_ruled_line_beside_printed_dots_is_found() -> None:
    page = framed(dots=True)
    assert split(page) == 1
    page[26:380, 26:674] = 255  # dots in the lower part only
    cv2.line(page, (22, 200), (677, 260), INK, 5)
    assert split(page) == 2


def test_black_art_on_both_its_sides_hides_no_line() -> None:
    page = framed(dots=False)
    cv2.line(page, (350, 22), (350, 477), INK, 5)
    cv2.rectangle(page, (250, 330), (450, 474), INK, -1)
    assert split(page) == 2


def test_a_thin_gutter_has_panels_along_it_and_dots_have_none() -> None:
    page = framed(dots=True)
    assert split(page, gutters=True) == 1
    page[26:474, 26:674] = 190
    page[246:256, 20:680] = INK
    page[249:253] = 255
    assert split(page, gutters=True) == 2


def test_lines_lie_where_they_are_drawn() -> None:
    page = framed(dots=False)
    cv2.line(page, (22, 200), (677, 260), INK, 5)
    region = np.zeros((500, 700), np.bool_)
    region[20:480, 20:680] = True
    upper = max(split_ruled(region, ridges(page[..., 0]), 3000, 6), key=lambda part: int(part[25].sum()))
    ends = [int(np.flatnonzero(upper[:, x])[-1]) for x in (60, 350, 640)]
    assert ends == pytest.approx([203.5, 230, 256.6], abs=2)


def test_a_balloon_over_a_third_of_a_ruled_line_joins_no_panels() -> None:
    page = strip(balloon=False)
    cv2.ellipse(page, (235, 85), (70, 41), 0, 0, 360, (255, 255, 255), -1)
    cv2.ellipse(page, (235, 85), (70, 41), 0, 0, 360, INK, 2)
    cv2.putText(page, "WORDS", (190, 91), cv2.FONT_HERSHEY_SIMPLEX, 0.8, INK, 2)
    assert len(find_panels(page)) == 3


def test_a_line_with_a_gap_and_dark_art_in_it_is_no_ruled_line() -> None:
    """What lies over a ruled line is white; a doorpost that a figure stands before is none."""
    page = strip(balloon=False)
    page[40:140, 215:245] = (120, 110, 100)
    assert len(find_panels(page)) == 2
