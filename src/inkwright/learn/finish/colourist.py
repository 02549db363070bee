"""The colourist: a small network that says which paint of the finished panels belongs where in a drawing.

It sees cutouts (see `cutouts`) and is told whose box it looks at, where in the box and in the panel each pixel lies,
and what the drawing shows there; so it can tell hair from tunic in a drawing that is grey all over. It learns from the
finished panels alone, each varied heavily: mirrored, turned, scaled, cut off as by a panel's frame, lines broader and
thinner, tones lighter and darker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from inkwright.learn.finish.cutouts import (
    PLANES,
    WHOLE,
    Box,
    Panel,
    cut_labels,
    cutout,
    pyramid,
    seats,
    window,
)
from inkwright.learn.style_losses import cosine
from inkwright.learn.train import fast_bfloat16

Floats = NDArray[np.float32]

WIDTHS = (32, 64, 96, 128)
"""Channels from half size down to a sixteenth."""
BATCH = 8
LR = 3e-3
CUT_OFF = 0.55
"""Share of the cutouts in which the box is cut off, as a panel's frame does it."""
TURNED = 0.12
"""Share of the cutouts that are turned by any angle; the others by a little."""
WHOLES = 0.3
"""Share of the cutouts that show a whole panel."""


@dataclass(frozen=True)
class Lesson:
    """A finished panel as it is learned from.

    Attributes:
        panel: its drawing.
        labels: (H, W) the paint of each pixel, -1 where nothing is to be learned.
        where: (H, W) its areas.
    """

    panel: Panel
    labels: NDArray[np.int64]
    where: NDArray[np.int32]


class Colourist(nn.Module):
    """A U-Net from cutouts to paints.

    Args:
        paints: how many there are.
        widths: channels from full size down.
    """

    def __init__(self, paints: int, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = _Block(PLANES * 4, widths[0])  # pixels are folded two by two: areas make up for it
        self.down = nn.ModuleList([_Block(a, b) for a, b in pairwise(widths)])
        self.up = nn.ModuleList([_Block(a + b, a) for a, b in pairwise(widths)])
        self.out = nn.Conv2d(widths[0], paints, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, PLANES, SIDE, SIDE) → (B, paints, SIDE / 2, SIDE / 2) logits."""
        h = self.stem(F.pixel_unshuffle(x, 2))
        kept = [h]
        for down in self.down:
            h = down(F.avg_pool2d(h, 2))
            kept.append(h)
        h = F.dropout2d(h, 0.1, self.training)
        for up, before in zip(reversed(self.up), reversed(kept[:-1]), strict=True):
            h = up(torch.cat([before, F.interpolate(h, size=before.shape[-2:], mode="nearest")], 1))
        out: Tensor = self.out(h)
        return out


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.two = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm_one, self.norm_two = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        h = F.silu(self.norm_one(self.one(x)))
        out: Tensor = F.silu(self.norm_two(self.two(h)))
        return out


@dataclass
class Study:
    """A colourist in training, all that is needed to go on: `mean` is the running mean of its weights."""

    net: Colourist
    mean: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0


def begin(paints: int, seed: int) -> Study:
    """A colourist that has learned nothing yet."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(np.random.SeedSequence((seed, 43)).generate_state(1)[0]))
        net = Colourist(paints)
    mean = {name: value.detach().clone() for name, value in net.state_dict().items()}
    return Study(net, mean, torch.optim.AdamW(net.parameters(), lr=LR, weight_decay=0.02))


def learn(study: Study, lessons: Sequence[Lesson], steps: int, seed: int) -> Iterator[tuple[int, float]]:
    """Trains from where `study` stands; yields (steps done, loss). `study.mean` holds the weights to keep."""
    net, desk, half = study.net, Desk(lessons), fast_bfloat16()
    weight = _class_weight(lessons, net.out.out_channels)
    net.train()
    while study.step < steps:
        step = study.step
        for group in study.optimizer.param_groups:
            group["lr"] = LR * cosine(step, steps) * min(1.0, (step + 1) / 20)
        x, y = desk.batch(np.random.default_rng((seed, 47, step)))
        with torch.random.fork_rng(devices=[]), torch.autocast("cpu", torch.bfloat16, enabled=half):
            torch.manual_seed(int(np.random.SeedSequence((seed, 53, step)).generate_state(1)[0]))
            z = net(x.contiguous(memory_format=torch.channels_last))
        loss = F.cross_entropy(z.float(), y, weight, ignore_index=-1, label_smoothing=0.02, reduction="sum")
        loss = loss / weight[y.clamp_min(0)][y >= 0].sum().clamp_min(1)  # a patch without a label teaches nothing
        study.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        study.optimizer.step()
        decay = min(0.98, (step + 1) / (step + 10))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                if value.is_floating_point():
                    study.mean[name].lerp_(value, 1 - decay)
                else:
                    study.mean[name].copy_(value)
        study.step += 1
        yield study.step, float(loss.detach())


def _class_weight(lessons: Sequence[Lesson], paints: int) -> Tensor:
    """Rare paints weigh more, not as much as they are rare."""
    count = np.full(paints, 50.0)
    for one in lessons:
        count += np.bincount(one.labels[one.labels >= 0], minlength=paints)
    weight = (count / count.sum()) ** -0.35
    return torch.from_numpy(weight / (weight * count).sum() * count.sum()).float()


class Desk:
    """Makes the cutouts that are learned from.

    Args:
        lessons: the finished panels.
    """

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self.lessons = lessons
        self.stacks = [pyramid(np.concatenate([one.panel.planes, one.panel.places()], 2)) for one in lessons]
        self.wholes = [(n, WHOLE, box) for n, one in enumerate(lessons) for i, box in seats(one.panel) if i == WHOLE]
        boxes = [(n, i, box) for n, one in enumerate(lessons) for i, box in seats(one.panel) if i != WHOLE]
        self.of: dict[int, list[tuple[int, int, Box]]] = {}
        for seat in boxes:
            self.of.setdefault(seat[1], []).append(seat)

    def batch(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """(BATCH, PLANES, SIDE, SIDE) cutouts and (BATCH, SIDE, SIDE) their paints, -1 where nothing is learned."""
        made = [self._one(rng) for _ in range(BATCH)]
        x = torch.from_numpy(np.stack([x for x, _ in made]).transpose(0, 3, 1, 2).copy())
        return x, torch.from_numpy(np.stack([y[::2, ::2] for _, y in made]))

    def _one(self, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
        if not self.of or rng.random() < WHOLES:
            n, element, box = self.wholes[rng.integers(len(self.wholes))]
        else:  # each element as often as any other, however large it is
            its = self.of[sorted(self.of)[rng.integers(len(self.of))]]
            n, element, box = its[rng.integers(len(its))]
        box = varied(box, rng, element == WHOLE)
        turn = rng.uniform(-180, 180) if element != WHOLE and rng.random() < TURNED else rng.normal(0, 6)
        at = window(box, turn, rng.random() < 0.5, float(np.exp(rng.normal(0, 0.1))))
        lesson = self.lessons[n]
        x = cutout(lesson.panel, self.stacks[n], element, box, at)
        return _toned(x, rng), cut_labels(lesson.labels, at)


def varied(box: Box, rng: np.random.Generator, whole: bool) -> Box:
    """A box drawn a little otherwise, or cut off by a frame."""
    x, y, w, h = box
    if rng.random() < (0.6 if whole else CUT_OFF):
        kw, kh = rng.uniform(0.4, 1.0), rng.uniform(0.25, 1.0)
        # What a close-up shows of a figure is its head sooner than its feet.
        return x + rng.random() * (1 - kw) * w, y + rng.random() ** 2 * (1 - kh) * h, kw * w, kh * h
    jitter = rng.normal(0, 0.05, 4)
    return x + jitter[0] * w, y + jitter[1] * h, w * float(np.exp(jitter[2])), h * float(np.exp(jitter[3]))


def _toned(x: Floats, rng: np.random.Generator) -> Floats:
    """Tones lighter or darker, and areas a little larger or smaller; hues stay."""
    out = x.copy()
    gain, shift = np.exp(rng.normal(0, 0.12)), rng.normal(0, 0.08)
    for plane in (2, 5):  # lightness, as flat and as drawn
        out[..., plane] = out[..., plane] * gain + shift
    out[..., 6] += rng.normal(0, 0.1)
    out[..., 7:9] += rng.normal(0, 0.05, 2)
    return out


__all__ = ["Colourist", "Desk", "Lesson", "Study", "begin", "learn", "varied"]
