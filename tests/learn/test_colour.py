import numpy as np
import pytest

from inkwright.learn.colour import luma, oklab, srgb


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [  # B. Ottosson's own table, for sRGB primaries
        ((1, 1, 1), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((1, 0, 0), (0.6280, 0.2249, 0.1258)),
        ((0, 1, 0), (0.8664, -0.2339, 0.1795)),
        ((0, 0, 1), (0.4520, -0.0325, -0.3115)),
    ],
)
def test_known_colours(rgb, lab):
    assert oklab(np.array(rgb, np.float32)) == pytest.approx(lab, abs=2e-4)


def test_there_and_back():
    rgb = np.random.default_rng(0).random((7, 5, 3), np.float32)
    np.testing.assert_allclose(srgb(oklab(rgb)), rgb, atol=1e-4)


def test_colours_that_no_screen_shows_are_clipped():
    found = srgb(np.array([[1.2, 0.0, 0.0], [0.5, 0.9, 0.0], [-0.1, 0.0, 0.0]]))
    assert 0 <= found.min() <= found.max() <= 1


def test_luma_is_a_weighted_mean():
    assert luma(np.array([[1, 1, 1], [0, 1, 0]], np.float32)) == pytest.approx([1.0, 0.587])
