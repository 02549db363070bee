"""`review`: how consistent the comic came out, told by the classifiers of the loss and by a judge that it never saw."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import Floats, Pixels, png_bytes, read_picture, to_float
from inkwright.learn import checkpoint
from inkwright.learn.augment import noise_textures
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.consistency import Place, ratio
from inkwright.learn.examples import Examples, folds
from inkwright.learn.judge import JudgeNet, grade, recipe
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.views import see
from inkwright.operations.fit import fit_key
from inkwright.operations.log import logged
from inkwright.operations.material import PanelPicture, panel_pictures, reduced
from inkwright.operations.nets import examples, load_nets, train_nets
from inkwright.operations.render import is_fresh, render_key
from inkwright.operations.train import Inputs, ensemble, inputs, trainable
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json
from inkwright.publish.review import Review, summarise, write_review

LOOKS = ("drawing", "plain", "fitted")
JUDGES = 2
"""Judges, each of which leaves out one half of the panels."""
MEASURE_PX = 256
"""Long side of a panel while consistency is measured, in pixels."""


def review_key(project: Project) -> str:
    """Changes with the pictures that are reviewed and the judge's settings."""
    config = project.config()
    title = [project.title(), config.style.picture]
    return digest(render_key(project, False), render_key(project, True), config.review.model_dump(), title)


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
    steps = config.review.judge_steps * JUDGES if not trainable(given) else 0
    yield Started("review", steps, "an independent judge is trained" if steps else "without a judge")
    views = list(panel_pictures(project, given.book))
    pictures = _pictures(project, views)
    found = ensemble(project, given)
    p = _estimates(found[0], pictures) if found is not None else {}
    judge: dict[str, np.ndarray] = {}
    if steps:
        run_key = digest(given.key, config.review.model_dump())
        yield from _train_judge(project, given, run_key)
        judge = _judged(project, given, run_key, pictures)
    elif given.prior.elements:
        yield Warned(
            "review", "No judge graded this comic.", "Set review.judge_steps above 0 and list elements in more panels."
        )
    meta = read_json(project.finished_run("fit", fit_key(project, given)) / "meta.json") or {}  # type: ignore[operator]
    made = _review(project, given, views, pictures, p, judge, meta, found)
    yield Saved("review", str(write_review(made, folder)), "review page")
    write_json(folder / "meta.json", {"key": review_key(project)})
    told = summarise(made)
    verdict = told.get("verdict", {})
    yield Finished("review", verdict.get("text", "") if isinstance(verdict, dict) else "", True, clock.seconds, told)


def _pictures(project: Project, views: list[PanelPicture]) -> dict[str, list[Pixels]]:
    """The insides of all panels in the three looks, at a size for measuring."""
    out: dict[str, list[Pixels]] = {look: [] for look in LOOKS}
    for view in views:
        x, y, w, h = view.inside.box
        scale = MEASURE_PX / max(w, h)
        out["drawing"].append(reduced(view.pixels, scale))
        for look, folder in (("plain", project.build / "plain"), ("fitted", project.build)):
            picture = read_picture(folder / "panels" / f"{view.panel.id}.png", 1).pixels
            out[look].append(reduced(np.ascontiguousarray(picture[y : y + h, x : x + w]), scale))
    return out


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
    make = _judge_maker(given, config.train.px)
    steps = recipe(config.review.judge_steps)
    yield from logged(run, train_nets(run, "review", make, data, held_out, steps, textures, seed))
    write_json(run / "meta.json", {"format": checkpoint.VERSION, "key": key})


def _judge_data(project: Project, given: Inputs) -> tuple[Examples, list[list[int]]]:
    data, page_of = examples(project, given.book, given.prior, project.config().train.px)
    return data, folds(page_of, JUDGES)


def _judge_maker(given: Inputs, px: int) -> Any:
    everywhere = [element.kind == "setting" for element in given.prior.elements]
    return lambda: JudgeNet(everywhere, px)


def _judged(project: Project, given: Inputs, key: str, pictures: dict[str, list[Pixels]]) -> dict[str, np.ndarray]:
    """p_ij of the judges, (I, J) for each look."""
    run = project.finished_run("judge", key)
    assert run is not None
    data, held_out = _judge_data(project, given)
    px = project.config().train.px
    nets = load_nets(run, _judge_maker(given, px), JUDGES)
    canvases = {look: torch.cat([see(to_tensor(to_float(x)), px) for x in panels]) for look, panels in pictures.items()}
    graded: dict[str, Tensor] = grade(nets, held_out, data, canvases)
    return {look: table.T.double().numpy() for look, table in graded.items()}


def _places(given: Inputs, views: list[PanelPicture], shapes: list[tuple[int, ...]]) -> list[Place]:
    """Where elements are: inside their boxes; a setting without a box fills its panel."""
    places = []
    for j, (view, shape) in enumerate(zip(views, shapes, strict=True)):
        kx, ky = shape[1] / view.pixels.shape[1], shape[0] / view.pixels.shape[0]
        for i, element in enumerate(given.prior.elements):
            if given.prior.table[i, j] != 1:
                continue
            mask = np.zeros(shape[:2], np.bool_)
            for x, y, w, h in view.boxes(element.name):
                mask[
                    round(y * ky) : max(round(y * ky) + 1, round((y + h) * ky)),
                    round(x * kx) : max(round(x * kx) + 1, round((x + w) * kx)),
                ] = True
            if not mask.any() and element.kind == "setting":
                mask[:] = True
            if mask.any():
                places.append(Place(i, j, mask))
    return places


def _extras(given: Inputs, views: list[PanelPicture], pictures: dict[str, list[Pixels]]) -> dict[str, float | str]:
    floats: dict[str, list[Floats]] = {look: [to_float(x) for x in panels] for look, panels in pictures.items()}
    places = _places(given, views, [x.shape for x in floats["drawing"]])
    out: dict[str, float | str] = {}
    for look in ("plain", "fitted"):
        value = ratio(floats["drawing"], floats[look], places)
        if value is not None:
            out[f"consistency_{look}"] = round(value, 4)
    return out


def _review(
    project: Project,
    given: Inputs,
    views: list[PanelPicture],
    pictures: dict[str, list[Pixels]],
    p: dict[str, np.ndarray],
    judge: dict[str, np.ndarray],
    meta: dict[str, Any],
    found: tuple[Ensemble, Path] | None,
) -> Review:
    prior = given.prior
    scores = (read_json(found[1] / "meta.json") or {}).get("elements", []) if found is not None else []
    palette_path = project.finished_run("fit", fit_key(project, given))
    palette = (read_json(palette_path / "palette.json") or {}) if palette_path is not None else {}
    drawings: dict[str, Path] = {}
    for view in views:  # the page needs files; the drawings' panels are cut out of their pages once
        path = project.cache / "drawing" / f"{view.panel.id}.png"
        write_bytes(path, png_bytes(reduced(view.pixels, 640 / max(view.pixels.shape[:2]))))
        drawings[view.panel.id] = path
    shown = {"drawing": drawings}
    for look, folder in (("plain", project.build / "plain"), ("fitted", project.build)):
        shown[look] = {view.panel.id: folder / "panels" / f"{view.panel.id}.png" for view in views}
    boxes = {
        (element.name, view.panel.id): (view.panel.appearances or {}).get(element.name, [])
        for element in prior.elements
        for view in views
        if (view.panel.appearances or {}).get(element.name)
    }
    return Review(
        title=project.title(),
        style=project.config().style.picture,
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
        extras=_extras(given, views, pictures),
    )


__all__ = ["is_reviewed", "review", "review_key"]
