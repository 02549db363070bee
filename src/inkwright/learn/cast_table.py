"""The look-up table of a cast palette: what pairs of colours say of all other colours.

Between the pairs the table is smooth, within the style's own colours, over its whole range of lightness and in its key;
and greys get lighter in it as they do in the drawings.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.optimize import isotonic_regression
from scipy.spatial import cKDTree

from inkwright.learn.colour import oklab, srgb

Floats = NDArray[np.float32]

SIDE = 25
"""Nodes a side of the look-up table."""
SLACK = 0.03
"""How far, in OKLab, a colour may leave the style's own: enough for a red tunic to stay red, no blue in an etching."""
RANGE = (4, 96)
"""Percentiles between which a picture's lightness is said to range."""
KEY = 0.5
"""How far the book's mean lightness moves to the style's: a stormy sea is no bright day."""
STEEPEST = 1.5
"""Largest exponent of that move, so that light flats stay lighter than dark ones by as much as eyes need."""
RISE = 0.45
"""How much lighter a lighter grey is at least cast, against a style's range of lightness spread over all greys."""
DULL = 0.05
"""Chroma, in OKLab, below which a colour counts as a grey."""
STEPS = 101
"""Greys that are told apart."""
KIN = 24
"""Colours of the style that tell what is its own near a colour."""
MIXED = 0.5
"""How far colours are those that the style's paints would give when mixed, against the paint that is nearest."""
SLICES, SLICE = 25, 0.12
"""Lightnesses at which it is read which paints can be mixed, and how far around each."""
HUES, OUTERMOST = 48, 98.5
"""Directions of hue in which is read how far a style's chroma reaches, and the percentile that tells."""
PAPER = 88
"""Percentile of the style's lightness that bare paper takes."""


def cast_table(
    centres: Floats, target: NDArray[np.float64], matrix: NDArray[np.float64], drawn: Floats, paint: Floats
) -> Floats:
    """(25, 25, 25, 3) RGB in [0, 1] over RGB: what each colour becomes.

    Args:
        centres: (K, 3) colours of the drawings, OKLab.
        target: (K, 3) what they become, OKLab.
        matrix: (3, 3) the linear map between the pairs.
        drawn: (N, 3) a sample of the drawings, OKLab.
        paint: (N', 3) a sample of the style, OKLab.
    """
    table = _stretched(_smooth_table(centres, target, matrix, paint), drawn, paint)
    return _rising(table, drawn, paint)


def squared(points: Floats, centres: Floats) -> NDArray[np.float64]:
    """(N, K) squared distances of points (N, 3) to centres (K, 3)."""
    far: NDArray[np.float64] = ((points[:, None].astype(np.float64) - centres[None]) ** 2).sum(-1)
    return far


def _smooth_table(centres: Floats, target: NDArray[np.float64], matrix: NDArray[np.float64], paint: Floats) -> Floats:
    nodes = oklab(_nodes())
    far = squared(nodes, centres)
    weight = np.exp(-(far - far.min(1, keepdims=True)) / (2 * 0.05**2))
    weight /= weight.sum(1, keepdims=True)
    lab = weight @ target + 0.6 * ((nodes - weight @ centres) @ matrix.T)
    own = _in_gamut(lab, paint)
    own[:, 1:] += MIXED * (_mixable(lab, paint) - own[:, 1:])
    return srgb(own).reshape(SIDE, SIDE, SIDE, 3)


def _stretched(table: Floats, drawn: Floats, paint: Floats) -> Floats:
    """Lightness spread over the style's whole range, where the cast leaves part of it unused: shapes live from it.

    Args:
        table: (25, 25, 25, 3) RGB.
        drawn: (N, 3) colours of the drawings, OKLab.
        paint: (N, 3) colours of the style, OKLab.
    """
    at = (srgb(drawn) * (SIDE - 1)).T
    lab = oklab(table.reshape(-1, 3)).astype(np.float64)
    plane = lab[:, 0].reshape(SIDE, SIDE, SIDE)
    low, high = np.percentile(map_coordinates(plane, at, order=1, mode="nearest"), RANGE)
    darkest, lightest = np.percentile(paint[:, 0], RANGE)
    gain = np.clip((lightest - darkest) / max(high - low, 1e-3), 1, 1.25)
    middle = np.clip((low + high) / 2, darkest + gain * (high - low) / 2, max(lightest - gain * (high - low) / 2, 0))
    lab[:, 0] = np.clip(middle + gain * (lab[:, 0] - (low + high) / 2), *np.percentile(paint[:, 0], (1, 99.5)))
    plane = lab[:, 0].reshape(SIDE, SIDE, SIDE)
    cast = map_coordinates(plane, at, order=1, mode="nearest")
    lab[:, 0] = _keyed(lab[:, 0], cast, paint[:, 0], float(darkest), float(np.percentile(paint[:, 0], PAPER)))
    return srgb(lab).reshape(table.shape)


def _rising(table: Floats, drawn: Floats, paint: Floats) -> Floats:
    """Greys made to get lighter as they do in the drawings, however few colours tell of them.

    Each colour of the drawings got a colour of the style on its own. Where two greys' colours came out as light as each
    other, or the wrong way round, shapes between them would be gone: a figure in the dark, all of a night scene.

    Args:
        table: (25, 25, 25, 3) RGB.
        drawn: (N, 3) colours of the drawings, OKLab.
        paint: (N', 3) colours of the style, OKLab.
    """
    lab = oklab(table.reshape(-1, 3)).astype(np.float64)
    low, high = np.percentile(paint[:, 0], (1, 99.5))
    axis = np.linspace(0, 1, STEPS)
    greys = srgb(np.stack([axis, 0 * axis, 0 * axis], 1).astype(np.float32))
    cast = map_coordinates(lab[:, 0].reshape(SIDE, SIDE, SIDE), (greys * (SIDE - 1)).T, order=1, mode="nearest")
    dull = np.hypot(*drawn[:, 1:].T) < DULL
    often = np.histogram(drawn[dull, 0], np.append(axis - 0.5 / STEPS, 1 + 0.5 / STEPS))[0] / max(len(drawn), 1)
    slope = RISE * (high - low)
    better = isotonic_regression(cast - slope * axis, weights=often + 0.02 / STEPS).x + slope * axis
    better = gaussian_filter1d(better, 2.0, mode="nearest")
    span = max(float(np.ptp(better)), 1e-6)
    bottom, top = max(better[0], low), min(better[-1], high)
    better = bottom + (better - better[0]) * (top - bottom) / span
    nodes = oklab(_nodes())
    near = np.exp(-((np.hypot(*nodes[:, 1:].T) / (2 * DULL)) ** 2))
    lab[:, 0] += np.interp(nodes[:, 0], axis, better - cast) * near
    return srgb(lab).reshape(table.shape)


def _nodes() -> Floats:
    """(25³, 3) RGB, the colours that the table tells of."""
    axis = np.linspace(0, 1, SIDE, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)


def _keyed(
    light: NDArray[np.float64], cast: NDArray[np.float64], paint: Floats, darkest: float, lightest: float
) -> NDArray[np.float64]:
    """Middle tones moved towards the style's key, dark or light; its darkest tones and its paper stay.

    Args:
        light: (M,) lightness to move, OKLab.
        cast: (N,) lightness of the book as it is cast so far.
        paint: (N',) lightness of the style.
        darkest, lightest: of the style, its paper being its lightest.
    """
    span = max(lightest - darkest, 1e-3)
    now, style = (float(np.clip((plane.mean() - darkest) / span, 0.05, 0.95)) for plane in (cast, paint))
    power = np.clip(np.log(now + KEY * (style - now)) / np.log(now), 1 / STEEPEST, STEEPEST)
    inside = np.clip((light - darkest) / span, 0, 1)
    return np.asarray(light + span * (inside**power - inside))


def _in_gamut(lab: NDArray[np.float64], paint: Floats) -> NDArray[np.float64]:
    """Hue and chroma drawn towards the style's own at about that lightness, up to `SLACK` from them."""
    weight = np.array([0.8, 1, 1])
    _, nearest = cKDTree(paint * weight).query(lab * weight, min(KIN, len(paint)))
    own = paint[nearest].mean(1)[:, 1:].astype(np.float64)
    # A style without colours lends none: its slack is as small as its chroma.
    slack = min(SLACK, 0.5 * float(np.hypot(*paint[:, 1:].T).mean()))
    away = lab[:, 1:] - own
    far = np.linalg.norm(away, axis=1, keepdims=True)
    out = lab.copy()
    out[:, 1:] = own + away * np.minimum(1, slack / np.maximum(far, 1e-9))
    out[:, 0] = np.clip(out[:, 0], *np.percentile(paint[:, 0], (1, 99.5)))
    return out


def _mixable(lab: NDArray[np.float64], paint: Floats) -> NDArray[np.float64]:
    """(M, 2) hue and chroma no farther out than mixtures of the style's paints of about that lightness reach.

    A dull brown need not become the nearest red or green of a style that has no brown: paints can be mixed. A red can
    be no redder than the style's reddest.

    Args:
        lab: (M, 3) OKLab.
        paint: (N, 3) colours of the style, OKLab.
    """
    angles = np.linspace(0, 2 * np.pi, HUES, endpoint=False)
    ways = np.stack([np.cos(angles), np.sin(angles)])
    out = lab[:, 1:].copy()
    light = np.clip(lab[:, 0], *np.percentile(paint[:, 0], (1, 99.5)))
    slices = np.rint(light * SLICES)
    for n in np.unique(slices):
        here = slices == n
        far = np.abs(paint[:, 0] - n / SLICES)
        near = paint[far <= max(SLICE, float(np.partition(far, min(KIN, len(far) - 1))[min(KIN, len(far) - 1)]))][:, 1:]
        middle = near.mean(0)
        reach = np.maximum(np.percentile((near - middle) @ ways, OUTERMOST, axis=0), 1e-4)
        away = out[here] - middle
        out[here] = middle + away / np.maximum((away @ ways / reach).max(1, keepdims=True), 1)
    return out
