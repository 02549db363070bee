"""Panels on pages that we draw ourselves: grids with known panels, and the cases that go wrong elsewhere."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkwright.comic.confidence import UNSURE
from inkwright.comic.insets import is_caption
from inkwright.comic.order import reading_order
from inkwright.comic.panels import Found, find_panels, panel_id
from inkwright.errors import InternalError
from inkwright.images import Pixels

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
Box = tuple[int, int, int, int]
INK = (20, 18, 22)


def iou(a: Box, b: Box) -> float:
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0, w) * max(0, h)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def blank(width: int = 600, height: int = 860, gutter: tuple[int, int, int] = (255, 255, 255)) -> Pixels:
    return np.full((height, width, 3), gutter, np.uint8)


def grid(rows: list[int], width: int = 600, height: int = 860, gap: int = 18, margin: int = 30) -> list[Box]:
    """The boxes of rows of equally wide panels, left to right."""
    tall = (height - 2 * margin - gap * (len(rows) - 1)) / len(rows)
    boxes = []
    for r, count in enumerate(rows):
        wide = (width - 2 * margin - gap * (count - 1)) / count
        for c in range(count):
            x, y = round(margin + c * (wide + gap)), round(margin + r * (tall + gap))
            boxes.append((x, y, round(wide), round(tall)))
    return boxes


def draw(page: Pixels, box: Box, rng: np.random.Generator, *, filled: bool = True, framed: bool = True) -> None:
    """A panel with a horizon and a head; its frame, if any, lies inside the box."""
    x, y, w, h = box
    inside = page[y : y + h, x : x + w].copy()
    if filled:
        inside[:] = rng.integers(70, 190, 3)
    horizon = int(h * rng.uniform(0.5, 0.8))
    cv2.line(inside, (0, horizon), (w, horizon + int(rng.integers(-4, 5))), INK, 2)
    cv2.circle(inside, (int(w * rng.uniform(0.2, 0.8)), horizon), max(6, min(w, h) // 6), (200, 120, 60), -1)
    if framed:
        cv2.rectangle(inside, (0, 0), (w - 1, h - 1), INK, 4)
        cv2.rectangle(inside, (1, 1), (w - 2, h - 2), INK, 4)
    page[y : y + h, x : x + w] = inside


def agree(found: list[Found], boxes: list[Box], least: float = 0.93) -> None:
    """The panels are found one to one, and in this order."""
    assert len(found) == len(boxes)
    assert [
        round(iou(one.box, box), 3) for one, box in zip(found, boxes, strict=True) if iou(one.box, box) < least
    ] == []


@pytest.mark.parametrize("gutter", [(255, 255, 255), (6, 6, 8), (238, 226, 196), (120, 160, 200)])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@settings(max_examples=6, deadline=None)
@given(rows=st.lists(st.integers(1, 3), min_size=2, max_size=3), seed=st.integers(0, 99))
def test_a_grid_is_found_in_reading_order(
    gutter: tuple[int, int, int], direction: str, rows: list[int], seed: int
) -> None:
    page, boxes = blank(gutter=gutter), grid(rows)
    rng = np.random.default_rng(seed)
    for box in boxes:
        draw(page, box, rng, framed=sum(gutter) > 100)
    key = (lambda b: (b[1], b[0])) if direction == "ltr" else (lambda b: (b[1], -b[0]))
    found = find_panels(page, direction)
    agree(found, sorted(boxes, key=key))
    assert all(one.polygon is None and 0.5 < one.confidence <= 1 for one in found)


@settings(max_examples=6, deadline=None)
@given(rows=st.lists(st.integers(1, 3), min_size=2, max_size=3), seed=st.integers(0, 99))
def test_unfilled_drawings_in_ruled_frames_are_found_on_shaded_noisy_paper(rows: list[int], seed: int) -> None:
    page, boxes = blank(), grid(rows)
    rng = np.random.default_rng(seed)
    for box in boxes:
        draw(page, box, rng, filled=False)
    shade = np.linspace(0.95, 0.78, page.shape[1])[None, :, None] * np.linspace(1, 0.94, page.shape[0])[:, None, None]
    agree(find_panels(np.clip(page * shade + rng.normal(0, 3, page.shape), 0, 255).astype(np.uint8)), boxes)


def test_a_frame_drawn_by_hand_with_gaps_lies_inside_its_box() -> None:
    page, boxes = blank(), grid([2, 1], gap=40)
    rng = np.random.default_rng(3)
    for x, y, w, h in boxes:
        corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], float)
        for a, b in zip(corners, np.roll(corners, -1, 0), strict=True):
            line = a + (b - a) * np.linspace(0, 0.985, 9)[:, None] + rng.normal(0, 1.5, (9, 2))
            cv2.polylines(page, [np.round(line).astype(np.int32)], False, INK, 4)
    found = find_panels(page)
    agree(found, boxes)
    outside = page.copy()
    for one in found:
        x, y, w, h = one.box
        outside[y : y + h, x : x + w] = 255
    assert (outside < 128).sum() <= 3 * 60  # a corner that overshoots may stay outside, a side may not


def test_slanted_panels_are_polygons() -> None:
    page = blank()
    left = np.array([[30, 30], [330, 30], [250, 420], [30, 420]])
    right = np.array([[350, 30], [570, 30], [570, 420], [270, 420]])
    for corners, colour in ((left, (90, 140, 90)), (right, (160, 90, 80))):
        cv2.fillPoly(page, [corners.astype(np.int32)], colour)
    draw(page, (30, 440, 540, 390), np.random.default_rng(0))
    found = find_panels(page)
    assert [one.polygon is None for one in found] == [False, False, True]
    for one, corners in zip(found, (left, right), strict=False):
        assert one.polygon is not None
        gaps = [min(np.hypot(px - x, py - y) for px, py in one.polygon) for x, y in corners.tolist()]
        assert max(gaps) < 8
    agree(found, [(30, 30, 300, 390), (270, 30, 300, 390), (30, 440, 540, 390)])


def test_a_balloon_across_a_gutter_does_not_join_panels() -> None:
    page, boxes = blank(), grid([2, 1, 1])
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i))
    for centre in ((300, 160), (300, 570)):
        cv2.ellipse(page, centre, (70, 32), 0, 0, 360, (255, 255, 255), -1)
        cv2.ellipse(page, centre, (70, 32), 0, 0, 360, INK, 3)
    agree(find_panels(page), boxes, 0.9)


def test_a_pale_streak_inside_a_frame_is_no_gutter() -> None:
    page, boxes = blank(), grid([1, 2])
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i))
    x, y, w, _ = boxes[0]
    streak = np.array([[x + 8, y + 90], [x + w - 8, y + 104], [x + w - 8, y + 113], [x + 8, y + 95]])
    cv2.fillPoly(page, [streak], (255, 255, 255))
    cv2.circle(page, (x + w // 2, y + 100), 40, (200, 120, 60), -1)
    agree(find_panels(page), boxes)


def test_two_loose_drawings_get_places_that_do_not_overlap() -> None:
    page, boxes = blank(), grid([1, 2])
    draw(page, boxes[0], np.random.default_rng(0))
    for x, y, w, h in boxes[1:]:
        cv2.circle(page, (x + w // 2, y + h // 2), 90, (200, 120, 60), -1)
    agree(find_panels(page), boxes, 0.7)


def test_a_narrow_gutter_is_not_sealed_like_a_gap() -> None:
    page, boxes = blank(), grid([1, 3], gap=6)
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i), framed=False)
    agree(find_panels(page), boxes)


def test_panels_that_bleed_off_the_page_are_found() -> None:
    page, boxes = blank(), grid([2, 1], margin=0)
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i), framed=False)
    agree(find_panels(page), boxes)


def test_a_drawing_without_a_frame_gets_the_place_beside_framed_panels() -> None:
    page, boxes = blank(), grid([1, 2, 1])
    for i, box in enumerate(boxes[:3]):
        draw(page, box, np.random.default_rng(i))
    x, y, w, h = boxes[3]
    cv2.circle(page, (x + w // 3, y + h // 2), 70, (200, 120, 60), -1)
    cv2.ellipse(page, (x + w // 3 + 90, y + h // 2 + 50), (60, 20), 0, 0, 360, INK, 4)
    found = find_panels(page)
    agree(found, boxes, 0.75)
    assert found[3].confidence < UNSURE


def test_a_narrow_slanted_gutter_whose_mouths_are_sealed_tells_panels_apart() -> None:
    page = blank(780, 1150)
    left = np.array([[40, 40], [340, 40], [390, 540], [40, 540]])
    right = np.array([[350, 40], [740, 40], [740, 540], [400, 540]])
    for corners in (left, right):
        cv2.polylines(page, [np.round((corners - 0.5) * 16).astype(np.int32)], True, INK, 3, cv2.LINE_AA, 4)
        cv2.circle(page, tuple(corners.mean(0).astype(int).tolist()), 90, INK, 3)
    draw(page, (40, 562, 700, 548), np.random.default_rng(0))
    assert len(find_panels(page)) == 3


def test_a_caption_over_most_of_a_gutter_does_not_join_panels_of_two_widths() -> None:
    page, boxes = blank(), [(30, 30, 260, 300), (308, 30, 262, 300), (30, 342, 350, 240), (398, 342, 172, 240)]
    boxes.append((30, 600, 540, 230))
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i))
    cv2.rectangle(page, (26, 318), (190, 372), (250, 238, 170), -1)
    cv2.rectangle(page, (26, 318), (190, 372), INK, 2)
    agree(find_panels(page), boxes, 0.8)


def test_a_sky_is_no_paper() -> None:
    page = blank(gutter=(60, 150, 190))
    page[500:] = (120, 150, 120)
    cv2.circle(page, (300, 620), 110, (200, 120, 60), -1)
    inset = (50, 60, 200, 180)
    draw(page, inset, np.random.default_rng(1))
    agree(find_panels(page), [(0, 0, 600, 860), inset])


def test_a_small_inset_with_a_white_border_is_a_panel() -> None:
    page, boxes = blank(), grid([2, 2, 1])
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i))
    x, y, w, _ = boxes[1]
    inset = (x + w - 130, y + 20, 110, 90)
    page[inset[1] - 7 : inset[1] + 97, inset[0] - 7 : inset[0] + 117] = 255
    draw(page, inset, np.random.default_rng(9))
    agree(find_panels(page), [*boxes[:2], inset, *boxes[2:]], 0.9)


def test_the_gutter_between_pale_pictures_is_seen_through_noise() -> None:
    page, rng = blank(gutter=(240, 240, 240)).astype(np.float64), np.random.default_rng(0)
    boxes = grid([1, 1, 1])
    for x, y, w, h in boxes:
        page[y : y + h, x : x + w] = np.linspace((224, 226, 230), (205, 210, 216), h)[:, None]
        cv2.circle(page, (x + w // 2, y + h // 2), 80, (190, 140, 100), -1)
    agree(find_panels(np.clip(page + rng.normal(0, 5, page.shape), 0, 255).astype(np.uint8)), boxes, 0.9)


def test_a_corner_of_a_wall_is_no_frame_where_panels_have_gutters() -> None:
    page, boxes = blank(), grid([2, 1, 2])
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i), filled=False)
    x, y, w, h = boxes[2]
    cv2.line(page, (x + w // 2, y + h // 12), (x + w // 2, y + h - h // 8), INK, 4)
    agree(find_panels(page), boxes)


def on_a_bed(page: Pixels, edge: int, rng: np.random.Generator) -> Pixels:
    """A page with the scanner's white around it, and noise."""
    seen = cv2.copyMakeBorder(page, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(246, 245, 242))
    return np.clip(seen + rng.normal(0, 3, seen.shape), 0, 255).astype(np.uint8)


def test_panels_that_bleed_off_a_page_on_a_scanner_are_found() -> None:
    rng = np.random.default_rng(5)
    page, known = blank(gutter=(9, 9, 10)), grid([2, 1, 2], gap=9, margin=0)
    for x, y, w, h in known:
        page[y : y + h, x : x + w] = rng.integers(80, 200, 3)
        cv2.circle(page, (x + w // 2, y + h // 2), min(w, h) // 4, (200, 120, 60), -1)
    found = find_panels(on_a_bed(page, 50, rng))
    assert len(found) == len(known)
    for (x, y, w, h), panel in zip(known, found, strict=True):
        assert iou((x + 50, y + 50, w, h), panel.box) > 0.9


def test_black_gutters_beside_dark_paintings_stay_black() -> None:
    """A night that is nearly black lies along the gutters: it is no gutter in the shade."""
    rng = np.random.default_rng(9)
    page, known = blank(gutter=(6, 6, 8)), grid([2, 2, 1], gap=8, margin=20)
    for x, y, w, h in known:
        down = np.linspace(34, 78, h)[:, None, None] * np.array([0.8, 0.9, 1.2])
        page[y : y + h, x : x + w] = np.clip(down, 0, 255).astype(np.uint8)
        cv2.circle(page, (x + w // 2, y + h // 2), min(w, h) // 4, (150, 120, 90), -1)
    found = find_panels(np.clip(page + rng.normal(0, 3, page.shape), 0, 255).astype(np.uint8))
    assert [max(iou(one.box, box) for one in found) > 0.9 for box in known] == [True] * len(known)


def test_a_caption_over_a_third_of_a_leaning_gutter_joins_no_panels() -> None:
    rng = np.random.default_rng(2)
    page = blank()
    upper = np.array([[30, 30], [570, 30], [570, 395], [30, 425]], np.int32)
    lower = np.array([[30, 437], [570, 407], [570, 830], [30, 830]], np.int32)
    for part, colour in ((upper, (150, 120, 90)), (lower, (70, 110, 150))):
        cv2.fillPoly(page, [part], colour)
        cv2.circle(page, tuple(int(v) for v in part.mean(0)), 60, (40, 60, 40), -1)
    cv2.rectangle(page, (20, 408), (190, 460), (236, 222, 150), -1)
    cv2.rectangle(page, (20, 408), (190, 460), INK, 3)
    found = find_panels(np.clip(page + rng.normal(0, 2, page.shape), 0, 255).astype(np.uint8))
    assert len(found) == 2


def test_an_inset_on_the_shaded_side_of_a_scan_is_found() -> None:
    page = blank()
    draw(page, (30, 30, 540, 800), np.random.default_rng(4), framed=False)
    cv2.rectangle(page, (372, 572), (548, 748), (255, 255, 255), -1)
    draw(page, (382, 582, 156, 156), np.random.default_rng(8))
    shade = np.linspace(1.0, 0.82, 600)[None, :, None]
    found = find_panels((page * shade).astype(np.uint8))
    assert [iou(one.box, (382, 582, 156, 156)) > 0.9 for one in found] == [False, True]


def test_a_caption_is_no_inset() -> None:
    page = blank()
    box = (30, 30, 540, 800)
    draw(page, box, np.random.default_rng(2))
    for y, words in ((40, True), (400, False)):
        cv2.rectangle(page, (60, y), (330, y + 110), (250, 238, 170) if words else (90, 160, 90), -1)
        cv2.rectangle(page, (60, y), (330, y + 110), INK, 3)
        if words:
            cv2.putText(page, "MEANWHILE", (80, y + 65), cv2.FONT_HERSHEY_SIMPLEX, 1.2, INK, 2)
            assert is_caption(page, (60, y, 270, 110))
        else:
            cv2.circle(page, (190, y + 70), 60, (200, 120, 60), -1)
            assert not is_caption(page, (60, y, 270, 110))


def test_a_single_drawing_is_one_panel_the_whole_page() -> None:
    page = blank(500, 400)
    cv2.circle(page, (250, 150), 70, INK, 5)
    cv2.line(page, (250, 220), (250, 380), INK, 5)
    cv2.line(page, (10, 260), (480, 240), INK, 5)
    assert [one.box for one in find_panels(page)] == [(0, 0, 500, 400)]


@pytest.mark.parametrize(("width", "height"), [(16, 16), (16, 900), (900, 16), (64, 64)])
@pytest.mark.parametrize("shade", [0, 130, 255])
def test_empty_and_tiny_pages_are_one_panel(width: int, height: int, shade: int) -> None:
    assert [one.box for one in find_panels(blank(width, height, (shade,) * 3))] == [(0, 0, width, height)]


def test_noise_is_one_panel() -> None:
    page = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    assert [one.box for one in find_panels(page)] == [(0, 0, 200, 300)]


def test_specks_are_no_panels() -> None:
    page, boxes = blank(), grid([1, 1])
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i))
    page[8:16, 300:312] = 0  # a page number
    agree(find_panels(page), boxes)


def test_large_pages_are_exact_to_a_few_pixels() -> None:
    page, boxes = blank(3000, 4200), grid([1, 2], 3000, 4200, 80, 150)
    for i, box in enumerate(boxes):
        draw(page, box, np.random.default_rng(i), framed=False)
    for one, box in zip(find_panels(page), boxes, strict=True):
        assert max(abs(p - q) for p, q in zip(one.box, box, strict=True)) <= 2


@settings(max_examples=40, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(1, 300), st.integers(1, 300)), max_size=9
    ),
    seed=st.integers(0, 99),
    direction=st.sampled_from(["ltr", "rtl"]),
)
def test_reading_order_is_total_and_does_not_depend_on_the_input_order(
    boxes: list[Box], seed: int, direction: str
) -> None:
    order = reading_order(boxes, direction)
    assert sorted(order) == list(range(len(boxes)))
    shuffled = [boxes[i] for i in np.random.default_rng(seed).permutation(len(boxes))]
    assert [shuffled[i] for i in reading_order(shuffled, direction)] == [boxes[i] for i in order]


def test_a_tall_panel_is_read_before_the_column_beside_it() -> None:
    boxes = [(220, 0, 200, 190), (0, 0, 200, 400), (220, 210, 200, 190), (0, 420, 420, 100)]
    assert reading_order(boxes) == [1, 0, 2, 3]
    assert reading_order(boxes, "rtl") == [0, 2, 1, 3]


def test_rows_askew_are_still_rows() -> None:
    assert reading_order([(0, 0, 200, 200), (220, 6, 200, 200), (-4, 202, 200, 200), (216, 208, 200, 200)]) == [
        0,
        1,
        2,
        3,
    ]


def test_an_unknown_direction_is_our_own_fault() -> None:
    with pytest.raises(InternalError, match="sideways"):
        find_panels(blank(), "sideways")


def test_panel_ids() -> None:
    assert panel_id(1, 1) == "p1.1"
    assert panel_id(12, 3) == "p12.3"


def read(path: Path) -> Pixels:
    return np.ascontiguousarray(cv2.imread(str(path))[..., ::-1], np.uint8)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared pictures")
@pytest.mark.parametrize("comic", ["pepper-ep02", "pepper-ep05"])
def test_every_panel_of_a_real_comic_is_found(comic: str) -> None:
    for page in json.loads((SHARED / "comics" / comic / "elements.json").read_text())["pages"]:
        boxes = [tuple(panel["box"]) for panel in page["panels"]]
        agree(find_panels(read(SHARED / "comics" / comic / page["file"])), boxes, 0.8)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared pictures")
def test_real_drawings_are_one_panel_each() -> None:
    for path in sorted((SHARED / "drawings").glob("*.jpg")):
        picture = read(path)
        assert [one.box for one in find_panels(picture)] == [(0, 0, picture.shape[1], picture.shape[0])], path.name
