import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkwright.comic.layout import crop, fit_box, interior, paste
from inkwright.errors import BookError, InternalError
from inkwright.images import Pixels

INK = (15, 15, 18)
BOX = (40, 30, 300, 200)


def page(fill: tuple[int, int, int] = (250, 248, 240)) -> Pixels:
    """White paper with one filled panel at BOX, without a frame."""
    pixels = np.full((280, 400, 3), 255, np.uint8)
    x, y, w, h = BOX
    pixels[y : y + h, x : x + w] = fill
    return pixels


def framed(thick: int = 4, fill: tuple[int, int, int] = (250, 248, 240)) -> Pixels:
    pixels = page(fill)
    x, y, w, h = BOX
    inner = pixels[y + thick : y + h - thick, x + thick : x + w - thick].copy()
    pixels[y : y + h, x : x + w] = INK
    pixels[y + thick : y + h - thick, x + thick : x + w - thick] = inner
    return pixels


@pytest.mark.parametrize("thick", [2, 4, 6])
@pytest.mark.parametrize("fill", [(250, 248, 240), (200, 60, 60), (70, 70, 90)])
def test_a_ruled_frame_is_left_out_and_nothing_else(thick: int, fill: tuple[int, int, int]) -> None:
    inside = interior(framed(thick, fill), BOX)
    x, y, w, h = inside.box
    assert max(abs(x - thick), abs(y - thick), abs(w - 300 + 2 * thick), abs(h - 200 + 2 * thick)) <= 1
    for side in (inside.mask[:thick], inside.mask[-thick:], inside.mask[:, :thick], inside.mask[:, -thick:]):
        assert side.max() == 0
    soft = thick + 4
    assert inside.mask[soft:-soft, soft:-soft].min() == 1
    assert inside.mask.dtype == np.float32
    assert inside.mask.shape == (200, 300)


def test_a_frame_line_on_one_side_only() -> None:
    pixels = page()
    cv2.line(pixels, (40, 32), (339, 32), INK, 3)
    mask = interior(pixels, BOX).mask
    assert mask[:4].max() == 0
    assert mask[8:].min() == 1


def test_a_hand_drawn_frame_is_followed() -> None:
    pixels = np.full((280, 400, 3), 255, np.uint8)
    along = np.linspace(0, 2 * np.pi, 9)
    x, y, w, h = BOX
    top = np.stack([np.linspace(x, x + w, 9), y + 4 + 2 * np.sin(along)], 1)
    bottom = np.stack([np.linspace(x, x + w, 9), y + h - 6 + 2 * np.cos(along)], 1)
    left = np.array([[x + 2, y], [x + 5, y + h]])
    right = np.array([[x + w - 6, y], [x + w - 3, y + h]])
    for line in (top, bottom, left, right):
        cv2.polylines(pixels, [np.round(line).astype(np.int32)], False, INK, 3)
    mask = interior(pixels, BOX).mask
    ink = crop(pixels, BOX)[..., 0] < 100
    assert mask[ink].mean() < 0.02
    assert mask[14:-14, 12:-14].min() == 1


@pytest.mark.parametrize("fill", [(250, 248, 240), (120, 90, 160), (20, 20, 30)])
def test_without_a_frame_everything_is_inside(fill: tuple[int, int, int]) -> None:
    inside = interior(page(fill), BOX)
    assert inside.mask.min() == 1
    assert inside.box == (0, 0, 300, 200)


def test_a_loose_drawing_is_all_inside() -> None:
    pixels = np.full((300, 300, 3), 245, np.uint8)
    cv2.circle(pixels, (150, 150), 120, INK, 5)
    cv2.line(pixels, (0, 200), (299, 190), INK, 4)
    assert interior(pixels, (0, 0, 300, 300)).mask.min() == 1


def test_noise_has_no_frame() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    assert interior(pixels, (0, 0, 200, 200)).mask.min() == 1


@pytest.mark.parametrize("turned", [False, True])
def test_a_polygon_masks_what_lies_outside_it(turned: bool) -> None:
    corners = [(40, 30), (340, 30), (240, 230), (40, 230)]
    pixels = np.full((280, 400, 3), 255, np.uint8)
    cv2.fillPoly(pixels, [np.array(corners)], (200, 90, 90))
    cv2.polylines(pixels, [np.array(corners)], True, INK, 5)
    mask = interior(pixels, BOX, corners[::-1] if turned else corners).mask
    assert mask[190:, 260:].max() == 0
    assert mask[100, 100] == 1
    assert mask[100, 247:254].max() == 0  # on the slanted frame line
    assert mask[100, 236] == 1


def test_a_panel_of_one_pixel_and_a_black_one_have_an_interior() -> None:
    assert interior(page(), (0, 0, 1, 1)).mask.tolist() == [[1]]
    assert interior(np.zeros((50, 50, 3), np.uint8), (5, 5, 20, 20)).mask.min() == 1


def test_paste_keeps_every_byte_outside_the_mask() -> None:
    pixels = framed()
    before = pixels.copy()
    inside = interior(pixels, BOX)
    result = paste(pixels, np.full((200, 300, 3), (10, 200, 90), np.uint8), BOX, inside.mask)
    np.testing.assert_array_equal(pixels, before)
    x, y, w, h = BOX
    whole = np.zeros(pixels.shape[:2], np.float32)
    whole[y : y + h, x : x + w] = inside.mask
    np.testing.assert_array_equal(result[whole == 0], before[whole == 0])
    assert (result[whole == 1] == (10, 200, 90)).all()
    assert (whole > 0).sum() > 50_000


@given(
    box=st.tuples(st.integers(-50, 450), st.integers(-50, 330), st.integers(1, 500), st.integers(1, 400)),
)
def test_crop_and_paste_give_the_page_back(box: tuple[int, int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (280, 400, 3), dtype=np.uint8)
    if box[0] >= 400 or box[1] >= 280 or box[0] + box[2] <= 0 or box[1] + box[3] <= 0:
        with pytest.raises(BookError, match=r"Panel p1\.1"):
            crop(pixels, box, "p1.1")
        return
    piece = crop(pixels, box)
    x, y, w, h = fit_box(box, 400, 280)
    assert piece.shape == (h, w, 3)
    assert 0 <= x < x + w <= 400
    assert 0 <= y < y + h <= 280
    np.testing.assert_array_equal(paste(pixels, piece, box, np.ones((h, w), np.float32)), pixels)


def test_a_box_off_the_page_names_the_panel() -> None:
    with pytest.raises(BookError, match=r"Panel p3\.2 has the box \[500, 0, 10, 10\].*400 x 280") as caught:
        fit_box((500, 0, 10, 10), 400, 280, "p3.2")
    assert caught.value.hint


def test_sizes_that_do_not_agree_are_our_own_fault() -> None:
    with pytest.raises(InternalError):
        paste(page(), np.zeros((10, 10, 3), np.uint8), BOX, np.ones((10, 10), np.float32))
