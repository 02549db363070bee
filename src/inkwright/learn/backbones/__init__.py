"""The table of backbones: what the style is read with.

`embedded` is the default and has no weights: S_j has its own filters. The others are pretrained on pictures of others,
and are never fetched unasked. Networks take RGB in [0, 1]; what their weights want beyond that is pinned with the file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from torch import Tensor

from inkwright.errors import BackboneError, ConfigError
from inkwright.learn.backbones import squeezenet, vgg
from inkwright.learn.backbones.weight_files import WeightFile, read_weights
from inkwright.registry import Registry, suggest


class Features(Protocol):
    """A network whose layers can be asked for by name, such as "relu4_1"."""

    layers: tuple[str, ...]

    def __call__(self, X: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        """(B, 3, H, W) RGB in [0, 1] → the features of each layer, (B, C, h, w); fewer where the picture is small."""
        ...


@dataclass(frozen=True)
class Backbone:
    """An entry of the table.

    Attributes:
        says: what it is, one phrase.
        layers: the layers whose statistics S_j compares.
        build: makes it from a file's tensors, its path and its notes; None: it has no layers to compare.
        wanted: which tensors of a file are read.
        weights: the file; None: it needs none, or it is a folder of several.
    """

    says: str
    layers: tuple[str, ...] = ()
    build: Callable[[dict[str, Tensor], Path, dict[str, str]], Features] | None = None
    wanted: Callable[[str], bool] = lambda _: True
    weights: WeightFile | None = None


BACKBONES: Registry[Backbone] = Registry(
    "backbone",
    {
        "embedded": Backbone("no weights: the filters of S_j itself"),
        "vgg19": Backbone(
            "VGG-19, trained on ImageNet: closer to the style picture",
            ("relu1_1", "relu2_1", "relu3_1", "relu4_1"),
            vgg.build,
            vgg.wanted,
            WeightFile("vgg19", "timm/vgg19.tv_in1k", "model.safetensors", 575, "BSD-3-Clause"),
        ),
        "squeezenet": Backbone(
            "SqueezeNet 1.1, trained on ImageNet: small and quick",
            ("relu1", "fire4", "fire7", "fire10"),
            squeezenet.build,
            squeezenet.wanted,
            WeightFile("squeezenet", "", "squeezenet1_1 of torchvision", 5, "BSD-3-Clause"),
        ),
        "clip": Backbone("CLIP: any words in style.words; needs transformers"),
    },
)
"""Name → what the style is read with."""


def file_of(name: str, file: str = "") -> Path:
    """Where the weights of a backbone that is one file lie: `file`, or its own place."""
    entry = BACKBONES[name]
    assert entry.weights is not None
    return Path(file).expanduser() if file else entry.weights.path


def load_backbone(name: str, file: str = "") -> Features | None:
    """A backbone with its weights; None for those that have no layers to compare.

    Args:
        name: in `BACKBONES`.
        file: of its weights; empty: its own place.

    Raises:
        UnknownChoiceError: no such backbone.
        BackboneError: the file is missing, a pickle, damaged, or of another network.
    """
    entry = BACKBONES[name]
    if entry.build is None or entry.weights is None:
        return None
    path = file_of(name, file)
    if not file and not path.exists():
        raise BackboneError(
            f"The weights of {name} are not on this machine: {path} does not exist.", put(entry.weights)
        )
    weights, notes = read_weights(path, entry.wanted)
    return entry.build(weights, path, notes)


def put(weights: WeightFile) -> str:
    """How a file of weights comes to its place."""
    if not weights.repo:
        return f"Put {weights.file} there as safetensors, or name a file in fit.weights; see docs/backbones.md."
    where = f"put {weights.file} of {weights.repo} there by hand, or name a file in fit.weights"
    return f"Run: inkwright backbones --get {weights.name}, or {where}."


def layers_of(name: str, found: Features, wanted: str = "") -> tuple[str, ...]:
    """The layers whose statistics are compared: those asked for, else the backbone's own that its file reaches.

    Raises:
        ConfigError: a layer that the network does not have.
    """
    if not wanted.strip():
        return tuple(layer for layer in BACKBONES[name].layers if layer in found.layers)
    layers = tuple(dict.fromkeys(part.strip() for part in wanted.split(",") if part.strip()))
    for layer in layers:
        if layer not in found.layers:
            raise ConfigError(
                f"fit.layers: {name} has no layer '{layer[:40]}' in its weights.", suggest(layer, list(found.layers))
            )
    return layers


__all__ = ["BACKBONES", "Backbone", "Features", "file_of", "layers_of", "load_backbone", "put"]
