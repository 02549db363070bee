"""How likely each paint is in a panel: the colourist's answers to its boxes, and what is known of whose paints are."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inkwright.learn.finish.areas import shares
from inkwright.learn.finish.cutouts import SMALLER, WHOLE, Box, Panel, cutout, halved, pyramid, seats, window
from inkwright.learn.finish.whose import Whose
from inkwright.learn.train import fast_bfloat16

Floats = NDArray[np.float32]

ALL = 0.15
"""Weight of what is said of a whole panel, against what is said of a box in its middle."""
IN_FRONT = 0.8
"""Where an element stands in front of another one, what is said of the other one counts so much less."""
SLIGHT = 0.05
"""How likely a paint is at least where no finished picture has it."""
OWNED = 2.5
"""Exponent of the ownership of paints in an element's box: 0 leaves it out."""
WITHIN = 4.0
"""Exponent of how much of a paint is an element's alone, in panels that lie within it: there is no sky in a room."""
FILLED, BOXED = 0.9, 0.95
"""A panel of which a setting's box takes the first share lies within that setting; a box, not a guess, is this sure."""
ROUNDS = 3
"""In which an element's paints are brought into proportion."""
EASE = 0.02
"""Added to shares of paints before they are compared."""


@torch.no_grad()
def chances(net: nn.Module, panel: Panel, paints: int, whose: Whose, where: NDArray[np.int32]) -> Floats:
    """(H, W, paints) how likely each paint is at each pixel of a panel: all its cutouts' answers together.

    A box's own answer counts more than that of the whole panel, one in the middle of its box more than one at its edge,
    and least in areas that reach far out of it. In a box, paints that are the element's own count more than those that
    are found all over the book, and none has a greater share of the element than finished panels show; in a panel
    within a setting, such as a room, paints that are found outside of it as well count little.

    Args:
        net: the colourist.
        panel: the drawing.
        paints: how many there are.
        whose: whose they are.
        where: (H, W) the drawing's areas.
    """
    stack = pyramid(np.concatenate([panel.planes, panel.places()], 2))
    height, width = panel.planes.shape[:2]
    within = [i for i, its in panel.regions.items() if whose.settings[i] and _filled(its)]
    total = np.zeros((height, width, paints), np.float32)
    for element, box in seats(panel):
        answer, sure = _asked(net, panel, stack, element, box)
        if element == WHOLE:
            for i in within:
                answer *= (SLIGHT + whose.only[i]) ** WITHIN
        else:
            its = shares(panel.regions[element], where)[..., None]
            sure = sure * its
            answer *= np.exp(OWNED * its * np.log(SLIGHT + whose.own[element]))
            if element in within:
                answer *= np.exp(WITHIN * its * np.log(SLIGHT + whose.only[element]))
            answer = _in_proportion(answer, sure[..., 0], element, whose)
        total += _normal(answer) * sure
    return np.asarray(total / np.maximum(total.sum(2, keepdims=True), 1e-6), np.float32)


def _filled(region: Floats) -> bool:
    """Whether an author's box takes nearly all of its panel; a setting without a box is only taken to."""
    return bool(region.max() > BOXED and (region > 0.5).mean() >= FILLED)


def _in_proportion(answer: Floats, sure: Floats, element: int, whose: Whose) -> Floats:
    """An element's answers (H, W, K) with each of its own paints in such shares as finished panels show.

    As classifiers are fitted to new shares of their classes by M. Saerens et al., "Adjusting the outputs of a
    classifier to new a priori probabilities", 2002. Differs: shares within the span of crops stay as they are.

    Args:
        answer: (H, W, K) at least 0.
        sure: (H, W) how much each pixel counts.
        element: whose box was asked about.
        whose: whose paints are.
    """
    own, fewest, most = whose.own[element], whose.fewest[element], whose.most[element]
    rows, weight, factor = answer.reshape(-1, answer.shape[2]), sure.ravel(), np.ones(answer.shape[2], np.float32)
    for _ in range(ROUNDS):
        share = (weight @ _normal(rows * factor)) * own**2
        share /= max(float(share.sum()), 1e-6)
        factor = factor * ((np.clip(share, fewest, most) + EASE) / (share + EASE)) ** own
    return np.asarray(answer * factor, np.float32)


def _normal(answer: Floats) -> Floats:
    """The last axis adds up to 1."""
    return np.asarray(answer / np.maximum(answer.sum(-1, keepdims=True), 1e-6), np.float32)


def _asked(net: nn.Module, panel: Panel, stack: list[Floats], element: int, box: Box) -> tuple[Floats, Floats]:
    """The answer to one box, laid on its panel: (H, W, paints), and its weight (H, W, 1)."""
    height, width = panel.planes.shape[:2]
    views = []
    for mirrored in (False, True):
        for zoom in (0.9, 1.0, 1.15):
            x, y, w, h = box
            seen = (x + w / 2 - zoom * w / 2, y + h / 2 - zoom * h / 2, zoom * w, zoom * h)
            views.append((mirrored, box if element == WHOLE else seen, window(seen, 0.0, mirrored)))
    planes = [cutout(panel, stack, element, seen, at) for _, seen, at in views]
    X = torch.from_numpy(np.stack(planes).transpose(0, 3, 1, 2).copy()).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        Z = torch.softmax(net(X).float(), 1).permute(0, 2, 3, 1).numpy()
    total = np.zeros((height, width, Z.shape[3]), np.float32)
    for z, (_, _, at) in zip(Z, views, strict=True):
        half = halved(at)
        for first in range(0, z.shape[2], 4):
            part = cv2.warpAffine(
                np.ascontiguousarray(z[..., first : first + 4]), half, (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
            total[..., first : first + 4] += part.reshape(height, width, -1) / len(views)
    if element == WHOLE:
        return total, np.full((height, width, 1), ALL, np.float32)
    sure = panel.regions[element] * _middle(box, height, width)
    for other, region in panel.regions.items():
        # What stands in front of a house is not the house, though it is in its box.
        if other != element and region.max() > 0.5 and region.sum() < SMALLER * panel.regions[element].sum():
            sure = sure * (1 - IN_FRONT * region)
    return total, sure[..., None]


def _middle(box: Box, height: int, width: int) -> Floats:
    """(height, width) 1 in the middle of a box, falling to .25 at its edges, 0 outside."""
    x, y, w, h = box
    u = np.abs((np.arange(width) + 0.5 - x - w / 2) / (w / 2))
    v = np.abs((np.arange(height) + 0.5 - y - h / 2) / (h / 2))
    far = np.maximum(u[None], v[:, None])
    return np.where(far <= 1.1, 1 - 0.75 * np.clip(far, 0, 1), 0).astype(np.float32)
