"""Writes docs/settings.md, and the tables of options in docs/commands.md, from the program itself.

    python tools/docs.py            writes what is out of date
    python tools/docs.py --check    only says what is, and then exits with 1

docs/commands.md is written by hand but for the parts between `<!-- options: NAME -->` and `<!-- end -->`.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import click
from pydantic.fields import FieldInfo

from inkwright.cli import cli
from inkwright.config import sections

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "<!-- Made by `make docs`; edit the help texts in src/inkwright instead. -->"
REGION = re.compile(r"<!-- options: (?P<name>[^\n]*?) -->\n.*?<!-- end -->", re.DOTALL)
DEFAULT = re.compile(r"\s*\[default: (.*)\]$")
LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than", "multiple_of": "a multiple of"}


def commands(group: click.Group = cli, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, such as "elements add", in the order in which they are written."""
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, click.Group):
            yield from commands(command, before + name + " ")


def usage(name: str, command: click.Command) -> str:
    """The command line of a command, such as `inkwright render [OPTIONS] DIR`."""
    words = name.split()
    # A subcommand stands behind the arguments of its group: inkwright elements DIR add NAME.
    if len(words) == 2 and isinstance(group := cli.commands[words[0]], click.Group):
        words[1:1] = _metavars(group)
    return " ".join(["inkwright", *words, "[OPTIONS]", *_metavars(command)])


def _metavars(command: click.Command) -> list[str]:
    context = click.Context(command)
    return [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]


def options(command: click.Command) -> list[tuple[str, str, str]]:
    """(flag, meaning, default) of each option of a command; the default is empty where there is none."""
    rows = []
    context = click.Context(command)
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        flag = ", ".join(option.opts) + ("" if option.is_flag else " " + option.make_metavar(context))
        meaning, default = option.help or "", ""
        found = DEFAULT.search(meaning)
        if found:  # settings carry their default in the text
            meaning, default = meaning[: found.start()], found[1].strip("'")
        elif option.show_default and option.default is not None:
            default = str(option.default)
        notes = [" Required."] * option.required + [" May be given more than once."] * option.multiple
        rows.append((flag, meaning + "".join(notes), default))
    return rows


def option_part(name: str, command: click.Command) -> str:
    """What stands in docs/commands.md between the marks of a command."""
    lines = [f"<!-- options: {name} -->", "```text", usage(name, command), "```", ""]
    lines += [(command.help or "").split("\n\n")[0].replace("\n", " "), ""]
    lines += _table(("option", "meaning", "default"), [(_code(f), m, _code(d)) for f, m, d in options(command)])
    return "\n".join([*lines, "<!-- end -->"])


def commands_page(text: str) -> str:
    """docs/commands.md with every table of options as it should be.

    Raises:
        SystemExit: a command has no part in the text, or a part has no command.
    """
    known = dict(commands())
    marked = [found["name"] for found in REGION.finditer(text)]
    wrong = sorted(set(known) ^ set(marked)) + sorted({name for name in marked if marked.count(name) > 1})
    if wrong:
        raise SystemExit(f"docs/commands.md should have one '<!-- options: ... -->' for each command; see: {wrong}")
    return REGION.sub(lambda found: option_part(found["name"], known[found["name"]]), text)


def settings_page() -> str:
    """docs/settings.md."""
    lines = ["# Settings", "", NOTE, ""]
    lines += [
        "All settings live in the project's `inkwright.toml`, each with its default and its help; a line without `#`",
        "in front overrides the default. An unknown setting, or a value outside its limits, is refused with a sentence",
        "that names it. The options in the last column write their setting into the file before the command runs, but",
        "for those of `stylize`, which has no project. How the file is written: [formats.md](formats.md).",
    ]
    for name, model in sections().items():
        lines += ["", f"## [{name}]", "", (model.__doc__ or "").strip(), ""]
        rows = [
            (
                f"`{name}.{key}`",
                _code(json.dumps(info.default)),
                _limits(info),
                info.description or "",
                _options_of(name, key),
            )
            for key, info in model.model_fields.items()
        ]
        lines += _table(("setting", "default", "limits", "meaning", "option"), rows)
    return "\n".join(lines) + "\n"


def _limits(info: FieldInfo) -> str:
    choices = get_args(info.annotation)
    if choices:
        return " or ".join(f"`{choice}`" for choice in choices)
    found = [
        f"{words} {getattr(rule, name):.10g}"
        for rule in info.metadata
        for name, words in LIMITS.items()
        if getattr(rule, name, None) is not None
    ]
    long = [f"at most {rule.max_length} characters" for rule in info.metadata if getattr(rule, "max_length", None)]
    return ", ".join(found + long)


def _options_of(section: str, key: str) -> str:
    """The option of a setting, and the commands that have it."""
    having = [
        name for name, command in commands() if any(option.name == f"{section}__{key}" for option in command.params)
    ]
    return f"`--{section}-{key}` of ".replace("_", "-") + ", ".join(having) if having else ""


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]


def pages() -> dict[Path, str]:
    """Each page that is made here, as it should be."""
    commands_file = DOCS / "commands.md"
    return {
        DOCS / "settings.md": settings_page(),
        commands_file: commands_page(commands_file.read_text(encoding="utf-8")),
    }


def stale() -> list[Path]:
    """The pages that are not as they should be."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> Any:
    """Writes what is out of date, or says it."""
    outdated = stale()
    for path in outdated:
        if "--check" in arguments:
            print(f"{path} is out of date. Run: make docs", file=sys.stderr)
        else:
            path.write_text(pages()[path], encoding="utf-8")
            print(f"wrote {path}")
    return 1 if outdated and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
