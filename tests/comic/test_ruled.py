import cv2
import numpy as np
import pytest

from inkwright.comic.panels import find_panels
from inkwright.comic.ridges import ridges
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
