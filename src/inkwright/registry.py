"""A named table of choices; an unknown name suggests the nearest one."""

import difflib
from collections.abc import Iterator
from typing import Generic, TypeVar

from inkwright.errors import UnknownChoiceError

T = TypeVar("T")


class Registry(Generic[T]):
    """A literal table of named parts.

    Args:
        kind: what the parts are, for the error message, such as "style".
        parts: name → part.

    Example:
        >>> Registry("backbone", {"vgg19": 1, "clip": 2})["vgg91"]
        Traceback (most recent call last):
        inkwright.errors.UnknownChoiceError: Unknown backbone 'vgg91'. Did you mean 'vgg19'? One of: clip, vgg19.
    """

    def __init__(self, kind: str, parts: dict[str, T]) -> None:
        self.kind, self.parts = kind, dict(parts)

    def __getitem__(self, name: str) -> T:
        if name not in self.parts:
            raise UnknownChoiceError(f"Unknown {self.kind} '{name}'.", suggest(name, list(self.parts)))
        return self.parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __contains__(self, name: object) -> bool:
        return name in self.parts

    def __len__(self) -> int:
        return len(self.parts)


def suggest(name: str, known: list[str]) -> str:
    """The sentences that help after a wrong name: the nearest known one, then all of them."""
    near = difflib.get_close_matches(name, known, 1, 0.5)
    did = f"Did you mean '{near[0]}'? " if near else ""
    return f"{did}One of: {', '.join(sorted(known))}." if known else f"{did}None is known yet."
