"""One panel of the script: where it stands on its page, how it is drawn, what is said."""

from collections.abc import Callable
from dataclasses import dataclass

from inkwright.book import Balloon
from inkwright.sample.pen import Sheet

HERO, PRINCESS, DRAGON = "Hero", "Princess", "Dragon"


@dataclass(frozen=True)
class Scene:
    """A panel of the script.

    Attributes:
        box: its frame on the page: x, y, width, height in page pixels.
        draw: draws it on a sheet of that size.
        alt: what it shows, for readers who cannot see it.
        balloons: what is said; the drawing leaves room for it.
    """

    box: tuple[int, int, int, int]
    draw: Callable[[Sheet], None]
    alt: str
    balloons: tuple[Balloon, ...] = ()


def says(speaker: str, words: str) -> Balloon:
    """Words spoken by an element."""
    return Balloon(words=words, speaker=speaker)


def thinks(speaker: str, words: str) -> Balloon:
    """Words thought by an element."""
    return Balloon(words=words, kind="thought", speaker=speaker)


def shouts(speaker: str, words: str) -> Balloon:
    """Words shouted by an element."""
    return Balloon(words=words, kind="shout", speaker=speaker)


def tells(words: str) -> Balloon:
    """A caption."""
    return Balloon(words=words, kind="caption")


def sounds(words: str) -> Balloon:
    """A sound."""
    return Balloon(words=words, kind="sound")
