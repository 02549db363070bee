"""The lettering of one panel: forms, places, pins, and what to do where there is too little room."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkwright.book import Balloon, Box, Panel
from inkwright.comic.lettering.balloon import EXPONENT, Placed, look_of, pad_of, reach, scale_of
from inkwright.comic.lettering.forms import Form, forms
from inkwright.comic.lettering.ground import Figure, Ground
from inkwright.comic.lettering.measure import Words
from inkwright.comic.lettering.outline import fit_outline
from inkwright.comic.lettering.placing import Wish, place
from inkwright.comic.lettering.shaping import Typesetter
from inkwright.comic.lettering.tails import aim
from inkwright.images import Floats

SOUND = (1 / 13, 1 / 17, 1 / 22, 1 / 30, 1 / 40, 1 / 55)
"""Sizes of sounds as shares of the page's height, the best liked first."""
RATIO = {"caption": 4.0, "sound": 6.0}
"""Width to height that a kind of balloon is liked best with; 1.8 for others."""
COVERED = 0.12
"""Share of a face that a balloon may cover before smaller letters are tried."""
WORSE = 0.4
"""Cost a balloon that larger letters may bring; see `placing`."""
SHRINK = 0.92
FLOOR_PX = 5.0
"""Letters below this are marks, not letters."""
FORMS = 5
BEYOND = 0.35
"""How far balloons may reach over a frame that is too small for its words, as a share of the panel's sides."""


@dataclass(frozen=True)
class Problem:
    """Something about the lettering that the author should look at.

    Attributes:
        panel: the panel's id.
        number: the balloon's place among the panel's, from 0.
        words: of the balloon.
        message: what happened.
        hint: what can be done.
    """

    panel: str
    number: int
    words: str
    message: str
    hint: str = "Shorten the words, or pin the balloon's box in book.json."


@dataclass(frozen=True)
class Sheet:
    """What the panels of a page share.

    Attributes:
        typesetter: fonts and language.
        leading: distance of baselines, in sizes.
        busy: (H, W) in [0, 1]; see `page.busyness`.
        height: of the page, or of its upright part, in pixels; letters are a share of it.
        smallest: size of letters, in pixels, below which words count as not fitting.
        rtl: True where one reads from right to left.
        hyphenate: whether long words may be cut.
        over_frames: whether balloons may leave a panel that is too small.
    """

    typesetter: Typesetter
    leading: float
    busy: Floats
    height: float
    smallest: float
    rtl: bool
    hyphenate: bool
    over_frames: bool


class Desk:
    """The lettering of one panel.

    Args:
        panel: with balloons.
        texts: their words as they are drawn, in capitals where the book is lettered so.
        figures: what balloons keep off, of the whole page.
        sheet: what the page's panels share.
    """

    def __init__(self, panel: Panel, texts: dict[int, str], figures: list[Figure], sheet: Sheet) -> None:
        self.panel, self.sheet = panel, sheet
        self.numbers = sorted(texts)
        self.balloons: list[Balloon] = [(panel.balloons or [])[k] for k in self.numbers]
        self.figures = [f for f in figures if _touches(f.box, panel.box)]
        self.everywhere = figures
        self.margin = min(sheet.height / 130, 0.03 * min(panel.box[2], panel.box[3]))
        self.ground = Ground(panel, sheet.busy, self.figures, self.margin)
        self._texts = [texts[k] for k in self.numbers]
        self._variants: dict[int, list[Words]] = {}
        self._forms: dict[tuple[int, int], list[Form]] = {}

    # -- words and forms -------------------------------------------------------------------------------------------

    def variants(self, i: int) -> list[Words]:
        """A balloon's words whole, hyphenated, and torn as a last resort."""
        if i not in self._variants:
            setter, text, lead = self.sheet.typesetter, self._texts[i], self.sheet.leading
            made = [Words.of(setter, text, False, False, lead)]
            if self.sheet.hyphenate and self.balloons[i].kind != "sound":
                made.append(Words.of(setter, text, True, False, lead))
            made.append(Words.of(setter, text, True, True, lead))
            self._variants[i] = [words for k, words in enumerate(made) if k == 0 or words.units != made[k - 1].units]
        return self._variants[i]

    def _own_forms(self, i: int, variant: int) -> list[Form]:
        if (i, variant) not in self._forms:
            balloon = self.balloons[i]
            look, vertical = look_of(balloon), self.sheet.typesetter.vertical
            ratio = RATIO.get(balloon.kind, 1.8)
            words = self.variants(i)[variant]
            self._forms[i, variant] = forms(words, EXPONENT[look], pad_of(balloon), 1.4 if vertical else ratio)
        return self._forms[i, variant]

    def forms(self, i: int, size: float, room: tuple[float, float], last: bool = False) -> list[Form]:
        """The forms of a balloon at a size that a room (width, height) takes; hyphens only where whole words do not.

        `last` allows words to be torn apart.
        """
        balloon = self.balloons[i]
        if balloon.kind == "sound" and balloon.size is None:
            return self._sounds(i, size, room)
        size = balloon.size or size * scale_of(balloon)
        count = len(self.variants(i))
        torn = count if last or count == 1 else count - 1
        whole = (max(room[0], self.panel.box[2] - 2 * self.margin), max(room[1], self.panel.box[3] - 2 * self.margin))
        for variant in range(torn):
            found = self._fitting(i, variant, size, room) or (self._fitting(i, 0, size, whole) if variant == 0 else [])
            if found:
                return found[:FORMS]
        return []

    def _fitting(self, i: int, variant: int, size: float, room: tuple[float, float]) -> list[Form]:
        more = 2 * reach(look_of(self.balloons[i]), size)
        return [
            form.at(size)
            for form in self._own_forms(i, variant)
            if 2 * form.half_width * size + more <= room[0] and 2 * form.half_height * size + more <= room[1]
        ]

    def _sounds(self, i: int, size: float, room: tuple[float, float]) -> list[Form]:
        found = []
        for k, share in enumerate(SOUND):
            for form in self._fitting(i, 0, max(size, share * self.sheet.height), room)[:2]:
                found.append(replace(form, penalty=form.penalty * 0.3 + 0.12 * k))
        if not found:
            found = self._fitting(i, 0, size, room)
        return found[:FORMS]

    # -- placing ---------------------------------------------------------------------------------------------------

    def comfortable_size(self, sizes: list[float]) -> float:
        """The largest size at which this panel's words find room off the faces, not much worse placed than smaller."""
        costs: dict[float, float] = {}
        for size in sizes:
            fixed = [self.pinned(i, size, size) if b.box else None for i, b in enumerate(self.balloons)]
            if any(b.box and p is None for b, p in zip(self.balloons, fixed, strict=True)):
                continue
            found = self._place(size, fixed)
            if found and found[1] <= COVERED:
                costs[size] = found[2]
        good = [size for size, cost in costs.items() if cost <= min(costs.values()) + WORSE * len(self.balloons)]
        return max(good, default=sizes[-1])

    def final(self, common: float, placed_before: list[Placed]) -> tuple[list[Placed], list[Problem]]:
        """The placed balloons, with tails, and what went wrong.

        Args:
            common: size of the page's letters, in pixels.
            placed_before: balloons of other panels, which those that leave this one keep off.
        """
        problems: list[Problem] = []
        fixed: list[Placed | None] = []
        for i, balloon in enumerate(self.balloons):
            given = None
            if balloon.box:
                given = self.pinned(i, common, min(common, self.sheet.smallest))
                if given is None:
                    given, message = self._enlarged(i, common)
                    problems.append(self._problem(i, message, "Shorten the words, or enlarge the box in book.json."))
            fixed.append(given)
        found = self._place(common, fixed)
        if found is None:
            placed, more = self._crowded(common, fixed, placed_before)
            return self._aimed(placed), problems + more
        return self._aimed(found[0]), problems

    def _problem(self, i: int, message: str, hint: str = "") -> Problem:
        usual = "Shorten the words, or pin the balloon's box in book.json."
        return Problem(self.panel.id, self.numbers[i], self.balloons[i].words, message, hint or usual)

    def _room(self, balloon: Balloon, whole: bool, area: Box) -> tuple[float, float]:
        if whole:
            return area[2] - 2 * self.margin, area[3] - 2 * self.margin
        share = 0.9 if balloon.kind == "sound" else 0.72
        return area[2] * share, area[3] * share

    def _place(
        self,
        size: float,
        fixed: list[Placed | None],
        whole: bool = False,
        ground: Ground | None = None,
        others: tuple[Placed, ...] = (),
        last: bool = False,
    ) -> tuple[list[Placed], float, float] | None:
        ground = ground or self.ground
        area = (ground.x0, ground.y0, ground.width, ground.height)
        wishes = [
            Wish(b, [] if given else self.forms(i, size, self._room(b, whole, area), last))
            for i, (b, given) in enumerate(zip(self.balloons, fixed, strict=True))
        ]
        return place(ground, wishes, fixed, 0.35 * size, self.sheet.rtl, others)

    def pinned(self, i: int, size: float, smallest: float) -> Placed | None:
        """A balloon in the box that the author gave it, or None where its words do not fit there."""
        balloon = self.balloons[i]
        x, y, w, h = balloon.box or (0, 0, 1, 1)
        look = look_of(balloon)
        wanted = balloon.size or size * scale_of(balloon)
        if balloon.kind == "sound" and balloon.size is None:
            wanted = max(wanted, SOUND[0] * self.sheet.height)
        least = wanted if balloon.size else smallest * min(1.0, scale_of(balloon))
        more = reach(look, wanted) if look in ("jagged", "cloud", "wavy", "electric") else 0.0
        a, b = w / 2 - more, h / 2 - more
        if a <= 0 or b <= 0:
            return None
        cx, cy = self.panel.box[0] + x + w / 2, self.panel.box[1] + y + h / 2
        ring = superellipse(cx, cy, a, b, EXPONENT[look])
        # Room is a share of the letters, whose size the fit finds: from the largest down until both agree.
        for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
            tried = max(least, wanted * share)
            pad = pad_of(balloon) * 0.6 * tried
            fit = fit_outline(self.variants(i)[: -1 or None] or self.variants(i), ring, pad, tried, least)
            if fit and (fit.form.size >= 0.9 * tried or tried == least):
                dx, dy = fit.middle[0] - cx, fit.middle[1] - cy
                spots = tuple((sx + dx, sy + dy) for sx, sy in fit.form.spots)
                form = replace(fit.form, spots=spots, half_width=a, half_height=b)
                return Placed(balloon, form, cx, cy, a, b)
            if tried == least:
                break
        return None

    # -- too little room -------------------------------------------------------------------------------------------

    def _enlarged(self, i: int, common: float) -> tuple[Placed, str]:
        """A balloon whose words do not fit its box: grown within the panel, then with smaller letters."""
        balloon = self.balloons[i]
        x0, y0, width, height = self.panel.box
        x, y, w, h = balloon.box or (0, 0, width, height)
        room = (width - 2 * self.margin, height - 2 * self.margin)
        form, size = self._shrunk(i, balloon.size or common, room)
        a, b = form.half_width, form.half_height
        more = reach(look_of(balloon), form.size)
        away_x, away_y = min(width / 2, self.margin + a + more), min(height / 2, self.margin + b + more)
        cx = float(np.clip(x0 + x + w / 2, x0 + away_x, x0 + width - away_x))
        cy = float(np.clip(y0 + y + h / 2, y0 + away_y, y0 + height - away_y))
        message = "the words do not fit into their box; the balloon was enlarged."
        if size < 0.999 * common:
            message = f"the words do not fit into the panel; their letters were reduced to {form.size:.0f} pixels."
        return Placed(balloon, form, cx, cy, a, b), message

    def _shrunk(self, i: int, size: float, room: tuple[float, float]) -> tuple[Form, float]:
        """The first form that a room takes, from a size down; at the floor the smallest form, whatever its room."""
        while size > FLOOR_PX:
            for last in (False, True):
                found = self.forms(i, size, room, last)
                if found:
                    return found[0], size
            size *= SHRINK
        every = [form for k in range(len(self.variants(i))) for form in self._own_forms(i, k)]
        best = min(every, key=lambda form: max(form.half_width / room[0], form.half_height / room[1]))
        return best.at(FLOOR_PX), FLOOR_PX

    def _crowded(
        self, common: float, fixed: list[Placed | None], placed_before: list[Placed]
    ) -> tuple[list[Placed], list[Problem]]:
        """Too little room: balloons as large as the panel, over its frame, smaller letters; in the end one by one."""
        open_ones = [i for i, given in enumerate(fixed) if given is None]
        wide = self._wider() if self.sheet.over_frames else None
        others = tuple(placed_before)
        size = common
        while size > FLOOR_PX:
            readable = size >= 0.999 * min(common, self.sheet.smallest)
            tries: list[tuple[Ground | None, bool]] = [(None, False), (wide, False)] if wide else [(None, False)]
            tries += [] if readable else [(ground, True) for ground, _ in tries]
            for ground, last in tries:
                found = self._place(size, fixed, True, ground, others if ground else (), last)
                if found:
                    how = "over its frame" if ground else "with balloons that fill it"
                    return found[0], self._said(open_ones, size, common, how)
            size *= SHRINK
        return self._stacked(fixed, open_ones)

    def _said(self, open_ones: list[int], size: float, common: float, how: str) -> list[Problem]:
        small = f", in letters of {size:.0f} pixels" if size < 0.999 * common else ""
        below = size < 0.999 * self.sheet.smallest
        message = f"the panel has too little room for its words; they are set {how}{small}."
        if below:
            message = (
                f"the words do not fit at the agreed minimum of {self.sheet.smallest:.0f} pixels; "
                f"they are set {how}{small}."
            )
        return [self._problem(i, message, "Shorten the words.") for i in open_ones]

    def _wider(self) -> Ground:
        """The panel with some of what is around it, within the page."""
        x, y, w, h = self.panel.box
        page_h, page_w = self.sheet.busy.shape[:2]
        more_x, more_y = round(BEYOND * w) + round(self.margin), round(BEYOND * h) + round(self.margin)
        left, top = max(0, x - more_x), max(0, y - more_y)
        right, bottom = min(page_w, x + w + more_x), min(page_h, y + h + more_y)
        area = (left, top, max(1, right - left), max(1, bottom - top))
        return Ground(self.panel, self.sheet.busy, self.everywhere, self.margin, area)

    def _stacked(self, fixed: list[Placed | None], open_ones: list[int]) -> tuple[list[Placed], list[Problem]]:
        """The last resort: every balloon at the smallest size, one below the other, whatever they cover."""
        x0, y0, width, height = self.panel.box
        y = float(y0)
        placed, problems = [], []
        for i, (balloon, given) in enumerate(zip(self.balloons, fixed, strict=True)):
            if given is not None:
                placed.append(given)
                continue
            form, size = self._shrunk(i, self.sheet.smallest, (float(width), float(height)))
            more = reach(look_of(balloon), form.size)
            cy = y + form.half_height + more
            placed.append(Placed(balloon, form, x0 + width / 2, cy, form.half_width, form.half_height))
            y = cy + form.half_height + more
            over = y > y0 + height or 2 * form.half_width > width
            how = "and run over the panel" if over else "over the drawing"
            message = f"the words do not fit; they are set {how}, in letters of {size:.0f} pixels."
            problems.append(self._problem(i, message, "Shorten the words, or give them to another panel."))
        return placed, problems

    def _aimed(self, placed: list[Placed]) -> list[Placed]:
        return aim(self.balloons, placed, self.panel, self.figures, self.margin)


def superellipse(cx: float, cy: float, a: float, b: float, p: float) -> NDArray[np.float64]:
    """Points of an outline, (240, 2)."""
    t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    x, y = np.sign(c) * np.abs(c) ** (2 / p), np.sign(s) * np.abs(s) ** (2 / p)
    return np.stack([cx + a * x, cy + b * y], 1)


def _touches(box: tuple[float, float, float, float], panel: Box) -> bool:
    x, y, w, h = box
    px, py, pw, ph = panel
    return x < px + pw and px < x + w and y < py + ph and py < y + h
