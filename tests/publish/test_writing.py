"""Whole or not at all: what a kill in the middle of a write leaves behind, for every format."""

import errno
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from editions import comic
from inkwright.errors import DiskError, PictureError
from inkwright.publish.exporters import EXPORTERS, export
from inkwright.publish.writing import add_file, replacing_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from editions import comic
from inkwright.publish.exporters import EXPORTERS
kind, folder = sys.argv[1], Path(sys.argv[2])
for n in EXPORTERS[kind].write(comic(folder, 3, title="Another book"), folder / "out"):
    if n == 2:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def content(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return {str(p.relative_to(path)): p.read_bytes() for p in files}


@pytest.mark.parametrize("kind", ["cbz", "pdf", "epub", "web", "webtoon", "ora"])
def test_a_kill_leaves_the_old_file_whole(tmp_path: Path, kind: str) -> None:
    book = comic(tmp_path, 3)
    export(kind, book, tmp_path / "out")
    before = content(tmp_path / "out")
    tests = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": tests}
    run = subprocess.run([sys.executable, "-c", KILLED, kind, tmp_path], env=environment, check=False)
    assert run.returncode == -signal.SIGKILL
    assert content(tmp_path / "out") == before
    names = {"art1.png", "art2.png", "art3.png", "out"}
    assert {p.name for p in tmp_path.iterdir()} > names  # it was in the middle of its work
    assert export(kind, book, tmp_path / "out").problems == []
    assert content(tmp_path / "out") == before
    assert {p.name for p in tmp_path.iterdir()} == names


@pytest.mark.parametrize("kind", ["web", "webtoon", "ora", "epub"])
def test_a_full_disk_is_told_and_the_old_one_stays(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    export(kind, comic(tmp_path, 2), tmp_path / "out")
    before = content(tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="disk is full"):
        export(kind, comic(tmp_path, 2, title="Other"), tmp_path / "out")
    monkeypatch.undo()
    assert content(tmp_path / "out") == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_page_that_cannot_be_read_leaves_the_old_folder(tmp_path: Path) -> None:
    for kind in ("web", "webtoon", "ora"):
        book = comic(tmp_path, 2)
        export(kind, book, tmp_path / kind)
        before = content(tmp_path / kind)
        (tmp_path / "art2.png").write_bytes(b"nothing")
        with pytest.raises(PictureError, match=r"art2\.png"):
            export(kind, book, tmp_path / kind)
        assert content(tmp_path / kind) == before


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchange:
        monkeypatch.setattr("inkwright.publish.writing._exchanged", lambda *_: False)
    for text in ("one", "two"):
        with replacing_folder(tmp_path / "web") as folder:
            (folder / text).write_text(text)
    assert content(tmp_path) == {"web/two": b"two"}


def test_a_folder_that_was_just_being_moved_is_put_back(tmp_path: Path) -> None:
    (tmp_path / ".web.old").mkdir()
    (tmp_path / ".web.old" / "page").write_text("whole")
    with pytest.raises(ValueError), replacing_folder(tmp_path / "web"):
        raise ValueError
    assert content(tmp_path) == {"web/page": b"whole"}


def test_a_file_in_the_place_of_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "web").write_text("mine")
    with pytest.raises(DiskError, match="is a file"), replacing_folder(tmp_path / "web"):
        pass
    assert (tmp_path / "web").read_text() == "mine"


def test_archives_have_no_times(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        add_file(archive, "a.txt", "words")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_every_format_has_a_check() -> None:
    assert set(EXPORTERS) == {"cbz", "pdf", "print", "epub", "web", "webtoon", "ora"}
