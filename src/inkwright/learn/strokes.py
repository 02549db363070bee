"""The closed-form stroke prior: what the style's brush does to a flat tone, read off its picture without training.

Per tone of the blurred style picture: the rank of the stroke noise → the mean residual colour at that rank of
luminance. Two levels: broad strokes (blur 18 → 4 px) and fine ones (4 → 0 px).
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from inkwright.learn.colour import luma
from inkwright.learn.guides import Guides
from inkwright.learn.palette import Palette

Floats = NDArray[np.float32]
BINS = 24


class _Level:
    """One scale of strokes, with a table per tone."""

    def __init__(self, style: Floats, tones: int, coarse: float, fine: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        blurred = np.asarray(cv2.GaussianBlur(style, (0, 0), coarse), np.float32)
        sharp = np.asarray(cv2.GaussianBlur(style, (0, 0), fine), np.float32) if fine else style
        energy = np.sqrt(cv2.GaussianBlur(((sharp - blurred) ** 2).mean(2), (0, 0), max(6.0, 1.2 * coarse))).ravel()
        tone, residual = blurred.reshape(-1, 3), (sharp - blurred).reshape(-1, 3)
        picked = rng.choice(len(tone), min(40_000, len(tone)), replace=False)
        tone, residual, energy = tone[picked], residual[picked], energy[picked]
        self.centres = tone[rng.choice(len(tone), tones, replace=False)]
        for _ in range(15):
            mine = _far(tone, self.centres).argmin(1)
            self.centres = np.stack(
                [tone[mine == k].mean(0) if (mine == k).any() else self.centres[k] for k in range(tones)]
            )
        self.table = np.zeros((tones, BINS, 3), np.float32)
        self.strength = np.full(tones, 0.3, np.float32)
        for k in range(tones):
            here = residual[mine == k]
            if len(here) < 4 * BINS:
                continue
            order = np.argsort(luma(here), kind="stable")
            means = np.stack([here[part].mean(0) for part in np.array_split(order, BINS)])
            typical, rms = np.median(energy[mine == k]), np.sqrt((energy[mine == k] ** 2).mean() + 1e-9)
            # A tone whose texture sits in a few places (edges, motifs) is mostly calm: do not spread those everywhere.
            self.strength[k] = min(1.0, float(typical / rms) ** 1.5)
            self.table[k] = means * self.strength[k]

    def __call__(self, tone: Floats, noise: Floats, amount: Floats) -> tuple[Floats, Floats]:
        """(H, W, 3) tone, (H, W) noise, (H, W) amount → tone with strokes, and (H, W) how strong they are here."""
        rank = ndtr(noise / max(float(noise.std()), 1e-6)) * (BINS - 1)
        low = np.clip(np.floor(rank).astype(np.intp), 0, BINS - 2)
        part = (rank - low)[..., None].astype(np.float32)
        weight = np.exp(-_far(tone, self.centres) / 0.02) + 1e-6
        weight /= weight.sum(-1, keepdims=True)
        added = np.zeros_like(tone)
        for k in range(len(self.centres)):
            added += weight[..., k, None] * ((1 - part) * self.table[k][low] + part * self.table[k][low + 1])
        return tone + added * amount[..., None], np.asarray(weight @ self.strength, np.float32)


class StrokePrior:
    """Both levels of strokes of a style.

    Args:
        style: (H, W, 3) RGB in [0, 1].
        seed: of the sampling.
    """

    def __init__(self, style: Floats, seed: int) -> None:
        self.broad = _Level(style, 6, 18.0, 4.0, seed)
        self.fine = _Level(style, 8, 4.0, 0.0, seed + 1)

    def __call__(self, tone: Floats, guides: Guides) -> tuple[Floats, Floats]:
        """(H, W, 3) flat tones → (H, W, 3) with strokes, calmer near ink, and (H, W) their strength."""
        distance = guides.distance
        thin, middle, wide = (guides.planes[..., k] for k in (6, 7, 8))
        blobs = guides.planes[..., 10]
        quiet = 1 - 0.75 * guides.busy
        calm = np.clip(distance / 30, 0.15, 1) * 0.7 * quiet
        painted, _ = self.broad(tone, wide + 0.6 * blobs + 0.3 * middle, np.asarray(calm, np.float32))
        calm = np.clip(distance / 12, 0.35, 1) * 0.85 * quiet
        painted, strength = self.fine(np.clip(painted, 0, 1), 0.8 * thin + middle, np.asarray(calm, np.float32))
        return painted, np.asarray(strength * np.clip(distance / 12, 0.4, 1) * quiet, np.float32)


def _far(tone: Floats, centres: Floats) -> Floats:
    """(..., 3), (K, 3) → (..., K) squared distances."""
    return np.stack([((tone - centre) ** 2).sum(-1) for centre in centres], -1).astype(np.float32)


def paint_base(guides: Guides, palette: Palette, prior: StrokePrior | None) -> tuple[Floats, Floats | None]:
    """The base image that the network starts from: cast flats, strokes where a prior is given, ink on top.

    Returns:
        (H, W, 3) RGB in [0, 1], and the strokes' strength (H, W), or None without a prior.
    """
    tone, strength = palette(guides.flat), None
    if prior is not None:
        tone, strength = prior(tone, guides)
    ink = guides.ink[..., None]
    return np.asarray(np.clip((1 - ink) * tone + ink * palette.dark, 0, 1), np.float32), strength
