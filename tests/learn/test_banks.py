import numpy as np
import pytest

from inkwright.learn.banks import (
    FARTHEST,
    LEAST,
    OWN,
    SURE,
    Bank,
    Elements,
    colour_means,
    labels,
    own_part,
    read_banks,
    shaped,
    steady,
)
from inkwright.learn.colour import oklab
from inkwright.learn.element_look import spots
from inkwright.learn.regions import soft_boxes

RED, BLUE, GREY, GREEN = ((0.8, 0.1, 0.1), (0.1, 0.2, 0.8), (0.6, 0.6, 0.6), (0.2, 0.7, 0.3))
SIZE = (60, 80)
BOX = (20, 15, 30, 30)
INSIDE = (slice(15, 45), slice(20, 50))


def lab(*colours):
    return oklab(np.array(colours, np.float32))


def filled(ground, block=None):
    """A picture of one colour, with a block of another where BOX is."""
    out = np.empty((*SIZE, 3), np.float32)
    out[:] = ground
    if block is not None:
        out[INSIDE] = block
    return out


def box():
    return {0: soft_boxes([BOX], *SIZE)}


# -- reading -----------------------------------------------------------------------------------------------------------


def read(flats, tones, regions=None, everywhere=(False,), **more):
    return read_banks(flats, tones, regions or [box()] * len(flats), everywhere, 0, **more)


def nearest(bank, colour):
    far = np.linalg.norm(bank.drawn - lab(colour), axis=1)
    assert far.min() < 0.02
    return int(far.argmin())


def test_a_bank_is_what_painting_typically_made_of_the_colour():
    flats = [filled(GREY, RED)] * 3
    painted = [(0.7, 0.2, 0.2), (0.6, 0.2, 0.3), (0.5, 0.3, 0.2)]
    bank = read(flats, [filled(GREY, p) for p in painted]).banks[0]

    k = nearest(bank, RED)
    assert bank.own[k] == 1
    assert bank.painted[k] == pytest.approx(np.median(lab(*painted), 0), abs=2e-3)
    assert np.array_equal(bank.target, bank.painted)  # no accent


def test_a_panel_in_odd_light_does_not_decide():
    tones = [filled(GREY, p) for p in ((0.6, 0.2, 0.3), (0.6, 0.2, 0.3), (0.05, 0.1, 0.4))]
    bank = read([filled(GREY, RED)] * 3, tones).banks[0]
    assert bank.painted[nearest(bank, RED)] == pytest.approx(lab((0.6, 0.2, 0.3))[0], abs=2e-3)


def test_each_panel_counts_alike_however_large_the_element_is_there():
    small = {0: soft_boxes([(20, 15, 10, 10)], *SIZE)}
    a, b = filled(GREY, (0.7, 0.2, 0.2)), filled(GREY, (0.5, 0.3, 0.2))
    flat = [filled(GREY, RED)] * 2
    bank = read(flat, [a, b], [small, box()]).banks[0]
    assert bank.painted[nearest(bank, RED)] == pytest.approx(lab((0.7, 0.2, 0.2), (0.5, 0.3, 0.2)).mean(0), abs=3e-3)


def test_an_element_of_one_panel_has_no_bank():
    flats = [filled(GREY, RED), filled(GREY)]
    assert read(flats, flats, [box(), {}]).banks == {}
    assert read(flats, flats, [box(), {0: np.full(SIZE, 0.4, np.float32)}]).banks == {}  # nowhere surely
    assert list(read(flats, flats, [box(), box()]).banks) == [0]


def test_a_colour_that_is_the_grounds_as_well_is_not_moved():
    """The box holds blue on red, and all around it is red, too: red is more common outside."""
    flat = filled(RED, RED)
    flat[15:30, 20:50] = BLUE
    tones = []
    for red, blue in (((0.7, 0.2, 0.2), (0.2, 0.3, 0.7)), ((0.6, 0.3, 0.2), (0.2, 0.2, 0.8))):
        tone = filled(red)
        tone[15:30, 20:50] = blue
        tones.append(tone)
    known = read([flat] * 2, tones)
    bank = known.banks[0]

    assert bank.own[nearest(bank, BLUE)] == 1
    assert np.linalg.norm(bank.drawn - lab(RED), axis=1).min() > 0.2
    for tone in tones:
        out = steady(tone, flat, box(), known)
        assert np.abs(out - tone)[20, 35].max() > 0.01
        np.testing.assert_allclose(out[40, 35], tone[40, 35], atol=1e-4)
        np.testing.assert_allclose(out[5, 5], tone[5, 5], atol=1e-4)


def test_a_colour_as_common_outside_as_inside_counts_a_little_only():
    flats = [filled(RED)] * 3  # all red, box or not
    tones = [filled(RED, p) for p in ((0.7, 0.2, 0.2), (0.5, 0.3, 0.2), (0.6, 0.2, 0.3))]
    known = read(flats, tones)
    assert known.banks[0].own == pytest.approx((0.5 - OWN) / (SURE - OWN), abs=0.01)
    assert spots(flats[0], tones[0], box(), known) == []  # and K does not ask for it


def test_an_element_without_any_colour_of_its_own_has_no_bank(monkeypatch):
    flats = [filled(GREY, RED)] * 2
    monkeypatch.setattr("inkwright.learn.banks._owned", lambda drawn, *_: np.zeros(len(drawn), np.float32))
    assert read(flats, flats).banks == {}


def test_the_ground_that_a_box_holds_besides_its_element_has_no_bank():
    flat = filled(GREY, GREY)
    flat[20:40, 25:45] = RED
    known = read([flat] * 3, [flat] * 3).banks[0]
    assert np.linalg.norm(known.drawn[known.own > 0.5] - lab(GREY), axis=1).min() > 0.1
    assert known.own[nearest(known, RED)] == 1


def test_accent_goes_back_to_the_colour_as_drawn():
    flats, tones = [filled(GREY, RED)] * 2, [filled(GREY, BLUE)] * 2
    for accent in (0.0, 0.3, 1.0):
        bank = read(flats, tones, accent=accent).banks[0]
        k = nearest(bank, RED)
        assert bank.painted[k] == pytest.approx(lab(BLUE)[0], abs=2e-3)
        assert bank.target[k] == pytest.approx((1 - accent) * lab(BLUE)[0] + accent * lab(RED)[0], abs=2e-3)


def test_a_setting_is_read_where_nothing_stands_in_front_of_it():
    flats = [filled(GREEN, RED)] * 2
    both = {**box(), 1: np.ones(SIZE, np.float32)}
    regions = [both, both]
    assert own_part(both, 1, (False, True)).sum() == np.prod(SIZE) - (both[0] > 0.5).sum()
    assert own_part(both, 0, (False, True)).sum() == (both[0] > 0.5).sum()
    others = [*flats, filled(GREY)]  # a panel elsewhere, so that green is the setting's own
    known = read(others, others, [*regions, {}], (False, True))
    assert known.everywhere == (False, True)
    assert known.banks[1].own[nearest(known.banks[1], GREEN)] == 1
    assert np.linalg.norm(known.banks[1].drawn - lab(RED), axis=1).min() > 0.2


def test_the_same_seed_gives_the_same_banks():
    rng = np.random.default_rng(5)
    flats = [np.clip(filled(GREY, RED) + 0.1 * rng.standard_normal((*SIZE, 3)).astype(np.float32), 0, 1)] * 2
    one, again = (read(flats, flats).banks[0] for _ in range(2))
    assert len(one.drawn) > 1
    for name in ("drawn", "own", "painted", "target"):
        assert np.array_equal(getattr(one, name), getattr(again, name))


# -- one panel ---------------------------------------------------------------------------------------------------------


def test_a_pixel_belongs_to_its_nearest_colour_or_to_none():
    drawn = lab(RED, BLUE)
    assert labels(lab(BLUE, RED, (0.82, 0.12, 0.1), GREEN), drawn).tolist() == [1, 0, 0, -1]


def test_means_by_colour_worked_by_hand():
    drawn = lab(RED, BLUE, GREEN)
    pixels = lab(*[RED] * 30, *[BLUE] * 20, *[GREEN] * 3)
    painted = np.zeros((53, 3), np.float32)
    painted[:30, 0] = np.arange(30)  # mean 14.5
    painted[30:50, 1] = 2
    means, there = colour_means(pixels, painted, drawn)

    assert there.tolist() == [True, True, False]  # three pixels are hardly there
    np.testing.assert_allclose(means, [[14.5, 0, 0], [0, 2, 0], [0, 0, 0]])
    few = np.concatenate([np.repeat(pixels[:1], 990, 0), np.repeat(pixels[30:31], 10, 0)])
    assert colour_means(few, few, drawn)[1].tolist() == [True, False, False]  # 1 % is less than LEAST
    assert LEAST == 0.02
    assert not colour_means(pixels[:0], painted[:0], drawn)[1].any()


def bank_of(drawn, painted, own=1.0, everywhere=(False,), target=None):
    bank = Bank(lab(drawn), np.array([own], np.float32), lab(painted), lab(target or painted))
    return Elements({0: bank}, everywhere)


def test_steady_moves_an_elements_mean_onto_its_bank_and_keeps_its_shading():
    flat = filled(GREY, RED)
    shade = np.zeros((*SIZE, 1), np.float32)
    shade[:, ::2] = 0.02
    tone = filled(GREY, (0.6, 0.3, 0.3)) + shade
    wanted = (0.62, 0.28, 0.33)  # near enough to be the same colour in another light
    out = steady(tone, flat, box(), bank_of(RED, wanted))

    core = (slice(22, 38), slice(28, 42))  # the box's edge is soft
    mean = oklab(out[core]).reshape(-1, 3).mean(0)
    before = oklab(tone[core]).reshape(-1, 3).mean(0)
    target = lab(wanted)[0]
    assert np.linalg.norm(mean - target) < 0.05 * np.linalg.norm(before - target)
    light = oklab(out)[..., 0]
    assert light[30, 30] - light[30, 31] == pytest.approx(float(oklab(tone)[30, 30, 0] - oklab(tone)[30, 31, 0]), 0.05)


def test_steady_goes_on_from_the_bank_to_the_target():
    painted, target = (0.62, 0.28, 0.33), (0.75, 0.15, 0.2)
    for seen in (painted, (0.6, 0.3, 0.3)):
        out = steady(filled(GREY, seen), filled(GREY, RED), box(), bank_of(RED, painted, target=target))
        assert oklab(out)[30, 35] == pytest.approx(lab(target)[0], abs=3e-3)


def test_steady_leaves_all_pixels_outside_the_region_alone_byte_for_byte():
    rng = np.random.default_rng(0)
    tone = rng.random((*SIZE, 3), np.float32)
    flat = filled(GREY, RED)
    out = steady(tone, flat, box(), bank_of(RED, BLUE))
    outside = box()[0] == 0

    assert outside.sum() > 1000
    assert out[outside].tobytes() == tone[outside].tobytes()
    assert np.abs(out[INSIDE] - tone[INSIDE]).max() > 0.03
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 1


def test_steady_changes_nothing_where_nothing_is_known():
    tone, flat = filled(GREY, BLUE), filled(GREY, RED)
    for regions, known in (
        ({}, bank_of(RED, GREEN)),  # the element is not in this panel
        (box(), Elements({}, (False,))),
        (box(), bank_of(RED, GREEN, own=0.0)),
        (box(), bank_of(GREEN, RED)),  # its colour is not in this panel
    ):
        assert steady(tone, flat, regions, known) == pytest.approx(tone, abs=1e-5)


def test_the_given_tone_is_not_written_to():
    tone, flat = filled(GREY, BLUE), filled(GREY, RED)
    before = tone.copy()
    steady(tone, flat, box(), bank_of(RED, GREEN))
    assert np.array_equal(tone, before)


def test_nothing_is_shifted_farther_than_the_limit():
    tone, flat = filled(GREY, (0.02, 0.02, 0.1)), filled(GREY, RED)  # a scene at night
    known = bank_of(RED, (1.0, 0.9, 0.3))
    for limit in (FARTHEST, 0.12):
        far = np.linalg.norm(oklab(steady(tone, flat, box(), known, limit)) - oklab(tone), axis=-1)
        assert far.max() == pytest.approx(limit, abs=0.005)
    assert np.array_equal(steady(tone, flat, box(), known), steady(tone, flat, box(), known, FARTHEST))


def test_where_two_elements_overlap_their_shifts_do_not_add_up():
    tone, flat = filled(GREY, (0.6, 0.3, 0.3)), filled(GREY, RED)
    one = bank_of(RED, (0.62, 0.28, 0.33))
    two = Elements({0: one.banks[0], 1: one.banks[0]}, (False, False))
    regions = {0: box()[0], 1: box()[0]}
    middle = (30, 35)
    alone, both = steady(tone, flat, box(), one)[middle], steady(tone, flat, regions, two)[middle]
    assert both == pytest.approx(alone, abs=0.01)


# -- shapes ------------------------------------------------------------------------------------------------------------


def test_a_shape_is_the_part_of_its_box_in_the_elements_own_colours():
    flat = filled(GREY, GREY)
    flat[20:40, 25:45] = RED
    known = bank_of(RED, RED)
    regions = {**box(), 5: np.ones(SIZE, np.float32)}
    shapes = shaped(regions, flat, known)

    assert shapes[0][30, 35] == pytest.approx(1, abs=1e-3)
    assert shapes[0][17, 22] < 0.05  # a corner of the box, on the ground
    assert shapes[0][5, 70] == 0
    assert (shapes[0] <= regions[0] + 1e-6).all()
    assert shapes[5] is regions[5]  # nothing is known of its colours
    assert regions[0] is not shapes[0]


def test_a_shape_has_no_holes_at_lines():
    flat = filled(GREY, RED)
    flat[30, 20:50] = 0  # a pen line across it
    assert shaped(box(), flat, bank_of(RED, RED))[0][30, 35] > 0.75
