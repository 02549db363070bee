import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[3] / "tools"))

from degraded_pages import CASES, Degraded, degrade, photo, scan, warped
from panel_pages import draw_page

from inkwright.comic.straighten.cut import unbent
from inkwright.comic.straighten.light import light_of
from inkwright.comic.straighten.perspective import between, box_corners, inverse, moved, page_size
from inkwright.comic.straighten.plan import apply, is_digital, plan
from inkwright.comic.straighten.tilt import lean_at
from inkwright.comic.straighten.warp import relit
from inkwright.comic.straighten.warp import warped as seen_through
from inkwright.images import Pixels
from inkwright.sample.comic import draw_book


def page(kind: str = "white", seed: int = 3) -> Pixels:
    return draw_page(kind, seed, 560, 800).pixels


def turn_left(one: Degraded, matrix: np.ndarray) -> float:
    """Degrees by which the page's middle rows lean after all."""
    height, width = one.page.shape[:2]
    a, b = warped(np.array([[0.3 * width, height / 2], [0.7 * width, height / 2]]), matrix @ one.matrix)
    return float(np.degrees(np.arctan2(*(b - a)[::-1])))


@pytest.mark.parametrize("kind", ["white", "thin", "black", "coloured", "bleed", "slanted", "manga", "splash"])
def test_nothing_is_done_to_a_clean_page(kind: str) -> None:
    drawn = page(kind)
    made = plan(drawn)
    assert made.nothing
    assert made.notes == ("nothing to be done",)
    assert apply(drawn, made) is drawn


def test_nothing_is_done_to_the_sample() -> None:
    for drawn in draw_book().pages:
        assert plan(drawn).nothing


def test_panels_that_the_author_turned_a_little_are_left() -> None:
    assert plan(draw_page("overlapping", 5000).pixels).nothing


@pytest.mark.parametrize("skew", [-5.5, -1.2, 0.6, 3.0])
def test_a_scan_is_turned_back(skew: float) -> None:
    one = scan(page(), np.random.default_rng(1), skew)
    made = plan(one.pixels)
    assert made.degrees == pytest.approx(skew, abs=0.2)
    assert turn_left(one, made.matrix) == pytest.approx(0, abs=0.2)
    assert min(made.size[0] - one.pixels.shape[1], made.size[1] - one.pixels.shape[0]) >= 0  # nothing is cut off


@pytest.mark.parametrize("seed", range(4))
def test_the_page_is_found_in_a_photo(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = photo(page(seed=seed), rng, ("wood", "dark", "mat", "cloth")[seed], tilt=15, degrees=4, share=0.8)
    made = plan(one.pixels)
    assert made.seen == (True,) * 4
    assert np.hypot(*(made.corners - one.corners).T).max() < 0.003 * np.hypot(*one.pixels.shape[:2])
    assert made.size[0] / made.size[1] == pytest.approx(560 / 800, rel=0.02)
    assert turn_left(one, made.matrix) == pytest.approx(0, abs=0.15)


def test_bands_of_a_scanner_are_cut_off() -> None:
    one = degrade(page(), "bands", 4)
    made = plan(one.pixels)
    assert made.seen == one.bounded
    rim = np.concatenate([side.reshape(-1, 3) for side in (apply(one.pixels, made)[:2], apply(one.pixels, made)[-2:])])
    assert np.percentile(rim, 5) > 150


def test_a_shadow_goes_and_paint_stays() -> None:
    drawn = np.full((800, 560, 3), 255, np.uint8)
    drawn[60:300, 60:500] = (12, 12, 14)
    drawn[360:700, 60:260] = (70, 120, 190)
    drawn[360:700, 300:500] = (236, 226, 208)  # a pale wash: no paper
    one = photo(drawn, np.random.default_rng(5), "dark", tilt=0, degrees=0, share=0.8, shade=0.3, cast=0.5)
    straight = apply(one.pixels, plan(one.pixels))
    scale = np.array(straight.shape[1::-1]) / (560, 800)

    def patch(x: int, y: int) -> np.ndarray:
        u, v = (np.array([x, y]) * scale).astype(int)
        return straight[v - 5 : v + 5, u - 5 : u + 5].mean((0, 1))

    paper = np.array([patch(x, y) for x in (30, 280, 530) for y in (30, 330, 500, 760)])
    assert paper.std(0).max() < 5
    assert paper.mean() > 240
    assert all(patch(280, y).mean() < 45 for y in (90, 180, 280))
    washes = np.array([patch(x, y) for x in (330, 400, 470) for y in (400, 530, 660)])
    assert washes.mean(0) == pytest.approx([225, 215, 197], abs=12)  # a shadow over paint goes only in part
    assert washes.max() < 240
    assert np.array([patch(x, 530) for x in (100, 220)]).mean(0) == pytest.approx([70, 120, 190], abs=22)


def test_beside_a_black_panel_the_paper_is_not_brighter() -> None:
    drawn = np.full((600, 600, 3), 250, np.uint8)
    drawn[100:500, 100:500] = 5
    drawn = np.clip(drawn * np.linspace(0.8, 1, 600)[None, :, None], 0, 255)
    drawn = (drawn + np.random.default_rng(0).normal(0, 1.5, drawn.shape)).clip(0, 255).astype(np.uint8)
    light = light_of(drawn)
    assert light is not None
    flat = relit(drawn.copy(), light.field, (0.98, 0.98, 0.98)).astype(float)
    near, far = flat[150:450, 92:98].mean(), flat[150:450, 20:40].mean()
    assert near == pytest.approx(far, abs=2)


def test_yellow_paper_stays_yellow_unless_told_otherwise() -> None:
    one = degrade(page(), "photo, yellow", 2)
    for paper, yellow in (("auto", True), ("keep", True), ("white", False)):
        rim = np.median(apply(one.pixels, plan(one.pixels, "auto", paper))[5:20, 60:500].reshape(-1, 3), 0)
        assert (rim[0] - rim[2] > 25) == yellow


def test_corners_by_hand_beat_the_estimate() -> None:
    one = degrade(page(), "photo", 3)
    hand = box_corners(200, 300, 40, 50)
    made = plan(one.pixels, corners=hand)
    assert made.by_hand
    assert moved(hand, made.matrix) == pytest.approx(box_corners(*made.size), abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_scans_are_no_clean_pages(case: str) -> None:
    assert not is_digital(degrade(page(), case, 2).pixels)


def test_ink_has_no_halo() -> None:
    drawn = np.full((200, 200, 3), 200, np.uint8)
    drawn[:, 95:105] = 20
    turned = seen_through(drawn, np.array([[1, 0.03, 0.3], [-0.03, 1, 0.4], [0, 0, 1]]), (200, 200))
    assert (turned[20:-20, 20:-20].min(), turned.max()) == (20, 200)


def test_the_sides_of_a_page_seen_from_the_side_are_known() -> None:
    one = photo(page(), np.random.default_rng(3), "dark", tilt=30, degrees=0, share=0.7)
    width, height = page_size(one.corners, one.pixels.shape[1::-1])
    assert width / height == pytest.approx(560 / 800, rel=0.01)


def test_four_corners_go_where_they_are_sent() -> None:
    source = np.array([[11, 7], [905, 40], [870, 1300], [30, 1250]], np.float64)
    target = box_corners(900, 1300)
    assert moved(source, between(source, target)) == pytest.approx(target, abs=1e-6)
    assert moved(target, inverse(between(source, target))) == pytest.approx(source, abs=1e-6)


@pytest.mark.parametrize("size", [(64, 64), (64, 3000), (70, 90)])
def test_odd_sizes_are_taken(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    for pixels in (noise, noise * 0, noise * 0 + 255):
        made = plan(pixels, "on")
        assert apply(pixels, made).shape == (made.size[1], made.size[0], 3)


def test_a_scan_of_slanted_panels_is_turned_back() -> None:
    """Slanted gutters look like lines that converge; a look at parallel lines alone tells the turn."""
    one = degrade(draw_page("slanted", 5009, 1000, 1450).pixels, "scan", 5009)
    made = plan(one.pixels)
    assert not made.converged
    assert abs(made.degrees) > 2.5
    assert turn_left(one, made.matrix) == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize("side", range(4))
def test_a_side_that_was_not_seen_is_laid_along_the_pages_lines(side: int) -> None:
    """Cut out along three sides, with the fourth guessed wrongly: lines lean more and more towards it."""
    drawn = page(seed=6)
    size = (drawn.shape[1], drawn.shape[0])
    lean = 4.0
    more, whole = unbent([lean if k == side else 0.0 for k in range(4)], size)
    bent = seen_through(drawn, inverse(more), size)
    assert lean_at(bent, side) == pytest.approx(lean, abs=0.5)
    assert whole[0] == pytest.approx(size[0], rel=0.1)
    assert lean_at(drawn, side) == pytest.approx(0, abs=0.05)
    assert lean_at(np.full_like(drawn, 255), side) == 0
