"""The review as one self-contained HTML page: view data for the template beside this file."""

from importlib import resources
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from inkwright.publish.plots import loss_curves, loss_terms
from inkwright.publish.review_album import NAMES, Album
from inkwright.publish.review_data import LOOKS, Review
from inkwright.publish.review_verdict import known, source_of

GALLERY_PANELS = 60
"""A book with more panels shows only the pictures of its weakest marks."""
JUDGE_CELLS = 20_000
"""A larger book's judge tables stay in review.json, so that the page opens at once."""
STEPS = 8
"""Cell colours run from a0 (p = p̂) to a7 (|p - p̂| = 1)."""
SOURCES = {"p": "classifiers in the loss", "judge": "independent judge"}


def page(review: Review, summary: dict[str, Any], worst: list[dict[str, Any]]) -> str:
    """The whole page.

    Args:
        review: the data.
        summary: JSON-safe, as made by `review.summarise`.
        worst: JSON-safe, as made by `review_acts.worst`.

    Raises:
        PictureError: a panel's picture is missing or damaged.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = number
    template = resources.files("inkwright.publish").joinpath("review_page.html").read_text(encoding="utf-8")
    album = Album(review)
    gallery = album.panels() if len(review.panels) <= GALLERY_PANELS else []
    flagged = [pair for pair in worst if pair["cause"] != "fine"]
    return environment.from_string(template).render(
        review=review,
        summary=summary,
        looks=LOOKS,
        names=NAMES,
        key_rows=key_rows(summary),
        remarks=remarks(summary),
        tables=tables(review),
        judge_left_out=bool(review.judge) and np.prod(review.shape) > JUDGE_CELLS,
        tall=max(map(len, review.panels), default=0) > 6,
        curves=Markup(loss_curves(review.losses)),
        terms=Markup(loss_terms(review.losses)),
        swatches=swatches(review),
        ink=None if review.ink is None else {"result": _hex(review.ink[0]), "pinned": review.ink[1]},
        rows=element_rows(review, summary),
        flagged=len(flagged),
        weakest=[{**pair, "strip": album.close(pair["panel"], pair["element"])} for pair in (flagged or worst[:3])],
        commands=any(pair["command"] for pair in flagged),
        ratio=summary["extras"].get("consistency_fitted"),
        gallery=gallery,
        cover=album.cover(),
        gallery_limit=GALLERY_PANELS,
        source=source_of(summary),
        sources=SOURCES,
    )


def number(value: Any, digits: int = 2) -> str:
    """A figure for reading: 2 decimals, or an en dash where it is unknown."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return f"{value:.{digits}f}" if known(value) else "–"


def key_rows(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The table of key figures: rows of label, help, values (drawing, plain, fitted) and lead."""
    rows = []
    source = source_of(summary)
    for which in ("judge", "second", "p") if source == "judge" else ("p",):
        looks = summary[which]
        if not looks:
            continue
        who = {"judge": "Judge", "second": "Second judge"}.get(which, "In the loss")
        marks = [f"{looks[k]['agree']} / {looks[k]['cells']}" if looks[k]["cells"] else None for k in LOOKS]
        rows.append(_row(f"{who}: marks that agree", "p on the right side of one half", marks, which == source))
        if which == source:
            rows.append(_spread(summary["extras"], "consistency", "Consistency ratio", CONSISTENCY_HELP, lead=True))
        for key, label, about in FIGURES:
            values = [_ranged(looks[look][key], looks[look]["interval"][key]) for look in LOOKS]
            rows.append(_row(f"{who}: {label}", about, values, False))
    stems = sorted(
        {key.rsplit("_", 1)[0] for key in summary["extras"] if key.rsplit("_", 1)[-1] in LOOKS} - {"consistency"}
    )
    extras = summary["extras"]
    return rows + [_spread(extras, stem, stem.replace("_", " ").capitalize(), HELP.get(stem, "")) for stem in stems]


def _ranged(value: Any, interval: list[float] | None) -> str:
    """A figure with its interval."""
    return f"{number(value)} ({number(interval[0])} to {number(interval[1])})" if interval else number(value)


HELP = {
    "drift": "how far one colour of the drawings lies apart in the panels, 0.01 OKLab; about 2 can be seen",
    "style_distance": "distance from the style picture; lower is nearer",
}
CONSISTENCY_HELP = "colour spread within an element ÷ between elements; 1.00 is as drawn, lower is better"
FIGURES = (
    ("bce", "cross-entropy", "mean of H(p̂, p), nats; lower is better"),
    ("auc", "AUC", "chance that a marked panel scores above an unmarked one, a mean over elements"),
    ("balanced_accuracy", "balanced accuracy", "mean over marked and unmarked"),
)


def _row(label: str, about: str, values: list[Any], lead: bool) -> dict[str, Any]:
    return {"label": label, "about": about, "values": [number(value) for value in values], "lead": lead}


def _spread(extras: dict[str, Any], stem: str, label: str, about: str, lead: bool = False) -> dict[str, Any]:
    values = [extras.get(f"{stem}_{look}") for look in LOOKS]
    if stem == "consistency" and values[0] is None and any(value is not None for value in values):
        values[0] = 1.0  # by definition: it is measured relative to the drawings
    digits = 3 if stem.startswith("style") else 2
    return _row(label, about, [value if isinstance(value, str) else number(value, digits) for value in values], lead)


def remarks(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """The extra figures that belong to no look: (label, value)."""
    extras = summary["extras"]
    rest = [key for key in extras if key.rsplit("_", 1)[-1] not in LOOKS or "_" not in key]
    return [(key.replace("_", " ").capitalize(), number(extras[key])) for key in rest]


def tables(review: Review) -> list[dict[str, Any]]:
    """The heat-maps: source, look, and rows of name, kind and cells (class, text)."""
    sources = ["p"]
    if review.judge and np.prod(review.shape) <= JUDGE_CELLS:
        sources.append("judge")
    made = []
    for source in sources:
        for look in LOOKS:
            p = review.table(source, look)
            rows = [
                {"name": name, "kind": kind, "cells": [cell(a, b) for a, b in zip(review.prior[i], p[i], strict=True)]}
                for i, (name, kind) in enumerate(zip(review.elements, review.kinds, strict=True))
            ]
            made.append({"source": source, "look": look, "rows": rows, "known": bool(np.isfinite(p).any())})
    return made


def cell(p_hat: float, p: float) -> tuple[str, str]:
    """A cell's class (agreement; n: nothing to compare) and text (● said to appear, ○ said not to, then p)."""
    mark = "" if np.isnan(p_hat) else ("●" if p_hat >= 0.5 else "○")
    text = "" if np.isnan(p) else f"{p:.2f}".removeprefix("0")
    if not mark or not text:
        return "n", mark or text
    return f"a{min(STEPS - 1, int(abs(p - p_hat) * STEPS))}", f"{mark}\u2009{text}"


def swatches(review: Review) -> list[dict[str, Any]]:
    """The palette, largest share first: source and result as #rrggbb, share in [0, 1], grow = share of the strip.

    `pinned` is whether the author has pinned the row, `element` by which element, or an empty text.
    """
    pins = review.pins or [""] * len(review.palette)
    shares = [max(0.0, float(share)) if known(share) else 0.0 for _, _, share in review.palette]
    order = sorted(range(len(shares)), key=lambda k: (-shares[k], k))
    total = sum(shares) or 1.0
    return [
        {
            "source": _hex(review.palette[k][0]),
            "result": _hex(review.palette[k][1]),
            "share": shares[k],
            "grow": round(max(shares[k] / total, 0.02) * 100, 2),
            "pinned": bool(pins[k]),
            "element": "" if pins[k] == _hex(review.palette[k][0]) else pins[k],
        }
        for k in order
    ]


def _hex(rgb: Any) -> str:
    values = np.clip(np.nan_to_num(np.asarray(rgb, np.float64)), 0, 1)
    return "#" + "".join(f"{round(float(v) * 255):02x}" for v in values)


def element_rows(review: Review, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """One row an element: its classifier's score, and how many of its marks agree in each look."""
    scores = {score["element"]: score for score in review.scores}
    rows = []
    for entry in summary["by_element"]:
        score = scores.get(entry["element"], {})
        auc = score.get("auc")
        rows.append(
            {
                **entry,
                "auc": number(auc),
                "bar": round(100 * max(0.0, float(auc or 0) * 2 - 1)) if known(auc) else 0,
                "positives": number(score.get("positives", entry["appears"])),
                "scored": bool(score),
                "reliable": bool(score.get("reliable", True)),
                "note": str(score.get("note") or ""),
            }
        )
    return rows
