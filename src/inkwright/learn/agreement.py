"""One colour of the drawings becomes one colour in every panel: what was painted panel by panel is made to agree.

    x' = A_j x + b_j + r_jk        in OKLab, for a pixel of panel j that is drawn in colour k of the book

A_j, b_j undo what was done to a panel as a whole, its contrast and its cast; r_jk what is left for one colour. They
follow from the panels' mean colours μ_jk and their common values t_k, which are fitted in turn:

    A_j, b_j = argmin Σ_k w_jk |A_j μ_jk + b_j - t_k|² + λ |A_j - 1|²,    t_k = mean over j of A_j μ_jk + b_j

with the mean of all A_j the identity and that of all b_j zero, so that the book as a whole stays as it was given. The
panels' own part in closed form; compare `banks`, which does the same for elements.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from inkwright.learn.colour import oklab

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

COLOURS = 48
"""Colours of the drawings that are told apart in a book, besides its ink."""
WIDTH = 0.025
"""Spread in OKLab of what counts as one colour."""
REACH = 0.06
"""A pixel farther than this from all colours of the book belongs to none: a teal wall is no blue sky."""
CELL = 0.02
"""Side of the cells in OKLab whose counts are levelled, so that rare colours are found as well."""
SAMPLES = 12_000
LEAST = 0.004
"""A colour is told of a panel where it fills this share of it."""
RIDGE = 0.002
"""λ, a variance in OKLab: what varies less within a panel does not decide on its contrast."""
GAIN = 1.6
"""No contrast is changed by more than this factor."""
FARTHEST = 0.25
"""No colour is moved farther than this, in OKLab, after its panel was."""
ROUNDS = 40
INK = 0.5
"""From here on a pixel counts as ink."""


@dataclass(frozen=True)
class Agreement:
    """How the panels of a book come to agree.

    Attributes:
        drawn: (k, 3) OKLab, the drawings' colours; ink is one more, behind them.
        target: (k + 1, 3) OKLab, what each becomes.
        A: (J, 3, 3) per panel.
        b: (J, 3) per panel.
        rest: (J, k + 1, 3) what is left for each colour; 0 where no other panel has it.
        shared: (k + 1,) whether a colour is in at least two panels.
    """

    drawn: Floats
    target: Doubles
    A: Doubles
    b: Doubles
    rest: Doubles
    shared: NDArray[np.bool_]


def book_colours(flats: Sequence[Floats], seed: int) -> Floats:
    """(k, 3) OKLab: the colours that a book is drawn in.

    Args:
        flats: the panels' flat colours, (H, W, 3) RGB in [0, 1].
        seed: of the clustering.
    """
    rng = np.random.default_rng((seed, len(flats)))
    each = max(200, 400_000 // len(flats))
    lab = np.concatenate([_some(oklab(flat).reshape(-1, 3), each, rng) for flat in flats])
    _, cell, count = np.unique(np.round(lab / CELL).astype(np.int64), axis=0, return_inverse=True, return_counts=True)
    chance = count[cell.ravel()] ** -0.5
    points = lab[rng.choice(len(lab), min(SAMPLES, len(lab)), p=chance / chance.sum())]
    different = np.unique(points, axis=0)
    if len(different) <= COLOURS:
        return different.astype(np.float32)
    centres, label = kmeans2(points.astype(np.float64), COLOURS, minit="++", rng=rng, iter=30)
    return np.asarray(centres[np.unique(label)], np.float32)


def panel_means(flat: Floats, ink: Floats, given: Floats, drawn: Floats) -> tuple[Doubles, Doubles]:
    """What a panel's colours were painted in: means (k + 1, 3) in OKLab, and their shares of the panel (k + 1,).

    Args:
        flat: (H, W, 3) RGB in [0, 1], as drawn.
        ink: (H, W) in [0, 1].
        given: (H, W, 3) RGB in [0, 1], as painted.
        drawn: (k, 3) OKLab.
    """
    lab, painted = oklab(flat).reshape(-1, 3), oklab(given).reshape(-1, 3)
    far = _squares(lab, drawn)
    label = np.where(far.min(1) < REACH**2, far.argmin(1), -1)
    line = ink.reshape(-1)
    label = np.where(line >= INK, len(drawn), np.where(line < INK / 2, label, -1))
    at = label >= 0
    count = np.bincount(label[at], minlength=len(drawn) + 1)
    sums = np.stack([np.bincount(label[at], painted[at, c], len(count)) for c in range(3)], 1)
    share = count / len(label)
    share[(share < LEAST) | (count < 24)] = 0
    return np.where(share[:, None] > 0, sums / np.maximum(count, 1)[:, None], 0), share


def agree(drawn: Floats, means: Doubles, share: Doubles, strength: float = 1.0) -> Agreement:
    """Makes the panels agree.

    Args:
        drawn: (k, 3) OKLab.
        means: (J, k + 1, 3) of all panels, see `panel_means`.
        share: (J, k + 1) of the panels' area.
        strength: how far: 0 leaves everything, 1 goes all the way.
    """
    J = len(means)
    shared = (share > 0).sum(0) >= 2
    w = np.sqrt(share) * shared  # what one panel alone has agrees with itself
    A, b = np.tile(np.eye(3), (J, 1, 1)), np.zeros((J, 3))
    target = _common(means, w, A, b)
    for _ in range(ROUNDS):
        for j in np.flatnonzero(w.any(1)):
            A[j], b[j] = _affine(means[j], target, w[j])
        mine = w.any(1)
        if mine.any():
            back, middle = np.linalg.inv(A[mine].mean(0)), b[mine].mean(0)
            A[mine], b[mine] = back @ A[mine], (b[mine] - middle) @ back.T
        target = _common(means, w, A, b)
    A, b = np.eye(3) + strength * (A - np.eye(3)), strength * b
    moved = np.einsum("jab,jkb->jka", A, means) + b[:, None]
    rest = np.where(w[..., None] > 0, strength * (target - moved), 0)
    rest *= np.minimum(1, FARTHEST / np.maximum(np.linalg.norm(rest, axis=2, keepdims=True), 1e-6))
    return Agreement(drawn, target, A, b, rest, shared)


def recast(given: Floats, agreement: Agreement, j: int) -> Floats:
    """(H, W, 3) OKLab: A_j x + b_j for a picture of panel j, RGB in [0, 1]."""
    return np.asarray(oklab(given) @ agreement.A[j].T + agreement.b[j], np.float32)


def residue(flat: Floats, ink: Floats, agreement: Agreement, j: int) -> Floats:
    """(H, W, 3) OKLab: r_jk at each pixel of panel j, blended where its colour lies between those of the book."""
    lab = oklab(flat)
    like = np.exp(-_squares(lab, agreement.drawn) / (2 * WIDTH**2))
    like /= like.sum(-1, keepdims=True) + 0.02
    line = np.clip(ink * 2 - 0.5, 0, 1)[..., None]
    rest = agreement.rest[j].astype(np.float32)
    return np.asarray((like @ rest[:-1]) * (1 - line) + rest[-1] * line, np.float32)


def _squares(lab: Floats, drawn: Floats) -> Floats:
    """(..., k) squared distances of colours (..., 3) to those of the book (k, 3)."""
    each = (lab**2).sum(-1)[..., None] + (drawn**2).sum(-1) - 2 * lab @ drawn.T
    return np.asarray(np.maximum(each, 0), np.float32)


def _affine(x: Doubles, t: Doubles, w: Doubles) -> tuple[Doubles, Doubles]:
    """A (3, 3) near the identity and b (3,) that take colours x (k, 3) to t; weights w (k,)."""
    part = w / w.sum()
    mx, mt = part @ x, part @ t
    dx, dt = x - mx, t - mt
    A = np.linalg.solve(
        (dx * part[:, None]).T @ dx + RIDGE * np.eye(3), (dx * part[:, None]).T @ dt + RIDGE * np.eye(3)
    )
    U, s, V = np.linalg.svd(A.T)
    A = (U * np.clip(s, 1 / GAIN, GAIN)) @ V
    return A, mt - A @ mx


def _common(means: Doubles, w: Doubles, A: Doubles, b: Doubles) -> Doubles:
    """t_k (k + 1, 3)."""
    moved = np.einsum("jab,jkb->jka", A, means) + b[:, None]
    return np.asarray((w[..., None] * moved).sum(0) / np.maximum(w.sum(0), 1e-9)[:, None])


def _some(values: Floats, count: int, rng: np.random.Generator) -> Floats:
    return values[rng.integers(0, len(values), count)] if len(values) > count else values
