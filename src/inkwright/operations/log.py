"""Keeps a run's events with the run: events.jsonl, one JSON event a line, the same stream that a face shows."""

import json
from collections.abc import Iterator
from pathlib import Path

from inkwright.events import Event, as_dict
from inkwright.project import guarded


def logged(run: Path, events: Iterator[Event]) -> Iterator[Event]:
    """Passes events on and appends each to `run`/events.jsonl; a resumed run goes on in the same file."""
    path = run / "events.jsonl"
    for event in events:
        with guarded(path), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(as_dict(event), ensure_ascii=False) + "\n")
        yield event
