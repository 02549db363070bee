"""The command `import`: pages for a project that is there already."""

from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import FOLDER, at_work, directory, json_option, options


@click.command("import")
@directory
@click.argument("scans", nargs=-1, required=True, type=FOLDER, metavar="SCAN...")
@click.option("--again", is_flag=True, help="Also take what is a page already, to the byte.")
@options("imports")
@json_option
def import_pages(directory: Path, scans: tuple[Path, ...], again: bool, as_json: bool, **values: Any) -> None:
    """Add pages to a project: pictures, PDFs, comic archives, folders; they come after those that are there."""
    at_work(directory, "intake:import_pages", as_json, values, scans=scans, again=again)
