"""Palette casting, once for the whole book: which colour of the style stands for which colour of the drawings.

One table for all panels is what makes colours agree across the book. The drawings' colours are clustered, so are the
style's, and an optimal assignment pairs them; a smooth look-up table carries the pairs to all other colours.
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.optimize import linear_sum_assignment

from inkwright.learn.cast_table import PAPER, SIDE, cast_table, squared
from inkwright.learn.colour import oklab, srgb

Floats = NDArray[np.float32]
DARK = 20
"""Percentile of the style's lightness that its ink has, unless that is lighter than `BLACK`."""
BLACK = 0.4
"""Largest OKLab lightness of ink: a line must look like ink on any tone that is lighter."""


@dataclass(frozen=True)
class Palette:
    """The book's cast palette.

    Attributes:
        source: (K, 3) colours of the drawings, RGB in [0, 1].
        result: (K, 3) what they become.
        share: (K,) part of the drawings' area, sums to 1.
        dark: (3,) the ink's colour.
        table: (25, 25, 25, 3) look-up table over RGB.
    """

    source: Floats
    result: Floats
    share: Floats
    dark: Floats
    table: Floats

    def __call__(self, rgb: Floats) -> Floats:
        """(H, W, 3) colours of a drawing → (H, W, 3) colours of the book."""
        at = (np.clip(rgb, 0, 1).reshape(-1, 3) * (SIDE - 1)).T
        planes = [map_coordinates(self.table[..., k], at, order=1, mode="nearest") for k in range(3)]
        return np.stack(planes, -1).reshape(rgb.shape).astype(np.float32)

    def as_json(self) -> dict[str, Any]:
        """The palette as plain data, but for the table."""
        return {
            "source": self.source.round(4).tolist(),
            "result": self.result.round(4).tolist(),
            "share": self.share.round(4).tolist(),
            "ink": self.dark.round(4).tolist(),
        }


def cast_palette(
    drawings: list[Floats], style: Floats, seed: int, colours: int = 9, style_colours: int = 18
) -> Palette:
    """Casts the palette of a book.

    Args:
        drawings: the flats of all panels, each (H, W, 3), RGB in [0, 1].
        style: (H, W, 3), RGB in [0, 1].
        seed: of the sampling.
        colours: clusters of the drawings.
        style_colours: clusters of the style.
    """
    rng = np.random.default_rng(seed)
    per_panel = max(300, 60_000 // max(len(drawings), 1))
    picked = [flat.reshape(-1, 3)[rng.integers(0, flat.shape[0] * flat.shape[1], per_panel)] for flat in drawings]
    everything = oklab(np.concatenate(picked))
    # At one size whatever the strokes' size: the palette belongs to the picture.
    small = cv2.resize(style, _fitted(style, 384), interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.5), np.float32)
    paint = oklab(soft.reshape(-1, 3)[rng.integers(0, soft.shape[0] * soft.shape[1], 12_000)])

    content = _flattened(everything, 0.04, 0.6, 6000, rng)
    centres = _kmeans(content, colours, rng)
    paints = _kmeans(_flattened(paint, 0.05, 0.75, 6000, rng), style_colours, rng)
    share, style_share = _shares(everything, centres), _shares(paint, paints)

    matrix = _monge_kantorovich(content, paint)
    # Half-way between the flattened and the true mean, so that mostly-white pages do not come out dark.
    middle = 0.5 * content.mean(0) + 0.5 * everything.mean(0)
    mapped = (centres - middle) @ matrix.T + paint.mean(0)
    target = _assign(centres, mapped, share, paints, style_share, paint)
    target = _accent(centres, target, share, paints)
    table = cast_table(centres, target, matrix, everything, paint)
    order = np.argsort(-share, kind="stable")
    made = Palette(srgb(centres)[order], srgb(target)[order], np.asarray(share[order], np.float32), ink(paint), table)
    return replace(made, result=made(made.source[None])[0])


def ink(paint: Floats) -> Floats:
    """The ink's colour, (3,) RGB: as dark as the style's dark marks are, not as its darkest spot.

    Blacker lines than any in the style are what most gives a drawing away that was only coloured in.
    """
    near = np.abs(paint[:, 0] - min(float(np.percentile(paint[:, 0], DARK)), BLACK))
    lab = paint[near <= max(0.03, float(near.min()))].mean(0)
    lab[0] = min(float(lab[0]), BLACK)  # a style without dark marks still needs lines
    return np.asarray(srgb(lab[None])[0], np.float32)


def _fitted(picture: Floats, side: int) -> tuple[int, int]:
    height, width = picture.shape[:2]
    scale = side / min(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _flattened(lab: Floats, cell: float, power: float, count: int, rng: np.random.Generator) -> Floats:
    """A sample in which rare colours count more: a red tunic is small, paper is large."""
    cells = np.round(lab / cell).astype(int)
    _, inverse, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    weight = counts[inverse.ravel()].astype(np.float64) ** -power
    return lab[rng.choice(len(lab), count, p=weight / weight.sum())]


def _kmeans(lab: Floats, k: int, rng: np.random.Generator) -> Floats:
    """k-means++ with four starts; the tightest wins. (K, 3) centres."""
    best, tightest = lab[:k], np.inf
    data = lab[:3000]
    for _ in range(4):
        centres = data[rng.integers(len(data))][None]
        for _ in range(k - 1):
            far = squared(data, centres).min(1)
            chance = far / far.sum() if far.sum() > 0 else np.full(len(data), 1 / len(data))
            centres = np.concatenate([centres, data[rng.choice(len(data), p=chance)][None]])
        for _ in range(15):
            mine = squared(data, centres).argmin(1)
            centres = np.stack([data[mine == i].mean(0) if (mine == i).any() else centres[i] for i in range(k)])
        spread = float(squared(data, centres).min(1).sum())
        if spread < tightest:
            best, tightest = centres, spread
    return np.asarray(best, np.float32)


def _shares(lab: Floats, centres: Floats) -> NDArray[np.float64]:
    nearest = squared(lab, centres).argmin(1)
    return np.array([(nearest == k).mean() for k in range(len(centres))], np.float64)


def _monge_kantorovich(content: Floats, paint: Floats) -> NDArray[np.float64]:
    """The linear map that carries one colour distribution's covariance to the other's with the least movement.

    Source: F. Pitié and A. Kokaram, "The linear Monge-Kantorovitch linear colour mapping", 2007.
    """
    a = np.cov(content.T) + 1e-5 * np.eye(3)
    b = np.cov(paint.T) + 1e-5 * np.eye(3)
    root, inverse = _power(a, 0.5), _power(a, -0.5)
    values, vectors = np.linalg.eigh(inverse @ _power(root @ b @ root, 0.5) @ inverse)
    # Bounded: a nearly grey book must not have its noise blown up into colour.
    return np.asarray((vectors * np.clip(values * 1.25, 0.6, 1.8)) @ vectors.T)


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-9) ** exponent) @ vectors.T)


def _assign(
    centres: Floats,
    mapped: NDArray[np.float64],
    share: NDArray[np.float64],
    paints: Floats,
    style_share: NDArray[np.float64],
    paint: Floats,
) -> NDArray[np.float64]:
    """Pairs the drawings' colours with the style's (Hungarian method). Cost: tone, hue, kinship, area."""
    chroma, style_chroma = np.hypot(*centres[:, 1:].T), np.hypot(*paints[:, 1:].T)
    kinship = (centres[:, 1:] @ paints[:, 1:].T) / np.maximum(chroma[:, None] * style_chroma[None], 1e-4)
    light = np.clip(mapped[:, :1], np.percentile(paint[:, 0], 4), np.percentile(paint[:, 0], 97))
    # Bare paper is the lightest there is, in the style as in the drawing, whatever its share of the picture.
    bare = np.clip((centres[:, 0] - 0.88) / 0.07, 0, 1) * np.clip((0.04 - chroma) / 0.02, 0, 1)
    light = light + bare[:, None] * np.maximum(np.percentile(paint[:, 0], PAPER) - light, 0)
    cost = 1.2 * np.abs(light - paints[None, :, 0])
    cost += 1.2 * np.linalg.norm(mapped[:, None, 1:] - paints[None, :, 1:], axis=-1)
    strange = 0.5 * (1 - kinship) * np.minimum(style_chroma / 0.06, 1)[None]
    dull = 0.6 * np.maximum(0, 1 - style_chroma / 0.09)[None]
    # Brown is a dark orange: beside chroma, chroma relative to lightness says that a colour has a hue to keep.
    coloured = np.minimum(np.maximum(chroma / 0.12, chroma / np.maximum(centres[:, 0], 0.15) / 0.2), 1)
    cost += 0.6 * coloured[:, None] * (strange + dull)
    cost -= 0.5 * share[:, None] * np.sqrt(style_share)[None]
    # Each paint may be used twice, the second time at a small price: few paints can still serve many colours.
    rows, columns = linear_sum_assignment(np.concatenate([cost, cost + 0.08], 1))
    target = np.empty((len(centres), 3))
    target[rows] = paints[columns % len(paints)]
    return target


def _accent(
    centres: Floats, target: NDArray[np.float64], share: NDArray[np.float64], paints: Floats
) -> NDArray[np.float64]:
    """Lets small coloured marks keep a hint of their own hue, so that the red tunic stays red."""
    chroma = np.hypot(*centres[:, 1:].T)
    hue = centres[:, 1:] / np.maximum(chroma[:, None], 1e-4)
    reached = (target[:, 1:] * hue).sum(1)
    wanted = np.minimum(chroma, 0.9 * float(np.hypot(*paints[:, 1:].T).max()) + 0.03)
    more = 0.5 * np.clip(wanted - reached, 0, 0.12) * np.clip((chroma - 0.03) / 0.05, 0, 1) * (share < 0.25)
    out = target.copy()
    out[:, 1:] += more[:, None] * hue
    return out
