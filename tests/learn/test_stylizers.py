import pytest
import torch
from torch import Tensor, nn

from inkwright.learn.canvas import PLANES
from inkwright.learn.regions import CODES
from inkwright.learn.stylizers import STYLIZERS
from inkwright.learn.stylizers.start import START, load_start
from inkwright.learn.stylizers.unet import PixelNorm, StrokeUNet
from inkwright.learn.tensors import generator
from inkwright.operations.rounds import with_places

FAR = 112
"""Pixels; further than the network can look."""


def network(shake: float = 0.02, planes: int = PLANES, places: int = 0, words: int = 0) -> StrokeUNet:
    """A network with the weights of a beginner, shaken as training would."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = StrokeUNet(planes, 0.25 * torch.eye(3), places=places, words=words)
    g = generator(1)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(torch.randn(weight.shape, generator=g) * shake)
    return net.eval().requires_grad_(False)


def canvas(height: int, width: int, planes: int = PLANES, seed: int = 2, count: int = 1) -> tuple[Tensor, Tensor]:
    g = generator(seed)
    return torch.randn(count, planes, height, width, generator=g), torch.rand(count, 3, height, width, generator=g)


def test_the_table_makes_the_network():
    assert isinstance(STYLIZERS["unet"](planes=5), StrokeUNet)


def test_it_has_the_parameters_of_the_recipe():
    assert sum(weight.numel() for weight in network().parameters()) == pytest.approx(356_000, rel=0.02)


@pytest.mark.parametrize("size", [(64, 64), (65, 71), (17, 200), (8, 8), (1, 1), (3, 41)])
def test_any_size_comes_out_as_it_went_in(size):
    x, base = canvas(*size)
    y = network()(x, base)

    assert y.shape == base.shape
    assert y.dtype == torch.float32
    assert torch.isfinite(y).all()
    assert float(y.min()) > 0
    assert float(y.max()) < 1


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_bases_stay_within_range_and_can_be_left(value):
    x, base = canvas(32, 32)
    base = torch.full_like(base, value).requires_grad_()
    y = network()(x.requires_grad_(), base)
    y.sum().backward()

    assert 0 < float(y.detach().min()) <= float(y.detach().max()) < 1
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
    assert float(x.grad.abs().sum()) > 0


def test_a_beginner_leaves_the_base_as_it_is():
    x, base = canvas(65, 71)
    base = base.clamp(0.02, 0.98)
    torch.testing.assert_close(network(0.0)(x, base), base, atol=1e-5, rtol=0)


def test_a_beginner_can_learn():
    """Its last layer is zero: gradients reach that one at once, and the others after a step."""
    x, base = canvas(32, 32)
    net = network(0.0).requires_grad_(True)
    optimizer = torch.optim.Adam(net.parameters(), 5e-3)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = (net(x, base) - base.flip(1)).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]
    assert all(weight.grad is not None and float(weight.grad.abs().sum()) > 0 for weight in net.parameters())


def test_no_pixel_depends_on_one_far_away():
    net = network(0.05)
    x, base = canvas(64, 2 * FAR + 40)
    before = net(x, base)
    x[..., : FAR // 2] = 9.0
    base[..., : FAR // 2] = 1.0
    after = net(x, base)

    assert float((after - before)[..., : FAR // 2].abs().max()) > 0.05
    assert torch.equal(after[..., FAR // 2 + FAR :], before[..., FAR // 2 + FAR :])


def test_other_panels_of_the_batch_do_not_matter_either():
    net = network().train()  # while training, too
    x, base = canvas(40, 56, count=3)
    together = net(x, base)
    for b in range(3):
        torch.testing.assert_close(together[b : b + 1], net(x[b : b + 1], base[b : b + 1]), atol=1e-5, rtol=0)


def test_no_layer_keeps_statistics_of_whole_pictures():
    banned = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm, nn.AdaptiveAvgPool2d)
    assert [layer for layer in network().modules() if isinstance(layer, banned)] == []


def test_the_norm_looks_at_one_pixel_at_a_time():
    norm = PixelNorm(6)
    x, _ = canvas(5, 5, planes=6)
    whole = norm(x)
    torch.testing.assert_close(norm(x[..., 2:3, 3:4]), whole[..., 2:3, 3:4])
    torch.testing.assert_close(whole.pow(2).mean(1), torch.ones(1, 5, 5), atol=1e-2, rtol=0)


def test_strokes_vary_in_the_directions_of_the_styles_paints():
    net = network()
    net.spread.copy_(torch.diag(torch.tensor([1.0, 0.0, 0.0])))  # the style varies in red alone
    x, base = canvas(32, 32)
    base = base.clamp(0.05, 0.95)
    moved = (net(x, base) - base).abs().mean((0, 2, 3))
    assert float(moved[0]) > 0.01
    assert float(moved[1:].max()) < 1e-5


# -- places ------------------------------------------------------------------------------------------------------------


def somewhere(height: int, width: int, seed: int = 5) -> Tensor:
    return torch.randn(1, CODES, -(-height // 4), -(-width // 4), generator=generator(seed))


def test_places_mean_nothing_until_they_are_learned():
    """A network that has learned to paint, and is told where elements are from now on, paints what it painted."""
    before = network(0.03)
    told = StrokeUNet(PLANES, 0.25 * torch.eye(3), places=CODES).eval()
    told.load_state_dict(with_places(told, before.state_dict()))
    x, base = canvas(65, 71)
    with torch.no_grad():
        assert torch.equal(told(x, base, somewhere(65, 71)), before(x, base))
        assert torch.equal(told(x, base), before(x, base))


def test_the_starting_checkpoint_knows_of_no_places_and_fits_a_network_that_does():
    assert START.stat().st_size < 1_450_000
    start = StrokeUNet(PLANES)
    load_start(start)
    told = StrokeUNet(PLANES, places=CODES)
    told.load_state_dict(with_places(told, start.state_dict()))
    x, base = canvas(40, 48)
    with torch.no_grad():
        assert torch.equal(told.eval()(x, base, somewhere(40, 48)), start.eval()(x, base))
        assert float((start(x, base) - base).abs().max()) > 0.02


def test_a_network_that_is_not_told_takes_no_notice():
    net = network(0.03)
    x, base = canvas(40, 48)
    assert torch.equal(net(x, base, somewhere(40, 48)), net(x, base))
    assert not [name for name, _ in net.named_parameters() if name.startswith("place_")]


def test_places_are_learned_and_change_the_picture_where_they_are():
    net = network(0.05, places=CODES)
    x, base = canvas(64, 2 * FAR + 40)
    here = somewhere(64, 2 * FAR + 40)
    there = here.clone()
    there[..., : FAR // 8] += 3
    before, after = net(x, base, here), net(x, base, there)
    assert float((after - before)[..., : FAR // 2].abs().max()) > 0.02
    assert torch.equal(after[..., FAR // 2 + FAR :], before[..., FAR // 2 + FAR :])

    net.requires_grad_(True)
    net(x, base, here).square().mean().backward()
    for layer in (net.place_stem, net.place_full):
        assert layer is not None
        assert layer.weight.grad is not None
        assert float(layer.weight.grad.abs().sum()) > 0


@pytest.mark.parametrize("size", [(64, 64), (65, 71), (17, 200), (8, 8), (1, 1), (3, 41)])
def test_places_of_any_panels_size_are_taken(size):
    x, base = canvas(*size)
    y = network(places=CODES)(x, base, somewhere(*size))
    assert y.shape == base.shape
    assert torch.isfinite(y).all()


def test_a_cell_of_places_is_read_at_the_same_pixels_whatever_the_panels_size():
    """Sides that are no multiples of 8 once stretched the cells a little, and tiles did not fit."""
    net = network(0.05, places=CODES)
    x, base = canvas(104, 152)
    where = somewhere(104, 152)
    whole = net(x, base, where)
    for height, width in ((97, 145), (99, 150), (101, 148)):
        part = (slice(None), slice(None), slice(0, height), slice(0, width))
        cut = net(x[part], base[part], where[..., : -(-height // 4), : -(-width // 4)])
        torch.testing.assert_close(cut[..., :4, :4], whole[..., :4, :4], atol=1e-4, rtol=0)
        difference = (cut - whole[part]).abs().mean((0, 1))
        assert float(difference[: height - 80, : width - 80].max()) < 1e-3


# -- words ------------------------------------------------------------------------------------------------------------


def test_words_mean_nothing_until_they_are_learned():
    before = network(0.03)
    told = StrokeUNet(PLANES, 0.25 * torch.eye(3), words=CODES).eval()
    told.load_state_dict(with_places(told, before.state_dict()))
    x, base = canvas(65, 71)
    with torch.no_grad():
        assert torch.equal(told(x, base, None, somewhere(65, 71)), before(x, base))
        assert torch.equal(before(x, base, None, somewhere(65, 71)), before(x, base)), "an older network"


def test_without_words_of_their_own_panels_are_painted_as_without_any():
    """Whatever was learned of words: the book's own are zeros, which do nothing."""
    net = network(0.05, words=CODES)
    x, base = canvas(65, 71)
    assert torch.equal(net(x, base, None, torch.zeros_like(somewhere(65, 71))), net(x, base))


def test_words_are_learned_and_change_the_picture_where_they_hold():
    net = network(0.05, words=CODES)
    x, base = canvas(64, 2 * FAR + 40)
    there = torch.zeros_like(somewhere(64, 2 * FAR + 40))
    there[:, 2, :, : FAR // 8] = 1
    before, after = net(x, base), net(x, base, None, there)
    assert float((after - before)[..., : FAR // 2].abs().max()) > 0.02
    assert torch.equal(after[..., FAR // 2 + FAR :], before[..., FAR // 2 + FAR :])
    net.requires_grad_(True)
    net(x, base, None, there).square().mean().backward()
    for layer in (net.word_stem, net.word_middle, net.word_full):
        assert layer is not None
        assert layer.weight.grad is not None
        assert float(layer.weight.grad[:, 2].abs().sum()) > 0
        assert float(layer.weight.grad[:, 3].abs().sum()) == 0, "of other words nothing is learned here"
