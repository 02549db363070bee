"""The book's panels as training examples for classifiers: canvases, marks, box masks, and batches of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from inkwright.learn.augment import chance
from inkwright.learn.views import box_mask, see

Box = tuple[int, int, int, int]
MOST_PAGES = 5
"""With so many pages or fewer, each is left out once."""
ENOUGH = 8
"""So many panels are enough to learn from, or two thirds of a smaller book."""


@dataclass(frozen=True)
class Batch:
    """Examples of one step.

    Attributes:
        V: (B, 4, px, px) canvases.
        y: (B, I) 1 appears, 0 does not.
        M: (B, I, s, s) box masks.
        weight: (B, I) 0 where nothing is known.
        boxed: (B, I) whether M says where the element is (or that it is nowhere).
    """

    V: Tensor
    y: Tensor
    M: Tensor
    weight: Tensor
    boxed: Tensor


class Examples:
    """All panels with their marks.

    Args:
        panels: pictures, each (1, 3, H, W) RGB in [0, 1].
        p_hat: (J, I) marks, nan = not said.
        boxes: per panel, element index → boxes in panel pixels.
        everywhere: per element, whether it is a setting.
        px: side of the canvas.
    """

    def __init__(
        self,
        panels: Sequence[Tensor],
        p_hat: NDArray[np.float64],
        boxes: Sequence[dict[int, list[Box]]],
        everywhere: list[bool],
        px: int,
    ) -> None:
        self.px, self.everywhere, self.size = px, everywhere, px // 4
        self.V = torch.cat([see(X, px) for X in panels])
        known = torch.from_numpy(~np.isnan(p_hat)).float()
        self.y = torch.from_numpy(np.nan_to_num(p_hat, nan=0.0)).float()
        self.weight = known
        self.M = torch.zeros(len(panels), len(everywhere), self.size, self.size)
        for j, (X, found) in enumerate(zip(panels, boxes, strict=True)):
            for i, its in found.items():
                if self.y[j, i] > 0 and its:
                    self.M[j, i] = box_mask(its, X.shape[2], X.shape[3], px, self.size)
        has_mask = self.M.sum((2, 3)) > 0
        self.boxed = (has_mask | (self.y == 0)) & (known > 0)
        self.places = [(j, i) for j, i in has_mask.nonzero().tolist() if not everywhere[i]]
        # Pasted crops have soft edges, or the edge itself would be what is learned.
        line = torch.linspace(-1, 1, 48)
        round_square = (line[None].abs() ** 4 + line[:, None].abs() ** 4) ** 0.25
        self.feather = ((1.15 - round_square) / 0.2).clamp(0, 1)[None, None]

    def __len__(self) -> int:
        return len(self.V)

    def fills(self) -> list[bool]:
        """Which elements fill their panels: settings, but for those whose boxes cover less than half of the canvas.

        A window that is called a setting stands somewhere like a prop, and is to be looked for like one.
        """
        out = []
        for i, setting in enumerate(self.everywhere):
            boxed = (self.M[:, i].sum((1, 2)) > 0).nonzero()[:, 0]
            share = (self.M[boxed, i].mean((1, 2)) / self.V[boxed, 3].mean((1, 2))).mean() if len(boxed) else 1.0
            out.append(setting and float(share) >= 0.5)
        return out

    def subset(self, keep: list[int]) -> "Examples":
        """The same examples with only some panels."""
        other = object.__new__(Examples)
        other.__dict__.update(self.__dict__)
        at = torch.tensor(keep)
        for name in ("V", "y", "weight", "M", "boxed"):
            setattr(other, name, getattr(self, name)[at])
        where = {j: n for n, j in enumerate(keep)}
        other.places = [(where[j], i) for j, i in self.places if j in where]
        return other

    def positives(self) -> Tensor:
        """(I,) share of the said panels in which each element appears."""
        return (self.y * self.weight).sum(0) / self.weight.sum(0).clamp_min(1)

    def sample(self, count: int, g: torch.Generator) -> Batch:
        """Panels at random; those with rarer elements (or rarer absences) more often."""
        share = self.positives().clamp(0.05, 0.95)
        rarity = ((self.y / share + (1 - self.y) / (1 - share)) * self.weight).sum(1) + 1e-3
        at = torch.multinomial(rarity, count, replacement=True, generator=g)
        return Batch(
            self.V[at].clone(), self.y[at].clone(), self.M[at].clone(), self.weight[at].clone(), self.boxed[at].clone()
        )

    def paste(self, batch: Batch, g: torch.Generator, p: float) -> None:
        """Pastes boxed elements of other panels into a share p of the batch, in place."""
        if not self.places:
            return
        by_element: dict[int, list[int]] = {}
        for j, i in self.places:
            by_element.setdefault(i, []).append(j)
        elements = sorted(by_element)
        for b in range(len(batch.V)):
            if not chance(p, g):
                continue
            i = elements[int(torch.randint(0, len(elements), (), generator=g))]
            panels = by_element[i]
            j = panels[int(torch.randint(0, len(panels), (), generator=g))]
            self._paste_one(batch, b, j, i, g)

    def _paste_one(self, batch: Batch, b: int, j: int, i: int, g: torch.Generator) -> None:
        k = self.px // self.size
        x0, y0, x1, y1 = (v * k for v in _extent(self.M[j, i]))
        scale = float(torch.exp(torch.rand((), generator=g) * 0.9 - 0.5))
        h, w = (int(min(self.px, max(8, side * scale))) for side in (y1 - y0, x1 - x0))
        piece = F.interpolate(self.V[j : j + 1, :3, y0:y1, x0:x1], size=(h, w), mode="bilinear", antialias=True)[0]
        if chance(0.5, g):
            piece = piece.flip(2)
        top = int(torch.randint(0, self.px - h + 1, (), generator=g))
        left = int(torch.randint(0, self.px - w + 1, (), generator=g))
        self._lay(batch, b, piece, top, left)
        cover = torch.zeros(self.size, self.size)
        cover[top // k : (top + h) // k + 1, left // k : (left + w) // k + 1] = 1
        batch.M[b, i] = torch.maximum(batch.M[b, i], cover)
        batch.y[b, i], batch.weight[b, i], batch.boxed[b, i] = 1, 1, True
        # Neighbours that were caught in the cut-out: nobody knows how much of them shows.
        caught = (self.M[j] * self.M[j, i]).sum((1, 2)) > 0.1 * self.M[j].sum((1, 2)).clamp_min(1)
        unsure = caught & (batch.y[b] == 0)
        unsure[i] = False
        batch.weight[b, unsure] = 0

    def erase(self, batch: Batch, g: torch.Generator, p: float) -> None:
        """Covers a boxed element in a share p of the batch with a plain patch, in place: now it is absent."""
        k = self.px // self.size
        for b in range(len(batch.V)):
            there = [i for i in range(len(self.everywhere)) if not self.everywhere[i] and batch.M[b, i].any()]
            if not there or not chance(p, g):
                continue
            i = there[int(torch.randint(0, len(there), (), generator=g))]
            x0, y0, x1, y1 = (v * k for v in _extent(batch.M[b, i]))
            h, w = y1 - y0, x1 - x0
            if h * w > 0.6 * self.px**2:
                continue
            # The colour of what is around it: its own colour would leave a trace of it.
            rest = batch.V[b, :3].sum((1, 2)) - batch.V[b, :3, y0:y1, x0:x1].sum((1, 2))
            tint = rest / (self.px**2 - h * w)
            patch = tint[:, None, None] + 0.1 * torch.randn(3, 1, 1, generator=g) + torch.zeros(3, h, w)
            self._lay(batch, b, patch.clamp(0, 1), y0, x0)
            batch.y[b, i], batch.M[b, i], batch.weight[b, i], batch.boxed[b, i] = 0, 0, 1, True

    def _lay(self, batch: Batch, b: int, piece: Tensor, top: int, left: int) -> None:
        h, w = piece.shape[1:]
        soft = F.interpolate(self.feather, size=(h, w), mode="bilinear", align_corners=False)[0]
        region = (slice(top, top + h), slice(left, left + w))
        batch.V[b, :3][:, region[0], region[1]] = piece * soft + batch.V[b, :3][:, region[0], region[1]] * (1 - soft)
        k = self.px // self.size
        cover = torch.zeros(self.size, self.size)
        cover[top // k : (top + h) // k + 1, left // k : (left + w) // k + 1] = 1
        area = batch.M[b].sum((1, 2))
        left_over = (batch.M[b] * (1 - cover)).sum((1, 2))
        hidden = (area > 0) & (left_over < 0.2 * area)
        batch.weight[b, hidden] = 0  # mostly covered: neither here nor gone
        batch.M[b] = batch.M[b] * (1 - cover * (area > 0)[:, None, None])


def _extent(mask: Tensor) -> tuple[int, int, int, int]:
    """Bounding box (x0, y0, x1, y1) of a mask's ones, in cells."""
    ys, xs = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
    return int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1


def page_folds(pages: list[int], count: int) -> tuple[list[list[int]], str]:
    """Splits panels into folds of whole pages, where every fold leaves enough panels to learn from.

    Panels of a page share scene, light and often the very pose, so that a score across pages says more about the next
    page than one across panels does. With up to five pages each is a fold of its own.

    Args:
        pages: the page number of each panel.
        count: how many folds where there are more pages than that, or where they are of panels.

    Returns:
        For each fold, the indices of its panels; and "page" or "panel", what was kept together.
    """
    groups = sorted(set(pages))
    parts = len(groups) if len(groups) <= MOST_PAGES else count
    of = {page: n % max(1, parts) for n, page in enumerate(groups)}
    split = [[j for j, page in enumerate(pages) if of[page] == f] for f in range(parts)]
    rest = min((len(pages) - len(fold) for fold in split), default=0)
    if parts >= 2 and rest >= min(ENOUGH, 2 * len(pages) / 3):
        return split, "page"
    return [[j for j in range(len(pages)) if j % count == f] for f in range(count)], "panel"


def folds(pages: list[int], count: int) -> list[list[int]]:
    """Splits panels into folds, whole pages together where there are enough pages.

    Args:
        pages: the page number of each panel.
        count: how many folds.

    Returns:
        For each fold, the indices of its panels; none is empty unless there are fewer panels than folds.
    """
    groups = sorted(set(pages))
    if len(groups) >= 2 * count:
        of = {page: n % count for n, page in enumerate(groups)}
        return [[j for j, page in enumerate(pages) if of[page] == f] for f in range(count)]
    return [[j for j in range(len(pages)) if j % count == f] for f in range(count)]
