import cv2
import numpy as np
import pytest

from inkwright.learn.field import border_width, direction


def stripes(angle: float, height: int = 96, width: int = 112) -> np.ndarray:
    """Lines that run at `angle` degrees from the x axis towards the lower edge, (H, W, 3)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across = np.cos(np.radians(angle)) * y - np.sin(np.radians(angle)) * x
    return np.repeat(0.5 + 0.3 * np.sin(across[..., None] / 2), 3, 2).astype(np.float32)


def doubled(angle: float) -> np.ndarray:
    return np.array([np.cos(2 * np.radians(angle)), np.sin(2 * np.radians(angle))])


def no_ink(picture: np.ndarray) -> np.ndarray:
    return np.zeros(picture.shape[:2], np.float32)


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 135, 160])
def test_the_direction_is_that_of_the_lines(angle):
    picture = stripes(angle)
    found = direction(picture, no_ink(picture))[16:-16, 16:-16]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.broadcast_to(doubled(angle), found.shape), atol=0.1)


def test_light_on_dark_and_dark_on_light_run_the_same_way():
    picture = stripes(30)
    np.testing.assert_allclose(direction(1 - picture, no_ink(picture)), direction(picture, no_ink(picture)), atol=1e-3)


def test_a_far_contour_still_leads():
    picture = np.full((128, 128, 3), 0.97, np.float32)
    picture[:20] = (0.85, 0.15, 0.1)  # an edge that runs from left to right
    found = direction(picture, no_ink(picture))
    np.testing.assert_allclose(found[60, 64], (1, 0), atol=0.15)


def test_ink_is_a_contour():
    picture = np.full((64, 64, 3), 0.5, np.float32)
    ink = no_ink(picture)
    ink[:, 30:33] = 1
    np.testing.assert_allclose(direction(picture, ink)[32, 36], (-1, 0), atol=0.1)


def test_a_panels_frame_is_no_contour():
    """Near a frame that runs up and down, contours inside lead; without being told, the frame does."""
    picture = np.full((200, 200, 3), 0.97, np.float32)
    picture[60:] = (0.3, 0.5, 0.3)  # a horizon
    picture[:3], picture[-3:], picture[:, :3], picture[:, -3:] = 0.05, 0.05, 0.05, 0.05
    told, untold = (direction(picture, no_ink(picture), framed)[140, 12, 0] for framed in (True, False))
    assert told > 0.5
    assert untold < -0.5


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [(32, 40), (16, 16), (16, 300), (300, 16)])
def test_a_picture_without_contours_has_no_direction_to_speak_of(size, value):
    picture = np.full((*size, 3), value, np.float32)
    found = direction(picture, no_ink(picture))
    assert found.shape == (*size, 2)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 0.1


def test_coherence_is_at_most_one():
    noise = np.random.default_rng(0).random((96, 96, 3), np.float32)
    found = direction(noise, no_ink(noise))
    assert np.isfinite(found).all()
    assert np.hypot(*np.moveaxis(found, 2, 0)).max() <= 1 + 1e-5


@pytest.mark.parametrize("width", [0.0, 1.5, 3.0, 5.0])
def test_the_width_of_borders_is_read_also_under_marks(width):
    picture = np.full((160, 200, 3), 0.2, np.float32)
    cv2.circle(picture, (100, 80), 50, (0.8, 0.7, 0.6), -1)
    if width:
        picture = cv2.GaussianBlur(picture, (0, 0), width)
    grain = np.random.default_rng(0).normal(0, 0.04, picture.shape[:2]).astype(np.float32)
    assert border_width(picture) == pytest.approx(width, abs=0.9)
    assert border_width(picture + grain[..., None]) == pytest.approx(width, abs=0.9)


def test_an_empty_picture_has_no_borders():
    assert border_width(np.full((40, 30, 3), 0.5, np.float32)) == 0
