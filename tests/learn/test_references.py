"""Model sheets: each drawn colour goes to the sheet's nearest."""

import numpy as np

from inkwright.learn.banks import Bank
from inkwright.learn.colour import oklab
from inkwright.learn.references import refer, sheet_colours

RED, GREEN, BLUE = (0.8, 0.1, 0.1), (0.1, 0.5, 0.2), (0.1, 0.2, 0.8)


def lab(*colours):
    return oklab(np.array(colours, np.float32))


def bank(*drawn):
    grey = lab(*[(0.5, 0.5, 0.5)] * len(drawn))
    return Bank(lab(*drawn), np.ones(len(drawn), np.float32), grey, grey)


def sheet(*colours):
    """Stripes of colours on a white ground."""
    out = np.ones((80, 40 + 40 * len(colours), 3), np.float32)
    for n, colour in enumerate(colours):
        out[20:60, 20 + 40 * n : 60 + 40 * n] = colour
    return out


def test_targets_are_the_sheets_colours():
    finished = refer(bank((0.9, 0.3, 0.3), (0.3, 0.6, 0.4)), sheet(RED, GREEN), 0)
    assert np.abs(finished.target - lab(RED, GREEN)).max() < 0.02


def test_a_colour_that_the_sheet_does_not_have_keeps_its_target():
    before = bank((0.95, 0.9, 0.1))
    assert np.array_equal(refer(before, sheet(BLUE), 0).target, before.target)


def test_the_ground_is_no_colour_of_the_element():
    found = sheet_colours(sheet(RED, BLUE), 0)
    assert np.linalg.norm(found - lab((1, 1, 1)), axis=1).min() > 0.2
    assert len(found) == 2


def test_an_empty_sheet_changes_nothing():
    before = bank(RED)
    assert refer(before, np.ones((30, 30, 3), np.float32), 0) is before


def test_the_same_sheet_gives_the_same_targets():
    one, other = (refer(bank(RED, GREEN), sheet(BLUE, GREEN), 3).target for _ in range(2))
    assert one.tobytes() == other.tobytes()
