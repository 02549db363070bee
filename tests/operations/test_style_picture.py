"""What a style setting may name: a picture, a part, a mixture; and what is wrong with others, in one sentence."""

from pathlib import Path

import numpy as np
import pytest

from inkwright.errors import PictureError
from inkwright.images import png_bytes
from inkwright.operations.style_picture import (
    SIDE,
    Part,
    check_style,
    mixed,
    moved,
    parts_of,
    style_for_learning,
    style_key,
    style_pixels,
)


def picture(path: Path, colour: tuple[int, int, int], width: int = 120, height: int = 100) -> str:
    noise = np.random.default_rng(3).integers(-9, 10, (height, width, 1))
    path.write_bytes(png_bytes(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)))
    return str(path)


def test_one_two_and_a_part():
    assert parts_of(None, "gouache") == [Part("gouache")]
    assert parts_of(None, "gouache * 2 + wood block.jpg @ 1, 2,30,40*.5") == [
        Part("gouache", None, 2.0),
        Part("wood block.jpg", (1, 2, 30, 40), 0.5),
    ]


def test_a_file_whose_name_reads_like_a_mixture_is_that_file(tmp_path):
    name = picture(tmp_path / "a + b * 2.png", (9, 9, 200))
    assert parts_of(None, name) == [Part(name)]
    assert (style_pixels(None, name)[..., 2] > 150).all()


def test_shares_follow_the_weights(tmp_path):
    red, blue = picture(tmp_path / "red.png", (210, 20, 20)), picture(tmp_path / "blue.png", (20, 20, 210))
    made = style_pixels(None, f"{red} * 3 + {blue}")
    assert made.shape == (SIDE, 2 * SIDE, 3)
    assert np.mean(made[..., 0] > made[..., 2]) == pytest.approx(0.75, abs=0.01)


def test_a_part_keeps_the_scale_of_its_picture(tmp_path):
    """Strokes of a corner must not come out larger than those of the whole."""
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::8] = stripes[:, 1::8] = stripes[:, 2::8] = stripes[:, 3::8] = 255
    (tmp_path / "s.png").write_bytes(png_bytes(stripes))
    whole = style_for_learning(style_pixels(None, str(tmp_path / "s.png")), 1.0)[20, :, 0]
    part = style_for_learning(style_pixels(None, f"{tmp_path / 's.png'} @ 8,8,160,160"), 1.0)[20, :, 0]

    def period(row):
        return len(row) / np.argmax(np.abs(np.fft.rfft(row - row.mean())))

    assert period(part) == pytest.approx(period(whole), rel=0.06)


def test_the_seam_is_a_fade():
    dark, light = np.full((900, 900, 3), 30, np.uint8), np.full((900, 900, 3), 220, np.uint8)
    row = mixed([(dark, 1.0), (light, 1.0)])[5, :, 0].astype(int)
    assert (row[0], row[-1]) == (30, 220)
    assert np.abs(np.diff(row)).max() <= 5


def test_the_key_knows_weights_parts_and_content(tmp_path):
    a = picture(tmp_path / "a.png", (200, 0, 0))
    keys = {style_key(None, text) for text in (a, f"{a} * 2 + gouache", f"{a} + gouache", f"{a} @ 0,0,50,50")}
    assert len(keys) == 4
    picture(tmp_path / "a.png", (0, 200, 0))
    assert style_key(None, a) not in keys


def test_files_are_named_by_their_names_in_styles(tmp_path):
    a = picture(tmp_path / "a.png", (200, 0, 0))
    assert moved(f"{a} @ 0,0,50,50 * 2 + gouache") == ("a.png @ 0,0,50,50 * 2 + gouache", [Path(a)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gouache + gouach", "There is no style picture 'gouach'"),
        ("gouache * 0 + woodblock", "has the weight 0"),
        ("gouache * 1.2.3", "has the weight 1.2.3"),
        ("gouache @ 0,0,99999,10", "does not lie in the picture, which is"),
        ("gouache @ -5,0,60,60", "does not lie in the picture"),
        (" + ".join(["gouache"] * 13), "13 style pictures are mixed"),
        ("x" * 5000, "There is no style picture 'xxx"),
        ("", "There is no style picture ''"),
    ],
)
def test_what_cannot_be_used_is_said(text, said):
    with pytest.raises(PictureError, match=said.replace("*", r"\*")) as caught:
        check_style(None, text)
    assert len(str(caught.value)) < 400
