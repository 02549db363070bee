import json
import typing

import pytest

from inkwright import events
from inkwright.events import Clock, Finished, PageDone, Saved, Started, Step, Table, Warned, as_dict

ONE_OF_EACH = [
    Started("fit", 10, "four styles"),
    Step("fit", 1, 10, 2.5, {"loss": 0.5}),
    PageDone("render", "p1", "build/pages/1.png"),
    Saved("publish", "build/comic.cbz", "the comic"),
    Warned("train", "Too few panels.", "Mark more."),
    Table("elements", "Prior", ("element", "p1.1"), (("Hero", "1"),)),
    Finished("fit", "done", True, 3.5, {"panels": 16}),
]


def test_every_kind_of_event_has_a_name_of_its_own():
    assert set(events.NAMES) == set(typing.get_args(events.Event)) == {type(event) for event in ONE_OF_EACH}
    assert len(set(events.NAMES.values())) == len(events.NAMES)


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: type(event).__name__)
def test_an_event_survives_as_one_line_of_json(event):
    line = json.dumps(as_dict(event))
    found = json.loads(line)

    assert "\n" not in line
    assert found.pop("event") == events.NAMES[type(event)]
    assert found == json.loads(json.dumps(vars(event)))


class Time:
    """A clock that goes as it is told."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(events.time, "monotonic", lambda: self.now)


def test_the_time_left_comes_from_the_steps_done(monkeypatch):
    time = Time(monkeypatch)
    clock = Clock("fit", 10)
    time.now += 4

    assert clock.step(2, loss=0.5) == Step("fit", 2, 10, 16.0, {"loss": 0.5})
    assert clock.seconds == 4.0
    time.now += 6
    assert clock.step(10).left_s == 0.0


def test_steps_of_an_earlier_run_do_not_count_for_the_speed(monkeypatch):
    time = Time(monkeypatch)
    clock = Clock("fit", 10, done=6)

    assert clock.step(6).left_s is None  # nothing done yet, so nothing is known
    time.now += 3
    assert clock.step(7).left_s == 9.0
