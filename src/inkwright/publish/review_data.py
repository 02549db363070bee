"""What the review is made from, as plain data, and its figures: agreement of p with p̂. No files, no HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkwright.errors import InternalError

LOOKS = ("drawing", "plain", "fitted")
"""The three looks of a panel: as drawn, plain style transfer (weight of C = 0), the fitted network."""
EPSILON = 1e-6
"""p is kept this far from 0 and 1 in the cross-entropy, which is infinite there."""
RECOVERY_FLOOR = 0.02
"""Smallest judge BCE lost by plain style transfer of which a recovered share is worth naming; below it is noise."""

Table = NDArray[np.float64]
"""(I, J): rows elements, columns panels; probabilities in [0, 1], nan where nothing is known."""


@dataclass(frozen=True)
class Review:
    """Everything that the review page shows. I elements, J panels.

    Attributes:
        title: the book's title.
        style: name of the style.
        elements: I names.
        kinds: I kinds (character, setting, prop).
        panels: J ids in reading order.
        prior: (I, J), p̂: 1 appears, 0 does not, nan not said.
        p: look → (I, J), from the classifiers in the loss; nan where unknown. A missing look is all unknown.
        judge: look → (I, J), from a network that the loss never saw; empty where there is no judge.
        second: the same from a second judge, which shares nothing with the first; empty where there is none.
        boxes: (element, panel) → its boxes (x, y, width, height) in pixels of the drawing's picture.
        losses: one dict per logged step: "stage" (style, plain or fitted), "step", and terms such as S and C.
        scores: one dict per element: "element", "auc" (cross-validated, or None), "positives", "reliable", "note".
        pictures: look → panel id → its PNG.
        palette: (source RGB, result RGB, share of the drawings), all in [0, 1].
        pins: what each row of the palette is pinned by: "#rrggbb" or an element, "" for the casting's own; or nothing.
        ink: RGB in [0, 1], what ink becomes, and whether the author has pinned it; None where it is not known.
        extras: figures measured elsewhere. "consistency_plain" and "consistency_fitted" are the colour spread within
            an element over the spread between elements, relative to the drawings (1.00: as consistent as drawn).
            A name that ends in _drawing, _plain or _fitted gets a row in the table of key figures.
        consistency: element → look ("plain", "fitted") → its own consistency ratio.
        strays: (element, panel, distance in 0.01 OKLab) where an element's own colour strays, farthest first.
        sweep: how much of the fitted network the book keeps ("blend"), and the style distances "plain" and "fitted".
        refinable: whether `fit --more` and `--redo` can do anything: elements have a part in the fit.

    Raises:
        InternalError: a table's shape is not (I, J).
    """

    title: str
    style: str
    elements: list[str]
    kinds: list[str]
    panels: list[str]
    prior: Table
    p: dict[str, Table]
    judge: dict[str, Table] = field(default_factory=dict)
    second: dict[str, Table] = field(default_factory=dict)
    boxes: dict[tuple[str, str], list[tuple[int, int, int, int]]] = field(default_factory=dict)
    losses: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, dict[str, Path]] = field(default_factory=dict)
    palette: list[tuple[Sequence[float], Sequence[float], float]] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    ink: tuple[Sequence[float], bool] | None = None
    extras: dict[str, float | str] = field(default_factory=dict)
    consistency: dict[str, dict[str, float]] = field(default_factory=dict)
    strays: list[tuple[str, str, float]] = field(default_factory=list)
    sweep: dict[str, float] = field(default_factory=dict)
    refinable: bool = True

    def __post_init__(self) -> None:
        if len(self.kinds) != len(self.elements):
            raise InternalError(f"The review got {len(self.kinds)} kinds for {len(self.elements)} elements.")
        if self.pins and len(self.pins) != len(self.palette):
            raise InternalError(f"The review got {len(self.pins)} pins for {len(self.palette)} colours.")
        for name, table in [("prior", self.prior), *self.p.items(), *self.judge.items(), *self.second.items()]:
            if np.shape(table) != self.shape:
                raise InternalError(f"The review's table '{name}' is {np.shape(table)}; {self.shape} is needed.")

    @property
    def shape(self) -> tuple[int, int]:
        """(I, J)."""
        return len(self.elements), len(self.panels)

    def table(self, source: str, look: str) -> Table:
        """The (I, J) table of a source ("p", "judge" or "second") and look; all nan where it is missing."""
        tables = {"judge": self.judge, "second": self.second}.get(source, self.p)
        return np.asarray(tables[look], np.float64) if look in tables else np.full(self.shape, np.nan)


def said(review: Review, source: str) -> NDArray[np.bool_]:
    """(I, J): the cells that count. p̂ is said there, and p is known for every look that is known at all.

    So the three looks are always compared on the same marks, and a look that was never made spoils nothing.
    """
    cells = np.isfinite(review.prior)
    for look in LOOKS:
        known = np.isfinite(review.table(source, look))
        if known.any():
            cells &= known
    return cells


def figures(review: Review, source: str) -> dict[str, dict[str, Any]]:
    """Look → {cells, agree, bce, auc, balanced_accuracy} over the said cells; floats are nan where undefined.

    auc is the mean over the elements that can be scored: a marked and an unmarked panel are known of them.
    """
    cells = said(review, source)
    found = {}
    for look in LOOKS:
        p = review.table(source, look)
        known = cells & np.isfinite(p)
        each = [a for a in element_aucs(review, source, look) if np.isfinite(a)]
        auc_of_all = float(np.mean(each)) if each else float("nan")
        found[look] = agreement(review.prior[known], p[known]) | {"auc": auc_of_all}
    return found


def element_aucs(review: Review, source: str, look: str) -> list[float]:
    """The AUC of each element over its said cells; nan where it cannot be scored."""
    p, out = review.table(source, look), []
    cells = said(review, source) & np.isfinite(p)
    for i in range(len(review.elements)):
        yes = review.prior[i, cells[i]] >= 0.5
        its = p[i, cells[i]]
        out.append(auc(its[yes], its[~yes]) if yes.any() and not yes.all() else float("nan"))
    return out


def agreement(p_hat: Table, p: Table) -> dict[str, Any]:
    """How well p (n,) agrees with p̂ (n,), both in [0, 1] and known.

    Returns:
        cells: n. agree: how many lie on the right side of one half. bce: mean of H(p̂, p) in nats. auc: area under the
        ROC curve, ties counted half. balanced_accuracy: mean of the two classes' accuracies. The last two are nan
        where one class is missing, and bce is nan where n = 0.
    """
    yes = p_hat >= 0.5
    right = (p >= 0.5) == yes
    both = bool(yes.any() and not yes.all())
    return {
        "cells": int(p.size),
        "agree": int(right.sum()),
        "bce": float(cross_entropy(p_hat, p).mean()) if p.size else float("nan"),
        "auc": auc(p[yes], p[~yes]) if both else float("nan"),
        "balanced_accuracy": float((right[yes].mean() + right[~yes].mean()) / 2) if both else float("nan"),
    }


def cross_entropy(p_hat: Table, p: Table) -> Table:
    """C = -p̂ log p - (1 - p̂) log(1 - p) of each cell, in nats; p is kept `EPSILON` from 0 and 1."""
    q = np.clip(p, EPSILON, 1 - EPSILON)
    return np.asarray(-p_hat * np.log(q) - (1 - p_hat) * np.log1p(-q), np.float64)


def auc(positives: Table, negatives: Table) -> float:
    """The chance that a positive (n,) scores above a negative (m,); a tie counts half. n, m >= 1."""
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left")
    tied = np.searchsorted(ordered, positives, "right") - below
    return float((below + tied / 2).mean() / negatives.size)


def recovered(judge: dict[str, dict[str, Any]]) -> float:
    """The share of the judge BCE lost by plain style transfer that the fit wins back; nan where too little was lost.

    1: as readable as the drawings. 0: no better than plain. Negative: worse than plain.
    """
    drawing, plain, fitted = (float(judge[look]["bce"]) for look in LOOKS)
    lost = plain - drawing
    return (plain - fitted) / lost if lost > RECOVERY_FLOOR else float("nan")


def plain_data(value: Any) -> Any:
    """JSON-safe: numpy turned into Python, floats rounded to 4 decimals, nan and infinities into None."""
    if isinstance(value, np.ndarray):
        return plain_data(value.tolist())
    if isinstance(value, np.generic):
        return plain_data(value.item())
    if isinstance(value, float):
        return round(value, 4) + 0.0 if np.isfinite(value) else None  # + 0.0 turns -0.0 into 0.0
    if isinstance(value, dict):
        return {str(key): plain_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(inner) for inner in value]
    return value
