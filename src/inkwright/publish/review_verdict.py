"""What the figures mean in plain words: the verdict, the style's part, the warnings."""

from typing import Any

import numpy as np

from inkwright.publish.review_data import Review

ENOUGH_PANELS = 12
"""Below this many panels, classifiers and judge are too uncertain to lean on (recipes.md: AUC .78 at 6, .92 at 12)."""
ENOUGH_MARKS = 12
READABLE = 0.75
"""A judge whose AUC on the drawings is lower cannot read this book."""
WANDERING = 1.25
"""A consistency ratio above this is seen as colours that wander from panel to panel."""
ALARM = 0.2
"""Shortcut alarm: judge BCE lost on the fitted comic, in nats, while the loss's own classifiers are content."""
EQUAL = 0.05
"""Style distances that differ by this share of plain's at most are called equal."""


def source_of(summary: dict[str, Any]) -> str:
    """Whose figures lead: "judge" where there is one, else "p"."""
    return "judge" if summary["judge"] else "p"


def verdict(summary: dict[str, Any]) -> dict[str, str]:
    """The headline ("short", a few words; "tone": good, fair, poor or none) and one sentence with numbers ("text").

    The judge's figure always has the consistency ratio beside it, because a judge can be fooled.
    """
    source = source_of(summary)
    looks = summary[source]
    fitted, drawing = looks["fitted"], looks["drawing"]
    if not fitted["cells"]:
        text = "Nothing was compared: no mark of the prior table meets a classifier's estimate on the fitted comic."
        return {"short": "Nothing to judge yet", "tone": "none", "text": text}
    who = "Judge" if source == "judge" else "Classifiers in the loss (no judge)"
    others = [
        f"{name}: {looks[look]['agree']}"
        for look, name in (("plain", "plain"), ("drawing", "drawings"))
        if looks[look]["cells"]
    ]
    aside = f" ({', '.join(others)})" if others else ""
    counted = f"{fitted['agree']} of {_marks(fitted['cells'])} agree on the fitted comic"
    text = f"{who}: {counted}{aside}; {_consistency(summary['extras'])}."
    short, tone = _grade(summary, fitted, drawing)
    return {"short": short, "tone": tone, "text": text}


def _grade(summary: dict[str, Any], fitted: dict[str, Any], drawing: dict[str, Any]) -> tuple[str, str]:
    counts = summary["counts"]
    if counts["panels"] < ENOUGH_PANELS or fitted["cells"] < ENOUGH_MARKS:
        return "Too little to judge by, but here is what we see", "none"
    if drawing["auc"] is not None and drawing["auc"] < READABLE:
        return "The drawings themselves cannot be read reliably", "none"
    share = fitted["agree"] / fitted["cells"]
    before = drawing["agree"] / drawing["cells"] if drawing["cells"] else 1.0
    ratio = summary["extras"].get("consistency_fitted")
    wandering = isinstance(ratio, float | int) and ratio > WANDERING
    if before - share > 0.10 or share < 0.75:
        return "Elements are getting lost", "poor"
    if wandering:
        return "The elements can be read, but their colours wander", "fair"
    if before - share > 0.03 or share < 0.9:
        return "Most elements hold", "fair"
    return "The elements hold together", "good"


def _consistency(extras: dict[str, Any]) -> str:
    ratio, plain = extras.get("consistency_fitted"), extras.get("consistency_plain")
    if not isinstance(ratio, float | int):
        return "consistency ratio not measured"
    beside = f"plain: {plain:.2f}, " if isinstance(plain, float | int) else ""
    return f"consistency ratio {ratio:.2f} ({beside}1.00 is as drawn)"


def _marks(n: int) -> str:
    return f"{n} mark" if n == 1 else f"{n} marks"


def warnings(review: Review, summary: dict[str, Any]) -> list[str]:
    """Why the figures may mislead, one or two sentences each, with the next act."""
    found = []
    elements, panels = review.shape
    if not elements:
        found.append("The book has no elements yet. Add some with `inkwright elements`, and mark where they appear.")
    elif not np.isfinite(review.prior).any():
        found.append("The prior table says nothing yet. Mark where each element appears with `inkwright elements`.")
    if panels < ENOUGH_PANELS:
        found.append(
            f"Only {panels} panel{'' if panels == 1 else 's'}: classifiers and judge need about {ENOUGH_PANELS} before "
            "their figures mean much. Trust your eyes first."
        )
    if elements and not summary["judge"]:
        found.append(
            "There is no independent judge. These figures come from the classifiers that the loss tried to please, "
            "so they flatter. Set review.judge_steps above 0 and review again."
        )
    if elements and not isinstance(summary["extras"].get("consistency_fitted"), float | int):
        found.append("The consistency ratio was not measured. A judge can be fooled; do not lean on it alone.")
    return found + _unreadable(summary) + _unreliable(review)


def _unreadable(summary: dict[str, Any]) -> list[str]:
    found = []
    p, judge = summary["p"], summary["judge"]
    if judge and judge["drawing"]["auc"] is not None and judge["drawing"]["auc"] < READABLE:
        found.append(
            f"The judge can hardly read the drawings themselves (AUC {judge['drawing']['auc']:.2f}), so its word on "
            "the comic counts for little. Draw boxes around the elements, or add panels."
        )
    values = [table[look]["bce"] for table in (p, judge) if table for look in ("drawing", "fitted")]
    if len(values) == 4 and None not in values:
        own, withheld = values[1] - values[0], values[3] - values[2]
        if own < 0.05 and withheld > ALARM:
            found.append(
                f"Shortcut alarm: the classifiers in the loss are content, the judge is not (its BCE is {withheld:.2f} "
                "above the drawings'). The network may have learned to please, not to draw. Lower fit.weight_c."
            )
    for look, what in (("plain", "Plain style transfer"), ("fitted", "The fitted comic")):
        if p["drawing"]["cells"] and not p[look]["cells"]:
            found.append(f"{what} was not measured, so there is nothing to compare it with.")
    return found


def _unreliable(review: Review) -> list[str]:
    found = []
    for score in review.scores:
        if not score.get("reliable", True):
            auc, note = score.get("auc"), str(score.get("note") or "").strip()
            why = note or (f"cross-validated AUC {auc:.2f}" if known(auc) else "too few marked panels")
            found.append(f"{score['element']} is not reliable: {why.rstrip('.')}. Its row below is a guess.")
    return found


def known(value: Any) -> bool:
    """Is it a finite number?"""
    return isinstance(value, int | float | np.floating) and bool(np.isfinite(value))


def style_check(sweep: dict[str, float]) -> dict[str, Any] | None:
    """Whether plain and fitted are compared at equal style distance; `sweep` as in `Review`.

    Returns:
        blend, plain and fitted as given; more: the share by which fitted lies farther from the style than plain;
        equal: whether that is at most 5 % (nearer is as good); text: a sentence. None where nothing was swept.
    """
    if not all(known(sweep.get(name)) for name in ("blend", "plain", "fitted")) or sweep["plain"] <= 0:
        return None
    more = sweep["fitted"] / sweep["plain"] - 1
    part = "all" if sweep["blend"] >= 1 else f"{100 * sweep['blend']:.0f} %"
    text = f"The book keeps {part} of what knowing the elements changed in the network; "
    text += f"its style distance is {100 * abs(more):.0f} % {'above' if more >= 0 else 'below'} plain's: "
    if more < -EQUAL:
        text += "nothing of what was won was paid for with style."
    elif more <= EQUAL:
        text += "plain and fitted are compared at equal style distance (within 5 %)."
    else:
        text += "not equal (within 5 %), so part of what was won was paid for with style. Lower fit.style_cost."
    return {**{name: sweep[name] for name in ("blend", "plain", "fitted")}, "more": more, "equal": more <= EQUAL} | {
        "text": text
    }
