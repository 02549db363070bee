"""One colour of the drawings becomes one colour in every panel: what was painted panel by panel is made to agree.

    x' = A_j x + b_j + r_jk        in OKLab, for a pixel of panel j that is drawn in colour k of the book

A_j, b_j undo what was done to a panel as a whole, its contrast and its cast; r_jk what is left for one colour. They
follow from the panels' mean colours μ_jk and what they are to be, t_jk, which are fitted in turn:

    A_j, b_j = argmin Σ_k w_jk |A_j μ_jk + b_j - t_jk|² + λ |A_j - 1|²
    t_jk = d_jk + mean of A_m μ_mn + b_m - d_mn over all panels m and colours n, by w_mn K(|d_jk - d_mn|)

d_jk is the mean drawn colour, K a Gaussian: colours that were drawn alike come out alike, and as far apart as they were
drawn, however they were parted into colours of the book. The mean of all A_j is the identity and that of all b_j zero,
so that the book as a whole stays as it was given. The panels' own part in closed form; compare `banks`, which does the
same for elements.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from inkwright.learn.colour import oklab

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

COLOURS = 48
"""Colours of the drawings that are told apart in a book, besides its ink."""
WIDTH = 0.025
"""Spread in OKLab of what counts as one colour."""
REACH = 0.06
"""A pixel farther than this from all colours of the book belongs to none: a teal wall is no blue sky."""
APART = 0.06
"""No two colours of the book are nearer than this, in OKLab: what lies between is in the reach of one of them."""
CELL = 0.0125
"""Side of the cells in OKLab in which colours are counted."""
PIXELS = 400_000
"""So many of a book are counted."""
FEWEST = 0.03
"""A peak this much lower than the highest, and all lower ones, are strays: blurred edges, specks."""
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
        shared: (k + 1,) whether a colour, or one drawn like it, is in at least two panels.
    """

    drawn: Floats
    target: Doubles
    A: Doubles
    b: Doubles
    rest: Doubles
    shared: NDArray[np.bool_]


def book_colours(flats: Sequence[Floats]) -> Floats:
    """(k, 3) OKLab: the colours that a book is drawn in, those that most is drawn in first.

    The peaks of how often colours occur, the highest first, and none in the reach of another: a pixel more or less
    moves a peak by next to nothing, where the centres of k-means change places.

    Args:
        flats: the panels' flat colours, (H, W, 3) RGB in [0, 1].
    """
    each = max(200, PIXELS // len(flats))
    lab = np.concatenate([_some(oklab(flat).reshape(-1, 3), each) for flat in flats])
    low, margin = lab.min(0), 3 * WIDTH
    shape = tuple((np.floor((lab.max(0) - low + 2 * margin) / CELL).astype(int) + 1).tolist())
    cell = np.ravel_multi_index(tuple(((lab - low + margin) / CELL).astype(int).T), shape)
    count = np.bincount(cell, minlength=int(np.prod(shape)))
    sums = np.stack([np.bincount(cell, lab[:, c], len(count)) for c in range(3)], 1)
    filled = np.flatnonzero(count)
    level = np.sqrt(count).reshape(shape)  # so that rare colours are found as well
    crowd = gaussian_filter(level, WIDTH / 2 / CELL, mode="constant").ravel()[filled]
    weight, means = np.sqrt(count[filled])[:, None], sums[filled] / count[filled, None]
    least, found = crowd.max() * FEWEST, list[Doubles]()
    while len(found) < COLOURS and crowd.max() > least:
        near = np.linalg.norm(means - means[crowd.argmax()], axis=1)
        like = weight * np.exp(-((near / WIDTH) ** 2) * 2)[:, None]
        found.append((like * means).sum(0) / like.sum())
        crowd[np.linalg.norm(means - found[-1], axis=1) < APART] = 0
        crowd[near < WIDTH] = 0
    return np.array(found, np.float32)


@dataclass(frozen=True)
class Means:
    """The colours of a panel; of a book with panels in front.

    Attributes:
        drawn: (k + 1, 3) OKLab, mean drawn colours; ink last.
        painted: (k + 1, 3) OKLab, what they were painted in.
        share: (k + 1,) of the panel's area; 0 for colours that are not told of it.
    """

    drawn: Doubles
    painted: Doubles
    share: Doubles

    @classmethod
    def of_book(cls, panels: "Sequence[Means]") -> "Means":
        """Those of all panels, (J, k + 1, ...)."""
        return cls(*(np.stack([getattr(one, name) for one in panels]) for name in ("drawn", "painted", "share")))


def panel_means(flat: Floats, ink: Floats, given: Floats, drawn: Floats) -> Means:
    """What a panel's colours were painted in.

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
    share = count / len(label)
    share[(share < LEAST) | (count < 24)] = 0
    told = (share[:, None] > 0) / np.maximum(count, 1)[:, None]
    means = [np.stack([np.bincount(label[at], x[at, c], len(count)) for c in range(3)], 1) for x in (lab, painted)]
    return Means(means[0] * told, means[1] * told, share)


def agree(drawn: Floats, book: Means, strength: float = 1.0) -> Agreement:
    """Makes the panels agree.

    Args:
        drawn: (k, 3) OKLab.
        book: the colours of all panels, (J, k + 1, ...).
        strength: how far: 0 leaves everything, 1 goes all the way.
    """
    means, J = book.painted, len(book.share)
    alike, elsewhere = _alike(book)
    w = np.sqrt(book.share) * elsewhere  # what one panel alone has agrees with itself
    A, b = np.tile(np.eye(3), (J, 1, 1)), np.zeros((J, 3))
    target = _common(book, alike, w, A, b)
    for _ in range(ROUNDS):
        for j in np.flatnonzero(w.any(1)):
            A[j], b[j] = _affine(means[j], target[j], w[j])
        mine = w.any(1)
        if mine.any():
            back, middle = np.linalg.inv(A[mine].mean(0)), b[mine].mean(0)
            A[mine], b[mine] = back @ A[mine], (b[mine] - middle) @ back.T
        target = _common(book, alike, w, A, b)
    A, b = np.eye(3) + strength * (A - np.eye(3)), strength * b
    moved = np.einsum("jab,jkb->jka", A, means) + b[:, None]
    rest = np.where(w[..., None] > 0, strength * (target - moved), 0)
    rest *= np.minimum(1, FARTHEST / np.maximum(np.linalg.norm(rest, axis=2, keepdims=True), 1e-6))
    common = (w[..., None] * target).sum(0) / np.maximum(w.sum(0), 1e-9)[:, None]
    return Agreement(drawn, common, A, b, rest, np.asarray(w.any(0), np.bool_))


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


def _alike(book: Means) -> tuple[csr_array, NDArray[np.bool_]]:
    """K between all colours of all panels, (n, n) of those that are told, and (J, k + 1) which have one elsewhere."""
    panel, colour = told = np.nonzero(book.share)
    points = book.drawn[told].copy()
    points[colour == book.share.shape[1] - 1] = 9.0  # ink is like ink alone
    tree = cKDTree(points)
    far = tree.sparse_distance_matrix(tree, 3 * WIDTH, output_type="coo_matrix")
    near = csr_array((np.exp(-(far.data**2) / (2 * WIDTH**2)), (far.row, far.col)), shape=(len(points), len(points)))
    other = panel[far.row] != panel[far.col]
    elsewhere = np.zeros(book.share.shape, np.bool_)
    elsewhere[told] = np.bincount(far.row[other], far.data[other] < REACH, len(points)) > 0
    return near, elsewhere


def _common(book: Means, alike: csr_array, w: Doubles, A: Doubles, b: Doubles) -> Doubles:
    """t_jk (J, k + 1, 3)."""
    told = np.nonzero(book.share)
    moved = (np.einsum("jab,jkb->jka", A, book.painted) + b[:, None] - book.drawn)[told]
    part = np.maximum(w[told], 1e-9)[:, None]
    target = np.zeros_like(book.painted)
    target[told] = book.drawn[told] + (alike @ (part * moved)) / (alike @ part)
    return target


def _some(values: Floats, count: int) -> Floats:
    """About so many of the values (n, 3), or all."""
    return values[:: max(1, len(values) // count)]
