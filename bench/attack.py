"""Shows how a classifier is fooled, and what keeps ours from it: `python bench/attack.py [--picture FILE]`.

The sample in one style, fitted three times with the same weight of C and nothing else that knows of elements:

- plain: without C.
- naive: C by one classifier that was trained without augmentation, looking at the picture straight.
- ours: C by the style-augmented ensemble through random views.

For each: what the classifier that was in the loss says (own BCE), what the judge says, the consistency ratio, the style
distance and the change that C made to the picture (mean over pixels, in 1/255, and its share below 4 pixels' size:
noise that nobody draws).
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tools")]

from consistency import PANEL_PX, Comic, figures, painted, places, prepared, sample, style_of, trained  # noqa: E402

from inkwright.config import Config  # noqa: E402
from inkwright.images import Floats, png_bytes, to_float, to_uint8  # noqa: E402
from inkwright.learn import augment  # noqa: E402
from inkwright.learn.classifiers import ElementNet, Ensemble  # noqa: E402
from inkwright.learn.train import Recipe  # noqa: E402
from inkwright.learn.train import start as begin  # noqa: E402
from inkwright.learn.train import train as learn  # noqa: E402
from inkwright.operations.canvases import material_of  # noqa: E402
from inkwright.operations.material import panel_pictures  # noqa: E402
from inkwright.operations.nets import examples  # noqa: E402
from inkwright.operations.rounds import Rounds  # noqa: E402
from inkwright.operations.train import inputs  # noqa: E402
from inkwright.project import write_bytes  # noqa: E402

STYLE, WEIGHT = "woodblock", 4.0


def naive(comic: Comic, px: int) -> Ensemble:
    """One classifier, trained on the drawings as they are."""
    given = inputs(comic.project)
    data, _ = examples(comic.project, given.book, given.prior, px)
    recipe = Recipe(200, 20, geometry=0.0, colour=0.0, paste=0.0, erase=0.0, mixup=0.0, style=0.0)
    state = begin(lambda: ElementNet(data.everywhere, px), recipe, 0)
    with straight():
        for _ in learn(state, data, recipe, torch.full((1, 3, px, px), 0.5), 0):
            pass
    net = ElementNet(data.everywhere, px)
    net.load_state_dict(state.mean)
    count = len(data.everywhere)
    made = Ensemble([net], torch.ones(count), torch.tensor([[1.0, 0.0]] * count))
    return made.eval().requires_grad_(False)  # type: ignore[no-any-return]


@contextmanager
def straight() -> Iterator[None]:
    """No random views: the classifier sees every picture as it is."""

    def same(V: Tensor, M: Tensor, g: torch.Generator, strength: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
        return V, M, torch.ones(M.shape[:2])

    with (
        mock.patch.object(augment, "affine", same),
        mock.patch.object(augment, "colour", lambda V, *_: V),
        mock.patch.object(augment, "dirt", lambda V, *_: V),
    ):
        yield


def fitted(comic: Comic, classifiers: Ensemble, style: Floats) -> dict[str, list[Floats]]:
    """The panels by plain style transfer, and with C by the given classifiers and nothing else."""
    config = Config()
    change = {"weight_c": WEIGHT, "weight_location": 0.0, "weight_look": 0.0, "element_maps": False}
    config = config.model_copy(update={"fit": config.fit.model_copy(update={"panel_px": PANEL_PX, **change})})
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        material, look = material_of(comic.project, inputs(comic.project), config, style, run, classifiers)
        for _ in Rounds(run, look, config).run_all(material):
            pass
        plain = painted(comic, config, run, look, "plain.safetensors", False)
        return {"plain": plain, "fitted": painted(comic, config, run, look, "fitted.safetensors", True)}


@torch.no_grad()
def own_bce(comic: Comic, classifiers: Ensemble, pictures: list[Floats]) -> float:
    """BCE of the marks by the classifiers that were in the loss."""
    z = torch.cat([classifiers(torch.from_numpy(p.transpose(2, 0, 1).copy())[None]) for p in pictures])
    each = torch.nn.functional.binary_cross_entropy_with_logits(z, comic.data.y, reduction="none")
    said = comic.data.weight * classifiers.reliable
    return float((each * said).sum() / said.sum())


def changed(pictures: list[Floats], plain: list[Floats]) -> tuple[float, float]:
    """Mean change in 1/255, and the share of its energy that is finer than 4 pixels."""
    whole = fine = mean = 0.0
    for a, b in zip(pictures, plain, strict=True):
        d = a - b
        mean += float(np.abs(d).mean()) * 255 / len(pictures)
        whole += float((d**2).sum())
        fine += float(((d - cv2.GaussianBlur(d, (0, 0), 2.0)) ** 2).sum())
    return mean, fine / max(whole, 1e-12)


def main() -> None:
    """Prints the table and writes the picture."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("--picture", type=Path, default=None)
    asked = parser.parse_args()
    style = style_of(STYLE)
    assert style is not None
    with tempfile.TemporaryDirectory() as folder:
        comic = prepared("sample", sample(Path(folder) / "sample"))
        ours = trained(comic, 0)
        poor = naive(comic, ours.px)
        with straight():
            by_poor = fitted(comic, poor, style)
        by_ours = fitted(comic, ours, style)
        plain = by_ours["plain"]
        drawings = [
            to_float(cv2.resize(view.pixels, p.shape[1::-1], interpolation=cv2.INTER_AREA))
            for view, p in zip(panel_pictures(comic.project, inputs(comic.project).book), plain, strict=True)
        ]
        rows = {"plain": plain, "naive": by_poor["fitted"], "ours": by_ours["fitted"]}
        print("| fit | naive's BCE | ours' BCE | judge BCE | judge AUC | ratio | style | change | of it fine |")
        print("| --- " * 9 + "|")
        where = places(comic, [p.shape for p in plain])
        for name, pictures in rows.items():
            got = figures(comic, {"drawing": drawings, "plain": plain, "fitted": pictures}, style, where)
            mean, fine = changed(pictures, plain)
            seen = f"{own_bce(comic, poor, pictures):.3f} | {own_bce(comic, ours, pictures):.3f}"
            said = f"{got['bce_fitted']:.3f} | {got['auc_fitted']:.3f} | {got['ratio_fitted']:.3f}"
            print(f"| {name} | {seen} | {said} | {got['style_fitted']:.4f} | {mean:.1f} | {fine:.2f} |", flush=True)
        if asked.picture:
            write_bytes(asked.picture, png_bytes(sheet(drawings, plain, rows["naive"], rows["ours"])))


def sheet(drawings: list[Floats], plain: list[Floats], poor: list[Floats], ours: list[Floats]) -> np.ndarray:
    """Rows of panels: drawing, plain, naive, its change times 4, ours, its change times 4."""
    rows = []
    for j in range(0, len(plain), max(1, len(plain) // 4)):
        p = plain[j]
        parts = [drawings[j], p, poor[j], 0.5 + 4 * (poor[j] - p), ours[j], 0.5 + 4 * (ours[j] - p)]
        height, width = 160, round(160 * p.shape[1] / p.shape[0])
        row = np.concatenate([cv2.resize(np.clip(part, 0, 1), (width, height)) for part in parts], 1)
        rows.append(row)
    wide = max(row.shape[1] for row in rows)
    return to_uint8(
        np.concatenate([np.pad(r, ((0, 6), (0, wide - r.shape[1]), (0, 0)), constant_values=1) for r in rows])
    )


if __name__ == "__main__":
    main()
