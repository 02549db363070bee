"""Trains element classifiers on one book: heavy augmentation, held-out folds, calibration.

Each net of the ensemble leaves out one fold of the panels. Together they have seen the whole book, and every panel has
a net that never saw it: the score and the calibration come from those.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata
from torch import Tensor, nn

from inkwright.learn import augment
from inkwright.learn.examples import Batch, Examples
from inkwright.learn.tensors import generator

MIN_POSITIVES = 4
"""Fewer panels than this with (or two without) an element, and it cannot be learned."""
MIN_AUC = 0.75
"""A held-out AUC under this is not reliable enough to pull on the pictures."""
RESAMPLES = 400
"""Of the bootstrap."""
SMOOTHING = 0.02
HEAT_WEIGHT = 5.0
"""Weight of the heat-maps' loss beside presence."""


@dataclass(frozen=True)
class Recipe:
    """How a net is trained.

    Attributes:
        steps: how many.
        batch: panels a step.
        lr: peak learning rate of AdamW.
        geometry, colour: strengths of these augmentations.
        paste, erase, mixup, style: shares of the batch that get them.
    """

    steps: int
    batch: int
    lr: float = 4e-3
    geometry: float = 0.5
    colour: float = 0.35
    paste: float = 0.5
    erase: float = 0.25
    mixup: float = 0.25
    style: float = 0.3


@dataclass
class Progress:
    """A net in training, all that is needed to go on: `net` has the weights of the moment, `mean` their average."""

    net: nn.Module
    mean: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0


def start(make: Callable[[], nn.Module], recipe: Recipe, seed: int) -> Progress:
    """A net with fresh weights and its optimizer."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(np.random.SeedSequence((seed, 77)).generate_state(1)[0]))
        net = make().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(net.parameters(), lr=recipe.lr, weight_decay=0.02)
    return Progress(net, {k: v.clone() for k, v in net.state_dict().items()}, optimizer)


def train(state: Progress, data: Examples, recipe: Recipe, textures: Tensor, seed: int) -> Iterator[tuple[int, float]]:
    """Trains one net, from where `state` stands; yields (steps done, loss).

    Args:
        state: changed in place; after the last step `state.mean` holds the averaged weights.
        data: the panels to learn from.
        recipe: steps and augmentation.
        textures: (T, 3, px, px) for restyling.
        seed: the same seed and data give the same net.
    """
    share = data.positives().clamp(0.1, 0.9)
    net, half = state.net, fast_bfloat16()
    net.train()
    while state.step < recipe.steps:
        g = generator(seed, state.step)
        factor = min(1.0, (state.step + 1) / 30) * 0.5 * (1 + math.cos(math.pi * state.step / recipe.steps)) + 0.01
        for group in state.optimizer.param_groups:
            group["lr"] = recipe.lr * factor
        batch = augmented(data, recipe, textures, g, min(1.0, state.step / max(1, recipe.steps // 2)))
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            z, heat = net(batch.V)
        loss = presence_loss(z.float(), batch, share) + HEAT_WEIGHT * heat_loss(heat.float(), batch)
        state.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        state.optimizer.step()
        decay = min(0.98, (state.step + 1) / (state.step + 10))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                if value.is_floating_point():
                    state.mean[name].lerp_(value, 1 - decay)
                else:
                    state.mean[name].copy_(value)
        state.step += 1
        yield state.step, float(loss.detach())


def augmented(data: Examples, recipe: Recipe, textures: Tensor, g: torch.Generator, ramp: float) -> Batch:
    """One batch; restyling is ramped in, so that the plain drawings are learned first."""
    b = data.sample(recipe.batch, g)
    data.erase(b, g, recipe.erase)
    data.paste(b, g, recipe.paste)
    V, M, visible = augment.affine(b.V, b.M, g, recipe.geometry)
    somewhere = ~torch.tensor(data.everywhere)[None] & (b.M.sum((2, 3)) > 0)
    y = torch.where(somewhere & (visible < 0.08), 0.0, b.y)
    weight = torch.where(somewhere & (visible >= 0.08) & (visible < 0.3), 0.0, b.weight)
    V = augment.dirt(augment.restyle(augment.colour(V, g, recipe.colour), textures, g, recipe.style * ramp), g)
    if augment.chance(recipe.mixup, g):
        a = float(np.random.default_rng(int(torch.randint(0, 2**31, (), generator=g))).beta(0.4, 0.4))
        other = torch.randperm(len(V), generator=g)
        V, y, M = a * V + (1 - a) * V[other], a * y + (1 - a) * y[other], a * M + (1 - a) * M[other]
        weight, boxed = weight * weight[other], b.boxed & b.boxed[other]
        return Batch(V, y, M, weight, boxed)
    return Batch(V, y, M, weight, b.boxed)


def presence_loss(z: Tensor, batch: Batch, share: Tensor) -> Tensor:
    """Class-weighted BCE on the logits (B, I), over what is known."""
    target = batch.y * (1 - 2 * SMOOTHING) + SMOOTHING
    balance = torch.where(batch.y > 0.5, 0.5 / share, 0.5 / (1 - share)).clamp(0.5, 3)
    each = F.binary_cross_entropy_with_logits(z, target, reduction="none")
    return (each * balance * batch.weight).sum() / batch.weight.sum().clamp_min(1)


def heat_loss(heat: Tensor, batch: Batch) -> Tensor:
    """BCE of the heat-maps (B, I, h, w) against the boxes; cells in a box count three times."""
    target = F.interpolate(batch.M, size=heat.shape[2:], mode="area").clamp(0, 1)
    weight = (batch.weight * batch.boxed)[:, :, None, None]
    each = F.binary_cross_entropy_with_logits(heat, target, reduction="none") * torch.where(target > 0.5, 3.0, 1.0)
    return (each * weight).sum() / (weight.sum().clamp_min(1) * heat.shape[2] * heat.shape[3])


@torch.no_grad()
def logits(net: nn.Module, V: Tensor) -> Tensor:
    """(N, I) logits of canvases, mean of both mirror images, in evaluation mode."""
    net.eval()
    out = [(net(part)[0] + net(part.flip(3))[0]) / 2 for part in torch.split(V, 32)]
    return torch.cat(out)


def auc(y: NDArray[np.floating], z: NDArray[np.floating]) -> float | None:
    """Area under the ROC curve by ranks; None where only one class is there."""
    positive = y > 0.5
    n, m = int(positive.sum()), int((~positive).sum())
    if n == 0 or m == 0:
        return None
    return float((rankdata(z)[positive].sum() - n * (n + 1) / 2) / (n * m))


def platt(y: NDArray[np.floating], z: NDArray[np.floating]) -> tuple[float, float]:
    """Platt scaling: (a, b) of sigmoid(a z + b), a little regularised towards (1, 0), a > 0.

    Source: J. Platt, "Probabilistic outputs for support vector machines", 1999, with his smoothed targets.
    """
    n, m = float((y > 0.5).sum()), float((y <= 0.5).sum())
    target = np.where(y > 0.5, (n + 1) / (n + 2), 1 / (m + 2))

    def cost(ab: NDArray[np.float64]) -> float:
        s = np.exp(ab[0]) * z + ab[1]
        return float((np.logaddexp(0, s) - target * s).sum() + 0.5 * ab[0] ** 2 + 0.05 * ab[1] ** 2)

    best = minimize(cost, np.zeros(2), method="Nelder-Mead").x
    return float(np.clip(np.exp(best[0]), 0.1, 3.0)), float(np.clip(best[1], -4, 4))


def calibrated(y: NDArray[np.floating], z: NDArray[np.floating], said: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Platt scaling of each element, (a, b), drawn towards that of all elements together: most have few panels.

    Args:
        y: (J, I) marks.
        z: (J, I) logits of nets on one scale, see `level`.
        said: (J, I) where both are known.
    """
    if not said.any():
        return [(1.0, 0.0)] * y.shape[1]
    slope, offset = platt(y[said], z[said])
    out = []
    for i in range(y.shape[1]):
        at = said[:, i]
        a, b = platt(y[at, i], slope * z[at, i] + offset) if at.any() else (1.0, 0.0)
        out.append((a * slope, a * offset + b))
    return out


def interval(y: NDArray[np.floating], z: NDArray[np.floating], seed: int = 0) -> tuple[float, float] | None:
    """The 90 % interval of the AUC: bootstrap over panels; None where it cannot be computed."""
    if auc(y, z) is None:
        return None
    rng = np.random.default_rng((seed, 90))
    drawn = [rng.integers(0, len(y), len(y)) for _ in range(RESAMPLES)]
    areas = [area for area in (auc(y[at], z[at]) for at in drawn) if area is not None]
    low, high = np.quantile(areas, (0.05, 0.95))
    return float(low), float(high)


@dataclass(frozen=True)
class Score:
    """How well an element was learned, on panels that the scoring net had not seen.

    Attributes:
        positives, negatives: panels marked 1 and 0.
        auc: held-out AUC, or None where it cannot be computed.
        interval: its 90 % interval, or None.
        reliable: whether the element takes part in the loss.
        note: why not, if not.
    """

    positives: int
    negatives: int
    auc: float | None
    reliable: bool
    note: str
    interval: tuple[float, float] | None = None


def score(y: NDArray[np.floating], z: NDArray[np.floating], said: NDArray[np.bool_]) -> Score:
    """Judges one element by its held-out logits (J,), over the panels where something was said."""
    y, z = y[said], z[said]
    n, m = int((y > 0.5).sum()), int((y <= 0.5).sum())
    area = auc(y, z)
    span = interval(y, z)
    if n < MIN_POSITIVES:
        return Score(
            n, m, area, False, f"appears in only {n} panels; at least {MIN_POSITIVES} are needed to learn it", span
        )
    if m < 2:
        return Score(n, m, area, False, "appears in (nearly) every panel, so there is nothing to tell it from", span)
    if area is None or area < MIN_AUC:
        return Score(
            n,
            m,
            area,
            False,
            f"not recognised on panels not yet seen (AUC {area:.2f})" if area is not None else "no score",
            span,
        )
    return Score(n, m, area, True, "", span)


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware: elsewhere it is slower than float32."""
    known = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    amx = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool((known and known()) or (amx and amx()))
