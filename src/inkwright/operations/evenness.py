"""How far elements' colours are moved in each panel once it is painted: measured at the end of a fit, kept with it."""

from pathlib import Path

import torch

from inkwright.book import Prior
from inkwright.images import Floats, to_float
from inkwright.learn import checkpoint
from inkwright.learn.evening import moves
from inkwright.learn.tensors import to_picture
from inkwright.operations.rounds import Material, load_stylizer

EVENING = "evening.safetensors"


@torch.no_grad()
def find(run: Path, network: str, material: Material) -> None:
    """Writes evening.safetensors; nothing where no colours are known of any element.

    Args:
        run: the run's folder.
        network: name of the file of the network that paints the book.
        material: its panels.
    """
    if not any(material.spots):
        return
    net, painted = load_stylizer(run / network), []
    for j, canvas in enumerate(material.panels):
        inputs = [canvas.x.float(), canvas.base.float()]
        if material.places:
            inputs.append(material.places[j].float())
        painted.append(to_float(to_picture(net(*inputs))))
    found = moves(painted, material.spots, material.lights)
    tensors = {f"{j}.{i}": torch.from_numpy(move) for j, its in enumerate(found) for i, move in sorted(its.items())}
    checkpoint.save_tensors(run / EVENING, tensors)


def load(run: Path, prior: Prior) -> dict[str, dict[int, Floats]]:
    """Panel id → element index → (k, 3) in OKLab; empty where nothing was kept."""
    out: dict[str, dict[int, Floats]] = {}
    if (run / EVENING).is_file():
        for name, move in checkpoint.load_tensors(run / EVENING).items():
            j, i = (int(part) for part in name.split("."))
            out.setdefault(prior.panels[j], {})[i] = move.numpy()
    return out


__all__ = ["EVENING", "find", "load"]
