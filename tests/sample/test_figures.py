"""The figures: each marks only itself, keeps to its place, and changes with pose and mood."""

from dataclasses import replace

import numpy as np
import pytest

from inkwright.sample import dragon, people, places, props
from inkwright.sample.pen import Place, Sheet
from inkwright.sample.people import STANDING


def test_a_held_sword_belongs_to_nobody():
    armed, empty = Sheet(300, 300, 1), Sheet(300, 300, 1)
    pose = replace(STANDING, front=(0.3, -0.5))
    people.hero(empty, Place(120, 280, 200), pose)
    people.hero(armed, Place(120, 280, 200), replace(pose, held="sword", turn=60))
    assert (armed.pixels() != empty.pixels()).mean() > 0.01
    assert armed.boxes()["Hero"] == pytest.approx(empty.boxes()["Hero"], abs=6)


@pytest.mark.parametrize("held", list(props.HELD))
def test_everything_that_can_be_held_is_drawn(held):
    sheet = Sheet(200, 200, 1)
    props.HELD[held](sheet, Place(100, 120, 200))
    assert (sheet.pixels().min(2) < 200).sum() > 100


@pytest.mark.parametrize(("name", "draw"), [("Hero", people.hero), ("Princess", people.princess)])
def test_people_stand_at_their_place_in_their_size(name, draw):
    sheet = Sheet(300, 400, 1)
    draw(sheet, Place(150, 380, 300))
    assert set(sheet.boxes()) == {name}
    x, y, width, height = sheet.boxes()[name]
    assert y + height == pytest.approx(383, abs=8)
    assert height == pytest.approx(320, rel=0.12)
    assert x + width / 2 == pytest.approx(150, abs=25)


def test_facing_mirrors_a_figure():
    boxes = []
    for facing in (1, -1):
        sheet = Sheet(400, 300, 1)
        dragon.sitting(sheet, Place(200, 290, 260, facing))
        boxes.append(sheet.boxes()["Dragon"])
    left, right = boxes[0][0], boxes[0][0] + boxes[0][2]
    assert boxes[1][0] == pytest.approx(400 - right, abs=8)
    assert boxes[1][0] + boxes[1][2] == pytest.approx(400 - left, abs=8)


def test_moods_show():
    faces = []
    for mood in ("happy", "angry", "shocked", "love", "smug", "bored", "sad", "shout", "determined"):
        sheet = Sheet(200, 200, 1)
        people.princess(sheet, Place(100, 330, 300), replace(STANDING, mood=mood))
        faces.append(sheet.pixels().astype(int))
    for j, one in enumerate(faces):
        for other in faces[:j]:
            assert (np.abs(one - other).max(2) > 60).sum() > 60


def test_an_interior_is_the_whole_panel():
    sheet = Sheet(200, 200, 1)
    places.room(sheet, 140)
    assert sheet.boxes() == {places.HOME: (0, 0, 200, 200)}


def test_who_stands_on_the_wall_is_hidden_by_it():
    sheet = Sheet(400, 400, 1)
    places.castle(sheet, Place(200, 390, 220), lambda: people.hero(sheet, Place(200, 330, 90)))
    _, y, _, height = sheet.boxes()["Hero"]
    assert height < 80, "his feet are behind the battlement"
    assert y + height < 390 - 0.5 * 220 + 12
