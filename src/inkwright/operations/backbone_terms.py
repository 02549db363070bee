"""What a backbone adds to a fit: checked before any work, loaded once, joined to the panels."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch.nn.functional as F

from inkwright.book import Element
from inkwright.config import Config
from inkwright.errors import BackboneError, ConfigError, UnknownChoiceError
from inkwright.images import Floats
from inkwright.learn.backbones import BACKBONES, Features, file_of, layers_of, load_backbone
from inkwright.learn.backbones.clip import Clip, find_checkpoint, load_clip, weights_of
from inkwright.learn.backbones.weight_files import check_kind, mark_of
from inkwright.learn.feature_losses import FeatureMoments
from inkwright.learn.regions import COARSE, Regions
from inkwright.learn.said import Said, Texts, claims
from inkwright.learn.tensors import to_tensor
from inkwright.learn.text_losses import in_templates
from inkwright.operations.rounds import Material
from inkwright.project import Project, from_home
from inkwright.registry import suggest
from inkwright.words import BACK, FRONT, Asked, asked

WHERE = "style.words"
Drawn = Iterable[tuple[Floats, Regions]]
"""Panels as drawn, at the size at which they are fitted, and where their elements are."""


def check(config: Config) -> None:
    """Refuses settings of a backbone that cannot be used, before any work; loads nothing.

    Raises:
        UnknownChoiceError: no such backbone.
        BackboneError: its weights are not on this machine, or a pickle.
        ConfigError: clip without words.
    """
    for path in _files(config):
        check_kind(path)
    if config.fit.backbone == "clip" and config.fit.weight_words:
        if not config.style.words:
            act = """Say what the book should look like: --style-words "neon light", or set another fit.backbone."""
            raise ConfigError("fit.backbone is clip, but style.words is empty.", act)
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
        elements: of the book, which may have words of their own.

    Raises:
        BackboneError, UnknownChoiceError: see `load_backbone` and `load_clip`.
        ConfigError: no words, too long ones, or such for an element that is not there.
    """

    def __init__(self, config: Config, elements: Sequence[Element] = ()) -> None:
        self.config, self.elements = config, elements
        self.network: Features | None = None
        self.clip: Clip | None = None
        name, f = config.fit.backbone, config.fit
        check(config)
        if name == "clip" and f.weight_words:
            names = texts_of(asked(config.style.words, WHERE), elements)
            self.clip = load_clip(f.weights)
            for text in (*names.all(), config.style.words_from):
                _fits(text, self.clip)
            self.texts = names
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
            material.features = FeatureMoments(self.network, self.layers, to_tensor(style))
        if self.clip is None:
            return []
        drawings, masks = [], []
        everywhere = [element.kind == "setting" for element in self.elements]
        for pixels, regions in drawn:
            drawings.append(to_tensor(pixels).half())
            height, width = pixels.shape[:2]
            whole = claims(self.texts, regions, everywhere, height, width)
            masks.append(F.avg_pool2d(whole[None], COARSE, ceil_mode=True)[0].half())
        f, style_set = self.config.fit, self.config.style
        material.said = Said(self.clip, self.texts, style_set.words_from, drawings, masks, f.crops, style_set.seed)
        heard = {k for here in material.said.here for k in here}
        silent = [text for k, text in enumerate(self.texts.all()) if k not in heard]
        act = "Mark the elements that they are for, with boxes, or leave them out."
        if not heard:
            raise ConfigError(f"{WHERE}: '{silent[0][:60]}' holds nowhere in the book.", act)
        return [(f"{WHERE}: '{text[:60]}' holds nowhere in the book.", act) for text in silent]


def texts_of(said: Asked, elements: Sequence[Element]) -> Texts:
    """The words with the elements that they are for.

    Raises:
        UnknownChoiceError: an element that the book does not have.
        ConfigError: words for elements where there are none.
    """
    names = {element.name.casefold(): i for i, element in enumerate(elements)}
    own: dict[int, str] = {}
    for name, text in said.elements:
        if name.casefold() not in names:
            known = [element.name for element in elements] + [FRONT[0], BACK[0]]
            raise UnknownChoiceError(f"{WHERE}: there is no element '{name[:40]}'.", suggest(name[:40], known))
        own[names[name.casefold()]] = text
    if said.foreground and not elements:
        act = "Mark characters and props first, see: inkwright elements --help; or give words for the whole."
        raise ConfigError(f"{WHERE} has words for the foreground, but no element is marked.", act)
    return Texts(said.whole, said.foreground, said.background, own)


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


__all__ = ["Terms", "check", "check_settings", "key_of", "texts_of"]
