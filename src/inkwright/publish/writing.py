"""Files and folders that are written whole or not at all, and zip archives with the same bytes each time."""

import contextlib
import ctypes
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from inkwright.errors import DiskError
from inkwright.project import guarded

_TIME = (1980, 1, 1, 0, 0, 0)
_EXCHANGE, _HERE = 2, -100
"""Linux: RENAME_EXCHANGE and AT_FDCWD of renameat2(2)."""


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A folder to be filled, which then takes the place of an earlier one as a whole.

    What a killed run left beside it is cleared first, and an earlier folder that was just being moved is put back.

    Raises:
        DiskError: disk full, no permission, or a file stands where the folder belongs; the earlier one is left.
    """
    part, old = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.old")
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_dir():
            raise DiskError(f"{path} is a file; a folder belongs there.", "Move that file away.")
        if old.exists() and not path.exists():
            old.replace(path)
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        part.mkdir()
        try:
            yield part
            for file in sorted(part.rglob("*")):
                if file.is_file():
                    _sync(file)
            _swap(part, path, old)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(part, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _swap(part: Path, path: Path, old: Path) -> None:
    """Puts `part` in the place of `path`: in one step where the system can, else with a moment in between."""
    if not path.exists():
        part.replace(path)
    elif not _exchanged(part, path):
        path.replace(old)
        part.replace(path)


def _exchanged(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def add_file(archive: zipfile.ZipFile, name: str, data: bytes | str) -> None:
    """Adds a file to an archive: stored, at a fixed time, so that the same data gives the same bytes."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = 3  # the same bytes on every system
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_STORED  # pictures do not shrink, and zlib versions differ in their bytes
    archive.writestr(entry, data.encode() if isinstance(data, str) else data)
