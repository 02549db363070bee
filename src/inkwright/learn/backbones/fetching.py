"""Fetches weights from a model hub, when they are asked for: `inkwright backbones --get` calls this, and nothing else.

A file is written beside its place, checked by the hash that the hub tells of it (or by one that the user gives), and
then moved there. One that was stopped goes on where it was.
"""

import hashlib
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

from inkwright.errors import BackboneError
from inkwright.learn.backbones.weight_files import check_kind
from inkwright.project import guarded

HUB = "https://huggingface.co"
CHUNK = 1 << 20
PATIENCE = 30
"""Seconds to wait for an answer."""


class NotOnHubError(BackboneError):
    """The hub has no such file."""


def address(repo: str, file: str) -> str:
    """Where a file is fetched from; HF_ENDPOINT names another hub."""
    return f"{os.environ.get('HF_ENDPOINT', HUB).rstrip('/')}/{repo}/resolve/main/{file}"


def fetch(repo: str, file: str, path: Path, sha256: str = "") -> Iterator[tuple[int, int]]:
    """Fetches a file; yields (bytes done, bytes in all, 0 where that is not known).

    Args:
        repo: on the hub, such as "timm/vgg19.tv_in1k".
        file: its name there.
        path: where to.
        sha256: what it must hash to; empty: what the hub says.

    Raises:
        NotOnHubError: the hub has no such file.
        BackboneError: no network, no hash to check it by, another hash, or a pickle.
        DiskError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    answer, told = _opened(repo, file, path, part)
    wanted = sha256.lower() or told
    if not wanted:
        answer.close()
        raise BackboneError(
            f"{address(repo, file)} comes without a hash, so it cannot be checked.",
            "Name it with --sha256, from a source that you trust.",
        )
    with answer:
        with guarded(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        yield from _written(answer, part, told or wanted, repo, file, path)
    with guarded(part):
        _tag(part).unlink(missing_ok=True)
        if (got := _hash(part, wanted)) != wanted:
            part.unlink()
            said = f"{address(repo, file)} has the hash {got[:16]}..., but {wanted[:16]}... is expected."
            raise BackboneError(said, "It was not kept. Run the same command again, or put the file there by hand.")
        if path.suffix == ".safetensors":
            _checked(part, repo, file)
        part.replace(path)


def _tag(part: Path) -> Path:
    """Beside a file that is half there: the hash of what it is half of."""
    return part.with_name(f"{part.name}.hash")


def _opened(repo: str, file: str, path: Path, part: Path) -> tuple[Any, str]:
    """The answer, for what is not there yet, and the hash that the hub tells of the whole file."""
    seen, before = _Redirects(), _tag(part)
    try:
        request = urllib.request.Request(address(repo, file), headers={"User-Agent": "inkwright"})
        if part.is_file() and before.is_file():
            request.add_header("Range", f"bytes={part.stat().st_size}-")
        answer = urllib.request.build_opener(seen).open(request, timeout=PATIENCE)
        told = seen.told or _announced(answer.headers)
        if answer.status == 206 and (not told or told != before.read_text(encoding="ascii")):
            answer.close()  # half of another file: from its beginning
            before.unlink()
            return _opened(repo, file, path, part)
        return answer, told
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and before.is_file():  # all of it is there, or more
            before.unlink()
            return _opened(repo, file, path, part)
        kind = NotOnHubError if error.code in (401, 403, 404) else BackboneError
        raise kind(
            f"{address(repo, file)} answered {error.code} {error.reason}.",
            f"Put {file} of {repo} at {path} by hand.",
        ) from None
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        raise _unreachable(repo, file, path, error) from None


def _written(answer: Any, part: Path, tag: str, repo: str, file: str, path: Path) -> Iterator[tuple[int, int]]:
    goes_on = answer.status == 206
    with guarded(part):
        done = part.stat().st_size if goes_on else 0
        _tag(part).write_text(tag, encoding="ascii")
    length = int(answer.headers.get("Content-Length") or 0)
    total = done + length if length else 0
    with guarded(part), part.open("ab" if goes_on else "wb") as out:
        while block := _read(answer, repo, file, path):
            out.write(block)
            done += len(block)
            yield done, total
        out.flush()
        os.fsync(out.fileno())
    if done < total:
        raise BackboneError(
            f"{address(repo, file)} ended after {done} of {total} bytes.", "Run the same command again: it goes on."
        )


def _read(answer: Any, repo: str, file: str, path: Path) -> bytes:
    try:
        block: bytes = answer.read(CHUNK)
    except (HTTPException, OSError, ValueError) as error:
        raise _unreachable(repo, file, path, error) from None
    return block


def _checked(part: Path, repo: str, file: str) -> None:
    try:
        check_kind(part)
    except BackboneError as error:
        part.unlink()
        said = error.message.replace(str(part), f"{address(repo, file)}")
        raise BackboneError(said, "It was not kept.") from None


def _unreachable(repo: str, file: str, path: Path, error: Exception) -> BackboneError:
    why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return BackboneError(
        f"{address(repo, file)} cannot be reached ({str(why).rstrip('.')}).",
        f"Without a network: fetch {file} of {repo} on another machine and put it at {path}.",
    )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects and keeps the hash that the first answers tell: the storage behind a hub does not know it."""

    told = ""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Notes the hash."""
        self.told = self.told or _announced(headers, linked=True)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _announced(headers: Any, linked: bool = False) -> str:
    """The hash that a hub tells: a SHA-256 of large files, git's own hash of small ones; or an empty text."""
    for name in ("X-Linked-Etag",) if linked else ("X-Linked-Etag", "ETag"):
        tag = str(headers.get(name) or "").strip().removeprefix("W/").strip('"')
        if re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{40}", tag):
            return tag
    return ""


def _hash(path: Path, like: str) -> str:
    """The hash of a file, of the same kind as another."""
    if len(like) == 40:
        told = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        with path.open("rb") as file:
            while block := file.read(CHUNK):
                told.update(block)
        return told.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
