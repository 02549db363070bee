"""What makes the given pictures of a book agree: the colours of the book, those of its elements, and the network.

Everything is found at the size at which panels are fitted; `Harmony.paint` lays it on a picture of any size.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from inkwright.config import Config
from inkwright.images import Floats, Pixels, resize, to_float, to_uint8
from inkwright.learn.agreement import Agreement, Means, agree, book_colours, panel_means, recast, residue
from inkwright.learn.banks import Bank, Elements, read_banks, steady
from inkwright.learn.canvas import FAR
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.colour import luma, oklab, srgb
from inkwright.learn.drawing import distance_to, painted_share
from inkwright.learn.element_look import oklab_planes, spots
from inkwright.learn.filters import blur
from inkwright.learn.guided import Guided, laid
from inkwright.learn.harmonize import Piece, Task
from inkwright.learn.regions import Regions, place_planes
from inkwright.learn.tensors import to_tensor
from inkwright.learn.views import box_mask
from inkwright.operations.canvases import MASK_SIDE, fit_scale, panel_guides
from inkwright.operations.material import PanelPicture, reduced
from inkwright.operations.train import Inputs
from inkwright.operations.whereabouts import Whereabouts

BANDS = (1.0, 2.5, 6.0)
"""Blurs, in pixels, that part the given picture's marks into the three bands that the network is told."""
BAND = 256
"""Rows of a picture that are painted at a time."""
LR = 2e-3
"""Peak learning rate: the network starts from the identity."""


@dataclass
class Sheet:
    """A panel at the size at which it is fitted: its drawing and what was given for it, (H, W, 3) RGB in [0, 1]."""

    drawing: Floats
    flat: Floats
    ink: Floats
    given: Floats


@dataclass
class Harmony:
    """How the given pictures of a book are made to agree.

    Attributes:
        agreement: of the colours of the whole book.
        fields: per panel (H, W, 3) OKLab, what is added to its colours after `recast`.
        guides: per panel (H, W, 3) OKLab, the given picture after `recast`.
        pieces: per panel, what the network sees; empty without a network.
        net: the network, or None.
    """

    agreement: Agreement
    fields: list[Floats]
    guides: list[Floats]
    pieces: list[Piece] = field(default_factory=list)
    net: nn.Module | None = None

    @torch.no_grad()
    def paint(self, given: Pixels, j: int) -> Pixels:
        """A given picture of panel j, at any size, made to agree: the same shape, uint8."""
        total = to_tensor(self.fields[j])
        if self.net is not None:
            base = self.pieces[j].base.float()
            wanted = base + self.pieces[j].changed(self.net)
            total = total + oklab_planes(wanted.clamp(0, 1)) - oklab_planes(base)
        maps = Guided(to_tensor(self.guides[j])).maps(total)
        out, height = np.empty_like(given), given.shape[0]
        for top in range(0, height, BAND):
            rows = recast(to_float(given[top : top + BAND]), self.agreement, j)
            shift = laid(maps, to_tensor(rows), top, height)[0].permute(1, 2, 0).numpy()
            out[top : top + BAND] = to_uint8(srgb(rows + shift))
        return out


def sheets(panels: Sequence[PanelPicture], given: Sequence[Pixels], config: Config) -> list[Sheet]:
    """The panels at the size at which they are fitted; `given` are the insides at any size."""
    small = [to_float(reduced(panel.pixels, fit_scale(panel, config))) for panel in panels]
    detail = painted_share([(pixels, panel.light) for pixels, panel in zip(small, panels, strict=True)])
    out = []
    for panel, drawing, pixels in zip(panels, small, given, strict=True):
        guides = panel_guides(panel, fit_scale(panel, config), detail)
        height, width = guides.ink.shape
        out.append(Sheet(drawing, guides.flat, guides.ink, to_float(resize(pixels, width, height))))
    return out


def closed_form(its: Sequence[Sheet], regions: Sequence[Regions], where: Whereabouts, config: Config) -> Harmony:
    """What needs no network: the book's colours agree, then those that are an element's own."""
    flats, seed = [one.flat for one in its], config.style.seed
    drawn = book_colours(flats)
    told = [panel_means(one.flat, one.ink, one.given, drawn) for one in its]
    agreement = agree(drawn, Means.of_book(told), config.harmonize.colours)
    guides = [recast(one.given, agreement, j) for j, one in enumerate(its)]
    fields = [residue(one.flat, one.ink, agreement, j) for j, one in enumerate(its)]
    if config.fit.weight_look:
        tones = [srgb(guide + shift) for guide, shift in zip(guides, fields, strict=True)]
        elements = read_banks(flats, tones, regions, where.everywhere(), seed)
        for j, (one, tone) in enumerate(zip(its, tones, strict=True)):
            moved = oklab(steady(tone, one.flat, regions[j], elements)) - oklab(tone)
            fields[j] = np.asarray(fields[j] + moved * (1 - one.ink[..., None]), np.float32)
    return Harmony(agreement, fields, guides)


def fine_tuning(
    harmony: Harmony,
    its: Sequence[Sheet],
    regions: Sequence[Regions],
    where: Whereabouts,
    panels: Sequence[PanelPicture],
    given: Inputs,
    classifiers: Ensemble,
    config: Config,
) -> Task:
    """The network's task; fills `harmony.pieces`, in half precision."""
    tones = [srgb(guide + _laid(shift, guide)) for shift, guide in zip(harmony.fields, harmony.guides, strict=True)]
    elements = _compared(harmony.agreement, its, tones, regions, where, config)
    for one, tone, its_regions, guide in zip(its, tones, regions, harmony.guides, strict=True):
        height, width = one.ink.shape
        whole = {**its_regions, len(where.prior.elements): np.ones((height, width), np.float32)}
        anywhere = np.max([np.zeros((height, width), np.float32), *its_regions.values()], axis=0)
        places = place_planes(its_regions, len(where.prior.elements), height, width)
        piece = Piece(
            x=told(one, tone).half(),
            base=to_tensor(tone).half(),
            guide=to_tensor(guide).half(),
            places=places.half(),
            region=to_tensor(anywhere).half(),
            spots=spots(one.flat, tone, whole, elements),
        )
        harmony.pieces.append(piece)
    p_hat = torch.from_numpy(given.prior.table.T.copy()).float()
    p_hat[:, ~classifiers.reliable] = torch.nan
    masks = []
    for panel in panels:
        height, width = panel.pixels.shape[:2]
        rows = [box_mask(panel.boxes(e.name), height, width, classifiers.px, MASK_SIDE) for e in given.prior.elements]
        masks.append(torch.stack(rows))
    f, h = config.fit, config.harmonize
    return Task(
        harmony.pieces,
        p_hat,
        torch.stack(masks),
        classifiers,
        h.weight_close,
        f.weight_c,
        f.weight_location,
        f.weight_look,
        h.steps,
        f.batch,
        LR,
        config.style.seed,
    )


def told(one: Sheet, tone: Floats) -> Tensor:
    """(1, 8, H, W) what the network is told of a panel, see `learn.harmonize.PLANES`."""
    light = luma(tone)
    soft = [light, *(blur(light, sigma) for sigma in BANDS)]
    bands = np.stack([fine - coarse for fine, coarse in pairwise(soft)], 2)
    distance = distance_to(one.ink) / np.float32(FAR)
    return torch.cat([to_tensor(plane) for plane in (one.ink, distance, bands, one.flat)], 1)


def _laid(shift: Floats, guide: Floats) -> Floats:
    """A field (H, W, 3) as it reaches the picture."""
    laid = Guided(to_tensor(guide))(to_tensor(shift))[0].permute(1, 2, 0).numpy()
    return np.asarray(laid, np.float32)


def _compared(
    agreement: Agreement,
    its: Sequence[Sheet],
    tones: Sequence[Floats],
    regions: Sequence[Regions],
    where: Whereabouts,
    config: Config,
) -> Elements:
    """The colours that K compares: the elements', and, as one more element that is everywhere, those of the book."""
    flats = [one.flat for one in its]
    found = read_banks(flats, tones, regions, where.everywhere(), config.style.seed)
    target = agreement.target[:-1].astype(np.float32)
    shared = agreement.shared[:-1].astype(np.float32)
    book = Bank(agreement.drawn, shared, target, target)
    return Elements({**found.banks, len(where.prior.elements): book}, [*where.everywhere(), True])
