"""The weakest marks of a review, why they are weak, and the exact command that does something about each."""

import shlex
from collections import Counter
from typing import Any

import numpy as np

from inkwright.publish.review_data import LOOKS, Review, element_aucs
from inkwright.publish.review_verdict import READABLE, known

FLAG = 0.6
"""A mark is flagged where |p - p̂| is above this."""
DROP = 0.1
"""A mark is lost by stylizing only where |p - p̂| grew by more than this."""
CAUSES = {
    "lost": "lost by stylizing",
    "ambiguous": "ambiguous already in the drawing",
    "fine": "within bounds",
}


def worst(review: Review, n: int = 8) -> list[dict[str, Any]]:
    """The n weakest marks of the fitted comic, by the judge, or by the classifiers where there is none.

    Those that stylizing lost come first, then those that the drawing itself leaves open; each by |p - p̂|, ties in table
    order.

    Returns:
        dicts of element, panel, prior, p and judge (look → value, nan where unknown), source ("judge" or "p"),
        gap = |p - p̂| and before = the drawing's gap, by that source; reliable, boxed; cause ("lost": gap is above .6,
        and above the drawing's by .1; "ambiguous": above .6 otherwise; "fine": at most .6), cause_text; next, a
        sentence, and command, which may be empty.
    """
    source = "judge" if review.judge else "p"
    gaps = np.abs(review.table(source, "fitted") - review.prior)
    before = np.abs(review.table(source, "drawing") - review.prior)
    weak = gaps > FLAG  # nan is not
    lost = weak & ~(before > FLAG) & ~(gaps - before < DROP)
    rank = np.where(lost, 0, np.where(weak, 1, 2)) - np.nan_to_num(gaps) / 2
    order = np.argsort(np.where(np.isfinite(gaps), rank, np.inf), axis=None, kind="stable")
    at = [(int(i), int(j)) for i, j in zip(*np.unravel_index(order[:n], review.shape), strict=True)]
    readable = element_aucs(review, source, "drawing")
    pairs = []
    for i, j in at:
        if not np.isfinite(gaps[i, j]):
            break
        cause = "lost" if lost[i, j] else ("ambiguous" if weak[i, j] else "fine")
        pair = _pair(review, i, j) | {
            "source": source,
            "gap": float(gaps[i, j]),
            "before": float(before[i, j]),
            "cause": cause,
            "cause_text": CAUSES[cause],
        }
        text, command = act(pair, Counter(np.argwhere(lost)[:, 1].tolist())[j], int(lost[i].sum()), review.refinable)
        if source == "judge" and cause != "fine" and readable[i] < READABLE:
            text = f"The judge can hardly tell {pair['element']} in the drawings themselves: trust your eyes. {text}"
        pairs.append({**pair, "next": text, "command": command})
    return pairs


def _pair(review: Review, i: int, j: int) -> dict[str, Any]:
    element, panel = review.elements[i], review.panels[j]
    doubtful = {score["element"] for score in review.scores if not score.get("reliable", True)}
    return {
        "element": element,
        "panel": panel,
        "prior": float(review.prior[i, j]),
        "p": {look: float(review.table("p", look)[i, j]) for look in LOOKS},
        "judge": {look: float(review.table("judge", look)[i, j]) for look in LOOKS} if review.judge else {},
        "reliable": element not in doubtful,
        "boxed": bool(review.boxes.get((element, panel))),
    }


def act(pair: dict[str, Any], in_panel: int, in_element: int, refinable: bool) -> tuple[str, str]:
    """What the author can do about a weak mark: a sentence, and the command, typed in the book's folder.

    Args:
        pair: as made by `worst`.
        in_panel: how many elements stylizing lost in its panel.
        in_element: in how many panels stylizing lost its element.
        refinable: whether elements have a part in the fit.
    """
    element, panel = pair["element"], pair["panel"]
    if pair["cause"] == "fine":
        return "Nothing needs doing.", ""
    if pair["cause"] == "ambiguous":
        return _unclear(pair)
    if not pair["reliable"]:
        return f"The classifier of {element} is not reliable: box it in at least four panels and train again.", ""
    if not refinable:
        return "The elements have no part in this fit: mark or box them in more panels, and fit again.", ""
    first = ""
    if pair["source"] == "judge" and known(pair["p"]["fitted"]):
        content = (pair["p"]["fitted"] >= 0.5) == (pair["prior"] >= 0.5)
        first = "The classifiers in the loss are content with it, so look for yourself first. " if content else ""
    if in_panel > 1 and in_panel > in_element:
        return (
            f"{first}Stylizing lost {in_panel} marks in {panel}: fit that panel more often.",
            f"inkwright fit . --redo {panel}",
        )
    if pair["prior"] >= 0.5:
        return f"{first}Let {element} weigh more in the fit.", f"inkwright fit . --more {typed(element)}"
    text = f"{first}The style made something in {panel} look like {element}: let it weigh more."
    return text, f"inkwright fit . --more {typed(element)}"


def _unclear(pair: dict[str, Any]) -> tuple[str, str]:
    """The act where the drawing itself leaves a mark open."""
    element, panel = pair["element"], pair["panel"]
    mark = f"inkwright elements . mark {typed(element)} {panel}"
    if pair["prior"] < 0.5:
        text = f"Look at the mark: {panel} is said to be without {element}, but something drawn there resembles it."
        return f"{text} If it is {element}, say so:", mark
    if not pair["boxed"]:
        text = f"Draw a box around {element} in {panel}, in book.json, so that it is known where to look."
        return f"{text} If it is hardly to be seen there, take the mark back:", f"{mark} --blank"
    text = (
        f"Look at the drawing of {panel}. If {element} is plain to see there, the mark is right, and boxes around it "
    )
    text += "in more panels help; if it is hardly to be seen, make it plainer, or take the mark back:"
    return text, f"{mark} --blank"


def typed(name: str) -> str:
    """A name as it is typed in a shell."""
    if shlex.quote(name) == name:
        return name
    return shlex.quote(name) if any(c in name for c in '"$`\\!') else f'"{name}"'
