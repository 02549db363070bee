"""drawings/ and drawings.csv: loose drawings taken in, and what the author says of them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from inkwright.comic.drawing_list import Listed, changed, dump_list, importance, parse_list, with_files
from inkwright.errors import ConfigError
from inkwright.events import Event, Warned
from inkwright.operations.intake import gather, limits_of, place, staging, told
from inkwright.project import Project, digest, guarded, pictures_in, read_text, write_bytes


def take_in(project: Project, drawings: Sequence[Path]) -> Iterator[Event]:
    """Takes drawings into drawings/, under their own names; what is there already, to the byte, is left out."""
    folder = project.root / "drawings"
    there = {digest(path): path.name for path in pictures_in(folder)}
    stems = {Path(name).stem.lower() for name in there.values()}
    with staging(project.root) as stage:
        entries, found = yield from gather(
            "layout", drawings, limits_of(project.config().imports), stage, (), "drawing"
        )
        fresh = [entry for entry in entries if entry.digest not in there]
        names = []
        for entry in fresh:
            stem = free_id(Path(entry.row["from"].split(": ")[-1].replace(", page ", "-")).stem, stems)
            names.append(stem + entry.suffix)
        with guarded(folder):
            folder.mkdir(exist_ok=True)
        for entry, name in zip(fresh, names, strict=True):
            place(entry, folder / name)
    yield from told("layout", names, fresh, found)
    for entry in entries:
        if entry not in fresh:
            yield Warned("layout", f"{entry.row['from']} is drawing {there[entry.digest]} already, and was left out.")


def free_id(stem: str, taken: set[str]) -> str:
    """A name for a drawing that can be a panel's id too, and is not taken; it is taken then."""
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._") or "drawing"
    name, number = clean[:56], 1
    while name.lower() in taken:
        number += 1
        name = f"{clean[:56]}-{number}"
    taken.add(name.lower())
    return name


def listed_drawings(
    project: Project,
    files: Sequence[Path],
    important: Sequence[str],
    splash: Sequence[str],
    begins: Sequence[str],
    plain: Sequence[str],
) -> list[Listed]:
    """drawings.csv with all drawings and what the options say; it is written where that changes it."""
    path = project.root / "drawings.csv"
    text = read_text(path) if path.exists() else ""
    listed = with_files(parse_list(text, str(path)) if text else [], [file.name for file in files])
    for name in plain:
        listed = changed(listed, name, importance=1.0, splash=False, begins=False)
    for pair in important:
        name, equals, value = pair.rpartition("=")
        if not equals:
            raise ConfigError(f"--important {pair} says no importance.", "Write it as --important NAME=2.")
        listed = changed(listed, name, importance=importance(value.strip(), f"--important {pair}"))
    for name in splash:
        listed = changed(listed, name, splash=True)
    for name in begins:
        listed = changed(listed, name, begins=True)
    if not text or listed != parse_list(text, str(path)):
        write_bytes(path, dump_list(listed).encode())
    return listed
