"""The included lettering font is what its tool writes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import lettering_font


def test_the_committed_font_is_the_tools() -> None:
    assert lettering_font.build() == lettering_font.TARGET.read_bytes()
