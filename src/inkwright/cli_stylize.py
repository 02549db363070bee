"""The command `stylize`: single drawings, no project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import ELEMENT_TERMS, FOLDER, given, json_option, options
from inkwright.events import Event
from inkwright.faces import run


@click.command()
@click.argument("pictures", nargs=-1, required=True, type=FOLDER, metavar="PICTURE...")
@click.option("--style", default="", help="An embedded style's name, or a picture; not needed with --style-words.")
@click.option(
    "--finished",
    "pairs",
    multiple=True,
    metavar="DRAWING=PAINTED",
    help="A drawing and what you made of it, or two folders of them: what becomes of a drawing is learned.",
)
@click.option("-o", "--out", required=True, type=FOLDER, help="Where it goes: .png or .jpg; of several, a folder.")
@click.option("--force", is_flag=True, help="Replace an existing result.")
@options("style", "fit", "render", without=("style.picture", "style.elements", "style.panels", *ELEMENT_TERMS))
@options("finished", without=("finished.folder", "finished.style", "finished.keep"))
@json_option
def stylize(
    pictures: tuple[Path, ...], style: str, pairs: tuple[str, ...], out: Path, force: bool, as_json: bool, **values: Any
) -> None:
    """Paint drawings in one look, or as finished ones show; no project is needed."""

    def work() -> Iterator[Event]:
        from inkwright.config import check_config
        from inkwright.operations.stylize import stylize as operation

        yield from operation(pictures, style, out, check_config(given(values), "options"), force, pairs)

    run(work, as_json)
