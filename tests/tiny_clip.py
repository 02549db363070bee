"""A CLIP of two layers with random weights, saved as real ones are; for tests. Skips where transformers is missing."""

import warnings
from pathlib import Path

import pytest
import torch


def save_clip(folder: Path, seed: int = 0) -> Path:
    """Writes config.json, model.safetensors and a tokenizer of single letters to a folder."""
    with warnings.catch_warnings():  # of a library's own
        warnings.simplefilter("ignore")
        transformers = pytest.importorskip("transformers")
    vocab = {letter: n for n, letter in enumerate(letters())}
    vocab |= {f"{letter}</w>": len(vocab) + n for n, letter in enumerate(letters())}
    vocab |= {"<|startoftext|>": len(vocab), "<|endoftext|>": len(vocab) + 1}
    start, end = vocab["<|startoftext|>"], vocab["<|endoftext|>"]
    small = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    ends = {"bos_token_id": start, "eos_token_id": end, "pad_token_id": end}
    text = small | ends | {"vocab_size": len(vocab), "max_position_embeddings": 77}
    config = transformers.CLIPConfig(
        text_config=text, vision_config=small | {"image_size": 32, "patch_size": 8}, projection_dim=12
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = transformers.CLIPModel(config)
        for p in model.parameters():  # far enough from nothing that pictures and texts differ
            p.data += 0.15 * torch.randn_like(p)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    transformers.CLIPTokenizer(vocab=vocab, merges=[]).save_pretrained(folder)
    return folder


def letters() -> list[str]:
    """The 256 letters that stand for bytes in a byte-level vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + n) for n in range(len(rest))]
