import numpy as np
import torch

from inkwright.learn.backbones.squeezenet import SqueezeNet
from inkwright.learn.examples import Examples
from inkwright.learn.judge import grade
from inkwright.learn.second_judge import SecondJudgeNet, second_recipe
from inkwright.learn.tensors import generator
from inkwright.learn.train import auc, start, train
from pretrained import squeezenet_weights

PX = 48


def judge(count: int = 2) -> SecondJudgeNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SecondJudgeNet([False] * (count - 1) + [True], PX, SqueezeNet(squeezenet_weights(), False))


def test_it_gives_logits_and_heat_for_all_elements():
    z, heat = judge(4).eval()(torch.rand(3, 4, PX, PX, generator=generator(0)))
    assert z.shape == (3, 4)
    assert heat.shape == (3, 4, PX // 8, PX // 8)
    assert torch.isfinite(z).all()


def test_the_pretrained_part_is_neither_trained_nor_saved():
    net = judge()
    read = net.read[0]
    assert isinstance(read, SqueezeNet)
    before = {name: w.clone() for name, w in read.named_buffers()}
    assert sum(w.numel() for w in net.state_dict().values()) < 60_000
    net.train()(torch.rand(4, 4, PX, PX, generator=generator(1)))[0].sum().backward()
    assert net.heads.weight.grad is not None
    for name, w in read.named_buffers():
        assert torch.equal(w, before[name])
        assert w.grad is None


def test_it_learns_what_is_in_a_panel():
    """Red blots are the element: told apart on panels that it was trained on, hardly otherwise."""
    g = np.random.default_rng(0)
    panels = []
    for n in range(8):
        X = torch.full((1, 3, PX, PX), 0.9)
        y, x = g.integers(4, 30, 2)
        X[:, :, y : y + 14, x : x + 14] = torch.tensor([0.9, 0.1, 0.1] if n % 2 else [0.1, 0.7, 0.2]).view(1, 3, 1, 1)
        panels.append(X)
    data = Examples(panels, np.array([[n % 2] for n in range(8)], np.float64), [{}] * 8, [False], PX)
    state = start(lambda: SecondJudgeNet([False], PX, SqueezeNet(squeezenet_weights(), False)), second_recipe(40), 3)
    for _ in train(state, data, second_recipe(40), torch.rand(4, 3, PX, PX, generator=generator(2)), 3):
        pass
    state.net.load_state_dict(state.mean)
    found = grade([state.net.eval()], [list(range(8))], data, {"drawing": data.V})
    assert auc(data.y[:, 0].numpy(), found["drawing"][:, 0].numpy()) > 0.9
