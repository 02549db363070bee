import numpy as np
import pytest
import torch

from inkwright.learn.canvas import PLANES, Canvas, make_look
from inkwright.learn.guides import drawing_guides


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
    np.testing.assert_array_equal(Y[0].permute(1, 2, 0).numpy(), picture(80, 112, 1))


def test_making_a_canvas_twice_gives_the_same_and_leaves_the_guides_alone():
    guides = drawing_guides(picture(96, 128, 0), 0)
    before = guides.planes.copy()
    look = make_look([guides], picture(80, 112, 1), 0)
    first, again = look.canvas(guides), look.canvas(guides)

    for name in ("x", "base", "flat", "ink"):
        assert torch.equal(getattr(first, name), getattr(again, name))
    np.testing.assert_array_equal(guides.planes, before)


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
