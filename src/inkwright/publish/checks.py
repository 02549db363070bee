"""What is found when a published file is opened again, with other eyes than those that wrote it."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from PIL import Image

Verdict = Literal["ok", "note", "problem"]
_EXIF, _GPS = 0x8769, 0x8825
LOCATION, CAMERA = "location data", "camera data"


@dataclass(frozen=True)
class Check:
    """Something that was looked at.

    Attributes:
        name: what it was.
        found: what was found.
        verdict: ok; note: to be known; problem: to be mended.
    """

    name: str
    found: str
    verdict: Verdict = "ok"


def judged(name: str, good: bool, found: str, otherwise: str = "", verdict: Verdict = "problem") -> Check:
    """A check that says `found` where it is good, else `otherwise`."""
    return Check(name, found) if good else Check(name, otherwise or found, verdict)


@dataclass(frozen=True)
class Seen:
    """A picture that was decoded in full: its size, and whether it carries a position or other camera data."""

    width: int
    height: int
    located: bool = False
    camera: bool = False


def look(data: bytes) -> Seen:
    """Decodes a picture in full.

    Raises:
        OSError, SyntaxError: it is damaged.
    """
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        exif = image.getexif()
        return Seen(*image.size, bool(exif.get_ifd(_GPS)), bool(exif.get_ifd(_EXIF)))


def picture_checks(seen: Iterable[Seen]) -> list[Check]:
    """What all pictures of a file have in common."""
    pictures = list(seen)
    places, others = sum(s.located for s in pictures), sum(s.camera for s in pictures)
    return [
        judged("pictures", bool(pictures), f"all {len(pictures)} open", "none"),
        judged(LOCATION, not places, "none", f"in {places} pictures"),
        judged(CAMERA, not others, "none", f"in {others} pictures", "note"),
    ]
