"""What a step of the look in words costs, against CLIPstyler's own setting: python bench/clip.py [--docs].

No weights are needed: cost does not hang on them. CLIP has the full shape of ViT-B/32, with random numbers. A step of
CLIPstyler's: its U-Net on a picture of 512 x 512 pixels, 64 random crops and one whole picture through CLIP, forwards
and backwards, and the VGG-19 features of its content loss. Ours: `Said.step` on panels of the usual size with the style
network, `fit.crops` pictures. CPU-seconds on one thread, in one run.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inkwright.config import FitSettings
from inkwright.images import to_float
from inkwright.learn.backbones.clip import Clip
from inkwright.learn.canvas import make_look
from inkwright.learn.guides import drawing_guides
from inkwright.learn.job import Job, Weights
from inkwright.learn.said import Said, Texts
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.text_losses import directional, in_perspective, random_corners, squeezed, unsatisfied
from inkwright.operations.rounds import make_stylizer
from inkwright.operations.style_picture import style_for_learning
from inkwright.sample.comic import draw_book
from inkwright.sample.styles import STYLES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
SETTINGS = FitSettings()
THEIRS, CROP, SIDE = 64, 128, 512
"""CLIPstyler's crops a step, their side, and that of its picture, in pixels."""
STEPS = 3


def full_clip() -> Clip:
    """CLIP in the shape of ViT-B/32, with random weights and a tokenizer that cuts at spaces."""
    import transformers

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model: Any = transformers.CLIPModel(transformers.CLIPConfig())
    assert (model.config.vision_config.hidden_size, model.config.vision_config.patch_size) == (768, 32)

    def tokens(text: str, verbose: bool = True) -> dict[str, list[int]]:
        return {"input_ids": [49406, *(1000 + len(word) for word in text.split()), 49407]}

    return Clip(model, tokens)


def panels(count: int = 8) -> list[np.ndarray]:
    """Panels of the sample comic, at the size at which they are fitted."""
    px = SETTINGS.panel_px
    return [to_float(page)[top : top + px * 3 // 4, :px] for page in draw_book().pages for top in (0, 500)][:count]


def ours(clip: Clip) -> tuple[Callable[[int], None], float]:
    """One step of W on a book, with the gradients of the style network; and CPU-seconds for all drawings, once."""
    drawn, style = panels(), style_for_learning(STYLES["gouache"](), 1.0)
    guides = [drawing_guides(panel, n) for n, panel in enumerate(drawn)]
    look = make_look(guides, style, 0)
    canvas, Y = look.style_canvas(1)
    net = make_stylizer(to_tensor(style), 0)
    job = Job(canvas, Y, Weights(words=1.0), 1, 1e-4, 0, panels=[look.canvas(g) for g in guides])
    masks = [torch.ones(1, 8, 8) for _ in drawn]
    said = Said(clip, Texts("neon light"), "a drawing", [to_tensor(p) for p in drawn], masks, SETTINGS.crops, 0)
    start = time.process_time()
    said.look_at_drawings()
    once = time.process_time() - start

    def work(step: int) -> None:
        said.step(step, 0, lambda j, at: job.part(net, j, at)).backward()

    return work, once


class TheirUnet(nn.Module):
    """A U-Net of the size of CLIPstyler's, 0.6 M parameters, on the whole picture."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = (nn.Conv2d(i, o, 3, s, 1) for i, o, s in ((3, 32, 1), (32, 64, 2), (64, 128, 2)))
        self.middle = nn.Sequential(*(nn.Conv2d(128, 128, 3, 1, 1) for _ in range(3)))
        self.up, self.out = nn.Conv2d(128, 64, 3, 1, 1), nn.Conv2d(64, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(self.c(F.relu(self.b(F.relu(self.a(x))))))
        h = F.relu(self.up(F.interpolate(self.middle(h), scale_factor=2.0)))
        out: Tensor = torch.sigmoid(self.out(F.interpolate(h, scale_factor=2.0)))
        return out


def theirs(clip: Clip) -> Callable[[int], None]:
    """One step in CLIPstyler's setting."""
    X, net = torch.rand(1, 3, SIDE, SIDE), TheirUnet()
    widths = ((3, 64), (64, 64), (64, 128), (128, 128), (128, 256), *((256, 256),) * 3, (256, 512), *((512, 512),) * 4)
    vgg = [nn.Conv2d(i, o, 3, padding=1).requires_grad_(False) for i, o in widths]
    with torch.no_grad():
        source, delta_T = clip.pictures(squeezed(X, clip.side)), F.normalize(torch.rand(512), dim=0)

    def features(x: Tensor) -> Tensor:
        for n, layer in enumerate(vgg):  # up to conv5_2
            x = F.relu(layer(F.max_pool2d(x, 2) if n in (2, 4, 8, 12) else x))
        return x

    with torch.no_grad():
        content = features(X)

    def work(step: int) -> None:
        g = generator(0, step)
        painted = net(X)
        cuts = []
        for _ in range(THEIRS):
            y, x = torch.randint(0, SIDE - CROP + 1, (2,), generator=g).tolist()
            cuts.append(in_perspective(painted[..., y : y + CROP, x : x + CROP], random_corners(g), clip.side))
        patches = unsatisfied(directional(clip.pictures(torch.cat(cuts)), source, delta_T)).mean()
        whole = directional(clip.pictures(squeezed(painted, clip.side)), source, delta_T).mean()
        (9000 * patches + 500 * whole + 150 * F.mse_loss(features(painted), content)).backward()

    return work


def cpu(work: Callable[[int], None]) -> float:
    """Median CPU-seconds of a step, after one to warm up."""
    work(0)
    taken = []
    for step in range(1, STEPS + 1):
        start = time.process_time()
        work(step)
        taken.append(time.process_time() - start)
    return float(np.median(taken))


def main() -> None:
    """Measures; with --docs, writes the table into docs/benchmarks.md."""
    torch.set_num_threads(1)
    clip = full_clip()
    step, once = ours(clip)
    mine, its = cpu(step), cpu(theirs(clip))
    rows = [
        (f"ours: {SETTINGS.crops} pictures from {len(panels())} panels of {SETTINGS.panel_px} px", f"{mine:.2f}"),
        (f"CLIPstyler's setting: {THEIRS} crops of one picture of {SIDE} px", f"{its:.2f}"),
        ("ratio", f"{mine / its:.2f}"),
        (f"ours, once a book: {len(panels())} panels as drawn", f"{once:.2f}"),
    ]
    for row in rows:
        print(*row, sep="  ")
    if "--docs" in sys.argv[1:]:
        text = "\n".join(["| a step | CPU-seconds |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])
        head, rest = PAGE.read_text(encoding="utf-8").split("<!-- make bench-clip -->\n")
        tail = rest.split("<!-- end: bench-clip -->")[1]
        PAGE.write_text(f"{head}<!-- make bench-clip -->\n{text}\n<!-- end: bench-clip -->{tail}", encoding="utf-8")
    if mine > its / 4:
        sys.exit("A step costs more than a quarter of CLIPstyler's.")


if __name__ == "__main__":
    main()
