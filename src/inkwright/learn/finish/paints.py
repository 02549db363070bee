"""The paints of the finished panels: a few colours, each with what becomes of it where the drawing is lighter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.learn.colour import luma, oklab, srgb
from inkwright.learn.finish.areas import areas
from inkwright.learn.flats import flats

Floats = NDArray[np.float32]

MOST = 32
"""Paints at most."""
APART = 0.05
"""Paints nearer than this to each other in OKLab are one."""
CELL = 0.025
"""Side of the cells in OKLab whose counts are levelled, so that small things have a paint, too."""
SAMPLES = 20_000
LOOSE = 0.045
"""A drawing's colour strays by at least so much, in OKLab, where one paint will be."""
SAID = 8.0
"""Largest log-likelihood by which what is drawn speaks against a paint."""
UNSEEN = -2.0
"""What is drawn speaks so much against a paint that was never seen over a drawing, whatever is drawn."""
FEW = 20
"""Pixels by which a paint is known at least."""
RIDGE = 0.003
"""Variance of the drawing's lightness below which it does not decide about a paint's."""
STEEPEST = 1.5
"""No paint follows the drawing's lightness more steeply."""
STROKES = 0.03
"""An area whose colours stray from their median by less than this, in OKLab, is one colour, laid in strokes."""
BETWEEN = 0.09
"""A pixel farther than this from all paints, in OKLab, is an edge or a speck and teaches nothing."""


@dataclass(frozen=True)
class Paints:
    """The paints.

    Attributes:
        colour: (K, 3) OKLab, each at its usual lightness of the drawing.
        light: (K,) that lightness, luma in [0, 1].
        slope: (K, 3) change of the colour with the drawing's lightness.
        share: (K,) of the finished panels' area.
        drawn: (K, 3) OKLab, what the drawing usually shows where the paint is.
        spread: (K, 3) how far that strays; 0 where it was never seen over a drawing.
    """

    colour: Floats
    light: Floats
    slope: Floats
    share: Floats
    drawn: Floats
    spread: Floats

    def __len__(self) -> int:
        return len(self.colour)

    def labels(self, finish: Floats) -> NDArray[np.int64]:
        """(H, W, 3) RGB in [0, 1] → (H, W) the nearest paint, -1 where none is near."""
        lab = oklab(finish).reshape(-1, 3)
        far = (lab**2).sum(1)[:, None] + (self.colour**2).sum(1)[None] - 2 * lab @ self.colour.T
        label = np.where(far.min(1) < BETWEEN**2, far.argmin(1), -1)
        return label.reshape(finish.shape[:2]).astype(np.int64)

    def told(self, flat: Floats) -> Floats:
        """(H, W, 3) RGB in [0, 1] → (H, W, K), at most 0: log-likelihood of each paint from what is drawn.

        Where drawings are grey all over it says nothing; the white of an eye, or a red coat, it knows.
        """
        lab = oklab(flat)
        out = np.empty((*flat.shape[:2], len(self)), np.float32)
        for k in range(len(self)):
            known = self.spread[k].any()
            out[..., k] = -0.5 * (((lab - self.drawn[k]) / self.spread[k]) ** 2).sum(-1) if known else UNSEEN
        return np.maximum(out, -SAID)

    def painted(self, chance: Floats, light: Floats) -> Floats:
        """The colour of pixels, from how likely each paint is there.

        Args:
            chance: (N, K), rows add up to 1.
            light: (N,) the drawing's lightness.

        Returns:
            (N, 3) RGB in [0, 1].
        """
        base = chance @ (self.colour - self.light[:, None] * self.slope)
        return srgb(base + light[:, None] * (chance @ self.slope))


def evened(finish: Floats, ink: Floats) -> Floats:
    """A finish without its strokes: even inside the areas that its lines and borders bound, where it is nearly even.

    Args:
        finish: (H, W, 3) RGB in [0, 1].
        ink: (H, W) in [0, 1], of the drawing.
    """
    flat = flats(finish, ink, 12)
    where = areas(ink, flat).ravel()
    lab = oklab(flat).reshape(-1, 3)
    free = np.flatnonzero(ink.ravel() < 0.25)
    order = free[np.argsort(where[free], kind="stable")]
    count = np.bincount(where[order], minlength=int(where.max()) + 1)
    middle = np.zeros((len(count), 3), np.float32)
    spread = np.ones(len(count), np.float32)
    for number, its in enumerate(np.split(lab[order], np.cumsum(count)[:-1])):
        if len(its):
            middle[number] = np.median(its, 0)
            spread[number] = np.median(np.linalg.norm(its - middle[number], axis=1))
    keep = np.clip((spread - STROKES) / STROKES, 0, 1)[where][:, None]
    return srgb(middle[where] + keep * (lab - middle[where])).reshape(finish.shape)


def mix_paints(
    finishes: Sequence[Floats],
    drawings: Sequence[Floats],
    masks: Sequence[NDArray[np.bool_]],
    seed: int,
    over: Sequence[bool] | None = None,
) -> Paints:
    """Reads the paints off finished panels.

    Args:
        finishes: (H, W, 3) RGB in [0, 1] each.
        drawings: the drawings' flats, the same sizes.
        masks: (H, W) each, where there is colour rather than line.
        seed: of the sampling.
        over: whether each lies over its drawing; None: all do. What others were drawn like is not known.
    """
    rng = np.random.default_rng((seed, 41))
    each = max(500, 300_000 // len(finishes))
    lab, light, drawn, knows = [], [], [], []
    for finish, drawing, mask, its in zip(finishes, drawings, masks, over or [True] * len(masks), strict=True):
        at = np.flatnonzero(mask)
        if len(at):
            at = at[rng.integers(0, len(at), each)]
            lab.append(oklab(finish.reshape(-1, 3)[at]))
            drawn.append(oklab(drawing.reshape(-1, 3)[at]))
            knows.append(np.full(each, its))
            light.append(luma(drawing.reshape(-1, 3)[at]))
    points, seen = np.concatenate(lab), np.concatenate(light)
    centres = _centres(points, rng)
    far = (points**2).sum(1)[:, None] + (centres**2).sum(1)[None] - 2 * points @ centres.T
    label = far.argmin(1)
    kept = [k for k in range(len(centres)) if (label == k).sum() >= FEW]
    rows = [_tone(points[label == k], seen[label == k]) for k in kept]
    share = np.array([(label == k).mean() for k in kept], np.float32)
    colour, usual, slope = (np.stack([row[n] for row in rows]).astype(np.float32) for n in range(3))
    known = np.concatenate(knows)
    shown = [np.concatenate(drawn)[(label == k) & known] for k in kept]
    usually, strays = (np.stack(part).astype(np.float32) for part in zip(*map(_usual, shown), strict=True))
    return Paints(colour, usual, slope, share, usually, strays)


def _usual(shown: Floats) -> tuple[Floats, Floats]:
    """What a paint is usually drawn like, and how far that strays, from (N, 3) OKLab; zeros for too few."""
    if len(shown) < FEW:
        return np.zeros(3, np.float32), np.zeros(3, np.float32)
    middle = np.median(shown, 0)
    return middle, np.maximum(1.25 * np.abs(shown - middle).mean(0), LOOSE)


def _centres(points: Floats, rng: np.random.Generator) -> Floats:
    """Main colours, the densest first, each at least `APART` from those before it, then centred on what is theirs."""
    cells, inverse, count = np.unique(
        np.round(points / CELL).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    means = np.stack([np.bincount(inverse.ravel(), points[:, c], len(cells)) for c in range(3)], 1) / count[:, None]
    near = np.exp(-((means[:, None] - means[None]) ** 2).sum(-1) / (2 * CELL**2)) @ count
    chosen: list[int] = []
    # As in farthest-first, but rare colours have to be farther away than common ones to be a paint of their own.
    gap = np.full(len(cells), 1.0)
    while len(chosen) < MOST:
        score = np.minimum(gap, 0.3) * near**0.3 * (gap > APART)
        best = int(score.argmax())
        if score[best] <= 0 or near[best] < 2e-4 * len(points):
            break
        chosen.append(best)
        gap = np.minimum(gap, np.linalg.norm(means - means[best], axis=1))
    centres = means[chosen]
    sample = points[rng.integers(0, len(points), SAMPLES)]
    for _ in range(6):
        far = (sample**2).sum(1)[:, None] + (centres**2).sum(1)[None] - 2 * sample @ centres.T
        label = far.argmin(1)
        centres = np.stack(
            [sample[label == k].mean(0) if (label == k).any() else centres[k] for k in range(len(centres))]
        )
    return np.asarray(centres, np.float32)


def _tone(lab: Floats, light: Floats) -> tuple[Floats, Floats, Floats]:
    """A paint's colour, its usual lightness in the drawing, and its slope."""
    usual, mean = light.mean(), lab.mean(0)
    away = light - usual
    slope = (away[:, None] * (lab - mean)).mean(0) / ((away**2).mean() + RIDGE)
    return mean, usual, np.clip(slope, -STEEPEST, STEEPEST)
