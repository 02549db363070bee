import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inkwright import project as module
from inkwright.book import Book, Page, Panel
from inkwright.config import template
from inkwright.errors import BookError, ConfigError, DiskError, ProjectError
from inkwright.project import Project, digest, natural, read_json, read_text, write_bytes, write_json


@pytest.fixture
def project(tmp_path) -> Project:
    root = tmp_path / "my-comic"
    root.mkdir()
    (root / "inkwright.toml").write_text(template(book={"author": "Me"}), encoding="utf-8")
    return Project(root)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_without_settings_is_no_project(tmp_path):
    with pytest.raises(ProjectError) as caught:
        Project(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert f"inkwright new {tmp_path}" in caught.value.hint


# -- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_changed_without_losing_anything_else(project):
    project.toml.write_text(project.toml.read_text() + "\n# my own note\n")
    before = project.toml.read_text()
    project.set_config({"fit": {"steps": 7}, "book": {"title": 'A "title"'}})

    assert project.config().fit.steps == 7
    assert project.config().book.title == 'A "title"'
    assert project.config().book.author == "Me"
    lost = set(before.splitlines()) - set(project.toml.read_text().splitlines())
    assert lost == set()


def test_a_wrong_setting_changes_nothing(project):
    before = project.toml.read_bytes()
    with pytest.raises(ConfigError, match=r"fit\.steps"):
        project.set_config({"fit": {"steps": -1}})
    assert project.toml.read_bytes() == before


def test_the_title_is_set_or_the_name_of_the_folder(project):
    assert project.title() == "my comic"
    project.set_config({"book": {"title": "The Dragon"}})
    assert project.title() == "The Dragon"


# -- the book and its pages -------------------------------------------------------------------------------------------


def test_a_book_is_saved_and_read(project):
    assert project.book() == Book()
    book = Book(pages=[Page(file="pages/p1.png", panels=[Panel(id="p1.1", box=(0, 0, 9, 9))])])
    project.save_book(book)
    assert project.book() == book


def test_a_broken_book_is_named_with_its_path(project):
    project.book_path.write_text("{")
    with pytest.raises(BookError) as caught:
        project.book()
    assert str(project.book_path) in caught.value.message


def test_a_book_saved_by_a_windows_editor_is_read(project):
    project.book_path.write_bytes(b'\xef\xbb\xbf{"version": 1,\r\n "pages": []}')
    assert project.book() == Book()


@pytest.mark.parametrize("file", ["../secret.png", "/etc/passwd", "pages/../../x.png"])
def test_a_page_outside_the_project_is_refused(project, file):
    with pytest.raises(BookError) as caught:
        project.page_file(file)
    assert f"'{file}'" in caught.value.message
    assert caught.value.hint


def test_a_link_that_leads_out_of_the_project_is_refused(project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (project.root / "pages").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BookError):
        project.page_file("pages/p1.png")


def test_pages_come_in_natural_order_and_nothing_else_comes(project):
    assert project.page_files() == []
    project.pages.mkdir()
    for name in ("p10.png", "P2.JPG", "p1.png", "notes.txt", ".hidden.png", "p2b.webp"):
        (project.pages / name).touch()
    assert [path.name for path in project.page_files()] == ["p1.png", "P2.JPG", "p2b.webp", "p10.png"]


def test_natural_order():
    names = ["page 10", "page 9", "Page 1", "page 1b", "2", "page", "page 09b", "03"]
    assert sorted(names, key=natural) == ["2", "03", "page", "Page 1", "page 1b", "page 9", "page 09b", "page 10"]


# -- runs -------------------------------------------------------------------------------------------------------------


def test_a_run_is_resumed_until_it_is_whole(project):
    first = project.open_run("fit", "key a", {"steps": 3})

    assert first.name == "0001-fit"
    assert read_json(first / "config.json") == {"key": "key a", "steps": 3}
    assert project.open_run("fit", "key a", {"steps": 3}) == first
    assert project.finished_run("fit") is None  # no meta.json: not whole
    write_json(first / "meta.json", {"key": "key a"})
    assert project.finished_run("fit") == project.finished_run("fit", "key a") == first
    assert project.finished_run("fit", "key b") is None
    assert project.open_run("fit", "key a", {}).name == "0002-fit"


def test_another_key_or_stage_gets_a_run_of_its_own(project):
    names = [project.open_run(stage, key, {}).name for stage, key in (("fit", "a"), ("fit", "b"), ("train", "a"))]
    assert names == ["0001-fit", "0002-fit", "0003-train"]
    assert [run.name for run in project.runs("fit")] == names[:2]


def test_runs_are_ordered_by_number_and_strangers_are_left_alone(project):
    for name in ("0009-fit", "0010-fit", "notes-fit", "12-fit", "0011-fitter", "0011-train"):
        (project.root / "runs" / name).mkdir(parents=True)
    (project.root / "runs" / "0012-fit").touch()

    assert [run.name for run in project.runs("fit")] == ["0009-fit", "0010-fit"]
    assert int(project.open_run("fit", "k", {}).name.split("-")[0]) > 12


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"])
def test_a_damaged_meta_file_is_no_finished_run(project, text):
    run = project.open_run("fit", "key", {})
    (run / "meta.json").write_bytes(text.encode("latin-1"))
    assert project.finished_run("fit") is None


def test_the_newest_whole_run_counts(project):
    for key in ("a", "b", "a"):
        run = project.open_run("fit", key, {})
        write_json(run / "meta.json", {"key": key})
    assert project.finished_run("fit", "a") == project.root / "runs" / "0003-fit"
    assert project.finished_run("fit", "b") == project.root / "runs" / "0002-fit"


# -- the lock ---------------------------------------------------------------------------------------------------------


def test_a_second_command_is_turned_away_and_the_lock_is_given_back(project):
    other = (
        "import sys; from pathlib import Path; from inkwright.project import Project; from inkwright.errors import *\n"
        "try:\n  with Project(Path(sys.argv[1])).lock(): pass\nexcept ProjectError as e: print(e); sys.exit(3)"
    )
    command = [sys.executable, "-c", other, str(project.root)]
    with project.lock():
        turned_away = subprocess.run(command, capture_output=True, text=True, check=False)
    assert turned_away.returncode == 3
    assert str(project.root) in turned_away.stdout
    assert "Wait until it is done" in turned_away.stdout
    assert subprocess.run(command, check=False).returncode == 0


def test_the_lock_is_given_back_after_an_error(project):
    with pytest.raises(KeyError), project.lock():
        raise KeyError
    with project.lock():
        pass


# -- writing ----------------------------------------------------------------------------------------------------------


def test_a_write_makes_folders_and_leaves_nothing_beside(tmp_path):
    write_bytes(tmp_path / "a" / "b" / "x.bin", b"one")
    write_bytes(tmp_path / "a" / "b" / "x.bin", b"two")
    assert everything(tmp_path) == {"a/b/x.bin": b"two"}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EACCES, "may not be written"),
        (errno.EROFS, "may not be written"),
        (errno.EIO, "could not be written"),
    ],
)
@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_a_failed_write_leaves_the_earlier_file_whole(tmp_path, monkeypatch, number, said, at):
    path = tmp_path / "x.json"
    write_bytes(path, b"earlier")

    def fail(*_):
        raise OSError(number, os.strerror(number))

    if at == "fsync":
        monkeypatch.setattr(module.os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DiskError) as caught:
        write_bytes(path, b"later" * 1000)
    assert said in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert everything(tmp_path) == {"x.json": b"earlier"}


def test_an_interrupted_write_leaves_the_earlier_file_whole(tmp_path, monkeypatch):
    write_bytes(tmp_path / "x", b"earlier")

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "x", b"later")
    assert everything(tmp_path) == {"x": b"earlier"}


def test_the_file_is_synced_before_it_replaces_the_earlier_one(tmp_path, monkeypatch):
    order = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(module.os, "fsync", lambda f: (order.append("sync"), sync(f)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (order.append("replace"), replace(self, to)))
    write_bytes(tmp_path / "x", b"data")
    assert order == ["sync", "replace"]


def test_a_real_full_device_is_one_clear_sentence(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(DiskError, match="disk is full"), module.guarded(tmp_path), open("/dev/full", "wb", 0) as file:  # noqa: PTH123
        file.write(b"x")


def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(DiskError) as caught:
        write_bytes(tmp_path / "a" / "x", b"data")
    assert str(tmp_path / "a" / "x") in caught.value.message


# -- reading and keys -------------------------------------------------------------------------------------------------


def test_json_survives_being_written_and_read(tmp_path):
    write_json(tmp_path / "x.json", {"words": "Čau", "n": [1, None]})
    assert read_json(tmp_path / "x.json") == {"words": "Čau", "n": [1, None]}
    assert "Čau" in (tmp_path / "x.json").read_text(encoding="utf-8")
    assert read_json(tmp_path / "y.json") is None


def test_texts_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        read_text(tmp_path / "x.toml")
    (tmp_path / "x.toml").write_bytes("Čau".encode("cp1250"))
    with pytest.raises(ConfigError, match="is not UTF-8") as caught:
        read_text(tmp_path / "x.toml")
    assert str(tmp_path / "x.toml") in caught.value.message
    with pytest.raises(ConfigError, match="cannot be read"):
        read_text(tmp_path)


def test_a_key_depends_on_content_and_nothing_else(tmp_path):
    a, b = tmp_path / "a.png", tmp_path / "b.png"
    a.write_bytes(b"same")
    b.write_bytes(b"same")

    assert digest(a) == digest(b)
    assert digest({"x": 1, "y": 2}) == digest({"y": 2, "x": 1})
    b.write_bytes(b"else")
    parts = [digest(a), digest(b), digest("a", "b"), digest("ab"), digest("b", "a"), digest(1), digest("1"), digest()]
    assert len(set(parts)) == len(parts)


def test_a_key_is_the_same_in_every_process():
    code = "from inkwright.project import digest; print(digest({'ž': [1, 2.5]}, 'x', b'y'))"
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env).stdout
    assert out.strip() == digest({"ž": [1, 2.5]}, "x", b"y")
    assert json.dumps(digest()) == f'"{digest()}"'
