"""The command `straighten`: photos and scans become flat pages."""

from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import at_work, directory, json_option, options


@click.command()
@directory
@click.argument("pages", nargs=-1, metavar="[PAGE]...")
@click.option("--undo", multiple=True, metavar="PAGE", help="Go back to this page's own picture, panels and all.")
@click.option("--carry", is_flag=True, help="Take panels that book.json has along to the straight picture.")
@click.option(
    "--corners",
    default=None,
    metavar="'X,Y X,Y X,Y X,Y'",
    help="The page's four corners in its picture, in pixels; kept in corners.json.",
)
@options("straighten")
@json_option
def straighten(
    directory: Path,
    pages: tuple[str, ...],
    undo: tuple[str, ...],
    carry: bool,
    corners: str | None,
    as_json: bool,
    **values: Any,
) -> None:
    """Straighten photos and scans of pages: edges, skew, perspective, light; clean pages stay as they are."""
    arguments = {"pages": pages, "undo": undo, "carried": carry, "corners": corners}
    at_work(directory, "straighten:straighten_pages", as_json, values, **arguments)
