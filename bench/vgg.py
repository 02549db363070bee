"""What a pretrained backbone brings: python bench/vgg.py [STYLE]...

Plain style transfer of three crude panels with and without VGG-19 (to relu3_1, the weights beside the repository in
../shared), judged by the neutral measure there. Set INKWRIGHT_SHEETS to a folder for sheets to look at.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import sys
import tempfile
import time
from pathlib import Path

import cv2
import run
import torch

from inkwright.config import check_config
from inkwright.images import to_uint8
from inkwright.learn.backbones import layers_of, load_backbone
from inkwright.learn.checkpoint import load_tensors
from inkwright.learn.tone_features import ToneFeatures
from inkwright.operations.rounds import Material, Rounds, load_stylizer
from inkwright.operations.style_picture import style_for_learning
from inkwright.operations.sweep import blended

WEIGHTS = run.SHARED / "weights" / "vgg19_normalised_to_conv3_1.safetensors"
STYLES = ("starry-night", "turner-shipwreck")
PANELS = (0, 2, 4)
BLENDS = {"without": 0.0, "a quarter of the way": 0.25, "half of the way": 0.5, "with VGG-19": 1.0}
"""Networks between the two have drifts between theirs, so that likeness can be compared at one drift."""


def looks(style: str, steps: int) -> dict[str, dict[str, float]]:
    """The neutral measure of a style, without and with VGG-19, and of networks between the two."""
    whole = run.books()["six crude panels"]
    panels, pixels = [whole[n] for n in PANELS], run.shared_styles()[style]
    book = run.LittleBook(panels, style_for_learning(pixels, 1.0))
    network = load_backbone("vgg19", str(WEIGHTS))
    assert network is not None
    features = ToneFeatures(network, layers_of("vgg19", network), book.picture)
    learned, seconds = [], []
    for term in (None, features):
        start = time.process_time()
        given = Material(torch.zeros(len(panels), 0), torch.zeros(len(panels), 0, 1, 1), None, book.canvases)
        given.features = term
        with tempfile.TemporaryDirectory() as folder:
            for _ in Rounds(Path(folder), book.look, check_config({"fit": {"steps": steps}})).run_all(given):
                pass
            learned.append(load_tensors(Path(folder) / "plain.safetensors"))
            net = load_stylizer(Path(folder) / "plain.safetensors")
        seconds.append(time.process_time() - start)
    found = {}
    for name, share in BLENDS.items():
        net.load_state_dict(blended(learned[0], learned[1], share))
        results = book.rendered(net)
        found[name] = run.neutral(panels, results, pixels) | {"CPU-s": seconds[int(share)]}
        if run.SHEETS:
            before = [to_uint8(p) for p in panels]
            run._sheet(Path(run.SHEETS), f"{style}-{name}".replace(" ", "-"), before, results, pixels)
    return found


def main() -> None:
    """Measures and prints a table."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    rows = []
    for style in sys.argv[1:] or STYLES:
        for name, got in looks(style, run.STEPS.steps).items():
            cells = (f"{got['style']:.2f}", f"{got['drift']:.2f}", f"{got['edges']:.3f}", f"{got['CPU-s']:.0f}")
            rows.append((style, name, *cells))
            print(*rows[-1], flush=True)
    print(run.table(("style", "backbone", "style distance", "drift", "edges", "CPU-s"), rows))


if __name__ == "__main__":
    main()
