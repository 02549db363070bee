import numpy as np
import pytest
import torch
from torch import Tensor, nn

from inkwright.learn.classifiers import ElementNet
from inkwright.learn.examples import Examples
from inkwright.learn.judge import JudgeNet, grade, recipe
from inkwright.learn.tensors import generator
from inkwright.learn.train import Recipe, auc

PX = 48


class Witness(nn.Module):
    """A judge that sees redness, writes down the panels that it was shown, and disturbs the others' work if asked."""

    def __init__(self, shift: float = 0.0) -> None:
        super().__init__()
        self.shift, self.seen = shift, []

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        self.seen += [round(float(v), 4) for v in V[:, 2].mean((1, 2))]  # blue names the panel
        z = 6 * (V[:, 0] - 0.5).mean((1, 2)) + self.shift
        return torch.stack([z, -z], 1), torch.zeros(len(V), 2, 6, 6)


def book() -> Examples:
    """Six panels; red where element 0 appears, element 1 the other way round; blue counts the panels."""
    p_hat = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [np.nan, 1]])
    panels = []
    for n in range(6):
        X = torch.zeros(1, 3, 40, 40)
        X[:, 0] = 0.9 if n < 3 else 0.1
        X[:, 2] = n / 10
        panels.append(X)
    return Examples(panels, p_hat, [{}] * 6, [False, False], PX)


def test_each_panel_is_graded_by_the_judge_that_did_not_see_it():
    data, judges = book(), [Witness(), Witness()]
    held_out = [[0, 2, 4], [1, 3, 5]]
    grade(judges, held_out, data, {"drawing": data.V, "fitted": data.V * 0.9 + 0.05})

    names = [round(float(v), 4) for v in data.V[:, 2].mean((1, 2))]
    fitted = [round(float(v), 4) for v in (data.V * 0.9 + 0.05)[:, 2].mean((1, 2))]
    for judge, left_out in zip(judges, held_out, strict=True):
        assert set(judge.seen) == {names[j] for j in left_out} | {fitted[j] for j in left_out}


def test_a_grade_is_a_probability_that_agrees_with_what_is_there():
    data = book()
    found = grade([Witness(), Witness()], [[0, 2, 4], [1, 3, 5]], data, {"drawing": data.V, "swapped": data.V.flip(0)})

    assert set(found) == {"drawing", "swapped"}
    for p in found.values():
        assert p.shape == (6, 2)
        assert 0 < float(p.min()) <= float(p.max()) < 1
    assert auc(data.y[:5, 0].numpy(), found["drawing"][:5, 0].numpy()) == 1
    assert auc(data.y[:, 1].numpy(), found["drawing"][:, 1].numpy()) == 1
    assert (found["swapped"] - found["drawing"].flip(0)).abs().max() < 1e-5


def test_the_calibration_comes_from_the_drawings_alone():
    data = book()
    held_out = [[0, 1, 2, 3, 4, 5]]
    alone = grade([Witness(1.0)], held_out, data, {"drawing": data.V})
    among = grade([Witness(1.0)], held_out, data, {"drawing": data.V, "white": torch.ones_like(data.V)})
    assert torch.equal(alone["drawing"], among["drawing"])
    assert (among["white"][:, 0] - among["white"][0, 0]).abs().max() < 1e-6


def test_an_element_of_which_nothing_was_said_is_graded_without_calibration():
    data = book()
    data.weight[:, 1] = 0
    found = grade([Witness()], [list(range(6))], data, {"drawing": data.V})
    z = Witness()(data.V)[0]
    torch.testing.assert_close(found["drawing"][:, 1], torch.sigmoid(z[:, 1]))


def test_the_judge_has_another_architecture_than_the_classifiers():
    judge, classifier = JudgeNet([False, True], PX), ElementNet([False, True], PX)
    kinds = [{type(layer) for layer in net.modules()} for net in (judge, classifier)]
    assert nn.MaxPool2d in kinds[0] - kinds[1]
    assert nn.SiLU in kinds[1] - kinds[0]
    first = [next(m for m in net.modules() if isinstance(m, nn.Conv2d)) for net in (judge, classifier)]
    assert first[0].kernel_size != first[1].kernel_size
    assert not issubclass(JudgeNet, ElementNet)
    with pytest.raises(RuntimeError):
        judge.load_state_dict(classifier.state_dict())


def test_the_judge_is_trained_in_another_way():
    mine, theirs = recipe(50), Recipe(50, 16)
    assert mine.steps == 50
    assert mine.colour > theirs.colour
    assert mine.style > theirs.style
    assert mine.paste < theirs.paste


def test_the_judge_gives_logits_and_heat_for_all_elements_in_one_pass():
    judge = JudgeNet([False] * 7 + [True], PX, (6, 8, 10)).eval()
    z, heat = judge(torch.rand(3, 4, PX, PX, generator=generator(0)))
    assert z.shape == (3, 8)
    assert heat.shape == (3, 8, PX // 8, PX // 8)
    assert torch.isfinite(z).all()
