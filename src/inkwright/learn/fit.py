"""The training loop of the style network: all panels of the book at once.

Three rounds with the same loop: "style" on the style picture alone, then from there "plain" (weight of C = 0) and
"fitted" (the Comic Book Loss). Plain and fitted see the same panels in the same order, so that they differ by C alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

import torch
from torch import Tensor, nn

from inkwright.learn import augment
from inkwright.learn.canvas import Canvas
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.comic_book_loss import comic_book_loss, cross_entropy
from inkwright.learn.style_losses import ToneTexture, cosine, ink_contrast, palette, reconstruction, structure
from inkwright.learn.tensors import generator
from inkwright.learn.train import fast_bfloat16
from inkwright.learn.views import see

CROP = 192
"""Side of the style crops for the reconstruction term, in pixels."""
CHECK_EVERY = 20
"""Steps between two evaluations of the whole book; the state on disk is saved then."""
CHECK_PANELS = 48
"""At most so many panels, spread over the book, are evaluated."""


@dataclass(frozen=True)
class Weights:
    """Weight of every term; 0 switches it off. See `style_losses` and `comic_book_loss`."""

    c: float = 0.0
    reconstruction: float = 4.0
    texture: float = 0.0
    structure: float = 0.0
    ink: float = 0.0
    palette: float = 0.0


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
class Job:
    """What a round works on; built parts, no settings.

    Attributes:
        style: the style picture's canvas.
        Y: (1, 3, H, W) the style picture.
        panels: canvases of the panels; none in the "style" round.
        p_hat: (J, I) prior marks, nan = not said or not reliable.
        classifiers: the ensemble that estimates p_ij, or None without C.
        masks: (J, I, s, s) boxes on the classifiers' canvas; zeros where there are none.
        texture: the texture term, or None.
        weights: of the terms.
        steps: how many.
        batch: panels a step.
        lr: peak learning rate.
        seed: the same seed, the same result.
    """

    style: Canvas
    Y: Tensor
    weights: Weights
    steps: int
    lr: float
    seed: int
    batch: int = 2
    panels: Sequence[Canvas] = ()
    p_hat: Tensor = field(default_factory=lambda: torch.zeros(0, 0))
    masks: Tensor = field(default_factory=lambda: torch.zeros(0, 0, 1, 1))
    classifiers: Ensemble | None = None
    texture: ToneTexture | None = None


@dataclass(frozen=True)
class FitStep:
    """One step: how many are done, the terms of its mini-batch, and, at a check, those of the whole book."""

    done: int
    terms: dict[str, float]
    book: dict[str, float]


def begin(net: nn.Module, lr: float) -> FitState:
    """A state that starts from a net's present weights."""
    weights = {name: value.detach().clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.Adam(net.parameters(), lr=lr, betas=(0.9, 0.99))
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
            group["lr"] = job.lr * factor
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
    R = _reconstruct(net, job, g, half)
    loss = job.weights.reconstruction * R
    total = {"reconstruction": float(R.detach())}
    loss.backward()  # type: ignore[no-untyped-call]
    J = len(job.panels)
    chosen = minibatch(J, job.batch, step, job.seed)
    for j in chosen:
        canvas = job.panels[j]
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            X = net(canvas.x.float(), canvas.base.float())
        # Each draws from a generator of its own, so that plain and fitted differ by C alone.
        terms = panel_terms(X, canvas, job, generator(job.seed, step, j, 0))
        S = _weigh(terms, job.weights)
        C, count = _glimpse(X, j, job, generator(job.seed, step, j, 1))
        share = comic_book_loss(S[None], C[None], J, job.weights.c / count) / (J * len(chosen))
        if share.requires_grad:  # every term on panels may be switched off
            share.backward()  # type: ignore[no-untyped-call]
        for name, value in {**terms, "C": C.sum() / count}.items():
            total[name] = total.get(name, 0.0) + float(value.detach()) / len(chosen)
    return total


def minibatch(panels: int, batch: int, step: int, seed: int) -> list[int]:
    """The panels of a step: epochs of random order, so that each panel comes equally often."""
    if panels == 0:
        return []
    size = min(batch, panels)
    out: list[int] = []
    orders: dict[int, list[int]] = {}
    for n in range(step * size, (step + 1) * size):
        epoch, at = divmod(n, panels)
        if epoch not in orders:
            orders[epoch] = torch.randperm(panels, generator=generator(seed, 0, 1, epoch)).tolist()
        out.append(orders[epoch][at])
    return out


def _reconstruct(net: nn.Module, job: Job, g: torch.Generator, half: bool) -> Tensor:
    """R on a random crop of the style picture."""
    H, W = job.Y.shape[-2:]
    h, w = min(CROP, H), min(CROP, W)
    y, x = int(torch.randint(0, H - h + 1, (), generator=g)), int(torch.randint(0, W - w + 1, (), generator=g))
    at = (..., slice(y, y + h), slice(x, x + w))
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        Y_hat = net(job.style.x[at], job.style.base[at])
    return reconstruction(Y_hat, job.Y[at])


def panel_terms(X: Tensor, canvas: Canvas, job: Job, g: torch.Generator) -> dict[str, Tensor]:
    """The terms of S_j that are read on the stylized panel X (1, 3, H, W); each a scalar, unweighted."""
    flat, w = canvas.flat.float(), job.weights
    terms: dict[str, Tensor] = {}
    if w.texture and job.texture is not None:
        terms["texture"] = job.texture(X, flat, g)[0]
    if w.structure:
        terms["structure"] = structure(X, flat)[0]
    if w.ink:
        terms["ink"] = ink_contrast(X, canvas.ink.float())[0]
    if w.palette:
        terms["palette"] = palette(X, flat)[0]
    return terms


def _weigh(terms: dict[str, Tensor], weights: Weights) -> Tensor:
    total = torch.zeros(())
    for name, value in terms.items():
        total = total + getattr(weights, name) * value
    return total


def _glimpse(X: Tensor, j: int, job: Job, g: torch.Generator) -> tuple[Tensor, int]:
    """C_ij of one stylized panel, seen through one net of the ensemble and a random view: (I,), and how many count.

    A fixed net and a fixed view are cheated within a few steps; the expectation over both is what should fall.
    """
    if job.classifiers is None or not job.weights.c:
        return torch.zeros(1), 1
    ensemble, p_hat = job.classifiers, job.p_hat[j : j + 1]
    count = max(1, int((~torch.isnan(job.p_hat)).any(0).sum()))
    nets = torch.randperm(len(ensemble.nets), generator=g)[:2].tolist()
    total = torch.zeros(p_hat.shape[1])
    for n in nets:
        V, _, visible = augment.affine(see(X, ensemble.px), job.masks[j : j + 1], g, 0.35)
        V = augment.dirt(augment.colour(V, g, 0.35), g)
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            z, _ = ensemble.nets[n](V)
        seen = torch.where((visible < 0.5) & (p_hat > 0.5), torch.nan, p_hat)
        total = total + cross_entropy(seen, ensemble.calibrate(z.float()))[0] / len(nets)
    return total, count


@torch.no_grad()
def evaluate(net: nn.Module, weights: dict[str, Tensor], job: Job, half: bool) -> dict[str, float]:
    """The Comic Book Loss of the whole book (per panel), with given weights: no random views, the whole ensemble."""
    g = generator(job.seed, 0, 2)
    H, W = job.Y.shape[-2:]
    side = min(2 * CROP, H, W)
    out: dict[str, float] = {}
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        crop = (..., slice((H - side) // 2, (H + side) // 2), slice((W - side) // 2, (W + side) // 2))
        Y_hat = torch.func.functional_call(net, weights, (job.style.x[crop], job.style.base[crop]))
    out["reconstruction"] = float(reconstruction(Y_hat, job.Y[crop]))
    J = len(job.panels)
    looked = sorted({round(n * (J - 1) / max(1, CHECK_PANELS - 1)) for n in range(CHECK_PANELS)}) if J else []
    count = max(1, int((~torch.isnan(job.p_hat)).any(0).sum())) if job.classifiers is not None else 1
    for j in looked:
        canvas = job.panels[j]
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            X = torch.func.functional_call(net, weights, (canvas.x.float(), canvas.base.float()))
        terms = {name: float(value) for name, value in panel_terms(X, canvas, job, g).items()}
        if job.classifiers is not None:
            terms["C"] = float(cross_entropy(job.p_hat[j : j + 1], job.classifiers(X)).sum()) / count
        for name, value in terms.items():
            out[name] = out.get(name, 0.0) + value / len(looked)
    known = {f.name for f in fields(Weights)}
    out["S"] = sum(getattr(job.weights, name) * value for name, value in out.items() if name in known)
    out["total"] = out["S"] + job.weights.c * out.get("C", 0.0)
    return out
