"""`review`: how consistent the comic came out, told by the classifiers of the loss and by a judge that it never saw."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import Pixels, png_bytes, read_picture, to_float
from inkwright.learn import checkpoint
from inkwright.learn.augment import noise_textures
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.examples import Examples, page_folds
from inkwright.learn.judge import JudgeNet, grade, recipe
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.views import see
from inkwright.operations.fit import fit_key
from inkwright.operations.log import logged
from inkwright.operations.material import Box, PanelPicture, panel_pictures, reduced
from inkwright.operations.measures import Measures, looks_of, measured
from inkwright.operations.nets import examples, load_nets, train_nets
from inkwright.operations.render import is_fresh, render_key
from inkwright.operations.style_rules import read_rules
from inkwright.operations.train import Inputs, ensemble, inputs, trainable
from inkwright.operations.words import style_name
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json
from inkwright.publish.review import Review, summarise, write_review

JUDGES = 2
"""Judges, each of which leaves out one half of the panels; books of a few pages get one for each page."""


SHOWN_PX = 640
"""Long side of a drawing on the page, in pixels, at most."""
JUDGED = 2
"""Raised when a change of ours makes earlier judges stale."""


def review_key(project: Project) -> str:
    """Changes with the pictures that are reviewed and the judge's settings."""
    config = project.config()
    title = [project.title(), style_name(config.style)]
    return digest(render_key(project, False), render_key(project, True), config.review.model_dump(), title, JUDGED)


def is_reviewed(project: Project) -> bool:
    """Whether the review belongs to the present comic."""
    meta = read_json(project.build / "review" / "meta.json") or {}
    there = (project.build / "review" / "review.json").is_file()
    return there and meta.get("key") == review_key(project)


def review(project: Project) -> Iterator[Event]:
    """Writes build/review/: index.html and review.json."""
    given = inputs(project)
    for plain in (False, True):
        if not is_fresh(project, plain):
            option = " --plain" if plain else ""
            raise ProjectError(
                "The rendered pages are missing or out of date.",
                f"Run: inkwright render {quoted(project.root)}{option}",
            )
    folder = project.build / "review"
    if is_reviewed(project):
        yield Finished("review", f"up to date ({folder / 'index.html'})", False)
        return
    (folder / "meta.json").unlink(missing_ok=True)  # stopped halfway, no other comic's review may pass for this one's
    clock, config = Clock("review", 0), project.config()
    views = list(panel_pictures(project, given.book))
    judges = len(_held_out([view.page for view in views]))
    steps = judges * _judge_steps(config.review.judge_steps, judges) if not trainable(given) else 0
    yield Started("review", steps, "an independent judge is trained" if steps else "without a judge")
    pictures = looks_of(project, views)
    found = ensemble(project, given)
    p = _estimates(found[0], pictures) if found is not None else {}
    judge: dict[str, np.ndarray] = {}
    if steps:
        run_key = digest(given.key, config.review.model_dump(), JUDGED)
        yield from _train_judge(project, given, run_key)
        judge = _judged(project, given, run_key, pictures)
    elif given.prior.elements:
        yield Warned(
            "review", "No judge graded this comic.", "Set review.judge_steps above 0 and list elements in more panels."
        )
    fitted = project.finished_run("fit", fit_key(project, given))
    assert fitted is not None  # or the pages would not be fresh
    others = read_rules(project, config, project.book(), given.prior).of_panels()
    seen = measured(given, views, pictures, fitted / "style.png", others)
    if other := int(seen.figures.get("panels_in_another_light", 0)):
        message = f"{other} panels have a light or style of their own: "
        message += "colours, drift and style are measured on the others."
        yield Warned("review", message, "What is recognised is graded in all of them.")
    made = _review(project, given, views, p, judge, seen, fitted, found)
    yield Saved("review", str(write_review(made, folder)), "review page")
    write_json(folder / "meta.json", {"key": review_key(project)})
    told = summarise(made)
    verdict = told.get("verdict", {})
    yield Finished("review", verdict.get("text", "") if isinstance(verdict, dict) else "", True, clock.seconds, told)


@torch.no_grad()
def _estimates(classifiers: Ensemble, pictures: dict[str, list[Pixels]]) -> dict[str, np.ndarray]:
    """p_ij of the loss's own classifiers, (I, J) for each look."""
    out = {}
    for look, panels in pictures.items():
        rows = [torch.sigmoid(classifiers(to_tensor(to_float(pixels))))[0] for pixels in panels]
        out[look] = torch.stack(rows, 1).double().numpy()
    return out


def _train_judge(project: Project, given: Inputs, key: str) -> Iterator[Event]:
    if project.finished_run("judge", key) is not None:
        return
    config = project.config()
    run = project.open_run("judge", key, {"review": config.review.model_dump()})
    data, held_out = _judge_data(project, given)
    seed = config.style.seed + 10_007
    textures = noise_textures(96, config.train.px, generator(seed, 12))
    steps = recipe(_judge_steps(config.review.judge_steps, len(held_out)))
    make = partial(JudgeNet, data.everywhere, config.train.px)
    yield from logged(run, train_nets(run, "review", make, data, held_out, steps, textures, seed))
    write_json(run / "meta.json", {"format": checkpoint.VERSION, "key": key, "nets": len(held_out)})


def _judge_data(project: Project, given: Inputs) -> tuple[Examples, list[list[int]]]:
    """The drawings, and for each judge the panels that it does not see: whole pages, where there are enough."""
    data, page_of = examples(project, given.book, given.prior, project.config().train.px)
    data.everywhere = data.fills()
    return data, _held_out(page_of)


def _held_out(page_of: list[int]) -> list[list[int]]:
    return page_folds(page_of, min(JUDGES, len(page_of)))[0]


def _judge_steps(steps: int, judges: int) -> int:
    """Steps of each of so many judges: more of them cost more in all, though not in proportion."""
    if not steps:
        return 0
    return max(1, round(steps * min(1.0, float(np.sqrt(JUDGES / judges)))))


def _judged(project: Project, given: Inputs, key: str, pictures: dict[str, list[Pixels]]) -> dict[str, np.ndarray]:
    """p_ij of the judges, (I, J) for each look."""
    run = project.finished_run("judge", key)
    assert run is not None
    data, held_out = _judge_data(project, given)
    px = project.config().train.px
    nets = load_nets(run, partial(JudgeNet, data.everywhere, px), len(held_out))
    canvases = {look: torch.cat([see(to_tensor(to_float(x)), px) for x in panels]) for look, panels in pictures.items()}
    graded: dict[str, Tensor] = grade(nets, held_out, data, canvases)
    return {look: table.T.double().numpy() for look, table in graded.items()}


def _review(
    project: Project,
    given: Inputs,
    views: list[PanelPicture],
    p: dict[str, np.ndarray],
    judge: dict[str, np.ndarray],
    seen: Measures,
    fitted: Path,
    found: tuple[Ensemble, Path] | None,
) -> Review:
    prior, meta = given.prior, read_json(fitted / "meta.json") or {}
    scores = (read_json(found[1] / "meta.json") or {}).get("elements", []) if found is not None else []
    palette = read_json(fitted / "palette.json") or {}
    shown, boxes = _shown(project, given, views)
    return Review(
        title=project.title(),
        style=style_name(project.config().style),
        elements=[e.name for e in prior.elements],
        kinds=[e.kind for e in prior.elements],
        panels=list(prior.panels),
        prior=prior.table,
        p=p,
        judge=judge,
        boxes=boxes,
        losses=meta.get("losses", []),
        scores=scores,
        pictures=shown,
        palette=list(zip(palette.get("source", []), palette.get("result", []), palette.get("share", []), strict=True)),
        pins=palette.get("pins", []),
        ink=(palette["ink"], bool(palette.get("ink_pinned"))) if "ink" in palette else None,
        extras=seen.figures,
        consistency=seen.elements,
        strays=seen.strays,
        sweep={name: value for name, value in (meta.get("sweep") or {}).items() if isinstance(value, int | float)},
        refinable=bool(meta.get("with_c")),
    )


def _shown(
    project: Project, given: Inputs, views: list[PanelPicture]
) -> tuple[dict[str, dict[str, Path]], dict[tuple[str, str], list[Box]]]:
    """The page's pictures, and the elements' boxes in those of the drawings.

    The page needs files of one shape: the drawings' panels are put into the frames of the painted ones.
    """
    shown: dict[str, dict[str, Path]] = {"drawing": {}, "plain": {}, "fitted": {}}
    boxes: dict[tuple[str, str], list[Box]] = {}
    for view in views:
        name = view.panel.id
        for look, folder in (("plain", project.build / "plain"), ("fitted", project.build)):
            shown[look][name] = folder / "panels" / f"{name}.png"
        whole = read_picture(shown["plain"][name], 1).pixels.copy()
        left, top, width, height = view.inside.box
        whole[top : top + height, left : left + width] = view.pixels
        scale = min(1.0, SHOWN_PX / max(whole.shape[:2]))
        shown["drawing"][name] = project.cache / "drawing" / f"{name}.png"
        write_bytes(shown["drawing"][name], png_bytes(reduced(whole, scale)))
        for element in given.prior.elements:
            its = [(x + left, y + top, w, h) for x, y, w, h in view.boxes(element.name)]
            if its:
                scaled = [
                    (round(x * scale), round(y * scale), round(w * scale), round(h * scale)) for x, y, w, h in its
                ]
                boxes[element.name, name] = scaled
    return shown, boxes


__all__ = ["is_reviewed", "review", "review_key"]
