import cv2
import numpy as np
import pytest

from inkwright.comic.skew import skew_of, straight
from inkwright.images import Pixels


def page(slant: int = 0) -> Pixels:
    drawn = np.full((800, 560, 3), 250, np.uint8)
    for k, (x, y) in enumerate(((30, 30), (290, 30), (30, 410), (290, 410))):
        corners = np.array([[x, y], [x + 240, y + slant], [x + 240, y + 350], [x, y + 350]])
        cv2.fillPoly(drawn, [corners], (90 + 20 * k, 120, 160))
        cv2.circle(drawn, (x + 100, y + 200), 60, (20, 20, 20), 3)
    return drawn


def turned(drawn: Pixels, degrees: float) -> Pixels:
    matrix = cv2.getRotationMatrix2D((280, 400), -degrees, 1)
    scan = cv2.warpAffine(drawn, matrix, (560, 800), borderValue=(250, 250, 250))
    return np.clip(scan + np.random.default_rng(0).normal(0, 4, scan.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("degrees", [-5.0, -3.0, -0.6, 0.4, 1.5, 4.2])
def test_skew_is_measured(degrees: float) -> None:
    assert skew_of(turned(page(), degrees)) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("slant", [0, 40])
def test_a_straight_page_stays_as_it_is(slant: int) -> None:
    drawn = page(slant)
    view = straight(drawn)
    assert view.skew == 0
    assert view.pixels is drawn
    assert view.back(np.array([[3.0, 4.0]])).tolist() == [[3, 4]]


def test_nothing_is_told_by_an_empty_page_or_noise() -> None:
    assert skew_of(np.full((300, 200, 3), 255, np.uint8)) == 0
    assert skew_of(np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)) == 0


def test_points_go_back_to_the_page() -> None:
    view = straight(turned(page(), 3.0))
    matrix = cv2.getRotationMatrix2D((280, 400), -3.0, 1)
    corners = np.array([[30.0, 30.0], [530.0, 760.0]])
    where = corners @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(view.back(corners) - where).max() < 2
