import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.augment import noise_textures
from inkwright.learn.classifiers import ElementNet
from inkwright.learn.examples import Examples
from inkwright.learn.level import level
from inkwright.learn.tensors import generator
from inkwright.learn.train import logits

PX = 64
RED, BLUE = (0.85, 0.1, 0.1), (0.1, 0.2, 0.85)


def book(count: int, seed: int, always: bool = False) -> Examples:
    """Half of the panels (or all) have a red square, half (independently) a blue one, on grey scribbles."""
    rng = np.random.default_rng(seed)
    panels, marks, places = [], [], []
    for n in range(count):
        image = np.full((64, 64, 3), 0.8) + rng.normal(0, 0.05, (64, 64, 1))
        shown = [n % 2 == 1 or always, n // 2 % 2 == 1]
        found = {}
        for i, colour in enumerate((RED, BLUE)):
            x, y = int(rng.integers(0, 40)), int(rng.integers(0, 18)) + 22 * i
            if shown[i]:
                image[y : y + 22, x : x + 22] = colour
                found[i] = [(x, y, 22, 22)]
        panels.append(torch.from_numpy(image.clip(0, 1).transpose(2, 0, 1)[None]).float())
        marks.append([float(s) for s in shown])
        places.append(found)
    return Examples(panels, np.array(marks), places, [False, False], PX)


def net(seed: int = 0) -> ElementNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ElementNet([False, False], PX, (12, 16, 24)).eval()


@torch.no_grad()
def taught(data: Examples, seed: int = 0) -> ElementNet:
    """A net whose heads look towards the mean of the cells in the boxes, away from that of all cells."""
    made = net(seed)
    f = made.trunk(data.V)
    boxes = F.interpolate(data.M, size=f.shape[2:], mode="area")
    mean = torch.einsum("jihw,jdhw->id", boxes, f) / boxes.sum((0, 2, 3))[:, None].clamp_min(1)
    made.heads.weight.copy_(((mean - f.mean((0, 2, 3))) * 80)[:, :, None, None])
    return made


def textures() -> Tensor:
    return noise_textures(8, PX, generator(9))


def test_levelled_nets_speak_on_one_scale():
    data = book(12, 0)
    one, other = taught(data), taught(data)
    with torch.no_grad():
        other.heads.weight.mul_(3)
        assert other.heads.bias is not None
        other.heads.bias.mul_(3).add_(5)
    assert level(one, data, textures(), 0) == [True, True]
    level(other, data, textures(), 0)
    torch.testing.assert_close(logits(one, data.V), logits(other, data.V), atol=0.05, rtol=0.05)


def test_a_level_never_turns_an_estimate_around():
    for seed in range(4):
        data = book(12, 0)
        made = taught(data, seed)
        before = logits(made, data.V)
        level(made, data, textures(), 0)
        assert bool((made.gain > 0).all())
        assert torch.equal(before.argsort(0)[:, 0], logits(made, data.V).argsort(0)[:, 0])


def test_an_element_of_every_panel_is_levelled_by_what_is_beside_it():
    data = book(12, 0, always=True)
    made = taught(data)
    assert level(made, data, textures(), 0) == [True, True]
    assert torch.isfinite(logits(made, data.V)).all()


def test_an_element_that_no_panel_has_says_nothing():
    data = book(12, 0)
    absent = data.subset([j for j in range(12) if data.y[j, 0] == 0])
    made = taught(absent)
    assert level(made, absent, textures(), 0) == [False, True]
    assert logits(made, data.V)[:, 0].eq(0).all()
