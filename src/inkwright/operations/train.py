"""`train`: the element classifiers of this book."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inkwright.book import Book, Prior
from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, Started, Table, Warned
from inkwright.images import to_float
from inkwright.learn import checkpoint
from inkwright.learn.augment import crops, noise_textures
from inkwright.learn.classifiers import ElementNet, Ensemble
from inkwright.learn.examples import Examples, folds
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.train import Recipe, Score, logits, platt, score
from inkwright.operations.log import logged
from inkwright.operations.material import book_key, load_book, load_prior, style_key, style_pixels
from inkwright.operations.nets import examples, load_nets, train_nets
from inkwright.project import Project, digest, quoted, read_json, write_json

MIN_PANELS = 4
"""Fewer panels than this cannot be split into panels to learn from and panels to check on."""
FAR_OFF = 0.6
"""A held-out estimate this far from its mark is worth a look."""


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
    style = style_key(project, config.style.picture)
    key = digest(book_key(project, book), elements, marks, config.train.model_dump(), config.style.seed, style)
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
    recipe = Recipe(settings.steps, settings.batch)
    clock = Clock("train", 0)
    yield Started(
        "train",
        settings.steps * settings.nets,
        f"{len(given.prior.elements)} elements in {len(given.prior.panels)} panels",
    )
    data, page_of = examples(project, given.book, given.prior, settings.px)
    held_out = folds(page_of, min(settings.nets, len(data)))
    style = to_tensor(to_float(style_pixels(project, config.style.picture)))[0]
    g = generator(seed, 11)
    # Half the restylings belong to the chosen style, half to none: p_ij must be read well on stylized panels.
    textures = torch.cat([crops(style, 48, settings.px, g), noise_textures(48, settings.px, g)])
    make = maker(given.prior, settings.px)
    yield from logged(run, train_nets(run, "train", make, data, held_out, recipe, textures, seed))
    scores, reliable, calibration, oof = _assess(run, given.prior, data, held_out, settings.px)
    checkpoint.save_tensors(run / "calibration.safetensors", {"reliable": reliable, "calibration": calibration})
    elements = [
        {"element": e.name, "kind": e.kind, **asdict(s)} for e, s in zip(given.prior.elements, scores, strict=True)
    ]
    odd = _odd(given.prior, reliable, torch.sigmoid(oof * calibration[:, 0] + calibration[:, 1]))
    meta = {
        "format": checkpoint.VERSION,
        "key": given.key,
        "nets": len(held_out),
        "px": settings.px,
        "elements": elements,
        "odd": odd,
    }
    write_json(run / "meta.json", meta)
    yield from _report(run, given.prior)
    good = sum(s.reliable for s in scores)
    yield Finished("train", f"{good} of {len(scores)} elements learned ({run.name})", seconds=clock.seconds)


def maker(prior: Prior, px: int) -> Callable[[], ElementNet]:
    """Makes untrained classifiers for a prior table."""
    everywhere = [element.kind == "setting" for element in prior.elements]
    return lambda: ElementNet(everywhere, px)


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


def _assess(
    run: Path, prior: Prior, data: Examples, held_out: list[list[int]], px: int
) -> tuple[list[Score], Tensor, Tensor, Tensor]:
    """Scores and calibrates each element on the panels that each net had not seen."""
    oof = torch.zeros_like(data.y)
    for net, left_out in zip(load_nets(run, maker(prior, px), len(held_out)), held_out, strict=True):
        if left_out:
            oof[left_out] = logits(net, data.V[left_out])
    scores, rows = [], []
    for i in range(len(prior.elements)):
        said = (data.weight[:, i] > 0).numpy()
        y, z = data.y[:, i].numpy(), oof[:, i].numpy()
        scores.append(score(y, z, said))
        rows.append(platt(y[said], z[said]) if said.any() else (1.0, 0.0))
    return scores, torch.tensor([s.reliable for s in scores]), torch.tensor(rows), oof


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
        rows.append(
            (entry["element"], entry["kind"], str(entry["positives"]), area, "yes" if entry["reliable"] else "no")
        )
    columns = ("element", "kind", "panels", "AUC on unseen panels", "in the loss")
    yield Table("train", "Element classifiers", columns, tuple(rows))
    for entry in meta["elements"]:
        if not entry["reliable"]:
            act = "Mark it in more panels, or draw boxes around it in book.json; until then it is left out of the loss."
            yield Warned("train", f"'{entry['element']}' is not reliable: {entry['note']}.", act)
    for odd in meta["odd"]:
        said, seen = ("present", "does not see it") if odd["mark"] else ("absent", "sees it")
        message = f"'{odd['element']}' is marked {said} in {odd['panel']}, the classifier {seen} (p = {odd['p']:.2f})."
        yield Warned("train", message, "Look at that panel; correct the mark if it is wrong.")
