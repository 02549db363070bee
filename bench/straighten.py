"""Measures straightening: `python bench/straighten.py [degraded] [clean] [panels] [--pages N] [--show DIR]`.

- degraded: pages by tools/panel_pages.py and of the embedded sample, as tools/degraded_pages.py degrades them, N of
  each case (12), their truth known.
- clean: pages that never were on paper; each must be left alone, to the byte.
- panels: the finder of panels on scans with a skew of 3 degrees, as they are and straightened first.

Corners: the farthest of the page's four, in percent of the picture's diagonal, where all four lie in the picture.
Skew: of the page's middle axes. Paper: standard deviation of L* over blocks of bare paper, so that noise does not
count. Colour: median distance in CIE Lab of blocks inside painted areas from the drawn page, printed on the paper
that comes out.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "bench")]

from degraded_pages import CASES, Degraded, degrade, linear, warped  # noqa: E402
from panel_pages import KINDS, DrawnPage, draw_page  # noqa: E402
from panels import SEED, Score, comic, overlaps, sample, scanned  # noqa: E402
from panels import outline as outline_of  # noqa: E402

from inkwright.comic.panels import find_panels  # noqa: E402
from inkwright.comic.straighten.plan import Plan, apply, plan  # noqa: E402
from inkwright.images import Pixels, read_picture  # noqa: E402
from inkwright.sample.comic import draw_book  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
CLEAN = ("panels/pepper-ep17/*.jpg", "comics/*/*.jpg", "drawings/gopher-*.jpg")
SOURCES = (
    "white",
    "pencil",
    "sample",
    "thin",
    "crude",
    "manga",
    "sample",
    "no frames",
    "pale",
    "slanted",
    "frameless",
    "ruled",
)
BLOCK = 16


def source(k: int, book: list[Pixels]) -> Pixels:
    """A page to be degraded, 1000 pixels wide."""
    kind = SOURCES[k % len(SOURCES)]
    return book[k % len(book)] if kind == "sample" else draw_page(kind, SEED + k, 1000, 1450).pixels


def axes(matrix: NDArray[np.float64], page: Pixels) -> float:
    """Degrees by which a page is turned in a picture: the mean of its middle axes."""
    height, width = page.shape[:2]
    ends = np.array(
        [[0.3 * width, height / 2], [0.7 * width, height / 2], [width / 2, 0.3 * height], [width / 2, 0.7 * height]]
    )
    a, b, c, d = warped(ends, matrix)
    lying, standing = np.arctan2(*(b - a)[::-1]), -np.arctan2(*(d - c))
    return float(np.degrees(lying + standing) / 2)


def blocks(page: Pixels, bare: bool) -> NDArray[np.float64]:
    """Middles (n, 2) of blocks of a drawn page that are bare paper, or evenly painted."""
    white = page.min(2) >= np.percentile(page.min(2), 99) - 2
    grey = page.astype(np.float32)
    mean = cv2.blur(grey, (BLOCK, BLOCK))
    spread = np.sqrt(np.maximum(cv2.blur(grey**2, (BLOCK, BLOCK)) - mean**2, 0)).max(2)
    kept = (
        cv2.erode(white.astype(np.uint8), np.ones((BLOCK, BLOCK))) > 0 if bare else (spread < 3) & (mean.min(2) < 215)
    )
    ys, xs = np.nonzero(kept[BLOCK::BLOCK, BLOCK::BLOCK])
    return np.stack([xs, ys], 1) * float(BLOCK) + BLOCK + 0.5


def colours(
    pixels: Pixels, matrix: NDArray[np.float64], at: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Mean colours (n, 3), 0 to 255, of a picture at blocks of the page, and which of them lie in it."""
    spots = warped(at, matrix)
    inside = ((spots > BLOCK) & (spots < np.array(pixels.shape[1::-1]) - BLOCK)).all(1)
    mean = cv2.blur(pixels.astype(np.float32), (BLOCK // 2, BLOCK // 2))
    x, y = np.clip(spots, 0, np.array(pixels.shape[1::-1]) - 1).astype(int).T
    return mean[y, x].astype(np.float64), inside


def figures(one: Degraded, made: Plan, straight: Pixels) -> dict[str, float]:
    """What straightening did to a page."""
    out = made.matrix @ one.matrix
    found: dict[str, float] = {"skew before": abs(axes(one.matrix, one.page)), "skew after": abs(axes(out, one.page))}
    size = np.array(one.pixels.shape[1::-1])
    if all(one.bounded) and (one.corners > 0).all() and (one.corners < size).all():
        off = np.hypot(*(made.corners - one.corners).T).max() if sum(made.seen) == 4 else np.nan
        found["corner"] = 100 * float(off) / float(np.hypot(*size))
        found["corner px"] = float(off)
    bare, painted = blocks(one.page, True), blocks(one.page, False)
    if len(bare) < 20:
        return found
    before, seen = colours(one.pixels, one.matrix, bare)
    after, still = colours(straight, out, bare)
    both = seen & still
    lab = [as_lab(v[both] / 255) for v in (before, after)]
    found["paper before"], found["paper after"] = (float(v[:, 0].std()) for v in lab)
    if len(painted) >= 20:
        drawn = linear(cv2.blur(one.page.astype(np.float32), (8, 8))[tuple(painted.astype(int).T[::-1])])
        for name, pixels, matrix, paper in (
            ("before", one.pixels, one.matrix, before),
            ("after", straight, out, after),
        ):
            got, there = colours(pixels, matrix, painted)
            ideal = drawn * linear(np.median(paper[both], 0))
            ideal = np.where(ideal <= 0.0031308, 12.92 * ideal, 1.055 * np.maximum(ideal, 1e-9) ** (1 / 2.4) - 0.055)
            error = np.sqrt(((as_lab(ideal) - as_lab(got / 255)) ** 2).sum(1))[there & seen_in(one, painted)]
            found[f"colour {name}"] = float(np.median(error)) if len(error) else np.nan
    return found


def as_lab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB (n, 3) in [0, 1] as CIE Lab."""
    return np.asarray(cv2.cvtColor(colours[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0], np.float64)


def seen_in(one: Degraded, at: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which blocks of the page lie in the picture."""
    return colours(one.pixels, one.matrix, at)[1]


def degraded(count: int, show: Path | None) -> None:
    """Prints a row for each case."""
    book = draw_book().pages
    print(
        "| pages | corners found | corner error, median / worst | skew, before → after, median (worst) "
        "| paper L*, before → after (worst) | colour ΔE, before → after | CPU-seconds |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for case in CASES:
        rows, seconds = [], []
        for k in range(count):
            one = degrade(source(k, book), case, SEED + k)
            start = time.process_time()
            made = plan(one.pixels)
            straight = apply(one.pixels, made)
            seconds.append(time.process_time() - start)
            rows.append(figures(one, made, straight))
            if show is not None:
                from inkwright.comic.straighten.side_by_side import side_by_side

                cv2.imwrite(
                    str(show / f"{case.replace(', ', '-').replace(' ', '-')}_{k}.png"),
                    side_by_side(one.pixels, straight, made)[..., ::-1],
                )
        print(row(case, rows, seconds), flush=True)


def row(case: str, rows: list[dict[str, float]], seconds: list[float]) -> str:
    """A row of the table."""
    got = {
        key: np.array([r[key] for r in rows if key in r])
        for key in (
            "corner",
            "corner px",
            "skew before",
            "skew after",
            "paper before",
            "paper after",
            "colour before",
            "colour after",
        )
    }
    corner, cells = got["corner"], [case]
    known = corner[np.isfinite(corner)]
    cells.append(f"{len(known)} of {len(corner)}" if len(corner) else "")
    px = got["corner px"][np.isfinite(got["corner px"])]
    cells.append(
        f"{np.median(known):.2f} / {known.max():.2f} % ({np.median(px):.1f} / {px.max():.1f} px)" if len(known) else ""
    )
    cells.append(
        f"{np.median(got['skew before']):.2f}° → {np.median(got['skew after']):.2f}° ({got['skew after'].max():.2f}°)"
    )
    cells.append(
        f"{np.median(got['paper before']):.1f} → {np.median(got['paper after']):.1f} ({got['paper after'].max():.1f})"
    )
    cells.append(f"{np.nanmedian(got['colour before']):.1f} → {np.nanmedian(got['colour after']):.1f}")
    return "| " + " | ".join([*cells, f"{np.mean(seconds):.2f}"]) + " |"


def clean_pages() -> Iterator[tuple[str, Pixels]]:
    """Pages that never were on paper."""
    for k, page in enumerate(draw_book().pages):
        yield f"sample {k}", page
    for pattern in CLEAN:
        for path in sorted(DATA.glob(pattern)):
            yield path.name, read_picture(path).pixels
    for kind in KINDS:
        for k in range(4):
            yield f"{kind} {k}", draw_page(kind, SEED + k).pixels


def clean() -> None:
    """Prints what is done to pages to which nothing must be done."""
    total = 0
    for name, pixels in clean_pages():
        made, total = plan(pixels), total + 1
        if not made.nothing:
            print(f"  {name}: {', '.join(made.notes)} {made.confidence} digital: {made.digital}")
    print(f"{total} clean pages")


def with_panels(pages: list[DrawnPage], straightened: bool) -> Score:
    """How well the panels of scans are found, on the scans' own pixels."""
    total = Score()
    for k, page in enumerate(pages):
        one = scanned(page, 3.0, SEED + k)
        start = time.process_time()
        made = plan(one.pixels) if straightened else None
        found = find_panels(one.pixels if made is None else apply(one.pixels, made), one.direction)
        seconds = time.process_time() - start
        shapes = [outline_of(f) if made is None else warped(outline_of(f), np.linalg.inv(made.matrix)) for f in found]
        iou = overlaps(shapes, one.panels, one.pixels.shape[:2])
        hits = [0, 0, 0]
        while iou.size and iou.max() > 0:
            i, j = np.unravel_index(int(iou.argmax()), iou.shape)
            hits = [h + int(iou[i, j] >= level) for h, level in zip(hits, (0.5, 0.7, 0.9), strict=True)]
            iou[i], iou[:, j] = 0, 0
        right = int(hits[1] == len(found) == len(one.panels))
        total.add(Score(hits, len(found), len(one.panels), 1, right, [seconds]))
    return total


def panels() -> None:
    """Prints the finder's figures with and without straightening first."""
    print("| scans, skew 3° | F1 @.5 / .7 / .9 | all found | CPU-seconds a page |\n| --- | --- | --- | --- |")
    sets = {"pepper-ep17": list(comic()), "sample": list(sample())}
    sets["drawn"] = [draw_page(kind, SEED + k) for kind in KINDS for k in range(2)]
    for name, pages in sets.items():
        for first in (False, True):
            print(
                with_panels(pages, first).row(f"{name}, {'straightened first' if first else 'as they are'}"), flush=True
            )


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=[])
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--show", type=Path)
    chosen = parser.parse_args()
    parts = chosen.parts or ["degraded", "clean", "panels"]
    if chosen.show is not None:
        chosen.show.mkdir(parents=True, exist_ok=True)
    if "degraded" in parts:
        degraded(chosen.pages, chosen.show)
    if "clean" in parts:
        clean()
    if "panels" in parts:
        panels()


if __name__ == "__main__":
    main()
