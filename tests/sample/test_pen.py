"""The felt pens: who owns a mark, what hides what, how a fill looks."""

import numpy as np
import pytest

from inkwright.sample.pen import PAPER, Place, Sheet, curve, limb, oval, path

SQUARE = path("20,20 80,20 80,80 20,80")


def test_a_place_turns_mirrors_and_scales():
    at = Place(100, 50, 10, -1, 90)
    assert at([(1, 0)])[0] == pytest.approx([100, 40])
    assert at([(0, 1)])[0] == pytest.approx([90, 50])
    inner, direct = at.part(0.5, -0.2, 0.3, -1, 25), at([(0.5, -0.2)])[0]
    assert inner([(0, 0)])[0] == pytest.approx(direct)
    assert inner.size == pytest.approx(3)
    # A part of a part lies where the whole is when it is drawn at once.
    turned = Place(0, 0, 0.3, -1, 25)([(0.7, 0.1)])[0] + (0.5, -0.2)
    assert inner([(0.7, 0.1)])[0] == pytest.approx(at([turned])[0])


def test_a_curve_passes_through_its_corners():
    corners = path("0,0 10,5 20,0 30,9")
    for made in (curve(corners), curve(corners, closed=True)):
        for corner in corners:
            assert np.hypot(*(made - corner).T).min() < 1e-9
    assert curve(corners, closed=True)[0] == pytest.approx(curve(corners, closed=True)[-1])


def test_a_limb_is_as_wide_as_asked():
    outline = limb([(0, 0), (50, 0), (100, 0)], 20, 10)
    assert np.ptp(outline[:, 1]) == pytest.approx(20)
    tip = outline[np.abs(outline[:, 0] - 100) < 1e-9]
    assert np.ptp(tip[:, 1]) == pytest.approx(10)


def test_boxes_see_only_what_is_visible():
    sheet = Sheet(100, 100, 1)
    with sheet.owned_by("Dragon"):
        sheet.shape(SQUARE, (74, 172, 86))
    x, y, width, height = sheet.boxes()["Dragon"]
    assert (x, y) == (pytest.approx(19, abs=4), pytest.approx(19, abs=4))
    assert (width, height) == (pytest.approx(62, abs=7), pytest.approx(62, abs=7))
    sheet.cover(path("0,0 50,0 50,100 0,100"))  # the left half is hidden
    assert sheet.boxes()["Dragon"][0] == pytest.approx(50, abs=1)
    with sheet.owned_by("Hero"):
        sheet.cover(oval(50, 50, 90))
    assert set(sheet.boxes()) == {"Hero"}
    assert sheet.boxes()["Hero"] == (0, 0, 100, 100)


def test_owners_nest():
    sheet = Sheet(100, 100, 1)
    with sheet.owned_by("Hero"):
        with sheet.owned_by(""):
            sheet.cover(SQUARE)
        assert sheet.boxes() == {}
        sheet.cover(SQUARE)
    assert set(sheet.boxes()) == {"Hero"}


def test_a_marker_fill_is_uneven_but_of_its_colour():
    sheet = Sheet(200, 200, 3)
    sheet.marker(path("20,20 180,20 180,180 20,180"), (222, 46, 44))
    inside = sheet.pixels()[30:170, 30:170].reshape(-1, 3).astype(int)
    assert np.abs(np.median(inside, 0) - (222, 46, 44)).max() < 30
    assert inside[:, 1].std() > 4
    outside = sheet.pixels()[:10]
    assert (outside == PAPER).all()


def test_marks_off_the_sheet_do_nothing():
    sheet = Sheet(50, 50, 1)
    before = sheet.pixels()
    sheet.line([(-300, -300), (-200, -250)])
    sheet.shape(SQUARE + 500, (0, 0, 0))
    assert (sheet.pixels() == before).all()


def test_a_line_trembles_but_arrives():
    sheet = Sheet(300, 60, 5)
    sheet.line([(10, 30), (290, 30)], (0, 0, 0), 3)
    dark = sheet.pixels().mean(2) < 120
    rows = [np.nonzero(column)[0].mean() for column in dark.T if column.any()]
    assert len(rows) == pytest.approx(282, abs=8)
    assert np.std(rows) > 0.15
    assert np.abs(np.array(rows) - 30).max() < 6
