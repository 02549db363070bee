"""Trains the style network's starting checkpoint from procedural pictures alone: the first half of `make checkpoint`.

    python tools/checkpoint.py

About 7 minutes on one thread. Each step takes crops of some style pictures, for the reconstruction term, and one drawn
panel in one of those styles, for the terms of ink and palette: losses of the fit, with its weights. The network learns
what all styles have in common, how laid marks become paint and how lines stay lines; the fit then learns the one style.
Texture and structure are left to the fit: a network that was trained on them for long learns to please them by wiping
marks out, or by embossed worms that are in no style, and keeps doing so afterwards.

It writes start.safetensors and start.json into the package; tools/checkpoint_figures.py adds the figures. A run that
was stopped goes on from build/checkpoint. Same seed, same machine: same bytes.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from procedural import drawing, style
from torch import Tensor, nn

from inkwright.config import FitSettings
from inkwright.images import Pixels
from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Canvas, drawing_guides, make_look
from inkwright.learn.fit import CROP, Job, Weights, panel_terms
from inkwright.learn.style_losses import colour_spread, cosine, reconstruction
from inkwright.learn.stylizers import STYLIZERS
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.train import fast_bfloat16
from inkwright.project import digest, read_json, write_json
from inkwright.sample.comic import draw_book
from inkwright.sample.styles import STYLES

ROOT = Path(__file__).resolve().parents[1]
START = ROOT / "src" / "inkwright" / "learn" / "stylizers" / "start.safetensors"
CODE = digest(*[path.read_bytes() for path in sorted((ROOT / "src" / "inkwright" / "learn").rglob("*.py"))])[:12]
"""Changes with the code that makes and paints canvases: what was done with other code is done again."""
STATE = ROOT / "build" / "checkpoint" / f"state-{CODE}.safetensors"
HELD_OUT = "woodblock"
"""The embedded style that is kept for the figures; so is the sample comic's last page."""
SEED = 5
VARIANTS = 40
"""Style pictures."""
PANELS = 3
"""Drawings for each of them; its palette is cast from these."""
STEPS = 2000
CROPS = 3
"""Style crops a step, each from another style picture."""
LR = 2e-3
WARM = 100
DECAY = 0.998
"""Of the running mean of the weights, which is what is kept."""
SAVE_EVERY = 200
USUAL = 0.015
"""Usual reconstruction loss of a canvas's base; coarse styles, whose loss is larger, would else drown the fine ones."""
FIT = FitSettings()


@dataclass(frozen=True)
class Lesson:
    """One style picture, ready to be learned from.

    Attributes:
        job: style canvas, panels' canvases and weights, as the fit has them.
        spread: (3, 3) see `StrokeUNet`.
        weight: of its reconstruction loss.
    """

    job: Job
    spread: Tensor
    weight: float


def lesson(n: int, painters: list[Pixels], panels: list[Pixels]) -> Lesson:
    """The n-th style picture with its canvases."""
    rng = np.random.default_rng([SEED, n])
    picture = style(n, painters, rng)
    guides = [drawing_guides(drawing(panels, rng), n * PANELS + k) for k in range(PANELS)]
    look = make_look(guides, picture, n)
    canvas, Y = look.style_canvas(n + 1)
    weights = Weights(reconstruction=4.0, ink=0.1, palette=10.0)
    drawn: list[Canvas] = [look.canvas(g) for g in guides]
    job = Job(canvas, Y, weights, STEPS, LR, SEED, 1, drawn)
    weight = min(3.0, max(0.3, USUAL / float(reconstruction(canvas.base, Y))))
    return Lesson(job, colour_spread(to_tensor(picture)), weight)


def lessons() -> Iterator[Lesson]:
    """All of them, one at a time."""
    painters = [STYLES[name]() for name in STYLES if name != HELD_OUT]
    sample = draw_book()
    panels = []
    for page, pixels in zip(sample.book.pages[:-1], sample.pages[:-1], strict=True):
        panels += [pixels[y : y + h, x : x + w] for x, y, w, h in (panel.box for panel in page.panels)]
    for n in range(VARIANTS):
        yield lesson(n, painters, panels)


def step(net: nn.Module, learned: list[Lesson], number: int) -> dict[str, float]:
    """Adds up the gradients of one step; returns R relative to the untouched canvas, and the terms of the panel."""
    half, out = fast_bfloat16(), {"R": 0.0, "S": 0.0}
    g = generator(SEED, number, 1)
    chosen = torch.randperm(len(learned), generator=g)[:CROPS].tolist()
    for place, n in enumerate(chosen):
        one = learned[n]
        net.spread.copy_(one.spread)  # type: ignore[operator]
        H, W = one.job.Y.shape[-2:]
        y, x = (int(torch.randint(0, side - CROP + 1, (), generator=g)) for side in (H, W))
        at = (..., slice(y, y + CROP), slice(x, x + CROP))
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            Y_hat = net(one.job.style.x[at], one.job.style.base[at])
        R = reconstruction(Y_hat, one.job.Y[at]) * one.weight / CROPS
        (one.job.weights.reconstruction * R).backward()
        out["R"] += float(R.detach()) / USUAL
        if place:
            continue
        canvas = one.job.panels[int(torch.randint(0, PANELS, (), generator=g))]
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            X = net(canvas.x, canvas.base)
        terms = panel_terms(X, canvas, one.job)
        S = torch.stack([getattr(one.job.weights, name) * value for name, value in terms.items()]).sum()
        S.backward()  # type: ignore[no-untyped-call]
        out["S"] = float(S.detach())
    return out


def train(learned: list[Lesson]) -> dict[str, Tensor]:
    """The running mean of the weights after all steps."""
    torch.manual_seed(SEED)
    net = STYLIZERS["unet"](PLANES)
    optimizer = torch.optim.Adam(net.parameters(), lr=LR, betas=(0.9, 0.99))
    mean = {name: value.detach().clone() for name, value in net.named_parameters()}
    done = 0
    if STATE.exists():
        tensors = checkpoint.load_tensors(STATE)
        checkpoint.load_weights(net, checkpoint.unpack("net", tensors), str(STATE))
        checkpoint.restore_optimizer(optimizer, checkpoint.unpack("adam", tensors))
        mean, done = checkpoint.unpack("mean", tensors), int(tensors["step"][0])
    first, began, lately = done, time.monotonic(), {"R": 0.0, "S": 0.0}
    while done < STEPS:
        for group in optimizer.param_groups:
            group["lr"] = LR * cosine(done, STEPS, WARM)
        optimizer.zero_grad()
        for name, term in step(net, learned, done).items():
            lately[name] += term / 50
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for name, value in net.named_parameters():
                mean[name].lerp_(value, 1 - min(DECAY, (done + 1) / (done + 10)))
        done += 1
        if done % 50 == 0:
            left = (time.monotonic() - began) / (done - first) * (STEPS - done) / 60
            print(f"step {done} of {STEPS}  R {lately['R']:.3f}  S {lately['S']:.4f}  {left:.0f} min left", flush=True)
            lately = {"R": 0.0, "S": 0.0}
        if done % SAVE_EVERY == 0 and done < STEPS:
            state = {**checkpoint.pack("net", net.state_dict()), **checkpoint.pack("mean", mean)}
            adam = checkpoint.pack("adam", checkpoint.optimizer_tensors(optimizer))
            checkpoint.save_tensors(STATE, {**state, **adam, "step": torch.tensor([done])})
    return mean


def about(mean: dict[str, Tensor], seconds: float) -> dict[str, Any]:
    """What start.json says; figures that are there stay until they are measured anew."""
    return {
        "version": checkpoint.VERSION,
        "stylizer": "unet",
        "planes": PLANES,
        "parameters": sum(value.numel() for value in mean.values()),
        "seed": SEED,
        "steps": STEPS,
        "trained_on": {
            "styles": [name for name in STYLES if name != HELD_OUT] + ["leaves", "strokes", "lines", "washes"],
            "style_pictures": VARIANTS,
            "drawings": "panels of the sample comic but for its last page, scribbles over coloured flats",
            "held_out": HELD_OUT,
        },
        "cpu_seconds": round(seconds),
        "code": CODE,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "figures": {},
    }


def main() -> None:
    """Trains, and writes the checkpoint and its description."""
    torch.set_num_threads(1)
    start = time.process_time()
    learned: list[Lesson] = []
    for one in lessons():
        learned.append(one)
        if len(learned) % 5 == 0:
            print(f"style picture {len(learned)} of {VARIANTS}", flush=True)
    mean = train(learned)
    checkpoint.save_tensors(START, mean)
    facts = about(mean, time.process_time() - start)
    old = read_json(START.with_suffix(".json")) or {}
    write_json(START.with_suffix(".json"), facts | {"figures": old.get("figures", {})})
    STATE.unlink(missing_ok=True)
    print(f"{START} has {START.stat().st_size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
