import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from inkwright.learn.classifiers import ElementNet, Ensemble, pool
from inkwright.learn.tensors import generator

SMALL = (8, 12, 16)


def net(elements: int = 3, px: int = 48, seed: int = 0) -> ElementNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = ElementNet([i == 0 for i in range(elements)], px, SMALL)
        nn.init.normal_(made.heads.weight, std=0.5)
    return made.eval()


def ensemble(*nets: ElementNet, calibration: list[list[float]] | None = None) -> Ensemble:
    count = len(nets[0].everywhere)
    fitted = torch.tensor(calibration or [[1.0, 0.0]] * count)
    return Ensemble(list(nets), torch.ones(count), fitted).eval()


def panels(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 3, 40, 60, generator=generator(0))


# -- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elements", [1, 5, 50])
def test_all_elements_are_told_in_one_pass(elements):
    passes = []
    made = net(elements)
    for layer in (made.trunk, made.heads):
        layer.register_forward_hook(lambda *_: passes.append(1))
    z, heat = made(torch.rand(2, 4, 48, 48))

    assert len(passes) == 2
    assert z.shape == (2, elements)
    assert heat.shape == (2, elements, 6, 6)


def test_an_element_more_costs_one_head():
    size = {count: sum(w.numel() for w in net(count).parameters()) for count in (5, 6, 50)}
    assert size[6] - size[5] == SMALL[-2] + SMALL[-1] + 1 + 2  # 1x1 weights, their bias, gain and bias of the logit
    assert size[50] - size[5] == 45 * (size[6] - size[5])


def test_fifty_elements_cost_hardly_more_than_five():
    """Multiplications of a pass and of the way back to the picture, at the real size."""
    count = {}
    for elements in (5, 50):
        made = ElementNet([False] * elements, 128)
        V = torch.rand(1, 4, 128, 128).requires_grad_()
        with FlopCounterMode(display=False) as counter:
            made(V)[0].sum().backward()
        count[elements] = counter.get_total_flops()
    assert count[5] < count[50] < 1.05 * count[5]


# -- pooling ----------------------------------------------------------------------------------------------------------


def heat_of(values: list[float]) -> torch.Tensor:
    """Two elements with the same 4 x 4 heat-map."""
    return torch.tensor(values).view(1, 1, 4, 4).repeat(1, 2, 1, 1)


def test_a_thing_is_its_three_strongest_cells_and_a_setting_the_mean():
    heat = heat_of([5.0, 3.0, 1.0, *[-1.0] * 13])
    found = pool(heat, torch.ones(1, 1, 32, 32), torch.tensor([False, True]))
    assert found.tolist() == [[pytest.approx(3.0), pytest.approx((9 - 13) / 16)]]


def test_cells_outside_the_panel_do_not_count():
    heat = heat_of([9.0] * 8 + [3.0, 2.0, 1.0, 0.0, *[-2.0] * 4])
    mask = torch.zeros(1, 1, 32, 32)
    mask[:, :, 16:] = 1  # the lower half is panel
    found = pool(heat, mask, torch.tensor([False, True]))
    assert found.tolist() == [[pytest.approx(2.0), pytest.approx((6 - 8) / 8)]]


def test_each_panel_is_pooled_with_its_own_mask():
    heat = heat_of([8.0] * 8 + [0.0] * 8).repeat(2, 1, 1, 1)
    mask = torch.zeros(2, 1, 32, 32)
    mask[0, :, :16] = 1
    mask[1, :, 16:] = 1
    assert pool(heat, mask, torch.tensor([False, True])).tolist() == [[8, 8], [0, 0]]


def test_pooling_a_tiny_map_and_an_empty_mask_is_finite():
    one = pool(torch.full((1, 2, 1, 1), 4.0), torch.ones(1, 1, 8, 8), torch.tensor([False, True]))
    assert one.tolist() == [[4, 4]]
    assert torch.isfinite(pool(heat_of([1.0] * 16), torch.zeros(1, 1, 32, 32), torch.tensor([False, True]))).all()


def test_an_untrained_net_believes_in_nothing_and_is_not_blind():
    made = ElementNet([False, True], 48, SMALL).eval()
    X = torch.rand(1, 4, 48, 48).requires_grad_()
    z, _ = made(X)
    z.sum().backward()
    assert float(z.detach().max()) < 0
    assert X.grad is not None
    assert float(X.grad[:, :3].abs().sum()) > 0


# -- the ensemble -----------------------------------------------------------------------------------------------------


def test_the_estimate_is_the_mean_over_nets_and_mirror_images():
    a, b = net(seed=1), net(seed=2)
    X = panels()
    both = ensemble(a, b)(X)

    torch.testing.assert_close(both, (ensemble(a)(X) + ensemble(b)(X)) / 2)
    torch.testing.assert_close(both, ensemble(a, b)(X.flip(3)))
    assert both.shape == (2, 3)


def test_the_calibration_is_an_affine_map_of_each_elements_logit():
    calibration = [[2.0, 1.0], [1.0, 0.0], [0.5, -3.0]]
    raw, fitted = ensemble(net())(panels()), ensemble(net(), calibration=calibration)(panels())
    torch.testing.assert_close(fitted, raw * torch.tensor([2.0, 1.0, 0.5]) + torch.tensor([1.0, 0.0, -3.0]))
    assert ensemble(net(), calibration=calibration).calibrate(torch.tensor([[1.0, 1.0, 2.0]])).tolist() == [[3, 1, -2]]


def test_panels_of_a_batch_are_judged_each_by_itself():
    X, made = panels(3), ensemble(net(1), net(1, seed=5))
    torch.testing.assert_close(made(X)[1:2], made(X[1:2]), atol=1e-5, rtol=0)


def test_heat_maps_are_the_mean_of_both_mirror_images_mirrored_back():
    a, X = net(seed=1), panels()
    heat = ensemble(a, net(seed=2)).heat(X)
    assert heat.shape == (2, 3, 6, 6)
    assert float(heat.detach().min()) >= 0
    assert float(heat.detach().max()) <= 1
    torch.testing.assert_close(ensemble(a).heat(X.flip(3)), ensemble(a).heat(X).flip(3), atol=1e-5, rtol=1e-4)


def test_heat_maps_and_estimates_carry_gradients_to_the_picture():
    made, X = ensemble(net(seed=1)).requires_grad_(False), panels().requires_grad_()
    for out in (made(X), made.heat(X)):
        X.grad = None
        out.sum().backward()
        assert X.grad is not None
        assert float(X.grad.abs().sum()) > 0


def test_the_ensemble_goes_through_a_file_whole():
    made = ensemble(net(seed=3), calibration=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    other = ensemble(net(seed=4))
    other.load_state_dict(made.state_dict())
    torch.testing.assert_close(other(panels()), made(panels()))


def test_the_size_of_a_panel_hardly_matters():
    X = torch.nn.functional.interpolate(
        torch.rand(1, 3, 8, 10, generator=generator(1)), size=(320, 400), mode="bilinear"
    )
    small = torch.nn.functional.interpolate(X, size=(160, 200), mode="bilinear", antialias=True)
    made = ensemble(net())
    difference = (torch.sigmoid(made(X)) - torch.sigmoid(made(small))).abs().max()
    assert math.isfinite(float(difference.detach()))
    assert float(difference.detach()) < 0.1
