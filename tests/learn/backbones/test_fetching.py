import hashlib
import http.server
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.torch import save

from inkwright.errors import BackboneError
from inkwright.learn.backbones.fetching import NotOnHubError, fetch
from pretrained import vgg_weights

DATA = save(vgg_weights("narrow")) + b""
SMALL = b'{"model_type": "clip"}\n'
REPO, FILE = "timm/tiny", "model.safetensors"


class Hub(http.server.BaseHTTPRequestHandler):
    """A hub that tells a file's hash and leads on to a storage that does not."""

    data = DATA
    tag: str | None = hashlib.sha256(DATA).hexdigest()
    short = 0
    """Bytes after which the storage falls silent; 0: none."""
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(f"{self.path} {self.headers.get('Range', '')}".strip())
        if self.path == f"/{REPO}/resolve/main/{FILE}":
            self.send_response(302)
            self.send_header("Location", "/storage")
            self.send_header("Content-Length", "0")
            if self.tag:
                self.send_header("X-Linked-Etag", f'"{self.tag}"')
            self.end_headers()
        elif self.path == f"/{REPO}/resolve/main/config.json":
            told = hashlib.sha1(b"blob %d\0" % len(SMALL) + SMALL, usedforsecurity=False).hexdigest()
            self._send(SMALL, 200, told)
        elif self.path == "/storage":
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            if start >= len(self.data):
                self.send_error(416)
                return
            self._send(self.data[start:], 206 if start else 200, "not-a-hash", self.short)
        else:
            self.send_error(404)

    def _send(self, data: bytes, status: int, tag: str, short: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{tag}"')
        self.end_headers()
        self.wfile.write(data[: short or None])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    made = type("OneHub", (Hub,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), made)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def test_a_file_is_fetched_with_progress_and_the_hash_told_before_the_storage(hub: type[Hub], tmp_path: Path):
    path = tmp_path / "new" / "tiny.safetensors"
    seen = list(fetch(REPO, FILE, path))
    assert seen[-1] == (len(DATA), len(DATA))
    assert path.read_bytes() == DATA
    assert names(path.parent) == ["tiny.safetensors"]


def test_small_files_are_checked_by_gits_own_hash(hub: type[Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    list(fetch(REPO, "config.json", tmp_path / "config.json"))
    assert (tmp_path / "config.json").read_bytes() == SMALL
    monkeypatch.setitem(globals(), "SMALL", SMALL.replace(b"clip", b"clop"))
    with pytest.raises(BackboneError, match="hash"):
        list(fetch(REPO, "config.json", tmp_path / "b.json", "0" * 64))


@pytest.mark.parametrize("by", ["hub", "author", "pickle", "unchecked", "name"])
def test_a_wrong_file_is_not_kept(hub: type[Hub], tmp_path: Path, by: str):
    repo, sha256, path = REPO, "", tmp_path / "tiny.safetensors"
    if by == "hub":
        hub.tag = "a" * 64
    elif by == "author":
        sha256 = "b" * 64
    elif by == "pickle":
        hub.data = pickle.dumps([1])
        hub.tag = hashlib.sha256(hub.data).hexdigest()
    elif by == "unchecked":
        hub.tag = None
    else:
        repo = "timm/other"
    with pytest.raises(NotOnHubError if by == "name" else BackboneError) as caught:
        list(fetch(repo, FILE, path, sha256))
    assert names(tmp_path) == []
    assert caught.value.hint
    assert {"hub": "hash", "author": "hash", "pickle": "pickle", "unchecked": "without a hash", "name": "404"}[by] in (
        caught.value.message
    )


def test_a_hash_that_the_user_names_serves_where_the_hub_tells_none(hub: type[Hub], tmp_path: Path):
    hub.tag = None
    list(fetch(REPO, FILE, tmp_path / "a.safetensors", hashlib.sha256(DATA).hexdigest().upper()))
    assert names(tmp_path) == ["a.safetensors"]


def test_a_fetch_that_broke_off_goes_on_where_it_was(hub: type[Hub], tmp_path: Path):
    path, hub.short = tmp_path / "tiny.safetensors", 1000
    with pytest.raises(BackboneError) as caught:
        list(fetch(REPO, FILE, path))
    assert "again" in caught.value.hint or "network" in caught.value.hint
    assert not path.exists()
    hub.short = 0
    assert list(fetch(REPO, FILE, path))[-1] == (len(DATA), len(DATA))
    assert hub.asked[-1] == "/storage bytes=1000-"
    assert path.read_bytes() == DATA
    assert names(tmp_path) == ["tiny.safetensors"]


def test_half_of_another_file_is_begun_anew(hub: type[Hub], tmp_path: Path):
    path, hub.short = tmp_path / "tiny.safetensors", 1000
    with pytest.raises(BackboneError):
        list(fetch(REPO, FILE, path))
    hub.short, hub.data = 0, save(vgg_weights("normalised"))
    hub.tag = hashlib.sha256(hub.data).hexdigest()
    list(fetch(REPO, FILE, path))
    assert path.read_bytes() == hub.data


def test_a_stopped_fetch_leaves_nothing_that_could_be_taken_for_the_file(hub: type[Hub], tmp_path: Path):
    path = tmp_path / "tiny.safetensors"
    going = fetch(REPO, FILE, path)
    next(going)
    going.close()
    assert not path.exists()
    assert list(fetch(REPO, FILE, path)) is not None
    assert path.read_bytes() == DATA


def test_offline_is_one_sentence_that_says_where_the_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(BackboneError) as caught:
        list(fetch(REPO, FILE, tmp_path / "tiny.safetensors"))
    assert "cannot be reached" in caught.value.message
    assert str(tmp_path / "tiny.safetensors") in caught.value.hint
    assert "\n" not in str(caught.value)
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    with pytest.raises(BackboneError, match="cannot be reached"):
        list(fetch(REPO, FILE, tmp_path / "tiny.safetensors"))
