"""The command line: instant help, one JSON event a line, exit codes, and never a traceback."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from inkwright.cli import cli
from inkwright.errors import InternalError, UserError
from inkwright.events import Event, Started, Step
from inkwright.faces import STOPPED, clock

COMMANDS = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
NAMES = (
    "backbones demo elements finished fit harmonize import layout letter light looks make new palette panels publish"
    " render review status straighten stylize train"
)
ALONE = ("backbones", "demo", "looks", "new", "stylize")
"""Commands that need no project."""
HEAVY = ("torch", "numpy", "cv2", "scipy", "PIL", "matplotlib", "tomlkit")
PROGRAM = [sys.executable, "-m", "inkwright"]


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in sorted(group.commands.items()):
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = list(commands())


def invoke(*arguments: object) -> Result:
    """A command's raw result, of whatever exit code."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        return CliRunner().invoke(cli, [str(a) for a in arguments], prog_name="inkwright")
    finally:
        signal.signal(signal.SIGTERM, before)


def last(result: Result) -> dict[str, Any]:
    """The last JSON line of a result."""
    return [json.loads(line) for line in result.stdout.splitlines()][-1]


# -- help --------------------------------------------------------------------------------------------------------------


def test_the_commands_are_the_promised_ones():
    assert sorted(cli.commands) == NAMES.split()
    assert {"add", "mark", "import", "export"} <= {path[1] for path, _ in ALL if path[0] == "elements" and path[1:]}


@pytest.mark.parametrize("arguments", ["--help", "--version", "fit --help", "elements --help", "elements book --help"])
def test_help_imports_nothing_heavy(arguments: str):
    code = (
        "import sys\nfrom inkwright.cli import main\nsys.argv = ['inkwright', *sys.argv[1:]]\n"
        f"try:\n    main()\nfinally:\n    print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments.split()], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_and_option_has_help_and_takes_json(path: tuple[str, ...], command: click.Command):
    assert command.help
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert all(option.help for option in options)
    assert "--json" in [name for option in options for name in option.opts]


@pytest.mark.skipif(not COMMANDS.exists(), reason="docs/commands.md is not written yet")
@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_is_documented(path: tuple[str, ...]):
    text = COMMANDS.read_text(encoding="utf-8")
    assert f"inkwright {' '.join(path)}" in text or f"inkwright {path[0]} DIR {path[-1]}" in text


# -- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--json"], "No such option"),
        (["fitt", "x", "--json"], "Did you mean 'fit'?"),
        (["fit", "--json"], "Missing argument 'DIR'"),
        (["fit", "x", "--json", "--fit-step", "3"], "--fit-steps"),
        (["fit", "x", "--json", "--fit-steps", "many"], "'many' is not a valid integer"),
        (["elements", "x", "ad", "Hero", "--json"], "Did you mean 'add'?"),
        (["elements", "x", "mark", "Hero", "--json"], "Missing argument 'PANELS...'"),
        (["stylize", "x.png", "--json"], "Missing option"),
    ],
)
def test_a_wrong_command_line_is_told_as_json(arguments: list[str], said: str):
    result = invoke(*arguments)
    assert result.exit_code == 2
    (event,) = (json.loads(line) for line in result.stdout.splitlines())
    assert said in event["message"]
    assert event["hint"].startswith("See: inkwright")
    assert (event["event"], event["kind"]) == ("error", "UserError")


@pytest.mark.parametrize("name", [n for n in NAMES.split() if n not in ALONE])
def test_without_a_project_every_command_says_how_to_make_one(inkwright, scans: Path, tmp_path: Path, name: str):
    root = tmp_path / "not here"
    error = inkwright(name, root, *([scans] if name == "import" else [])).error
    assert error["kind"] == "ProjectError"
    assert str(root) in error["message"]
    assert error["hint"] == f"Make one: inkwright new '{root}'"  # as it is typed in a shell
    assert not root.exists()


def test_json_may_stand_before_and_behind_a_subcommand(marked: Path):
    for arguments in (("--json", marked), (marked, "--json"), (marked, "--json", "export", marked / "1.csv"),
                      (marked, "export", "--json", marked / "2.csv")):  # fmt: skip
        result = invoke("elements", *arguments)
        assert result.exit_code == 0
        assert last(result)["event"] == "finished"


def test_a_name_that_is_no_text_is_told_all_the_same(tmp_path: Path):
    done = subprocess.run(
        [*PROGRAM, "elements", os.fsencode(tmp_path) + b"/\xff", "--json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 2
    assert "\udcff" in json.loads(done.stdout)["message"]


def test_without_json_a_person_reads_sentences(marked: Path):
    shown = invoke("elements", marked)
    assert shown.exit_code == 0
    assert "Ball" in shown.stdout
    wrong = invoke("fit", marked)
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("Error: The element classifiers are missing or out of date. Run: inkwright train ")
    usage = invoke("fit")
    assert (usage.exit_code, usage.stdout) == (2, "")
    assert "Missing argument 'DIR'" in usage.stderr


def test_bare_brackets_in_names_are_no_markup(marked: Path):
    assert invoke("elements", marked, "add", "[red]Cat[/red]").exit_code == 0
    assert "[red]Cat[/red]" in invoke("elements", marked).stdout.replace("\n", "")


# -- exit codes --------------------------------------------------------------------------------------------------------


def fails(error: BaseException) -> Any:
    def operation(*_: object, **__: object) -> Iterator[Event]:
        yield Started("panels")
        yield Step("panels", 1, 2)
        raise error

    return operation


@pytest.mark.parametrize("flags", [[], ["--json"]])
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("The hero is missing.", "Draw him."), 2, "The hero is missing."),
        (InternalError("We lost a panel.", "Report it."), 1, "We lost a panel."),
        (ZeroDivisionError("by zero"), 1, "inkwright made a mistake: ZeroDivisionError: by zero."),
        (MemoryError(), 2, "There is not enough memory."),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), 2, "There is not enough memory."),
        (OSError(28, "No space left on device"), 2, "The disk is full."),
        (PermissionError(13, "Permission denied", "x.png"), 2, "x.png cannot be used: Permission denied."),
        (KeyboardInterrupt(), STOPPED, "Stopped."),
    ],
)
def test_exit_codes(marked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags, error, code: int, said: str):
    monkeypatch.setattr("inkwright.operations.panels.panels", fails(error))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = invoke("panels", marked, *flags)
    assert result.exit_code == code
    assert "Traceback" not in result.output
    if flags:
        assert last(result)["message"].startswith(said)
        assert result.stderr == ""
    else:
        assert said in result.stderr
    logs = list(tmp_path.glob("inkwright-*.log"))
    assert len(logs) == isinstance(error, ZeroDivisionError)
    assert all("ZeroDivisionError: by zero" in log.read_text() for log in logs)


def test_our_mistake_is_told_even_where_no_log_can_be_written(marked: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("inkwright.operations.panels.panels", fails(ZeroDivisionError("by zero")))
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    result = invoke("panels", marked, "--json")
    assert (result.exit_code, last(result)["hint"]) == (1, "Please report it; your files are as they were.")


def test_a_polite_kill_is_a_stop(marked: Path, monkeypatch: pytest.MonkeyPatch):
    def operation(*_: object, **__: object) -> Iterator[Event]:
        yield Started("panels")
        os.kill(os.getpid(), signal.SIGTERM)
        yield Step("panels", 1, 2)

    monkeypatch.setattr("inkwright.operations.panels.panels", operation)
    result = invoke("panels", marked, "--json")
    assert result.exit_code == STOPPED
    assert last(result)["event"] == "stopped"


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_whoever_reads_may_go(marked: Path, flags: list[str]):
    with subprocess.Popen(
        [*PROGRAM, "elements", marked, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as work:
        assert work.stdout is not None
        assert work.stderr is not None
        work.stdout.close()
        said = work.stderr.read()
    assert (work.returncode, said) == (STOPPED, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_full_disk_behind_the_output_is_told(marked: Path, flags: list[str]):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "elements", marked, *flags], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "Error: The disk is full. Free some space and run the same command again.\n"


def test_a_second_command_waits_for_its_turn(inkwright, marked: Path):
    from inkwright.project import Project

    with Project(marked).lock():
        error = inkwright("train", marked).error
    assert error["message"] == f"Another inkwright command is at work in {marked}."


@pytest.mark.parametrize(("seconds", "shown"), [(0.2, "0:00"), (75, "1:15"), (3661, "1:01:01")])
def test_clock(seconds: float, shown: str):
    assert clock(seconds) == shown
