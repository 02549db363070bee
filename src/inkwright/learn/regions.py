"""Where the book's elements are in a panel: soft masks, and the planes that tell the style network.

From the author's boxes; a setting without a box fills its panel; without boxes, the classifiers' heat-maps say it.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float32]
Box = tuple[int, int, int, int]
Regions = dict[int, Floats]
"""Element index → (H, W) in [0, 1], how surely each pixel belongs to where it is."""

CODES = 8
"""Planes in which the style network is told where elements are, whatever their number."""
SOFT = 0.06
"""Softness of a box's edge, in its own shorter sides: an edge that a shift of colour must not show."""
COARSE = 4
"""The network is told at this fraction of the panel's size: a region has no sharp edge anyway."""


def soft_boxes(boxes: list[Box], height: int, width: int) -> Floats:
    """(height, width) mask of boxes (x, y, w, h) in pixels, fading out at their edges."""
    out = np.zeros((height, width), np.float32)
    for x, y, w, h in boxes:
        one = np.zeros_like(out)
        one[max(0, y) : y + h, max(0, x) : x + w] = 1
        sigma = max(1.0, SOFT * min(w, h))
        # Replicated at the panel's edge: an element that is cut off by the frame does not fade out before it.
        out = np.maximum(out, cv2.GaussianBlur(one, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
    return out


def enlarged(heat: NDArray[np.floating], height: int, width: int) -> Floats:
    """A coarse map (h, w) in [0, 1] at the size of a panel."""
    grown = cv2.resize(np.asarray(heat, np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(grown, 0, 1), np.float32)


def codes(elements: int) -> Tensor:
    """(elements, 8) one unit vector per element, as far apart as 8 planes allow; the same at every run."""
    blocks = [torch.eye(CODES)]
    g = torch.Generator().manual_seed(8)
    while len(blocks) * CODES < elements:
        blocks.append(torch.linalg.qr(torch.randn(CODES, CODES, generator=g))[0])
    return torch.cat(blocks)[:elements]


def place_planes(regions: Regions, elements: int, height: int, width: int) -> Tensor:
    """The planes of a panel: (1, 8, ceil(height / 4), ceil(width / 4)), the sum of its elements' codes."""
    h, w = -(-height // COARSE), -(-width // COARSE)
    out, code = torch.zeros(CODES, h, w), codes(elements)
    for i, mask in sorted(regions.items()):
        small = torch.from_numpy(cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA))
        out += code[i][:, None, None] * small
    return out[None]
