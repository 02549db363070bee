"""What a backbone adds to a fit: checked before any work, loaded once, joined to the panels."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch.nn.functional as F

from inkwright.book import Book
from inkwright.config import Config
from inkwright.errors import BackboneError, ConfigError, UnknownChoiceError
from inkwright.images import Floats
from inkwright.learn.backbones import BACKBONES, Features, file_of, layers_of, load_backbone
from inkwright.learn.backbones.clip import Clip, find_checkpoint, load_clip, weights_of
from inkwright.learn.backbones.weight_files import check_kind, mark_of
from inkwright.learn.regions import COARSE, Regions
from inkwright.learn.said import Said, word_planes
from inkwright.learn.tensors import to_tensor
from inkwright.learn.text_losses import in_templates
from inkwright.learn.tone_features import ToneFeatures
from inkwright.operations.rounds import Material
from inkwright.operations.worded import WHERE, Worded, worded
from inkwright.project import Project, from_home
from inkwright.words import asked

Drawn = Iterable[tuple[str, Floats, Regions]]
"""Panels: id, as drawn at the size at which they are fitted, and where their elements are."""


def check(config: Config, book: Book | None = None) -> None:
    """Refuses settings of a backbone that cannot be used, before any work; loads nothing.

    Args:
        config: the settings.
        book: whose pages and panels may have words of their own.

    Raises:
        UnknownChoiceError: no such backbone.
        BackboneError: its weights are not on this machine, or a pickle.
        ConfigError: clip without words.
    """
    for path in _files(config):
        check_kind(path)
    if config.fit.backbone == "clip" and config.fit.weight_words:
        own = book is not None and any(page.look or panel.look for page, panel in book.panels())
        if not (config.style.words or config.style.panels or config.style.elements or own):
            act = """Say what the book should look like: --style-words "neon light", or set another fit.backbone."""
            raise ConfigError("fit.backbone is clip, but style.words is empty.", act)
        if config.style.words:
            asked(config.style.words, WHERE)


def check_settings(project: Project, given: dict[str, Any]) -> None:
    """Refuses a backbone, or weights for it, before they are saved as settings; their path is saved whole."""
    before = project.config()
    if given.get("weights") and (path := from_home(given["weights"])).exists():
        given["weights"] = str(path.absolute())
    config = before.model_copy(update={"fit": before.fit.model_copy(update=given)})
    for path in _files(config):
        check_kind(path)


def key_of(config: Config) -> list[Any]:
    """Changes with the weights that a fit uses and the words that CLIP reads; empty without a backbone."""
    if config.fit.backbone == "embedded":
        return []
    try:
        marks = [mark_of(path) for path in _files(config)]
    except (BackboneError, UnknownChoiceError, OSError):  # the status of a book is told all the same
        marks = []
    words = [config.style.words, config.style.words_from] if config.fit.backbone == "clip" else []
    return [[config.fit.backbone, marks, words]]


def _files(config: Config) -> list[Path]:
    """The files of the backbone's weights."""
    name = config.fit.backbone
    if name == "clip":
        return weights_of(find_checkpoint(config.fit.weights))
    if BACKBONES[name].weights is None:
        return []
    path = file_of(name, config.fit.weights)
    if not path.exists():
        load_backbone(name, config.fit.weights)  # says what to do
    return [path]


class Terms:
    """The terms of the backbone that is set.

    Args:
        config: the settings.
        its: the words with the book that they are for; None: with no book.

    Raises:
        BackboneError, UnknownChoiceError: see `load_backbone` and `load_clip`.
        ConfigError: no words, too long ones, or such for an element that is not there.
    """

    def __init__(self, config: Config, its: Worded | None = None) -> None:
        self.config = config
        self.network: Features | None = None
        self.clip: Clip | None = None
        name, f = config.fit.backbone, config.fit
        if its is None or not its.texts.all():
            check(config)
        if name == "clip" and f.weight_words:
            self.worded = worded(config) if its is None else its
            if not self.worded.texts.all():
                act = """Say what the book should look like: --style-words "neon light", or set another fit.backbone."""
                raise ConfigError(f"fit.backbone is clip, but {WHERE} has no words for it.", act)
            self.clip = load_clip(f.weights)
            for text in (*self.worded.texts.all(), config.style.words_from):
                _fits(text, self.clip)
        elif name != "clip" and f.weight_features:
            self.network = load_backbone(name, f.weights)
            if self.network is not None:
                self.layers = layers_of(name, self.network, f.layers)

    def join(self, material: Material, style: Floats, drawn: Drawn) -> list[tuple[str, str]]:
        """Adds the terms to what the rounds work on.

        Args:
            material: the panels.
            style: (H, W, 3) the style picture, RGB in [0, 1].
            drawn: the panels; only looked at where there are words.

        Returns:
            What the author should know: messages and hints.

        Raises:
            ConfigError: the words hold nowhere in the book.
        """
        if self.network is not None:
            material.features = ToneFeatures(self.network, self.layers, to_tensor(style))
        if self.clip is None:
            return []
        drawings, masks, texts = [], [], self.worded.texts
        for j, (panel, pixels, regions) in enumerate(drawn):
            drawings.append(to_tensor(pixels).half())
            holds = self.worded.holds(panel, regions, *pixels.shape[:2])
            masks.append(F.avg_pool2d(holds[None], COARSE, ceil_mode=True)[0].half())
            if (planes := word_planes(texts, holds)) is not None:
                material.words.append(planes.half())
            if texts.panels.get(panel) and material.spots:
                material.spots[j] = []  # words of its own change its elements' colours on purpose
        f, style_set = self.config.fit, self.config.style
        material.said = Said(self.clip, texts, style_set.words_from, drawings, masks, f.crops, style_set.seed)
        heard = {k for here in material.said.here for k in here}
        silent = [text for k, text in enumerate(texts.all()) if k not in heard]
        act = "Mark the elements that they are for, with boxes, or leave them out."
        if not heard:
            raise ConfigError(f"{WHERE}: '{silent[0][:60]}' holds nowhere in the book.", act)
        return [(f"{WHERE}: '{text[:60]}' holds nowhere in the book.", act) for text in silent]


def _fits(text: str, clip: Clip) -> None:
    """Refuses a text that CLIP would cut."""
    longest = max(in_templates(""), key=clip.length)

    def length(part: str) -> int:
        return clip.length(longest.replace("{}", "") + part)

    if (got := length(text)) <= clip.longest:
        return
    words = text.split()
    low, high = 0, len(words)
    while low < high:  # the most words that fit
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(" ".join(words[:middle])) <= clip.longest else (low, middle - 1)
    kept = " ".join(words[:low])
    raise ConfigError(
        f"{WHERE}: '{text[:40]}...' is {got} tokens long, but this CLIP reads {clip.longest}.",
        f"Shorten it to its first {low} words, up to '...{kept[-40:]}', or fewer." if low else "Shorten it.",
    )


__all__ = ["Terms", "check", "check_settings", "key_of"]
