"""Model sheets: pictures in the project's references/ folder, each named like the element that it shows."""

from collections.abc import Iterator
from pathlib import Path

from inkwright.book import Prior
from inkwright.images import read_picture, to_float
from inkwright.learn.banks import Elements
from inkwright.learn.references import refer
from inkwright.project import Project, digest, pictures_in
from inkwright.registry import suggest


def sheets(project: Project, prior: Prior) -> tuple[dict[int, Path], list[tuple[str, str]]]:
    """Element index → its model sheet, and (message, hint) for pictures that belong to no element."""
    known = {element.name.casefold(): i for i, element in enumerate(prior.elements)}
    found, odd = {}, []
    for path in pictures_in(project.root / "references"):
        i = known.get(path.stem.casefold())
        if i is None:
            names = [element.name for element in prior.elements]
            odd.append((f"{path} is named like no element and is not used.", suggest(path.stem, names)))
        else:
            found[i] = path
    return found, odd


def sheets_key(project: Project, prior: Prior) -> list[str]:
    """Changes with the model sheets; empty without any."""
    return [digest(i, path.read_bytes()) for i, path in sorted(sheets(project, prior)[0].items())]


def referred(project: Project, prior: Prior, elements: Elements, seed: int) -> Elements:
    """The elements with the targets that their model sheets ask for.

    Raises:
        PictureError: a sheet cannot be read.
    """
    banks = dict(elements.banks)
    for i, path in sheets(project, prior)[0].items():
        if i in banks:
            banks[i] = refer(banks[i], to_float(read_picture(path).pixels), seed)
    return Elements(banks, elements.everywhere)


def unused(project: Project, prior: Prior) -> Iterator[tuple[str, str]]:
    """(message, hint) for pictures in references/ that belong to no element."""
    yield from sheets(project, prior)[1]
