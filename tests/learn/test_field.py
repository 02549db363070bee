import numpy as np
import pytest

from inkwright.learn.field import line_integral, tangent_field


def test_contours_lend_their_direction():
    picture = np.full((96, 96, 3), 0.97, np.float32)
    picture[:48] = (0.85, 0.15, 0.1)  # an edge that runs from left to right
    tangents, coherence = tangent_field(picture, np.zeros((96, 96), np.float32))
    assert np.abs(tangents[44:52, 20:76, 0]).min() > 0.95
    assert coherence[44:52, 20:76].min() > 0.5
    np.testing.assert_allclose(np.hypot(*np.moveaxis(tangents, 2, 0)), 1, atol=1e-4)


def test_noise_is_drawn_out_along_the_tangents():
    noise = np.random.default_rng(0).standard_normal((96, 96), np.float32)
    sideways = np.zeros((96, 96, 2), np.float32)
    sideways[..., 0] = 1
    for every in (1, 2):
        strokes = line_integral(noise, sideways, 8, 1.3, every)
        assert strokes.std() == pytest.approx(1, abs=1e-3)
        assert np.abs(np.diff(strokes, axis=1)).mean() < 0.5 * np.abs(np.diff(strokes, axis=0)).mean()
    np.testing.assert_allclose(
        line_integral(noise, -sideways, 8, 1.3, 1), line_integral(noise, sideways, 8, 1.3, 1), atol=1e-4
    )


def test_a_picture_without_contours_has_no_direction_to_speak_of():
    tangents, coherence = tangent_field(np.full((32, 40, 3), 0.5, np.float32), np.zeros((32, 40), np.float32))
    assert np.isfinite(tangents).all()
    assert coherence.max() < 0.1
