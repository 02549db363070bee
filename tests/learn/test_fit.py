import math
from functools import cache

import pytest
import torch
from torch import Tensor, nn

from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Canvas
from inkwright.learn.classifiers import ElementNet, Ensemble
from inkwright.learn.comic_book_loss import cross_entropy
from inkwright.learn.element_look import Spots
from inkwright.learn.fit import (
    CHECK_EVERY,
    PACES,
    FitState,
    FitStep,
    Job,
    Weights,
    begin,
    evaluate,
    fit,
    minibatch,
)
from inkwright.learn.regions import CODES
from inkwright.learn.said import Said, Texts, claims, word_planes
from inkwright.learn.stylizers.unet import StrokeUNet
from inkwright.learn.tensors import generator
from inkwright.learn.texture import ToneTexture

NAN = math.nan
ALL = Weights(c=0.5, reconstruction=4.0, texture=1.0, structure=0.3, ink=6.0, palette=10.0)
PLAIN = Weights(c=0.0, reconstruction=4.0, texture=1.0, structure=0.3, ink=6.0, palette=10.0)
P_HAT = torch.tensor([[1, 0], [0, 1], [1, NAN], [0, 0], [1, 1]])


def canvas(height: int, width: int, seed: int) -> Canvas:
    g = generator(seed)
    flat = nn.functional.interpolate(torch.rand(1, 3, 1, 2, generator=g), size=(height, width))
    ink = (torch.rand(1, 1, height, width, generator=g) > 0.95).float()
    x = torch.cat([ink, torch.randn(1, PLANES - 1, height, width, generator=g)], 1)
    x[:, 1] = 1.0  # far from ink
    return Canvas(x, (flat * (1 - ink)).clamp(0, 1), flat, ink)


def style() -> Tensor:
    y = torch.arange(64.0)[:, None]
    return (0.5 + 0.3 * torch.sin(y / 2 + torch.arange(72.0) / 20)).expand(1, 3, 64, 72).clone()


@cache
def texture() -> ToneTexture:
    return ToneTexture(style(), generator(1))


def network() -> StrokeUNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return StrokeUNet(PLANES, 0.25 * torch.eye(3), (8, 12, 16), 1, 6)


def ensemble(seed: int = 0) -> Ensemble:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        nets = [ElementNet([False, False], 48, (6, 8, 10)) for _ in range(2)]
        for net in nets:
            nn.init.normal_(net.heads.weight, std=2.0)
    return Ensemble(nets, torch.ones(2), torch.tensor([[1.0, 2.0], [1.0, 2.0]])).eval().requires_grad_(False)


def job(weights: Weights = ALL, steps: int = 6, with_c: bool = True, **changes) -> Job:
    Y = style()
    given = {
        "style": canvas(64, 72, 50),
        "Y": Y,
        "weights": weights,
        "steps": steps,
        "lr": 5e-3,
        "seed": 3,
        "panels": [canvas(56 + 8 * (n % 2), 64, n) for n in range(len(P_HAT))],
        "p_hat": P_HAT,
        "masks": torch.zeros(len(P_HAT), 2, 12, 12),
        "classifiers": ensemble() if with_c else None,
        "texture": texture(),
    }
    return Job(**{**given, **changes})


def run(job: Job, state: FitState | None = None, steps: int = 10**6) -> tuple[FitState, list[FitStep]]:
    """A state after at most so many steps, and what it said."""
    state = state or begin(network(), job.lr)
    said: list[FitStep] = []
    for step in fit(state, job):
        said.append(step)
        if step.done >= steps:
            break
    return state, said


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return set(a) == set(b) and all(torch.equal(a[name], b[name]) for name in a)


# -- mini-batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("panels", [1, 2, 5, 7])
def test_every_panel_comes_equally_often(panels, batch):
    size = min(panels, batch)
    seen = [j for step in range(panels * 4) for j in minibatch(panels, batch, step, 1)]
    assert len(seen) == size * panels * 4
    assert {seen.count(j) for j in range(panels)} == {size * 4}
    for epoch in range(len(seen) // panels):  # each once, before any comes again
        assert sorted(seen[epoch * panels : (epoch + 1) * panels]) == list(range(panels))


def test_the_order_is_decided_by_seed_and_step_alone():
    orders = [[minibatch(9, 2, step, seed) for step in range(9)] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert minibatch(9, 2, 7, 1) == orders[0][7]  # without the steps before
    assert [j for b in orders[0] for j in b][:9] != [j for b in orders[0] for j in b][9:18]  # shuffled each time
    assert minibatch(0, 2, 5, 1) == []


# -- the loop ---------------------------------------------------------------------------------------------------------


def test_the_loss_of_the_whole_book_falls():
    state, said = run(job(steps=2 * CHECK_EVERY))
    before = evaluate(network(), network().state_dict(), job(), False)
    checks = [step.book["total"] for step in said if step.book]

    assert [step.done for step in said] == list(range(1, 2 * CHECK_EVERY + 1))
    assert [step.done for step in said if step.book] == [CHECK_EVERY, 2 * CHECK_EVERY]
    assert checks[-1] < checks[0] < before["total"]
    assert checks[-1] < 0.95 * before["total"]
    assert state.best_loss == min(checks)


def test_the_style_round_learns_the_style_from_its_own_guides():
    only = job(Weights(reconstruction=4.0), 2 * CHECK_EVERY, False, panels=(), p_hat=torch.zeros(0, 0), texture=None)
    before = evaluate(network(), network().state_dict(), only, False)
    said = run(only)[1]
    assert set(said[0].terms) == {"reconstruction"}
    assert said[-1].book["total"] == pytest.approx(4 * said[-1].book["reconstruction"])
    assert said[-1].book["total"] < 0.8 * before["total"]


def test_the_best_state_is_kept_when_later_ones_are_worse(monkeypatch):
    from inkwright.learn import fit as module

    losses = iter([2.0, 1.0, 3.0])
    kept = []

    def told(net: nn.Module, weights: dict[str, Tensor], job: Job, half: bool) -> dict[str, float]:
        kept.append({name: value.clone() for name, value in weights.items()})
        return {"total": next(losses)}

    monkeypatch.setattr(module, "evaluate", told)
    monkeypatch.setattr(module, "CHECK_EVERY", 2)
    state, _ = run(job(steps=6))
    assert state.best_loss == 1.0
    assert same(state.best, kept[1])
    assert not same(state.best, kept[2])


def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    first, again, other = (run(job(steps=3, seed=seed))[0] for seed in (3, 3, 4))
    assert same(first.net.state_dict(), again.net.state_dict())
    assert not same(first.net.state_dict(), other.net.state_dict())


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_fit_that_was_cut_off_goes_on_to_the_same_bit(tmp_path, at):
    whole, said = run(job())
    cut, first = run(job(), steps=at)
    checkpoint.save_tensors(
        tmp_path / "state.safetensors",
        {
            **checkpoint.pack("net", cut.net.state_dict()),
            **checkpoint.pack("mean", cut.mean),
            **checkpoint.pack("best", cut.best),
            **checkpoint.pack("adam", checkpoint.optimizer_tensors(cut.optimizer)),
        },
    )
    kept = checkpoint.load_tensors(tmp_path / "state.safetensors")
    state = begin(network(), 0.1)  # a wrong rate, which the loop must set right
    checkpoint.load_weights(state.net, checkpoint.unpack("net", kept), "state")
    checkpoint.restore_optimizer(state.optimizer, checkpoint.unpack("adam", kept))
    state.mean, state.best = checkpoint.unpack("mean", kept), checkpoint.unpack("best", kept)
    state.step, state.best_loss = cut.step, cut.best_loss
    state, rest = run(job(), state)

    assert first + rest == said
    assert same(state.net.state_dict(), whole.net.state_dict())
    assert same(state.best, whole.best)
    assert state.best_loss == whole.best_loss


def test_the_weights_that_are_kept_are_a_running_mean():
    start, state = network().state_dict(), run(job(steps=3))[0]
    moved = {name: value - start[name] for name, value in state.net.state_dict().items()}
    meant = {name: state.mean[name] - start[name] for name in moved}
    length = [sum(float(value.square().sum()) for value in part.values()) ** 0.5 for part in (moved, meant)]
    assert 0.1 * length[0] < length[1] < 0.95 * length[0]  # behind, on the way
    assert same(state.best, state.mean)


def test_a_finished_fit_does_nothing_more():
    state, _ = run(job(steps=2))
    assert list(fit(state, job(steps=2))) == []
    assert run(job(steps=0))[1] == []


# -- the terms --------------------------------------------------------------------------------------------------------


class Forbidden(nn.Module):
    """A classifier that must not be asked."""

    def forward(self, *_: Tensor) -> Tensor:
        raise AssertionError("p was asked for")


def test_without_c_no_classifier_is_asked_and_the_result_is_plain_style_transfer():
    silent = ensemble()
    silent.nets = nn.ModuleList([Forbidden(), Forbidden()])
    plain = run(job(PLAIN, with_c=False), steps=3)[0]
    spied = run(job(PLAIN, classifiers=silent), steps=3)[0]  # stops before the check of the book, which reports C
    assert same(spied.net.state_dict(), plain.net.state_dict())


def test_marks_have_no_say_without_c_and_have_one_with_it():
    turned = 1 - P_HAT
    plain = [run(job(PLAIN, 3, p_hat=p))[0].net.state_dict() for p in (P_HAT, turned)]
    fitted = [run(job(ALL, 3, p_hat=p))[0].net.state_dict() for p in (P_HAT, turned)]
    assert same(*plain)
    assert not same(*fitted)
    assert not same(plain[0], fitted[0])


@pytest.mark.parametrize("batch", [1, 2])
def test_a_book_of_blanks_is_plain_style_transfer(batch):
    blank = run(job(ALL, 3, p_hat=torch.full_like(P_HAT, NAN), batch=batch))[0]
    assert same(blank.net.state_dict(), run(job(PLAIN, 3, False, batch=batch))[0].net.state_dict())


class Redness(nn.Module):
    """Sees its first element in red panels and its second in others."""

    px = 48
    everywhere = torch.zeros(2, dtype=torch.bool)

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        z = 12 * ((V[:, 0] - V[:, 1:3].mean(1)) * V[:, 3]).mean((1, 2))
        return torch.stack([z, -z], 1), torch.zeros(len(V), 2, 6, 6)


def test_c_pulls_the_estimates_towards_the_marks():
    sees_red = Ensemble([Redness(), Redness()], torch.ones(2), torch.tensor([[1.0, 0.0]] * 2))  # type: ignore[list-item]
    strong = Weights(c=20.0, reconstruction=0.0)
    for marks, sign in (([1.0, 0.0], 1), ([0.0, 1.0], -1)):
        p_hat = torch.tensor([marks] * len(P_HAT))
        given = job(strong, CHECK_EVERY, texture=None, classifiers=sees_red, p_hat=p_hat)
        before = evaluate(network(), network().state_dict(), given, False)["C"]
        state, said = run(given)
        assert said[-1].book["C"] < 0.8 * before
        panel = given.panels[0]
        X = torch.func.functional_call(state.net, state.best, (panel.x, panel.base))
        moved = (X - panel.base).detach().mean((0, 2, 3))
        assert sign * float(moved[0] - moved[1:].mean()) > 0


def test_fitting_leaves_the_classifiers_as_they_were():
    given = job(steps=3)
    run(given)
    assert same(given.classifiers.state_dict(), ensemble().state_dict())  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["texture", "structure", "ink", "palette"])
def test_a_term_of_weight_zero_is_left_out(name):
    said = run(job(Weights(**{**vars(ALL), name: 0.0}), 1))[1][0]
    assert name not in said.terms
    assert {"texture", "structure", "ink", "palette", "C", "reconstruction"} - {name} == set(said.terms)


def test_every_step_names_finite_terms():
    for step in run(job(steps=3))[1]:
        assert all(math.isfinite(value) and value >= 0 for value in {**step.terms, **step.book}.values())
        assert step.terms["texture"] > 0


def test_the_books_loss_is_the_weighted_sum_of_its_terms():
    given = job()
    found = evaluate(network(), network().state_dict(), given, False)
    S = sum(getattr(ALL, name) * found[name] for name in ("reconstruction", "texture", "structure", "ink", "palette"))
    assert found["S"] == pytest.approx(S)
    assert found["total"] == pytest.approx(S + ALL.c * found["C"])


@torch.no_grad()
def test_the_books_c_is_the_cross_entropy_of_marks_and_estimates_per_panel_and_element():
    given, net = job(), network()
    found = evaluate(net, net.state_dict(), given, False)["C"]
    C = [
        cross_entropy(P_HAT[j : j + 1], given.classifiers(net(panel.x, panel.base))).sum()  # type: ignore[misc]
        for j, panel in enumerate(given.panels)
    ]
    assert found == pytest.approx(float(sum(C)) / len(C) / 2, rel=1e-4)


def test_evaluating_changes_nothing_and_says_the_same_twice():
    net = network()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    first = evaluate(net, net.state_dict(), job(), False)
    assert first == evaluate(net, net.state_dict(), job(), False)
    assert same(before, net.state_dict())


def test_canvases_in_half_precision_are_fitted():
    halved = [Canvas(*(getattr(p, name).half() for name in ("x", "base", "flat", "ink"))) for p in job().panels]
    assert all(math.isfinite(value) for value in run(job(steps=1, panels=halved))[1][0].terms.values())


def test_a_book_of_one_tiny_panel_is_fitted():
    one = job(steps=2, panels=[canvas(16, 16, 0)], p_hat=P_HAT[:1], masks=torch.zeros(1, 2, 12, 12), batch=4)
    assert all(math.isfinite(value) for step in run(one)[1] for value in step.terms.values())


def test_a_style_smaller_than_a_crop_is_fitted():
    small = job(Weights(), 2, False, style=canvas(20, 33, 1), Y=style()[..., :20, :33], panels=(), texture=None)
    assert math.isfinite(run(small)[1][-1].book["total"])


def test_all_terms_on_panels_may_be_switched_off():
    """Only the style picture then teaches; it once ended in a traceback."""
    alone = Weights(reconstruction=4.0)
    state, steps = run(job(alone, steps=3, with_c=False))

    assert len(steps) == 3
    assert steps[-1].book["S"] > 0
    assert any(not torch.equal(value, network().state_dict()[name]) for name, value in state.best.items())


# -- what fitted knows of elements -------------------------------------------------------------------------------------


def everywhere_red(element: int = 1) -> list[list[Spots]]:
    """The look term wants all pixels of the upper half of each panel red, for one element."""
    red = torch.tensor([[0.6280, 0.2249, 0.1258]])
    found = []
    for n in range(len(P_HAT)):
        count = (56 + 8 * (n % 2)) // 2 * 64
        at = torch.arange(count)
        found.append([Spots(element, at, torch.zeros_like(at), torch.tensor([float(count)]), red, red)])
    return found


def redness(state: FitState, given: Job, rows: slice) -> float:
    """How much redder the first panel became there."""
    panel = given.panels[0]
    X = torch.func.functional_call(state.net, state.best, (panel.x, panel.base)).detach()
    moved = (X - panel.base)[..., rows, :].mean((0, 2, 3))
    return float(moved[0] - moved[1:].mean())


def test_the_look_term_pulls_colours_to_their_bank_inside_the_spots():
    given = job(Weights(look=2.0, reconstruction=0.0), CHECK_EVERY, texture=None, spots=everywhere_red())
    before = evaluate(network(), network().state_dict(), given, False)
    state, said = run(given)
    assert said[-1].book["K"] < 0.8 * before["K"]
    assert before["total"] == pytest.approx(before["S"] + 2 * before["K"])
    assert redness(state, given, slice(0, 28)) > 0.02


def test_the_terms_that_are_named_are_those_that_are_on():
    for weights, names in (
        (PLAIN, set()),
        (ALL, {"C"}),
        (Weights(look=1.0), {"K"}),
        (Weights(c=1.0, location=0.5, look=1.0), {"C", "L", "K"}),
    ):
        said = run(job(weights, 1, texture=None, spots=everywhere_red()))[1][0]
        assert set(said.terms) & {"C", "L", "K"} == names


def test_location_is_asked_of_boxed_and_absent_elements_alone():
    masks = torch.zeros(len(P_HAT), 2, 12, 12)
    only = Weights(location=1.0, reconstruction=0.0)
    here = torch.tensor([[1.0, 1.0]] * len(P_HAT))
    nothing = run(job(only, 1, texture=None, p_hat=here, masks=masks))[1][0]
    assert nothing.terms["L"] == 0  # there, and nobody said where
    boxed = masks.clone()
    boxed[:, 0, :6, :6] = 1
    assert run(job(only, 1, texture=None, p_hat=here, masks=boxed))[1][0].terms["L"] > 0
    assert run(job(only, 1, texture=None, p_hat=1 - here, masks=masks))[1][0].terms["L"] > 0


def told(places: bool = True) -> StrokeUNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return StrokeUNet(PLANES, 0.25 * torch.eye(3), (8, 12, 16), 1, 6, CODES if places else 0)


def test_the_network_is_told_where_elements_are_and_learns_to_read_it():
    places = [torch.randn(1, CODES, 14 + 2 * (n % 2), 16, generator=generator(n)) for n in range(len(P_HAT))]
    given = job(PLAIN, 4, places=[p.half() for p in places])
    state, said = run(given, begin(told(), given.lr))
    assert all(math.isfinite(value) for value in said[-1].book.values())
    layer = state.net.place_full
    assert isinstance(layer, nn.Conv2d)
    assert layer.weight.any()
    paces = {group["pace"] for group in state.optimizer.param_groups}
    assert paces == {1.0, PACES["place_"]}
    rates = [group["lr"] for group in state.optimizer.param_groups]
    assert max(rates) == pytest.approx(PACES["place_"] * min(rates))
    assert [group["pace"] for group in begin(network(), 0.1).optimizer.param_groups] == [1.0]


# -- words ------------------------------------------------------------------------------------------------------------


class Colours:
    """In place of CLIP, in whose space the look of a picture is its mean colour: "warm" and "cold" are opposite."""

    side = 32

    def pictures(self, V: Tensor) -> Tensor:
        return nn.functional.normalize(torch.cat([V.mean((2, 3)) - 0.5, torch.ones(len(V), 1)], 1), dim=1)

    def texts(self, texts: list[str]) -> Tensor:
        tints = [0.5 if "warm" in text else -0.5 if "cold" in text else 0.0 for text in texts]
        return nn.functional.normalize(torch.tensor([[tint, 0, -tint, 1] for tint in tints]), dim=1)


def worded(texts: Texts, told: bool) -> tuple[Job, StrokeUNet]:
    """Five times the same panel, with words of their own, for a network that is told which hold where, or not."""
    panels = [canvas(56, 64, 0)] * len(P_HAT)
    holds = [claims(texts, {}, [], 56, 64, f"p{n}") for n in range(len(panels))]
    small = [nn.functional.avg_pool2d(held[None], 4)[0] for held in holds]
    said = Said(Colours(), texts, "a drawing", [one.base for one in panels], small, 6, 0)
    words = [planes for held in holds if (planes := word_planes(texts, held)) is not None]
    weights = Weights(reconstruction=1.0, palette=1.0, words=20.0)
    given = job(weights, 24, False, texture=None, panels=panels, said=said, words=words if told else [], lr=3e-3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return given, StrokeUNet(PLANES, 0.25 * torch.eye(3), (8, 12, 16), 1, 6, words=CODES if told else 0)


def warmth(state: FitState, given: Job) -> list[float]:
    """How far each panel has become redder and less blue than it was drawn."""
    with torch.no_grad():
        moved = [given.painted(state.net, n, state.best) - given.panels[n].base for n in range(len(P_HAT))]
    return [float((X[:, 0] - X[:, 2]).mean()) for X in moved]


def test_one_network_paints_panels_in_words_of_their_own():
    texts = Texts("warm", panels={"p1": "cold", "p3": "cold"})
    given, net = worded(texts, told=True)
    state, said = run(given, begin(net, given.lr))
    assert said[-1].book["words"] < 0.5, "as far as to be satisfied"
    warm, cold, *_ = got = warmth(state, given)
    assert warm > 0.02
    assert cold < -0.02
    assert got == [warm, cold, warm, cold, warm]
    assert {group["pace"] for group in state.optimizer.param_groups} == {1.0, PACES["word_"]}
    blind, net = worded(texts, told=False)
    assert len(set(warmth(run(blind, begin(net, blind.lr))[0], blind))) == 1, "without, it cannot tell them apart"
