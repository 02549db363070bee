"""How far the review's figures can be trusted: bootstrap intervals over panels.

Marks of one panel hang together, so whole panels are drawn anew, with replacement; all three looks see the same draws.

Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile intervals).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkwright.publish.review_data import LOOKS, RECOVERY_FLOOR, Review, Table, cross_entropy, said

DRAWS, LEVEL, SEED = 500, 0.9, 20_231
"""How many draws of panels, the share of them that an interval holds, and their seed."""
FIGURES = ("bce", "auc", "balanced_accuracy")

Interval = list[float] | None


def intervals(review: Review, source: str) -> tuple[dict[str, dict[str, Interval]], Interval]:
    """90 % intervals of the figures of a source ("p" or "judge").

    Returns:
        look → figure → [low, high], None where it is undefined in more than half of the draws; and the interval of
        the recovered share (see `review_data.recovered`).
    """
    J = len(review.panels)
    cells = said(review, source)
    nothing: dict[str, dict[str, Interval]] = {look: dict.fromkeys(FIGURES) for look in LOOKS}
    if J < 2 or not cells.any():
        return nothing, None
    rng = np.random.default_rng(SEED)
    times = np.stack([np.bincount(rng.integers(0, J, J), minlength=J) for _ in range(DRAWS)]).astype(np.float64)
    found, bces = {}, {}
    for look in LOOKS:
        p = review.table(source, look)
        known = cells & np.isfinite(p)
        drawn = _draws(review.prior, p, known, times)
        found[look] = {name: _interval(drawn[name]) for name in FIGURES}
        bces[look] = drawn["bce"]
    lost = bces["plain"] - bces["drawing"]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(lost > RECOVERY_FLOOR, (bces["plain"] - bces["fitted"]) / lost, np.nan)
    return found, _interval(share)


def _draws(prior: Table, p: Table, known: NDArray[np.bool_], times: Table) -> dict[str, Table]:
    """Each figure in each draw, (draws,); `times`, (draws, J), is how often each panel was drawn."""
    safe, marks = np.where(known, p, 0.5), np.where(known, prior, 0.0)
    yes, no = known & (marks >= 0.5), known & (marks < 0.5)
    right = (safe >= 0.5) == (marks >= 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        bce = times @ (cross_entropy(marks, safe) * known).sum(0) / (times @ known.sum(0))
        hits = [times @ (right & part).sum(0) / (times @ part.sum(0)) for part in (yes, no)]
    return {"bce": bce, "auc": _aucs(safe, yes, no, times), "balanced_accuracy": (hits[0] + hits[1]) / 2}


def _aucs(p: Table, yes: NDArray[np.bool_], no: NDArray[np.bool_], times: Table) -> Table:
    """The mean AUC over elements in each draw, (draws,)."""
    total, count = np.zeros(len(times)), np.zeros(len(times))
    for i in range(len(p)):
        if not yes[i].any() or not no[i].any():
            continue
        above, below = p[i, yes[i]][:, None], p[i, no[i]][None]
        wins = (above > below) + 0.5 * (above == below)
        a, b = times[:, yes[i]], times[:, no[i]]
        pairs = a.sum(1) * b.sum(1)
        total += np.where(pairs > 0, ((a @ wins) * b).sum(1) / np.maximum(pairs, 1), 0)
        count += pairs > 0
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _interval(values: Table) -> Interval:
    good = values[np.isfinite(values)]
    if len(good) < len(values) / 2:
        return None
    low, high = np.quantile(good, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [float(low), float(high)]


def with_intervals(figures: dict[str, dict[str, Any]], review: Review, source: str) -> tuple[dict[str, Any], Interval]:
    """The figures of each look with their "interval", and the interval of the recovered share."""
    each, share = intervals(review, source)
    return {look: {**values, "interval": each[look]} for look, values in figures.items()}, share
