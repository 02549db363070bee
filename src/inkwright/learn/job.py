"""What a round of the fit works on: built parts, weights of the terms, and which panels come when."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from inkwright.learn.canvas import Canvas
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.element_look import Spots
from inkwright.learn.finish.losses import Pair, Redrawn
from inkwright.learn.order import minibatch
from inkwright.learn.regions import COARSE
from inkwright.learn.said import Said, Window
from inkwright.learn.tensors import given
from inkwright.learn.texture import ToneTexture
from inkwright.learn.tone_features import ToneFeatures


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weight of every term; 0 switches it off. See `style_losses` and `comic_book_loss`."""

    c: float = 0.0
    location: float = 0.0
    look: float = 0.0
    reconstruction: float = 4.0
    texture: float = 0.0
    structure: float = 0.0
    ink: float = 0.0
    palette: float = 0.0
    finish: float = 0.0
    redrawn: float = 0.0
    features: float = 0.0
    words: float = 0.0


@dataclass(frozen=True)
class Job:
    """What a round works on; built parts, no settings.

    Attributes:
        style: the style picture's canvas.
        Y: (1, 3, H, W) the style picture.
        others: the same two of each style of its own; they take turns with the book's in the reconstruction term.
        panels: canvases of the panels; none in the "style" round.
        p_hat: (J, I) prior marks, nan = not said or not reliable.
        classifiers: the ensemble that estimates p_ij, or None without C.
        masks: (J, I, s, s) boxes on the classifiers' canvas; zeros where there are none.
        texture: the texture term, or None.
        features: the term of a pretrained network's features, or None.
        said: the term of the look in words, or None.
        places: (1, 8, h, w) per panel, where elements are, as the network is told it; none: it is not told.
        words: likewise, where words of their own hold, see `said.word_planes`.
        spots: per panel, where the elements' colours are, for the look term.
        emphasis: weight of each element's C, L and K; none: 1 each.
        again: panels that are drawn more often: they fill every second step, and count as much as all panels do.
        pairs: finished panels that lie over their drawings.
        redrawn: finished panels that were drawn anew.
        weights: of the terms.
        steps: how many.
        batch: panels a step.
        lr: peak learning rate.
        seed: the same seed, the same result.
    """

    style: Canvas
    Y: Tensor
    weights: Weights
    steps: int
    lr: float
    seed: int
    batch: int = 2
    panels: Sequence[Canvas] = ()
    p_hat: Tensor = field(default_factory=lambda: torch.zeros(0, 0))
    masks: Tensor = field(default_factory=lambda: torch.zeros(0, 0, 1, 1))
    classifiers: Ensemble | None = None
    texture: ToneTexture | None = None
    features: ToneFeatures | None = None
    said: Said | None = None
    places: Sequence[Tensor] = ()
    spots: Sequence[Sequence[Spots]] = ()
    emphasis: Sequence[float] = ()
    again: Sequence[int] = ()
    pairs: Sequence[Pair] = ()
    redrawn: Sequence[Redrawn] = ()
    others: Sequence[tuple[Canvas, Tensor]] = ()
    words: Sequence[Tensor] = ()

    def painted(self, net: nn.Module, j: int, weights: dict[str, Tensor] | None = None) -> Tensor:
        """Panel j as the network, or its weights of another moment, paints it: (1, 3, H, W)."""
        inputs = [None if part is None else part.float() for part in self.inputs(j)]
        X: Tensor = net(*inputs) if weights is None else torch.func.functional_call(net, weights, tuple(inputs))
        return X

    def inputs(self, j: int) -> list[Tensor | None]:
        """What the network is given of panel j: guides, base and, where it is told, places and words."""
        canvas = self.panels[j]
        return [canvas.x, canvas.base, *given(*(its[j] if its else None for its in (self.places, self.words)))]

    def part(self, net: nn.Module, j: int, at: Window, weights: dict[str, Tensor] | None = None) -> Tensor:
        """A window of panel j as the network, or its weights of another moment, paints it: (1, 3, h, w)."""
        inputs = [
            None if planes is None else at.of(planes, COARSE if n >= 2 else 1).float()
            for n, planes in enumerate(self.inputs(j))
        ]
        X: Tensor = net(*inputs) if weights is None else torch.func.functional_call(net, weights, tuple(inputs))
        return X

    def learned(self) -> int:
        """How many elements count, at least 1."""
        return max(1, int((~torch.isnan(self.p_hat)).any(0).sum()))

    def emphasised(self, terms: Tensor) -> Tensor:
        """C_ij, L_ij or K_ij, (B, I), each times its element's weight."""
        return terms * terms.new_tensor(list(self.emphasis)) if self.emphasis else terms

    def chosen(self, step: int) -> list[int]:
        """The panels of a step."""
        if self.again and step % 2 == 1:
            return [self.again[n] for n in minibatch(len(self.again), self.batch, step // 2, self.seed + 1)]
        return minibatch(len(self.panels), self.batch, step // 2 if self.again else step, self.seed)

    def looked(self, most: int) -> dict[int, float]:
        """The panels that are evaluated, at most so many spread over the book and those drawn again; and their shares
        in the result, which add up to 1."""
        J = len(self.panels)
        spread = sorted({round(n * (J - 1) / max(1, most - 1)) for n in range(most)}) if J else []
        part = 0.5 if self.again else 1.0
        shares = {j: part / len(spread) for j in spread}
        for j in self.again:
            shares[j] = shares.get(j, 0.0) + part / len(self.again)
        return dict(sorted(shares.items()))


__all__ = ["Job", "Weights", "minibatch"]
