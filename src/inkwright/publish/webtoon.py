"""A webtoon: all panels one below the other in a strip, cut at the gutters into files of at most a given height.

The space between two panels follows the reading: little inside a row of the page, more between rows, most between
pages, and more after a panel with much to read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from inkwright.images import Pixels, jpeg_bytes, png_bytes, resize
from inkwright.lettering import PageLettering
from inkwright.project import write_bytes
from inkwright.publish.edition import Edition, EditionPage, EditionPanel, Strip
from inkwright.publish.fonts import Fonts
from inkwright.publish.overlay import Layered, laid_over, lettering_layer
from inkwright.publish.packing import LOSSLESS, pixels_of, require_pages, vector_layer
from inkwright.publish.writing import replacing_folder

ROW, BELOW, PAGE = 0.06, 0.1, 0.2
"""Space between panels of a row, between rows, between pages, as shares of the strip's width."""
WORD = 0.0025
"""Space for each word of the panel before, as a share of the strip's width."""
MOST_WORDS = 40
TALLEST = 1.6
"""Height of a panel in the strip, in widths of it; narrow ones are not enlarged beyond it, nor beyond a file."""
MARGIN = 0.03
"""Paper beside the panels, as a share of the strip's width."""
LARGEST_ZOOM = 3.0


@dataclass(frozen=True)
class _Piece:
    """A panel as it stands in the strip: its pixels across the whole width, and the space above it."""

    pixels: Pixels
    above: int


def write_webtoon(edition: Edition, path: Path) -> Iterator[int]:
    """Writes the book as a folder of pictures 001.jpg, 002.jpg, ... to be read downward; yields the pages done.

    Args:
        edition: the book; `edition.strip` says how wide and how high the pictures are.
        path: the folder to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page or a font cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    require_pages(edition)
    fonts, paper = Fonts(edition.fonts), _paper(pixels_of(edition.pages[0], "art"))
    with replacing_folder(path) as folder:
        slices = _Slices(edition, folder, paper)
        for number, page in enumerate(edition.pages, 1):
            for piece in _pieces(edition, page, fonts, paper, number == 1):
                slices.add(piece)
            yield number
        slices.close()


def _pieces(edition: Edition, page: EditionPage, fonts: Fonts, paper: Pixels, first: bool) -> Iterator[_Piece]:
    lettering = page.lettering.get(edition.language)
    art = pixels_of(page, vector_layer(page, edition.language))
    width = edition.strip.width
    if not page.panels:
        whole = art if lettering is None else laid_over(art, lettering_layer(lettering, fonts))
        yield _Piece(resize(whole, width, max(1, round(whole.shape[0] * width / whole.shape[1]))), 0)
        return
    before: EditionPanel | None = None
    for panel in page.panels:
        share = PAGE if before is None else ROW if _beside(before, panel) else BELOW
        words = 0 if before is None else sum(len(x.words.split()) for x in before.lines.get(edition.language, ()))
        above = 0 if first and before is None else round((share + WORD * min(words, MOST_WORDS)) * width)
        yield _Piece(_across(_cut(art, panel, lettering, fonts, paper), edition.strip, paper), above)
        before = panel


def _beside(one: EditionPanel, other: EditionPanel) -> bool:
    """Whether two panels stand in one row: they share at least half of the lower one's height."""
    top, bottom = max(one.box[1], other.box[1]), min(one.box[1] + one.box[3], other.box[1] + other.box[3])
    return bottom - top > 0.5 * min(one.box[3], other.box[3])


def _cut(
    art: Pixels,
    panel: EditionPanel,
    lettering: PageLettering | None,
    fonts: Fonts,
    paper: Pixels,
) -> Pixels:
    """A panel alone on paper, with its own balloons whole, also where they leave its frame."""
    height, width = art.shape[:2]
    own = None
    if lettering is not None:
        own = lettering.model_copy(update={"balloons": [b for b in lettering.balloons if b.panel == panel.id]})
    x0, y0, x1, y1 = _bounds(panel, own, width, height)
    cut = np.ascontiguousarray(art[y0:y1, x0:x1])
    if panel.polygon:
        inside = np.zeros(cut.shape[:2], np.uint8)
        corners = np.round(np.array(panel.corners) - (x0, y0)).astype(np.int32)
        cv2.fillPoly(inside, [corners], (255,), cv2.LINE_AA)
    else:
        inside = np.zeros(cut.shape[:2], np.uint8)
        x, y, w, h = panel.box
        inside[max(0, y - y0) : max(0, y + h - y0), max(0, x - x0) : max(0, x + w - x0)] = 255
    share = inside[..., None].astype(np.float32) / 255
    alone = np.asarray(cut * share + paper * (1 - share) + 0.5, np.uint8)
    if own is None or not own.balloons:
        return alone
    layer: Layered = lettering_layer(own, fonts)[y0:y1, x0:x1]
    return laid_over(alone, layer)


def _bounds(panel: EditionPanel, own: PageLettering | None, width: int, height: int) -> tuple[int, int, int, int]:
    """The part of the page that a panel and its balloons take: (x0, y0, x1, y1)."""
    boxes: list[Sequence[float]] = [panel.box, *(balloon.box for balloon in (own.balloons if own else []))]
    x0 = max(0, int(min(b[0] for b in boxes)))
    y0 = max(0, int(min(b[1] for b in boxes)))
    x1 = min(width, int(-(-max(b[0] + b[2] for b in boxes) // 1)))
    y1 = min(height, int(-(-max(b[1] + b[3] for b in boxes) // 1)))
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def _across(panel: Pixels, strip: Strip, paper: Pixels) -> Pixels:
    """A panel enlarged to the strip's width, as far as it does not become too high, in the middle of the strip."""
    width = strip.width
    room = round(width * (1 - 2 * MARGIN))
    scale = min(room / panel.shape[1], min(TALLEST * width, strip.height) / panel.shape[0], LARGEST_ZOOM)
    w, h = max(1, round(panel.shape[1] * scale)), max(1, round(panel.shape[0] * scale))
    made = np.empty((h, width, 3), np.uint8)
    made[:] = paper
    left = (width - w) // 2
    made[:, left : left + w] = resize(panel, w, h)
    return made


def _paper(page: Pixels) -> Pixels:
    """The colour of a page's margin: (3,) uint8."""
    edge = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    return np.asarray(np.median(edge, axis=0), np.uint8)


class _Slices:
    """Writes the strip piece by piece; a file ends in a gutter wherever one is near enough."""

    def __init__(self, edition: Edition, folder: Path, paper: Pixels) -> None:
        self.edition, self.folder, self.paper = edition, folder, paper
        self.width, self.height = edition.strip.width, edition.strip.height
        self.rows: list[Pixels] = []
        self.filled, self.count = 0, 0

    def add(self, piece: _Piece) -> None:
        """Goes on with a piece; the gap above it is shared out where a file ends in its middle."""
        height, above = piece.pixels.shape[0], piece.above
        if self.filled + above + height > self.height:
            half = min(above // 2, self.height - self.filled) if self.filled else 0
            self._lay(self._blank(half))
            self._write()
            above = min(above - half, max(0, self.height - height))
        self._lay(self._blank(above))
        self._lay(piece.pixels)

    def _blank(self, rows: int) -> Pixels:
        made = np.empty((rows, self.width, 3), np.uint8)
        made[:] = self.paper
        return made

    def _lay(self, rows: Pixels) -> None:
        """Lays rows below; a panel that is higher than a file is cut where the file ends."""
        while len(rows):
            room = self.height - self.filled
            self.rows.append(rows[:room])
            self.filled += len(rows[:room])
            rows = rows[room:]
            if self.filled == self.height:
                self._write()

    def _write(self) -> None:
        if not self.filled:
            return
        self.count += 1
        pixels = np.ascontiguousarray(np.concatenate(self.rows))
        suffix = ".png" if self.edition.quality >= LOSSLESS else self.edition.strip.suffix
        data = png_bytes(pixels) if suffix == ".png" else jpeg_bytes(pixels, min(self.edition.quality, 99))
        write_bytes(self.folder / f"{self.count:03d}{suffix}", data)
        self.rows, self.filled = [], 0

    def close(self) -> None:
        """Writes what is left."""
        self._write()
