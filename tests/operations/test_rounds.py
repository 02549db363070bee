from types import SimpleNamespace

import pytest
import torch

from inkwright.config import check_config
from inkwright.errors import InkwrightError
from inkwright.learn.canvas import PLANES
from inkwright.learn.style_losses import colour_spread
from inkwright.operations.rounds import Rounds, make_stylizer


@pytest.fixture
def picture():
    return torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(0))


def painted(net: torch.nn.Module, picture: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = net(torch.zeros(1, PLANES, 40, 40), picture.clamp(0.1, 0.9))
    return out


def test_from_scratch_the_base_is_left_as_it_is(picture):
    out = painted(make_stylizer(picture, 0, "scratch"), picture)

    assert torch.allclose(out, picture.clamp(0.1, 0.9), atol=1e-5)


def test_it_starts_from_the_checkpoint_with_the_colours_of_its_own_style(picture):
    net = make_stylizer(picture, 0)

    assert torch.equal(net.spread, colour_spread(picture))
    assert not torch.allclose(painted(net, picture), picture.clamp(0.1, 0.9), atol=1e-3)


def test_another_start_is_refused(picture):
    with pytest.raises(InkwrightError, match="elsewhere"):
        make_stylizer(picture, 0, "elsewhere")


@pytest.mark.parametrize(("palette", "words"), [(0, 1), (10, 1), (20, 2), (400, 40)])
def test_words_weigh_more_where_colours_are_held_more_against_them(palette: float, words: float):
    rounds = Rounds.__new__(Rounds)  # its weights hang on the settings alone
    rounds.config = check_config({"fit": {"weight_palette": palette, "weight_words": 1.0}})
    rounds.look = SimpleNamespace(finish=None)
    assert rounds.weights(False).words == words
