import cv2
import numpy as np
import pytest

from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.palette import Palette, cast_palette
from inkwright.learn.strokes import StrokePrior, paint_base


def drawing(height: int = 120, width: int = 160) -> np.ndarray:
    image = np.full((height, width, 3), 0.97, np.float32)
    cv2.circle(image, (50, 60), 36, (0.8, 0.2, 0.1), -1)
    cv2.circle(image, (50, 60), 36, (0.04, 0.04, 0.04), 3)
    cv2.line(image, (110, 15), (145, 105), (0.04, 0.04, 0.04), 3)
    return np.clip(image, 0, 1)


def style(rough: float = 0.25, side: int = 128) -> np.ndarray:
    """A warm and a cold half with strokes of that strength, (H, W, 3)."""
    rng = np.random.default_rng(2)
    strokes = cv2.GaussianBlur(rng.standard_normal((side, side)).astype(np.float32), (0, 0), 4, sigmaY=1)
    tone = np.where(np.arange(side)[None, :, None] < side // 2, [0.75, 0.6, 0.4], [0.25, 0.35, 0.55])
    return np.clip(tone + rough * (strokes / strokes.std())[..., None] * 0.5, 0, 1).astype(np.float32)


def cast(guides: Guides, look: np.ndarray) -> Palette:
    return cast_palette([guides.flat], look, 0)


def painted(look: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    guides = drawing_guides(drawing(), 1)
    palette = cast(guides, look)
    plain, none = paint_base(guides, palette, None)
    base, strength = paint_base(guides, palette, StrokePrior(look, seed))
    assert none is None
    assert strength is not None
    return plain, base, strength


def test_strokes_lie_on_the_flats_and_stay_within_range():
    plain, base, strength = painted(style())
    for array in (plain, base):
        assert array.shape == (120, 160, 3)
        assert array.dtype == np.float32
        assert 0 <= array.min() <= array.max() <= 1
    assert strength.shape == (120, 160)
    assert 0 <= strength.min() <= strength.max() <= 1
    assert np.abs(base - plain).mean() > 0.01
    assert np.abs((base - plain).mean((0, 1))).max() < 0.05  # strokes do not tint


def test_a_rough_style_gives_stronger_strokes_than_a_smooth_one():
    moved = [np.abs(base - plain).mean() for plain, base, _ in (painted(style(rough)) for rough in (0.02, 0.25))]
    assert moved[1] > 3 * moved[0]


def test_ink_is_dark_on_top():
    guides = drawing_guides(drawing(), 1)
    palette = cast(guides, style())
    base, _ = paint_base(guides, palette, StrokePrior(style(), 0))
    inked = guides.ink > 0.95
    assert inked.any()
    np.testing.assert_allclose(base[inked], np.broadcast_to(palette.dark, base[inked].shape), atol=0.06)


def test_strokes_calm_down_near_ink():
    plain, base, _ = painted(style())
    distance = drawing_guides(drawing(), 1).distance
    moved = np.abs(base - plain).mean(2)
    near, far = (distance > 3) & (distance < 8), distance > 30
    assert moved[far].mean() > 1.2 * moved[near].mean()


def test_the_same_style_and_seed_give_the_same_strokes():
    np.testing.assert_array_equal(painted(style())[1], painted(style())[1])


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_style_of_one_colour_has_finite_strokes(value):
    plain, base, strength = painted(np.full((64, 64, 3), value, np.float32))
    assert np.isfinite(base).all()
    assert np.isfinite(strength).all()
    np.testing.assert_allclose(base, plain, atol=0.02)


@pytest.mark.parametrize("size", [(16, 16), (16, 400)])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_odd_drawings_have_finite_strokes(size, value):
    guides = drawing_guides(np.full((*size, 3), value, np.float32), 1)
    base, strength = paint_base(guides, cast(guides, style()), StrokePrior(style(), 0))
    assert base.shape == (*size, 3)
    assert np.isfinite(base).all()
    assert strength is not None
    assert np.isfinite(strength).all()
