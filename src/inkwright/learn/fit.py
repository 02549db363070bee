"""The training loop of the style network: all panels of the book at once.

Three rounds with the same loop: "style" on the style picture alone, then from there "plain" (S alone) and "fitted" (the
Comic Book Loss). Plain and fitted see the same panels in the same order; what differs is what fitted knows of elements.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from inkwright.learn.canvas import FAR, Canvas
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.comic_book_loss import comic_book_loss, cross_entropy, location
from inkwright.learn.element_look import look
from inkwright.learn.finish.losses import l1, likeness, patch
from inkwright.learn.glimpse import glimpse, placed
from inkwright.learn.job import Job, Weights, minibatch
from inkwright.learn.said import Said, Window
from inkwright.learn.style_losses import cosine, ink_contrast, palette, reconstruction, structure
from inkwright.learn.tensors import generator
from inkwright.learn.train import fast_bfloat16
from inkwright.learn.views import see

CROP = 192
"""Side of the style crops for the reconstruction term, in pixels."""
PACES = {"place_": 10.0, "word_": 40.0}
"""How the names of the layers begin that are told where elements and words are, and how much faster they learn: they
start from nothing, all others can paint."""
TOLD = tuple(PACES)
NETWORKS = 2
"""Classifiers that look at a panel in each step."""
CHECK_EVERY = 20
"""Steps between two evaluations of the whole book; the state on disk is saved then."""
CHECK_PANELS = 48
"""At most so many panels, spread over the book, are evaluated."""


@dataclass
class FitState:
    """Everything needed to go on: weights of the moment, their running mean, the best mean so far, the optimizer."""

    net: nn.Module
    mean: dict[str, Tensor]
    best: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    best_loss: float = float("inf")
    step: int = 0


@dataclass(frozen=True)
class FitStep:
    """One step: how many are done, the terms of its mini-batch, and, at a check, those of the whole book."""

    done: int
    terms: dict[str, float]
    book: dict[str, float]


def begin(net: nn.Module, lr: float) -> FitState:
    """A state that starts from a net's present weights."""
    weights = {name: value.detach().clone() for name, value in net.state_dict().items()}
    named = list(net.named_parameters())
    groups = [{"params": [p for name, p in named if not name.startswith(TOLD)], "pace": 1.0}]
    for kind, pace in PACES.items():
        groups.append({"params": [p for name, p in named if name.startswith(kind)], "pace": pace})
    optimizer = torch.optim.Adam([group for group in groups if group["params"]], lr=lr, betas=(0.9, 0.99))
    return FitState(net, weights, {k: v.clone() for k, v in weights.items()}, optimizer)


def fit(state: FitState, job: Job) -> Iterator[FitStep]:
    """Trains from where `state` stands; yields after every step. Afterwards `state.best` holds the weights to keep.

    The loss that is differentiated is the Comic Book Loss divided by J, so that the learning rate means the same for
    a strip and for an album.
    """
    net, half = state.net, fast_bfloat16()
    net.train()
    while state.step < job.steps:
        g = generator(job.seed, state.step)
        factor = cosine(state.step, job.steps)
        for group in state.optimizer.param_groups:
            group["lr"] = job.lr * factor * group["pace"]
        state.optimizer.zero_grad()
        terms = _backward(net, job, state.step, g, half)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        state.optimizer.step()
        decay = min(0.95, (state.step + 1) / (state.step + 8))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                state.mean[name].lerp_(value, 1 - decay)
        state.step += 1
        book: dict[str, float] = {}
        if state.step % CHECK_EVERY == 0 or state.step == job.steps:
            book = evaluate(net, state.mean, job, half)
            if book["total"] <= state.best_loss:
                state.best_loss = book["total"]
                state.best = {k: v.clone() for k, v in state.mean.items()}
        yield FitStep(state.step, terms, book)


def _backward(net: nn.Module, job: Job, step: int, g: torch.Generator, half: bool) -> dict[str, float]:
    """Adds up the gradients of one mini-batch, a panel at a time (panels differ in size), and returns its terms."""
    R = _reconstruct(net, job, step, g, half)
    loss = job.weights.reconstruction * R
    total = {"reconstruction": float(R.detach())}
    loss.backward()  # type: ignore[no-untyped-call]
    if job.pairs and job.weights.finish:
        total["finish"] = _finished_backward(net, job, step, half)
    if job.said is not None and job.weights.words:
        total["words"] = _said_backward(net, job, job.said, step, half)
    chosen = job.chosen(step)
    for j in chosen:
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            X = job.painted(net, j)
        values = _panel_backward(X, j, len(chosen), job, step)
        for name, value in values.items():
            total[name] = total.get(name, 0.0) + value / len(chosen)
    return total


def _panel_backward(X: Tensor, j: int, batch: int, job: Job, step: int) -> dict[str, float]:
    """Back-propagates the Comic Book Loss of one stylized panel, divided by J; returns its terms."""
    J, count, w = len(job.panels), job.learned(), job.weights
    S = panel_terms(X, job.panels[j], job) | redrawn_terms(X, j, job)
    seen = _glimpsed(X, j, job, generator(job.seed, step, j, 1))
    C, L, K = (job.emphasised(seen[name]) if name in seen else torch.zeros(1, 1) for name in "CLK")
    loss = comic_book_loss(_weigh(S, w)[None], C, J, w.c / count, L, w.location / count, K, w.look / count)
    if loss.requires_grad:  # every term on panels may be switched off
        (loss / (J * batch)).backward()  # type: ignore[no-untyped-call]
    return {name: float(value.detach()) for name, value in S.items()} | {
        name: float(value.detach().sum()) / count for name, value in seen.items()
    }


def _glimpsed(X: Tensor, j: int, job: Job, g: torch.Generator) -> dict[str, Tensor]:
    """C_ij, L_ij and K_ij of a stylized panel, (1, I) each, as far as they are asked for."""
    out, w = {}, job.weights
    if job.classifiers is not None and (w.c or w.location):
        C, L = glimpse(X, job.p_hat[j : j + 1], job.masks[j : j + 1], job.classifiers, NETWORKS, g)
        out = {"C": C, "L": L} if w.location else {"C": C}
    if w.look:
        out["K"] = look(X, job.spots[j] if job.spots else (), job.p_hat.shape[1])
    return out


def _reconstruct(net: nn.Module, job: Job, step: int, g: torch.Generator, half: bool) -> Tensor:
    """R on a random crop of the style picture; of the book's in every second step, where there are others."""
    style, Y = job.style, job.Y
    if job.others and step % 2:
        style, Y = job.others[step // 2 % len(job.others)]
    H, W = Y.shape[-2:]
    h, w = min(CROP, H), min(CROP, W)
    y, x = int(torch.randint(0, H - h + 1, (), generator=g)), int(torch.randint(0, W - w + 1, (), generator=g))
    at = (..., slice(y, y + h), slice(x, x + w))
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        Y_hat = net(style.x[at], style.base[at])
    return reconstruction(Y_hat, Y[at])


def _finished_backward(net: nn.Module, job: Job, step: int, half: bool) -> float:
    """Back-propagates F on a patch of a finished panel; returns it."""
    g = generator(job.seed, step, 5)
    one = job.pairs[int(torch.randint(0, len(job.pairs), (), generator=g))]
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        F = patch(net, job.inputs(one.at), one, g)
    (job.weights.finish * F).backward()  # type: ignore[no-untyped-call]
    return float(F.detach())


def _said_backward(net: nn.Module, job: Job, said: Said, step: int, half: bool) -> float:
    """Back-propagates W on parts of panels all over the book; returns it."""

    def paint(j: int, at: Window) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            return job.part(net, j, at)

    W = said.step(step, job.seed, paint)
    if W.requires_grad:
        (job.weights.words * W).backward()  # type: ignore[no-untyped-call]
    return float(W.detach())


def panel_terms(X: Tensor, canvas: Canvas, job: Job) -> dict[str, Tensor]:
    """The terms of S_j that are read on the stylized panel X (1, 3, H, W); each a scalar, unweighted."""
    flat, distance, w = canvas.flat.float(), FAR * canvas.x[:, 1:2].float(), job.weights
    terms: dict[str, Tensor] = {}
    if w.texture and job.texture is not None:
        terms["texture"] = job.texture(_of_the_book(X, canvas), flat, distance)[0]
    if w.features and job.features is not None:
        terms["features"] = job.features(_of_the_book(X, canvas), flat)[0]
    if w.structure:
        terms["structure"] = structure(X, flat)[0]
    if w.ink:
        terms["ink"] = ink_contrast(X, canvas.ink.float(), flat)[0]
    if w.palette:
        terms["palette"] = palette(X, flat)[0]
    return terms


def _of_the_book(X: Tensor, canvas: Canvas) -> Tensor:
    """A stylized panel whose parts in a style of their own are as they were given: nothing is asked of them."""
    return X if canvas.other is None else X + (canvas.base.float() - X) * canvas.other.float()


def redrawn_terms(X: Tensor, j: int, job: Job) -> dict[str, Tensor]:
    """U_j of panel j as stylized, X (1, 3, H, W), where it was finished by drawing it anew; a scalar, unweighted."""
    its = [one for one in job.redrawn if one.at == j] if job.weights.redrawn else []
    return {"redrawn": likeness(X, its[0])} if its else {}


def _weigh(terms: dict[str, Tensor], weights: Weights) -> Tensor:
    total = torch.zeros(())
    for name, value in terms.items():
        total = total + getattr(weights, name) * value
    return total


@torch.no_grad()
def evaluate(net: nn.Module, weights: dict[str, Tensor], job: Job, half: bool) -> dict[str, float]:
    """The Comic Book Loss of the whole book (per panel), with given weights: no random views, the whole ensemble."""
    H, W = job.Y.shape[-2:]
    side = min(2 * CROP, H, W)
    out: dict[str, float] = {}
    w = job.weights
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        crop = (..., slice((H - side) // 2, (H + side) // 2), slice((W - side) // 2, (W + side) // 2))
        Y_hat = torch.func.functional_call(net, weights, (job.style.x[crop], job.style.base[crop]))
    out["reconstruction"] = float(reconstruction(Y_hat, job.Y[crop]))
    if job.pairs and job.weights.finish:
        out["finish"] = _held_out(net, weights, job, half)
    if job.said is not None and w.words:
        out["words"] = job.said.book(lambda j, at: job.part(net, j, at, weights))
    count, extra = job.learned(), 0.0
    for j, share in job.looked(CHECK_PANELS).items():
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            X = job.painted(net, j, weights)
        terms = {name: float(value) for name, value in panel_terms(X, job.panels[j], job).items()}
        terms |= {name: float(value) for name, value in redrawn_terms(X, j, job).items()}
        if job.classifiers is not None:
            seen = _seen(X, j, job)
            terms |= {name: float(value.sum()) / count for name, value in seen.items()}
            extra += share * sum(_weight(name, w) * float(_extra(value, job)) / count for name, value in seen.items())
        for name, value in terms.items():
            out[name] = out.get(name, 0.0) + value * share
    known = {f.name for f in fields(Weights)}
    out["S"] = sum(getattr(w, name) * value for name, value in out.items() if name in known)
    # The terms are told as they are, so that they can be compared; emphasis counts in the sum.
    out["total"] = out["S"] + sum(_weight(name, w) * out.get(name, 0.0) for name in "CLK") + extra
    return out


def _held_out(net: nn.Module, weights: dict[str, Tensor], job: Job, half: bool) -> float:
    """F in the cells of the finished panels that are never learned from: it says when to stop."""
    total = 0.0
    for one in job.pairs:
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            X = job.painted(net, one.at, weights)
        total += float(l1(X.float(), one.finish.float(), 1 - one.taught.float()))
    return total / len(job.pairs)


def _weight(name: str, weights: Weights) -> float:
    """The weight of C, L or K."""
    return {"C": weights.c, "L": weights.location, "K": weights.look}[name]


def _extra(terms: Tensor, job: Job) -> Tensor:
    """What the elements' own weights add to the sum of a term."""
    return (job.emphasised(terms) - terms).sum()


def _seen(X: Tensor, j: int, job: Job) -> dict[str, Tensor]:
    """C_ij, L_ij and K_ij of a stylized panel without random views, by the whole ensemble; (1, I) each."""
    ensemble, p_hat = job.classifiers, job.p_hat[j : j + 1]
    assert ensemble is not None
    z, heat = _whole(ensemble, see(X, ensemble.px))
    masks = job.masks[j : j + 1]
    out = {"C": cross_entropy(p_hat, z)}
    if job.weights.location:
        out["L"] = location(heat, masks, placed(p_hat, masks, ensemble))
    if job.weights.look:
        out["K"] = look(X, job.spots[j] if job.spots else (), p_hat.shape[1])
    return out


def _whole(ensemble: Ensemble, V: Tensor) -> tuple[Tensor, Tensor]:
    """Calibrated logits and heat-map logits of canvases, by all nets and both mirror images."""
    logit, heat = [], []
    for net in ensemble.nets:
        for mirrored in (False, True):
            z, h = net(V.flip(3) if mirrored else V)
            logit.append(z)
            heat.append(h.flip(3) if mirrored else h)
    return ensemble.calibrate(torch.stack(logit).mean(0)), torch.stack(heat).mean(0)


__all__ = ["FitState", "FitStep", "Job", "Weights", "begin", "evaluate", "fit", "minibatch", "panel_terms"]
