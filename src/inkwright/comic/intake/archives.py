"""ZIP and CBZ: what is in them, and one file out of them. Nothing is ever unpacked under a name from the archive.

Still, an archive that names a place outside, or links, was made to do harm and is refused as a whole.
"""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from inkwright.comic.intake.limits import RATIO_FROM, Limits
from inkwright.errors import PictureError
from inkwright.project import guarded, natural

CHUNK = 1 << 20
_LINK = 0o120000
_FORMAT = 0o170000


@contextlib.contextmanager
def opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """An archive that is open for reading.

    Raises:
        PictureError: it is damaged, encrypted, or packed in a way that is not read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise PictureError(f"{name} is damaged: {error}.", "Copy or download it again.") from None
    except NotImplementedError:
        raise PictureError(
            f"{name} is packed in a way that cannot be read.", "Unpack it, and take in the folder."
        ) from None
    except RuntimeError as error:  # zipfile says so where a password is missing
        if "encrypted" not in str(error) and "password" not in str(error):
            raise
        raise _locked(name) from None
    except (OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise PictureError(f"{name} is damaged: {error}.", "Copy or download it again.") from None


def _locked(name: str) -> PictureError:
    return PictureError(f"{name} is protected by a password.", "Unpack it, and take in the folder.")


def members(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files of an archive in natural order; folders are left out.

    Raises:
        PictureError: a path that leads outside, a link, a password, too many files, or more than may be unpacked.
    """
    infos = [info for info in archive.infolist() if not info.is_dir()]
    limits.count(name, len(infos), "files")
    total = 0
    for info in infos:
        _check_path(info, name)
        if info.flag_bits & 0x1:
            raise _locked(name)
        grows = info.file_size / max(1, info.compress_size)
        if info.file_size > RATIO_FROM and grows > limits.ratio:
            raise PictureError(
                f"{name} holds {_short(info)}, which grows {grows:.0f} times when it is unpacked; "
                f"at most {limits.ratio:g} times are allowed.",
                "If you trust it, unpack it yourself, or set imports.max_ratio higher.",
            )
        total += info.file_size
    if total > limits.unpacked:
        raise PictureError(
            f"{name} holds {total // 10**6} MB, unpacked; at most {limits.unpacked // 10**6} MB are.",
            "Take in a part of it, or set imports.max_unpacked_mb higher.",
        )
    return sorted(infos, key=lambda info: natural_path(info.filename))


def natural_path(path: str) -> list[list[tuple[int, int, str]]]:
    """A sort key of a path: folder by folder, numbers by their value."""
    return [natural(part) for part in path.replace("\\", "/").split("/")]


def _short(info: zipfile.ZipInfo) -> str:
    return repr(info.filename[:80])


def _check_path(info: zipfile.ZipInfo, name: str) -> None:
    # `ZipInfo` cuts names at a zero byte; what was written in the archive is asked.
    path = PurePosixPath(info.orig_filename.replace("\\", "/"))
    drive = len(path.parts) > 0 and len(path.parts[0]) == 2 and path.parts[0][1] == ":"
    if path.is_absolute() or ".." in path.parts or drive or "\0" in str(path):
        raise PictureError(f"{name} names a place outside of itself: {_short(info)}.", "Do not trust it.")
    if (info.external_attr >> 16) & _FORMAT == _LINK:
        raise PictureError(f"{name} holds a link: {_short(info)}.", "Put the picture itself into it.")


def head(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    """The first bytes of a file in an archive."""
    with archive.open(info) as file:
        return file.read(size)


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str, limits: Limits) -> None:
    """Writes one file of an archive to `target`; what it really holds is counted, whatever it declares.

    Raises:
        PictureError: it is damaged, or larger than declared or allowed.
    """
    most = min(info.file_size, limits.unpacked)
    with archive.open(info) as file, guarded(target), target.open("wb") as out:
        _copy(file, out, most, name)


def _copy(file: IO[bytes], out: IO[bytes], most: int, name: str) -> None:
    done = 0
    while block := file.read(CHUNK):
        done += len(block)
        if done > most:
            raise PictureError(f"{name} holds more than it declares.", "Do not trust it.")
        out.write(block)
