"""`train`: the element classifiers of this book."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.book import Book, Prior
from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, Started, Table, Warned
from inkwright.images import to_float
from inkwright.learn import checkpoint
from inkwright.learn.augment import crops, noise_textures
from inkwright.learn.classifiers import ElementNet, Ensemble
from inkwright.learn.examples import Examples, page_folds
from inkwright.learn.level import level
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.train import Recipe, Score, calibrated, logits, score
from inkwright.learn.trunk import STARTS, TRUNK
from inkwright.operations.log import logged
from inkwright.operations.material import book_key, load_book, load_prior
from inkwright.operations.nets import examples, load_nets, train_nets
from inkwright.operations.words import style_key_of, style_pixels_of
from inkwright.project import Project, digest, quoted, read_json, write_json

METHOD = 2
"""Of the training: raised with every change of nets or training, so that older classifiers are made anew."""
MIN_PANELS = 4
"""Fewer panels than this cannot be split into panels to learn from and panels to check on."""
FAR_OFF = 0.6
"""A held-out estimate this far from its mark is worth a look."""
ONE_PAGE = "appears on one page only, so no other page can tell whether it was learned"


@dataclass(frozen=True)
class Inputs:
    """What `train` and `fit` start from: the book, its prior, and the key of the classifiers that belong to them."""

    book: Book
    prior: Prior
    key: str


def inputs(project: Project) -> Inputs:
    """Reads and checks the book and the prior table."""
    book = load_book(project)
    prior, config = load_prior(project, book), project.config()
    marks = [[None if v != v else v for v in row] for row in prior.table.tolist()]
    elements = [[e.name, e.kind] for e in prior.elements]
    style = style_key_of(project)
    trained_by = (METHOD, TRUNK if config.train.start == "ours" else "")
    settings = (config.train.model_dump(), config.style.seed, style)
    key = digest(*trained_by, book_key(project, book), elements, marks, *settings)
    return Inputs(book, prior, key)


def trainable(given: Inputs) -> str:
    """Why there is nothing to train, or an empty text."""
    if not given.prior.elements:
        return "no elements are listed"
    if len(given.prior.panels) < MIN_PANELS:
        return f"the book has {len(given.prior.panels)} panels; at least {MIN_PANELS} are needed to learn elements"
    return ""


def train(project: Project) -> Iterator[Event]:
    """Trains the classifiers; with unchanged inputs nothing is run again."""
    given = inputs(project)
    reason = trainable(given)
    if reason:
        hint = f'List them: inkwright elements {quoted(project.root)} add "Hero" --kind character'
        yield Warned("train", f"There is nothing to train: {reason}.", hint)
        yield Finished("train", reason, False)
        return
    run = project.finished_run("train", given.key)
    if run is not None:
        yield from _report(run, given.prior)
        yield Finished("train", f"up to date ({run.name})", False)
        return
    config = project.config()
    settings, seed = config.train, config.style.seed
    run = project.open_run("train", given.key, {"train": settings.model_dump(), "seed": seed})
    clock = Clock("train", 0)
    data, page_of = examples(project, given.book, given.prior, settings.px)
    data.everywhere = data.fills()
    held_out, together = page_folds(page_of, min(settings.nets, len(data)))
    # A book that asks for more nets shares the steps among them.
    steps = max(1, round(settings.steps * settings.nets / len(held_out)))
    recipe = Recipe(steps, settings.batch, mixup=0.0)
    told = f"{len(given.prior.elements)} elements in {len(given.prior.panels)} panels"
    yield Started("train", steps * len(held_out), told)
    style = to_tensor(to_float(style_pixels_of(project)))[0]
    g = generator(seed, 11)
    # Half the restylings belong to the chosen style, half to none: p_ij must be read well on stylized panels.
    textures = torch.cat([crops(style, 48, settings.px, g), noise_textures(48, settings.px, g)])
    make = maker(given.prior, settings.px, settings.start, data.everywhere)
    yield from logged(run, train_nets(run, "train", make, data, held_out, recipe, textures, seed))
    found = _assess(run, given.prior, data, page_of, held_out, textures, seed)
    tensors = {"reliable": found.reliable, "calibration": found.calibration}
    checkpoint.save_tensors(run / "calibration.safetensors", tensors)
    elements = [
        {"element": e.name, "kind": e.kind, **asdict(s), "bce": bce, "base": base}
        for e, s, (bce, base) in zip(given.prior.elements, found.scores, _entropies(data, found.p), strict=True)
    ]
    meta = {
        "format": checkpoint.VERSION,
        "key": given.key,
        "nets": len(held_out),
        "folds": together,
        "px": settings.px,
        "elements": elements,
        "odd": _odd(given.prior, found.reliable, found.p),
        "together": _together(given.prior),
    }
    write_json(run / "meta.json", meta)
    yield from _report(run, given.prior)
    good = int(found.reliable.sum())
    yield Finished("train", f"{good} of {len(found.scores)} elements learned ({run.name})", seconds=clock.seconds)


def maker(
    prior: Prior, px: int, start: str = "scratch", everywhere: list[bool] | None = None
) -> Callable[[], ElementNet]:
    """Makes untrained classifiers for a prior table, their trunk from `start`.

    Which elements fill their panels is known from the data; weights that are loaded bring it along.
    """
    fills = everywhere or [element.kind == "setting" for element in prior.elements]

    def make() -> ElementNet:
        net = ElementNet(fills, px)
        STARTS[start](net.trunk)
        return net

    return make


def ensemble(project: Project, given: Inputs) -> tuple[Ensemble, Path] | None:
    """The trained ensemble for these inputs and its run, or None where it was not trained."""
    run = project.finished_run("train", given.key)
    if run is None:
        return None
    meta = read_json(run / "meta.json") or {}
    nets = [
        net
        for net in load_nets(run, maker(given.prior, int(meta["px"])), int(meta["nets"]))
        if isinstance(net, ElementNet)
    ]
    fitted = checkpoint.load_tensors(run / "calibration.safetensors")
    made = Ensemble(nets, fitted["reliable"], fitted["calibration"])
    return made.eval().requires_grad_(False), run


def need_ensemble(project: Project, given: Inputs) -> tuple[Ensemble, Path] | None:
    """The ensemble, or None where the book has nothing to train.

    Raises:
        ProjectError: `train` has to run first.
    """
    if trainable(given):
        return None
    found = ensemble(project, given)
    if found is None:
        raise ProjectError(
            "The element classifiers are missing or out of date.", f"Run: inkwright train {quoted(project.root)}"
        )
    return found


@dataclass(frozen=True)
class Assessment:
    """What the held-out panels say: scores, which elements are reliable, calibration (I, 2), and p_ij (J, I)."""

    scores: list[Score]
    reliable: Tensor
    calibration: Tensor
    p: Tensor


def _assess(
    run: Path,
    prior: Prior,
    data: Examples,
    page_of: list[int],
    held_out: list[list[int]],
    textures: Tensor,
    seed: int,
) -> Assessment:
    """Scores and calibrates each element on the panels that each net had not seen; brings the nets onto one scale."""
    oof = torch.full_like(data.y, torch.nan)
    for n, (net, left_out) in enumerate(
        zip(load_nets(run, maker(prior, data.px), len(held_out)), held_out, strict=True)
    ):
        assert isinstance(net, ElementNet)
        mine = data.subset([j for j in range(len(data)) if j not in left_out] or list(range(len(data))))
        seen = torch.tensor(level(net, mine, textures, seed + n))
        checkpoint.save_tensors(run / f"net-{n}.safetensors", net.state_dict())
        if left_out:
            oof[left_out] = torch.where(seen, logits(net, data.V[left_out]), torch.nan)
    scores, p = [], torch.full_like(oof, torch.nan)
    said = ((data.weight > 0) & ~oof.isnan()).numpy()
    Y, Z = data.y.numpy(), oof.numpy()
    for i in range(len(prior.elements)):
        found = score(Y[:, i], Z[:, i], said[:, i])
        shown = [j for j in range(len(data)) if data.weight[j, i] > 0 and Y[j, i] > 0.5]
        if len({page_of[j] for j in shown}) == 1 and not said[shown, i].any():
            found = replace(found, positives=len(shown), reliable=False, note=ONE_PAGE)
        scores.append(found)
    rows = calibrated(Y, Z, said)
    for left_out in held_out:
        # A panel's own mark has no part in the calibration by which it is doubted.
        rest = said.copy()
        rest[left_out] = False
        own = torch.tensor(calibrated(Y, Z, rest), dtype=torch.float32)
        p[left_out] = torch.sigmoid(oof[left_out] * own[:, 0] + own[:, 1])
    calibration = torch.tensor(rows)
    return Assessment(scores, torch.tensor([s.reliable for s in scores]), calibration, p)


def _entropies(data: Examples, p: Tensor) -> list[tuple[float | None, float | None]]:
    """Mean cross-entropy of each element's held-out estimates, and of its share of positives; None: none can be had."""
    out: list[tuple[float | None, float | None]] = []
    for i in range(p.shape[1]):
        at = (data.weight[:, i] > 0) & ~p[:, i].isnan()
        y, share = data.y[at, i], data.y[at, i].mean()
        if not 0 < float(share) < 1:
            out.append((None, None))
            continue
        base = torch.special.entr(torch.stack([share, 1 - share])).sum()
        out.append((round(float(F.binary_cross_entropy(p[at, i], y)), 4), round(float(base), 4)))
    return out


def _together(prior: Prior) -> list[list[str]]:
    """Pairs of elements that always occur together: nothing tells one from the other."""
    pairs = []
    for a, b in combinations(range(len(prior.elements)), 2):
        both = ~np.isnan(prior.table[a]) & ~np.isnan(prior.table[b])
        one, other = prior.table[a, both], prior.table[b, both]
        if one.sum() >= 2 and np.array_equal(one, other):
            pairs.append([prior.elements[a].name, prior.elements[b].name])
    return pairs


def _odd(prior: Prior, reliable: Tensor, p: Tensor) -> list[dict[str, Any]]:
    """Marks that a reliable classifier contradicts on a panel it had not seen."""
    out = []
    for i, element in enumerate(prior.elements):
        for j, panel in enumerate(prior.panels):
            mark, estimate = float(prior.table[i, j]), float(p[j, i])
            if bool(reliable[i]) and mark == mark and abs(mark - estimate) > FAR_OFF:
                out.append({"element": element.name, "panel": panel, "mark": int(mark), "p": round(estimate, 3)})
    return out


def _report(run: Path, prior: Prior) -> Iterator[Event]:
    meta = read_json(run / "meta.json") or {}
    rows = []
    for entry in meta["elements"]:
        area = "–" if entry["auc"] is None else f"{entry['auc']:.2f}"
        if entry.get("interval"):
            area += f" ({entry['interval'][0]:.2f} to {entry['interval'][1]:.2f})"
        rows.append(
            (entry["element"], entry["kind"], str(entry["positives"]), area, "yes" if entry["reliable"] else "no")
        )
    unseen = "pages" if meta.get("folds") == "page" else "panels"
    columns = ("element", "kind", "panels", f"AUC on unseen {unseen}", "in the loss")
    yield Table("train", "Element classifiers", columns, tuple(rows))
    for entry in meta["elements"]:
        if not entry["reliable"]:
            act = "Mark it in more panels, or draw boxes around it in book.json; until then it is left out of the loss."
            yield Warned("train", f"'{entry['element']}' is not reliable: {entry['note']}.", act)
    for one, other in meta.get("together", []):
        act = "Draw boxes around both in book.json, or mark them as one element."
        yield Warned("train", f"'{one}' and '{other}' always occur together; marks cannot tell them apart.", act)
    for odd in meta["odd"]:
        said, seen = ("present", "does not see it") if odd["mark"] else ("absent", "sees it")
        message = f"'{odd['element']}' is marked {said} in {odd['panel']}, the classifier {seen} (p = {odd['p']:.2f})."
        yield Warned("train", message, "Look at that panel; correct the mark if it is wrong.")
