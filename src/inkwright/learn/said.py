"""What the words of a look ask of the book: which text holds where, and the term W on parts of all its panels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.learn.backbones.clip import Clip
from inkwright.learn.order import minibatch
from inkwright.learn.regions import COARSE, Regions, codes
from inkwright.learn.tensors import generator
from inkwright.learn.text_losses import (
    direction,
    directional,
    in_perspective,
    in_templates,
    random_corners,
    squeezed,
    words_loss,
)

GRID = 4
"""Parts begin at multiples of this, in pixels: the cells in which the network is told where elements are."""
SMALLEST, LARGEST = 0.3, 0.55
"""Side of a part, as a share of the panel's shorter side."""
LEAST = 64
"""The least side of a part, in pixels, where the panel is so large."""
CHOICES = 6
"""Parts a panel for each of its texts; perspective makes each of them new at every step."""
PRESENT = 0.01
"""Share of a panel that a text's region must have to be asked for there."""
WHOLE = 6
"""One in so many pictures of a step is a whole panel."""
CHECKED = 16
"""At most so many panels, spread over the book, are evaluated."""


class Window(NamedTuple):
    """A part of a panel, in pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, X: Tensor, cell: int = 1) -> Tensor:
        """The window of (..., H, W), or of planes whose pixels are cells of the panel."""
        top, left = self.top // cell, self.left // cell
        return X[..., top : top + -(-self.height // cell), left : left + -(-self.width // cell)]


Paint = Callable[[int, Window], Tensor]
"""Panel and window of it → (1, 3, h, w) as painted."""


@dataclass(frozen=True)
class Texts:
    """A look in words, by where it holds.

    Attributes:
        whole: for all that has no words of its own; may be empty.
        foreground: characters and props.
        background: what is neither.
        elements: element → its words; empty ones: nothing is asked where it is.
        panels: id of a panel → its words, in place of the three above; empty ones: nothing is asked there.
    """

    whole: str = ""
    foreground: str = ""
    background: str = ""
    elements: Mapping[int, str] = field(default_factory=dict)
    panels: Mapping[str, str] = field(default_factory=dict)

    def all(self) -> list[str]:
        """Every text once, in a fixed order."""
        named = [self.whole, self.foreground, self.background, *(self.elements[i] for i in sorted(self.elements))]
        return list(dict.fromkeys(text for text in [*named, *self.panels.values()] if text))

    def own(self) -> list[int]:
        """The texts that hold in a part of the book alone, by number: the network is told where."""
        return [k for k, text in enumerate(self.all()) if text != self.whole]


def claims(
    texts: Texts, regions: Regions, everywhere: Sequence[bool], height: int, width: int, panel: str = ""
) -> Tensor:
    """Where in a panel each text holds: (texts, height, width) in [0, 1], together at most 1.

    An element's own words go before its panel's, these before those of fore- and background, and these before the whole
    book's. A setting's words hold behind figures.

    Args:
        texts: the look.
        regions: where elements are in the panel.
        everywhere: per element, whether it is a setting.
        height, width: of the panel.
        panel: its id.
    """
    order, own = texts.all(), texts.panels.get(panel)
    out, left, front = torch.zeros(len(order), height, width), torch.ones(height, width), torch.zeros(height, width)

    def take(text: str | None, mask: Tensor) -> None:
        nonlocal left
        if text:
            out[order.index(text)] += mask * left
        if text is not None:
            left = left * (1 - mask)

    masks = {i: torch.from_numpy(mask).float() for i, mask in sorted(regions.items())}
    figures = [i for i in masks if not everywhere[i]]
    for i in figures:
        front = torch.maximum(front, masks[i])
        take(texts.elements.get(i), masks[i])
    if own is None:
        take(texts.foreground or None, front)
    for i in masks:
        if everywhere[i]:
            take(texts.elements.get(i), masks[i] * (1 - front))
    if own is None:
        take(texts.background or None, 1 - front)
    take(texts.whole if own is None else own, torch.ones(height, width))
    return out


def word_planes(texts: Texts, holds: Tensor) -> Tensor | None:
    """The planes that tell the style network which words hold where in a panel: the sum of their texts' codes.

    Zeros are the book's words, and its part without any; so a book with one text is painted as by a network that is not
    told. As the planes of elements they are coarse, and eight whatever the number of texts.

    Args:
        texts: the look.
        holds: (texts, height, width), see `claims`.

    Returns:
        (1, 8, ceil(height / 4), ceil(width / 4)); None where no text holds in a part of the book alone.
    """
    own = texts.own()
    if not own:
        return None
    small = F.avg_pool2d(holds[own][None], COARSE, ceil_mode=True)[0]
    return torch.einsum("kc,khw->chw", codes(len(own)), small)[None]


@dataclass(frozen=True)
class Part:
    """A picture that CLIP may look at: a window of a panel, or None for all of it, and the text that is asked of it."""

    panel: int
    text: int
    window: Window | None


class Said:
    """The term W of a book.

    Args:
        clip: the checkpoint.
        texts: the look.
        drawn: words for the drawings, as they are.
        drawings: (1, 3, H, W) RGB in [0, 1] each: the panels as drawn, as large as they are painted while fitting.
        masks: of each panel, see `claims`; at its own or a smaller size.
        crops: pictures a step.
        seed: of where the parts lie.
    """

    def __init__(
        self,
        clip: Clip,
        texts: Texts,
        drawn: str,
        drawings: Sequence[Tensor],
        masks: Sequence[Tensor],
        crops: int,
        seed: int,
    ) -> None:
        self.clip, self.drawings, self.masks, self.crops, self.seed = clip, drawings, masks, crops, seed
        plain = clip.texts(in_templates(drawn))
        self.delta_T = torch.stack([direction(clip.texts(in_templates(text)), plain) for text in texts.all()])
        self.here = [self._present(mask) for mask in masks]
        self.panels = [j for j, here in enumerate(self.here) if here]
        self.known: dict[Part, Tensor] = {}

    def _present(self, mask: Tensor) -> list[int]:
        """The texts that are asked for in a panel."""
        return [k for k, share in enumerate(mask.float().mean((1, 2)).tolist()) if share >= PRESENT]

    def step(self, step: int, seed: int, paint: Paint) -> Tensor:
        """W of one step: its pictures come from as many panels as there are, each panel equally often."""
        g = generator(seed, step, 6)
        count = min(self.crops, max(1, round(self.crops / WHOLE)))
        order = self._order(step, seed)
        mixed = [order[n] for n in torch.randperm(len(order), generator=g).tolist()]
        parts = [self._part(self.panels[at], g, n < count) for n, at in enumerate(mixed)]
        return self._loss(parts, paint, [None if part.window is None else random_corners(g) for part in parts])

    def _order(self, step: int, seed: int) -> list[int]:
        """Which panels a step looks at; where there are fewer than pictures, some more than once."""
        J = len(self.panels)
        out: list[int] = []
        whole, rest = divmod(self.crops, J) if J else (0, 0)
        for _ in range(whole):
            out += range(J)
        return out + minibatch(J, rest, step, seed + 2) if rest else out

    def _part(self, j: int, g: torch.Generator, whole: bool) -> Part:
        here = self.here[j]
        text = here[int(torch.randint(0, len(here), (), generator=g))]
        at = int(torch.randint(0, CHOICES, (), generator=g))
        return Part(j, text, None if whole else self.window(j, text, at))

    def window(self, j: int, text: int, choice: int) -> Window:
        """One of the parts of a panel that are looked at for a text: more often where the text holds."""
        g = generator(self.seed, 7, j, text, choice)
        height, width = self.drawings[j].shape[-2:]
        short = min(height, width)
        share = SMALLEST + (LARGEST - SMALLEST) * float(torch.rand((), generator=g))
        side = min(short, max(min(LEAST, short), round(short * share)))
        coarse = F.adaptive_avg_pool2d(self.masks[j][text][None, None].float(), (12, 12)).flatten()
        cell = int(torch.multinomial(coarse + 1e-6, 1, generator=g))
        y, x = (((c + float(torch.rand((), generator=g))) / 12) for c in divmod(cell, 12))
        top = min(max(0, round(y * height - side / 2)), height - side) // GRID * GRID
        left = min(max(0, round(x * width - side / 2)), width - side) // GRID * GRID
        return Window(top, left, side, side)

    def _loss(self, parts: list[Part], paint: Paint, corners: list[Tensor | None]) -> Tensor:
        pictures = torch.cat([self._seen(part, paint, c) for part, c in zip(parts, corners, strict=True)])
        drawn = torch.stack([self._source(part) for part in parts])
        losses = directional(self.clip.pictures(pictures), drawn, self.delta_T[[part.text for part in parts]])
        whole = torch.tensor([part.window is None for part in parts])
        return words_loss(losses[whole], losses[~whole])

    def _seen(self, part: Part, paint: Paint, corners: Tensor | None) -> Tensor:
        """A picture as CLIP sees it, (1, 3, side, side); where its text does not hold, the drawing stands."""
        at = self._at(part)
        X = paint(part.panel, at).float()
        m = self._mask(part)
        if m is not None:
            X = m * X + (1 - m) * at.of(self.drawings[part.panel]).float()
        return squeezed(X, self.clip.side) if corners is None else in_perspective(X, corners, self.clip.side)

    def _at(self, part: Part) -> Window:
        height, width = self.drawings[part.panel].shape[-2:]
        return part.window or Window(0, 0, height, width)

    def _mask(self, part: Part) -> Tensor | None:
        """(1, 1, h, w) where the text holds in the picture; None: everywhere."""
        mask = self.masks[part.panel][part.text]
        if bool((mask > 0.99).all()):
            return None
        at, size = self._at(part), self.drawings[part.panel].shape[-2:]
        return at.of(F.interpolate(mask[None, None].float(), size=size, mode="bilinear", align_corners=False))

    @torch.no_grad()
    def _source(self, part: Part) -> Tensor:
        """E of a part as drawn, (D,); looked at once."""
        if part not in self.known:
            at = self._at(part)
            square = squeezed(at.of(self.drawings[part.panel]).float(), self.clip.side)
            self.known[part] = self.clip.pictures(square)[0]
        return self.known[part]

    def look_at_drawings(self) -> int:
        """Looks at every part as drawn, which else happens when it comes up first; returns how many there are."""
        for j in self.panels:
            for text in self.here[j]:
                for window in (None, *(self.window(j, text, n) for n in range(CHOICES))):
                    self._source(Part(j, text, window))
        return len(self.known)

    @torch.no_grad()
    def book(self, paint: Paint) -> float:
        """W of the whole book, without random views: a whole and a part of panels spread over it, all texts in turn."""
        J = len(self.panels)
        if not J:
            return 0.0
        spread = sorted({round(n * (J - 1) / max(1, CHECKED - 1)) for n in range(CHECKED)})
        whole: list[Tensor] = []
        single: list[Tensor] = []
        for n, at in enumerate(spread):
            j = self.panels[at]
            text = self.here[j][n % len(self.here[j])]
            for part, losses in ((Part(j, text, None), whole), (Part(j, text, self.window(j, text, 0)), single)):
                seen = self.clip.pictures(self._seen(part, paint, None))
                losses.append(directional(seen, self._source(part)[None], self.delta_T[text][None])[0])
        return float(words_loss(torch.stack(whole), torch.stack(single)))
