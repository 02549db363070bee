"""`fit`: fine-tunes the style network on the Comic Book Loss, over all panels of the book at once."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inkwright.events import Clock, Event, Finished, Saved, Started, Warned
from inkwright.images import png_bytes, read_picture, to_float, to_uint8
from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Look
from inkwright.learn.classifiers import Ensemble
from inkwright.operations import evenness, refine
from inkwright.operations.backbone_terms import Terms, check, key_of
from inkwright.operations.canvases import drawn_panels, material_of
from inkwright.operations.finished_files import finished_key
from inkwright.operations.finishing import Finishing, look_up, study
from inkwright.operations.log import logged
from inkwright.operations.material import by_clip
from inkwright.operations.palette_file import load
from inkwright.operations.references import sheets_key, unused
from inkwright.operations.refine import Refinement
from inkwright.operations.rounds import Material, Rounds, refined_steps
from inkwright.operations.steer import check_elements, keep_palette
from inkwright.operations.style_picture import style_for_learning
from inkwright.operations.style_rules import read_rules, rules_key
from inkwright.operations.sweep import BOOK, sweep
from inkwright.operations.train import Inputs, inputs, need_ensemble
from inkwright.operations.worded import words_of
from inkwright.operations.words import kept_picture, lights_of, style_key_of, style_name, style_pixels_of
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json


def base_key(project: Project, given: Inputs) -> str:
    """Changes with everything that a fit depends on, before anything of it is refined."""
    config = project.config()
    style = [style_key_of(project), config.style.scale, config.style.seed]
    pins = load(project).pins()
    own = [*([pins] if pins else []), *sheets_key(project, given.prior)]
    lights = lights_of(given.book, by_clip(config))
    parts = [*own, lights] if lights else own
    parts = [*parts, *finished_key(project, given.book, given.prior)]
    rules = read_rules(project, config, given.book, given.prior)
    said = words_of(project, config, given.book, given.prior, rules)
    parts = [*parts, *rules_key(project, rules), *key_of(config), *(said.key() if said is not None else [])]
    return digest(given.key, config.fit.model_dump(), style, config.render.work_px, *parts)


def fit_key(project: Project, given: Inputs) -> str:
    """Changes with everything that the fitted network depends on, refinements included."""
    base = base_key(project, given)
    return refine.keys(base, refine.asked(project, base))[-1]


def fit(project: Project, more: Sequence[str] = (), redo: Sequence[str] = (), fresh: bool = False) -> Iterator[Event]:
    """Fits; with unchanged inputs nothing is run again. An interrupted run goes on from its last saved state.

    Args:
        project: the project.
        more: elements whose terms are to weigh twice as much, in a refinement of the last fit.
        redo: ids of panels that are to be drawn more often, in the same refinement.
        fresh: forgets earlier refinements first.
    """
    if fresh:
        refine.drop(project)
    given = inputs(project)
    check(project.config(), given.book)
    words_of(project, project.config(), given.book, given.prior)  # told before anything has to be trained
    check_elements(project, load(project), given.prior)
    found = need_ensemble(project, given)
    base = base_key(project, given)
    if more or redo:
        refine.ask(project, given.prior, base, Refinement(tuple(more), tuple(redo)))
    elif left := refine.left_over(project, base):
        act = f"If it is still wanted: inkwright fit {quoted(project.root)} {left[-1].options()}"
        yield Warned("fit", f"The inputs have changed, so what was refined has no part ({left[-1].told()}).", act)
    refinements = refine.asked(project, base)
    chain = refine.keys(base, refinements)
    runs = [project.finished_run("fit", key) for key in chain]
    if (last := runs[-1]) is not None:
        keep_palette(project, last)
        yield Finished("fit", f"up to date ({last.name})", False)
        return
    done = max((n for n, run in enumerate(runs) if run is not None), default=-1)
    for n in range(done + 1, len(chain)):
        before = project.finished_run("fit", chain[n - 1]) if n else None
        yield from _Fit(project, given, found, chain[n], refinements[:n]).work(before)


class _Fit:
    """One run of `fit`.

    Args:
        project: the project.
        given: book and prior.
        found: the ensemble and its run, or None where there is nothing to learn.
        key: of this run.
        refinements: what was asked for on top of the first fit; the last one is this run's.
    """

    def __init__(
        self,
        project: Project,
        given: Inputs,
        found: tuple[Ensemble, Path] | None,
        key: str,
        refinements: Sequence[Refinement],
    ) -> None:
        self.project, self.given, self.found, self.key = project, given, found, key
        self.refinements, self.config = refinements, project.config()

    def work(self, before: Path | None) -> Iterator[Event]:
        """Runs it; `before` is the run that is refined."""
        project, config, clock = self.project, self.config, Clock("fit", 0)
        terms = Terms(config, words_of(project, config, self.given.book, self.given.prior))
        ensemble = self._learned()
        run = project.open_run("fit", self.key, self._told(before))
        if before is not None:
            refine.take_over(before, run)
        finishing, said = look_up(project, self.given, config, run, ensemble)
        yield from said
        yield from self._warned(ensemble, finishing is not None)
        yield Started("fit", self._steps(ensemble is not None or finishing is not None), self._note(before, finishing))
        style = finishing.style() if finishing is not None and config.finished.style else None
        if style is None:
            style = style_for_learning(style_pixels_of(project), config.style.scale)
        if finishing is not None:
            yield from logged(run, study(finishing, config, run, len(self.given.prior.elements)))
        if config.style.words:
            yield Saved("fit", str(kept_picture(project)), f"style picture of the words '{config.style.words}'")
        if not (run / "style.png").exists():
            write_bytes(run / "style.png", png_bytes(to_uint8(style)))
        style = to_float(read_picture(run / "style.png").pixels)
        material, look = material_of(project, self.given, config, style, run, ensemble, finishing)
        notes = terms.join(material, style, drawn_panels(project, self.given, config, run))
        for message, hint in [*((read_json(run / "palette.json") or {}).get("notes", [])), *notes]:
            yield Warned("fit", message, hint)
        rounds = Rounds(run, look, config)
        if before is None:
            yield from logged(run, rounds.run_all(material))
        else:
            weights, panels = refine.emphasis(self.given.prior, self.refinements), self.given.prior.panels
            again = [panels.index(name) for name in self.refinements[-1].redo]
            yield from logged(run, rounds.refine(material, weights, again, len(self.refinements)))
            if not rounds.gained:
                act = "The panels stay as they were; a larger fit.steps, or other boxes and marks, may do more."
                yield Warned("fit", "The refinement found nothing better than the fit before it.", act)
        yield from logged(run, self._finish(run, rounds, look, material))
        keep_palette(project, run)
        yield Finished("fit", f"{run.name}", seconds=clock.seconds)

    def _learned(self) -> Ensemble | None:
        """The ensemble, if elements have a part in this fit."""
        f, ensemble = self.config.fit, self.found[0] if self.found is not None else None
        wanted = bool(f.weight_c or f.weight_location or f.weight_look)
        return ensemble if ensemble is not None and wanted and bool(ensemble.reliable.any()) else None

    def _warned(self, ensemble: Ensemble | None, finished: bool) -> Iterator[Event]:
        f = self.config.fit
        if ensemble is None and not finished:
            wanted = bool(f.weight_c or f.weight_location or f.weight_look)
            reason = "no element could be learned" if wanted else "weight_c, weight_location and weight_look are 0"
            message = f"The elements have no part in this fit: {reason}."
            yield Warned("fit", message, "The fitted comic will equal plain style transfer.")
        for message, hint in unused(self.project, self.given.prior):
            yield Warned("fit", message, hint)
        for name in self.refinements[-1].more if self.refinements and ensemble is not None else ():
            if ensemble is not None and not bool(ensemble.reliable[self.given.prior.row(name)]):
                message = f"The classifier of '{name}' is not reliable: more of it is more of its colours alone."
                yield Warned("fit", message, "Mark it in more panels, or draw boxes around it in book.json.")

    def _told(self, before: Path | None) -> dict[str, Any]:
        """What the run's config.json says."""
        train = self.found[1].name if self.found else None
        told: dict[str, Any] = {
            "fit": self.config.fit.model_dump(),
            "style": self.config.style.model_dump(),
            "train": train,
        }
        if before is not None:
            told |= {"refines": before.name, "refinements": [asdict(one) for one in self.refinements]}
        return told

    def _steps(self, learned: bool) -> int:
        f = self.config.fit
        return refined_steps(f.steps) if self.refinements else f.style_steps + (2 if learned else 1) * f.steps

    def _note(self, before: Path | None, finishing: Finishing | None) -> str:
        if before is not None:
            return f"refines {before.name}: {self.refinements[-1].told()}"
        if finishing is not None and self.config.finished.style:
            return f"{len(self.given.prior.panels)} panels, in the style of {finishing.told()}"
        return f"{len(self.given.prior.panels)} panels, style {style_name(self.config.style)}"

    def _finish(self, run: Path, rounds: Rounds, look: Look, material: Material) -> Iterator[Event]:
        """Chooses the book's network, evens its elements, and writes meta.json."""
        learned = material.classifiers is not None
        meta: dict[str, Any] = {
            "format": checkpoint.VERSION,
            "key": self.key,
            "stylizer": "unet",
            "planes": PLANES,
            "with_c": material.fitted,
            "losses": rounds.losses,
        }
        if material.finished:  # what was finished is the look; there is no style's likeness to be spared
            write_bytes(run / BOOK, (run / "fitted.safetensors").read_bytes())
        elif learned:
            meta["sweep"] = sweep(run, look, material, self.config.fit.style_cost)
            yield from evenness.find(self.project, self.given, self.config, run, BOOK, look)
        write_json(run / "meta.json", meta)
        for leftover in run.glob("state-*"):
            leftover.unlink()
