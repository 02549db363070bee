"""Which boxes are missing for finished panels to teach whose colours are whose."""

from collections.abc import Sequence

from inkwright.book import Book, Prior

NAMED = 3
"""Panels that are named; others are counted."""


def unboxed(book: Book, prior: Prior, finished: Sequence[str]) -> tuple[str, str] | None:
    """(message, hint) where elements are marked as there but have no box; None where all have one.

    Boxes in finished panels say whose each paint is; boxes in the others, where it goes. Without them half of the
    elements come out right in drawings that do not tell them apart (docs/benchmarks.md), where with them nearly all do.

    Args:
        book: panels and boxes.
        prior: the marks.
        finished: panels that are finished.
    """
    missing, marked = {}, 0
    for j, (_, panel) in enumerate(book.panels()):
        there = [e.name for i, e in enumerate(prior.elements) if prior.table[i, j] == 1]
        marked += len(there)
        bare = [name for name in there if not (panel.appearances or {}).get(name)]
        if bare:
            missing[panel.id] = bare
    if not missing:
        return None
    count = sum(map(len, missing.values()))
    message = (
        f"{count} of {marked} marks of elements have no box: where the drawing does not tell elements apart, about "
        "half of these get another one's colours."
    )
    first = [panel for panel in finished if panel in missing]
    rest = [panel for panel in missing if panel not in first]
    acts = ["first in the finished panels " + _told(first, missing)] if first else []
    acts += [("then in " if first else "") + _told(rest, missing)] if rest else []
    return message, f"Draw boxes in book.json, {', '.join(acts)}."


def _told(panels: Sequence[str], missing: dict[str, list[str]]) -> str:
    """ "p1.1 (Hero, Dragon), p1.2 (Hero) and 7 more"."""
    named = ", ".join(f"{panel} ({', '.join(missing[panel])})" for panel in panels[:NAMED])
    return named + (f" and {len(panels) - NAMED} more" if len(panels) > NAMED else "")
