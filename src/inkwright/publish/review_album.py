"""The pictures of the review page, embedded as data URIs."""

import base64
from pathlib import Path
from typing import Any

import numpy as np

from inkwright.images import Pixels, jpeg_bytes, read_picture, resize
from inkwright.publish.review_data import LOOKS, Review

PICTURE_PX = 420
"""Greatest width of an embedded picture, in pixels."""
NAMES = {"drawing": "Drawing", "plain": "Plain style", "fitted": "Fitted"}
MARGIN, LEAST, MOST = 0.3, 30.0, 75.0
"""Around a box: the margin as a share of its side, the least side, and the greatest area, in percent of the panel."""


class Album:
    """The embedded pictures: each file is read and reduced once, however often it is shown."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self._made: dict[Path, tuple[str, int, int]] = {}
        self._sizes: dict[Path, tuple[int, int]] = {}

    def panels(self) -> list[dict[str, Any]]:
        """Every panel with its pictures, in reading order; none where the book has no pictures at all."""
        if not any(self.review.pictures.get(look) for look in LOOKS):
            return []
        return [self.whole(panel) for panel in self.review.panels]

    def cover(self) -> dict[str, Any] | None:
        """The panel with the most marks that has a drawing and a fitted picture, the first among equals."""
        made = [set(self.review.pictures.get(look, {})) for look in ("drawing", "fitted")]
        panels = [panel for panel in self.review.panels if all(panel in names for names in made)]
        if not panels:
            return None
        return self.whole(max(panels, key=lambda panel: len(self._there(panel))))

    def whole(self, panel: str) -> dict[str, Any]:
        """A panel's id, its pictures (see `shots`) and the elements marked there."""
        return {"panel": panel, "pictures": self.shots(panel), "there": self._there(panel)}

    def _there(self, panel: str) -> list[str]:
        j = self.review.panels.index(panel)
        return [name for i, name in enumerate(self.review.elements) if self.review.prior[i, j] >= 0.5]

    def shots(self, panel: str, element: str = "") -> list[dict[str, Any]]:
        """A panel's three pictures (drawing, plain, fitted), with the boxes of an element outlined on each.

        Returns:
            dicts of look, name, uri ("" where the picture was never made), width, height (pixels as embedded), alt and
            boxes (left, top, width, height in percent of the picture).
        """
        boxes = self.review.boxes.get((element, panel), [])
        shown = []
        for look in LOOKS:
            path = self.review.pictures.get(look, {}).get(panel)
            uri, width, height = self._embed(path) if path else ("", 0, 0)
            entry = {"look": look, "name": NAMES[look], "uri": uri, "alt": self._alt(panel, look, element)}
            shown.append({**entry, "width": width, "height": height, "boxes": self._outlines(panel, boxes)})
        return shown

    def close(self, panel: str, element: str) -> list[dict[str, Any]]:
        """The three pictures as in `shots`, cut to the element's boxes and what is around them; whole without a box."""
        whole = self.shots(panel, element)
        boxes: list[tuple[float, ...]] = whole[0]["boxes"]
        view = _around(boxes)
        if view is None:
            return whole
        left, top, width, height = view
        made = []
        for shot in whole:
            path = self.review.pictures.get(shot["look"], {}).get(panel)
            if path is None:
                made.append(shot)
                continue
            pixels = read_picture(path, min_side=1).pixels
            H, W = pixels.shape[:2]
            x, y = int(left * W / 100), int(top * H / 100)
            pixels = pixels[
                y : max(y + 1, round((top + height) * H / 100)), x : max(x + 1, round((left + width) * W / 100))
            ]
            uri, w, h = _embedded(np.ascontiguousarray(pixels))
            inner = [
                (100 * (b[0] - left) / width, 100 * (b[1] - top) / height, 100 * b[2] / width, 100 * b[3] / height)
                for b in boxes
            ]
            outlined = [tuple(round(v, 2) for v in box) for box in inner]
            made.append({**shot, "uri": uri, "width": w, "height": h, "boxes": outlined})
        return made

    def _outlines(self, panel: str, boxes: list[tuple[int, int, int, int]]) -> list[tuple[float, ...]]:
        paths = [self.review.pictures.get(look, {}).get(panel) for look in LOOKS]
        first = next((path for path in paths if path), None)
        if first is None:
            return []
        width, height = self._size(first)  # boxes are in panel pixels, and a panel's picture has that size
        found = []
        for x, y, w, h in boxes:
            left, top = min(max(x, 0), width), min(max(y, 0), height)
            right, bottom = min(max(x + w, left), width), min(max(y + h, top), height)
            share = (left / width, top / height, (right - left) / width, (bottom - top) / height)
            found.append(tuple(round(100 * part, 2) for part in share))
        return found

    def _size(self, path: Path) -> tuple[int, int]:
        self._embed(path)
        return self._sizes[path]

    def _embed(self, path: Path) -> tuple[str, int, int]:
        if path not in self._made:
            pixels = read_picture(path, min_side=1).pixels
            height, width = pixels.shape[:2]
            self._sizes[path] = (width, height)
            self._made[path] = _embedded(pixels)
        return self._made[path]

    def _alt(self, panel: str, look: str, element: str) -> str:
        there = self._there(panel)
        shows = f" with {', '.join(there)}" if there else ""
        outlined = f"; {element} is outlined" if self.review.boxes.get((element, panel)) else ""
        return f"Panel {panel}, {NAMES[look].lower()}{shows}{outlined}"


def _embedded(pixels: Pixels) -> tuple[str, int, int]:
    """A picture as data URI, reduced to `PICTURE_PX`, with its width and height."""
    height, width = pixels.shape[:2]
    if width > PICTURE_PX:
        pixels = resize(pixels, PICTURE_PX, max(1, round(height * PICTURE_PX / width)))
    data = base64.b64encode(jpeg_bytes(pixels, quality=82)).decode()
    return f"data:image/jpeg;base64,{data}", pixels.shape[1], pixels.shape[0]


def _around(boxes: list[tuple[float, ...]]) -> tuple[float, float, float, float] | None:
    """What is shown of a panel for boxes in it, all in percent: with a margin; None where that is nearly everything."""
    if not boxes:
        return None
    x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
    x1, y1 = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    dx, dy = max(MARGIN * (x1 - x0), (LEAST - (x1 - x0)) / 2), max(MARGIN * (y1 - y0), (LEAST - (y1 - y0)) / 2)
    x0, y0, x1, y1 = max(0.0, x0 - dx), max(0.0, y0 - dy), min(100.0, x1 + dx), min(100.0, y1 + dy)
    return (x0, y0, x1 - x0, y1 - y0) if (x1 - x0) * (y1 - y0) < MOST * 100 else None
