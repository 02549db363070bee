"""Trains the classifiers' starting trunk on little books drawn by chance alone: `make trunk`.

    python tools/trunk.py [STEPS]

Each step takes some little books (`little_books.py`). Of each, half of the panels fix a head per element in closed form
(`planes`), from boxes as an author would draw them, and the other half ask it: where is the element, and
is it there? Then the halves change places. All panels are turned, recoloured and restyled by chance, so that what is
learned is to tell an unseen element after a few panels, in whatever paint.

It writes trunk.safetensors and trunk.json into the package. A run that was stopped goes on from build/trunk.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from little_books import Drawn, cast, draw
from procedural import OWN
from torch import Tensor, nn

from inkwright.images import to_float
from inkwright.learn import augment, checkpoint
from inkwright.learn.classifiers import pool
from inkwright.learn.examples import Examples
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.train import fast_bfloat16
from inkwright.learn.trunk import TRUNK, WIDTHS, Trunk
from inkwright.learn.views import CELL
from inkwright.project import write_json

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / "build" / "trunk" / "state.safetensors"
SEED = 7
STEPS = 1000
BOOKS = 4
"""Books a step."""
PANELS = 10
"""Panels of a book: half support, half query, and the other way round."""
POOL = 40
"""Books at hand; each step one of them is replaced by a new one."""
PX = 128
RESTYLINGS = 4
"""Manners of restyling in one step."""
LR = 3e-3
DECAY = 0.995
"""Of the running mean of the weights, which is what is kept."""
RAMP = 500
"""Steps until restyling has its full strength."""
SAVE_EVERY = 50


CASTS = 48
"""Casts, each drawn again and again in new panels: who and where are classes of their own."""
MOST = 10
"""Elements of a cast at most."""


class Student(nn.Module):
    """A trunk, how its planes become logits (the same for all elements), and a direction for everybody ever drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk(WIDTHS)
        self.heads = nn.Parameter(torch.zeros(CASTS * MOST, self.trunk.features))
        self.biases = nn.Parameter(torch.zeros(CASTS * MOST))
        self.ridge = nn.Parameter(torch.tensor(-0.5))
        self.heat = nn.Parameter(torch.tensor([3.0, -1.0]))
        self.presence = nn.Parameter(torch.tensor([1.0, 0.0]))


@dataclass(frozen=True)
class Little:
    """A little book as examples, and who owns the cells: (J, I, s, s), settings everywhere."""

    data: Examples
    owned: Tensor
    first: int


def little(n: int) -> Little:
    """The n-th little book."""
    one = int(np.random.default_rng((SEED, 1, n)).integers(CASTS))
    rng = np.random.default_rng(np.random.SeedSequence((SEED, one)))
    who = cast(rng, int(rng.integers(2, 6)), int(rng.integers(1, 3)), int(rng.integers(1, 4)))
    drawn = draw(np.random.default_rng((SEED, 2, n)), who, PANELS, 176)
    return lesson(drawn, PX, one * MOST)


def lesson(drawn: Drawn, px: int, first: int) -> Little:
    """A drawn book on canvases."""
    pictures = [to_tensor(to_float(panel)) for panel in drawn.panels]
    data = Examples(pictures, drawn.marks, drawn.boxes, drawn.everywhere, px)
    owned = torch.zeros_like(data.M)
    for j, mask in enumerate(drawn.masks):
        for i, everywhere in enumerate(drawn.everywhere):
            if drawn.marks[j, i] == 1 and not everywhere:
                shown = torch.from_numpy((mask == i + 1).astype(np.float32))[None, None].expand(1, 3, -1, -1)
                canvas = Examples([shown], np.ones((1, 1)), [{}], [False], px).V
                owned[j, i] = F.interpolate(canvas[:, :1] * canvas[:, 3:], size=owned.shape[2:], mode="area")[0, 0]
    assert len(pictures) == len(data)
    return Little(data, owned, first)


def textures(n: int, count: int, px: int) -> Tensor:
    """Random textures: noise, and pieces of the script's own painters."""
    rng, g = np.random.default_rng((SEED, 3, n)), generator(SEED, 3, n)
    painted = [augment.crops(to_tensor(np.clip(paint(rng), 0, 1))[0], count // 8, px, g) for paint in OWN]
    return torch.cat([augment.noise_textures(count // 2, px, g), *painted])


def viewed(books: list[Little], bank: Tensor, g: torch.Generator, ramp: float) -> tuple[Tensor, ...]:
    """All panels of some books under augmentation: canvases, box masks and owner masks (side by side), visibility."""
    I = max(one.data.y.shape[1] for one in books)  # noqa: E741

    def wide(masks: Tensor) -> Tensor:
        return F.pad(masks, (0, 0, 0, 0, 0, I - masks.shape[1]))

    V = torch.cat([one.data.V for one in books])
    M = torch.cat([torch.cat([wide(one.data.M), wide(one.owned)], 1) for one in books])
    V, M, visible = augment.affine(V, M, g, 0.7)
    V = augment.colour(V, g, 0.2 + 0.3 * ramp)
    for n in range(RESTYLINGS):
        V[n::RESTYLINGS] = augment.restyle(V[n::RESTYLINGS], bank, g, 0.45 * ramp)
    V = augment.dirt(V, g)
    return V, M[:, :I], M[:, I:], visible[:, I:]


def asked(student: Student, book: Little, f: Tensor, V: Tensor, M: Tensor, own: Tensor, visible: Tensor) -> Tensor:
    """The loss of one book, both ways round. f (J, D, h, w); M and own (J, I, s, s)."""
    y, everywhere = book.data.y, torch.tensor(book.data.everywhere)
    I, h = y.shape[1], f.shape[2]  # noqa: E741
    boxed, owned = (F.interpolate(m[:, :I], size=(h, h), mode="area") for m in (M, own))
    inside = F.avg_pool2d(V[:, 3:], CELL)  # (J, 1, h, w)
    known = book.data.weight.bool() & (everywhere[None] | (y == 0) | (visible[:, :I] > 0.25))
    there = y.bool() & known
    fill = everywhere[None, :, None, None] * y[:, :, None, None] * inside
    boxed, owned = torch.maximum(boxed, fill), torch.maximum(owned, fill)
    cells = f.permute(0, 2, 3, 1)
    total = torch.zeros(())
    order = torch.arange(len(y))
    for support, query in ((order % 2 == 0, order % 2 == 1), (order % 2 == 1, order % 2 == 0)):
        # What stands somewhere has cells without it in every panel; what fills panels needs panels without it.
        usable = (
            there[support].any(0) & (~everywhere | (~y[support].bool() & known[support]).any(0)) & known[query].any(0)
        )
        if not bool(usable.any()):
            continue
        ins = inside[support] > 0.5
        ok = known[support][:, :, None, None] & ins
        positive = torch.where((boxed[support] > 0.5) & ok, boxed[support], 0.0)
        positive = positive / positive.sum((2, 3), keepdim=True).clamp_min(1).sqrt()
        negative = ((boxed[support] < 0.05) & ok).float()
        pick = ins[:, 0].flatten()
        flat = [m.permute(0, 2, 3, 1).flatten(0, 2)[pick][:, usable] for m in (positive, negative)]
        w, b = planes(cells[support].flatten(0, 2)[pick], flat[0], flat[1], student.ridge.exp())
        heat = torch.einsum("jhwd,id->jihw", cells[query], w) + b[:, None, None]
        heat = heat * student.heat[0] + student.heat[1]
        z = pool(heat, V[query][:, 3:], everywhere[usable]) * student.presence[0] + student.presence[1]
        kq = known[query][:, usable].float()
        seen = (owned[query][:, usable], boxed[query][:, usable], inside[query])
        total = total + answered(z, heat, y[query][:, usable], kq, *seen)
    return total


def planes(f: Tensor, positive: Tensor, negative: Tensor, ridge: Tensor) -> tuple[Tensor, Tensor]:
    """One plane per element, in closed form: that of linear discriminant analysis (Fisher, 1936).

    It is differentiable, so that a trunk can be trained for it (after Bertinetto et al., "Meta-learning with
    differentiable closed-form solvers", 2019).

    Args:
        f: (N, D) features of cells.
        positive: (N, I) weights ≥ 0 of the cells that hold an element.
        negative: (N, I) weights ≥ 0 of the cells that do not.
        ridge: share of the mean variance that is added to Σ's diagonal.

    Returns:
        (I, D) and (I,): w and b, with w·f + b about +1 where an element is and -1 where it is not.
    """
    N, D = f.shape
    mean = f.mean(0)
    x = f - mean
    cov = x.T @ x / N
    cov = cov + (ridge * cov.diagonal().mean() + 1e-5) * torch.eye(D)
    one = positive.T @ x / positive.sum(0).clamp_min(1e-6)[:, None]  # (I, D)
    none = negative.T @ x / negative.sum(0).clamp_min(1e-6)[:, None]
    apart = one - none
    w = torch.linalg.solve(cov, apart.T).T
    # Halfway between the two means, and scaled so that they lie at +1 and -1.
    size = (w * apart).sum(1).clamp_min(1e-4) / 2
    w = w / size[:, None]
    b = -(w * (one + none)).sum(1) / 2 - w @ mean
    return w, b


def memorised(student: Student, book: Little, f: Tensor, V: Tensor, M: Tensor, own: Tensor, visible: Tensor) -> Tensor:
    """The same questions to heads that are learned, one for each element of each cast: quick to show what matters."""
    y, everywhere = book.data.y, torch.tensor(book.data.everywhere)
    I, h = y.shape[1], f.shape[2]  # noqa: E741
    boxed, owned = (F.interpolate(m[:, :I], size=(h, h), mode="area") for m in (M, own))
    inside = F.avg_pool2d(V[:, 3:], CELL)
    known = book.data.weight.bool() & (everywhere[None] | (y == 0) | (visible[:, :I] > 0.25))
    fill = everywhere[None, :, None, None] * y[:, :, None, None] * inside
    boxed, owned = torch.maximum(boxed, fill), torch.maximum(owned, fill)
    w, b = student.heads[book.first : book.first + I], student.biases[book.first : book.first + I]
    heat = torch.einsum("jdhw,id->jihw", f, w) + b[:, None, None] - 2
    z = pool(heat, V[:, 3:], everywhere)
    return answered(z, heat, y, known.float(), owned, boxed, inside)


def answered(z: Tensor, heat: Tensor, y: Tensor, known: Tensor, target: Tensor, box: Tensor, inside: Tensor) -> Tensor:
    """The loss of presence (J, I) and of heat-maps (J, I, h, w), over what is known."""
    each = F.binary_cross_entropy_with_logits(z, y * 0.96 + 0.02, reduction="none")
    share = y.mean(0).clamp(0.2, 0.8)
    each = each * torch.where(y > 0.5, 0.5 / share, 0.5 / (1 - share))
    presence = (each * known).sum() / known.sum().clamp_min(1)
    sure = ((target > 0.5) | (box < 0.05)) & (inside > 0.5)
    weight = sure * known[:, :, None, None] * torch.where(target > 0.5, 3.0, 1.0)
    where = F.binary_cross_entropy_with_logits(heat, target, reduction="none")
    return presence + 2 * (where * weight).sum() / weight.sum().clamp_min(1)


def train(steps: int) -> tuple[dict[str, Tensor], float]:
    """The running mean of the student's weights after all steps, and CPU-seconds."""
    torch.manual_seed(SEED)
    student = Student().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(student.parameters(), lr=LR, weight_decay=0.01)
    mean = {name: value.clone() for name, value in student.state_dict().items()}
    done, spent = 0, 0.0
    if STATE.exists():
        tensors = checkpoint.load_tensors(STATE)
        student.load_state_dict(checkpoint.unpack("net", tensors))
        checkpoint.restore_optimizer(optimizer, checkpoint.unpack("adam", tensors))
        mean, done, spent = checkpoint.unpack("mean", tensors), int(tensors["step"][0]), float(tensors["spent"][0])
    began, half = time.process_time(), fast_bfloat16()
    at_hand = [little(max(0, done - POOL) + n) for n in range(POOL)]
    bank, lately = textures(done // 200, 96, PX), np.zeros(2)
    while done < steps:
        g = generator(SEED, done)
        factor = min(1.0, (done + 1) / 60) * 0.5 * (1 + np.cos(np.pi * done / steps)) + 0.005
        for group in optimizer.param_groups:
            group["lr"] = LR * factor
        at_hand[done % POOL] = little(POOL + done)
        if done % 200 == 0:
            bank = textures(done // 200, 96, PX)
        chosen = [at_hand[n] for n in torch.randperm(POOL, generator=g)[:BOOKS].tolist()]
        V, M, own, visible = viewed(chosen, bank, g, min(1.0, done / RAMP))
        student.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            f = student.trunk(V)
        parts = [torch.split(x, PANELS) for x in (f.float(), V, M, own, visible)]
        found = [asked(student, b, *rest) for b, *rest in zip(chosen, *parts, strict=True)]
        known = [memorised(student, b, *rest) for b, *rest in zip(chosen, *parts, strict=True)]
        loss = torch.stack(found).mean() + torch.stack(known).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        decay = min(DECAY, (done + 1) / (done + 10))
        with torch.no_grad():
            for name, value in student.state_dict().items():
                mean[name].lerp_(value, 1 - decay) if value.is_floating_point() else mean[name].copy_(value)
        done, lately = (
            done + 1,
            lately + np.array([float(torch.stack(x).detach().mean()) for x in (found, known)]) / 20,
        )
        if done % 20 == 0:
            used = spent + time.process_time() - began
            print(f"step {done} of {steps}  losses {lately.round(3)}  {used:.0f} CPU-s", flush=True)
            lately = np.zeros(2)
        if done % SAVE_EVERY == 0:
            adam = checkpoint.pack("adam", checkpoint.optimizer_tensors(optimizer))
            state = {**checkpoint.pack("net", student.state_dict()), **checkpoint.pack("mean", mean), **adam}
            told = {"step": torch.tensor([done]), "spent": torch.tensor([spent + time.process_time() - began])}
            checkpoint.save_tensors(STATE, {**state, **told})
    return mean, spent + time.process_time() - began


def main() -> None:
    """Trains, and writes the trunk and its description."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    mean, seconds = train(steps)
    trunk = {name[6:]: value for name, value in mean.items() if name.startswith("trunk.")}
    checkpoint.save_tensors(TRUNK, {name: v.half() if v.is_floating_point() else v for name, v in trunk.items()})
    facts = {
        "version": checkpoint.VERSION,
        "widths": list(WIDTHS),
        "parameters": sum(value.numel() for value in trunk.values()),
        "seed": SEED,
        "steps": steps,
        "trained_on": "little books drawn by tools/little_books.py; no picture of anybody's",
        "cpu_seconds": round(seconds),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    write_json(TRUNK.with_suffix(".json"), facts)
    STATE.unlink(missing_ok=True)
    print(f"{TRUNK} has {TRUNK.stat().st_size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
