import hashlib
from itertools import pairwise

import numpy as np
import pytest

from inkwright.sample.looks import MATERIALS
from inkwright.vocabulary import WORDS

PICTURES = {name: paint() for name, paint in MATERIALS.parts.items()}


def test_every_material_of_the_vocabulary_is_painted_and_no_other():
    assert set(MATERIALS) == {word.name for word in WORDS if word.kind == "material"}


@pytest.mark.parametrize("name", list(MATERIALS))
def test_a_picture_is_large_full_of_tones_and_marked(name: str):
    picture = PICTURES[name]
    assert picture.shape == (512, 768, 3)
    assert picture.dtype == np.uint8
    light = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    blocks = light[:504, :].reshape(63, 8, 96, 8).mean((1, 3))
    low, high = np.percentile(blocks, (3, 97))
    assert high - low > 75, "dark and light places, to take marks for every tone from"
    assert light.std() > 25


def test_no_two_materials_are_alike():
    small = [picture[::4, ::4].astype(np.float32) for picture in PICTURES.values()]
    for n, one in enumerate(small):
        for other in small[n + 1 :]:
            assert np.abs(one - other).mean() > 8


@pytest.mark.parametrize("name", ["pencil", "woodcut", "mosaic", "stipple", "cut paper", "oil"])
def test_the_same_picture_every_time(name: str):
    assert hashlib.sha256(MATERIALS[name]().tobytes()).digest() == hashlib.sha256(PICTURES[name].tobytes()).digest()


@pytest.mark.parametrize(
    "name",
    ["pencil", "charcoal", "stipple", "engraving", "scratchboard", "woodcut", "screentone", "ink wash", "brush ink"],
)
def test_what_is_drawn_with_one_ink_has_one_hue(name: str):
    picture = PICTURES[name].astype(int)
    assert np.percentile(picture.max(2) - picture.min(2), 99) < 45


def test_shadows_are_darker_than_lights_in_every_material():
    # The cypress against the clouds: what a material does to tone may be anything but an inversion.
    for name, picture in PICTURES.items():
        cypress, cloud = picture[300:480, 80:140].mean(), picture[98:112, 110:200].mean()
        assert cloud - cypress > 50, name


def test_lists_are_in_one_order():
    names = [word.name for word in WORDS if word.kind == "material"]
    assert list(MATERIALS) == names
    assert all(a != b for a, b in pairwise(names))
