"""The command line: commands, faces for the event stream, exit codes. What commands share is in cli_options.py.

Nothing heavy is imported here: command bodies import their operation, so that `--help` is instant.
Exit codes: 0 done, 2 the user can mend it, 1 our fault, 130 stopped by the user.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from inkwright import __version__
from inkwright.cli_backbones import backbones
from inkwright.cli_finished import finished, finished_folder
from inkwright.cli_intake import import_pages
from inkwright.cli_layout import layout
from inkwright.cli_letter import letter
from inkwright.cli_looks import light, looks
from inkwright.cli_options import (
    FOLDER,
    Commands,
    Elements,
    at_work,
    directory,
    from_folder,
    given,
    json_option,
    options,
)
from inkwright.cli_publish import publish
from inkwright.cli_straighten import straighten
from inkwright.cli_stylize import stylize
from inkwright.events import Event
from inkwright.faces import run


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="inkwright")
def cli() -> None:
    """Draw a whole comic crudely; get it back in one look, the same from page to page.

    A first comic:  inkwright new my-comic --pages scan*.jpg, then  inkwright make my-comic.
    """


@cli.command()
@directory
@click.option(
    "--pages",
    "pages",
    multiple=True,
    type=FOLDER,
    metavar="SCAN",
    help="Pictures of pages, PDFs, CBZ, or folders of them; more may follow.",
)
@click.argument("more", nargs=-1, type=FOLDER, metavar="[SCAN]...")
@click.option(
    "--direction",
    type=click.Choice(["ltr", "rtl", "strip"]),
    default="ltr",
    show_default=True,
    help="Reading direction; strip: a webtoon.",
)
@click.option("--style", default="", help="An embedded style's name, or a picture, which is copied.")
@click.option("--title", default="", help="Title of the book.")
@click.option("--author", default="", help="Who drew it.")
@options("imports")
@json_option
def new(
    directory: Path,
    pages: tuple[Path, ...],
    more: tuple[Path, ...],
    direction: str,
    style: str,
    title: str,
    author: str,
    as_json: bool,
    **values: Any,
) -> None:
    """Make a project folder, with your pages: pictures, PDFs, comic archives, drawings, folders of them."""

    def work() -> Iterator[Event]:
        from inkwright.operations.new import new as operation

        yield from operation(directory, [*pages, *more], direction, style, title, author, given(values).get("imports"))

    run(work, as_json)


cli.add_command(import_pages)
cli.add_command(layout)
cli.add_command(backbones)
cli.add_command(looks)
cli.add_command(light)


@cli.command()
@directory
@click.option(
    "--again", multiple=True, metavar="PAGE", help="Find this page's panels anew, although book.json has them."
)
@click.option("--show", is_flag=True, help="Draw the outlines of all panels anew, as book.json has them now.")
@json_option
def panels(directory: Path, again: tuple[str, ...], show: bool, as_json: bool) -> None:
    """Find the panels of new pages; what book.json has is kept."""
    at_work(directory, "panels:panels", as_json, {}, again=again, show=show)


@cli.group(cls=Elements, invoke_without_command=True)
@directory
@json_option
@click.pass_context
def elements(context: click.Context, directory: Path, as_json: bool) -> None:
    """Show the prior table: which element appears in which panel. Subcommands change it."""
    context.obj = (directory, as_json)
    if context.invoked_subcommand is None:

        def work() -> Iterator[Event]:
            from inkwright.operations.new import show_elements
            from inkwright.project import Project

            yield from show_elements(Project(directory))

        run(work, as_json)


@elements.command()
@click.argument("name")
@click.option("--kind", default="character", show_default=True, help="character, setting or prop.")
@json_option
@click.pass_obj
def add(obj: tuple[Path, bool], name: str, kind: str, as_json: bool) -> None:
    """Add an element."""
    at_work(obj[0], "new:add", as_json or obj[1], {}, name=name, kind=kind)


@elements.command()
@click.argument("name")
@click.argument("panels", nargs=-1, required=True)
@click.option("--absent", is_flag=True, help="It does not appear there.")
@click.option("--blank", is_flag=True, help="Take the mark back.")
@json_option
@click.pass_obj
def mark(obj: tuple[Path, bool], name: str, panels: tuple[str, ...], absent: bool, blank: bool, as_json: bool) -> None:
    """Mark an element in panels (p1.1 p1.2 ...; "rest": all that are not said yet)."""
    at_work(
        obj[0],
        "new:set_marks",
        as_json or obj[1],
        {},
        name=name,
        panel_ids=panels,
        value=float("nan") if blank else float(not absent),
    )


@elements.command("import")
@click.argument("file", type=FOLDER)
@json_option
@click.pass_obj
def import_(obj: tuple[Path, bool], file: Path, as_json: bool) -> None:
    """Take a CSV file as the prior table."""
    at_work(obj[0], "new:import_prior", as_json or obj[1], {}, file=file)


@elements.command()
@click.argument("file", type=FOLDER)
@json_option
@click.pass_obj
def export(obj: tuple[Path, bool], file: Path, as_json: bool) -> None:
    """Write the prior table to a CSV file."""
    at_work(obj[0], "new:export_prior", as_json or obj[1], {}, file=file)


@cli.command()
@directory
@options("train")
@json_option
def train(directory: Path, as_json: bool, **values: Any) -> None:
    """Train the element classifiers on this book."""
    at_work(directory, "train:train", as_json, values)


@cli.command()
@directory
@click.option(
    "--more", multiple=True, metavar="ELEMENT", help="Refine the last fit: this element weighs twice as much."
)
@click.option("--redo", multiple=True, metavar="PANEL", help="Refine the last fit: this panel is drawn more often.")
@click.option("--fresh", is_flag=True, help="Forget what was refined before.")
@finished_folder
@options("style", "fit")
@options("finished", without=("finished.folder",))
@json_option
def fit(
    directory: Path, more: tuple[str, ...], redo: tuple[str, ...], fresh: bool, as_json: bool, **values: Any
) -> None:
    """Fine-tune the style network on the Comic Book Loss, over all panels at once; or refine the last fit."""
    at_work(directory, "fit:fit", as_json, values, more=more, redo=redo, fresh=fresh)


@cli.command()
@directory
@click.option("--plain", is_flag=True, help="From plain style transfer (no C) of the same run, into build/plain/.")
@options("render")
@json_option
def render(directory: Path, plain: bool, as_json: bool, **values: Any) -> None:
    """Stylize all panels at full size and put them back into their pages."""
    at_work(directory, "render:render", as_json, values, plain=plain)


@cli.command()
@directory
@click.option(
    "--pin",
    "pins",
    multiple=True,
    metavar="WHAT=COLOUR",
    help="What WHAT becomes: a colour of the drawings ('#d02020=#a01818'), an element ('Hero=#a01818') or ink.",
)
@click.option("--unpin", "unpins", multiple=True, metavar="WHAT", help="Take a pin back.")
@click.option("--recast", is_flag=True, help="Let the next fit cast the palette anew; pins stay.")
@json_option
def palette(directory: Path, pins: tuple[str, ...], unpins: tuple[str, ...], recast: bool, as_json: bool) -> None:
    """Show the book's palette; pin what a colour or an element becomes."""
    at_work(directory, "palette:palette", as_json, {}, pins=pins, unpins=unpins, recast=recast)


@cli.command()
@directory
@options("review")
@json_option
def review(directory: Path, as_json: bool, **values: Any) -> None:
    """Say how consistent the comic came out: a page, and review.json."""
    at_work(directory, "review:review", as_json, values)


@cli.command()
@directory
@from_folder
@options("harmonize")
@json_option
def harmonize(directory: Path, folder: Path | None, as_json: bool, **values: Any) -> None:
    """Make pictures that any other tool restyled, one by one, agree over the book."""
    at_work(directory, "harmonize:harmonize", as_json, values, folder=folder)


cli.add_command(letter)
cli.add_command(finished)
cli.add_command(straighten)


cli.add_command(publish)


@cli.command()
@directory
@options("style")
@json_option
def make(directory: Path, as_json: bool, **values: Any) -> None:
    """Do whatever is out of date, in order, up to the published book."""
    at_work(directory, "make:make", as_json, values)


@cli.command()
@directory
@json_option
def status(directory: Path, as_json: bool) -> None:
    """Show what is up to date and what comes next."""

    def work() -> Iterator[Event]:
        from inkwright.operations.make import status as operation
        from inkwright.project import Project

        yield from operation(Project(directory))

    run(work, as_json)


@cli.command()
@click.argument("directory", metavar="[DIR]", type=FOLDER, default=Path("inkwright-demo"))
@click.option("--style", default="gouache", show_default=True, help="An embedded style.")
@json_option
def demo(directory: Path, style: str, as_json: bool) -> None:
    """Make the embedded sample comic, from drawn pages to finished book."""

    def work() -> Iterator[Event]:
        from inkwright.operations.demo import demo as operation

        yield from operation(directory, style)

    run(work, as_json)


cli.add_command(stylize)


def main() -> None:
    """Entry point."""
    cli(prog_name="inkwright")
