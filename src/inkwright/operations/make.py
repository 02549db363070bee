"""`make`: whatever is out of date, in order. `status`: what is out of date."""

from collections.abc import Iterator

from inkwright.events import Event, Finished, Started, Table
from inkwright.operations.backbone_terms import check
from inkwright.operations.fit import fit, fit_key
from inkwright.operations.layout import has_drawings, layout
from inkwright.operations.letter import is_lettered
from inkwright.operations.material import load_book, load_prior
from inkwright.operations.panels import panels
from inkwright.operations.publish import DEFAULT_FORMATS, is_published, publish
from inkwright.operations.render import is_fresh, render
from inkwright.operations.review import is_reviewed, review
from inkwright.operations.train import inputs, train, trainable
from inkwright.project import Project, quoted


def make(project: Project) -> Iterator[Event]:
    """Runs every step whose inputs changed."""
    check(project.config())
    if has_drawings(project):
        yield from layout(project)
    yield from panels(project)
    yield from train(project)
    yield from fit(project)
    yield from render(project)
    yield from render(project, plain=True)
    yield from review(project)
    yield from publish(project, DEFAULT_FORMATS)


def status(project: Project) -> Iterator[Event]:
    """A table of all steps: up to date, out of date or missing, and the next act."""
    root = project.root
    yield Started("status")
    rows: list[tuple[str, str, str]] = []
    files = project.page_files()
    book = project.book()
    known = {project.original(page.file) for page in book.pages}
    fresh = [f for f in files if f"pages/{f.name}" not in known]
    rows.append(
        ("pages", f"{len(files)} pictures" if files else "none", "" if files else f"put them into {project.pages}")
    )
    rows.append(
        (
            "panels",
            f"{len(book.panel_ids())} on {len(book.pages)} pages",
            f"inkwright panels {quoted(root)}" if fresh or not known else "",
        )
    )
    if not book.panel_ids():
        yield Table("status", project.title(), ("step", "state", "next"), tuple(rows))
        yield Finished("status", "", False)
        return
    prior = load_prior(project, load_book(project))
    said = int((prior.table == prior.table).sum())
    state = f"{len(prior.elements)} elements, {said} of {prior.table.size} marks"
    rows.append(("elements", state, "" if prior.elements else f'inkwright elements {quoted(root)} add "Hero"'))
    given = inputs(project)
    reason = trainable(given)
    trained = project.finished_run("train", given.key) is not None
    rows.append(_row("train", reason or trained, bool(project.runs("train")), f"inkwright train {quoted(root)}"))
    fitted = project.finished_run("fit", fit_key(project, given)) is not None
    rows.append(_row("fit", fitted, bool(project.runs("fit")), f"inkwright fit {quoted(root)}"))
    for name, done, made, act in (
        ("render", is_fresh(project, False), "render.json", "render"),
        ("render --plain", is_fresh(project, True), "plain/render.json", "render --plain"),
        ("review", fitted and is_reviewed(project), "review/review.json", "review"),
        ("letter", is_lettered(project), "lettering", "letter"),
        ("publish", fitted and is_published(project), "publish.json", "publish"),
    ):
        rows.append(_row(name, done, (project.build / made).exists(), f"inkwright {act} {root}"))
    yield Table("status", project.title(), ("step", "state", "next"), tuple(rows))
    todo = [row for row in rows if row[2] and row[0] != "elements"]  # a comic without elements is a comic too
    yield Finished("status", f"next: inkwright make {quoted(root)}" if todo else "everything is up to date", False)


def _row(name: str, done: bool | str, made: bool, act: str) -> tuple[str, str, str]:
    if isinstance(done, str):
        return name, f"not needed: {done}", ""
    return name, "up to date" if done else ("out of date" if made else "missing"), "" if done else act
