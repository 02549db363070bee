"""Faces: how the event stream is shown to a person or to a program, and how errors become sentences and exit codes."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from inkwright.errors import ConfigError, DiskError, InkwrightError, InternalError
from inkwright.events import Event, Finished, PageDone, Saved, Started, Step, Table, Warned, as_dict

STOPPED = 130
"""Exit code of a command that the user stopped."""


class Face:
    """Shows events as a person reads them: progress bars with time left, tables, warnings."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        class Pipe(Console):
            def on_broken_pipe(self) -> None:  # rich's own would exit with 1, which says that it was our fault
                raise BrokenPipeError

        self.console = Pipe(highlight=False, soft_wrap=False)
        columns = (
            TextColumn("{task.description:<13}"),
            BarColumn(28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
        )
        self.progress = Progress(*columns, console=self.console, transient=True)
        self.task: Any = None
        self.spoken = 0.0

    def __enter__(self) -> "Face":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def show(self, event: Event) -> None:
        """One event."""
        from rich.markup import escape

        print_ = self.console.print
        if isinstance(event, Started):
            self._close()
            print_(f"[bold]{event.stage}[/]  {escape(event.note)}")
        elif isinstance(event, Step):
            self._step(event)
        elif isinstance(event, PageDone):
            pass  # the bar shows it
        elif isinstance(event, Saved):
            print_(
                f"  [green]saved[/] {escape(event.path)}" + (f"  [dim]{escape(event.what)}[/]" if event.what else ""),
                soft_wrap=True,
            )
        elif isinstance(event, Warned):
            print_(f"  [yellow]note[/]  {escape(event.message)} [dim]{escape(event.hint)}[/]", soft_wrap=True)
        elif isinstance(event, Table):
            self._table(event)
        elif isinstance(event, Finished):
            self._close()
            took = f"  [dim]{event.seconds:.1f} s[/]" if event.seconds else ""
            print_(f"  [green]done[/]  {event.stage}: {escape(event.note)}{took}", soft_wrap=True)

    def _step(self, event: Step) -> None:
        left = "" if event.left_s is None else f"{clock(event.left_s)} left"
        if self.task is None:
            self.task = self.progress.add_task(event.stage, total=event.total, left=left)
        self.progress.update(self.task, completed=event.done, left=left)
        if not self.console.is_terminal:  # a log file gets a line now and then instead of a bar
            import time

            if time.monotonic() - self.spoken > 10:
                self.spoken = time.monotonic()
                self.console.print(f"  {event.stage}: {event.done} of {event.total}, {left}")

    def _close(self) -> None:
        if self.task is not None:
            self.progress.remove_task(self.task)
            self.task = None

    def _table(self, event: Table) -> None:
        from rich.markup import escape
        from rich.table import Table as Grid

        grid = Grid(title=escape(event.title), title_justify="left", box=None, pad_edge=True, header_style="bold")
        for column in event.columns:
            grid.add_column(escape(column), overflow="fold")
        for row in event.rows:
            grid.add_row(*(escape(cell) for cell in row))
        self.console.print(grid)


class Lines:
    """Shows events as JSON, one a line."""

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: Event) -> None:
        """One event."""
        print(json.dumps(as_dict(event), ensure_ascii=False), flush=True)


def clock(seconds: float) -> str:
    """75 → 1:15."""
    whole = round(seconds)
    return (
        f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
        if whole >= 3600
        else f"{whole // 60}:{whole % 60:02d}"
    )


def run(work: Callable[[], Iterator[Event]], as_json: bool) -> None:
    """Runs an operation, shows its events and turns errors into sentences and exit codes."""
    with contextlib.suppress(ValueError):  # not in the main thread: somebody else's signals
        signal.signal(signal.SIGTERM, _stop)
    for stream in (sys.stdout, sys.stderr):  # a file's name may be no text at all; JSON is UTF-8 wherever it goes
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace", **({"encoding": "utf-8"} if as_json else {}))  # type: ignore[union-attr]
    try:
        with Lines() if as_json else Face() as face:
            for event in work():
                face.show(event)
    except InkwrightError as error:
        fail(error, as_json)
    except KeyboardInterrupt:
        stopped(as_json)
    except BrokenPipeError:  # whoever read our output has gone, as with `| head -1`: nobody is left to be told
        _drop_stdout()
        sys.exit(STOPPED)
    except Exception as error:
        fail(told(error), as_json)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def told(error: Exception) -> InkwrightError:
    """An error that nobody foresaw, as a sentence."""
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "allocate memory" in str(error)):
        return ConfigError("There is not enough memory.", "Set render.tile_px or fit.panel_px lower.")
    if isinstance(error, OSError):
        from inkwright.project import is_full

        name = error.filename or "A file"
        if is_full(error):
            return DiskError("The disk is full.", "Free some space and run the same command again.")
        return DiskError(f"{name} cannot be used: {error.strerror or error}.", "Check that path and its permissions.")
    hint = "Please report it; your files are as they were."
    with contextlib.suppress(OSError):
        import tempfile
        import traceback

        with tempfile.NamedTemporaryFile("w", prefix="inkwright-", suffix=".log", delete=False) as log:
            traceback.print_exception(error, file=log)
        hint = f"Please report it with {log.name}; your files are as they were."
    return InternalError(f"inkwright made a mistake: {type(error).__name__}: {error}.", hint)


def fail(error: InkwrightError, as_json: bool) -> NoReturn:
    """Says what is wrong and what to do, and exits."""
    if as_json:
        said = {"event": "error", "message": error.message, "hint": error.hint, "kind": type(error).__name__}
        try:
            print(json.dumps(said, ensure_ascii=False), flush=True)
        except OSError:  # the very stream is what fails, as where it leads to a file on a full disk
            _drop_stdout()
            as_json = False
    if not as_json:
        print(f"Error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)


def _drop_stdout() -> None:
    """Leads what is still to be written nowhere: Python would stumble over it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def stopped(as_json: bool) -> NoReturn:
    """Says that the user stopped the work, and exits."""
    message = "Stopped. Finished work is kept: run the same command again to go on."
    if as_json:
        print(json.dumps({"event": "stopped", "message": message}), flush=True)
    else:
        print(f"\n{message}", file=sys.stderr)
    sys.exit(STOPPED)
