"""Files of pretrained weights: where they lie on this machine, and what is refused.

Only safetensors are read: a pickle can run any program when it is opened. Fetching is in `fetching`.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from inkwright.errors import BackboneError

ZIP = b"PK\x03\x04"
"""How files of torch.save begin."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Suffixes that such files go by."""


@dataclass(frozen=True)
class WeightFile:
    """A file of weights on a model hub, or one that the user has to bring.

    Attributes:
        name: of the backbone that it belongs to.
        repo: on the hub, such as "timm/vgg19.tv_in1k"; empty: it is on no hub as safetensors.
        file: its name there.
        megabytes: its size, about.
        licence: of the weights.
    """

    name: str
    repo: str
    file: str
    megabytes: int
    licence: str

    @property
    def path(self) -> Path:
        """Where it lies on this machine."""
        return folder() / f"{self.name}.safetensors"


def folder() -> Path:
    """Where weights are kept: INKWRIGHT_WEIGHTS, or inkwright/weights in the user's cache."""
    if own := os.environ.get("INKWRIGHT_WEIGHTS"):
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "inkwright" / "weights"


def read_weights(
    path: Path, wanted: Callable[[str], bool] = lambda _: True
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Reads a file of weights.

    Args:
        path: safetensors.
        wanted: which names to read; the others' numbers are never touched.

    Returns:
        Tensors, floating ones as float32, and the file's own notes.

    Raises:
        BackboneError: missing, empty, a pickle, damaged, or holding values that are no numbers.
    """
    check_kind(path)
    try:
        with safe_open(path, "pt") as file:
            notes = file.metadata() or {}
            found = {name: file.get_tensor(name) for name in sorted(file.keys()) if wanted(name)}
    except (SafetensorError, ValueError, KeyError, TypeError, OSError) as error:
        raise _damaged(path, error) from None
    weights = {name: w.float() if w.is_floating_point() else w for name, w in found.items()}
    for name, tensor in weights.items():
        if not bool(torch.isfinite(tensor).all()):
            raise BackboneError(f"{path}: '{name}' holds values that are no numbers.", "Fetch the file again.")
    return weights, notes


def check_kind(path: Path) -> None:
    """Refuses what is no safetensors file; pickles by their first bytes, unopened.

    Raises:
        BackboneError: missing, a folder, empty, a pickle, or damaged.
    """
    try:
        if path.is_dir():
            raise BackboneError(f"{path} is a folder.", "Name a .safetensors file in fit.weights.")
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        raise BackboneError(f"{path} does not exist.", "Check fit.weights, or see: inkwright backbones") from None
    except OSError as error:
        raise BackboneError(
            f"{path} cannot be read: {error.strerror}.", "Check that path and its permissions."
        ) from None
    if not start:
        raise BackboneError(f"{path} is empty.", "Fetch it again.")
    if start.startswith(ZIP) or _is_pickle(start):
        raise pickled(path)
    try:
        with safe_open(path, "pt"):  # its list of contents fits its size
            pass
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path, error) from None


def pickled(path: Path) -> BackboneError:
    """What is said of a pickle."""
    return BackboneError(
        f"{path} is a pickle, which can run any program when it is opened, so it was not.",
        "Use the .safetensors file of the same weights; see docs/backbones.md.",
    )


def _damaged(path: Path, error: Exception) -> BackboneError:
    return BackboneError(f"{path} is no whole safetensors file ({str(error).rstrip('.')}).", "Fetch it again.")


def _unreadable(path: Path, error: OSError) -> BackboneError:
    return BackboneError(f"{path} cannot be read: {error.strerror}.", "Check that path and its permissions.")


def _is_pickle(start: bytes) -> bool:
    """A plain pickle begins with its protocol, 2 to 5; a safetensors file with eight bytes of length, then {"""
    return len(start) > 2 and start[0] == 0x80 and start[1] in (2, 3, 4, 5) and start[8:9] != b"{"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        BackboneError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackboneError(
            f"{path} cannot be read: {error.strerror}.", "Check that path and its permissions."
        ) from None


def mark_of(path: Path) -> list[int | str]:
    """What tells one file of weights from another without reading half a gigabyte: its size and its first bytes, which
    hold the names and shapes, and a few stretches of its numbers."""
    size = path.stat().st_size
    told = hashlib.sha256()
    with path.open("rb") as file:
        for part in range(9):
            file.seek(max(0, (size - 65536) * part // 8))
            told.update(file.read(65536))
    return [size, told.hexdigest()[:24]]
