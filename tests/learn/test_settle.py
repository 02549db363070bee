import numpy as np
import pytest

from inkwright.learn.colour import oklab
from inkwright.learn.palette import Palette, cast_palette
from inkwright.learn.settle import counted, covered, sampled, settle

COLOURS = np.array(
    [[0.97, 0.97, 0.97], [0.85, 0.15, 0.1], [0.15, 0.3, 0.8], [0.2, 0.6, 0.2], [0.95, 0.8, 0.2]], np.float32
)
PURPLE = np.array([0.5, 0.1, 0.6], np.float32)
PARTS = ("source", "result", "share", "dark", "table")


def flat(shares: list[int], side: int = 60) -> np.ndarray:
    """Columns of the colours above, in those shares of the width, a little uneven; (H, W, 3)."""
    picture = np.repeat(np.repeat(COLOURS, shares, 0)[None], side, 0)
    return np.clip(picture + np.random.default_rng(0).normal(0, 0.004, picture.shape), 0, 1).astype(np.float32)


def book() -> list[np.ndarray]:
    return [flat([40, 8, 6, 4, 2]), flat([30, 0, 20, 0, 10]), flat([50, 5, 0, 5, 0])]


def style() -> np.ndarray:
    """Patches of a few paints, (H, W, 3)."""
    rng = np.random.default_rng(1)
    paints = np.array([[0.1, 0.12, 0.3], [0.75, 0.68, 0.5], [0.6, 0.25, 0.15], [0.2, 0.4, 0.35], [0.9, 0.85, 0.75]])
    patches = paints[rng.integers(0, len(paints), (12, 12))]
    return np.kron(patches, np.ones((8, 8, 1))).astype(np.float32)


def shuffled(palette: Palette) -> Palette:
    """A casting that came out quite differently: the colours' results have changed places."""
    table = np.ascontiguousarray(palette.table[..., [2, 0, 1]])
    return Palette(palette.source, palette.result[:, [2, 0, 1]], palette.share, palette.dark * 0.5, table)


def moved(one: Palette, other: Palette, colours: np.ndarray) -> np.ndarray:
    return np.linalg.norm(oklab(one(colours[None])[0]) - oklab(other(colours[None])[0]), axis=-1)


def noisy() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [np.clip(f + rng.normal(0, 0.01, f.shape), 0, 1).astype(np.float32) for f in book()]


CHANGES = {
    "noise": noisy,
    "another order": lambda: book()[::-1],
    "one panel less": lambda: book()[:-1],
    "one panel more": lambda: [*book(), flat([10, 5, 5, 30, 10])],
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("upset", [False, True], ids=["cast", "shuffled"])
def test_a_small_change_moves_no_colour_of_the_book(change: str, upset: bool):
    old, new = cast_palette(book(), style(), 0), cast_palette(CHANGES[change](), style(), 0)
    new = shuffled(new) if upset else new
    made = settle(new, old, covered(sampled(book())))
    assert moved(old, made, COLOURS).max() < 1e-6
    assert np.percentile(moved(old, made, sampled(book())), 99) < 0.005
    assert np.percentile(moved(old, made, sampled(noisy())), 99) < 0.02
    if upset:
        assert moved(old, new, COLOURS).max() > 0.1
    np.testing.assert_array_equal(made.dark, old.dark)
    np.testing.assert_array_equal(made.source, old.source)


def test_a_new_colour_is_cast_anew_and_listed():
    old = cast_palette(book(), style(), 0)
    more = [*book(), np.tile(PURPLE, (60, 60, 1))]
    new = shuffled(cast_palette(more, style(), 0))
    made = settle(new, old, covered(sampled(book())))
    assert moved(new, made, PURPLE[None]).max() < 1e-6
    assert moved(old, made, COLOURS).max() < 1e-6
    assert np.linalg.norm(oklab(made.source) - oklab(PURPLE), axis=1).min() < 0.02
    assert len(made.source) == len(old.source) + 1


def test_the_same_casting_stays_to_the_bit():
    old = cast_palette(book(), style(), 0)
    made = settle(cast_palette(book(), style(), 0), old, covered(sampled(book())))
    for name in PARTS:
        np.testing.assert_array_equal(getattr(made, name), getattr(old, name))


def test_between_old_and_new_there_is_no_edge():
    old = cast_palette(book(), style(), 0)
    made = settle(shuffled(old), old, covered(sampled(book())))
    line = np.linspace(COLOURS[1], PURPLE, 400, dtype=np.float32)
    assert np.abs(np.diff(made(line[None])[0], axis=0)).max() < 0.03


def test_a_book_without_colours_keeps_nothing():
    old, new = cast_palette(book(), style(), 0), shuffled(cast_palette(book(), style(), 0))
    made = settle(new, old, np.zeros((24, 24, 24), np.bool_))
    np.testing.assert_array_equal(made.table, new.table)


def test_rows_tell_what_happens():
    palette = cast_palette(book(), style(), 0)
    sample = sampled(book())
    made = counted(palette, sample)
    np.testing.assert_allclose(made.result, palette(made.source[None])[0], atol=1e-6)
    assert made.share.sum() == pytest.approx(1)
    assert (np.diff(made.share) <= 0).all()
    paper = np.linalg.norm(oklab(made.source) - oklab(COLOURS[0]), axis=1) < 0.05
    assert made.share[paper].sum() == pytest.approx(120 / 180, abs=0.02)


def test_a_row_that_nothing_is_near_goes_unless_it_is_listed():
    palette = cast_palette(book(), style(), 0)
    more = Palette(
        np.append(palette.source, PURPLE[None], 0),
        np.append(palette.result, PURPLE[None], 0),
        np.append(palette.share, np.float32(0)),
        palette.dark,
        palette.table,
    )
    without, with_it = counted(more, sampled(book())), counted(more, sampled(book()), [tuple(PURPLE.tolist())])
    assert len(with_it.source) == len(without.source) + 1
    np.testing.assert_array_equal(with_it.source[-1], PURPLE)


def test_the_sample_is_spread_over_all_panels():
    panels = [np.full((400, 500, 3), k / 10, np.float32) for k in range(10)]
    values, counts = np.unique(sampled(panels)[:, 0], return_counts=True)
    assert len(values) == 10
    assert len(set(counts.tolist())) == 1
