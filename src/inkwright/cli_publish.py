"""The command `publish`."""

import re
from pathlib import Path
from typing import Any

import click

from inkwright.cli_options import at_work, directory, from_pages, json_option, options

MM = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72}
WIDEST_MM = 25.0


class Marks(click.ParamType):  # type: ignore[type-arg]
    """What stands around a printed page: bleed=3mm, crop-marks."""

    name = "SPEC"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, bool]:
        """The bleed in millimetres, and whether there are crop marks."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        bleed, crop = 0.0, False
        for part in value.replace(" ", "").split(","):
            found = re.fullmatch(r"bleed=(\d{1,4}(?:\.\d{1,4})?)(mm|cm|in|pt)", part)
            if found:
                bleed = float(found[1]) * MM[found[2]]
            elif part == "crop-marks":
                crop = True
            else:
                self.fail(f"'{part}' is not understood: give bleed=3mm, crop-marks, or both with a comma.", param, ctx)
        if bleed > WIDEST_MM:
            self.fail(f"a bleed of {bleed:g} mm is too wide: at most {WIDEST_MM:g} mm.", param, ctx)
        return bleed, crop


FORMATS = {
    "cbz": "Write a CBZ, for comic readers.",
    "pdf": "Write a PDF, for screens.",
    "epub": "Write an EPUB, for e-book readers and stores.",
    "web": "Write a folder with a web page that needs no server.",
    "webtoon": "Write a folder with one long strip, cut into pictures.",
    "ora": "Write a folder with a layered OpenRaster file for each page, for Krita.",
}


def _flags(command: Any) -> Any:
    for name, text in reversed(FORMATS.items()):
        command = click.option(f"--{name}", name, is_flag=True, help=text)(command)
    return command


@click.command()
@directory
@_flags
@click.option(
    "--print",
    "marks",
    type=Marks(),
    metavar="SPEC",
    help="Write a PDF for the printer: bleed=3mm, or bleed=3mm,crop-marks.",
)
@click.option("--all", "everything", is_flag=True, help="Write all of these but the PDF for the printer.")
@click.option("--language", default="", metavar="CODE", help="Publish the words in this language; default: the book's.")
@from_pages
@options("book", "publish")
@json_option
def publish(
    directory: Path,
    marks: tuple[float, bool] | None,
    everything: bool,
    language: str,
    source: str | None,
    as_json: bool,
    **values: Any,
) -> None:
    """Letter the pages, write the book, and report; without a format: CBZ and PDF."""
    formats = [name for name in FORMATS if values.pop(name) or everything]
    more: dict[str, Any] = {"language": language} if language else {}
    if marks is not None:
        formats.append("print")
        more["marks"] = marks
    at_work(directory, "publish:publish", as_json, values, formats=formats, source=source or "", **more)
