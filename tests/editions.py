"""Little editions for the tests of the exporters, lettered by hand with real glyphs of the included font."""

import math
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import uharfbuzz as hb
from PIL import Image, ImageDraw

from inkwright.comic.lettering.fonts import INCLUDED, read_font
from inkwright.lettering import FontUsed, Glyph, LetteredBalloon, PageLettering, Path, Run, Shape
from inkwright.publish.edition import Edition, EditionPage, EditionPanel, Line

LETTERS = FontUsed(
    file=INCLUDED, family="Inkwright Letters", licence="SIL Open Font License 1.1, https://openfontlicense.org"
)
FONT_DATA = read_font(INCLUDED)
FONTS = {LETTERS.file: FONT_DATA}


def draw_pages(folder: FilePath, n: int = 3, width: int = 60, height: int = 90, **save: Any) -> list[FilePath]:
    paths = []
    for k in range(n):
        pixels = np.random.default_rng(k).integers(0, 256, (height, width, 3), dtype=np.uint8)
        paths.append(folder / f"{k + 1}.png")
        Image.fromarray(pixels).save(paths[-1], **save)
    return paths


def edition(pages: Sequence[FilePath | EditionPage], **more: Any) -> Edition:
    """An edition; a path stands for a page without panels or lettering."""
    whole = [page if isinstance(page, EditionPage) else EditionPage(page, page) for page in pages]
    base = {"title": "Soup & Swords", "author": "A. Hero", "language": "en", "direction": "ltr", "pages": whole}
    return Edition(**base | {"fonts": FONTS} | more)


def shaped(text: str, x: float, y: float, size: float, data: bytes = FONT_DATA, key: str = "f0", **more: Any) -> Run:
    """A line of text, its middle at x, its baseline at y."""
    face = hb.Face(data)
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(face), buffer)
    scale = size / face.upem
    pen = x - sum(p.x_advance for p in buffer.glyph_positions) * scale / 2
    glyphs = []
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        at = (pen + place.x_offset * scale, y - place.y_offset * scale)
        glyphs.append(Glyph(id=info.codepoint, x=at[0], y=at[1], cluster=info.cluster))
        pen += place.x_advance * scale
    return Run(font=key, size=size, text=text, glyphs=glyphs, **more)


def ellipse(cx: float, cy: float, a: float, b: float) -> Path:
    k = 4 / 3 * math.tan(math.pi / 8)
    return [
        ("M", cx + a, cy),
        ("C", cx + a, cy + k * b, cx + k * a, cy + b, cx, cy + b),
        ("C", cx - k * a, cy + b, cx - a, cy + k * b, cx - a, cy),
        ("C", cx - a, cy - k * b, cx - k * a, cy - b, cx, cy - b),
        ("C", cx + k * a, cy - b, cx + a, cy - k * b, cx + a, cy),
        ("Z",),
    ]


def balloon(
    panel: str, number: int, words: str, cx: float, cy: float, size: float = 14, **more: Any
) -> LetteredBalloon:
    """A round balloon; its words stand in lines of about three."""
    parts = words.split(" ")
    lines = [" ".join(parts[i : i + 3]) for i in range(0, len(parts), 3)]
    runs = [shaped(t, cx, cy + (k - (len(lines) - 1) / 2) * size * 1.2 + size / 3, size) for k, t in enumerate(lines)]
    a, b = max(map(len, lines)) * size * 0.42 + size, len(lines) * size * 0.85 + size
    box = (cx - a, cy - b, 2 * a, 2 * b)
    shapes = [Shape(path=ellipse(cx, cy, a, b))]
    base = {"panel": panel, "number": number, "kind": "speech", "speaker": "Hero", "words": words, "box": box}
    return LetteredBalloon(**base | {"shapes": shapes, "runs": runs} | more)


SAID = {"en": ("More soup, please!", "To the castle of the dragon!"), "sk": ("Ešte polievku!", "Na hrad, za drakom!")}


def comic(folder: FilePath, n: int = 2, languages: Sequence[str] = ("en",), **more: Any) -> Edition:
    """A comic with two panels a page, the second of them slanted, and a balloon in each; drawn into `folder`."""
    pages = []
    for k in range(1, n + 1):
        image = Image.new("RGB", (300, 420), "#fbfaf5")
        draw = ImageDraw.Draw(image)
        slanted = [(20, 230), (280, 210), (280, 400), (20, 400)]
        draw.rectangle((20, 20, 280, 190), fill=(150 + 20 * k, 200, 230), outline="black", width=3)
        draw.polygon(slanted, fill=(240, 220 - 30 * k, 150), outline="black", width=3)
        draw.ellipse((120, 110, 180, 170), fill="#c03020", outline="black", width=3)
        image.save(folder / f"art{k}.png")
        lettering = {
            language: PageLettering(
                width=300,
                height=420,
                language=language,
                fonts={"f0": LETTERS},
                balloons=[
                    balloon(f"p{k}.{j + 1}", 0, said, 150, 65 + 230 * j) for j, said in enumerate(SAID[language])
                ],
            )
            for language in languages
        }
        alts = ("A red ball on blue.", "Yellow ground under a slanted frame." if k == 1 else "")
        panels = tuple(
            EditionPanel(
                f"p{k}.{j + 1}",
                (20, 20, 260, 170) if j == 0 else (20, 210, 260, 190),
                () if j == 0 else tuple(slanted),
                alts[j],
                {
                    language: (Line(SAID[language][j], "speech", "Hero", lettering[language].balloons[j].box),)
                    for language in languages
                },
            )
            for j in range(2)
        )
        pages.append(EditionPage(folder / f"art{k}.png", folder / f"art{k}.png", panels, lettering))
    return edition(pages, **{"language": languages[0], **more})
