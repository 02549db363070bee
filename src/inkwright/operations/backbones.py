"""`backbones`: which pretrained networks are on this machine, and fetches them when it is asked to."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from inkwright.errors import BackboneError, UserError
from inkwright.events import Clock, Event, Finished, Saved, Started, Step, Table, Warned
from inkwright.learn.backbones import BACKBONES, load_backbone, put
from inkwright.learn.backbones.clip import (
    CHECKPOINT,
    INDEX,
    NAME,
    TOKENIZERS,
    WEIGHTS,
    find_checkpoint,
    place_of,
    weights_of,
)
from inkwright.learn.backbones.fetching import NotOnHubError, fetch
from inkwright.learn.backbones.weight_files import check_kind, folder, sha256_of

MB = 1_000_000
BESIDE = ("preprocessor_config.json", "tokenizer_config.json", "special_tokens_map.json")
"""Files of a checkpoint that it may do without."""


def backbones(get: str = "", checkpoint: str = "", sha256: str = "") -> Iterator[Event]:
    """Shows the table of backbones; with `get`, fetches the weights of one first.

    Args:
        get: name of the backbone to fetch; empty: none.
        checkpoint: of clip, as it is named on the hub; empty: the usual one.
        sha256: what the file of weights must hash to; empty: what the hub says.

    Raises:
        UnknownChoiceError: no such backbone.
        BackboneError: no network, a wrong hash, a pickle, another network's weights.
        UserError: options that do not belong together.
    """
    sha256 = _checked(get, checkpoint, sha256)
    yield Started("backbones")
    if get:
        yield from _get_clip(checkpoint or CHECKPOINT, sha256) if get == "clip" else _get(get, sha256)
    rows = tuple((name, BACKBONES[name].says, *_state(name)) for name in BACKBONES)
    yield Table("backbones", f"Backbones (weights in {folder()})", ("backbone", "what", "state", "file"), rows)
    act = "" if get else "; to fetch one: inkwright backbones --get vgg19"
    yield Finished("backbones", f"use one with --fit-backbone{act}", False)


def _checked(get: str, checkpoint: str, sha256: str) -> str:
    """Refuses options that do not belong together; the hash in small letters."""
    if get:
        BACKBONES[get]  # told if there is none
    if (checkpoint and get != "clip") or (sha256 and not get):
        raise UserError("--checkpoint goes with --get clip, --sha256 with --get.", "See: inkwright backbones --help")
    if checkpoint and not NAME.fullmatch(checkpoint):
        raise UserError(
            f"'{checkpoint[:80]}' is no name on the hub.",
            f"Write it as in {CHECKPOINT}; a folder of your own needs no fetching: name it in fit.weights.",
        )
    sha256 = sha256.strip().lower()
    if sha256 and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
        raise UserError(f"'{sha256[:80]}' is no SHA-256.", "Write its 64 digits.")
    return sha256


def _state(name: str) -> tuple[str, str]:
    """(state, file) of a backbone."""
    entry = BACKBONES[name]
    if name == "clip":
        missing = "" if importlib.util.find_spec("transformers") else "; needs: pip install transformers"
        try:
            found = find_checkpoint()
        except BackboneError:
            return f"not here{missing}", str(place_of(CHECKPOINT))
        return f"here, {sum(p.stat().st_size for p in weights_of(found)) / MB:.0f} MB{missing}", str(found)
    if entry.weights is None:
        return "ready", ""
    path = entry.weights.path
    try:
        check_kind(path)
    except BackboneError as error:
        return ("cannot be used: " + error.message if path.exists() else "not here"), str(path)
    return f"here, {path.stat().st_size / MB:.0f} MB", str(path)


def _get(name: str, sha256: str) -> Iterator[Event]:
    weights = BACKBONES[name].weights
    if weights is None:
        raise UserError(f"'{name}' needs no weights.", "It can be used as it is.")
    if not weights.repo:
        raise BackboneError(f"The weights of {name} are on no hub as safetensors.", f"{weights.path}: {put(weights)}")
    yield from _fetched(weights.repo, weights.file, weights.path, sha256)
    load_backbone(name)  # another network's weights are told now
    yield Saved("backbones", str(weights.path), f"weights of {name}, {weights.licence}")


def _get_clip(checkpoint: str, sha256: str) -> Iterator[Event]:
    where = place_of(checkpoint)
    try:
        yield from _fetched(checkpoint, WEIGHTS, where / WEIGHTS, sha256)
    except NotOnHubError as error:
        try:  # a large one, in several files
            yield from _fetched(checkpoint, INDEX, where / INDEX)
        except NotOnHubError:
            act = f"Only safetensors are used: name another checkpoint, such as --checkpoint {CHECKPOINT}."
            raise BackboneError(error.message, act) from None
        for path in weights_of(where):
            yield from _fetched(checkpoint, path.name, path)
    for name in (*BESIDE, *(name for group in TOKENIZERS for name in group)):
        try:
            yield from _fetched(checkpoint, name, where / name)
        except NotOnHubError:
            continue  # one group of them is enough, and find_checkpoint says so
    yield from _fetched(checkpoint, "config.json", where / "config.json")  # the last: with it, the rest is there
    find_checkpoint(str(where))
    yield Saved("backbones", str(where), f"{checkpoint}; read its licence there")
    if importlib.util.find_spec("transformers") is None:
        yield Warned("backbones", "CLIP needs the package transformers, too.", "Run: pip install transformers")


def _fetched(repo: str, file: str, path: Path, sha256: str = "") -> Iterator[Event]:
    """Fetches a file that is not there yet; one that is there is checked by the hash that was given."""
    if path.exists():
        if sha256 and (got := sha256_of(path)) != sha256:
            raise BackboneError(
                f"{path} has the SHA-256 {got[:16]}..., but {sha256[:16]}... is expected.",
                "Move it away, and run the same command again.",
            )
        return
    clock = Clock("backbones", 0)
    for done, total in fetch(repo, file, path, sha256):
        ran = clock.seconds
        left = round(ran / done * (total - done), 1) if total and done and ran else None
        yield Step("backbones", round(done / MB), round(total / MB), left)
