"""Measures the finder of panels: `python bench/panels.py [comic] [sample] [drawn] [unseen] [painted] [speed]
[confidence]`.

- comic: the annotated pages beside the repository, in ../shared/data/panels.
- sample: the embedded sample comic.
- drawn: pages by tools/panel_pages.py, of every kind, `--pages` each (8); last a row of all kinds.
- unseen: the row of all kinds alone, of seeds from `--seed` on that the finder was not made with.
- painted: the same kinds with other seeds, filled with parts of painted panels beside the repository.
- speed: CPU-seconds a page of 1000 x 1500 pixels, for every kind, each the lowest of three runs.
- confidence: of the panels found on drawn pages of further seeds, how many are right at IoU .7, by their confidence.

Each as it is and as scans: 6 % margin, shading, noise of sigma 4, skew of 0, 1.5 and 3 degrees. A found panel and a
true one agree where their areas overlap by an IoU (polygons count as polygons); each is matched once, best pairs
first. A page is right where all its panels are found at IoU .7, no others, and in order.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from panel_pages import KINDS, DrawnPage, as_scan, draw_page, rectangle  # noqa: E402

from inkwright.comic.panels import Found, find_panels  # noqa: E402
from inkwright.images import Pixels, read_picture  # noqa: E402
from inkwright.sample.comic import draw_book  # noqa: E402

PANELS = ROOT.parent / "shared" / "data" / "panels"
LEVELS = (0.5, 0.7, 0.9)
SCANS = (None, 0.0, 1.5, 3.0)
"""Skew of the scans in degrees; None is the page as it is."""
SEED = 5000


@dataclass
class Score:
    """Sums over pages."""

    hits: list[int] = field(default_factory=lambda: [0, 0, 0])
    found: int = 0
    true: int = 0
    pages: int = 0
    right: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Adds another sum."""
        self.hits = [a + b for a, b in zip(self.hits, other.hits, strict=True)]
        self.found, self.true = self.found + other.found, self.true + other.true
        self.pages, self.right = self.pages + other.pages, self.right + other.right
        self.seconds += other.seconds

    def f1(self) -> list[float]:
        """F1 at each of `LEVELS`."""
        return [2 * hits / max(1, self.found + self.true) for hits in self.hits]

    def row(self, name: str) -> str:
        """A row of the table."""
        f1 = " / ".join(f"{value:.3f}"[1:] if value < 1 else "1.00" for value in self.f1())
        return f"| {name} | {f1} | {self.right} of {self.pages} | {np.mean(self.seconds):.2f} |"


def outline(one: Found) -> NDArray[np.float64]:
    """A found panel as a polygon."""
    return rectangle(*one.box) if one.polygon is None else np.array(one.polygon, np.float64)


def overlaps(
    found: Sequence[NDArray[np.float64]], true: Sequence[NDArray[np.float64]], size: tuple[int, int]
) -> NDArray[np.float64]:
    """IoU of every found with every true panel, (found, true)."""
    scale = min(1.0, 1000 / max(size))
    shape = (round(size[0] * scale), round(size[1] * scale))
    masks = []
    for polygon in [*found, *true]:
        canvas = np.zeros(shape, np.uint8)
        cv2.fillPoly(canvas, [np.round((polygon * scale - 0.5) * 16).astype(np.int32)], 1, shift=4)
        masks.append(canvas.ravel() > 0)
    flat = np.array(masks, np.float32)
    both = flat[: len(found)] @ flat[len(found) :].T
    area = flat.sum(1)
    return np.asarray(both / (area[: len(found), None] + area[None, len(found) :] - both), np.float64)


def matched(page: DrawnPage, found: Sequence[Found]) -> list[tuple[int, int, float]]:
    """Pairs of a found and a true panel with their IoU, each matched once, best first."""
    left = overlaps([outline(one) for one in found], page.panels, page.pixels.shape[:2])
    pairs: list[tuple[int, int, float]] = []
    while left.size and left.max() > 0:
        i, j = np.unravel_index(int(left.argmax()), left.shape)
        pairs.append((int(i), int(j), float(left[i, j])))
        left[i], left[:, j] = 0, 0
    return pairs


def found_right(page: DrawnPage) -> list[tuple[Found, bool]]:
    """The panels found on a page, each with whether it is right at IoU .7."""
    found = find_panels(page.pixels, page.direction)
    right = {i for i, _, value in matched(page, found) if value >= 0.7}
    return [(one, i in right) for i, one in enumerate(found)]


def score(page: DrawnPage) -> tuple[Score, list[Found]]:
    """How well a page's panels are found."""
    start = time.process_time()
    found = find_panels(page.pixels, page.direction)
    seconds = time.process_time() - start
    pairs = matched(page, found)
    hits = [sum(value >= level for *_, value in pairs) for level in LEVELS]
    order = sorted((i, j) for i, j, value in pairs if value >= 0.7)
    right = hits[1] == len(found) == len(page.panels) and [j for _, j in order] == list(range(len(order)))
    return Score(hits, len(found), len(page.panels), 1, int(right), [seconds]), found


def scanned(page: DrawnPage, skew: float | None, seed: int) -> DrawnPage:
    """The page as it is, or as a scan."""
    return page if skew is None else as_scan(page, np.random.default_rng(seed), skew * (-1) ** seed)


def comic() -> Iterator[DrawnPage]:
    """The annotated pages beside the repository."""
    for listing in sorted(PANELS.glob("*/panels.json")):
        for page in json.loads(listing.read_text())["pages"]:
            pixels = read_picture(listing.parent / page["file"]).pixels
            yield DrawnPage(pixels, [rectangle(*box) for box in page["panels"]])


def sample() -> Iterator[DrawnPage]:
    """The embedded sample comic."""
    drawn = draw_book()
    for pixels, page in zip(drawn.pages, drawn.book.pages, strict=True):
        yield DrawnPage(pixels, [rectangle(*panel.box) for panel in page.panels])


def paintings() -> list[Pixels]:
    """The insides of painted panels beside the repository, (h, w, 3) uint8 RGB each."""
    found = []
    for listing in sorted((PANELS.parent / "comics").glob("*/elements.json")):
        for page in json.loads(listing.read_text())["pages"]:
            pixels = read_picture(listing.parent / page["file"]).pixels
            for x, y, w, h in (panel["box"] for panel in page["panels"]):
                edge = min(w, h) // 12
                found.append(np.ascontiguousarray(pixels[y + edge : y + h - edge, x + edge : x + w - edge]))
    return found


def speed(pages: int, seed: int) -> None:
    """Prints the mean time of each kind, slowest first, and that of all."""
    times: dict[str, list[float]] = {}
    for kind in KINDS:
        for k in range(pages):
            drawn = draw_page(kind, seed + k, 1000, 1500)
            for skew in (None, 1.5):
                page = scanned(drawn, skew, seed + k)
                least = min(score(page)[0].seconds[0] for _ in range(3))
                times.setdefault(labelled(kind, skew), []).append(least)
    print("| pages of 1000 x 1500 | CPU-seconds a page, mean | most |\n| --- | --- | --- |")
    for name, known in sorted(times.items(), key=lambda one: -float(np.mean(one[1]))):
        print(f"| {name} | {np.mean(known):.2f} | {max(known):.2f} |")
    every = [value for known in times.values() for value in known]
    print(f"| all | {np.mean(every):.2f} | {max(every):.2f} |", flush=True)


def calibration(pages: int) -> None:
    """Prints how many panels of each confidence are right."""
    known: list[tuple[float, bool]] = []
    for kind in KINDS:
        for seed in range(SEED + 1000, SEED + 1000 + pages):
            page = scanned(draw_page(kind, seed), 1.5 if seed % 3 == 0 else None, seed)
            known += [(one.confidence, right) for one, right in found_right(page)]
    print("| confidence | panels | mean confidence | right at IoU .7 |\n| --- | --- | --- | --- |")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 0.95), (0.95, 1.01)):
        part = [one for one in known if low <= one[0] < high]
        if part:
            told, right = np.mean(part, 0).tolist()
            print(f"| {low:.2f} to {min(1.0, high):.2f} | {len(part)} | {told:.2f} | {right:.2f} |")


def show(page: DrawnPage, found: Sequence[Found], path: Path) -> None:
    """The page with its true panels in green and the found ones in red."""
    picture = page.pixels[..., ::-1].copy()
    pen = max(2, picture.shape[1] // 250)
    for polygon in page.panels:
        cv2.polylines(picture, [np.round(polygon).astype(np.int32)], True, (0, 200, 0), 2 * pen)
    for k, one in enumerate(found, 1):
        polygon = outline(one)
        cv2.polylines(picture, [np.round(polygon).astype(np.int32)], True, (0, 0, 255), pen)
        at = (int(polygon[:, 0].mean()) - 10 * pen, int(polygon[:, 1].mean()))
        cv2.putText(picture, f"{k} {one.confidence:.2f} {one.evidence.how}", at, 0, pen / 3, (255, 0, 255), pen)
    cv2.imwrite(str(path), picture)


def labelled(name: str, skew: float | None) -> str:
    """What a row is of."""
    return name if skew is None else f"{name}, scan, {skew:g}°"


def drawn(pages: int, seed: int, shown: Path | None, quiet: bool) -> None:
    """Prints a row for each kind of drawn pages, or none where quiet, and one for all of them."""
    sums = {skew: Score() for skew in (None, 1.5, 3.0)}
    for kind in KINDS:
        made = [draw_page(kind, seed + k) for k in range(pages)]
        for skew, one in measure(kind, made, seed, shown, tuple(sums), quiet).items():
            sums[skew].add(one)
    for skew, total in sums.items():
        print(total.row(labelled(f"all kinds, seeds {seed} to {seed + pages - 1}", skew)), flush=True)


def measure(
    name: str,
    pages: Sequence[DrawnPage],
    seed: int,
    shown: Path | None,
    scans: Sequence[float | None],
    quiet: bool = False,
) -> dict[float | None, Score]:
    """Prints a row for the pages as they are and for each kind of scan, if not quiet; their sums."""
    sums: dict[float | None, Score] = {}
    for skew in scans:
        total = Score()
        for k, page in enumerate(pages):
            seen = scanned(page, skew, seed + k)
            one, found = score(seen)
            total.add(one)
            if shown is not None and not one.right:
                show(seen, found, shown / f"{name.replace(' ', '-')}_{skew}_{k}.png")
        if not quiet:
            print(total.row(labelled(name, skew)), flush=True)
        sums[skew] = total
    return sums


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", default=[])
    parser.add_argument("--pages", type=int, default=8)
    parser.add_argument("--seed", type=int, default=SEED + 2000)
    parser.add_argument("--show", type=Path)
    chosen = parser.parse_args()
    sets = chosen.sets or ["comic", "sample", "drawn", "unseen", "painted", "speed", "confidence"]
    if chosen.show is not None:
        chosen.show.mkdir(parents=True, exist_ok=True)
    print("| pages | F1 @.5 / .7 / .9 | all right, in order | CPU-seconds a page |\n| --- | --- | --- | --- |")
    if "comic" in sets and PANELS.is_dir():
        measure("pepper-ep17", list(comic()), SEED, chosen.show, SCANS)
    if "sample" in sets:
        measure("sample", list(sample()), SEED, chosen.show, SCANS)
    if "drawn" in sets:
        drawn(chosen.pages, SEED, chosen.show, quiet=False)
    if "unseen" in sets:
        drawn(chosen.pages, chosen.seed, chosen.show, quiet=True)
    pictures = paintings() if "painted" in sets else []
    if pictures:
        pages = [draw_page(kind, SEED + 500 + k, pictures=pictures) for kind in KINDS for k in range(chosen.pages)]
        measure("painted", pages, SEED, chosen.show, (None, 3.0))
    if "speed" in sets:
        speed(chosen.pages, chosen.seed)
    if "confidence" in sets:
        calibration(chosen.pages)


if __name__ == "__main__":
    main()
