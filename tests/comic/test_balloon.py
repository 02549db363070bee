"""Outlines of balloons: they stay within their reach, leave room for the words, and are the same in every run."""

import numpy as np
import pytest

from inkwright.book import BalloonKind
from inkwright.comic.balloon import EXPONENT, Placed, bubbles, outline, pen, reach, tail

KINDS: tuple[BalloonKind, ...] = ("speech", "thought", "whisper", "shout", "caption")


def balloon(kind: BalloonKind, words: str = "Hello you", tip: tuple[float, float] | None = None) -> Placed:
    return Placed(kind, tuple(words.split()), 20, 300, 200, 90, 40, tip)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", ["Hello you", "soup", "And they dined happily ever after"])
def test_the_outline_with_its_ink_stays_within_reach(kind: BalloonKind, words: str) -> None:
    points = outline(balloon(kind, words)) - (300, 200)
    more = reach(kind, 20) - (pen(20) if kind in ("thought", "shout") else 0)
    assert np.abs(points[:, 0]).max() <= 90 + more
    assert np.abs(points[:, 1]).max() <= 40 + more


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_keep_their_room(kind: BalloonKind) -> None:
    """No point of the outline comes far inside of the superellipse to which the words are fitted."""
    p = EXPONENT[kind]
    x, y = (np.abs(outline(balloon(kind)) - (300, 200)) / (90, 40)).T
    assert ((x**p + y**p) ** (1 / p)).min() > 0.93


def test_the_same_words_give_the_same_hand() -> None:
    assert np.array_equal(outline(balloon("shout")), outline(balloon("shout")))
    assert not np.array_equal(outline(balloon("shout")), outline(balloon("shout", "Goodbye")))


def test_a_tail_begins_inside_and_ends_at_its_tip() -> None:
    points = tail(balloon("speech", tip=(340, 300)))
    assert points is not None
    assert np.linalg.norm(points - (340, 300), axis=1).min() < 1e-6
    inside = (np.abs(points - (300, 200)) / (90, 40)).max(axis=1) < 1
    assert inside[0]
    assert inside[-1]


@pytest.mark.parametrize("kind", ["caption", "thought", "sound"])
def test_others_have_no_pointed_tail(kind: BalloonKind) -> None:
    assert tail(balloon(kind, tip=(340, 300))) is None
    assert tail(balloon("speech")) is None


def test_thoughts_lead_to_the_head_in_shrinking_bubbles() -> None:
    found = bubbles(balloon("thought", tip=(300, 330)))
    radii = [radius for _, _, radius in found]
    heights = [y for _, y, _ in found]
    assert len(found) == 3
    assert radii == sorted(radii, reverse=True)
    assert heights == sorted(heights)
    assert heights[0] > 240
    assert heights[-1] + radii[-1] <= 330 + 1e-6
    assert bubbles(balloon("thought", tip=(300, 245))) == []
