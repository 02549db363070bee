"""Weights and training state on disk: safetensors only, never pickles.

A finished run's `meta.json` is written last and carries a format version; see `project`.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from inkwright.errors import InternalError, ProjectError
from inkwright.project import write_bytes

VERSION = 1


def save_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Writes tensors as safetensors, whole or not at all; the same tensors give the same bytes."""
    whole = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in sorted(tensors.items())}
    write_bytes(path, save(whole, metadata={"format": str(VERSION)}))


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Reads safetensors.

    Raises:
        ProjectError: missing or damaged.
    """
    try:
        return load(path.read_bytes())
    except OSError:
        raise ProjectError(f"{path} is missing.", "Run the step that makes it again.") from None
    except SafetensorError as error:
        raise ProjectError(f"{path} is damaged: {error}.", "Delete that run's folder and run the step again.") from None


def pack(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Puts a prefix before the names."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def unpack(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with that prefix, without it."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(prefix + ".")}


def load_weights(module: nn.Module, weights: dict[str, Tensor], name: str) -> None:
    """Loads weights into a module.

    Raises:
        ProjectError: they do not fit.
    """
    try:
        module.load_state_dict(weights)
    except RuntimeError:
        raise ProjectError(
            f"The weights in {name} do not fit this version.", "Delete that run's folder and run the step again."
        ) from None


def load_shipped(module: nn.Module, path: Path, hint: str, kept: tuple[str, ...] = ()) -> None:
    """Puts weights that are a part of inkwright itself into a module.

    Args:
        module: whose weights are replaced.
        path: safetensors, of any precision.
        hint: what can be done where they cannot be used.
        kept: names that stay as they are in the module.

    Raises:
        InternalError: the file is missing or damaged, or made for another module.
    """
    try:
        weights = load(path.read_bytes())
    except (OSError, SafetensorError) as error:
        raise InternalError(f"{path}, a part of inkwright, cannot be read: {error}.", hint) from None
    whole = {name: w.float() if w.is_floating_point() else w for name, w in weights.items()}
    try:
        module.load_state_dict(whole | {name: module.state_dict()[name] for name in kept})
    except RuntimeError:
        raise InternalError(f"The weights in {path}, a part of inkwright, do not fit its network.", hint) from None


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The moments of Adam or AdamW, by parameter number."""
    state: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {f"{n}.{key}": value for n, moments in state.items() for key, value in moments.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Puts back what `optimizer_tensors` gave."""
    plain = optimizer.state_dict()
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        number, key = name.split(".", 1)
        state.setdefault(int(number), {})[key] = value
    plain["state"] = state
    optimizer.load_state_dict(plain)
