"""A page's panels, and all that lies in them, carried through a homography to another picture of the same page."""

import numpy as np

from inkwright.book import Balloon, Page, Panel
from inkwright.comic.straighten.perspective import Field, box_corners, moved

UPRIGHT = 0.006
"""Share of a panel's longer side by which its corners may miss an upright box that stands for them."""

Box = tuple[int, int, int, int]


def carry(page: Page, matrix: Field, file: str) -> Page:
    """A page as it lies on another picture: the same panels, words and marks at their places there.

    Args:
        page: the page.
        matrix: (3, 3) from corners of pixels of its picture to those of the other one.
        file: the other picture, a path inside the project.

    Returns:
        a copy; nothing but places is changed. A panel that is no upright box there gets a polygon.
    """
    made = page.model_copy(deep=True)
    made.file = file
    made.panels = [_panel(panel, matrix) for panel in made.panels]
    return made


def _panel(panel: Panel, matrix: Field) -> Panel:
    x0, y0, width, height = panel.box
    corners = box_corners(width, height, x0, y0) if panel.polygon is None else np.array(panel.polygon, np.float64)
    there = np.clip(moved(corners, matrix), -1e5, 1e5)
    low, high = there.min(0), there.max(0)
    panel.polygon = None if _is_upright(there) else [(round(x), round(y)) for x, y in there.tolist()]
    if panel.polygon is None:  # the sides' middles: a wobble of a corner must not widen the box
        x, y = np.sort(there[:, 0]), np.sort(there[:, 1])
        low, high = np.array([x[:2].mean(), y[:2].mean()]), np.array([x[2:].mean(), y[2:].mean()])
    left, top = round(float(low[0])), round(float(low[1]))
    before, after = np.array([x0, y0], np.float64), np.array([left, top], np.float64)
    panel.box = (left, top, max(1, round(float(high[0])) - left), max(1, round(float(high[1])) - top))

    def box(one: Box) -> Box:
        return _box(one, matrix, before, after)

    def point(one: tuple[int, int]) -> tuple[int, int]:
        x, y = (moved(np.array([one]) + before, matrix)[0] - after).tolist()
        return round(x), round(y)

    if panel.appearances:
        panel.appearances = {name: [box(one) for one in boxes] for name, boxes in panel.appearances.items()}
    if panel.keep:
        panel.keep = [box(one) if isinstance(one, tuple) else [point(p) for p in one] for one in panel.keep]
    for balloon in panel.balloons or []:
        _balloon(balloon, box(balloon.box) if balloon.box else None, point(balloon.tail) if balloon.tail else None)
    return panel


def _balloon(balloon: Balloon, box: Box | None, tail: tuple[int, int] | None) -> None:
    balloon.box, balloon.tail = box, tail


def _box(box: Box, matrix: Field, before: Field, after: Field) -> Box:
    """A box around the same middle, as large as what it showed; it does not grow because it is turned."""
    x, y, w, h = box
    middle = np.array([x + w / 2, y + h / 2]) + before
    cross = np.array([[0, 0], [-w / 2, 0], [w / 2, 0], [0, -h / 2], [0, h / 2]]) + middle
    at = moved(cross, matrix)
    width, height = float(np.hypot(*(at[2] - at[1]))), float(np.hypot(*(at[4] - at[3])))
    left, top = (at[0] - after - np.array([width, height]) / 2).tolist()
    return round(left), round(top), max(1, round(width)), max(1, round(height))


def _is_upright(corners: Field) -> bool:
    if len(corners) != 4:
        return False
    low, high = corners.min(0), corners.max(0)
    box = box_corners(high[0] - low[0], high[1] - low[1], low[0], low[1])
    nearest = np.abs(corners[:, None] - box[None]).max(2).min(1)
    return bool(nearest.max() <= max(1.0, UPRIGHT * float((high - low).max())))
