"""The sample comic: what it promises to the classifiers, the panel finder and the reader."""

import numpy as np
import pytest

from inkwright.book import dump_book, parse_book
from inkwright.sample import comic


@pytest.fixture(scope="module")
def sample() -> comic.Sample:
    return comic.draw_book()


def test_pages_have_the_promised_size(sample):
    assert len(sample.pages) >= 5
    for page in sample.pages:
        assert page.shape == (1400, 1000, 3)
        assert page.dtype == np.uint8


def test_the_same_bytes_every_time():
    scene = comic.SCRIPT[3][0]
    first, second = (comic.draw_scene(scene, 7).pixels() for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != comic.draw_scene(scene, 8).pixels().tobytes()


def test_drawing_leaves_no_trace(sample):
    # A panel drawn alone equals the one on its page, so nothing carries over from panel to panel.
    scene = comic.SCRIPT[1][2]
    alone = comic.draw_scene(scene, comic.seed_of(2, 3)).pixels().astype(int)
    x, y, width, height = scene.box
    on_page = sample.pages[1][y : y + height, x : x + width].astype(int)
    assert np.abs(alone - on_page)[20:-20, 20:-20].mean() < 4


def test_book_survives_json_and_ids_are_in_reading_order(sample):
    assert parse_book(dump_book(sample.book)) == sample.book
    ids = sample.book.panel_ids()
    assert len(ids) >= 16
    assert len(set(ids)) == len(ids)
    assert ids[:3] == ["p1.1", "p1.2", "p1.3"]
    assert [page.file for page in sample.book.pages] == [f"pages/p{k}.png" for k in range(1, len(sample.pages) + 1)]


def test_panels_stand_on_the_page_with_white_gutters(sample):
    for page, pixels in zip(sample.book.pages, sample.pages, strict=True):
        taken = np.zeros(pixels.shape[:2], int)
        for panel in page.panels:
            x, y, width, height = panel.box
            assert x >= 20
            assert y >= 20
            assert x + width <= 980
            assert y + height <= 1380
            taken[y - 12 : y + height + 12, x - 12 : x + width + 12] += 1
        assert taken.max() == 1, "gutters are at least 24 px wide"
        assert pixels[taken == 0].min() > 225


def test_frames_are_dark_lines(sample):
    for page, pixels in zip(sample.book.pages, sample.pages, strict=True):
        for panel in page.panels:
            x, y, width, height = panel.box
            inside = pixels[y : y + height, x : x + width].mean(2)
            for edge in (inside[:6], inside[-6:], inside[:, :6].T, inside[:, -6:].T):
                assert np.median(edge.min(0)) < 70


def test_boxes_are_inside_their_panels_and_agree_with_the_prior(sample):
    names = [element.name for element in sample.prior.elements]
    assert names == ["Hero", "Princess", "Dragon", "Hero's home", "Princess' castle"]
    assert [element.kind for element in sample.prior.elements] == ["character"] * 3 + ["setting"] * 2
    assert sample.prior.panels == sample.book.panel_ids()
    assert set(np.unique(sample.prior.table)) == {0.0, 1.0}
    for j, (_, panel) in enumerate(sample.book.panels()):
        found = panel.appearances or {}
        assert [name in found for name in names] == (sample.prior.table[:, j] == 1).tolist()
        assert set(found) <= set(names)
        for boxes in found.values():
            for x, y, width, height in boxes:
                assert x >= 0
                assert y >= 0
                assert x + width <= panel.box[2]
                assert y + height <= panel.box[3]
                assert min(width, height) >= 30, "large enough to be seen"


def test_every_element_is_often_there_and_often_not(sample):
    there = sample.prior.table.sum(1)
    assert there.min() >= 5
    assert (sample.prior.table.shape[1] - there).min() >= 3
    # No two elements always occur together, or a classifier could not tell them apart.
    assert len({tuple(row) for row in sample.prior.table}) == 5


def test_hero_and_princess_share_their_red(sample):
    def red(name: str, panel_id: str) -> float:
        j = sample.book.panel_ids().index(panel_id)
        page, panel = list(sample.book.panels())[j]
        x, y, width, height = panel.appearances[name][0]
        left, top = panel.box[0] + x, panel.box[1] + y
        part = sample.pages[sample.book.pages.index(page)][top : top + height, left : left + width].astype(int)
        return float(((part[..., 0] > 180) & (part[..., 1] < 90) & (part[..., 2] < 90)).mean())

    assert red("Hero", "p4.1") > 0.04
    assert red("Princess", "p4.1") > 0.04


def test_words_are_short_and_spoken_by_someone_present(sample):
    for page in sample.book.pages:
        assert sum(len(panel.balloons or []) for panel in page.panels) >= 2
    for _, panel in sample.book.panels():
        assert panel.alt
        for balloon in panel.balloons or []:
            assert len(balloon.words.split()) <= 9
            if balloon.kind in ("caption", "sound"):
                assert not balloon.speaker
            else:
                assert balloon.speaker in (panel.appearances or {})
