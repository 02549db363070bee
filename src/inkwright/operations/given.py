"""Pictures of the book's panels that another tool made: found by name, checked, brought to the size of their panels."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inkwright.book import Book
from inkwright.errors import PictureError, ProjectError
from inkwright.events import Warned
from inkwright.images import EXTENSIONS, Pixels, read_picture, resize
from inkwright.operations.material import PanelPicture
from inkwright.project import Project, digest, pictures_in, quoted

ASPECT = 0.03
"""How far the aspect of a given picture may differ from its panel's: what is more was cut, not scaled."""
NAMED = 8
"""At most so many files or panels are named in a sentence."""


@dataclass(frozen=True)
class Given:
    """The given pictures of a book.

    Attributes:
        folder: where they lie; it is only read.
        files: panel id → the file of the panel, or of its whole page.
        whole: ids of the panels whose file is a page.
        extra: pictures that belong to no panel and no page.
    """

    folder: Path
    files: dict[str, Path]
    whole: frozenset[str]
    extra: tuple[Path, ...]

    def key(self) -> str:
        """Changes with the pictures, and with what they are pictures of; not with where they lie."""
        known = {path: digest(path) for path in set(self.files.values())}
        return digest([[panel, known[path], panel in self.whole] for panel, path in sorted(self.files.items())])

    def inside(self, panel: PanelPicture, page_size: tuple[int, int]) -> Pixels:
        """The given picture of a panel's inside, at the page's resolution: (h, w, 3) uint8.

        Args:
            panel: the panel.
            page_size: (width, height) of its page in pixels.

        Raises:
            PictureError: it cannot be read, or its aspect is another.
        """
        path, (x, y, w, h) = self.files[panel.panel.id], panel.box
        pixels = read_picture(path).pixels
        if panel.panel.id in self.whole:
            pixels = fitted(pixels, path, *page_size, "its page")[y : y + h, x : x + w]
        else:
            pixels = fitted(pixels, path, w, h, f"panel {panel.panel.id}")
        left, top, width, height = panel.inside.box
        return pixels[top : top + height, left : left + width].copy()

    def warnings(self) -> Iterator[Warned]:
        """What lies in the folder and is not used."""
        if self.extra:
            hint = "Name a picture after its panel (p1.2.png) or after its page's file (p1.png)."
            yield Warned("harmonize", f"Not used, as no panel or page has that name: {_listed(self.extra)}.", hint)


def find_given(project: Project, book: Book, folder: Path) -> Given:
    """The given pictures of all panels.

    Raises:
        ProjectError: no such folder, one that `harmonize` writes itself, or pictures are missing or there twice.
    """
    if not folder.is_dir():
        raise ProjectError(f"{folder} is not a folder.", "Name the folder that holds the restyled pictures.")
    if folder.resolve().is_relative_to((project.build / "harmonized").resolve()):
        raise ProjectError(f"{folder} is where harmonize writes.", "Name the folder that the other tool wrote.")
    named: dict[str, Path] = {}
    for path in pictures_in(folder):
        if path.stem in named:
            raise ProjectError(
                f"{folder} has two pictures for {path.stem}: {named[path.stem].name} and {path.name}.", "Remove one."
            )
        named[path.stem] = path
    files: dict[str, Path] = {}
    whole = set()
    for page, panel in book.panels():
        of_page = named.get(Path(page.file).stem)
        if panel.id in named:
            files[panel.id] = named[panel.id]
        elif of_page is not None:
            files[panel.id] = of_page
            whole.add(panel.id)
    missing = [panel for panel in book.panel_ids() if panel not in files]
    if missing:
        raise ProjectError(
            f"{folder} has no picture of {_listed(missing)}.",
            f"Put one there for each panel, such as {missing[0]}.png, or for each page; readable are "
            f"{', '.join(EXTENSIONS)}. What the panels are: {quoted(project.book_path)}.",
        )
    used = set(files.values())
    return Given(folder, files, frozenset(whole), tuple(path for path in named.values() if path not in used))


def fitted(pixels: Pixels, path: Path, width: int, height: int, of: str) -> Pixels:
    """A given picture at the size of what it belongs to, which is called `of`.

    Args:
        pixels: (h, w, 3) uint8.
        path: its file.
        width: in pixels.
        height: in pixels.
        of: for the message.

    Raises:
        PictureError: it has another shape.
    """
    h, w = pixels.shape[:2]
    if abs((w / h) / (width / height) - 1) > ASPECT:
        raise PictureError(
            f"{path} is {w} x {h} pixels, but {of} is {width} x {height}: another shape.",
            "Export it uncut; its size does not matter.",
        )
    return resize(pixels, width, height)


def _listed(names: "list[str] | tuple[Path, ...]") -> str:
    told = [name.name if isinstance(name, Path) else name for name in names]
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return ", ".join(told[:NAMED]) + more
