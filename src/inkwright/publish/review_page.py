"""The review as one self-contained HTML page: view data for the template beside this file."""

import base64
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from inkwright.images import jpeg_bytes, read_picture, resize
from inkwright.publish.plots import loss_curves, loss_terms
from inkwright.publish.review_data import LOOKS, Review
from inkwright.publish.review_verdict import known, source_of

PICTURE_PX = 420
"""Greatest width of an embedded picture, in pixels."""
GALLERY_PANELS = 60
"""A book with more panels shows only the pictures of its weakest marks."""
JUDGE_CELLS = 20_000
"""A larger book's judge tables stay in review.json, so that the page opens at once."""
STEPS = 8
"""Cell colours run from a0 (p = p̂) to a7 (|p - p̂| = 1)."""
NAMES = {"drawing": "Drawing", "plain": "Plain style", "fitted": "Fitted"}
SOURCES = {"p": "classifiers in the loss", "judge": "independent judge"}


def page(review: Review, summary: dict[str, Any], worst: list[dict[str, Any]]) -> str:
    """The whole page.

    Args:
        review: the data.
        summary: JSON-safe, as made by `review.summarise`.
        worst: JSON-safe, as made by `review_verdict.worst`.

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
        weakest=[{**pair, "strip": album.shots(pair["panel"], pair["element"])} for pair in (flagged or worst[:3])],
        gallery=gallery,
        cover=album.cover(),
        gallery_limit=GALLERY_PANELS,
        source=source_of(summary),
        sources=SOURCES,
    )


class Album:
    """The embedded pictures: each file is read and reduced once, however often it is shown."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self._made: dict[Path, tuple[str, int, int]] = {}
        self._sizes: dict[Path, tuple[int, int]] = {}

    def panels(self) -> list[dict[str, Any]]:
        """Every panel with its pictures, in reading order; none where the book has no pictures at all."""
        if not any(self.review.pictures.get(look) for look in LOOKS):
            return []
        return [self.whole(panel) for panel in self.review.panels]

    def cover(self) -> dict[str, Any] | None:
        """The panel with the most marks that has a drawing and a fitted picture, the first among equals."""
        made = [set(self.review.pictures.get(look, {})) for look in ("drawing", "fitted")]
        panels = [panel for panel in self.review.panels if all(panel in names for names in made)]
        if not panels:
            return None
        return self.whole(max(panels, key=lambda panel: len(self._there(panel))))

    def whole(self, panel: str) -> dict[str, Any]:
        """A panel's id, its pictures (see `shots`) and the elements marked there."""
        return {"panel": panel, "pictures": self.shots(panel), "there": self._there(panel)}

    def _there(self, panel: str) -> list[str]:
        j = self.review.panels.index(panel)
        return [name for i, name in enumerate(self.review.elements) if self.review.prior[i, j] >= 0.5]

    def shots(self, panel: str, element: str = "") -> list[dict[str, Any]]:
        """A panel's three pictures (drawing, plain, fitted), with the boxes of an element outlined on each.

        Returns:
            dicts of look, name, uri ("" where the picture was never made), width, height (pixels as embedded), alt and
            boxes (left, top, width, height in percent of the picture).
        """
        boxes = self.review.boxes.get((element, panel), [])
        shown = []
        for look in LOOKS:
            path = self.review.pictures.get(look, {}).get(panel)
            uri, width, height = self._embed(path) if path else ("", 0, 0)
            entry = {"look": look, "name": NAMES[look], "uri": uri, "alt": self._alt(panel, look, element)}
            shown.append({**entry, "width": width, "height": height, "boxes": self._outlines(panel, boxes)})
        return shown

    def _outlines(self, panel: str, boxes: list[tuple[int, int, int, int]]) -> list[tuple[float, ...]]:
        paths = [self.review.pictures.get(look, {}).get(panel) for look in LOOKS]
        first = next((path for path in paths if path), None)
        if first is None:
            return []
        width, height = self._size(first)  # boxes are in panel pixels, and a panel's picture has that size
        found = []
        for x, y, w, h in boxes:
            left, top = min(max(x, 0), width), min(max(y, 0), height)
            right, bottom = min(max(x + w, left), width), min(max(y + h, top), height)
            share = (left / width, top / height, (right - left) / width, (bottom - top) / height)
            found.append(tuple(round(100 * part, 2) for part in share))
        return found

    def _size(self, path: Path) -> tuple[int, int]:
        self._embed(path)
        return self._sizes[path]

    def _embed(self, path: Path) -> tuple[str, int, int]:
        if path not in self._made:
            pixels = read_picture(path, min_side=1).pixels
            height, width = pixels.shape[:2]
            self._sizes[path] = (width, height)
            if width > PICTURE_PX:
                pixels = resize(pixels, PICTURE_PX, max(1, round(height * PICTURE_PX / width)))
            data = base64.b64encode(jpeg_bytes(pixels, quality=82)).decode()
            self._made[path] = (f"data:image/jpeg;base64,{data}", pixels.shape[1], pixels.shape[0])
        return self._made[path]

    def _alt(self, panel: str, look: str, element: str) -> str:
        there = self._there(panel)
        shows = f" with {', '.join(there)}" if there else ""
        outlined = f"; {element} is outlined" if self.review.boxes.get((element, panel)) else ""
        return f"Panel {panel}, {NAMES[look].lower()}{shows}{outlined}"


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
    for which in ("judge", "p") if source == "judge" else ("p",):
        looks = summary[which]
        who = "Judge" if which == "judge" else "In the loss"
        marks = [f"{looks[k]['agree']} / {looks[k]['cells']}" if looks[k]["cells"] else None for k in LOOKS]
        rows.append(_row(f"{who}: marks that agree", "p on the right side of one half", marks, which == source))
        if which == source:
            rows.append(_spread(summary["extras"], "consistency", "Consistency ratio", CONSISTENCY_HELP, lead=True))
        for key, label, about in FIGURES:
            rows.append(_row(f"{who}: {label}", about, [looks[look][key] for look in LOOKS], False))
    stems = sorted(
        {key.rsplit("_", 1)[0] for key in summary["extras"] if key.rsplit("_", 1)[-1] in LOOKS} - {"consistency"}
    )
    return rows + [_spread(summary["extras"], stem, stem.replace("_", " ").capitalize(), "") for stem in stems]


CONSISTENCY_HELP = "colour spread within an element ÷ between elements; 1.00 is as drawn, lower is better"
FIGURES = (
    ("bce", "cross-entropy", "mean of H(p̂, p), nats; lower is better"),
    ("auc", "AUC", "chance that a marked panel scores above an unmarked one"),
    ("balanced_accuracy", "balanced accuracy", "mean over marked and unmarked"),
)


def _row(label: str, about: str, values: list[Any], lead: bool) -> dict[str, Any]:
    return {"label": label, "about": about, "values": [number(value) for value in values], "lead": lead}


def _spread(extras: dict[str, Any], stem: str, label: str, about: str, lead: bool = False) -> dict[str, Any]:
    values = [extras.get(f"{stem}_{look}") for look in LOOKS]
    if stem == "consistency" and values[0] is None and any(value is not None for value in values):
        values[0] = 1.0  # by definition: it is measured relative to the drawings
    return _row(label, about, values, lead)


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
