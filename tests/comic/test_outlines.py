import numpy as np
import pytest

from inkwright.book import Panel
from inkwright.comic.confidence import UNSURE, Evidence, confidence, doubt
from inkwright.comic.outlines import DOUBTED, DOUBTFUL, OWN, SURE, colour_of, outlines
from inkwright.comic.parts import WAYS


def test_panels_are_drawn_in_the_colour_of_their_confidence() -> None:
    page = np.full((900, 600, 3), 255, np.uint8)
    kept = page.copy()
    drawn = outlines(
        page,
        [
            Panel(id="a", box=(50, 50, 200, 300), confidence=0.95),
            Panel(id="b", box=(320, 50, 200, 300), polygon=[(320, 50), (520, 80), (500, 350)], confidence=0.1),
            Panel(id="c", box=(50, 500, 400, 300)),
        ],
    )
    assert np.array_equal(page, kept)
    colours = {tuple(colour) for colour in drawn.reshape(-1, 3).tolist()}
    assert {SURE, DOUBTFUL, OWN} <= colours
    assert DOUBTED not in colours


@pytest.mark.parametrize(("size", "expected"), [((4000, 3000), (1400, 1050)), ((20000, 800), (8000, 320))])
def test_the_picture_is_of_a_handy_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert outlines(np.zeros((*size, 3), np.uint8), []).shape[:2] == expected


def test_colours_follow_confidence() -> None:
    assert colour_of(None) == OWN
    assert colour_of(UNSURE) == SURE
    assert colour_of(UNSURE - 0.01) == DOUBTED
    assert colour_of(0.1) == DOUBTFUL


@pytest.mark.parametrize("how", WAYS)
def test_every_way_of_finding_has_a_chance_and_a_reason(how: str) -> None:
    good, bad = Evidence(how, 1.0, 1.0, 0.95, 5, 0.2), Evidence(how, 0.7, 0.5, 0.3, 5, 0.2)
    assert 0 < confidence(bad) < confidence(good) < 1
    assert doubt(bad)
