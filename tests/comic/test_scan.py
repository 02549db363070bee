from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkwright.comic.scan import HEADINGS, describe, read_page
from inkwright.errors import PictureError


def test_a_page_is_read_and_described(tmp_path: Path) -> None:
    Image.fromarray(np.full((90, 70, 3), 200, np.uint8)).save(tmp_path / "p1.png", dpi=(300, 300))
    picture = read_page(tmp_path / "p1.png")
    assert picture.pixels.shape == (90, 70, 3)
    assert describe(picture) == ("70 x 90", "300", "")
    assert len(describe(picture)) == len(HEADINGS)


def test_notes_are_told(tmp_path: Path) -> None:
    Image.new("RGBA", (80, 80), (255, 0, 0, 0)).save(tmp_path / "p1.png")
    picture = read_page(tmp_path / "p1.png")
    assert describe(picture) == ("80 x 80", "", "transparency on white")
    assert picture.pixels.min() == 255


def test_a_smudge_is_no_page(tmp_path: Path) -> None:
    Image.new("RGB", (200, 63)).save(tmp_path / "p1.png")
    with pytest.raises(PictureError, match="64"):
        read_page(tmp_path / "p1.png")
