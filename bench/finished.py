"""Measures what finished panels teach: `python bench/finished.py [--only WORD ...] [--out FILE] [--docs] [--sheets]`.

Books whose finish is known (finished_books.py); a few finished panels are given away, all others are what is measured.
Everything runs as the product runs it: train (where elements have no boxes), fit, render; fitted at 256 pixels a panel
in 40 steps, seed 0, painted at 700 pixels a page.

- sample, one colour: the embedded sample drawn in one grey all over, so that no grey tells elements apart; in the
  finish each element has one colour. 3 of 16 panels are finished: those that `inkwright finished` asks for, three that
  were chosen by hand, four threes drawn by chance among all that show every element (seeds 0 to 3), and one three that
  shows Hero's home from without only, whose walls are then nobody's to know. Boxes are given.
- sample, as drawn: the same, finished in all the sample's colours (79 of them).
- sample, one colour, no boxes: marks alone; where elements are, the classifiers say.
- sample, one colour, boxes in these alone: only the finished panels have boxes; in the others inkwright looks for them.
- pepper-ep05: a painted comic turned into pencil by our code, 2 of 13 panels finished.

right: of an element in a panel that was not finished, its median colour (where the finish is one colour) or mean colour
is nearest to that element's true colour, by OKLab distance, of all elements' true colours. In many colours even the
true finish does not reach all of them, since a face in a close-up is not what its figure is on the whole; how many it
reaches is told beside the rows of which that is so. chance: the same for plain
style transfer of the same fit, which knows nothing of the finished panels but their paint. parts: share of the
elements' area whose fill (hair, tunic, boots, ...) comes out within .1 OKLab of the truth. far: mean distance in 0.01
OKLab to the truth, inside the elements; drawing / plain / fitted.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from finished_books import FINISHED, Known, painted_book, sample_book  # noqa: E402

from inkwright.images import Floats, png_bytes, read_picture, resize, to_float, to_uint8  # noqa: E402
from inkwright.learn.colour import oklab  # noqa: E402
from inkwright.learn.drawing import ink_map  # noqa: E402
from inkwright.operations.finished import Shown, read  # noqa: E402
from inkwright.operations.finished_files import find  # noqa: E402
from inkwright.operations.fit import fit  # noqa: E402
from inkwright.operations.material import PanelPicture, load_book, load_prior, panel_pictures  # noqa: E402
from inkwright.operations.render import render  # noqa: E402
from inkwright.operations.train import train  # noqa: E402
from inkwright.project import Project, write_bytes  # noqa: E402

COMIC = ROOT.parent / "shared" / "data" / "comics" / "pepper-ep05"
CHOICES = {
    "asked for": ("p5.3", "p4.3", "p1.3"),
    "by hand": FINISHED,
    "by chance": ("p3.2", "p5.2", "p5.3"),
    "by chance again": ("p1.3", "p4.3", "p5.2"),
    "by chance, third": ("p3.2", "p5.1", "p5.2"),
    "by chance, fourth": ("p3.2", "p4.2", "p5.3"),
    "home from without": ("p5.1", "p3.1", "p4.3"),
}
"""Threes of finished panels of the sample."""
PEPPER = ("p1.2", "p3.5")
PX = 256
NEAR = 0.1
BEGIN, END = "<!-- finished panels -->", "<!-- end: finished panels -->"


@dataclass(frozen=True)
class Looked:
    """A panel as it is measured: (h, w, 3) RGB in [0, 1] each, the same size; and what is whose, (h, w)."""

    name: str
    drawing: Floats
    truth: Floats
    plain: Floats
    fitted: Floats
    owner: np.ndarray
    fill: np.ndarray
    colour: np.ndarray


def cases(folder: Path) -> dict[str, Any]:
    """Name → makes the book."""
    made: dict[str, Any] = {
        f"sample, one colour, {how}": partial(sample_book, folder / how, "own", finished=three)
        for how, three in CHOICES.items()
    }
    made["sample, one colour, no boxes"] = partial(
        sample_book, folder / "unboxed", "own", boxes="none", finished=CHOICES["asked for"]
    )
    for how in ("asked for", "by chance", "by chance again"):
        made[f"sample, one colour, {how}, boxes in these alone"] = partial(
            sample_book, folder / f"{how} alone", "own", boxes="finished", finished=CHOICES[how]
        )
    made["sample, as drawn"] = partial(sample_book, folder / "drawn", "drawn", finished=CHOICES["asked for"])
    if COMIC.is_dir():
        made["pepper-ep05"] = partial(painted_book, folder / "pepper", COMIC, PEPPER)
    return made


def run(known: Known, boxes: bool) -> tuple[Project, float]:
    """Fits and renders a book; its project and the CPU-seconds of the fit."""
    project = Project(known.root)
    # Boxes tell where elements are: classifiers are trained for what has none.
    weights = {} if not boxes else {"weight_c": 0.0, "weight_location": 0.0}
    settings = {"fit": {"panel_px": PX, "steps": 40, **weights}, "train": {"steps": 100 if not boxes else 1}}
    project.set_config({**settings, "render": {"work_px": 700}, "finished": {"keep": False}})
    for _ in train(project):
        pass
    began = time.process_time()
    for _ in fit(project):
        pass
    spent = time.process_time() - began
    for plain in (False, True):
        for _ in render(project, plain):
            pass
    return project, spent


def looked(project: Project, known: Known) -> list[Looked]:
    """The panels that were not finished."""
    out = []
    for view in panel_pictures(project, load_book(project)):
        if view.panel.id in known.finished:
            continue
        x, y, w, h = view.inside.box
        scale = min(1.0, PX / max(w, h))
        size = (round(w * scale), round(h * scale))
        truth = known.truths[view.panel.id]
        part = (slice(y, y + h), slice(x, x + w))
        looks = [to_float(resize(np.ascontiguousarray(p), *size)) for p in (view.pixels, truth.finish[part])]
        for folder in (project.build / "plain", project.build):
            its = read_picture(folder / "panels" / f"{view.panel.id}.png").pixels[part]
            looks.append(to_float(resize(np.ascontiguousarray(its), *size)))
        owner, fill = (cv2.resize(a[part], size, interpolation=cv2.INTER_NEAREST) for a in (truth.owner, truth.fill))
        if (owner < 0).all():  # a comic whose boxes are all that is known
            owner = _boxed(view, known, size)
        line = ink_map(looks[0]) < 0.3
        out.append(Looked(view.panel.id, looks[0], looks[1], looks[2], looks[3], owner, fill, line))
    return out


def _boxed(view: PanelPicture, known: Known, size: tuple[int, int]) -> np.ndarray:
    """(h, w) whose box it is, smaller boxes over larger ones."""
    owner = np.full((size[1], size[0]), -1, np.int16)
    kx, ky = size[0] / view.pixels.shape[1], size[1] / view.pixels.shape[0]
    boxes = [(w * h, i, (x, y, w, h)) for i, name in enumerate(known.elements) for x, y, w, h in view.boxes(name)]
    for _, i, (x, y, w, h) in sorted(boxes, reverse=True):
        owner[round(y * ky) : round((y + h) * ky), round(x * kx) : round((x + w) * kx)] = i
    return owner


def right(panels: list[Looked], elements: list[str], look: str, middle: bool) -> tuple[int, int]:
    """How many element regions have the right colour, of how many."""
    mean = np.median if middle else np.mean
    true = {}
    for i in range(len(elements)):
        its = [oklab(p.truth)[(p.owner == i) & p.colour] for p in panels]
        if sum(map(len, its)):
            true[i] = mean(np.concatenate(its), axis=0)
    good = total = 0
    for p in panels:
        for i in true:
            mask = (p.owner == i) & p.colour
            if mask.sum() >= 30:
                got = mean(oklab(getattr(p, look))[mask], axis=0)
                total += 1
                good += min(true, key=lambda k: float(np.linalg.norm(true[k] - got))) == i
    return good, total


def parts(panels: list[Looked], look: str) -> float:
    """Share of the elements' area whose fill has the right colour."""
    good = total = 0.0
    for p in panels:
        for i in np.unique(p.owner[p.owner >= 0]):
            for fill in np.unique(p.fill[(p.owner == i) & (p.fill >= 0)]):
                mask = (p.owner == i) & (p.fill == fill) & p.colour
                if mask.mean() >= 0.002:
                    far = oklab(getattr(p, look))[mask].mean(0) - oklab(p.truth)[mask].mean(0)
                    total += mask.sum()
                    good += mask.sum() * (np.linalg.norm(far) < NEAR)
    return good / max(total, 1)


def far(panels: list[Looked], elements: list[str], look: str) -> dict[str, float]:
    """Mean distance to the truth per element, and over all ("all"), in 0.01 OKLab."""
    sums = {}
    for i, name in enumerate([*elements, "all"]):
        its = []
        for p in panels:
            mask = ((p.owner == i) if i < len(elements) else p.owner >= 0) & p.colour
            its.append(np.linalg.norm(oklab(getattr(p, look)) - oklab(p.truth), axis=2)[mask])
        if sum(map(len, its)):
            sums[name] = round(100 * float(np.concatenate(its).mean()), 1)
    return sums


def sheet(panels: list[Looked], path: Path) -> None:
    """Drawing, truth, plain, fitted, panel by panel."""
    rows = []
    for p in panels:
        row = np.concatenate([p.drawing, p.truth, p.plain, p.fitted], 1)
        rows.append(np.pad(row, ((0, 4), (0, 4 * PX - row.shape[1]), (0, 0)), constant_values=1))
    half = -(-len(rows) // 2)
    columns = [np.concatenate(rows[:half]), np.concatenate(rows[half:] or rows[:1])]
    height = max(len(c) for c in columns)
    whole = [np.pad(c, ((0, height - len(c)), (0, 8), (0, 0)), constant_values=1) for c in columns]
    write_bytes(path, png_bytes(to_uint8(np.concatenate(whole, 1))))


def measured(name: str, known: Known, sheets: Path | None) -> dict[str, Any]:
    """The figures of a book."""
    boxes = "no boxes" not in name
    project, spent = run(known, boxes)
    panels = looked(project, known)
    if sheets is not None:
        sheet(panels, sheets / f"{name.replace(', ', '-').replace(' ', '-')}.png")
    middle = "one colour" in name
    out: dict[str, Any] = {"cpu": round(spent), "panels": len(panels), "finished": list(known.finished)}
    for look in ("plain", "fitted"):
        out[look] = {"right": right(panels, known.elements, look, middle)}
        out[look]["parts"] = round(parts(panels, look), 3)
    out["truth"] = right(panels, known.elements, "truth", middle)
    out["far"] = {look: far(panels, known.elements, look) for look in ("drawing", "plain", "fitted")}
    book = load_book(project)
    prior = load_prior(project, book)
    shown = read(project, book, find(project, book, prior), project.config())
    out["aligned"] = [one.found.kind for one in shown if isinstance(one, Shown)]
    return out


def table(rows: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        "| book | finished | right, plain | right | parts | far: drawing / plain / fitted | CPU-s of the fit |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in rows.items():
        count = f"{', '.join(row['finished'])} of {row['panels'] + len(row['finished'])}"
        plain, good = ("{} of {}".format(*row[look]["right"]) for look in ("plain", "fitted"))
        if (of := row.get("truth")) and of[0] < of[1]:
            good += f" (the truth: {of[0]})"
        share = "-" if name == "pepper-ep05" else f"{row['fitted']['parts']:.2f}"
        dist = " / ".join(f"{row['far'][look]['all']:.1f}" for look in ("drawing", "plain", "fitted"))
        lines.append(f"| {name} | {count} | {plain} | {good} | {share} | {dist} | {row['cpu']} |")
    if "pepper-ep05" in rows:
        its = rows["pepper-ep05"]["far"]
        told = [
            f"{name} {its['drawing'][name]} / {its['plain'][name]} / {its['fitted'][name]}"
            for name in its["fitted"]
            if name != "all"
        ]
        lines += ["", f"pepper-ep05 by element (drawing / plain / fitted): {'; '.join(told)}."]
    return "\n".join(lines)


def main() -> None:
    """Runs the cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "inkwright-finished.json")
    parser.add_argument("--docs", action="store_true", help="Write the table into docs/benchmarks.md.")
    parser.add_argument("--sheets", type=Path, default=None, help="Write contact sheets into this folder.")
    given = parser.parse_args()
    torch.set_num_threads(1)
    rows = json.loads(given.out.read_text()) if given.out.exists() else {}
    with tempfile.TemporaryDirectory(prefix="inkwright-") as folder:
        for name, make in cases(Path(folder)).items():
            if name not in rows and (not given.only or name in given.only):
                rows[name] = measured(name, make(), given.sheets)
                given.out.write_text(json.dumps(rows, indent=1))
    told = table({name: rows[name] for name in cases(Path()) if name in rows})
    sys.stdout.write(told + "\n")
    if given.docs:
        path = ROOT / "docs" / "benchmarks.md"
        text = path.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        path.write_text(f"{before}{BEGIN}\n\n{told}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
