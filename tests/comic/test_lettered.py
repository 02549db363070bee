import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from inkwright.comic.lettered import find_lettering
from inkwright.sample.comic import SCRIPT, draw_scene, seed_of

SKY, WALL, SKIN, INK = (150, 200, 235), (236, 214, 150), (252, 214, 178), (15, 12, 18)
WORDS = "Well, who left the\ngate open again?"


class Drawing:
    """A panel of 500 x 400 pixels under a sky, with a hill and a house."""

    def __init__(self, size: int = 1) -> None:
        self.image = Image.new("RGB", (500 * size, 400 * size), SKY)
        self.draw = ImageDraw.Draw(self.image)
        self.size = size
        self.draw.ellipse(self.at(-100, 300, 600, 700), fill=(110, 170, 80), outline=INK, width=4 * size)

    def at(self, *values: float) -> list[float]:
        return [v * self.size for v in values]

    def oval(
        self, box: tuple[int, int, int, int], fill: tuple[int, int, int] = (255, 255, 255), width: int = 3
    ) -> None:
        self.draw.ellipse(self.at(*box), fill=fill, outline=INK if width else None, width=width * self.size)

    def write(self, x: float, y: float, text: str, size: int = 20, fill: str | tuple[int, int, int] = INK) -> None:
        font = ImageFont.load_default(size * self.size)
        self.draw.multiline_text(self.at(x, y), text, font=font, fill=fill, anchor="mm", align="center")

    @property
    def pixels(self) -> np.ndarray:
        return np.asarray(self.image).copy()


def joined(pixels: np.ndarray, page_side: int | None = None) -> np.ndarray:
    """Everything that is found, (H, W) bool."""
    mask = np.zeros(pixels.shape[:2], np.bool_)
    for found in find_lettering(pixels, page_side):
        x, y, w, h = found.box
        mask[y : y + h, x : x + w] |= found.mask > 0
    return mask


def oval_mask(shape: tuple[int, ...], box: tuple[int, int, int, int]) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    x0, y0, x1, y1 = box
    return ((x - (x0 + x1) / 2) / (x1 - x0) * 2) ** 2 + ((y - (y0 + y1) / 2) / (y1 - y0) * 2) ** 2 <= 1


OVAL = (130, 40, 370, 150)


@pytest.mark.parametrize("width", [0, 3, 7])
@pytest.mark.parametrize("fill", [(255, 255, 255), (250, 246, 225)])
def test_a_balloon_is_found_with_its_outline(width: int, fill: tuple[int, int, int]):
    drawing = Drawing()
    drawing.oval(OVAL, fill, width)
    drawing.write(250, 95, WORDS)
    found = joined(drawing.pixels)
    whole = oval_mask(found.shape, OVAL)
    away = cv2.distanceTransform((~whole).astype(np.uint8), cv2.DIST_L2, 5)
    assert found[whole].mean() > 0.985
    assert not found[away > 3].any()


@pytest.mark.parametrize("text", ["Oh no!!!", "Groo", "HELLO", "NO!\nI'M LEAVING!!", "Hm...\nmaybe."])
def test_few_words_are_enough_on_paper_white(text: str):
    drawing = Drawing()
    drawing.oval((170, 50, 330, 140) if "\n" in text else (180, 65, 320, 125))
    drawing.write(250, 95, text, 22)
    assert joined(drawing.pixels)[95, 188]


def test_a_caption_in_the_corner_and_a_tilted_hand():
    drawing = Drawing()
    drawing.draw.rectangle((0, 0, 240, 60), fill=(250, 232, 160), outline=INK, width=3)
    drawing.write(120, 30, "Meanwhile, behind\nthe old lighthouse", 18)
    turned = cv2.warpAffine(
        drawing.pixels, cv2.getRotationMatrix2D((120, 30), 4, 1), (500, 400), borderMode=cv2.BORDER_REPLICATE
    )
    for pixels in (drawing.pixels, turned):
        found = joined(pixels)
        assert found[12:48, 12:225].mean() > 0.97
        assert not found[100:].any()


@pytest.mark.parametrize(("fill", "words"), [((20, 16, 30), "white"), ((70, 20, 30), (250, 230, 160))])
def test_a_dark_caption_with_pale_words(fill: tuple[int, int, int], words: str | tuple[int, int, int]):
    drawing = Drawing()
    drawing.draw.rectangle((200, 20, 460, 90), fill=fill, outline="white", width=3)
    drawing.write(330, 55, "Meanwhile, behind\nthe old lighthouse", 18, words)
    found = joined(drawing.pixels)
    assert found[20:91, 200:461].mean() > 0.98
    found[18:93, 198:463] = False
    assert not found.any()


def test_an_outline_with_a_gap_is_closed():
    drawing = Drawing()
    white = Image.new("RGB", drawing.image.size, "white")  # ink on bare paper: only the outline holds the balloon
    drawing.image, drawing.draw = white, ImageDraw.Draw(white)
    drawing.oval(OVAL)
    drawing.draw.line((366, 92, 374, 92), fill="white", width=4)
    drawing.write(250, 95, WORDS)
    found = joined(drawing.pixels)
    assert found[oval_mask(found.shape, OVAL)].mean() > 0.97
    assert found.sum() < 1.1 * oval_mask(found.shape, OVAL).sum()


def test_lines_that_stand_for_words():
    drawing = Drawing()
    drawing.oval(OVAL)
    for y, x1 in ((75, 320), (92, 300), (109, 280)):
        drawing.draw.line((180, y, x1, y + 2), fill=INK, width=2)
    assert joined(drawing.pixels)[95, 160]


def test_a_large_page_is_searched_smaller():
    small, large = Drawing(), Drawing(4)
    for drawing in (small, large):
        drawing.oval(OVAL)
        drawing.write(250, 95, WORDS)
    reference, found = joined(small.pixels), joined(large.pixels)
    assert found.shape == (1600, 2000)
    assert (found[2::4, 2::4] != reference).mean() < 0.01


def test_touching_balloons_come_in_order_and_two_panels_apart_as_two():
    drawing = Drawing()
    for box, y in (((20, 200, 240, 290), 245), ((250, 20, 480, 120), 70)):
        drawing.oval(box)
        drawing.write((box[0] + box[2]) / 2, y, "What now?\nSwim for it.", 18)
    tops = [found.box[1] for found in find_lettering(drawing.pixels)]
    assert len(tops) == 2
    assert tops == sorted(tops)


# -- what must never be kept -------------------------------------------------------------------------------------------


def face(drawing: Drawing, fill: tuple[int, int, int], open_mouth: bool) -> None:
    """A head with brows, eyes with pupils, a nose, freckles, and a mouth with teeth."""
    drawing.oval((150, 60, 350, 280), fill)
    for x in (205, 295):
        drawing.oval((x - 22, 130, x + 22, 170))
        drawing.oval((x - 7, 143, x + 7, 157), INK)
        drawing.draw.arc((x - 24, 105, x + 24, 135), 200, 340, fill=INK, width=4)
        for k in range(4):
            drawing.oval((x - 18 + 11 * k, 184 + k % 2 * 5, x - 14 + 11 * k, 188 + k % 2 * 5), (120, 60, 30), 0)
    drawing.draw.line((250, 160, 242, 195, 256, 197), fill=INK, width=3)
    if open_mouth:
        drawing.draw.rounded_rectangle((205, 220, 295, 250), 12, fill=(255, 255, 255), outline=INK, width=3)
        for x in range(216, 290, 11):
            drawing.draw.line((x, 221, x, 249), fill=INK, width=2)
    else:
        drawing.draw.arc((205, 200, 295, 245), 20, 160, fill=INK, width=4)


@pytest.mark.parametrize("open_mouth", [False, True])
@pytest.mark.parametrize("fill", [SKIN, (255, 255, 255), (250, 246, 235), (235, 190, 150)])
def test_faces_are_not_words(fill: tuple[int, int, int], open_mouth: bool):
    drawing = Drawing()
    face(drawing, fill, open_mouth)
    assert find_lettering(drawing.pixels) == []


def house(drawing: Drawing, fill: tuple[int, int, int], across: int, pane: int) -> None:
    drawing.draw.rectangle((80, 40, 420, 330), fill=fill, outline=INK, width=4)
    for row in range(5):
        for column in range(across):
            x, y = 100 + column * (300 // across), 58 + row * 54
            drawing.draw.rectangle((x, y, x + pane, y + pane + 8), fill=(120, 160, 200), outline=INK, width=2)
            drawing.draw.line((x, y + pane // 2, x + pane, y + pane // 2), fill=INK, width=2)


@pytest.mark.parametrize("fill", [(255, 255, 255), WALL, (180, 176, 190)])
@pytest.mark.parametrize(("across", "pane"), [(3, 50), (6, 28), (10, 16)])
def test_windows_are_not_words(fill: tuple[int, int, int], across: int, pane: int):
    drawing = Drawing()
    house(drawing, fill, across, pane)
    assert find_lettering(drawing.pixels) == []
    assert find_lettering(255 - drawing.pixels) == []  # lit windows at night


@pytest.mark.parametrize("step", [8, 14, 30])
def test_grids_dots_and_bricks_are_not_words(step: int):
    for kind in ("grid", "dots", "bricks", "stripes"):
        drawing = Drawing()
        drawing.draw.rectangle((60, 40, 440, 300), fill=(255, 255, 255), outline=INK, width=4)
        for row, y in enumerate(range(60, 280, step)):
            for x in range(80, 410, step):
                x += step // 2 * (row % 2) if kind in ("dots", "bricks") else 0
                if kind == "dots":
                    drawing.oval((x, y, x + step // 2, y + step // 2), INK, 0)
                elif kind == "stripes":
                    drawing.draw.line((x, y, x, y + step * 0.7), fill=INK, width=2)
                else:
                    drawing.draw.rectangle((x, y, x + step * 0.8, y + step * 0.6), outline=INK, width=2)
        assert find_lettering(drawing.pixels) == [], kind


def test_clouds_eyes_and_empty_balloons_are_not_words():
    drawing = Drawing()
    for x in (60, 110, 160):
        drawing.oval((x, 40, x + 90, 100), (255, 255, 255), 0)
    for x in (320, 400):
        drawing.oval((x, 40, x + 70, 110))
        drawing.oval((x + 25, 60, x + 50, 90), INK)
    drawing.oval((100, 150, 300, 250))
    assert find_lettering(drawing.pixels) == []


def test_the_sample_has_no_drawn_balloons():
    for page, scenes in enumerate(SCRIPT, 1):
        for panel, scene in enumerate(scenes, 1):
            sheet = draw_scene(scene, seed_of(page, panel))
            assert find_lettering(sheet.pixels(), 1400) == [], (page, panel)


# -- anything at all ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    kind=st.sampled_from(["noise", "flat", "blocks", "lines"]),
    seed=st.integers(0, 10_000),
    page_side=st.sampled_from([None, 100, 5000]),
)
def test_any_picture_can_be_searched(height: int, width: int, kind: str, seed: int, page_side: int | None):
    rng = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    if kind == "noise":
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    elif kind == "blocks":
        coarse = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        pixels = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    elif kind == "lines":
        pixels[:] = 255
        for _ in range(12):
            a, b = rng.integers(-5, 95, 2).tolist(), rng.integers(-5, 95, 2).tolist()
            cv2.line(pixels, a, b, (0, 0, 0), int(rng.integers(1, 4)))
    before = pixels.copy()
    for found in find_lettering(pixels, page_side):
        x, y, w, h = found.box
        assert found.mask.shape == (h, w)
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        assert found.mask.any()
    assert np.array_equal(pixels, before)
