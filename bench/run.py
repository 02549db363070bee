"""Measures inkwright in one process and writes docs/benchmarks.md: `make bench`.

CPU-seconds on one thread, so that a busy machine says the same as an idle one; the Johnson architecture in the same run
is the yardstick for time. Pictures and the neutral measure lie beside the repository, in ../shared, where there is one;
without it only the times are written.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import importlib.util
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from inkwright.comic.panels import find_panels
from inkwright.config import FitSettings
from inkwright.images import Floats, Pixels, read_picture, resize, to_float, to_uint8
from inkwright.learn.canvas import Canvas, Look, make_look
from inkwright.learn.drawing import painted_share
from inkwright.learn.fit import Job, Weights, begin, fit
from inkwright.learn.guides import Guides, drawing_guides
from inkwright.learn.marks import Marks
from inkwright.learn.render import render
from inkwright.learn.tensors import generator, to_picture, to_tensor
from inkwright.learn.texture import ToneTexture
from inkwright.operations.rounds import STYLE_LR, make_stylizer
from inkwright.operations.style_picture import style_for_learning
from inkwright.sample.comic import draw_book
from inkwright.sample.styles import STYLES

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
STEPS = FitSettings()
PAGES = {"ablation": "method.md"}
"""Parts that stand on another page than benchmarks.md."""
BOOKS = os.environ.get("INKWRIGHT_BOOKS", "")
"""Names of the sets of pictures to measure looks on, with commas between; empty: all."""
SHEETS = os.environ.get("INKWRIGHT_SHEETS", "")
"""A folder for contact sheets of all looks that are measured; empty: none are made."""


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
    """Rows of (what, CPU-seconds or share)."""
    page = to_float(draw_book().pages[0])[:512, :512]
    style = style_for_learning(STYLES["gouache"](), 1.0)
    guides = drawing_guides(page, 0)
    look = make_look([guides], style, 0)
    canvas, (style_canvas, Y) = look.canvas(guides), look.style_canvas(1)
    net = make_stylizer(to_tensor(style), 0)
    johnson = Johnson().eval()
    x = torch.rand(1, 3, 512, 512)
    with torch.no_grad():
        ours = cpu(lambda: render(net, canvas.x, canvas.base, 512))
        theirs = cpu(lambda: johnson(x))
        flops = _flops(net, canvas)
        peak = _peak(torch.float32)
    megapixel = page.shape[0] * page.shape[1] / 1e6
    reading = cpu(lambda: drawing_guides(page, 0)) / megapixel
    painting = cpu(lambda: look.canvas(guides)) / megapixel
    rows = [
        ("style network, one 512 x 512 picture", f"{ours:.2f}"),
        ("Johnson et al. (2016), the same picture", f"{theirs:.2f}"),
        ("ratio", f"{ours / theirs:.2f}"),
        ("share of this machine's peak convolution rate", f"{flops / ours / peak:.0%} of {peak / 1e9:.0f} GFLOP/s"),
        ("guides of a drawing, a megapixel", f"{reading:.2f}"),
        ("palette and marks, a megapixel", f"{painting:.2f}"),
        ("whole path from drawing to picture, a megapixel", f"{reading + painting + ours / megapixel:.2f}"),
        ("reading a style picture's marks, once", f"{cpu(lambda: Marks(style), 1):.2f}"),
    ]
    rows += _faster(net, canvas, ours)
    texture = ToneTexture(to_tensor(style), generator(3))
    for name, weights, panels in (("the style picture alone", Weights(), []), ("panels", settings(), [canvas])):
        state = begin(make_stylizer(to_tensor(style), 0), STEPS.lr)
        job = Job(style_canvas, Y, weights, 8, STEPS.lr, 0, 2, panels, texture=texture)
        start = time.process_time()
        for _ in fit(state, job):
            pass
        rows.append((f"one step of the fit on {name}", f"{(time.process_time() - start) / 8:.2f}"))
    return rows


def _flops(net: nn.Module, canvas: Canvas) -> int:
    """Multiplications and additions of the network's convolutions on a canvas."""
    total = 0

    def count(module: nn.Module, _: object, out: Tensor) -> None:
        nonlocal total
        assert isinstance(module, nn.Conv2d)
        total += 2 * out.numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, nn.Conv2d)]
    net(canvas.x, canvas.base)
    for hook in hooks:
        hook.remove()
    return total


def _peak(kind: torch.dtype) -> float:
    """The machine's best rate in a large 3 x 3 convolution, FLOP a CPU-second."""
    conv = nn.Conv2d(128, 128, 3, padding=1).to(kind).to(memory_format=torch.channels_last)
    x = torch.rand(1, 128, 128, 128).to(kind).contiguous(memory_format=torch.channels_last)
    return 2 * 128 * 128 * 9 * 128 * 128 / cpu(lambda: conv(x), 7)


def _faster(net: nn.Module, canvas: Canvas, plain: float) -> list[tuple[str, str]]:
    """The network with bfloat16 and with torch.compile, against without."""
    rows = []
    with torch.no_grad():
        with torch.autocast("cpu", torch.bfloat16):
            half = cpu(lambda: net(canvas.x, canvas.base))
        rows.append(("the same network in bfloat16, against float32", f"{half / plain:.2f} times"))
        try:
            compiled = torch.compile(net)
            fused = cpu(lambda: compiled(canvas.x, canvas.base))
            rows.append(("the same network by torch.compile, against without", f"{fused / plain:.2f} times"))
        except Exception as error:
            rows.append(("the same network by torch.compile", f"not on this machine ({type(error).__name__})"))
    return rows


def book_time() -> list[tuple[str, str]]:
    """What fine-tuning a book of 24 panels at 512 pixels costs, all of it, without C."""
    panels = [to_float(page)[top : top + 512, :512] for page in draw_book().pages for top in (0, 200, 400, 600)][:24]
    style = style_for_learning(STYLES["gouache"](), 1.0)
    start = time.process_time()
    LittleBook(panels, style, 512).fitted(settings())
    return [
        ("fine-tuning 24 panels of 512 x 512, from drawings to fitted network", f"{time.process_time() - start:.0f}")
    ]


def settings() -> Weights:
    """The default weights of S_j, without C."""
    return Weights(
        reconstruction=STEPS.weight_reconstruction,
        texture=STEPS.weight_texture,
        structure=STEPS.weight_structure,
        ink=STEPS.weight_ink,
        palette=STEPS.weight_palette,
    )


class LittleBook:
    """Panels that are fitted and rendered as `fit` and `render` do it, without C."""

    def __init__(self, panels: list[Floats], style: Floats, fit_px: int = STEPS.panel_px) -> None:
        self.panels, self.picture = panels, to_tensor(style)
        small = [_reduced(panel, fit_px) for panel in panels]
        self.detail = painted_share([(panel, None) for panel in small])
        guides: list[Guides] = [drawing_guides(panel, n, None, self.detail) for n, panel in enumerate(small)]
        self.look: Look = make_look(guides, style, 0, self.detail)
        self.canvases: list[Canvas] = [self.look.canvas(g) for g in guides]
        self.style, self.Y = self.look.style_canvas(1)
        self.texture = ToneTexture(self.picture, generator(0, 3))
        self.large: list[Canvas] = []

    def fitted(self, weights: Weights | None) -> nn.Module:
        """The network after both rounds; without weights, before any: it returns the classical painting."""
        net = make_stylizer(self.picture, 0) if weights else make_stylizer(self.picture, 0, "scratch")
        if weights is None:
            return net
        state = begin(net, STYLE_LR)
        first = Weights(reconstruction=weights.reconstruction)
        if weights.reconstruction:
            for _ in fit(state, Job(self.style, self.Y, first, STEPS.style_steps, STYLE_LR, 0)):
                pass
            net.load_state_dict(state.best)
        state = begin(net, STEPS.lr)
        rest: dict[str, Any] = {"batch": STEPS.batch, "panels": self.canvases, "texture": self.texture}
        for _ in fit(state, Job(self.style, self.Y, weights, STEPS.steps, STEPS.lr, 0, **rest)):
            pass
        net.load_state_dict(state.best)
        return net

    def rendered(self, net: nn.Module) -> list[np.ndarray]:
        """All panels at full size, (H, W, 3) uint8."""
        if not self.large:
            guides = [drawing_guides(panel, n, None, self.detail) for n, panel in enumerate(self.panels)]
            self.large = [self.look.canvas(g) for g in guides]
        return [to_picture(render(net, c.x, c.base, 512)) for c in self.large]


def books() -> dict[str, list[Floats]]:
    """The pictures that looks are measured on, at most 512 pixels a side."""
    found = {"six crude panels": [_fitted(path, 512) for path in sorted((SHARED / "data" / "probe").glob("*.png"))]}
    for folder in sorted((SHARED / "data" / "comics").glob("*")):
        cut = []
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".jpg", ".png")):
            pixels = read_picture(path).pixels
            for panel in find_panels(pixels):
                x, y, w, h = panel.box
                cut.append(_reduced(to_float(pixels[y : y + h, x : x + w]), 512))
        found[folder.name] = cut[:: max(1, len(cut) // 8)][:8]
    return found


def shared_styles() -> dict[str, Pixels]:
    """The style pictures beside the repository."""
    return {path.stem: read_picture(path).pixels for path in sorted((SHARED / "data" / "styles").glob("*.jpg"))}


def neutral(panels: list[Floats], results: list[np.ndarray], style: Pixels) -> dict[str, float]:
    """Style distance, drift and edges by the neutral measure."""
    measure = _module(SHARED / "research" / "measure" / "measure.py")
    with tempfile.TemporaryDirectory() as folder:
        before, after, of = Path(folder, "a"), Path(folder, "b"), Path(folder, "style.png")
        Image.fromarray(style).save(of)
        for place, pictures in ((before, [to_uint8(p) for p in panels]), (after, results)):
            place.mkdir()
            for n, picture in enumerate(pictures):
                Image.fromarray(picture).save(place / f"{n:02d}.png")
        found: dict[str, float] = measure.measure(before, after, of)
    return found


def measured(sets: dict[str, list[Floats]]) -> list[tuple[str, str, str, str, str]]:
    """Rows of (pictures, style, style distance, drift, edges)."""
    styles = shared_styles() | {name: STYLES[name]() for name in STYLES}
    rows = []
    for name, panels in sets.items():
        for style, pixels in styles.items():
            book = LittleBook(panels, style_for_learning(pixels, 1.0))
            results = book.rendered(book.fitted(settings()))
            if SHEETS:
                _sheet(
                    Path(SHEETS), f"{name}-{style}".replace(" ", "-"), [to_uint8(p) for p in panels], results, pixels
                )
            found = neutral(panels, results, pixels)
            rows.append((name, style, f"{found['style']:.1f}", f"{found['drift']:.2f}", f"{found['edges']:.3f}"))
            print(*rows[-1], flush=True)
    return rows


def ablated(panels: list[Floats]) -> list[tuple[str, ...]]:
    """Rows of (terms, then style distance / drift / edges for each shared style)."""
    every = settings()
    variants: dict[str, Weights | None] = {"no network: flats, marks and lines alone": None, "all terms of S_j": every}
    for term in ("reconstruction", "texture", "structure", "ink", "palette"):
        variants[f"without {term}"] = replace(every, **{term: 0.0})
    cells: dict[str, list[str]] = {name: [] for name in variants}
    for style, pixels in shared_styles().items():
        book = LittleBook(panels, style_for_learning(pixels, 1.0))
        for name, weights in variants.items():
            results = book.rendered(book.fitted(weights))
            if SHEETS:
                _sheet(Path(SHEETS), f"ablation-{style}-{name}".replace(" ", "-"), [], results, pixels)
            found = neutral(panels, results, pixels)
            cells[name].append(f"{found['style']:.1f} / {found['drift']:.2f} / {found['edges']:.3f}")
            print(style, name, cells[name][-1], flush=True)
    return [(name, *row) for name, row in cells.items()]


def _sheet(folder: Path, name: str, before: list[np.ndarray], after: list[np.ndarray], style: np.ndarray) -> None:
    """A contact sheet: drawings above, results below, the style at the end of the results."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for pictures in filter(None, (before, [*after, style])):
        scaled = [resize(p, max(1, round(p.shape[1] * 384 / p.shape[0])), 384) for p in pictures]
        rows.append(np.concatenate(scaled, 1))
    width = max(row.shape[1] for row in rows)
    whole = np.concatenate([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows])
    Image.fromarray(whole).save(folder / f"{name}.png")


def _reduced(panel: Floats, side: int) -> Floats:
    scale = min(1.0, side / max(panel.shape[:2]))
    height, width = (max(16, round(s * scale)) for s in panel.shape[:2])
    return to_float(resize(to_uint8(panel), width, height))


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
    """Measures and replaces the generated parts of docs/benchmarks.md: `times`, `looks`, `ablation`, or all."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    parts = sys.argv[1:] or ["times", "looks", "ablation"]
    about = f"Python {platform.python_version()}, torch {torch.__version__}, one thread, CPU-seconds.\n\n"
    if "times" in parts:
        speed = times() + book_time()
        for row in speed:
            print(*row, flush=True)
        _write("times", about + table(("what", "CPU-seconds"), list(speed)))
    if not (SHARED / "research" / "measure" / "measure.py").is_file():
        return
    if "looks" in parts:
        chosen = {name: panels for name, panels in books().items() if not BOOKS or name in BOOKS.split(",")}
        looks = measured(chosen)
        _write("looks", table(("pictures", "style", "style distance", "drift", "edges"), list(looks)))
    if "ablation" in parts:
        rows = ablated(books()["six crude panels"])
        _write("ablation", table(("terms", *shared_styles()), rows))


def _write(part: str, text: str) -> None:
    page = ROOT / "docs" / PAGES.get(part, "benchmarks.md")
    begin_mark, end_mark = f"<!-- make bench: {part} -->\n", f"<!-- end: {part} -->"
    head, rest = page.read_text(encoding="utf-8").split(begin_mark)
    page.write_text(head + begin_mark + "\n" + text + "\n" + end_mark + rest.split(end_mark)[1], encoding="utf-8")
    print(f"{page.name}: {part} written")


if __name__ == "__main__":
    sys.exit(main())
