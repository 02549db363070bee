import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import patterns
from inkwright.learn.tensors import generator
from inkwright.learn.texture import ToneTexture
from patterns import noise


def stripes(side: int = 192, period: float = 12.0, **how) -> Tensor:
    return patterns.stripes(side, period, **how)


def grey(value: float, side: int = 192) -> Tensor:
    return patterns.grey(value, side)


def soft(X: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(X, (6, 6, 6, 6), mode="replicate"), 13, 1)


def texture_of(style: Tensor) -> ToneTexture:
    return ToneTexture(style, generator(1))


@pytest.fixture(scope="module")
def striped() -> ToneTexture:
    return texture_of(stripes(256))


def distance(texture: ToneTexture, X: Tensor, flat: Tensor | None = None) -> float:
    """With X's own soft version for its tones."""
    return float(texture(X, soft(X) if flat is None else flat))


def test_it_prefers_the_style_itself_to_flats_and_to_other_textures(striped):
    texture = striped
    own = distance(texture, stripes(seed=2))
    others = {
        "flat": grey(0.5),
        "finer": stripes(period=6),
        "across": stripes(across=True),
        "noise": 0.5 + 0.5 * (noise(1, 3, 192, 192) - 0.5),
        "stronger": stripes(strength=0.5),
    }
    found = {name: distance(texture, X) for name, X in others.items()}
    assert {name: value for name, value in found.items() if value < 3 * own} == {}


def two_tones(swapped: bool, side: int = 192) -> Tensor:
    """Dark with strong stripes on the left, light with faint ones on the right; or the strong ones in the light."""
    wave = stripes(side, strength=0.12) - 0.5
    tone = torch.where(torch.arange(side) < side // 2, 0.2, 0.8).expand(1, 3, side, side)
    rough = (tone > 0.5) if swapped else (tone < 0.5)
    return tone + wave * torch.where(rough, 1.0, 0.4)


def test_each_tone_is_asked_for_its_own_marks():
    texture = texture_of(two_tones(False, 256))
    right, wrong = distance(texture, two_tones(False)), distance(texture, two_tones(True))
    assert wrong > 2 * right


def test_the_palette_is_left_to_another_term(striped):
    texture = striped
    flat = soft(stripes())
    assert distance(texture, stripes() + 0.2, flat) == pytest.approx(distance(texture, stripes(), flat), rel=1e-3)


def test_it_is_decided_by_its_generator():
    X, style = stripes(), stripes(256)
    first, second = texture_of(style), texture_of(style)
    assert torch.equal(first(X, X), second(X, X))
    assert not torch.equal(first(X, X), ToneTexture(style, generator(2))(X, X))


def test_a_batch_is_priced_panel_by_panel(striped):
    texture = striped
    X = torch.cat([stripes(), stripes(period=6)])
    both = texture(X, soft(X))
    assert both.tolist() == pytest.approx([float(texture(X[n : n + 1], soft(X[n : n + 1]))) for n in range(2)])


@pytest.mark.parametrize("X", [stripes(period=6), noise(1, 3, 192, 192)])
def test_its_slope_leads_towards_the_style(X, striped):
    texture = striped
    x, flat = X.clone().requires_grad_(), soft(X)
    before = texture(x, flat)
    before.sum().backward()
    assert x.grad is not None
    after = texture(X - 0.05 * x.grad / x.grad.abs().max(), flat)
    assert float(after) < float(before.detach())


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (16, 16), (13, 97), (40, 25), (64, 200), (129, 131)])
def test_any_size_is_finite(size, striped):
    texture = striped
    X = noise(1, 3, *size).requires_grad_()
    found = texture(X, X.detach())
    found.sum().backward() if found.requires_grad else None

    assert found.shape == (1,)
    assert torch.isfinite(found).all()
    assert X.grad is None or torch.isfinite(X.grad).all()


@pytest.mark.parametrize("style", [grey(0.5, 96), grey(1.0, 96), grey(0.0, 96), noise(1, 3, 8, 8)])
def test_a_style_without_marks_is_finite(style):
    for X in (noise(1, 3, 64, 64), grey(0.0, 64)):
        x = X.clone().requires_grad_()
        found = texture_of(style)(x, soft(X))
        assert 0 <= float(found) < float("inf")
        if found.requires_grad:
            found.sum().backward()
            assert x.grad is not None
            assert torch.isfinite(x.grad).all()


def test_nothing_is_asked_that_the_style_does_not_do_all_over(striped):
    half = stripes(256)
    half[..., 128:] = soft(half)[..., 128:]  # stripes on the left alone
    smooth, flat = soft(stripes()), grey(0.5)
    assert distance(texture_of(half), smooth, flat) < 0.3 * distance(striped, smooth, flat)


def test_figures_in_a_style_are_not_asked_of_a_panel_without_any(striped):
    """Its loudest fifth, a checkered figure on stripes, is no texture."""
    style = stripes(256)
    style[..., 72:184, 72:184] = stripes(256, strength=0.5, across=True)[..., 72:184, 72:184]
    figured, without = texture_of(style), stripes(seed=2)
    flat = soft(without)
    assert distance(figured, without, flat) < 0.3 * distance(figured, grey(0.5), flat)
    assert distance(figured, without, flat) < 2 * distance(striped, without, flat) + 0.1


def test_nothing_is_asked_near_ink(striped):
    X, flat = stripes(period=6), soft(stripes())
    nearby, afar = torch.zeros(1, 1, 192, 192), torch.full((1, 1, 192, 192), 60.0)
    assert float(striped(X, flat, nearby)) == 0
    assert float(striped(X, flat, afar)) == pytest.approx(float(striped(X, flat)))
    half = afar.clone()
    half[..., :96] = 0
    x = X.clone().requires_grad_()
    striped(x, flat, half).sum().backward()
    assert x.grad is not None
    strength = x.grad.abs().mean((0, 1, 2))
    assert strength[:48].max() == 0 < strength[128:].min()


def test_a_style_of_flats_and_figures_asks_for_nothing(striped):
    figure = grey(0.5, 256)
    figure[..., 96:160, 96:160] = stripes(256)[..., 96:160, 96:160]
    assert distance(texture_of(figure), stripes(period=6)) == 0
    assert distance(striped, stripes(period=6)) > 0
