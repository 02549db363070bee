import numpy as np
import pytest
import torch

from inkwright.learn.finish import colourist, lessons, whose
from inkwright.learn.finish.areas import areas
from inkwright.learn.finish.cutouts import PLANES, SIDE, Panel, drawn_planes
from inkwright.learn.finish.finish import Finish
from inkwright.learn.finish.paints import mix_paints
from inkwright.learn.guides import Guides
from inkwright.learn.regions import soft_boxes

RED, GREEN, BLUE = (0.8, 0.1, 0.1), (0.1, 0.6, 0.2), (0.2, 0.3, 0.8)


def figure(ink, finish, x, y, w, h, hat, coat):
    """A box with a line across it; the same in every grey drawing, in colours of its own in the finish."""
    finish[y : y + h // 2, x : x + w], finish[y + h // 2 : y + h, x : x + w] = hat, coat
    for row in (y, y + h // 2, y + h - 2):
        ink[row : row + 2, x : x + w] = 1
    for column in (x, x + w - 2):
        ink[y : y + h, column : column + 2] = 1


def panel(size, places):
    """A grey panel with figures 0 and 1, and its finish."""
    ink, finish = np.zeros(size, np.float32), np.empty((*size, 3), np.float32)
    finish[:] = BLUE
    regions = {}
    for i, (x, y, w, h) in places.items():
        figure(ink, finish, x, y, w, h, *((RED, RED) if i == 0 else (GREEN, GREEN)))
        regions[i] = soft_boxes([(x, y, w, h)], *size)
    flat = np.full((*size, 3), 0.7, np.float32)
    return lessons.of_drawing(ink, flat, finish, regions)


def taught(*sources):
    even = [lessons.evened_of(one) for one in sources]
    paints = mix_paints(even, [one.flat for one in sources], [one.mask() for one in sources], 0)
    return [lessons.lesson(one, e, paints, 2) for one, e in zip(sources, even, strict=True)], paints


def learned(steps, its, paints):
    study = colourist.begin(len(paints), 0)
    losses = [loss for _, loss in colourist.learn(study, its, steps, 0)]
    study.net.load_state_dict(study.mean)
    return study.net.eval(), losses


def test_cutouts_of_a_batch_have_the_networks_shape(one_thread):
    its, paints = taught(panel((90, 130), {0: (20, 20, 30, 50)}))
    x, y = colourist.Desk(its).batch(np.random.default_rng(0))
    assert x.shape == (colourist.BATCH, PLANES, SIDE, SIDE)
    assert y.shape == (colourist.BATCH, SIDE // 2, SIDE // 2)
    assert int(y.max()) < len(paints)
    assert colourist.Colourist(len(paints)).eval()(x).shape == (colourist.BATCH, len(paints), SIDE // 2, SIDE // 2)


def test_the_same_lessons_give_the_same_weights_also_when_stopped(one_thread):
    its, paints = taught(panel((90, 130), {0: (20, 20, 30, 50), 1: (80, 30, 30, 50)}))
    whole, losses = learned(3, its, paints)
    study = colourist.begin(len(paints), 0)
    first = colourist.learn(study, its, 3, 0)
    next(first)
    again = [loss for _, loss in colourist.learn(study, its, 3, 0)]  # goes on where the other one was left
    assert [round(v, 6) for v in losses[1:]] == [round(v, 6) for v in again]
    assert all(torch.equal(value, study.mean[name]) for name, value in whole.state_dict().items())


@pytest.mark.slow
def test_two_grey_figures_get_their_own_colours_by_where_they_are(one_thread, monkeypatch):
    monkeypatch.setattr(colourist, "BATCH", 4)
    its, paints = taught(panel((120, 160), {0: (20, 30, 36, 60), 1: (100, 40, 36, 60)}))
    net, _ = learned(90, its, paints)
    other = panel((160, 120), {1: (12, 20, 44, 72), 0: (70, 60, 40, 66)})
    known = whose.whose(its, paints, [False, False], 0)
    finish = Finish(net, paints, known, (True, True), np.zeros(3, np.float32), 1.0)
    made = finish.toned(other.ink, other.flat, other.regions)
    for at in ((35, 34), (74, 34), (76, 90), (110, 90), (8, 100)):
        assert np.abs(made[at] - other.finish[at]).max() < 0.15, at


def test_an_element_that_nothing_finished_shows_keeps_its_tone(one_thread):
    its, paints = taught(panel((90, 130), {0: (20, 20, 30, 50)}))
    net = colourist.begin(len(paints), 0).net.eval()
    known = whose.whose(its, paints, [False, False], 0)
    finish = Finish(net, paints, known, (True, False), np.zeros(3, np.float32), 0.5)
    source = panel((90, 130), {0: (20, 20, 30, 50), 1: (80, 20, 40, 60)})
    nothing = np.zeros(source.ink.shape, np.float32)
    guides = Guides(source.ink, source.flat, nothing, np.zeros((90, 130, 2), np.float32), nothing, 0)
    tone = np.full((90, 130, 3), 0.3, np.float32)
    made = finish(tone, guides, source.regions)
    assert np.abs(made[50, 100] - 0.3).max() < 0.02  # in the middle of element 1
    assert np.abs(made[5, 5] - 0.3).max() > 0.02
    assert finish.inked(guides).ink.max() == 0.5


def nobodys(belongs):
    """Nothing is known of whose paints are, but where they belong."""
    even, known = np.full_like(belongs, 0.5), np.zeros(len(belongs), np.bool_)
    return whose.Whose(even, belongs, even, np.zeros_like(even), np.ones_like(even), known)


class Unsure(torch.nn.Module):
    """A colourist that finds every paint as likely."""

    def __init__(self, paints: int = 3) -> None:
        super().__init__()
        self.paints = paints

    def forward(self, x):
        return torch.zeros(len(x), self.paints, SIDE // 2, SIDE // 2)


@pytest.mark.parametrize(("there", "barred"), [({}, True), ({0: False}, False), ({0: True}, False)])
def test_an_elements_own_paints_are_not_in_panels_without_it(one_thread, there, barred):
    source = panel((90, 130), {0: (20, 20, 30, 50)})
    _, paints = taught(source)
    belongs = np.zeros((2, len(paints)), np.float32)
    belongs[0, 1:] = 1000  # all paints but one are the first element's alone
    finish = Finish(Unsure(len(paints)), paints, nobodys(belongs), (True, True), np.zeros(3, np.float32), 1.0)
    regions = {i: np.full((90, 130), float(full), np.float32) for i, full in there.items()}
    made = finish.toned(source.ink, source.flat, regions)
    free = source.ink < 0.1
    assert bool((paints.labels(made)[free] == 0).mean() > 0.99) == barred


def test_areas_speak_with_one_voice():
    from inkwright.learn.finish.finish import settled

    ink, flat = np.zeros((40, 40), np.float32), np.full((40, 40, 3), 0.5, np.float32)
    ink[:, 19:21] = 1
    chance = np.full((40, 40, 2), 0.5, np.float32)
    chance[:, :19] = (0.7, 0.3)
    chance[5:8, 3:6] = (0.3, 0.7)  # a speck that says otherwise
    chance[:, 21:] = (0.2, 0.8)
    made = settled(chance, ink, areas(ink, flat))
    assert made.sum(2) == pytest.approx(np.ones((40, 40)), abs=1e-5)
    assert (made[:, :17, 0] > 0.5).all()
    assert (made[:, 24:, 1] > 0.9).all()


def test_the_drawing_is_believed_where_it_tells():
    from inkwright.learn.finish.finish import settled

    ink, where = np.zeros((40, 40), np.float32), np.repeat(np.int32([[0] * 20 + [1] * 20]), 40, 0)
    chance = np.broadcast_to(np.float32([0.999, 0.001]), (40, 40, 2)).copy()
    told = np.zeros((40, 40, 2), np.float32)
    told[:, 20:, 0] = -8
    made = settled(chance, ink, where, told)
    assert (made[:, :20, 0] > 0.99).all()
    assert (made[:, 20:, 1] > 0.9).all()


def test_a_panel_of_areas_is_finite_whatever_is_drawn():
    ink = np.ones((30, 30), np.float32)
    flat = np.zeros((30, 30, 3), np.float32)
    planes = drawn_planes(ink, flat, areas(ink, flat))
    assert np.isfinite(planes).all()
    assert Panel(planes, {}, 0).places().shape == (30, 30, 8)
