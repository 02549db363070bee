import pytest
import torch
from torch import Tensor

from inkwright.learn import augment
from inkwright.learn.tensors import generator
from inkwright.learn.views import see


def canvases(count: int = 4, px: int = 48) -> Tensor:
    """Random panels, wide and square, on their canvases."""
    g = generator(0)
    wide = see(torch.rand(count // 2, 3, 24, 60, generator=g), px)
    return torch.cat([wide, see(torch.rand(count - count // 2, 3, 40, 40, generator=g), px)])


def masks(V: Tensor) -> Tensor:
    """One box in the middle, one at the edge, one empty: (B, 3, 12, 12)."""
    M = torch.zeros(len(V), 3, 12, 12)
    M[:, 0, 4:8, 4:8] = 1
    M[:, 1, :3, :3] = 1
    return M


def textures() -> Tensor:
    return augment.noise_textures(6, 48, generator(3))


CHANGES = {
    "affine": lambda V, g: augment.affine(V, masks(V), g)[0],
    "colour": lambda V, g: augment.colour(V, g),
    "dirt": augment.dirt,
    "restyle": lambda V, g: augment.restyle(V, textures(), g, 1.0),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("seed", range(4))
def test_every_augmentation_keeps_shape_and_range(name, seed):
    V = canvases()
    before = V.clone()
    out = CHANGES[name](V, generator(seed))

    assert out.shape == V.shape
    assert out.dtype == V.dtype
    assert torch.isfinite(out).all()
    assert float(out.min()) >= -1e-6
    assert float(out.max()) <= 1 + 1e-6
    assert torch.equal(V, before)


@pytest.mark.parametrize("name", CHANGES)
def test_every_augmentation_is_decided_by_its_generator(name):
    V = canvases()
    first, again = (CHANGES[name](V, generator(7)) for _ in range(2))
    assert torch.equal(first, again)
    assert any(not torch.equal(CHANGES[name](V, generator(seed)), first) for seed in (8, 9, 10))


@pytest.mark.parametrize("name", ["colour", "dirt", "restyle"])
def test_only_geometry_moves_the_mask_of_the_panel(name):
    V = canvases()
    for seed in range(4):
        assert torch.equal(CHANGES[name](V, generator(seed))[:, 3], V[:, 3])


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5])
@pytest.mark.parametrize("name", CHANGES)
def test_panels_of_one_colour_stay_finite(name, value):
    V = see(torch.full((2, 3, 30, 30), value), 48)
    for seed in range(6):
        assert torch.isfinite(CHANGES[name](V, generator(seed))).all()


def test_without_strength_geometry_only_mirrors_and_colours_stay():
    V = canvases()
    out, M, visible = augment.affine(V, masks(V), generator(0), 0.0)
    kept, turned = 0, 0
    for b in range(len(V)):
        source, box = V[b], masks(V)[b]
        if torch.allclose(out[b], source, atol=1e-4):
            kept += 1
            torch.testing.assert_close(M[b], box, atol=1e-4, rtol=0)
        else:
            turned += 1
            torch.testing.assert_close(out[b], source.flip(2), atol=1e-4, rtol=0)
            torch.testing.assert_close(M[b], box.flip(2), atol=1e-4, rtol=0)
    assert kept
    assert turned
    torch.testing.assert_close(visible, torch.ones(4, 3), atol=1e-3, rtol=0)
    torch.testing.assert_close(augment.colour(V, generator(0), 0.0), V.clamp_min(1e-3), atol=1e-3, rtol=0)


def test_boxes_move_with_what_is_in_them():
    V = see(torch.ones(8, 3, 48, 48), 48)
    V[:, :3, 16:32, 16:32] = 0
    out, M, visible = augment.affine(V, masks(V), generator(5))
    dark = torch.nn.functional.avg_pool2d((out[:, :3].mean(1) < 0.25).float()[:, None], 4)[:, 0]
    for b in range(8):
        inside = float((dark[b] * M[b, 0]).sum() / dark[b].sum().clamp_min(1e-6))
        assert inside > 0.8
        assert float(visible[b, 0]) > 0.7


def test_what_leaves_the_canvas_is_counted():
    V = canvases(40)
    _, M, visible = augment.affine(V, masks(V), generator(1), 1.0)
    assert visible[:, 2].eq(1).all()  # an empty mask misses nothing
    assert M[:, 2].eq(0).all()
    assert float(visible[:, 0].min()) > 0.5
    assert float(visible[:, 1].min()) < 0.3  # the box at the edge is pushed out now and then
    assert float(visible.max()) < 1.4


def test_the_loss_can_look_through_geometry_colour_and_dirt():
    V = canvases().requires_grad_()
    g = generator(0)
    out = augment.dirt(augment.colour(augment.affine(V, masks(V), g, 0.35)[0], g, 0.35), g)
    out.square().mean().backward()
    assert V.grad is not None
    assert torch.isfinite(V.grad).all()
    assert float(V.grad[:, :3].abs().sum()) > 0


def test_textures_are_pictures_and_differ():
    for bank in (textures(), augment.crops(torch.rand(3, 70, 90, generator=generator(0)), 5, 48, generator(1))):
        assert bank.shape[1:] == (3, 48, 48)
        assert 0 <= float(bank.min()) <= float(bank.max()) <= 1
        assert not torch.equal(bank[0], bank[1])
    assert torch.equal(textures(), textures())


@pytest.mark.parametrize("size", [(16, 16), (16, 300), (64, 64), (700, 500)])
def test_crops_of_a_style_of_any_size(size):
    assert augment.crops(torch.rand(3, *size), 3, 48, generator(0)).shape == (3, 3, 48, 48)


def test_restyling_leaves_a_share_as_drawn():
    V = canvases(40)
    assert torch.equal(
        augment.restyle(V, textures(), generator(2), 0.0),
        torch.cat([V[:, :3] * V[:, 3:] + 0.5 * (1 - V[:, 3:]), V[:, 3:]], 1),
    )
    out = augment.restyle(V, textures(), generator(2), 0.5)
    same = (out - V).abs().amax((1, 2, 3)) < 1e-6
    assert 8 <= int(same.sum()) <= 32


def test_only_what_is_restyled_is_computed(monkeypatch):
    sizes = []
    real = augment._restyled
    monkeypatch.setattr(augment, "_restyled", lambda x, *rest: sizes.append(len(x)) or real(x, *rest))
    V = canvases(40)
    out = augment.restyle(V, textures(), generator(2), 0.5)
    assert sizes == [int(((out - V).abs().amax((1, 2, 3)) > 1e-6).sum())]
    augment.restyle(V, textures(), generator(2), 0.0)
    assert len(sizes) == 1


def test_chance():
    g = generator(0)
    assert not any(augment.chance(0.0, g) for _ in range(50))
    assert all(augment.chance(1.0, g) for _ in range(50))
    assert 30 < sum(augment.chance(0.5, g) for _ in range(100)) < 70
