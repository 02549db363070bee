"""The embedded styles: same bytes every time, whole tonal range, many hues, marks everywhere."""

import cv2
import numpy as np
import pytest

from inkwright.errors import UnknownChoiceError
from inkwright.sample.styles import DEFAULT, STYLES


def test_the_table():
    assert DEFAULT == "gouache"
    assert {"gouache", "hatching", "halftone", "watercolour"} <= set(STYLES)
    with pytest.raises(UnknownChoiceError, match="Did you mean 'gouache'"):
        STYLES["guache"]


@pytest.mark.parametrize("name", list(STYLES))
def test_a_style_is_a_picture_worth_learning_from(name):
    picture = STYLES[name]()
    assert picture.shape == (512, 768, 3)
    assert picture.dtype == np.uint8
    assert picture.tobytes() == STYLES[name]().tobytes()

    light = picture @ np.array([0.299, 0.587, 0.114])
    assert np.percentile(light, 1) < 60
    assert np.percentile(light, 99) > 225

    hue, saturation, value = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV))
    colourful = (saturation > 70) & (value > 60)
    families = np.bincount(hue[colourful] // 18, minlength=10) / picture[..., 0].size  # ten families of 36 degrees
    assert (families > 0.008).sum() >= 5

    fine = light - cv2.GaussianBlur(light, (0, 0), 3)
    cells = np.abs(fine[:512, :768]).reshape(8, 64, 12, 64).mean((1, 3))
    assert (cells > 0.8).mean() > 0.9, "the technique's marks are everywhere"
