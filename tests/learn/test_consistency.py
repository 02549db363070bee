import numpy as np
import pytest

from inkwright.learn.consistency import OwnColours, Place, drift, ratio


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
    step = first.copy()
    step[:, 10:] = 0.9
    mask = np.ones((20, 20), bool)
    own = OwnColours([first, first], [Place(0, 0, mask), Place(0, 1, mask)])
    found = own.spread()
    assert found is not None
    assert found[0][0] == pytest.approx(0, abs=1e-4)
    assert found[1] == pytest.approx(50 * (0.8464 - 0.3211), rel=0.02)  # half the OKLab distance of the two greys
    within = own.spread([first, step])
    assert within is not None
    # One colour of two moves by the distance of .8 and .9, of which each panel is half away.
    assert within[0][0] == pytest.approx(50 * (0.9240 - 0.8464) / 2**0.5, rel=0.05)


def on_ground(grounds: list[tuple[float, float, float]]) -> list[np.ndarray]:
    """The figure before another ground in each panel."""
    out = panels(count=len(grounds))
    for picture, ground in zip(out, grounds, strict=True):
        figure = np.zeros((40, 50), bool)
        figure[10:38, 15:35] = True
        picture[~figure] = ground
    return out


GROUNDS = [(0.3, 0.7, 0.3), (0.3, 0.3, 0.8), (0.8, 0.7, 0.5), (0.3, 0.7, 0.3)]


def test_the_ground_behind_an_element_is_not_the_elements():
    """Only the ground wanders, inside the boxes as well: the element itself is as consistent as drawn."""
    drawn = on_ground(GROUNDS)
    wandering = on_ground([(0.3, 0.7, 0.3), (0.3, 0.3, 0.8), (0.8, 0.7, 0.5), (0.9, 0.3, 0.9)])
    assert ratio(drawn, wandering, places()) == pytest.approx(1.0, abs=0.02)


def test_a_steady_ground_does_not_hide_an_element_that_wanders():
    drawn = on_ground([GROUNDS[0]] * 4)
    wandering = [picture.copy() for picture in drawn]
    for n, picture in enumerate(wandering):
        picture[20:38, 15:35] += (-0.15, 0.0, 0.15, 0.3)[n]  # the tunic
    found = ratio(drawn, [np.clip(p, 0, 1) for p in wandering], places())
    assert found is not None
    assert found > 3


def test_a_true_shape_may_be_given_in_place_of_boxes():
    shape = np.zeros((40, 50), bool)
    shape[10:38, 15:35] = True
    exact = [Place(0, n, shape) for n in range(4)]
    drawn, result = on_ground(GROUNDS), tinted(on_ground(GROUNDS), 0.1)
    assert ratio(drawn, result, exact) == pytest.approx(ratio(drawn, result, places()), rel=0.1)  # type: ignore[arg-type]


def test_an_element_that_may_be_anywhere_in_a_panel_is_no_evidence_against_its_own_colours():
    drawn, whole = panels(count=4), np.ones((40, 50), bool)
    boxed = [Place(0, panel, whole) for panel in (0, 1)]
    assert OwnColours(drawn, boxed, {(0, 2), (0, 3)}).spots
    assert not OwnColours(drawn, boxed).spots  # as dense outside: nothing is its own


def test_each_element_has_a_ratio_of_its_own():
    left, right = np.zeros((40, 50), bool), np.zeros((40, 50), bool)
    left[:, :25], right[:, 25:] = True, True
    base = np.zeros((40, 50, 3), np.float32)
    base[:, :25], base[:, 25:] = (0.8, 0.2, 0.1), (0.1, 0.3, 0.8)
    changed = base.copy()
    changed[:, 25:] = (0.1, 0.6, 0.6)
    marks = [Place(i, n, mask) for i, mask in enumerate((left, right)) for n in (0, 1)]
    found = OwnColours([base, base], marks).ratio([base, changed])
    assert found is not None
    assert found[1][0] == pytest.approx(1, abs=0.3)
    assert found[1][1] > 5
    assert found[1][0] < found[0] < found[1][1]


def test_the_panel_that_strays_is_named_first():
    result = [picture.copy() for picture in panels()]
    result[2][20:38, 15:35] = (0.5, 0.1, 0.6)
    found = OwnColours(panels(), places()).strays(result)
    assert found[0][:2] == (0, 2)
    assert found[0][2] > 10
    assert all(distance < 2 for _, _, distance in found[1:])


def test_lines_are_no_colours():
    """Thin black lines, all over an element, are mixtures with what they cross: they are not followed."""
    drawn = panels()
    for picture in drawn:
        picture[10:38:5, 15:35] = 0.05
    own = OwnColours(drawn, places())
    for colours in own.spots[0]:
        for panel, pixels in colours:
            assert drawn[panel].reshape(-1, 3)[pixels].max(1).min() > 0.3


def test_drift_is_nothing_where_one_colour_becomes_one_colour():
    flat = on_ground([GROUNDS[0]] * 4)
    recoloured = [p[..., ::-1].copy() for p in flat]
    assert drift(flat, flat) == pytest.approx(drift(flat, recoloured), abs=1.0)  # type: ignore[arg-type]
    found = [drift(flat, tinted(flat, amount)) for amount in (0.0, 0.05, 0.1, 0.2)]
    assert found == sorted(found)  # type: ignore[type-var]
    assert found[3] > found[0] + 4  # type: ignore[operator]


def test_drift_sees_what_lies_outside_all_elements():
    drawn = on_ground([GROUNDS[0]] * 4)
    assert drift(drawn, on_ground(GROUNDS)) > drift(drawn, drawn) + 3  # type: ignore[operator]
    assert drift([], []) is None
    assert drift(drawn[:1], drawn[:1]) is None


@pytest.mark.parametrize("few", [[], places(1), [Place(0, p, np.zeros((40, 50), bool)) for p in range(4)]])
def test_what_cannot_be_measured_is_none(few):
    assert OwnColours(panels(), few).spread() is None
    assert ratio(panels(), panels(), few) is None


def test_the_same_pictures_give_the_same_number():
    assert ratio(panels(), tinted(panels(), 0.1), places()) == ratio(panels(), tinted(panels(), 0.1), places())


def test_only_what_is_inside_the_boxes_counts():
    outside = tinted(panels(), 0.0)
    for n, picture in enumerate(outside):
        picture[:, 40:] = n / 4
    assert ratio(panels(), outside, places()) == pytest.approx(1.0)
