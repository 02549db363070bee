"""Finished pictures: panels, pages and model sheets that the author finished; found by name, checked, read.

They lie in the project's finished/: finished/p3.2.png, a whole page under its file's name or as finished/page3.png, and
finished/NAME.png, a model sheet of an element. They are only read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inkwright.book import Book, Prior
from inkwright.config import Config
from inkwright.errors import PictureError, ProjectError
from inkwright.events import Event, Finished, Started, Table, Warned
from inkwright.images import Floats, Pixels, read_picture, resize, to_float, to_uint8
from inkwright.learn.finish.align import Match, laid_over, match
from inkwright.operations.given import Given
from inkwright.operations.material import PanelPicture, load_book, load_prior, pages, panel_picture
from inkwright.project import Project, digest, from_home, pictures_in, quoted
from inkwright.registry import suggest

FOLDER = "finished"
SIDE = 512
"""Long side at which a finished picture is looked at, in pixels."""
NEXT = 3
"""At most so many panels are named as worth finishing next."""
ENOUGH = 2
"""Finished pictures of an element from which on no more are asked for."""
USES = {
    "aligned": "lies over its drawing: learned pixel by pixel",
    "moved": "moved onto its drawing ({shift:.1%} of its side): learned pixel by pixel",
    "redrawn": "drawn anew: learned by elements, not pixel by pixel",
    "other": "does not look like its drawing: not used",
}


@dataclass(frozen=True)
class Files:
    """The finished pictures of a project.

    Attributes:
        folder: where they lie.
        panels: panel id → its picture, or that of its whole page.
        whole: ids of the panels whose picture is a page.
        sheets: element index → its model sheet.
        odd: (message, hint) for pictures that belong to nothing.
    """

    folder: Path
    panels: dict[str, Path]
    whole: frozenset[str]
    sheets: dict[int, Path]
    odd: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.panels or self.sheets)


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


def folder_of(project: Project) -> Path:
    """The folder of finished pictures.

    Raises:
        ProjectError: one is set that is not there, or one that inkwright writes itself.
    """
    name = project.config().finished.folder
    path = from_home(name)
    path = path if path.is_absolute() else project.root / path
    if name != FOLDER and not path.is_dir():
        raise ProjectError(f"finished.folder is {name}, which is no folder: {path}.", "Make it, or set another.")
    if path.resolve().is_relative_to(project.build.resolve()):
        raise ProjectError(f"finished.folder is {name}, where inkwright writes.", "Copy what you finished elsewhere.")
    return path


def find(project: Project, book: Book, prior: Prior) -> Files:
    """The finished pictures of a project; none is no error.

    Raises:
        ProjectError: two pictures for one panel, page or element.
    """
    folder = folder_of(project)
    named: dict[str, Path] = {}
    for path in pictures_in(folder):
        name = path.stem.casefold()
        if name in named:
            raise ProjectError(f"{folder} has both {named[name].name} and {path.name}.", "Remove one of the two.")
        named[name] = path
    panels, whole, used = {}, set(), set()
    for number, page in enumerate(book.pages, 1):
        names = (Path(page.file).stem.casefold(), f"page{number}")
        of_page = next((named[name] for name in names if name in named), None)
        for panel in page.panels:
            own = named.get(panel.id.casefold())
            if (found := own or of_page) is not None:
                panels[panel.id] = found
                used.add(found)
                if own is None:
                    whole.add(panel.id)
    sheets = {}
    for i, element in enumerate(prior.elements):
        sheet = named.get(element.name.casefold())
        if sheet is not None and sheet not in used:
            sheets[i] = sheet
    left = [path for path in named.values() if path not in used and path not in sheets.values()]
    known = [*book.panel_ids(), *(e.name for e in prior.elements), *(f"page{n + 1}" for n in range(len(book.pages)))]
    odd = [(f"{p} is named like no panel, page or element and is not used.", suggest(p.stem, known)) for p in left]
    return Files(folder, panels, frozenset(whole), sheets, tuple(odd))


def finished_key(project: Project, book: Book, prior: Prior) -> list[str]:
    """Changes with the finished pictures and what is made of them; empty without any."""
    files = find(project, book, prior)
    if not files:
        return []
    known = {path: digest(path) for path in {*files.panels.values(), *files.sheets.values()}}
    panels = [[panel, known[path], panel in files.whole] for panel, path in sorted(files.panels.items())]
    sheets = [[i, known[path]] for i, path in sorted(files.sheets.items())]
    settings = project.config().finished.model_dump(exclude={"folder", "keep"})
    return [digest(panels, sheets, settings)]


def read(project: Project, book: Book, files: Files, config: Config) -> Iterator[Shown | PictureError]:
    """The finished panels in the book's order; an error in place of one that cannot be used."""
    given, at = Given(files.folder, files.panels, files.whole, ()), -1
    side = max(SIDE, config.fit.panel_px)
    for page in pages(project, book):
        size = (page.pixels.shape[1], page.pixels.shape[0])
        for panel in page.page.panels:
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
            height, width = inside.shape[:2]
            scale = min(1.0, side / max(height, width))
            small = (max(16, round(width * scale)), max(16, round(height * scale)))
            drawing, finish = to_float(resize(view.pixels, *small)), to_float(resize(inside, *small))
            found = match(drawing, finish)
            wanted = size if panel.id in files.whole else (view.box[2], view.box[3])
            its = (picture.pixels.shape[1], picture.pixels.shape[0])
            yield Shown(view, at, laid_over(finish, found), found, its, wanted, picture.notes)


def all_read(project: Project, book: Book, files: Files, config: Config) -> list[Shown]:
    """The finished panels that can be used.

    Raises:
        PictureError: the first that cannot be read.
    """
    out = []
    for one in read(project, book, files, config):
        if isinstance(one, PictureError):
            raise one
        if one.found.kind != "other":
            out.append(one)
    return out


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
        shown = all_read(project, book, files, config) if files.panels and config.finished.keep else []
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
            act = f"Is it another panel's? Its contours have to be those of {panel}, at least roughly."
            message = f"{name} does not look like its drawing, panel {panel}, and is not used"
            yield Warned(stage, f"{message} (likeness {one.found.score:.2f}).", act)


def finished(project: Project) -> Iterator[Event]:
    """Lists the finished pictures, how each will be used, and what is worth finishing next."""
    book = load_book(project)
    prior, config = load_prior(project, book), project.config()
    files = find(project, book, prior)
    yield Started("finished", 0, f"{files.folder}")
    shown = list(read(project, book, files, config))
    yield from warnings(files, shown)
    rows = [_row(one, files) for one in shown if isinstance(one, Shown)]
    for i, path in sorted(files.sheets.items()):
        try:
            picture = read_picture(path)
        except PictureError as error:
            yield Warned("finished", error.message, error.hint)
            continue
        size = f"{picture.pixels.shape[1]} x {picture.pixels.shape[0]}"
        rows.append((prior.elements[i].name, path.name, size, "model sheet: its colours and shapes are learned"))
    if rows:
        yield Table("finished", "Finished pictures", ("of", "file", "size", "use"), tuple(rows))
    good = [one.view.panel.id for one in shown if isinstance(one, Shown) and one.found.kind != "other"]
    missing, best = worth_finishing(prior, good, files.sheets)
    if missing and (good or files.sheets):
        act = f"Most would say a finish of: {', '.join(best)}." if best else "Add a model sheet of each."
        yield Warned("finished", f"No finished picture shows {', '.join(missing)}.", act)
    if not good and not files.sheets:
        first = worth_finishing(prior, [], {})[1] or book.panel_ids()[:NEXT]
        act = (
            f"To begin, finish {', '.join(first)}, each over its drawing, and save it as {files.folder / first[0]}.png."
        )
        yield Finished("finished", f"none yet. {act}", False)
        return
    count = f"{len(good)} of {len(book.panel_ids())} panels, {len(files.sheets)} model sheets"
    yield Finished("finished", f"{count}; next: inkwright fit {quoted(project.root)}", False)


def _row(one: Shown, files: Files) -> tuple[str, str, str, str]:
    size = f"{one.size[0]} x {one.size[1]}"
    if one.size != one.wanted:
        size += f", resized to {one.wanted[0]} x {one.wanted[1]}"
    use = USES[one.found.kind].format(shift=one.found.shift)
    kept = [note for note in one.notes if note != "16-bit reduced to 8"]
    return one.view.panel.id, files.panels[one.view.panel.id].name, "; ".join([size, *kept]), use


def worth_finishing(prior: Prior, done: Sequence[str], sheets: dict[int, Path]) -> tuple[list[str], list[str]]:
    """Elements that no finished picture shows, and the panels whose finish would say most about all elements.

    Args:
        prior: the marks.
        done: panels that are finished.
        sheets: model sheets, by element.
    """
    count = {i: int(i in sheets) for i in range(len(prior.elements))}
    for panel in done:
        for i in count:
            count[i] += prior.table[i, prior.panels.index(panel)] == 1
    missing = [prior.elements[i].name for i, n in count.items() if n == 0 and (prior.table[i] == 1).any()]
    best: list[str] = []
    while len(best) < NEXT:
        gain = {
            panel: sum(1 / (1 + 2 * count[i]) for i in count if prior.table[i, j] == 1 and count[i] < ENOUGH)
            for j, panel in enumerate(prior.panels)
            if panel not in done and panel not in best
        }
        first = max(gain, key=lambda panel: gain[panel], default="")
        if not first or gain[first] == 0 or (not missing and not best and done):
            break
        best.append(first)
        for i in count:
            count[i] += prior.table[i, prior.panels.index(first)] == 1
        if done and all(n > 0 for n in count.values()):
            break
    return missing, best
