"""`review`: how consistent the comic came out, told by the classifiers of the loss and by a judge that it never saw."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from inkwright.errors import ProjectError
from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import Pixels, png_bytes, read_picture, to_float
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.tensors import to_tensor
from inkwright.operations.fit import fit_key
from inkwright.operations.judges import JUDGED, judges_of
from inkwright.operations.material import Box, PanelPicture, panel_pictures, reduced
from inkwright.operations.measures import Measures, looks_of, measured
from inkwright.operations.render import is_fresh, render_key
from inkwright.operations.style_rules import read_rules
from inkwright.operations.train import Inputs, ensemble, inputs, trainable
from inkwright.operations.worded import words_of
from inkwright.operations.words import style_name
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json
from inkwright.publish.review import Review, summarise, write_review

SHOWN_PX = 640
"""Long side of a drawing on the page, in pixels, at most."""


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
    judges = judges_of(project, given) if not trainable(given) else []
    steps = sum(one.steps for one in judges)
    said = "two independent judges are trained" if len(judges) > 1 else "an independent judge is trained"
    yield Started("review", steps, said if steps else "without a judge")
    pictures = looks_of(project, views)
    found = ensemble(project, given)
    p = _estimates(found[0], pictures) if found is not None else {}
    graded: list[dict[str, np.ndarray]] = []
    for one in judges:
        yield from one.train()
        graded.append(one.graded(pictures))
    if not judges and given.prior.elements:
        yield Warned(
            "review", "No judge graded this comic.", "Set review.judge_steps above 0 and list elements in more panels."
        )
    fitted = project.finished_run("fit", fit_key(project, given))
    assert fitted is not None  # or the pages would not be fresh
    rules = read_rules(project, config, project.book(), given.prior)
    said_of = words_of(project, config, project.book(), given.prior, rules)
    others = {**(said_of.texts.panels if said_of is not None else {}), **rules.of_panels()}
    seen = measured(given, views, pictures, fitted / "style.png", others)
    if other := int(seen.figures.get("panels_in_another_light", 0)):
        message = f"{other} panels have a light or style of their own: "
        message += "colours, drift and style are measured on the others."
        yield Warned("review", message, "What is recognised is graded in all of them.")
    made = _review(project, given, views, p, graded, seen, fitted, found)
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


def _review(
    project: Project,
    given: Inputs,
    views: list[PanelPicture],
    p: dict[str, np.ndarray],
    graded: list[dict[str, np.ndarray]],
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
        judge=graded[0] if graded else {},
        second=graded[1] if len(graded) > 1 else {},
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
