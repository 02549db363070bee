"""Measures the element classifiers: `python bench/classifiers.py [real] [drawn] [curve] [cost]`.

- real: comics beside the repository, in ../shared/data/comics; folds by page, as `train` makes them. Marks that are
  doubtful are left blank. An element can be scored where a page has it or has it not that was left out of training.
- drawn: little books by tools/little_books.py, of seeds that the trunk never saw; scored on other panels of the book.
- curve: the same for 6, 12, 24 and 48 panels, with no boxes, a quarter of them and all.
- cost: CPU-seconds of `train`, with its cross-validation, on 24 panels and 6 elements.

"painted" is the same panels restyled at full strength with textures that the training never saw.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from little_books import Drawn, book  # noqa: E402

from inkwright.book import Book, Element, Page, Panel, Prior  # noqa: E402
from inkwright.comic.elements import dump_prior  # noqa: E402
from inkwright.config import template  # noqa: E402
from inkwright.images import png_bytes, read_picture, to_float  # noqa: E402
from inkwright.learn.augment import crops, restyle  # noqa: E402
from inkwright.learn.classifiers import ElementNet  # noqa: E402
from inkwright.learn.examples import page_folds  # noqa: E402
from inkwright.learn.tensors import generator, to_tensor  # noqa: E402
from inkwright.learn.train import auc, logits  # noqa: E402
from inkwright.learn.views import see  # noqa: E402
from inkwright.operations.nets import examples, load_nets  # noqa: E402
from inkwright.operations.train import ensemble, inputs, maker, train  # noqa: E402
from inkwright.project import Project, read_json, write_bytes  # noqa: E402
from inkwright.sample.styles import STYLES  # noqa: E402

COMICS = ROOT.parent / "shared" / "data" / "comics"
SEEDS = (9001, 9002, 9003)
SIDE = 320
"""Longer side of a drawn panel, in pixels."""


@dataclass(frozen=True)
class Scores:
    """AUC by element, None where it cannot be scored; cross-entropies; CPU-seconds of `train`."""

    auc: list[float | None]
    painted: list[float | None]
    bce: float
    base: float
    seconds: float

    def row(self, name: str) -> str:
        """A line of the table."""
        known = [a for a in self.auc if a is not None]
        painted = [a for a in self.painted if a is not None]
        worst = min(known, default=float("nan"))
        less = 100 * (1 - self.bce / self.base) if self.base else float("nan")
        each = " ".join("–" if a is None else f"{a:.2f}" for a in self.auc)
        areas = f"{np.mean(known):.3f} | {worst:.2f} | {np.mean(painted):.3f}"
        return f"| {name} | {areas} | {self.bce:.3f} | {self.base:.3f} | {less:.0f} % | {self.seconds:.0f} | {each} |"


HEAD = (
    "| book | AUC | worst | painted | BCE | base rate | less | CPU-s | each |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def painted(V: Tensor) -> Tensor:
    """Canvases restyled at full strength, with textures of the embedded styles, which no trunk was trained on."""
    g, px = generator(4711), V.shape[-1]
    textures = torch.cat([crops(to_tensor(to_float(STYLES[name]()))[0], 8, px, g) for name in STYLES])
    return torch.cat([restyle(part, textures, g, 1.0) for part in torch.split(V, 4)])


def area(y: Tensor, z: Tensor, said: Tensor) -> list[float | None]:
    """AUC of each element over what was said and could be scored."""
    out = []
    for i in range(y.shape[1]):
        at = (said[:, i] > 0) & ~z[:, i].isnan()
        out.append(auc(y[at, i].numpy(), z[at, i].numpy()))
    return out


def entropy(y: Tensor, p: Tensor, said: Tensor) -> tuple[float, float]:
    """Mean cross-entropy of estimates, and of the share of positives, over elements that have both classes."""
    found = []
    for i in range(y.shape[1]):
        at = (said[:, i] > 0) & ~p[:, i].isnan()
        mark, share = y[at, i], y[at, i].mean()
        if 0 < float(share) < 1:
            q = p[at, i].clamp(1e-6, 1 - 1e-6)
            found.append(
                (
                    -(mark * q.log() + (1 - mark) * (1 - q).log()).mean(),
                    torch.special.entr(torch.stack([share, 1 - share])).sum(),
                )
            )
    return tuple(float(torch.stack(column).mean()) for column in zip(*found, strict=True)) if found else (0.0, 0.0)  # type: ignore[return-value]


def drawn_project(root: Path, drawn: Drawn, boxes: float) -> Project:
    """A project of a drawn book: each of its pages a row of panels; `boxes` is the share of panels that have them."""
    panels, pages = [], []
    names = [f"{'Place' if fills else 'Figure'} {i + 1}" for i, fills in enumerate(drawn.everywhere)]
    keep = np.random.default_rng(1).permutation(len(drawn.panels)) < boxes * len(drawn.panels)
    for page in sorted(set(drawn.page_of)):
        mine = [j for j, p in enumerate(drawn.page_of) if p == page]
        picture = np.full((SIDE + 40, len(mine) * (SIDE + 20) + 20, 3), 255, np.uint8)
        row = []
        for n, j in enumerate(mine):
            h, w = drawn.panels[j].shape[:2]
            x = 20 + n * (SIDE + 20)
            picture[20 : 20 + h, x : x + w] = drawn.panels[j]
            places = {names[i]: its for i, its in drawn.boxes[j].items()} if keep[j] else None
            row.append(Panel(id=f"p{page + 1}.{n + 1}", box=(x, 20, w, h), appearances=places))
            panels.append(row[-1].id)
        write_bytes(root / "pages" / f"p{page + 1}.png", png_bytes(picture))
        pages.append(Page(file=f"pages/p{page + 1}.png", panels=row))
    elements = [Element(n, "setting" if f else "character") for n, f in zip(names, drawn.everywhere, strict=True)]
    return finished(root, Book(pages=pages), Prior(elements, panels, drawn.marks[: len(panels)].T.copy()))


def real_project(root: Path, folder: Path) -> Project:
    """A project of an annotated comic; doubtful marks are blank."""
    told = json.loads((folder / "elements.json").read_text(encoding="utf-8"))
    kinds = [(e["id"], e["kind"]) for e in told["elements"]]
    panels, pages, columns = [], [], []
    for n, page in enumerate(told["pages"]):
        picture = read_picture(folder / page["file"], 1).pixels
        write_bytes(root / "pages" / f"p{n + 1}.png", png_bytes(picture))
        row = []
        for k, one in enumerate(page["panels"]):
            each = {e: b if b and isinstance(b[0], list) else [b] for e, b in one["boxes"].items() if b}
            row.append(Panel(id=f"p{n + 1}.{k + 1}", box=tuple(one["box"]), appearances=each))
            panels.append(row[-1].id)
            columns.append([np.nan if e in one["doubtful"] else float(one["elements"][e]) for e, _ in kinds])
        pages.append(Page(file=f"pages/p{n + 1}.png", panels=row))
    return finished(root, Book(pages=pages), Prior([Element(e, k) for e, k in kinds], panels, np.array(columns).T))


def finished(root: Path, book: Book, prior: Prior) -> Project:
    """Writes the project's own files."""
    write_bytes(root / "inkwright.toml", template(style={"picture": "gouache"}).encode())
    project = Project(root)
    project.save_book(book)
    write_bytes(project.prior_path, dump_prior(prior).encode())
    return project


def trained(project: Project) -> tuple[Path, float]:
    """Runs `train`; the run's folder and the CPU-seconds that it took."""
    start = time.process_time()
    for _ in train(project):
        pass
    seconds = time.process_time() - start
    run = project.finished_run("train", inputs(project).key)
    assert run is not None
    return run, seconds


def across_pages(project: Project) -> Scores:
    """Scores on the panels that each net had not seen."""
    run, seconds = trained(project)
    given, meta = inputs(project), read_json(run / "meta.json") or {}
    data, page_of = examples(project, given.book, given.prior, int(meta["px"]))
    held_out, _ = page_folds(page_of, project.config().train.nets)
    nets = load_nets(run, maker(given.prior, data.px), len(held_out))
    looks = [torch.full_like(data.y, torch.nan) for _ in range(2)]
    for net, fold in zip(nets, held_out, strict=True):
        assert isinstance(net, ElementNet)
        for z, V in zip(looks, (data.V[fold], painted(data.V[fold])), strict=True):
            z[fold] = torch.where(net.gain == 0, torch.nan, logits(net, V))
    bce = [(e["bce"], e["base"]) for e in meta["elements"] if e.get("bce") is not None]
    mean = np.mean(bce, axis=0) if bce else (0.0, 0.0)
    plain, dressed = (area(data.y, z, data.weight) for z in looks)
    return Scores(plain, dressed, float(mean[0]), float(mean[1]), seconds)


@torch.no_grad()
def on_others(seed: int, panels: int, boxes: float, characters: int = 4, settings: int = 3) -> Scores:
    """Scores on forty other panels of a drawn book, for the ensemble that was trained on its first panels."""
    drawn = book(seed, panels + 40, characters, 0, settings, SIDE)
    first = Drawn(*(getattr(drawn, name)[:panels] for name in ("panels", "marks", "masks", "boxes")), drawn.everywhere, drawn.page_of[:panels])  # noqa: E501  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        project = drawn_project(Path(folder), first, boxes)
        with torch.enable_grad():
            _, seconds = trained(project)
        found = ensemble(project, inputs(project))
        assert found is not None
        made = found[0]
        V = torch.cat([see(to_tensor(to_float(p)), made.px) for p in drawn.panels[panels:]])
        marks: NDArray[np.float64] = drawn.marks[panels:]
        y, said = torch.from_numpy(np.nan_to_num(marks)).float(), torch.from_numpy(~np.isnan(marks)).float()
        z, dressed = (
            made.calibrate(torch.stack([logits(net, x) for net in made.nets]).mean(0)) for x in (V, painted(V))
        )
        few = torch.from_numpy(np.nansum(drawn.marks[:panels], 0) < 1)
        z[:, few], dressed[:, few] = torch.nan, torch.nan  # never seen: nothing to score
        bce, base = entropy(y, torch.sigmoid(z), said)
        return Scores(area(y, z, said), area(y, dressed, said), bce, base, seconds)


def real() -> None:
    """Every annotated comic beside the repository."""
    folders = sorted(path.parent for path in COMICS.glob("*/elements.json")) if COMICS.is_dir() else []
    if not folders:
        print("No comics beside the repository: left out.")
    for folder in folders:
        with tempfile.TemporaryDirectory() as place:
            print(across_pages(real_project(Path(place), folder)).row(folder.name), flush=True)


def curve(sizes: Sequence[int] = (6, 12, 24, 48), shares: Sequence[float] = (0, 0.25, 1)) -> None:
    """Panels times boxes, on the first of the drawn books."""
    for panels in sizes:
        for share in shares:
            print(on_others(SEEDS[0], panels, share).row(f"drawn, {panels} panels, {share:.0%} boxes"), flush=True)


def main() -> None:
    """Prints the table."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    parts = sys.argv[1:] or ["real", "drawn", "curve", "cost"]
    print(HEAD)
    if "real" in parts:
        real()
    if "drawn" in parts:
        for seed in SEEDS:
            print(on_others(seed, 24, 1).row(f"drawn {seed}, 24 panels"), flush=True)
    if "curve" in parts:
        curve()
    if "cost" in parts:
        print(on_others(SEEDS[1], 24, 1, 4, 2).row("cost: 24 panels, 6 elements"), flush=True)


if __name__ == "__main__":
    main()
