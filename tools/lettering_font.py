"""Writes the included lettering font: Fredoka One with the letters of Europe and Vietnam that it lacks.

    .venv/bin/python tools/lettering_font.py

Fredoka is under the SIL Open Font License 1.1 with its name reserved, so the result has another name and the same
licence. The same font gives the same bytes; tests/tools/test_lettering_font.py holds the file to it.
"""

from pathlib import Path

from font_fredoka_one import FredokaOne

from inkwright.comic.lettering.accents import ALL, complete

TARGET = Path(__file__).resolve().parents[1] / "src" / "inkwright" / "comic" / "lettering" / "letters.ttf"
FAMILY = "Inkwright Letters"


def build() -> bytes:
    """The font file."""
    return complete(Path(FredokaOne).read_bytes(), ALL, FAMILY)[0]


if __name__ == "__main__":
    TARGET.write_bytes(build())
