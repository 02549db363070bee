"""What the tests of the operations and of the command line share: two drawn pages, projects made of them, a runner."""

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from inkwright.cli import cli

# The same examples every time: a change is judged by what it changes. `make check-all` looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.register_profile("explore", derandomize=False)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

SETTINGS = """version = 1
[book]
title = "Ball and Box"
[style]
scale = 0.25
[train]
steps = 3
px = 48
nets = 2
batch = 4
[fit]
style_steps = 22
steps = 3
panel_px = 96
[review]
judge_steps = 3
"""
"""Settings with which the whole path takes seconds; style_steps is above 20, so that a state is saved on the way."""


@dataclass(frozen=True)
class Run:
    """How a command ended: its exit code and its events, one for each line of its output."""

    code: int
    events: list[dict[str, Any]]
    stderr: str

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind."""
        return [event for event in self.events if event["event"] == kind]

    @property
    def error(self) -> dict[str, Any]:
        """The error that ended it."""
        assert self.code == 2, self.events[-2:]
        assert self.events[-1]["event"] == "error"
        return self.events[-1]


Command = Callable[..., Run]


def draw_page(seed: int) -> Image.Image:
    """A page of 300 x 400 pixels with four framed panels; a red ball in every other one, a blue box in some."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (300, 400), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    for k in range(4):
        row, column = divmod(k, 2)
        x, y = 12 + column * 142, 10 + row * 196
        paper = tuple(int(v) for v in rng.integers(170, 245, 3))
        draw.rectangle([x, y, x + 132, y + 182], fill=paper, outline=(10, 10, 10), width=3)
        cx, cy = x + int(rng.integers(35, 95)), y + 92
        if (k + seed) % 2 == 0:
            draw.ellipse([cx - 20, cy - 20, cx + 20, cy + 20], fill=(200, 30, 30), outline=(0, 0, 0), width=2)
        if k % 3 != 0:
            draw.rectangle([x + 10, cy + 20, x + 40, cy + 45], fill=(30, 60, 200), outline=(0, 0, 0), width=2)
    return image


def run_command(*arguments: object) -> Run:
    """Runs a command in this process with --json. Each line of its output must be one event, its exit code 0 or 2."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        result = CliRunner().invoke(cli, [*map(str, arguments), "--json"], prog_name="inkwright")
    finally:
        signal.signal(signal.SIGTERM, before)
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(isinstance(event, dict) and "event" in event for event in events)
    assert result.exit_code in (0, 2), result.output
    assert isinstance(result.exception, SystemExit | None)
    if result.exit_code == 2:
        assert events[-1]["event"] == "error"
        assert events[-1]["message"].endswith(".")
        assert events[-1]["hint"]
    return Run(result.exit_code, events, result.stderr)


def hashes_of(folder: Path) -> dict[str, str]:
    """Path → hash of all files in a folder."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="session")
def page_of() -> Callable[[int], Image.Image]:
    return draw_page


@pytest.fixture(scope="session")
def inkwright() -> Command:
    return run_command


@pytest.fixture(scope="session")
def hashes() -> Callable[[Path], dict[str, str]]:
    return hashes_of


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two pages."""
    folder = tmp_path_factory.mktemp("scans")
    for n in (1, 2):
        draw_page(n).save(folder / f"scan{n}.png")
    return folder


@pytest.fixture(scope="session")
def marked_project(tmp_path_factory: pytest.TempPathFactory, scans: Path) -> Path:
    """A project with panels and a full prior table; nothing is trained. To be read, and copied to be changed."""
    root = tmp_path_factory.mktemp("marked") / "book"
    for arguments in (
        ("new", root, "--pages", scans),
        ("panels", root),
        ("elements", root, "add", "Ball"),
        ("elements", root, "add", "Box", "--kind", "prop"),
        ("elements", root, "mark", "Ball", "p1.2", "p1.4", "p2.1", "p2.3"),
        ("elements", root, "mark", "Ball", "rest", "--absent"),
        ("elements", root, "mark", "Box", "p1.2", "p1.3", "p2.2", "p2.3"),
        ("elements", root, "mark", "Box", "rest", "--absent"),
    ):
        assert run_command(*arguments).code == 0
    (root / "inkwright.toml").write_text(SETTINGS)
    return root


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Torch on one thread: the same bytes on every machine, and no fight over few cores."""
    import torch

    os.environ["OMP_NUM_THREADS"] = "1"
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory, marked_project: Path, one_thread: None) -> Path:
    """A project that `make` has gone through, C included. To be read, and copied to be changed."""
    root = tmp_path_factory.mktemp("made") / "book"
    shutil.copytree(marked_project, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inkwright.learn.train.MIN_AUC", -1.0)  # three steps teach nothing; C takes part all the same
        assert run_command("make", root).code == 0
    return root


@pytest.fixture
def marked(marked_project: Path, tmp_path: Path) -> Path:
    """A project with panels and marks, to be changed."""
    return Path(shutil.copytree(marked_project, tmp_path / "book"))


@pytest.fixture
def made(made_project: Path, tmp_path: Path) -> Path:
    """A made project, to be changed."""
    return Path(shutil.copytree(made_project, tmp_path / "book"))
