import json

import numpy as np
import pytest

from inkwright.learn.cast_table import SLACK
from inkwright.learn.colour import oklab
from inkwright.learn.palette import BLACK, Palette, cast_palette, ink

COLOURS = np.array(
    [[0.97, 0.97, 0.97], [0.85, 0.15, 0.1], [0.15, 0.3, 0.8], [0.2, 0.6, 0.2], [0.95, 0.8, 0.2]], np.float32
)


def flat(shares: list[int], side: int = 60) -> np.ndarray:
    """Columns of the colours above, in those shares of the width; (H, W, 3)."""
    return np.repeat(np.repeat(COLOURS, shares, 0)[None], side, 0)


def book() -> list[np.ndarray]:
    return [flat([40, 8, 6, 4, 2]), flat([30, 0, 20, 0, 10]), flat([50, 5, 0, 5, 0])]


def style(seed: int = 1, side: int = 96) -> np.ndarray:
    """Patches of a few muted paints, (H, W, 3)."""
    rng = np.random.default_rng(seed)
    paints = np.array([[0.1, 0.12, 0.3], [0.75, 0.68, 0.5], [0.6, 0.25, 0.15], [0.2, 0.4, 0.35], [0.9, 0.85, 0.75]])
    patches = paints[rng.integers(0, len(paints), (12, 12))]
    return np.kron(patches, np.ones((side // 12, side // 12, 1))).astype(np.float32)


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance in OKLab, about 0.02 is just seen."""
    return np.linalg.norm(oklab(a) - oklab(b), axis=-1)


def check(palette: Palette) -> None:
    for name in ("source", "result", "share", "dark", "table"):
        array = getattr(palette, name)
        assert np.isfinite(array).all(), name
        assert 0 <= array.min() <= array.max() <= 1, name
        assert array.dtype == np.float32, name
    assert palette.share.sum() == pytest.approx(1, abs=1e-5)
    assert palette.table.shape == (25, 25, 25, 3)


def test_the_same_book_gives_the_same_palette():
    first, again, other = (
        cast_palette(book(), style(), 0),
        cast_palette(book(), style(), 0),
        cast_palette(book(), style(), 5),
    )
    check(first)
    for name in ("source", "result", "share", "dark", "table"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.table, other.table)


def test_the_colours_of_the_drawings_are_found_and_counted():
    palette = cast_palette(book(), style(), 0)
    for colour in COLOURS:
        assert difference(palette.source, colour).min() < 0.05
    assert (np.diff(palette.share) <= 0).all()
    paper = difference(palette.source, COLOURS[0]) < 0.05
    assert palette.share[paper].sum() == pytest.approx(120 / 180, abs=0.05)


def test_the_table_carries_each_source_to_about_its_result():
    palette = cast_palette(book(), style(), 0)
    common = palette.share > 0.01
    got = palette(palette.source[None])[0]
    assert difference(got, palette.result)[common].max() < 0.06


def test_different_colours_stay_different():
    palette = cast_palette(book(), style(), 0)
    got = palette(COLOURS[None])[0]
    apart = [difference(got[i], got[j]) for i in range(5) for j in range(i)]
    assert min(apart) > 0.05


def test_the_result_is_in_the_paints_of_the_style():
    palette = cast_palette(book(), style(), 0)
    paints = oklab(style().reshape(-1, 3))
    for colour in oklab(palette.result[palette.share > 0.2]):
        assert np.linalg.norm(paints - colour, axis=1).min() < 0.08
    assert oklab(palette.dark)[0] <= BLACK + 0.005


def test_a_style_without_colours_lends_none():
    rng = np.random.default_rng(0)
    etching = np.repeat(np.kron(rng.random((12, 12)), np.ones((8, 8)))[..., None], 3, 2).astype(np.float32)
    palette = cast_palette(book(), etching, 0)
    assert np.ptp(palette.table, axis=3).max() < 0.02
    assert np.ptp(palette.dark) < 0.02
    assert palette(COLOURS[None])[0, :, 0].std() > 0.1  # tones are told apart all the same


def test_colours_keep_to_the_styles_own():
    """No blue in a brown style: within the slack, hue and chroma are such as the style has somewhere."""
    rng = np.random.default_rng(0)
    brown = np.array([0.45, 0.3, 0.15]) * rng.uniform(0.4, 1.6, (12, 12, 1))
    palette = cast_palette(book(), np.kron(brown, np.ones((8, 8, 1))).astype(np.float32), 0)
    own = oklab(np.kron(brown, np.ones((8, 8, 1))).reshape(-1, 3))[:, 1:]
    made = oklab(palette.table.reshape(-1, 3))[:, 1:]
    away = np.sqrt(((made[::7, None] - own[None, ::29]) ** 2).sum(2)).min(1)
    assert away.max() < SLACK + 0.02
    assert oklab(palette(COLOURS[2:3][None]))[0, 0, 2] > 0  # its blue leans to brown


def paint(*lightness: float) -> np.ndarray:
    """(N, 3) OKLab of a style with equal shares of greys."""
    return np.repeat(np.array([[light, 0, 0] for light in lightness], np.float32), 100, 0)


@pytest.mark.parametrize("lightness", [(0.1, 0.9), (0.3, 0.5, 0.7), (0.6, 0.8), (0.7,), (1.0,), (0.0,), (0.45,)])
def test_ink_is_dark_whatever_the_style(lightness):
    found = oklab(ink(paint(*lightness)))
    assert found[0] <= BLACK + 0.005
    assert np.hypot(*found[1:]) < 0.01


def test_ink_is_as_dark_as_the_styles_dark_marks_not_as_its_darkest_spot():
    style_ = np.concatenate([paint(0.05)[:5], paint(0.3, 0.3, 0.8, 0.9)])
    assert oklab(ink(style_))[0] == pytest.approx(0.3, abs=0.02)


def test_ink_has_the_hue_of_the_dark_marks():
    blue = paint(0.25, 0.8, 0.9)
    blue[:100, 2] = -0.1
    blue[100:, 2] = 0.1
    assert oklab(ink(blue))[2] == pytest.approx(-0.1, abs=0.02)


def toned(middle: float) -> np.ndarray:
    """A style nearly all of one grey, with a sixth of white paper and a stripe of black, (H, W, 3)."""
    picture = np.full((96, 96, 3), middle, np.float32)
    picture += np.random.default_rng(0).normal(0, 0.03, (96, 96, 1)).astype(np.float32)
    picture[:, :16], picture[:, -8:] = 0.95, 0.05
    return picture


def test_paper_becomes_the_styles_paper():
    """Bare paper is the lightest there is, in the style as in the drawing, however little of it the style has."""
    light = oklab(cast_palette(book(), toned(0.3), 0)(COLOURS[None]))[0, :, 0]
    assert light[0] == light.max()
    assert light[0] > 0.92


def test_lightness_uses_the_styles_whole_range():
    light = oklab(cast_palette(book(), toned(0.6), 0)(COLOURS[None]))[0, :, 0]
    assert np.ptp(light) > 0.7


def test_light_stays_lighter_than_dark():
    grey = np.repeat(np.linspace(0.05, 0.95, 9, dtype=np.float32)[None, :, None], 3, 2)
    palette = cast_palette([np.repeat(grey, 40, 0)], style(), 0)
    light = oklab(palette(grey))[0, :, 0]
    assert light[-1] - light[0] > 0.25
    assert (np.diff(light) > -0.06).all()


def test_one_palette_serves_the_whole_book():
    """The same red in two panels becomes the same colour, whatever else is in them."""
    palette = cast_palette(book(), style(), 0)
    alone, among = palette(np.full((8, 8, 3), COLOURS[1])), palette(flat([40, 8, 6, 4, 2]))
    np.testing.assert_allclose(alone[0, 0], among[0, 42], atol=1e-6)


def test_colours_out_of_range_are_clipped():
    palette = cast_palette(book(), style(), 0)
    np.testing.assert_allclose(palette(np.full((1, 1, 3), 1.5, np.float32)), palette(np.ones((1, 1, 3), np.float32)))
    assert palette(np.zeros((5, 7, 3), np.float32)).shape == (5, 7, 3)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("where", ["book", "style", "both"])
def test_a_book_or_a_style_of_one_colour_has_a_finite_palette(value, where):
    plain = np.full((64, 64, 3), value, np.float32)
    palette = cast_palette(book() if where == "style" else [plain], style() if where == "book" else plain, 0)
    check(palette)
    assert np.isfinite(palette(flat([10, 10, 10, 10, 10]))).all()


def test_a_book_of_one_tiny_panel():
    check(cast_palette([np.random.default_rng(0).random((16, 16, 3), np.float32)], style(), 0))


def test_it_is_written_as_plain_data():
    palette = cast_palette(book(), style(), 0)
    found = json.loads(json.dumps(palette.as_json()))
    assert set(found) == {"source", "result", "share", "ink"}
    assert len(found["source"]) == len(found["result"]) == len(found["share"])


def test_the_key_of_the_style_is_taken_over_between_its_darkest_and_lightest_tones():
    bright = np.repeat(np.linspace(0, 1, 120, dtype=np.float32)[None, :, None] ** 0.5, 90, 0).repeat(3, 2)
    dark = bright**4
    books = book()
    means = [
        np.mean([oklab(cast_palette(books, style, 0)(panel))[..., 0].mean() for panel in books])
        for style in (bright, dark)
    ]
    assert means[0] > means[1] + 0.05
    assert (np.diff(cast_palette(books, dark, 0).table[range(25), range(25), range(25)].mean(-1)) > -0.02).all()
