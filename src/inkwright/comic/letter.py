"""Lettering: the words of a page's balloons, fitted, placed and drawn.

All balloons of a page share one size of letters: the largest between a readable minimum and a maximum at which every
panel has room for its words without covering a face. Whispers are a little smaller, shouts a little larger, and sounds
as large as their place allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from inkwright.book import Balloon, BalloonKind, Element, Page, Panel
from inkwright.comic.balloon import EXPONENT, Placed, reach
from inkwright.comic.ground import Ground, figures_of
from inkwright.comic.inking import draw
from inkwright.comic.placing import Wish, place
from inkwright.comic.tails import aim
from inkwright.comic.text import Form, Letters, fit_box, forms
from inkwright.images import Floats, Pixels

LARGEST, SMALLEST = 1 / 64, 1 / 82
"""Size of the letters as a share of the page's height: 22 and 17 pixels on a page of 1400."""
READABLE_PX = 9.0
"""Letters below this size cannot be read on any screen."""
FLOOR_PX = 5.0
SCALE: dict[BalloonKind, float] = {"whisper": 0.88, "shout": 1.18}
SOUND = (1 / 13, 1 / 17, 1 / 22, 1 / 30, 1 / 40, 1 / 55)
"""Sizes of sounds as shares of the page's height, the best liked first."""
RATIO: dict[BalloonKind, float] = {"caption": 4.0, "sound": 6.0}
"""Width to height that a kind of balloon is liked best with."""
WORK_PX = 1600
"""Long side at which a page is looked at for free space, in pixels."""
COVERED = 0.12
"""Share of a face that a balloon may cover before smaller letters are tried."""

WORSE = 0.4
"""Cost a balloon that larger letters may bring; see `placing`."""


@dataclass(frozen=True)
class Problem:
    """Something about the lettering that the author should look at.

    Attributes:
        panel: the panel's id.
        words: of the balloon.
        message: what happened and what can be done, one or two sentences.
    """

    panel: str
    words: str
    message: str


def letter_page(
    pixels: Pixels,
    page: Page,
    font_path: Path | None = None,
    ink_darkness: Floats | None = None,
    direction: str = "ltr",
    elements: Sequence[Element] = (),
) -> tuple[Pixels, list[Problem]]:
    """Draws the balloons of a page onto a copy of its picture.

    Args:
        pixels: (H, W, 3) uint8; panels are in its pixels.
        page: with panels, their appearances and balloons.
        font_path: a TTF or OTF file; None: the included font.
        ink_darkness: (H, W) in [0, 1], 1 where the drawing has ink, which balloons avoid; None: seen from `pixels`.
        direction: "ltr", or "rtl" where one reads from right to left.
        elements: tells settings, which may be covered, from characters and props; empty: all are kept off.

    Returns:
        (H, W, 3) uint8, and what did not fit or cannot be drawn. The same input gives the same pixels.

    Raises:
        ConfigError: the font is missing or not a font.
    """
    letters = Letters(font_path)
    made = pixels.copy()
    lettered = [panel for panel in page.panels if any(b.words.strip() for b in panel.balloons or [])]
    if not lettered:
        return made, []
    height = min(pixels.shape[0], 1.5 * pixels.shape[1])
    settings = frozenset(e.name for e in elements if e.kind == "setting")
    busy = busyness(pixels, ink_darkness)
    desks = [_Desk(panel, letters, busy, settings, height, direction == "rtl") for panel in lettered]
    sizes = _sizes(height)
    common = min(desk.comfortable_size(sizes) for desk in desks)
    problems: list[Problem] = []
    for desk in desks:
        placed, found = desk.final(common, sizes)
        problems += found
        for balloon in placed:
            draw(made, balloon, letters)
    return made, problems


def _sizes(height: float) -> list[float]:
    """Sizes of the letters to be tried on a page, largest first, in pixels."""
    smallest = max(READABLE_PX, height * SMALLEST)
    largest = max(smallest * 1.2, height * LARGEST)
    return [float(s) for s in np.linspace(largest, smallest, 4)]


def busyness(pixels: Pixels, ink_darkness: Floats | None = None) -> Floats:
    """Where a page is drawn rather than empty.

    Args:
        pixels: (H, W, 3) uint8.
        ink_darkness: (H, W) in [0, 1]; added to the edges of the picture where given.

    Returns:
        (H, W) float32 in [0, 1]: strength of the edges that remain after fine brush texture is blurred away.
    """
    height, width = pixels.shape[:2]
    share = min(1.0, WORK_PX / max(height, width))
    small = (max(1, round(width * share)), max(1, round(height * share)))
    grey = cv2.cvtColor(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey.astype(np.float32) / 255, (0, 0), max(1.0, min(small) / 500))
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    busy = slope / max(0.05, float(np.quantile(slope, 0.97)))
    energy = cv2.resize(busy.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if ink_darkness is not None:
        energy = np.maximum(energy * 0.5, ink_darkness)
    return np.asarray(np.clip(energy, 0, 1), np.float32)


class _Desk:
    """The lettering of one panel."""

    def __init__(
        self, panel: Panel, letters: Letters, busy: Floats, settings: frozenset[str], height: float, rtl: bool
    ) -> None:
        self.panel, self.letters, self.height, self.rtl = panel, letters, height, rtl
        self.balloons = [b for b in panel.balloons or [] if b.words.strip()]
        self.figures = figures_of(panel, settings)
        self.margin = min(height / 130, 0.03 * min(panel.box[2], panel.box[3]))
        self.ground = Ground(panel, busy, self.figures, self.margin)
        self.words = [letters.drawable(b.words.strip()) for b in self.balloons]

    def comfortable_size(self, sizes: list[float]) -> float:
        """The largest size at which this panel's words find room off the faces, not much worse placed than smaller."""
        costs: dict[float, float] = {}
        for size in sizes:
            fixed = [self._in_its_box(i, size) if b.box else None for i, b in enumerate(self.balloons)]
            if any(b.box and p is None for b, p in zip(self.balloons, fixed, strict=True)):
                continue
            found = self._place(size, fixed)
            if found and found[1] <= COVERED:
                costs[size] = found[2]
        good = [size for size, cost in costs.items() if cost <= min(costs.values()) + WORSE * len(self.balloons)]
        return max(good, default=sizes[-1])

    def final(self, common: float, sizes: list[float]) -> tuple[list[Placed], list[Problem]]:
        """The placed balloons, with tails, and what went wrong."""
        problems = [self._problem(i, m) for i, b in enumerate(self.balloons) for m in self._missing(b)]
        fixed: list[Placed | None] = []
        for i, balloon in enumerate(self.balloons):
            given = self._in_its_box(i, common) if balloon.box else None
            if balloon.box and given is None:
                given, message = self._enlarged(i, common)
                problems.append(self._problem(i, message))
            fixed.append(given)
        found = self._place(common, fixed)
        if found is None:
            return self._crowded(common, fixed, problems)
        return self._aimed(found[0]), problems

    def _problem(self, i: int, message: str) -> Problem:
        return Problem(self.panel.id, self.balloons[i].words, message)

    def _missing(self, balloon: Balloon) -> list[str]:
        missing = self.letters.missing(balloon.words)
        if not missing:
            return []
        named = " ".join(missing)
        return [f"The font {self.letters.path.name} has no letter for: {named}. Choose another one as publish.font."]

    def _pad(self, kind: BalloonKind, size: float) -> float:
        return {"caption": 0.5, "sound": 0.15, "shout": 0.55}.get(kind, 0.7) * size

    def _forms(self, i: int, size: float, room: tuple[float, float] | None = None) -> list[Form]:
        kind = self.balloons[i].kind
        p, words = EXPONENT[kind], self.words[i]
        share = 0.9 if kind == "sound" else 0.72
        width, height = room or (self.panel.box[2] * share, self.panel.box[3] * share)
        if kind == "sound":
            steps = [(max(size, share * self.height), 0.12 * k) for k, share in enumerate(SOUND)]
            found = [(f, extra) for s, extra in steps for f in self._sound_forms(words, s, (width, height))]
            return [replace(f, penalty=f.penalty * 0.3 + extra) for f, extra in found][:5]
        size *= SCALE.get(kind, 1.0)
        more = 2 * reach(kind, size)
        return forms(
            self.letters, words, size, p, self._pad(kind, size), (width - more, height - more), RATIO.get(kind, 1.8)
        )

    def _sound_forms(self, words: str, size: float, room: tuple[float, float]) -> list[Form]:
        return forms(self.letters, words, size, EXPONENT["sound"], self._pad("sound", size), room)[:2]

    def _place(
        self, size: float, fixed: list[Placed | None], whole: bool = False
    ) -> tuple[list[Placed], float, float] | None:
        room = (self.panel.box[2] - 2 * self.margin, self.panel.box[3] - 2 * self.margin) if whole else None
        wishes = [
            Wish(b, [] if given else self._forms(i, size, room))
            for i, (b, given) in enumerate(zip(self.balloons, fixed, strict=True))
        ]
        return place(self.ground, wishes, fixed, 0.35 * size, self.rtl)

    def _in_its_box(self, i: int, size: float) -> Placed | None:
        """A balloon in the box that the author gave it, or None where its words do not fit there."""
        balloon = self.balloons[i]
        x, y, w, h = balloon.box or (0, 0, 1, 1)
        kind = balloon.kind
        tried = [max(size, s * self.height) for s in SOUND] if kind == "sound" else [size * SCALE.get(kind, 1.0)]
        for s in tried:
            more = reach(kind, s) if kind in ("shout", "thought") else 0.0
            a, b = w / 2 - more, h / 2 - more
            if a <= 0 or b <= 0:
                continue
            lines = fit_box(self.letters, self.words[i], s, a, b, EXPONENT[kind], self._pad(kind, s))
            if lines:
                cx, cy = self.panel.box[0] + x + w / 2, self.panel.box[1] + y + h / 2
                return Placed(kind, lines, s, cx, cy, a, b)
        return None

    def _enlarged(self, i: int, common: float) -> tuple[Placed, str]:
        """A balloon whose words do not fit its box: grown within the panel, then with smaller letters."""
        balloon = self.balloons[i]
        x0, y0, width, height = self.panel.box
        x, y, w, h = balloon.box or (0, 0, width, height)
        room = (width - 2 * self.margin, height - 2 * self.margin)
        size = common
        while not (found := self._forms(i, size, room)) and size > FLOOR_PX:
            size *= 0.92
        form = found[0] if found else Form((self.words[i],), size, room[0] / 2, room[1] / 2)
        a, b = form.half_width, form.half_height
        more = reach(balloon.kind, form.size)
        away_x, away_y = min(width / 2, self.margin + a + more), min(height / 2, self.margin + b + more)
        cx = float(np.clip(x0 + x + w / 2, x0 + away_x, x0 + width - away_x))
        cy = float(np.clip(y0 + y + h / 2, y0 + away_y, y0 + height - away_y))
        message = "The words do not fit into their box; the balloon was enlarged. Shorten them or enlarge its box."
        if size < common:
            message = f"The words do not fit into the panel; letters reduced to {form.size:.0f} pixels. Shorten them."
        return Placed(balloon.kind, form.lines, form.size, cx, cy, a, b), message

    def _crowded(
        self, common: float, fixed: list[Placed | None], problems: list[Problem]
    ) -> tuple[list[Placed], list[Problem]]:
        """The words of a panel that has little room: balloons as large as the panel, then smaller letters."""
        open_ones = [i for i, given in enumerate(fixed) if given is None]
        size = common
        while size > FLOOR_PX:
            found = self._place(size, fixed, whole=True)
            if found:
                small = f"its letters were reduced to {size:.0f} pixels" if size < common else "its balloons fill it"
                message = f"The panel has too little room for its words; {small}. Shorten the words."
                return self._aimed(found[0]), problems + [self._problem(i, message) for i in open_ones]
            size *= 0.92
        problems += [self._problem(i, "The panel has no room for these words; they were left out.") for i in open_ones]
        kept = [(b, p) for b, p in zip(self.balloons, fixed, strict=True) if p is not None]
        return aim([b for b, _ in kept], [p for _, p in kept], self.panel, self.figures, self.margin), problems

    def _aimed(self, placed: list[Placed]) -> list[Placed]:
        return aim(self.balloons, placed, self.panel, self.figures, self.margin)
