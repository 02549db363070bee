"""Outlines of balloons: they stay within their reach, leave room for the words, and are the same in every run."""

import numpy as np
import pytest

from inkwright.book import Balloon, BalloonKind, BalloonShape, Mood
from inkwright.comic.lettering.balloon import (
    EXPONENT,
    MOODS,
    Placed,
    bubbles,
    look_of,
    outline,
    pen,
    reach,
    scale_of,
    tail,
)
from inkwright.comic.lettering.fonts import Chain
from inkwright.comic.lettering.forms import Form
from inkwright.comic.lettering.measure import Words
from inkwright.comic.lettering.shaping import Typesetter

SHAPES: tuple[BalloonShape, ...] = ("round", "cloud", "dashed", "jagged", "wavy", "electric", "box")
WORDS = Words.of(Typesetter(Chain(folders=[])), "Hello you")


def balloon(
    shape: BalloonShape, words: str = "Hello you", tip: tuple[float, float] | None = None, joined: bool = False
) -> Placed:
    form = Form(WORDS, ((0, 2),), ((0.0, 0.0),), 20, 90, 40)
    return Placed(Balloon(words=words, shape=shape), form, 300, 200, 90, 40, tip, joined)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("words", ["Hello you", "soup", "And they dined happily ever after"])
def test_the_outline_with_its_ink_stays_within_reach(shape: BalloonShape, words: str) -> None:
    points = outline(balloon(shape, words)) - (300, 200)
    more = reach(shape, 20) - (pen(20) if shape in ("cloud", "jagged", "electric") else 0)
    assert np.abs(points[:, 0]).max() <= 90 + more + 1
    assert np.abs(points[:, 1]).max() <= 40 + more + 1


@pytest.mark.parametrize("shape", SHAPES)
def test_the_words_keep_their_room(shape: BalloonShape) -> None:
    """No point of the outline comes far inside of the superellipse to which the words are fitted."""
    p = EXPONENT[shape]
    x, y = (np.abs(outline(balloon(shape)) - (300, 200)) / (90, 40)).T
    assert ((x**p + y**p) ** (1 / p)).min() > 0.93


def test_the_same_words_give_the_same_hand() -> None:
    assert np.array_equal(outline(balloon("jagged")), outline(balloon("jagged")))
    assert not np.array_equal(outline(balloon("jagged")), outline(balloon("jagged", "Goodbye")))


@pytest.mark.parametrize("shape", ["round", "electric"])
def test_a_tail_begins_inside_and_ends_at_its_tip(shape: BalloonShape) -> None:
    points = tail(balloon(shape, tip=(340, 300)))
    assert points is not None
    assert np.linalg.norm(points - (340, 300), axis=1).min() < 1e-6
    inside = (np.abs(points - (300, 200)) / (90, 40)).max(axis=1) < 1
    assert inside[0]
    assert inside[-1]


def test_a_joined_speech_is_a_band_that_does_not_end_in_a_point() -> None:
    points = tail(balloon("round", tip=(340, 320), joined=True))
    assert points is not None
    first, last = points[:24], points[24:][::-1]
    assert np.linalg.norm(first - last, axis=1).min() > 10


@pytest.mark.parametrize("shape", ["cloud", "none"])
def test_others_have_no_pointed_tail(shape: BalloonShape) -> None:
    assert tail(balloon(shape, tip=(340, 300))) is None
    assert tail(balloon("round")) is None


def test_thoughts_lead_to_the_head_in_shrinking_bubbles() -> None:
    found = bubbles(balloon("cloud", tip=(300, 330)))
    radii = [radius for _, _, radius in found]
    heights = [y for _, y, _ in found]
    assert len(found) == 3
    assert radii == sorted(radii, reverse=True)
    assert heights == sorted(heights)
    assert heights[0] > 240
    assert heights[-1] + radii[-1] <= 330 + 1e-6
    assert bubbles(balloon("cloud", tip=(300, 245))) == []


@pytest.mark.parametrize(
    ("kind", "look"),
    [("speech", "round"), ("thought", "cloud"), ("whisper", "dashed"), ("shout", "jagged"), ("caption", "box")],
)
def test_a_kind_has_its_outline(kind: BalloonKind, look: str) -> None:
    assert look_of(Balloon(words="x", kind=kind)) == look
    assert look_of(Balloon(words="x", kind=kind, shape="wavy")) == "wavy"


@pytest.mark.parametrize("mood", list(MOODS))
def test_a_mood_shapes_speech_and_leaves_captions_alone(mood: Mood) -> None:
    assert look_of(Balloon(words="x", mood=mood)) == MOODS[mood]
    assert look_of(Balloon(words="x", kind="caption", mood=mood)) == "box"


def test_the_loud_are_larger_and_the_weak_smaller() -> None:
    assert scale_of(Balloon(words="x", mood="weak")) < 1 < scale_of(Balloon(words="x", mood="loud"))
