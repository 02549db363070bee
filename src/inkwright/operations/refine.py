"""refine.json: what the author asked to be refined, on top of a finished fit: more of an element, a panel again.

The file says to which fit it belongs. It is part of the fit's key, so that the refined run is the current one while the
inputs stay as they are; with other inputs it has no part, and a fit starts anew.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from inkwright.book import Prior
from inkwright.errors import ProjectError
from inkwright.project import Project, digest, quoted, read_json, write_bytes, write_json
from inkwright.registry import suggest

VERSION = 1
MOST = 8.0
"""An element's terms weigh at most this many times as much as others', however often more of it is asked for."""
COPIED = (
    "style.png",
    "palette.json",
    "look.safetensors",
    "cast.safetensors",
    "heat.safetensors",
    "finish.safetensors",
    "style.safetensors",
    "plain.safetensors",
    "losses-style.json",
    "losses-plain.json",
)
"""What a refined run takes over from the run that it refines."""
START, BEFORE = "start.safetensors", "losses-before.json"
"""The network that a refined run starts from, and the losses on the way there."""


@dataclass(frozen=True)
class Refinement:
    """One request: elements whose terms weigh twice as much, panels that are drawn more often."""

    more: tuple[str, ...] = ()
    redo: tuple[str, ...] = ()

    def told(self) -> str:
        """For people: "more of Hero; p3.2 again"."""
        parts = [f"more of {', '.join(self.more)}"] if self.more else []
        return "; ".join([*parts, *([f"{', '.join(self.redo)} again"] if self.redo else [])])

    def options(self) -> str:
        """As options of `fit`."""
        return " ".join(
            [*(f"--more {quoted(Path(name))}" for name in self.more), *(f"--redo {panel}" for panel in self.redo)]
        )


def path_of(project: Project) -> Path:
    """refine.json."""
    return project.root / "refine.json"


def asked(project: Project, base: str) -> list[Refinement]:
    """The refinements of the fit whose key is `base`, first to last."""
    kept = read_json(path_of(project)) or {}
    return _rows(project, kept) if kept.get("of") == base else []


def left_over(project: Project, base: str) -> list[Refinement]:
    """The refinements of another fit: the inputs have changed since."""
    kept = read_json(path_of(project)) or {}
    return _rows(project, kept) if kept and kept.get("of") != base else []


def keys(base: str, refinements: Sequence[Refinement]) -> list[str]:
    """The keys of a fit and of each refinement of it, in order."""
    out = [base]
    for one in refinements:
        out.append(digest(out[-1], asdict(one)))
    return out


def ask(project: Project, prior: Prior, base: str, wanted: Refinement) -> None:
    """Adds a request to refine.json; one that was begun and not finished is gone on with.

    Raises:
        ProjectError: an element or panel is not in the book; there is no finished fit, or elements have no part in it.
    """
    _check("element", wanted.more, [element.name for element in prior.elements])
    _check("panel", wanted.redo, list(prior.panels))
    so_far = asked(project, base)
    chain = keys(base, so_far)
    run = project.finished_run("fit", chain[-1])
    if run is None:
        begun = bool(so_far) and so_far[-1] == wanted and project.finished_run("fit", chain[-2]) is not None
        if begun:
            return
        raise ProjectError(
            "There is no finished fit to refine: it is missing, unfinished or out of date.",
            f"Run first: inkwright fit {quoted(project.root)}",
        )
    if not (read_json(run / "meta.json") or {}).get("with_c"):
        raise ProjectError(
            "The elements have no part in this fit, so there is nothing to refine.",
            "Mark elements in more panels, train again, and see that fit.weight_c is above 0.",
        )
    rows = [{name: list(value) for name, value in asdict(one).items()} for one in [*so_far, wanted]]
    write_json(path_of(project), {"version": VERSION, "of": base, "refinements": rows})


def drop(project: Project) -> None:
    """Forgets all refinements."""
    path_of(project).unlink(missing_ok=True)


def emphasis(prior: Prior, refinements: Sequence[Refinement]) -> list[float]:
    """The weight of each element's terms: doubled each time that more of it was asked for."""
    return [min(MOST, 2.0 ** sum(element.name in one.more for one in refinements)) for element in prior.elements]


def take_over(before: Path, run: Path) -> None:
    """Copies what a refined run shares with the run `before` it; what is there already stays."""
    for name in (*COPIED, "fitted.safetensors"):
        target = run / (START if name == "fitted.safetensors" else name)
        if (before / name).is_file() and not target.exists():
            write_bytes(target, (before / name).read_bytes())
    if not (run / BEFORE).exists():
        write_json(run / BEFORE, {"losses": (read_json(before / "meta.json") or {}).get("losses", [])})


def _check(kind: str, names: Sequence[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise ProjectError(f"The book has no {kind} '{name}'.", suggest(name, known))


def _rows(project: Project, kept: dict[str, object]) -> list[Refinement]:
    rows = kept.get("refinements")
    try:
        if kept.get("version") == VERSION and isinstance(rows, list):
            return [Refinement(tuple(map(str, row["more"])), tuple(map(str, row["redo"]))) for row in rows]
    except (TypeError, KeyError):
        pass
    raise ProjectError(
        f"{path_of(project)} is damaged, or of a newer inkwright.",
        f"Drop it: inkwright fit {quoted(project.root)} --fresh",
    )
