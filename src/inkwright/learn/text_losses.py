"""W: how far the book is from its look in words, in CLIP's space of pictures and texts.

    W := (D + 18 P) / 19
    D := mean of 1 - cos(ΔI, ΔT) over whole panels
    P := mean of [1 - cos(ΔI, ΔT)]_τ over parts of panels, seen in random perspective; [c]_τ = c, but 0 below τ = .7
    ΔI := E(picture as painted) - E(the same picture as drawn),  ΔT := E(text) - E(words for the drawings)

E has length 1; E of a text is the mean over `TEMPLATES`.

Source: G. Kwon and J. C. Ye, "CLIPstyler: image style transfer with a single text condition", 2022: the directional
loss, the patch loss, its threshold and their ratio. Differs: parts are taken from the panels of the whole book and
compared with the same part as drawn, not with the whole picture; the source text says that these are drawings, not "a
Photo"; our own templates; what is painted is shown as it is, without a contrast added afterwards. Words for a region
alone after the idea of Sem-CS (Kamra et al., 2023): outside of it the drawing stands, in both pictures, so that neither
its look nor the gradient spills over.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

THRESHOLD = 0.7
"""Parts whose loss is below this are painted well enough, and count as 0."""
PARTS = 18.0
"""Weight of P against D."""
DISTORTION = 0.5
"""How far a corner of a part may move inwards, in half sides."""
TEMPLATES = (
    "{}",
    "{}.",
    "a picture: {}",
    "a comic panel, {}",
    "a panel of a graphic novel, {}",
    "a page from a picture book, {}",
    "an illustration, {}",
    "an illustrated scene, {}",
    "a scene painted like this: {}",
    "a finished artwork, {}",
    "concept art, {}",
    "a detail of an artwork, {}",
    "a close view of a picture, {}",
    "the surface of a picture, {}",
    "the colours of the picture: {}",
    "the light in the picture: {}",
    "the lines of the picture: {}",
    "a landscape with figures, {}",
    "a storyboard frame, {}",
    "a cartoon, {}",
    "a book cover, {}",
    "a poster, {}",
    "a print, {}",
    "an image in the look of {}",
)
"""Sentences around a look."""


def direction(texts: Tensor, drawn: Tensor) -> Tensor:
    """ΔT, (D,) of length 1.

    Args:
        texts: (N, D) embeddings of a look in all templates, of length 1.
        drawn: (N, D) of the words for the drawings.
    """
    return F.normalize(F.normalize(texts.mean(0), dim=0) - F.normalize(drawn.mean(0), dim=0), dim=0)


def directional(painted: Tensor, drawn: Tensor, delta_T: Tensor) -> Tensor:
    """1 - cos(ΔI, ΔT), (B,).

    Args:
        painted: (B, D) embeddings of pictures as painted, of length 1.
        drawn: (B, D) of the same pictures as drawn.
        delta_T: (B, D) or (D,).
    """
    delta_I = painted - drawn
    cosine: Tensor = (delta_I * delta_T).sum(-1) / (delta_I.norm(dim=-1) * delta_T.norm(dim=-1)).clamp_min(1e-8)
    return 1 - cosine


def unsatisfied(losses: Tensor, threshold: float = THRESHOLD) -> Tensor:
    """[c]_τ: losses below the threshold as 0. (B,)"""
    return torch.where(losses < threshold, 0.0, losses)


def words_loss(whole: Tensor, parts: Tensor) -> Tensor:
    """W, a scalar.

    Args:
        whole: (B,) directional losses of whole panels; may be none.
        parts: (N,) of parts of panels; may be none.
    """
    D = whole.mean() if len(whole) else whole.new_zeros(())
    P = unsatisfied(parts).mean() if len(parts) else whole.new_zeros(())
    total: Tensor = (D + PARTS * P) / (1 + PARTS)
    return total


def homography(corners: Tensor) -> Tensor:
    """The (3, 3) map of the square [-1, 1]² onto four corners, (4, 2) as x, y: left top, right top, right bottom, left
    bottom."""
    square = corners.new_tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    rows, values = [], []
    for (x, y), (u, v) in zip(square.tolist(), corners.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solved = torch.linalg.solve(torch.tensor(rows, dtype=torch.float64), torch.tensor(values, dtype=torch.float64))
    return torch.cat([solved, solved.new_ones(1)]).view(3, 3)


def random_corners(g: torch.Generator) -> Tensor:
    """Corners of a part seen in perspective: (4, 2), each of the square's moved inwards by chance."""
    square = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return square * (1 - DISTORTION * torch.rand(4, 2, generator=g))


def in_perspective(X: Tensor, corners: Tensor, side: int) -> Tensor:
    """What lies between four corners of a picture, as a square.

    Args:
        X: (1, C, H, W).
        corners: (4, 2) x, y in [-1, 1].
        side: of the square, in pixels.

    Returns:
        (1, C, side, side).
    """
    axis = (torch.arange(side, dtype=torch.float64) + 0.5) / side * 2 - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    flat = torch.stack([x, y, torch.ones_like(x)], -1) @ homography(corners).T  # (side, side, 3)
    grid = (flat[..., :2] / flat[..., 2:]).to(X.dtype)[None]
    return F.grid_sample(X, grid, mode="bilinear", padding_mode="border", align_corners=False)


def squeezed(X: Tensor, side: int) -> Tensor:
    """A whole picture as a square: (1, C, H, W) → (1, C, side, side)."""
    return F.interpolate(X, size=(side, side), mode="bilinear", antialias=True, align_corners=False)


def in_templates(text: str, templates: Sequence[str] = TEMPLATES) -> list[str]:
    """A look in all templates."""
    return [template.format(text) for template in templates]
