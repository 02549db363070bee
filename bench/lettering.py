"""Measures how words are fitted into balloons: `python bench/lettering.py [--outlines N] [--fonts DIR] [--docs]`.

250 outlines are generated (ellipses, clouds, boxes, irregular polygons), and each is lettered in English, German,
Slovak, Arabic, Japanese lines and Japanese columns. Measured:

- outside: pages' pixels with ink that are not wholly inside the outline; it must be 0.
- size: of the letters, against an exhaustive search: every size in steps of 1 % from the found one to 1.3 times it, and
  within each every height of the first line in steps of half a pixel and, by exchange argument, all choices of breaks
  (a line that can take a further word always does), with the true ink of every line.
- CPU time of one balloon's fit.
- Pillow's own `ImageText.wrap(scaling="shrink")` from the same start, in the largest box inside the outline.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont, ImageText
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from shapely import MultiPolygon, Polygon

from inkwright.book import Balloon
from inkwright.comic.lettering.balloon import Placed
from inkwright.comic.lettering.drawing import draw_lettering, ink_mask
from inkwright.comic.lettering.fonts import Chain, open_font
from inkwright.comic.lettering.measure import Words, leading_of
from inkwright.comic.lettering.outline import Fit, fit_outline
from inkwright.comic.lettering.shaping import Typesetter
from inkwright.comic.lettering.vector import Fonts, lettered
from inkwright.lettering import PageLettering, Shape

cv2.setNumThreads(1)
ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT = 520, 420
PAD = 4.0
LARGEST, SMALLEST = 60.0, 5.0
LINES = {
    "English": ("en", (
        "Stop!", "Who is there?", "I told you so.", "We should not be here after dark.",
        "Nobody has seen the old lighthouse keeper since the storm.",
        "If you press that button again, I swear I will walk home, and you can explain everything to the captain.",
    )),
    "German": ("de", (
        "Halt!", "Wer ist da?", "Ich hab's doch gesagt.", "Nach Einbruch der Dunkelheit ist es hier unheimlich.",
        "Die Donaudampfschifffahrtsgesellschaft hat den Betrieb eingestellt.",
        "Wenn du noch einmal auf diesen Knopf drückst, gehe ich zu Fuß nach Hause, und du erklärst es dem Kapitän.",
    )),
    "Slovak": ("sk", (
        "Stoj!", "Kto je tam?", "Veď som ti to hovoril.", "Po zotmení by sme tu nemali byť.",
        "Starého strážcu majáka nikto nevidel od tej strašnej búrky.",
        "Ak ešte raz stlačíš ten gombík, prisahám, že pôjdem domov pešo a ty to vysvetlíš kapitánovi.",
    )),
    "Arabic": ("ar", (
        "قف!", "من هناك؟", "لقد قلت لك ذلك.", "لا ينبغي أن نكون هنا بعد حلول الظلام.",
        "لم ير أحد حارس المنارة العجوز منذ العاصفة.",
        "إذا ضغطت على هذا الزر مرة أخرى فسأعود إلى البيت سيرا على الأقدام وعليك أن تشرح كل شيء للقبطان.",
    )),
    "Japanese": ("ja", (
        "止まれ!", "誰だ?", "だから言ったでしょう。", "暗くなったらここにいてはいけないんだ。",
        "嵐の夜から、あの灯台守を見た人は誰もいません。",
        "もう一度そのボタンを押したら、私は歩いて帰るからね。船長にはあなたが全部説明してください。",
    )),
}  # fmt: skip

Points = NDArray[np.float64]


@dataclass
class Score:
    """What was measured in one language."""

    outside: int = 0
    ratios: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unset: int = 0
    pillow: list[float] = field(default_factory=list)
    pillow_over: int = 0


def outlines(count: int) -> Iterator[tuple[str, Points]]:
    """Outlines in the middle of a page of WIDTH x HEIGHT pixels; the same ones every time."""
    rng = np.random.default_rng(7)
    t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    for k in range(count):
        a, b = rng.uniform(60, 230), rng.uniform(40, 180)
        kind = ("ellipse", "cloud", "box", "polygon")[k % 4]
        if kind == "ellipse":
            p = rng.uniform(1.8, 3.5)
            r = (np.abs(np.cos(t)) ** p + np.abs(np.sin(t)) ** p) ** (-1 / p)
            ring = np.stack([a * r * np.cos(t), b * r * np.sin(t)], 1)
        elif kind == "cloud":
            bumps, depth = int(rng.integers(7, 16)), rng.uniform(0.05, 0.12)
            r = 1 - depth + depth * np.abs(np.sin(bumps * t / 2 + rng.uniform(0, 6)))
            ring = np.stack([a * r * np.cos(t), b * r * np.sin(t)], 1)
        elif kind == "box":
            turn = rng.uniform(-0.12, 0.12)
            corners = np.array([[-a, -b], [a, -b], [a, b], [-a, b]]) * 0.9
            c, s = np.cos(turn), np.sin(turn)
            ring = corners @ np.array([[c, s], [-s, c]])
        else:
            n = int(rng.integers(3, 12))
            at = np.sort(rng.uniform(0, 2 * np.pi, n)) if n > 4 else np.arange(n) * 2 * np.pi / n + rng.uniform(0, 2)
            r = rng.uniform(0.6, 1.0, n)
            ring = np.stack([a * r * np.cos(at), b * r * np.sin(at)], 1)
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        yield kind, np.clip(ring + middle, 2, (WIDTH - 2, HEIGHT - 2))


def placed_page(fit: Fit, text: str, fonts: Fonts) -> PageLettering:
    """A page with the fitted words alone."""
    cx, cy = fit.middle
    spot = Placed(Balloon(words=text, shape="none"), fit.form, cx, cy, fit.form.half_width, fit.form.half_height)
    made = lettered([spot], "p", [0], fonts)
    used = {key: CHAIN.used(font) for key, font in fonts.fonts.items()}
    return PageLettering(width=WIDTH, height=HEIGHT, fonts=used, balloons=made)


def outside(page: PageLettering, ring: Points) -> int:
    """Pixels with ink that are not wholly inside the outline."""
    ink = ink_mask(page, lambda used: open_font(used.file, None, used.index))
    fine = np.zeros((HEIGHT * 8, WIDTH * 8), np.uint8)
    cv2.fillPoly(fine, [np.round((ring * 8 - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    inside = cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return int(np.count_nonzero((ink > 0) & (inside < 255)))


class Exhaustive:
    """The largest size by trying everything; it shares no code with the fit but the measured words.

    Args:
        ring: the outline.
        vertical: whether words run in columns.
    """

    STEP = 0.25

    def __init__(self, ring: Points, vertical: bool) -> None:
        inner = Polygon(ring).buffer(0).buffer(-PAD)
        if isinstance(inner, MultiPolygon):
            inner = max(inner.geoms, key=lambda part: part.area)
        self.empty = inner.is_empty
        if self.empty:
            return
        points = np.asarray(inner.exterior.coords)
        if vertical:
            points = np.stack([points[:, 1], -points[:, 0]], 1)
        self.top, bottom = points[:, 1].min(), points[:, 1].max()
        heights = np.arange(self.top, bottom, self.STEP)
        self.left, self.right = np.zeros(len(heights)), np.full(len(heights), -1.0)
        for k, y in enumerate(heights):
            (x0, y0), (x1, y1) = points[:-1].T, points[1:].T
            hit = (y0 <= y) != (y1 <= y)
            x = np.sort(x0[hit] + (y - y0[hit]) / (y1[hit] - y0[hit]) * (x1[hit] - x0[hit]))
            if len(x) >= 2:
                gaps = x[1::2] - x[: 2 * (len(x) // 2) : 2]
                best = int(np.argmax(gaps))
                self.left[k], self.right[k] = x[2 * best], x[2 * best + 1]

    def fits(self, words: Words, size: float) -> bool:
        """Whether any height of the first line and any breaks take the words at a size."""
        above, below = words.extents
        n, rows = len(words.units), len(self.left)
        rooms: dict[tuple[float, float], Points] = {}
        lead = words.leading * size / self.STEP
        starts = np.arange(0, rows, 2)
        done = np.zeros(len(starts), np.int64)
        for k in range(int(rows / lead) + 1):
            at = np.round(starts + k * lead).astype(np.int64)
            alive = (at < rows) & (done < n) & (done >= 0)
            before = done.copy()
            for i in np.unique(before[alive]):
                group = np.flatnonzero(alive & (before == i))
                best, up, down = np.full(len(group), -1), 0.0, 0.0
                for j in range(int(i) + 1, n + 1):
                    width = words.widths[i, j] * size
                    up, down = max(up, float(above[j - 1])), max(down, float(below[j - 1]))
                    room = self._room(rooms, up * size, down * size)
                    if width > room.max():
                        break
                    best[width <= room[at[group]]] = j
                done[group] = best
            done[at >= rows] = np.where(done[at >= rows] == n, n, -1)
            if (done == n).any():
                return True
        return False

    def _room(self, rooms: dict[tuple[float, float], Points], up: float, down: float) -> Points:
        key = round(up, 3), round(down, 3)
        if key not in rooms:
            a, b = int(np.ceil(up / self.STEP)), int(np.ceil(down / self.STEP))
            count = a + b + 1
            if count > len(self.left):
                rooms[key] = np.full(len(self.left), -1.0)
                return rooms[key]
            origin = a - count // 2  # from a rows above to b rows below
            left = maximum_filter1d(self.left, count, mode="constant", cval=np.inf, origin=origin)
            right = minimum_filter1d(self.right, count, mode="constant", cval=-np.inf, origin=origin)
            rooms[key] = right - left
        return rooms[key]

    def largest(self, variants: list[Words], found: float) -> float:
        """The largest size, at least `found`, in steps of 1 %."""
        steps = [found * 1.01**k for k in range(26, 0, -1) if found * 1.01**k <= LARGEST]
        for size in steps:
            if any(self.fits(words, size) for words in variants[:2]):
                return size
        return found


def by_pillow(text: str, ring: Points, font: bytes) -> tuple[float, bool]:
    """Pillow's own size in the largest box inside the outline, and whether its words leave that box."""
    import io

    inner = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(inner, [np.round(ring).astype(np.int32)], 1)
    best, box = 0, (1, 1)
    cx, cy = ring.mean(0)
    for share in np.linspace(0.3, 1.0, 15):
        for tall in np.linspace(0.3, 1.0, 15):
            w, h = np.ptp(ring[:, 0]) * share, np.ptp(ring[:, 1]) * tall
            part = inner[max(0, int(cy - h / 2)) : int(cy + h / 2), max(0, int(cx - w / 2)) : int(cx + w / 2)]
            if part.size > best and part.all():
                best, box = part.size, (int(w - 2 * PAD), int(h - 2 * PAD))
    if min(box) < 6:
        return 0.0, True
    said = ImageText.Text(text, ImageFont.truetype(io.BytesIO(font), round(LARGEST)))
    try:
        rest = said.wrap(max(1, box[0]), max(1, box[1]), scaling="shrink")
    except ValueError:
        return 0.0, True
    left, top, right, bottom = said.get_bbox()
    return float(getattr(said.font, "size", 0)), rest is not None or right - left > box[0] or bottom - top > box[1]


def measure(language: str, vertical: bool, count: int, show: Path | None) -> Score | None:
    """All outlines in one language; None where no font here covers it."""
    global CHAIN
    code, lines = LINES[language]
    CHAIN = Chain("", None, code, FOLDERS)
    if CHAIN.prepare("".join(lines)):
        return None
    setter, score = Typesetter(CHAIN, code, vertical), Score()
    lead = leading_of(lines, setter)
    shown = []
    for k, (_, ring) in enumerate(outlines(count)):
        text = lines[k // 4 % len(lines)]
        start = time.process_time()
        variants = [Words.of(setter, text, h, tear, lead) for h, tear in ((False, False), (True, False), (True, True))]
        fit = fit_outline(variants, ring, PAD, LARGEST, SMALLEST)
        score.seconds.append(time.process_time() - start)
        if code in ("en", "de", "sk"):
            size, over = by_pillow(text, ring, CHAIN.main.data)
            score.pillow.append(size)
            score.pillow_over += over
        if fit is None:
            score.unset += 1
            continue
        page = placed_page(fit, text, Fonts())
        score.outside += outside(page, ring)
        score.sizes.append(fit.form.size)
        if fit.form.size < 0.99 * LARGEST:
            score.ratios.append(fit.form.size / Exhaustive(ring, vertical).largest(variants, fit.form.size))
        if show and k < 24:
            shown.append(picture(page, ring))
    if show:
        save(show / f"{language.lower()}{'-columns' if vertical else ''}.png", shown)
    return score


def picture(page: PageLettering, ring: Points) -> NDArray[np.uint8]:
    """The outline with its words."""
    path = [("M" if k == 0 else "L", float(x), float(y)) for k, (x, y) in enumerate(ring)]
    shape = Shape.model_validate({"path": [*path, ("Z",)], "width": 1.5})
    balloons = [page.balloons[0].model_copy(update={"shapes": [shape]})]
    sheet = np.full((HEIGHT, WIDTH, 3), 225, np.uint8)
    whole = page.model_copy(update={"balloons": balloons})
    return draw_lettering(sheet, whole, lambda used: open_font(used.file, None, used.index))


def save(path: Path, tiles: list[NDArray[np.uint8]]) -> None:
    """Tiles as a sheet, six in a row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [np.concatenate(tiles[k : k + 6], 1) for k in range(0, len(tiles) - 5, 6)]
    Image.fromarray(np.concatenate(rows, 0)).save(path)


def row(name: str, score: Score) -> str:
    """A line of the table."""
    ratios = np.array(score.ratios)
    pillow = "–"
    if score.pillow:
        pillow = f"{np.median(score.pillow):.0f} px, {score.pillow_over} over"
    return (
        f"| {name} | {len(score.sizes)} | {score.unset} | {score.outside} | {np.median(score.sizes):.1f} px | "
        f"{100 * np.median(ratios):.1f} % | {100 * np.quantile(ratios, 0.05):.1f} % | "
        f"{1000 * np.median(score.seconds):.0f} ms | {pillow} |"
    )


HEAD = (
    "| words | set | too small | ink outside | median size | of the exhaustive search | 5 % quantile | time "
    "| Pillow |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def write_docs(table: str) -> None:
    """The table into docs/benchmarks.md, between its marks."""
    path = ROOT / "docs" / "benchmarks.md"
    text = path.read_text(encoding="utf-8")
    begin, end = "<!-- lettering -->", "<!-- /lettering -->"
    i, j = text.index(begin) + len(begin), text.index(end)
    path.write_text(f"{text[:i]}\n{table}\n{text[j:]}", encoding="utf-8")


CHAIN = Chain()
FOLDERS: list[Path] | None = None


def main() -> None:
    """Measures and prints."""
    global FOLDERS
    parser = argparse.ArgumentParser()
    parser.add_argument("--outlines", type=int, default=250)
    parser.add_argument("--fonts", type=Path, help="a folder of fonts to look through instead of the installed ones")
    parser.add_argument("--only", nargs="*", help="languages")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/benchmarks.md")
    parser.add_argument("--show", type=Path, help="a folder for sheets of fitted balloons")
    options = parser.parse_args()
    FOLDERS = [options.fonts] if options.fonts else None
    lines = [HEAD]
    print(HEAD, flush=True)
    for language, vertical in [*((name, False) for name in LINES), ("Japanese", True)]:
        if options.only and language not in options.only:
            continue
        score = measure(language, vertical, options.outlines, options.show)
        name = f"{language}, columns" if vertical else language
        lines.append(row(name, score) if score else f"| {name} | no font here has it | | | | | | | |")
        print(lines[-1], flush=True)
    if options.docs:
        write_docs("\n".join(lines))


if __name__ == "__main__":
    main()
