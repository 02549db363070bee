"""Fine-tunes a network that corrects pictures which another tool painted, on the Comic Book Loss of the whole book.

    Loss := Σ_j S_j + Σ_ij (C_ij + L_ij + K_ij),    S_j := |X_j - Z_j| + ½ |∇(X_j - Z_j)|
    X_j := Z_j + G_j(g(Z_j) - Z_j)

Z_j is the given picture after its colours were made to agree (see `agreement`, `banks`), g the style network, which
starts from the identity, G_j the guided filter (see `guided`): whatever g does, what reaches the picture is a change of
colour with the picture's own edges, so that marks are neither blurred nor redrawn.

After W.-S. Lai et al., "Learning blind video temporal consistency", 2018: near the given pictures, alike across them.
Differs: alike is what the Comic Book Loss says, where they compare frames by optical flow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inkwright.learn.classifiers import Ensemble
from inkwright.learn.comic_book_loss import comic_book_loss
from inkwright.learn.element_look import Spots, look
from inkwright.learn.fit import FitState
from inkwright.learn.glimpse import glimpse
from inkwright.learn.guided import Guided
from inkwright.learn.job import minibatch
from inkwright.learn.style_losses import cosine, reconstruction
from inkwright.learn.tensors import generator

PLANES = 8
"""Planes of `Piece.x`: ink, distance to ink, three bands of the given picture's marks, the drawing's flats (RGB)."""


@dataclass(frozen=True)
class Piece:
    """A panel as the network sees it.

    Attributes:
        x: (1, 8, H, W), see `PLANES`.
        base: (1, 3, H, W) Z_j, RGB in [0, 1].
        guide: (1, 3, H, W) OKLab, for the guided filter.
        places: (1, 8, h, w) where elements are.
        region: (1, 1, H, W) in [0, 1], where any is: gradients of C and L act there only.
        spots: where colours are that K compares.
    """

    x: Tensor
    base: Tensor
    guide: Tensor
    places: Tensor
    region: Tensor
    spots: Sequence[Spots]

    def changed(self, net: nn.Module) -> Tensor:
        """g(Z_j) - Z_j, (1, 3, H, W)."""
        base = self.base.float()
        # The network keeps off pure black and white: what that alone changes is no change.
        change: Tensor = net(self.x.float(), base, self.places.float()) - base.clamp(0.02, 0.98)
        return change

    def corrected(self, net: nn.Module) -> Tensor:
        """X_j, (1, 3, H, W)."""
        return self.base.float() + Guided(self.guide.float())(self.changed(net))


@dataclass(frozen=True)
class Task:
    """What is fine-tuned on; built parts, no settings.

    Attributes:
        pieces: the panels.
        p_hat: (J, I) prior marks, nan = not said or not reliable.
        masks: (J, I, s, s) boxes on the classifiers' canvas.
        classifiers: the ensemble that estimates p_ij; None: without C and L.
        close: weight of S.
        c: weight of C.
        location: weight of L.
        look: weight of K.
        steps: how many.
        batch: panels a step.
        lr: peak learning rate.
        seed: the same seed, the same result.
    """

    pieces: Sequence[Piece]
    p_hat: Tensor
    masks: Tensor
    classifiers: Ensemble | None
    close: float
    c: float
    location: float
    look: float
    steps: int
    batch: int
    lr: float
    seed: int


def harmonize(state: FitState, task: Task) -> Iterator[tuple[int, dict[str, float]]]:
    """Trains from where `state` stands; yields (steps done, terms). `state.mean` holds the weights to keep."""
    state.net.train()
    while state.step < task.steps:
        factor = cosine(state.step, task.steps)
        for group in state.optimizer.param_groups:
            group["lr"] = task.lr * factor * group["pace"]
        state.optimizer.zero_grad()
        chosen = minibatch(len(task.pieces), task.batch, state.step, task.seed)
        total: dict[str, float] = {}
        for j in chosen:
            for name, value in _backward(state.net, j, len(chosen), task, state.step).items():
                total[name] = total.get(name, 0.0) + value / len(chosen)
        nn.utils.clip_grad_norm_(state.net.parameters(), 1.0)
        state.optimizer.step()
        decay = min(0.95, (state.step + 1) / (state.step + 8))
        with torch.no_grad():
            for name, value in state.net.state_dict().items():
                state.mean[name].lerp_(value, 1 - decay)
        state.step += 1
        yield state.step, total


def _backward(net: nn.Module, j: int, batch: int, task: Task, step: int) -> dict[str, float]:
    """Back-propagates the loss of one panel, divided by J; returns its terms."""
    piece, J = task.pieces[j], len(task.pieces)
    count = max(1, int((~torch.isnan(task.p_hat)).any(0).sum()))
    X = piece.corrected(net)
    Y = X.detach().requires_grad_()
    S = reconstruction(Y, piece.base.float())
    K = look(Y, piece.spots, max((one.element + 1 for one in piece.spots), default=1))
    C = L = nothing = torch.zeros(1, 1)
    if task.classifiers is not None and (task.c or task.location):
        g = generator(task.seed, step, j)
        C, L = glimpse(Y, task.p_hat[j : j + 1], task.masks[j : j + 1], task.classifiers, 1, g)
    near = comic_book_loss(task.close * S[None], nothing, J, 0, None, 0, K, task.look / count)
    seen = comic_book_loss(torch.zeros(1), C, J, task.c / count, L, task.location / count)
    gradient = torch.autograd.grad(near / (J * batch), Y)[0]
    if seen.requires_grad:
        gradient = gradient + torch.autograd.grad(seen / (J * batch), Y)[0] * piece.region.float()
    X.backward(gradient)  # type: ignore[no-untyped-call]
    terms = {"S": S, "C": C.sum() / count, "L": L.sum() / count, "K": K.sum() / count}
    return {name: float(value.detach()) for name, value in terms.items()}
