import numpy as np
import pytest
import torch

from inkwright.learn.banks import Bank, Elements
from inkwright.learn.colour import oklab
from inkwright.learn.element_look import MEANT, PIXELS, UNIT, Spots, look, oklab_planes, spots
from inkwright.learn.tensors import generator, to_tensor

RED, BLUE, GREY = (0.8, 0.1, 0.1), (0.1, 0.2, 0.8), (0.6, 0.6, 0.6)


def lab(*colours):
    return oklab(np.array(colours, np.float32))


# -- OKLab with gradients ----------------------------------------------------------------------------------------------


def test_it_is_the_palettes_oklab():
    rgb = np.random.default_rng(0).random((13, 17, 3), np.float32)
    rgb[0] = np.linspace(1 / 255, 0.06, 17)[:, None]  # the linear part of sRGB, and its end
    rgb[1] = [1, 1, 1]
    rgb[2] = [1, 0, 0]
    rgb[3] = [0, 0, 1]
    found = oklab_planes(to_tensor(rgb))[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(found, oklab(rgb), atol=3e-6)


@pytest.mark.parametrize("value", [0.0, 1 / 255, 0.04045, 1.0])
def test_gradients_are_finite_at_the_ends(value):
    X = torch.full((1, 3, 2, 2), value, requires_grad=True)
    planes = oklab_planes(X)
    planes.pow(2).sum().backward()

    assert torch.isfinite(planes).all()
    assert X.grad is not None
    assert torch.isfinite(X.grad).all()
    assert float(planes[0, 0].detach().max()) == pytest.approx(float(lab((value,) * 3)[0, 0]), abs=0.03)


def test_gradients_are_those_of_finite_differences():
    X = torch.rand(1, 3, 2, 2, generator=generator(1), dtype=torch.float64) * 0.9 + 0.05
    assert torch.autograd.gradcheck(oklab_planes, X.requires_grad_())


# -- K by hand ---------------------------------------------------------------------------------------------------------


def test_k_equals_the_formula_in_plain_numpy():
    rng = np.random.default_rng(3)
    X = rng.random((6, 7, 3), np.float32)
    at = np.array([0, 1, 2, 9, 10, 23, 40, 41])
    colour = np.array([0, 0, 2, 2, 2, 2, 0, 2])
    bank = lab(RED, BLUE, GREY)
    one = Spots(
        1,
        *map(torch.from_numpy, (at, colour)),
        torch.tensor([3.0, 0.0, 5.0]),
        torch.from_numpy(bank),
        torch.from_numpy(bank),
    )

    pixels = oklab(X).reshape(-1, 3).astype(np.float64)
    above = below = 0.0
    for k in (0, 2):
        mu = pixels[at[colour == k]].mean(0)
        n = (colour == k).sum()
        above += np.sqrt(n) * np.sum((UNIT * (mu - bank[k])) ** 2)
        below += np.sqrt(n)
    K = look(to_tensor(X), [one], 3)

    assert K.shape == (1, 3)
    assert float(K[0, 1]) == pytest.approx(above / below, rel=1e-4)
    assert K[0, [0, 2]].tolist() == [0, 0]


def test_k_worked_by_hand():
    """Two grey pixels of the same colour, L .5 and .7, bank .55: (10 (.6 - .55))² = .25."""
    X = to_tensor(np.zeros((1, 2, 3), np.float32))
    for n, light in enumerate((0.5, 0.7)):
        X[0, :, 0, n] = 1.055 * light ** (3 / 2.4) - 0.055  # OKLab's L of grey is the cube root of its linear light
    bank = torch.tensor([[0.55, 0.0, 0.0]])
    one = Spots(0, torch.tensor([0, 1]), torch.tensor([0, 0]), torch.tensor([2.0]), bank, bank)
    assert float(look(X, [one], 1)) == pytest.approx(0.25, abs=1e-3)


def test_k_is_zero_at_the_bank_and_without_spots():
    X = to_tensor(np.full((4, 4, 3), RED, np.float32))
    one = Spots(
        0,
        torch.arange(16),
        torch.zeros(16, dtype=torch.long),
        torch.tensor([16.0]),
        torch.from_numpy(lab(RED)),
        torch.from_numpy(lab(RED)),
    )
    assert float(look(X, [one], 1)) == pytest.approx(0, abs=1e-6)
    assert look(X, [], 4).tolist() == [[0, 0, 0, 0]]
    assert look(X, (), 0).shape == (1, 0)


def test_descending_k_brings_the_colour_to_its_bank_and_touches_no_other_pixel():
    X = to_tensor(np.full((4, 4, 3), GREY, np.float32)).requires_grad_()
    bank = torch.from_numpy(lab(RED))
    one = Spots(0, torch.arange(8), torch.zeros(8, dtype=torch.long), torch.tensor([8.0]), bank, bank)
    optimizer = torch.optim.Adam([X], 0.02)
    for _ in range(150):
        optimizer.zero_grad()
        look(X, [one], 1).sum().backward()
        optimizer.step()
    painted = X.detach()[0].permute(1, 2, 0).reshape(-1, 3).numpy()
    assert painted[:8].mean(0) == pytest.approx(RED, abs=0.03)
    assert painted[8:] == pytest.approx(np.full((8, 3), GREY), abs=1e-6)


# -- spots -------------------------------------------------------------------------------------------------------------


def scene():
    """40 x 50: the element in the left half, red above and blue below; the right half grey."""
    flat = np.empty((40, 50, 3), np.float32)
    flat[:] = GREY
    flat[:20, :25], flat[20:, :25] = RED, BLUE
    region = np.zeros((40, 50), np.float32)
    region[:, :25] = 1
    return flat, {0: region}


def known(own=(1.0, 1.0), painted=(RED, BLUE), target=None):
    bank = Bank(lab(RED, BLUE), np.array(own, np.float32), lab(*painted), lab(*(target or painted)))
    return Elements({0: bank}, (False, False))


def test_spots_are_the_pixels_of_each_colour_inside_the_region():
    flat, regions = scene()
    (one,) = spots(flat, flat, regions, known())

    assert one.element == 0
    assert one.counts.tolist() == [500, 500]
    y, x = np.divmod(one.at.numpy(), 50)
    assert x.max() < 25
    assert np.array_equal(y >= 20, one.colour.numpy() == 1)
    assert float(look(to_tensor(flat), [one], 2)[0, 0]) == pytest.approx(0, abs=1e-6)


def test_a_colour_that_is_not_the_elements_own_or_was_meant_to_differ_is_left_out():
    flat, regions = scene()
    (one,) = spots(flat, flat, regions, known(own=(1.0, 0.4)))
    assert one.counts.tolist() == [500, 0]
    far = (RED, (0.9, 0.9, 0.2))  # blue is yellow elsewhere
    assert np.linalg.norm(lab(BLUE) - lab(far[1])) > MEANT
    (one,) = spots(flat, flat, regions, known(painted=far))
    assert one.counts.tolist() == [500, 0]
    assert spots(flat, flat, regions, known(own=(0.0, 0.5))) == []


def test_what_is_asked_for_is_the_target():
    flat, regions = scene()
    wanted = ((0.9, 0.2, 0.1), (0.2, 0.2, 0.7))
    (one,) = spots(flat, flat, regions, known(target=wanted))
    assert one.bank.numpy() == pytest.approx(lab(*wanted))
    far = (UNIT**2 * (lab(RED, BLUE).astype(float) - lab(*wanted)) ** 2).sum(1)  # as many pixels of each
    assert float(look(to_tensor(flat), [one], 1)) == pytest.approx(far.mean(), rel=1e-3)


def test_no_spots_where_the_element_is_not():
    flat, regions = scene()
    assert spots(flat, flat, {}, known()) == []
    assert spots(flat, flat, {0: np.zeros((40, 50), np.float32)}, known()) == []
    assert spots(np.full_like(flat, GREY), flat, regions, known()) == []


def test_of_a_large_region_some_pixels_are_enough():
    flat = np.empty((200, 300, 3), np.float32)
    flat[:] = RED
    (one,) = spots(flat, flat, {0: np.ones((200, 300), np.float32)}, known())
    assert PIXELS <= len(one.at) < 2 * PIXELS
    assert int(one.counts.sum()) == len(one.at)
