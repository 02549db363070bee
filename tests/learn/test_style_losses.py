import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.style_losses import (
    box_mean,
    colour_spread,
    cosine,
    ink_contrast,
    luma,
    palette,
    reconstruction,
    structure,
)
from patterns import grey, noise, stripes


def test_luma_weighs_green_most_and_keeps_white():
    colours = torch.eye(3)[:, :, None, None]
    assert luma(colours).flatten().tolist() == pytest.approx([0.299, 0.587, 0.114])
    assert float(luma(grey(1.0, 1))) == pytest.approx(1.0)


# -- R ----------------------------------------------------------------------------------------------------------------


def test_reconstruction_is_zero_for_the_same_picture_and_worked_by_hand_for_another():
    Y = noise(1, 3, 8, 8)
    assert float(reconstruction(Y, Y)) == 0
    assert float(reconstruction(Y + 0.1, Y)) == pytest.approx(0.1, abs=1e-6)  # a constant has no gradient
    columns = torch.zeros(1, 3, 2, 2)
    columns[..., 1] = 1
    # |d| = 1/2, |∂x d| = 1 everywhere, |∂y d| = 0
    assert float(reconstruction(columns, torch.zeros_like(columns))) == pytest.approx(0.5 + 0.5)


def test_reconstruction_prices_a_wrong_edge_higher_than_a_wrong_tone():
    Y = stripes()
    tinted, smeared = Y + 0.25, grey(0.5)
    assert (smeared - Y).abs().mean() < (tinted - Y).abs().mean()
    assert reconstruction(smeared, Y) > 0.8 * reconstruction(tinted, Y)
    assert reconstruction(smeared, Y) > 1.2 * (smeared - Y).abs().mean()


# -- E ----------------------------------------------------------------------------------------------------------------


def blocks() -> Tensor:
    return F.interpolate(noise(1, 3, 8, 8), scale_factor=16, mode="nearest")


def test_structure_is_nothing_where_light_and_dark_are_kept():
    flat = blocks()
    assert float(structure(flat, flat)) < 1e-3
    assert float(structure(flat * 0.6 + 0.2, flat)) < 0.02  # other tones, same shapes


def test_structure_grows_as_the_drawing_is_lost():
    flat, veil = blocks(), noise(1, 3, 128, 128)
    found = [float(structure((1 - a) * flat + a * veil, flat)) for a in (0.0, 0.3, 0.6, 0.9)]
    assert found == sorted(found)
    assert found[-1] > 0.2
    assert float(structure(1 - flat, flat)) > 1.5  # light and dark change places


def test_structure_leaves_strokes_free_where_the_drawing_is_flat():
    assert float(structure(stripes(strength=0.1), grey(0.5))) < 0.05


# -- K ----------------------------------------------------------------------------------------------------------------


def pen_line(side: int = 64) -> Tensor:
    ink = torch.zeros(1, 1, side, side)
    ink[..., side // 2 - 1 : side // 2 + 2, 8:-8] = 1
    return ink


def test_ink_is_nothing_where_lines_are_dark_and_grows_as_they_fade():
    ink = pen_line()
    drawn = (0.8 - 0.6 * ink).expand(1, 3, 64, 64)
    found = [
        float(ink_contrast((0.8 - ink * depth).expand(1, 3, 64, 64), ink, drawn))
        for depth in (0.6, 0.3, 0.15, 0.0, -0.1)
    ]
    assert found[0] < 1e-6
    assert found[1] < 2e-3
    assert found == sorted(found)
    assert found[3] > 10 * max(found[1], 1e-6)


def test_no_line_is_asked_to_be_darker_than_it_was_laid():
    ink = pen_line()
    soft, faded = ((0.8 - depth * ink).expand(1, 3, 64, 64) for depth in (0.12, 0.04))
    firm = (0.8 - 0.6 * ink).expand(1, 3, 64, 64)
    assert float(ink_contrast(soft, ink, soft)) == 0 < float(ink_contrast(soft, ink, firm))
    assert 0 < float(ink_contrast(faded, ink, soft)) < float(ink_contrast(faded, ink, firm))


def test_ink_on_black_needs_no_contrast_and_no_ink_no_price():
    assert float(ink_contrast(grey(0.0, 64), pen_line(), grey(0.0, 64))) == 0
    assert float(ink_contrast(noise(1, 3, 64, 64), torch.zeros(1, 1, 64, 64), grey(0.5, 64))) == 0


def test_a_dark_panel_where_all_is_ink_is_finite():
    X = grey(0.5, 32).requires_grad_()
    found = ink_contrast(X, torch.ones(1, 1, 32, 32), grey(0.2, 32))
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert X.grad is not None
    assert torch.isfinite(X.grad).all()


# -- P ----------------------------------------------------------------------------------------------------------------


def test_palette_prices_a_tint_by_its_square_and_strokes_by_nothing():
    flat = grey(0.5)
    assert float(palette(flat + 0.1, flat)) == pytest.approx(0.01, rel=1e-3)
    assert float(palette(flat + 0.2, flat)) == pytest.approx(0.04, rel=1e-3)
    assert float(palette(stripes(128, 8), flat)) < 2e-4


def test_palette_sees_two_colours_that_change_places():
    flat = torch.cat([grey(0.2, 64), grey(0.8, 64)], 3)
    assert float(palette(flat.flip(3), flat)) == pytest.approx(0.36, rel=1e-3)


# -- all terms --------------------------------------------------------------------------------------------------------


def terms(X: Tensor, flat: Tensor, ink: Tensor) -> dict[str, Tensor]:
    return {
        "reconstruction": reconstruction(X, flat),
        "structure": structure(X, flat),
        "ink": ink_contrast(X, ink, flat),
        "palette": palette(X, flat),
    }


@pytest.mark.parametrize("X", [grey(0.0, 64), grey(1.0, 64), grey(0.5, 64), noise(1, 3, 64, 64)])
@pytest.mark.parametrize("flat", [grey(0.0, 64), grey(1.0, 64), noise(1, 3, 64, 64, seed=1)])
def test_every_gradient_is_finite(X, flat):
    for name in terms(X, flat, pen_line()):
        x = X.clone().requires_grad_()
        value = terms(x, flat, pen_line())[name]
        value.sum().backward()
        assert x.grad is not None
        assert torch.isfinite(value).all(), name
        assert torch.isfinite(x.grad).all(), name


@pytest.mark.parametrize("name", ["structure", "ink", "palette"])
def test_a_batch_is_priced_panel_by_panel(name):
    X, flat, ink = noise(3, 3, 64, 64), noise(3, 3, 64, 64, seed=1), noise(3, 1, 64, 64, seed=2)
    together = terms(X, flat, ink)[name]
    alone = [terms(X[b : b + 1], flat[b : b + 1], ink[b : b + 1])[name][0] for b in range(3)]
    torch.testing.assert_close(together, torch.stack(alone))


@pytest.mark.parametrize(("name", "within"), [("structure", 0.1), ("palette", 1e-4), ("ink", 0.1)])
def test_the_size_of_a_panel_does_not_weigh(name, within):
    X, flat, ink = noise(1, 3, 128, 128), blocks(), (noise(1, 1, 128, 128, seed=3) > 0.8).float()
    small, large = (
        float(terms(*(V.repeat(1, 1, n, n) for V in (X, flat, ink)))[name])
        for n in (1, 2)  # type: ignore[misc]
    )
    assert large == pytest.approx(small, rel=within)


def test_box_mean_is_the_mean_over_square_windows():
    X = noise(2, 3, 11, 9)
    torch.testing.assert_close(box_mean(X, 5), F.avg_pool2d(X, 5, 1))
    torch.testing.assert_close(box_mean(X, 3, 1), F.avg_pool2d(X, 3, 1, 1))


def test_colour_spread_is_the_symmetric_root_of_the_covariance():
    style = noise(1, 3, 40, 50) * torch.tensor([0.9, 0.5, 0.2]).view(1, 3, 1, 1)
    A = colour_spread(style)
    torch.testing.assert_close(A, A.T)
    torch.testing.assert_close(A @ A, torch.cov(style[0].flatten(1)).clamp_min(0), atol=2e-4, rtol=0.01)
    assert torch.linalg.eigvalsh(colour_spread(grey(0.5, 20))).min() > 0  # even a flat style leaves room to move


def test_the_learning_rate_warms_up_and_falls():
    factors = [cosine(step, 100) for step in range(101)]
    assert factors[0] < 0.1
    assert max(factors) == max(factors[10:20])
    assert factors[15:] == sorted(factors[15:], reverse=True)
    assert factors[-1] == pytest.approx(0.02)
    assert cosine(0, 0) > 0
