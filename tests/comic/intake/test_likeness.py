import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from inkwright.comic.intake.likeness import is_copy, likeness
from page_files import jpeg, page

BIG = (600, 840)


def like(image: Image.Image):
    return likeness(np.asarray(image.convert("RGB")))


def scanned(image: Image.Image, degrees: float = 0.0, seed: int = 0) -> Image.Image:
    """A page as a scanner sees it: askew, with a margin, shading and noise."""
    pixels = np.asarray(image).astype(np.float32)
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.97)
    pixels = cv2.warpAffine(pixels, turn, (width, height), borderValue=(240, 238, 230))
    shade = np.linspace(0.86, 1.0, width)[None, :, None]
    noise = np.random.default_rng(seed).normal(0, 4, pixels.shape)
    return Image.fromarray(np.clip(pixels * shade + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "change",
    [
        lambda im: Image.open(io.BytesIO(jpeg(im, quality=40))),
        lambda im: im.resize((300, 420)),
        lambda im: Image.eval(im, lambda v: int(v * 0.8)),
        lambda im: im.convert("L"),
        lambda im: scanned(im),
        lambda im: scanned(im, 1.0),
        lambda im: scanned(im, -1.5, 1),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_the_same_page_again_is_a_copy(seed: int, change):
    one = page(seed, BIG)
    assert is_copy(like(one), like(change(one)))


def test_other_pages_with_the_same_frames_are_no_copies():
    likes = [like(page(seed, BIG)) for seed in range(12)]
    assert not [(a, b) for a in range(12) for b in range(a) if is_copy(likes[a], likes[b])]


def test_the_next_page_of_a_storyboard_is_no_copy():
    one = page(3, BIG)
    for place in ((120, 120), (380, 520), (300, 300)):
        two = one.copy()
        x, y = place
        ImageDraw.Draw(two).ellipse((x, y, x + 90, y + 110), fill=(255, 255, 255), outline=(0, 0, 0), width=6)
        assert not is_copy(like(one), like(two)), place


def test_turned_pages_and_strips_are_no_copies():
    one = page(0, BIG)
    assert not is_copy(like(one), like(one.rotate(180)))
    assert not is_copy(like(one), like(one.resize((600, 400))))


def test_blank_pages_are_seen_and_faint_drawings_are_not_blank():
    blank = Image.new("RGB", BIG, (246, 242, 230))
    assert like(blank).blank
    assert like(scanned(blank)).blank
    dusty = blank.copy()
    ImageDraw.Draw(dusty).ellipse((200, 300, 205, 305), fill=(60, 60, 60))
    assert like(dusty).blank
    faint = blank.copy()
    ImageDraw.Draw(faint).line((150, 300, 450, 500), fill=(150, 150, 150), width=4)
    assert not like(faint).blank
    assert not is_copy(like(blank), like(blank))
    sky = Image.new("RGB", BIG, (40, 60, 160))
    ImageDraw.Draw(sky).rectangle((0, 500, 600, 840), fill=(20, 120, 40))
    assert not like(sky).blank
