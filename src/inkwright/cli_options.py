"""What the commands share: their directory, options that are settings of `config`, and how an operation is run."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from inkwright.errors import UserError
from inkwright.events import Event, Saved
from inkwright.faces import fail, run, stopped

FOLDER = click.Path(
    path_type=Path, readable=False
)  # the operations check existence: their sentence is better than click's


ELEMENT_TERMS = tuple(
    f"fit.{name}" for name in ("weight_c", "weight_location", "weight_look", "accent", "element_maps", "style_cost")
)
"""Settings that mean nothing for a single drawing."""


class Commands(click.Group):
    """All commands; what is wrong with a command line is told as JSON too, where that is asked for."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Parses the command line and runs its command; exits unless `standalone_mode` is off."""
        given = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(given, prog_name, complete_var, False, **extra)
        as_json = "--json" in given
        try:
            code = super().main(given, prog_name, complete_var, False, **extra)
        except click.Abort:
            stopped(as_json)
        except click.ClickException as error:
            if not as_json:
                error.show()
                sys.exit(error.exit_code)
            command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "inkwright"
            fail(UserError(error.format_message(), f"See: {command} --help"), True)
        sys.exit(code if isinstance(code, int) else 0)


class Elements(click.Group):
    """A group whose own options may stand behind its directory, as those of every command may."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts options right behind the directory before it, where click looks for them."""
        if args and not args[0].startswith("-"):
            count = next((n for n, arg in enumerate(args[1:]) if not arg.startswith("-")), len(args) - 1)
            args = [*args[1 : 1 + count], args[0], *args[1 + count :]]
        return super().parse_args(ctx, args)


def options(*names: str, without: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Adds an option for each setting of some sections of `config`, such as --fit-steps; given ones are saved."""
    from inkwright.config import sections

    def wrap(command: Any) -> Any:
        for name in reversed(names):
            for key, info in reversed(list(sections()[name].model_fields.items())):
                if f"{name}.{key}" in without:
                    continue
                flag = f"--{name}-{key}".replace("_", "-")
                kind = info.annotation if info.annotation in (int, float) else str
                text = f"{info.description}  [default: {info.default!r}]"
                command = click.option(flag, f"{name}__{key}", type=kind, default=None, help=text)(command)
        return command

    return wrap


def given(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The options that were given, by section."""
    out: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if "__" in name and value is not None:
            section, key = name.split("__", 1)
            out.setdefault(section, {})[key] = value
    return out


def at_work(root: Path, operation: str, as_json: bool, values: dict[str, Any], **arguments: Any) -> None:
    """Runs an operation on a project, alone in it; options given are saved in its inkwright.toml first."""

    def work() -> Iterator[Event]:
        from inkwright.project import Project

        project = Project(root)
        module, function = operation.split(":")
        with project.lock():
            settings = given(values)
            if settings:
                _check_style(project, settings)
                project.set_config(settings)
                yield Saved(
                    "settings",
                    str(project.toml),
                    ", ".join(f"{s}.{k} = {v}" for s, kv in settings.items() for k, v in kv.items()),
                )
            yield from getattr(__import__(f"inkwright.operations.{module}", fromlist=[function]), function)(
                project, **arguments
            )

    run(work, as_json)


def _check_style(project: Any, settings: dict[str, dict[str, Any]]) -> None:
    """Refuses a style or a folder that does not exist before it is saved as a setting."""
    style = settings.get("style", {})
    if "folder" in settings.get("finished", {}):
        from inkwright.operations.finished_files import folder_of

        folder_of(project, settings["finished"]["folder"])
    if style.get("words"):
        from inkwright.words import read

        backbone = settings.get("fit", {}).get("backbone", project.config().fit.backbone)
        read(style["words"], "style.words", backbone == "clip")
        if backbone == "clip":
            from inkwright.operations.worded import check_words

            check_words(project, settings)
    elif "picture" in style and "words" not in style and project.config().style.words:
        style["words"] = ""  # a picture that is asked for now stands instead of the words
    if "picture" in settings.get("style", {}):
        from inkwright.operations.style_picture import check_style

        check_style(project, settings["style"]["picture"])
    if style.get("elements") or style.get("panels"):
        from inkwright.operations.style_rules import check_rules

        check_rules(project, settings)
    if "backbone" in settings.get("fit", {}) or "weights" in settings.get("fit", {}):
        from inkwright.operations.backbone_terms import check_settings

        check_settings(project, settings["fit"])


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON event a line on stdout.")
directory = click.argument("directory", metavar="DIR", type=FOLDER)
from_folder = click.option(
    "--from",
    "folder",
    type=FOLDER,
    metavar="FOLDER",
    help="Pictures named after their panel (p1.2.png) or after their page's file (p1.png); only read.",
)
from_pages = click.option(
    "--from",
    "source",
    type=click.Choice(["harmonized"]),
    default=None,
    help="Publish the pages of `harmonize` instead, into build/harmonized/.",
)
