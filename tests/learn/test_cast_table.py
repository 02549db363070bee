import numpy as np
import pytest

from inkwright.learn.cast_table import PAPER, RISE, SIDE, cast_table
from inkwright.learn.colour import oklab, srgb
from inkwright.learn.palette import cast_palette


def grey_lights(table: np.ndarray) -> np.ndarray:
    """(25,) lightness that greys from black to white get."""
    at = np.arange(SIDE)
    return oklab(table[at, at, at])[:, 0]


def paints(low: float, high: float) -> np.ndarray:
    """(500, 3) OKLab, dull colours of a style between two lightnesses."""
    rng = np.random.default_rng(2)
    return np.stack([rng.uniform(low, high, 500), *rng.normal(0, 0.02, (2, 500))], 1).astype(np.float32)


@pytest.mark.parametrize("swapped", [(0.4, 0.3), (0.3, 0.3), (0.35, 0.2)])
def test_greys_that_were_cast_the_wrong_way_round_are_put_right(swapped: tuple[float, float]):
    """Two dark greys got paints that do not tell them apart: the figure in the dark is still there."""
    centres = np.array([[0.3, 0, 0], [0.42, 0, 0], [0.95, 0, 0]], np.float32)
    target = np.array([[swapped[0], 0, 0], [swapped[1], 0, 0], [0.9, 0, 0]])
    drawn = centres[np.repeat([0, 1, 2], (200, 100, 700))]
    style = paints(0.2, 0.95)
    light = grey_lights(cast_table(centres, target, np.eye(3), drawn, style))
    steps = np.diff(light)
    assert steps.min() > 0
    low, high = np.percentile(style[:, 0], (1, 99.5))
    drawn_steps = np.diff(grey_lights(np.stack(np.meshgrid(*[np.linspace(0, 1, SIDE)] * 3, indexing="ij"), -1)))
    assert (steps[3:] / drawn_steps[3:]).min() > 0.5 * RISE * (high - low)
    assert low - 0.01 <= light.min() <= light.max() <= high + 0.01


def test_paper_stays_the_styles_paper():
    rng = np.random.default_rng(1)
    page = np.ones((60, 80, 3), np.float32)
    page[20:30, 10:60], page[40:50, 10:30] = 0.3, (0.8, 0.2, 0.1)
    style = (rng.random((96, 96, 1)) * np.array([0.8, 0.7, 0.6])).astype(np.float32)
    palette = cast_palette([page], style, 0)
    white = oklab(palette(np.ones((1, 1, 3), np.float32)))[0, 0, 0]
    assert white == pytest.approx(np.percentile(oklab(style.reshape(-1, 3))[:, 0], PAPER), abs=0.08)


def test_a_dull_colour_is_mixed_and_a_bright_one_goes_no_farther_than_the_style():
    rng = np.random.default_rng(7)
    red, green = np.array([0.6, 0.15, 0.05]), np.array([0.6, -0.15, 0.05])
    style = np.concatenate([colour + rng.normal(0, 0.01, (300, 3)) for colour in (red, green)]).astype(np.float32)
    centres = np.array([[0.55, 0.02, 0.02], [0.6, 0.2, 0.1]], np.float32)
    target = np.array([[0.6, 0.01, 0.05], [0.6, 0.3, 0.1]])
    drawn = centres[np.repeat([0, 1], 200)]
    table = cast_table(centres, target, np.eye(3), drawn, style)
    dull, bright = (
        oklab(table[tuple(np.rint(srgb(c[None])[0] * (SIDE - 1)).astype(int))][None])[0, 1:] for c in centres
    )
    assert abs(dull[0]) < 0.7 * 0.15  # neither the red nor the green
    assert 0.1 < bright[0] < 0.2
