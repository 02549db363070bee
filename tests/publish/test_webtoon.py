from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from editions import comic, draw_pages, edition
from inkwright.publish.edition import Strip
from inkwright.publish.exporters import export

PAPER = (251, 250, 245)


def pictures(folder: Path) -> list[np.ndarray]:
    found = []
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            found.append(np.asarray(image.convert("RGB")))
    return found


def strip(folder: Path) -> np.ndarray:
    return np.concatenate(pictures(folder))


def gaps(pixels: np.ndarray) -> list[int]:
    """Heights of the runs of bare paper between panels."""
    bare = (np.abs(pixels.astype(int) - PAPER).max(axis=(1, 2)) < 8).tolist()
    found, run = [], 0
    for row in [*bare, False]:
        if row:
            run += 1
        elif run:
            found.append(run)
            run = 0
    return [run for run in found if run > 4]  # the soft edge of a frame is none


def test_all_panels_stand_below_each_other(tmp_path: Path) -> None:
    out = tmp_path / "toon"
    found = export("webtoon", comic(tmp_path, 2, quality=100), out)
    assert found.problems == []
    assert found.found("width") == "800 px"
    spaces = gaps(strip(out))
    assert len(spaces) == 3
    assert spaces[0] < spaces[1]  # more between pages than between the rows of one
    assert spaces[0] == spaces[2]


def test_files_end_in_gutters_and_keep_to_their_height(tmp_path: Path) -> None:
    out = tmp_path / "toon"
    export("webtoon", comic(tmp_path, 3, quality=100, strip=Strip(400, 700)), out)
    made = pictures(out)
    assert len(made) > 2
    assert all(pixels.shape[0] <= 700 for pixels in made)
    ends = [row for k, pixels in enumerate(made) for row in (pixels[0], pixels[-1])][1:-1]
    assert all(np.abs(row.astype(int) - PAPER).max() < 8 for row in ends)


def test_a_panel_higher_than_a_file_fits_into_one(tmp_path: Path) -> None:
    export("webtoon", comic(tmp_path, 1, strip=Strip(800, 400)), tmp_path / "toon")
    assert len(list((tmp_path / "toon").iterdir())) == 2
    assert [pixels.shape for pixels in pictures(tmp_path / "toon")] == [(400, 800, 3)] * 2


def test_a_slanted_panel_stands_alone_on_paper(tmp_path: Path) -> None:
    book = comic(tmp_path, 1, quality=100)
    upper, lower = book.pages[0].panels
    steep = replace(lower, polygon=((20, 400), (280, 400), (280, 300)))
    book.pages[0] = replace(book.pages[0], panels=(upper, steep))
    export("webtoon", book, tmp_path / "toon")
    lower_left = strip(tmp_path / "toon")[-300:-200, 40:80]  # beside the slant, where the page has the panel's ground
    assert np.abs(lower_left.astype(int) - PAPER).max() < 8


def test_pages_without_panels_are_pieces_as_a_whole(tmp_path: Path) -> None:
    export("webtoon", edition(draw_pages(tmp_path, 2, 60, 60), strip=Strip(200, 400)), tmp_path / "toon")
    assert strip(tmp_path / "toon").shape == (400, 200, 3)


@pytest.mark.parametrize(("quality", "suffix"), [(90, ".jpg"), (100, ".png")])
def test_the_same_bytes_twice(tmp_path: Path, quality: int, suffix: str) -> None:
    for name in ("a", "b"):
        export("webtoon", comic(tmp_path, 1, quality=quality), tmp_path / name)
    one, other = (sorted((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert [path.name for path in one] == [path.name for path in other]
    assert {path.suffix for path in one} == {suffix}
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
