"""Tests of learn/evening.py: an element's colours are one in all panels, and nothing else moves."""

import numpy as np
import pytest
import torch

from inkwright.learn.banks import Bank, Elements
from inkwright.learn.colour import oklab
from inkwright.learn.element_look import Spots
from inkwright.learn.evening import FARTHEST, added, evened, moves, shifts
from inkwright.learn.tensors import to_picture, to_tensor

RED, SKY = (0.8, 0.2, 0.2), (0.5, 0.7, 0.9)
SIDE = 48


def drawing() -> np.ndarray:
    """A red square in a blue sky, (H, W, 3)."""
    picture = np.full((SIDE, SIDE, 3), SKY, np.float32)
    picture[16:32, 16:32] = RED
    return picture


def square() -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[12:36, 12:36] = 1
    return mask


def spot() -> Spots:
    """Where the red is, as the fit knows it."""
    at = torch.from_numpy(np.flatnonzero(drawing()[..., 0] > 0.7))
    return Spots(
        0,
        at,
        torch.zeros(len(at), dtype=torch.long),
        torch.tensor([float(len(at))]),
        torch.zeros(1, 3),
        torch.zeros(1, 3),
    )


def elements() -> Elements:
    drawn = oklab(np.array([[RED]], np.float32))[0]
    return Elements({0: Bank(drawn, np.ones(1, np.float32), drawn, drawn)}, [False])


def painted(lightness: float) -> np.ndarray:
    return np.clip(drawing() * np.float32(lightness), 0, 1)


def red(picture: np.ndarray) -> np.ndarray:
    return oklab(picture)[18:30, 18:30].mean((0, 1))


def even(pictures: list[np.ndarray], lights: list[str]) -> list[np.ndarray]:
    """The panels after evening."""
    found = moves([[(0, added(p, spot()))] for p in pictures], lights)
    ink = np.zeros((SIDE, SIDE), np.float32)
    maps = [shifts(drawing(), ink, {0: square()}, elements(), its) for its in found]
    pairs = zip(pictures, maps, strict=True)
    return [to_picture(evened(to_tensor(p), to_tensor(m))).astype(np.float32) / 255 for p, m in pairs]


def test_a_colour_is_the_same_in_all_panels_and_its_surroundings_stay():
    pictures = [painted(v) for v in (0.95, 1.0, 1.05)]
    got = even(pictures, ["", "", ""])
    before, after = (np.ptp(np.array([red(p) for p in ps]), axis=0).max() for ps in (pictures, got))
    assert before > 0.03
    assert after < 0.006
    np.testing.assert_allclose(red(got[1]), red(pictures[1]), atol=0.005)  # to what it is in the middle
    for p, g in zip(pictures, got, strict=True):
        np.testing.assert_allclose(g[:10], p[:10], atol=0.003)  # the sky, outside of where the element is


def test_what_is_not_moved_stays_bit_for_bit():
    X = torch.rand(1, 3, 200, 40, generator=torch.Generator().manual_seed(1))
    shift = torch.zeros_like(X)
    shift[..., 50:60, :] = 0.05
    out = evened(X, shift)
    assert torch.equal(out[..., :50, :], X[..., :50, :])
    assert torch.equal(out[..., 60:, :], X[..., 60:, :])
    assert not torch.equal(out[..., 50:60, :], X[..., 50:60, :])


def test_panels_in_another_light_agree_among_themselves_only():
    got = even([painted(1.0), painted(0.98), painted(0.5), painted(0.52)], ["", "", "night", "night"])
    assert np.abs(red(got[0]) - red(got[1])).max() < 0.006
    assert np.abs(red(got[2]) - red(got[3])).max() < 0.006
    assert red(got[0])[0] - red(got[2])[0] > 0.2


def test_a_colour_that_is_far_off_is_moved_a_little_only():
    found = moves([[(0, added(painted(v), spot()))] for v in (1.0, 1.0, 0.3)], ["", "", ""])
    assert np.linalg.norm(found[2][0]) == pytest.approx(FARTHEST, rel=1e-3)


def test_a_colour_in_one_panel_stays():
    found = moves([[(0, added(painted(1.0), spot()))], []], ["", ""])
    assert not found[0][0].any()
    assert found[1] == {}


def test_ink_stays():
    ink = np.zeros((SIDE, SIDE), np.float32)
    ink[20:22] = 1
    shift = shifts(drawing(), ink, {0: square()}, elements(), {0: np.full((1, 3), 0.05, np.float32)})
    assert np.abs(shift[24:28, 18:30]).min() > 0.04
    assert not shift[20:22].any()
