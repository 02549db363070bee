"""Styles of their own: for an element wherever it appears, for a page, or for a panel; beside the book's style.

`style.elements` and `style.panels` hold rules, separated by semicolons, such as "Sea = wave.jpg @ 0,0,400,300",
"p3 = woodcut, dusk" or "p3.2 = noir.png". Each style is cast and read off for the whole book, so that a page or an
element in a style of its own agrees with itself, too. A panel's rule goes before its page's, an element's before both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from inkwright.book import Book, Prior
from inkwright.config import Config
from inkwright.errors import ConfigError, PictureError
from inkwright.images import EXTENSIONS, Floats, png_bytes, read_picture, to_float, to_uint8
from inkwright.learn import checkpoint
from inkwright.learn.banks import shaped
from inkwright.learn.canvas import Look, make_look
from inkwright.learn.colour import oklab
from inkwright.learn.guides import Guides
from inkwright.learn.lines import line
from inkwright.learn.palette import Palette
from inkwright.learn.regions import Regions
from inkwright.operations.material import METHOD, by_clip, load_book, load_prior
from inkwright.operations.steer import PARTS
from inkwright.operations.style_picture import (
    check_style,
    known,
    parts_of,
    style_for_learning,
    style_key,
    style_pixels,
)
from inkwright.operations.words import asked_for, style_key_of
from inkwright.project import Project, digest, write_bytes
from inkwright.registry import suggest
from inkwright.sample.styles import STYLES
from inkwright.words import Spoken, parse
from inkwright.words import read as read_words

Masks = list[Floats | None]

AROUND = 0.05
"""How far around a box its surroundings' colours are read, in the panel's shorter side."""
LIKE = 0.04
"""Spread in OKLab of what counts as one colour."""
RARE = 0.02
"""Share of the surroundings from which a colour counts as theirs."""
FAINT = 0.15
"""Share of a box below which what is left of it is too little to be its element."""


@dataclass(frozen=True)
class Rule:
    """A style and where it rules.

    Attributes:
        style: a picture, as `style_picture` reads it, or words.
        elements: indices of elements.
        panels: ids of panels.
    """

    style: str
    elements: frozenset[int] = frozenset()
    panels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """All rules of a book, one for each style.

    Attributes:
        rules: the rules, in the order in which their styles are named.
        everywhere: per element, whether it is a setting.
        said_elements, said_panels: what CLIP is asked for where a rule is, by element and by id of a panel; an empty
            text where the rule is a picture. Nothing unless CLIP reads words.
    """

    rules: list[Rule] = field(default_factory=list)
    everywhere: list[bool] = field(default_factory=list)
    said_elements: dict[int, str] = field(default_factory=dict)
    said_panels: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rules)

    def of_panels(self) -> dict[str, str]:
        """Panels that have a style of their own, by id, with that style."""
        return {panel_id: rule.style for rule in self.rules for panel_id in rule.panels}

    def masks(self, panel_id: str, regions: Regions, guides: Guides, look: Look) -> Masks:
        """Where each rule's style goes in a panel, (H, W) in [0, 1] each; None: nowhere.

        Args:
            panel_id: of the panel.
            regions: where elements are in it.
            guides: of the panel.
            look: the book's; its elements' colours tell an element from the rest of its box.
        """
        if not self.rules:
            return []
        banks = {} if look.elements is None else look.elements.banks
        found = regions if look.elements is None else shaped(regions, guides.flat, look.elements)
        wanted = frozenset[int]().union(*(rule.elements for rule in self.rules))
        for i in (wanted & found.keys()) - banks.keys():  # nothing is known of its colours in the book
            if not self.everywhere[i]:
                found = {**found, i: figure(found[i], guides.flat)}
        out: Masks = []
        for rule in self.rules:
            mask = np.full(guides.ink.shape, float(panel_id in rule.panels), np.float32)
            for i in sorted(rule.elements & found.keys()):
                mask = np.maximum(mask, self._of(i, found))
            out.append(mask if mask.any() else None)
        for n, rule in enumerate(self.rules):  # an element in another style than its panel's
            for i in sorted(rule.elements & found.keys()):
                for other, mine in enumerate(out):
                    if other != n and mine is not None:
                        out[other] = np.asarray(mine * (1 - self._of(i, found)), np.float32)
        return out

    def _of(self, i: int, found: Regions) -> Floats:
        """Where an element is; of a setting, what no figure stands in front of."""
        mask = found[i]
        if self.everywhere[i]:
            for other, its in found.items():
                if not self.everywhere[other]:
                    mask = mask * (1 - its)
        # Two styles half and half are neither: what is unsure is decided, but for a soft edge.
        return np.asarray(np.clip((mask - 0.3) / 0.4, 0, 1), np.float32)


def figure(region: Floats, flat: Floats) -> Floats:
    """A box's region without what has the colours of what lies around it.

    Args:
        region: (H, W) in [0, 1].
        flat: (H, W, 3) RGB in [0, 1], flat colours of the drawing.

    Returns:
        (H, W) in [0, 1]; the region as it is where nothing lies around it, or where nothing would be left.
    """
    inside = (region > 0.5).astype(np.uint8)
    reach = max(3, round(AROUND * min(region.shape)))
    ring = cv2.dilate(inside, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) - cv2.dilate(inside, np.ones((3, 3)))
    lab = oklab(flat)
    beside = lab[ring == 1]
    if len(beside) < 50:
        return region
    _, cell, count = np.unique(np.round(beside / LIKE), axis=0, return_inverse=True, return_counts=True)
    seen = [beside[cell.ravel() == n].mean(0) for n in np.flatnonzero(count >= RARE * len(beside))]
    far = np.stack([((lab - colour) ** 2).sum(-1) for colour in seen]).min(0)
    own = np.asarray(1 - np.exp(-far / np.float32(2 * LIKE**2)), np.float32)
    soft = np.clip(1.5 * cv2.GaussianBlur(own, (0, 0), max(1.0, 0.006 * min(region.shape))), 0, 1)
    if float(soft[inside == 1].mean()) < FAINT:
        return region
    return np.asarray(region * soft, np.float32)


def read_rules(project: Project | None, config: Config, book: Book, prior: Prior) -> Rules:
    """The rules of the settings.

    Raises:
        ConfigError: a rule that is none, or of an element, page or panel that the book does not have.
        PictureError: a style that cannot be used.
    """
    names = [element.name for element in prior.elements]
    known_panels, panels, clip = named_panels(book), set(book.panel_ids()), by_clip(config)
    styles: dict[str, tuple[set[int], set[str]]] = {}
    said_elements, said_panels = {}, {}
    for name, style in _split(config.style.elements, "style.elements", "Hero = woodblock"):
        if name not in names:
            raise ConfigError(f"style.elements has no element '{name}' to go by.", suggest(name, names))
        style, words = _read(project, style, clip)
        if clip:
            said_elements[names.index(name)] = words
        if style:
            styles.setdefault(style, (set(), set()))[0].add(names.index(name))
    chosen: dict[str, str] = {}
    ruled = _split(config.style.panels, "style.panels", "p3.2 = woodblock")
    for name, style in sorted(ruled, key=lambda rule: rule[0] in panels):  # pages first, panels over them
        if name not in known_panels:
            raise ConfigError(f"style.panels has no page or panel '{name}'.", suggest(name, list(known_panels)))
        chosen |= dict.fromkeys(known_panels[name], style)
    for panel_id, style in chosen.items():
        style, words = _read(project, style, clip)
        if clip:
            said_panels[panel_id] = words
        if style:
            styles.setdefault(style, (set(), set()))[1].add(panel_id)
    for style in styles:
        _check(project, style)
    everywhere = [element.kind == "setting" for element in prior.elements]
    rules = [Rule(s, frozenset(i), frozenset(j)) for s, (i, j) in styles.items()]
    return Rules(rules, everywhere, said_elements, said_panels)


def named_panels(book: Book) -> dict[str, list[str]]:
    """What panels may be called → their ids: pages by number and by file, then panels, which go before pages."""
    ids = [[panel.id for panel in page.panels] for page in book.pages]
    out = {f"p{n}": its for n, its in enumerate(ids, 1)}
    out |= {Path(page.file).stem: its for page, its in zip(book.pages, ids, strict=True)}
    return out | {panel_id: [panel_id] for panel_id in book.panel_ids()}


def check_rules(project: Project, given: dict[str, dict[str, Any]]) -> None:
    """Refuses rules before they are saved as settings; `given` are settings by section.

    Raises:
        ConfigError, PictureError: see `read_rules`.
    """
    config, book = project.config(), load_book(project)
    parts = {name: getattr(config, name).model_copy(update=given.get(name, {})) for name in ("style", "fit")}
    config = config.model_copy(update=parts)
    read_rules(project, config, book, load_prior(project, book))


def _split(text: str, setting: str, example: str) -> list[tuple[str, str]]:
    """The rules of a setting: names, and their styles."""
    out = []
    for rule in text.split(";"):
        name, found, style = (part.strip() for part in rule.partition("="))
        if not rule.strip():
            continue
        if not found or not name or not style:
            raise ConfigError(f"{setting} has '{rule.strip()[:80]}', which is no rule.", f"Write it as in: {example}")
        out.append((name, style))
    return out


def _read(project: Project | None, style: str, clip: bool) -> tuple[str, str]:
    """What a rule names: its style, and the words that CLIP is asked for; without it words that are known are a style.

    Words that the vocabulary lacks are no style: theirs is the book's. A name that looks like a file's is no words.
    """
    if not clip:
        return style, ""
    if style in STYLES:
        return style, style.replace("-", " ")
    parts = [part.name for part in parts_of(project, style)]
    if "/" in style or any(known(project, name) or Path(name).suffix.lower() in EXTENSIONS for name in parts):
        return style, ""
    return str(read_words(style, "A style of its own", True)), style


def _said(project: Project | None, style: str) -> Spoken | None:
    """A rule's style in words; None where it names pictures."""
    if "/" in style or any(known(project, part.name) for part in parts_of(project, style)):
        return None
    said = parse(style, "A style of its own", strict=False)
    return None if said.unknown or not str(said) else said


def _check(project: Project | None, style: str) -> None:
    """Refuses a style that is neither pictures nor words."""
    try:
        if _said(project, style) is None:
            check_style(project, style)
    except PictureError as error:
        if any(known(project, part.name) for part in parts_of(project, style)):
            raise
        hint = f"{error.hint.rstrip('.')}; or name words, see: inkwright looks"
        raise PictureError(error.message, hint) from error


def rules_key(project: Project, rules: Rules) -> list[str]:
    """Changes with the rules, their styles' content and what CLIP is asked of elements; empty without rules."""
    keys = []
    for rule in rules.rules:
        said = _said(project, rule.style)
        look = style_key(project, rule.style) if said is None else f"{said} {METHOD} {style_key_of(project)}"
        keys.append(digest([look, sorted(rule.elements), sorted(rule.panels)]))
    elements = sorted(rules.said_elements.items())
    return [*keys, digest(["said", elements])] if elements else keys


def make_others(run: Path, project: Project, rules: Rules, look: Look, panels: Sequence[Guides], scale: float) -> None:
    """Casts the rules' styles for the book, keeps them with the run, and gives them to the book's look."""
    config = project.config()
    for n, rule in enumerate(rules.rules):
        said = _said(project, rule.style)
        pixels = style_pixels(project, rule.style) if said is None else asked_for(said, project, config.style.picture)
        style = style_for_learning(pixels, scale)
        write_bytes(run / f"style-{n + 1}.png", png_bytes(to_uint8(style)))
        other = make_look(list(panels), to_float(to_uint8(style)), look.seed, look.detail)
        parts = {name: torch.from_numpy(np.ascontiguousarray(getattr(other.palette, name))) for name in PARTS}
        checkpoint.save_tensors(run / f"look-{n + 1}.safetensors", parts)
    load_others(run, project, rules, look)


def load_others(run: Path, project: Project, rules: Rules, look: Look) -> None:
    """Gives a run's look the styles of its rules, as `make_others` kept them."""
    look.others = []
    for n, rule in enumerate(rules.rules):
        style = to_float(read_picture(run / f"style-{n + 1}.png", 1).pixels)
        kept = checkpoint.load_tensors(run / f"look-{n + 1}.safetensors")
        palette = Palette(**{name: kept[name].numpy() for name in PARTS})
        said = _said(project, rule.style)
        its = look.line if said is None else line(said.lines)
        look.others.append(Look(style, palette, look.seed, look.detail, line=its))
