"""What a running operation says. A progress bar, a JSON line and a log file all read the same stream.

Every operation is a generator of these; it never prints. `as_dict` is the one JSON form.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Started:
    """A stage begins. `total` counts its steps, 0 when that is not known; `note` says what it is about to do."""

    stage: str
    total: int = 0
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a stage is done: `done` of `total`, `left_s` seconds left (None: not known yet)."""

    stage: str
    done: int
    total: int
    left_s: float | None = None
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PageDone:
    """A page, panel or sheet picture now lies at `path`."""

    stage: str
    page: str
    path: str


@dataclass(frozen=True)
class Saved:
    """A result that the user may want to open now lies at `path`."""

    stage: str
    path: str
    what: str = ""


@dataclass(frozen=True)
class Warned:
    """Something the user should know, and what to do about it. Work goes on."""

    stage: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Table:
    """Rows for a person to read: `columns` names them."""

    stage: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Finished:
    """A stage is done. `fresh` is False when its inputs had not changed and nothing was run again."""

    stage: str
    note: str = ""
    fresh: bool = True
    seconds: float = 0.0
    summary: dict[str, Any] = field(default_factory=dict)


Event = Started | Step | PageDone | Saved | Warned | Table | Finished

NAMES = {
    Started: "started",
    Step: "step",
    PageDone: "page_done",
    Saved: "saved",
    Warned: "warned",
    Table: "table",
    Finished: "finished",
}


def as_dict(event: Event) -> dict[str, Any]:
    """The JSON form of an event: its fields, and its kind under `event`."""
    return {"event": NAMES[type(event)], **asdict(event)}


class Clock:
    """Makes the Step events of one stage, with the seconds left estimated from the steps done since it started.

    Args:
        stage: the stage's name.
        total: how many steps there are.
        done: steps already done by an earlier, interrupted run; they do not count for the speed.
    """

    def __init__(self, stage: str, total: int, done: int = 0) -> None:
        self.stage, self.total, self.first, self.start = stage, total, done, time.monotonic()

    def step(self, done: int, **values: float) -> Step:
        """The event for `done` finished steps (counted from 1)."""
        ran = done - self.first
        left = (time.monotonic() - self.start) / ran * (self.total - done) if ran > 0 else None
        return Step(self.stage, done, self.total, None if left is None else round(left, 1), values)

    @property
    def seconds(self) -> float:
        """Seconds since the stage started."""
        return round(time.monotonic() - self.start, 2)
