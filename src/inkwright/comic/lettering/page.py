"""A page's lettering: the words of its balloons fitted, placed and turned into vectors.

All balloons of a page share one size of letters: the largest between a readable minimum and a maximum at which every
panel has room for its words without covering a face. Whispers are a little smaller, shouts a little larger, and sounds
as large as their place allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inkwright.book import Element, Page
from inkwright.comic.lettered import find_lettering
from inkwright.comic.lettering.balloon import Placed
from inkwright.comic.lettering.case import upper
from inkwright.comic.lettering.desk import Desk, Problem, Sheet
from inkwright.comic.lettering.fonts import Chain
from inkwright.comic.lettering.ground import Figure, figures_of
from inkwright.comic.lettering.measure import leading_of
from inkwright.comic.lettering.shaping import Typesetter
from inkwright.comic.lettering.vector import Fonts, lettered
from inkwright.images import Floats, Pixels
from inkwright.lettering import PageLettering

LARGEST, SMALLEST = 1 / 64, 1 / 82
"""Size of the letters as a share of the page's height: 22 and 17 pixels on a page of 1400."""
READABLE_PX = 9.0
"""Letters below this size cannot be read on any screen."""
CAPITALS = 0.9
"""Capitals are set smaller: without tails and small letters they read as well."""
WORK_PX = 1600
"""Long side at which a page is looked at for free space, in pixels."""
SIZES = 4


@dataclass(frozen=True)
class Style:
    """How a book is lettered.

    Attributes:
        language: code of the words.
        direction: "ltr", or "rtl" where one reads from right to left.
        capitals: whether words are set in capitals.
        hyphenate: whether long words may be cut.
        vertical: whether words run in columns.
        smallest: size of letters below which words count as not fitting, in pixels.
        over_frames: whether balloons may leave a panel that is too small for its words.
    """

    language: str = "en"
    direction: str = "ltr"
    capitals: bool = False
    hyphenate: bool = True
    vertical: bool = False
    smallest: float = READABLE_PX
    over_frames: bool = True


def letter_page(
    pixels: Pixels,
    page: Page,
    chain: Chain,
    style: Style | None = None,
    elements: Sequence[Element] = (),
    ink_darkness: Floats | None = None,
) -> tuple[PageLettering, list[Problem]]:
    """Letters a page.

    Args:
        pixels: (H, W, 3) uint8, the drawing; panels are in its pixels. Nothing is drawn on it.
        page: with panels, their appearances and balloons.
        chain: the fonts.
        style: how the book is lettered; None: as `Style` says.
        elements: tells settings, which may be covered, from characters and props; empty: all are kept off.
        ink_darkness: (H, W) in [0, 1], 1 where the drawing has ink, which balloons avoid; None: seen from `pixels`.

    Returns:
        The lettering, and what did not fit or cannot be drawn. The same input gives the same result.
    """
    style = style or Style()
    height, width = pixels.shape[:2]
    texts = {
        panel.id: {k: _written(b.words, style) for k, b in enumerate(panel.balloons or []) if b.words.strip()}
        for panel in page.panels
    }
    panels = [panel for panel in page.panels if texts[panel.id]]
    empty = PageLettering(width=width, height=height, language=style.language)
    if not panels:
        return empty, []
    problems = _missing(page, texts, chain)
    said = [text for of_panel in texts.values() for text in of_panel.values()]
    typesetter = Typesetter(chain, style.language, style.vertical)
    upright = min(height, 1.5 * width)
    sheet = Sheet(
        typesetter=typesetter,
        leading=leading_of(said, typesetter),
        busy=busyness(pixels, ink_darkness),
        height=upright,
        smallest=style.smallest,
        rtl=style.direction == "rtl",
        hyphenate=style.hyphenate,
        over_frames=style.over_frames,
    )
    figures = _figures(pixels, page, elements)
    desks = [Desk(panel, texts[panel.id], figures, sheet) for panel in panels]
    sizes = _sizes(upright, style)
    common = min(desk.comfortable_size(sizes) for desk in desks)
    fonts, balloons, before = Fonts(), [], list[Placed]()
    for desk in desks:
        placed, found = desk.final(common, before)
        problems += found
        before += placed
        balloons += lettered(placed, desk.panel.id, desk.numbers, fonts)
    used = {key: chain.used(font) for key, font in fonts.fonts.items()}
    return empty.model_copy(update={"fonts": used, "balloons": balloons}), problems


def _written(words: str, style: Style) -> str:
    return upper(words.strip(), style.language) if style.capitals else words.strip()


def _missing(page: Page, texts: dict[str, dict[int, str]], chain: Chain) -> list[Problem]:
    """What no font can draw, named before anything is drawn."""
    nowhere = set(chain.prepare("".join(text for of_panel in texts.values() for text in of_panel.values())))
    found = []
    for panel in page.panels:
        for k, text in texts[panel.id].items():
            missing = [c for c in dict.fromkeys(text) if c in nowhere]
            if missing:
                named = " ".join(f"{c} (U+{ord(c):04X})" for c in missing)
                words = (panel.balloons or [])[k].words
                message = f"no font here has a letter for: {named}; an empty box stands in its place."
                hint = "Install a font that has it, put one into the project's fonts/, or name it as publish.font."
                found.append(Problem(panel.id, k, words, message, hint))
    return found


def _sizes(height: float, style: Style) -> list[float]:
    """Sizes of the letters to be tried on a page, largest first, in pixels."""
    scale = CAPITALS if style.capitals else 1.0
    smallest = max(READABLE_PX, height * SMALLEST * scale, style.smallest)
    largest = max(smallest * 1.2, height * LARGEST * scale)
    return [float(s) for s in np.linspace(largest, smallest, SIZES)]


def _figures(pixels: Pixels, page: Page, elements: Sequence[Element]) -> list[Figure]:
    settings = frozenset(e.name for e in elements if e.kind == "setting")
    found = [figure for panel in page.panels for figure in figures_of(panel, settings)]
    drawn = [Figure("", tuple(map(float, one.box)), words=True) for one in find_lettering(pixels)]  # type: ignore[arg-type]
    return found + drawn


def busyness(pixels: Pixels, ink_darkness: Floats | None = None) -> Floats:
    """Where a page is drawn rather than empty.

    Args:
        pixels: (H, W, 3) uint8.
        ink_darkness: (H, W) in [0, 1]; added to the edges of the picture where given.

    Returns:
        (H, W) float32 in [0, 1]: strength of the edges that remain after fine brush texture is blurred away.
    """
    height, width = pixels.shape[:2]
    share = min(1.0, WORK_PX / max(height, width))
    small = (max(1, round(width * share)), max(1, round(height * share)))
    grey = cv2.cvtColor(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey.astype(np.float32) / 255, (0, 0), max(1.0, min(small) / 500))
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    busy = slope / max(0.05, float(np.quantile(slope, 0.97)))
    energy = cv2.resize(busy.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if ink_darkness is not None:
        energy = np.maximum(energy * 0.5, ink_darkness)
    return np.asarray(np.clip(energy, 0, 1), np.float32)
