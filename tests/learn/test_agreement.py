import numpy as np
import pytest

from inkwright.images import Floats
from inkwright.learn.agreement import Means, agree, book_colours, panel_means, recast, residue
from inkwright.learn.colour import oklab, srgb

COLOURS = np.array(
    [[0.85, 0.2, 0.15], [0.2, 0.3, 0.8], [0.95, 0.9, 0.8], [0.2, 0.6, 0.25], [0.5, 0.35, 0.2]], np.float32
)
NO_INK = np.zeros((40, 50), np.float32)


def stripes(*numbers: int) -> Floats:
    """(40, 50, 3) in stripes of some of the colours."""
    return np.repeat(np.repeat(COLOURS[list(numbers)][None], 40, 0), 50 // len(numbers), 1)[:, :50]


def cast(flat: Floats, gain: float, by: tuple[float, float, float]) -> Floats:
    """A panel as a careless tool paints it: another contrast, another cast."""
    lab = oklab(flat)
    middle = np.array([0.6, 0, 0], np.float32)
    return srgb((lab - middle) * gain + middle + np.array(by, np.float32))


def harmonized(flats: list[Floats], given: list[Floats], strength: float = 1.0) -> list[Floats]:
    drawn = book_colours(flats)
    told = [panel_means(f, NO_INK[:, : f.shape[1]], x, drawn) for f, x in zip(flats, given, strict=True)]
    made = agree(drawn, Means.of_book(told), strength)
    return [
        srgb(recast(x, made, j) + residue(f, NO_INK[:, : f.shape[1]], made, j))
        for j, (f, x) in enumerate(zip(flats, given, strict=True))
    ]


FLATS = [stripes(0, 1, 2, 3, 4), stripes(0, 2, 3, 4, 1), stripes(0, 1, 2)[:, :48], stripes(2, 3, 4, 1, 0)]
GIVEN = [
    cast(flat, gain, by)
    for flat, gain, by in zip(
        FLATS, (1.0, 0.75, 1.2, 0.9), ((0, 0, 0), (0.05, 0.02, 0), (-0.06, 0, 0.03), (0.02, -0.03, -0.02)), strict=True
    )
]


def colour_in(panels: list[Floats], k: int) -> Floats:
    """(n, 3) OKLab, what colour k became in each panel that has it."""
    found = [
        oklab(x[np.abs(f - COLOURS[k]).max(2) < 0.01]).mean(0) for f, x in zip(FLATS, panels, strict=True)
        if (np.abs(f - COLOURS[k]).max(2) < 0.01).any()
    ]  # fmt: skip
    return np.stack(found)


@pytest.mark.parametrize("k", range(5))
def test_one_drawn_colour_becomes_one_colour(k: int):
    looks = (colour_in(panels, k) for panels in (GIVEN, harmonized(FLATS, GIVEN)))
    before, after = (np.linalg.norm(c - c.mean(0), axis=1).max() for c in looks)
    assert before > 0.03
    assert after < 0.12 * before


def test_different_colours_stay_apart():
    made = harmonized(FLATS, GIVEN)
    means = np.stack([colour_in(made, k).mean(0) for k in range(5)])
    far = np.linalg.norm(means[:, None] - means[None], axis=-1)[np.triu_indices(5, 1)]
    own = np.stack([colour_in(GIVEN, k).mean(0) for k in range(5)])
    assert np.allclose(far, np.linalg.norm(own[:, None] - own[None], axis=-1)[np.triu_indices(5, 1)], rtol=0.2)


def test_what_agrees_already_stays():
    same = [cast(flat, 0.9, (0.01, 0.02, 0)) for flat in FLATS]
    for x, y in zip(same, harmonized(FLATS, same), strict=True):
        assert np.abs(x - y).max() < 0.01


def test_without_strength_nothing_changes():
    for x, y in zip(GIVEN, harmonized(FLATS, GIVEN, 0.0), strict=True):
        assert np.abs(x - y).max() < 0.005


def test_a_colour_of_one_panel_alone_moves_with_its_panel():
    flats = [stripes(0, 1, 2), stripes(0, 1, 3), stripes(0, 1, 2)]
    by = (0.1, 0.0, 0.0)
    given = [flats[0], cast(flats[1], 1.0, by), flats[2]]
    made = harmonized([f[:, :48] for f in flats], [x[:, :48] for x in given])
    shared = oklab(made[1][20, 5]) - oklab(given[1][20, 5])
    alone = oklab(made[1][20, 44]) - oklab(given[1][20, 44])
    assert shared[0] < -0.04
    assert np.linalg.norm(alone - shared) < 0.03


def test_marks_keep_their_contrast():
    noise = np.random.default_rng(0).normal(0, 0.03, (40, 50, 1)).astype(np.float32)
    given = [np.clip(x + noise[:, : x.shape[1]], 0, 1) for x in GIVEN]
    made = harmonized(FLATS, given)
    for x, y in zip(given, made, strict=True):
        fine_x, fine_y = (np.diff(p, axis=0).std() for p in (x, y))
        assert 0.7 < fine_y / fine_x < 1.45


def test_nothing_shared_changes_nothing():
    flats, given = [stripes(0), stripes(1)], [cast(stripes(0), 1, (0.1, 0, 0)), stripes(1)]
    for x, y in zip(given, harmonized(flats, given), strict=True):
        assert np.abs(x - y).max() < 0.005


def test_colours_of_a_book_are_steady():
    rng = np.random.default_rng(3)
    pale = [stripes(0, 2, 4) * 0.999 + 0.004 * rng.random((40, 48, 1), dtype=np.float32) for _ in range(3)]
    other = [flat.copy() for flat in pale]
    for flat in other:
        flat[rng.integers(0, 40, 9), rng.integers(0, 48, 9)] = rng.random((9, 3), dtype=np.float32)  # specks
    one, two = book_colours(pale), book_colours(other)[:3]
    assert len(one) == 3
    far = np.linalg.norm(one[:, None] - two[None], axis=2)
    assert far.min(1).max() < 0.003
    drawn = np.linalg.norm(oklab(COLOURS[[0, 2, 4]])[:, None] - one[None], axis=2)
    assert drawn.min(1).max() < 0.01


def test_no_two_colours_of_a_book_are_one():
    shades = np.linspace(0.2, 0.9, 50, dtype=np.float32)[None, :, None].repeat(40, 0).repeat(3, 2)
    found = book_colours([shades])
    far = np.linalg.norm(found[:, None] - found[None], axis=2)[np.triu_indices(len(found), 1)]
    assert far.min() > 0.055
    assert np.linalg.norm(oklab(shades).reshape(-1, 1, 3) - found[None], axis=2).min(1).max() < 0.06  # none is left out
