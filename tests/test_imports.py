"""The house rules about imports, prints and function length, held by walking the source with ast."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "inkwright"
ROOT = "inkwright"
WINGS = ("comic", "learn", "publish", "sample")
TIERS = (
    ("errors", "events"),
    ("registry", "book", "config", "images", "lettering", "vocabulary"),
    ("words",),
    ("project",),
    WINGS,
    ("operations",),
    ("studio", "cluster"),
    ("faces",),
    ("cli_options",),
    (
        "cli_backbones",
        "cli_finished",
        "cli_intake",
        "cli_layout",
        "cli_letter",
        "cli_looks",
        "cli_publish",
        "cli_straighten",
        "cli_stylize",
    ),
    ("cli",),
    ("__main__",),
)
TIER = {part: tier for tier, parts in enumerate(TIERS) for part in parts}
TORCH_PARTS = ("learn", "operations")
LONGEST = 60
"""Lines that a function may have, with decorators and docstring."""

Sources = dict[str, str]
"""Module name → its source text."""


def read_sources() -> Sources:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def part(module: str) -> str:
    """`inkwright.learn.fit` → `learn`; the package root → ''."""
    return module.split(".")[1] if "." in module else ""


def imports(module: str, sources: Sources) -> list[tuple[str, str, bool]]:
    """(module, name taken from it or '', whether inside a function) for every import statement of a module."""
    found = []

    def visit(node: ast.AST, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend((alias.name, "", inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                origin = child.module or ""
                if child.level:
                    is_package = any(other.startswith(module + ".") for other in sources)
                    above = module.split(".")[: len(module.split(".")) - child.level + is_package]
                    origin = ".".join([*above, *([child.module] if child.module else [])])
                found.extend((origin, alias.name, inside) for alias in child.names)
            elif isinstance(child, ast.Call) and _called(child) in ("__import__", "import_module"):
                found.append((_first_words(child), "", inside))
            visit(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    visit(ast.parse(sources[module]), False)
    return found


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _first_words(call: ast.Call) -> str:
    """The constant beginning of a dynamic import's argument."""
    argument = call.args[0] if call.args else ast.Constant("")
    if isinstance(argument, ast.JoinedStr):
        argument = argument.values[0]
    return str(argument.value).rstrip(".") if isinstance(argument, ast.Constant) else "?"


def direct(module: str, sources: Sources, lazy: bool = True) -> set[str]:
    """The modules of the package, but for its root, that a module imports."""
    return {
        f"{origin}.{name}" if f"{origin}.{name}" in sources else origin
        for origin, name, inside in imports(module, sources)
        if origin.split(".")[0] == ROOT and (lazy or not inside) and (origin != ROOT or f"{ROOT}.{name}" in sources)
    }


def inner(module: str, sources: Sources, lazy: bool = True) -> set[str]:
    """Those modules, and the packages that they lie in, whose `__init__` is run as well."""
    found = set()
    for target in direct(module, sources, lazy):
        steps = target.split(".")
        found |= {".".join(steps[:n]) for n in range(2, len(steps) + 1)}
    return found


def closure(start: str, sources: Sources, lazy: bool = True) -> set[str]:
    """Everything that importing a module brings with it, inside the package."""
    seen: set[str] = set()
    waiting = {start}
    while waiting:
        module = waiting.pop()
        seen.add(module)
        waiting |= {m for m in inner(module, sources, lazy) if m in sources} - seen
    return seen


def outer(modules: set[str], sources: Sources, lazy: bool = True) -> set[str]:
    """First names of what these modules import from outside the package."""
    return {o.split(".")[0] for m in modules for o, _, inside in imports(m, sources) if lazy or not inside} - {ROOT}


# -- the rules: each gives the sentences that say what breaks it ------------------------------------------------------


def downward(sources: Sources) -> list[str]:
    broken = []
    for module in sources:
        for target in sorted(direct(module, sources)):
            mine, its = part(module), part(target)
            if its not in TIER or mine not in TIER:
                broken.append(f"{module} imports {target}, and '{mine}' or '{its}' has no place in the order of layers")
            elif mine != its and (TIER[its] > TIER[mine] or (TIER[its] == TIER[mine] and mine in WINGS)):
                broken.append(f"{module} imports {target}, which is not below it")
    return broken


def root_importers(sources: Sources) -> list[str]:
    return [
        f"{module} imports {name or 'all'} of the package root"
        for module in sources
        for origin, name, _ in imports(module, sources)
        if origin == ROOT and f"{ROOT}.{name}" not in sources and (module, name) != (f"{ROOT}.cli", "__version__")
    ]


def torch_importers(sources: Sources) -> list[str]:
    return [m for m in sources if "torch" in outer({m}, sources) and part(m) not in TORCH_PARTS]


def eager_operations(sources: Sources) -> list[str]:
    """What the command line, its parts and its faces import at once, above the small tables; they themselves may be."""
    face = {module for module in sources if part(module) == "faces" or part(module).startswith("cli")}
    eager = set().union(*(inner(module, sources, lazy=False) for module in face))
    return sorted(m for m in eager - face if TIER.get(part(m), 0) > TIER["registry"])


GRADERS = ("judge", "second_judge", "consistency", "style_distance")
"""What grades a fit, and so may not be seen by it."""
TASTE = ("banks", "element_look", "regions", "references", "own_colour")
"""What the loss knows of the elements' looks, and so may not be seen by a grader."""


def judged_fit(sources: Sources) -> bool:
    brought = closure(f"{ROOT}.learn.fit", sources)
    return any(f"{ROOT}.learn.{name}" in brought for name in GRADERS)


def biased_graders(sources: Sources) -> list[str]:
    there = [name for name in GRADERS if f"{ROOT}.learn.{name}" in sources]
    taste = {f"{ROOT}.learn.{name}" for name in TASTE}
    return [name for name in there if taste & closure(f"{ROOT}.learn.{name}", sources)]


def talkers(sources: Sources) -> list[str]:
    """Below cli.py and its faces nothing prints, reads the keyboard or ends the process."""
    found = []
    for module in set(sources) - {f"{ROOT}.cli", f"{ROOT}.cli_options", f"{ROOT}.faces"}:
        for node in ast.walk(ast.parse(sources[module])):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in ("print", "input", "exit", "quit", "sys.exit", "os._exit", "breakpoint") or (
                name.startswith(("sys.stdout.", "sys.stderr."))
            ):
                found.append(f"{module}:{getattr(node, 'lineno', 0)} {name}")
    return found


def long_functions(sources: Sources) -> list[str]:
    found = []
    for module, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                lines = (node.end_lineno or first) - first + 1
                if lines > LONGEST:
                    found.append(f"{module}.{node.name} has {lines} lines")
    return found


SOURCES = read_sources()


def test_the_walk_sees_the_package():
    assert {f"{ROOT}.cli", f"{ROOT}.learn.fit", f"{ROOT}.learn.stylizers", ROOT} <= set(SOURCES)
    assert {part(module) for module in SOURCES} - {""} <= set(TIER)


def test_imports_run_downward_only_and_wings_do_not_see_each_other():
    assert downward(SOURCES) == []


def circular(sources: Sources) -> list[str]:
    """Modules that reach themselves."""
    reached = {module: direct(module, sources) for module in sources}
    for _ in sources:
        reached = {m: targets.union(*(reached.get(t, ()) for t in targets)) for m, targets in reached.items()}
    return [module for module in sources if module in reached[module]]


def test_no_modules_import_each_other_in_a_circle():
    assert circular(SOURCES) == []
    assert circular(planted("errors", "import inkwright.book")) == [f"{ROOT}.errors", f"{ROOT}.book"]


def test_nobody_imports_the_package_root_but_the_face_for_its_version():
    assert root_importers(SOURCES) == []
    assert inner(ROOT, SOURCES) == set()


def test_config_imports_no_part():
    assert inner(f"{ROOT}.config", SOURCES) <= {f"{ROOT}.errors", f"{ROOT}.registry"}


def test_torch_lives_under_learn_and_operations_only():
    assert torch_importers(SOURCES) == []


@pytest.mark.parametrize("wing", ["comic", "publish", "sample"])
def test_nothing_that_a_torchless_wing_brings_with_it_imports_torch(wing):
    modules = {m for m in SOURCES if part(m) == wing}
    assert modules
    assert "torch" not in outer(set().union(*(closure(m, SOURCES) for m in modules)), SOURCES)


def test_the_fit_never_meets_its_judge():
    assert {f"{ROOT}.learn.{name}" for name in GRADERS} <= set(SOURCES)
    assert not judged_fit(SOURCES)


def test_no_grader_knows_what_the_loss_wants_elements_to_look_like():
    assert {f"{ROOT}.learn.{name}" for name in ("banks", "element_look")} <= set(SOURCES)
    assert biased_graders(SOURCES) == []


def test_the_face_imports_operations_inside_its_commands_only():
    assert eager_operations(SOURCES) == []
    assert {"torch", "numpy", "cv2", "matplotlib"}.isdisjoint(
        outer(closure(f"{ROOT}.cli", SOURCES, lazy=False), SOURCES, lazy=False)
    )


def test_importing_the_face_loads_no_torch():
    code = "import sys, inkwright.cli; sys.exit(sum(name in sys.modules for name in ('torch', 'cv2', 'matplotlib')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_below_the_face_prints_or_exits():
    assert talkers(SOURCES) == []


def test_no_function_is_longer_than_sixty_lines():
    assert long_functions(SOURCES) == []


# -- the rules can be broken ------------------------------------------------------------------------------------------

PLANTED = {
    ROOT: "__version__ = '0'",
    f"{ROOT}.errors": "",
    f"{ROOT}.book": "from inkwright.errors import X",
    f"{ROOT}.config": "",
    f"{ROOT}.project": "from inkwright.book import Book",
    f"{ROOT}.comic": "",
    f"{ROOT}.comic.scan": "from inkwright.project import write_bytes",
    f"{ROOT}.learn": "",
    f"{ROOT}.learn.judge": "import torch",
    f"{ROOT}.learn.train": "",
    f"{ROOT}.learn.fit": "from inkwright.learn import train",
    f"{ROOT}.operations": "",
    f"{ROOT}.operations.fit": "import torch\nfrom inkwright.learn.fit import fit",
    f"{ROOT}.cli": "from inkwright import __version__\ndef f():\n    import inkwright.operations.fit\n    print(1)",
}


def planted(module: str, text: str) -> Sources:
    return {**PLANTED, f"{ROOT}.{module}": text}


def test_a_clean_tree_breaks_no_rule():
    rules = (downward, root_importers, torch_importers, eager_operations, talkers, long_functions)
    assert [rule(PLANTED) for rule in rules] == [[]] * len(rules)
    assert not judged_fit(PLANTED)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("errors", "import inkwright.book"),
        ("book", "from inkwright import project"),
        ("project", "from inkwright.comic.scan import x"),
        ("comic.scan", "from inkwright.learn.fit import fit"),
        ("comic.scan", "def f():\n    from ..learn import fit"),
        ("learn.fit", "from inkwright.operations.fit import fit"),
        ("operations.fit", "import inkwright.cli"),
        ("operations.fit", "x = __import__('inkwright.cli')"),
        ("book", "import inkwright.unheard_of"),
    ],
)
def test_an_upward_or_sideways_import_is_seen(module, text):
    assert len(downward(planted(module, text))) == 1


@pytest.mark.parametrize(
    "text", ["import inkwright", "from inkwright import __version__", "from .. import __version__"]
)
def test_an_import_of_the_root_is_seen(text):
    assert root_importers(planted("comic.scan", text))


@pytest.mark.parametrize("text", ["import torch.nn as nn", "def f():\n    from torch import Tensor"])
def test_torch_in_the_wrong_place_is_seen(text):
    assert torch_importers(planted("comic.scan", text)) == [f"{ROOT}.comic.scan"]


@pytest.mark.parametrize("text", ["from inkwright.operations.fit import fit", "import inkwright.learn"])
def test_an_operation_at_the_top_of_the_face_is_seen(text):
    assert eager_operations(planted("cli", text))


@pytest.mark.parametrize("name", ["judge", "second_judge", "consistency", "style_distance"])
def test_a_grader_behind_two_imports_is_seen(name):
    sources = planted("learn.train", f"def f():\n    from inkwright.learn import {name}")
    assert judged_fit({**sources, f"{ROOT}.learn.{name}": ""})


def test_a_grader_that_knows_the_loss_is_seen():
    sources = planted("learn.judge", "from inkwright.learn.helper import x")
    sources |= {f"{ROOT}.learn.helper": "from inkwright.learn.banks import y", f"{ROOT}.learn.banks": ""}
    assert biased_graders(sources) == ["judge"]


@pytest.mark.parametrize("text", ["print(1)", "import sys\nsys.exit(1)", "import sys\nsys.stderr.write('x')"])
def test_a_print_in_the_library_is_seen(text):
    assert len(talkers(planted("comic.scan", text))) == 1


def test_a_long_function_is_seen():
    assert long_functions(planted("book", "def f():\n" + "    x = 1\n" * LONGEST))
    assert not long_functions(planted("book", "def f():\n" + "    x = 1\n" * (LONGEST - 1)))
