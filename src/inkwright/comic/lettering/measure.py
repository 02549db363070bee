"""Words measured for breaking, and the breaks that suit given widths best. Lengths in ems."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inkwright.comic.lettering.breaks import Unit, units
from inkwright.comic.lettering.shaping import Line, Typesetter, is_rtl

Field = NDArray[np.float64]
SLACK = 0.02
"""Added to the width of a line: pieces are measured one by one, and pairs of letters may stand wider."""
LEADING = 1.14
"""Distance of two baselines, unless tall accents ask for more."""
ORPHAN = 0.6
"""Dislike of a last line with a single short word."""


@dataclass(frozen=True)
class Words:
    """Words of a balloon, cut into units and measured.

    Attributes:
        units: the parts that are never cut.
        typesetter: their fonts.
        rtl: whether they run from right to left.
        leading: distance of two baselines.
    """

    units: tuple[Unit, ...]
    typesetter: Typesetter
    rtl: bool
    leading: float = LEADING

    @classmethod
    def of(
        cls, typesetter: Typesetter, text: str, hyphenate: bool = True, tear: bool = False, leading: float = LEADING
    ) -> "Words":
        """Cuts and measures words; see `breaks.units`."""
        cut = units(text, typesetter.language, hyphenate, tear)
        return cls(tuple(cut), typesetter, is_rtl(typesetter.language, text), leading)

    def text(self, i: int, j: int) -> str:
        """Units i to j - 1 as one line."""
        made = "".join((unit.glue if k else "") + unit.text for k, unit in enumerate(self.units[i:j]))
        return made + (self.units[j - 1].suffix if j < len(self.units) else "")

    def line(self, i: int, j: int) -> Line:
        """Units i to j - 1 shaped."""
        return self.typesetter.line(self.text(i, j), self.rtl)

    @cached_property
    def _lines(self) -> list[Line]:
        return [self.typesetter.line(unit.text, self.rtl) for unit in self.units]

    @cached_property
    def extents(self) -> tuple[Field, Field]:
        """How far each unit's ink reaches above its baseline and below it, or left and right of its column; (U,)."""
        low, high = (0, 2) if self.typesetter.vertical else (1, 3)
        above = np.array([max(0.0, -line.ink[low]) for line in self._lines])
        below = np.array([max(0.0, line.ink[high]) for line in self._lines])
        return (below, above) if self.typesetter.vertical else (above, below)

    @property
    def cap(self) -> float:
        """Height of a line's letters that is centred and kept inside: of capitals, or the width of a column."""
        return 0.92 if self.typesetter.vertical else self.typesetter.chain.font_for(self._letter).cap_height

    @cached_property
    def _letter(self) -> str:
        return next((c for unit in self.units for c in unit.text if c.isalpha()), "H")

    @cached_property
    def widths(self) -> Field:
        """[i, j]: width of units i to j - 1 as one line; inf where they cannot be one. (U + 1, U + 1)."""
        n = len(self.units)
        blank = self.typesetter.line(" ", self.rtl).advance
        glue = np.array([blank * len(unit.glue) for unit in self.units])
        own = np.array([max(line.advance, self._inked(line)) for line in self._lines])
        hyphen = np.array([self.typesetter.line(u.suffix, self.rtl).advance if u.suffix else 0.0 for u in self.units])
        ends = np.concatenate([[0.0], np.cumsum(glue + own)])
        made = np.full((n + 1, n + 1), np.inf)
        for i in range(n):
            last = next((k for k in range(i, n) if self.units[k].ends), n - 1) + 1
            made[i, i + 1 : last + 1] = ends[i + 1 : last + 1] - ends[i] - glue[i] + hyphen[i:last] + SLACK
            if last == n:
                made[i, n] -= hyphen[n - 1]
        return made

    def _inked(self, line: Line) -> float:
        a, b = (1, 3) if self.typesetter.vertical else (0, 2)
        return max(line.ink[b], line.advance) - min(line.ink[a], 0.0)

    @cached_property
    def cuts(self) -> Field:
        """[j]: dislike of cutting a word or a phrase before unit j; (U + 1,)."""
        return np.array([0.0, *(unit.after for unit in self.units[:-1]), 0.0])

    @cached_property
    def dislikes(self) -> Field:
        """[j]: how little a line's end before unit j is liked, (U + 1,): lines end with the sense where they can."""
        sense = [0.0 if unit.after or unit.ends else _sense(unit.text) for unit in self.units[:-1]]
        return np.asarray(self.cuts + np.array([0.0, *sense, 0.0]), np.float64)

    @cached_property
    def whole(self) -> float:
        """Width of all words in one line."""
        return float(sum(line.advance for line in self._lines)) + 0.3 * sum(len(unit.glue) for unit in self.units)

    def narrowest(self, n: int, shares: Sequence[float], pad: float) -> float:
        """The smallest half width of an outline that takes the words in n lines.

        Args:
            n: lines.
            shares: of that half width that each line has; 0 where none.
            pad: room kept on both sides of a line.

        Returns:
            inf where they cannot be broken into n lines.
        """
        best = np.full(len(self.units) + 1, np.inf)
        best[0] = 0.0
        half = self.widths / 2 + pad
        for share in shares[:n]:
            if share <= 0:
                return float("inf")
            best = np.maximum(best[:, None], half / share).min(axis=0)
        return float(best[-1])

    def balanced(self, widths: Sequence[float]) -> list[tuple[int, int]] | None:
        """The breaks that fill lines of given widths most evenly.

        Returns:
            (i, j) for each line; None where the words do not fit these lines.
        """
        size = len(self.units) + 1
        best = np.full(size, np.inf)
        best[0] = 0.0
        back: list[NDArray[np.int64]] = []
        for k, width in enumerate(widths):
            with np.errstate(invalid="ignore", divide="ignore"):
                empty = np.where(self.widths <= width + 1e-9, (width - self.widths) / max(width, 1e-9), np.inf)
            cost = best[:, None] + empty**2 + 0.8 * self.dislikes[None, :]
            if k == len(widths) - 1 and k > 0:
                cost += self._orphans(width)
            back.append(cost.argmin(axis=0))
            best = cost.min(axis=0)
        if not np.isfinite(best[-1]):
            return None
        lines, j = [], size - 1
        for step in reversed(back):
            i = int(step[j])
            lines.append((i, j))
            j = i
        return lines[::-1]

    def _orphans(self, width: float) -> Field:
        """[i, 1]: dislike of a last line from i that is a lone short word, or the rest of one."""
        made = np.zeros((len(self.units) + 1, 1))
        for i, unit in reversed(list(enumerate(self.units))):
            if i + 1 < len(self.units) and self.units[i + 1].glue:
                break  # from here on, more than one word is left
            if i and self.widths[i, -1] < 0.45 * width:
                made[i] = ORPHAN if unit.glue else 1.5 * ORPHAN
        return made


def _sense(text: str) -> float:
    """Dislike of a line's end after a word: none after punctuation, more after articles and the like."""
    if not any(c.isalnum() for c in text[-1:]):
        return 0.0
    short = {1: 0.35, 2: 0.35, 3: 0.18}.get(len(text), 0.0) if text.isalpha() and text.isascii() else 0.0
    return max(0.08, short)


def leading_of(texts: Sequence[str], typesetter: Typesetter) -> float:
    """One leading for all balloons of a page: accents of a line never touch the line above."""
    above = below = 0.0
    for text in texts:
        measured = Words.of(typesetter, text, hyphenate=False)
        if measured.units:
            up, down = measured.extents
            above, below = max(above, float(up.max())), max(below, float(down.max()))
    usual = 1.25 if typesetter.vertical else LEADING
    return float(np.clip(above + below + 0.03, usual, 1.55))
