import numpy as np
import pytest

from inkwright.learn.consistency import Place, ratio, spread


def panels(seed: int = 0, count: int = 4) -> list[np.ndarray]:
    """A figure in a red tunic with yellow hair on grey, drawn a little differently in each panel."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        image = np.full((40, 50, 3), 0.6, np.float32)
        image[10:20, 15:35] = np.array([0.9, 0.8, 0.2]) + rng.normal(0, 0.02, 3)
        image[20:38, 15:35] = np.array([0.8, 0.15, 0.1]) + rng.normal(0, 0.02, 3)
        out.append(np.clip(image + rng.normal(0, 0.005, image.shape), 0, 1).astype(np.float32))
    return out


def places(count: int = 4, element: int = 0) -> list[Place]:
    mask = np.zeros((40, 50), bool)
    mask[8:39, 13:37] = True
    return [Place(element, panel, mask) for panel in range(count)]


def tinted(pictures: list[np.ndarray], amount: float) -> list[np.ndarray]:
    """Each panel in a light of its own."""
    tints = np.array([[1, 0, -1], [-1, 1, 0], [0, -1, 1], [1, -1, 0]], np.float32) * amount
    return [np.clip(p + tints[n % 4], 0, 1).astype(np.float32) for n, p in enumerate(pictures)]


def test_drawings_left_as_they_are_have_the_ratio_one():
    assert ratio(panels(), panels(), places()) == pytest.approx(1.0)


def test_the_same_change_everywhere_keeps_consistency():
    brighter = [np.clip(p * 0.7 + 0.1, 0, 1).astype(np.float32) for p in panels()]
    assert ratio(panels(), brighter, places()) == pytest.approx(1.0, abs=0.35)


def test_a_light_of_its_own_in_each_panel_is_inconsistent_and_more_is_worse():
    found = [ratio(panels(), tinted(panels(), amount), places()) for amount in (0.0, 0.05, 0.1, 0.2)]
    assert found == sorted(found)  # type: ignore[type-var]
    assert found[1] > 1.3  # type: ignore[operator]
    assert found[3] > 4  # type: ignore[operator]


def test_one_colour_for_everything_is_not_called_consistent():
    grey = [np.full_like(p, 0.5) for p in panels()]
    assert ratio(panels(), grey, places()) is None  # nothing to tell apart any more


def test_exact_values_of_flat_colours():
    """Two flat colours, in two panels that differ by a known step: the within is half of the step."""
    first = np.zeros((20, 20, 3), np.float32)
    first[:, :10], first[:, 10:] = 0.2, 0.8
    mask = np.ones((20, 20), bool)
    found = spread([first, first], [first, first], [Place(0, 0, mask), Place(0, 1, mask)])
    assert found is not None
    assert found[0] == pytest.approx(0, abs=1e-4)
    assert found[1] == pytest.approx(50 * (0.8464 - 0.3211), rel=0.02)  # half the OKLab distance of the two greys


@pytest.mark.parametrize("few", [[], places(1), [Place(0, p, np.zeros((40, 50), bool)) for p in range(4)]])
def test_what_cannot_be_measured_is_none(few):
    assert spread(panels(), panels(), few) is None
    assert ratio(panels(), panels(), few) is None


def test_the_same_pictures_give_the_same_number():
    assert ratio(panels(), tinted(panels(), 0.1), places()) == ratio(panels(), tinted(panels(), 0.1), places())


def test_only_what_is_inside_the_boxes_counts():
    outside = tinted(panels(), 0.0)
    for n, picture in enumerate(outside):
        picture[:, 40:] = n / 4
    assert ratio(panels(), outside, places()) == pytest.approx(1.0)
