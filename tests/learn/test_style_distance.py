import pytest
import torch
from torch import Tensor

from inkwright.learn.style_distance import StyleDistance
from inkwright.learn.tensors import generator


def style(height: int = 120, width: int = 160) -> Tensor:
    """Slanted strokes in two colours."""
    y, x = torch.arange(height)[:, None].float(), torch.arange(width)[None].float()
    wave = (0.5 + 0.5 * torch.sin((x + 2 * y) / 3)).expand(3, -1, -1)
    ends = torch.tensor([[0.8, 0.6, 0.3], [0.2, 0.3, 0.5]])
    return (ends[0][:, None, None] * wave + ends[1][:, None, None] * (1 - wave))[None]


def test_the_style_itself_is_no_distance_away_and_neither_is_its_mirror_image():
    Y = style()
    distance = StyleDistance(Y)
    assert distance(Y) == 0
    assert distance(Y.flip(3)) == pytest.approx(0, abs=1e-6)


def test_it_grows_with_what_is_wrong():
    Y = style()
    distance = StyleDistance(Y)
    noise = torch.randn(Y.shape, generator=generator(1))
    part, crop = (Y + 0.03 * noise).clamp(0, 1), Y[..., 10:110, 20:150]
    flat = Y.mean((2, 3), keepdim=True).expand_as(Y)
    other = 1 - Y
    assert 0 < distance(crop) < 0.3 * distance(flat)
    assert 0 < distance(part) < distance((Y + 0.2 * noise).clamp(0, 1))
    assert distance(part) < distance(flat)
    assert distance(part) < distance(other)
    assert distance(other) > 0.05


def test_colours_count_and_not_their_places_alone():
    Y = style()
    assert StyleDistance(Y)(Y[:, [2, 1, 0]]) > 0.02


def test_the_same_pictures_are_as_far_apart_every_time():
    Y, X = style(), torch.rand(1, 3, 90, 130, generator=generator(2))
    assert StyleDistance(Y)(X) == StyleDistance(Y)(X)


@pytest.mark.parametrize("size", [(16, 2048), (16, 384), (384, 30), (700, 500), (16, 16)])
def test_panels_of_any_shape_have_a_distance(size):
    X = torch.rand(1, 3, *size, generator=generator(3))
    for Y in (style(), style(40, 400)):  # a panorama of a style, too
        assert 0 < StyleDistance(Y)(X) < 2


def test_large_pictures_are_compared_at_a_common_size():
    Y = style(240, 320)
    large = torch.nn.functional.interpolate(Y, scale_factor=3.0, mode="bilinear")
    assert StyleDistance(Y)(large) < 0.1 * StyleDistance(Y)(1 - Y)


def test_no_gradient_flows():
    X = style().requires_grad_()
    assert isinstance(StyleDistance(style())(X), float)
    assert X.grad is None
