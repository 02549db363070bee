import numpy as np

from inkwright.book import Balloon, Page, Panel
from inkwright.comic.straighten.carry import carry
from inkwright.comic.straighten.perspective import box_corners, inverse, moved, turn

PANEL = Panel(
    id="p1.1",
    box=(100, 120, 300, 400),
    appearances={"Hero": [(20, 30, 60, 80)]},
    balloons=[Balloon(words="Oh!", box=(10, 10, 90, 40), tail=(60, 70))],
    keep=[(5, 6, 20, 30), [(0, 0), (10, 0), (10, 10)]],
)


def test_what_is_moved_moves_all_together() -> None:
    shift = np.array([[1, 0, -7], [0, 1, 9], [0, 0, 1.0]])
    made = carry(Page(file="pages/p1.jpg", panels=[PANEL]), shift, "straightened/p1.png")
    panel = made.panels[0]
    assert made.file == "straightened/p1.png"
    assert panel.box == (93, 129, 300, 400)
    assert panel.model_dump(exclude={"box"}) == PANEL.model_dump(exclude={"box"})
    assert PANEL.box == (100, 120, 300, 400)


def test_a_turned_panel_becomes_upright_and_comes_back() -> None:
    matrix = turn(4.0, (250, 320))
    corners = moved(box_corners(300, 400, 100, 120), inverse(matrix))
    slanted = Panel(id="p1.1", box=(70, 90, 370, 470), polygon=[(round(x), round(y)) for x, y in corners.tolist()])
    page = Page(file="pages/p1.jpg", panels=[slanted])
    there = carry(page, matrix, "straightened/p1.png")
    assert there.panels[0].polygon is None
    assert np.abs(np.array(there.panels[0].box) - (100, 120, 300, 400)).max() <= 1
    back = carry(there, inverse(matrix), "pages/p1.jpg").panels[0]
    assert back.polygon is not None
    assert np.abs(np.array(back.polygon) - corners).max() <= 2


def test_boxes_do_not_grow_by_turning() -> None:
    panel = carry(Page(file="a", panels=[PANEL]), turn(6.0, (250, 320)), "b").panels[0]
    assert panel.appearances is not None
    assert panel.appearances["Hero"][0][2:] == (60, 80)
