"""Makes docs/images/sample.jpg, the README's picture, from a finished demo: `python tools/readme_picture.py demo`.

Above the pages as drawn, below the same pages finished and lettered.
"""

import sys
from pathlib import Path

import numpy as np

from inkwright.images import Pixels, jpeg_bytes, read_picture, resize
from inkwright.project import natural, write_bytes

WIDTH, GAP, PAGES = 400, 12, 4


def main(demo: Path) -> None:
    """Writes the picture."""
    rows = []
    for folder, pattern in ((demo / "pages", "*.png"), (demo / "build" / "lettered", "*.png")):
        files = sorted(folder.glob(pattern), key=lambda p: natural(p.name))
        chosen = [files[n] for n in (0, 1, 3, 5)][:PAGES]
        rows.append(_row([read_picture(file).pixels for file in chosen]))
    sheet = np.concatenate([rows[0], np.full((GAP, rows[0].shape[1], 3), 255, np.uint8), rows[1]])
    target = Path(__file__).resolve().parents[1] / "docs" / "images" / "sample.jpg"
    write_bytes(target, jpeg_bytes(sheet, 82))
    print(target.name, sheet.shape)


def _row(pages: list[Pixels]) -> Pixels:
    small = [resize(page, WIDTH, round(page.shape[0] * WIDTH / page.shape[1])) for page in pages]
    gap = np.full((small[0].shape[0], GAP, 3), 255, np.uint8)
    parts = [part for page in small for part in (page, gap)][:-1]
    return np.concatenate(parts, 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
