import pytest
import torch
from torch import Tensor, nn

from inkwright.learn.canvas import PLANES
from inkwright.learn.regions import CODES
from inkwright.learn.render import render, tiles
from inkwright.learn.stylizers.unet import HALO, MULTIPLE, StrokeUNet
from inkwright.learn.tensors import generator

LEVEL = 1 / 255


def network(shake: float, places: int = 0, words: int = 0) -> StrokeUNet:
    """A network with the weights of a beginner, shaken as training would."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = StrokeUNet(PLANES, 0.25 * torch.eye(3), places=places, words=words)
    g = generator(1)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(torch.randn(weight.shape, generator=g) * shake)
    return net


def canvas(height: int, width: int) -> tuple[Tensor, Tensor]:
    g = generator(2)
    return torch.randn(1, PLANES, height, width, generator=g), torch.rand(1, 3, height, width, generator=g)


@pytest.mark.parametrize("side", [1, 8, 60, 64, 1000])
def test_tiles_cover_every_pixel_once_and_start_on_the_grid(side):
    seen = torch.zeros(131, 203)
    for rows, columns in tiles(131, 203, side):
        seen[rows, columns] += 1
        assert rows.start % MULTIPLE == columns.start % MULTIPLE == 0
    assert seen.eq(1).all()
    assert HALO % MULTIPLE == 0


@pytest.mark.parametrize("shake", [0.01, 0.03])
@pytest.mark.parametrize("tile", [56, 128, 200])
def test_tiled_equals_untiled(tile, shake):
    net = network(shake)
    x, base = canvas(203, 301)
    whole = render(net, x, base, 1000)

    assert float((whole - base).abs().max()) > 10 * LEVEL  # it does paint
    assert float((render(net, x, base, tile) - whole).abs().max()) < LEVEL


@pytest.mark.parametrize("size", [(203, 301), (201, 300), (208, 304), (197, 303)])
@pytest.mark.parametrize("tile", [56, 128])
@pytest.mark.parametrize("kind", ["places", "words"])
def test_tiled_equals_untiled_with_places_and_words(size, tile, kind):
    net = network(0.03, **{kind: CODES})
    x, base = canvas(*size)
    told = {kind: 5 * torch.randn(1, CODES, -(-size[0] // 4), -(-size[1] // 4), generator=generator(4))}
    whole = render(net, x, base, 1000, **told)

    assert float((whole - render(net, x, base, 1000)).abs().max()) > 10 * LEVEL  # they are seen
    assert float((render(net, x, base, tile, **told) - whole).abs().max()) < LEVEL / 4


def test_an_untiled_picture_is_the_network_itself():
    net = network(0.03).eval()
    x, base = canvas(61, 45)
    with torch.no_grad():
        torch.testing.assert_close(render(net, x, base, 64), net(x, base))


class Mood(nn.Module):
    """Paints its own mode of training, too bright."""

    def forward(self, x: Tensor, base: Tensor) -> Tensor:
        return torch.full_like(base, 0.25 if self.training else 3.0)


def test_it_paints_in_evaluation_mode_without_gradients_and_within_range():
    x, base = canvas(20, 30)
    y = render(Mood().train(), x.requires_grad_(), base.requires_grad_(), 16)
    assert y.shape == base.shape
    assert not y.requires_grad
    assert y.eq(1).all()
