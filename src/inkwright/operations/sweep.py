"""Chooses how much of the element terms' work the book keeps: the most that the style can afford.

Plain and fitted networks start from the same weights and stay close, so that every blend of their weights is a network
as well. That makes a sweep of the style's weight without another fit. After X. Wang et al., "Deep network interpolation
for continuous imagery effect transition", 2019.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inkwright.learn import checkpoint
from inkwright.learn.canvas import Canvas, Look
from inkwright.learn.style_distance import StyleDistance
from inkwright.learn.tensors import given, to_tensor
from inkwright.operations.rounds import Material, load_stylizer, with_places

BOOK = "book.safetensors"
"""The network that paints the book."""
BLENDS = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25)
"""Shares of the fitted network that are tried; the rest is plain."""
LOOKED = 16
"""At most so many panels, spread over the book, are looked at."""


def sweep(run: Path, look: Look, material: Material, cost: float) -> dict[str, Any]:
    """Writes book.safetensors, the largest blend whose style distance is at most (1 + cost) times plain's.

    Args:
        run: with plain.safetensors and fitted.safetensors.
        look: of the book.
        material: its panels.
        cost: the share of plain's style distance that may be given up; 1 or more sets no limit.

    Returns:
        "blend", and the style distances "plain" and "fitted" (of the chosen blend), for the run's meta.json.
    """
    distance = StyleDistance(to_tensor(look.style))
    J = len(material.panels)
    looked = sorted({round(n * (J - 1) / max(1, LOOKED - 1)) for n in range(LOOKED)})
    looked = [j for j in looked if _in_its_style(material.panels[j])] or looked
    plain = checkpoint.load_tensors(run / "plain.safetensors")
    fitted = checkpoint.load_tensors(run / "fitted.safetensors")
    net = load_stylizer(run / "fitted.safetensors")
    plain = with_places(net, plain)
    none = [torch.zeros_like(places) for places in material.places]
    own = _mean(distance, net, plain, material.plain, (none, material.words), looked)
    blend, got = BLENDS[-1], 0.0
    for blend in BLENDS:
        weights = blended(plain, fitted, blend)
        got = _mean(distance, net, weights, material.panels, (material.places, material.words), looked)
        if cost >= 1 or got <= (1 + cost) * own:
            break
    checkpoint.save_tensors(run / BOOK, blended(plain, fitted, blend))
    return {"blend": blend, "plain": round(own, 6), "fitted": round(got, 6)}


def blended(plain: dict[str, Tensor], fitted: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Weights between two networks: `share` of the second."""
    return {name: torch.lerp(plain[name], fitted[name], share) for name in fitted}


def _in_its_style(canvas: Canvas) -> bool:
    """Whether a panel is in the book's style, at least by half."""
    return canvas.other is None or float(canvas.other.float().mean()) <= 0.5


@torch.no_grad()
def _mean(
    distance: StyleDistance,
    net: torch.nn.Module,
    weights: dict[str, Tensor],
    panels: list[Canvas],
    planes: tuple[list[Tensor], list[Tensor]],
    looked: list[int],
) -> float:
    """Mean style distance of the panels that are looked at; `planes`: where elements and words are, or none."""
    total = 0.0
    for j in looked:
        told = given(*(its[j].float() if its else None for its in planes))
        inputs = [panels[j].x.float(), panels[j].base.float(), *told]
        total += distance(torch.func.functional_call(net, weights, tuple(inputs)))
    return total / len(looked)
