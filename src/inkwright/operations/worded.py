"""Which words CLIP reads where: the book's, its elements', its pages' and its panels'; known without any network."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from inkwright.book import Book, Element, Prior
from inkwright.config import Config
from inkwright.errors import ConfigError, UnknownChoiceError
from inkwright.learn.regions import Regions
from inkwright.learn.said import Texts, claims, word_planes
from inkwright.operations.material import by_clip, load_prior, look_of
from inkwright.operations.style_rules import Rules, named_panels, read_rules
from inkwright.project import Project
from inkwright.words import BACK, FRONT, Asked, asked, parse

WHERE = "style.words"


@dataclass(frozen=True)
class Worded:
    """A look in words with the book that it is for.

    Attributes:
        texts: the words.
        everywhere: per element, whether it is a setting.
    """

    texts: Texts = field(default_factory=Texts)
    everywhere: tuple[bool, ...] = ()

    def holds(self, panel: str, regions: Regions, height: int, width: int) -> Tensor:
        """Where in a panel each text holds, see `said.claims`."""
        return claims(self.texts, regions, self.everywhere, height, width, panel)

    def planes(self, panel: str, regions: Regions, height: int, width: int) -> Tensor | None:
        """What the style network is told of them, (1, 8, h, w), see `said.word_planes`; None: it is not told."""
        return word_planes(self.texts, self.holds(panel, regions, height, width)) if self.texts.own() else None

    def key(self) -> list[object]:
        """Changes with the words of pages and panels; empty without."""
        return [[[name, text] for name, text in self.texts.panels.items()]] if self.texts.panels else []


def words_of(project: Project, config: Config, book: Book, prior: Prior, rules: Rules | None = None) -> Worded | None:
    """The words of a project that CLIP reads; None where it reads none.

    Raises:
        ConfigError, UnknownChoiceError, PictureError: words or rules that cannot be used.
    """
    if not by_clip(config) or not config.fit.weight_words:
        return None
    its = read_rules(project, config, book, prior) if rules is None else rules
    looks = {panel.id: text for page, panel in book.panels() if (text := _beyond(look_of(page, panel)))}
    return worded(config, prior.elements, named_panels(book), its, looks)


def check_words(project: Project, given: Mapping[str, Mapping[str, object]]) -> None:
    """Refuses words for what the book does not have, before they are saved as settings; `given` by section.

    Raises:
        ConfigError, UnknownChoiceError, PictureError: see `words_of`.
    """
    book, config = project.book(), project.config()
    parts = {name: getattr(config, name).model_copy(update=dict(given.get(name, {}))) for name in ("style", "fit")}
    if book.panel_ids():
        words_of(project, config.model_copy(update=parts), book, load_prior(project, book))


def worded(
    config: Config,
    elements: Sequence[Element] = (),
    names: Mapping[str, Sequence[str]] | None = None,
    rules: Rules | None = None,
    looks: Mapping[str, str] | None = None,
) -> Worded:
    """The words of the settings with what they are for.

    A panel's words stand in place of the book's: those of a rule in style.panels, and those behind its name, or its
    page's, in style.words. Those of its look are said beside them. Where a rule names a picture, no words are asked.

    Args:
        config: the settings.
        elements: of the book.
        names: what a panel, or all panels of a page, may be called → ids of panels; in reading order.
        rules: styles of their own.
        looks: id of a panel → words of its look.
    """
    its = Rules() if rules is None else rules
    looks, names = looks or {}, names or {}
    said = asked(config.style.words, WHERE) if config.style.words else Asked()
    texts = texts_of(said, elements, names)
    own = dict(its.said_elements)
    own |= {i: _joined(own.get(i, ""), text) for i, text in texts.elements.items()}
    panels: dict[str, str] = {}
    for panel in dict.fromkeys(panel for ids in names.values() for panel in ids):
        found = [part[panel] for part in (its.said_panels, texts.panels) if panel in part]
        if look := looks.get(panel):
            found = [*(found or [texts.whole]), look]
        if found:
            panels[panel] = _joined(*found)
    everywhere = tuple(element.kind == "setting" for element in elements)
    return Worded(Texts(texts.whole, texts.foreground, texts.background, own, panels), everywhere)


def texts_of(said: Asked, elements: Sequence[Element], names: Mapping[str, Sequence[str]] | None = None) -> Texts:
    """The words with the elements and panels that they are for; a panel's own go before its page's.

    Raises:
        UnknownChoiceError: an element, page or panel that the book does not have.
        ConfigError: words for figures where there are none.
    """
    at = {element.name.casefold(): i for i, element in enumerate(elements)}
    known = {name.casefold(): (name, list(ids)) for name, ids in (names or {}).items()}
    own: dict[int, str] = {}
    panels: list[tuple[bool, str, str]] = []
    for name, text in said.elements:
        if name.casefold() in at:
            own[at[name.casefold()]] = text
        elif name.casefold() in known:
            called, ids = known[name.casefold()]
            panels += [(called in ids, panel, text) for panel in ids]
        else:
            raise _strange(name, [element.name for element in elements], list(names or {}))
    if said.foreground and not elements:
        act = "Mark characters and props first, see: inkwright elements --help; or give words for the whole."
        raise ConfigError(f"{WHERE} has words for the foreground, but no element is marked.", act)
    of_panels = {panel: text for _, panel, text in sorted(panels, key=lambda one: one[0])}
    return Texts(said.whole, said.foreground, said.background, own, of_panels)


def _strange(name: str, elements: list[str], panels: list[str]) -> UnknownChoiceError:
    """Words for something that the book does not have."""
    parts = [*elements, FRONT[0], BACK[0]]
    near = difflib.get_close_matches(name[:40], [*parts, *panels], 1, 0.5)
    did = f"Did you mean '{near[0]}'? " if near else ""
    pages = f"; or a page or panel, such as {panels[0]} or {panels[-1]}" if panels else ""
    message = f"{WHERE}: there is no element{', page or panel' if panels else ''} '{name[:40]}'."
    return UnknownChoiceError(message, f"{did}One of: {', '.join(sorted(parts))}{pages}.")


def _beyond(look: str) -> str:
    """A panel's look where CLIP has to read it; known lights are painted without."""
    return look if look and parse(look, "The look", strict=False).unknown else ""


def _joined(*texts: str) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


__all__ = ["WHERE", "Worded", "texts_of", "worded", "words_of"]
