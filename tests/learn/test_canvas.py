from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from inkwright.learn.banks import Bank, Elements
from inkwright.learn.canvas import FAR, PLANES, Canvas, Look, make_look
from inkwright.learn.colour import luma, oklab
from inkwright.learn.drawing import distance_to
from inkwright.learn.guides import drawing_guides
from inkwright.learn.regions import CODES, soft_boxes
from inkwright.learn.scribbles import scribbles


def hatched(height: int = 128, width: int = 144) -> np.ndarray:
    """A style of pen lines at 45 degrees on a tone from dark to light, (H, W, 3)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    line = np.clip(0.5 + 1.5 * np.cos(2 * np.pi * (x - y) / 8.5), 0, 1)
    tone = 0.3 + 0.6 * x / width
    return np.repeat(np.clip(tone + 0.25 * (line - 0.5), 0, 1)[..., None], 3, 2).astype(np.float32)


def drawing(height: int = 120, width: int = 160) -> np.ndarray:
    """A filled circle and a line in ink on paper, (H, W, 3)."""
    image = np.full((height, width, 3), 0.97, np.float32)
    cv2.circle(image, (50, 60), 36, (0.8, 0.2, 0.1), -1)
    cv2.circle(image, (50, 60), 36, (0.04, 0.04, 0.04), 3)
    cv2.line(image, (110, 15), (145, 105), (0.04, 0.04, 0.04), 3)
    return np.clip(image, 0, 1)


def picture(height: int, width: int, seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).random((height // 16, width // 16, 3), np.float32)
    return np.kron(coarse, np.ones((16, 16, 1), np.float32))


def check(canvas: Canvas, height: int, width: int) -> None:
    for name, planes in (("x", PLANES), ("base", 3), ("flat", 3), ("ink", 1)):
        tensor = getattr(canvas, name)
        assert tensor.shape == (1, planes, height, width), name
        assert tensor.dtype == torch.float32, name
        assert torch.isfinite(tensor).all(), name
    for tensor in (canvas.base, canvas.flat, canvas.ink):
        assert 0 <= float(tensor.min()) <= float(tensor.max()) <= 1


def test_canvases_of_a_panel_and_of_the_style():
    guides = drawing_guides(picture(96, 128, 0), 0)
    look = make_look([guides], picture(80, 112, 1), 0)

    check(look.canvas(guides), 96, 128)
    canvas, Y = look.style_canvas(0)
    check(canvas, 80, 112)
    assert Y.shape == (1, 3, 80, 112)
    assert Y.dtype == torch.float32
    assert 0 <= float(Y.min()) <= float(Y.max()) <= 1


def test_making_a_canvas_twice_gives_the_same_and_leaves_the_guides_alone():
    guides = drawing_guides(picture(96, 128, 0), 0)
    before = {name: getattr(guides, name).copy() for name in ("ink", "flat", "distance", "heading", "busy")}
    look = make_look([guides], picture(80, 112, 1), 0)
    first, again = look.canvas(guides), look.canvas(guides)

    for name in ("x", "base", "flat", "ink"):
        assert torch.equal(getattr(first, name), getattr(again, name))
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(guides, name), array)


def test_other_seeds_give_other_marks_and_nothing_else():
    guides = drawing_guides(drawing(), 0)
    look = make_look([guides], hatched(), 0)
    first, other = look.canvas(guides), look.canvas(replace(guides, seed=1))
    assert torch.equal(first.ink, other.ink)
    far = torch.from_numpy(guides.distance > 40)  # along lines, seeds choose the fringes of loose colours
    assert torch.allclose(first.flat[..., far], other.flat[..., far], atol=0.01)
    assert torch.equal(first.ink, other.ink)
    assert float((first.base - other.base).abs().mean()) > 0.01
    book = Look(hatched(), look.palette, 1).canvas(guides)  # the book's seed counts, too
    assert float((first.base - book.base).abs().mean()) > 0.01


def test_the_planes_are_in_their_documented_order():
    guides = drawing_guides(drawing(), 0)
    look = make_look([guides], hatched(), 0)
    for canvas, ink, distance in (
        (look.canvas(guides), guides.ink, guides.distance),
        (look.style_canvas(3)[0], scribbles(128, 144, 3), distance_to(scribbles(128, 144, 3))),
    ):
        x = canvas.x[0].numpy()
        np.testing.assert_array_equal(x[0], ink)
        np.testing.assert_allclose(x[1], distance / FAR, atol=1e-6)
        np.testing.assert_array_equal(x[5:], canvas.flat[0].numpy())
        np.testing.assert_array_equal(canvas.ink[0, 0].numpy(), ink)
        assert x[2:5].std((1, 2)).min() > 0.2  # the bands of marks


def test_marks_lie_on_the_flats_calm_near_ink_and_do_not_tint():
    guides = drawing_guides(drawing(), 0)
    canvas = make_look([guides], hatched(), 0).canvas(guides)
    moved = (canvas.base - canvas.flat)[0].numpy()
    assert np.abs(moved.mean((1, 2))).max() < 0.02
    # A thinner and a wider ring around the ink, both away from the dark line itself.
    near, far = (guides.distance > 2.5) & (guides.distance < 4), guides.distance > 10
    assert near.any()
    assert far.any()
    assert np.abs(moved[:, far]).mean() > 1.3 * np.abs(moved[:, near]).mean() > 0.005


def test_lines_are_dark_on_the_flats_and_on_the_marks():
    guides = drawing_guides(drawing(), 0)
    look = make_look([guides], hatched(), 0)
    canvas = look.canvas(guides)
    inked = guides.ink > 0.95
    assert inked.any()
    for picture_ in (canvas.flat, canvas.base):
        light = luma(picture_[0].permute(1, 2, 0).numpy())
        assert light[inked].mean() < light[(guides.distance > 3) & (guides.distance < 8)].mean() - 0.15


def test_the_network_practises_on_the_style_with_pen_lines_over_it():
    guides = drawing_guides(drawing(), 0)
    look = make_look([guides], hatched(), 0)
    canvas, Y = look.style_canvas(3)
    made, ink = Y[0].permute(1, 2, 0).numpy(), canvas.ink[0, 0].numpy()
    free = distance_to(ink) > 15
    assert free.any()
    np.testing.assert_allclose(made[free], hatched()[free], atol=1e-4)  # there it is the style picture itself
    assert np.abs(made - hatched())[ink > 0.9].mean() > 0.05
    other, _ = look.style_canvas(4)
    assert not torch.equal(canvas.ink, other.ink)
    # The base is close to it already: what is to be learned is what the patches miss.
    base, flat = (tensor[0].permute(1, 2, 0).numpy() for tensor in (canvas.base, canvas.flat))
    inner = (slice(16, -24), slice(16, -24))
    assert np.abs(base - made)[inner].mean() < 0.3 * np.abs(flat - made)[inner].mean()


def test_panels_share_one_palette():
    """A panel's flats do not depend on which panel it is, only on its colours."""
    one, two = (drawing_guides(picture(96, 128, seed), 0) for seed in (0, 2))
    look = make_look([one, two], picture(80, 112, 1), 0)
    colour = np.full((1, 1, 3), 0.4, np.float32)
    np.testing.assert_array_equal(look.palette(colour), look.palette(np.tile(colour, (5, 5, 1)))[:1, :1])
    assert not torch.equal(look.canvas(one).flat, make_look([one], picture(80, 112, 1), 0).canvas(one).flat)


@pytest.mark.parametrize("size", [(64, 64), (64, 160)])
def test_small_styles_make_a_look(size):
    guides = drawing_guides(picture(64, 64, 0), 0)
    look = make_look([guides], np.full((*size, 3), 0.5, np.float32), 0)
    check(look.canvas(guides), 64, 64)
    check(look.style_canvas(0)[0], *size)


@pytest.mark.parametrize("size", [(16, 16), (16, 200), (200, 16), (97, 101)])
def test_panels_of_any_size_make_a_canvas(size):
    panel = np.random.default_rng(0).random((*size, 3), np.float32)
    guides = drawing_guides(panel, 0)
    check(make_look([guides], hatched(), 0).canvas(guides), *size)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_styles_and_panels_make_canvases(value):
    plain = np.full((64, 72, 3), value, np.float32)
    for panel, style in ((plain, plain), (plain, hatched()), (drawing(), plain)):
        guides = drawing_guides(panel, 0)
        look = make_look([guides], style, 0)
        check(look.canvas(guides), *panel.shape[:2])
        check(look.style_canvas(0)[0], *style.shape[:2])


# -- elements ----------------------------------------------------------------------------------------------------------


def with_bank(look: Look, wanted: tuple[float, float, float]) -> Look:
    """A look that knows one element, the red circle of `drawing`."""
    red = oklab(np.array([(0.8, 0.2, 0.1)], np.float32))
    target = oklab(np.array([wanted], np.float32))
    bank = Bank(red, np.ones(1, np.float32), target, target)
    return Look(look.style, look.palette, look.seed, look.detail, Elements({0: bank}, (False,)))


def test_elements_get_the_colours_of_the_book_where_they_are_and_the_rest_stays():
    guides = drawing_guides(drawing(), 0)
    look = make_look([guides], hatched(), 0)
    before = look.canvas(guides)
    tone = float(before.flat[0, :, 60, 50].mean())
    knowing = with_bank(look, (min(1.0, tone + 0.12),) * 3)
    after = knowing.canvas(guides, {0: soft_boxes([(10, 20, 80, 80)], 120, 160)})

    assert float((after.flat - before.flat)[0, :, 55:65, 45:55].mean()) > 0.03
    assert float((after.flat - before.flat)[..., 110:, 120:].abs().max()) < 0.01
    assert after.places is not None
    assert after.places.shape == (1, CODES, 30, 40)
    assert float(after.places[0, :, 15, 12].norm()) > 0.9  # inside the circle
    assert float(after.places[0, :, 6, 3].norm()) < 0.1  # in the box, on bare paper
    assert not after.places[0, :, 28, 38].any()


def test_plain_canvases_know_nothing_of_elements():
    guides = drawing_guides(drawing(), 0)
    look = make_look([guides], hatched(), 0)
    plain = with_bank(look, (0.1, 0.9, 0.9)).canvas(guides)
    assert plain.places is None
    for name in ("x", "base", "flat", "ink"):
        assert torch.equal(getattr(plain, name), getattr(look.canvas(guides), name))
    nowhere = with_bank(look, (0.1, 0.9, 0.9)).canvas(guides, {})
    assert nowhere.places is not None
    assert not nowhere.places.any()
    assert torch.equal(nowhere.flat, plain.flat)
