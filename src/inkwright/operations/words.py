"""Style words: what a project, or a single drawing, is painted in when its look is asked for in words."""

import re
from pathlib import Path
from typing import Any

from inkwright.book import Book
from inkwright.config import Config, StyleSettings
from inkwright.images import Pixels, png_bytes, to_float, to_uint8
from inkwright.learn.lines import Line, hatched, line
from inkwright.learn.mood import mood
from inkwright.operations.material import METHOD, by_clip, own_lights
from inkwright.operations.style_picture import style_key, style_pixels
from inkwright.project import Project, digest, write_bytes
from inkwright.sample.looks import MATERIALS
from inkwright.words import Spoken, read

WHERE = "style.words"


def spoken(config: Config) -> Spoken:
    """The words of the book's look; all empty where none are set.

    Raises:
        ConfigError, UnknownChoiceError: see `words.read`.
    """
    return read(config.style.words, WHERE, by_clip(config)) if config.style.words else Spoken()


def style_name(style: StyleSettings) -> str:
    """What the style is called, for people: its words, else its picture."""
    return style.words or style.picture


def line_of(config: Config) -> Line:
    """What becomes of the drawings' lines."""
    return line(spoken(config).lines)


def style_key_of(project: Project) -> str:
    """Changes with the style's picture and words."""
    config = project.config()
    said = spoken(config)
    base = f"material {said.material} {METHOD}" if said.material else style_key(project, config.style.picture)
    return digest(base, str(said)) if config.style.words else base


def style_pixels_of(project: Project) -> Pixels:
    """The project's style picture, (H, W, 3) uint8: the file or embedded style, or what its words ask for."""
    config = project.config()
    return asked_for(spoken(config), project, config.style.picture)


def asked_for(said: Spoken, project: Project | None, picture: str) -> Pixels:
    """The style picture of a look in words, (H, W, 3) uint8, the same every time.

    Args:
        said: the look; without a material, its light falls on `picture`.
        project: where `picture` is looked for first.
        picture: an embedded style's name or a picture's path.
    """
    made = MATERIALS[said.material]() if said.material else style_pixels(project, picture)
    how = line(said.lines)
    if not said.lights and not how.hatch:
        return made
    values = to_float(made)
    if how.hatch:
        values = hatched(values, how.hatch)
    return to_uint8(mood(said.lights)(values))


def kept_picture(project: Project) -> Path:
    """The style picture of the project's words, written where its author can look at it: .inkwright/looks/."""
    words = project.config().style.words
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower())[:48].strip("-") or "look"
    path = project.root / ".inkwright" / "looks" / f"{slug}-{style_key_of(project)[:8]}.png"
    if not path.exists():
        write_bytes(path, png_bytes(style_pixels_of(project)))
    return path


def lights_of(book: Book, clip: bool = False) -> list[list[Any]]:
    """Panels that have a light of their own, with its names; empty where none has."""
    found = [(panel.id, own_lights(page, panel, clip)) for page, panel in book.panels()]
    return [[name, list(lights)] for name, lights in found if lights]
