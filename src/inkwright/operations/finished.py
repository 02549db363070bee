"""Finished pictures: panels, pages and model sheets that the author finished; checked, read, listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inkwright.book import Book, Prior
from inkwright.config import Config
from inkwright.errors import PictureError
from inkwright.events import Event, Finished, Started, Table, Warned
from inkwright.images import Floats, Pixels, read_picture, resize, to_float, to_uint8
from inkwright.learn.finish.align import EMPTY, Match, laid_over, match
from inkwright.operations.finished_boxes import unboxed
from inkwright.operations.finished_files import Files, find
from inkwright.operations.given import Given
from inkwright.operations.material import PanelPicture, load_book, load_prior, pages, panel_picture
from inkwright.project import Project, quoted

SIDE = 512
"""Long side at which a finished picture is looked at, in pixels."""
NEXT = 3
"""At most so many panels are named as worth finishing next."""
ENOUGH = 2
"""Finished pictures of an element from which on no more are asked for."""
CLOSE = 0.4
"""An element whose boxes take this share of a panel is seen from near, or from within."""
NEW_VIEW = 0.5
"""What is gained where an element that is known from afar is shown from near, or the other way round."""
USES = {
    "aligned": "lies over its drawing: learned pixel by pixel",
    "moved": "moved onto its drawing ({shift:.1%} of its side): learned pixel by pixel",
    "redrawn": "drawn anew: learned by elements, not pixel by pixel",
    "other": "does not look like its drawing: not used",
}


@dataclass(frozen=True)
class Shown:
    """A finished panel.

    Attributes:
        view: the panel.
        at: its number in the book, from 0.
        finish: (h, w, 3) RGB in [0, 1], laid over the drawing where it can be; as large as it is looked at or fitted.
        found: how it lies over its drawing.
        size: (width, height) of the file.
        wanted: (width, height) that it has to have, but for its scale.
        notes: what was changed while reading.
    """

    view: PanelPicture
    at: int
    finish: Floats
    found: Match
    size: tuple[int, int]
    wanted: tuple[int, int]
    notes: tuple[str, ...]


def read(project: Project, book: Book, files: Files, config: Config) -> Iterator[Shown | PictureError]:
    """The finished panels in the book's order; an error in place of one that cannot be used."""
    given, at = Given(files.folder, files.panels, files.whole, ()), -1
    side = max(SIDE, config.fit.panel_px)
    for number, drawn in enumerate(book.pages, 1):
        if not any(panel.id in files.panels for panel in drawn.panels):  # its picture need not be read
            at += len(drawn.panels)
            continue
        page = replace(next(pages(project, Book(pages=[drawn]))), number=number)
        size = (page.pixels.shape[1], page.pixels.shape[0])
        for panel in drawn.panels:
            at += 1
            if panel.id not in files.panels:
                continue
            view = panel_picture(page, panel)
            try:
                picture = read_picture(files.panels[panel.id])
                inside = given.inside(view, size)
            except PictureError as error:
                yield error
                continue
            wanted = size if panel.id in files.whole else (view.box[2], view.box[3])
            its = (picture.pixels.shape[1], picture.pixels.shape[0])
            yield looked_at(view, at, inside, side, its, wanted, picture.notes)


def looked_at(
    view: PanelPicture,
    at: int,
    inside: Pixels,
    side: int,
    size: tuple[int, int],
    wanted: tuple[int, int],
    notes: tuple[str, ...],
) -> Shown:
    """A finished picture beside its drawing.

    Args:
        view: the drawing.
        at: its number, from 0.
        inside: (h, w, 3) uint8, the finish at the drawing's size.
        side: long side at which both are looked at, in pixels.
        size: (width, height) of the file.
        wanted: (width, height) that it has to have, but for its scale.
        notes: what was changed while reading.
    """
    height, width = inside.shape[:2]
    scale = min(1.0, side / max(height, width))
    small = (max(16, round(width * scale)), max(16, round(height * scale)))
    drawing, finish = to_float(resize(view.pixels, *small)), to_float(resize(inside, *small))
    found = match(drawing, finish)
    return Shown(view, at, laid_over(finish, found), found, size, wanted, notes)


def all_read(project: Project, book: Book, files: Files, config: Config) -> list[Shown]:
    """The finished panels; those of kind "other" are not to be used.

    Raises:
        PictureError: the first that cannot be read.
    """
    out = []
    for one in read(project, book, files, config):
        if isinstance(one, PictureError):
            raise one
        out.append(one)
    return out


def usable(shown: Sequence[Shown]) -> list[Shown]:
    """Those that look like their drawings."""
    return [one for one in shown if one.found.kind != "other"]


class Kept:
    """Finished panels that come out as their author finished them, at their pages' resolution.

    Args:
        project: the project; nothing is kept where `finished.keep` is off, or nothing is finished.
        book: of the project.
        prior: of the project.
    """

    def __init__(self, project: Project, book: Book, prior: Prior) -> None:
        config = project.config()
        files = find(project, book, prior)
        self.given = Given(files.folder, files.panels, files.whole, ())
        wanted = files.panels and config.finished.keep
        shown = usable(all_read(project, book, files, config)) if wanted else []
        self.found = {one.view.panel.id: (one.found, one.finish.shape[1]) for one in shown}

    def inside(self, view: PanelPicture, page_size: tuple[int, int]) -> Pixels | None:
        """The finished inside of a panel, (h, w, 3) uint8; None where it was not finished."""
        if view.panel.id not in self.found:
            return None
        found, width = self.found[view.panel.id]
        pixels = self.given.inside(view, page_size)
        if found.kind != "moved":
            return pixels
        # The move was found at another size: lengths grow with it, the linear part stays.
        move = found.move.copy()
        move[:, 2] *= pixels.shape[1] / width
        return to_uint8(laid_over(to_float(pixels), replace(found, move=move)))


def keep_key(project: Project, book: Book, prior: Prior) -> list[bool]:
    """Changes with whether finished panels are kept; empty without any."""
    return [project.config().finished.keep] if find(project, book, prior) else []


def warnings(files: Files, shown: Sequence[Shown | PictureError], stage: str = "finished") -> Iterator[Warned]:
    """What is not used, and why."""
    for message, hint in files.odd:
        yield Warned(stage, message, hint)
    for one in shown:
        if isinstance(one, PictureError):
            yield Warned(stage, one.message, one.hint)
        elif one.found.kind == "other":
            name, panel = files.panels[one.view.panel.id], one.view.panel.id
            yield Warned(stage, *unlike(one, name, f"panel {panel}"))


def unlike(one: Shown, name: Path, drawing: str) -> tuple[str, str]:
    """(message, hint) for a finished picture that does not show its drawing, which is called `drawing`."""
    if float(np.ptp(np.percentile(one.finish, (2, 98), axis=(0, 1)), 0).max()) < EMPTY:
        message = f"{name} is one colour all over, which its drawing, {drawing}, is not; it is not used."
        return message, "Export it again, with all its layers."
    act = f"Is it another one's? Its contours have to be those of {drawing}, at least roughly."
    return f"{name} does not look like its drawing, {drawing}, and is not used (likeness {one.found.score:.2f}).", act


def finished(project: Project) -> Iterator[Event]:
    """Lists the finished pictures, how each will be used, and what is worth finishing next."""
    book = load_book(project)
    prior, config = load_prior(project, book), project.config()
    files = find(project, book, prior)
    yield Started("finished", 0, f"{files.folder}")
    shown = list(read(project, book, files, config))
    yield from warnings(files, shown)
    rows, sheets = [_row(one, files) for one in shown if isinstance(one, Shown)], dict(files.sheets)
    for i, path in sorted(files.sheets.items()):
        try:
            picture = read_picture(path)
        except PictureError as error:
            del sheets[i]
            yield Warned("finished", error.message, error.hint)
            continue
        size = f"{picture.pixels.shape[1]} x {picture.pixels.shape[0]}"
        rows.append((prior.elements[i].name, path.name, size, "model sheet: its colours and shapes are learned"))
    if rows:
        yield Table("finished", "Finished pictures", ("of", "file", "size", "use"), tuple(rows))
    good = [one.view.panel.id for one in shown if isinstance(one, Shown) and one.found.kind != "other"]
    sizes = sizes_of(book, prior)
    missing, best = worth_finishing(prior, good, sheets, sizes)
    if missing and (good or sheets):
        act = f"Most would say a finish of: {', '.join(best)}." if best else "Add a model sheet of each."
        yield Warned("finished", f"No finished picture shows {', '.join(missing)}.", act)
    if (good or sheets) and (bare := unboxed(book, prior, good)):
        yield Warned("finished", *bare)
    if not good and not sheets:
        first = worth_finishing(prior, [], {}, sizes)[1] or book.panel_ids()[:NEXT]
        act = (
            f"To begin, finish {', '.join(first)}, each over its drawing, and save it as {files.folder / first[0]}.png."
        )
        yield Finished("finished", f"none yet. {act}", False)
        return
    count = f"{len(good)} of {len(book.panel_ids())} panels, {len(sheets)} model sheet{'s' if len(sheets) != 1 else ''}"
    yield Finished("finished", f"{count}; next: inkwright fit {quoted(project.root)}", False)


def _row(one: Shown, files: Files) -> tuple[str, str, str, str]:
    size = f"{one.size[0]} x {one.size[1]}"
    if one.size != one.wanted:
        size += f", resized to {one.wanted[0]} x {one.wanted[1]}"
    use = USES[one.found.kind].format(shift=one.found.shift)
    kept = [note for note in one.notes if note != "16-bit reduced to 8"]
    return one.view.panel.id, files.panels[one.view.panel.id].name, "; ".join([size, *kept]), use


def worth_finishing(
    prior: Prior, done: Sequence[str], sheets: dict[int, Path], sizes: Floats | None = None
) -> tuple[list[str], list[str]]:
    """Elements that no finished picture shows, and the panels whose finish would say most about all elements.

    Args:
        prior: the marks.
        done: panels that are finished.
        sheets: model sheets, by element.
        sizes: (elements, panels) see `sizes_of`; None: all alike.
    """
    there = prior.table == 1
    sizes = np.full(there.shape, CLOSE / 2, np.float32) if sizes is None else sizes
    count = {i: int(i in sheets) for i in range(len(prior.elements))}
    views: set[tuple[int, bool]] = set()

    def take(panel: str) -> None:
        j = prior.panels.index(panel)
        for i in (i for i in count if there[i, j]):
            count[i] += 1
            views.add((i, bool(sizes[i, j] >= CLOSE)))

    def gain(j: int) -> float:
        total = 0.0
        for i in (i for i in count if there[i, j]):
            if count[i] < ENOUGH:
                # What is drawn large shows its parts; and an element is something else from near, or from within.
                total += (0.5 + min(1.0, float(sizes[i, j]) / CLOSE)) / (1 + 2 * count[i])
                total += NEW_VIEW * (count[i] > 0 and (i, bool(sizes[i, j] >= CLOSE)) not in views)
        return total

    for panel in done:
        take(panel)
    missing = [prior.elements[i].name for i, n in count.items() if n == 0 and there[i].any()]
    best: list[str] = []
    while len(best) < NEXT:
        gains = {panel: gain(j) for j, panel in enumerate(prior.panels) if panel not in (*done, *best)}
        first = max(gains, key=lambda panel: gains[panel], default="")
        if not first or gains[first] == 0 or (not missing and not best and done):
            break
        best.append(first)
        take(first)
        if done and all(n > 0 for n in count.values()):
            break
    return missing, best


def sizes_of(book: Book, prior: Prior) -> Floats:
    """(elements, panels) the share of each panel that an element's boxes take, in [0, 1].

    Without boxes a setting fills its panel, and anything else is taken to be of middling size.
    """
    out = np.zeros((len(prior.elements), len(prior.panels)), np.float32)
    for j, (_, panel) in enumerate(book.panels()):
        for i, element in enumerate(prior.elements):
            boxes = (panel.appearances or {}).get(element.name, [])
            if boxes:
                out[i, j] = min(1.0, sum(w * h for _, _, w, h in boxes) / (panel.box[2] * panel.box[3]))
            elif prior.table[i, j] == 1:
                out[i, j] = 1.0 if element.kind == "setting" else CLOSE / 2
    return out
