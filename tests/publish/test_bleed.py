import numpy as np

from inkwright.publish.bleed import extended
from inkwright.publish.edition import EditionPanel

PAPER = (250, 248, 240)


def page() -> np.ndarray:
    """A page of 100 x 80 with paper, and a panel of noise that reaches the left and the upper edge."""
    made = np.empty((80, 100, 3), np.uint8)
    made[:] = PAPER
    made[:50, :60] = np.random.default_rng(0).integers(0, 200, (50, 60, 3))
    return made


PANEL = [EditionPanel("p1.1", (0, 0, 60, 50))]


def test_the_page_itself_stays() -> None:
    made = extended(page(), PANEL, 7)
    assert made.shape == (94, 114, 3)
    assert np.array_equal(made[7:-7, 7:-7], page())
    assert extended(page(), PANEL, 0) is not None
    assert extended(page(), PANEL, 0).shape == (80, 100, 3)


def test_art_at_the_edge_is_mirrored_and_paper_goes_on() -> None:
    pixels = page()
    made = extended(pixels, PANEL, 7)
    assert np.array_equal(made[7:57, :7], pixels[:50, :7][:, ::-1])
    assert np.array_equal(made[:7, 7:67], pixels[:7, :60][::-1])
    assert (made[60:, :] == PAPER).all()
    assert (made[:, -7:] == PAPER).all()


def test_a_margin_narrower_than_the_bleed_stays_paper() -> None:
    pixels = page()
    pixels[:, :3] = PAPER
    made = extended(pixels, [EditionPanel("p1.1", (3, 0, 57, 50))], 20)
    assert (made[25:60, :20] == PAPER).all()  # no second panel behind the margin


def test_a_page_smaller_than_its_bleed() -> None:
    assert extended(page(), PANEL, 200).shape == (480, 500, 3)
