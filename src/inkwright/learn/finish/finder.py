"""The finder: where elements are in panels without boxes, learned from finished panels that have some.

In a finished panel boxes and paints together say whose almost every pixel is. From these, and from the author's marks
on all other panels, the classifiers' trunk is trained on to tell elements apart, cell by cell. It learns from drawings
alone, and is asked about drawings. Marks count as in learning from bags of instances: an element that is absent is in
no cell, one that is there is in some.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from inkwright.learn import augment
from inkwright.learn.finish.colourist import Lesson
from inkwright.learn.finish.cutouts import in_front
from inkwright.learn.style_losses import cosine
from inkwright.learn.tensors import generator
from inkwright.learn.train import fast_bfloat16
from inkwright.learn.trunk import Trunk, load_start
from inkwright.learn.views import CELL, frame, see

Floats = NDArray[np.float32]

PX = 192
"""Side of the canvas."""
STEPS = 200
NETS = 2
"""Networks, whose answers are put together."""
LR, HEAD_LR = 1e-3, 5e-3
LABELLED, OTHERS = 4, 5
"""Panels a step, with labels and without."""
RAMP = 60
"""Steps until the marks have their full weight."""
SOME = 0.04
"""An element that is there is in this share of its panel's cells at least."""
PRESENCE = 0.3
"""Weight of what is there, against what is not."""
ITS = 0.6
"""From this ownership of its paint on a pixel in an element's box is the element's."""


@dataclass(frozen=True)
class Scene:
    """A panel as elements are looked for in it.

    Attributes:
        canvas: (1, 4, PX, PX), see `views.see`.
        size: (height, width) of the drawing.
        marks: (I,) 1 there, 0 not, nan not said.
        owned: (I + 1, PX, PX) whose each pixel is, nobody's last; zeros where that is not known; None: no labels.
    """

    canvas: Tensor
    size: tuple[int, int]
    marks: Floats
    owned: Tensor | None = None


def owners(lesson: Lesson, own: Floats) -> Floats:
    """(I + 1, H, W) whose each pixel of a finished panel is, nobody's last; zeros where nothing is taught.

    Args:
        lesson: the panel, with boxes.
        own: (elements, paints) see `whose.ownership`.
    """
    taught = lesson.labels >= 0
    out = np.zeros((len(own) + 1, *taught.shape), np.float32)
    regions = lesson.panel.regions
    for i, region in regions.items():
        its = own[i][np.maximum(lesson.labels, 0)] > ITS
        out[i] = taught & (region > 0.5) & its & ~in_front(regions, i)
    most = out[:-1].argmax(0)
    for i in range(len(own)):
        out[i] *= most == i
    out[-1] = taught & (out[:-1].max(0) == 0)
    return out


def scene(drawing: Tensor, marks: Floats) -> Scene:
    """A scene of a drawing (1, 3, H, W), RGB in [0, 1]; in half precision, since all panels are at hand at once."""
    return Scene(see(drawing, PX).half(), (int(drawing.shape[2]), int(drawing.shape[3])), marks)


def labelled(one: Scene, owned: Floats) -> Scene:
    """A scene of which is known whose its pixels are, see `owners`."""
    labels = torch.stack([see(torch.from_numpy(its)[None, None].expand(1, 3, -1, -1), PX)[0, 0] for its in owned])
    return replace(one, owned=labels * one.canvas[0, 3:].float())  # a canvas is grey around its panel


def search(scenes: Sequence[Scene], seed: int, steps: int = STEPS) -> Generator[int, None, list[Tensor]]:
    """Yields steps done; returns (I, h, w) per scene: how likely each element is in each cell of its panel.

    Elements that are marked as absent are nowhere.
    """
    total: list[Tensor] = []
    for n in range(NETS):
        net = _Net(len(scenes[0].marks) + 1)
        for step in _learn(net, scenes, seed + 1009 * n, steps):
            yield n * steps + step
        answers = [_answer(net, one) for one in scenes]
        total = answers if not total else [a + b for a, b in zip(total, answers, strict=True)]
    out = []
    for one, z in zip(scenes, total, strict=True):
        p = torch.softmax(z / NETS + _absent([one]), 1)[0, :-1]
        at = frame(*one.size, PX)
        whole = F.interpolate(p[None], size=(PX, PX), mode="bilinear", align_corners=False)[0]
        cut = whole[:, at.top : at.top + at.height, at.left : at.left + at.width]
        out.append(F.avg_pool2d(cut, CELL // 2, ceil_mode=True))
    return out


class _Net(nn.Module):
    """The trunk with one plane for each element and one for nobody."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        load_start(self.trunk)
        self.head = nn.Conv2d(self.trunk.features, planes, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, V: Tensor) -> Tensor:
        """(B, 4, PX, PX) → (B, I + 1, PX / 8, PX / 8) logits."""
        out: Tensor = self.head(self.trunk(V))
        return out


def _learn(net: _Net, scenes: Sequence[Scene], seed: int, steps: int) -> Generator[int, None, None]:
    known = [n for n, one in enumerate(scenes) if one.owned is not None]
    others = [n for n, one in enumerate(scenes) if one.owned is None]
    rates = (LR, HEAD_LR)
    groups = [{"params": part.parameters(), "lr": lr} for part, lr in zip((net.trunk, net.head), rates, strict=True)]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.02)
    net.train()
    for step in range(steps):
        g = generator(seed, 59, step)
        for group, lr in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = lr * cosine(step, steps)
        chosen = [known[n] for n in torch.randint(0, len(known), (LABELLED,), generator=g).tolist()]
        chosen += [others[n] for n in torch.randperm(len(others), generator=g)[:OTHERS].tolist()]
        loss = _loss(net, [scenes[n] for n in chosen], step, g)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        yield step + 1


def _loss(net: _Net, chosen: Sequence[Scene], step: int, g: torch.Generator) -> Tensor:
    """Cross entropy where pixels are known, and what marks say elsewhere; the first `LABELLED` scenes have labels."""
    owned = [one.owned for one in chosen if one.owned is not None]
    M = torch.cat([torch.stack(owned), torch.zeros(len(chosen) - len(owned), *owned[0].shape)])
    V, M, _ = augment.affine(torch.cat([one.canvas for one in chosen]).float(), M, g, 0.7)
    V = augment.colour(V, g, 0.1)
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        z = net(V)
    z = z.float()
    if step % 2:  # in turns: told who is there, and not
        z = z + _absent(chosen)
    labels = F.interpolate(M[: len(owned)], size=z.shape[2:], mode="area")
    inside = (F.avg_pool2d(V[:, 3:], CELL)[:, 0] > 0.5).float()
    log_p = F.log_softmax(z, 1)
    weight = labels.sum((0, 2, 3)).clamp_min(20) ** -0.5  # small elements count more, not as much as they are small
    known = labels * weight[None, :, None, None] * inside[: len(owned), None]
    loss = -(known * log_p[: len(owned)]).sum() / known.sum().clamp_min(1e-6)
    marked = [_marked(p, one.marks, m) for p, one, m in zip(log_p.exp(), chosen, inside, strict=True)]
    rest = marked[len(owned) :]
    return loss + min(1.0, step / RAMP) * torch.stack(rest).mean() if rest else loss


def _marked(p: Tensor, marks: Floats, inside: Tensor) -> Tensor:
    """What marks (I,) say against the chances (I + 1, h, w) of a panel's cells."""
    absent = p[:-1][torch.from_numpy(marks == 0)].sum(0).clamp(0, 0.999)
    total = -(torch.log1p(-absent) * inside).sum() / inside.sum().clamp_min(1)
    there = np.flatnonzero(marks == 1)
    for i in there:
        cells = p[i][inside > 0]
        best = cells.topk(min(len(cells), max(3, int(SOME * len(cells)))))[0]
        total = total - PRESENCE * torch.log(best.mean() + 1e-4) / len(there)
    return total


def _absent(scenes: Sequence[Scene]) -> Tensor:
    """(B, I + 1, 1, 1) to be added to logits: elements that are marked as absent are nowhere."""
    marks = np.stack([np.append(one.marks, 1) for one in scenes])
    return torch.from_numpy(np.where(marks == 0, -20, 0).astype(np.float32))[:, :, None, None]


@torch.no_grad()
def _answer(net: _Net, one: Scene) -> Tensor:
    """(1, I + 1, h, w) log chances, the mean over mirror images."""
    net.eval()
    V = one.canvas.float()
    z = (net(V) + net(V.flip(3)).flip(3)) / 2
    return F.log_softmax(z, 1)


__all__ = ["Scene", "labelled", "owners", "scene", "search"]
