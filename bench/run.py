"""Measures inkwright in one process and writes docs/benchmarks.md: `make bench`.

CPU-seconds on one thread, so that a busy machine says the same as an idle one; the Johnson architecture in the same run
is the yardstick for time. Pictures and the neutral measure lie beside the repository, in ../shared, where there is one;
without it only the times are written.
"""

import json
import os

os.environ["OMP_NUM_THREADS"] = "1"

import importlib.util
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from inkwright.config import FitSettings
from inkwright.images import Floats, read_picture, resize, to_float, to_uint8
from inkwright.learn.canvas import Canvas, Look, make_look
from inkwright.learn.drawing import painted_share
from inkwright.learn.fit import Job, Weights, begin, fit
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.render import render
from inkwright.learn.style_losses import ToneTexture
from inkwright.learn.tensors import generator, to_picture
from inkwright.operations.material import style_for_learning
from inkwright.operations.rounds import make_stylizer
from inkwright.sample.comic import draw_book
from inkwright.sample.styles import STYLES

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
STEPS = FitSettings()


class Johnson(nn.Module):
    """The transformation network of Johnson et al. (2016), 1.68 M parameters: the yardstick for time."""

    def __init__(self) -> None:
        super().__init__()

        def block(i: int, o: int, k: int, stride: int = 1) -> list[nn.Module]:
            return [
                nn.ReflectionPad2d(k // 2),
                nn.Conv2d(i, o, k, stride),
                nn.InstanceNorm2d(o, affine=True),
                nn.ReLU(),
            ]

        self.down = nn.Sequential(*block(3, 32, 9), *block(32, 64, 3, 2), *block(64, 128, 3, 2))
        self.middle = nn.ModuleList([nn.Sequential(*block(128, 128, 3), *block(128, 128, 3)[:-1]) for _ in range(5)])
        up = [nn.Upsample(scale_factor=2), *block(128, 64, 3), nn.Upsample(scale_factor=2), *block(64, 32, 3)]
        self.up = nn.Sequential(*up, nn.ReflectionPad2d(4), nn.Conv2d(32, 3, 9))

    def forward(self, x: Tensor) -> Tensor:
        h = self.down(x)
        for block in self.middle:
            h = h + block(h)
        out: Tensor = self.up(h)
        return out


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """Median CPU-seconds of a call, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return float(np.median(taken))


def times() -> list[tuple[str, str]]:
    """Rows of (what, CPU-seconds)."""
    page = to_float(draw_book().pages[0])[:512, :512]
    style = style_for_learning(STYLES["gouache"](), 1.0)
    guides = drawing_guides(page, 0)
    look = make_look([guides], style, 0)
    canvas, (style_canvas, Y) = look.canvas(guides), look.style_canvas(1)
    net = make_stylizer(Y, 0)
    johnson = Johnson().eval()
    x = torch.rand(1, 3, 512, 512)
    with torch.no_grad():
        ours = cpu(lambda: render(net, canvas.x, canvas.base, 512))
        theirs = cpu(lambda: johnson(x))
    megapixel = page.shape[0] * page.shape[1] / 1e6
    reading = cpu(lambda: drawing_guides(page, 0)) / megapixel
    painting = cpu(lambda: look.canvas(guides)) / megapixel
    rows = [
        ("style network, one 512 x 512 picture", f"{ours:.2f}"),
        ("Johnson et al. (2016), the same picture", f"{theirs:.2f}"),
        ("ratio", f"{ours / theirs:.2f}"),
        ("guides of a drawing, a megapixel", f"{reading:.2f}"),
        ("palette and stroke prior, a megapixel", f"{painting:.2f}"),
        ("whole path from drawing to picture, a megapixel", f"{reading + painting + ours / megapixel:.2f}"),
    ]
    texture = ToneTexture(Y, generator(3))
    for name, weights, panels in (("the style picture alone", Weights(), []), ("panels", settings(), [canvas])):
        state = begin(make_stylizer(Y, 0), STEPS.lr)
        job = Job(style_canvas, Y, weights, 8, STEPS.lr, 0, 2, panels, texture=texture)
        start = time.process_time()
        for _ in fit(state, job):
            pass
        rows.append((f"one step of the fit on {name}", f"{(time.process_time() - start) / 8:.2f}"))
    return rows


def settings() -> Weights:
    """The default weights of S_j, without C."""
    return Weights(
        0,
        STEPS.weight_reconstruction,
        STEPS.weight_texture,
        STEPS.weight_structure,
        STEPS.weight_ink,
        STEPS.weight_palette,
    )


def stylized(panels: list[Floats], style: Floats) -> list[np.ndarray]:
    """Plain style transfer of a little book, as `fit` does it."""
    detail = painted_share([(panel, None) for panel in panels])
    guides: list[Guides] = [drawing_guides(panel, n, None, detail) for n, panel in enumerate(panels)]
    look: Look = make_look(guides, style, 0, detail)
    canvases: list[Canvas] = [look.canvas(g) for g in guides]
    style_canvas, Y = look.style_canvas(1)
    net = make_stylizer(Y, 0)
    state = begin(net, 5e-3)
    for _ in fit(state, Job(style_canvas, Y, Weights(), STEPS.style_steps, 5e-3, 0)):
        pass
    net.load_state_dict(state.best)
    state = begin(net, STEPS.lr)
    texture = ToneTexture(Y, generator(0, 3))
    job = Job(style_canvas, Y, settings(), STEPS.steps, STEPS.lr, 0, STEPS.batch, canvases, texture=texture)
    for _ in fit(state, job):
        pass
    net.load_state_dict(state.best)
    return [to_picture(render(net, c.x, c.base, 512)) for c in canvases]


def measured() -> list[tuple[str, str, str, str, str]]:
    """Rows of (pictures, style, style distance, drift, edges) by the neutral measure, where it is there."""
    script = SHARED / "research" / "measure" / "measure.py"
    if not script.is_file():
        return []
    measure = _module(script)
    sets = {"six crude panels": sorted((SHARED / "data" / "probe").glob("*.png"))}
    drawings = sorted((SHARED / "data" / "drawings").glob("gopher-*.jpg"))
    sets["coloured pencil drawings"] = drawings
    rows = []
    for name, files in sets.items():
        panels = [_fitted(path, 512) for path in files]
        for style in sorted((SHARED / "data" / "styles").glob("*.jpg")):
            results = stylized(panels, style_for_learning(read_picture(style).pixels, 1.0))
            with tempfile.TemporaryDirectory() as folder:
                before, after = Path(folder, "a"), Path(folder, "b")
                for place, pictures in ((before, [to_uint8(p) for p in panels]), (after, results)):
                    place.mkdir()
                    for n, picture in enumerate(pictures):
                        Image.fromarray(picture).save(place / f"{n:02d}.png")
                found = measure.measure(before, after, style)
            row = (name, style.stem, f"{found['style']:.1f}", f"{found['drift']:.2f}", f"{found['edges']:.2f}")
            print(*row, flush=True)
            rows.append(row)
    return rows


def _fitted(path: Path, side: int) -> Floats:
    pixels = read_picture(path).pixels
    scale = min(1.0, side / max(pixels.shape[:2]))
    return to_float(resize(pixels, round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)))


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def main() -> None:
    """Measures everything and replaces the generated part of docs/benchmarks.md."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    speed = times()
    for row in speed:
        print(*row, flush=True)
    looks = measured()
    text = f"Python {platform.python_version()}, torch {torch.__version__}, one thread, CPU-seconds.\n\n"
    text += table(("what", "CPU-seconds"), list(speed))
    if looks:
        text += "\n" + table(("pictures", "style", "style distance", "drift", "edges"), list(looks))
    page = ROOT / "docs" / "benchmarks.md"
    begin_mark, end_mark = "<!-- make bench -->\n", "<!-- end -->"
    old = page.read_text(encoding="utf-8")
    head, rest = old.split(begin_mark)
    page.write_text(head + begin_mark + "\n" + text + "\n" + end_mark + rest.split(end_mark)[1], encoding="utf-8")
    print(json.dumps({"written": str(page.relative_to(ROOT))}))


if __name__ == "__main__":
    sys.exit(main())
