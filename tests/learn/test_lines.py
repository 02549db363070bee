import cv2
import numpy as np
import pytest

from inkwright.learn.drawing import distance_to
from inkwright.learn.guides import Guides
from inkwright.learn.lines import LINES, Line, hatched, line, redrawn
from inkwright.vocabulary import WORDS


def drawn(width: int = 4) -> Guides:
    ink = np.zeros((120, 160), np.uint8)
    cv2.circle(ink, (80, 60), 40, 255, width, cv2.LINE_AA)
    ink = ink.astype(np.float32) / 255
    flat = np.full((120, 160, 3), 0.8, np.float32)
    flat *= 1 - 0.7 * ink[..., None]  # what ink leaves in the flats
    zeros = np.zeros((120, 160), np.float32)
    return Guides(ink, flat, distance_to(ink), np.zeros((120, 160, 2), np.float32), zeros, 5)


def test_every_line_word_of_the_vocabulary_does_something_and_no_other():
    assert set(LINES) == {word.name for word in WORDS if word.kind == "line"}
    assert all(LINES.parts.values())
    assert not Line()


def test_no_word_changes_nothing_to_the_bit():
    guides = drawn()
    assert redrawn(guides, line([])) is guides
    assert redrawn(guides, line(["tight", "hatched"])) is guides


def test_bold_is_more_ink_and_fine_is_less():
    guides = drawn()
    bold, fine = (redrawn(guides, line([name])).ink for name in ("bold", "fine"))
    assert bold.sum() > 1.3 * guides.ink.sum()
    assert 0.15 * guides.ink.sum() < fine.sum() < 0.8 * guides.ink.sum()
    assert fine.max() > 0.8, "thinner, not fainter"


def test_lineless_leaves_no_trace_of_a_line_in_the_flats():
    got = redrawn(drawn(), line(["lineless"]))
    assert got.ink.max() == 0
    assert np.abs(got.flat - 0.8).max() < 0.03


def test_loose_lines_wander_by_the_panel():
    guides = drawn()
    loose = redrawn(guides, line(["loose"]))
    assert 0.6 * guides.ink.sum() < loose.ink.sum() < 2.5 * guides.ink.sum()
    assert np.abs(loose.ink - guides.ink).mean() > 0.005
    assert np.array_equal(loose.ink, redrawn(guides, line(["loose"])).ink)


def test_words_combine():
    both = line(["bold", "loose"])
    assert both.weight > 1
    assert both.stray > 0
    assert line(["loose", "tight"]).border is None


def test_hatching_lies_in_the_shadows():
    ramp = np.linspace(0, 1, 160, dtype=np.float32)[None, :, None].repeat(120, 0).repeat(3, 2)
    out = hatched(ramp, 1.0)
    rough = np.abs(out - ramp)[..., 0]
    assert rough[:, 20:70].mean() > 4 * rough[:, 120:].mean()
    assert out.shape == ramp.shape
    assert np.array_equal(out, hatched(ramp, 1.0))


@pytest.mark.parametrize("size", [(16, 16), (17, 300)])
def test_odd_sizes(size: tuple[int, int]):
    ink = np.zeros(size, np.float32)
    ink[4:8] = 1
    guides = Guides(ink, np.ones((*size, 3), np.float32), distance_to(ink), np.zeros((*size, 2), np.float32), ink, 1)
    for name in LINES:
        assert redrawn(guides, line([name])).ink.shape == size
