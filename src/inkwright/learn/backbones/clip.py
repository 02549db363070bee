"""CLIP from transformers, as pictures and texts in one space: the words of a look beyond the vocabulary.

Source: A. Radford et al., "Learning transferable visual models from natural language supervision", 2021. transformers
is an extra, `clip`, and imported when a checkpoint is loaded. Checkpoints are folders with config.json,
safetensors and a tokenizer; a hub is never asked here.
"""

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor

from inkwright.errors import BackboneError
from inkwright.learn.backbones.weight_files import PICKLES, check_kind, folder, pickled

CHECKPOINT = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
"""Fetched where no other is named: a ViT-B/32 under the MIT licence whose weights lie on the hub as safetensors."""
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of CLIP's own pictures, where a checkpoint does not say otherwise."""
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
TOKENIZERS = (("tokenizer.json",), ("vocab.json", "merges.txt"))
"""Files of which one group must be there."""
NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


class Clip:
    """A CLIP checkpoint.

    Args:
        model: transformers' CLIPModel.
        tokenizer: of texts to numbers.
        mean, deviation: of a picture's channels.

    Attributes:
        side: of the pictures that it sees, in pixels.
        longest: numbers that a text may have, those of its start and end included.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        mean: Sequence[float] = MEAN,
        deviation: Sequence[float] = DEVIATION,
    ) -> None:
        self.model, self.tokenizer = model.eval().requires_grad_(False), tokenizer
        self.mean = torch.tensor(list(mean)).view(1, 3, 1, 1)
        self.deviation = torch.tensor(list(deviation)).view(1, 3, 1, 1)
        self.side = int(model.config.vision_config.image_size)
        self.longest = int(model.config.text_config.max_position_embeddings)

    def pictures(self, V: Tensor) -> Tensor:
        """(B, 3, side, side) RGB in [0, 1] → (B, D) of length 1, with gradients."""
        seen = self.model.vision_model(pixel_values=(V - self.mean) / self.deviation).pooler_output
        return F.normalize(self.model.visual_projection(seen), dim=1)

    @torch.no_grad()
    def texts(self, texts: Sequence[str]) -> Tensor:
        """(N, D) of length 1."""
        rows = []
        for text in texts:  # one by one: padding would have to be told apart, and they are few
            ids = torch.tensor([self.tokenizer(text)["input_ids"]])
            read = self.model.text_model(input_ids=ids, attention_mask=torch.ones_like(ids)).pooler_output
            rows.append(F.normalize(self.model.text_projection(read), dim=1))
        return torch.cat(rows)

    def length(self, text: str) -> int:
        """How many numbers a text becomes, its start and end included."""
        return len(self.tokenizer(text, verbose=False)["input_ids"])


def place_of(checkpoint: str) -> Path:
    """Where `backbones --get clip` puts a checkpoint of the hub."""
    return folder() / checkpoint.replace("/", "--")


def find_checkpoint(where: str = "") -> Path:
    """The folder of a checkpoint on this machine.

    Args:
        where: a folder, a name on the hub that has been fetched, or empty for the usual one.

    Raises:
        BackboneError: it is not here, or lacks a file; naming it.
    """
    given = Path(where).expanduser() if where else place_of(CHECKPOINT)
    if given.is_dir():
        return _complete(given)
    if given.is_file():
        if given.suffix.lower() in PICKLES:
            raise pickled(given)
        raise BackboneError(f"{given} is a file.", "Name the folder that it lies in: CLIP needs its config.json, too.")
    name = where or CHECKPOINT
    if where and not NAME.fullmatch(where):
        raise BackboneError(f"{where} does not exist.", "Name a folder, or a checkpoint of the hub, in fit.weights.")
    for place in (place_of(name), *_elsewhere(name)):
        if place.is_dir():
            return _complete(place)
    get = f" --checkpoint {name}" if where and name != CHECKPOINT else ""
    raise BackboneError(
        f"CLIP ({name}) is not on this machine: {place_of(name)} does not exist.",
        f"Run: inkwright backbones --get clip{get}, or put the files of {name} there, or name a folder in fit.weights.",
    )


def _elsewhere(name: str) -> Iterator[Path]:
    """Where other programs have put a checkpoint already: the hub's own cache; nothing is fetched."""
    with contextlib.suppress(Exception):  # an extra that is not there, or a cache in whatever state
        from huggingface_hub import snapshot_download

        yield Path(snapshot_download(name, local_files_only=True))


def _complete(where: Path) -> Path:
    """The same folder, if it holds all that is needed."""
    if not (where / "config.json").is_file():
        raise BackboneError(
            f"{where} has no config.json, so it is no checkpoint of CLIP.", "Name its folder in fit.weights."
        )
    for path in weights_of(where):
        check_kind(path)
    if not any(all((where / name).is_file() for name in group) for group in TOKENIZERS):
        raise BackboneError(
            f"{where} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt.",
            "Put those files of the same checkpoint beside its config.json.",
        )
    return where


def weights_of(where: Path) -> list[Path]:
    """The files of a checkpoint's weights.

    Raises:
        BackboneError: there are none, or only pickles.
    """
    if (where / WEIGHTS).is_file():
        return [where / WEIGHTS]
    if (where / INDEX).is_file():
        with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
            names = sorted(set(json.loads((where / INDEX).read_text(encoding="utf-8"))["weight_map"].values()))
            return [where / Path(name).name for name in names]
        raise BackboneError(f"{where / INDEX} cannot be read.", "Fetch it again.")
    for path in sorted(where.iterdir()):
        if path.suffix.lower() in PICKLES:
            raise pickled(path)
    raise BackboneError(f"{where} has no {WEIGHTS}.", "Put it beside config.json.")


def load_clip(where: str = "") -> Clip:
    """A checkpoint of CLIP; nothing is fetched.

    Args:
        where: see `find_checkpoint`.

    Raises:
        BackboneError: transformers is not installed, or the checkpoint is missing, a pickle, damaged, or another model.
    """
    found = find_checkpoint(where)
    kind = _read(found / "config.json").get("model_type")
    if kind != "clip":
        raise BackboneError(f"{found} holds the model '{kind}', not 'clip'.", "Name a checkpoint of CLIPModel.")
    try:
        import transformers
    except ImportError:
        raise BackboneError(
            "CLIP needs the package transformers, which is not installed.", "Run: pip install transformers"
        ) from None
    try:
        with _quiet(transformers):
            loaded: Any = transformers.CLIPModel.from_pretrained(
                str(found), local_files_only=True, use_safetensors=True, output_loading_info=True
            )
            model, told = loaded
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(found), local_files_only=True)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        why = " ".join(str(error).split())[:160].rstrip(".")
        raise BackboneError(f"{found} cannot be loaded as CLIP: {why}.", "Fetch that checkpoint again.") from None
    wrong = sorted(name for name in told["missing_keys"] if not name.endswith("position_ids"))
    wrong += sorted(str(name) for name in told.get("mismatched_keys", ()))
    if wrong:
        said = f"'{wrong[0]}' is missing in its weights, or of another shape than config.json says"
        raise BackboneError(f"{found}: {said}.", "Fetch that checkpoint again.")
    model = model.float()
    if not all(bool(torch.isfinite(p).all()) for p in model.parameters()):
        raise BackboneError(f"{weights_of(found)[0]} holds values that are no numbers.", "Fetch it again.")
    seen = _read(found / "preprocessor_config.json")
    return Clip(model, tokenizer, seen.get("image_mean") or MEAN, seen.get("image_std") or DEVIATION)


def _read(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BackboneError(f"{path} cannot be read: {error}.", "Fetch it again.") from None
    return data if isinstance(data, dict) else {}


@contextlib.contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without the library's own bars and remarks: this program's faces do the talking."""
    log = transformers.utils.logging
    before, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(before)
        if bars:
            log.enable_progress_bar()
