"""The review: the author's evidence that the elements stay consistent, as review.json and one HTML page.

    write_review(Review(...), folder)  ->  folder/index.html, then folder/review.json

The data and its figures are in review_data.py, intervals in review_intervals.py, their meaning in review_verdict.py,
what to do in review_acts.py, the page in review_page.py.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from inkwright.project import write_bytes
from inkwright.publish.review_acts import worst
from inkwright.publish.review_data import LOOKS, Review, figures, plain_data, recovered, said
from inkwright.publish.review_intervals import with_intervals
from inkwright.publish.review_page import page
from inkwright.publish.review_verdict import style_check, verdict, warnings

VERSION = 1


def summarise(review: Review) -> dict[str, Any]:
    """The figures of a review; JSON-safe, nan → None.

    Returns:
        title, style; counts (elements, panels, said, appears, absent); p and judge: look → {cells, agree, bce, auc,
        balanced_accuracy, interval: figure → [low, high]} over the said cells ({} where there is no judge), second and
        second_recovered: the same of a second judge; recovered:
        the share of the judge BCE lost by plain style transfer that the fit wins back, None where less than .02 was
        lost, and recovered_interval; by_element; extras; strays; sweep {blend, plain, fitted, more, equal, text}, None
        where there was none; verdict {short, tone, text}; warnings.
    """
    p, _ = with_intervals(figures(review, "p"), review, "p")
    judge, share = with_intervals(figures(review, "judge"), review, "judge") if review.judge else ({}, None)
    second, _ = with_intervals(figures(review, "second"), review, "second") if review.second else ({}, None)
    prior = review.prior
    summary = plain_data(
        {
            "title": review.title,
            "style": review.style,
            "counts": {
                "elements": review.shape[0],
                "panels": review.shape[1],
                "said": np.isfinite(prior).sum(),
                "appears": (prior >= 0.5).sum(),
                "absent": (prior < 0.5).sum(),
            },
            "p": p,
            "judge": judge,
            "second": second,
            "second_recovered": recovered(second) if second else None,
            "recovered": recovered(judge) if judge else None,
            "recovered_interval": share if judge and np.isfinite(recovered(judge)) else None,
            "by_element": by_element(review),
            "extras": review.extras,
            "strays": [{"element": e, "panel": panel, "distance": d} for e, panel, d in review.strays],
            "sweep": style_check(review.sweep),
        }
    )
    summary["verdict"] = verdict(summary)
    summary["warnings"] = warnings(review, summary)
    return dict(summary)


def by_element(review: Review) -> list[dict[str, Any]]:
    """One dict an element: element, kind, appears (marked panels), consistency (look → ratio, None where it is not
    measured), and per source: cells and look → agreeing marks.

    A look that is not known at all has None in place of a count.
    """
    rows: list[dict[str, Any]] = [
        {
            "element": name,
            "kind": kind,
            "appears": int((review.prior[i] >= 0.5).sum()),
            "consistency": {look: review.consistency.get(name, {}).get(look) for look in ("plain", "fitted")},
        }
        for i, (name, kind) in enumerate(zip(review.elements, review.kinds, strict=True))
    ]
    for source in ("p", "judge") if review.judge else ("p",):
        cells = said(review, source)
        for i, row in enumerate(rows):
            row[source] = {"cells": int(cells[i].sum())}
            for look in LOOKS:
                p = review.table(source, look)[i][cells[i]]
                right = (p >= 0.5) == (review.prior[i][cells[i]] >= 0.5)
                row[source][look] = int(right.sum()) if np.isfinite(p).all() else None
    return rows


def to_json(review: Review) -> dict[str, Any]:
    """review.json as plain data: rows elements, columns panels, None where nothing is known, floats at 4 decimals."""
    return _to_json(review, summarise(review), plain_data(worst(review)))


def _to_json(review: Review, summary: dict[str, Any], weakest: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "elements": list(review.elements),
        "panels": list(review.panels),
        "prior": plain_data(np.asarray(review.prior, np.float64)),
        "p": {look: plain_data(review.table("p", look)) for look in LOOKS},
        "judge": {look: plain_data(review.table("judge", look)) for look in LOOKS} if review.judge else {},
        "second": {look: plain_data(review.table("second", look)) for look in LOOKS} if review.second else {},
        "summary": summary,
        "kinds": list(review.kinds),
        "scores": plain_data(review.scores),
        "palette": plain_data(_palette(review)),
        "ink": plain_data({"result": review.ink[0], "pinned": review.ink[1]}) if review.ink else None,
        "worst": weakest,
    }


def _palette(review: Review) -> list[dict[str, Any]]:
    pins = review.pins or [""] * len(review.palette)
    return [
        {"source": source, "result": result, "share": share, "pin": name}
        for (source, result, share), name in zip(review.palette, pins, strict=True)
    ]


def write_review(review: Review, folder: Path) -> Path:
    """Writes the page and then review.json, so that review.json's existence says that the page is whole.

    Args:
        review: the data.
        folder: made where it is missing; earlier files there are replaced.

    Returns:
        the path of index.html.

    Raises:
        PictureError: a panel's picture is missing or damaged. DiskError: disk full, or no permission.
    """
    summary, weakest = summarise(review), plain_data(worst(review))
    html = page(review, summary, weakest)
    index = folder / "index.html"
    write_bytes(index, html.encode())
    data = _to_json(review, summary, weakest)
    lines = [f" {json.dumps(key)}: {json.dumps(data[key], ensure_ascii=False, allow_nan=False)}" for key in data]
    write_bytes(folder / "review.json", ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    return index


__all__ = ["LOOKS", "Review", "summarise", "to_json", "worst", "write_review"]
