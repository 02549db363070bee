"""Trains several nets on one book, held-out fold by held-out fold, resumable: the classifiers and the judges alike."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from inkwright.book import Book, Prior
from inkwright.events import Clock, Event
from inkwright.images import to_float
from inkwright.learn import checkpoint
from inkwright.learn.examples import Examples
from inkwright.learn.tensors import to_tensor
from inkwright.learn.train import Progress, Recipe, start, train
from inkwright.operations.material import panel_pictures, reduced
from inkwright.operations.side_by_side import side_by_side
from inkwright.project import Project

SAVE_EVERY = 40
"""Steps between two saves of a net in training."""


def examples(project: Project, book: Book, prior: Prior, px: int) -> tuple[Examples, list[int]]:
    """The book's panels as training examples, and the page number of each."""
    pictures, boxes, page_of = [], [], []
    for panel in panel_pictures(project, book):
        # Twice the canvas is all that a classifier can make use of.
        scale = min(1.0, 2 * px / max(panel.pixels.shape[:2]))
        small = reduced(panel.pixels, scale)
        kx, ky = small.shape[1] / panel.pixels.shape[1], small.shape[0] / panel.pixels.shape[0]
        found = {}
        for i, element in enumerate(prior.elements):
            its = panel.boxes(element.name)
            if its:
                found[i] = [
                    (round(x * kx), round(y * ky), max(1, round(w * kx)), max(1, round(h * ky))) for x, y, w, h in its
                ]
        pictures.append(to_tensor(to_float(small)))
        boxes.append(found)
        page_of.append(panel.page)
    everywhere = [element.kind == "setting" for element in prior.elements]
    return Examples(pictures, prior.table.T.copy(), boxes, everywhere, px), page_of


def train_nets(
    run: Path,
    stage: str,
    make: Callable[[], nn.Module],
    data: Examples,
    held_out: list[list[int]],
    recipe: Recipe,
    textures: Tensor,
    seed: int,
) -> Iterator[Event]:
    """Trains one net per fold; yields Step events. Afterwards `run` holds net-0.safetensors and so on.

    Args:
        run: the run's folder; nets and states that are there already are gone on from.
        stage: name for the events.
        make: gives an untrained net.
        data: all panels.
        held_out: for each net, the panels that it must not see.
        recipe: steps and augmentation.
        textures: for restyling.
        seed: of everything random.
    """
    # Made one after the other: fresh weights are drawn from the one generator that all threads share.
    works, done = [], [recipe.steps] * len(held_out)
    for n, left_out in enumerate(held_out):
        if (run / f"net-{n}.safetensors").exists():
            continue
        state, state_path = start(make, recipe, seed + n), run / f"state-{n}.safetensors"
        if state_path.exists():
            restore(state, checkpoint.load_tensors(state_path), str(state_path))
        done[n] = state.step
        mine = data.subset([j for j in range(len(data)) if j not in left_out] or list(range(len(data))))
        works.append(_train_one(run, n, state, mine, recipe, textures, seed + n))
    clock = Clock(stage, recipe.steps * len(held_out), sum(done))
    for _, (n, step, loss) in side_by_side(works):
        done[n] = step
        yield clock.step(sum(done), loss=round(loss, 4))


def _train_one(
    run: Path, n: int, state: Progress, mine: Examples, recipe: Recipe, textures: Tensor, seed: int
) -> Iterator[tuple[int, int, float]]:
    """Trains one net, saving its state now and then and its weights at the end; yields (n, steps done, loss)."""
    state_path = run / f"state-{n}.safetensors"
    for step, loss in train(state, mine, recipe, textures, seed):
        if step % SAVE_EVERY == 0 and step < recipe.steps:
            checkpoint.save_tensors(state_path, packed(state))
        yield n, step, loss
    checkpoint.save_tensors(run / f"net-{n}.safetensors", state.mean)
    state_path.unlink(missing_ok=True)


def load_nets(run: Path, make: Callable[[], nn.Module], count: int) -> list[nn.Module]:
    """The trained nets of a run, in evaluation mode, frozen."""
    nets = []
    for n in range(count):
        net = make()
        path = run / f"net-{n}.safetensors"
        checkpoint.load_weights(net, checkpoint.load_tensors(path), str(path))
        nets.append(net.eval().requires_grad_(False))
    return nets


def packed(state: Progress) -> dict[str, Tensor]:
    """A net in training as tensors."""
    return {
        **checkpoint.pack("net", state.net.state_dict()),
        **checkpoint.pack("mean", state.mean),
        **checkpoint.pack("adam", checkpoint.optimizer_tensors(state.optimizer)),
        "step": torch.tensor([state.step]),
    }


def restore(state: Progress, tensors: dict[str, Tensor], name: str) -> None:
    """Puts a net in training back to where `packed` saw it."""
    checkpoint.load_weights(state.net, checkpoint.unpack("net", tensors), name)
    state.mean = checkpoint.unpack("mean", tensors)
    checkpoint.restore_optimizer(state.optimizer, checkpoint.unpack("adam", tensors))
    state.step = int(tensors["step"][0])
