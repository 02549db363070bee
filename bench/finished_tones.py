"""Finished panels on many threes: `python bench/finished_tones.py [--threes 12] [--seed 7] [--sheets DIR]`.

The tones that the colourist gives to the embedded sample, before the style network paints over them: quick enough to
measure as many threes as are needed to tell a rule that helps from one that helped once. The sample is drawn in one
grey and finished in one colour for each element; threes are drawn by chance among all that show every element. Boxes
are given. right, parts: as in finished.py. About 100 CPU-seconds a three.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from finished import PX, Looked, parts, right, sheet  # noqa: E402
from finished_books import Known, sample_book  # noqa: E402

from inkwright.images import resize, to_float  # noqa: E402
from inkwright.operations.canvases import panel_guides  # noqa: E402
from inkwright.operations.finishing import load_finish, look_up, study  # noqa: E402
from inkwright.operations.material import panel_pictures  # noqa: E402
from inkwright.operations.train import inputs  # noqa: E402
from inkwright.operations.whereabouts import load  # noqa: E402
from inkwright.project import Project  # noqa: E402

WORK = 700
"""Long side of a page, in pixels, at which it is painted."""


def threes(table: np.ndarray, names: list[str], number: int, seed: int) -> list[tuple[str, ...]]:
    """So many threes of panels that together show every element."""
    every = [t for t in itertools.combinations(range(len(names)), 3) if (table[:, list(t)] == 1).any(1).all()]
    chosen = np.random.default_rng(seed).permutation(len(every))[:number]
    return [tuple(names[j] for j in every[n]) for n in chosen]


def looked(known: Known, steps: int) -> list[Looked]:
    """The panels that were not finished, as the colourist tones them."""
    project = Project(known.root)
    project.set_config({"finished": {"steps": steps}})
    given, config, run = inputs(project), project.config(), known.root / "run"
    run.mkdir(exist_ok=True)
    finishing, _ = look_up(project, given, config, run, None)
    assert finishing is not None
    for _ in study(finishing, config, run, len(known.elements)):
        pass
    finish, where, out = load_finish(run), load(run, given.prior), []
    assert finish is not None
    for view in panel_pictures(project, given.book):
        if view.panel.id in known.finished:
            continue
        guides = panel_guides(view, WORK / view.page_side, 0.0)
        height, width = guides.ink.shape
        tone = finish(guides.flat, guides, where.regions(view, height, width, True))
        scale = min(1.0, PX / max(view.pixels.shape[:2]))
        size = (round(view.pixels.shape[1] * scale), round(view.pixels.shape[0] * scale))
        x, y, w, h = view.inside.box
        truth, part = known.truths[view.panel.id], (slice(y, y + h), slice(x, x + w))
        small = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (guides.flat, tone, guides.ink)]
        true = to_float(resize(np.ascontiguousarray(truth.finish[part]), *size))
        owner, fill = (cv2.resize(a[part], size, interpolation=cv2.INTER_NEAREST) for a in (truth.owner, truth.fill))
        out.append(Looked(view.panel.id, small[0], true, small[0], small[1], owner, fill, small[2] < 0.3))
    return out


def main() -> None:
    """Runs as many threes as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threes", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--sheets", type=Path, default=None, help="Write contact sheets into this folder.")
    given = parser.parse_args()
    torch.set_num_threads(1)
    good = total = 0
    with tempfile.TemporaryDirectory(prefix="inkwright-") as folder:
        whole = sample_book(Path(folder) / "whole", "own")
        prior = inputs(Project(whole.root)).prior
        for three in threes(prior.table, prior.panels, given.threes, given.seed):
            known = sample_book(Path(folder) / "-".join(three), "own", finished=three)
            panels = looked(known, given.steps)
            ok, of = right(panels, known.elements, "fitted", True)
            good, total = good + ok, total + of
            sys.stdout.write(f"{', '.join(three)}: right {ok} of {of}, parts {parts(panels, 'fitted'):.2f}\n")
            sys.stdout.flush()
            if given.sheets is not None:
                sheet(panels, given.sheets / f"{'-'.join(three)}.png")
    sys.stdout.write(f"all: right {good} of {total}\n")


if __name__ == "__main__":
    main()
