"""The snug outlines that words can have: from few long lines to many short ones.

A balloon's outline is the superellipse |x / a|^p + |y / b|^p = 1; p = 2 is an ellipse, a large p nearly a box. Lengths
are ems until `Form.at` gives them a size in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from inkwright.comic.lettering.measure import Words

LOOSE = 1.12
"""How much wider an outline may be for better breaks."""
ABOVE, BESIDE = 0.42, 0.72
"""Room that a line's corners keep from a round outline, upward and sideways, as shares of the pad."""
FILLS = (0.54, 0.62, 0.7, 0.78, 0.86)
"""Shares of an outline's height that its lines may take."""


@dataclass(frozen=True)
class Form:
    """Words broken into lines, and the smallest outline around them.

    Attributes:
        words: what is set.
        breaks: (i, j) for each line: its units.
        spots: middle of each line from the outline's middle, (x, y): of its length, and of its capitals' height.
        size: of the letters, pixels per em.
        half_width: of the outline, in pixels.
        half_height: of the outline, in pixels.
        penalty: how much less it is liked than the other forms of the same words; 0 the best.
    """

    words: Words
    breaks: tuple[tuple[int, int], ...]
    spots: tuple[tuple[float, float], ...]
    size: float
    half_width: float
    half_height: float
    penalty: float = 0.0

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as text."""
        return tuple(self.words.text(i, j) for i, j in self.breaks)

    def at(self, size: float) -> "Form":
        """The same at another size of the letters."""
        f = size / self.size
        spots = tuple((x * f, y * f) for x, y in self.spots)
        return replace(self, size=size, spots=spots, half_width=self.half_width * f, half_height=self.half_height * f)


def half_width_at(y: float, a: float, b: float, p: float) -> float:
    """Half the width of the superellipse (a, b, p) at height y from its middle; 0 outside of it."""
    t = abs(y) / b
    return a * float((1 - t**p) ** (1 / p)) if t < 1 else 0.0


def forms(words: Words, p: float, pad: float, ratio: float = 1.8, fills: Sequence[float] = FILLS) -> list[Form]:
    """The snug outlines around words for letters of size 1, the best shaped first.

    Args:
        words: measured words; none without units.
        p: exponent of the outline.
        pad: free room between outline and letters.
        ratio: of width to height that is liked best.
        fills: shares of the height that the lines may take; of no meaning for boxes.
    """
    made: list[Form] = []
    for n in range(1, len(words.units) + 1):
        if len(made) > 2 and made[-1].half_width / made[-1].half_height < 0.16 * ratio:
            break  # only towers would follow
        best: Form | None = None
        for fill in fills if p < 8 else (1.0,):
            form = _form(words, n, p, pad, fill)
            if form and (best is None or _area(form) * (1 + form.penalty) < _area(best) * (1 + best.penalty)):
                best = form
        if best is not None:
            shape = best.half_width / best.half_height
            made.append(replace(best, penalty=best.penalty + _unlike(shape, ratio)))
    made = _worth_it(made)
    if words.typesetter.vertical:
        made = [_turned(form) for form in made]
    return sorted(made, key=lambda form: form.penalty)


def _worth_it(made: list[Form]) -> list[Form]:
    """Without those whose further lines hardly make them narrower."""
    kept: list[Form] = []
    for form in made:
        if not kept or form.half_width < 0.96 * kept[-1].half_width:
            kept.append(form)
    return kept


def _area(form: Form) -> float:
    return form.half_width * form.half_height


def _form(words: Words, n: int, p: float, pad: float, fill: float) -> Form | None:
    block = (n - 1) * words.leading + words.cap
    b = max(block / 2 / fill + 0.3 * pad, block / 2 + 0.8 * pad)
    middles = [(k - (n - 1) / 2) * words.leading for k in range(n)]
    # Room above and below a line's ends as well: beside the slope of an outline they come nearest to it.
    up, aside = (BESIDE, ABOVE) if words.typesetter.vertical else (ABOVE, BESIDE)
    above = up * pad if p < 8 else 0.0
    shares = [half_width_at(abs(y) + words.cap / 2 + above, 1.0, b, p) for y in middles]
    pad = aside * pad if p < 8 else pad
    a = words.narrowest(n, shares, pad)
    if not np.isfinite(a):
        return None
    breaks = words.balanced([2 * (LOOSE * a * share - pad) + 1e-6 for share in shares])
    if breaks is None:
        return None
    # Tight again around the breaks that were chosen for their sense.
    a = max((float(words.widths[i, j]) / 2 + pad) / share for (i, j), share in zip(breaks, shares, strict=True))
    rooms = [2 * (a * share - pad) for share in shares]
    return Form(words, tuple(breaks), tuple((0.0, y) for y in middles), 1.0, a, b, _ugly(words, breaks, rooms))


def _ugly(words: Words, breaks: Sequence[tuple[int, int]], rooms: Sequence[float]) -> float:
    """Dislike of how lines are broken: cut words, lines that end against the sense, lone short lines."""
    cut = sum(0.25 * float(words.cuts[j]) for _, j in breaks[:-1])
    sense = sum(float(words.dislikes[j] - words.cuts[j]) for _, j in breaks[:-1])
    short = sum(max(0.0, 0.5 - float(words.widths[i, j]) / room) for (i, j), room in zip(breaks, rooms, strict=True))
    return cut + 0.5 * sense + (short if len(breaks) > 1 else 0.0)


def _turned(form: Form) -> Form:
    """Columns, the first at the right."""
    spots = tuple((-y, x) for x, y in form.spots)
    return replace(form, spots=spots, half_width=form.half_height, half_height=form.half_width)


def _unlike(ratio: float, liked: float) -> float:
    """Wide balloons are nearly as good as well-proportioned ones, towers are for narrow places only."""
    wide = max(0.0, ratio / liked - 1)
    return 0.12 * wide + 0.15 * wide**2 if ratio > liked else 0.5 * (liked / ratio - 1)
