"""How sure a found panel is, and why one should look at it.

A logistic function of what the finder knows of a panel and of its page, fitted to pages of known panels that our own
code draws, as they are and as scans (tools/panel_confidence.py); docs/benchmarks.md has how well it holds.
"""

import math
from dataclasses import dataclass

from inkwright.comic.parts import WAYS

UNSURE = 0.7
"""Confidence below which a person should look."""
BIAS = 2.79
WEIGHTS = {
    "quality": 0.95,
    "worst": 0.52,
    "score": 1.12,
    "alone": -1.69,
    "small": 0.14,
    "bent": -2.04,
    "enclosed": 1.25,
    "gutters": -0.94,
    "lines": -1.06,
    "inset": 1.15,
    "loose": 1.18,
    "page": 1.21,
}
"""What each of `Evidence.features` weighs."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a panel.

    Attributes:
        how: how it was found, one of `WAYS`.
        quality: how well its figure fits, in [0, 1].
        worst: the least quality of the page's panels.
        score: how well all panels and the background account for the page, in [0, 1].
        panels: how many panels the page has.
        share: of the page that it covers, in [0, 1].
        bent: its outline has more than four corners, and is not round.
    """

    how: str
    quality: float
    worst: float
    score: float
    panels: int
    share: float
    bent: bool = False

    def features(self) -> dict[str, float]:
        """Numbers of the order of one, by the names of `WEIGHTS`."""
        numbers = {
            "quality": 8 * (self.quality - 0.9),
            "worst": 8 * (self.worst - 0.9),
            "score": 4 * (self.score - 0.8),
            "alone": float(self.panels == 1),
            "small": math.log(0.1 / max(1e-3, self.share)),
            "bent": float(self.bent),
        }
        return numbers | {way: float(self.how == way) for way in WAYS}


def confidence(evidence: Evidence) -> float:
    """The chance that a panel of this kind is right at IoU .7, in [0, 1]."""
    total = BIAS + sum(WEIGHTS[name] * value for name, value in evidence.features().items())
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 3)


def doubt(evidence: Evidence) -> str:
    """What makes a panel unsure, in a few words for its author; the most telling first."""
    if evidence.how == "loose":
        return "no frame: its place is a guess"
    if evidence.how == "page":
        return "no gutters: one picture?"
    if evidence.how == "inset":
        return "set into another: a panel, or a picture on a wall?"
    if evidence.quality < 0.9 or evidence.bent:
        return "edge not straight: something over a gutter?"
    if evidence.how == "lines":
        return "cut off by a ruled line: a frame, or a horizon?"
    if evidence.how == "gutters":
        return "no frame all around: pale art or a gutter?"
    if evidence.panels == 1:
        return "the page's only panel"
    return "much of the page is in no panel" if evidence.score < 0.7 else "other panels of the page are unsure"
