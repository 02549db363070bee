"""What the figures mean in plain words: the verdict, the warnings, the weakest marks and the next act for each."""

from typing import Any

import numpy as np

from inkwright.publish.review_data import LOOKS, Review

FLAG = 0.6
"""A mark is flagged where |p - p̂| is above this."""
ENOUGH_PANELS = 12
"""Below this many panels, classifiers and judge are too uncertain to lean on (recipes.md: AUC .78 at 6, .92 at 12)."""
ENOUGH_MARKS = 12
READABLE = 0.75
"""A judge whose AUC on the drawings is lower cannot read this book."""
WANDERING = 1.25
"""A consistency ratio above this is seen as colours that wander from panel to panel."""
ALARM = 0.2
"""Shortcut alarm: judge BCE lost on the fitted comic, in nats, while the loss's own classifiers are content."""

CAUSES = {
    "ambiguous": "ambiguous already in the drawing",
    "lost": "lost by stylizing",
    "fine": "within bounds",
}


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


def worst(review: Review, n: int = 8) -> list[dict[str, Any]]:
    """The n marks with the largest |p - p̂| on the fitted comic, largest first, ties in table order.

    Returns:
        dicts of element, panel, prior, p and judge (look → value, nan where unknown), gap = |p - p̂|, reliable, boxed,
        cause ("ambiguous": |p - p̂| is above .6 on the drawing too; "lost": above .6 on the fitted comic only;
        "fine": at most .6), cause_text, and next, a sentence.
    """
    gaps = np.abs(review.table("p", "fitted") - review.prior)
    before = np.abs(review.table("p", "drawing") - review.prior)
    doubtful = {score["element"] for score in review.scores if not score.get("reliable", True)}
    order = np.argsort(np.where(np.isfinite(gaps), -gaps, np.inf), axis=None, kind="stable")
    pairs = []
    for i, j in zip(*np.unravel_index(order[:n], review.shape), strict=True):
        if not np.isfinite(gaps[i, j]):
            break
        element, panel = review.elements[i], review.panels[j]
        cause = "fine" if gaps[i, j] <= FLAG else ("ambiguous" if before[i, j] > FLAG else "lost")
        pair = {
            "element": element,
            "panel": panel,
            "prior": float(review.prior[i, j]),
            "p": {look: float(review.table("p", look)[i, j]) for look in LOOKS},
            "judge": {look: float(review.table("judge", look)[i, j]) for look in LOOKS} if review.judge else {},
            "gap": float(gaps[i, j]),
            "reliable": element not in doubtful,
            "boxed": bool(review.boxes.get((element, panel))),
            "cause": cause,
            "cause_text": CAUSES[cause],
        }
        pairs.append({**pair, "next": next_act(pair)})
    return pairs


def next_act(pair: dict[str, Any]) -> str:
    """What the author can do about a weak mark; `pair` as made by `worst`."""
    element, panel, marked = pair["element"], pair["panel"], pair["prior"] >= 0.5
    if pair["cause"] == "fine":
        return "Nothing needs doing."
    if not pair["reliable"]:
        return f"The classifier of {element} is not reliable: box it in at least four panels and train again."
    if pair["cause"] == "ambiguous" and marked:
        if not pair["boxed"]:
            return (
                f"Draw a box around {element} in {panel}, so that the classifier knows where to look, and train again."
            )
        return f"Make {element} plainer in the drawing of {panel}, or unmark it there if it is barely to be seen."
    if pair["cause"] == "ambiguous":
        return f"Check the mark: {panel} is said to be without {element}. If so, something drawn there resembles it."
    if pair["judge"] and known(pair["judge"]["fitted"]) and (pair["judge"]["fitted"] >= 0.5) == marked:
        seen = "still sees" if marked else "does not see"
        return (
            f"Look for yourself: the judge {seen} {element} in {panel}. If it errs, raise fit.weight_c and fit again."
        )
    if marked:
        return f"Raise fit.weight_c or lower style.strength and fit again, so that {element} stays readable in {panel}."
    return f"The style made something in {panel} look like {element}: raise fit.weight_c and fit again."
