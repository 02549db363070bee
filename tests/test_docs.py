"""The documentation is held to the program: commands, settings, events, examples, links."""

import ast
import importlib.util
import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from types import ModuleType

import click
import jsonschema
import numpy as np
import pytest

from inkwright import __version__
from inkwright.book import parse_book, schema
from inkwright.cli import cli
from inkwright.comic.elements import parse_prior
from inkwright.config import parse_config, sections
from inkwright.errors import InternalError, UserError
from inkwright.events import NAMES
from inkwright.faces import STOPPED
from inkwright.operations.palette_file import PaletteFile, dumped
from inkwright.publish.review import Review, to_json
from inkwright.sample.styles import STYLES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tools_docs", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


TOOL = load_tool()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(text: str, kind: str) -> list[str]:
    return [body for found, body in FENCE.findall(text) if found == kind]


def command_lines(text: str, program: str) -> Iterator[str]:
    """Lines of shell examples, and inline code, that call a program."""
    for body in fences(text, "sh"):
        for line in body.splitlines():
            if line.startswith(program + " "):
                yield line
    for code in re.findall(r"`([^`\n]+)`", FENCE.sub("", text)):
        if code.startswith(program + " "):
            yield code


ALL_LINES = sorted(
    {(page.name, line) for page in PAGES for line in command_lines(page.read_text(encoding="utf-8"), "inkwright")}
)


def parse(arguments: list[str], command: click.Command = cli, parent: click.Context | None = None) -> None:
    """Parses a command line as click does, down to the last subcommand, and runs nothing."""
    name = arguments[0] if parent is not None else "inkwright"
    rest = arguments[1:] if parent is not None else arguments
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("click.echo", lambda *_, **__: None)
        try:
            context = command.make_context(name, list(rest), parent=parent)
        except click.exceptions.Exit:  # --help and --version
            return
    left = [*context._protected_args, *context.args]
    if isinstance(command, click.Group) and left:
        _, found, _ = command.resolve_command(context, list(left))
        assert found is not None
        parse(left, found, context)


# -- commands and settings ---------------------------------------------------------------------------------------------


def test_generated_parts_are_up_to_date() -> None:
    assert TOOL.stale() == [], "run: make docs"


@pytest.mark.parametrize(("name", "command"), list(TOOL.commands()))
def test_every_command_has_help_a_heading_an_example_and_its_options(name: str, command: click.Command) -> None:
    text = read("docs/commands.md")
    assert command.help
    section = re.search(rf"^##+ {name}\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    assert section, f"docs/commands.md has no heading '{name}'"
    words = name.split()
    pattern = rf"^inkwright {words[0]}\b" + (rf" \S+ {words[1]}\b" if len(words) == 2 else "")
    assert any(re.match(pattern, line) for line in command_lines(section[1], "inkwright")), "no example"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts} has no help"
            assert f"`{', '.join(option.opts)}" in section[1]


@pytest.mark.parametrize(
    "setting", [f"{name}.{key}" for name, model in sections().items() for key in model.model_fields]
)
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in read("docs/settings.md")


def test_every_weight_of_the_loss_is_in_the_method() -> None:
    weights = [key for key in sections()["fit"].model_fields if key.startswith("weight_")]
    assert weights
    for key in weights:
        assert f"`fit.{key}`" in read("docs/method.md")


def test_a_command_without_a_part_in_the_page_is_named() -> None:
    text = read("docs/commands.md").replace("<!-- options: fit -->", "<!-- fit -->")
    with pytest.raises(SystemExit, match="fit"):
        TOOL.commands_page(text)


def test_a_changed_table_is_noticed() -> None:
    text = read("docs/commands.md")
    assert TOOL.commands_page(text) == text
    assert TOOL.commands_page(text.replace("Panels per step.", "Pages per step.")) == text


# -- examples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "line"), ALL_LINES)
def test_every_command_line_parses(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    for end in ("|", ">"):
        words = words[: words.index(end)] if end in words else words
    try:
        parse(["make" if word == "COMMAND" else word for word in words[1:]])
    except click.UsageError as error:
        pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_the_parser_of_these_tests_refuses() -> None:
    for line in ("make my-comic --bogus", "bogus my-comic", "elements my-comic bogus", "stylize a.jpg", "new"):
        with pytest.raises(click.UsageError):
            parse(line.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for line in command_lines(page.read_text(encoding="utf-8"), "make"):
        assert line.split()[1] in targets, line


def test_example_files_are_valid() -> None:
    text = read("docs/formats.md")
    book_text = fences(text, "json")[0]
    book = parse_book(book_text)
    jsonschema.validate(json.loads(book_text), schema())
    assert parse_config(fences(text, "toml")[0]).book.title
    panels = [*book.panel_ids(), "p2.1"]
    assert len(parse_prior(fences(text, "csv")[0], panels).elements) == 4
    palette_text = fences(text, "json")[1]
    palette = PaletteFile.model_validate_json(palette_text)
    assert palette.pins().keys() == {"colours", "elements"}
    assert dumped(palette) == palette_text


def test_example_review_has_the_shape_of_a_real_one() -> None:
    example = json.loads(fences(read("docs/formats.md"), "json")[3])
    tables = {source: {look: np.array(rows) for look, rows in example[source].items()} for source in ("p", "judge")}
    review = Review(
        example["summary"]["title"],
        example["summary"]["style"],
        example["elements"],
        example["kinds"],
        example["panels"],
        np.array(example["prior"], np.float64),
        tables["p"],
        tables["judge"],
        scores=example["scores"],
        palette=[(entry["source"], entry["result"], entry["share"]) for entry in example["palette"]],
        pins=[entry["pin"] for entry in example["palette"]],
        ink=(example["ink"]["result"], example["ink"]["pinned"]),
        extras=example["summary"]["extras"],
        consistency={row["element"]: row["consistency"] for row in example["summary"]["by_element"]},
        sweep=example["summary"]["sweep"],
    )
    real = to_json(review)
    assert {**example, "worst": []} == {**real, "worst": []}
    assert example["worst"] == real["worst"][:1]


def test_events_are_documented_with_all_fields() -> None:
    text = read("docs/commands.md")
    for kind, name in NAMES.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        missing = [field.name for field in fields(kind) if f"`{field.name}`" not in row]
        assert not missing, f"{name}: {missing}"
    for line in fences(text, "json")[0].splitlines():
        assert json.loads(line)["event"] in {*NAMES.values(), "error", "stopped"}


def test_exit_codes_are_those_of_the_errors() -> None:
    text = read("docs/commands.md")
    for code in (0, UserError.exit_code, InternalError.exit_code, STOPPED):
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE)


# -- links and names ---------------------------------------------------------------------------------------------------


def links(text: str) -> Iterator[str]:
    plain = FENCE.sub("", text)
    yield from re.findall(r"\]\(([^)\s]+)\)", plain)
    yield from re.findall(r"<img[^>]*\bsrc=\"([^\"]+)\"", plain)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as hosts of Markdown make them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{page.name} links to {link}"


def test_pictures_have_a_text_and_a_width() -> None:
    found = re.findall(r"<img[^>]*>", read("README.md"))
    assert found
    for tag in found:
        assert re.search(r'alt="[^"]{20,}"', tag)
        assert 'width="' in tag


def test_readme_names_every_style() -> None:
    missing = [name for name in STYLES if f"`{name}`" not in read("README.md")]
    assert not missing


def test_the_file_tree_of_the_readme_is_real() -> None:
    tree = next(body for body in fences(read("README.md"), "text") if "src/inkwright/" in body)
    above = {0: ROOT}  # indent → the folder that the names at this indent are in
    for line in tree.splitlines():
        indent, name = len(line) - len(line.lstrip()), line.split()[0]
        path = above[indent] / name
        assert path.exists(), name
        above[indent + 2] = path


def test_changelog_has_this_version() -> None:
    assert f"## [{__version__}]" in read("CHANGELOG.md")


def test_licence_is_whole() -> None:
    text = read("LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = distributions([*project["dependencies"], *project["optional-dependencies"]["dev"]])
    pinned = {line.split("==")[0] for line in read("constraints.txt").splitlines() if "==" in line}
    assert wanted <= pinned, wanted - pinned


def test_every_imported_package_is_a_dependency() -> None:
    """A fresh clone must not lean on what happens to be installed."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    allowed = distributions([*project["dependencies"], *project["optional-dependencies"]["clip"]])
    known = metadata.packages_distributions()
    imported: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"inkwright"}
    missing = {name for name in foreign if not distributions(known.get(name, [name])) & allowed}
    assert not missing, f"pyproject.toml does not ask for {sorted(missing)}"


def distributions(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~ \[]", line)[0].lower().replace("_", "-") for line in requirements}
