import cv2
import numpy as np

from inkwright.comic.figures import Polygon
from inkwright.comic.shapes import Shape, fill_polygon, fit_shape, outline


def iou(one: Polygon, other: Polygon, size: tuple[int, int]) -> float:
    a, b = fill_polygon(one, size), fill_polygon(other, size)
    return float((a & b).sum() / (a | b).sum())


def test_pointed_corners_that_were_cut_off_are_made_pointed_again() -> None:
    """Two triangles of a tier: what frees regions of thin things takes their points, and tilted the long side."""
    size = (460, 680)
    true = np.array([[20, 10], [660, 10], [660, 440]], float)
    blunt = cv2.morphologyEx(fill_polygon(true, size).astype(np.uint8), cv2.MORPH_OPEN, np.ones((13, 13), np.uint8))
    shape = fit_shape(np.asarray(blunt > 0, np.bool_), 8.0)
    assert len(outline(shape)) == 3
    assert shape.quality > 0.9
    assert iou(outline(shape), true, size) > 0.97


def test_what_is_round_stays_round() -> None:
    disc = np.zeros((300, 300), np.uint8)
    cv2.circle(disc, (150, 150), 140, 1, -1)
    assert fit_shape(np.asarray(disc > 0, np.bool_), 4.0).is_round


def test_a_box_stays_a_box() -> None:
    region = np.zeros((200, 300), np.bool_)
    region[20:180, 30:290] = True
    shape = fit_shape(region, 4.0)
    assert shape.polygon is None
    assert shape.box == (30, 20, 260, 160)


def test_a_figure_beyond_the_page_is_held_on_it() -> None:
    corners = np.array([[-4, 10], [60, 0], [60, 130], [0, 90]], float)
    shape = Shape((-4, 0, 64, 130), corners, 0.9, 5000)
    held = shape.within((100, 60, 3))
    assert held.box == (0, 0, 60, 100)
    assert outline(held).min() >= 0
    assert shape.within((200, 200)).box == (0, 0, 60, 130)
    straight = Shape((2, 3, 10, 10), None, 0.9, 100)
    assert straight.within((50, 50)) is straight
