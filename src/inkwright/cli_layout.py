"""The command `layout`: loose drawings into pages."""

from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import FOLDER, at_work, directory, json_option, options


@click.command()
@directory
@click.argument("drawings", nargs=-1, type=FOLDER, metavar="[DRAWING]...")
@click.option(
    "--important", multiple=True, metavar="NAME=NUMBER", help="Area that a drawing gets; 1 is ordinary, 2 twice that."
)
@click.option("--splash", multiple=True, metavar="NAME", help="Give a drawing a page to itself.")
@click.option("--begins", multiple=True, metavar="NAME", help="Begin a page with this drawing.")
@click.option("--plain", multiple=True, metavar="NAME", help="Take all that back for a drawing.")
@click.option("--again", multiple=True, metavar="PAGE", help="Lay out a page anew that you changed by hand.")
@options("layout")
@json_option
def layout(
    directory: Path,
    drawings: tuple[Path, ...],
    important: tuple[str, ...],
    splash: tuple[str, ...],
    begins: tuple[str, ...],
    plain: tuple[str, ...],
    again: tuple[str, ...],
    as_json: bool,
    **values: Any,
) -> None:
    """Set loose drawings into pages; what you changed in them since the last time is kept."""
    at_work(
        directory,
        "layout:layout",
        as_json,
        values,
        drawings=drawings,
        important=important,
        splash=splash,
        begins=begins,
        plain=plain,
        again=again,
    )
