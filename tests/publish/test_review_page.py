import math
import re

import numpy as np
import pytest
from PIL import Image

from inkwright.errors import InternalError, PictureError
from inkwright.publish.review import Review, write_review
from inkwright.publish.review_album import Album
from inkwright.publish.review_page import cell, number, swatches


def book(folder, size=(840, 300), **changes) -> Review:
    """Hero in two panels, whose drawings are `size` pixels; the fitted pictures are half as large."""
    pictures: dict = {"drawing": {}, "fitted": {}}
    for k, panel in enumerate(("p1.1", "p1.2")):
        for look, scale in (("drawing", 1), ("fitted", 2)):
            path = folder / f"{look}-{panel}.png"
            Image.new("RGB", (max(1, size[0] // scale), max(1, size[1] // scale)), (200, 40 * k, 90)).save(path)
            pictures[look][panel] = path
    p = {"drawing": np.array([[0.9, 0.2]]), "fitted": np.array([[0.9, 0.2]])}
    fields = {"title": "t", "style": "s", "elements": ["Hero"], "kinds": ["character"], "panels": ["p1.1", "p1.2"]}
    return Review(**(fields | {"prior": np.array([[1.0, 1.0]]), "p": p, "pictures": pictures} | changes))


@pytest.mark.parametrize(
    ("p_hat", "p", "expected"),
    [
        (1, 0.976, ("a0", "●\u2009.98")),
        (0, 0.0, ("a0", "○\u2009.00")),
        (1, 0.0, ("a7", "●\u2009.00")),
        (0, 1.0, ("a7", "○\u20091.00")),
        (0, 0.5, ("a4", "○\u2009.50")),
        (math.nan, 0.3, ("n", ".30")),
        (1, math.nan, ("n", "●")),
        (math.nan, math.nan, ("n", "")),
    ],
)
def test_a_cell_has_colour_mark_and_number(p_hat, p, expected):
    assert cell(p_hat, p) == expected


def test_figures_are_written_for_reading():
    assert [number(v) for v in (0.126, 3, None, math.nan, "withheld")] == ["0.13", "3", "–", "–", "withheld"]


def test_pictures_are_reduced_and_boxes_are_in_percent_of_the_drawing_cut_to_it(tmp_path):
    boxes = {("Hero", "p1.2"): [(420, 150, 840, 75), (-84, 0, 168, 300)]}
    drawing, plain, fitted = Album(book(tmp_path, boxes=boxes)).shots("p1.2", "Hero")
    assert (drawing["width"], drawing["height"], fitted["width"], fitted["height"]) == (420, 150, 420, 150)
    assert drawing["boxes"] == fitted["boxes"] == [(50.0, 50.0, 50.0, 25.0), (0.0, 0.0, 10.0, 100.0)]
    assert drawing["alt"] == "Panel p1.2, drawing with Hero; Hero is outlined"
    assert plain["uri"] == ""
    assert Album(book(tmp_path, boxes=boxes)).shots("p1.1")[0]["boxes"] == []


def test_weak_marks_are_shown_close_up_with_what_is_around_them(tmp_path):
    boxes = {("Hero", "p1.2"): [(84, 60, 84, 90)]}  # 10 to 20 % across, 20 to 50 % down
    drawing, plain, fitted = Album(book(tmp_path, boxes=boxes)).close("p1.2", "Hero")
    assert (drawing["width"], drawing["height"]) == (252, 144)  # 0 to 30 %, 11 to 59 %
    assert (fitted["width"], fitted["height"]) == (126, 72)
    assert drawing["boxes"] == fitted["boxes"] == [(33.33, 18.75, 33.33, 62.5)]
    assert plain["uri"] == ""


@pytest.mark.parametrize("boxes", [{}, {("Hero", "p1.2"): [(0, 0, 800, 290)]}])
def test_without_a_box_or_with_one_around_everything_the_panel_is_shown_whole(tmp_path, boxes):
    album = Album(book(tmp_path, boxes=boxes))
    assert album.close("p1.2", "Hero") == album.shots("p1.2", "Hero")


def test_small_pictures_are_not_enlarged(tmp_path):
    shot = Album(book(tmp_path, size=(9, 1))).shots("p1.1")[0]
    assert (shot["width"], shot["height"]) == (9, 1)


def test_the_cover_has_the_most_marks(tmp_path):
    review = book(tmp_path)
    review.prior[0, 0] = 0
    cover = Album(review).cover()
    assert cover is not None
    assert (cover["panel"], cover["there"]) == ("p1.2", ["Hero"])
    assert Album(book(tmp_path, pictures={})).cover() is None


def test_palette_strips_are_ordered_by_share_and_survive_odd_values():
    palette = [
        ((0, 0, 0), (1, 1, 1), 0.2),
        ((1.2, -1, 0.5), (0.5, 0.5, math.nan), 0.8),
        ((0, 0, 1), (0, 0, 1), math.nan),
    ]
    review = Review("t", "s", [], [], [], np.zeros((0, 0)), {}, palette=palette)
    found = swatches(review)
    assert [(s["source"], s["result"]) for s in found] == [
        ("#ff0080", "#808000"),
        ("#000000", "#ffffff"),
        ("#0000ff", "#0000ff"),
    ]
    assert [s["grow"] for s in found] == [80.0, 20.0, 2.0]


def test_swatches_say_what_is_pinned(tmp_path):
    palette = [((0.2, 0.2, 0.2), (1, 1, 1), 0.5), ((0, 0, 1), (0, 1, 0), 0.3), ((1, 0, 0), (0, 1, 0), 0.2)]
    changes = {"palette": palette, "pins": ["", "#0000ff", "<Hero>"], "ink": ((0, 0, 0.2), True)}
    assert [(s["pinned"], s["element"]) for s in swatches(book(tmp_path, **changes))] == [
        (False, ""),
        (True, ""),
        (True, "<Hero>"),
    ]
    page = write_review(book(tmp_path, **changes), tmp_path / "a").read_text(encoding="utf-8")
    assert re.findall(r'<span class="pin">● (.*?)</span>', page) == ["pinned", "&lt;Hero&gt;", "pinned"]
    assert "ink → #000033" in page
    assert '<pre>inkwright palette . --pin "#0000ff=#00ff00"</pre>' in page
    plain = write_review(book(tmp_path, palette=palette), tmp_path / "b").read_text(encoding="utf-8")
    assert "● " not in plain.split('id="palette"')[1].split("</section>")[0]
    with pytest.raises(InternalError, match="1 pins for 3 colours"):
        book(tmp_path, palette=palette, pins=[""])


def test_a_broken_picture_names_the_file_and_leaves_the_earlier_page(tmp_path):
    review = book(tmp_path)
    index = write_review(review, tmp_path / "out")
    before = index.read_bytes()
    review.pictures["fitted"]["p1.2"].write_bytes(b"\x89PNG broken")
    with pytest.raises(PictureError, match=r"fitted-p1\.2\.png"):
        write_review(review, tmp_path / "out")
    assert index.read_bytes() == before


def test_within_bounds_and_out_of_bounds_have_their_own_headings(tmp_path):
    flagged = write_review(book(tmp_path), tmp_path / "a").read_text(encoding="utf-8")
    assert "Weakest marks, and what to do" in flagged
    assert len(re.findall('<article class="weak">', flagged)) == 1
    fine = {look: np.array([[0.9, 0.8]]) for look in ("drawing", "fitted")}
    calm = write_review(book(tmp_path, p=fine), tmp_path / "b").read_text(encoding="utf-8")
    assert "The weakest marks are within bounds" in calm
