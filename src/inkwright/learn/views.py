"""How a classifier sees a panel: on a square canvas of fixed size, with a mask of where the panel is.

A panel of aspect a is squeezed to aspect √a and centred: a wide panel keeps half of its width in shape and is not
reduced to a stripe. The same mapping serves training, the loss (it is differentiable) and the review.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

CELL = 8
"""Stride of the classifiers' heat-maps, in canvas pixels."""


@dataclass(frozen=True)
class Frame:
    """Where a panel of `height` x `width` lies on a canvas of `px` x `px`: offset and size in canvas pixels."""

    px: int
    top: int
    left: int
    height: int
    width: int


def frame(height: int, width: int, px: int) -> Frame:
    """The frame of a panel; its longer side fills the canvas."""
    aspect = math.sqrt(width / height)
    w, h = (px, max(2 * CELL, round(px / aspect))) if aspect >= 1 else (max(2 * CELL, round(px * aspect)), px)
    return Frame(px, (px - h) // 2, (px - w) // 2, h, w)


def see(X: Tensor, px: int) -> Tensor:
    """A panel on its canvas.

    Args:
        X: (B, 3, H, W) RGB in [0, 1].
        px: side of the canvas.

    Returns:
        (B, 4, px, px): RGB on mid-grey, and the mask.
    """
    f = frame(X.shape[2], X.shape[3], px)
    small = F.interpolate(X, size=(f.height, f.width), mode="bilinear", antialias=True, align_corners=False)
    pad = (f.left, px - f.left - f.width, f.top, px - f.top - f.height)
    rgb = F.pad(small, pad, value=0.5)
    mask = F.pad(torch.ones_like(small[:, :1]), pad)
    return torch.cat([rgb, mask], 1)


def box_mask(boxes: list[tuple[int, int, int, int]], height: int, width: int, px: int, size: int) -> Tensor:
    """Boxes in panel pixels → (size, size) mask on the canvas, 1 inside a box.

    Args:
        boxes: (x, y, w, h) in panel pixels.
        height: of the panel, in pixels.
        width: of the panel, in pixels.
        px: side of the canvas.
        size: side of the mask.
    """
    f, k = frame(height, width, px), size / px
    mask = torch.zeros(size, size)
    for x, y, w, h in boxes:
        left, right = (f.left + v / width * f.width for v in (x, x + w))
        top, bottom = (f.top + v / height * f.height for v in (y, y + h))
        x0, y0 = max(0, round(left * k)), max(0, round(top * k))
        x1, y1 = min(size, max(x0 + 1, round(right * k))), min(size, max(y0 + 1, round(bottom * k)))
        mask[y0:y1, x0:x1] = 1
    return mask
