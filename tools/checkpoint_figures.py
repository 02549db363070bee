"""What the starting checkpoint saves, on styles that it was not trained on: the second half of `make checkpoint`.

    python tools/checkpoint_figures.py [STYLE ...]

For each style a little book of six panels is fitted from the start checkpoint and from random numbers, with different
numbers of steps. R is the reconstruction of the style picture and S the loss of the whole book, both as the fit itself
checks them, without random views; they compare within one style only. Results go into start.json beside the checkpoint
and into the table of docs/method.md. Finished runs are kept in build/checkpoint and not run again.

The paintings and the panels lie beside the repository, in ../shared, where there is one. Without it the embedded style
that was held out is measured, on panels of the sample comic.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import re
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from checkpoint import CODE, HELD_OUT, ROOT, START
from torch import Tensor

from inkwright.config import FitSettings
from inkwright.images import Floats, png_bytes, read_picture, resize, to_float
from inkwright.learn.canvas import Canvas, drawing_guides, make_look
from inkwright.learn.fit import Job, Weights, begin, evaluate, fit
from inkwright.learn.tensors import generator, to_picture
from inkwright.learn.texture import ToneTexture
from inkwright.learn.train import fast_bfloat16
from inkwright.operations.rounds import STYLE_LR, make_stylizer
from inkwright.operations.style_picture import style_for_learning
from inkwright.project import digest, read_json, write_bytes, write_json
from inkwright.sample.comic import draw_book
from inkwright.sample.styles import STYLES

SHARED = ROOT.parent / "shared" / "data"
KEPT = ROOT / "build" / "checkpoint"
METHOD = ROOT / "docs" / "method.md"
REGION = re.compile(r"(?<=<!-- checkpoint -->\n).*?(?=<!-- end -->)", re.DOTALL)
SIDE = 384
"""Long side of a panel, in pixels."""
BUDGETS = {"scratch": [(40, 80), (160, 80)], "ours": [(0, 27), (13, 27), (13, 80)]}
"""Steps on the style picture and on the panels."""
FIT = FitSettings()


@dataclass(frozen=True)
class Example:
    """A little book in a style."""

    Y: Tensor
    style: Canvas
    panels: list[Canvas]

    def job(self, steps: int) -> Job:
        """The plain round, with the default weights of S_j."""
        weights = Weights(
            reconstruction=FIT.weight_reconstruction,
            texture=FIT.weight_texture,
            structure=FIT.weight_structure,
            ink=FIT.weight_ink,
            palette=FIT.weight_palette,
        )
        texture = ToneTexture(self.Y, generator(0, 3))
        return Job(self.style, self.Y, weights, steps, FIT.lr, 0, FIT.batch, self.panels, texture=texture)


def style_picture(name: str) -> Floats:
    """An embedded style, or one of the shared paintings."""
    pixels = STYLES[name]() if name in STYLES else read_picture(SHARED / "styles" / f"{name}.jpg").pixels
    return style_for_learning(pixels, 1.0)


def panels() -> list[Floats]:
    """Six drawn panels."""
    files = sorted((SHARED / "probe").glob("*.png"))
    pictures = [read_picture(path).pixels for path in files]
    if not pictures:
        sample = draw_book()
        boxes = [panel.box for panel in sample.book.pages[-1].panels][:6]
        pictures = [sample.pages[-1][y : y + h, x : x + w] for x, y, w, h in boxes]
    scales = [min(1.0, SIDE / max(p.shape[:2])) for p in pictures]
    return [
        to_float(resize(p, round(p.shape[1] * s), round(p.shape[0] * s))) for p, s in zip(pictures, scales, strict=True)
    ]


def example(name: str) -> Example:
    """The six panels in a style."""
    guides = [drawing_guides(panel, n) for n, panel in enumerate(panels())]
    look = make_look(guides, style_picture(name), 0)
    style, Y = look.style_canvas(1)
    return Example(Y, style, [look.canvas(g) for g in guides])


def run(name: str, which: str, budgets: list[tuple[int, int]]) -> dict[str, dict[str, float]]:
    """R and S after each budget of steps, and before any; the painted panels are kept beside."""
    made = example(name)
    job, half = made.job(0), fast_bfloat16()
    out: dict[str, dict[str, float]] = {}
    for first, second in [(0, 0), *budgets]:
        net = make_stylizer(made.Y, 0, which)
        weights = {key: value.detach() for key, value in net.state_dict().items()}
        if first:
            state = begin(net, STYLE_LR)
            for _ in fit(state, Job(made.style, made.Y, Weights(), first, STYLE_LR, 0)):
                pass
            weights = state.best
        net.load_state_dict(weights)
        alone = evaluate(net, weights, job, half)["reconstruction"]
        if second:
            state = begin(net, FIT.lr)
            later = Job(**{**job.__dict__, "steps": second})
            for _ in fit(state, later):
                pass
            weights = state.best
            net.load_state_dict(weights)
        book = evaluate(net, weights, job, half)
        key = f"{first}+{second}"
        out[key] = {"R_style": round(alone, 5), "R": round(book["reconstruction"], 5), "S": round(book["S"], 5)}
        out[key] |= {term: round(book[term], 5) for term in ("texture", "structure", "ink", "palette")}
        with torch.no_grad():
            painted = [to_picture(net(c.x, c.base)) for c in made.panels]
        write_bytes(KEPT / f"{name}-{which}-{key}.png", png_bytes(np.concatenate(painted, 1)))
        print(f"{name:18} {which:8} {key:8} R {book['reconstruction']:.5f}  S {book['S']:.5f}", flush=True)
    return out


def kept(name: str, which: str) -> dict[str, dict[str, float]]:
    """The figures of a style, from build/checkpoint where they are there for these settings and this checkpoint."""
    weights = START.read_bytes() if which == "ours" else b""
    settings = FIT.model_dump(exclude={"start", "style_steps", "steps"})
    key = digest(CODE, BUDGETS[which], settings, STYLE_LR, weights)[:12]
    path = KEPT / f"{name}-{which}-{key}.json"
    found: dict[str, Any] = read_json(path) or {}
    if not found:
        found = run(name, which, BUDGETS[which])
        write_json(path, found)
    return found


def table(figures: dict[str, Any]) -> str:
    """R and S in thousandths, a style a row."""
    columns = [("scratch", "0+0"), *((w, f"{a}+{b}") for w, budgets in BUDGETS.items() for a, b in budgets)]
    lines = []
    for what, meaning in (("R", "the style's reconstruction"), ("S", "the loss of the whole book")):
        names = [
            "untouched",
            *(f"{'from ' + which if which == 'scratch' else which} {key}" for which, key in columns[1:]),
        ]
        lines += [f"| {what}, {meaning} | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 1)]
        for name, found in figures.items():
            lines.append(f"| {name} | " + " | ".join(f"{1000 * found[w][k][what]:.1f}" for w, k in columns) + " |")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def main() -> None:
    """Measures the styles that are named, or all, and writes start.json and docs/method.md."""
    torch.set_num_threads(1)
    paintings = sorted(path.stem for path in (SHARED / "styles").glob("*.jpg"))
    about = START.with_suffix(".json")
    facts = read_json(about) or {}
    for name in sys.argv[1:] or [HELD_OUT, *paintings]:
        facts.setdefault("figures", {})[name] = {which: kept(name, which) for which in BUDGETS}
        write_json(about, facts)
    text = METHOD.read_text(encoding="utf-8")
    write_bytes(METHOD, REGION.sub(lambda _: table(facts["figures"]), text).encode())


if __name__ == "__main__":
    main()
