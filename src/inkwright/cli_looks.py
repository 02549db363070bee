"""The commands `looks` and `light`: looks in words."""

from collections.abc import Iterator
from pathlib import Path

import click

from inkwright.cli_options import FOLDER, at_work, directory, json_option
from inkwright.events import Event
from inkwright.faces import run


@click.command()
@click.argument("words", nargs=-1, metavar="[LOOK]...")
@click.option("-o", "--out", type=FOLDER, default=None, help="Write a sheet of pictures: .png or .jpg.")
@click.option("--drawing", type=FOLDER, default=None, help="The drawing that is painted for the sheet.")
@click.option("--force", is_flag=True, help="Replace an existing sheet.")
@json_option
def looks(words: tuple[str, ...], out: Path | None, drawing: Path | None, force: bool, as_json: bool) -> None:
    """Show the words that a look can be asked for in, or what a look such as "woodcut, dusk" is read as."""

    def work() -> Iterator[Event]:
        from inkwright.operations.looks import looks as operation

        yield from operation(words, out, drawing, force)

    run(work, as_json)


@click.command()
@directory
@click.argument("panels", nargs=-1, metavar="[PANEL]...")
@click.option("--page", "pages", multiple=True, type=int, metavar="NUMBER", help="All panels of this page.")
@click.option("--words", default=None, help="Light and mood, such as moonlight; empty: the book's own light.")
@click.option("--clear", is_flag=True, help="Take their words back.")
@json_option
def light(
    directory: Path, panels: tuple[str, ...], pages: tuple[int, ...], words: str | None, clear: bool, as_json: bool
) -> None:
    """Give panels or pages a light of their own, in words; or show which have one."""
    at_work(directory, "light:light", as_json, {}, panels=panels, pages=pages, words=words, clear=clear)
