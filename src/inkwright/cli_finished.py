"""The command `finished`, and the option that names another folder of finished pictures."""

from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import at_work, directory, json_option


def _absolute(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A folder as seen from where the command was typed; the setting outlives that place."""
    return str(Path(value).expanduser().resolve()) if value and Path(value).expanduser().is_dir() else value


finished_folder = click.option(
    "--finished",
    "finished__folder",
    default=None,
    callback=_absolute,
    metavar="FOLDER",
    help="Panels, pages and model sheets that you finished; saved as finished.folder.",
)


@click.command()
@directory
@finished_folder
@json_option
def finished(directory: Path, as_json: bool, **values: Any) -> None:
    """List the panels that you finished, how each will be used, and which are worth finishing next."""
    at_work(directory, "finished:finished", as_json, values)


__all__ = ["finished", "finished_folder"]
