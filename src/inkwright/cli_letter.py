"""The command `letter`."""

from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import FOLDER, at_work, directory, json_option, options


@click.command()
@directory
@click.option("--language", default="", metavar="CODE", help="Letter the words in this language; default: the book's.")
@click.option(
    "--page", "pages", multiple=True, metavar="PAGE", help="Only this page, by number or file; may be repeated."
)
@click.option("--again", is_flag=True, help="Also pages that are up to date or were changed by hand.")
@click.option("--script", type=FOLDER, metavar="FILE", help="Take this CSV file as the book's script.csv first.")
@options("letter")
@json_option
def letter(
    directory: Path,
    language: str,
    pages: tuple[str, ...],
    again: bool,
    script: Path | None,
    as_json: bool,
    **values: Any,
) -> None:
    """Place the words of script.csv and book.json in balloons; pictures are not touched."""
    at_work(directory, "letter:letter", as_json, values, language=language, pages=pages, again=again, script=script)
