"""The templates of the formats that are made of markup."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from inkwright.publish.edition import clean

FOLDER = Path(__file__).with_name("templates")


def environment(folder: str) -> Environment:
    """The templates of a format; what is put into them is escaped, and without characters that XML forbids."""
    return Environment(
        loader=FileSystemLoader(FOLDER / folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )


def _finalize(value: Any) -> Any:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
