"""`palette`: shows the book's palette, and takes the author's pins."""

from collections.abc import Iterator, Sequence

import numpy as np

from inkwright.errors import PaletteError
from inkwright.events import Event, Finished, Saved, Started, Table, Warned
from inkwright.images import to_float
from inkwright.learn.colour import oklab
from inkwright.learn.drawing import painted_share
from inkwright.learn.own_colour import Sight, own_colour
from inkwright.operations.canvases import fit_scale, panel_guides
from inkwright.operations.fit import fit_key
from inkwright.operations.material import panel_pictures, reduced
from inkwright.operations.palette_file import FORM, Ink, PaletteFile, Row, as_hex, hex_colour, load, path_of, rgb, save
from inkwright.operations.steer import boxes_in, check_elements, chosen
from inkwright.operations.train import Inputs, inputs
from inkwright.project import Project, quoted, read_json
from inkwright.registry import suggest

INK = "ink"
STRANGE = 0.12
"""OKLab: a pin this far from all colours of the palette is worth a word."""


def palette(
    project: Project, pins: Sequence[str] = (), unpins: Sequence[str] = (), recast: bool = False
) -> Iterator[Event]:
    """Changes pins and shows the palette.

    Args:
        project: the project.
        pins: "WHAT=#rrggbb", where WHAT is a colour of the drawings (#rrggbb), an element's name, or "ink".
        unpins: WHATs.
        recast: whether the next fit casts the palette anew, as for a new book; pins stay.

    Raises:
        PaletteError: a colour that is none, an element that the book does not have or that has no colour of its own,
            or a pin that is not there.
    """
    given, file = inputs(project), load(project)
    names = [element.name for element in given.prior.elements]
    yield Started("palette")
    for text in unpins:
        _unpin(file, text.strip())
    check_elements(project, file, given.prior)
    for text in pins:
        yield from _pin(project, given, file, names, text)
    if recast:
        file.casting += 1
    if (pins or unpins or recast) and save(project, file):
        yield Saved("palette", str(path_of(project)), "palette and pins: you may edit them there too")
    yield from _show(project, file, given)


def _pin(project: Project, given: Inputs, file: PaletteFile, names: list[str], text: str) -> Iterator[Event]:
    what, sign, result = (part.strip() for part in text.rpartition("="))
    if not sign or not what:
        raise PaletteError(
            f"'{text}' is no pin.", "Write for instance: --pin '#d02020=#a01818' or --pin 'Hero=#a01818'"
        )
    becomes = _colour(result, text)
    if what in names:
        own, boxed = _find_own(project, given, what)
        if own is None:
            lacks = "a colour of its own in its boxes" if boxed else "boxes"
            raise PaletteError(
                f"The element '{what}' lacks {lacks}, by which its colour could be told.",
                f"Draw boxes closely around it in {project.book_path}, or pin a colour of the drawings instead.",
            )
        file.elements[what] = becomes
        yield Warned("palette", f"The own colour of '{what}' is {own}; it becomes {becomes}.")
    elif what.startswith("#"):
        drawn = _colour(what, text)
        yield from _strange(file, drawn)
        row = next((row for row in file.colours if row.drawn == drawn), None)
        if row is None:
            row = Row(drawn=drawn, result=becomes)
            file.colours.append(row)
        row.result, row.pinned, row.element = becomes, True, ""
    elif what == INK:
        file.ink = Ink(result=becomes, pinned=True)
    else:
        raise PaletteError(
            f"'{what}' is neither a colour nor an element of {project.prior_path}.",
            f"{suggest(what, [*names, INK])} {FORM}",
        )


def _unpin(file: PaletteFile, what: str) -> None:
    if what in file.elements:
        del file.elements[what]
        return
    if what == INK and file.ink is not None and file.ink.pinned:
        file.ink = None
        return
    drawn = _colour(what, what) if what.startswith("#") else what
    row = next((row for row in file.pinned() if row.drawn == drawn), None)
    if row is None:
        pinned = [r.drawn for r in file.pinned()] + list(file.elements)
        pinned += [INK] if file.ink is not None and file.ink.pinned else []
        raise PaletteError(f"'{what}' is not pinned.", suggest(what, pinned) if pinned else "Nothing is pinned.")
    file.colours.remove(row)  # its result was the pin's; the next casting lists it again


def _colour(text: str, where: str) -> str:
    try:
        return hex_colour(text)
    except ValueError as error:
        of = f" in '{where}'" if where != text else ""
        raise PaletteError(f"{error}{of}.", FORM) from None


def _strange(file: PaletteFile, drawn: str) -> Iterator[Event]:
    """A word about a colour that the palette does not know, with the nearest that it does."""
    known = [row.drawn for row in file.colours if not row.pinned]
    if not known:
        return
    far = [float(np.linalg.norm(oklab(np.array(rgb(drawn))) - oklab(np.array(rgb(other))))) for other in known]
    if min(far) > STRANGE:
        near = known[int(np.argmin(far))]
        yield Warned(
            "palette", f"No main colour of the drawings is like {drawn}; the nearest is {near}.", "Was that one meant?"
        )


def _find_own(project: Project, given: Inputs, name: str) -> tuple[str | None, bool]:
    """An element's own colour, about as the fit will find it, or None; and whether it has boxes at all."""
    config, row = project.config(), given.prior.row(name)
    element, marks = given.prior.elements[row], given.prior.table[row]
    views = list(panel_pictures(project, given.book))
    boxes = []
    for panel, mark in zip(views, marks, strict=True):
        height, width = reduced(panel.pixels, fit_scale(panel, config)).shape[:2]
        boxes.append(boxes_in(panel, element, mark, height, width))
    picked = [(views[j], boxes[j] or []) for j in chosen(boxes)]
    if not any(found for _, found in picked):
        return None, False
    small = [(to_float(reduced(panel.pixels, fit_scale(panel, config))), panel.light) for panel, _ in picked]
    detail = painted_share(small)
    guides = [panel_guides(panel, fit_scale(panel, config), detail) for panel, _ in picked]
    found = own_colour([Sight(g.flat, g.ink, b) for g, (_, b) in zip(guides, picked, strict=True)])
    return None if found is None else as_hex(found), True


def _show(project: Project, file: PaletteFile, given: Inputs) -> Iterator[Event]:
    rows = [
        (row.drawn, row.result, f"{100 * row.share:.1f} %", "pinned" if row.pinned else row.element)
        for row in file.colours
    ]
    if file.ink is not None:
        rows.append((INK, file.ink.result, "", "pinned" if file.ink.pinned else ""))
    there = {row.element for row in file.colours}
    rows += [(name, result, "", "pinned") for name, result in file.elements.items() if name not in there]
    if rows:
        yield Table("palette", "Palette of the book", ("drawn", "becomes", "share", "pin"), tuple(rows))
    else:
        yield Warned("palette", "No palette has been cast yet.", "The first fit casts it; pins may be set before.")
    run = project.finished_run("fit", fit_key(project, given))
    act = f"inkwright make {quoted(project.root)}"
    yield from _unpinned_edits(file, read_json(run / "palette.json") or {} if run is not None else {})
    pinned = len(file.pinned()) + len(file.elements) + int(file.ink is not None and file.ink.pinned)
    state = "as painted" if run is not None else f"to apply it, run: {act}"
    yield Finished("palette", f"{len(file.colours)} colours, {pinned} pins; {state}", False)


def _unpinned_edits(file: PaletteFile, made: dict[str, list[list[float]]]) -> Iterator[Event]:
    painted = {as_hex(a): as_hex(b) for a, b in zip(made.get("source", []), made.get("result", []), strict=True)}
    for row in file.colours:
        if not row.pinned and not row.element and painted.get(row.drawn, row.result) != row.result:
            yield Warned(
                "palette",
                f"{row.drawn} was changed to {row.result} in palette.json, but is not pinned.",
                'Set "pinned": true in its row, else the next casting puts it back.',
            )
