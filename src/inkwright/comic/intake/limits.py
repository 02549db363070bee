"""How much is taken in. All limits are settings, see `[imports]` in config.py."""

from dataclasses import dataclass

from inkwright.errors import PictureError
from inkwright.images import MAX_PIXELS

RATIO_FROM = 10_000_000
"""Bytes below which it is no matter how well a file of an archive was compressed: even a bomb is small then."""


@dataclass(frozen=True)
class Limits:
    """What may be taken in by one command.

    Attributes:
        files: pages, and also files in an archive or pages in a PDF.
        pixels: of one picture.
        total_pixels: of all pictures.
        unpacked: bytes that one archive may hold, unpacked.
        ratio: how many times smaller a large file in an archive may have been packed.
        pdf_dpi: dots per inch at which pages of a PDF are drawn that are more than one scan.
    """

    files: int = 2000
    pixels: int = MAX_PIXELS
    total_pixels: int = 50_000_000_000
    unpacked: int = 8_000_000_000
    ratio: float = 200.0
    pdf_dpi: float = 300.0

    def count(self, name: str, count: int, what: str) -> None:
        """Refuses too many files, pages or pictures.

        Raises:
            PictureError: more than `files`.
        """
        if count > self.files:
            raise PictureError(
                f"{name} has {count} {what}; at most {self.files} are taken in.",
                "Take in a part of it, or set imports.max_files higher.",
            )
