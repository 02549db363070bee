import cv2
import numpy as np
import pytest

from inkwright.learn.filters import blur, gaussian_rank, noise, unit


def test_unit_deviation_and_no_division_by_nothing():
    plane = np.random.default_rng(0).random((30, 40), np.float32) * 7 + 3
    assert unit(plane).std() == pytest.approx(1, abs=1e-4)
    assert not unit(np.zeros((5, 5), np.float32)).any()


def test_noise_is_decided_by_its_generator():
    first, again, other = (noise(np.random.default_rng(seed), (64, 64), 2.0) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.std() == pytest.approx(1, abs=1e-3)


def test_ranks_become_normal_and_keep_their_order():
    plane = np.random.default_rng(0).random((40, 50), np.float32) ** 4
    found = gaussian_rank(plane)
    assert abs(found.mean()) < 1e-3
    assert found.std() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(found.ravel().argsort(), plane.ravel().argsort())


@pytest.mark.parametrize("size", [(96, 120), (16, 400), (16, 16)])
@pytest.mark.parametrize("sigma", [2.0, 12.0, 28.0])
def test_a_wide_blur_is_a_blur(size, sigma):
    steps = np.kron(np.random.default_rng(0).random((size[0] // 8, size[1] // 8)), np.ones((8, 8))).astype(np.float32)
    found, exact = blur(steps, sigma), cv2.GaussianBlur(steps, (0, 0), sigma)
    assert found.shape == steps.shape
    assert np.abs(found - exact).max() < 0.1
    assert np.abs(found - exact).mean() < 0.02
    np.testing.assert_allclose(blur(np.full((*size, 3), 0.3, np.float32), sigma), 0.3, atol=1e-5)
