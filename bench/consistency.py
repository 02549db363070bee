"""Measures whether elements stay themselves: `python bench/consistency.py [--out FILE] [--only WORD ...] [--seeds N]`.

Six comics (the sample, the annotated comics beside the repository, little books drawn by chance of 12, 24 and 48
panels) x three styles x three seeds. Each is fitted as the product fits it, at 256 pixels a panel, painted as the
product paints it, at its pages' size, and measured by what the loss never sees, at the size at which `review` measures.
Finished cases are kept in FILE, so that a stopped run goes on; --table prints what is there.

- judge: BCE and AUC of a judge, on the drawings, on plain style transfer, on the fitted book. For drawn books it has
  learned from 200 other panels of the same book, else page by page from the drawings.
- recovered: share of the judge's BCE, lost by plain style transfer, that the fitted book wins back.
- style, neutral: fitted over plain in style distance, by our own measure (patches, no pretrained features) and by the
  neutral one (deep features) where it lies beside the repository; above 1, the style came out weaker for it.
- ratio: consistency ratio, 1.00 as drawn; for drawn books inside the true shapes, else inside the boxes.
- frontier: judge BCE and ratio of plain style transfer mixed with the drawing, at the fitted book's style distance.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "bench")]

from classifiers import COMICS, drawn_project, finished, real_project  # noqa: E402
from little_books import Drawn, book  # noqa: E402

from inkwright.config import Config  # noqa: E402
from inkwright.images import Floats, Pixels, png_bytes, to_float, to_uint8  # noqa: E402
from inkwright.learn.augment import noise_textures  # noqa: E402
from inkwright.learn.canvas import Look  # noqa: E402
from inkwright.learn.classifiers import Ensemble  # noqa: E402
from inkwright.learn.consistency import Place, ratio  # noqa: E402
from inkwright.learn.examples import Examples, folds  # noqa: E402
from inkwright.learn.judge import JudgeNet, recipe  # noqa: E402
from inkwright.learn.style_distance import StyleDistance  # noqa: E402
from inkwright.learn.tensors import generator, to_tensor  # noqa: E402
from inkwright.learn.train import auc, logits, platt  # noqa: E402
from inkwright.learn.train import start as begin  # noqa: E402
from inkwright.learn.train import train as learn  # noqa: E402
from inkwright.learn.views import see  # noqa: E402
from inkwright.operations import evenness, whereabouts  # noqa: E402
from inkwright.operations.canvases import material_of  # noqa: E402
from inkwright.operations.material import panel_pictures, reduced  # noqa: E402
from inkwright.operations.measures import MEASURE_PX, places_of  # noqa: E402
from inkwright.operations.nets import examples  # noqa: E402
from inkwright.operations.render import Brush  # noqa: E402
from inkwright.operations.rounds import Rounds, load_stylizer  # noqa: E402
from inkwright.operations.style_picture import style_for_learning, style_pixels  # noqa: E402
from inkwright.operations.style_rules import read_rules  # noqa: E402
from inkwright.operations.sweep import BOOK, sweep  # noqa: E402
from inkwright.operations.train import ensemble, inputs, train  # noqa: E402
from inkwright.project import Project, write_bytes  # noqa: E402
from inkwright.sample.comic import draw_book  # noqa: E402

STYLES = ("gouache", "woodblock", "starry-night")
SHARED = ROOT.parent / "shared" / "data" / "styles"
PANEL_PX = 256
JUDGE_STEPS, JUDGE_PX, OTHERS = 300, 112, 200
MIXES = (0.97, 0.94, 0.9, 0.85, 0.8, 0.7)
"""Shares of plain style transfer in the frontier's mixtures with the drawing."""
ABLATIONS: dict[str, dict[str, Any]] = {
    "all terms": {},
    "C off": {"weight_c": 0.0},
    "L off": {"weight_location": 0.0},
    "K off": {"weight_look": 0.0},
    "element maps off": {"element_maps": False},
    "accent off": {"accent": 0.0},
    "C alone": {"weight_location": 0.0, "weight_look": 0.0, "element_maps": False, "accent": 0.0},
    "C alone, no style limit": {
        "weight_location": 0.0, "weight_look": 0.0, "element_maps": False, "accent": 0.0, "style_cost": 1.0,
    },
    "shuffled prior": {},
    "first element dropped": {},
}  # fmt: skip
COLUMNS = ("bce_drawing", "bce_plain", "bce_fitted", "recovered", "auc_drawing", "auc_plain", "auc_fitted",
           "ratio_plain", "ratio_fitted", "frontier_bce", "frontier_ratio", "style", "neutral", "cpu")  # fmt: skip
DOCS = ROOT / "docs" / "benchmarks.md"


@dataclass
class Comic:
    """A project to fit, its drawings at the measured size, and its judge."""

    name: str
    project: Project
    drawn: Drawn | None
    judges: list[tuple[torch.nn.Module, list[int]]]
    data: Examples
    calibration: list[tuple[float, float]]


def comics(folder: Path) -> Iterator[tuple[str, Any]]:
    """Names of the comics, and what makes each."""
    yield "sample", lambda root: sample(root)
    for path in sorted(p.parent for p in COMICS.glob("*/elements.json")) if COMICS.is_dir() else []:
        yield path.name, lambda root, path=path: (real_project(root, path), None, None)
    for panels, seed in ((12, 9101), (24, 9102), (48, 9103)):
        yield f"drawn-{panels}", lambda root, panels=panels, seed=seed: drawn(root, seed, panels)


def sample(root: Path) -> tuple[Project, None, None]:
    """The embedded sample as a project."""
    comic = draw_book()
    for page, pixels in zip(comic.book.pages, comic.pages, strict=True):
        write_bytes(root / page.file, png_bytes(pixels))
    return finished(root, comic.book, comic.prior), None, None


def drawn(root: Path, seed: int, panels: int) -> tuple[Project, Drawn, Drawn]:
    """A little book as a project, its panels, and others of the same book for its judge."""
    whole = book(seed, panels + OTHERS, side=320)
    parts = []
    for at in (slice(0, panels), slice(panels, None)):
        lists = (getattr(whole, name)[at] for name in ("panels", "marks", "masks", "boxes"))
        parts.append(Drawn(*lists, whole.everywhere, whole.page_of[at]))
    return drawn_project(root, parts[0], 1.0), parts[0], parts[1]


def prepared(name: str, made: tuple[Project, Drawn | None, Drawn | None]) -> Comic:
    """Trains the comic's judge."""
    project, own, others = made
    given = inputs(project)
    data, page_of = examples(project, given.book, given.prior, JUDGE_PX)
    everywhere = [e.kind == "setting" for e in given.prior.elements]
    if others is not None:
        panels = [to_tensor(to_float(p)) for p in others.panels]
        source, held_out = Examples(panels, others.marks, others.boxes, everywhere, JUDGE_PX), [[]]
    else:
        source, held_out = data, folds(page_of, 2)
    judges, textures = [], noise_textures(96, JUDGE_PX, generator(10_007, 12))
    for n, left_out in enumerate(held_out):
        state = begin(lambda: JudgeNet(everywhere, JUDGE_PX), recipe(JUDGE_STEPS), 10_007 + n)
        mine = source.subset([j for j in range(len(source)) if j not in left_out])
        for _ in learn(state, mine, recipe(JUDGE_STEPS), textures, 10_007 + n):
            pass
        net = JudgeNet(everywhere, JUDGE_PX)
        net.load_state_dict(state.mean)
        judges.append((net.eval(), left_out or list(range(len(data)))))
    comic = Comic(name, project, own, judges, data, [])
    z = raw(comic, data.V)
    for i in range(z.shape[1]):
        said = data.weight[:, i] > 0
        comic.calibration.append(platt(data.y[said, i].numpy(), z[said, i].numpy()) if said.any() else (1.0, 0.0))
    return comic


def raw(comic: Comic, V: Tensor) -> Tensor:
    """(J, I) logits of the judges, each on the panels that it did not learn from."""
    z = torch.zeros(len(V), comic.data.y.shape[1])
    for net, at in comic.judges:
        z[at] = logits(net, V[at])
    return z


def judged(comic: Comic, pictures: list[Floats]) -> tuple[float, float, Tensor]:
    """BCE and mean AUC of pictures, and BCE by element (I,)."""
    z = raw(comic, torch.cat([see(to_tensor(p), JUDGE_PX) for p in pictures]))
    z = torch.stack([a * z[:, i] + b for i, (a, b) in enumerate(comic.calibration)], 1)
    y, said = comic.data.y, comic.data.weight
    each = binary_cross_entropy_with_logits(z, y, reduction="none") * said
    areas = [auc(y[said[:, i] > 0, i].numpy(), z[said[:, i] > 0, i].numpy()) for i in range(y.shape[1])]
    mean = float(np.mean([a for a in areas if a is not None]))
    return float(each.sum() / said.sum()), mean, each.sum(0) / said.sum(0).clamp_min(1)


def places(comic: Comic, shapes: list[tuple[int, ...]]) -> list[Place]:
    """Where elements are: true shapes in drawn books, else where `review` looks for them."""
    given = inputs(comic.project)
    if comic.drawn is None:
        return places_of(given, list(panel_pictures(comic.project, given.book)), shapes)[0]
    out = []
    for j, shape in enumerate(shapes):
        for i, element in enumerate(given.prior.elements):
            own = np.asarray(comic.drawn.masks[j] == (0 if element.kind == "setting" else i + 1), np.uint8)
            mask = cv2.resize(own, shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
            if given.prior.table[i, j] == 1 and mask.any():
                out.append(Place(i, j, mask))
    return out


def style_of(name: str) -> Floats | None:
    """A style as it is learned from; None where a shared one is missing."""
    path = SHARED / f"{name}.jpg"
    if path.is_file():
        return style_for_learning(style_pixels(None, str(path)), Config().style.scale)
    try:
        return style_for_learning(style_pixels(None, name), Config().style.scale)
    except Exception:
        return None


def trained(comic: Comic, seed: int) -> Ensemble:
    """The comic's classifiers, by the product's own training; their style picture shows all styles side by side."""
    pictures = [style for style in map(style_of, STYLES) if style is not None]
    height = min(p.shape[0] for p in pictures)
    side_by_side = np.concatenate([p[:height] for p in pictures], 1)
    write_bytes(comic.project.root / "styles" / "all.png", png_bytes(to_uint8(side_by_side)))
    text = f'version = 1\n[style]\npicture = "styles/all.png"\nseed = {seed}\n'
    write_bytes(comic.project.root / "inkwright.toml", text.encode())
    for _ in train(comic.project):
        pass
    found = ensemble(comic.project, inputs(comic.project))
    assert found is not None
    return found[0]


def painted(comic: Comic, config: Config, run: Path, look: Look, network: str, fitted: bool) -> list[Floats]:
    """The panels as the product paints them on their pages, at the size at which `review` measures."""
    given = inputs(comic.project)
    brush = Brush(
        load_stylizer(run / network),
        look,
        config.render.tile_px,
        config.render.work_px,
        config.style,
        whereabouts.load(run, given.prior),
        fitted,
        read_rules(comic.project, config, given.book, given.prior),
        evenness.load(run, given.prior) if fitted else {},
    )
    views = panel_pictures(comic.project, given.book)
    return [sized(brush.paint(view, brush.canvas(view))) for view in views]


def sized(pixels: Pixels) -> Floats:
    """A panel at the size at which `review` measures."""
    return to_float(reduced(pixels, min(1.0, MEASURE_PX / max(pixels.shape[:2]))))


def case(
    comic: Comic, classifiers: Ensemble, style: Floats, seed: int, change: dict[str, Any], what: str
) -> tuple[dict[str, Any], dict[str, list[Floats]]]:
    """Fits one book in one style; the figures, and the pictures of each look."""
    given = inputs(comic.project)
    config = Config()
    fit = config.fit.model_copy(update={"panel_px": PANEL_PX, **change})
    config = config.model_copy(update={"fit": fit, "style": config.style.model_copy(update={"seed": seed})})
    reliable = classifiers.reliable.clone()
    if what == "first element dropped":
        dropped = int(torch.nonzero(reliable)[0])
        classifiers.reliable[dropped] = False
    if what == "shuffled prior":
        order = np.random.default_rng(5).permutation(given.prior.table.shape[1])
        given = replace(given, prior=replace(given.prior, table=given.prior.table[:, order]))
    with tempfile.TemporaryDirectory() as folder:
        run, start = Path(folder), time.process_time()
        material, look = material_of(comic.project, given, config, style, run, classifiers)
        for _ in Rounds(run, look, config).run_all(material):
            pass
        swept = sweep(run, look, material, fit.style_cost)
        for _ in evenness.find(comic.project, given, config, run, BOOK, look):
            pass
        cpu = time.process_time() - start
        looks = {"plain": painted(comic, config, run, look, "plain.safetensors", False)}
        looks["fitted"] = painted(comic, config, run, look, BOOK, True)
    classifiers.reliable.copy_(reliable)
    shapes = [p.shape for p in looks["plain"]]
    looks["drawing"] = [sized(view.pixels) for view in panel_pictures(comic.project, given.book)]
    measured = figures(comic, looks, style, places(comic, shapes))
    return measured | {"cpu": cpu, "blend": swept["blend"]}, looks


def keep(folder: Path, key: str, looks: dict[str, list[Floats]]) -> None:
    """Writes one sheet of a case: a row of panels for each look."""
    rows = []
    for name in ("drawing", "plain", "fitted"):
        panels = [cv2.resize(p, (round(200 * p.shape[1] / p.shape[0]), 200)) for p in looks[name][:12]]
        rows.append(np.concatenate(panels, 1))
    write_bytes(folder / (key.replace("/", "_").replace(" ", "-") + ".png"), png_bytes(to_uint8(np.concatenate(rows))))


def figures(comic: Comic, looks: dict[str, list[Floats]], style: Floats, where: list[Place]) -> dict[str, Any]:
    """All figures of the three looks, and of the frontier."""
    distance, neutral = StyleDistance(to_tensor(style)), neutral_distance(style)
    out: dict[str, Any] = {}
    for name, pictures in looks.items():
        bce, area, each = judged(comic, pictures)
        out |= {f"bce_{name}": bce, f"auc_{name}": area, f"each_{name}": each.tolist()}
        out[f"style_{name}"] = float(np.mean([distance(to_tensor(p)) for p in pictures]))
        out[f"ratio_{name}"] = ratio(looks["drawing"], pictures, where)
        if neutral is not None:
            out[f"neutral_{name}"] = float(np.mean([neutral(p) for p in pictures[::4]]))
    lost = out["bce_plain"] - out["bce_drawing"]
    out["recovered"] = (out["bce_plain"] - out["bce_fitted"]) / lost if lost > 0.005 else None
    out["style"] = out["style_fitted"] / out["style_plain"]
    if neutral is not None:
        out["neutral"] = out["neutral_fitted"] / out["neutral_plain"]
    points = [(out["style_plain"], out["bce_plain"], out["ratio_plain"])]
    for share in MIXES:
        mixed = [share * p + (1 - share) * d for p, d in zip(looks["plain"], looks["drawing"], strict=True)]
        s = float(np.mean([distance(to_tensor(p)) for p in mixed]))
        points.append((s, judged(comic, mixed)[0], ratio(looks["drawing"], mixed, where)))
    points.sort(key=lambda point: point[0])
    for k, name in ((1, "frontier_bce"), (2, "frontier_ratio")):
        known = [(p[0], p[k]) for p in points if p[k] is not None]
        out[name] = float(np.interp(out["style_fitted"], *zip(*known, strict=True)))
    return out


def neutral_distance(style: Floats) -> Any:
    """Style distance in features of a small pretrained net, by the neutral measure beside the repository, if there."""
    folder = ROOT.parent / "shared" / "research" / "measure"
    if not (folder / "measure.py").is_file():
        return None
    sys.path.insert(0, str(folder))
    import measure

    weights = {name: value.float() for name, value in measure.load_file(measure.WEIGHTS).items()}

    def sized(p: Floats) -> Floats:
        k = measure.SIDE / min(p.shape[:2])
        return np.clip(cv2.resize(p, None, fx=k, fy=k, interpolation=cv2.INTER_CUBIC), 0, 1)

    target = measure.statistics(sized(style), weights)

    def distance(p: Floats) -> float:
        with torch.no_grad():
            return float(measure.style_distance(sized(p), target, weights))

    return distance


def table(done: dict[str, dict[str, Any]]) -> str:
    """Rows by comic and style: means over seeds, with the lowest and highest where there are several."""
    lines = ["| case | n | " + " | ".join(COLUMNS) + " |", "| --- " * (len(COLUMNS) + 2) + "|"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for key, row in done.items():
        comic, style, _, what = key.split("/")
        groups.setdefault(f"{comic}, {style}" + (f": {what}" if what != "all terms" else ""), []).append(row)
        if what == "all terms":
            groups.setdefault("**all**", []).append(row)
    for name, rows in groups.items():
        cells = []
        for column in COLUMNS:
            values = [row[column] for row in rows if row.get(column) is not None]
            mean = f"{np.mean(values):.3f}" if values else "–"
            cells.append(mean + (f" ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else ""))
        lines.append(f"| {name} | {len(rows)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Runs what is missing, and prints the table."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "consistency.json")
    parser.add_argument("--only", nargs="*", default=[], help="comics and styles")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ablations", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/benchmarks.md")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures of every case")
    asked = parser.parse_args()
    done: dict[str, dict[str, Any]] = json.loads(asked.out.read_text()) if asked.out.is_file() else {}
    names = [name for name, _ in comics(ROOT)] if not asked.table else []
    with tempfile.TemporaryDirectory() as folder:
        made = dict(comics(Path(folder)))
        for name in names:
            if any(a in made for a in asked.only) and name not in asked.only:
                continue
            comic = None
            for seed in range(asked.seeds):
                classifiers = None
                for style_name in STYLES:
                    style = style_of(style_name)
                    if style is None or (any(a in STYLES for a in asked.only) and style_name not in asked.only):
                        continue
                    for what in ABLATIONS if asked.ablations else ["all terms"]:
                        key = f"{name}/{style_name}/{seed}/{what}"
                        if key in done:
                            continue
                        comic = comic or prepared(name, made[name](Path(folder) / name))
                        classifiers = classifiers or trained(comic, seed)
                        done[key], looks = case(comic, classifiers, style, seed, ABLATIONS[what], what)
                        if asked.keep:
                            keep(asked.keep, key, looks)
                        write_bytes(asked.out, json.dumps(done, indent=1).encode())
                        short = {k: v for k, v in done[key].items() if not k.startswith("each")}
                        print(key, {k: None if v is None else round(v, 4) for k, v in short.items()}, flush=True)
    text = table(done)
    print(text)
    if asked.docs:
        write_docs(text)


def write_docs(text: str) -> None:
    """Puts the table between its marks in docs/benchmarks.md."""
    first, last = "<!-- make bench-consistency -->\n", "<!-- end: bench-consistency -->"
    page = DOCS.read_text(encoding="utf-8")
    before, rest = page.split(first)
    write_bytes(DOCS, f"{before}{first}\n{text}\n\n{last}{rest.split(last)[1]}".encode())


if __name__ == "__main__":
    main()
