"""Little editions for the tests of the exporters."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inkwright.publish.edition import Edition


def draw_pages(folder: Path, n: int = 3, width: int = 60, height: int = 90, **save: Any) -> list[Path]:
    paths = []
    for k in range(n):
        pixels = np.random.default_rng(k).integers(0, 256, (height, width, 3), dtype=np.uint8)
        paths.append(folder / f"{k + 1}.png")
        Image.fromarray(pixels).save(paths[-1], **save)
    return paths


def edition(pages: list[Path], **more: Any) -> Edition:
    return Edition(
        **{"title": "Soup & Swords", "author": "A. Hero", "language": "en", "direction": "ltr", "pages": pages} | more
    )
