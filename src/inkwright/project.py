"""The project folder on disk: paths, atomic writes, keys, runs, the lock.

    my-comic/
      inkwright.toml      settings
      straightened/       flat pages made from photos and scans; book.json names those that are used
      pages/ styles/      the author's pictures: never written to after `new` copied them in
      book.json           panels, boxes, balloons        prior.csv  the prior table
      palette.json        the cast palette, and the author's pins
      runs/0003-fit/      config.json, events.jsonl, weights, meta.json (written last: it says that the rest is whole)
      build/              panels/, pages/, plain/, review/, the published files
      .inkwright/cache/   safe to delete

Status is derived from these files. A write goes to a temporary file beside its target, is synced, then replaces it.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import tomlkit
from filelock import FileLock, Timeout

from inkwright.book import Book, Prior, dump_book, parse_book
from inkwright.config import Config, check_config, parse_config
from inkwright.errors import BookError, ConfigError, DiskError, ProjectError
from inkwright.images import EXTENSIONS

STAGES = ("train", "fit")


class Project:
    """One comic's folder.

    Args:
        root: the folder; it must hold inkwright.toml.

    Raises:
        ProjectError: there is no project in that folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if not self.toml.is_file():
            raise ProjectError(
                f"{root} is not an inkwright project: it has no inkwright.toml.",
                f"Make one: inkwright new {quoted(root)}",
            )

    @property
    def toml(self) -> Path:
        """inkwright.toml."""
        return self.root / "inkwright.toml"

    @property
    def book_path(self) -> Path:
        """book.json."""
        return self.root / "book.json"

    @property
    def prior_path(self) -> Path:
        """prior.csv."""
        return self.root / "prior.csv"

    @property
    def pages(self) -> Path:
        """pages/: the author's pages."""
        return self.root / "pages"

    @property
    def straightened(self) -> Path:
        """straightened/: pages that `straighten` made flat."""
        return self.root / "straightened"

    @property
    def corners_path(self) -> Path:
        """corners.json: page corners that the author set."""
        return self.root / "corners.json"

    @property
    def styles(self) -> Path:
        """styles/: the author's style pictures."""
        return self.root / "styles"

    @property
    def build(self) -> Path:
        """build/: everything made for looking at."""
        return self.root / "build"

    @property
    def outlines(self) -> Path:
        """Pages with the outlines of their panels, to check them by eye."""
        return self.build / "outlines"

    @property
    def cache(self) -> Path:
        """.inkwright/cache/: safe to delete."""
        return self.root / ".inkwright" / "cache"

    def config(self) -> Config:
        """The settings; see `parse_config` for errors."""
        return parse_config(read_text(self.toml), str(self.toml))

    def set_config(self, values: dict[str, dict[str, Any]]) -> None:
        """Writes settings into inkwright.toml, keeping its comments and everything else."""
        self.config()  # refuses a file that is broken already, before anything is changed in it
        document = tomlkit.parse(read_text(self.toml))
        for section, settings in values.items():
            table = document.setdefault(section, tomlkit.table())
            for key, value in settings.items():
                table[key] = value
        check_config(document.unwrap(), str(self.toml))
        write_bytes(self.toml, tomlkit.dumps(document).encode())

    def title(self) -> str:
        """The book's title: as set, else the folder's name."""
        folder = self.root.resolve().name.encode("utf-8", "replace").decode()  # a folder's name may be no text at all
        return self.config().book.title or folder.replace("-", " ").replace("_", " ")

    def book(self) -> Book:
        """book.json, or an empty book where there is none yet."""
        if not self.book_path.exists():
            return Book()
        return parse_book(read_text(self.book_path), str(self.book_path))

    def save_book(self, book: Book) -> None:
        """Writes book.json."""
        write_bytes(self.book_path, dump_book(book).encode())

    def page_file(self, file: str) -> Path:
        """The path of a page of book.json, which must lie inside the project.

        Raises:
            BookError: the path leads out of the project.
        """
        if "\0" in file:
            raise BookError(f"book.json names the page {file!r}, which cannot be a file.", "Mend that name.")
        path = (self.root / file).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise BookError(
                f"book.json names the page '{file}', which lies outside the project.", "Copy it into pages/."
            )
        return path

    def page_files(self) -> list[Path]:
        """The pictures in pages/, in natural order (p2 before p10).

        Raises:
            ProjectError: a file's name is not text, so that book.json cannot name it.
        """
        found = pictures_in(self.pages)
        for path in found:
            if not is_text(path.name):
                raise ProjectError(
                    f"The name of the picture {path.name!r} in {self.pages} is not UTF-8 text.", "Rename that file."
                )
        return found

    def straightenings(self) -> dict[str, dict[str, Any]]:
        """What was done to straighten each page, by the name of the author's file."""
        pages = (read_json(self.straightened / "straighten.json") or {}).get("pages")
        return {k: v for k, v in pages.items() if isinstance(v, dict)} if isinstance(pages, dict) else {}

    def picture_of(self, file: Path) -> str:
        """The picture on which a page's panels are looked for: the straightened one where there is one."""
        made = self.straightenings().get(file.name, {}).get("picture")
        return str(made) if made and self.page_file(str(made)).is_file() else f"pages/{file.name}"

    def original(self, file: str) -> str:
        """The author's picture of a page of book.json, which may name the straightened one."""
        made = {str(record.get("picture")): name for name, record in self.straightenings().items()}
        if file not in made and file.startswith("straightened/"):  # the record is lost: the name tells
            return next((f"pages/{f.name}" for f in self.page_files() if f.stem == Path(file).stem), file)
        return f"pages/{made[file]}" if file in made else file

    # -- runs ------------------------------------------------------------------------------------------------------

    def runs(self, stage: str) -> list[Path]:
        """The folders of a stage's runs, oldest first, finished or not."""
        folder = self.root / "runs"
        if not folder.is_dir():
            return []
        return sorted(p for p in folder.iterdir() if p.is_dir() and re.fullmatch(rf"\d{{4,}}-{stage}", p.name))

    def finished_run(self, stage: str, key: str | None = None) -> Path | None:
        """The newest whole run of a stage (with that key, where one is given), or None."""
        for run in reversed(self.runs(stage)):
            meta = read_json(run / "meta.json")
            if meta is not None and (key is None or meta.get("key") == key):
                return run
        return None

    def open_run(self, stage: str, key: str, config: dict[str, Any]) -> Path:
        """The folder for a run with this key: an unfinished one to be resumed, else a new one."""
        for run in reversed(self.runs(stage)):
            made = read_json(run / "config.json")
            if made is not None and made.get("key") == key and not (run / "meta.json").exists():
                return run
        numbers = [
            int(p.name.split("-")[0]) for p in (self.root / "runs").glob("*-*") if p.name.split("-")[0].isdecimal()
        ]
        run = self.root / "runs" / f"{max(numbers, default=0) + 1:04d}-{stage}"
        write_json(run / "config.json", {"key": key, **config})
        return run

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the project for one writing command.

        Raises:
            ProjectError: another command holds it.
        """
        with guarded(self.root):
            (self.root / ".inkwright").mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / ".inkwright" / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ProjectError(
                f"Another inkwright command is at work in {self.root}.", "Wait until it is done, or stop it."
            ) from None
        try:
            yield
        finally:
            lock.release()


def load_prior_text(project: Project) -> str | None:
    """The text of prior.csv, or None where there is none."""
    return read_text(project.prior_path) if project.prior_path.exists() else None


def pictures_in(folder: Path) -> list[Path]:
    """The pictures in a folder, told by their suffixes, in natural order; none where there is no such folder."""
    if not folder.is_dir():
        return []
    found = [p for p in folder.iterdir() if p.suffix.lower() in EXTENSIONS and not p.name.startswith(".")]
    return sorted(found, key=lambda p: natural(p.name))


def quoted(path: Path) -> str:
    """A path as it is typed in a shell, for the commands that a message names."""
    return shlex.quote(str(path))


def from_home(path: str) -> Path:
    """A path in which `~` is the home folder; `~nobody` stays as it is."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8; file names of other systems may hold other bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key: numbers by value, letters by case-folded text."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in re.split(r"(\d+)", name) if part
    ]


def digest(*parts: object) -> str:
    """A short hash of plain data (JSON-able), bytes and file paths (their content)."""
    h = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            with part.open("rb") as file:
                data = hashlib.file_digest(file, "sha256").digest()
        elif isinstance(part, bytes):
            data = part
        else:
            data = json.dumps(part, sort_keys=True, ensure_ascii=False).encode()
        h.update(len(data).to_bytes(8, "big") + data)
    return h.hexdigest()[:24]


def is_full(error: OSError) -> bool:
    """Whether an error says that the disk, or the user's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turns the errors of writing into one clear sentence."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskError(
                f"The disk is full: {path} could not be written.",
                "Free some space and run the same command again; finished work is kept.",
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise DiskError(
                f"{path} may not be written: {error.strerror}.", "Check the permissions of that folder."
            ) from None
        raise DiskError(f"{path} could not be written: {error.strerror or error}.", "Check that path.") from None


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to be written whole or not at all: temporary file beside it, sync, replace.

    Raises:
        DiskError: disk full, or no permission; an earlier file at `path` is left as it was.
    """
    part = path.with_name(f".{path.name}.part")
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all, see `replacing`."""
    with replacing(path) as file:
        file.write(data)


def write_json(path: Path, data: Any) -> None:
    """Writes plain data as a JSON file, whole or not at all."""
    write_bytes(path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object of our own making, or None where it is missing or not whole."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        ConfigError: missing, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist.", "Check the path.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None


__all__ = [
    "Prior",
    "Project",
    "digest",
    "guarded",
    "natural",
    "read_json",
    "read_text",
    "replacing",
    "write_bytes",
    "write_json",
]
