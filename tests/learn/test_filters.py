import cv2
import numpy as np
import pytest

from inkwright.learn.filters import blur


@pytest.mark.parametrize("size", [(96, 120), (16, 400), (16, 16)])
@pytest.mark.parametrize("sigma", [2.0, 12.0, 28.0])
def test_a_wide_blur_is_a_blur(size, sigma):
    steps = np.kron(np.random.default_rng(0).random((size[0] // 8, size[1] // 8)), np.ones((8, 8))).astype(np.float32)
    found, exact = blur(steps, sigma), cv2.GaussianBlur(steps, (0, 0), sigma)
    assert found.shape == steps.shape
    assert np.abs(found - exact).max() < 0.1
    assert np.abs(found - exact).mean() < 0.02
    np.testing.assert_allclose(blur(np.full((*size, 3), 0.3, np.float32), sigma), 0.3, atol=1e-5)
