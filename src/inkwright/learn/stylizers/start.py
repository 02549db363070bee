"""The weights that a style network starts from: our own, trained on procedural pictures alone by tools/checkpoint.py.

start.safetensors holds the weights, start.json says how they were made and what they save. The spread of the style's
colours is no part of them: a network keeps that of the style it is made for.
"""

from collections.abc import Callable
from pathlib import Path

from torch import nn

from inkwright.learn.checkpoint import load_shipped
from inkwright.registry import Registry

START = Path(__file__).with_name("start.safetensors")


def load_start(net: nn.Module, path: Path = START) -> None:
    """Puts the starting weights into a network, all but its spread.

    Raises:
        InternalError: the file, a part of inkwright itself, is missing or damaged, or made for another network.
    """
    hint = "Install inkwright again, make the file anew with make checkpoint, or do without it: fit.start = scratch."
    load_shipped(net, path, hint, kept=("spread",))


def leave(net: nn.Module) -> None:
    """Leaves a network's random weights as they are; its base stays untouched until it has learned."""


STARTS: Registry[Callable[[nn.Module], None]] = Registry("start", {"ours": load_start, "scratch": leave})
"""Name → what is done to a new network."""
