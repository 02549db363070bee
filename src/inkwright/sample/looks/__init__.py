"""Pictures of the materials that can be asked for in words: one valley, painted in each of them by our own code."""

from collections.abc import Callable

from inkwright.images import Pixels
from inkwright.registry import Registry
from inkwright.sample import gouache, halftone, hatching, stained_glass, watercolour, woodblock
from inkwright.sample.looks import cut, dry, printed, wet

MATERIALS: Registry[Callable[[], Pixels]] = Registry(
    "material",
    {
        "gouache": gouache.paint,
        "watercolour": watercolour.paint,
        "oil": wet.oil,
        "ink wash": wet.ink_wash,
        "brush ink": wet.brush_ink,
        "marker": wet.marker,
        "pointillism": wet.pointillism,
        "airbrush": wet.airbrush,
        "hatching": hatching.paint,
        "pencil": dry.pencil,
        "coloured pencil": dry.coloured_pencil,
        "crayon": dry.crayon,
        "charcoal": dry.charcoal,
        "pastel": dry.pastel,
        "chalkboard": dry.chalkboard,
        "stipple": printed.stipple,
        "engraving": cut.engraving,
        "scratchboard": cut.scratchboard,
        "woodcut": cut.woodcut,
        "woodblock": woodblock.paint,
        "linocut": cut.linocut,
        "halftone": halftone.paint,
        "screentone": printed.screentone,
        "risograph": printed.risograph,
        "clear line": printed.clear_line,
        "poster": printed.poster,
        "cut paper": cut.cut_paper,
        "stained glass": stained_glass.paint,
        "mosaic": cut.mosaic,
        "embroidery": cut.embroidery,
    },
)
"""Name → a function that paints the picture, (512, 768, 3) uint8 RGB, the same every time."""
