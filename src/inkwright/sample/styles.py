"""The embedded styles: each name paints a picture whose technique and colours a comic can be given."""

from collections.abc import Callable

from inkwright.images import Pixels
from inkwright.registry import Registry
from inkwright.sample import gouache, halftone, hatching, stained_glass, watercolour, woodblock

DEFAULT = "gouache"
STYLES: Registry[Callable[[], Pixels]] = Registry(
    "style",
    {
        "gouache": gouache.paint,
        "watercolour": watercolour.paint,
        "hatching": hatching.paint,
        "halftone": halftone.paint,
        "woodblock": woodblock.paint,
        "stained-glass": stained_glass.paint,
    },
)
"""Name → a function that paints the picture, (512, 768, 3) uint8 RGB, the same every time."""
