"""Light and mood: what a word such as "dusk" does to colours, the same in every panel that it is said of.

A rule moves lightness along a curve, and hue and chroma towards tints of its own for shadows and for lights, in OKLab.
All of it is one function of a colour, so that what was alike stays alike and what differed goes on to differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import map_coordinates

from inkwright.learn.colour import oklab, srgb
from inkwright.registry import Registry

Floats = NDArray[np.float32]
Tint = tuple[float, float]
"""Hue in degrees and chroma, in OKLab."""
SIDE = 33
"""Nodes a side of the table that pictures are mapped with."""


@dataclass(frozen=True)
class Rule:
    """What a light does.

    Attributes:
        tone: (lightness, what it becomes) nodes from 0 to 1, rising.
        chroma: factor of colours' own chroma.
        pull: how far colours give up their own hue for the light's, 0 to 1.
        shadows: tint of the darkest tones.
        lights: tint of the lightest ones.
    """

    tone: tuple[tuple[float, float], ...] = ((0, 0), (1, 1))
    chroma: float = 1.0
    pull: float = 0.0
    shadows: Tint = (0.0, 0.0)
    lights: Tint = (0.0, 0.0)

    def __call__(self, lab: Floats) -> Floats:
        """(..., 3) OKLab → (..., 3) OKLab, within what a screen can show."""
        x, y = np.array(self.tone).T
        light = np.clip(lab[..., 0], 0, 1)
        out = np.empty(lab.shape, np.float64)
        out[..., 0] = PchipInterpolator(x, y)(light)
        dark, bright = (c * np.array([math.cos(math.radians(h)), math.sin(math.radians(h))])
                        for h, c in (self.shadows, self.lights))  # fmt: skip
        tint = dark + (bright - dark) * light[..., None]
        out[..., 1:] = self.chroma * (1 - self.pull) * lab[..., 1:] + tint
        return shown(out)


def shown(lab: NDArray[np.float64]) -> Floats:
    """Colours out of a screen's range with so much less chroma that they are in it; lightness and hue stay."""
    low, high = np.zeros(lab.shape[:-1]), np.ones(lab.shape[:-1])
    for _ in range(9):
        part = np.where(_inside(lab), 1.0, (low + high) / 2)
        scaled = np.concatenate([lab[..., :1], lab[..., 1:] * part[..., None]], -1)
        good = _inside(scaled)
        low, high = np.where(good, part, low), np.where(good, high, part)
    part = np.where(_inside(lab), 1.0, low)
    return np.concatenate([lab[..., :1], lab[..., 1:] * part[..., None]], -1).astype(np.float32)


def _inside(lab: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether going to sRGB and back leaves a colour where it was: clipping would move it."""
    return np.asarray(np.abs(oklab(srgb(lab)) - lab).max(-1) < 2e-3)


@dataclass(frozen=True)
class Mood:
    """Several lights, one after the other.

    Attributes:
        names: of `MOODS`; none changes nothing.
    """

    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return bool(self.names)

    def lab(self, lab: Floats) -> Floats:
        """(..., 3) OKLab → (..., 3) OKLab."""
        for name in self.names:
            lab = MOODS[name](lab)
        return lab

    def __call__(self, rgb: Floats) -> Floats:
        """(..., 3) RGB in [0, 1] → (..., 3) RGB in [0, 1]."""
        if not self.names:
            return rgb
        table = _table(self.names)
        at = (np.clip(rgb, 0, 1).reshape(-1, 3) * (SIDE - 1)).T
        planes = [map_coordinates(table[..., k], at, order=1, mode="nearest") for k in range(3)]
        return np.stack(planes, -1).reshape(rgb.shape).astype(np.float32)


@lru_cache(maxsize=64)
def _table(names: tuple[str, ...]) -> Floats:
    axis = np.linspace(0, 1, SIDE, dtype=np.float32)
    nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    return srgb(Mood(names).lab(oklab(nodes)))


def _curve(*values: float) -> tuple[tuple[float, float], ...]:
    """A tone curve by its values at evenly spaced lightnesses from 0 to 1."""
    return tuple((k / (len(values) - 1), v) for k, v in enumerate(values))


MOODS: Registry[Rule] = Registry(
    "light",
    {
        "sunny": Rule(_curve(0.04, 0.58, 1.0), 1.18, 0.0, (262, 0.012), (95, 0.022)),
        "bright": Rule(_curve(0.14, 0.66, 1.0), 1.05),
        "dark": Rule(_curve(0.0, 0.33, 0.86), 0.95),
        "dawn": Rule(_curve(0.16, 0.57, 0.97), 0.95, 0.25, (290, 0.06), (42, 0.045)),
        "golden": Rule(_curve(0.05, 0.5, 0.95), 1.05, 0.28, (38, 0.045), (80, 0.085)),
        "dusk": Rule(_curve(0.05, 0.37, 0.86), 1.0, 0.38, (292, 0.1), (46, 0.105)),
        "night": Rule(_curve(0.03, 0.25, 0.62), 0.8, 0.32, (272, 0.085), (262, 0.07)),
        "moonlight": Rule(_curve(0.03, 0.15, 0.29, 0.5, 0.88), 0.7, 0.5, (266, 0.07), (235, 0.03)),
        "neon": Rule(_curve(0.03, 0.12, 0.34, 0.68, 0.95), 1.75, 0.2, (286, 0.16), (335, 0.1)),
        "candlelight": Rule(_curve(0.02, 0.32, 0.9), 0.9, 0.35, (38, 0.05), (72, 0.1)),
        "fog": Rule(_curve(0.42, 0.68, 0.94), 0.5, 0.15, (240, 0.016), (230, 0.01)),
        "storm": Rule(_curve(0.06, 0.35, 0.74), 0.65, 0.2, (250, 0.03), (190, 0.022)),
        "winter": Rule(_curve(0.12, 0.6, 1.0), 0.75, 0.15, (256, 0.065), (235, 0.014)),
        "spring": Rule(_curve(0.12, 0.6, 0.99), 1.1, 0.12, (160, 0.03), (118, 0.04)),
        "autumn": Rule(_curve(0.05, 0.46, 0.94), 1.05, 0.3, (32, 0.045), (76, 0.07)),
        "underwater": Rule(_curve(0.08, 0.4, 0.84), 0.85, 0.4, (245, 0.08), (190, 0.07)),
        "cold": Rule(_curve(0.02, 0.5, 0.99), 0.95, 0.4, (262, 0.085), (232, 0.045)),
        "warm": Rule(_curve(0.02, 0.51, 0.99), 1.05, 0.25, (40, 0.06), (80, 0.07)),
        "red light": Rule(_curve(0.02, 0.38, 0.86), 0.7, 0.5, (25, 0.1), (32, 0.12)),
        "toxic": Rule(_curve(0.03, 0.42, 0.92), 0.85, 0.4, (170, 0.055), (124, 0.11)),
        "dreamy": Rule(_curve(0.26, 0.62, 0.97), 0.95, 0.25, (298, 0.07), (355, 0.035)),
        "noir": Rule(((0, 0.02), (0.35, 0.1), (0.52, 0.3), (0.7, 0.68), (0.85, 0.9), (1, 0.97)), 0.0, 0.0),
        "grey": Rule(chroma=0.0),
        "sepia": Rule(_curve(0.12, 0.52, 0.95), 0.0, 0.0, (48, 0.045), (82, 0.045)),
        "cyanotype": Rule(_curve(0.2, 0.47, 0.96), 0.0, 0.0, (262, 0.18), (232, 0.02)),
        "vivid": Rule(_curve(0.0, 0.25, 0.52, 0.79, 1.0), 1.5),
        "muted": Rule(_curve(0.04, 0.51, 0.96), 0.5),
        "pale": Rule(_curve(0.42, 0.75, 0.985), 0.9),
        "faded": Rule(_curve(0.22, 0.54, 0.94), 0.7, 0.15, (210, 0.02), (88, 0.042)),
        "dramatic": Rule(_curve(0.0, 0.13, 0.49, 0.87, 1.0), 1.12),
        "soft": Rule(_curve(0.22, 0.54, 0.9), 0.92),
    },
)
"""Light or mood → its rule."""


def mood(names: Sequence[str]) -> Mood:
    """The mood of some lights, in the order given."""
    return Mood(tuple(names))


__all__ = ["MOODS", "Mood", "Rule", "mood", "shown"]
