"""`light`: directs pages and panels in words: which of them lie in moonlight, at dusk, in the fog."""

from collections.abc import Iterator, Sequence

from inkwright.errors import BookError
from inkwright.events import Event, Finished, Saved, Started, Table
from inkwright.operations.material import by_clip, load_book, look_of, own_lights
from inkwright.project import Project, quoted
from inkwright.registry import suggest
from inkwright.words import parse_light


def light(
    project: Project,
    panels: Sequence[str] = (),
    pages: Sequence[int] = (),
    words: str | None = None,
    clear: bool = False,
) -> Iterator[Event]:
    """Sets the light of panels and pages, and shows it.

    Args:
        project: the project.
        panels: ids of panels.
        pages: numbers of pages, from 1; a panel's own words stand before its page's.
        words: light and mood words; an empty text: the book's light, whatever the page says.
        clear: takes their words back.

    Raises:
        BookError: no such panel or page, or nothing is said of them.
        ConfigError, UnknownChoiceError: words that are no light.
    """
    book = load_book(project)
    yield Started("light")
    if (panels or pages) and words is None and not clear:
        raise BookError("No light is given for them.", 'Add --words "moonlight", or --clear.')
    if (words is not None or clear) and not (panels or pages):
        raise BookError(
            "No panel or page is named.", f"Write for instance: inkwright light {quoted(project.root)} p1.2 ..."
        )
    clip = by_clip(project.config())
    if words:
        parse_light(words, "The light", clip)
    known = {panel.id: panel for _, panel in book.panels()}
    for name in panels:
        if name not in known:
            raise BookError(f"{project.book_path} has no panel '{name}'.", suggest(name, list(known)))
    for number in pages:
        if not 1 <= number <= len(book.pages):
            raise BookError(f"{project.book_path} has no page {number}.", f"It has pages 1 to {len(book.pages)}.")
    value = None if clear else words
    for name in panels:
        known[name].look = value
    for number in pages:
        book.pages[number - 1].look = value
    if panels or pages:
        project.save_book(book)
        yield Saved("light", str(project.book_path), "pages, panels and their light: you may edit them there too")
    rows = []
    for number, page in enumerate(book.pages, 1):
        for panel in page.panels:
            said = page.look if panel.look is None else panel.look
            whose = "the book's" if not said else ("the panel's own" if panel.look is not None else f"page {number}'s")
            told = look_of(page, panel) if clip else ", ".join(own_lights(page, panel))
            rows.append((panel.id, told, whose))
    yield Table("light", "Light of the panels", ("panel", "light and mood", "whose"), tuple(rows))
    act = f"; to apply it, run: inkwright make {quoted(project.root)}" if panels or pages else ""
    yield Finished("light", f"{sum(1 for row in rows if row[1])} panels have a light of their own{act}", False)
